"""Files that are no models, or are made to do harm: each costs its own line of the list at most."""

from __future__ import annotations

import os
import struct
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.core.errors import SamarError
from desktop.core.files import open_regular, read_regular, shown
from desktop.core.paths import Paths
from desktop.models import entry, gguf, library, settings
from desktop.models.fit import Machine
from desktop.models.library import Library
from desktop.models.settings import ModelSettings, judge_as_set, judged
from tests.fakes.tiny_gguf import write_tiny

INFINITE = float("inf")
posix = pytest.mark.skipif(sys.platform == "win32", reason="named pipes and names of bytes are POSIX's")


@pytest.fixture
def listing(data_dir: Path, tmp_path: Path) -> tuple[Library, Path]:
    """A library that looks into a folder with a good model."""
    folder = tmp_path / "models"
    folder.mkdir()
    write_tiny(folder / "good.gguf", name="Good")
    found = Library(Paths.under(data_dir), places=list)
    found.add(folder)
    return found, folder


def lines(found: Library) -> dict[str, str]:
    """The problem of each line but the bundled model's, by name."""
    return {one.name: one.problem for one in found.refresh() if one.origin != "bundled"}


# ---- what is no regular file


@posix
def test_that_a_pipe_is_refused_and_never_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "x.gguf"
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="not a regular file"):
        open_regular(pipe)
    with pytest.raises(SamarError) as caught:
        gguf.inspect(pipe)
    assert caught.value.code == "model_unreadable"
    for reader in (gguf.read_header, gguf.kind_of, lambda path: gguf.token_texts(path, [1])):
        with pytest.raises(SamarError):
            reader(pipe)
    with pytest.raises(OSError, match="not a regular file"):
        entry.sha256_of(pipe)
    with pytest.raises(OSError, match="not a regular file"):
        entry.fingerprint([pipe])


@posix
def test_that_a_device_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "zero.gguf"
    link.symlink_to("/dev/zero")
    with pytest.raises(OSError, match="not a regular file"):
        open_regular(link)
    with pytest.raises(IsADirectoryError):
        open_regular(tmp_path)


def test_that_a_file_is_read_up_to_a_bound(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert read_regular(path, 5) == b"12345"
    with pytest.raises(OSError, match="large"):
        read_regular(path, 4)


@posix
def test_that_a_pipe_as_a_part_costs_its_line_only(listing: tuple[Library, Path]) -> None:
    found, folder = listing
    write_tiny(folder / "m-00001-of-00002.gguf", extra={"split.count": 2})
    os.mkfifo(folder / "m-00002-of-00002.gguf")
    os.mkfifo(folder / "mmproj-good.gguf")
    assert lines(found) == {"Good": "", "m-00001-of-00002": "model_unreadable"}


# ---- names


@posix
def test_that_a_name_that_is_no_text_costs_its_line_only(listing: tuple[Library, Path]) -> None:
    found, folder = listing
    odd = Path(os.fsdecode(os.fsencode(folder) + b"/mod\xe8le.gguf"))
    odd.write_bytes((folder / "good.gguf").read_bytes()[:-4])
    below = Path(os.fsdecode(os.fsencode(folder) + b"/\xff"))
    below.mkdir()
    write_tiny(below / "inside.gguf", seed=4)
    assert lines(found) == {"Good": "", "mod\ufffdle": "name_not_text", "inside": "name_not_text"}
    assert len(Library(found_paths(found), places=list).entries()) == len(found.entries())
    for refused in (odd, below / "inside.gguf"):
        with pytest.raises(SamarError) as caught:
            found.add(refused)
        assert caught.value.code == "name_not_text"
        caught.value.sentence().encode()
    with pytest.raises(SamarError) as caught:
        found.add(below)
    assert caught.value.code == "name_not_text"


def found_paths(found: Library) -> Paths:
    return Paths.under(found.path.parent)


def test_that_text_is_shown_as_it_is() -> None:
    assert shown("نموذج 100%#.gguf") == "نموذج 100%#.gguf"
    assert shown("a\udce8b") == "a\ufffdb"


# ---- figures


@pytest.mark.parametrize("value", [INFINITE, -INFINITE, float("nan"), 3e38])
@pytest.mark.parametrize(
    "key",
    ["llama.context_length", "llama.block_count", "llama.attention.head_count", "general.file_type", "split.count"],
)
def test_that_a_figure_that_is_none_costs_its_line_only(listing: tuple[Library, Path], key: str, value: float) -> None:
    found, folder = listing
    with_figure(folder / "poison.gguf", key, struct.pack("<If", 6, value))
    assert lines(found) == {"Good": "", "poison": "model_damaged"}


@pytest.mark.parametrize("value", [2**63, 2**64 - 1, 2**62])
def test_that_a_figure_over_all_measure_costs_its_line_only(listing: tuple[Library, Path], value: int) -> None:
    found, folder = listing
    with_figure(folder / "poison.gguf", "llama.attention.key_length", struct.pack("<IQ", 10, value))
    assert lines(found) == {"Good": "", "poison": "model_damaged"}


def with_figure(path: Path, key: str, value: bytes) -> None:
    """A tiny model with a figure of its own: type and value as they stand in the file."""
    write_tiny(path, seed=9)
    data = path.read_bytes()
    tensors, entries = struct.unpack_from("<QQ", data, 8)
    header = gguf.read_header(path)
    start = min(tensor.offset for tensor in header.tensors)
    name = struct.pack("<Q", len(key)) + key.encode()
    at = data.find(name)
    if at < 0:
        made = data[:8] + struct.pack("<QQ", tensors, entries + 1) + name + value + data[24:start].rstrip(b"\0")
    else:
        end = at + len(name) + 8  # an unsigned number of 32 bits stood there
        made = data[:at] + name + value + data[end:start].rstrip(b"\0")
    made += b"\0" * 8  # the last tensor's offset ends with zeros
    made = made[: len(made) - len(made) % 32 + 32].ljust(len(made) - len(made) % 32 + 32, b"\0")
    path.write_bytes(made + data[start:])


def test_that_the_writer_of_these_tests_is_right(tmp_path: Path) -> None:
    for key in ("llama.context_length", "llama.attention.key_length", "split.count"):
        with_figure(tmp_path / "m.gguf", key, struct.pack("<II", 4, 1))
        assert gguf.read_header(tmp_path / "m.gguf").metadata[key] == 1


# ---- bugs


def test_that_a_bug_about_one_file_costs_its_line_only(
    listing: tuple[Library, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    found, folder = listing
    write_tiny(folder / "bad.gguf", name="Bad", seed=2)
    real = gguf.inspected

    def inspected(path: Path) -> object:
        if path.name == "bad.gguf":
            raise OverflowError("as an infinite figure once did")
        return real(path)

    monkeypatch.setattr(gguf, "inspected", inspected)
    found.forget_folder(folder)
    found.add(folder)
    assert lines(found) == {"Good": "", "bad": "model_unreadable"}


def test_that_a_model_that_can_not_be_judged_costs_its_line_only(listing: tuple[Library, Path]) -> None:
    found, folder = listing
    write_tiny(folder / "bad.gguf", name="Bad", seed=2)
    entries = found.refresh()
    machine = Machine(free=1 << 34)

    def judge(one: entry.Entry) -> settings.Fit:
        if one.name == "Bad":
            raise OverflowError("cannot convert float infinity to integer")
        return judge_as_set(one.shape, machine, ModelSettings(), 4096)

    listed, fits = judged(entries, judge)
    assert {one.name: one.problem for one in listed if one.origin != "bundled"} == {
        "Good": "",
        "Bad": "model_unreadable",
    }
    assert len(fits) == len(listed) - 1


# ---- memory


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value)) + value.encode()


def header_of(count: int, body: bytes) -> bytes:
    arch = text("general.architecture") + struct.pack("<I", 8) + text("llama")
    tensor = text("t") + struct.pack("<IQIQ", 1, 8, 0, 0)
    return b"GGUF" + struct.pack("<IQQ", 3, 1, count + 1) + arch + body + tensor


def numbers() -> tuple[int, bytes]:
    """Many lists that are each short enough to be kept."""
    one = struct.pack("<IIQ", 9, 0, 4096) + bytes(4096)
    return 4096, b"".join(text(f"k{number}") + one for number in range(4096))


def empty_texts() -> tuple[int, bytes]:
    """One list of more texts than any vocabulary has."""
    return 1, text("k") + struct.pack("<IIQ", 9, 8, 9 << 20) + bytes(8 * (9 << 20))


def long_texts() -> tuple[int, bytes]:
    one = struct.pack("<IQ", 8, 3 << 20) + b"x" * (3 << 20)
    return 8, b"".join(text(f"k{number}") + one for number in range(8))


def long_keys() -> tuple[int, bytes]:
    return 512, b"".join(text(f"{number:05d}" + "k" * 60_000) + struct.pack("<II", 4, 1) for number in range(512))


@pytest.mark.parametrize("body", [numbers, empty_texts, long_texts, long_keys])
def test_that_a_header_is_refused_before_it_fills_the_memory(
    tmp_path: Path, body: Callable[[], tuple[int, bytes]]
) -> None:
    path = tmp_path / "large.gguf"
    path.write_bytes(header_of(*body()) + bytes(200))
    tracemalloc.start()
    try:
        with pytest.raises(SamarError) as caught:
            gguf.inspect(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert caught.value.code == "model_damaged"
    assert peak < 64 * 1024 * 1024


def test_that_a_long_text_that_nothing_needs_stays_in_the_file(tmp_path: Path) -> None:
    """Some converters put the whole tokenizer.json into the header."""
    body = b"".join(
        text(f"tokenizer.{number}.json") + struct.pack("<IQ", 8, 9 << 20) + b"x" * (9 << 20) for number in range(4)
    )
    path = tmp_path / "m.gguf"
    path.write_bytes(header_of(4, body) + bytes(200))
    tracemalloc.start()
    try:
        header = gguf.read_header(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert header.text("tokenizer.0.json") == "" and header.tensors[0].name == "t"
    assert peak < 16 * 1024 * 1024


def test_that_a_vocabulary_with_a_token_twice_is_refused(tmp_path: Path) -> None:
    """llama.cpp ends its process over it (llama-vocab.cpp)."""
    assert gguf.inspect(write_tiny(tmp_path / "m.gguf", words=("one", "two"))).shape.vocabulary == 261
    with pytest.raises(SamarError, match="twice"):
        gguf.inspect(write_tiny(tmp_path / "n.gguf", words=("one", "one")))
    many = tuple(f"word{number}" for number in range(9_000))
    assert gguf.inspect(write_tiny(tmp_path / "o.gguf", words=many)).shape.vocabulary == 9_259
    with pytest.raises(SamarError, match="twice"):
        gguf.inspect(write_tiny(tmp_path / "p.gguf", words=(*many, "word77")))


def test_that_a_negative_epsilon_is_refused(tmp_path: Path) -> None:
    """llama.cpp ends its process over it (ops.cpp)."""
    with_figure(tmp_path / "m.gguf", "llama.attention.layer_norm_rms_epsilon", struct.pack("<If", 6, -1e-5))
    with pytest.raises(SamarError, match="negative epsilon"):
        gguf.inspect(tmp_path / "m.gguf")


def test_that_the_library_keeps_its_file_whatever_lies_there(listing: tuple[Library, Path]) -> None:
    found, folder = listing
    with_figure(folder / "poison.gguf", "llama.feed_forward_length", struct.pack("<Id", 12, 1e300))
    before = lines(found)
    again = Library(found_paths(found), places=list)
    assert again.problem is None and {e.name for e in again.entries()} >= set(before)
    assert library.VERSION == 5
