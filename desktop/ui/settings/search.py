"""The search in the settings: finds options by their labels, explanations and choices, in both languages."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QLabel,
    QLayout,
    QListWidgetItem,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.ui import bilingual
from desktop.ui.command_palette import KEYS, RowList
from desktop.ui.panel.sampling_editor import SamplingEditor
from desktop.ui.shortcuts import native, with_shortcut
from desktop.ui.widgets.basic import Label, LineEdit, say
from desktop.ui.widgets.plain_text import set_tool_tip

BEGINS_OPTION = ("subject", "label", "heading")
"""Ranks of the labels that name an option; what stands below them up to the next one belongs to it."""


class Option:
    def __init__(self, page: int, label: QLabel) -> None:
        self.page, self.label = page, label
        self.texts: list[str] = []
        self.control: QWidget | None = None
        """The first widget of the option that takes the focus."""

    def rank(self, query: str) -> int | None:
        return bilingual.rank(query, self.label.text(), [bilingual.in_both(text) for text in self.texts])


def body_of(area: QScrollArea) -> QWidget:
    body = area.widget()
    assert body is not None
    return body


def widgets_in_order(layout: QLayout | None) -> Iterator[QWidget]:
    """The widgets of a layout and of those inside of it, as one reads them."""
    for at in range(layout.count() if layout is not None else 0):
        item = layout.itemAt(at)  # type: ignore[union-attr]
        widget = item.widget() if item is not None else None
        if widget is not None:
            yield widget
            yield from widgets_in_order(widget.layout())
        elif item is not None:
            yield from widgets_in_order(item.layout())


def options(pages: QStackedWidget) -> list[Option]:
    """What can be set or done on each page, with the texts as they are shown now."""
    found: list[Option] = []
    for page in range(pages.count()):
        area = pages.widget(page)
        assert isinstance(area, QScrollArea)
        option: Option | None = None
        for widget in widgets_in_order(body_of(area).layout()):
            rank = widget.property("rank") if isinstance(widget, QLabel) else None
            if isinstance(widget, QLabel):
                if rank in BEGINS_OPTION and widget.text():
                    option = Option(page, widget)
                    found.append(option)
                elif rank == "hint" and option is not None:
                    option.texts.append(widget.text())
            elif option is not None:
                if isinstance(widget, QAbstractButton):
                    option.texts.append(widget.text())
                if option.control is None and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
                    option.control = widget
    return found


class SettingsSearch(QWidget):
    """A field, and below it the options that fit. Choosing one turns to it; Enter goes there."""

    searching = Signal(bool)
    """Whether the results are shown"""
    page_wanted = Signal(int)

    def __init__(self, pages: QStackedWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pages = pages
        self.found: list[Option] = []
        self.page_names: list[str] = []
        self.field = LineEdit(self)
        self.list = RowList(self)
        self.nothing = Label("hint", self, wrap=True)
        self.nothing.setContentsMargins(12, 4, 12, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.field)
        column.addWidget(self.nothing)
        column.addWidget(self.list, 1)
        self.list.hide()
        self.nothing.hide()
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        self.list.currentRowChanged.connect(self._turn_to)
        self.list.itemClicked.connect(lambda _item: self._go())
        self._retranslate()

    def set_query(self, query: str) -> None:
        self.field.setText(query)
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    # --- inside ---

    def _search(self, query: str) -> None:
        ranked = []
        if query.strip():
            for at, option in enumerate(options(self.pages)):
                rank = option.rank(query)
                if rank is not None:
                    ranked.append((rank, at, option))
        self.found = [option for _rank, _at, option in sorted(ranked, key=lambda entry: entry[:2])]
        self.list.blockSignals(True)
        self.list.clear()
        for option in self.found:
            item = QListWidgetItem(option.label.text())
            item.setData(KEYS, self.page_names[option.page])
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{option.label.text()}: {self.page_names[option.page]}")
            self.list.addItem(item)
        self.list.blockSignals(False)
        searching = bool(query.strip())
        self.list.setVisible(bool(self.found))
        self.nothing.setVisible(searching and not self.found)
        self.searching.emit(searching)
        if self.found:
            self.list.setCurrentRow(0)
        elif searching:
            say(self.field, self.nothing.text())

    def _turn_to(self, row: int) -> None:
        """Show the option: its page, unfolded where it is folded, scrolled to."""
        if not 0 <= row < len(self.found):
            return
        option = self.found[row]
        editor = option.label.parentWidget()
        while editor is not None and not isinstance(editor, SamplingEditor):
            editor = editor.parentWidget()
        if isinstance(editor, SamplingEditor) and editor.advanced.isAncestorOf(option.label):
            editor.more.setChecked(True)
        self.page_wanted.emit(option.page)
        area = self.pages.widget(option.page)
        assert isinstance(area, QScrollArea)
        layout = body_of(area).layout()
        if layout is not None:
            layout.activate()
        area.ensureWidgetVisible(option.label, 0, 90)
        say(self.field, str(self.list.item(row).data(Qt.ItemDataRole.AccessibleTextRole)))

    def _go(self) -> None:
        row = self.list.currentRow()
        if 0 <= row < len(self.found):
            option = self.found[row]
            if option.control is not None and option.control.isVisible():
                option.control.setFocus(Qt.FocusReason.TabFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = event.key()
            if key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self.found:
                step = 1 if key == Qt.Key.Key_Down else -1
                self.list.setCurrentRow((self.list.currentRow() + step) % len(self.found))
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._go()
                return True
            if key == Qt.Key.Key_Escape and self.field.text():
                self.field.clear()
                return True
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.field.setPlaceholderText(self.tr("Search the settings"))
        self.field.setAccessibleName(self.tr("Search the settings"))
        set_tool_tip(self.field, with_shortcut(self.tr("Search the settings"), native("Ctrl+F")))
        self.list.setAccessibleName(self.tr("Options"))
        self.nothing.setText(self.tr("No option has these words."))
