"""The generation service without Qt: jobs that run side by side, priorities, cancel for each, failures before the queue."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.core.errors import SamarError
from desktop.core.generation import StoppedBy
from desktop.core.model import ModelRef
from desktop.core.paths import starter_model
from desktop.core.requests import ChatRequest, LoadOptions
from desktop.engine.client import EngineClient
from desktop.models import gguf
from desktop.providers.base import Failed, Finished, TextDelta
from desktop.providers.local import LocalProvider
from desktop.services.generation import (
    GenerationService,
    Job,
    JobEvent,
    JobKind,
    JobState,
    ModelEvent,
    ModelLoaded,
    Priority,
)
from tests.fakes.scripted_engine import Reply, ScriptedEngine
from tests.fakes.scripted_provider import ScriptedProvider

MODEL = ModelRef("one", "scripted")
Make = Callable[..., GenerationService]


def asks(text: str, chat: str = "") -> ChatRequest:
    return ChatRequest(messages=(("user", text),), chat=chat)


@pytest.fixture
def make() -> Iterator[Make]:
    made: list[GenerationService] = []

    def build(provider: object, on_model: Callable[[ModelEvent], None] = lambda _: None) -> GenerationService:
        service = GenerationService(provider, on_model)  # type: ignore[arg-type]
        made.append(service)
        return service

    yield build
    for service in made:
        service.close()


def begun(provider: ScriptedProvider, text: str) -> None:
    """Wait until the reply to `text` is being written."""
    waiting = threading.Event()
    while not any(made.request.messages[-1][1] == text for made in provider.generations):
        waiting.wait(0.001)
    assert provider.reply_to(text).begun.wait(60)


def text_of(events: list[JobEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def test_that_two_jobs_run_at_once_and_a_cancel_ends_one_of_them(make: Make) -> None:
    provider = ScriptedProvider(parallel=2)
    service = make(provider)
    service.load(MODEL)
    first, second = service.submit(asks("first")), service.submit(asks("second"))
    for text in ("first", "second"):
        begun(provider, text)
        provider.reply_to(text).write(f"{text} half. ")
    first.cancel()
    ended = list(first.events())
    assert text_of(ended) in ("", "first half. ")
    assert isinstance(ended[-1], Finished)
    assert ended[-1].stats.stopped_by is StoppedBy.USER
    assert second.state is JobState.RUNNING
    provider.reply_to("second").write("second end.")
    provider.reply_to("second").finish()
    result = second.result()
    assert (result.text, result.stats.stopped_by) == ("second half. second end.", StoppedBy.END)
    assert (first.state, second.state) == (JobState.ENDED, JobState.ENDED)


def test_that_no_more_run_at_once_than_the_provider_takes(make: Make) -> None:
    provider = ScriptedProvider(parallel=2)
    service = make(provider)
    service.load(MODEL)
    jobs = [service.submit(asks(str(number))) for number in range(3)]
    for text in ("0", "1"):
        begun(provider, text)
    assert jobs[2].state is JobState.WAITING
    provider.reply_to("1").finish()
    begun(provider, "2")
    for text in ("0", "2"):
        provider.reply_to(text).finish()
    for job in jobs:
        job.result()


def test_that_a_job_somebody_waits_for_goes_first(make: Make) -> None:
    provider = ScriptedProvider(parallel=1)
    service = make(provider)
    service.load(MODEL)
    order: list[int] = []
    all_ended = threading.Event()

    def hear(job: Job, event: JobEvent) -> None:
        if isinstance(event, Finished):
            order.append(job.id)
            if len(order) == 4:
                all_ended.set()

    running = service.submit(asks("running"), listener=hear)
    begun(provider, "running")
    summary = service.submit(asks("summary"), kind=JobKind.SUMMARY, priority=Priority.BACKGROUND, listener=hear)
    title = service.submit(asks("title"), kind=JobKind.TITLE, priority=Priority.BACKGROUND, listener=hear)
    reply = service.submit(asks("reply"), listener=hear)
    title.priority = Priority.INTERACTIVE  # a reply waits for it now
    for text in ("running", "title", "reply", "summary"):
        begun(provider, text)
        provider.reply_to(text).finish()
    assert all_ended.wait(60)
    assert order == [running.id, title.id, reply.id, summary.id]


def test_that_a_load_waits_for_the_jobs_before_it_and_runs_before_those_after_it(make: Make) -> None:
    provider = ScriptedProvider(parallel=2)
    loaded: list[str] = []
    service = make(provider, lambda event: loaded.append(event.model.name) if isinstance(event, ModelLoaded) else None)
    service.load(MODEL)
    before = service.submit(asks("before"))
    begun(provider, "before")
    service.load(ModelRef("two", "scripted"))  # ends what runs
    after = service.submit(asks("after"))
    assert before.result().stats.stopped_by is StoppedBy.USER
    begun(provider, "after")
    assert loaded == ["one", "two"]
    provider.reply_to("after").finish()
    after.result()


@pytest.mark.parametrize("problem", [SamarError("history_damaged"), ZeroDivisionError("a bug")])
def test_that_a_request_that_can_not_be_built_fails_as_a_job(
    make: Make, problem: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """Its chat can't be read, or its picture is on a damaged page."""
    service = make(ScriptedProvider())
    service.load(MODEL)

    def build() -> ChatRequest:
        raise problem

    job = service.submit(build)
    (event,) = job.events()
    assert isinstance(event, Failed)
    expected = problem.code if isinstance(problem, SamarError) else "engine_failed"
    assert (event.problem.code, job.state) == (expected, JobState.ENDED)
    assert ("ZeroDivisionError" in caplog.text) is isinstance(problem, ZeroDivisionError)
    with pytest.raises(SamarError):
        service.submit(build).result()


def test_that_a_cancelled_job_that_waits_is_never_asked_for(make: Make) -> None:
    provider = ScriptedProvider(parallel=1)
    service = make(provider)
    service.load(MODEL)
    running = service.submit(asks("running"))
    begun(provider, "running")
    waiting = service.submit(asks("waiting"))
    waiting.cancel()
    waiting.cancel()
    assert waiting.result().stats.stopped_by is StoppedBy.USER
    provider.reply_to("running").finish()
    assert running.result().stats.stopped_by is StoppedBy.END
    running.cancel()  # too late
    last = service.submit(asks("last"))
    begun(provider, "last")
    provider.reply_to("last").finish()
    assert last.result().stats.stopped_by is StoppedBy.END
    assert [made.request.messages[-1][1] for made in provider.generations] == ["running", "last"]


def test_that_an_erased_chat_is_forgotten_again_when_the_job_that_reads_it_ends(make: Make) -> None:
    provider = ScriptedProvider(parallel=2)
    service = make(provider)
    service.load(MODEL)
    one, other = service.submit(asks("one", chat="7")), service.submit(asks("other", chat="8"))
    for text in ("one", "other"):
        begun(provider, text)
    service.forget(["7"])
    assert provider.forgotten == ["7"]
    for text in ("other", "one"):
        provider.reply_to(text).finish()
    one.result()
    other.result()
    service.close()
    assert provider.forgotten == ["7", "7"]


def test_that_closing_ends_everything_and_refuses_what_comes_later(make: Make) -> None:
    provider = ScriptedProvider(parallel=2)
    service = make(provider)
    service.load(MODEL)
    jobs = [service.submit(asks(str(number))) for number in range(4)]
    begun(provider, "0")
    service.close()
    service.close()
    assert provider.closed
    assert {job.result().stats.stopped_by for job in jobs} == {StoppedBy.USER}, (
        "whoever waits for one learns of the end"
    )
    assert service.submit(asks("late")).result().stats.stopped_by is StoppedBy.USER


def test_that_a_bug_of_a_provider_costs_one_job(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    provider = ScriptedProvider(parallel=1)
    service = make(provider)
    service.load(MODEL)
    generate = provider.generate
    provider.generate = lambda request: 1 / 0  # type: ignore[assignment,method-assign,return-value]
    with pytest.raises(SamarError) as caught:
        service.submit(asks("broken")).result()
    assert caught.value.code == "engine_failed"
    assert "ZeroDivisionError" in caplog.text
    provider.generate = generate  # type: ignore[method-assign]
    job = service.submit(asks("whole"))
    begun(provider, "whole")
    provider.reply_to("whole").finish()
    assert job.result().stats.stopped_by is StoppedBy.END


def test_that_a_job_runs_on_the_engine_without_qt(make: Make) -> None:
    """The real engine process, as in the terminal."""
    service = make(LocalProvider(EngineClient(gguf.inspect)))
    service.load(ModelRef.of_file(starter_model()), LoadOptions(threads=1, context=1024))
    result = service.submit(asks("Hello")).result()
    assert result.text
    assert service.capabilities.context == 1024
    assert service.model is not None


def test_that_a_death_costs_one_job_and_the_options_are_asked_for_at_each_load(make: Make) -> None:
    engine = ScriptedEngine(replies=(Reply(error=SamarError("engine_died")), Reply()))
    asked: list[int] = []

    def options() -> LoadOptions:
        asked.append(1)
        return LoadOptions(context=100 * len(asked))

    service = make(LocalProvider(engine))
    service.load(ModelRef.of_file(Path("one.gguf")), options)
    with pytest.raises(SamarError):
        service.submit(asks("dies")).result()
    assert service.submit(asks("answers")).result().text == "Hello, world."
    assert len(asked) == 2
    assert engine.options is not None
    assert engine.options.context == 200
