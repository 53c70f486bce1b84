"""What every provider promises: the scripted one of the tests, the local one over a scripted engine, and over the real one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.core.errors import SamarError
from desktop.core.generation import StoppedBy
from desktop.core.model import ModelRef
from desktop.core.requests import ChatRequest
from desktop.engine.client import EngineClient
from desktop.models import gguf
from desktop.providers.base import Finished, Generation, Provider, ReplyEvent, TextDelta
from desktop.providers.local import LocalProvider
from tests.fakes.endless import ENDLESS, ENDLESS_OPTIONS, write_endless
from tests.fakes.scripted_engine import Reply, ScriptedEngine
from tests.fakes.scripted_provider import ScriptedGeneration, ScriptedProvider

REQUEST = ChatRequest(messages=(("user", "hello"),), params=ENDLESS)


@pytest.fixture(params=["scripted", "local", pytest.param("engine", marks=pytest.mark.engine)])
def provider(request: pytest.FixtureRequest) -> Iterator[Provider]:
    """A provider whose replies go on until they are stopped."""
    made: Provider
    if request.param == "scripted":
        made = ScriptedProvider()
    elif request.param == "local":
        made = LocalProvider(ScriptedEngine(replies=(Reply(("word ",) * 3, gate=threading.Event(), gate_after=2),)))
    else:
        made = LocalProvider(EngineClient(gguf.inspect))
    made.start()
    yield made
    made.close()


@pytest.fixture
def model(provider: Provider, tmp_path: Path) -> ModelRef:
    return ModelRef(str(write_endless(tmp_path / "endless.gguf")), provider.name)


@pytest.fixture
def begin(provider: Provider, model: ModelRef) -> Callable[[], tuple[Generation, Iterator[ReplyEvent]]]:
    """Loads the model and begins a reply, up to its first text."""

    def begun() -> tuple[Generation, Iterator[ReplyEvent]]:
        if provider.model is None:
            provider.load(model, ENDLESS_OPTIONS)
        generation = provider.generate(REQUEST)
        if isinstance(generation, ScriptedGeneration):
            generation.write("word ")
        events = generation.events()
        for event in events:
            if isinstance(event, TextDelta):
                return generation, events
        raise AssertionError("no text")

    return begun


def test_that_a_load_gives_the_model_and_an_unload_takes_it(provider: Provider, model: ModelRef) -> None:
    assert provider.model is None
    progress: list[float] = []
    info = provider.load(model, lambda: ENDLESS_OPTIONS, progress.append)
    assert info is not None
    assert provider.model == info
    assert provider.capabilities().context == info.context
    assert all(0 <= fraction <= 1 for fraction in progress)
    provider.unload()
    provider.unload()
    assert provider.model is None


def test_that_a_stop_ends_a_reply_with_its_end(
    begin: Callable[[], tuple[Generation, Iterator[ReplyEvent]]],
) -> None:
    generation, events = begin()
    generation.stop()
    rest = list(events)
    assert isinstance(rest[-1], Finished)
    assert rest[-1].stats.stopped_by is StoppedBy.USER
    generation.stop()  # too late, and no error


def test_that_a_stop_before_the_first_event_is_kept(provider: Provider, model: ModelRef) -> None:
    provider.load(model, ENDLESS_OPTIONS)
    generation = provider.generate(REQUEST)
    generation.stop()
    events = list(generation.events())
    assert not any(isinstance(event, TextDelta) for event in events)
    assert isinstance(events[-1], Finished)
    assert events[-1].stats.stopped_by is StoppedBy.USER


def test_that_a_stop_that_comes_late_meets_no_other_reply(
    begin: Callable[[], tuple[Generation, Iterator[ReplyEvent]]],
) -> None:
    first, events = begin()
    first.stop()
    list(events)
    second, events = begin()
    first.stop()
    first.answer_now()
    if isinstance(second, ScriptedGeneration):
        second.write("more")
        assert isinstance(next(events), TextDelta)
    second.stop()
    assert isinstance(list(events)[-1], Finished)


def test_that_without_a_load_at_work_a_stop_of_it_does_nothing(provider: Provider, model: ModelRef) -> None:
    provider.stop_load()
    assert provider.load(model, ENDLESS_OPTIONS) is not None
    provider.stop_load()
    assert provider.model is not None


def test_that_no_other_file_than_a_model_is_loaded_by_the_engine(tmp_path: Path) -> None:
    provider = LocalProvider(EngineClient(gguf.inspect))
    text = tmp_path / "text.gguf"
    text.write_text("no model")
    with pytest.raises(SamarError):
        provider.load(ModelRef.of_file(text), ENDLESS_OPTIONS)
    with pytest.raises(ValueError, match="elsewhere"):
        _ = ModelRef("name", "elsewhere").path
    provider.close()
