"""GGUF headers: what is right is read, what lies is refused before native code sees it."""

from __future__ import annotations

import contextlib
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.core.errors import SamarError
from desktop.core.paths import starter_model
from desktop.models import gguf
from desktop.models.header import ArrayInfo
from tests.fakes.tiny_gguf import write_tiny

U32, U64, TEXT, ARRAY, F32 = 4, 10, 8, 9, 6


def text(value: str | bytes) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return struct.pack("<Q", len(data)) + data


def entry(key: str, kind: int, payload: bytes) -> bytes:
    return text(key) + struct.pack("<I", kind) + payload


def tensor(name: str, dims: tuple[int, ...] = (32,), kind: int = 0, offset: int = 0) -> bytes:
    return text(name) + struct.pack(f"<I{len(dims)}QIQ", len(dims), *dims, kind, offset)


ARCHITECTURE = entry("general.architecture", TEXT, text("llama"))


def file(
    *entries: bytes,
    tensors: tuple[bytes, ...] = (),
    magic: bytes = b"GGUF",
    version: int = 3,
    counts: tuple[int, int] | None = None,
    data: int = 4096,
) -> bytes:
    """The bytes of a GGUF file as asked for, right or wrong."""
    tensor_count, entry_count = counts or (len(tensors), len(entries))
    head = magic + struct.pack("<IQQ", version, tensor_count, entry_count) + b"".join(entries) + b"".join(tensors)
    return head + bytes(-len(head) % 32) + bytes(data)


def code_of(path: Path) -> str:
    with pytest.raises(SamarError) as caught:
        gguf.inspect(path)
    return caught.value.code


@pytest.fixture
def write(tmp_path: Path):  # type: ignore[no-untyped-def]
    def write(data: bytes, name: str = "model.gguf") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


def test_that_the_bundled_model_is_described() -> None:
    facts = gguf.inspect(starter_model())
    assert facts.architecture == "llama"
    assert facts.quantization == "Q4_K_M"
    assert 5_000_000 < facts.parameters < 15_000_000
    assert facts.weight_bytes < facts.file_bytes < 12_000_000
    assert facts.shape.vocabulary > 1000
    assert facts.kv_elements_per_token > 0


def test_that_a_written_model_is_described(tmp_path: Path) -> None:
    facts = gguf.inspect(write_tiny(tmp_path / "سمر.gguf", name="Tiny\x07 one"))
    assert (facts.name, facts.quantization, facts.shape.vocabulary, facts.context_trained) == (
        "Tiny one",
        "F32",
        259,
        2048,
    )
    assert facts.kv_elements_per_token == 2 * (32 + 32)


def test_that_tensors_are_where_the_header_says(tmp_path: Path) -> None:
    path = write_tiny(tmp_path / "tiny.gguf")
    header = gguf.read_header(path)
    norm = next(t for t in header.tensors if t.name == "output_norm.weight")
    with path.open("rb") as stream:
        stream.seek(norm.offset)
        assert np.array_equal(np.frombuffer(stream.read(norm.size), np.float32), np.ones(32, np.float32))


WRONG = {
    "empty": (b"", "model_not_gguf"),
    "another format": (b"PK\x03\x04" + bytes(100), "model_not_gguf"),
    "magic alone": (b"GGUF", "model_not_gguf"),
    "version 1": (file(ARCHITECTURE, version=1), "model_foreign"),
    "version 4": (file(ARCHITECTURE, version=4), "model_foreign"),
    "big-endian": (file(ARCHITECTURE, version=3 << 24), "model_foreign"),
    "absurd tensor count": (file(ARCHITECTURE, counts=(2**63, 1)), "model_damaged"),
    "absurd metadata count": (file(ARCHITECTURE, counts=(0, 2**63)), "model_damaged"),
    "more entries than there are": (file(ARCHITECTURE, counts=(0, 2), data=0), "model_damaged"),
    "no weights": (file(ARCHITECTURE), "model_damaged"),
    "no architecture": (file(entry("general.name", TEXT, text("x"))), "model_damaged"),
    "key of absurd length": (file(struct.pack("<Q", 2**62) + b"x", counts=(0, 1)), "model_damaged"),
    "text of absurd length": (file(entry("k", TEXT, struct.pack("<Q", 2**64 - 1))), "model_damaged"),
    "text longer than the file": (file(entry("k", TEXT, struct.pack("<Q", 50_000))), "model_damaged"),
    "unknown metadata type": (file(entry("k", 13, bytes(8))), "model_damaged"),
    "key twice": (file(ARCHITECTURE, ARCHITECTURE), "model_damaged"),
    "array of absurd count": (file(entry("k", ARRAY, struct.pack("<IQ", F32, 2**61))), "model_damaged"),
    "array longer than the file": (file(entry("k", ARRAY, struct.pack("<IQ", F32, 9_999))), "model_damaged"),
    "long list of texts cut": (file(entry("k", ARRAY, struct.pack("<IQ", TEXT, 9_999))), "model_damaged"),
    "long list of absurd texts": (
        file(entry("k", ARRAY, struct.pack("<IQQ", TEXT, 9_999, 2**64 - 9))),
        "model_damaged",
    ),
    "nested array": (file(entry("k", ARRAY, struct.pack("<IQIQ", ARRAY, 1, F32, 0))), "model_damaged"),
    "alignment zero": (file(ARCHITECTURE, entry("general.alignment", U32, struct.pack("<I", 0))), "model_damaged"),
    "alignment 33": (file(ARCHITECTURE, entry("general.alignment", U32, struct.pack("<I", 33))), "model_damaged"),
    "five dimensions": (file(ARCHITECTURE, tensors=(tensor("t", (1, 1, 1, 1, 1)),)), "model_damaged"),
    "no elements": (file(ARCHITECTURE, tensors=(tensor("t", (0,)),)), "model_damaged"),
    "overflowing dimensions": (file(ARCHITECTURE, tensors=(tensor("t", (2**40, 2**40)),)), "model_damaged"),
    "unknown tensor type": (file(ARCHITECTURE, tensors=(tensor("t", kind=99),)), "model_foreign"),
    "removed tensor type": (file(ARCHITECTURE, tensors=(tensor("t", kind=4),)), "model_foreign"),
    "absurd tensor type": (file(ARCHITECTURE, tensors=(tensor("t", kind=2**31),)), "model_damaged"),
    "broken blocks": (file(ARCHITECTURE, tensors=(tensor("t", (33,), kind=12),)), "model_damaged"),
    "tensor behind the end": (file(ARCHITECTURE, tensors=(tensor("t", (4096,)),)), "model_damaged"),
    "data cut by one byte": (file(ARCHITECTURE, tensors=(tensor("t", (1024,)),))[:-1], "model_damaged"),
    "overlapping tensors": (file(ARCHITECTURE, tensors=(tensor("a"), tensor("b", offset=64))), "model_damaged"),
    "unaligned tensor": (file(ARCHITECTURE, tensors=(tensor("a", offset=4),)), "model_damaged"),
    "tensor twice": (file(ARCHITECTURE, tensors=(tensor("a"), tensor("a", offset=128))), "model_damaged"),
    "tensor name too long": (file(ARCHITECTURE, tensors=(tensor("x" * 64),)), "model_damaged"),
    "scores shorter than the vocabulary": (
        file(
            ARCHITECTURE,
            entry("tokenizer.ggml.tokens", ARRAY, struct.pack("<IQ", TEXT, 2) + text("a") + text("b")),
            entry("tokenizer.ggml.scores", ARRAY, struct.pack("<IQf", F32, 1, 0.0)),
        ),
        "model_damaged",
    ),
    "vocabulary of numbers": (
        file(ARCHITECTURE, entry("tokenizer.ggml.tokens", ARRAY, struct.pack("<IQf", F32, 1, 0.0))),
        "model_damaged",
    ),
    "a projector": (file(entry("general.architecture", TEXT, text("clip"))), "model_not_for_chat"),
    "an adapter": (file(ARCHITECTURE, entry("general.type", TEXT, text("adapter"))), "model_not_for_chat"),
}


@pytest.mark.parametrize(("data", "code"), WRONG.values(), ids=WRONG)
def test_that_a_file_which_is_wrong_is_refused_with_its_reason(write, data: bytes, code: str) -> None:  # type: ignore[no-untyped-def]
    assert code_of(write(data)) == code


def test_that_missing_and_unreadable_files_are_told_apart(tmp_path: Path) -> None:
    assert code_of(tmp_path / "none.gguf") == "model_missing"
    assert code_of(tmp_path) == "model_unreadable"


@pytest.mark.parametrize("share", [0.001, 0.01, 0.1, 0.5, 0.9, 0.999])
def test_that_a_file_cut_anywhere_is_refused(tmp_path: Path, tiny_bytes: bytes, share: float) -> None:
    path = tmp_path / "cut.gguf"
    path.write_bytes(tiny_bytes[: int(len(tiny_bytes) * share)])
    assert code_of(path) in ("model_damaged", "model_not_gguf")


@pytest.fixture(scope="session")
def tiny_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_tiny(tmp_path_factory.mktemp("gguf") / "tiny.gguf").read_bytes()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_that_no_change_of_bytes_does_more_than_raise_an_expected_error(
    tmp_path: Path, tiny_bytes: bytes, changes: list[tuple[float, int]]
) -> None:
    data = bytearray(tiny_bytes)
    head = 12_000  # the part that is parsed
    for where, value in changes:
        data[int(where * (head - 1))] = value
    path = tmp_path / "mutated.gguf"
    path.write_bytes(data)
    with contextlib.suppress(SamarError):  # any other error fails
        facts = gguf.inspect(path)
        assert 0 <= facts.weight_bytes <= len(data)
        assert facts.kv_elements_per_token >= 0


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.binary(max_size=400))
def test_that_noise_behind_a_right_start_is_refused(tmp_path: Path, noise: bytes) -> None:
    path = tmp_path / "noise.gguf"
    path.write_bytes(b"GGUF\x03\x00\x00\x00" + noise)
    assert code_of(path) in ("model_damaged", "model_not_for_chat")


def test_that_parts_are_found_and_a_missing_one_is_named(tmp_path: Path, tiny_bytes: bytes) -> None:
    one = write_tiny(tmp_path / "big-00001-of-00002.gguf", extra={"split.count": 2})
    assert code_of(one) == "model_part_missing"
    with pytest.raises(SamarError) as caught:
        gguf.inspect(one)
    assert "big-00002-of-00002" in caught.value.sentence()
    other = tmp_path / "big-00002-of-00002.gguf"
    other.write_bytes(tiny_bytes)
    facts = gguf.inspect(other)
    assert facts.path == str(one)
    assert facts.file_bytes == one.stat().st_size + other.stat().st_size
    renamed = one.rename(tmp_path / "renamed.gguf")
    assert code_of(renamed) == "model_part_missing"


def test_that_a_large_vocabulary_is_passed_over(tmp_path: Path) -> None:
    count = 150_000
    words = b"".join(text(f"word{i}") for i in range(count))
    data = file(
        ARCHITECTURE,
        entry("tokenizer.ggml.tokens", ARRAY, struct.pack("<IQ", TEXT, count) + words),
        entry("tokenizer.ggml.token_type", ARRAY, struct.pack("<IQ", 5, count) + bytes(4 * count)),
        entry("tokenizer.ggml.merges", ARRAY, struct.pack("<IQ", TEXT, count) + words),
    )
    path = tmp_path / "large.gguf"
    path.write_bytes(data)
    header = gguf.read_header(path)
    assert header.count("tokenizer.ggml.tokens") == count
    assert isinstance(header.metadata["tokenizer.ggml.merges"], ArrayInfo)
    assert header.metadata["tokenizer.ggml.merges"].values is None


@pytest.mark.parametrize(
    ("extra", "reason"),
    [
        ({"llama.block_count": 0}, "0 layers"),
        ({"llama.block_count": 513}, "513 layers"),
        ({"llama.nextn_predict_layers": 3}, "predicts ahead"),
        ({"llama.expert_count": 1025, "llama.expert_used_count": 2}, "1025 experts"),
        ({"llama.expert_count": 4}, "0 of 4 experts"),
        ({"llama.expert_count": 4, "llama.expert_used_count": 5}, "5 of 4 experts"),
        ({"llama.expert_used_count": 2}, "2 of 0 experts"),
        ({"llama.expert_count": 8, "llama.expert_used_count": [2, 9]}, "9 of 8 experts"),
        ({"llama.expert_count": 8, "llama.expert_used_count": 2, "llama.expert_group_count": 3}, "3 groups"),
        ({"llama.expert_group_count": 1}, "1 groups"),
        ({"llama.rope.scaling.type": "sideways"}, "unknown way"),
        ({"llama.attention.key_length": 8}, "keys are 8 long"),
        ({"llama.attention.value_length": 8}, "values 8"),
    ],
)
def test_that_figures_which_end_the_library_are_refused_before(
    tmp_path: Path, extra: dict[str, object], reason: str
) -> None:
    """llama.cpp ends its process over each of these, instead of refusing the file."""
    path = write_tiny(tmp_path / "m.gguf", extra=extra)
    with pytest.raises(SamarError) as caught:
        gguf.inspect(path)
    assert caught.value.code == "model_damaged" and reason in str(caught.value)


def test_that_positions_which_end_the_library_are_refused_before(tmp_path: Path) -> None:
    path = write_tiny(tmp_path / "m.gguf", architecture="qwen2", extra={"qwen2.rope.dimension_count": 8})
    with pytest.raises(SamarError, match="turn 8 of 16"):
        gguf.inspect(path)
    part = write_tiny(tmp_path / "n.gguf", architecture="stablelm", extra={"stablelm.rope.dimension_count": 8})
    assert gguf.inspect(part).architecture == "stablelm"


def test_that_plausible_experts_are_read(tmp_path: Path) -> None:
    groups = {"llama.expert_group_count": 4, "llama.expert_group_used_count": 2}
    extra = {"llama.expert_count": 8, "llama.expert_used_count": 2, "llama.rope.scaling.type": "yarn", **groups}
    assert gguf.inspect(write_tiny(tmp_path / "m.gguf", extra=extra)).shape.layers == 2


def test_that_layers_without_attention_take_no_cache(tmp_path: Path) -> None:
    heads = struct.pack("<IQ2i", 5, 2, 2, 0)
    path = tmp_path / "hybrid.gguf"
    path.write_bytes(
        file(
            ARCHITECTURE,
            entry("llama.block_count", U32, struct.pack("<I", 2)),
            entry("llama.embedding_length", U32, struct.pack("<I", 64)),
            entry("llama.attention.head_count", U32, struct.pack("<I", 4)),
            entry("llama.attention.head_count_kv", ARRAY, heads),
            tensors=(tensor("blk.0.attn_k.weight"), tensor("blk.1.ssm_in.weight", offset=128)),
        )
    )
    assert gguf.inspect(path).kv_elements_per_token == 2 * (16 + 16)
