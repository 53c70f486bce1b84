"""The window of models: on this computer, recommended, on the Hub; the downloads at its foot."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from desktop.core.errors import SamarError
from desktop.ui.error_presenter import present
from desktop.ui.models.catalogue_page import CataloguePage
from desktop.ui.models.downloads_panel import DownloadsPanel
from desktop.ui.models.hub_page import HubPage
from desktop.ui.models.local_page import LocalPage
from desktop.ui.screen_fit import centre_on, resize_within_screen, screen_of
from desktop.ui.shortcuts import native, with_shortcut
from desktop.ui.widgets.basic import IconButton, Label, Segments, is_language_change, say
from desktop.ui.widgets.drop_overlay import DropOverlay
from desktop.ui.widgets.plain_text import set_tool_tip


class MessageBar(QWidget):
    """One sentence and its next step, until it is closed or another one comes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("messageBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.text = Label("value", self, wrap=True)
        self.again = QPushButton(self)
        self.again.setProperty("rank", "link")
        self.shut = IconButton("close", self, size=28, icon_size=16)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 6, 20, 6)
        row.setSpacing(16)
        row.addWidget(self.text, 1)
        row.addWidget(self.again)
        row.addWidget(self.shut)
        self.retry: Callable[[], object] | None = None
        self.again.clicked.connect(self._try_again)
        self.shut.clicked.connect(self.hide)
        self.hide()

    def show_text(self, text: str, retry: Callable[[], object] | None = None) -> None:
        """retry: does once more what failed."""
        self.retry = retry
        self.text.setText(text)
        self.again.setText(self.tr("Try again"))
        self.again.setVisible(retry is not None)
        self.shut.describe(self.tr("Close"))
        self.show()
        say(self, text)

    def _try_again(self) -> None:
        retry = self.retry
        self.hide()
        if retry is not None:
            retry()

    def update_text(self, text: str) -> None:
        """The same sentence, further on: not said aloud again, and not shown again to whoever closed it."""
        if self.isVisible():
            self.text.setText(text)


class ModelsPage(QWidget):
    """Signals of its parts are connected by their owner: `local`, `catalogue`, `hub`, `downloads`."""

    paths_dropped = Signal(object)
    """list[str]"""
    closed = Signal()
    look_requested = Signal()
    """Look at the disk anew"""

    def __init__(self, host: str = "huggingface.co", parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumSize(640, 480)
        resize_within_screen(self, 980, 720)
        centre_on(self, screen_of(self))
        self.setAcceptDrops(True)
        self.title = Label("title", self)
        self.tabs = Segments(["local", "catalogue", "hub"], self)
        self.message = MessageBar(self)
        self.local, self.catalogue, self.hub = LocalPage(self), CataloguePage(self), HubPage(host, self)
        self.pages = QStackedWidget(self)
        for page in (self.local, self.catalogue, self.hub):
            self.pages.addWidget(page)
        self.downloads = DownloadsPanel(self)
        self.overlay = DropOverlay(self, adds=True)
        head = QHBoxLayout()
        head.setContentsMargins(20, 16, 20, 8)
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(self.tabs)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.message)
        column.addWidget(self.pages, 1)
        column.addWidget(self.downloads)
        self.tabs.set_value("local")
        self.tabs.chosen.connect(self.open_tab)
        for number, name in enumerate(("local", "catalogue", "hub")):
            QShortcut(QKeySequence(f"Ctrl+{number + 1}"), self).activated.connect(lambda name=name: self.open_tab(name))
        QShortcut(QKeySequence.StandardKey.Close, self).activated.connect(self.close)
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self).activated.connect(self.close)
        QShortcut(QKeySequence.StandardKey.Refresh, self).activated.connect(self.look_requested)
        QShortcut(QKeySequence.StandardKey.Find, self).activated.connect(self._find)
        self.retranslate()

    def open_tab(self, name: str) -> None:
        """ "local", "catalogue" or "hub"."""
        self.tabs.set_value(name)
        self.pages.setCurrentWidget(self.tab())
        (self.hub.first() if self.tab() is self.hub else self.tab().words).setFocus()

    def tab(self) -> LocalPage | CataloguePage | HubPage:
        """The one that is shown."""
        pages: dict[object, LocalPage | CataloguePage | HubPage] = {
            "local": self.local,
            "catalogue": self.catalogue,
            "hub": self.hub,
        }
        return pages[self.tabs.value()]

    def show_error(self, problem: SamarError, retry: Callable[[], object] | None = None) -> None:
        self.hub.show_failure()
        shown = present(problem)
        self.message.show_text(f"{shown.what} {shown.then}", retry)

    def show_notice(self, text: str) -> None:
        self.message.show_text(text)

    def _find(self) -> None:
        field = self.tab().words
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        field.selectAll()

    def retranslate(self) -> None:
        self.setWindowTitle(self.tr("Models"))
        self.title.setText(self.tr("Models"))
        self.tabs.set_texts([self.tr("On this computer"), self.tr("Recommended"), self.tr("On Hugging Face")])
        for number, tab in enumerate(self.tabs.group.buttons(), 1):
            set_tool_tip(tab, with_shortcut(tab.text(), native(f"Ctrl+{number}")))
        self.tabs.setAccessibleName(self.tr("Which models"))

    def changeEvent(self, event: QEvent) -> None:
        if is_language_change(event):
            self.retranslate()
        super().changeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.overlay.enter(event)

    def dragLeaveEvent(self, event: QEvent) -> None:
        self.overlay.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        paths, _ = self.overlay.take(event)
        self.paths_dropped.emit(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closed.emit()
        super().closeEvent(event)
