"""Background tasks: one shape of outcome, the next task runs whatever happens, cancel reaches what waits and what runs."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator

import pytest

from desktop.core.errors import SamarError
from desktop.services.tasks import (
    CancelledTask,
    FailedTask,
    Outcome,
    Succeeded,
    Task,
    TaskExecutor,
    WasCancelled,
)


class HungUpError(Exception):
    pass


@pytest.fixture
def executor() -> Iterator[TaskExecutor]:
    made = TaskExecutor("test", cancels=(HungUpError,))
    yield made
    made.close()


@pytest.fixture
def ends() -> queue.SimpleQueue[Outcome[object]]:
    return queue.SimpleQueue()


def raises(problem: Exception) -> Callable[[Task], object]:
    def work(_task: Task) -> object:
        raise problem

    return work


def test_that_every_end_has_one_shape_and_the_next_task_runs(
    executor: TaskExecutor, ends: queue.SimpleQueue[Outcome[object]], caplog: pytest.LogCaptureFixture
) -> None:
    full = SamarError("no_model")
    for work in (
        lambda _: 7,
        raises(full),
        raises(ZeroDivisionError()),
        raises(HungUpError()),
        raises(CancelledTask()),
        lambda _: 8,
    ):
        executor.submit(work, ends.put)
    first, expected, bug, hung_up, cancelled, last = (ends.get(timeout=60) for _ in range(6))
    assert first == Succeeded(7)
    assert isinstance(expected, FailedTask)
    assert expected.problem is full
    assert isinstance(bug, FailedTask)
    assert bug.problem.code == "bug"
    assert "ZeroDivisionError" in caplog.text
    assert hung_up == cancelled == WasCancelled()
    assert last == Succeeded(8)


def test_that_a_listener_that_fails_costs_only_itself(
    executor: TaskExecutor, ends: queue.SimpleQueue[Outcome[object]], caplog: pytest.LogCaptureFixture
) -> None:
    executor.submit(lambda _: 1, lambda _: 1 / 0)  # type: ignore[arg-type,return-value]
    executor.submit(lambda _: 2, ends.put)
    assert ends.get(timeout=60) == Succeeded(2)
    assert "ZeroDivisionError" in caplog.text


def test_that_a_cancelled_task_that_waits_never_runs(
    executor: TaskExecutor, ends: queue.SimpleQueue[Outcome[object]]
) -> None:
    begun, gate = threading.Event(), threading.Event()
    ran: list[int] = []
    executor.submit(lambda _: (begun.set(), gate.wait(60))[1], ends.put)
    assert begun.wait(60)
    executor.submit(lambda _: ran.append(1), ends.put).cancel()
    executor.submit(lambda _: ran.append(2), ends.put)
    executor.submit(lambda _: ran.append(3), ends.put, replaces=True)
    assert executor.is_busy
    gate.set()
    assert [ends.get(timeout=60) for _ in range(4)] == [
        Succeeded(True),
        WasCancelled(),
        WasCancelled(),
        Succeeded(None),
    ]
    assert ran == [3]
    assert not executor.is_busy


def test_that_a_running_task_learns_of_its_cancel(
    executor: TaskExecutor, ends: queue.SimpleQueue[Outcome[object]]
) -> None:
    begun = threading.Event()

    def work(task: Task) -> None:
        begun.set()
        while True:
            task.check()

    task = executor.submit(work, ends.put)
    assert begun.wait(60)
    task.cancel()
    assert ends.get(timeout=60) == WasCancelled()


def test_that_closing_ends_what_runs_leaves_out_what_waits_and_says_nothing(
    ends: queue.SimpleQueue[Outcome[object]],
) -> None:
    last: list[str] = []
    executor = TaskExecutor("test", at_end=lambda: last.append(threading.current_thread().name))
    begun = threading.Event()

    def work(task: Task) -> None:
        begun.set()
        while not task.is_cancelled:
            pass

    executor.submit(work, ends.put)
    executor.submit(lambda _: last.append("waited"), ends.put)
    assert begun.wait(60)
    executor.close()
    executor.close()
    assert executor.submit(lambda _: last.append("late"), ends.put).is_cancelled
    assert last == ["test"]
    assert ends.empty()


def test_that_a_task_that_never_ends_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    """A disk that never answers."""
    executor = TaskExecutor("test", wait_s=0.01)
    delivered, begun = threading.Event(), threading.Event()
    executor.submit(lambda _: (begun.set(), delivered.wait(60)))
    assert begun.wait(60)
    executor.close()
    delivered.set()
    assert "given up" in caplog.text
