"""Small widgets that the whole window shares: icon buttons, labels by rank, hairlines, meters, segments."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QMargins, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QInputMethodEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QRadioButton,
    QSizePolicy,
    QWidget,
)

from desktop.core.text import Direction, direction_of
from desktop.ui import icons, theme
from desktop.ui.shortcuts import is_ligature_shortcut, resend_ligature, with_shortcut
from desktop.ui.widgets.plain_text import PlainLabel, set_tool_tip

KEYBOARD_REASONS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class Button(QAbstractButton):
    """A button that paints itself; its focus ring shows only when focus came by keyboard."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ring = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.ring = event.reason() in KEYBOARD_REASONS
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.ring = False
        super().focusOutEvent(event)

    def hovered(self) -> bool:
        return self.underMouse() and self.isEnabled()

    def right_to_left(self) -> bool:
        return self.layoutDirection() == Qt.LayoutDirection.RightToLeft

    def paint_ring(self, painter: QPainter, rect: QRectF, radius: float) -> None:
        if self.ring and self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.current().color("accent"), 2))
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), radius, radius)

    def describe(self, name: str, shortcut: str = "", description: str = "") -> None:
        """Set name, tool tip and accessible name at once."""
        self.setAccessibleName(name)
        self.setAccessibleDescription(description)
        set_tool_tip(self, with_shortcut(name, shortcut))


class IconButton(Button):
    """A square button with an icon; muted until pointed at, in the accent colour while checked."""

    def __init__(self, name: str, parent: QWidget | None = None, size: int = 36, icon_size: int = 20) -> None:
        super().__init__(parent)
        self.icon_name = name
        self.icon_size = icon_size
        self.inverse = False
        """Stands on a surface of the other theme, as in a toast."""
        self.setFixedSize(size, size)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = theme.opposite() if self.inverse else theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect())
        if self.hovered() or self.isDown():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.color("text", 0.10 if self.isDown() else 0.06))
            painter.drawRoundedRect(whole, theme.RADIUS_ROW, theme.RADIUS_ROW)
        if not self.isEnabled():
            color = tokens.color("faint", 0.5)
        elif self.isChecked():
            color = tokens.color("accent")
        else:
            color = tokens.color("text" if self.hovered() else "muted")
        side = self.icon_size
        rect = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        icons.paint(painter, self.icon_name, rect, color, right_to_left=self.right_to_left())
        self.paint_ring(painter, whole, theme.RADIUS_ROW)


class RowButton(Button):
    """An icon and a word over the whole width: the foot of the side bar, "New chat"."""

    def __init__(self, name: str, parent: QWidget | None = None, *, raised: bool = False) -> None:
        super().__init__(parent)
        self.icon_name = name
        self.raised = raised
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(160, max(38, self.fontMetrics().height() + 16))

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.color("selected"))
            painter.drawRoundedRect(whole, theme.RADIUS_ROW, theme.RADIUS_ROW)
        elif self.raised:
            painter.setPen(QPen(tokens.color("faint" if self.hovered() else "line"), 1))
            painter.setBrush(tokens.color("hover" if self.isDown() else "surface"))
            painter.drawRoundedRect(whole, theme.RADIUS_ROW + 1, theme.RADIUS_ROW + 1)
        elif self.hovered() or self.isDown():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.color("selected" if self.isDown() else "hover"))
            painter.drawRoundedRect(whole, theme.RADIUS_ROW, theme.RADIUS_ROW)
        ink = tokens.color("text" if self.isEnabled() else "faint")
        rtl = self.right_to_left()
        left = self.width() - 13 - 18 if rtl else 13
        icons.paint(painter, self.icon_name, QRectF(left, (self.height() - 18) / 2, 18, 18), ink, right_to_left=rtl)
        text = QRectF(8 if rtl else 42, 0, self.width() - 50, self.height())
        painter.setPen(ink)
        draw_line(painter, text, self.text(), right_to_left=rtl)
        self.paint_ring(painter, whole, theme.RADIUS_ROW)


def leading(right_to_left: bool) -> Qt.AlignmentFlag:
    """The side where a line of this direction begins."""
    side = Qt.AlignmentFlag.AlignRight if right_to_left else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignAbsolute


def draw_line(painter: QPainter, rect: QRectF, text: str, *, right_to_left: bool, centred: bool = False) -> None:
    """One line, cut where there is no room: placed by the interface, ordered by its own letters (a name that ends in
    "?" keeps it at its end)."""
    fallback = Direction.RTL if right_to_left else Direction.LTR
    own = direction_of(text, fallback) is Direction.RTL
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(rect.width()) + 1)
    painter.save()
    painter.setLayoutDirection(Qt.LayoutDirection.RightToLeft if own else Qt.LayoutDirection.LeftToRight)
    across = Qt.AlignmentFlag.AlignHCenter if centred else leading(right_to_left)
    # not clipped: letters of another face may reach below the line of the interface's own, as the dots of a final ي do
    flags = across | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine | Qt.TextFlag.TextDontClip
    painter.drawText(rect, flags, shown)
    painter.restore()


class Label(PlainLabel):
    """A label of a rank (title, heading, label, value, hint, footer); wraps when asked to."""

    def __init__(self, rank: str, parent: QWidget | None = None, *, wrap: bool = False) -> None:
        super().__init__(parent=parent)
        self.setProperty("rank", rank)
        self.setWordWrap(wrap)
        self.centred = False
        self._align()

    def centre(self) -> Label:
        self.centred = True
        self._align()
        return self

    def _align(self) -> None:
        """By the layout, not by the text: a Latin name in an Arabic window begins at the right like its neighbours."""
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        across = Qt.AlignmentFlag.AlignHCenter if self.centred else leading(rtl)
        self.setAlignment(across | Qt.AlignmentFlag.AlignVCenter)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt begins each wrapped line from the right a blank's width too far in; QTextLayout does not."""
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        selectable = self.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
        if not rtl or not self.wordWrap() or self.centred or selectable:
            super().paintEvent(event)
            return
        room = self.contentsRect()
        layout = QTextLayout(self.text().replace("\n", "\u2028"), self.font())
        option = QTextOption(Qt.AlignmentFlag.AlignRight)
        option.setTextDirection(Qt.LayoutDirection.RightToLeft)
        option.setWrapMode(QTextOption.WrapMode.WordWrap)
        layout.setTextOption(option)
        layout.beginLayout()
        height, leading_px = 0.0, max(self.fontMetrics().leading(), 0)
        while (line := layout.createLine()).isValid():
            line.setLineWidth(room.width())
            line.setPosition(QPointF(0, height))
            height += line.height() + leading_px
        layout.endLayout()
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        layout.draw(painter, QPointF(room.left(), room.top() + (room.height() - height + leading_px) // 2))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._align()


class Mark(Label):
    """A word with an icon before it, in the colour of the lamp: what one must not overlook."""

    def __init__(self, icon_name: str, parent: QWidget | None = None) -> None:
        super().__init__("mark", parent)
        self.icon_name = icon_name
        self._align()

    def _align(self) -> None:
        super()._align()
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        self.setContentsMargins(8 if rtl else 30, 0, 30 if rtl else 8, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        spot = QRectF(self.width() - 26 if rtl else 8, (self.height() - 18) / 2, 18, 18)
        icons.paint(painter, self.icon_name, spot, theme.current().color("brand_text"))


class LineEdit(QLineEdit):
    """A line whose Arabic stands in the middle: Qt lifts text of a taller fallback face twice."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.textChanged.connect(self.place_text)

    def side_margins(self) -> tuple[int, int]:
        """Left and right, in pixels."""
        return 0, 0

    def place_text(self) -> None:
        # an empty line has no direction: Qt would put the caret where the keyboard's language begins, apart from the placeholder
        if self.alignment() & Qt.AlignmentFlag.AlignHorizontal_Mask != Qt.AlignmentFlag.AlignHCenter:
            empty = leading(self.layoutDirection() == Qt.LayoutDirection.RightToLeft)
            self.setAlignment(Qt.AlignmentFlag.AlignLeading if self.text() else empty)
        layout = QTextLayout(self.text(), self.font())
        layout.beginLayout()
        line = layout.createLine()
        layout.endLayout()
        lifted = round(line.ascent()) - self.fontMetrics().ascent() if line.isValid() else 0
        left, right = self.side_margins()
        wanted = QMargins(left, max(lifted, 0) * 2, right, 0)
        if wanted != self.textMargins():
            self.setTextMargins(wanted)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        if is_ligature_shortcut(self, event):
            event.accept()
            resend_ligature(self)
        else:
            super().inputMethodEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LayoutDirectionChange, QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.place_text()


class Edge(QFrame):
    """A hairline, upright or lying."""

    def __init__(self, parent: QWidget | None = None, *, upright: bool = False) -> None:
        super().__init__(parent)
        self.setObjectName("edge")
        if upright:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)


class Meter(QWidget):
    """A thin bar, filled from the side where reading begins. The fill turns to the lamp's colour from `tight` on."""

    def __init__(self, parent: QWidget | None = None, tight: float = 0.85) -> None:
        super().__init__(parent)
        self.fraction = 0.0
        self.tight = tight
        self.setFixedHeight(4)

    def set_fraction(self, fraction: float) -> None:
        self.fraction = min(max(fraction, 0.0), 1.0)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        whole = QRectF(self.rect())
        painter.setBrush(tokens.color("track"))
        painter.drawRoundedRect(whole, 2, 2)
        filled = QRectF(whole)
        filled.setWidth(max(whole.width() * self.fraction, 4 if self.fraction else 0))
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            filled.moveRight(whole.right())
        painter.setBrush(tokens.color("brand" if self.fraction >= self.tight else "accent"))
        painter.drawRoundedRect(filled, 2, 2)


class Segment(QRadioButton):
    """One choice of Segments; a radio button in all but its looks."""

    ring = False

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.ring = event.reason() is not Qt.FocusReason.MouseFocusReason
        super().focusInEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 24, max(32, self.fontMetrics().height() + 12))

    def hitButton(self, position: QPoint) -> bool:
        return self.rect().contains(position)

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        chosen = self.isChecked()
        if chosen:
            painter.setPen(QPen(tokens.color("line"), 1))
            painter.setBrush(tokens.color("selected" if tokens.dark else "surface"))
            painter.drawRoundedRect(whole, 8, 8)
        painter.setFont(theme.interface_font(14, QFont.Weight.Medium if chosen else QFont.Weight.Normal))
        painter.setPen(tokens.color("text" if chosen or self.underMouse() else "muted"))
        painter.drawText(whole, Qt.AlignmentFlag.AlignCenter, self.text())
        if self.hasFocus() and self.ring:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(tokens.color("accent"), 2))
            painter.drawRoundedRect(whole.adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)


class Segments(QWidget):
    """A few choices side by side, one of them chosen: radio buttons to the keyboard and to a screen reader."""

    chosen = Signal(object)

    def __init__(self, values: Sequence[object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.values = list(values)
        self.group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(3, 3, 3, 3)
        row.setSpacing(2)
        for number, _value in enumerate(self.values):
            button = Segment(self)
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            self.group.addButton(button, number)
            row.addWidget(button, 1)
        self.group.idClicked.connect(lambda number: self.chosen.emit(self.values[number]))

    def set_texts(self, texts: Sequence[str]) -> None:
        for button, text in zip(self.group.buttons(), texts, strict=True):
            button.setText(text)

    def set_value(self, value: object) -> None:
        self.group.button(self.values.index(value)).setChecked(True)

    def value(self) -> object:
        return self.values[self.group.checkedId()]

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens.color("surface" if tokens.dark else "hover"))
        painter.drawRoundedRect(QRectF(self.rect()), 11, 11)


class Moon(QWidget):
    """The brand mark at a size."""

    def __init__(self, size: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(size, size)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        icons.paint(painter, "moon", QRectF(self.rect()), theme.current().color("brand"), width=1.8)


def say(widget: QWidget, text: str) -> None:
    """Have a screen reader announce a text."""
    from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent  # not for the window's first picture

    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))


def name_changed(widget: QWidget) -> None:
    """Tell a screen reader that a widget's name is another one now."""
    from PySide6.QtGui import QAccessible, QAccessibleEvent

    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleEvent(widget, QAccessible.Event.NameChanged))


def is_language_change(event: QEvent) -> bool:
    return event.type() == QEvent.Type.LanguageChange
