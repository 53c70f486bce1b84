"""The choice of threads on simulated computers: it finds the best count and follows when another program comes or goes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from desktop.engine.threads import ThreadChooser


class Computer:
    """Tokens take `speed(threads)` seconds; other programs take `taken` cores of `cores`."""

    def __init__(self, cores: int, token_s: Callable[[int], float]) -> None:
        self.cores, self.token_s = cores, token_s
        self.taken = 0
        self.now = self.cpu = self.idle = 0.0
        self.idle_seen = (0.0, 0.0)
        self.chooser = ThreadChooser(cores, clock=lambda: self.now, cpu=lambda: self.cpu, idle=self._idle)

    def _idle(self) -> float:
        (then, idle), self.idle_seen = self.idle_seen, (self.now, self.idle)
        return (self.idle - idle) / (self.now - then) if self.now > then else 0.0

    def cost(self, threads: int) -> float:
        competing = max(0, threads + self.taken - self.cores)
        return self.token_s(threads) * (5.0 if competing else 1.0)

    def run(self, seconds: float) -> float:
        """Decode for `seconds`; tokens per second."""
        until, tokens = self.now + seconds, 0
        while self.now < until:
            threads = self.chooser.current
            took = self.cost(threads)
            competing = max(0, threads + self.taken - self.cores)
            self.now += took
            self.cpu += took * (threads - competing / 2)
            self.idle += took * max(0, self.cores - self.taken - threads)
            self.chooser.tokens(1)
            tokens += 1
        return tokens / seconds

    def best(self) -> float:
        return 1 / min(self.cost(n) for n in self.chooser.counts)


def scaling(base: float, limit: int) -> Callable[[int], float]:
    """Faster with each thread up to `limit`, where the memory's bandwidth is used up; a little slower beyond."""
    return lambda threads: base / min(threads, limit) * (1 + 0.02 * max(0, threads - limit))


@pytest.mark.parametrize("token_s", [0.003, 0.03, 0.2])
@pytest.mark.parametrize(("cores", "limit"), [(2, 2), (4, 4), (8, 4), (16, 6)])
def test_that_an_idle_computer_is_used_within_ten_percent_of_its_best(cores: int, limit: int, token_s: float) -> None:
    computer = Computer(cores, scaling(token_s * limit, limit))
    computer.run(20)
    assert computer.run(60) > 0.9 * computer.best()


@pytest.mark.parametrize("token_s", [0.003, 0.03, 0.2])
@pytest.mark.parametrize("cores", [2, 4, 8])
def test_that_a_core_taken_by_another_program_is_left_to_it(cores: int, token_s: float) -> None:
    computer = Computer(cores, scaling(token_s * cores, cores))
    computer.taken = 1
    computer.run(30)
    assert computer.chooser.starved
    assert computer.run(60) > 0.9 * computer.best()


def test_that_threads_come_back_when_the_other_program_ends() -> None:
    computer = Computer(4, scaling(0.12, 4))
    computer.run(10)
    computer.taken = 2
    computer.run(20)
    assert computer.run(30) > 0.85 * computer.best()
    computer.taken = 0
    computer.run(60)
    assert computer.chooser.current == 4
    assert not computer.chooser.starved


def test_that_a_busy_start_is_noticed_within_a_dozen_tokens() -> None:
    computer = Computer(2, scaling(0.06, 2))
    computer.taken = 1
    computer.run(0.15 * 14)
    assert computer.chooser.current == 1


def test_that_a_fixed_choice_stays() -> None:
    chooser = ThreadChooser(4, adaptive=False)
    assert not any(chooser.tokens(1) for _ in range(100))
    assert chooser.current == chooser.for_prompts == 4


def test_that_prompts_use_every_core_that_is_free() -> None:
    chooser = ThreadChooser(4, idle=lambda: 0.0)
    chooser.prompt(0.5, 2.0)
    assert chooser.for_prompts == 4
    chooser.current = 3
    chooser.prompt(0.5, 1.6)
    assert chooser.for_prompts == 3


def test_that_a_crowd_seen_at_the_start_is_given_way_to_and_the_cores_taken_back() -> None:
    computer = Computer(4, scaling(0.12, 4))
    computer.chooser.begin(competing=3)
    assert computer.chooser.current == 1
    assert computer.chooser.for_prompts == 4, "prompts lose little by trying"
    computer.run(5)
    assert computer.chooser.current == 4
    assert not computer.chooser.starved


def test_that_a_crowd_of_a_moment_is_forgotten_where_the_reply_begins() -> None:
    chooser = ThreadChooser(4, idle=lambda: 0.0)
    chooser.begin(competing=2)
    assert chooser.current == 2
    chooser.resume()
    assert chooser.current == 2
    chooser.begin(competing=0)
    assert chooser.current == 4
    chooser.begin(competing=3)
    chooser.begin(competing=3)
    assert chooser.current == 1
    chooser.begin(competing=0)
    assert chooser.current == 4, "what it was before anybody came"


def test_that_a_crowd_takes_the_cores_of_a_prompt_when_it_is_felt() -> None:
    chooser = ThreadChooser(4, idle=lambda: 0.0)
    chooser.begin(competing=1)
    chooser.prompt(0.5, 1.6)
    assert chooser.for_prompts == chooser.current == 3
