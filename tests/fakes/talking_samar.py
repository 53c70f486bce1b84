"""Samar talking without end, for tests that kill it. A line on standard output for each thing that has happened.

python talking_samar.py DATA_DIR
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from desktop.app import Samar
from desktop.core.generation import GenerationParams
from desktop.core.paths import Paths
from desktop.engine.client import EngineClient
from desktop.ui.controllers import reply_controller

reply_controller.SAVE_EVERY_MS = 50  # so that a kill meets saves as often as pieces


def say(*words: object) -> None:
    print(*words, flush=True)


def main() -> None:
    app = QApplication(sys.argv[:1])
    samar = Samar(app, Paths.under(Path(sys.argv[1])))
    chats = samar.chats
    sent = 0

    def send() -> None:
        nonlocal sent
        sent += 1
        text = f"message {sent} of {id(samar)}"
        chats.send(text)
        say("sent", text)

    def begin() -> None:
        assert isinstance(samar.engine, EngineClient)
        say("engine", samar.engine.pid)
        for broken in samar.store.list_chats():
            for message in samar.store.messages_of(broken.id):
                say("status", message.status.value)
        chats.set_params(GenerationParams(temperature=3.0, top_p=1.0, min_p=0.0, top_k=0, max_tokens=120))
        send()

    samar.worker.model_loaded.connect(begin)
    chats.replies.grew.connect(lambda *_: say("piece"))
    chats.replies.ended.connect(lambda message: (say("ended", message.id), QTimer.singleShot(0, samar, send)))
    samar.start([])
    app.exec()


main()
