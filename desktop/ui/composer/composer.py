"""Where one writes: a field that grows, and the round button that sends and stops."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.ui import icons, theme
from desktop.ui.composer.attachments import AttachmentTray, sources_of
from desktop.ui.shortcuts import native
from desktop.ui.widgets.basic import Button, IconButton
from desktop.ui.widgets.directed_text import DirectedText
from desktop.ui.widgets.plain_text import set_tool_tip

MOST_LINES = 8
SHADOW = 10
"""Room around the card for its shadow, in pixels."""


class ComposerText(DirectedText):
    """Enter submits, with Shift it breaks the line; Esc is told."""

    submitted = Signal()
    escaped = Signal()
    images_pasted = Signal(object)
    """list of Path, bytes (of a file) and QImage"""
    stepped = Signal(int)
    """One message back (-1) or on (1)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, most=MOST_LINES)
        self.setObjectName("composerText")

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return super().canInsertFromMimeData(source) or bool(sources_of(source))

    def insertFromMimeData(self, source: QMimeData) -> None:
        images = sources_of(source)
        if images:
            self.images_pasted.emit(images)
        else:
            super().insertFromMimeData(source)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasImage():
            event.ignore()  # the window takes it, and shows what a drop does
        else:
            super().dragEnterEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        composing = bool(self.textCursor().block().layout().preeditAreaText())
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not composing:
            breaks = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.AltModifier
            if event.modifiers() & breaks:
                self.textCursor().insertBlock()
                self.ensureCursorVisible()
            else:
                self.submitted.emit()
            return
        alt = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.AltModifier
        if alt and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.stepped.emit(-1 if event.key() == Qt.Key.Key_Up else 1)
            return
        if event.key() == Qt.Key.Key_Escape and not composing:
            self.escaped.emit()
            return
        super().keyPressEvent(event)


class SendButton(Button):
    """Round; an arrow that sends, or a square that stops."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stops = False
        # a click leaves the keyboard in the text: a button that is disabled meanwhile would hand it to any other widget
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(36, 36)

    def sizeHint(self) -> QSize:
        return QSize(36, 36)

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ringed = self.ring and self.hasFocus()
        disc = QRectF(self.rect()).adjusted(1, 1, -1, -1) if not ringed else QRectF(self.rect()).adjusted(4, 4, -4, -4)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isEnabled():
            fill = tokens.color("text" if self.stops else "accent")
            if self.isDown() or self.hovered():
                fill = fill.darker(112) if not tokens.dark else fill.lighter(108)
            sign = tokens.color("window" if self.stops else "on_accent")
        else:
            fill, sign = tokens.color("track"), tokens.color("faint")
        painter.setBrush(fill)
        painter.drawEllipse(disc)
        spot = QRectF(0, 0, 18, 18)
        spot.moveCenter(QRectF(self.rect()).center())
        icons.paint(painter, "stop" if self.stops else "arrow-up", spot, sign, width=2.0)
        self.paint_ring(painter, QRectF(self.rect()), 18)


class Composer(QWidget):
    """Emits what was written and empties itself; Ctrl+Z brings it back in the same chat, and `set_draft` after a failure."""

    submitted = Signal(str)
    stop_requested = Signal()
    answer_requested = Signal()
    """The thinking has taken long enough."""
    attach_requested = Signal()
    draft_changed = Signal(str)
    images_pasted = Signal(object)
    """list of Path, bytes (of a file) and QImage"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.generating = self.thinking = False
        self.waiting_for = ""
        self.continues = False
        self.images_coming = False
        self.submits_when_ready = False
        """Enter was pressed while an image was still being read."""
        self.tray = AttachmentTray(self)
        self.text = ComposerText(self)
        self.attach = IconButton("attach", self, size=34, icon_size=19)
        self.send = SendButton(self)
        self.answer = QPushButton(self)
        self.answer.setProperty("rank", "link")
        self.answer.setCursor(Qt.CursorShape.PointingHandCursor)
        self.answer.hide()

        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.attach)
        row.addStretch(1)
        row.addWidget(self.answer)
        row.addSpacing(8)
        row.addWidget(self.send)
        column = QVBoxLayout(self)
        column.setContentsMargins(SHADOW + 15, SHADOW + 14, SHADOW + 15, SHADOW + 11)
        column.setSpacing(8)
        column.addWidget(self.tray)
        column.addWidget(self.text)
        column.addLayout(row)

        self.text.submitted.connect(self.submit)
        self.text.escaped.connect(self._escape)
        self.text.textChanged.connect(self._text_changed)
        self.text.installEventFilter(self)
        self.text.images_pasted.connect(self.images_pasted)
        self.tray.changed.connect(self._images_changed)
        self.tray.left.connect(self.focus)
        self.send.clicked.connect(self._clicked)
        self.answer.clicked.connect(self._answer_now)
        self.attach.clicked.connect(self.attach_requested)
        theme.state().changed.connect(self.update)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self._retranslate()
        self._update_button()

    # --- values in ---

    def draft(self) -> str:
        return self.text.toPlainText()

    def set_draft(self, text: str) -> None:
        if text != self.draft():
            self.text.setPlainText(text)
            self.text.moveCursor(QTextCursor.MoveOperation.End)

    def set_generating(self, generating: bool) -> None:
        """Show Stop in the place of Send."""
        self.generating = generating
        self._update_button()

    def set_thinking(self, thinking: bool) -> None:
        """Offer the answer beside Stop while the reply is thinking."""
        if thinking == self.thinking:
            return
        self.thinking = thinking
        if not thinking and self.answer.hasFocus():
            self.focus()
        self.answer.setEnabled(True)
        self.answer.setVisible(thinking)

    def set_waiting(self, reason: str) -> None:
        """A reason why nothing can be sent now ("The model is being loaded"), shown as the placeholder; "" for none.
        One can write all the same."""
        self.waiting_for = reason
        self._retranslate()
        self._update_button()

    def set_continues(self, continues: bool) -> None:
        """Whether the model goes on with what is written, in the place of answering."""
        self.continues = continues
        self._retranslate()

    def set_images_coming(self, coming: bool) -> None:
        """Whether an image is being read; what is sent meanwhile waits for it."""
        self.images_coming = coming
        if not coming and self.submits_when_ready:
            self.submits_when_ready = False
            self.submit()

    def focus(self) -> None:
        self.text.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # --- inside ---

    def submit(self) -> None:
        """Emit the text, unless there is neither text nor image, a reply is running, or nothing can answer."""
        text = self.draft().strip()
        if self.generating or self.waiting_for:
            return
        if self.images_coming:
            self.submits_when_ready = True
            return
        if not text and not self.tray.images:
            return
        cursor = self.text.textCursor()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.removeSelectedText()
        self.submitted.emit(text)

    def _clicked(self) -> None:
        if self.generating:
            self.stop_requested.emit()
        else:
            self.submit()
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def _answer_now(self) -> None:
        self.answer_requested.emit()
        self.focus()
        self.answer.setEnabled(False)  # it is on its way

    def _escape(self) -> None:
        if self.generating:
            self.stop_requested.emit()

    def _images_changed(self) -> None:
        self.tray.set_tab_order(self.text, self.attach)
        self._update_button()

    def _text_changed(self) -> None:
        self._update_button()
        self.draft_changed.emit(self.draft())

    def _update_button(self) -> None:
        self.send.stops = self.generating
        has_text = not self.text.document().isEmpty() and bool(self.draft().strip())
        something = has_text or bool(self.tray.images)
        usable = self.generating or (something and not self.waiting_for)
        if self.send.hasFocus() and not usable:
            self.focus()
        self.send.setEnabled(usable)
        self.send.describe(*((self.tr("Stop"), "Esc") if self.generating else (self.tr("Send"), "↵")))
        self.send.update()

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is self.text and event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return super().eventFilter(watched, event)  # type: ignore[arg-type]

    def mousePressEvent(self, event: QEvent) -> None:
        self.text.setFocus(Qt.FocusReason.MouseFocusReason)

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        card = QRectF(self.rect()).adjusted(SHADOW, SHADOW, -SHADOW, -SHADOW)
        painter.setPen(Qt.PenStyle.NoPen)
        for step in range(SHADOW, 0, -1):
            painter.setBrush(tokens.color("shadow", 0.016 if tokens.dark else 0.006))
            spread = card.adjusted(-step, -step + 4, step, step)
            painter.drawRoundedRect(spread, theme.RADIUS_BUBBLE + step, theme.RADIUS_BUBBLE + step)
        focused, high = self.text.hasFocus(), theme.is_high_contrast()
        painter.setBrush(tokens.color("surface"))
        painter.setPen(QPen(tokens.color("accent", 1.0 if high else 0.55) if focused else tokens.color("line"), 1))
        painter.drawRoundedRect(card.adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS_BUBBLE, theme.RADIUS_BUBBLE)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
            self._update_button()

    def _retranslate(self) -> None:
        asks = self.tr("Write the beginning: the model goes on") if self.continues else self.tr("Message Samar")
        self.text.set_placeholder(self.waiting_for or asks)
        self.text.setAccessibleName(self.tr("Message"))
        self.setAccessibleDescription(self.tr("Enter sends, Shift+Enter starts a new line."))
        self.answer.setText(self.tr("Answer now"))
        set_tool_tip(self.answer, self.tr("End the thinking and write the answer"))
        self.answer.setAccessibleDescription(self.tr("End the thinking and write the answer"))
        self.attach.describe(self.tr("Attach images"), native("Ctrl+U"))
