"""From process start to a window that takes input, with 10,000 chats stored, against a bare PySide6 window, in turns.

    python -m benchmarks.startup [--rounds 15] [--chats 10000] [--json]

"Takes input" is the turn of the event loop after the text field was painted: a key is then typed into it, and must be
there. Both windows tell it in the same way. Whole processes, as `samar` starts them: with the lock of a single instance,
the log, and compiled bytecode as an installed program has it. On the display that there is; offscreen where there is none.

Samar makes what the first picture does not show after it, in steps: the longest time that the event loop was away in
the first two seconds is told as well, so that nothing is hidden there. The floor is a bare window that imports what
Samar's first picture needs of Qt, and msgspec and sqlite3, and nothing of Samar.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from desktop.core.paths import Paths
from desktop.storage.chats import ChatStore
from desktop.storage.opening import open_history

AIM = 2.0
WATCH = """
import sys
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent
def watch(app, kind, end):
    paint, seen = kind.paintEvent, []
    def painted(text, event):
        paint(text, event)
        if not seen:
            seen.append(text)
            QTimer.singleShot(0, app, press)
    def press():
        app.sendEvent(seen[0], QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_S, Qt.KeyboardModifier.NoModifier, "s"))
        print("ready" if seen[0].toPlainText() == "s" and seen[0].isVisible() else "deaf", flush=True)
        end()
    kind.paintEvent = painted
"""
BARE = """
from PySide6.QtWidgets import QApplication, QMainWindow, QTextEdit
class Text(QTextEdit):
    def paintEvent(self, event):
        super().paintEvent(event)
app = QApplication(sys.argv[:1])
watch(app, Text, app.quit)
window = QMainWindow()
window.setCentralWidget(Text())
window.show()
app.exec()
"""
FLOOR = """
import logging, sqlite3, msgspec
from PySide6.QtCore import QAbstractListModel, QObject, QTimer, Signal
from PySide6.QtGui import QAction, QColor, QFont, QIcon, QKeySequence, QPainter, QPalette, QTextBlockFormat
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QLabel, QLineEdit, QListView, QStyledItemDelegate
"""
SAMAR = """
import time
from desktop import __main__ as entry
from desktop.single_instance import Instance
def prepare():
    from desktop import app
    from desktop.ui.composer.composer import ComposerText
    start = app.Samar.start
    def started(samar, files):
        watch(samar.app, ComposerText, lambda: away(samar))
        start(samar, files)
    app.Samar.start = started
def away(samar):
    longest, last, timer = [0.0], [time.perf_counter()], QTimer(samar)
    def tick():
        now = time.perf_counter()
        longest[0], last[0] = max(longest[0], now - last[0]), now
    def end():
        print(1000 * longest[0], flush=True)
        samar.window.composer.text.clear()
        samar.window.close()
        samar.app.quit()
    timer.timeout.connect(tick)
    timer.start(1)
    QTimer.singleShot(2000, samar, end)
send_to_running = Instance.send_to_running
def handed_over(instance, files):
    prepare()
    return send_to_running(instance, files)
Instance.send_to_running = handed_over
sys.exit(entry.main(["--data-dir", sys.argv[1]]))
"""


def fill(folder: Path, chats: int) -> None:
    database = open_history(Paths.under(folder)).database
    store = ChatStore(database)
    with database.transaction(durable=False):
        for number in range(chats):
            chat = store.create_chat(f"Chat number {number} · محادثة")
            store.begin_turn(chat.id, None, f"Question {number}", None)
    database.close()


def seconds(code: str, *arguments: str) -> tuple[float, str]:
    """Until a window takes input, and what it told after that; its end is not counted."""
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", WATCH + code, *arguments], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        taken = time.perf_counter() - began
        rest = process.stdout.read()
    if line.strip() != "ready" or process.returncode:
        raise SystemExit("a window did not start")
    return taken, rest


def measure(rounds: int, chats: int) -> dict[str, object]:
    if sys.platform.startswith("linux") and not {"DISPLAY", "WAYLAND_DISPLAY"}.intersection(os.environ):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen:configfile=tests/screen.json")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as place, tempfile.TemporaryDirectory() as compiled:
        os.environ["PYTHONPYCACHEPREFIX"] = compiled
        fill(Path(place), chats)
        kinds = {"samar": (SAMAR, place), "bare": (BARE,), "floor": (FLOOR + BARE,)}
        taken: dict[str, list[float]] = {name: [] for name in kinds}
        away: list[float] = []
        for number in range(rounds + 1):  # the first warms the file cache
            for name, (code, *arguments) in kinds.items():
                took, rest = seconds(code, *arguments)
                if number:
                    taken[name].append(took)
                    if rest:
                        away.append(float(rest))
    ratios = sorted(a / b for a, b in zip(taken["samar"], taken["bare"], strict=True))
    floors = sorted(a / b for a, b in zip(taken["floor"], taken["bare"], strict=True))
    return {
        "platform": os.environ.get("QT_QPA_PLATFORM") or "the display's own",
        "chats": chats,
        "rounds": rounds,
        **{f"{name}_ms": [1000 * value for value in sorted(values)] for name, values in taken.items()},
        "ratio": ratios,
        "floor_ratio": floors,
        "away_ms": sorted(away),
    }


def spread(values: list[float], digits: int) -> str:
    """Median and range."""
    return f"{statistics.median(values):.{digits}f} ({values[0]:.{digits}f} … {values[-1]:.{digits}f})"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--chats", type=int, default=10_000)
    parser.add_argument("--json", action="store_true", help="print one object")
    arguments = parser.parse_args()
    found = measure(arguments.rounds, arguments.chats)
    if arguments.json:
        print(json.dumps(found))
        return 0
    for name, digits in (
        ("samar_ms", 0),
        ("bare_ms", 0),
        ("floor_ms", 0),
        ("ratio", 2),
        ("floor_ratio", 2),
        ("away_ms", 0),
    ):
        print(f"{name:<12} {spread(found[name], digits)}")  # type: ignore[arg-type]
    print(f"aim: ratio {AIM}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
