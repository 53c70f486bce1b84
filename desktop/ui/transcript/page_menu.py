"""The context menu of the transcript."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtCore import QCoreApplication, QPoint, Qt, SignalInstance
from PySide6.QtWidgets import QMenu

from desktop.ui.transcript.copying import selected
from desktop.ui.transcript.document import ANSWER_LINK, THINKING_LINK, ChatDocument
from desktop.ui.transcript.message_actions import MessageBar
from desktop.ui.transcript.page import ChatPage
from desktop.ui.transcript.style import P_MESSAGE, P_TABLE
from desktop.ui.transcript.thumbnails import linked


class MenuHost(Protocol):
    """What the menu needs of the transcript."""

    page: ChatPage
    chat: ChatDocument
    has_tokens: Callable[[int], bool]
    image_chosen: SignalInstance

    def sources(self) -> dict[int, str]: ...
    def act(self, action: str, message_id: int) -> None: ...
    def copy_text(self, text: str) -> None: ...
    def open_table(self, number: int) -> None: ...


def page_menu(view: MenuHost, place: QPoint) -> QMenu:
    """What can be done with the selection, the link or image, and the message at a place in global coordinates."""
    page = view.page
    at = page.viewport().mapFromGlobal(place)
    menu = QMenu(page)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    chosen = page.textCursor()
    message = page.cursorForPosition(at).block().blockFormat().property(P_MESSAGE)
    has_selection = chosen.hasSelection()
    if has_selection:
        menu.addAction(QCoreApplication.translate("TranscriptView", "Copy"), page.copy)
        menu.addAction(
            QCoreApplication.translate("TranscriptView", "Copy as Markdown"),
            lambda: view.copy_text(selected(chosen, markdown=True, sources=view.sources())),
        )
    elif message in view.chat.entries:
        copy = partial(view.act, "copy", message)
        menu.addAction(QCoreApplication.translate("TranscriptView", "Copy"), copy)
    address = page.anchorAt(at)
    if image := linked(address):
        for wish, text in (
            ("show", QCoreApplication.translate("TranscriptView", "Show the image")),
            ("copy", QCoreApplication.translate("TranscriptView", "Copy the image")),
            ("save", QCoreApplication.translate("TranscriptView", "Save the image…")),
        ):
            menu.addAction(text, partial(view.image_chosen.emit, wish, *image)).setObjectName(f"image-{wish}")
    elif address and not address.startswith((THINKING_LINK, ANSWER_LINK)):
        menu.addAction(QCoreApplication.translate("TranscriptView", "Copy link"), lambda: view.copy_text(address))
    table = page.cursorForPosition(at).currentTable()
    number = table.format().property(P_TABLE) if table is not None else None
    known = view.chat.writer.tables.get(number) if number is not None else None
    if known is not None and known[1].is_tight:
        text = QCoreApplication.translate("TranscriptView", "Open the table in a window")
        menu.addAction(text, partial(view.open_table, number)).setObjectName("open-table")
    menu.addAction(QCoreApplication.translate("TranscriptView", "Select all"), page.selectAll)
    if message in view.chat.entries:
        bar = MessageBar(page.look, menu)
        bar.has_tokens = view.has_tokens
        bar.hide()
        bar.chosen.connect(view.act)
        bar.bind(view.chat.entries[message].message, None, full=True)
        bar.hide()
        menu.addSeparator()
        for action in bar.menu().actions():
            if not (has_selection and action.objectName().startswith("copy")):  # the selection is what is copied
                menu.addAction(action)
    return menu
