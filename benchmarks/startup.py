"""From process start to a window that takes input, with 10,000 chats stored, against a bare PySide6 window, in turns.

    python -m benchmarks.startup [--rounds 7] [--chats 10000]

"Takes input" is the second turn of the event loop after the window was shown, when it has been painted; a key is then
typed into the composer, and must be there. Whole processes, as `samar` starts them: with the lock of a single instance, the
log, and compiled bytecode as an installed program has it. Median and spread of the ratio.
"""

from __future__ import annotations

import argparse
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

BARE = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QTextEdit
app = QApplication(sys.argv[:1])
window = QMainWindow()
window.setCentralWidget(QTextEdit())
window.show()
QTimer.singleShot(0, lambda: QTimer.singleShot(0, app.quit))
app.exec()
"""

SAMAR = """
import sys
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from desktop import __main__ as entry
from desktop.instance import Instance
def ready(samar):
    text = samar.window.composer.text
    samar.app.sendEvent(text, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_S, Qt.KeyboardModifier.NoModifier, "s"))
    print("ready" if text.toPlainText() == "s" and text.isVisible() else "deaf", flush=True)
    sys.stdin.readline()
    samar.window.close()
    samar.app.quit()
def prepare():
    from desktop import app
    start = app.Samar.start
    def started(samar, files):
        start(samar, files)
        QTimer.singleShot(0, samar, lambda: QTimer.singleShot(0, samar, lambda: ready(samar)))
    app.Samar.start = started
hand_over = Instance.hand_over
def handed_over(instance, files):
    prepare()
    return hand_over(instance, files)
Instance.hand_over = handed_over
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


def bare() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", BARE], check=True)
    return time.perf_counter() - began


def samar(folder: Path) -> float:
    """Until the window takes input; its end is not counted."""
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", SAMAR, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        line = process.stdout.readline()
        seconds = time.perf_counter() - began
        process.stdin.write("\n")
        process.stdin.close()
    if line.strip() != "ready":
        raise SystemExit("Samar did not start")
    return seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--chats", type=int, default=10_000)
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as place, tempfile.TemporaryDirectory() as compiled:
        os.environ["PYTHONPYCACHEPREFIX"] = compiled
        folder = Path(place)
        fill(folder, arguments.chats)
        samar(folder), bare()  # warm the file cache
        pairs = [(samar(folder), bare()) for _ in range(arguments.rounds)]
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratios = sorted(a / b for a, b in pairs)
    print(f"Samar with {arguments.chats} chats  {ours:.2f} s")
    print(f"bare window               {theirs:.2f} s")
    print(f"ratio                     {statistics.median(ratios):.2f}  ({ratios[0]:.2f} … {ratios[-1]:.2f}); aim 2.0")
    return 0


if __name__ == "__main__":
    sys.exit(main())
