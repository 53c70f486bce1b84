"""What a conversion tells while it runs, and how it is asked to stop."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from typing import IO, Any, Literal, Protocol

from converter.errors import Cancelled

Stage = Literal["download", "read", "convert", "verify", "publish"]


class Reporter(Protocol):
    """Receives the events of one conversion, in the main thread except for `progress`."""

    def plan(self, plan: Mapping[str, Any]) -> None:
        """What is going to be done, as plain data (see `converter.plan.Plan.as_dict`)."""

    def progress(self, stage: Stage, done: int, total: int) -> None:
        """`done` of `total` bytes (download, convert) or steps (the rest)."""

    def note(self, text: str) -> None:
        """A sentence that the person should know."""


class Silent:
    """A reporter for nobody."""

    def plan(self, plan: Mapping[str, Any]) -> None:
        del plan

    def progress(self, stage: Stage, done: int, total: int) -> None:
        del stage, done, total

    def note(self, text: str) -> None:
        del text


class JsonLines:
    """One JSON object per line: ``{"event": "plan" | "progress" | "note" | "done" | "error" | "cancelled", ...}``.

    progress   stage, done, total
    note       text
    done       path, bytes, seconds
    error      code, status, message
    """

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._last: tuple[str, float] = ("", 0.0)

    def _send(self, event: str, **fields: Any) -> None:
        with self._lock:
            self._stream.write(json.dumps({"event": event, **fields}, ensure_ascii=False) + "\n")
            self._stream.flush()

    def plan(self, plan: Mapping[str, Any]) -> None:
        self._send("plan", **plan)

    def progress(self, stage: Stage, done: int, total: int) -> None:
        now = time.monotonic()
        last_stage, last_time = self._last
        if stage == last_stage and done < total and now - last_time < 0.1:
            return
        self._last = (stage, now)
        self._send("progress", stage=stage, done=done, total=total)

    def note(self, text: str) -> None:
        self._send("note", text=text)

    def done(self, path: str, size: int, seconds: float) -> None:
        self._send("done", path=path, bytes=size, seconds=round(seconds, 3))

    def error(self, code: str, status: int, message: str) -> None:
        self._send("cancelled" if code == "cancelled" else "error", code=code, status=status, message=message)


class CancelToken:
    """A state that says whether the conversion should stop. Setting it is safe from any thread or signal handler."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        self._event.set()

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()

    def check(self) -> None:
        """Raises Cancelled if a cancel was asked for."""
        if self._event.is_set():
            raise Cancelled

    def wait(self, seconds: float) -> bool:
        """Wait until cancelled, at most `seconds`; whether it was."""
        return self._event.wait(seconds)
