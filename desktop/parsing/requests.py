"""Requests of a window to a parser process: one after another, on a thread, so that the window waits for none of them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

Ask = Callable[[], object]


class Requests:
    """The thread starts with the first request. It is a daemon: nothing of value lives in what it waits for."""

    def __init__(self, name: str, end: Callable[[], None]) -> None:
        """end: closes the process, so that the request at work comes back."""
        self._name, self._end = name, end
        self._waiting: queue.SimpleQueue[tuple[Ask, Callable[[object], None]] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()

    def put(self, ask: Ask, answer: Callable[[object], None]) -> None:
        """Have `ask` called on the thread, and `answer` there with what it returned; not after `close`."""
        if self._closed.is_set():
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()
        self._waiting.put((ask, answer))

    def clear(self) -> None:
        """Leave out those that wait."""
        while not self._waiting.empty():
            try:
                self._waiting.get_nowait()
            except queue.Empty:  # the thread was faster
                return

    def drop(self) -> None:
        """End the process and the thread without waiting."""
        self._closed.set()
        self._end()
        self._waiting.put(None)

    def close(self) -> None:
        """End the process, give up the request at work and leave out those that wait."""
        self.drop()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        while (request := self._waiting.get()) is not None:
            ask, answer = request
            if self._closed.is_set():
                continue
            made = ask()
            if not self._closed.is_set():
                answer(made)
