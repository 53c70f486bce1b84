"""Samar in a window, in which something is written and not sent; for tests that kill it. Arguments: the data folder, and
`new`, `chat` or `temporary`: where the draft is written.

Says "stored" when the draft and the edit of the chat's first message are in the history (or, for a temporary chat, when they
were kept as often as an ordinary one's), then goes on until it is killed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QTimer

from desktop.app import Samar
from desktop.core.paths import Paths
from desktop.ui.application import Application
from tests.fakes.scripted_engine import ScriptedEngine

DRAFT, EDIT = "ten minutes of writing zanzibarquartz", "what was asked, edited xylophonemarmalade"


def main(folder: str, where: str) -> None:
    app = Application(["samar"])
    samar = Samar(app, Paths.under(Path(folder)), ScriptedEngine())
    samar.window.show()
    if where == "temporary":
        samar.chats.new_temporary_chat()
    if where != "new":
        samar.chats.send("what was asked")
        samar.chats.stop()
        samar.transcript.edit_message(samar.chats.path()[0].id)
        assert samar.transcript.editor is not None
        samar.transcript.editor.field.setPlainText(EDIT)
    samar.window.composer.text.insertPlainText(DRAFT)

    def look() -> None:
        store, chat_id = samar.chats.draft_place()
        if store.draft_of(chat_id) == DRAFT and (chat_id is None or EDIT in store.edits_of(chat_id).values()):
            print("stored", flush=True)
            watch.stop()

    watch = QTimer(app, interval=20)
    watch.timeout.connect(look)
    watch.start()
    app.exec()


if __name__ == "__main__":
    main(*sys.argv[1:])
