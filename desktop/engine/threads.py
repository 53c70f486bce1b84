"""How many threads decode: found while decoding, since a busy computer is the rule.

Threads wait for each other between the nodes of a graph, so one thread whose core is taken by another program slows all of
them: on two cores, one of them taken, two threads are two to five times slower than one. Signs that cost nothing say when to
try another count: processor time that this process wanted and did not get, and cores that nobody uses. The time of the
tokens then decides.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import psutil

_WINDOW_MARKS = 4
_WINDOW_S = 0.03
"""A window is judged by the median of its times: at least so many, and at least so long."""
_BETTER = 0.95
"""A count is taken when its tokens take less than this share of the time."""
_LOST_CORES = 0.25
"""Processor time that the threads wanted and did not get, in cores, from which on another program takes some."""
_SPARE_CORES = 0.6
_FIRST_LOOK_S, _LONGEST_S = 2.0, 32.0
"""Without any sign another count is tried this often, more and more seldom."""


def _median(times: list[float]) -> float:
    """As statistics.median, whose module takes memory for what is not needed here."""
    times, half = sorted(times), len(times) // 2
    return times[half] if len(times) % 2 else (times[half - 1] + times[half]) / 2


def running_others(own: int = 1) -> int:
    """Threads of other programs that run or wait for a core at this moment, at least; 0 where the system does not tell.

    own: threads of this program that may be running; threads that decoded a moment ago still are.
    """
    try:
        with open("/proc/stat", "rb") as stat:  # noqa: PTH123 - a hot path
            text = stat.read()
        return max(0, int(text.split(b"procs_running ", 1)[1].split(b"\n", 1)[0]) - own)
    except (OSError, IndexError, ValueError):
        return 0


def idle_cores() -> Callable[[], float]:
    """A meter: cores of the computer that were idle since the last call."""
    last = psutil.cpu_times()
    last_at = time.monotonic()

    def read() -> float:
        nonlocal last, last_at
        now, now_at = psutil.cpu_times(), time.monotonic()
        spent = now_at - last_at
        idle = (now.idle - last.idle) / spent if spent > 0 else 0.0
        last, last_at = now, now_at
        return idle

    return read


class ThreadChooser:
    """Chooses between 1 and `most` threads. adaptive: false keeps `most`.

    clock, cpu: seconds of wall and of this process's processor time; idle: cores idle since it was asked last.
    """

    def __init__(
        self,
        most: int,
        *,
        adaptive: bool = True,
        clock: Callable[[], float] = time.perf_counter,
        cpu: Callable[[], float] = time.process_time,
        idle: Callable[[], float] | None = None,
    ) -> None:
        self.counts = sorted({n for n in (*range(1, 9), 10, 12, 14, 16, 20, 24, 32, 48, 64) if n < most} | {most})
        self._adaptive = adaptive and most > 1
        self._clock, self._cpu = clock, cpu
        self._idle = idle or (idle_cores() if self._adaptive else lambda: 0.0)
        self.current = most
        self.starved = False
        """Another program was seen to take cores that this one would use."""
        self._given_way = 0  # from how many threads, to a competing that may have been there for a moment only
        self._before: tuple[int, float] | None = None  # (count, time of a token) of what a trial is compared with
        self._wait = _FIRST_LOOK_S
        self._next_trial = clock() + self._wait
        self._next_idle = clock() + 0.5
        self._not_before = 0.0
        self._down = False
        self._begin()

    @property
    def for_prompts(self) -> int:
        """Threads for reading prompts, which gains from every core that is free."""
        return self.current if self.starved else self.counts[-1]

    @property
    def trying(self) -> bool:
        """A trial is on, which is better looked at often: another count may be ten times as slow."""
        return self._before is not None

    def begin(self, competing: int = 0) -> None:
        """A prompt or a reply begins. competing: threads of other programs that want cores now; replies give way to them at once,
        and take the cores back when the next beginning sees no competing, or in the first idle moments. Prompts lose little by
        trying."""
        if not self._adaptive:
            return
        self.current, self._given_way = self._given_way or self.current, 0
        free = max(1, self.counts[-1] - competing)
        if competing and free < self.current:
            self._given_way, self._before = self.current, None
            self.current = max(n for n in self.counts if n <= free)
            self._next_idle = min(self._next_idle, self._clock() + 0.25)
        self._begin()

    def resume(self) -> None:
        """Decoding goes on after a pause, which counts for nothing."""
        if self._adaptive:
            self._begin()

    def _begin(self) -> None:
        self._times: list[float] = []
        self._skip = 1  # the first token after a change or a pause is no measure
        self._since = self._clock()
        self._cpu_since = self._cpu()
        self._last = self._since

    def tokens(self, count: int) -> bool:
        """To be called after every few decoded tokens, `count` since the last call. True when `current` has changed."""
        if not self._adaptive:
            return False
        now = self._clock()
        took, self._last = (now - self._last) / count, now
        if self._skip:
            self._skip -= 1
            self._since, self._cpu_since = now, self._cpu()
            return False
        self._times.append(took)
        if self._before is not None and took > 3 * self._before[1] and len(self._times) >= 2:
            return self._judge(now)  # a trial that is far worse ends early
        if len(self._times) < _WINDOW_MARKS or now - self._since < _WINDOW_S:
            return False
        return self._judge(now)

    def prompt(self, seconds: float, cpu_seconds: float) -> None:
        """What one piece of a prompt took with `for_prompts` threads."""
        if not self._adaptive:
            return
        if seconds > 0.02 and self.for_prompts > 1:
            self.starved = self.for_prompts - cpu_seconds / seconds > _LOST_CORES
        elif self.starved and self._idle_now(self._clock()) >= _SPARE_CORES:
            self.starved = False

    def _judge(self, now: float) -> bool:
        typical = _median(self._times)
        lost = self.current - (self._cpu() - self._cpu_since) / (now - self._since)
        before, self._before = self._before, None
        if before is not None:
            return self._judge_trial(now, before, typical)
        if self.current > 1 and lost > _LOST_CORES:
            self.starved = True
            if now >= self._not_before:
                return self._try(self.current - max(1, round(2 * lost)), typical)  # a shared core gives half
        elif self.current < self.counts[-1] and (idle := self._idle_now(now)) >= _SPARE_CORES:
            self.starved = False
            return self._try(self.current + max(1, int(idle)), typical)
        elif now >= self._next_trial and not self.starved:
            self._next_trial = now + self._wait
            self._down = not self._down
            return self._try(self.current // 2 if self._down else self.current + 1, typical)
        self._begin()
        return False

    def _judge_trial(self, now: float, before: tuple[int, float], typical: float) -> bool:
        count, reference = before
        if typical < reference * _BETTER:
            self._wait = _FIRST_LOOK_S
            self._down = self.current > count  # the next trial goes on in the same direction
            self._next_trial = self._not_before = now + 0.1
            self._begin()
            return False
        self._wait = min(self._wait * 2, _LONGEST_S)
        self._next_trial = self._next_idle = now + self._wait
        self._not_before = now + self._wait / 4
        self.current = count
        self._begin()
        return True

    def _try(self, wanted: int, typical: float) -> bool:
        """Begin a trial of the possible count next to `wanted`; false when that is the current one."""
        self._given_way = 0
        count = min(self.counts, key=lambda n: (abs(n - wanted), n))
        trial = self._before = (self.current, typical) if count != self.current else None
        self.current = count
        self._begin()
        return trial is not None

    def _idle_now(self, now: float) -> float:
        """Idle cores, looked at twice a second at most, or not before the next trial after one that failed."""
        if now < self._next_idle:
            return 0.0
        self._next_idle = now + 0.5
        return self._idle()
