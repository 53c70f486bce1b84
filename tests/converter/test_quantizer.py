"""Against llama.cpp's own quantizer, live: every type, tensor by tensor, bit by bit.

The library that quantizes for Samar also holds the reference's whole quantizer. It works here on an F32 file whose equality
with the reference's converter the families' tests show.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from gguf import GGUFReader
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from converter import quantize
from converter.ggml import BLOCKS, FileType, GgmlType, row_bytes
from converter.mixture import DEFAULT_TYPE, DIRECT, ModelFacts, parse_file_type
from converter.tensors import DType
from tests.converter.small import LLAMA, MIXTRAL, bf16, run
from tests.converter.synthetic import shapes
from tests.converter.synthetic.cases import llama, of
from tests.converter.synthetic.checkpoints import Case, write_checkpoint

_MIXTURES = [kind.name for kind in DEFAULT_TYPE if kind not in DIRECT]

_QUANTIZE = """
import sys, llama_cpp
source, folder, *names = sys.argv[1:]
for pair in names:
    name, number = pair.split("=")
    options = llama_cpp.llama_model_quantize_default_params()
    options.ftype, options.nthread = int(number), 1
    if llama_cpp.llama_model_quantize(source.encode(), f"{folder}/{name}.gguf".encode(), options):
        sys.exit(f"llama.cpp does not make {name}")
"""

DEEP = replace(
    LLAMA,
    name="deep",
    config=llama(
        hidden_size=256, intermediate_size=256, num_hidden_layers=17, num_attention_heads=8, num_key_value_heads=2
    ),
    dtype="float32",
)
CASES = {
    "deep, grouped heads": DEEP,
    "tied, as many key heads": replace(
        DEEP,
        config={**DEEP.config, "num_hidden_layers": 9, "num_key_value_heads": 8, "tie_word_embeddings": True},
    ),
    "eight experts": replace(
        MIXTRAL,
        config=of("MixtralForCausalLM", "mixtral", hidden_size=256, intermediate_size=32, num_hidden_layers=9,
                  num_local_experts=8, num_experts_per_tok=2),
        dtype="float32",
    ),
    "four experts": replace(
        MIXTRAL,
        config=of("MixtralForCausalLM", "mixtral", hidden_size=256, intermediate_size=256, num_hidden_layers=3,
                  num_local_experts=4, num_experts_per_tok=2),
        dtype="float32",
    ),
    "seventy billion, in layers": replace(DEEP, config={**DEEP.config, "num_hidden_layers": 80, "intermediate_size": 32}),
    "rows of no whole blocks": replace(
        DEEP, config=llama(hidden_size=96, intermediate_size=160, num_hidden_layers=9, num_attention_heads=6), dtype="float16"
    ),
    "rows of no blocks at all": replace(
        DEEP, config=llama(hidden_size=80, intermediate_size=208, num_hidden_layers=3), dtype="bfloat16"
    ),
    "fused attention": replace(
        DEEP,
        config=of("Phi3ForCausalLM", "phi3", hidden_size=256, num_hidden_layers=9, num_attention_heads=4,
                  num_key_value_heads=2, intermediate_size=256, original_max_position_embeddings=2048, sliding_window=None),
        shapes=shapes.phi3,
    ),
}  # fmt: skip


def by_reference(source: Path, folder: Path, names: list[str]) -> None:
    pairs = [f"{name}={int(FileType[name])}" for name in names]
    done = subprocess.run([sys.executable, "-c", _QUANTIZE, source, folder, *pairs], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-500:]


def heads_and_tensors(path: Path) -> tuple[dict[str, object], dict[str, tuple[str, list[int], bytes]]]:
    reader = GGUFReader(path)
    keys = ("general.file_type", "general.quantization_version")
    metadata = {key: reader.fields[key].contents() for key in keys}
    tensors = {
        t.name: (t.tensor_type.name, [int(n) for n in t.shape], np.ascontiguousarray(t.data).tobytes())
        for t in reader.tensors
    }
    return metadata, tensors


# The gguf package on the registry does not know the two newest types; their arithmetic is compared below.
_READABLE = [name for name in _MIXTURES if name not in ("Q1_0", "Q2_0")]


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_that_every_mixture_is_llama_quantizes(case: Case, tmp_path: Path) -> None:
    folder = write_checkpoint(case, tmp_path)
    kept = {"float16": "F16", "bfloat16": "BF16", "float32": "F32"}[case.dtype]
    whole = tmp_path / "whole.gguf"
    assert run(folder, "--type", kept, "--out", whole).status == 0
    by_reference(whole, tmp_path, _READABLE)
    for name in _READABLE:
        ours = tmp_path / f"ours-{name}.gguf"
        outcome = run(folder, "--type", name, "--out", ours)
        assert outcome.status == 0, outcome.err
        found, wanted = heads_and_tensors(ours), heads_and_tensors(tmp_path / f"{name}.gguf")
        assert found[0] == wanted[0]
        assert found[1].keys() == wanted[1].keys()
        different = [
            f"{name} {key}: {found[1][key][:2]} / {wanted[1][key][:2]}"
            for key in found[1]
            if found[1][key] != wanted[1][key]
        ]
        assert different == []
        ours.unlink()


@pytest.mark.parametrize("name", ["Q4_K_M", "Q6_K"])
def test_that_the_common_mixtures_are_llama_quantizes(name: str, tmp_path: Path) -> None:
    case = replace(DEEP, config={**DEEP.config, "num_hidden_layers": 3})
    folder = write_checkpoint(case, tmp_path)
    whole, ours = tmp_path / "whole.gguf", tmp_path / "ours.gguf"
    assert run(folder, "--type", "F32", "--out", whole).status == 0
    assert run(folder, "--type", name, "--out", ours, "--threads", 3).status == 0
    by_reference(whole, tmp_path, [name])
    assert heads_and_tensors(ours) == heads_and_tensors(tmp_path / f"{name}.gguf")


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(
    kind=st.sampled_from(sorted({*DEFAULT_TYPE.values()} - {GgmlType.F32})),
    rows=st.integers(1, 5),
    blocks=st.integers(1, 4),
    seed=st.integers(0, 1 << 30),
)
def test_that_rows_may_be_quantized_apart(kind: GgmlType, rows: int, blocks: int, seed: int) -> None:
    values = np.random.default_rng(seed).standard_normal((rows, blocks * 256), dtype=np.float32)
    whole = quantize.encode(values, kind)
    apart = np.concatenate([quantize.encode(values[row : row + 1], kind) for row in range(rows)])
    np.testing.assert_array_equal(whole, apart)
    assert whole.size == rows * row_bytes(kind, blocks * 256)
    assert (blocks * 256) % BLOCKS[kind][0] == 0


@settings(deadline=None)
@given(seed=st.integers(0, 1 << 30), exponent=st.integers(-30, 14))
def test_that_half_precision_is_numpys(seed: int, exponent: int) -> None:
    numbers = np.random.default_rng(seed).standard_normal((3, 32), dtype=np.float32) * np.float32(2.0**exponent)
    if abs(numbers).max() < 65504:
        np.testing.assert_array_equal(
            quantize.encode(numbers, GgmlType.F16).view(np.float16), numbers.astype(np.float16).ravel()
        )
    half = numbers.astype(np.float16)
    if np.isfinite(half).all():
        np.testing.assert_array_equal(quantize.to_f32(half, DType.F16), half.astype(np.float32))
    bits = bf16(numbers)
    np.testing.assert_array_equal(
        quantize.encode(quantize.to_f32(bits, DType.BF16), GgmlType.BF16).view(np.uint16), bits.ravel()
    )


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("kind", [GgmlType.F32, GgmlType.F16, GgmlType.BF16, GgmlType.Q8_0, GgmlType.Q4_K])
def test_that_what_is_not_finite_is_never_written(kind: GgmlType, bad: float) -> None:
    values = np.ones((2, 256), np.float32)
    values[1, 77] = bad
    with pytest.raises(quantize.NotFinite):
        quantize.encode(values, kind)
    stored = {GgmlType.F32: (values, DType.F32), GgmlType.F16: (values.astype(np.float16), DType.F16)}
    data, dtype = stored.get(kind, (bf16(values), DType.BF16))
    with pytest.raises(quantize.NotFinite):
        quantize.check_finite(data, dtype)


def test_that_names_of_types_are_read_as_people_write_them() -> None:
    assert parse_file_type("q4_k_m") is FileType.Q4_K_M
    assert parse_file_type("Q4-K-M") is FileType.Q4_K_M
    assert parse_file_type("q5_k") is FileType.Q5_K_M
    assert parse_file_type("f32") is FileType.F32


def test_that_a_70b_is_known_by_its_layers() -> None:
    assert ModelFacts("llama", 80, 64, 8, 0).is_70b
    assert not ModelFacts("llama", 80, 64, 64, 0).is_70b
    assert ModelFacts("qwen2", 80, 64, 8, 0).is_70b
    assert not ModelFacts("qwen3", 80, 64, 8, 0).is_70b
