"""Above the composer, before a message is sent: what of the chat the model will not see, and what one wants left out."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.core.context_window import Overflow, PromptPlan
from desktop.ui import i18n
from desktop.ui.widgets.basic import Label, Segments, say
from desktop.ui.widgets.card import Card
from desktop.ui.widgets.directed_text import DirectedText

SETTLED_MS = 600
"""Without a key for so long, an edited summary is told."""


class ContextNotice(Card):
    """Unfolded until a choice is made in this chat, one line afterwards."""

    chosen = Signal(object)
    """Overflow"""
    summary_edited = Signal(str)
    rewrite_requested = Signal()
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plan = PromptPlan(())
        self.overflow: Overflow | None = None
        self.summarising = False
        self.telling = False
        self.what = Label("value", self, wrap=True)
        self.change = QPushButton(self)
        self.change.setCheckable(True)
        self.choices = Segments(list(Overflow), self)
        self.hint = Label("hint", self, wrap=True)
        self.summary = DirectedText(self, least=2, most=6)
        self.summary.setObjectName("field")
        self.again = QPushButton(self)
        self.cancel = QPushButton(self)
        for button in (self.change, self.again, self.cancel):
            button.setProperty("rank", "link")
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.what, 1)
        head.addWidget(self.cancel, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.change, 0, Qt.AlignmentFlag.AlignTop)
        foot = QHBoxLayout()
        foot.addWidget(self.hint, 1)
        foot.addWidget(self.again, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.choices)
        column.addWidget(self.summary)
        column.addLayout(foot)
        self.settled = QTimer(self)
        self.settled.setSingleShot(True)
        self.settled.setInterval(SETTLED_MS)
        self.settled.timeout.connect(self.tell)
        self.choices.chosen.connect(self.chosen)
        self.change.toggled.connect(lambda _on: self._retranslate())
        self.summary.textChanged.connect(self._edited)
        self.summary.installEventFilter(self)
        self.again.clicked.connect(self.rewrite_requested)
        self.cancel.clicked.connect(self.cancelled)
        self._mirror()
        self._retranslate()
        self.hide()

    # --- values in ---

    def show_plan(self, plan: PromptPlan, overflow: Overflow | None, *, summarising: bool = False) -> None:
        """Say what `plan` leaves out; hides itself when that is nothing. overflow: what was chosen in this chat."""
        news = (bool(plan.left_out), plan.is_too_long, summarising) != (
            bool(self.plan.left_out),
            self.plan.is_too_long,
            self.summarising,
        )
        self.plan, self.overflow, self.summarising = plan, overflow, summarising
        self._show()
        if news and not self.isHidden():
            say(self, self.what.text())

    def fold(self) -> None:
        """Another chat is shown."""
        self.tell()
        self.change.setChecked(False)
        self.summary.forget_undo()

    def tell(self) -> None:
        """Emit an edit that hasn't been told yet."""
        self.settled.stop()
        text = self.summary.toPlainText().strip()
        if text and text != self.plan.summary and not self.summarising:
            self.summary_edited.emit(text)

    # --- inside ---

    def _edited(self) -> None:
        if not self.telling:
            self.settled.start()

    def _show(self) -> None:
        plan = self.plan
        visible = plan.is_too_long or bool(plan.left_out)
        unfolded = visible and not plan.is_too_long and (self.overflow is None or self.change.isChecked())
        chosen = self.overflow or Overflow.DROP_OLDEST
        summarises = chosen is Overflow.SUMMARISE
        self.choices.set_value(chosen)
        self.what.setText(self._sentence(chosen) + self._reserve(chosen))
        self.hint.setText(self._explanation(chosen))
        self.change.setVisible(visible and not plan.is_too_long and self.overflow is not None)
        self.choices.setVisible(unfolded)
        self.hint.setVisible(unfolded)
        self.summary.setVisible(unfolded and summarises and bool(plan.summary) and not self.summarising)
        self.again.setVisible(unfolded and summarises and not self.summarising)
        self.cancel.setVisible(self.summarising)
        if plan.summary != self.summary.toPlainText().strip() and not self.summary.hasFocus():
            self.telling = True
            self.summary.setPlainText(plan.summary)
            self.telling = False
        self.setAccessibleName(self.what.text())
        self.setVisible(visible)

    def _sentence(self, chosen: Overflow) -> str:
        plan = self.plan
        if plan.is_too_long:
            text = self.tr(
                "This message is longer than what the model keeps in view: about {tokens} of {context} tokens. "
                "Shorten it, or set a larger context in the settings."
            )
            text = text.replace("{tokens}", i18n.number(plan.newest))
            return text.replace("{context}", i18n.number(plan.context))
        count = len(plan.left_out)
        if self.summarising:
            count = len(plan.to_summarise) or count
            return i18n.grouped(self.tr("Summarising the %n oldest message(s)…", "", count), count)
        if chosen is Overflow.KEEP_FIRST and not plan.first_left_out:
            text = self.tr(
                "The chat is longer than what the model keeps in view: %n message(s) after the first question and answer will be left out.",
                "",
                count,
            )
            return i18n.grouped(text, count)
        if chosen is Overflow.SUMMARISE and plan.summary and not plan.to_summarise:
            text = self.tr(
                "A summary takes the place of the %n oldest message(s), which the model no longer sees.", "", count
            )
            return i18n.grouped(text, count)
        text = self.tr(
            "The chat is longer than what the model keeps in view: the %n oldest message(s) will be left out.",
            "",
            count,
        )
        return i18n.grouped(text, count)

    def _reserve(self, chosen: Overflow) -> str:
        """Why messages leave while the model has room left; "" where nothing leaves for that."""
        plan = self.plan
        told = chosen is Overflow.SUMMARISE and plan.summary and not plan.to_summarise
        if plan.is_too_long or self.summarising or told or not plan.reserve:
            return ""
        text = self.tr("Of {context} tokens about {reserve} are kept free for the reply.")
        text = text.replace("{context}", i18n.number(plan.context)).replace("{reserve}", i18n.number(plan.reserve))
        return f" {text}"

    def _explanation(self, chosen: Overflow) -> str:
        if chosen is Overflow.KEEP_FIRST:
            if self.plan.first_left_out:
                return self.tr("There is no room for the first question and its answer, so they are left out too.")
            return self.tr("Good when the task is in the first message. Nothing is deleted: you still see everything.")
        if chosen is Overflow.SUMMARISE:
            return self.tr(
                "The model writes the summary itself. The text above is what it will see; change it as you like."
            )
        return self.tr("Nothing is deleted: you still see everything, only the model does not.")

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is self.summary and event.type() == QEvent.Type.FocusOut:
            self.tell()
        return super().eventFilter(watched, event)  # type: ignore[arg-type]

    def _retranslate(self) -> None:
        self.choices.set_texts([self.tr("Drop the oldest"), self.tr("Keep the first"), self.tr("Summarise")])
        self.choices.setAccessibleName(self.tr("What is left out"))
        self.change.setText(self.tr("Done") if self.change.isChecked() else self.tr("Change…"))
        self.summary.setAccessibleName(self.tr("Summary of the oldest messages"))
        self.again.setText(self.tr("Write it again"))
        self.cancel.setText(self.tr("Cancel"))
        self._show()

    def _sign(self) -> tuple[str, str]:
        return "alert" if self.plan.is_too_long else "info", "brand_text"
