"""Buttons under answers of the bundled model: where they stand, what they say, what they open."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.core.chat import MessageStatus
from desktop.core.languages import Language
from desktop.core.paths import starter_model
from desktop.core.reply_actions import ACTIONS
from desktop.ui import i18n
from desktop.ui.controllers.reply_pages import TABLE, ReplyPages
from desktop.ui.transcript.buttons import ChipButton
from desktop.ui.transcript.view import TranscriptView

from .conftest import reply, user

SHIPPED = starter_model().with_name(TABLE)
TOPICS = json.loads(SHIPPED.read_text(encoding="utf-8"))["topics"]
BUNDLED = json.loads(SHIPPED.read_text(encoding="utf-8"))["model"]
PRINTING = TOPICS["print_chat"]["answers"][0]
DECLINING = TOPICS["decline"]["answers"][0]


class Opened(list[str]):
    """Names of the pages that were asked for."""

    def pages(self, *, without: str = "") -> dict[str, Callable[[], object]]:
        return {name: lambda name=name: self.append(name) for name in ACTIONS if name != without}


@pytest.fixture
def opened() -> Opened:
    return Opened()


def show(view: TranscriptView, opened: Opened, *contents: str, table: Path = SHIPPED, without: str = "") -> QObject:
    pages = ReplyPages(view, table, opened.pages(without=without), view)
    messages = []
    for at, content in enumerate(contents):
        messages += [user("?", 2 * at + 1), reply(content, 2 * at + 2, model=BUNDLED)]
    view.set_messages(messages)
    QApplication.processEvents()
    view.overlays.place()
    return pages


def chips(view: TranscriptView, message_id: int) -> list[ChipButton]:
    bar = view.overlays.bars.get(message_id)
    return [chip for chip in bar.pages if not chip.isHidden()] if bar and not bar.isHidden() else []


def test_that_an_answer_has_a_button_for_its_page_and_a_click_opens_it(view: TranscriptView, opened: Opened) -> None:
    show(view, opened, PRINTING)
    [chip] = chips(view, 2)
    assert chip.text() == chip.accessibleName() == chip.toolTip() == "Export…"
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert opened == ["export"]


def test_that_what_is_declined_leads_to_models_first(view: TranscriptView, opened: Opened) -> None:
    show(view, opened, DECLINING)
    assert [chip.text() for chip in chips(view, 2)] == ["Models for this computer", "Open a file…"]


def test_that_earlier_answers_keep_their_buttons_without_the_other_actions(
    view: TranscriptView, opened: Opened
) -> None:
    show(view, opened, PRINTING, "Hello!", DECLINING)
    assert [chip.text() for chip in chips(view, 2)] == ["Export…"]
    assert view.overlays.bars[2].copy.isHidden() and not view.overlays.bars[6].copy.isHidden()
    assert chips(view, 4) == []
    view.overlays.go_to(2)
    assert not view.overlays.bars[2].copy.isHidden() and [chip.text() for chip in chips(view, 2)] == ["Export…"]


def test_that_a_bar_forgets_the_buttons_of_the_message_before(view: TranscriptView, opened: Opened) -> None:
    show(view, opened, DECLINING)
    assert len(chips(view, 2)) == 2
    view.set_messages([user("?"), reply("Something else altogether.", model=BUNDLED)])
    QApplication.processEvents()
    view.overlays.place()
    assert view.overlays.bars and chips(view, 2) == []
    view.set_messages([user("?"), reply(PRINTING, model=BUNDLED)])
    QApplication.processEvents()
    view.overlays.place()
    QTest.mouseClick(chips(view, 2)[0], Qt.MouseButton.LeftButton)
    assert opened == ["export"]


@pytest.mark.parametrize("model", [None, "Llama 3", BUNDLED.upper()])
def test_that_other_models_have_no_buttons_whatever_they_say(
    view: TranscriptView, opened: Opened, model: str | None
) -> None:
    show(view, opened)
    view.set_messages([user("?"), reply(PRINTING, model=model)])
    QApplication.processEvents()
    view.overlays.place()
    assert chips(view, 2) == []


def test_that_one_s_own_message_has_none_though_it_says_the_same(view: TranscriptView, opened: Opened) -> None:
    show(view, opened)
    view.set_messages([user(PRINTING), reply("Yes.", model=BUNDLED)])
    view.overlays.go_to(1)
    assert chips(view, 1) == []


def test_that_buttons_come_when_the_reply_is_finished(view: TranscriptView, opened: Opened) -> None:
    show(view, opened)
    view.set_messages([user("?"), reply("", model=BUNDLED, status=MessageStatus.STREAMING)])
    view.append_chunk(2, PRINTING)
    view.overlays.place()
    assert chips(view, 2) == []
    view.finish_message(reply(PRINTING, model=BUNDLED))
    view.overlays.place()
    assert [chip.text() for chip in chips(view, 2)] == ["Export…"]


def test_that_a_page_that_nothing_opens_has_no_button(view: TranscriptView, opened: Opened) -> None:
    show(view, opened, DECLINING, without="open_file")
    assert [chip.text() for chip in chips(view, 2)] == ["Models for this computer"]


def test_that_without_a_table_answers_have_no_buttons_and_the_log_says_why(
    view: TranscriptView, opened: Opened, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    show(view, opened, PRINTING, table=tmp_path / "none.json")
    assert chips(view, 2) == [] and "can't be read" in caplog.text
    damaged = tmp_path / "damaged.json"
    damaged.write_text('{"model": 3')
    show(view, opened, PRINTING, table=damaged)
    assert chips(view, 2) == []


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return])
def test_that_the_keyboard_reaches_and_presses_them(view: TranscriptView, opened: Opened, key: Qt.Key) -> None:
    show(view, opened, PRINTING)
    view.overlays.go_to(2)
    bar = view.overlays.bars[2]
    bar.more.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(4):  # the arrows between versions are hidden and passed over
        if isinstance(QApplication.focusWidget(), ChipButton):
            break
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is chips(view, 2)[0]
    QTest.keyClick(chips(view, 2)[0], key)
    assert opened == ["export"]


@pytest.mark.parametrize("rtl", [False, True])
@pytest.mark.parametrize("width", [300, 420, 900])
def test_that_they_stay_within_the_page_beside_the_other_actions(
    make_view: Callable[..., TranscriptView], opened: Opened, rtl: bool, width: int
) -> None:
    view = make_view(rtl=rtl, width=width)
    show(view, opened, DECLINING)
    bar = view.overlays.bars[2]
    assert len(chips(view, 2)) == 2
    bar.layout().activate()
    places = [w.geometry() for w in (bar.copy, bar.regenerate, bar.more, *chips(view, 2))]
    assert all(bar.rect().contains(place) and place.width() >= bar.copy.width() for place in places)
    assert not any(one.intersects(other) for at, one in enumerate(places) for other in places[at + 1 :])
    seen = [chip.mapTo(view, QPoint(0, 0)).x() for chip in chips(view, 2)]
    assert (seen[0] > seen[1]) is rtl


def test_that_every_page_has_words_in_both_languages(qapp: QApplication, view: TranscriptView, opened: Opened) -> None:
    pages = ReplyPages(view, SHIPPED, opened.pages(), view)
    said = {name: pages._text(name) for name in sorted(ACTIONS)}
    assert len(set(said.values())) == len(ACTIONS)
    before = i18n.current()
    i18n.install(qapp, Language.ARABIC)
    try:
        assert all(pages._text(name) != text for name, text in said.items())
    finally:
        i18n.install(qapp, before)
