"""Reads of files that may never end: a share that went away delivers nothing, and no system call says so.

They run on threads that are given up where the person wants something else. Such a thread holds nothing but its file and
ends with the process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")


class GivenUp(Exception):  # noqa: N818 - a state, not an error
    """A read was given up."""


class Reads:
    """Runs reads so that other threads can give them up."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: set[threading.Event] = set()
        self._given_up = self._closed = False

    def begin(self) -> None:
        """Something new is at work: what was given up before counts no more."""
        with self._lock:
            self._given_up = self._closed

    def give_up(self) -> None:
        """Let every read go, and those to come until `begin`; `run` raises GivenUp. From any thread."""
        with self._lock:
            self._given_up = True
            for woken in self._waiting:
                woken.set()

    def close(self) -> None:
        """Give up for good."""
        self._closed = True
        self.give_up()

    def run(self, work: Callable[P, T], /, *words: P.args, **more: P.kwargs) -> T:
        """What `work` returns or raises. Raises GivenUp as soon as it is given up, whatever `work` waits for."""
        woken = threading.Event()
        with self._lock:
            if self._given_up:
                raise GivenUp
            self._waiting.add(woken)
        read = _Read(lambda: work(*words, **more), woken)
        read.start()
        woken.wait()
        with self._lock:
            self._waiting.discard(woken)
        return read.outcome()

    def of(self, work: Callable[P, T]) -> Callable[P, T]:
        """`work` as a function that is run so."""
        return lambda *words, **more: self.run(work, *words, **more)


def within(seconds: float, work: Callable[[], T], otherwise: T) -> T:
    """What `work` returns, or `otherwise` when that takes longer: for questions of the window's own thread."""
    woken = threading.Event()
    read = _Read(work, woken)
    read.start()
    woken.wait(seconds)
    try:
        return read.outcome()
    except GivenUp:
        return otherwise


class _Read(threading.Thread, Generic[T]):
    def __init__(self, work: Callable[[], T], woken: threading.Event) -> None:
        super().__init__(name="read", daemon=True)
        self._work, self._woken = work, woken
        self._value: T | None = None
        self._problem: BaseException | None = None
        self._ended = False

    def run(self) -> None:
        try:
            self._value = self._work()
        except BaseException as problem:  # handed over to the thread that waits
            self._problem = problem
        self._ended = True
        self._woken.set()

    def outcome(self) -> T:
        if not self._ended:
            raise GivenUp
        self.join()
        if self._problem is not None:
            raise self._problem
        return cast(T, self._value)
