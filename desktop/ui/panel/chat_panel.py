"""The panel "This chat": system prompt, sampling and how full the context is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop.core.generation import GenerationParams
from desktop.core.presets import Preset
from desktop.ui import i18n, theme
from desktop.ui.shortcuts import native
from desktop.ui.widgets.basic import IconButton, Label, Meter

if TYPE_CHECKING:  # a hundred widgets: they come when the panel is opened
    from desktop.core.model import ModelInfo
    from desktop.ui.panel.probability_switch import ProbabilitySwitch
    from desktop.ui.panel.sampling_editor import SamplingEditor
    from desktop.ui.panel.thinking_switch import ThinkingSwitch
    from desktop.ui.widgets.directed_text import DirectedText

WIDTH = 268
SETTLED_MS = 500
"""Without a key for so long, an edited system prompt is told."""


class ChatPanel(QFrame):
    """Takes values at any time. Its widgets, far more than all the others of the window, are made when it is first shown
    or one of them is asked for."""

    system_prompt_changed = Signal(object)
    """str, or None for the default of the settings"""
    params_changed = Signal(object)
    """GenerationParams, or None for the model's own"""
    presets_changed = Signal(object)
    """tuple of Preset: the person's own"""
    unfolded_changed = Signal(bool)
    """whether the advanced settings are shown"""
    probabilities_changed = Signal(bool)
    thinking_changed = Signal(object)
    """bool, or None for what is set for the model"""
    prompts_requested = Signal()
    """the library of prompts"""
    closed = Signal()

    built = False
    title: Label
    close_button: IconButton
    head: QHBoxLayout
    area: QScrollArea
    prompt_label: Label
    prompt_text: DirectedText
    prompt_note: Label
    prompt_reset: QPushButton
    prompt_library: QPushButton
    sampling: SamplingEditor
    switch: ProbabilitySwitch
    thinking_switch: ThinkingSwitch
    context_label: Label
    context_value: Label
    context_meter: Meter
    context_note: Label

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._widen()
        theme.state().changed.connect(self._widen)
        self.prompt: str | None = None
        self.default_prompt = ""
        self.params: GenerationParams | None = None
        self.defaults = GenerationParams()
        self.presets: Sequence[Preset] = ()
        self.probabilities = False
        self.thinking: bool | None = None
        self.model: ModelInfo | None = None
        self.used, self.total, self.dropped, self.reserve = 0, 0, 0, 0
        self.unfolded = False
        self.showing = False
        self.untold = False
        self.settled = QTimer(self)
        self.settled.setSingleShot(True)
        self.settled.setInterval(SETTLED_MS)
        self.settled.timeout.connect(self.tell_prompt)
        self.setAccessibleName(self.tr("This chat"))

    def __getattr__(self, name: str) -> Any:
        if name not in ChatPanel.__annotations__ or self.built:
            raise AttributeError(name)
        self._build()
        return getattr(self, name)

    def setVisible(self, visible: bool) -> None:
        if visible and not self.built:
            self._build()
        super().setVisible(visible)

    def _build(self) -> None:
        from desktop.ui.panel.probability_switch import ProbabilitySwitch
        from desktop.ui.panel.sampling_editor import SamplingEditor
        from desktop.ui.panel.thinking_switch import ThinkingSwitch
        from desktop.ui.widgets.directed_text import DirectedText

        self.built = True
        self.title = Label("heading", self)
        self.close_button = IconButton("close", self, size=32, icon_size=16)
        self.prompt_label = Label("label", self)
        self.prompt_text = DirectedText(self, least=3, most=10)
        self.prompt_text.setObjectName("field")
        self.prompt_note = Label("hint", self, wrap=True)
        self.prompt_reset = QPushButton(self)
        self.prompt_library = QPushButton(self)
        for button in (self.prompt_reset, self.prompt_library):
            button.setProperty("rank", "link")
        self.sampling = SamplingEditor(self)
        self.switch = ProbabilitySwitch(self)
        self.thinking_switch = ThinkingSwitch(self)
        self.context_label = Label("label", self)
        self.context_value = Label("value", self)
        self.context_meter = Meter(self)
        self.context_note = Label("hint", self, wrap=True)

        body = QWidget()
        body.setObjectName("panelBody")
        column = QVBoxLayout(body)
        column.setContentsMargins(18, 0, 18, 18)
        column.setSpacing(0)
        column.addWidget(self.prompt_label)
        column.addSpacing(8)
        column.addWidget(self.prompt_text)
        column.addSpacing(4)
        column.addWidget(self.prompt_note)
        back = QHBoxLayout()
        back.setSpacing(16)
        back.addWidget(self.prompt_library)
        back.addWidget(self.prompt_reset)
        back.addStretch(1)
        column.addLayout(back)
        column.addSpacing(20)
        column.addWidget(self.thinking_switch)
        column.addWidget(self.sampling)
        column.addSpacing(20)
        column.addWidget(self.switch)
        column.addSpacing(20)
        context = QHBoxLayout()
        context.addWidget(self.context_label, 1)
        context.addWidget(self.context_value)
        column.addLayout(context)
        column.addSpacing(10)
        column.addWidget(self.context_meter)
        column.addSpacing(8)
        column.addWidget(self.context_note)
        column.addStretch(1)

        self.area = scroll = QScrollArea(self)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(body)
        head = QHBoxLayout()
        self.head = head
        head.addWidget(self.title, 1)
        head.addWidget(self.close_button)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(head)
        outer.addWidget(scroll, 1)

        self.prompt_text.textChanged.connect(self._prompt_edited)
        self.prompt_text.installEventFilter(self)
        self.prompt_reset.clicked.connect(self._reset_prompt)
        self.prompt_library.clicked.connect(self.prompts_requested)
        self.sampling.params_changed.connect(self.params_changed)
        self.sampling.presets_changed.connect(self.presets_changed)
        self.sampling.unfolded_changed.connect(self.unfolded_changed)
        self.switch.chosen.connect(self._switched)
        self.thinking_switch.chosen.connect(self._thinking_chosen)
        self.close_button.clicked.connect(self.closed)
        self._retranslate()
        self.sampling.set_presets(self.presets)
        self.sampling.set_unfolded(self.unfolded)
        self.sampling.set_params(self.params, self.defaults)
        self.switch.set_value(self.probabilities)
        self.thinking_switch.show_choice(self.thinking, self.model)
        self._show_prompt()
        self._show_context()

    # --- values in ---

    def set_system_prompt(self, prompt: str | None, default: str) -> None:
        """prompt: the chat's own, None while the settings' `default` holds."""
        self.tell_prompt()
        self.prompt, self.default_prompt = prompt, default
        if self.built:
            self._show_prompt()

    def _show_prompt(self) -> None:
        shown = self.default_prompt if self.prompt is None else self.prompt
        if shown != self.prompt_text.toPlainText():
            self.showing = True
            self.prompt_text.setPlainText(shown)
            self.showing = False
        self._prompt_state()

    def set_params(self, params: GenerationParams | None, defaults: GenerationParams) -> None:
        self.params, self.defaults = params, defaults
        if self.built:
            self.sampling.set_params(params, defaults)

    def set_presets(self, presets: Sequence[Preset]) -> None:
        """The person's own."""
        self.presets = presets
        if self.built:
            self.sampling.set_presets(presets)

    def set_unfolded(self, unfolded: bool) -> None:
        """Whether the advanced settings are shown though none of them is changed."""
        self.unfolded = unfolded
        if self.built:
            self.sampling.set_unfolded(unfolded)

    def open_advanced(self) -> None:
        """Unfold the advanced settings and go there."""
        self.sampling.more.setChecked(True)
        self.sampling.more.setFocus(Qt.FocusReason.ShortcutFocusReason)
        QTimer.singleShot(0, self, self._scroll_to_advanced)  # their room is laid out by then

    def _scroll_to_advanced(self) -> None:
        self.area.ensureWidgetVisible(self.sampling.fields["top_k"], 0, 120)

    def tell(self) -> None:
        """Emit every edit that hasn't been told yet: another chat is about to be shown."""
        self.tell_prompt()
        if self.built and self.sampling.form.settled.isActive():
            self.sampling.form.tell()

    def forget(self) -> None:
        """Another chat is shown: nothing that was typed for the one before stays, nor comes back by undoing."""
        if self.built:
            self.sampling.form.forget()
            self.prompt_text.forget_undo()

    def set_probabilities(self, wanted: bool) -> None:
        """Whether the probabilities of tokens are asked for in this chat."""
        self.probabilities = wanted
        if self.built:
            self.switch.set_value(wanted)

    def _switched(self, wanted: object) -> None:
        self.probabilities = bool(wanted)
        self.probabilities_changed.emit(self.probabilities)

    def set_thinking(self, wanted: bool | None, model: ModelInfo | None) -> None:
        """Whether `model` thinks in this chat; None: as is set for it."""
        self.thinking, self.model = wanted, model
        if self.built:
            self.thinking_switch.show_choice(wanted, model)

    def _thinking_chosen(self, wanted: bool | None) -> None:
        self.thinking = wanted
        self.thinking_changed.emit(wanted)

    def set_context(self, used: int, total: int, dropped: int = 0, reserve: int = 0) -> None:
        """Tokens used and in all; total 0 while no model is loaded. dropped: the oldest messages that the last reply was
        written without. reserve: tokens that are kept free for the next one."""
        self.used, self.total, self.dropped, self.reserve = used, total, dropped, reserve
        if self.built:
            self._show_context()

    def _show_context(self) -> None:
        self.context_meter.set_fraction(self.used / self.total if self.total else 0.0)
        self._context_texts()

    # --- inside ---

    def _widen(self) -> None:
        self.setFixedWidth(theme.width(WIDTH, most=2.0))

    def tell_prompt(self) -> None:
        """Emit an edit that hasn't been told yet."""
        self.settled.stop()
        if self.untold:
            self.untold = False
            self.system_prompt_changed.emit(self.prompt)

    def _prompt_edited(self) -> None:
        if self.showing:
            return
        text = self.prompt_text.toPlainText()
        if text == (self.default_prompt if self.prompt is None else self.prompt):
            return  # a paragraph turned its direction; the words are the same
        self.prompt = text
        self.untold = True
        self._prompt_state()
        self.settled.start()

    def _reset_prompt(self) -> None:
        self.untold = False
        self.set_system_prompt(None, self.default_prompt)
        self.system_prompt_changed.emit(None)

    def _prompt_state(self) -> None:
        own = self.prompt is not None
        self.prompt_reset.setVisible(own)
        self.prompt_note.setVisible(not own)
        empty = self.tr("Empty: the instructions of the settings are used. What you write here is for this chat only.")
        theirs = self.tr("These are the instructions of the settings. What you write here is for this chat only.")
        self.prompt_note.setText(theirs if self.default_prompt else empty)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is self.prompt_text and event.type() == QEvent.Type.FocusOut:
            self.tell_prompt()
        return super().eventFilter(watched, event)  # type: ignore[arg-type]

    def hideEvent(self, event: QHideEvent) -> None:
        self.tell_prompt()
        super().hideEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.setAccessibleName(self.tr("This chat"))
        if not self.built:
            return
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        elif event.type() == QEvent.Type.LayoutDirectionChange:
            self._mirror()

    def _mirror(self) -> None:
        """Margins don't mirror by themselves; the close button's cross stands at the edge of the text."""
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        self.head.setContentsMargins(10 if rtl else 18, 14, 18 if rtl else 10, 12)

    def _context_texts(self) -> None:
        if not self.total:
            self.context_value.setText("—")
            self.context_note.setText(
                self.tr("How much of the chat the model can keep in view, in tokens (pieces of words).")
            )
            return
        shown = i18n.grouped(self.tr("{used} of %n token(s)", "", self.total), self.total)
        shown = shown.replace("{used}", i18n.number(self.used))
        self.context_value.setText(shown)
        self.context_meter.setAccessibleName(shown)
        left = max(self.total - self.reserve - self.used, 0)
        room = i18n.grouped(self.tr("Room for about %n token(s).", "", left), left)
        note = room if left else self.tr("Full: the oldest messages are left out.")
        if self.dropped:
            text = self.tr("The last reply was written without the %n oldest message(s).", "", self.dropped)
            note = i18n.grouped(text, self.dropped)
        if self.reserve:
            kept = self.tr("About %n token(s) are kept free for the reply.", "", self.reserve)
            note = f"{note} {i18n.grouped(kept, self.reserve)}"
        self.context_note.setText(note)

    def _retranslate(self) -> None:
        self._mirror()
        self.title.setText(self.tr("This chat"))
        self.close_button.describe(self.tr("Close the panel"), native("Ctrl+Shift+P"))
        self.prompt_label.setText(self.tr("System prompt"))
        self.prompt_text.setAccessibleName(self.tr("System prompt"))
        self.prompt_text.set_placeholder(self.tr("How should the model answer in this chat?"))
        self._prompt_state()
        self.prompt_reset.setText(self.tr("As in the settings"))
        self.prompt_library.setText(self.tr("Prompts…"))
        self.context_label.setText(self.tr("Context"))
        self._context_texts()
