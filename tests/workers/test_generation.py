"""The generation thread: signals in order, stops, deaths, and models that come back."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.core.errors import SamarError
from desktop.core.generation import StoppedBy
from desktop.core.model import FileFacts
from desktop.core.paths import starter_model
from desktop.core.reads import Reads
from desktop.core.requests import ChatRequest, LoadOptions
from desktop.engine.client import Engine, EngineClient
from desktop.engine.protocol import Event
from desktop.models import gguf
from desktop.providers.local import LocalProvider
from desktop.workers.generation import GenerationWorker, Job
from tests.fakes.endless import ENDLESS, ENDLESS_CONTEXT, ENDLESS_OPTIONS, write_endless
from tests.fakes.scripted_engine import Reply, ScriptedEngine
from tests.fakes.tiny_gguf import CHATML, write_tiny

REQUEST = ChatRequest(messages=(("user", "hello"),))
OPTIONS = LoadOptions(threads=1)
MODEL = Path("one.gguf")


class Told:
    """Every signal of a worker, in the order in which the GUI thread got them. Jobs are named by the numbers that the test
    gives them."""

    def __init__(self, worker: GenerationWorker) -> None:
        self.worker = worker
        self.jobs: dict[int, Job] = {}
        self.events: list[tuple[object, ...]] = []
        self.threads: set[QThread] = set()
        self.text: dict[int, str] = {}
        self.thinking: dict[int, str] = {}
        self.chunks = 0
        for name in ("model_loaded", "model_unloaded", "load_stopped", "load_failed", "finished", "failed"):
            getattr(worker, name).connect(lambda *values, name=name: self._note(name, *values))
        worker.chunk_received.connect(self._chunk)

    def ask(self, number: int, request: ChatRequest) -> None:
        self.jobs[number] = self.worker.submit(request)

    def number(self, job: int) -> int:
        return next(number for number, known in self.jobs.items() if known.id == job)

    def _note(self, name: str, *values: object) -> None:
        self.threads.add(QThread.currentThread())
        if name in ("finished", "failed"):
            assert isinstance(values[0], int)
            values = (self.number(values[0]), *values[1:])
        self.events.append((name, *values))

    def _chunk(self, job: int, text: str, thinking: str) -> None:
        message_id = self.number(job)
        self.chunks += 1
        self.text[message_id] = self.text.get(message_id, "") + text
        self.thinking[message_id] = self.thinking.get(message_id, "") + thinking

    @property
    def names(self) -> list[object]:
        return [event[0] for event in self.events]

    def stopped_by(self, index: int = -1) -> object:
        return self.events[index][2].stopped_by  # type: ignore[attr-defined]

    def code(self, index: int = -1) -> str:
        problem = self.events[index][-1]
        assert isinstance(problem, SamarError)
        return problem.code


@pytest.fixture
def make_worker(qtbot: QtBot) -> Iterator[Callable[..., tuple[GenerationWorker, Told]]]:
    made: list[GenerationWorker] = []

    def make(engine: Engine, **options: object) -> tuple[GenerationWorker, Told]:
        worker = GenerationWorker(LocalProvider(engine, **options))  # type: ignore[arg-type]
        made.append(worker)
        return worker, Told(worker)

    yield make
    for worker in made:
        worker.shutdown()


Make = Callable[..., tuple[GenerationWorker, Told]]


def test_that_a_load_and_a_reply_arrive_on_the_gui_thread(qtbot: QtBot, make_worker: Make) -> None:
    worker, told = make_worker(ScriptedEngine(replies=(Reply(pieces=("Hi", " there"), thinking=("hm",)),)))
    worker.load(MODEL)
    with qtbot.waitSignal(worker.finished):
        told.ask(5, REQUEST)
    assert told.names == ["model_loaded", "finished"]
    assert told.text == {5: "Hi there"}
    assert told.thinking == {5: "hm"}
    assert told.threads == {worker.thread()}
    assert worker.model is not None


def test_that_pieces_are_gathered(qtbot: QtBot, make_worker: Make) -> None:
    worker, told = make_worker(ScriptedEngine(replies=(Reply(pieces=["x"] * 5000),)))
    worker.load(MODEL)
    with qtbot.waitSignal(worker.finished):
        told.ask(1, REQUEST)
    assert told.text[1] == "x" * 5000
    assert told.chunks < 500


def test_that_a_stop_ends_the_reply_and_keeps_what_was_written(qtbot: QtBot, make_worker: Make) -> None:
    gate = threading.Event()
    worker, told = make_worker(ScriptedEngine(replies=(Reply(gate=gate), Reply())))
    worker.load(MODEL)
    with qtbot.waitSignal(worker.chunk_received):
        told.ask(1, REQUEST)
    with qtbot.waitSignal(worker.finished):
        worker.stop()
    assert told.stopped_by() is StoppedBy.USER
    assert told.text[1] == "Hello"
    with qtbot.waitSignal(worker.finished):
        told.ask(2, REQUEST)
    assert told.stopped_by() is StoppedBy.END


def test_that_cancelling_one_reply_touches_no_other(qtbot: QtBot, make_worker: Make) -> None:
    gate = threading.Event()
    worker, told = make_worker(ScriptedEngine(replies=(Reply(gate=gate), Reply(("second",)), Reply(("third",)))))
    worker.load(MODEL)
    with qtbot.waitSignal(worker.chunk_received):
        told.ask(1, REQUEST)
    for message_id in (2, 3):
        told.ask(message_id, REQUEST)
    with qtbot.waitSignal(worker.finished):
        told.jobs[2].cancel()
    assert (told.events[-1][:2], told.stopped_by()) == (("finished", 2), StoppedBy.USER)
    gate.set()
    qtbot.waitUntil(lambda: told.names.count("finished") == 3)
    ends = {event[1]: event[2].stopped_by for event in told.events if event[0] == "finished"}  # type: ignore[attr-defined]
    assert ends == {2: StoppedBy.USER, 1: StoppedBy.END, 3: StoppedBy.END}
    assert told.text == {1: "Hello, world.", 3: "second"}
    told.jobs[3].cancel()
    with qtbot.waitSignal(worker.finished):
        told.ask(4, REQUEST)
    assert told.stopped_by() is StoppedBy.END, "a cancel that comes too late meets nobody"


def test_that_cancelling_the_reply_at_work_spares_the_one_that_waits(qtbot: QtBot, make_worker: Make) -> None:
    worker, told = make_worker(ScriptedEngine(replies=(Reply(gate=threading.Event()), Reply(("second",)))))
    worker.load(MODEL)
    with qtbot.waitSignal(worker.chunk_received):
        told.ask(1, REQUEST)
    told.ask(2, REQUEST)
    told.jobs[1].cancel()
    qtbot.waitUntil(lambda: told.names.count("finished") == 2)
    assert (told.stopped_by(-2), told.stopped_by()) == (StoppedBy.USER, StoppedBy.END)
    assert told.text[2] == "second"


class Between(ScriptedEngine):
    """Holds each request back before it begins to be at work."""

    def __init__(self) -> None:
        super().__init__(replies=(Reply(("first",) * 3), Reply(("second",))))
        self.reached, self.go_on = threading.Event(), threading.Event()

    def generate(self, request: ChatRequest) -> Iterator[Event]:
        self.reached.set()
        assert self.go_on.wait(60)
        yield from super().generate(request)


def test_that_a_cancel_reaches_a_reply_that_the_engine_does_not_know_yet(qtbot: QtBot, make_worker: Make) -> None:
    engine = Between()
    worker, told = make_worker(engine)
    worker.load(MODEL)
    told.ask(1, msgspec.structs.replace(REQUEST, chat="7"))
    told.ask(2, REQUEST)
    assert engine.reached.wait(60)
    told.jobs[1].cancel()
    worker.forget(["7"])
    assert engine.forgotten == ["7"]
    engine.go_on.set()
    qtbot.waitUntil(lambda: told.names.count("finished") == 2)
    assert (told.stopped_by(-2), told.stopped_by()) == (StoppedBy.USER, StoppedBy.END)
    assert engine.forgotten == ["7", "7"], "what was read after the first time is forgotten too"


def test_that_cancels_and_requests_at_once_lose_nothing(qtbot: QtBot, make_worker: Make) -> None:
    """The queue changes on two threads: each reply ends once, and those that nobody cancelled in good order."""
    worker, told = make_worker(ScriptedEngine(replies=(Reply(("x",)),)))
    worker.load(MODEL)
    count = 400
    for message_id in range(count):
        told.ask(message_id, REQUEST)
        if message_id % 3 == 0:
            told.jobs[message_id].cancel()
        if message_id % 50 == 49:
            QApplication.processEvents()
    qtbot.waitUntil(lambda: told.names.count("finished") >= count, timeout=60_000)
    ended = [event[1] for event in told.events if event[0] == "finished"]
    assert sorted(ended) == list(range(count))  # type: ignore[type-var]
    ends = {event[1]: event[2].stopped_by for event in told.events if event[0] == "finished"}  # type: ignore[attr-defined]
    assert all(ends[id_] is StoppedBy.END for id_ in range(count) if id_ % 3)


def test_that_stopping_a_load_spares_the_replies(qtbot: QtBot, make_worker: Make) -> None:
    engine = ScriptedEngine()
    worker, told = make_worker(engine)
    with qtbot.waitSignal(worker.model_loaded):
        worker.load(MODEL)
    engine.load_gate = threading.Event()
    with qtbot.waitSignal(worker.model_loading, check_params_cb=lambda fraction: fraction > 0):
        worker.load(Path("two.gguf"))
    told.ask(1, REQUEST)
    with qtbot.waitSignal(worker.load_stopped):
        worker.stop_load()
        engine.load_gate = None
    qtbot.waitUntil(lambda: "finished" in told.names)
    assert told.stopped_by() is StoppedBy.END
    assert worker.model is not None
    assert worker.model.name == "one"


@pytest.mark.engine
def test_that_the_real_engine_ends_the_reply_that_is_meant_and_no_other(
    qtbot: QtBot, make_worker: Make, tmp_path: Path
) -> None:
    path = write_endless(tmp_path / "endless.gguf")
    worker, told = make_worker(EngineClient(gguf.inspect))
    with qtbot.waitSignal(worker.model_loaded, timeout=60_000):
        worker.load(path, ENDLESS_OPTIONS)
    endless = ChatRequest(messages=(("user", "hello"),), params=ENDLESS)
    with qtbot.waitSignal(worker.chunk_received, timeout=60_000):
        told.ask(1, endless)
    for message_id in (2, 3):
        told.ask(message_id, endless)
    with qtbot.waitSignal(worker.finished, timeout=60_000):
        told.jobs[2].cancel()
    with qtbot.waitSignal(worker.chunk_received, timeout=60_000):
        pass  # the first one goes on
    assert [event[1] for event in told.events if event[0] == "finished"] == [2]
    with qtbot.waitSignal(worker.chunk_received, timeout=60_000, check_params_cb=lambda job, *_: told.number(job) == 3):
        told.jobs[1].cancel()
    with qtbot.waitSignal(worker.finished, timeout=60_000):
        told.jobs[3].cancel()
    assert [event[1] for event in told.events if event[0] == "finished"] == [2, 1, 3]


def test_that_a_stop_takes_back_replies_that_wait_and_spares_the_load(qtbot: QtBot, make_worker: Make) -> None:
    gate = threading.Event()
    worker, told = make_worker(ScriptedEngine(load_gate=gate))
    with qtbot.waitSignal(worker.model_loading):
        worker.load(MODEL)
    told.ask(1, REQUEST)
    told.ask(2, REQUEST)
    worker.stop()
    gate.set()
    qtbot.waitUntil(lambda: told.names == ["finished", "finished", "model_loaded"])
    assert told.stopped_by(0) is told.stopped_by(1) is StoppedBy.USER


def test_that_a_stop_with_no_reply_about_ends_the_load(qtbot: QtBot, make_worker: Make) -> None:
    worker, told = make_worker(ScriptedEngine(load_gate=threading.Event()))
    with qtbot.waitSignal(worker.model_loading, check_params_cb=lambda fraction: fraction > 0):
        worker.load(MODEL)
    with qtbot.waitSignal(worker.load_stopped):
        worker.stop()
    assert told.names == ["load_stopped"]


def test_that_another_load_ends_the_one_at_work(qtbot: QtBot, make_worker: Make) -> None:
    engine = ScriptedEngine(load_gate=threading.Event())
    worker, told = make_worker(engine)
    with qtbot.waitSignal(worker.model_loading, check_params_cb=lambda fraction: fraction > 0):
        worker.load(Path("slow.gguf"))
    worker.load(Path("waiting.gguf"))
    engine.load_gate = None
    with qtbot.waitSignal(worker.model_loaded):
        worker.load(MODEL)
    assert engine.loads[-1] == MODEL
    assert Path("waiting.gguf") not in engine.loads
    assert told.names == ["load_stopped", "model_loaded"]


def test_that_a_failed_load_brings_the_model_before_it_back(qtbot: QtBot, make_worker: Make) -> None:
    engine = ScriptedEngine()
    worker, told = make_worker(engine)
    with qtbot.waitSignal(worker.model_loaded):
        worker.load(MODEL)
    engine.load_error = SamarError("model_load_failed", name="two", reason="no tensor")
    with qtbot.waitSignal(worker.model_loaded):
        worker.load(Path("two.gguf"))
    assert told.names == ["model_loaded", "load_failed", "model_loaded"]
    assert worker.model is not None
    assert worker.model.name == "one"


def test_that_a_bad_file_leaves_the_loaded_model_alone(qtbot: QtBot, make_worker: Make, tmp_path: Path) -> None:
    bad = tmp_path / "bad.gguf"
    bad.write_bytes(b"no model")
    worker, told = make_worker(ScriptedEngine(inspect=gguf.inspect))
    with qtbot.waitSignal(worker.model_loaded):
        worker.load(starter_model())
    with qtbot.waitSignal(worker.load_failed):
        worker.load(bad)
    with qtbot.waitSignal(worker.finished):
        told.ask(1, REQUEST)
    assert told.names == ["model_loaded", "load_failed", "finished"]
    assert told.code(1) == "model_not_gguf"


def test_that_a_reply_without_a_model_fails(qtbot: QtBot, make_worker: Make) -> None:
    worker, told = make_worker(ScriptedEngine())
    with qtbot.waitSignal(worker.failed):
        told.ask(1, REQUEST)
    assert told.code() == "no_model"


def test_that_after_a_death_the_next_message_loads_and_answers(qtbot: QtBot, make_worker: Make) -> None:
    death = SamarError("engine_died", reason="SIGKILL")
    engine = ScriptedEngine(replies=(Reply(pieces=("Half",), error=death), Reply(pieces=("Whole",))))
    worker, told = make_worker(engine)
    worker.load(MODEL)
    with qtbot.waitSignal(worker.failed):
        told.ask(1, REQUEST)
    assert told.text[1] == "Half"
    with qtbot.waitSignal(worker.finished):
        told.ask(2, REQUEST)
    assert told.text[2] == "Whole"
    assert told.names == ["model_loaded", "failed", "model_loaded", "finished"]
    assert engine.loads == [MODEL, MODEL]


def test_that_an_engine_killed_while_it_loads_again_costs_one_message_and_not_the_model(
    qtbot: QtBot, make_worker: Make
) -> None:
    engine = ScriptedEngine()
    worker, told = make_worker(engine)
    with qtbot.waitSignal(worker.model_loaded):
        worker.load(MODEL)
    engine.unload()
    for code in ("engine_start_failed", "not_enough_memory", "not_enough_memory", "engine_died"):
        engine.load_error = SamarError(code, reason="SIGKILL", name="one", needed="9 GB", free="1 GB")
        with qtbot.waitSignal(worker.failed):
            told.ask(1, REQUEST)
        assert told.code() == code
        engine.load_error = None
        if code == "not_enough_memory":  # tried again as often as one asks
            continue
        with qtbot.waitSignal(worker.finished):
            told.ask(2, REQUEST)
        engine.unload()


def test_that_an_engine_dead_before_the_reply_began_costs_no_reply(qtbot: QtBot, make_worker: Make) -> None:
    death = SamarError("engine_died", reason="SIGKILL")
    engine = ScriptedEngine(replies=(Reply(error=death, early=True), Reply(pieces=("Whole",))))
    worker, told = make_worker(engine)
    worker.load(MODEL)
    with qtbot.waitSignal(worker.finished):
        told.ask(1, REQUEST)
    assert told.text[1] == "Whole"
    assert told.names == ["model_loaded", "model_loaded", "finished"]


def test_that_a_request_that_ends_the_engine_before_it_begins_is_tried_twice_only(
    qtbot: QtBot, make_worker: Make
) -> None:
    death = SamarError("engine_died", reason="SIGSEGV")
    engine = ScriptedEngine(replies=(Reply(error=death, early=True),))
    worker, told = make_worker(engine)
    worker.load(MODEL)
    with qtbot.waitSignal(worker.failed):
        told.ask(1, REQUEST)
    assert told.code() == "engine_died"
    assert len(engine.requests) == 2


def test_that_what_ends_the_engine_twice_is_not_tried_a_third_time(qtbot: QtBot, make_worker: Make) -> None:
    death = SamarError("engine_died", reason="SIGKILL")
    engine = ScriptedEngine(replies=(Reply(error=death),))
    noted: list[Path | None] = []
    worker, told = make_worker(engine, mark=noted.append)
    worker.load(MODEL)
    with qtbot.waitSignal(worker.failed):
        told.ask(1, REQUEST)
    for number in (2, 3):
        engine.load_error = death
        with qtbot.waitSignal(worker.failed):
            told.ask(number, REQUEST)
        assert told.code() == "engine_died"
    with qtbot.waitSignal(worker.failed):
        told.ask(4, REQUEST)
    assert told.code() == "no_model"
    assert noted == [MODEL, None, MODEL, MODEL], "what killed the engine stays noted for the next start"


def test_that_a_load_is_noted_before_and_cleared_after(qtbot: QtBot, make_worker: Make) -> None:
    noted: list[Path | None] = []
    engine = ScriptedEngine()
    worker, _ = make_worker(engine, mark=noted.append)
    with qtbot.waitSignal(worker.model_loaded):
        worker.load(MODEL)
    engine.load_error = SamarError("not_enough_memory", name="big", needed="9 GB", free="1 GB")
    with qtbot.waitSignal(worker.load_failed):
        worker.load(Path("big.gguf"))
    assert noted[:4] == [MODEL, None, Path("big.gguf"), None]


def test_that_unloading_is_told(qtbot: QtBot, make_worker: Make) -> None:
    worker, told = make_worker(ScriptedEngine())
    worker.load(MODEL)
    with qtbot.waitSignal(worker.model_unloaded):
        worker.unload()
    assert worker.model is None
    assert "model_unloaded" in told.names


def test_that_an_idle_model_sleeps_and_the_next_message_wakes_it(qtbot: QtBot, make_worker: Make) -> None:
    engine = ScriptedEngine()
    worker, told = make_worker(engine)
    worker.load(MODEL)
    with qtbot.waitSignal(worker.finished):
        told.ask(1, REQUEST)
    worker.set_idle_minutes(0.001)
    qtbot.waitUntil(lambda: engine.model is None)
    assert worker.model is not None, "nobody is told: the window still shows it"
    assert "model_unloaded" not in told.names
    with qtbot.waitSignal(worker.finished):
        told.ask(2, REQUEST)
    assert told.text[2] == told.text[1]
    assert engine.loads == [MODEL, MODEL]
    assert told.names == ["model_loaded", "finished", "model_loaded", "finished"]


def test_that_a_model_at_work_does_not_sleep(qtbot: QtBot, make_worker: Make) -> None:
    gate = threading.Event()
    engine = ScriptedEngine(replies=(Reply(gate=gate),))
    worker, told = make_worker(engine)
    worker.load(MODEL)
    with qtbot.waitSignal(worker.chunk_received):
        told.ask(1, REQUEST)
    worker.set_idle_minutes(0.0005)
    worker.service.sleep()
    with qtbot.waitSignal(worker.finished):
        gate.set()
    assert told.names == ["model_loaded", "finished"]


def test_that_a_sleeping_model_can_be_unloaded_and_replaced(qtbot: QtBot, make_worker: Make) -> None:
    engine = ScriptedEngine()
    worker, told = make_worker(engine)
    with qtbot.waitSignal(worker.model_loaded):
        worker.load(MODEL)
    worker.set_idle_minutes(0.0005)
    qtbot.waitUntil(lambda: engine.model is None)
    with qtbot.waitSignal(worker.model_unloaded):
        worker.unload()
    assert worker.model is None
    with qtbot.waitSignal(worker.failed):
        told.ask(1, REQUEST)
    worker.set_idle_minutes(0)
    with qtbot.waitSignal(worker.model_loaded):
        worker.load(Path("two.gguf"))
    assert worker.model is not None
    assert worker.model.name == "two"


def test_that_a_bug_of_an_engine_does_not_end_the_thread(
    qtbot: QtBot, make_worker: Make, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = ScriptedEngine()
    worker, told = make_worker(engine)
    worker.load(MODEL)

    def broken(_request: ChatRequest) -> Iterator[object]:
        raise ZeroDivisionError("a bug")

    with monkeypatch.context() as patch:
        patch.setattr(engine, "generate", broken)
        with qtbot.waitSignal(worker.failed):
            told.ask(1, REQUEST)
    assert told.code() == "engine_failed"
    assert "ZeroDivisionError" in caplog.text
    with qtbot.waitSignal(worker.finished):
        told.ask(2, REQUEST)


def test_that_shutting_down_in_mid_reply_is_clean(qtbot: QtBot, make_worker: Make) -> None:
    engine = ScriptedEngine(replies=(Reply(gate=threading.Event()),))
    worker, told = make_worker(engine)
    worker.load(MODEL)
    with qtbot.waitSignal(worker.chunk_received):
        told.ask(1, REQUEST)
    told.ask(2, REQUEST)
    worker.shutdown()
    worker.shutdown()
    assert not engine.alive
    told.ask(3, REQUEST)  # too late, and no error


@pytest.mark.engine
def test_that_a_real_engine_killed_in_mid_reply_comes_back_by_itself(
    qtbot: QtBot, make_worker: Make, tmp_path: Path
) -> None:
    engine = EngineClient(gguf.inspect)
    worker, told = make_worker(engine)
    endless = ChatRequest(messages=(("user", "What is a token?"),), params=ENDLESS)
    with qtbot.waitSignal(worker.model_loaded, timeout=30_000):
        worker.load(write_endless(tmp_path / "endless.gguf"), ENDLESS_OPTIONS)
    with qtbot.waitSignal(worker.chunk_received, timeout=30_000):
        told.ask(1, endless)
    assert engine.pid is not None
    os.kill(engine.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: "failed" in told.names or "finished" in told.names, timeout=30_000)
    assert told.text[1]
    with qtbot.waitSignal(worker.finished, timeout=30_000):
        told.ask(2, ChatRequest(messages=(("user", "Hello"),), params=msgspec.structs.replace(ENDLESS, max_tokens=9)))
    assert told.text[2]
    assert told.names == ["model_loaded", "failed", "model_loaded", "finished"]


@pytest.mark.engine
def test_that_a_real_engine_answers_when_it_is_asked_to_and_only_for_that_reply(
    qtbot: QtBot, make_worker: Make, tmp_path: Path
) -> None:
    worker, told = make_worker(EngineClient(gguf.inspect))
    template = CHATML.replace("assistant\n", "assistant\n<think>\n")
    with qtbot.waitSignal(worker.model_loaded, timeout=30_000):
        worker.load(write_tiny(tmp_path / "m.gguf", template=template, context=ENDLESS_CONTEXT), ENDLESS_OPTIONS)
    bias = (*ENDLESS.logit_bias, (ord("<"), -1000.0))
    request = msgspec.structs.replace(REQUEST, params=msgspec.structs.replace(ENDLESS, logit_bias=bias))
    with qtbot.waitSignal(worker.chunk_received, timeout=30_000):
        told.ask(1, request)
    told.ask(2, request)
    told.jobs[2].answer_now()
    thought = told.thinking[1]
    qtbot.waitUntil(lambda: len(told.thinking[1]) > len(thought), timeout=30_000)
    assert not told.text[1]
    told.jobs[1].answer_now()
    qtbot.waitUntil(lambda: bool(told.text[1]), timeout=30_000)
    with qtbot.waitSignal(worker.finished, timeout=30_000):
        told.jobs[1].cancel()
    assert told.thinking[1].startswith(thought)
    assert "think>" not in told.text[1] + told.thinking[1]


@pytest.fixture
def lost_share() -> Iterator[tuple[threading.Event, threading.Event]]:
    """Set when a file on it is being read, and what would let that end."""
    reading, delivered = threading.Event(), threading.Event()
    yield reading, delivered
    delivered.set()
    for thread in threading.enumerate():
        if thread.name == "read":
            thread.join()


def test_that_a_file_that_is_never_delivered_holds_up_neither_the_next_nor_the_end(
    qtbot: QtBot, lost_share: tuple[threading.Event, threading.Event], tmp_path: Path
) -> None:
    """The engine is the real one: its reader of headers waits for a share that went away."""
    reading, delivered = lost_share

    def inspect(path: Path) -> FileFacts:
        if path.name == "lost.gguf":
            reading.set()
            delivered.wait()
        return gguf.inspect(path)

    reads = Reads()
    engine = EngineClient(reads.of(inspect))
    worker = GenerationWorker(LocalProvider(engine, reads=reads))
    told = Told(worker)
    try:
        worker.load(tmp_path / "lost.gguf", OPTIONS)
        qtbot.waitUntil(reading.is_set, timeout=20_000)
        worker.load(starter_model(), OPTIONS)
        qtbot.waitUntil(lambda: "model_loaded" in told.names, timeout=60_000)
        assert told.names == ["load_stopped", "model_loaded"]
        reading.clear()
        worker.load(tmp_path / "lost.gguf", lambda: read_of_options(reading, delivered))
        qtbot.waitUntil(reading.is_set, timeout=20_000)
    finally:
        worker.shutdown()
    assert not delivered.is_set()


def read_of_options(reading: threading.Event, delivered: threading.Event) -> LoadOptions:
    reading.set()
    delivered.wait()
    return OPTIONS
