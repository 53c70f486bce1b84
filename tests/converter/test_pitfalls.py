"""Where a sloppy converter goes wrong: each trap by itself, with the values worked out here and not by the reference."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from converter.architectures import find_family
from converter.errors import ConversionError, ExitStatus
from converter.plan import Plan, make_plan
from tests.converter.synthetic.cases import BY_NAME
from tests.converter.synthetic.checkpoints import Case, make_tensor, write_checkpoint, write_weights


def planned(case: Case, tmp_path: Path) -> tuple[Plan, dict[str, Any]]:
    plan = make_plan(write_checkpoint(case, tmp_path))
    return plan, dict(plan.tensors)


def stored(case: Case, name: str) -> npt.NDArray[np.float32]:
    config = case.full_config()
    shape = case.shapes({**config, **config.get("text_config", {})})[name]
    return make_tensor(case, name, shape).astype(np.float32)


def test_that_gemmas_norms_gain_one_in_float16(tmp_path: Path) -> None:
    case = BY_NAME["gemma2-f16"]
    _, tensors = planned(case, tmp_path)
    norm = stored(case, "model.layers.1.post_feedforward_layernorm.weight").astype(np.float16)
    wanted = norm + np.float16(1)
    assert np.any(wanted.astype(np.float32) != norm.astype(np.float32) + 1), "the case must show the difference"
    np.testing.assert_array_equal(tensors["blk.1.post_ffw_norm.weight"].array(), wanted)


@pytest.mark.parametrize(("letter", "heads"), [("q", 8), ("k", 2)])
def test_that_biases_are_permuted_by_their_own_heads(letter: str, heads: int, tmp_path: Path) -> None:
    """Grouped-query attention: q by the query heads, k by the fewer key heads; v stays."""
    case = BY_NAME["llama-biases"]
    _, tensors = planned(case, tmp_path)
    name = f"model.layers.0.self_attn.{letter}_proj."
    for suffix in ("bias", "weight"):
        data = stored(case, name + suffix)
        half = data.shape[0] // heads // 2
        rows = [h * 2 * half + part * half + i for h in range(heads) for i in range(half) for part in range(2)]
        np.testing.assert_array_equal(tensors[f"blk.0.attn_{letter}.{suffix}"].array(), data[rows])
    value = stored(case, "model.layers.0.self_attn.v_proj.bias")
    np.testing.assert_array_equal(tensors["blk.0.attn_v.bias"].array(), value)


def test_that_an_explicit_head_dim_is_not_the_width_by_the_heads(tmp_path: Path) -> None:
    plan, tensors = planned(BY_NAME["mistral-nemo"], tmp_path)
    assert plan.kv.get("attention.key_length") == plan.kv.get("rope.dimension_count") == 32
    assert tensors["blk.0.attn_q.weight"].shape == (128, 64)


def test_that_mistral_without_a_head_dim_writes_no_lengths(tmp_path: Path) -> None:
    plan, _ = planned(BY_NAME["mistral-7b"], tmp_path)
    assert "attention.key_length" not in plan.kv


def test_that_partial_rotation_counts_for_the_long_and_short_factors(tmp_path: Path) -> None:
    plan, tensors = planned(BY_NAME["phi4-mini"], tmp_path)
    assert plan.kv.get("rope.dimension_count") == 12  # three quarters of 16
    for length in ("long", "short"):
        factors = BY_NAME["phi4-mini"].config["rope_scaling"][f"{length}_factor"]
        np.testing.assert_array_equal(tensors[f"rope_factors_{length}.weight"].array(), np.float32(factors))


@pytest.mark.parametrize(("window", "wanted"), [(None, 0), (2047, 2047), ("absent", 0)])
def test_that_a_null_window_is_written_as_zero_for_phi(window: Any, wanted: int, tmp_path: Path) -> None:
    config = dict(BY_NAME["phi4"].config)
    del config["sliding_window"]
    if window != "absent":
        config["sliding_window"] = window
    plan, _ = planned(replace(BY_NAME["phi4"], config=config), tmp_path)
    assert plan.kv.get("attention.sliding_window") == wanted


def test_that_a_sparse_text_config_leans_on_defaults_and_rows_are_cut(tmp_path: Path) -> None:
    case = BY_NAME["gemma3-multimodal"]
    plan, tensors = planned(case, tmp_path)
    size = case.full_config()["text_config"]["vocab_size"]
    embedding = stored(case, "language_model.model.embed_tokens.weight")
    assert embedding.shape[0] > size
    np.testing.assert_array_equal(tensors["token_embd.weight"].array(), embedding[:size])
    keys = ("attention.head_count", "attention.head_count_kv", "attention.key_length", "rope.freq_base_swa")
    assert [plan.kv.get(key) for key in keys] == [8, 4, 256, 10000.0]
    assert not [name for name in tensors if "vision" in name or "mm" in name]


def test_that_smollm2_gets_no_bos(tmp_path: Path) -> None:
    plan, _ = planned(BY_NAME["smollm2"], tmp_path)
    assert plan.kv.get("tokenizer.ggml.add_bos_token") is False


def test_that_a_larger_vocabulary_is_padded(tmp_path: Path) -> None:
    case = BY_NAME["qwen2"]
    plan, tensors = planned(case, tmp_path)
    tokens = plan.kv.get("tokenizer.ggml.tokens")
    assert len(tokens) == tensors["token_embd.weight"].shape[0] > case.tokenizer.size
    assert tokens[case.tokenizer.size :] == [f"[PAD{i}]" for i in range(case.tokenizer.size, len(tokens))]


def test_that_tied_embeddings_make_no_output(tmp_path: Path) -> None:
    _, tensors = planned(BY_NAME["granite"], tmp_path)
    assert "output.weight" not in tensors


@pytest.mark.parametrize("name", ["mixtral", "qwen3-moe"])
def test_that_scattered_experts_are_stacked_in_numeric_order(name: str, tmp_path: Path) -> None:
    case = BY_NAME[name]
    assert case.scatter and case.shards > 2
    _, tensors = planned(case, tmp_path)
    block, up = ("block_sparse_moe", "w3") if name == "mixtral" else ("mlp", "up_proj")
    count = case.config.get("num_local_experts") or case.config["num_experts"]
    assert count > 10, "10 comes before 2 only among names"
    wanted = np.stack([stored(case, f"model.layers.1.{block}.experts.{n}.{up}.weight") for n in range(count)])
    np.testing.assert_array_equal(tensors["blk.1.ffn_up_exps.weight"].array(), wanted)


def test_that_experts_stored_in_one_are_the_same_experts(tmp_path: Path) -> None:
    case = BY_NAME["qwen3-moe-transformers5"]
    _, tensors = planned(case, tmp_path)
    both = stored(case, "model.layers.0.mlp.experts.gate_up_proj")
    np.testing.assert_array_equal(tensors["blk.0.ffn_gate_exps.weight"].array(), both[:, :32])
    np.testing.assert_array_equal(tensors["blk.0.ffn_up_exps.weight"].array(), both[:, 32:])


def test_that_a_bias_of_command_r7b_that_is_not_zero_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match="not zero") as caught:
        planned(replace(BY_NAME["command-r7b-arabic"], values=None), tmp_path)
    assert caught.value.status is ExitStatus.BAD_CONFIG


def test_that_jais_keeps_its_scales_in_the_weights(tmp_path: Path) -> None:
    case = BY_NAME["jais"]
    plan, tensors = planned(case, tmp_path)
    scale = np.float32(case.config["mup_embeddings_scale"])
    np.testing.assert_array_equal(tensors["token_embd.weight"].array(), stored(case, "transformer.wte.weight") * scale)
    fused = stored(case, "transformer.h.0.attn.c_attn.weight")
    np.testing.assert_array_equal(tensors["blk.0.attn_qkv.weight"].array(), fused.T)
    assert plan.kv.get("attention.max_alibi_bias") == 8.0


def test_that_falcon_h1_folds_each_multiplier_into_its_rows(tmp_path: Path) -> None:
    case = BY_NAME["falcon-h1"]
    _, tensors = planned(case, tmp_path)
    config = case.config
    rows = stored(case, "model.layers.0.mamba.in_proj.weight") * np.float32(config["ssm_in_multiplier"])
    inner, states = config["mamba_d_ssm"], config["mamba_n_groups"] * config["mamba_d_state"]
    sizes = [inner, inner, states, states, config["mamba_n_heads"]]
    factors = np.repeat(np.float32(config["ssm_multipliers"]), sizes)
    np.testing.assert_array_equal(tensors["blk.0.ssm_in.weight"].array(), rows * factors[:, None])


def test_that_both_ways_to_write_rotary_parameters_say_the_same(tmp_path: Path) -> None:
    old = BY_NAME["llama3"]
    rope = {**old.config["rope_scaling"], "rope_theta": old.config["rope_theta"]}
    config = {key: value for key, value in old.config.items() if key not in ("rope_scaling", "rope_theta")}
    new = replace(old, config={**config, "rope_parameters": rope})
    plans = [planned(case, tmp_path / str(number)) for number, case in enumerate((old, new))]
    metadata = [dict(plan.kv.items()) for plan, _ in plans]
    assert metadata[0] == metadata[1]
    factors = [tensors["rope_freqs.weight"].array() for _, tensors in plans]
    np.testing.assert_array_equal(factors[0], factors[1])
    assert factors[0].min() == 1.0 and factors[0].max() == 32.0


def _with_output(case: Case, tmp_path: Path, output: npt.NDArray[Any] | None) -> tuple[Plan, dict[str, Any]]:
    """The plan of `case` whose checkpoint stores an output matrix too; None: the embedding once more."""
    if not _has_output(case):
        case = replace(case, config={**case.config, "tie_word_embeddings": True})
    folder = write_checkpoint(case, tmp_path)
    config = case.full_config()
    tensors = {name: make_tensor(case, name, shape) for name, shape in case.shapes(config).items()}
    embedding = tensors["model.embed_tokens.weight"]
    tensors["lm_head.weight"] = embedding if output is None else output.astype(embedding.dtype)
    for old in folder.glob("*.safetensors*"):
        old.unlink()
    write_weights(folder, tensors, shards=1, scatter=False)
    plan = make_plan(folder)
    return plan, dict(plan.tensors)


def _has_output(case: Case) -> bool:
    return any(slot.name == "output" for slot in find_family(case.config["architectures"][0]).slots.values())


def _is_tied(case: Case) -> bool:
    """Plainly so: no scales, as Falcon-H1's, come between, and the language model is all that there is."""
    if "text_config" in case.config or case.name.startswith("falcon"):
        return False
    return case.config.get("tie_word_embeddings") is True or not _has_output(case)


PLAIN = [name for name, case in BY_NAME.items() if _is_tied(case)]


@pytest.mark.parametrize("name", PLAIN)
def test_that_a_stored_copy_of_a_tied_embedding_is_written_once(name: str, tmp_path: Path) -> None:
    plan, tensors = _with_output(BY_NAME[name], tmp_path, None)
    assert "output.weight" not in tensors
    assert any("written once" in note for note in plan.notes)


@pytest.mark.parametrize("name", PLAIN)
def test_that_an_output_that_differs_from_a_tied_embedding_is_kept_and_told(name: str, tmp_path: Path) -> None:
    """As transformers 5 loads it. The families without a place for it keep the embedding, and say so."""
    case = BY_NAME[name]
    config = case.full_config()
    other = make_tensor(case, "another", case.shapes(config)["model.embed_tokens.weight"])
    other[:-1] = stored(case, "model.embed_tokens.weight")[:-1]  # only the last row differs
    plan, tensors = _with_output(case, tmp_path, other)
    if _has_output(case):
        np.testing.assert_array_equal(tensors["output.weight"].array(), other.astype(np.float32))
        assert any("it is kept" in note for note in plan.notes)
    else:
        assert "output.weight" not in tensors
        assert any("it is left out" in note for note in plan.notes)


def test_that_both_kinds_of_family_are_among_the_tied_ones() -> None:
    assert {_has_output(BY_NAME[name]) for name in PLAIN} == {True, False}


def test_that_an_output_of_an_untied_model_stays_even_if_it_is_a_copy(tmp_path: Path) -> None:
    case = BY_NAME["llama-biases"]
    assert not case.config.get("tie_word_embeddings")
    plan, tensors = _with_output(case, tmp_path, None)
    assert "output.weight" in tensors
    assert not any("output matrix" in note for note in plan.notes)
