"""The window comes first, the rest in steps: what a person does between them is not lost, and nothing jumps."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.app import FIRST_CHATS, Samar
from desktop.core.chat import Message, MessageStatus
from desktop.core.paths import Paths
from desktop.storage.chats import ChatStore
from desktop.storage.opening import open_history
from desktop.ui.models.picker import PickerState
from desktop.ui.sidebar import loading
from tests.fakes.scripted_engine import Reply, ScriptedEngine, facts_of
from tests.fakes.tiny_gguf import write_tiny

MANY = FIRST_CHATS + 30


@pytest.fixture
def paths(data_dir: Path) -> Paths:
    """With more chats than are read at once, and words that were typed and not sent."""
    paths = Paths.under(data_dir)
    database = open_history(paths).database
    store = ChatStore(database)
    for number in range(MANY):
        store.create_chat(f"Chat {number}")
    store.save_draft(None, "half a thought")
    database.close()
    return paths


@pytest.fixture
def begun(qapp: QApplication, qtbot: QtBot, paths: Paths) -> Iterator[Callable[[], Samar]]:
    """A window of which only the first picture is made, as `samar` opens it."""
    running: list[Samar] = []

    def make(engine: ScriptedEngine | None = None) -> Samar:
        engine = engine or ScriptedEngine((Reply(("An answer.",)),), inspect=facts_of)
        running.append(Samar(qapp, paths, engine, staged=True))
        return running[-1]

    yield make
    for samar in running:
        samar.window.close()
        samar.close()
        samar.window.deleteLater()


def whole(qtbot: QtBot, samar: Samar) -> None:
    with qtbot.waitSignal(samar.begun, timeout=60_000):
        samar.start([])
    qtbot.waitUntil(lambda: samar.window.picker.state is PickerState.READY, timeout=60_000)


def test_that_the_first_picture_is_the_last_one(
    begun: Callable[..., Samar], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, go_on = ScriptedEngine(inspect=facts_of), threading.Event()
    load = engine.load
    # else the picker may show how far the load is, or its end
    monkeypatch.setattr(engine, "load", lambda *words: load(*words) if go_on.wait(60) else None)
    samar = begun(engine)
    window = samar.window
    assert not hasattr(samar, "chats")
    assert window.composer.draft() == "half a thought"
    assert window.sidebar.model.rowCount() > FIRST_CHATS
    window.composer.text.setCursorWidth(0)  # it blinks
    pictures = []
    samar._steps.insert(0, lambda: pictures.append(window.grab().toImage()))
    samar.begun.connect(lambda: pictures.append(window.grab().toImage()))
    try:
        with qtbot.waitSignal(samar.begun, timeout=60_000):
            samar.start([])
            assert window.picker.state is PickerState.LOADING
    finally:
        go_on.set()
    assert pictures[0] == pictures[1]
    assert window.composer.draft() == "half a thought"


def test_that_all_chats_follow(begun: Callable[[], Samar], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "PART", 7)
    samar = begun()
    whole(qtbot, samar)
    qtbot.waitUntil(lambda: len(samar.window.sidebar.model.chats) == MANY, timeout=60_000)


def test_that_a_chat_that_is_made_while_the_others_are_read_stays(
    begun: Callable[[], Samar], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "PART", 7)
    samar = begun()
    rest = loading.RemainingChats(samar.window.sidebar, samar.store)
    assert not rest.read()
    made = samar.store.create_chat("in between")
    gone = samar.store.list_chats(limit=3)[-1].id
    samar.store.delete_chats([gone])
    while not rest.read():
        pass
    assert made.id in samar.window.sidebar.model.chats
    assert gone not in samar.window.sidebar.model.chats


def test_that_a_click_before_the_window_is_whole_does_what_it_says(begun: Callable[[], Samar], qtbot: QtBot) -> None:
    samar = begun()
    samar.window.show()
    chat = samar.store.list_chats(limit=1)[0]
    samar.window.sidebar.chat_selected.emit(chat.id)
    assert samar.chats.chat is not None
    assert samar.chats.chat.id == chat.id
    assert samar.window.windowTitle() == chat.title
    whole(qtbot, samar)
    assert samar.chats.chat.id == chat.id


def test_that_words_typed_before_the_window_is_whole_stay_and_can_be_sent(
    begun: Callable[[], Samar], qtbot: QtBot
) -> None:
    samar = begun()
    samar.window.show()
    qtbot.keyClicks(samar.window.composer.text, "more of ")
    assert not hasattr(samar, "chats")
    typed = samar.window.composer.draft()
    whole(qtbot, samar)
    assert samar.window.composer.draft() == typed
    assert "more of " in typed
    with qtbot.waitSignal(samar.chats.replies.ended, timeout=60_000):
        qtbot.keyClick(samar.window.composer.text, Qt.Key.Key_Return)
    assert samar.chats.path()[0].content == typed.strip()


def test_that_closing_at_once_stores_what_was_typed(begun: Callable[[], Samar], qtbot: QtBot, paths: Paths) -> None:
    samar = begun()
    samar.window.show()
    samar.window.composer.set_draft("another thought")
    samar.window.close()
    database = open_history(paths).database
    assert ChatStore(database).draft_of(None) == "another thought"
    database.close()


def test_that_a_model_dropped_before_the_window_is_whole_is_the_one_that_is_loaded(
    begun: Callable[[], Samar], qtbot: QtBot, tmp_path: Path
) -> None:
    samar = begun()
    model = tmp_path / "dropped.gguf"
    model.write_bytes(b"GGUF")
    with qtbot.waitSignal(samar.begun, timeout=60_000):
        samar.start([])
        samar.finish()
        samar.open_files([str(model)])
    assert samar.models.wanted == model


def test_that_every_kind_of_file_named_at_the_start_is_opened(
    begun: Callable[[], Samar], qtbot: QtBot, tmp_path: Path
) -> None:
    model, other, picture, chats = (tmp_path / name for name in ("a.gguf", "b.gguf", "p.png", "chats.json"))
    for path, seed in ((model, 1), (other, 2)):
        write_tiny(path, seed=seed)
    image = QImage(20, 20, QImage.Format.Format_RGB32)
    image.fill(0xFF3366)
    assert image.save(str(picture))
    chats.write_text(
        json.dumps([{"title": "From elsewhere", "conversations": [{"from": "human", "value": "Hello"}]}]),
        encoding="utf-8",
    )
    samar = begun(ScriptedEngine((Reply(("An answer.",)),), inspect=facts_of, vision=True))
    with qtbot.waitSignal(samar.begun, timeout=60_000):
        samar.start([chats, picture])
        samar.open_files([str(model), str(other)])
    assert samar.models.wanted == model
    room = samar.models_room()
    qtbot.waitUntil(lambda: len(samar.store.chat_ids()) == MANY + 1, timeout=60_000)
    qtbot.waitUntil(lambda: len(samar.window.composer.tray.images) == 1, timeout=60_000)
    qtbot.waitUntil(lambda: str(other) in [entry.path for entry in room.worker.library.entries()], timeout=60_000)


def test_that_a_message_sent_as_soon_as_somebody_hears_it_is_answered(
    begun: Callable[[], Samar], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    samar = begun()
    connect = samar._connect
    replies: list[Message] = []

    def connected() -> None:
        connect()
        samar.chats.replies.ended.connect(replies.append)
        # the first event after the controllers stand: it must find that a model is on its way
        QTimer.singleShot(0, samar, lambda: samar.window.composer.submitted.emit("Hello"))

    monkeypatch.setattr(samar, "_connect", connected)
    samar.start([])
    qtbot.waitUntil(lambda: bool(replies), timeout=60_000)
    assert (replies[0].status, replies[0].content) == (MessageStatus.FINISHED, "An answer.")
