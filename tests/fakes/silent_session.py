"""A whole session of the window in which an attempt to reach a network ends the process: `silent_session.py FOLDER [control]`.

On Linux the kernel watches, children and native code included: socket() of another kind than UNIX ends the process with
SIGSYS. Everywhere Python's own attempts are watched by an audit hook. `control` tries one connection, so that a test can see
the watch at work. The clipboard, the accessibility bus and one Samar for each folder speak through UNIX sockets.
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import socket
import sys
from contextlib import closing
from pathlib import Path

from desktop.core.sandbox import _ALLOW, _JUMP_IF_EQUAL, _LOAD, _MACHINES, _RETURN, _SOCKETS, _compiled

GUILTY = 77
_KILL_PROCESS = 0x80000000


def watch() -> bool:
    """Whether the kernel watches as well."""

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname") or (
            event == "socket.__new__" and arguments[1] in (socket.AF_INET, socket.AF_INET6)
        ):
            if event == "socket.connect" and isinstance(arguments[1], str | bytes):
                return  # a UNIX socket
            os.write(2, f"attempted: {event} {arguments!r}\n".encode())
            os._exit(GUILTY)

    sys.addaudithook(hook)
    machine = _MACHINES.get(platform.machine())
    if not sys.platform.startswith("linux") or machine is None:
        return False
    column, arch = machine
    call = _SOCKETS[0][column]
    assert call is not None
    program = [
        (_LOAD, 0, 0, 4),
        (_JUMP_IF_EQUAL, 0, 5, arch),  # → allow what this filter can't read
        (_LOAD, 0, 0, 0),
        (_JUMP_IF_EQUAL, 0, 3, call),
        (_LOAD, 0, 0, 16),
        (_JUMP_IF_EQUAL, 2, 0, socket.AF_INET),
        (_JUMP_IF_EQUAL, 1, 0, socket.AF_INET6),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _KILL_PROCESS),
    ]
    data = _compiled(program)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(38, 1, 0, 0, 0)
    return bool(libc.prctl(22, 2, data, 0, 0) == 0)


def native_attempt() -> None:
    """What native code would do, past Python's hook."""
    ctypes.CDLL(None).socket(socket.AF_INET, socket.SOCK_STREAM, 0)


def session(folder: Path) -> list[str]:
    """Chat, look through the models room and the settings, drop things. Returns what was seen."""
    from PySide6.QtCore import QEventLoop, QTimer
    from PySide6.QtWidgets import QApplication, QDialog

    from desktop.app import Samar
    from desktop.core.paths import Paths, starter_model
    from desktop.ui.models.picker import PickerState

    app = QApplication([])
    seen: list[str] = []
    with closing(Samar(app, Paths.under(folder))) as samar:  # a step that fails must not leave its threads

        def until(what: str, condition: object, seconds: int = 90) -> None:
            loop, timer = QEventLoop(), QTimer()
            timer.setInterval(10)
            timer.timeout.connect(lambda: loop.quit() if condition() else None)  # type: ignore[operator]
            QTimer.singleShot(seconds * 1000, loop, lambda: loop.exit(1))
            timer.start()
            if loop.exec():
                raise TimeoutError(what)
            seen.append(what)

        samar.start([])
        until("loaded", lambda: samar.window.picker.state is PickerState.READY)
        ended: list[object] = []
        samar.chats.replies.ended.connect(lambda *words: ended.append(words))
        samar.window.composer.text.setPlainText("What is a token?")
        samar.window.composer.submit()
        until("answered", lambda: ended)
        samar.open_models()
        room = samar.room
        assert room is not None and room.page is not None
        page, failed = room.page, []
        room.worker.failed.connect(failed.append)
        until("listed", lambda: page.catalogue.shown is not None and page.local.shown is not None)
        for tab in ("catalogue", "hub", "local"):
            page.open_tab(tab)
        page.hub.search_requested.emit("llama")
        until("refused", lambda: failed and failed[-1].code == "network_off")
        room.worker.find_choice("owner/name", "a.gguf")
        until("refused again", lambda: len(failed) == 2 and failed[-1].code == "network_off")
        carded: list[object] = []
        room.worker.carded.connect(lambda *words: carded.append(words))
        page.local.table.select_key(page.local.shown.entries[0].id)
        page.local.card.click()
        until("card", lambda: carded)
        room.open_settings(starter_model())
        until("own settings", lambda: any("ModelSettings" in type(d).__name__ for d in page.findChildren(QDialog)))
        samar.settings.open()
        adapter = folder / "adapter"
        adapter.mkdir()
        (adapter / "adapter_config.json").write_text(
            json.dumps({"base_model_name_or_path": "owner/name", "peft_type": "LORA"}), encoding="utf-8"
        )
        problems: list[object] = []
        samar.conversion.error_occurred.connect(problems.append)
        samar.conversion.open(adapter)
        until("adapter refused", lambda: problems)
        seen.append(str(problems[0]))
        samar.window.close()
        return seen


def main() -> None:
    folder = Path(sys.argv[1])
    watched = watch()
    if sys.argv[2:] == ["python"]:
        socket.create_connection(("127.0.0.1", 9))
    if sys.argv[2:] == ["native"]:
        native_attempt()
        print(json.dumps({"watched": watched, "seen": ["nothing stopped it"]}))
        return
    print(json.dumps({"watched": watched, "seen": session(folder)}))


if __name__ == "__main__":
    main()
