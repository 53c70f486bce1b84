"""How one model is loaded, and what that takes: every change is judged at once against the memory that is free now."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop.core.errors import fill
from desktop.core.settings import Settings
from desktop.models.entry import Entry
from desktop.models.fit import Fit, Machine, Verdict
from desktop.models.gguf import inspect
from desktop.models.projectors import check_projector
from desktop.models.settings import FLASH_ATTENTION, KV_TYPES, ModelSettings, bytes_beside, judge_as_set
from desktop.ui import i18n, theme
from desktop.ui.models import formatting
from desktop.ui.models.adapter_list import AdapterList
from desktop.ui.models.file_field import FileField
from desktop.ui.screen_fit import resize_within_screen
from desktop.ui.widgets.basic import Edge, Label, Segments, is_language_change, say
from desktop.ui.widgets.number_fields import Slider, SliderRow, WholeField

SMALLEST_POWER, LARGEST_POWER = 9, 24
"""Contexts of 512 … 16 million tokens, by powers of two."""


def context_steps(trained: int) -> list[int]:
    """What the slider offers: 0 for "as in the settings", powers of two, and what the model was trained for."""
    most = trained or 1 << 17
    steps = [1 << power for power in range(SMALLEST_POWER, LARGEST_POWER + 1) if 1 << power < most]
    return [0, *steps, most]


class MemoryBar(QWidget):
    """What a model takes of the free memory: weights, context, working room. Filled from where reading begins."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fit: Fit | None = None
        self.setFixedHeight(10)

    def show_fit(self, fit: Fit) -> None:
        self.fit = fit
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        whole = QRectF(self.rect())
        painter.setBrush(tokens.color("track"))
        painter.drawRoundedRect(whole, 5, 5)
        if self.fit is None:
            return
        memory, scale = self.fit.memory, max(self.fit.free, self.fit.memory.total, 1)
        over = self.fit.verdict is Verdict.WONT
        parts = (
            (memory.weights, tokens.color("danger" if over else "accent")),
            (memory.kv + memory.state, tokens.color("danger" if over else "accent", 0.6)),
            (memory.buffers + memory.beside, tokens.color("danger" if over else "accent", 0.35)),
        )
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        at = 0.0
        rounded = QPainterPath()
        rounded.addRoundedRect(whole, 5, 5)
        painter.setClipPath(rounded)
        for size, color in parts:
            width = whole.width() * size / scale
            left = whole.width() - at - width if rtl else at
            painter.setBrush(color)
            painter.drawRect(QRectF(left, 0, width, whole.height()))
            at += width


class ModelSettingsDialog(QDialog):
    """`saved` comes with what was chosen; nothing is kept when it is closed otherwise."""

    saved = Signal(object, object, bool)
    """Entry, ModelSettings, whether to load it now"""

    def __init__(
        self,
        entry: Entry,
        own: ModelSettings,
        general: Settings,
        machine: Machine,
        *,
        loaded: bool = False,
        thinking: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        """loaded: the model is at work. thinking: its template lets one choose whether it thinks."""
        super().__init__(parent)
        self.has_switch = thinking
        self.entry, self.own, self.general, self.machine, self.loaded = entry, own, general, machine, loaded
        self.beside = 0
        """Bytes of the files that are loaded with it."""
        self.steps = context_steps(entry.shape.context_trained)
        self.showing = True
        self.names: dict[str, Label] = {}
        self.hints: dict[str, Label] = {}
        self._build()
        resize_within_screen(self, 600, 700)
        self.retranslate()
        self.show_settings(own)

    # ---- arrangement

    def _build(self) -> None:
        self.title = Label("title", self, wrap=True)
        self.subtitle = Label("label", self, wrap=True)
        self.card = QFrame(self)
        self.card.setObjectName("adviceCard")
        self.verdict, self.speed = Label("heading", self.card), Label("value", self.card)
        self.bar = MemoryBar(self.card)
        self.needs = Label("hint", self.card, wrap=True)
        head = QHBoxLayout()
        head.addWidget(self.verdict, 1)
        head.addWidget(self.speed)
        inside = QVBoxLayout(self.card)
        inside.setContentsMargins(16, 12, 16, 12)
        inside.setSpacing(8)
        inside.addLayout(head)
        inside.addWidget(self.bar)
        inside.addWidget(self.needs)
        top = QVBoxLayout()
        top.setContentsMargins(28, 20, 28, 16)
        top.setSpacing(4)
        top.addWidget(self.title)
        top.addWidget(self.subtitle)
        top.addSpacing(10)
        top.addWidget(self.card)
        body = QWidget(self)
        body.setObjectName("settingsBody")
        self.column = QVBoxLayout(body)
        self.column.setContentsMargins(28, 18, 28, 18)
        self.column.setSpacing(0)
        self._rows()
        self.column.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(body)
        self.reset, self.close_button = QPushButton(self), QPushButton(self)
        self.save, self.use = QPushButton(self), QPushButton(self)
        self.reset.setProperty("rank", "link")
        self.use.setProperty("rank", "primary")
        foot = QHBoxLayout()
        foot.setContentsMargins(28, 12, 28, 16)
        foot.setSpacing(8)
        foot.addWidget(self.reset)
        foot.addStretch(1)
        for button in (self.close_button, self.save, self.use):
            foot.addWidget(button)
        self.use.setDefault(True)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(top)
        outer.addWidget(Edge(self))
        outer.addWidget(scroll, 1)
        outer.addWidget(Edge(self))
        outer.addLayout(foot)
        self.reset.clicked.connect(lambda: self.show_settings(ModelSettings()))
        self.close_button.clicked.connect(self.reject)
        self.save.clicked.connect(lambda: self._done(load=False))
        self.use.clicked.connect(lambda: self._done(load=True))

    def _rows(self) -> None:
        self.context_value = Label("value")
        self.context = Slider()
        self.context.setRange(0, len(self.steps) - 1)
        self.context.setPageStep(1)
        self.context_typed = WholeField(0, self.steps[-1], 1024)
        self.kv, self.flash = Segments(KV_TYPES), Segments(FLASH_ATTENTION)
        self.map, self.keep = Segments((True, False)), Segments((False, True))
        self.threads, self.gpu = WholeField(0, 256, 1), WholeField(-1, max(self.entry.shape.layers, 1), 1)
        self._row("context", beside=self.context_value, below=SliderRow(self.context, self.context_typed))
        self.thinking = Segments((None, False, True))
        self.thinking.setEnabled(self.has_switch)
        self._row("thinking", below=self.thinking)
        self.completion = Segments((None, False, True))
        self._row("completion", below=self.completion)
        self._row("kv", below=self.kv)
        self._row("threads", beside=self.threads)
        self._row("gpu", beside=self.gpu)
        self._row("flash", below=self.flash)
        self._row("map", below=self.map)
        self._row("keep", below=self.keep)
        self.draft = FileField(inspect)
        self.projector = FileField(lambda path: check_projector(path, self.entry.name))
        self._row("draft", below=self.draft)
        self._row("projector", below=self.projector)
        self.draft.changed.connect(lambda path: self._change(draft=path))
        self.projector.changed.connect(lambda path: self._change(projector=path))
        self.adapters = AdapterList(self.entry.architecture, self.entry.name)
        self._row("adapters", below=self.adapters)
        self.adapters.changed.connect(lambda adapters: self._change(adapters=adapters))
        self.gpu.setEnabled(self.machine.gpu_free > 0)
        self.context.valueChanged.connect(lambda value: self._change(context=self.steps[value]))
        self.context_typed.valueChanged.connect(
            lambda value: self._change(context=value and max(value, self.steps[1]))  # 0: as in the settings
        )
        self.threads.valueChanged.connect(lambda value: self._change(threads=value))
        self.gpu.valueChanged.connect(lambda value: self._change(gpu_layers=value))
        self.thinking.chosen.connect(lambda value: self._change(thinking=value))
        self.completion.chosen.connect(lambda value: self._change(completion=value))
        self.kv.chosen.connect(lambda value: self._change(kv_type=value))
        self.flash.chosen.connect(lambda value: self._change(flash_attention=value))
        self.map.chosen.connect(lambda value: self._change(memory_map=value))
        self.keep.chosen.connect(lambda value: self._change(keep_in_memory=value))

    def _row(self, name: str, *, beside: QWidget | None = None, below: QWidget | None = None) -> None:
        self.names[name], self.hints[name] = Label("subject"), Label("hint", wrap=True)
        head = QHBoxLayout()
        head.addWidget(self.names[name], 1)
        if beside is not None:
            head.addWidget(beside)
        self.column.addLayout(head)
        self.column.addSpacing(4)
        self.column.addWidget(self.hints[name])
        if below is not None:
            self.column.addSpacing(8)
            self.column.addWidget(below)
        self.column.addSpacing(24)

    # ---- values

    def show_settings(self, own: ModelSettings) -> None:
        self.showing = True
        self.own = own = own.checked()
        self.beside = bytes_beside(self.entry, own)
        near = min(range(1, len(self.steps)), key=lambda number: abs(self.steps[number] - own.context))
        self.context.setValue(near if own.context else 0)
        self.context_typed.setValue(own.context)
        self.threads.setValue(own.threads)
        self.gpu.setValue(own.gpu_layers)
        self.thinking.set_value(own.thinking)
        self.completion.set_value(own.completion)
        self.kv.set_value(own.kv_type)
        self.flash.set_value(own.flash_attention)
        self.map.set_value(own.memory_map)
        self.keep.set_value(own.keep_in_memory)
        self.draft.set_path(own.draft)
        self.projector.set_path(own.projector)
        self.adapters.set_adapters(own.adapters)
        self.showing = False
        self._judge()

    def judged(self) -> Fit:
        """What the values that are shown would take."""
        return judge_as_set(self.entry.shape, self.machine, self.own, self.general.context, self.beside)

    def _change(self, **values: object) -> None:
        if self.showing:
            return
        wanted = msgspec.structs.replace(self.own, **values)
        if values.get("kv_type", "f16") != "f16" and wanted.flash_attention == "off":
            wanted = msgspec.structs.replace(wanted, flash_attention="auto")  # one asks for the other
        self.show_settings(wanted)

    def _judge(self) -> None:
        fit = self.judged()
        color = {Verdict.FITS: "fits", Verdict.TIGHT: "brand_text", Verdict.WONT: "danger"}[fit.verdict]
        self.verdict.setText(formatting.verdict(fit.verdict))
        self.verdict.setStyleSheet(f"color: {theme.current().color(color).name()}")
        self.speed.setText(formatting.speed(fit.tokens_per_s))
        self.bar.show_fit(fit)
        parts = formatting.line(
            self.tr("model {size}").replace("{size}", i18n.size(fit.memory.weights)),
            self.tr("context {size}").replace("{size}", i18n.size(fit.memory.kv + fit.memory.state)),
            self.tr("working memory {size}").replace("{size}", i18n.size(fit.memory.buffers)),
            self.tr("other files {size}").replace("{size}", i18n.size(self.beside)) if self.beside else "",
        )
        self.needs.setText(f"{formatting.needs(fit)}\n{parts}")
        shown = i18n.grouped(self.tr("%n token(s)", "", fit.context), fit.context)
        if not self.own.context:
            all_of_it = fit.context < self.general.context
            text = (
                self.tr("As much as the model can: {tokens}") if all_of_it else self.tr("As in the settings: {tokens}")
            )
            shown = fill(text, {"tokens": shown})
        self.context_value.setText(shown)
        self.context.setAccessibleDescription(shown)
        say(self, f"{self.verdict.text()}. {self.needs.text()}")

    def _done(self, *, load: bool) -> None:
        self.saved.emit(self.entry, self.own, load)
        self.accept()

    # ---- language

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if is_language_change(event):
            self.retranslate()
            self._judge()

    def retranslate(self) -> None:
        entry = self.entry
        self.setWindowTitle(self.tr("Settings of this model"))
        self.title.setText(entry.name)
        self.subtitle.setText(formatting.line(formatting.name(entry.quantization), i18n.size(entry.file_bytes)))
        no_gpu = "" if self.machine.gpu_free else self.tr("On this computer the engine uses the processor only.")
        texts = {
            "context": (
                self.tr("Context"),
                self.tr("How much of a chat the model can keep in view, at most {tokens} tokens. More takes more memory.").replace(
                    "{tokens}", i18n.number(self.steps[-1])
                ),
            ),
            "completion": (
                self.tr("Answers or continues"),
                self.tr("A model that was trained on plain text only (a base model) continues what you write; the others answer."),
            ),
            "thinking": (
                self.tr("Thinking"),
                self.tr("For chats that leave the choice open. Off: answers begin at once. On: better answers to hard questions.")
                if self.has_switch
                else self.tr("Thinking can’t be switched on or off for this model."),
            ),
            "kv": (
                self.tr("Memory of the context (KV cache)"),
                self.tr(
                    "A smaller type leaves room for a longer context, but the processor then reads long chats at half the speed. With Q8_0 you will hardly notice a difference in replies; Q4_0 makes them worse."
                ),
            ),
            "threads": (self.tr("Processor threads"), self.tr("How many parts of the processor work at once. Automatic follows the settings and leaves room for other programs.")),
            "gpu": (
                self.tr("Layers on the graphics card (GPU)"),
                no_gpu or self.tr("Parts of the model that the graphics card computes. Automatic puts all of them there when the model fits; 0 uses the processor only."),
            ),
            "flash": (
                self.tr("Flash attention"),
                self.tr(
                    "Reads long chats faster, in less memory. On the processor, replies in very long chats come faster without it."
                ),
            ),
            "map": (
                self.tr("Read the model from its file (mmap)"),
                self.tr("On loads faster and lets other programs use the memory when they need it. Off copies the model into memory."),
            ),
            "keep": (
                self.tr("Keep in memory (mlock)"),
                self.tr("The system never moves the model out of memory, if it allows that, so the first reply after a pause is fast."),
            ),
            "draft": (
                self.tr("Draft model"),
                self.tr("A much smaller model of the same family that guesses the next words (speculative decoding). Replies stay the same and come faster."),
            ),
            "projector": (
                self.tr("Vision file (projector)"),
                self.tr("The file (mmproj) with which this model sees images. If it is beside the model, Samar finds it by its name."),
            ),
            "adapters": (
                self.tr("Adapters (LoRA)"),
                self.tr("Small files that teach this model something more. 1 is the full effect, 0 is none."),
            ),
        }  # fmt: skip
        fields = {
            "context": self.context,
            "thinking": self.thinking,
            "completion": self.completion,
            "kv": self.kv,
            "threads": self.threads,
            "gpu": self.gpu,
        }
        fields |= {"flash": self.flash, "map": self.map, "keep": self.keep, "adapters": self.adapters}
        fields |= {"draft": self.draft.choose, "projector": self.projector.choose}
        for name, (title, hint) in texts.items():
            self.names[name].setText(title)
            self.hints[name].setText(hint)
            fields[name].setAccessibleName(title)
            fields[name].setAccessibleDescription(hint)
        self.thinking.set_texts((self.tr("As the model decides"), self.tr("Off"), self.tr("On")))
        self.completion.set_texts((self.tr("As it was trained"), self.tr("Answers"), self.tr("Continues")))
        self.kv.set_texts((self.tr("F16, exact"), self.tr("Q8_0, half"), self.tr("Q4_0, a quarter")))
        self.flash.set_texts((self.tr("Automatic"), self.tr("On"), self.tr("Off")))
        self.map.set_texts((self.tr("On"), self.tr("Off")))
        self.keep.set_texts((self.tr("The system decides"), self.tr("Always")))
        self.context_typed.setAccessibleName(self.tr("Context in tokens"))
        self.context_typed.setAccessibleDescription(texts["context"][1])
        for field in (self.threads, self.gpu, self.context_typed):
            field.setSpecialValueText(self.tr("Automatic"))
        self.draft.set_none(self.tr("None"))
        self.projector.set_none(self.tr("The one beside the model, if there is one"))
        self.reset.setText(self.tr("Back to the original values"))
        self.close_button.setText(self.tr("Cancel"))
        self.save.setText(self.tr("Save"))
        self.use.setText(self.tr("Save and load again") if self.loaded else self.tr("Save and use"))
