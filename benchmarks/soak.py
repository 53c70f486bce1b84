"""Hours of use in random order: no growth of memory, no lost message, no orphan.

    python -m benchmarks.soak [--minutes 120] [--seed 0] [--folder DIR] [--pause FILE]

The whole Samar, offscreen, with the bundled model: chats are begun, gone on with, edited, regenerated, stopped, switched,
forked, deleted and brought back; temporary chats come and go; the model sleeps; the engine is killed and frozen. After every step
the history on disk is compared with what was sent. While FILE is there Samar only stands open, which counts for nothing: the computer
is free for something else. Exits with 1 and a line for each thing that went wrong.
"""

from __future__ import annotations

import argparse
import gc
import math
import os
import random
import signal
import sqlite3
import statistics
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import psutil
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from desktop.app import Samar
from desktop.core.chat import Message, Role
from desktop.core.generation import GenerationParams
from desktop.core.languages import Language
from desktop.core.paths import Paths
from desktop.core.settings import Settings, SettingsFile
from desktop.engine.client import EngineClient
from desktop.workers.gui_gc import GuiCollector

MOST_CHATS = 12
WORDS = [
    "what",
    "is",
    "a",
    "token",
    "the",
    "context",
    "of",
    "model",
    "memory",
    "سمر",
    "ما",
    "هو",
    "السياق",
    "كيف",
    "حالك",
    "tell",
    "me",
    "more",
    "about",
    "light",
    "and",
    "stone",
]
HOT = GenerationParams(temperature=1.5, top_p=1.0, min_p=0.0, top_k=0)
"""So hot that the bundled model wanders on for a while."""
GROWTH = 1.10
"""Memory at the end over memory after the first third, medians."""
WAIT_S = 120.0


class Soak:
    """One run. problems: what went wrong; empty at the end of a good one."""

    def __init__(self, app: QApplication, folder: Path, seed: int) -> None:
        self.app, self.paths = app, Paths.under(folder)
        SettingsFile(self.paths.settings).save(Settings(language=Language.ENGLISH))
        self.chance = random.Random(seed)
        self.problems: list[str] = []
        self.done: Counter[str] = Counter()
        self.sent: dict[int, list[str]] = {}
        """What was sent in each chat that is not deleted."""
        self.memory: list[tuple[float, float, float]] = []
        """(seconds, MB of the window, MB of the engine and its children)"""
        self.errors: Counter[str] = Counter()
        self.last: list[str] = []
        self.samar = Samar(app, self.paths)
        self.collector = GuiCollector(app)
        for source in (self.samar.chats, self.samar.models):
            source.error_occurred.connect(lambda problem: self.errors.update([problem.code]))
        self.samar.start([])
        self.wait(lambda: self.samar.worker.model is not None, "the model")

    # ---- the loop of events

    def wait(self, ready: Callable[[], bool], what: str, seconds: float = WAIT_S) -> bool:
        """Run the event loop until `ready`; what did not come is a problem."""
        loop, look, end = QEventLoop(), QTimer(), time.monotonic() + seconds
        look.timeout.connect(lambda: loop.quit() if ready() or time.monotonic() > end else None)
        look.start(10)
        if not ready():
            loop.exec()
        look.stop()
        if not ready():
            self.problems.append(f"{what} did not come in {seconds:g} seconds")
            return False
        return True

    def pause(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        self.wait(lambda: time.monotonic() >= end, "the end of a pause")

    @property
    def busy(self) -> bool:
        return bool(self.samar.chats.replies.chats())

    def settle(self) -> None:
        self.wait(lambda: not self.busy, "the end of a reply")

    # ---- what a person does

    def text(self) -> str:
        return " ".join(self.chance.choices(WORDS, k=self.chance.randint(2, 40))) + f" {self.chance.random()}"

    def note(self, text: str) -> None:
        chat = self.samar.chats.chat
        assert chat is not None
        if not self.samar.chats.is_temporary:
            self.sent.setdefault(chat.id, []).append(text)

    def send(self) -> None:
        chat = self.samar.chats.chat
        if chat is not None and self.samar.chats.replies.in_chat(chat.id):  # the composer offers a stop and no send
            self.samar.worker.stop()
            self.wait(lambda: not self.samar.chats.replies.in_chat(chat.id), "the end of a stopped reply")
        text = self.text()
        self.samar.chats.send(text)
        self.note(text)

    def new_chat(self) -> None:
        self.samar.chats.new_chat()
        if self.chance.random() < 0.7:
            self.samar.chats.set_params(HOT)
        self.send()

    def temporary(self) -> None:
        self.samar.chats.new_temporary_chat()
        self.send()

    def switch(self) -> None:
        if self.sent:
            self.samar.chats.open_chat(self.chance.choice(list(self.sent)))
            self.send()

    def reply(self, role: Role) -> Message | None:
        found = [message for message in self.samar.chats.path() if message.role is role]
        return self.chance.choice(found) if found else None

    def regenerate(self) -> None:
        if message := self.reply(Role.ASSISTANT):
            self.samar.chats.regenerate(message.id)

    def edit(self) -> None:
        if message := self.reply(Role.USER):
            text = self.text()
            self.samar.chats.edit(message.id, text)
            self.note(text)

    def stop(self) -> None:
        self.send()
        self.pause(self.chance.random() * 0.4)
        self.samar.worker.stop()

    def delete(self) -> None:
        if not self.sent:
            return
        chat = self.chance.choice(list(self.sent))
        self.samar.chats.organizer.delete([chat])
        if self.chance.random() < 0.3:
            self.samar.window.toast._act()
        else:
            self.samar.window.toast.dismiss()
            del self.sent[chat]

    def sleep(self) -> None:
        self.settle()
        self.samar.worker.service.sleep()
        self.wait(lambda: self.samar.engine.model is None or self.busy, "sleep")

    def kill(self) -> None:
        self.send()
        self.pause(self.chance.random() * 0.3)
        engine = self.samar.engine
        assert isinstance(engine, EngineClient)
        if (pid := engine.pid) is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def freeze(self) -> None:
        """Stopped for two seconds: shorter than what counts as frozen for good."""
        self.send()
        engine = self.samar.engine
        assert isinstance(engine, EngineClient)
        if (pid := engine.pid) is not None:
            with suppress(ProcessLookupError):  # it may still be dying of a kill that came before
                os.kill(pid, signal.SIGSTOP)
                self.pause(2)
                os.kill(pid, signal.SIGCONT)

    def rest(self) -> None:
        """Long enough for the engine to write its states down."""
        self.settle()
        self.pause(6)

    def step(self) -> None:
        actions = {
            self.send: 20, self.new_chat: 12, self.switch: 20, self.regenerate: 8, self.edit: 8, self.stop: 10,
            self.temporary: 4, self.delete: 3, self.sleep: 1, self.kill: 1, self.freeze: 0.3, self.rest: 1,
        }  # fmt: skip
        action = self.chance.choices(list(actions), list(actions.values()))[0]
        self.done[action.__name__] += 1
        self.last = [*self.last[-5:], action.__name__ + ("" if not self.busy else " in the middle of a reply")]
        try:
            action()
        except Exception:  # a bug: what led to it matters more than going on
            print(f"after {', '.join(self.last)}:", flush=True)
            raise
        while len(self.sent) > MOST_CHATS:
            self.delete()
        if self.chance.random() < 0.9:  # else the next step comes in the middle of it
            self.settle()

    # ---- what must hold

    def check(self) -> None:
        with closing(sqlite3.connect(f"file:{self.paths.history}?mode=ro", uri=True)) as history:
            rows = history.execute("SELECT chat_id, content FROM messages WHERE role = 'user'").fetchall()
        kept: dict[int, set[str]] = {}
        for chat, content in rows:
            kept.setdefault(chat, set()).add(content)
        for chat, texts in self.sent.items():
            lost = [text for text in texts if text not in kept.get(chat, set())]
            if lost:
                self.problems.append(f"chat {chat} lost {len(lost)} messages")
        if not self.busy:
            with closing(sqlite3.connect(f"file:{self.paths.history}?mode=ro", uri=True)) as history:
                (open_,) = history.execute("SELECT count(*) FROM messages WHERE status = 'streaming'").fetchone()
            if open_:
                self.problems.append(f"{open_} replies are said to be written, and none is")

    def measure(self, seconds: float) -> None:
        gc.collect()
        window = psutil.Process().memory_info().rss / 1e6
        engine = 0.0
        for child in psutil.Process().children(recursive=True):
            try:
                engine += child.memory_info().rss / 1e6
            except psutil.NoSuchProcess:
                continue
        if self.samar.engine.model is not None:
            self.memory.append((seconds, window, engine))

    def run(self, minutes: float, paused: Path | None = None) -> None:
        began = time.monotonic()
        measured = 0.0
        while (spent := time.monotonic() - began) < 60 * minutes and len(self.problems) < 10:
            if paused is not None and paused.exists():
                self.settle()
                print(f"paused after {spent / 60:.1f} minutes and {sum(self.done.values())} steps", flush=True)
                self.wait(lambda: not paused.exists(), "the end of a pause", math.inf)
                began = time.monotonic() - spent
            self.step()
            self.check()
            if spent - measured >= min(20.0, minutes * 2):
                measured = spent
                self.settle()
                self.measure(spent)
        self.settle()
        self.check()

    def close(self) -> None:
        self.samar.window.close()
        self.samar.close()
        left = psutil.Process().children(recursive=True)
        _, alive = psutil.wait_procs(left, timeout=10)
        if alive:
            self.problems.append(f"orphans: {alive}")
        if parts := list(self.paths.states.glob("*.part")):
            self.problems.append(f"{len(parts)} unfinished states are left")

    def report(self) -> None:
        steps = ", ".join(f"{name} {count}" for name, count in self.done.most_common())
        print(f"{sum(self.done.values())} steps: {steps}")
        print(f"errors that were shown: {dict(self.errors) or 'none'}")
        third = len(self.memory) // 3
        for name, place in (("window", 1), ("engine", 2)):
            values = [row[place] for row in self.memory]
            if third < 2:
                continue
            early, late = statistics.median(values[third : 2 * third]), statistics.median(values[-third:])
            print(f"{name}: {early:.0f} MB in the second third, {late:.0f} MB in the last, most {max(values):.0f} MB")
            if late > early * GROWTH:
                self.problems.append(f"the {name} grew by {100 * (late / early - 1):.0f} %")
        for problem in self.problems:
            print(f"PROBLEM {problem}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=120)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, help="kept afterwards")
    parser.add_argument("--pause", type=Path, help="nothing is done while this file is there")
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as place:
        soak = Soak(app, options.folder or Path(place), options.seed)
        try:
            soak.run(options.minutes, options.pause)
        except Exception:
            soak.problems.append(traceback.format_exc())
        finally:
            soak.close()
            soak.report()
    return 1 if soak.problems else 0


if __name__ == "__main__":
    sys.exit(main())
