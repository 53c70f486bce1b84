"""The window: where everything stands, and what holds it together. Knows no storage and no engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QByteArray, QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLayoutItem,
    QMainWindow,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.core.errors import SamarError
from desktop.ui import i18n, theme
from desktop.ui.composer.composer import SHADOW, Composer
from desktop.ui.models.picker import ModelPicker
from desktop.ui.panel.chat_panel import ChatPanel
from desktop.ui.screen_fit import bring_onto_screen, maximize_if_too_large
from desktop.ui.shortcuts import PhysicalKeys, native
from desktop.ui.sidebar.sidebar import Sidebar
from desktop.ui.transcript.empty_state import EmptyState
from desktop.ui.widgets.basic import Edge, IconButton, Label, Mark, say
from desktop.ui.widgets.drop_overlay import DropOverlay
from desktop.ui.widgets.toast import Actions, Banner, Toast

COLUMN = 716
"""Widest composer at the normal text size: the text column of 700 with the optical room of its corners."""
LEAST_COLUMN = 480
"""When the conversation would get less than this, the side bar folds itself away."""


class MainWindow(QMainWindow):
    new_chat_requested = Signal()
    temporary_chat_requested = Signal()
    settings_requested = Signal()
    models_requested = Signal()
    recommended_requested = Signal()
    seeing_requested = Signal()
    """Models that see images."""
    """The models that suit this computer"""
    find_requested = Signal()
    copy_reply_requested = Signal()
    text_scale_requested = Signal(int)
    """+1 larger, -1 smaller, 0 back to normal"""
    files_dropped = Signal(list)
    """paths, as str"""
    images_dropped = Signal(object)
    """list of Path, bytes (of a file) and QImage"""
    page_requested = Signal(str)
    """name of a command (core/commands.py), or of a topic of the Help: help.TOPIC"""
    layout_changed = Signal(bool, bool)
    """the person showed or folded the side bar, the panel"""
    close_requested = Signal()
    """The window is about to close; slots run before it does."""

    def __init__(
        self,
        transcript: QWidget | None = None,
        *,
        geometry: str = "",
        sidebar_visible: bool = True,
        panel_visible: bool = False,
    ) -> None:
        """transcript: shows chats; without it the window has the empty page only, until `set_transcript`."""
        super().__init__()
        self.transcript = transcript
        self.sidebar_wanted = sidebar_visible
        self.setMinimumSize(720, 480)
        self.setAcceptDrops(True)
        self.sidebar = Sidebar()
        self.picker = ModelPicker()
        self.panel = ChatPanel()
        self.composer = Composer()
        self.empty = EmptyState()
        self.banner = Banner()
        self.footer = Label("footer").centre()
        self.temporary = False
        self.chat_title = ""
        self.centred: list[tuple[QWidget, int]] = []
        """What stands in the middle as wide as the text, and the room beside it that it paints no card in."""
        self.temporary_mark = Mark("temporary")
        self.temporary_mark.hide()
        self.sidebar_button = IconButton("sidebar")
        self.panel_button = IconButton("tune")
        self.panel_button.setCheckable(True)
        self._lay_out()
        self.toast = Toast(self.stack)
        self.drop = DropOverlay(self)
        self._connect()
        self.panel.setVisible(panel_visible)
        self.panel_edge.setVisible(panel_visible)
        self.panel_button.setChecked(panel_visible)
        self.show_empty(True)
        self._retranslate()
        if geometry and self.restoreGeometry(QByteArray.fromBase64(geometry.encode())):
            bring_onto_screen(self)
        else:
            maximize_if_too_large(self, 1280, 832)
        self._fold()

    # --- arrangement ---

    def _lay_out(self) -> None:
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        top = QHBoxLayout()
        top.setContentsMargins(12, 12, 12, 8)
        top.setSpacing(8)
        top.addWidget(self.sidebar_button)
        top.addWidget(self.picker)
        top.addWidget(self.temporary_mark)
        top.addStretch(1)
        top.addWidget(self.panel_button)
        main = QWidget()
        main.setObjectName("main")
        self.column = column = QVBoxLayout(main)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addLayout(self._centred(self.banner))
        column.addWidget(self.stack, 1)
        column.addLayout(self._centred(self.composer, SHADOW))
        column.addWidget(self.footer)
        column.addSpacing(12)
        self.sidebar_edge = Edge(upright=True)
        self.panel_edge = Edge(upright=True)
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.sidebar)
        row.addWidget(self.sidebar_edge)
        row.addWidget(main, 1)
        row.addWidget(self.panel_edge)
        row.addWidget(self.panel)
        self.setCentralWidget(whole)
        self.main = main
        before: QWidget = self.sidebar.settings
        for widget in (self.sidebar_button, self.picker, self.panel_button):
            QWidget.setTabOrder(before, widget)
            before = widget
        if self.transcript is not None:
            self.set_transcript(self.transcript)

    def _connect(self) -> None:
        self.sidebar.new_chat_requested.connect(self.new_chat_requested)
        self.sidebar.temporary_chat_requested.connect(self.temporary_chat_requested)
        self.sidebar.settings_requested.connect(self.settings_requested)
        self.sidebar.models_requested.connect(self.models_requested)
        self.picker.models_requested.connect(self.models_requested)
        self.sidebar_button.clicked.connect(self.toggle_sidebar)
        self.panel_button.clicked.connect(self.toggle_panel)
        self.panel.closed.connect(self.toggle_panel)
        self.empty.suggestion_chosen.connect(self.composer.set_draft)
        self.empty.larger_model_requested.connect(self.recommended_requested)
        self.empty.suggestion_chosen.connect(lambda _text: self._send_suggestion())
        self.keys = {
            "Ctrl+N": self.new_chat_requested.emit,
            "Ctrl+Shift+N": self.temporary_chat_requested.emit,
            "Ctrl+K": self.search,
            "Ctrl+F": self.find_requested.emit,
            "Ctrl+B": self.toggle_sidebar,
            "Ctrl+,": self.settings_requested.emit,
            "Ctrl+L": self.composer.focus,
            "Ctrl+U": self.composer.attach_requested.emit,
            "Ctrl+M": self.picker.open_list,
            "Ctrl+Shift+C": self.copy_reply_requested.emit,
            "Ctrl+Shift+P": self.toggle_panel,
            "Ctrl+P": lambda: self.page_requested.emit("chat.print"),
            "Ctrl+Q": self.close,
            "Ctrl+/": self.show_shortcuts,
            "Ctrl+Shift+K": lambda: self.page_requested.emit("view.palette"),
            "Ctrl+=": lambda: self.text_scale_requested.emit(1),
            "Ctrl+-": lambda: self.text_scale_requested.emit(-1),
            "Ctrl+0": lambda: self.text_scale_requested.emit(0),
        }
        help_ = {"F1": lambda: self.page_requested.emit("help.guide")}
        for keys, action in {**self.keys, **help_, "Ctrl++": self.keys["Ctrl+="]}.items():
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(action)
            if keys == "Ctrl+Q":  # from the page of models too
                shortcut.setContext(Qt.ShortcutContext.ApplicationShortcut)
        theme.state().changed.connect(self._widen)
        theme.state().changed.connect(self._fold)
        self.physical = PhysicalKeys(self.keys, self)

    # --- values in ---

    def set_transcript(self, transcript: QWidget) -> None:
        """Take the page that shows chats."""
        self.transcript = transcript
        self.stack.addWidget(transcript)
        proxy, policy = transcript.focusProxy(), transcript.focusPolicy()
        transcript.setFocusProxy(None)  # type: ignore[arg-type]  # Qt moves nothing that another stands for,
        transcript.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # and nothing that takes no focus
        before: QWidget = self.banner.close_button
        for widget in [transcript, *focus_chain(transcript)]:
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
                QWidget.setTabOrder(before, widget)
                before = widget
        transcript.setFocusPolicy(policy)
        if proxy is not None:
            transcript.setFocusProxy(proxy)
        self.show_empty(self.stack.currentWidget() is self.empty)

    def show_empty(self, empty: bool) -> None:
        """Show the greeting in the place of the transcript."""
        for page in (self.empty, self.transcript):  # the page that is not shown asks for no room
            if page is not None:
                policy = QSizePolicy.Policy.Expanding if (page is self.empty) is empty else QSizePolicy.Policy.Ignored
                page.setSizePolicy(policy, policy)
        self.stack.setCurrentWidget(self.empty if empty or self.transcript is None else self.transcript)

    def show_temporary(self, temporary: bool) -> None:
        """Say wherever one looks that this chat is not kept."""
        if temporary and not self.temporary:
            say(self.composer.text, self.tr("A temporary chat: never saved, gone when you leave it"))
        self.temporary = temporary
        self.temporary_mark.setVisible(temporary)
        self.sidebar.temporary_chat.setChecked(temporary)
        self.empty.set_temporary(temporary)
        self._say_place()

    def _say_place(self) -> None:
        """Where what is written goes."""
        here = self.tr("Everything stays on this computer")
        nowhere = self.tr("A temporary chat: never saved, gone when you leave it")
        self.footer.setText(nowhere if self.temporary else here)

    def add_notice(self, notice: QWidget) -> None:
        """Put something that is said before a message is sent right above the composer."""
        at = next(i for i in range(self.column.count()) if _holds(self.column.itemAt(i), self.composer))
        self.column.insertLayout(at, self._centred(notice))
        QWidget.setTabOrder(self.transcript or self.panel_button, notice)

    def add_card(self, card: QWidget) -> None:
        """Put a card above the conversation, which goes on beside it."""
        self.column.insertLayout(self.column.indexOf(self.stack), self._centred(card))

    def show_error(self, error: SamarError, actions: Actions = ()) -> None:
        self.banner.show_error(error, actions)

    def show_toast(self, text: str, action_text: str = "", action: Callable[[], object] | None = None) -> None:
        self.toast.show_text(text, action_text, action)

    def set_chat_title(self, title: str) -> None:
        """Title of the window; "" for a new chat."""
        self.chat_title = title
        if self.temporary:
            self.setWindowTitle(self.tr("Temporary chat"))  # its words stay out of the system's list of windows
        else:
            self.setWindowTitle(title or self.tr("New chat"))

    def geometry_text(self) -> str:
        """For `Settings.window_geometry`."""
        return bytes(self.saveGeometry().toBase64().data()).decode()

    # --- what the person does ---

    def search(self) -> None:
        """Ctrl+K: the search field, unfolding the side bar."""
        if self.sidebar.isHidden():
            self.toggle_sidebar()
        self.sidebar.start_search()

    def toggle_sidebar(self) -> None:
        self.sidebar_wanted = self.sidebar.isHidden()
        self._set_sidebar(self.sidebar_wanted)
        self.layout_changed.emit(self.sidebar_wanted, not self.panel.isHidden())

    def toggle_panel(self) -> None:
        visible = self.panel.isHidden()
        self.panel.setVisible(visible)
        self.panel_edge.setVisible(visible)
        self.panel_button.setChecked(visible)
        self._fold()
        if not visible:
            self.composer.focus()
        self.layout_changed.emit(self.sidebar_wanted, visible)

    def show_shortcuts(self) -> None:
        from desktop.ui.shortcut_sheet import ShortcutSheet

        ShortcutSheet(self).open()

    # --- inside ---

    def _centred(self, widget: QWidget, beside: int = 0) -> QHBoxLayout:
        """A row that keeps a widget in the middle, as wide as the text of the chat at most."""
        self.centred.append((widget, beside))
        row = centred(widget, 16 - beside)
        self._widen()
        return row

    def _widen(self) -> None:
        """The column of the chat grows with its text."""
        for widget, beside in self.centred:
            widget.setMaximumWidth(theme.px(COLUMN) + 2 * beside)

    def _send_suggestion(self) -> None:
        self.composer.submit()
        self.composer.focus()

    def _set_sidebar(self, visible: bool) -> None:
        self.sidebar.setVisible(visible)
        self.sidebar_edge.setVisible(visible)
        shown = self.tr("Hide the side bar") if visible else self.tr("Show the side bar")
        self.sidebar_button.describe(shown, native("Ctrl+B"))

    def _fold(self) -> None:
        """Fold the side bar while the window is too narrow for it; what the person chose is kept for a wider one."""
        panel = 0 if self.panel.isHidden() else self.panel.minimumWidth()
        room = self.width() - panel - self.sidebar.minimumWidth()
        self._set_sidebar(self.sidebar_wanted and room >= LEAST_COLUMN)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._fold()
        self.drop.setGeometry(self.rect())
        QTimer.singleShot(0, self.toast, self.toast.place)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        handle = self.windowHandle()
        if handle is not None:
            handle.installEventFilter(self.physical)
        self.composer.focus()

    def focusNextPrevChild(self, next: bool) -> bool:
        """A card, a notice or a toast that goes while the keyboard is in it hands it to the composer: Qt would go on to
        whatever comes next, which is the first button of the window."""
        focus = self.focusWidget()
        if focus is not None and not focus.isVisible():
            self.composer.focus()
            return True
        return super().focusNextPrevChild(next)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A letter that nothing took begins a message, as what is pasted does; Esc stops a reply."""
        plain = not event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        if event.key() == Qt.Key.Key_Escape:
            if self.composer.generating:
                self.composer.stop_requested.emit()
            elif not self.banner.isHidden():
                self.banner.dismiss()
            else:
                self.composer.focus()
        elif plain and event.text().isprintable() and event.text().strip():
            self.composer.focus()
            self.composer.text.insertPlainText(event.text())
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.composer.focus()
            self.composer.text.paste()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event) -> None:  # type: ignore[no-untyped-def]  # QDragEnterEvent
        self.drop.enter(event)

    def dragLeaveEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        self.drop.hide()

    def dropEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        paths, images = self.drop.take(event)
        self.activateWindow()
        self.composer.focus()
        if images:
            self.images_dropped.emit(images)
        if paths:
            self.files_dropped.emit(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.panel.tell_prompt()
        self.close_requested.emit()
        super().closeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.set_chat_title(self.chat_title)
        self._say_place()
        self.temporary_mark.setText(self.tr("Temporary chat"))
        self.panel_button.describe(self.tr("This chat"), native("Ctrl+Shift+P"))
        self._set_sidebar(not self.sidebar.isHidden())
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft if i18n.is_rtl() else Qt.LayoutDirection.LeftToRight)


def _holds(item: QLayoutItem | None, widget: QWidget) -> bool:
    layout = item.layout() if item is not None else None
    return layout is not None and layout.indexOf(widget) >= 0


def focus_chain(whole: QWidget) -> Iterator[QWidget]:
    """The widgets inside of one, as Tab goes through them."""
    widget = whole.nextInFocusChain()
    while widget is not None and whole.isAncestorOf(widget):
        yield widget
        widget = widget.nextInFocusChain()


def centred(widget: QWidget, margin: int) -> QHBoxLayout:
    """A row that keeps a widget in the middle, up to its greatest width."""
    row = QHBoxLayout()
    row.setContentsMargins(margin, 0, margin, 0)
    policy = widget.sizePolicy()
    policy.setHorizontalPolicy(QSizePolicy.Policy.Expanding)
    policy.setHorizontalStretch(1000)
    widget.setSizePolicy(policy)
    row.addStretch(1)
    row.addWidget(widget, 1000)
    row.addStretch(1)
    return row
