"""LaTeX formulas as images of one character: typeset in a process, cached, shown as their source when they don't parse or
take too long."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt, QUrl, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPainter, QTextCharFormat, QTextCursor, QTextImageFormat
from PySide6.QtSvg import QSvgRenderer

from desktop.core.formulas import UNITS, Typeset, may_typeset
from desktop.parsing.requests import Requests
from desktop.parsing.typesetting import Typesetter
from desktop.ui.transcript import blocks as b
from desktop.ui.transcript.blocks import Kind, Run
from desktop.ui.transcript.style import P_SOURCE, TranscriptStyle, colour
from desktop.ui.transcript.writer import OBJECT, rendered
from desktop.ui.widgets.plain_text import set_tool_tip

_CACHED = 400


@dataclass
class _Place:
    """The characters of the document that wait for a formula."""

    run: Run
    cursors: list[QTextCursor] = field(default_factory=list)


_Key = tuple[str, bool]


class FormulaRenderer(QObject):
    """Gives the document images for formulas. One for each view; `look` is replaced with the theme."""

    _done = Signal(object, object, bool)
    settled = Signal()
    """No formula is waiting any more."""
    swapped = Signal()
    """Formulas took the place of their sources; lines may have moved."""

    def __init__(self, look: TranscriptStyle, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.look = look
        self.device_ratio = 1.0
        self._ready: dict[_Key, Typeset | None] = {}
        self._waiting: dict[_Key, _Place] = {}
        self._names: dict[str, tuple[Run, Typeset | None, int]] = {}
        self._done.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self._typesetter = Typesetter()
        self._requests = requests = Requests("formulas", self._typesetter.close)
        self.destroyed.connect(lambda: requests.drop())

    @property
    def is_settled(self) -> bool:
        return not self._waiting

    @property
    def pid(self) -> int | None:
        """Of the process that typesets; None: none runs."""
        return self._typesetter.pid

    def reset(self, look: TranscriptStyle) -> None:
        """The document was emptied; formulas will be asked for again."""
        self.look = look
        self._requests.clear()
        self._waiting.clear()
        self._typesetter.forgive()

    def close(self) -> None:
        """Give up the formula that is being typeset, and the rest."""
        self._requests.close()

    # --- asked by the writer -------------------------------------------------------------------------------------------
    def image_format(self, run: Run, base: QTextCharFormat) -> QTextCharFormat | None:
        key = _key(run)
        if not may_typeset(run.source):
            return None
        if key not in self._ready:
            if key not in self._waiting:
                self._waiting[key] = _Place(run)
                self._requests.put(lambda: self._typesetter.typeset(*key), lambda made: self._typeset(key, made))
            return self._format(run, base, None)
        typeset = self._ready[key]
        return None if typeset is None else self._format(run, base, typeset)

    def placed(self, run: Run, cursor: QTextCursor) -> None:
        place = self._waiting.get(_key(run))
        if place is not None:
            place.cursors.append(cursor)

    def mathml(self, name: str) -> str:
        """MathML of the formula behind the name of an image format made here; empty while it is not typeset."""
        made = self._names.get(name)
        return made[1].mathml if made is not None and made[1] is not None else ""

    def image(self, url: QUrl) -> QImage | None:
        """The picture behind the name of an image format made here."""
        name = url.toString()
        made = self._names.get(name)
        return self._draw(*made) if made is not None else None

    # --- formats and pictures ------------------------------------------------------------------------------------------
    def _format(self, run: Run, base: QTextCharFormat, typeset: Typeset | None) -> QTextImageFormat:
        size = base.font().pixelSize()
        size = round(size / 0.87) if size > 0 else self.look.font.pixelSize()  # the base is the size of inline code
        name = f"formula:{'d' if run.style & b.DISPLAY else 'i'}{size}{'r' if typeset else 'w'}/{_hash(run.source)}"
        if len(self._names) > 4 * _CACHED:
            self._names.clear()
        self._names[name] = (run, typeset, size)
        made = QTextImageFormat()
        made.setName(name)
        width, ascent, descent = self._measure(run, typeset, size)
        made.setWidth(width)
        made.setHeight(ascent + descent)
        made.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignMiddle)
        made.setFont(self._font(size))
        made.setProperty(P_SOURCE, run.text)
        set_tool_tip(made, run.source)
        if run.href:
            made.setAnchor(True)
            made.setAnchorHref(run.href)
        return made

    def _font(self, size: int) -> QFont:
        font = QFont(self.look.font)
        font.setPixelSize(size)
        return font

    def _source_font(self, size: int) -> QFont:
        font = QFont(self.look.mono)
        font.setPixelSize(round(size * 0.87))
        return font

    def _measure(self, run: Run, typeset: Typeset | None, size: int) -> tuple[float, float, float]:
        """Width, ascent and descent of the character, pixels. Qt centres it on half the height of an x above the
        baseline, so the smaller of the two halves is filled up."""
        if typeset is None:
            metrics = QFontMetricsF(self._source_font(size))
            width = min(metrics.horizontalAdvance(_line(run)), 0.8 * 700 * self.look.scale)
            ascent, descent = metrics.ascent(), metrics.descent()
        else:
            scale = self._scale(run, typeset, size)
            width, ascent, descent = (x * scale for x in (typeset.width, typeset.ascent, typeset.descent))
        middle = QFontMetricsF(self._font(size)).xHeight() / 2
        half = max(ascent - middle, descent + middle)
        return width + 2, half + middle, half - middle

    def _scale(self, run: Run, typeset: Typeset, size: int) -> float:
        """Of the typeset formula; one that is wider than the column is made smaller."""
        scale = size * (1.18 if run.style & b.DISPLAY else 1.05) / UNITS
        return min(scale, 680 * self.look.scale / max(typeset.width, 1))

    def _draw(self, run: Run, typeset: Typeset | None, size: int) -> QImage:
        width, ascent, descent = self._measure(run, typeset, size)
        ratio = self.device_ratio
        image = QImage(
            max(1, round(width * ratio)),
            max(1, round((ascent + descent) * ratio)),
            QImage.Format.Format_ARGB32_Premultiplied,
        )
        image.setDevicePixelRatio(ratio)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        if typeset is None:
            painter.setFont(self._source_font(size))
            painter.setPen(colour(self.look.palette.muted))
            painter.drawText(QRectF(0, 0, width, ascent + descent), Qt.AlignmentFlag.AlignCenter, _line(run))
        else:
            scale = self._scale(run, typeset, size)
            top = ascent - typeset.ascent * scale
            height = (typeset.ascent + typeset.descent) * scale
            QSvgRenderer(QByteArray(typeset.svg)).render(painter, QRectF(1, top, typeset.width * scale, height))
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
            painter.fillRect(QRectF(0, 0, width, ascent + descent), colour(self.look.palette.text))
        painter.end()
        return image

    # --- the thread ----------------------------------------------------------------------------------------------------
    def _typeset(self, key: _Key, made: object) -> None:
        with contextlib.suppress(RuntimeError):  # the view was deleted in the meantime
            self._done.emit(key, made, made is not None or not self._typesetter.has_given_up)

    def _take(self, key: _Key, made: Typeset | None, is_sure: bool) -> None:
        """is_sure: the answer is the formula's own, and not that of others that took too long."""
        if is_sure:
            if len(self._ready) > _CACHED:
                self._ready.pop(next(iter(self._ready)))
            self._ready[key] = made
        place = self._waiting.pop(key, None)
        if place is not None:
            for cursor in place.cursors:
                self._swap(cursor, place.run, made)
            if place.cursors:
                self.swapped.emit()
        if not self._waiting:
            self.settled.emit()

    def _swap(self, place: QTextCursor, run: Run, made: Typeset | None) -> None:
        cursor = QTextCursor(place)
        cursor.movePosition(QTextCursor.MoveOperation.NextCharacter, QTextCursor.MoveMode.KeepAnchor)
        if cursor.selectedText() != OBJECT or cursor.charFormat().property(P_SOURCE) != run.text:
            return  # the text was changed in the meantime
        kind = Kind.FORMULA if run.style & b.DISPLAY else Kind.PARAGRAPH
        base = self.look.char_format(run, kind)
        if made is None:
            cursor.insertText(rendered(run, kind), base)
        else:
            cursor.setCharFormat(self._format(run, base, made))


def _key(run: Run) -> _Key:
    return run.source, bool(run.style & b.DISPLAY)


def _line(run: Run) -> str:
    return " ".join(run.text.split())[:200]


def _hash(text: str) -> str:
    import hashlib

    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=9).hexdigest()
