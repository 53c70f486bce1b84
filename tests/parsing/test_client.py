"""The real parser process: bounded, confined, ended at any moment, gone with the one that started it."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest

from desktop.core.formulas import Typeset
from desktop.core.program import child_environment
from desktop.core.sandbox import READING, abi
from desktop.parsing import typesetting
from desktop.parsing.client import ParserEndedError, ParserError, ParserLateError, ParserProcess, ParserStopped
from desktop.parsing.protocol import Kind
from desktop.parsing.typesetting import Typesetter
from tests.conftest import PATIENCE_S

ENDLESS = "{" * 29 + "x" + "}" * 29
"""59 letters that the typesetter would read for days."""


@pytest.fixture
def formulas():  # type: ignore[no-untyped-def]
    made = ParserProcess(Kind.FORMULAS)
    yield made
    made.close()


@pytest.fixture
def typesetter():  # type: ignore[no-untyped-def]
    made = Typesetter()
    yield made
    made.close()


def test_that_a_request_that_takes_too_long_ends_the_process_and_the_next_one_is_answered(
    formulas: ParserProcess,
) -> None:
    with pytest.raises(ParserLateError):
        formulas.call("typeset", ENDLESS, True, limit_s=0.5)
    assert formulas.pid is None
    made = formulas.call("typeset", "x^2", True, answer=Typeset | None, limit_s=PATIENCE_S)
    assert isinstance(made, Typeset)
    assert b"<svg" in made.svg


def test_that_a_process_that_ended_meanwhile_is_replaced(formulas: ParserProcess) -> None:
    assert formulas.call("typeset", "x", True, limit_s=PATIENCE_S)
    first = formulas.pid
    assert first is not None
    psutil.Process(first).kill()
    assert formulas.call("typeset", "y", True, limit_s=PATIENCE_S)
    assert formulas.pid not in (None, first)


def test_that_closing_ends_a_request_at_work(formulas: ParserProcess) -> None:
    found: list[BaseException] = []

    def ask() -> None:
        with pytest.raises(ParserError) as problem:
            formulas.call("typeset", ENDLESS, True, limit_s=1e6)
        found.append(problem.value)

    thread = threading.Thread(target=ask)
    thread.start()
    wait_until(lambda: formulas.pid is not None)
    formulas.close()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    assert isinstance(found[0], ParserEndedError)
    with pytest.raises(ParserEndedError):
        formulas.call("typeset", "x", True, limit_s=1)


def test_that_a_request_is_given_up_when_nobody_waits_any_more(formulas: ParserProcess) -> None:
    formulas.call("typeset", "x", True, limit_s=PATIENCE_S)
    with pytest.raises(ParserStopped):
        formulas.call("typeset", ENDLESS, True, limit_s=1e6, cancelled=lambda: True)
    assert formulas.pid is None


@pytest.mark.skipif(abi() < 1, reason="this system confines nothing")
def test_that_the_process_is_confined(formulas: ParserProcess) -> None:
    formulas.call("typeset", "x", True, limit_s=PATIENCE_S)
    assert READING in formulas.held


def test_that_the_process_ends_with_the_one_that_started_it() -> None:
    code = (
        "import threading\nfrom desktop.parsing.client import ParserProcess\nfrom desktop.parsing.protocol import Kind\n"
        "p = ParserProcess(Kind.FORMULAS)\np.call('typeset', 'x', True, limit_s=1e6)\nprint(p.pid, flush=True)\n"
        f"p.call('typeset', {ENDLESS!r}, True, limit_s=1e6)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=child_environment()
    ) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.send_signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
    if sys.platform.startswith("linux"):  # elsewhere it ends with its input, at the end of the request
        wait_until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_that_harmful_formulas_are_left_as_their_source_and_then_given_up(
    typesetter: Typesetter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typesetting, "LIMIT_S", 0.2)
    monkeypatch.setattr(typesetting, "MOST_LATE", 2)
    assert typesetter.typeset(ENDLESS, True) is None
    monkeypatch.setattr(typesetting, "LIMIT_S", PATIENCE_S)
    assert typesetter.typeset("x^2", True)
    monkeypatch.setattr(typesetting, "LIMIT_S", 0.2)
    assert typesetter.typeset(ENDLESS + "y", True) is None
    assert typesetter.has_given_up
    monkeypatch.setattr(typesetting, "LIMIT_S", PATIENCE_S)
    assert typesetter.typeset("x^2", True) is None
    typesetter.forgive()
    assert typesetter.typeset("x^2", True)


def test_that_code_is_read_and_a_lexer_that_takes_too_long_is_ended() -> None:
    code = ParserProcess(Kind.CODE)
    try:
        assert code.call("lex_block", "python", ["def f():", "  pass"], limit_s=PATIENCE_S) == [
            [[0, 3, "keyword"], [4, 1, "name"]],
            [[2, 4, "keyword"]],
        ]
        assert code.call("lex_block", "no such language", ["x"], limit_s=PATIENCE_S) is None
        with pytest.raises(ParserLateError):
            code.call("lex_block", "easytrieve", ["\t" * 2000] * 10, limit_s=0.5)
        spans, stack = code.call("lex_lines", "python", ["x = '''a", "b"], ["root"], limit_s=PATIENCE_S)
        assert len(spans) == 2
        assert stack != ["root"]
    finally:
        code.close()


def wait_until(condition) -> None:  # type: ignore[no-untyped-def]
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)
