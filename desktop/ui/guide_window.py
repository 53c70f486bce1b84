"""Help: the topics of the guide, shown as replies are, with a search and buttons that do what a topic speaks of."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut, QTextCursor
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from desktop.core import folding
from desktop.core.text import Direction
from desktop.ui import guide, i18n, theme
from desktop.ui.commands import text_of
from desktop.ui.main_window import centred
from desktop.ui.screen_fit import resize_within_screen
from desktop.ui.shortcut_sheet import shortcuts
from desktop.ui.shortcuts import native, with_shortcut
from desktop.ui.transcript.document import ChatDocument
from desktop.ui.transcript.highlighter import CodeReader
from desktop.ui.transcript.page import ChatPage
from desktop.ui.transcript.stream import blocks_of
from desktop.ui.transcript.style import COLUMN, GUTTER, TranscriptStyle
from desktop.ui.transcript.thumbnails import Drawings
from desktop.ui.widgets.basic import Edge, Label, LineEdit, say
from desktop.ui.widgets.plain_text import set_tool_tip

SPACING = 8
MESSAGE = 1
"""The writer marks blocks with the message that they belong to; a topic is one message."""


class GuideWindow(QDialog):
    """Not modal: one reads it beside the window and tries what it says."""

    command_requested = Signal(str)
    """name of a command"""

    def __init__(self, places: Mapping[str, str], parent: QWidget | None = None) -> None:
        """places: paths of the folders that the guide names: data, models, cache, logs."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.places = places
        self.topic = guide.topics()[0].name
        self.field = LineEdit(self)
        self.list = QListWidget(self)
        self.list.setObjectName("prompts")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setWordWrap(True)
        self.nothing = Label("hint", self, wrap=True)
        look = self._make_look()
        self.formulas = Drawings(look, self)
        self.page = ChatPage(look, self.formulas, self)
        self.chat = ChatDocument(self.page.document(), look, self.formulas, CodeReader(self))
        self.buttons: list[QPushButton] = []
        self._lay_out()
        self.field.textChanged.connect(self._search)
        self.list.currentItemChanged.connect(lambda item, _before: self._choose(item))
        self.page.anchorClicked.connect(self._follow)
        self.page.column_changed.connect(self.chat.fit)
        theme.state().changed.connect(self._restyle)
        QShortcut(QKeySequence.StandardKey.Find, self).activated.connect(self._start_search)
        resize_within_screen(self, 940, 660)
        self._retranslate()

    def _lay_out(self) -> None:
        side = QWidget(self)
        side.setObjectName("sidebar")
        side.setFixedWidth(theme.width(270))
        side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(side)
        column.setContentsMargins(12, 16, 12, 14)
        column.setSpacing(8)
        column.addWidget(self.field)
        column.addWidget(self.nothing)
        column.addWidget(self.list, 1)
        main = QVBoxLayout()
        main.setContentsMargins(0, 0, 0, 16)
        main.setSpacing(8)
        main.addWidget(self.page, 1)
        below = QWidget(self)
        self.foot = QVBoxLayout(below)
        self.foot.setContentsMargins(0, 4, 0, 0)
        self.foot.setSpacing(SPACING)
        below.setMaximumWidth(self.page.look.px(COLUMN))
        main.addLayout(centred(below, GUTTER))
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(side)
        whole.addWidget(Edge(self, upright=True))
        whole.addLayout(main, 1)

    # --- values ---

    def open_topic(self, name: str = "") -> None:
        """Turn to a topic; without a name the one that was read last. Raises KeyError for an unknown one."""
        guide.topic_title(name or self.topic)
        self.topic = name or self.topic
        self.field.clear()
        self._fill([topic.name for topic in guide.topics()])
        self.list.setFocus()

    # --- inside ---

    def _search(self, query: str) -> None:
        found = guide.find(query)
        if query.strip() and found:
            self.topic = found[0]
        self._fill(found)
        self.nothing.setVisible(not found)
        say(self.field, guide.topic_title(self.topic) if found else self.nothing.text())

    def _start_search(self) -> None:
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def _fill(self, names: list[str]) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        for name in names:
            item = QListWidgetItem(guide.topic_title(name))
            item.setData(Qt.ItemDataRole.UserRole, name)
            self.list.addItem(item)
            if name == self.topic:
                self.list.setCurrentItem(item)
        self.list.blockSignals(False)
        self.nothing.hide()
        self._show()

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.topic = str(item.data(Qt.ItemDataRole.UserRole))
            self._show()

    def _show(self) -> None:
        topic = next(topic for topic in guide.topics() if topic.name == self.topic)
        self._write(f"# {topic.title}\n\n{guide.labelled(self._filled(topic.text), i18n.current())}")
        self.page.setAccessibleName(topic.title)
        self._offer(topic.buttons)

    def _filled(self, text: str) -> str:
        for name, place in self.places.items():
            text = text.replace(f"{{{name}}}", place.replace("`", ""))
        return text.replace("{shortcuts}", self._shortcut_table())

    def _shortcut_table(self) -> str:
        keys, what = self.tr("Keys"), self.tr("What they do")
        return f"| {keys} | {what} |\n|---|---|\n" + "\n".join(f"| `{keys}` | {text} |" for text, keys in shortcuts())

    def _write(self, markdown: str) -> None:
        look = self._make_look()
        self.formulas.reset(look)
        self.page.apply_look(look)
        self.chat.reset(look)
        blocks = blocks_of(markdown, look.ui_direction)
        with self.chat.editing():
            self.chat.writer.insert_after(self.page.document().lastBlock(), blocks, MESSAGE, (0, 0))
        self.chat.fit(self.page.column())
        self.page.setTextCursor(QTextCursor(self.page.document()))
        self.page.verticalScrollBar().setValue(0)
        self._mark_hits()

    def _mark_hits(self) -> None:
        """Select the first place that has what is searched for."""
        text, query = self.page.document().toPlainText(), self.field.text()
        spans = folding.find_all(text, query) if query.strip() else []
        if spans:
            cursor = QTextCursor(self.page.document())
            cursor.setPosition(folding.utf16_offset(text, spans[0][0]))
            cursor.setPosition(folding.utf16_offset(text, spans[0][1]), QTextCursor.MoveMode.KeepAnchor)
            self.page.setTextCursor(cursor)

    def _offer(self, names: tuple[str, ...]) -> None:
        for button in self.buttons:
            button.hide()
            button.deleteLater()
        self.buttons = []
        row, room = QHBoxLayout(), 0.0
        for name in names:
            button = QPushButton(text_of(name), self)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _checked=False, name=name: self.command_requested.emit(name))
            button.ensurePolished()
            room -= button.sizeHint().width() + SPACING
            if room < 0:
                row = QHBoxLayout()
                row.setSpacing(SPACING)
                row.addStretch(1)
                self.foot.addLayout(row)
                room = self.page.column() - button.sizeHint().width()
            row.insertWidget(row.count() - 1, button)
            self.buttons.append(button)

    def _follow(self, address: QUrl) -> None:
        if address.scheme() in ("http", "https"):
            QDesktopServices.openUrl(address)

    def _make_look(self) -> TranscriptStyle:
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        return TranscriptStyle(
            theme.current(), theme.state().scale, Direction.RTL if rtl else Direction.LTR, self.font()
        )

    def _restyle(self) -> None:
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
            self.open_topic()

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("How to use Samar"))
        self.field.setPlaceholderText(self.tr("Search the Help"))
        self.field.setAccessibleName(self.tr("Search the Help"))
        set_tool_tip(self.field, with_shortcut(self.tr("Search the Help"), native("Ctrl+F")))
        self.list.setAccessibleName(self.tr("Topics"))
        self.nothing.setText(self.tr("No topic has these words."))
