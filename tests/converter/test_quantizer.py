"""Against llama.cpp's own quantizer, live: every type, tensor by tensor, bit by bit.

The library that quantizes for Samar also holds the reference's whole quantizer. It works here on an F32 file whose equality
with the reference's converter the families' tests show.
"""

from __future__ import annotations

import json
import re
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
from converter.errors import ConversionError, ExitStatus
from converter.ggml import BLOCKS, FileType, GgmlType, row_bytes
from converter.plan import make_plan
from converter.quant_mix import DEFAULT_TYPE, DIRECT, ModelFacts, parse_file_type
from converter.tensors import DType
from tests.converter.small import LLAMA, MIXTRAL, bf16, run
from tests.converter.synthetic import shapes
from tests.converter.synthetic.cases import llama, of
from tests.converter.synthetic.checkpoints import Case, write_checkpoint

_MIXTURES = [kind.name for kind in DEFAULT_TYPE if kind not in DIRECT]

_REFERENCE = """
import json, sys, llama_cpp
source, folder, dry, *names = sys.argv[1:]
said = []
@llama_cpp.llama_log_callback
def listen(level, text, data):
    said.append(text.decode(errors="replace"))
llama_cpp.llama_log_set(listen, None)
logs = {}
for pair in names:
    name, number = pair.split("=")
    options = llama_cpp.llama_model_quantize_default_params()
    options.ftype, options.nthread, options.dry_run = int(number), 1, dry == "dry"
    said.clear()
    if llama_cpp.llama_model_quantize(source.encode(), f"{folder}/{name}.gguf".encode(), options):
        said[:] = ["failed: ", *said[-1:]]
    logs[name] = "".join(said)
print(json.dumps(logs))
"""
# "[   3/  20]  blk.0.attn_k.weight  - [ 256, 64, 1, 1], type = f32, size = 0.06 MiB -> 0.01 MiB (q4_K)"
_LINE = re.compile(r"\[ *\d+/ *\d+\] (\S+) +- \[[^]]*\], type = +(\S+), size = [^\n(]*(?:\((\S+)\))?")

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


def by_reference(source: Path, folder: Path, names: list[str], *, dry: bool) -> dict[str, str]:
    """Let llama.cpp quantize `source` to `folder`/NAME.gguf, or (`dry`) say what it would do. Returns its log by name."""
    pairs = [f"{name}={int(FileType[name])}" for name in names]
    done = subprocess.run(
        [sys.executable, "-c", _REFERENCE, source, folder, "dry" if dry else "wet", *pairs],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-500:]
    logs: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return logs


def heads_and_tensors(path: Path) -> tuple[dict[str, object], dict[str, tuple[str, list[int], bytes]]]:
    reader = GGUFReader(path)
    keys = ("general.file_type", "general.quantization_version")
    metadata = {key: reader.fields[key].contents() for key in keys}
    tensors = {
        t.name: (t.tensor_type.name, [int(n) for n in t.shape], np.ascontiguousarray(t.data).tobytes())
        for t in reader.tensors
    }
    return metadata, tensors


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_that_every_tensor_gets_the_type_that_llama_quantize_gives_it(case: Case, tmp_path: Path) -> None:
    folder = write_checkpoint(case, tmp_path)
    kept = {"float16": "F16", "bfloat16": "BF16", "float32": "F32"}[case.dtype]
    whole = tmp_path / "whole.gguf"
    assert run(folder, "--type", kept, "--out", whole).status == 0
    plan = make_plan(folder)
    for name, log in by_reference(whole, tmp_path, _MIXTURES, dry=True).items():
        if log.startswith("failed"):
            with pytest.raises(ConversionError) as caught:
                plan.infos(FileType[name])
            assert caught.value.status is ExitStatus.UNSUPPORTED_TYPE
            assert name not in plan.sizes()
            continue
        wanted = {match[1]: (match[3] or match[2]).lower() for match in _LINE.finditer(log)}
        found = {info.name: info.type.name.lower() for info in plan.infos(FileType[name])}
        assert {key: (name, kind) for key, kind in found.items()} == {key: (name, kind) for key, kind in wanted.items()}


# The gguf package on the registry cannot read the two newest types.
@pytest.mark.parametrize("name", [name for name in _MIXTURES if name not in ("Q1_0", "Q2_0")])
def test_that_every_file_holds_llama_quantizes_bits(name: str, tmp_path: Path) -> None:
    case = replace(DEEP, config={**DEEP.config, "num_hidden_layers": 2})
    folder = write_checkpoint(case, tmp_path)
    whole, ours = tmp_path / "whole.gguf", tmp_path / "ours.gguf"
    assert run(folder, "--type", "F32", "--out", whole).status == 0
    assert run(folder, "--type", name, "--out", ours, "--threads", 3).status == 0
    by_reference(whole, tmp_path, [name], dry=False)
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
