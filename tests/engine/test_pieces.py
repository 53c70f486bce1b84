"""BatchSizer of a prompt: large enough to be worth reading, none shorter than a tile, and short ones read with what is before them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.core.generation import GenerationStats
from desktop.core.model import FileFacts
from desktop.core.requests import ChatRequest, LoadOptions
from desktop.engine import prompt_batching
from desktop.engine.llama import Library, StopFlag
from desktop.engine.prompt_batching import TILE, BatchSizer
from desktop.engine.protocol import Finished, Frame, TextDelta
from desktop.engine.session import Session
from desktop.engine.template import TemplateProcess
from desktop.models import gguf
from tests.engine.families import WINDOW, write_family
from tests.engine.test_session import FACTS, ask


@dataclass
class Shape:
    heads: int = 32
    kv_heads: int = 8
    recurrent: bool = False
    sliding_window: int = 0


def with_cache(facts: FileFacts, elements: int) -> FileFacts:
    return msgspec.structs.replace(facts, shape=msgspec.structs.replace(facts.shape, kv_elements=elements))


BIG = with_cache(msgspec.structs.replace(FACTS, parameters=1_236_000_000), 16_384)


def made(
    *,
    batch: int = 512,
    on_cpu: bool = True,
    tiled: bool = True,
    speed: float = 100.0,
    shape: Shape | None = None,
    facts: FileFacts = BIG,
) -> BatchSizer:
    found = BatchSizer(shape or Shape(), facts, batch=batch, on_cpu=on_cpu, tiled=tiled)  # type: ignore[arg-type]
    if speed:
        found.took(512, 512 / speed)
    return found


def sizes(found: BatchSizer, left: int) -> list[int]:
    out: list[int] = []
    while left:
        out.append(found.size(left))
        left -= out[-1]
    return out


def test_that_pieces_stay_worth_reading_on_a_slow_computer() -> None:
    """BatchSizer of half a second would have 5 tokens here, each of them as dear as ten in a large batch."""
    assert sizes(made(speed=10), 512) == [128] * 4


def test_that_pieces_of_a_fast_computer_are_whole_batches() -> None:
    assert sizes(made(speed=10_000), 1200) == [512, 512, 176]


def test_that_a_device_is_asked_in_pieces_short_enough_to_stop_it() -> None:
    assert sizes(made(on_cpu=False, speed=1000), 130) == [60, 60, 10]


@given(left=st.integers(1, 3000), batch=st.sampled_from([16, 64, 128, 200, 512, 2048]), speed=st.floats(0, 5000))
def test_that_no_piece_is_left_shorter_than_a_tile(left: int, batch: int, speed: float) -> None:
    found = sizes(made(batch=batch, speed=speed), left)
    assert sum(found) == left
    assert all(0 < size <= batch for size in found)
    if batch >= 2 * TILE and len(found) > 1:
        assert min(found) >= TILE


@pytest.mark.parametrize(
    ("new", "held", "again"),
    [(58, 4000, 6), (32, 4000, 32), (16, 4000, 0), (58, 1000, 6), (32, 1000, 0), (1, 4000, 0), (64, 4000, 0)],
)
def test_that_a_short_turn_behind_a_long_chat_is_read_in_a_tile(new: int, held: int, again: int) -> None:
    assert made().reread(new, range(held)) == again


def test_that_nothing_is_read_again_where_that_gains_nothing() -> None:
    held = range(4000)
    assert made(tiled=False).reread(58, held) == 0
    assert made(on_cpu=False).reread(58, held) == 0
    assert made(shape=Shape(recurrent=True)).reread(58, held) == 0
    assert made(shape=Shape(sliding_window=512)).reread(32, held) == 0, "its tokens look back no further"
    small = with_cache(msgspec.structs.replace(BIG, parameters=1_000_000), 128)
    assert made(facts=small).reread(58, held) == 0, "not worth the trouble"
    assert made().reread(58, [*range(3990), *[-1] * 10]) == 0, "images stay where they are"


# ---- in a real session


@contextmanager
def opened(model: Path, states: Path | None = None) -> Iterator[Session]:
    flag = StopFlag()
    templates = TemplateProcess(flag)
    options = LoadOptions(context=1024, threads=1, speculation=False)
    found = Session(Library(), templates, flag, options, gguf.inspect(model), lambda _: None, states)
    yield found
    found.close()
    templates.close()


@pytest.fixture
def always_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every short turn is read with what is before it."""
    monkeypatch.setattr(prompt_batching, "_UNTILED", 1e12)
    monkeypatch.setattr(prompt_batching, "_WORTH", 0.0)


def reply(session: Session, request: ChatRequest) -> tuple[str, GenerationStats]:
    events: list[Frame] = []
    session.generate(1, request, events.append)
    finished = events[-1]
    assert isinstance(finished, Finished)
    return "".join(event.text for event in events if isinstance(event, TextDelta)), finished.stats


def test_that_what_is_read_again_changes_no_reply(tiny_model: Path, request: pytest.FixtureRequest) -> None:
    first = ask("hello " * 30, max_tokens=4)
    with opened(tiny_model) as session:
        answer, _ = reply(session, first)
        turn = ask("hello " * 30, ("assistant", answer), "?")
        plain, stats = reply(session, turn)
    request.getfixturevalue("always_again")
    with opened(tiny_model) as session:
        reply(session, first)
        again, more = reply(session, turn)
    assert again == plain
    assert more.cached_tokens == more.prompt_tokens - TILE < stats.cached_tokens


def test_that_the_window_of_a_restored_state_is_not_cut(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """It holds the window at its end and nothing before; reading on from a place before it would go wrong unseen."""
    model, states = write_family("gemma3", tmp_path), tmp_path / "states"
    long = "The night is talking of a thing in the world. " * 6
    first, turn = (
        msgspec.structs.replace(one, chat="a", kept=True)
        for one in (ask(long, max_tokens=1), ask(long, ("assistant", "a"), "?", max_tokens=40))
    )
    with opened(model) as session:
        plain, _ = reply(session, turn)
    with opened(model, states) as session:
        _, read = reply(session, first)
    request.getfixturevalue("always_again")
    with opened(model, states) as session:
        restored, stats = reply(session, turn)
    assert read.prompt_tokens > WINDOW
    assert stats.cached_tokens > stats.prompt_tokens - TILE, "taken as it is"
    assert restored == plain
