"""How the rows of the side bar are drawn: headings, folders, chats and hits of a search.

All rows have one height, so that ten thousand of them cost the view one measurement.
"""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.core.chat import Chat, Folder
from desktop.core.text import Direction, direction_of
from desktop.ui import i18n, icons, theme
from desktop.ui.sidebar.list_model import Index, Roles, SearchHit
from desktop.ui.widgets.basic import LineEdit, draw_line

INSET = 12
"""From the side bar's edge to a row."""
MORE = 28
"""Side of the "…" button at the end of a row."""
INDENT = 22
"""How far the chats of a folder stand in: their titles begin under its name."""


class ChatRowDelegate(QStyledItemDelegate):
    """Paints headings, chats and hits. `pointed` is the row under the mouse, whose "…" shows."""

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        self.view = view
        self.pointed = -1
        self.hits = False
        self.busy: frozenset[int] = frozenset()
        """Chats whose reply is being written."""
        self.drop_row = -1
        """The folder or heading that a dragged chat would fall into."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        line = option.fontMetrics.height()
        return QSize(100, 3 * line + 14 if self.hits else max(40, line + 18))

    def row_rect(self, option_rect: QRectF, *, right_to_left: bool) -> QRectF:
        near = INSET - self.view.width() + option_rect.width()  # rows keep their place beside the scroll bar
        return option_rect.adjusted(near if right_to_left else INSET, 2, -INSET if right_to_left else -near, -2)

    def more_rect(self, option_rect: QRectF, *, right_to_left: bool) -> QRectF:
        """Where the "…" of a row is, in the view's coordinates."""
        row = self.row_rect(option_rect, right_to_left=right_to_left)
        left = row.left() + 4 if right_to_left else row.right() - MORE - 4
        return QRectF(left, row.center().y() - MORE / 2, MORE, MORE)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens = theme.current()
        rtl = option.direction == Qt.LayoutDirection.RightToLeft
        whole = QRectF(option.rect)
        row = self.row_rect(whole, right_to_left=rtl)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        text = row.adjusted(12, 0, -12, 0)
        payload = index.data(Roles.PAYLOAD)
        if index.row() == self.drop_row:
            painter.setPen(tokens.color("accent"))
            painter.setBrush(tokens.color("accent", 0.10))
            painter.drawRoundedRect(row.adjusted(1, 1, -1, -1), theme.RADIUS_ROW, theme.RADIUS_ROW)
        if isinstance(payload, str):
            painter.setFont(theme.interface_font(12, QFont.Weight.Medium))
            painter.setPen(tokens.color("muted"))
            draw_line(painter, text.adjusted(0, 8, 0, 0), payload, right_to_left=rtl)
            painter.restore()
            return
        assert isinstance(index, QModelIndex)
        # asked of the view: option.state would have PySide make all enums of QStyle when the window starts
        selected = self.view.selectionModel().isSelected(index)
        pointed = index.row() == self.pointed
        if index.row() == self.drop_row:
            pass
        elif selected or pointed:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.color("selected" if selected else "hover"))
            painter.drawRoundedRect(row, theme.RADIUS_ROW, theme.RADIUS_ROW)
        if (
            self.view.hasFocus()
            and index == self.view.currentIndex()
            and self.view.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
        ):
            painter.setPen(tokens.color("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(row.adjusted(1, 1, -1, -1), theme.RADIUS_ROW, theme.RADIUS_ROW)
        if index.data(Roles.DEPTH):
            text = text.adjusted(0, 0, -INDENT, 0) if rtl else text.adjusted(INDENT, 0, 0, 0)
        if isinstance(payload, SearchHit):
            self._paint_hit(painter, text, payload, rtl=rtl)
        elif isinstance(payload, Folder):
            self._paint_folder(painter, whole, text, payload, bool(index.data(Roles.FOLDED)), rtl=rtl, more=pointed)
        else:
            self._paint_chat(painter, whole, text, payload, index, rtl=rtl, more=pointed)
        painter.restore()

    def _paint_folder(
        self, painter: QPainter, whole: QRectF, text: QRectF, folder: Folder, folded: bool, *, rtl: bool, more: bool
    ) -> None:
        """A chevron, the name, and how many chats it holds."""
        tokens = theme.current()
        spot = QRectF(text.right() - 14 if rtl else text.left(), text.center().y() - 7, 14, 14)
        name = "chevron-end" if folded else "chevron-down"
        icons.paint(painter, name, spot, tokens.color("muted"), right_to_left=rtl, width=2.0)
        text = text.adjusted(0, 0, -INDENT, 0) if rtl else text.adjusted(INDENT, 0, 0, 0)
        if more:
            dots = self.more_rect(whole, right_to_left=rtl)
            icons.paint(painter, "more", dots.adjusted(5, 5, -5, -5), tokens.color("muted"))
        else:
            painter.setFont(theme.interface_font(12))
            painter.setPen(tokens.color("muted"))
            across = Qt.AlignmentFlag.AlignLeft if rtl else Qt.AlignmentFlag.AlignRight
            flags = across | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(text, flags, i18n.number(folder.chats))
        text = text.adjusted(MORE, 0, 0, 0) if rtl else text.adjusted(0, 0, -MORE, 0)
        painter.setFont(theme.interface_font(14, QFont.Weight.Medium))
        painter.setPen(tokens.color("text"))
        draw_line(painter, text, folder.name, right_to_left=rtl)

    def _paint_chat(
        self, painter: QPainter, whole: QRectF, text: QRectF, chat: Chat, index: Index, *, rtl: bool, more: bool
    ) -> None:
        tokens = theme.current()
        painter.setFont(theme.interface_font(14))
        if more:
            spot = self.more_rect(whole, right_to_left=rtl)
            icons.paint(painter, "more", spot.adjusted(5, 5, -5, -5), tokens.color("muted"))
            text = text.adjusted(MORE, 0, 0, 0) if rtl else text.adjusted(0, 0, -MORE, 0)
        elif chat.id in self.busy:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.color("brand"))
            x = text.left() + 4 if rtl else text.right() - 4
            painter.drawEllipse(QRectF(x - 3.5, text.center().y() - 3.5, 7, 7))
            text = text.adjusted(18, 0, 0, 0) if rtl else text.adjusted(0, 0, -18, 0)
        painter.setPen(tokens.color("text" if chat.title else "muted"))
        draw_line(painter, text, index.data(Qt.ItemDataRole.DisplayRole), right_to_left=rtl)

    def _paint_hit(self, painter: QPainter, text: QRectF, hit: SearchHit, *, rtl: bool) -> None:
        """Title, then two lines of the place that was found, with the words in bold."""
        from PySide6.QtCore import QPointF
        from PySide6.QtGui import QTextCharFormat, QTextLayout, QTextOption

        tokens = theme.current()
        painter.setFont(theme.interface_font(14))
        painter.setPen(tokens.color("text"))
        line = painter.fontMetrics().height()
        place = QRectF(text.left(), text.top() + 4, text.width(), line)
        draw_line(painter, place, hit.title or self.tr("New chat"), right_to_left=rtl)
        found = QTextLayout(hit.excerpt.replace("\n", " "), theme.interface_font(12))
        rtl = direction_of(hit.excerpt, Direction.RTL if rtl else Direction.LTR) is Direction.RTL
        option = QTextOption(Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        option.setTextDirection(Qt.LayoutDirection.RightToLeft if rtl else Qt.LayoutDirection.LeftToRight)
        found.setTextOption(option)
        ranges = []
        bold = QTextCharFormat()
        bold.setFontWeight(QFont.Weight.DemiBold)
        bold.setForeground(tokens.color("text"))
        for start, length in hit.marks:
            mark = QTextLayout.FormatRange()
            mark.start, mark.length, mark.format = start, length, bold
            ranges.append(mark)
        found.setFormats(ranges)
        found.beginLayout()
        top, ascent = 0.0, theme.px(15)
        for _ in range(2):
            row = found.createLine()
            if not row.isValid():
                break
            row.setLineWidth(text.width())
            row.setPosition(QPointF(0, top + ascent - row.ascent()))  # lines of one pitch in both scripts
            top += theme.px(19)
        found.endLayout()
        painter.setPen(tokens.color("muted"))
        found.draw(painter, QPointF(text.left(), text.top() + 4 + line))

    # --- renaming in place ---

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = LineEdit(parent)
        editor.setObjectName("rename")
        editor.setMaxLength(200)
        folder = isinstance(index.data(Roles.PAYLOAD), Folder)
        editor.setAccessibleName(self.tr("Name of the folder") if folder else self.tr("Title of the chat"))
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        rtl = option.direction == Qt.LayoutDirection.RightToLeft
        editor.setGeometry(self.row_rect(QRectF(option.rect), right_to_left=rtl).toRect())

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        assert isinstance(editor, QLineEdit)
        editor.setText(index.data(Qt.ItemDataRole.EditRole))
        editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        assert isinstance(editor, QLineEdit)
        model.setData(index, editor.text(), Qt.ItemDataRole.EditRole)
