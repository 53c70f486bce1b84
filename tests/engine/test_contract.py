"""What every engine promises: the scripted one of the tests and the real one in its process, one suite for both."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.core.errors import SamarError
from desktop.core.generation import GenerationParams, StoppedBy
from desktop.core.paths import starter_model
from desktop.core.requests import ChatRequest, LoadOptions
from desktop.engine.client import Engine, EngineClient
from desktop.engine.protocol import Event, Finished, PromptProgress, PromptReady, PromptStarted, TextDelta
from desktop.models import gguf
from tests.engine.conftest import NEVER_ENDS
from tests.fakes.scripted_engine import Reply, ScriptedEngine
from tests.fakes.tiny_gguf import CHATML, write_tiny

LONG = ("word ",) * 300


@pytest.fixture(params=["scripted", pytest.param("real", marks=pytest.mark.engine)])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    made: Engine
    if request.param == "scripted":
        made = ScriptedEngine(replies=(Reply(pieces=LONG),), inspect=gguf.inspect)
    else:
        made = EngineClient(gguf.inspect)
    made.start()
    yield made
    made.close()


@pytest.fixture
def loaded(engine: Engine, tiny_model: Path) -> Engine:
    """An engine with a model that writes on until it is ended."""
    assert engine.load(tiny_model) is not None
    return engine


def ask(text: str = "hello", **params: object) -> ChatRequest:
    params = {"seed": 1, "max_tokens": 20, **params}
    return ChatRequest(messages=(("user", text),), params=GenerationParams(**params))  # type: ignore[arg-type]


def last(events: list[Event]) -> Finished:
    assert isinstance(events[-1], Finished)
    return events[-1]


def answer(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta) and event.kind == "answer")


def test_that_a_load_tells_what_was_loaded(engine: Engine, tiny_model: Path) -> None:
    progress: list[float] = []
    info = engine.load(tiny_model, LoadOptions(context=1024), progress.append)
    assert info is not None
    assert (info.name, info.architecture, info.context, info.context_limit) == ("Tiny", "llama", 1024, "")
    assert progress == sorted(progress)
    assert progress[-1] == 1.0
    assert engine.model == info


def test_that_a_context_beyond_the_training_is_lowered_and_said(engine: Engine, tiny_model: Path) -> None:
    info = engine.load(tiny_model, LoadOptions(context=100_000))
    assert info is not None
    assert (info.context, info.context_wished, info.context_limit) == (2048, 100_000, "model")


def test_that_a_reply_comes_in_order(loaded: Engine) -> None:
    events = list(loaded.generate(ask()))
    kinds = [type(event) for event in events]
    assert kinds[0] is PromptStarted
    assert kinds[-1] is Finished
    ready = kinds.index(PromptReady)
    assert PromptProgress in kinds[:ready]
    assert set(kinds[ready + 1 : -1]) == {TextDelta}
    progress = [event for event in events if isinstance(event, PromptProgress)]
    assert progress[-1].done == progress[-1].total
    stats = last(events).stats
    assert stats.reply_tokens == 20
    assert stats.stopped_by is StoppedBy.LENGTH
    assert answer(events)


def test_that_a_stop_string_ends_the_reply_and_is_not_shown(loaded: Engine) -> None:
    whole = answer(list(loaded.generate(ask(temperature=0.0))))
    stop = whole[4:6]
    events = list(loaded.generate(ask(temperature=0.0, stop=(stop,))))
    assert answer(events) == whole[: whole.index(stop)]
    assert last(events).stats.stopped_by is StoppedBy.STOP_STRING


def test_that_a_seed_reproduces_a_reply(loaded: Engine) -> None:
    one, other = (list(loaded.generate(ask(seed=7, temperature=1.5))) for _ in range(2))
    assert answer(one) == answer(other)
    assert last(one).stats.seed == 7


def test_that_no_reply_is_written_without_a_model(engine: Engine) -> None:
    with pytest.raises(SamarError) as caught:
        list(engine.generate(ask()))
    assert caught.value.code == "no_model"


def test_that_a_stopped_reply_ends_in_order_and_the_next_one_works(loaded: Engine) -> None:
    events: list[Event] = []
    for event in loaded.generate(ask(max_tokens=None)):
        events.append(event)
        if isinstance(event, TextDelta):
            loaded.stop()
    assert last(events).stats.stopped_by is StoppedBy.USER
    again = list(loaded.generate(ask(max_tokens=3)))
    assert last(again).stats.stopped_by is StoppedBy.LENGTH


def test_that_a_stop_from_another_thread_is_obeyed(loaded: Engine) -> None:
    begun = threading.Event()
    stopper = threading.Thread(target=lambda: (begun.wait(60), loaded.stop()))
    stopper.start()
    events: list[Event] = []
    for event in loaded.generate(ask(max_tokens=None)):
        events.append(event)
        begun.set()
        if isinstance(event, TextDelta):
            stopper.join()
    assert last(events).stats.stopped_by is StoppedBy.USER


THINKS = CHATML[: CHATML.rindex("' }}")] + "<think>\n' }}{% endif %}"
"""A template that opens the thinking."""
UNENDING = tuple((token, -1e30) for token in (ord("<"), 256, 257, 258))
"""No tag is closed and no reply ended by the model itself."""


@pytest.fixture
def thinking(engine: Engine, tmp_path: Path) -> Engine:
    """An engine with a model that thinks on until it is ended."""
    if isinstance(engine, ScriptedEngine):
        engine.replies = (Reply(pieces=LONG, thinking=LONG, gate=threading.Event()), Reply(pieces=LONG))
    path = write_tiny(tmp_path / "thinks.gguf", template=THINKS, favour=NEVER_ENDS, context=1 << 17)
    assert engine.load(path, LoadOptions(context=1 << 17)) is not None
    return engine


def hurried(engine: Engine) -> list[tuple[str, str]]:
    """(kind, text) of a reply whose thinking is ended at its first word, up to the first words of the answer."""
    pieces: list[tuple[str, str]] = []
    for event in engine.generate(ask(max_tokens=None, logit_bias=UNENDING)):
        if isinstance(event, TextDelta):
            pieces.append((event.kind, event.text))
            engine.answer_now()  # again and again: a button may be pressed twice
            if event.kind == "answer":
                engine.stop()
    return pieces


def test_that_the_answer_comes_when_it_is_asked_for(thinking: Engine) -> None:
    pieces = hurried(thinking)
    kinds = [kind for kind, _ in pieces]
    assert kinds == sorted(kinds, reverse=True)
    assert set(kinds) == {"thinking", "answer"}
    assert not any("think>" in text for _, text in pieces)
    again = list(thinking.generate(ask(max_tokens=3, logit_bias=UNENDING)))
    assert last(again).stats.reply_tokens == 3


def test_that_a_reply_without_thinking_goes_on_when_its_answer_is_asked_for(loaded: Engine) -> None:
    loaded.answer_now()
    whole = answer(list(loaded.generate(ask(temperature=0.0))))
    parts: list[str] = []
    for event in loaded.generate(ask(temperature=0.0)):
        loaded.answer_now()
        parts += [event.text] if isinstance(event, TextDelta) else []
    assert "".join(parts) == whole


def test_that_a_stop_with_nothing_at_work_does_nothing(loaded: Engine) -> None:
    loaded.stop()
    assert last(list(loaded.generate(ask(max_tokens=3)))).stats.reply_tokens == 3
    loaded.stop()
    assert last(list(loaded.generate(ask(max_tokens=3)))).stats.reply_tokens == 3


def test_that_a_reply_nobody_reads_on_is_stopped(loaded: Engine) -> None:
    reply = loaded.generate(ask(max_tokens=None))
    for event in reply:
        if isinstance(event, TextDelta):
            break
    reply.close()  # type: ignore[attr-defined]
    assert last(list(loaded.generate(ask(max_tokens=3)))).stats.reply_tokens == 3


def test_that_unloading_frees_the_model_and_another_load_works(loaded: Engine, tiny_model: Path) -> None:
    loaded.unload()
    assert loaded.model is None
    loaded.unload()
    with pytest.raises(SamarError):
        list(loaded.generate(ask()))
    assert loaded.load(tiny_model) is not None
    assert answer(list(loaded.generate(ask())))


def test_that_a_bad_file_is_refused_and_the_model_stays(loaded: Engine, tmp_path: Path) -> None:
    bad = tmp_path / "bad.gguf"
    bad.write_bytes(b"no model at all")
    with pytest.raises(SamarError) as caught:
        loaded.load(bad)
    assert caught.value.code == "model_not_gguf"
    with pytest.raises(SamarError) as caught:
        loaded.load(tmp_path / "missing.gguf")
    assert caught.value.code == "model_missing"
    assert loaded.model is not None
    assert answer(list(loaded.generate(ask())))


def test_that_a_closed_engine_can_begin_anew(loaded: Engine, tiny_model: Path) -> None:
    loaded.close()
    loaded.close()
    assert not loaded.alive
    assert loaded.model is None
    assert loaded.load(tiny_model) is not None
    assert loaded.alive
    assert answer(list(loaded.generate(ask())))


@pytest.mark.engine
def test_that_the_bundled_model_answers_in_the_language_of_the_question(
    make_engine: Callable[..., EngineClient],
) -> None:
    real = make_engine()
    assert real.load(starter_model()) is not None
    for question, letters in (
        ("What is a token?", "abcdefghijklmnopqrstuvwxyz"),
        ("ما هو السياق؟", "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"),
    ):
        events = list(real.generate(ask(question, temperature=0.0, max_tokens=200)))
        text = answer(events)
        assert last(events).stats.stopped_by is StoppedBy.END
        assert sum(c.lower() in letters for c in text) > len(text) / 2
