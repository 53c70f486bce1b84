"""The queue of downloads at the foot of the models page: how far, how fast, pause, go on, cancel."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop.models.downloads import Download, State
from desktop.ui import i18n
from desktop.ui.error_presenter import present
from desktop.ui.models import formatting
from desktop.ui.widgets.basic import Edge, IconButton, Label, Meter, is_language_change
from desktop.workers.downloads import Pace

GOING = (State.RUNNING, State.QUEUED, State.WAITING)
ASKS_FOR_ACCESS = ("hub_gated", "hub_gated_unknown", "hub_needs_token")


class DownloadRow(QWidget):
    """One download."""

    page_requested = Signal(str)
    token_requested = Signal()

    paused = Signal(str)
    resumed = Signal(str)
    cancelled = Signal(str)

    def __init__(self, one: Download, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.one = one
        self.pace: Pace | None = None
        self.name = Label("value", self)
        self.line = Label("hint", self, wrap=True)
        self.meter = Meter(self, tight=2.0)
        self.toggle = IconButton("pause", self, size=32, icon_size=18)
        self.cancel = IconButton("close", self, size=32, icon_size=18)
        self.again, self.page, self.token = QPushButton(self), QPushButton(self), QPushButton(self)
        self.help = QWidget(self)
        links = QHBoxLayout(self.help)
        links.setContentsMargins(0, 0, 0, 0)
        links.setSpacing(16)
        for button in (self.again, self.page, self.token):
            button.setProperty("rank", "link")
            links.addWidget(button)
        links.addStretch(1)
        texts = QVBoxLayout()
        texts.setSpacing(4)
        for widget in (self.name, self.meter, self.line, self.help):
            texts.addWidget(widget)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 8, 20, 8)
        row.setSpacing(8)
        row.addLayout(texts, 1)
        row.addWidget(self.toggle)
        row.addWidget(self.cancel)
        self.toggle.clicked.connect(self._toggle)
        self.cancel.clicked.connect(lambda: self.cancelled.emit(self.one.id))
        self.again.clicked.connect(lambda: self.resumed.emit(self.one.id))
        self.page.clicked.connect(lambda: self.page_requested.emit(self.one.repo))
        self.token.clicked.connect(self.token_requested)
        self.clock = QTimer(self)
        self.clock.setInterval(1000)
        self.clock.timeout.connect(self._say)
        self.show_download(one)

    def show_download(self, one: Download) -> None:
        self.one = one
        if one.state is not State.RUNNING:
            self.pace = None
        if one.state is State.WAITING:
            self.clock.start()
        else:
            self.clock.stop()
        self._say()

    def show_pace(self, pace: Pace) -> None:
        self.pace = pace
        self._say()

    def _say(self) -> None:
        one, pace = self.one, self.pace
        held = pace.held if pace else one.held
        self.name.setText(formatting.line(formatting.path(one.name), one.quantization))
        self.meter.set_fraction(held / one.size if one.size else 0.0)
        of = self.tr("{held} of {size}").replace("{held}", i18n.size(held)).replace("{size}", i18n.size(one.size))
        parts = [formatting.state(one.state), of]
        if pace and pace.checking:
            parts = [self.tr("Checking"), of]
        elif pace and pace.bytes_per_s:
            speed = self.tr("{size} per second").replace("{size}", i18n.size(pace.bytes_per_s))
            parts += [speed, self._time_left(pace.seconds_left)]
        if one.state is State.WAITING:
            left = self._time_left(max(0.0, one.resumes_at - time.time()))
            parts = [self.tr("Hugging Face asks to wait; the download goes on by itself"), left, of]
        asks = one.error_code in ASKS_FOR_ACCESS
        self.help.setVisible(one.state is State.FAILED)
        self.page.setVisible(asks)
        self.token.setVisible(asks)
        self.again.setText(self.tr("Try again"))
        self.page.setText(self.tr("Ask for access on its page"))
        self.token.setText(self.tr("Give Samar an access token…"))
        if one.error:
            shown = present(one.error)
            parts = [f"{shown.what} {shown.then}"]
        self.line.setText(formatting.line(*parts))
        running = one.state in GOING
        self.toggle.icon_name = "pause" if running else "drop"
        self.toggle.describe(self.tr("Pause") if running else self.tr("Go on"), description=one.name)
        self.cancel.describe(self.tr("Cancel the download"), description=one.name)
        self.toggle.update()
        self.setAccessibleName(f"{one.name}: {self.line.text()}")

    def _time_left(self, seconds: float | None) -> str:
        if seconds is None:
            return ""
        if seconds < 60:
            return self.tr("%n second(s) left", "", max(1, round(seconds)))
        if seconds < 5400:
            return self.tr("%n minute(s) left", "", round(seconds / 60))
        return self.tr("%n hour(s) left", "", round(seconds / 3600))

    def _toggle(self) -> None:
        running = self.one.state in GOING
        (self.paused if running else self.resumed).emit(self.one.id)

    def changeEvent(self, event: QEvent) -> None:
        if is_language_change(event):
            self._say()
        super().changeEvent(event)


class DownloadsPanel(QFrame):
    """Hidden while the queue is empty."""

    pause_requested = Signal(str)
    resume_requested = Signal(str)
    cancel_requested = Signal(str)
    page_requested = Signal(str)
    """Repository whose page the person wants to see"""
    token_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: dict[str, DownloadRow] = {}
        self.body = QWidget(self)
        self.body.setObjectName("page")
        self.column = QVBoxLayout(self.body)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        self.area = QScrollArea(self)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(self.body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(Edge(self))
        outer.addWidget(self.area)
        self.body.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self._make_room()
        return super().eventFilter(watched, event)

    def _make_room(self) -> None:
        """As high as its rows, and never more than a third of the window: the others are a scroll away."""
        column = self.column
        wraps = column.hasHeightForWidth()
        needed = column.heightForWidth(self.body.width()) if wraps else column.sizeHint().height()
        room = max(self.window().height() // 3, self.fontMetrics().height() * 5)
        self.area.setFixedHeight(min(needed, room))

    def show_downloads(self, downloads: Sequence[Download]) -> None:
        for gone in self.rows.keys() - {one.id for one in downloads}:
            row = self.rows.pop(gone)
            self.column.removeWidget(row)
            row.hide()
            row.deleteLater()
        for one in downloads:
            if there := self.rows.get(one.id):
                there.show_download(one)
                continue
            row = self.rows[one.id] = DownloadRow(one, self)
            row.paused.connect(self.pause_requested)
            row.resumed.connect(self.resume_requested)
            row.cancelled.connect(self.cancel_requested)
            row.page_requested.connect(self.page_requested)
            row.token_requested.connect(self.token_requested)
            self.column.addWidget(row)
        self.setVisible(bool(downloads))
        self._make_room()

    def show_pace(self, pace: Pace) -> None:
        if row := self.rows.get(pace.id):
            row.show_pace(pace)
