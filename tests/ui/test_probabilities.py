"""Token probabilities in the window: off by default, for one chat, seen for each reply, never on disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core.generation import TokenChoice
from desktop.core.token_text import TokenSpan
from desktop.ui.controllers.probability_controller import ProbabilityController
from desktop.ui.controllers.request_builder import ALTERNATIVES
from desktop.ui.transcript.token_view import TokenView, glow
from tests.fakes.scripted_engine import Reply, ScriptedEngine

Start = Callable[..., Samar]
ShowTokens = Callable[[list[TokenSpan]], TokenView]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def start(opened: Start) -> Start:
    return lambda *replies, **more: opened(ScriptedEngine(replies or (Reply(("Hello", " there", ".")),)), **more)


def keeper(samar: Samar) -> ProbabilityController:
    return samar.chats.probabilities


def switch_on(samar: Samar, on: bool = True) -> None:
    if samar.window.panel.isHidden():
        samar.window.toggle_panel()
    samar.window.panel.switch.choice.group.button(int(on)).click()


def send(samar: Samar, qtbot: QtBot, text: str = "Hi") -> int:
    """The id of the reply."""
    with qtbot.waitSignal(samar.chats.replies.ended):
        samar.chats.send(text)
    return samar.chats.path()[-1].id


def asked(samar: Samar) -> int:
    return cast(ScriptedEngine, samar.engine).requests[-1].probabilities


def open_view(samar: Samar) -> TokenView:
    (view,) = [w for w in QApplication.topLevelWidgets() if isinstance(w, TokenView) and w.isVisible()]
    return view


def test_that_nothing_is_asked_for_unless_it_is_wanted(start: Start, qtbot: QtBot) -> None:
    samar = start()
    reply = send(samar, qtbot)
    assert asked(samar) == 0
    assert not keeper(samar).has(reply)
    qtbot.waitUntil(lambda: reply in samar.transcript.overlays.bars)
    bar = samar.transcript.overlays.bars[reply]
    assert bar.tokens.isHidden()
    assert "probabilities" not in [action.objectName() for action in bar.menu().actions()]


def test_that_a_chat_asks_for_them_when_switched_on_and_remembers_it(start: Start, qtbot: QtBot) -> None:
    samar = start()
    switch_on(samar)
    reply = send(samar, qtbot)
    assert asked(samar) == ALTERNATIVES
    first = samar.chats.chat
    assert first is not None and first.probabilities
    assert [token.text for token in keeper(samar).tokens_of(reply)] == ["Hello", " there", "."]
    samar.chats.new_chat()
    assert samar.window.panel.switch.choice.value() is False
    send(samar, qtbot)
    assert asked(samar) == 0
    samar.chats.open_chat(first.id)
    assert samar.window.panel.switch.choice.value() is True
    switch_on(samar, on=False)
    send(samar, qtbot)
    assert asked(samar) == 0


def test_that_the_button_under_a_reply_opens_its_tokens(start: Start, qtbot: QtBot) -> None:
    samar = start()
    switch_on(samar)
    reply = send(samar, qtbot)
    qtbot.waitUntil(lambda: reply in samar.transcript.overlays.bars)
    bar = samar.transcript.overlays.bars[reply]
    assert not bar.tokens.isHidden()
    assert bar.tokens.accessibleName() == "Token probabilities"
    assert "probabilities" in [action.objectName() for action in bar.menu().actions()]
    qtbot.mouseClick(bar.tokens, LEFT)
    view = open_view(samar)
    assert view.text.toPlainText() == "Hello there."
    view.text.choose(1)
    assert view.place.text() == "Token 2 of 3"
    assert view.alternatives.rows == [(" there", 0.75, True), ("?", 0.25, False)]
    assert view.alternatives.accessibleName() == "␣there 75.0%, ? 25.0%"
    view.close()


def test_that_they_are_never_written_to_disk_and_go_with_an_edit(start: Start, qtbot: QtBot, data_dir: Path) -> None:
    samar = start(Reply(("zanzibar", "quartz")))
    switch_on(samar)
    reply = send(samar, qtbot)
    assert not [f for f in data_dir.rglob("*") if f.is_file() and b"0.75" in f.read_bytes()]
    samar.chats.edit_reply(reply, "something else")
    assert not keeper(samar).has(reply)


def test_that_only_so_many_are_remembered(start: Start, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.ui.controllers.probability_controller._MOST_TOKENS", 5)
    samar = start()
    switch_on(samar)
    first, second = send(samar, qtbot), send(samar, qtbot)
    assert not keeper(samar).has(first)
    assert keeper(samar).has(second)


# ---- the window with the tokens


def choice(text: str, probability: float) -> TokenChoice:
    return TokenChoice(text=text, probability=probability, others=((text, probability), ("x", 0.01)))


ENGLISH = [TokenSpan(f"word{n} ", (choice(f"word{n} ", p),)) for n, p in enumerate((0.99, 0.6, 0.2, 0.05, 0.95))]
ARABIC = [
    TokenSpan(text, (choice(text, p),)) for text, p in (("مر", 0.5), ("حبا", 0.99), (" بك\n", 0.97), ("أهلًا", 0.3))
]


@pytest.fixture
def show_tokens(qtbot: QtBot, app: QApplication) -> Callable[[list[TokenSpan]], TokenView]:
    parent = QWidget()
    parent.resize(900, 600)
    qtbot.addWidget(parent)

    def shown(parts: list[TokenSpan]) -> TokenView:
        view = TokenView(parts, parent)
        with qtbot.waitExposed(view):
            view.show()
        return view

    return shown


def test_that_the_least_sure_token_is_chosen_first_and_the_keys_go_on_from_there(
    qtbot: QtBot, show_tokens: ShowTokens
) -> None:
    view = show_tokens(ENGLISH)
    assert view.text.current == 3
    qtbot.keyClick(view.text, Qt.Key.Key_Right)
    assert view.text.current == 4
    qtbot.keyClick(view.text, Qt.Key.Key_Right)
    assert view.text.current == 4
    qtbot.keyClick(view.text, Qt.Key.Key_Home)
    assert view.text.current == 0
    qtbot.keyClick(view.text, Qt.Key.Key_Left)
    assert view.text.current == 0
    qtbot.keyClick(view.text, Qt.Key.Key_End)
    assert view.text.current == 4


def test_that_in_a_right_to_left_reply_the_next_token_is_at_the_left(qtbot: QtBot, show_tokens: ShowTokens) -> None:
    view = show_tokens(ARABIC)
    view.text.choose(0)
    qtbot.keyClick(view.text, Qt.Key.Key_Left)
    assert view.text.current == 1
    qtbot.keyClick(view.text, Qt.Key.Key_Down)
    assert view.text.current == 3
    block = view.text.document().firstBlock()
    assert block.blockFormat().layoutDirection() == Qt.LayoutDirection.RightToLeft
    assert block.text() == "مرحبا بك", "letters of two tokens stay one word"


def test_that_pointing_at_a_token_chooses_it(qtbot: QtBot, show_tokens: ShowTokens) -> None:
    view = show_tokens(ENGLISH)
    cursor = QTextCursor(view.text.document())
    cursor.setPosition(view.text.starts[1] + 2)
    qtbot.mouseMove(view.text.viewport(), view.text.cursorRect(cursor).center())
    qtbot.waitUntil(lambda: view.text.current == 1)


def test_that_tokens_glow_by_how_unsure_they_are(qtbot: QtBot, show_tokens: ShowTokens) -> None:
    assert [glow(p) for p in (1.0, 0.9, 0.8, 0.5, 0.2, 0.0)] == sorted(glow(p) for p in (1.0, 0.9, 0.8, 0.5, 0.2, 0.0))
    view = show_tokens(ENGLISH)
    selections = view.text.extraSelections()  # they own their cursors
    marked = [(s.cursor.selectionStart(), s.cursor.selectionEnd()) for s in selections]  # type: ignore[attr-defined]
    spans = list(zip(view.text.starts, view.text.ends, strict=True))
    assert marked == [spans[1], spans[2], spans[3]]


def test_that_tokens_that_share_letters_are_told_as_one(qtbot: QtBot, show_tokens: ShowTokens) -> None:
    parts = [TokenSpan("😀", (choice("\ufffd", 0.5), choice("\ufffd", 0.5))), TokenSpan("!", (choice("!", 0.9),))]
    view = show_tokens(parts)
    view.text.choose(0)
    assert view.together.isVisible()
    assert "25.0%" in view.together.text()
    assert view.text.starts == [0, 2], "in units of UTF-16"
    view.text.choose(1)
    assert view.together.isHidden()


def test_that_a_long_reply_marks_only_what_is_seen(qtbot: QtBot, show_tokens: ShowTokens) -> None:
    parts = [TokenSpan(f"w{n} ", (choice(f"w{n} ", 0.3 if n % 2 else 0.99),)) for n in range(6000)]
    view = show_tokens(parts)
    assert 0 < len(view.text.extraSelections()) < 1500
    view.text.choose(5999)
    marked = view.text.extraSelections()  # they own their cursors
    assert marked[-1].cursor.selectionEnd() == view.text.ends[-1]  # type: ignore[attr-defined]
