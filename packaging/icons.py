"""The icon in the sizes and containers that desktops want, drawn from assets/icons/samar.svg.

    python packaging/icons.py FOLDER      makes samar-<size>.png, samar.ico (Windows) and samar.icns (macOS)

Needs PySide6. ICO: a directory of 16-byte entries that may hold PNG (Microsoft, "The .ico file format"); ICNS: a tag and a
length before each PNG (Apple's Icon Services; type names as listed in its header IconStorage.h).
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "assets" / "icons" / "samar.svg"
SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512, 1024)
ICO_SIZES = (16, 24, 32, 48, 64, 128, 256)
ICNS_TYPES = {
    b"icp4": 16,
    b"icp5": 32,
    b"ic07": 128,
    b"ic08": 256,
    b"ic09": 512,
    b"ic10": 1024,
    b"ic11": 32,
    b"ic13": 256,
}


def draw(size: int) -> bytes:
    """The icon as PNG, size × size pixels."""
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(str(SOURCE)).render(painter)
    painter.end()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(data.data())


def ico(pictures: dict[int, bytes]) -> bytes:
    """A Windows icon; the keys are widths in pixels."""
    offset = 6 + 16 * len(pictures)
    head, body = struct.pack("<HHH", 0, 1, len(pictures)), b""
    for size, png in sorted(pictures.items()):
        head += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(png), offset + len(body))
        body += png
    return head + body


def icns(pictures: dict[int, bytes]) -> bytes:
    """A macOS icon; the keys are widths in pixels."""
    parts = b"".join(
        kind + struct.pack(">I", 8 + len(pictures[size])) + pictures[size] for kind, size in ICNS_TYPES.items()
    )
    return b"icns" + struct.pack(">I", 8 + len(parts)) + parts


def main() -> int:
    from PySide6.QtGui import QGuiApplication

    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    application = QGuiApplication(sys.argv[:1])
    pictures = {size: draw(size) for size in SIZES}
    for size, png in pictures.items():
        (folder / f"samar-{size}.png").write_bytes(png)
    (folder / "samar.ico").write_bytes(ico({size: pictures[size] for size in ICO_SIZES}))
    (folder / "samar.icns").write_bytes(icns(pictures))
    del application
    return 0


if __name__ == "__main__":
    sys.exit(main())
