"""Every family: metadata and tensors equal to the reference's, for every type that its converter writes, and for quantized ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from converter.architectures import all_families
from converter.errors import ConversionError, ExitStatus
from converter.plan import make_plan
from tests.converter.conversion import convert_to
from tests.converter.reference import GOLDEN, differences, stored_record, types_of
from tests.converter.synthetic.cases import BEYOND_THE_REFERENCE, CASES
from tests.converter.synthetic.checkpoints import Case, make_tensor, write_checkpoint


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_that_a_family_is_converted_as_by_the_reference(case: Case, tmp_path: Path) -> None:
    folder = write_checkpoint(case, tmp_path)
    record = stored_record(case)
    for kind in types_of(case):
        target = tmp_path / f"{kind}.gguf"
        convert_to(folder, kind, target)
        assert differences(case, record, kind, target) == []


def test_that_every_family_has_golden_data() -> None:
    covered = {case.full_config()["architectures"][0] for case in (*CASES, *BEYOND_THE_REFERENCE)}
    # Other names of families that are covered under their usual one.
    aliases = {"LLaMAForCausalLM", "StableLMEpochForCausalLM", "PhimoeForCausalLM", "Ministral3ForCausalLM"}
    assert set(all_families()) - covered <= aliases


def test_that_no_golden_file_is_orphaned() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == {case.name for case in CASES}


@pytest.mark.parametrize("case", BEYOND_THE_REFERENCE, ids=lambda case: case.name)
def test_that_stablelm_stacks_its_norms_by_the_number_of_the_head(case: Case, tmp_path: Path) -> None:
    plan = make_plan(write_checkpoint(case, tmp_path))
    heads = {"q": case.config["num_attention_heads"], "k": case.config["num_key_value_heads"]}
    tensors = dict(plan.tensors)
    for layer in range(case.config["num_hidden_layers"]):
        for letter, count in heads.items():
            names = [f"model.layers.{layer}.self_attn.{letter}_layernorm.norms.{n}.weight" for n in range(count)]
            wanted = np.stack([make_tensor(case, name, (16,)).astype(np.float32) for name in names])
            np.testing.assert_array_equal(tensors[f"blk.{layer}.attn_{letter}_norm.weight"].array(), wanted)


def _refused(case: Case, tmp_path: Path) -> ConversionError:
    with pytest.raises(ConversionError) as caught:
        make_plan(write_checkpoint(case, tmp_path))
    return caught.value


def test_that_a_missing_head_norm_is_named(tmp_path: Path) -> None:
    case = BEYOND_THE_REFERENCE[0]
    missing = "model.layers.1.self_attn.q_layernorm.norms.11.weight"
    without = _changed(case, shapes=lambda c: {k: v for k, v in case.shapes(c).items() if k != missing})
    error = _refused(without, tmp_path)
    assert error.status is ExitStatus.MISSING_TENSOR
    assert "11" in str(error)


def _changed(case: Case, **changes: object) -> Case:
    return replace(case, **changes)  # type: ignore[arg-type]
