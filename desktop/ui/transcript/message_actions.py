"""What can be done with a message: the bar under it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QPalette, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from desktop.core.chat import Message, MessageStatus, Role
from desktop.ui.sidebar.format_menu import FormatMenu
from desktop.ui.transcript import labels
from desktop.ui.transcript.buttons import ChipButton, GlyphButton, leave
from desktop.ui.transcript.style import TranscriptStyle, colour
from desktop.ui.widgets.plain_text import PlainLabel

DONE_MS = 1500
"""How long a copy button shows that it has copied."""


class CopyButton(GlyphButton):
    """Turns into a check mark for a moment."""

    def __init__(self, name: str, look: TranscriptStyle, parent: QWidget | None = None) -> None:
        super().__init__("copy", name, look, parent)
        self._back = QTimer(self)
        self._back.setSingleShot(True)
        self._back.setInterval(DONE_MS)
        self._back.timeout.connect(self._show_copy)
        self.clicked.connect(self._show_done)

    def _show_done(self) -> None:
        self.glyph = "check"
        self.update()
        self._back.start()

    def _show_copy(self) -> None:
        self.glyph = "copy"
        self.update()


class MessageBar(QWidget):
    """The actions of one message and, for a reply, its figures at the other end. Bound anew when messages scroll by."""

    chosen = Signal(str, int)
    """(action, message id): copy, copy-markdown, copy-plain, regenerate, continue, edit, probabilities, delete, fork, export-FORMAT."""
    sibling_chosen = Signal(int, int)
    page_chosen = Signal(str)
    """Name of a page that the reply speaks of."""

    def __init__(self, look: TranscriptStyle, parent: QWidget) -> None:
        super().__init__(parent)
        self.message: Message | None = None
        self._look = look
        self.copy = CopyButton(self.tr("Copy"), look, self)
        self.regenerate = GlyphButton("regenerate", self.tr("Regenerate"), look, self)
        self.resume = GlyphButton("continue", self.tr("Continue"), look, self)
        self.edit = GlyphButton("edit", self.tr("Edit"), look, self)
        self.tokens = GlyphButton("tokens", self.tr("Token probabilities"), look, self)
        self.has_tokens: Callable[[int], bool] = lambda _id: False
        """Whether the probabilities of a reply are known."""
        self.more = GlyphButton("more", self.tr("More"), look, self)
        self.previous = GlyphButton("previous", self.tr("Previous version"), look, self)
        self.next = GlyphButton("next", self.tr("Next version"), look, self)
        self.pages_of: Callable[[Message], Sequence[tuple[str, str]]] = lambda _message: ()
        """The pages that a reply speaks of: name, and what its button says."""
        self.pages: list[ChipButton] = []
        """A button for each; those that this message does not need are hidden."""
        self._names: list[str] = []
        self.place = PlainLabel(parent=self)
        self.figures = PlainLabel(parent=self)
        self._actions = {
            "copy": self.copy,
            "regenerate": self.regenerate,
            "continue": self.resume,
            "edit": self.edit,
            "probabilities": self.tokens,
        }
        for action, button in self._actions.items():
            button.clicked.connect(lambda _=False, action=action: self._choose(action))
        self.more.clicked.connect(self.open_menu)
        self.previous.clicked.connect(lambda: self._step(-1))
        self.next.clicked.connect(lambda: self._step(1))
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2)
        self._space = QWidget(self)
        self._own: bool | None = None
        """Whose order the row is in."""
        self._wants_figures = False
        self._buttons = [self.copy, self.regenerate, self.resume, self.edit, self.tokens, self.more]
        self._buttons += [self.previous, self.next]
        self.set_look(look)

    def set_look(self, look: TranscriptStyle) -> None:
        self._look = look
        font = QFont(look.font)
        font.setPixelSize(look.px(12.5))
        palette = self.palette()
        for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text):
            palette.setColor(role, colour(look.palette.muted))
        for label in (self.place, self.figures):
            label.setFont(font)
            label.setPalette(palette)
        for button in self._buttons:
            button.set_look(look)
        for chip in self.pages:
            chip.set_look(look)

    def bind(self, message: Message, siblings: tuple[int, int] | None, *, full: bool, figures: bool = False) -> None:
        """Show the actions of `message`. full: all of them; else only the arrows between its versions and the pages that
        it speaks of. figures: with the speed of a reply."""
        self.message = message
        own = message.role is Role.USER
        finished = message.status is not MessageStatus.STREAMING
        several = siblings is not None and siblings[1] > 1
        shown = {
            self.copy: full and finished,
            self.regenerate: full and finished and not own,
            self.resume: full and message.status.is_partial and not own,
            self.edit: full and own,
            self.tokens: full and finished and not own and self.has_tokens(message.id),
            self.more: full and finished,
            self.previous: several,
            self.place: several,
            self.next: several,
            self.figures: full and not own and figures,
        }
        self._arrange(own)
        for widget, visible in shown.items():
            if not visible:
                leave(widget)
            widget.setVisible(visible)
        if siblings is not None:
            # isolated as a whole, so that the order of the two numbers is the interface's
            self.place.setText(f"{siblings[0]} / {siblings[1]}")
            self.place.setAccessibleName(self.tr("Version {0} of {1}").format(*siblings))
            self.previous.setEnabled(siblings[0] > 1)
            self.next.setEnabled(siblings[0] < siblings[1])
        self._bind_pages([] if own else self.pages_of(message))
        self.figures.setText(labels.figures(message.stats))
        self._wants_figures = shown[self.figures]
        self._fit_figures()
        self.setAccessibleName(self.tr("Buttons of your message") if own else self.tr("Buttons of the reply"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Figures that have no room are left out whole, not cut."""
        super().resizeEvent(event)
        self._fit_figures()

    def _bind_pages(self, pages: Sequence[tuple[str, str]]) -> None:
        self._names = [name for name, _text in pages]
        while len(self.pages) < len(pages):
            button = ChipButton(self._look, self)
            button.clicked.connect(partial(self._choose_page, len(self.pages)))
            QWidget.setTabOrder(self.pages[-1] if self.pages else self.next, button)
            self.pages.append(button)
            self._row.insertWidget(self._row.indexOf(self._space), button)
        for at, button in enumerate(self.pages):
            if at < len(pages):
                if button.text() != pages[at][1]:
                    button.set_text(pages[at][1])
            else:
                leave(button)
            button.setVisible(at < len(pages))

    def _choose_page(self, at: int) -> None:
        self.page_chosen.emit(self._names[at])

    def _fit_pages(self) -> None:
        """As wide as their texts, or sharing what room there is."""
        shown = self.pages[: len(self._names)]
        if not shown:
            return
        margins, space = self._row.contentsMargins(), self._row.spacing()
        others = [b for b in self._buttons if not b.isHidden()]
        taken = sum(b.width() + space for b in others) + margins.left() + margins.right()
        if not self.place.isHidden():
            taken += self.place.sizeHint().width() + space
        most = max(self._look.px(48), (self.width() - taken - space * (len(shown) + 1)) // len(shown))
        wide = [button.sizeHint().width() for button in shown]
        if sum(wide) > most * len(shown):
            spare = sum(max(0, most - width) for width in wide)
            wide = [min(width, most + spare) for width in wide]
        for button, width in zip(shown, wide, strict=True):
            button.setFixedWidth(width)

    def _fit_figures(self) -> None:
        self._fit_pages()
        if self._wants_figures:
            self.figures.setVisible(True)
            self.figures.setVisible(self._row.minimumSize().width() <= self.width())

    def _arrange(self, own: bool) -> None:
        if own == self._own:
            return
        self._own = own
        versions = [self.previous, self.place, self.next]
        actions = [self.copy, self.regenerate, self.resume, self.edit, self.tokens, self.more]
        order: list[QWidget] = [self._space, *versions, *actions]
        if not own:
            order = [*actions, *versions, *self.pages, self._space]
        # a layout moves what it has; an item that takeAt gives out would be freed by nobody
        for widget in [*order, self.figures]:
            self._row.addWidget(widget, 1 if widget is self._space else 0)

    def _choose(self, action: str) -> None:
        if self.message is not None:
            self.chosen.emit(action, self.message.id)

    def _step(self, delta: int) -> None:
        if self.message is not None:
            self.sibling_chosen.emit(self.message.id, delta)

    def held_arrow(self) -> GlyphButton | None:
        """The arrow that the keyboard is at."""
        return next((arrow for arrow in (self.previous, self.next) if arrow.hasFocus()), None)

    def hold_arrow(self, held: GlyphButton) -> None:
        """Take the keyboard at the arrow that points as `held`, of any bar, does; at the end of the row at the other one."""
        wanted, other = (self.previous, self.next) if held.glyph == "previous" else (self.next, self.previous)
        (wanted if wanted.isEnabled() else other).setFocus(Qt.FocusReason.OtherFocusReason)

    def menu(self) -> QMenu:
        """The actions that are rarely needed."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        entries = [("copy-markdown", self.tr("Copy as Markdown")), ("copy-plain", self.tr("Copy as plain text"))]
        export: FormatMenu | None = None
        if self.message is not None and self.message.role is Role.ASSISTANT:
            entries.append(("edit", self.tr("Edit reply")))
            if self.has_tokens(self.message.id):
                entries.append(("probabilities", self.tr("Show probabilities…")))
            export = FormatMenu(menu, for_reply=True)
            export.setObjectName("export")
            export.chosen.connect(lambda form: self._choose(f"export-{form}"))
        entries += [("fork", self.tr("New chat from here")), ("delete", self.tr("Delete"))]
        for action, text in entries:
            if action == "fork" and export is not None:
                menu.addMenu(export)
            menu.addAction(text, partial(self._choose, action)).setObjectName(action)
        if self.message is not None and (told := labels.figures(self.message.stats)):
            menu.addSeparator()
            figures = menu.addAction(told)
            figures.setObjectName("figures")
            figures.setEnabled(False)
        return menu

    def open_menu(self) -> None:
        self.menu().popup(self.more.mapToGlobal(QPoint(0, self.more.height())))


class CodeBar(QWidget):
    """Copy and save, at the end of a code panel's head. Left-to-right in every interface, as code is."""

    copied = Signal(int)
    """Position of the head's block in the document."""
    saved = Signal(int)

    def __init__(self, look: TranscriptStyle, parent: QWidget) -> None:
        super().__init__(parent)
        self.position = -1
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.copy = CopyButton(self.tr("Copy code"), look, self)
        self.save = GlyphButton("save", self.tr("Save code as…"), look, self)
        self.copy.clicked.connect(lambda: self.copied.emit(self.position))
        self.save.clicked.connect(lambda: self.saved.emit(self.position))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.copy)
        row.addWidget(self.save)

    def set_look(self, look: TranscriptStyle) -> None:
        self.copy.set_look(look)
        self.save.set_look(look)
