"""Where a link leads, shown before it is opened."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QFont, QGuiApplication, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QDialogButtonBox, QFrame, QPushButton, QVBoxLayout, QWidget

from desktop.core.markdown import OPENED
from desktop.core.text import Direction, isolated, shown
from desktop.ui.transcript.style import TranscriptStyle, colour
from desktop.ui.widgets.plain_text import PlainLabel

_LONGEST = 600


@dataclass(frozen=True, slots=True)
class Destination:
    """What a link's address really says."""

    address: str
    """With bidirectional controls made visible."""
    host: str
    """As the network will be asked: ASCII, with Punycode where letters of other scripts stand."""
    written_host: str
    """The host as it is written, when that differs."""
    may_open: bool
    has_name: bool
    """There is a user name before the host, which is often meant to look like another host."""


def destination(address: str) -> Destination:
    """Read an address. Never raises: what can't be read is not opened."""
    readable = shown(unquote(address, errors="replace") if not _has_hidden(unquote(address)) else address)
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        kind = parts.scheme.lower()
        named = parts.username is not None
    except ValueError:
        return Destination(readable, "", "", False, False)
    if kind == "mailto":
        host = parts.path.rpartition("@")[2]
    try:
        ascii_host = host.encode("idna").decode("ascii") if not host.isascii() else host
    except UnicodeError:
        return Destination(readable, "", host, False, named)
    written = host
    if "xn--" in ascii_host:
        try:
            written = ascii_host.encode("ascii").decode("idna")
        except UnicodeError:
            written = host
    return Destination(
        readable,
        ascii_host,
        shown(written) if written != ascii_host else "",
        kind in OPENED and bool(ascii_host),
        named,
    )


def _has_hidden(text: str) -> bool:
    return shown(text) != text


class LinkPopover(QFrame):
    """A small card beside the link: the host, the whole address, open or copy. Escape closes it."""

    opened = Signal(str)

    def __init__(self, address: str, look: TranscriptStyle, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._look = look
        self._address = address
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        found = destination(address)
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.WindowText, colour(look.palette.text))
        self.setPalette(palette)
        self.setFont(look.font)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(look.px(16),) * 4)
        column.setSpacing(look.px(8))
        self.title = PlainLabel(self._title(found), self)
        self.title.setWordWrap(True)
        self.host = PlainLabel(isolated(found.host, Direction.LTR), self)
        heavy = QFont(look.font)
        heavy.setWeight(QFont.Weight.DemiBold)
        self.host.setFont(heavy)
        self.address = PlainLabel(parent=self)
        self.address.setText(_breakable(found.address))
        self.address.setWordWrap(True)
        small = QFont(look.mono)
        small.setPixelSize(look.px(12.5))
        self.address.setFont(small)
        for label in (self.host, self.address):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        column.addWidget(self.title)
        if found.host:
            column.addWidget(self.host)
        if found.written_host or found.has_name:
            self.warning = PlainLabel(self._warning(found), self)
            self.warning.setWordWrap(True)
            palette.setColor(QPalette.ColorRole.WindowText, colour(look.palette.danger))
            self.warning.setPalette(palette)
            column.addWidget(self.warning)
        column.addWidget(self.address)
        buttons = QDialogButtonBox(self)
        self.copy = QPushButton(self.tr("Copy link"), self)
        buttons.addButton(self.copy, QDialogButtonBox.ButtonRole.ActionRole)
        self.copy.clicked.connect(self._copy)
        self.open = QPushButton(self.tr("Open"), self)
        if found.may_open:
            buttons.addButton(self.open, QDialogButtonBox.ButtonRole.AcceptRole)
            self.open.clicked.connect(self._open)
            self.open.setDefault(True)
        else:
            self.open.hide()
        column.addWidget(buttons)
        self.setFixedWidth(look.px(420))
        self.setAccessibleName(self.title.text())
        (self.open if found.may_open else self.copy).setFocus()

    def _title(self, found: Destination) -> str:
        if found.may_open:
            return self.tr("This link leads out of Samar to:")
        return self.tr("Samar does not open links of this kind.")

    def _warning(self, found: Destination) -> str:
        if found.has_name:
            return self.tr("The part before the @ is a name, not the address it leads to.")
        return self.tr("Written with letters of another script: {host}").format(host=isolated(found.written_host))

    def show_at(self, place: QPoint) -> None:
        """Show beside `place`, in global coordinates, inside the screen."""
        self.adjustSize()
        screen = (QGuiApplication.screenAt(place) or QGuiApplication.primaryScreen()).availableGeometry()
        x = min(max(place.x() - self.width() // 2, screen.left()), screen.right() - self.width())
        y = place.y() if place.y() + self.height() < screen.bottom() else place.y() - self.height() - self._look.px(24)
        self.move(x, max(y, screen.top()))
        self.show()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._address)
        self.close()

    def _open(self) -> None:
        self.opened.emit(self._address)
        self.close()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(colour(self._look.palette.surface))
        painter.setPen(QPen(colour(self._look.palette.line), 1))
        radius = self._look.px(12)
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), radius, radius)
        painter.end()


def _breakable(address: str) -> str:
    """An address that may break anywhere; cut where it is absurdly long."""
    cut = address if len(address) <= _LONGEST else address[:_LONGEST] + "…"
    return "\u200b".join(cut)
