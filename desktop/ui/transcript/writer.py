"""Writes blocks into a QTextDocument, and turns one list of blocks into another with the fewest edits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
    QTextTableCellFormat,
    QTextTableFormat,
)

from desktop.core.bidi_isolates import code_spans, prose_spans, with_spans
from desktop.core.text import Direction, isolated
from desktop.ui.transcript import blocks as b
from desktop.ui.transcript.blocks import AnyBlock, Block, Cell, Container, Kind, Run, Table
from desktop.ui.transcript.style import P_MESSAGE, P_TABLE, TranscriptStyle, colour, qt_direction

if TYPE_CHECKING:  # loaded with the first table
    from desktop.ui.transcript.table_widths import Fit

LINE = "\u2028"
OBJECT = "\ufffc"
PAD = "\u202f"
"""A narrow space at each end of inline code, room for the shape behind it. It is no part of the text."""


class Formulas(Protocol):
    """Where the images of formulas come from."""

    def image_format(self, run: Run, base: QTextCharFormat) -> QTextCharFormat | None:
        """The format of the one character that shows a formula; None when it is shown as its source."""
        ...

    def placed(self, run: Run, cursor: QTextCursor) -> None:
        """The character behind `cursor` shows `run`; it will be replaced when the formula is typeset."""
        ...


class CodeColours(Protocol):
    """Who wants to know of code blocks."""

    def written(self, head: QTextBlock, *, live: bool) -> None: ...
    def finished(self) -> None: ...


class Writer:
    """All edits go through here; `look` may be replaced between them."""

    def __init__(
        self, document: QTextDocument, look: TranscriptStyle, formulas: Formulas, colours: CodeColours
    ) -> None:
        self.document = document
        self.look = look
        self.column = 700.0
        """Width of the text, pixels."""
        self.tables: dict[int, tuple[Table, Fit]] = {}
        """By the number that a table and the block before it carry as P_TABLE; some may be gone from the document."""
        self._formulas = formulas
        self._colours = colours

    # --- insertion ----------------------------------------------------------------------------------------------------
    def insert_after(
        self,
        after: QTextBlock,
        blocks: Sequence[AnyBlock],
        message_id: int,
        bubble: tuple[int, int] = (0, 0),
        live: bool = False,
        places: list[int] | None = None,
    ) -> QTextBlock:
        """Insert `blocks` behind the block `after`; the last block inserted.

        bubble: margins left and right of an own message. live: a code block at the end is still being written.
        places: takes the position of the last block of each.
        """
        places = [] if places is None else places
        cursor = QTextCursor(self.document)
        cursor.setPosition(after.position() + after.length() - 1)
        for index, block in enumerate(blocks):
            if isinstance(block, Table):
                self._insert_table(cursor, block, message_id)
                places.append(cursor.block().position())
                continue
            made = self.look.block_format(block, message_id, bubble)
            cursor.insertBlock(made, self.look.plain(block.kind, block.level))
            places.append(cursor.block().position())
            self._insert_runs(cursor, block, self._runs(block))
            if block.kind is Kind.CODE_HEAD:
                self._colours.written(cursor.block(), live=live and self._is_open(blocks, index))
        return cursor.block()

    @staticmethod
    def _is_open(blocks: Sequence[AnyBlock], index: int) -> bool:
        """Whether the code block at `index` is the last thing in `blocks`."""
        return all(block.kind in (Kind.CODE_LINE, Kind.CODE_FOOT) for block in blocks[index + 1 :])

    def _runs(self, block: Block | Cell, inside: Sequence[b.Nesting] = ()) -> tuple[Run, ...]:
        held = block.inside if isinstance(block, Block) else inside
        if any(holder.holder is Container.THOUGHT for holder in held):
            return tuple(replace(run, style=run.style | b.MUTED) for run in block.runs)
        return block.runs

    def _insert_runs(
        self, cursor: QTextCursor, block: Block, runs: Sequence[Run], look: TranscriptStyle | None = None
    ) -> None:
        look = look or self.look
        for run in runs:
            base = look.char_format(run, block.kind, block.level)
            if run.style & (b.MATH | b.PICTURE):
                made = self._formulas.image_format(run, base)
                if made is not None:
                    start = cursor.position()
                    cursor.insertText(OBJECT, made)
                    placed = QTextCursor(cursor)
                    placed.setPosition(start)
                    self._formulas.placed(run, placed)
                    continue
            cursor.insertText(rendered(run, block.kind), base)

    # --- tables -------------------------------------------------------------------------------------------------------
    def _insert_table(self, cursor: QTextCursor, table: Table, message_id: int) -> None:
        """A block, the table, a block: Qt gives no room to the empty blocks around a table."""
        number = max(self.tables, default=0) + 1
        fit = self._fitted(table)
        self.tables[number] = (table, fit)
        around = self.look.block_format(Block(Kind.TABLE, inside=table.inside), message_id)
        around.setLineHeight(1, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        around.setTopMargin(0)
        before = QTextBlockFormat(around)
        before.setProperty(P_TABLE, number)
        cursor.insertBlock(before, self.look.plain(Kind.FOOTER))
        inserted = cursor.insertTable(len(table.rows), table.columns, self._table_format(table, fit, number))
        self._fill(inserted, table, fit, message_id)
        cursor.setPosition(inserted.lastPosition() + 1)
        cursor.setBlockFormat(around)

    def _fitted(self, table: Table, least: int = 0) -> Fit:
        from desktop.ui.transcript.table_widths import fitted

        left, right, _ = self.look.margins(table.inside)
        return fitted(table, self.look, self.column - left - right, least)

    def fit_tables(self) -> None:
        """The column has another width."""
        kept: dict[int, tuple[Table, Fit]] = {}
        for frame in self.document.rootFrame().childFrames():
            number = frame.frameFormat().property(P_TABLE)
            if isinstance(frame, QTextTable) and number in self.tables:
                table, was = self.tables[number]
                fit = self._fitted(table)
                kept[number] = (table, fit)
                if fit != was:
                    self._apply_fit(frame, table, was, fit, number)
        self.tables = kept

    def _apply_fit(self, place: QTextTable, table: Table, was: Fit, fit: Fit, number: int) -> None:
        place.setFormat(self._table_format(table, fit, number))
        if fit.size != was.size:
            message_id = place.firstCursorPosition().blockFormat().property(P_MESSAGE)
            self._fill(place, table, fit, message_id)

    def _table_format(self, table: Table, fit: Fit, number: int) -> QTextTableFormat:
        made = QTextTableFormat()
        left, right, _ = self.look.margins(table.inside)
        made.setLeftMargin(left)
        made.setRightMargin(right)
        made.setTopMargin(self.look.px(32 if fit.is_tight else 6))  # room for the table's button
        made.setBottomMargin(self.look.px(8))
        made.setBorder(0)
        made.setCellSpacing(0)
        made.setCellPadding(0)
        made.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
        made.setLayoutDirection(qt_direction(table.direction))
        made.setHeaderRowCount(1)
        made.setProperty(P_TABLE, number)
        if fit.widths:
            widths = fit.widths if table.direction is Direction.LTR else fit.widths[::-1]
            made.setColumnWidthConstraints([QTextLength(QTextLength.Type.FixedLength, width) for width in widths])
            made.setWidth(QTextLength(QTextLength.Type.FixedLength, sum(widths)))
        return made

    def _cell_format(self, look: TranscriptStyle, padding: int) -> QTextTableCellFormat:
        made = QTextTableCellFormat()
        made.setFont(look.font)
        made.setTopPadding(look.px(5))
        made.setBottomPadding(look.px(8))
        made.setLeftPadding(padding)
        made.setRightPadding(padding)
        made.setBottomBorder(1)
        made.setBottomBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        made.setBottomBorderBrush(colour(self.look.palette.line))
        made.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignTop)
        return made

    def _fill(self, inserted: QTextTable, table: Table, fit: Fit, message_id: int) -> None:
        for row, cells in enumerate(table.rows):
            for column in range(len(cells)):
                self._fill_cell(inserted, table, fit, row, column, message_id)

    def _fill_cell(self, inserted: QTextTable, table: Table, fit: Fit, row: int, column: int, message_id: int) -> None:
        from desktop.ui.transcript.table_widths import PADDINGS, SIZES

        look = self.look.smaller(SIZES[fit.size])
        cell = table.rows[row][column]
        # Qt lays columns out from the left whatever the direction, so a right-to-left table is filled backwards
        at = table.columns - 1 - column if table.direction is Direction.RTL else column
        place = inserted.cellAt(row, at)
        cursor = place.firstCursorPosition()
        as_block = Block(Kind.TABLE, cell.runs, cell.direction, table.inside)
        made = look.block_format(as_block, message_id)
        made.setLeftMargin(0)
        made.setRightMargin(0)
        made.setTopMargin(0)
        start = Qt.AlignmentFlag.AlignRight if table.direction is Direction.RTL else Qt.AlignmentFlag.AlignLeft
        # "left" is where lines begin: whoever writes a table from the right asks for it out of habit
        sides = {"right": Qt.AlignmentFlag.AlignRight, "center": Qt.AlignmentFlag.AlignHCenter}
        made.setAlignment(sides.get(cell.align, start) | Qt.AlignmentFlag.AlignAbsolute)
        cursor.setBlockFormat(made)
        place.setFormat(self._cell_format(look, self.look.px(PADDINGS[fit.size])))
        if cursor.block().length() > 1:
            cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
            cursor.removeSelectedText()
        runs = self._runs(cell, table.inside)
        if row == 0:
            runs = tuple(replace(run, style=run.style | b.MUTED) for run in runs)
        self._insert_runs(cursor, Block(Kind.TABLE, runs), runs, look)

    # --- change -------------------------------------------------------------------------------------------------------
    def patch(
        self,
        after: QTextBlock,
        old: Sequence[AnyBlock],
        new: Sequence[AnyBlock],
        message_id: int,
        live: bool = False,
    ) -> list[int]:
        """The blocks behind `after` are `old`; make them `new`.

        Returns where `after` and then each of `new` is: positions of their last blocks. They are gathered on the way,
        since Qt looks up tables wrongly until the edit is closed.
        """
        block = after
        places = [after.position()]
        index = 0
        while index < min(len(old), len(new)):
            was, now = old[index], new[index]
            following = block.next()
            if isinstance(was, Block) and isinstance(now, Block):
                if was != now:
                    self._patch_block(following, was, now, message_id)
                block = following
            elif isinstance(was, Table) and isinstance(now, Table):
                table = table_after(following)
                if was != now and not self._patch_table(table, was, now, message_id):
                    break
                block = self.document.findBlock(table.lastPosition() + 1)
            else:
                break
            places.append(block.position())
            index += 1
        if index < len(old):
            end = block
            for was in old[index:]:
                end = end.next()
                if isinstance(was, Table):
                    end = self.document.findBlock(table_after(end).lastPosition() + 1)
            block = self.remove_between(block, end)
        if index < len(new):
            self.insert_after(block, new[index:], message_id, live=live, places=places)
        for at, now in enumerate(new[:index]):  # a block that was rewritten as the head of a code block
            if now.kind is Kind.CODE_HEAD and old[at] != now:
                head = self.document.findBlock(places[at + 1])
                self._colours.written(head, live=live and self._is_open(new, at))
        return places

    def remove_between(self, after: QTextBlock, last: QTextBlock) -> QTextBlock:
        """Remove the blocks behind `after` up to and with `last`. The block that stands for `after` from now on: Qt
        joins blocks, and an empty one gives way to the other."""
        cursor = QTextCursor(self.document)
        kept, chars = after.blockFormat(), after.charFormat()
        start = after.position() + after.length() - 1
        cursor.setPosition(start)
        cursor.setPosition(last.position() + last.length() - 1, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        cursor.setBlockFormat(kept)
        cursor.setBlockCharFormat(chars)
        return self.document.findBlock(start)

    def _patch_block(self, place: QTextBlock, was: Block, now: Block, message_id: int) -> None:
        cursor = QTextCursor(place)
        if replace(was, runs=()) != replace(now, runs=()) or was.has_formula != now.has_formula:
            cursor.setBlockFormat(self.look.block_format(now, message_id))
            if (was.kind, was.level) != (now.kind, now.level):
                cursor.setBlockCharFormat(self.look.plain(now.kind, now.level))
                was = replace(was, runs=(Run("", -1), *was.runs))  # nothing of the old text fits
        old, new = self._runs(was), self._runs(now)
        same = 0
        offset = 0
        while same < min(len(old), len(new)) and old[same] == new[same]:
            offset += self._length(new[same], now)
            same += 1
        rest = list(new[same:])
        if same < min(len(old), len(new)) and not (old[same].style | new[same].style) & b.MATH:
            first, second = old[same], new[same]
            if (first.style, first.href) == (second.style, second.href):
                written, wanted = rendered(first, was.kind), rendered(second, now.kind)
                shared = _shared(written, wanted)
                offset += units(wanted[:shared])
                cursor.setPosition(place.position() + offset)
                self._clear_rest(cursor, place)
                cursor.insertText(wanted[shared:], self.look.char_format(second, now.kind, now.level))
                self._insert_runs(cursor, now, rest[1:])
                return
        cursor.setPosition(place.position() + offset)
        self._clear_rest(cursor, place)
        self._insert_runs(cursor, now, rest)

    def _clear_rest(self, cursor: QTextCursor, place: QTextBlock) -> None:
        end = place.position() + place.length() - 1
        if cursor.position() < end:
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            cursor.removeSelectedText()

    def _length(self, run: Run, block: Block) -> int:
        if run.style & b.MATH and self._formulas.image_format(run, QTextCharFormat()) is not None:
            return 1
        # Qt counts in UTF-16 units
        return units(rendered(run, block.kind))

    def _patch_table(self, place: QTextTable, was: Table, now: Table, message_id: int) -> bool:
        if (was.direction, was.columns, was.inside) != (now.direction, now.columns, now.inside):
            return False
        if len(now.rows) < len(was.rows):
            place.removeRows(len(now.rows), len(was.rows) - len(now.rows))
        elif len(now.rows) > len(was.rows):
            place.appendRows(len(now.rows) - len(was.rows))
        number = place.format().property(P_TABLE)
        _, fit = self.tables[number]
        new = self._fitted(now, fit.size)  # what has become small while it grows stays so
        self.tables[number] = (now, new)
        if new != fit:
            place.setFormat(self._table_format(now, new, number))
        for row, cells in enumerate(now.rows):
            for column, cell in enumerate(cells):
                if new.size != fit.size or row >= len(was.rows) or was.rows[row][column] != cell:
                    self._fill_cell(place, now, new, row, column, message_id)
        return True


def rendered(run: Run, kind: Kind) -> str:
    """The text of a run as it stands in the document: one paragraph; what keeps an order of its own is isolated."""
    if kind is Kind.CODE_HEAD:
        return run.text
    if kind is Kind.CODE_LINE:
        return with_spans(run.text, code_spans(run.text))
    text = run.text.replace("\n", LINE)
    if run.style & b.CODE:
        return isolated(f"{PAD}{with_spans(text, code_spans(text))}{PAD}", Direction.LTR)
    if run.style & b.MATH:
        return isolated(text, Direction.LTR)
    if run.style & b.LINK:
        return isolated(text)
    return with_spans(text, prose_spans(text))


def units(text: str) -> int:
    """Length in UTF-16 code units, which is what QTextDocument counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def table_after(block: QTextBlock) -> QTextTable:
    """The table that follows the empty block in front of it."""
    cursor = QTextCursor(block.next())
    table = cursor.currentTable()
    assert table is not None
    return table


def _shared(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginning."""
    if other.startswith(one):
        return len(one)
    return next((i for i, (x, y) in enumerate(zip(one, other, strict=False)) if x != y), min(len(one), len(other)))
