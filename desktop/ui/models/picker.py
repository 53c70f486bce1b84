"""The pill at the top: which model answers, how far its loading is, and the list to choose another from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

import msgspec
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop.ui import icons, theme
from desktop.ui.shortcuts import native, with_shortcut
from desktop.ui.widgets.basic import Button, Edge, Label, draw_line, name_changed
from desktop.ui.widgets.plain_text import set_tool_tip

POPUP_WIDTH = 340
MOST_ROWS = 7


class ModelChoice(msgspec.Struct, frozen=True):
    """A model as the picker shows it. Texts are ready to be shown, in the interface's language."""

    path: str
    name: str
    quantization: str = ""
    """"4-bit", "Q4_K_M"."""
    detail: str = ""
    """A second line: size, family, "bundled"."""
    note: str = ""
    """What the model lacks, in a few words; it stands first in the second line."""
    cautions: str = ""
    """The same in sentences, for the tool tip."""

    def second_line(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.note, self.quantization, self.detail)))


class PickerState(StrEnum):
    EMPTY = "empty"
    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"


class ModelRow(Button):
    """One model of the list: name, what it is, and a lamp when it is the loaded one."""

    def __init__(self, choice: ModelChoice, *, loaded: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choice = choice
        self.loaded = loaded
        self.setAccessibleName(choice.name)
        self.setAccessibleDescription(" · ".join((*choice.second_line(), *filter(None, (choice.cautions,)))))
        set_tool_tip(self, "\n".join(filter(None, (choice.path, choice.cautions))))

    def sizeHint(self) -> QSize:
        return QSize(POPUP_WIDTH - 12, self.fontMetrics().height() * 2 + 18)

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect())
        if self.hovered() or self.hasFocus():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.color("selected"))
            painter.drawRoundedRect(whole, theme.RADIUS_ROW, theme.RADIUS_ROW)
        rtl = self.right_to_left()
        if self.loaded:
            x = whole.right() - 18 if rtl else whole.left() + 18
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.color("brand"))
            painter.drawEllipse(QRectF(x - 4, whole.center().y() - 4, 8, 8))
        text = whole.adjusted(12, 7, -34, -7) if rtl else whole.adjusted(34, 7, -12, -7)
        painter.setFont(theme.interface_font(14, QFont.Weight.Medium if self.loaded else QFont.Weight.Normal))
        painter.setPen(tokens.color("text"))
        line = QRectF(text.left(), text.top(), text.width(), text.height() / 2)
        draw_line(painter, line, self.choice.name, right_to_left=rtl)
        painter.setFont(theme.interface_font(12))
        painter.setPen(tokens.color("muted"))
        detail = " · ".join(f"\u2068{part}\u2069" for part in self.choice.second_line())  # each in its own direction
        draw_line(painter, line.translated(0, line.height()), detail, right_to_left=rtl)
        self.paint_ring(painter, whole, theme.RADIUS_ROW)


class CommandRow(Button):
    """A command under the models."""

    def __init__(self, icon_name: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.icon_name = icon_name
        self.setText(text)

    def sizeHint(self) -> QSize:
        return QSize(POPUP_WIDTH - 12, self.fontMetrics().height() + 18)

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect())
        if self.hovered() or self.hasFocus():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.color("selected"))
            painter.drawRoundedRect(whole, theme.RADIUS_ROW, theme.RADIUS_ROW)
        rtl = self.right_to_left()
        x = whole.right() - 27 if rtl else whole.left() + 9
        icons.paint(painter, self.icon_name, QRectF(x, whole.center().y() - 9, 18, 18), tokens.color("muted"))
        painter.setFont(theme.interface_font(14))
        painter.setPen(tokens.color("text"))
        text = whole.adjusted(12, 0, -34, 0) if rtl else whole.adjusted(34, 0, -12, 0)
        draw_line(painter, text, self.text(), right_to_left=rtl)


class ModelList(QFrame):
    """The list that opens under the pill."""

    def __init__(self, picker: ModelPicker) -> None:
        super().__init__(
            picker, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint | Qt.WindowType.NoDropShadowWindowHint
        )
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(POPUP_WIDTH)
        self.setAccessibleName(self.tr("Models"))
        self.rows: list[Button] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(7, 7, 7, 7)
        column.setSpacing(2)
        if picker.choices:
            head = Label("hint", self)
            head.setText(self.tr("On this computer"))
            head.setContentsMargins(12, 4, 12, 2)
            column.addWidget(head)
            body = QWidget()
            body.setObjectName("page")
            rows = QVBoxLayout(body)
            rows.setContentsMargins(0, 0, 0, 0)
            rows.setSpacing(2)
            for choice in picker.choices:
                loaded = picker.state is PickerState.READY and choice.path == picker.path
                row = ModelRow(choice, loaded=loaded, parent=body)
                row.clicked.connect(lambda _checked=False, path=choice.path: self._choose(picker, path))
                rows.addWidget(row)
                self.rows.append(row)
            scroll = QScrollArea(self)
            scroll.setWidgetResizable(True)
            scroll.setFrameShape(QFrame.Shape.NoFrame)
            scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            scroll.viewport().setAutoFillBackground(False)
            scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            scroll.setWidget(body)
            row_height = self.rows[0].sizeHint().height() + 2
            scroll.setFixedHeight(min(len(self.rows), MOST_ROWS) * row_height)
            column.addWidget(scroll)
            column.addSpacing(4)
            column.addWidget(Edge(self))
            column.addSpacing(4)
        commands: list[tuple[str, str, Callable[[], None]]] = [
            ("folder", self.tr("Open a model file…"), picker.open_file_requested.emit),
            ("models", self.tr("All models"), picker.models_requested.emit),
        ]
        if picker.state in (PickerState.READY, PickerState.FAILED):
            path = picker.path
            commands.append(("tune", self.tr("Settings of this model…"), lambda: picker.settings_requested.emit(path)))
        if picker.state is PickerState.LOADING:
            commands.insert(0, ("stop", self.tr("Stop loading"), picker.load_cancelled.emit))
        for icon_name, text, wish in commands:
            command = CommandRow(icon_name, text, self)
            command.setAccessibleName(text)
            command.clicked.connect(self.close)
            command.clicked.connect(lambda _checked=False, wish=wish: wish())
            column.addWidget(command)
            self.rows.append(command)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Without a compositor a translucent window has black corners: they are cut off."""
        super().resizeEvent(event)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()), 14, 14)
        self.setMask(QRegion(shape.toFillPolygon().toPolygon()))

    def _choose(self, picker: ModelPicker, path: str) -> None:
        self.close()
        picker.model_chosen.emit(path)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        focused = next((row for row in self.rows if row.hasFocus()), None)
        if step is not None:
            at = self.rows.index(focused) + step if focused else 0
            self.rows[at % len(self.rows)].setFocus(Qt.FocusReason.TabFocusReason)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and focused:
            focused.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(tokens.color("line"), 1))
        painter.setBrush(tokens.color("surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 14, 14)


class ModelPicker(Button):
    """The pill. Give it states; it emits what the person wants."""

    model_chosen = Signal(str)
    """path"""
    open_file_requested = Signal()
    models_requested = Signal()
    settings_requested = Signal(str)
    """path of the loaded model"""
    load_cancelled = Signal()
    """end the load that is going on"""
    about_to_open = Signal()
    """The list is asked for; what it is to show may still be told."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = PickerState.EMPTY
        self.path = ""
        self.name = ""
        self.quantization = ""
        self.progress: float | None = None
        self.choices: tuple[ModelChoice, ...] = ()
        self.list: ModelList | None = None
        self.clicked.connect(self.open_list)
        theme.state().changed.connect(self._heighten)
        self._heighten()
        self._retranslate()

    def _heighten(self) -> None:
        self.setFixedHeight(max(36, theme.px(32)))  # larger text has larger descenders
        self.updateGeometry()

    # --- values in ---

    def set_models(self, choices: Sequence[ModelChoice]) -> None:
        """Models on this computer, in the order to be shown."""
        self.choices = tuple(choices)

    def set_empty(self) -> None:
        self._set(PickerState.EMPTY, "", "", "")

    def set_loading(self, path: str, name: str, fraction: float | None = None) -> None:
        """fraction: 0 … 1, None while it isn't known."""
        self.progress = None if fraction is None else min(max(fraction, 0.0), 1.0)
        self._set(PickerState.LOADING, path, name, "")

    def set_loaded(self, path: str, name: str, quantization: str = "") -> None:
        self._set(PickerState.READY, path, name, quantization)

    def set_failed(self, path: str, name: str) -> None:
        self._set(PickerState.FAILED, path, name, "")

    def open_list(self) -> None:
        self.about_to_open.emit()
        made = ModelList(self)
        made.adjustSize()
        corner = self.rect().bottomRight() if self.right_to_left() else self.rect().bottomLeft()
        where = self.mapToGlobal(corner) + QPoint(-POPUP_WIDTH + 1 if self.right_to_left() else 0, 6)
        made.move(where)
        made.destroyed.connect(self._list_gone)
        self.list = made
        made.show()
        loaded = next((row for row in made.rows if isinstance(row, ModelRow) and row.loaded), made.rows[0])
        loaded.setFocus(Qt.FocusReason.PopupFocusReason)

    # --- inside ---

    def _list_gone(self) -> None:
        self.list = None

    def _set(self, state: PickerState, path: str, name: str, quantization: str) -> None:
        renamed = (state, name) != (self.state, self.name)
        self.state, self.path, self.name, self.quantization = state, path, name, quantization
        self._retranslate()
        self.updateGeometry()
        self.update()
        if renamed and self.isVisible():
            name_changed(self)

    def texts(self) -> tuple[str, str]:
        """What stands in the pill: name and, muted, what is said about it."""
        if self.state is PickerState.EMPTY:
            return self.tr("Choose a model"), ""
        if self.state is PickerState.LOADING:
            percent = "" if self.progress is None else f"\u2066{round(self.progress * 100)}%\u2069"
            return self.name, percent or self.tr("Loading…")
        if self.state is PickerState.FAILED:
            return self.name, self.tr("not loaded")
        return self.name, self.quantization

    def _fonts(self) -> tuple[QFont, QFont]:
        return theme.interface_font(14, QFont.Weight.Medium), theme.interface_font(14)

    def sizeHint(self) -> QSize:
        (name, note), (strong, plain) = self.texts(), self._fonts()
        if self.state is PickerState.LOADING and self.progress is not None:
            note = "100%"  # so that the pill doesn't change its width with every percent
        width = 30 + QFontMetrics(strong).horizontalAdvance(name) + 36
        if note:
            width += 8 + QFontMetrics(plain).horizontalAdvance(note)
        return QSize(min(width + 4, 420), self.minimumHeight())

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), 140), self.minimumHeight())

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(tokens.color("faint" if self.hovered() else "line"), 1))
        painter.setBrush(tokens.color("hover" if self.isDown() else "surface"))
        painter.drawRoundedRect(whole, whole.height() / 2, whole.height() / 2)
        rtl = self.right_to_left()
        width = self.width()

        def at(x: float, wide: float) -> float:
            return width - x - wide if rtl else x

        self._paint_lamp(painter, QRectF(at(13, 12), self.height() / 2 - 6, 12, 12))
        (name, note), (strong, plain) = self.texts(), self._fonts()
        note_width = QFontMetrics(plain).horizontalAdvance(note) if note else 0
        room = width - 30 - 36 - (note_width + 8 if note else 0)
        shown = QFontMetrics(strong).elidedText(name, Qt.TextElideMode.ElideMiddle, room)
        name_width = QFontMetrics(strong).horizontalAdvance(shown)
        painter.setFont(strong)
        painter.setPen(tokens.color("text"))
        draw_line(
            painter,
            QRectF(at(32, name_width + 2), 0, name_width + 2, self.height()),
            shown,
            right_to_left=rtl,
            centred=True,
        )
        if note:
            painter.setFont(plain)
            painter.setPen(tokens.color("danger" if self.state is PickerState.FAILED else "muted"))
            place = QRectF(at(40 + name_width, note_width + 2), 0, note_width + 2, self.height())
            draw_line(painter, place, note, right_to_left=rtl, centred=True)
        icons.paint(
            painter, "chevron-down", QRectF(at(width - 30, 16), (self.height() - 16) / 2, 16, 16), tokens.color("text")
        )
        self.paint_ring(painter, QRectF(self.rect()), self.height() / 2 - 0.5)

    def _paint_lamp(self, painter: QPainter, spot: QRectF) -> None:
        tokens = theme.current()
        if self.state is PickerState.LOADING:
            ring = spot.adjusted(1, 1, -1, -1)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(tokens.color("track"), 2))
            painter.drawEllipse(ring)
            painter.setPen(QPen(tokens.color("brand"), 2, c=Qt.PenCapStyle.RoundCap))
            fraction = 0.25 if self.progress is None else self.progress
            painter.drawArc(ring, 90 * 16, -int(fraction * 360 * 16))
            return
        painter.setPen(Qt.PenStyle.NoPen)
        dot = spot.adjusted(2, 2, -2, -2)
        if self.state is PickerState.READY:
            painter.setBrush(tokens.color("brand", 0.22))
            painter.drawEllipse(spot.adjusted(-1, -1, 1, 1))
        color = {PickerState.READY: "brand", PickerState.FAILED: "danger"}.get(self.state, "track")
        painter.setBrush(tokens.color(color))
        painter.drawEllipse(dot)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
            self.updateGeometry()

    def _retranslate(self) -> None:
        name, note = self.texts()
        self.setAccessibleName(self.tr("Model: {name}").replace("{name}", f"{name} {note}".strip()))
        choose = with_shortcut(self.tr("Choose a model"), native("Ctrl+M"))
        set_tool_tip(self, f"{self.path}\n{choose}" if self.path else choose)
