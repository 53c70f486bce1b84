"""Samar's own icons: strokes on a grid of 24, drawn in any colour at any scale.

Kept as text and drawn by QtSvg at first use, so that starting the window reads no icon font.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

STROKES = {
    "moon": '<path d="M20 14.2A8.2 8.2 0 0 1 9.8 4 8.2 8.2 0 1 0 20 14.2z"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "search": '<circle cx="11" cy="11" r="6.5"/><path d="m20 20-4.2-4.2"/>',
    "models": '<path d="M12 3 20 7.5v9L12 21l-8-4.5v-9z"/><path d="m4 7.5 8 4.5 8-4.5M12 12v9"/>',
    "settings": '<circle cx="12" cy="12" r="3"/><path d="M19.1 14.6 21 16l-2 3.5-2.3-.9a7.6 7.6 0 0 1-2.3 1.3L14 22h-4l-.4-2.1'
    "a7.6 7.6 0 0 1-2.3-1.3l-2.3.9L3 16l1.9-1.4a7.6 7.6 0 0 1 0-2.6v-2.6L3 8l2-3.5 2.3.9a7.6 7.6 0 0 1 2.3-1.3L10 2h4"
    'l.4 2.1a7.6 7.6 0 0 1 2.3 1.3l2.3-.9L21 8l-1.9 1.4a7.6 7.6 0 0 1 0 5.2z"/>',
    "sidebar": '<rect x="3.5" y="4.5" width="17" height="15" rx="3"/><path d="M9.5 4.5v15"/>',
    "tune": '<path d="M4 8h8M18 8h2M4 16h2M12 16h8"/><circle cx="15" cy="8" r="2.5"/><circle cx="9" cy="16" r="2.5"/>',
    "chevron-down": '<path d="m6.5 9.5 5.5 5.5 5.5-5.5"/>',
    "chevron-end": '<path d="m9.5 6.5 5.5 5.5-5.5 5.5"/>',
    "arrow-up": '<path d="M12 19V5.5M6 11l6-6 6 6"/>',
    "pause": '<path d="M9 6v12M15 6v12"/>',
    "stop": '<rect x="7" y="7" width="10" height="10" rx="2" fill="currentColor"/>',
    "attach": '<path d="m20 11.5-8 8a5 5 0 0 1-7-7l8.3-8.3a3.3 3.3 0 0 1 4.7 4.7l-8.2 8.2a1.7 1.7 0 0 1-2.4-2.4l7.5-7.5"/>',
    "more": '<g fill="currentColor" stroke="none"><circle cx="5.5" cy="12" r="1.6"/><circle cx="12" cy="12" r="1.6"/>'
    '<circle cx="18.5" cy="12" r="1.6"/></g>',
    "edit": '<path d="M4 20h4L19 9a2.8 2.8 0 0 0-4-4L4 16z"/><path d="m13.5 6.5 4 4"/>',
    "pin": '<path d="M9 4h6l-.8 6 3.3 3.5h-11L9.8 10zM12 13.5V20"/>',
    "trash": '<path d="M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 12.5h9l1-12.5M10.2 11v5M13.8 11v5"/>',
    "close": '<path d="m6.5 6.5 11 11M17.5 6.5l-11 11"/>',
    "check": '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
    "folder": '<path d="M3.5 18V6.5A1.5 1.5 0 0 1 5 5h4.5l2 2.5H19A1.5 1.5 0 0 1 20.5 9v9a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 18z"/>',
    "archive": '<rect x="3.5" y="4.5" width="17" height="4.5" rx="1.5"/><path d="M5 9v9a1.5 1.5 0 0 0 1.5 1.5h11A1.5 1.5 0 0 0 19 18V9M10 13h4"/>',
    "sort": '<path d="M4 7h16M4 12h11M4 17h6"/>',
    "chevron-start": '<path d="M14.5 6.5 9 12l5.5 5.5"/>',
    "alert": '<path d="M12 4 21 19.5H3z"/><path d="M12 10v4.2M12 16.8v.2"/>',
    "info": '<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5M12 8v.2"/>',
    "copy": '<rect x="8.5" y="8.5" width="11" height="11" rx="2.5"/><path d="M15.5 8.5V7A2.5 2.5 0 0 0 13 4.5H7A2.5 2.5 0 0 0 4.5 7v6'
    'A2.5 2.5 0 0 0 7 15.5h1.5"/>',
    "undo": '<path d="M8 5 4 9l4 4"/><path d="M4 9h10a5.5 5.5 0 0 1 0 11H9"/>',
    "drop": '<path d="M12 4v11M7 10.5l5 5 5-5"/><path d="M4.5 16v2A2.5 2.5 0 0 0 7 20.5h10a2.5 2.5 0 0 0 2.5-2.5v-2"/>',
    "temporary": '<path d="M8 4.5h8A4.5 4.5 0 0 1 20.5 9v3.5A4.5 4.5 0 0 1 16 17h-3.5L8 20.5V17a4.5 4.5 0 0 1-4.5-4.5V9A4.5 4.5 0 0 1 8 4.5z" '
    'stroke-dasharray="2.6 3.2"/>',
    "star": '<path d="m12 4 2.5 5.1 5.6.8-4 4 .9 5.6-5-2.6-5 2.6.9-5.6-4-4 5.6-.8z"/>',
    "export": '<path d="M12 15.5V4.5M7 9l5-5 5 5"/><path d="M4.5 16v2A2.5 2.5 0 0 0 7 20.5h10a2.5 2.5 0 0 0 2.5-2.5v-2"/>',
    "keyboard": '<rect x="2.5" y="6" width="19" height="12" rx="2.5"/><path d="M6.5 10h.1M10 10h.1M14 10h.1M17.5 10h.1M8 14h8"/>',
    "image": '<rect x="3.5" y="4.5" width="17" height="15" rx="3"/><circle cx="9" cy="10" r="1.7"/><path d="m4.5 17.5 4.7-4 3 2.5 3.3-3.6 4.5 4.6"/>',
    "text": '<path d="M5 7V5h14v2M12 5v14M9 19h6"/>',
}
MIRRORED = frozenset({"sidebar", "chevron-end", "chevron-start", "sort", "undo", "tune", "text"})
"""Drawn the other way round in a right-to-left interface."""

_FRAME = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="{color}" color="{color}" '
    'stroke-width="{width}" stroke-linecap="round" stroke-linejoin="round">{strokes}</svg>'
)


@lru_cache(maxsize=256)
def _renderer(name: str, color: str, width: float) -> QSvgRenderer:
    strokes = STROKES[name].replace("currentColor", color)
    return QSvgRenderer(QByteArray(_FRAME.format(color=color, width=width, strokes=strokes).encode()))


def paint(
    painter: QPainter,
    name: str,
    rect: QRectF,
    color: QColor | str,
    *,
    right_to_left: bool = False,
    width: float = 1.7,
) -> None:
    """Draw an icon into a square. Colours with alpha are obeyed."""
    value = QColor(color)
    painter.save()
    painter.setOpacity(painter.opacity() * value.alphaF())
    if right_to_left and name in MIRRORED:
        painter.translate(rect.center().x() * 2, 0)
        painter.scale(-1, 1)
    _renderer(name, value.name(), width).render(painter, rect)
    painter.restore()


def pixmap(name: str, size: int, color: QColor | str, ratio: float = 2.0, *, right_to_left: bool = False) -> QPixmap:
    image = QPixmap(QSize(size, size) * ratio)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    paint(painter, name, QRectF(0, 0, size, size), color, right_to_left=right_to_left)
    painter.end()
    return image


def icon(name: str, color: QColor | str, size: int = 18) -> QIcon:
    """An icon for menus, at single and double scale."""
    made = QIcon()
    for ratio in (1.0, 2.0):
        made.addPixmap(pixmap(name, size, color, ratio))
    return made


def app_icon() -> QIcon:
    """The moon over a lamp's glow, from assets/icons."""
    from desktop.core.paths import assets_dir

    return QIcon(str(assets_dir() / "icons" / "samar.svg"))
