"""Random checkpoints and random damage: a file or a refusal, never a traceback, a hang or something left behind."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from gguf import GGUFReader
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from converter.errors import ExitStatus
from converter.ggml import BLOCKS, FileType, GgmlType
from tests.converter.small import LLAMA, MIXTRAL, fingerprint, left_in, run, weights_of
from tests.converter.synthetic.cases import llama, of
from tests.converter.synthetic.checkpoints import Case, put, write_checkpoint

# Everything that a person can meet; a bug would be status 1 or an exception.
EXPECTED = {*ExitStatus} - {ExitStatus.BUG, ExitStatus.CANCELLED, ExitStatus.DOWNLOAD_FAILED}
_SETTINGS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@contextmanager
def places() -> Iterator[tuple[Path, Path]]:
    """Folders for one example: where the checkpoint goes, and where the output."""
    with tempfile.TemporaryDirectory(prefix="samar-") as temporary:
        out = Path(temporary) / "out"
        out.mkdir()
        yield Path(temporary), out


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A sound checkpoint of any shape: heads, widths, layers, experts, type, shards."""
    kv = draw(st.integers(1, 4))
    heads = kv * draw(st.integers(1, 4))
    head_dim = 2 * draw(st.integers(1, 20))
    values: dict[str, Any] = {
        "hidden_size": draw(st.sampled_from([heads * head_dim, 32, 48, 64, 100, 256])),
        "head_dim": head_dim,
        "num_attention_heads": heads,
        "num_key_value_heads": kv,
        "intermediate_size": draw(st.sampled_from([16, 33, 64, 96, 256])),
        "num_hidden_layers": draw(st.integers(1, 4)),
        "tie_word_embeddings": draw(st.booleans()),
    }
    dtype = draw(st.sampled_from(["bfloat16", "float16", "float32"]))
    shards, scatter = draw(st.integers(1, 5)), draw(st.booleans())
    if draw(st.booleans()):
        return replace(LLAMA, config=llama(**values), dtype=dtype, shards=shards, scatter=scatter)
    experts = draw(st.integers(2, 12))
    config = of("MixtralForCausalLM", "mixtral", num_local_experts=experts, num_experts_per_tok=2, **values)
    return replace(MIXTRAL, config=config, dtype=dtype, shards=shards, scatter=scatter)


@settings(_SETTINGS, max_examples=150)
@given(
    case=cases(),
    kind=st.sampled_from(["F32", "F16", "BF16", "Q8_0", "Q4_K_M", "Q4_0", "IQ4_NL", "Q6_K"]),
    threads=st.integers(1, 4),
)
def test_that_every_sound_checkpoint_is_converted_whole(case: Case, kind: str, threads: int) -> None:
    with places() as (parent, out):
        folder = write_checkpoint(case, parent)
        before = fingerprint(folder)
        outcome = run(folder, "--type", kind, "--out", out / "x.gguf", "--threads", threads)
        assert outcome.status == 0, outcome.err
        assert left_in(out) == ["x.gguf"]
        assert fingerprint(folder) == before
        reader = GGUFReader(out / "x.gguf")
        stored = weights_of(case)
        experts = case.config.get("num_local_experts", 1)
        plain = sum(".experts." not in name for name in stored)
        assert len(reader.tensors) == plain + (len(stored) - plain) // experts
        assert sum(int(tensor.n_elements) for tensor in reader.tensors) == sum(array.size for array in stored.values())
        for tensor in reader.tensors:
            assert tensor.shape[0] % BLOCKS[GgmlType(int(tensor.tensor_type))][0] == 0
        assert reader.fields["general.file_type"].contents() == FileType[kind]
        del reader


@pytest.mark.engine
@settings(_SETTINGS, max_examples=6)
@given(case=cases(), kind=st.sampled_from(["BF16", "Q8_0", "Q4_K_M"]))
def test_that_the_engine_opens_what_was_made(case: Case, kind: str) -> None:
    with places() as (parent, out):
        folder = write_checkpoint(case, parent)
        outcome = run(folder, "--type", kind, "--out", out / "x.gguf", engine=True)
        assert outcome.status == 0, outcome.err


_BYTES = st.binary(min_size=1, max_size=12)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 70), 1 << 70) | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=8,
)
_FILES = ["config.json", "tokenizer.model", "tokenizer.json", "tokenizer_config.json", "model.safetensors.index.json",
          "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]  # fmt: skip


def _damage(data: st.DataObject, folder: Path) -> str:
    """Spoil one file of the checkpoint in one way."""
    path = folder / data.draw(st.sampled_from(_FILES), label="file")
    way = data.draw(st.sampled_from(["bytes", "early bytes", "cut", "delete", "append", "value"]), label="way")
    content = path.read_bytes()
    if way == "delete":
        path.unlink()
    elif way == "cut":
        path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    elif way == "append":
        path.write_bytes(content + data.draw(_BYTES))
    elif way == "value" and path.suffix == ".json":
        _change_value(data, path)
    else:
        limit = len(content) if way == "bytes" else min(len(content), 4000)
        at = data.draw(st.integers(0, limit - 1))
        new = data.draw(_BYTES)
        path.write_bytes(content[:at] + new + content[at + len(new) :])
    return f"{path.name}: {way}"


def _change_value(data: st.DataObject, path: Path) -> None:
    whole = json.loads(path.read_text(encoding="utf-8"))
    at: Any = whole
    while True:
        keys = list(range(len(at))) if isinstance(at, list) else sorted(at)
        if not keys:
            return
        key = data.draw(st.sampled_from(keys), label="key")
        inner = at[key]
        if isinstance(inner, (dict, list)) and inner and data.draw(st.booleans(), label="deeper"):
            at = inner
            continue
        if isinstance(at, dict) and data.draw(st.booleans(), label="remove"):
            del at[key]
        else:
            at[key] = data.draw(_JSON, label="value")
        break
    put(path, json.dumps(whole))


@settings(_SETTINGS, max_examples=2500)
@given(data=st.data(), kind=st.sampled_from(["F16", "Q4_K_M"]))
def test_that_damage_ends_in_a_file_or_in_a_refusal(data: st.DataObject, kind: str) -> None:
    with places() as (parent, out):
        folder = write_checkpoint(replace(LLAMA, shards=2), parent)
        note(_damage(data, folder))
        before = fingerprint(folder)
        outcome = run(folder, "--type", kind, "--out", out / "x.gguf")
        assert outcome.status in EXPECTED
        assert left_in(out) == (["x.gguf"] if outcome.status == 0 else [])
        if outcome.status:
            errors = [line for line in outcome.err.splitlines() if not line.startswith("Note: ")]
            assert len(errors) == 1, outcome.err
        assert fingerprint(folder) == before


@settings(_SETTINGS, max_examples=1500)
@given(changes=st.dictionaries(
    st.sampled_from([*LLAMA.config, "head_dim", "rope_scaling", "rope_parameters", "quantization_config", "text_config",
                     "vocab_size", "partial_rotary_factor", "sliding_window", "num_experts"]),
    _JSON, min_size=1, max_size=3))  # fmt: skip
def test_that_no_configuration_is_trusted(changes: dict[str, Any]) -> None:
    with places() as (parent, out):
        folder = write_checkpoint(LLAMA, parent)
        put(folder / "config.json", json.dumps({**LLAMA.full_config(), **changes}))
        outcome = run(folder, "--plan", "--json", "--out", out)
        assert outcome.status in EXPECTED
        outcome = run(folder, "--type", "F16", "--out", out / "x.gguf")
        assert outcome.status in EXPECTED
        assert left_in(out) == (["x.gguf"] if outcome.status == 0 else [])
