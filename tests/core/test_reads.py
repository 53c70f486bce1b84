"""Reads that never end are given up, and nothing waits for them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.core.reads import GivenUp, Reads, within


@pytest.fixture
def silence() -> Iterator[threading.Event]:
    """What a share that went away would have to say."""
    event = threading.Event()
    yield event
    event.set()
    for thread in threading.enumerate():
        if thread.name == "read":
            thread.join()


def test_that_a_read_gives_what_it_read_or_raised(tmp_path: Path) -> None:
    reads = Reads()
    assert reads.run(divmod, 7, 2) == (3, 1)
    assert reads.of(int)("12") == 12
    with pytest.raises(FileNotFoundError):
        reads.run((tmp_path / "none").read_bytes)


def test_that_a_read_that_never_ends_is_given_up(silence: threading.Event) -> None:
    reads = Reads()
    began = threading.Event()
    raised: list[BaseException] = []

    def work() -> None:
        began.set()
        silence.wait()

    def ask() -> None:
        try:
            reads.run(work)
        except GivenUp as problem:
            raised.append(problem)

    asking = threading.Thread(target=ask)
    asking.start()
    began.wait()
    reads.give_up()
    asking.join()
    assert raised and not silence.is_set()
    with pytest.raises(GivenUp):
        reads.run(divmod, 1, 1)
    reads.begin()
    assert reads.run(divmod, 1, 1) == (1, 0)
    reads.close()
    reads.begin()
    with pytest.raises(GivenUp):
        reads.run(divmod, 1, 1)


def test_that_the_window_waits_for_no_disk(silence: threading.Event) -> None:
    assert within(60, lambda: 5, 0) == 5
    assert within(0.01, silence.wait, False) is False
