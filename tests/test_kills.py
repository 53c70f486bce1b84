"""SIGKILL at random moments of a reply: of Samar, and of its engine. Nothing that was stored is lost."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core.chat import MessageStatus
from desktop.core.paths import Paths
from desktop.engine.client import EngineClient
from tests.fakes.endless import ENDLESS, ENDLESS_CONTEXT, write_endless

pytestmark = [pytest.mark.engine, pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")]
ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 20


def test_that_samar_killed_at_twenty_moments_loses_nothing(data_dir: Path) -> None:
    chance = random.Random(20)
    stored: list[str] = []
    for _round in range(ROUNDS):
        statuses, engine, sent = talk_and_kill(data_dir, lines=chance.randint(1, 60))
        assert "streaming" not in statuses, "a restart calls what was broken interrupted"
        if stored:
            assert "interrupted" in statuses or "finished" in statuses
        stored += sent
        psutil.wait_procs([psutil.Process(engine)] if psutil.pid_exists(engine) else [], timeout=10)
        assert not psutil.pid_exists(engine), "the engine ends with its window"
        with closing(sqlite3.connect(data_dir / "history.sqlite3")) as history:
            assert history.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            kept = [row[0] for row in history.execute("SELECT content FROM messages WHERE role = 'user'")]
        assert [text for text in stored if text not in kept] == []


def talk_and_kill(data_dir: Path, lines: int) -> tuple[list[str], int, list[str]]:
    """Run Samar, kill it when it has told of `lines` events since its first message.

    Returns the statuses of the replies that it found at start, its engine's process id, and the messages it stored.
    """
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "tests" / "fakes" / "talking_samar.py"), str(data_dir)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    statuses, sent, engine = [], [], 0
    assert process.stdout is not None
    with process.stdout as told:
        for line in told:
            word, _, rest = line.strip().partition(" ")
            if word == "engine":
                engine = int(rest)
            elif word == "status":
                statuses.append(rest)
            elif word == "sent":
                sent.append(rest)
            if sent:
                lines -= 1
            if lines < 0:
                process.kill()
                break
    process.wait(timeout=10)
    assert engine, "Samar started and loaded its model"
    return statuses, engine, sent


def test_that_an_engine_killed_at_twenty_moments_costs_no_word(
    qapp: QApplication, qtbot: QtBot, data_dir: Path, tmp_path: Path
) -> None:
    chance = random.Random(21)
    samar = Samar(qapp, Paths.under(data_dir))
    samar.preferences.change(context=ENDLESS_CONTEXT)
    engine = samar.engine
    assert isinstance(engine, EngineClient)
    try:
        with qtbot.waitSignal(samar.worker.model_loaded, timeout=60_000):
            samar.start([write_endless(tmp_path / "endless.gguf")])
        samar.chats.set_params(ENDLESS)
        for number in range(ROUNDS):
            countdown = iter(range(chance.randint(1, 4), 0, -1))

            def kill(*_: object, left: Iterator[int] = countdown) -> None:
                pid = engine.pid
                if next(left, 0) == 1 and pid is not None:
                    os.kill(pid, signal.SIGKILL)

            samar.chats.replies.grew.connect(kill)
            with qtbot.waitSignal(samar.chats.replies.ended, timeout=60_000) as ended:
                samar.chats.send(f"message {number}")
            samar.chats.replies.grew.disconnect(kill)
            message = ended.args[0]
            assert samar.store.get_message(message.id).content == message.content
            assert message.content
            assert (message.status, message.error_code) == (MessageStatus.FAILED, "engine_died")
    finally:
        samar.window.close()
        samar.close()
        samar.window.deleteLater()
