"""The engine process killed, frozen, aborted, broken, orphaned: each ends in one error, and the next request works."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

import tests.fakes.failing_child
from desktop.core.errors import SamarError
from desktop.core.generation import GenerationParams, StoppedBy
from desktop.core.program import Role, child_command, child_environment
from desktop.core.requests import ChatRequest, LoadOptions
from desktop.engine.client import EngineClient
from desktop.engine.protocol import Event, Finished, TextDelta
from tests.fakes.endless import ENDLESS, ENDLESS_OPTIONS, write_endless
from tests.fakes.tiny_gguf import CHATML, write_tiny

pytestmark = [pytest.mark.engine]

OPTIONS = LoadOptions(threads=1)
MakeEngine = Callable[..., EngineClient]


def ask(text: str = "hello", tokens: int | None = None) -> ChatRequest:
    return ChatRequest(messages=(("user", text),), params=GenerationParams(seed=1, max_tokens=tokens))


def faulty(fault: str) -> list[str]:
    return [sys.executable, tests.fakes.failing_child.__file__, fault]


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The faulty child is a script of the tests: it finds `desktop` as its parent did."""
    root = str(Path(__file__).resolve().parents[2])
    monkeypatch.setenv("PYTHONPATH", root)


def process_of(engine: EngineClient) -> psutil.Process:
    assert engine.pid is not None
    return psutil.Process(engine.pid)


def reply_of(engine: EngineClient, request: ChatRequest, at_event: Callable[[int, Event], None]) -> None:
    """Read a reply to its end, calling `at_event` with the number of each event, from 1, and the event."""
    for number, event in enumerate(engine.generate(request), 1):
        at_event(number, event)


def gone(family: list[psutil.Process]) -> bool:
    _, alive = psutil.wait_procs(family, timeout=60)
    return not alive


def works(engine: EngineClient, model: Path) -> None:
    """The next message after a death: load again and answer."""
    assert engine.load(model, OPTIONS) is not None
    events = list(engine.generate(ask(tokens=3)))
    assert isinstance(events[-1], Finished)
    assert events[-1].stats.stopped_by is StoppedBy.LENGTH


def healed(engine: EngineClient) -> EngineClient:
    """The same window, whose next engine has no fault, and is given time on a busy computer."""
    engine.close()
    engine._command, engine._silence_s = child_command(Role.ENGINE), 60.0
    return engine


def load_and_ask(engine: EngineClient, model: Path, silence_s: float = 60.0) -> None:
    """silence_s: for the reply."""
    engine.load(model, OPTIONS)
    engine._silence_s = silence_s
    list(engine.generate(ask()))


def test_that_twenty_kills_at_random_moments_each_end_in_one_error(make_engine: MakeEngine, tmp_path: Path) -> None:
    """The moments are letters of the reply: how many events carry them differs from computer to computer."""
    engine, model = make_engine(), write_endless(tmp_path / "endless.gguf")
    moments = random.Random(20)
    families: list[psutil.Process] = []
    for _ in range(20):
        assert engine.load(model, ENDLESS_OPTIONS) is not None
        victim = process_of(engine)
        families += [victim, *victim.children(recursive=True)]
        moment = moments.choice((0, moments.randrange(1, 100), moments.randrange(1, 2000)))
        letters = 0

        def kill(_number: int, event: Event, moment: int = moment, pid: int = victim.pid) -> None:
            nonlocal letters
            letters += len(event.text) if isinstance(event, TextDelta) else 0
            if letters >= moment:
                with contextlib.suppress(ProcessLookupError):  # killed at an earlier event of those that came together
                    os.kill(pid, signal.SIGKILL)

        words = "hello " * moments.randrange(1, 200)
        request = ChatRequest(messages=(("user", words),), params=ENDLESS)
        with pytest.raises(SamarError) as caught:
            reply_of(engine, request, kill)
        assert caught.value.code == "engine_died"
        assert "SIGKILL" in caught.value.details["reason"]
        assert engine.model is None
    assert gone(families), "no process of a dead engine is left"
    works(engine, model)


def test_that_an_engine_killed_while_idle_is_replaced(make_engine: MakeEngine, tiny_model: Path) -> None:
    engine = make_engine()
    assert engine.load(tiny_model, OPTIONS) is not None
    victim = process_of(engine)
    victim.kill()
    assert gone([victim])
    with contextlib.suppress(SamarError):  # the death may show now or have shown already
        list(engine.generate(ask(tokens=3)))
    assert engine.model is None
    works(engine, tiny_model)


@pytest.mark.parametrize("stage", ["load", "reply"])
def test_that_an_engine_for_another_processor_is_told_from_a_crash(
    make_engine: MakeEngine, tiny_model: Path, stage: str
) -> None:
    engine = make_engine(command=faulty(f"illegal@{stage}"))
    with pytest.raises(SamarError) as caught:
        load_and_ask(engine, tiny_model)
    assert caught.value.code == "engine_unfit"
    assert engine.model is None
    works(healed(engine), tiny_model)


@pytest.mark.parametrize("stage", ["load", "prompt", "reply"])
def test_that_an_abort_of_ggml_says_what_it_said(make_engine: MakeEngine, tiny_model: Path, stage: str) -> None:
    engine = make_engine(command=faulty(f"abort@{stage}"))
    with pytest.raises(SamarError) as caught:
        load_and_ask(engine, tiny_model)
    assert caught.value.code == "engine_died"
    assert engine.model is None
    assert "SIGABRT" in caught.value.details["reason"]
    assert "GGML_ASSERT(tensor->ne[0] == 42) failed" in caught.value.details["reason"]
    works(healed(engine), tiny_model)


@pytest.mark.parametrize(
    ("fault", "code"), [("kill@load", "engine_died"), ("kill@prompt", "engine_died"), ("freeze@load", "engine_silent"),
                        ("freeze@prompt", "engine_silent")]
)  # fmt: skip
def test_that_an_engine_lost_before_its_first_word_is_replaced(
    make_engine: MakeEngine, tiny_model: Path, fault: str, code: str
) -> None:
    engine = make_engine(command=faulty(fault), silence_s=2.0 if fault == "freeze@load" else 60.0)
    with pytest.raises(SamarError) as caught:
        load_and_ask(engine, tiny_model, 2.0 if fault == "freeze@prompt" else 60.0)
    assert caught.value.code == code
    assert "SIGKILL" in caught.value.details.get("reason", "SIGKILL")
    assert not engine.alive
    works(healed(engine), tiny_model)


@pytest.mark.skipif(sys.platform != "linux", reason="no limit of memory that is kept")
def test_that_a_cache_for_which_there_is_no_memory_is_one_sentence(make_engine: MakeEngine, tmp_path: Path) -> None:
    """What was free when the plan was made is taken by another program before the cache is made."""
    large = write_tiny(tmp_path / "large.gguf", context=400_000)
    engine = make_engine(command=faulty("memory@load"))
    with pytest.raises(SamarError) as caught:
        engine.load(large, LoadOptions(threads=1, context=400_000))
    assert caught.value.code == "not_enough_memory"
    assert engine.model is None
    assert engine.alive, "the library gave the error back"
    works(healed(engine), large)


@pytest.mark.parametrize(
    ("fault", "reason"), [("segfault", "SIGSEGV"), ("exit", "exit code 7"), ("bug", "ZeroDivisionError: a bug of ours")]
)
def test_that_other_deaths_say_why(make_engine: MakeEngine, tiny_model: Path, fault: str, reason: str) -> None:
    lines: list[str] = []
    engine = make_engine(command=faulty(fault), on_log=lines.append)
    engine.load(tiny_model, OPTIONS)
    events: list[Event] = []
    with pytest.raises(SamarError) as caught:
        reply_of(engine, ask(), lambda _, event: events.append(event))
    assert caught.value.code == "engine_died"
    assert reason in caught.value.details["reason"]
    assert any(isinstance(event, TextDelta) for event in events), "what was written before is kept"
    assert (fault == "bug") == any("Traceback" in line for line in lines)


def test_that_prints_of_native_code_do_not_reach_the_frames(make_engine: MakeEngine, tiny_model: Path) -> None:
    lines: list[str] = []
    engine = make_engine(command=faulty("noise"), on_log=lines.append)
    engine.load(tiny_model, OPTIONS)
    events = list(engine.generate(ask(tokens=50)))
    assert isinstance(events[-1], Finished)
    engine.close()
    assert "GGUF noise from native code" in lines


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("early", "cannot open shared object file"), ("silent", "no answer"), ("version", "another version")],
)
def test_that_an_engine_which_does_not_start_says_why(
    make_engine: MakeEngine, tiny_model: Path, fault: str, reason: str
) -> None:
    engine = make_engine(command=faulty(fault), start_s=60.0 if fault != "silent" else 1.0)
    with pytest.raises(SamarError) as caught:
        engine.load(tiny_model)
    assert caught.value.code == "engine_start_failed"
    assert reason in caught.value.details["reason"]
    assert not engine.alive


def test_that_a_missing_program_says_why(make_engine: MakeEngine, tiny_model: Path) -> None:
    engine = make_engine(command=["/nowhere/samar"])
    with pytest.raises(SamarError) as caught:
        engine.load(tiny_model)
    assert caught.value.code == "engine_start_failed"
    assert "No such file" in caught.value.details["reason"]


def test_that_a_frozen_engine_is_ended_after_its_time(make_engine: MakeEngine, tiny_model: Path) -> None:
    engine = make_engine()
    engine.load(tiny_model, OPTIONS)
    frozen = process_of(engine)

    def freeze(_number: int, event: Event) -> None:
        if isinstance(event, TextDelta):
            os.kill(frozen.pid, signal.SIGSTOP)
            engine._silence_s = 2.0  # not earlier: a sound one may be slow

    with pytest.raises(SamarError) as caught:
        reply_of(engine, ask(), freeze)
    assert caught.value.code == "engine_silent"
    assert not frozen.is_running()
    engine._silence_s = 60.0
    works(engine, tiny_model)


def test_that_a_frozen_engine_takes_no_caller_with_it(make_engine: MakeEngine, tiny_model: Path) -> None:
    engine = make_engine()
    engine.load(tiny_model, OPTIONS)
    frozen = process_of(engine)
    os.kill(frozen.pid, signal.SIGSTOP)
    engine._silence_s = 2.0
    with pytest.raises(SamarError) as caught:
        list(engine.generate(ask("x" * 1_000_000)))  # more than a pipe holds: a plain write would never return
    assert caught.value.code == "engine_silent"
    assert not frozen.is_running()


def test_that_a_stop_which_is_not_obeyed_ends_the_engine(make_engine: MakeEngine, tiny_model: Path) -> None:
    engine = make_engine(silence_s=600.0, stop_s=0.5)
    engine.load(tiny_model, OPTIONS)
    frozen = process_of(engine)

    def freeze_and_stop(_number: int, event: Event) -> None:
        if isinstance(event, TextDelta):
            os.kill(frozen.pid, signal.SIGSTOP)
            engine.stop()

    with pytest.raises(SamarError) as caught:
        reply_of(engine, ask(), freeze_and_stop)
    assert caught.value.code == "engine_silent"


def test_that_a_busy_engine_is_not_taken_for_a_frozen_one(make_engine: MakeEngine, tiny_model: Path) -> None:
    """A template that runs for seconds sends no event, but the engine answers when it is asked for a sign of life."""
    engine = make_engine(silence_s=2.6)  # a sign of life is asked for after one second
    slow = "{% if messages | length > 2 %}{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}{% endif %}"
    engine.load(write_tiny(tiny_model.parent / "slow.gguf", template=slow + CHATML), OPTIONS)
    messages = (("user", "a"), ("assistant", "b"), ("user", "c"))
    with pytest.raises(SamarError) as caught:
        list(engine.generate(ChatRequest(messages=messages)))
    assert caught.value.code == "template_broken"
    assert engine.model is not None


def test_that_the_engine_ends_when_its_input_closes(tiny_model: Path) -> None:
    with subprocess.Popen(
        child_command(Role.ENGINE, str(os.getpid())),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=child_environment(),
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.read(4)
        process.stdin.close()
        assert process.wait(timeout=60) == 0


PARENT = """
import sys, time
from pathlib import Path
from desktop.engine.client import EngineClient
from desktop.core.requests import ChatRequest, LoadOptions
from desktop.engine.protocol import TextDelta
from desktop.models import gguf
import psutil
engine = EngineClient(gguf.inspect)
engine.load(Path(sys.argv[1]), LoadOptions(threads=1))
for event in engine.generate(ChatRequest(messages=(("user", "hello"),))):
    if isinstance(event, TextDelta):
        print(*(child.pid for child in psutil.Process().children(recursive=True)), flush=True)
        sys.stdin.read()
"""


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
def test_that_no_process_outlives_its_window(tiny_model: Path, sign: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tiny_model)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=child_environment(),
        text=True,
    ) as window:
        assert window.stdout is not None
        family = [psutil.Process(int(pid)) for pid in window.stdout.readline().split()]
        assert len(family) == (3 if sys.platform == "linux" else 2), (
            "the engine, what renders templates and its watcher"
        )
        window.send_signal(sign)
        window.wait(timeout=60)
    assert gone(family)


def test_that_closing_in_mid_reply_ends_the_reply_and_leaves_nothing(make_engine: MakeEngine, tiny_model: Path) -> None:
    engine = make_engine()
    engine.load(tiny_model, OPTIONS)
    family = [process_of(engine), *process_of(engine).children(recursive=True)]
    reply = engine.generate(ask())
    next(reply)
    engine.close()
    assert gone(family)
    last = list(reply)[-1]
    assert isinstance(last, Finished)
    assert last.stats.stopped_by is StoppedBy.USER
