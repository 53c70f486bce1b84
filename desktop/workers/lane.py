"""A thread that does jobs one after another, so that what takes long holds up nothing of another kind."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

Job = Callable[[], None]
CLOSE_S = 10.0
"""Seconds that closing waits for a job at work."""


class Lane:
    """The thread starts with the first job. run: does one and lets nothing out, called on the thread."""

    def __init__(self, name: str, run: Callable[[Job], None]) -> None:
        self._name, self._run = name, run
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def put(self, job: Job) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()
        self._jobs.put(job)

    def close(self) -> None:
        """Wait until all jobs are done or left out, as `run` has it, and end the thread. One that a disk never answers is given
        up: it ends with the process."""
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join(CLOSE_S)
            if self._thread.is_alive():
                log.warning("the thread %s does not end and is given up", self._name)
            self._thread = None

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._run(job)
