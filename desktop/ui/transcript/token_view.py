"""The tokens of a reply: the less sure the model was, the more a token glows; beside it, what else might have stood there."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QTextEdit, QVBoxLayout, QWidget

from desktop.core.generation import TokenChoice
from desktop.core.text import Direction, direction_of, shown
from desktop.core.token_text import TokenSpan, visible
from desktop.ui import i18n, theme
from desktop.ui.transcript.writer import units
from desktop.ui.widgets.basic import IconButton, Label, draw_line, say

_ROW = 34
SURE = 0.9
"""From this probability on a token does not glow."""


def percent(probability: float) -> str:
    """ "62.1%", in one piece in either direction."""
    return f"\u2066{probability:.1%}\u2069"


def glow(probability: float) -> float:
    """How much a token glows, 0 … 1, in five steps, so that neighbours of one kind are one shape."""
    if probability >= SURE:
        return 0.0
    return next(step for limit, step in ((0.7, 0.2), (0.4, 0.4), (0.15, 0.65), (-1.0, 0.9)) if probability > limit)


class TokenText(QTextEdit):
    """The reply, read-only. The pointer or the arrow keys choose a token."""

    chosen = Signal(int)
    """Index of a piece."""

    def __init__(self, parts: Sequence[TokenSpan], parent: QWidget) -> None:
        super().__init__(parent)
        self.parts = list(parts)
        self.current = -1
        self.setReadOnly(True)
        self.setObjectName("tokenText")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.document().setDocumentMargin(18)
        self.starts: list[int] = []
        at = 0
        text = ""
        for part in self.parts:
            self.starts.append(at)
            # a line break of the reply is one of the document, and takes one unit as well
            piece = shown(part.text).replace("\r", " ")
            text += piece
            at += units(piece)
        self.ends = [*self.starts[1:], at]
        self.setPlainText(text)
        self._turn()
        self.verticalScrollBar().valueChanged.connect(self._paint_tokens)
        theme.state().changed.connect(self._paint_tokens)

    def _turn(self) -> None:
        """Each paragraph in the direction of its letters."""
        block = self.document().firstBlock()
        fallback = Direction.RTL if i18n.is_rtl() else Direction.LTR
        while block.isValid():
            fallback = direction_of(block.text(), fallback)
            made = QTextBlockFormat()
            rtl = fallback is Direction.RTL
            made.setLayoutDirection(Qt.LayoutDirection.RightToLeft if rtl else Qt.LayoutDirection.LeftToRight)
            side = Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft
            made.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute)
            made.setLineHeight(165, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
            QTextCursor(block).mergeBlockFormat(made)
            block = block.next()

    def choose(self, index: int) -> None:
        if not 0 <= index < len(self.parts) or index == self.current:
            return
        self.current = index
        cursor = QTextCursor(self.document())
        cursor.setPosition(self.starts[index])
        self.setTextCursor(cursor)
        self.ensureCursorVisible()
        self._paint_tokens()
        self.chosen.emit(index)

    def index_at(self, position: int) -> int:
        """The piece at a position of the document."""
        return min(max(bisect_right(self.starts, position) - 1, 0), len(self.parts) - 1)

    def _paint_tokens(self) -> None:
        """Colour what is seen: extra selections change no shapes, so letters stay joined across tokens."""
        if not self.parts:
            return
        tokens = theme.current()
        view = self.viewport().rect()
        first = self.index_at(self.cursorForPosition(view.topLeft()).position())
        last = self.index_at(self.cursorForPosition(view.bottomRight()).position())
        first, last = min(first, last), max(first, last)
        made: list[QTextEdit.ExtraSelection] = []
        at = first
        while at <= last:
            strength = glow(self.parts[at].probability)
            end = at + 1
            while (
                end <= last
                and end != self.current
                and at != self.current
                and (glow(self.parts[end].probability) == strength)
            ):
                end += 1
            if strength or at == self.current:
                colour = QColor(tokens.color("brand", strength * (0.55 if tokens.dark else 0.6)))
                made.append(self._selection(at, end, colour, chosen=at == self.current))
            at = end
        self.setExtraSelections(made)

    def _selection(self, at: int, end: int, colour: QColor, *, chosen: bool) -> QTextEdit.ExtraSelection:
        selection = QTextEdit.ExtraSelection()
        cursor = QTextCursor(self.document())
        cursor.setPosition(self.starts[at])
        cursor.setPosition(self.ends[end - 1], QTextCursor.MoveMode.KeepAnchor)
        look = QTextCharFormat()
        if chosen:
            tokens = theme.current()
            look.setBackground(tokens.color("accent"))
            look.setForeground(tokens.color("on_accent"))
        else:
            look.setBackground(colour)
        selection.cursor, selection.format = cursor, look
        return selection

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.choose(self.index_at(self.cursorForPosition(event.position().toPoint()).position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.mouseMoveEvent(event)
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right as the text runs, Up and Down by line, Home and End."""
        key = event.key()
        rtl = self.document().findBlock(self.textCursor().position()).blockFormat().layoutDirection()
        onward = Qt.Key.Key_Left if rtl == Qt.LayoutDirection.RightToLeft else Qt.Key.Key_Right
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.choose(min(max(self.current + (1 if key == onward else -1), 0), len(self.parts) - 1))
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            cursor = self.textCursor()
            up = key == Qt.Key.Key_Up
            cursor.movePosition(QTextCursor.MoveOperation.Up if up else QTextCursor.MoveOperation.Down)
            self.choose(self.index_at(cursor.position()))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.choose(0 if key == Qt.Key.Key_Home else len(self.parts) - 1)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._paint_tokens()


class Alternatives(QWidget):
    """Bars of what might have stood in the place of one piece; what was written is marked."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: list[tuple[str, float, bool]] = []
        self.setMinimumWidth(230)

    def show_tokens(self, tokens: Sequence[TokenChoice]) -> None:
        self.rows = []
        for token in tokens:
            others = [(text, probability) for text, probability in token.others if text != token.text]
            rows = [
                (token.text, token.probability, True),
                *((text, probability, False) for text, probability in others),
            ]
            self.rows += sorted(rows, key=lambda row: -row[1])
        self.setMinimumHeight(len(self.rows) * theme.px(_ROW))
        self.setAccessibleName(self.words())
        self.update()

    def words(self) -> str:
        """What a screen reader says."""
        return ", ".join(f"{visible(text)} {probability:.1%}" for text, probability, _ in self.rows)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(250), max(len(self.rows), 6) * theme.px(_ROW))

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        height = theme.px(_ROW)
        for at, (text, probability, written) in enumerate(self.rows):
            row = QRectF(0, at * height, self.width(), height)
            track = QRectF(row.left(), row.bottom() - 9, row.width(), 4)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.color("track"))
            painter.drawRoundedRect(track, 2, 2)
            filled = QRectF(track)
            filled.setWidth(max(track.width() * probability, 3))
            if rtl:
                filled.moveRight(track.right())
            painter.setBrush(tokens.color("accent" if written else "faint"))
            painter.drawRoundedRect(filled, 2, 2)
            painter.setPen(QPen(tokens.color("text" if written else "muted")))
            painter.setFont(theme.interface_font(14, QFont.Weight.DemiBold if written else QFont.Weight.Normal))
            number = percent(probability)
            room = painter.fontMetrics().horizontalAdvance(number) + 10
            words, figure = QRectF(row).adjusted(0, 0, -room, -9), QRectF(row).adjusted(row.width() - room, 0, 0, -9)
            if rtl:
                words, figure = words.translated(room, 0), figure.translated(room - row.width(), 0)
            draw_line(painter, words, shown(visible(text)), right_to_left=rtl)
            side = Qt.AlignmentFlag.AlignLeft if rtl else Qt.AlignmentFlag.AlignRight
            painter.drawText(figure, side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter, number)


class TokenView(QDialog):
    """A reply by its tokens."""

    def __init__(self, parts: Sequence[TokenSpan], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.parts = list(parts)
        self.title = Label("heading", self)
        self.legend = Label("hint", self, wrap=True)
        self.close_button = IconButton("close", self, size=32, icon_size=16)
        self.text = TokenText(self.parts, self)
        self.place = Label("hint", self)
        self.together = Label("hint", self, wrap=True)
        self.alternatives = Alternatives(self)
        head = QHBoxLayout()
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.title)
        words.addWidget(self.legend)
        head.addLayout(words, 1)
        head.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        side = QVBoxLayout()
        side.setSpacing(8)
        side.addWidget(self.place)
        side.addWidget(self.alternatives)
        side.addWidget(self.together)
        side.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(20)
        row.addWidget(self.text, 1)
        row.addLayout(side)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 24)
        column.setSpacing(16)
        column.addLayout(head)
        column.addLayout(row, 1)
        self.text.chosen.connect(self.show_piece)
        self.close_button.clicked.connect(self.close)
        self.resize(parent.window().size().boundedTo(QSize(theme.px(940), theme.px(620))))
        self._retranslate()
        self.text.setFocus()
        self.text.choose(self._least_sure())

    def _least_sure(self) -> int:
        """Where to begin: the most telling token."""
        return min(range(len(self.parts)), key=lambda at: self.parts[at].probability, default=-1)

    def show_piece(self, at: int) -> None:
        part = self.parts[at]
        self.place.setText(self.tr("Token {0} of {1}").format(i18n.number(at + 1), i18n.number(len(self.parts))))
        self.alternatives.show_tokens(part.tokens)
        several = len(part.tokens) > 1
        self.together.setVisible(several)
        if several:
            count = len(part.tokens)
            text = self.tr("%n token(s) share these letters; together {percent}.", "", count)
            self.together.setText(text.replace("{percent}", percent(part.probability)))
        say(self.text, f"{part.text} {percent(part.probability)}. {self.place.text()}. {self.alternatives.words()}")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Token probabilities"))
        self.title.setText(self.tr("Token probabilities"))
        self.legend.setText(
            self.tr(
                "The stronger the colour of a token, the less sure the model was of it. Point at one, or use the arrow keys."
            )
        )
        self.text.setAccessibleName(self.tr("The reply, token by token"))
        self.close_button.describe(self.tr("Close"), "Esc")
        if self.text.current >= 0:
            self.show_piece(self.text.current)
