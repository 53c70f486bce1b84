"""The exported page of HTML as a PDF of A4 pages, without widgets: any thread may print."""

from __future__ import annotations

import base64
import contextlib
import html
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QMarginsF, QRectF, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QFont,
    QImage,
    QPageLayout,
    QPageSize,
    QPaintDevice,
    QPainter,
    QPalette,
    QPdfWriter,
    QTextDocument,
)
from PySide6.QtSvg import QSvgRenderer

from desktop.core import private_files
from desktop.core.code_colours import COLOURS
from desktop.core.errors import SamarError
from desktop.core.text import LRI, PDI, RLI
from desktop.storage.unfinished import EXPORT, noted
from desktop.workers.images import ImageDecoder

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

DPI = 96
"""Sizes in the document are then those of a screen at 100 %."""
MARGINS = QMarginsF(18, 18, 18, 18)
"""Of a page, millimetres."""
_FOOT = 28.0
"""Room for the page's number under the text, in pixels."""
_MANY, _MOST = 6, 9
"""Columns of a table above which its type is smaller, and above which it is as small as can be read."""
_SHARP = 5
"""Pixels of a formula's picture for each pixel of the page."""
_SIZE = re.compile(r"width:([\d.]+)em;height:([\d.]+)em")
_STYLE = """
body, p, li, td, th { color: #1d2433; }
h1 { font-size: 17pt; margin-bottom: 2px; }
.speaker { font-size: 9.5pt; color: #5b6478; margin-top: 16px; margin-bottom: 2px; }
.date { font-size: 9pt; color: #5b6478; }
h2 { font-size: 13pt; } h3 { font-size: 11.5pt; } h4, h5, h6 { font-size: 10.5pt; }
pre { background-color: #f5f6f9; font-size: 9pt; }
code { font-size: 9pt; background-color: #f5f6f9; }
blockquote { color: #5b6478; }
.own { margin: 0; }
.formula { text-align: center; }
.c-comment { font-style: italic; }
th, td { padding: 4px; }
.many th, .many td { padding: 3px; font-size: 8pt; } .many code { font-size: 7pt; }
.most th, .most td { padding: 2px; font-size: 6.5pt; } .most code { font-size: 5.5pt; }
"""
_STYLE += "".join(f".c-{role} {{ color: {light}; }}\n" for role, (light, _dark) in COLOURS.items())


def print_html(
    page: str, path: Path, cancelled: Callable[[], bool] = lambda: False, *, data: Path | None = None
) -> bool:
    """Write `page` (as storage.exporting makes it) as a PDF into `path`, which is replaced when all is written.

    data: the data folder, where the part that is written is noted. Returns False when cancelled. Raises SamarError
    export_failed.
    """
    handle, name = _part_beside(path)
    os.close(handle)
    part = Path(name)
    try:
        with noted(data, part):
            done = _print(prepared(page), part, cancelled)
        if not done:
            return False
        if not part.stat().st_size:
            raise SamarError("disk_full")
        part.replace(path)
    except OSError as problem:
        raise SamarError("export_failed", name=path.name, reason=problem.strerror or problem) from problem
    finally:
        with contextlib.suppress(OSError):
            part.unlink()
    return True


def _part_beside(path: Path) -> tuple[int, str]:
    try:
        return private_files.new_file(path.parent, EXPORT)
    except OSError as problem:
        raise SamarError("export_failed", name=path.name, reason=problem.strerror or problem) from problem


def prepared(page: str) -> str:
    """The page as QTextDocument understands it: no style sheet of a browser, paper has nothing to unfold, chats begin on
    a page of their own, and every line of text says its direction itself (Qt does not inherit it)."""
    page = re.sub(r"<style>.*?</style>", "", page, count=1, flags=re.DOTALL)
    page = re.sub(r"<summary>(.*?)</summary>", r"<p><i>\1</i></p>", page).replace("<details>", "<div>")
    page = page.replace("</details>", "</div>").replace("<section", "<div").replace("</section>", "</div>")
    page = re.sub(r"<pre.*?</pre>|<code.*?</code>", _isolated_code, page, flags=re.DOTALL)
    page = re.sub(r'<bdi dir="(ltr|rtl)">', lambda found: LRI if found[1] == "ltr" else RLI, page)
    page = page.replace("</bdi>", PDI)
    page = re.sub(r'<table dir="rtl">.*?</table>', _mirrored, page, flags=re.DOTALL)
    page = page.replace("text-align:start", "text-align:left")
    page = re.sub(r"<table(?=[ >]).*?</tr>", _smaller, page, flags=re.DOTALL)
    page = page.replace("<table", '<table border="1" cellspacing="0" style="border-collapse: collapse"')
    side = "rtl" if '<html dir="rtl"' in page else "ltr"
    page = re.sub(r"<h2>(.*?)</h2>", rf'<p dir="{side}" class="speaker"><b>\1</b></p>', page)
    page = page.replace("<p><i>", f'<p dir="{side}"><i>')
    return page.replace("</main>\n<main>", '</main>\n<main><p style="page-break-before: always"></p>')


def _smaller(beginning: re.Match[str]) -> str:
    """The beginning of a table up to the end of its first row: many columns are set in smaller type, which paper can't
    scroll."""
    columns = len(re.findall("<th[ >]", beginning[0]))
    if columns <= _MANY:
        return beginning[0]
    return beginning[0].replace("<table", f'<table class="{"many" if columns <= _MOST else "most"}"', 1)


def _isolated_code(found: re.Match[str]) -> str:
    """Code in a line keeps its own order; a panel of code has a direction, which Qt asks of its lines."""
    return found[0] if found[0].startswith("<pre") else f"{LRI}{found[0]}{PDI}"


def _cell_from_the_right(found: re.Match[str]) -> str:
    """The tag of a cell with the side where its text stands; Qt takes sides the other way in right-to-left text."""
    tag = found[0]
    side = re.search(r"text-align:(\w+)", tag)
    wanted = side[1] if side and side[1] != "start" else "right"
    if 'dir="rtl"' in tag and wanted != "center":
        wanted = "left" if wanted == "right" else "right"
    return re.sub(r' style="text-align:\w+"', "", tag).replace(">", f' style="text-align:{wanted}">')


def _mirrored(table: re.Match[str]) -> str:
    """A table whose first column is the rightmost one: Qt lays all tables out from the left."""

    def row(found: re.Match[str]) -> str:
        cells = re.findall(r"<t[hd]\b.*?</t[hd]>", found[0], flags=re.DOTALL)
        return f"<tr>{''.join(reversed(cells))}</tr>"

    page = re.sub(r"<t[hd]\b[^>]*>", _cell_from_the_right, table[0])
    return re.sub(r"<tr>.*?</tr>", row, page, flags=re.DOTALL).replace("<table", '<table align="right"', 1)


def _with_pictures(page: str, document: QTextDocument, decoder: ImageDecoder) -> str:
    """The page with its drawings of formulas as images, sharp enough for paper."""
    em = document.defaultFont().pointSizeF() * DPI / 72

    def picture(found: re.Match[str]) -> str:
        size = _SIZE.search(found[0])
        if size is None:
            return ""
        width, height = float(size[1]) * em, float(size[2]) * em
        image = QImage(
            round(width * _SHARP) or 1, round(height * _SHARP) or 1, QImage.Format.Format_ARGB32_Premultiplied
        )
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        QSvgRenderer(QByteArray(found[0].replace("currentColor", "#1d2433").encode())).render(painter)
        painter.end()
        name = f"formula:{found.start()}"
        document.addResource(QTextDocument.ResourceType.ImageResource.value, QUrl(name), image)
        return f'<img src="{name}" width="{width:.0f}" height="{height:.0f}" style="vertical-align: middle">'

    def image(found: re.Match[str]) -> str:
        """An image of a message: given to the document by name, so that its bytes stand in no text."""
        name = f"image:{found.start()}"
        try:
            decoded = decoder.pixels(base64.b64decode(found[1]))
        except SamarError:
            decoded = QImage()
        document.addResource(QTextDocument.ResourceType.ImageResource.value, QUrl(name), decoded)
        return f'<img src="{name}"'

    page = re.sub(r"<svg .*?</svg>", picture, page, flags=re.DOTALL)
    return re.sub(r'<img src="data:image/[a-z]+;base64,([A-Za-z0-9+/=]+)"', image, page)


def print_page(page: str, printer: QPrinter, cancelled: Callable[[], bool] = lambda: False) -> bool:
    """Print `page` (as storage.exporting makes it) as the person has set the printer up. False when cancelled. Raises
    SamarError print_failed."""
    screen = QImage(1, 1, QImage.Format.Format_ARGB32)
    screen.setDotsPerMeterX(round(DPI / 0.0254))
    screen.setDotsPerMeterY(round(DPI / 0.0254))
    document = _document(prepared(page), screen)
    scale = printer.resolution() / DPI
    first, last = printer.fromPage(), printer.toPage()
    painter = QPainter()
    if not painter.begin(printer):
        raise SamarError("print_failed", name=printer.printerName() or printer.outputFileName())
    try:
        painter.scale(scale, scale)
        paper = QSizeF(printer.width() / scale, printer.height() / scale)
        return _paint(document, painter, paper, printer.newPage, cancelled, (first, last))
    finally:
        painter.end()


def _print(page: str, path: Path, cancelled: Callable[[], bool]) -> bool:
    writer = QPdfWriter(str(path))
    writer.setResolution(DPI)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(MARGINS, QPageLayout.Unit.Millimeter)
    title = re.search(r"<title>(.*?)</title>", page)
    writer.setTitle(html.unescape(title[1]) if title else "Samar")
    writer.setCreator("Samar")
    document = _document(page, writer)
    painter = QPainter()
    if not painter.begin(writer):
        raise SamarError("export_failed", name=path.name, reason="no page could be begun")
    try:
        return _paint(document, painter, QSizeF(writer.width(), writer.height()), writer.newPage, cancelled)
    finally:
        painter.end()


def _document(page: str, device: QPaintDevice) -> QTextDocument:
    """The page, laid out for a device of DPI, which must live as long."""
    document = QTextDocument()
    document.documentLayout().setPaintDevice(device)
    document.setDocumentMargin(0)
    font = QFont()
    font.setFamilies([*font.families(), "Noto Sans Arabic", "Noto Naskh Arabic"])
    font.setPointSizeF(10.5)
    document.setDefaultFont(font)
    document.setDefaultStyleSheet(_STYLE)
    decoder = ImageDecoder()
    try:
        document.setHtml(_with_pictures(page, document, decoder))
    finally:
        decoder.close()
    return document


def _paint(
    document: QTextDocument,
    painter: QPainter,
    paper: QSizeF,
    new_page: Callable[[], object],
    cancelled: Callable[[], bool],
    wanted: tuple[int, int] = (0, 0),
) -> bool:
    """Paint pages of the size `paper`, pixels at DPI. wanted: the first and last of them; 0 and 0 for all."""
    body = QRectF(0, 0, paper.width(), paper.height() - _FOOT)
    document.setPageSize(body.size())
    count = document.pageCount()
    first, last = wanted if wanted[0] else (1, count)
    is_first = True
    for number in range(max(first, 1) - 1, min(last or count, count)):
        if cancelled():
            return False
        if not is_first:
            new_page()
        is_first = False
        painter.save()
        painter.translate(0, -number * body.height())
        painter.setClipRect(QRectF(0, number * body.height(), body.width(), body.height()))
        context = QAbstractTextDocumentLayout.PaintContext()
        context.palette.setColor(QPalette.ColorRole.Text, Qt.GlobalColor.black)  # paper, whatever the theme
        context.clip = QRectF(0, number * body.height(), body.width(), body.height())
        document.documentLayout().draw(painter, context)
        painter.restore()
        painter.save()
        painter.setFont(document.defaultFont())
        painter.setPen(Qt.GlobalColor.gray)
        foot = QRectF(0, body.height(), paper.width(), _FOOT)
        painter.drawText(foot, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom, f"{number + 1}/{count}")
        painter.restore()
    return True
