"""Checkpoints that are quantized already, and LoRA adapters: equal to the reference's, or refused with the reason."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gguf import GGUFReader

from converter.errors import ExitStatus as S
from tests.converter.reference_special import GOLDEN, ours
from tests.converter.small import LLAMA, fingerprint, left_in, run
from tests.converter.synthetic.checkpoints import put
from tests.converter.synthetic.special import (
    ADAPTERS,
    QUANTIZED,
    numbers,
    write_adapter,
    write_quantized,
    write_raw,
)


@pytest.mark.parametrize("name", [*QUANTIZED, *ADAPTERS])
def test_that_the_reference_makes_the_same(name: str, tmp_path: Path) -> None:
    wanted = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))["files"]
    assert ours(name, tmp_path) == wanted


def test_that_no_golden_file_is_orphaned() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == {*QUANTIZED, *ADAPTERS}


def settings_of(folder: Path, **values: Any) -> None:
    put(folder / "config.json", {**LLAMA.full_config(), "quantization_config": values})


@pytest.mark.parametrize(("values", "names"), [
    ({"quant_method": "awq", "bits": 4}, "awq"),
    ({"quant_method": "gptq", "bits": 3}, "3 bits"),
    ({"quant_method": "compressed-tensors", "format": "nvfp4-pack-quantized", "config_groups": {"a": {"weights": {}}}}, "nvfp4"),
    ({"quant_method": "compressed-tensors", "format": "x", "config_groups": {"a": {}, "b": {}}}, "several groups"),
    ({"quant_method": "compressed-tensors", "format": "x", "config_groups": {"a": {}}}, "description"),
    ({"quant_method": "fp8", "weight_block_size": [0, "x"]}, "senseless blocks"),
    ({"quant_method": "modelopt", "quant_algo": "NVFP4"}, "NVFP4"),
    ({"quant_method": ["fp8"]}, "fp8"),
    ({}, "does not say how"),
])  # fmt: skip
def test_that_other_quantizations_are_refused_with_the_reason(
    values: dict[str, Any], names: str, tmp_path: Path
) -> None:
    folder = write_quantized("gptq-4", tmp_path)
    settings_of(folder, **values)
    outcome = run(folder, "--out", tmp_path / "x.gguf")
    assert outcome.status == S.ALREADY_QUANTIZED
    assert names in outcome.err
    assert not (tmp_path / "x.gguf").exists()


def test_that_packed_weights_without_their_scales_are_refused(tmp_path: Path) -> None:
    folder = write_quantized("gptq-4", tmp_path)
    settings_of(folder, quant_method="gptq", bits=8)  # contradicts the shapes
    assert run(folder, "--out", tmp_path / "x.gguf").status == S.SHAPE_MISMATCH
    folder = write_quantized("fp8-blocks", tmp_path / "second")
    settings_of(folder, quant_method="fp8", weight_block_size=[5, 5, 5])
    assert run(folder, "--out", tmp_path / "x.gguf").status == S.SHAPE_MISMATCH


@pytest.fixture
def adapter(tmp_path: Path) -> tuple[Path, Path]:
    return write_adapter("all-projections", tmp_path)


def change(folder: Path, **values: Any) -> None:
    path = folder / "adapter_config.json"
    put(path, {**json.loads(path.read_text(encoding="utf-8")), **values})


def test_that_an_adapter_finds_its_base_by_its_own_word(adapter: tuple[Path, Path], tmp_path: Path) -> None:
    folder, _ = adapter
    before = fingerprint(folder)
    out = tmp_path / "out"
    out.mkdir()
    outcome = run(folder, "--out", out)
    assert outcome.status == 0, outcome.err
    (name,) = left_in(out)
    assert name.endswith("-F32-LoRA.gguf")
    plan = json.loads(run(folder, "--plan", "--json", "--out", out).out)
    assert plan["adapter"] is True
    assert "14, alpha 16" in run(folder, "--plan", "--out", out).out
    assert plan["output_bytes"] == (out / name).stat().st_size
    assert plan["matrices"] == 14
    assert fingerprint(folder) == before


def alpha_of(path: Path) -> float:
    return float(GGUFReader(path).fields["adapter.lora.alpha"].contents())


def test_that_rank_stabilized_adapters_are_scaled_as_they_were_trained(
    adapter: tuple[Path, Path], tmp_path: Path
) -> None:
    folder, _ = adapter
    change(folder, use_rslora=True)
    assert run(folder, "--out", tmp_path / "x.gguf").status == 0
    # the engine scales by alpha / rank where this kind wants alpha / sqrt(rank); the rank is 4
    assert alpha_of(tmp_path / "x.gguf") == pytest.approx(16 * math.sqrt(4))


def test_that_modules_with_their_own_alpha_keep_it(adapter: tuple[Path, Path], tmp_path: Path) -> None:
    folder, _ = adapter
    assert run(folder, "--out", tmp_path / "plain.gguf").status == 0
    change(folder, alpha_pattern={"model.layers.0.mlp.up_proj": 64, "down_proj": 8})
    outcome = run(folder, "--out", tmp_path / "x.gguf")
    assert outcome.status == 0
    plain, own = (
        {t.name: np.array(t.data) for t in GGUFReader(tmp_path / f).tensors} for f in ("plain.gguf", "x.gguf")
    )
    assert alpha_of(tmp_path / "x.gguf") == 16
    factors = {"blk.0.ffn_up.weight.lora_b": 4, "blk.1.ffn_up.weight.lora_b": 1, "blk.1.ffn_down.weight.lora_b": 0.5}
    for name, factor in factors.items():
        np.testing.assert_array_equal(own[name], plain[name] * np.float32(factor))
    np.testing.assert_array_equal(own["blk.0.ffn_up.weight.lora_a"], plain["blk.0.ffn_up.weight.lora_a"])


def _weights(folder: Path, **tensors: Any) -> None:
    write_raw(folder / "adapter_model.safetensors", tensors)


_Q = "base_model.model.model.layers.0.self_attn.q_proj"
_VISION = "base_model.model.model.vision_tower.encoder.layers.0.self_attn.q_proj"
BAD_ADAPTERS: dict[str, tuple[Callable[[Path], Any], S, str]] = {
    "no weights": (lambda f: (f / "adapter_model.safetensors").unlink(), S.BAD_ADAPTER, "adapter_model"),
    "a pickle": (
        lambda f: (f / "adapter_model.safetensors").rename(f / "adapter_model.bin"), S.PICKLE_ONLY, "never opened"
    ),
    "broken settings": (lambda f: put(f / "adapter_config.json", "{"), S.BAD_JSON, "adapter_config.json"),
    "settings that are a list": (lambda f: put(f / "adapter_config.json", "[]"), S.BAD_ADAPTER, "base"),
    "another kind": (lambda f: change(f, peft_type="IA3"), S.BAD_ADAPTER, "IA3"),
    "DoRA": (lambda f: change(f, use_dora=True), S.BAD_ADAPTER, "DoRA"),
    "no alpha": (lambda f: change(f, lora_alpha=None), S.BAD_ADAPTER, "lora_alpha"),
    "no base": (lambda f: change(f, base_model_name_or_path=None), S.BAD_ADAPTER, "--base"),
    "an absent base": (lambda f: change(f, base_model_name_or_path="/nowhere/at all"), S.NOT_A_CHECKPOINT, "nowhere"),
    "text that invokes": (lambda f: change(f, invocation_string="go"), S.BAD_ADAPTER, "aLoRA"),
    "one factor": (
        lambda f: _weights(f, **{f"{_Q}.lora_A.weight": numbers("a", 4, 64)}), S.BAD_ADAPTER, "one of the two"
    ),
    "factors that do not fit": (
        lambda f: _weights(f, **{f"{_Q}.lora_A.weight": numbers("a", 4, 64), f"{_Q}.lora_B.weight": numbers("b", 64, 5)}),
        S.BAD_ADAPTER, "do not go together",
    ),
    "factors of another model": (
        lambda f: _weights(f, **{f"{_Q}.lora_A.weight": numbers("a", 4, 32), f"{_Q}.lora_B.weight": numbers("b", 64, 4)}),
        S.SHAPE_MISMATCH, "attn_q",
    ),
    "whole weights": (lambda f: _weights(f, **{f"{_Q}.weight": numbers("a", 64, 64)}), S.BAD_ADAPTER, "no LoRA factor"),
    "an unknown module": (
        lambda f: _weights(f, **{f"{_Q}x.lora_A.weight": numbers("a", 4, 64), f"{_Q}x.lora_B.weight": numbers("b", 64, 4)}),
        S.UNEXPECTED_TENSOR, "q_projx",
    ),
    "layers that are given twice": (lambda f: change(f, layer_replication=[[0, 1], [0, 2]]), S.BAD_ADAPTER, "layer_replication"),
    "QALoRA": (lambda f: change(f, use_qalora=True), S.BAD_ADAPTER, "use_qalora"),
    "parameters of experts": (lambda f: change(f, target_parameters=["mlp.experts"]), S.BAD_ADAPTER, "target_parameters"),
    "the part for images alone": (
        lambda f: _weights(
            f, **{f"{_VISION}.lora_A.weight": numbers("a", 4, 64), f"{_VISION}.lora_B.weight": numbers("b", 64, 4)}
        ), S.BAD_ADAPTER, "vision_tower",
    ),
    "nothing": (lambda f: _weights(f), S.BAD_ADAPTER, "no LoRA factors"),
    "NaN": (
        lambda f: _weights(
            f, **{f"{_Q}.lora_A.weight": numbers("a", 4, 64) * np.float32("nan"), f"{_Q}.lora_B.weight": numbers("b", 64, 4)}
        ), S.NOT_FINITE, "lora_a",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "status", "names"), BAD_ADAPTERS.values(), ids=BAD_ADAPTERS.keys())
def test_that_bad_adapters_end_with_one_sentence(
    spoil: Callable[[Path], Any], status: S, names: str, adapter: tuple[Path, Path], tmp_path: Path
) -> None:
    folder, _ = adapter
    spoil(folder)
    out = tmp_path / "out"
    out.mkdir()
    outcome = run(folder, "--out", out / "x.gguf")
    assert outcome.status == status, outcome.err
    assert names in outcome.err
    assert len(outcome.err.splitlines()) == 1
    assert left_in(out) == []


def test_that_what_is_left_out_of_an_adapter_is_named(adapter: tuple[Path, Path], tmp_path: Path) -> None:
    folder, _ = adapter
    whole = {f"{_Q}.lora_A.weight": numbers("a", 4, 64), f"{_Q}.lora_B.weight": numbers("b", 64, 4)}
    _weights(
        folder,
        **whole,
        **{f"{_VISION}.lora_A.weight": numbers("a", 4, 64), f"{_VISION}.lora_B.weight": numbers("b", 64, 4)},
    )
    plan = json.loads(run(folder, "--plan", "--json", "--out", tmp_path).out)
    assert plan["matrices"] == 1
    assert any("1 adapted parts were left out" in note and "vision_tower" in note for note in plan["notes"])


def test_that_an_adapter_is_no_mixture(adapter: tuple[Path, Path], tmp_path: Path) -> None:
    assert run(adapter[0], "--type", "Q4_K_M", "--out", tmp_path / "x.gguf").status == S.UNSUPPORTED_TYPE


def test_that_an_adapter_of_some_experts_is_refused(tmp_path: Path) -> None:
    folder, _ = write_adapter("experts", tmp_path)
    stem = "base_model.model.model.layers.0.block_sparse_moe.experts.1.w1"
    _weights(folder, **{f"{stem}.lora_A.weight": numbers("a", 4, 64), f"{stem}.lora_B.weight": numbers("b", 96, 4)})
    outcome = run(folder, "--out", tmp_path / "x.gguf")
    assert outcome.status == S.BAD_ADAPTER
    assert "all experts" in outcome.err
