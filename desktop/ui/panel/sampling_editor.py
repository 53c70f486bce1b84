"""Sampling parameters with plain explanations; used by the panel of a chat and by the settings."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import msgspec
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from desktop.core.generation import WHAT_TO_WRITE, GenerationParams
from desktop.core.presets import BUILT_IN, Preset, applied, name_of
from desktop.ui.panel.reply_form import ReplyForm
from desktop.ui.widgets.basic import Label, LineEdit
from desktop.ui.widgets.number_fields import Disclosure, NumberField, Slider, WholeField

STEPS = 40
"""Of the creativity slider: 0.00 … 2.00 by 0.05."""
_MILLION = 1_000_000
GROUPS: dict[str, tuple[str, ...]] = {
    "choosing": ("top_k", "top_p", "min_p", "typical_p", "top_n_sigma"),
    "repeating": (
        *("repeat_penalty", "repeat_last_n", "presence_penalty", "frequency_penalty"),
        *("dry_multiplier", "dry_base", "dry_allowed_length", "dry_last_n"),
    ),
    "surprising": (
        *("xtc_probability", "xtc_threshold", "dynatemp_range", "dynatemp_exponent"),
        *("adaptive_target", "adaptive_decay", "mirostat", "mirostat_tau", "mirostat_eta"),
    ),
    "ending": ("seed",),
}
WHOLE = {
    # name: (least, most, step)
    "top_k": (0, _MILLION, 5),
    "repeat_last_n": (0, _MILLION, 16),
    "dry_allowed_length": (1, 1000, 1),
    "dry_last_n": (0, _MILLION, 64),
    "mirostat": (0, 2, 1),
    "seed": (-1, 2**31 - 1, 1),
}
REAL = {
    # name: (least, most, step)
    "top_p": (0.0, 1.0, 0.05),
    "min_p": (0.0, 1.0, 0.01),
    "typical_p": (0.0, 1.0, 0.05),
    "top_n_sigma": (-1.0, 100.0, 0.5),
    "repeat_penalty": (0.1, 10.0, 0.05),
    "presence_penalty": (-2.0, 2.0, 0.1),
    "frequency_penalty": (-2.0, 2.0, 0.1),
    "dry_multiplier": (0.0, 10.0, 0.1),
    "dry_base": (1.0, 10.0, 0.05),
    "xtc_probability": (0.0, 1.0, 0.05),
    "xtc_threshold": (0.0, 1.0, 0.05),
    "dynatemp_range": (0.0, 5.0, 0.1),
    "dynatemp_exponent": (0.1, 10.0, 0.1),
    "adaptive_target": (-1.0, 1.0, 0.05),
    "adaptive_decay": (0.0, 0.99, 0.05),
    "mirostat_tau": (0.0, 20.0, 0.5),
    "mirostat_eta": (0.0, 1.0, 0.05),
}


class SamplingEditor(QWidget):
    """Shows the parameters that hold; emits them when the person changes one, None for "the model's own"."""

    params_changed = Signal(object)
    """GenerationParams or None"""
    presets_changed = Signal(object)
    """tuple of Preset: the person's own"""
    unfolded_changed = Signal(bool)
    """The person showed or hid the advanced settings."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.params: GenerationParams | None = None
        self.defaults = GenerationParams()
        self.presets: tuple[Preset, ...] = ()
        self.showing = False
        self.unfolded = False
        """Whether the person wants to see the advanced settings, also where none of them is changed."""
        self.labels: dict[str, Label] = {}
        self.hints: dict[str, Label] = {}
        self.groups: dict[str, Label] = {}
        self.fields: dict[str, WholeField | NumberField] = {}
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)

        self.preset = QPushButton(self)
        self._row("preset", self.preset)
        self._hint("preset")
        self.creativity = Slider(self)
        self.creativity.setRange(0, STEPS)
        self.creativity.setPageStep(4)
        self.creativity_value = Label("value", self)
        self._row("creativity", self.creativity_value)
        self.column.addSpacing(2)
        self.column.addWidget(self.creativity)
        self._hint("creativity")
        self.max_tokens = WholeField(0, _MILLION, 128, self)
        self._row("max_tokens", self.max_tokens)
        self._hint("max_tokens")
        self.form = ReplyForm(self)
        self.column.addWidget(self.form)
        self.column.addSpacing(12)

        self.more = Disclosure(self)
        self.column.addWidget(self.more)
        self.advanced = QWidget(self)
        self.advanced.hide()
        self._lay_out_advanced()
        self.column.addWidget(self.advanced)
        self.reset = QPushButton(self)
        self.reset.setProperty("rank", "link")
        back = QHBoxLayout()
        back.setContentsMargins(0, 4, 0, 0)
        back.addWidget(self.reset)
        back.addStretch(1)
        self.column.addLayout(back)

        self.more.toggled.connect(self.advanced.setVisible)
        self.more.clicked.connect(self._fold)
        self.preset.clicked.connect(self.open_presets)
        self.creativity.valueChanged.connect(self._creativity_edited)
        self.max_tokens.valueChanged.connect(lambda value: self._set(max_tokens=value or None))
        for name, field in self.fields.items():
            field.valueChanged.connect(partial(self._edited, name))
        self.stop.editingFinished.connect(self._stop_edited)
        self.form.form_changed.connect(lambda schema, grammar: self._set(json_schema=schema, grammar=grammar))
        self.reset.clicked.connect(self._reset)
        self._retranslate()
        self.set_params(None, self.defaults)

    def _lay_out_advanced(self) -> None:
        outer, self.column = self.column, QVBoxLayout(self.advanced)
        self.column.setContentsMargins(0, 8, 0, 0)
        self.column.setSpacing(0)
        for group, names in GROUPS.items():
            heading = self.groups[group] = Label("subject", self)
            heading.setContentsMargins(0, 4, 0, 10)
            self.column.addWidget(heading)
            for name in names:
                if name in WHOLE:
                    field: WholeField | NumberField = WholeField(*WHOLE[name], self)
                else:
                    field = NumberField(*REAL[name], 2, self)
                self.fields[name] = field
                setattr(self, name, field)
                self._row(name, field)
                self._hint(name)
        self.stop = LineEdit(self)
        self._row("stop", None)
        self.column.addSpacing(6)
        self.column.addWidget(self.stop)
        self._hint("stop")
        self.column = outer

    def _row(self, name: str, field: QWidget | None) -> None:
        label = Label("label", self)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label, 1)
        if field is not None:
            row.addWidget(field)
        self.column.addLayout(row)
        self.labels[name] = label

    def _hint(self, name: str) -> None:
        hint = Label("hint", self, wrap=True)
        hint.setContentsMargins(0, 4, 0, 16)
        self.column.addWidget(hint)
        self.hints[name] = hint

    # --- values ---

    def set_params(self, params: GenerationParams | None, defaults: GenerationParams) -> None:
        """params: the person's own, None while `defaults` (the model's hints or the settings') hold."""
        is_news = (params, defaults) != (self.params, self.defaults)
        self.params, self.defaults = params, defaults
        if is_news:
            self.more.setChecked(self.unfolded or self.is_advanced())
        shown = self.shown().checked()
        self.showing = True
        self.creativity.setValue(round(shown.temperature * 20))
        self.max_tokens.setValue(shown.max_tokens or 0)
        for name, field in self.fields.items():
            if name == "seed":
                field.setValue(-1 if shown.seed is None else min(shown.seed, 2**31 - 1))
            else:
                field.setValue(getattr(shown, name))
        self.stop.setText(" | ".join(text.replace("\n", "\\n") for text in shown.stop))
        self.form.set_form(shown.json_schema, shown.grammar)
        self.showing = False
        self._tell()

    def shown(self) -> GenerationParams:
        """What holds."""
        return self.params.over(self.defaults) if self.params else self.defaults

    def set_unfolded(self, unfolded: bool) -> None:
        """Whether the advanced settings are shown though none of them is changed."""
        if unfolded != self.unfolded:
            self.unfolded = unfolded
            self.more.setChecked(unfolded or self.is_advanced())

    def is_advanced(self) -> bool:
        """Whether one of the advanced settings is changed; those that come with a style are not."""
        if self.params is None:
            return False
        shown, names = self.shown(), {*self.fields, "stop"}
        if self.params.follows or self._style() is not None:
            names &= set(WHAT_TO_WRITE)
        return any(getattr(shown, name) != getattr(self.defaults, name) for name in names)

    def _fold(self, unfolded: bool) -> None:
        self.unfolded = unfolded
        self.unfolded_changed.emit(unfolded)

    def set_presets(self, presets: Sequence[Preset]) -> None:
        """The person's own."""
        self.presets = tuple(presets)
        self._tell()

    def _set(self, **values: object) -> None:
        """Change what the person changed, and nothing else: fields show fewer digits than a model's hints may have."""
        if self.showing:
            return
        changed = msgspec.structs.replace(self.shown(), **values)
        if changed == self.shown():
            return
        chooses = self.params is not None and not self.params.follows
        self.params = changed if chooses or not set(values) <= set(WHAT_TO_WRITE) else self._following(changed)
        self._tell()
        self.params_changed.emit(self.params)

    def _following(self, params: GenerationParams) -> GenerationParams | None:
        """Only what `params` say to write, as the person's own; None where that is what holds in any case."""
        if params.written_over(self.defaults) == self.defaults:
            return None
        return msgspec.structs.replace(params.written_over(GenerationParams()), follows=True)

    def _edited(self, name: str, value: float) -> None:
        if name == "seed":
            self._set(seed=None if value < 0 else value)
        else:
            self._set(**{name: value if name in WHOLE else round(value, 4)})

    def _creativity_edited(self, value: int) -> None:
        base = self.shown().temperature
        if abs(base - value / 20) >= 0.026:  # a finer value than a step is kept
            self._set(temperature=value / 20)

    def _stop_edited(self) -> None:
        parts = [part.strip().replace("\\n", "\n") for part in self.stop.text().split("|")]
        self._set(stop=tuple(part for part in parts if part))

    def _reset(self) -> None:
        self.form.forget()
        self.set_params(None, self.defaults)
        self.params_changed.emit(None)

    def _tell(self) -> None:
        shown = self.shown()
        temperature = shown.temperature
        self.creativity_value.setText(f"{temperature:.2f}".rstrip("0").rstrip(".") if temperature else "0")
        self.reset.setVisible(self.params is not None)
        self.preset.setText(self._preset_name())
        self.preset.setAccessibleName(f"{self.labels['preset'].text()}: {self.preset.text()}")

    # --- presets ---

    def _preset_name(self) -> str:
        """Of what holds now."""
        if self.params is None or self.params.follows:
            return self.tr("As its makers set it")
        return self._style() or self.tr("Your own values")

    def _style(self) -> str | None:
        """The name that the person's values have."""
        own = next((preset.name for preset in self.presets if preset.params == self.params), None)
        built_in = name_of(self.params) if self.params is not None else None
        return own or (self._built_in_names()[built_in] if built_in else None)

    def _built_in_names(self) -> dict[str, str]:
        return {"precise": self.tr("Precise"), "balanced": self.tr("Balanced"), "creative": self.tr("Creative")}

    def preset_menu(self) -> QMenu:
        """The model's own, the built-in ones, the person's, and what can be done with these."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        now = self._preset_name()
        entries = [(self.tr("As its makers set it"), lambda: self._use(self._following(self.shown())))]
        entries += [(self._built_in_names()[name], partial(self._use_built_in, name)) for name in BUILT_IN]
        own = [(preset.name, partial(self._use, preset.params)) for preset in self.presets]
        for part in (entries, own):
            for text, act in part:
                action = menu.addAction(text.replace("&", "&&"))
                action.setCheckable(True)
                action.setChecked(text == now)
                action.triggered.connect(lambda _=False, act=act: act())
            menu.addSeparator()
        save = menu.addAction(self.tr("Save as a style…"))
        save.setEnabled(self.params is not None)
        save.triggered.connect(self.ask_name)
        if self.presets:
            remove = menu.addMenu(self.tr("Remove a style"))
            for preset in self.presets:
                action = remove.addAction(preset.name.replace("&", "&&"))
                action.triggered.connect(lambda _=False, name=preset.name: self.remove_preset(name))
        return menu

    def open_presets(self) -> None:
        self.preset_menu().popup(self.preset.mapToGlobal(self.preset.rect().bottomLeft()))

    def _use_built_in(self, name: str) -> None:
        self._use(applied(name, self.shown()))

    def _use(self, params: GenerationParams | None) -> None:
        self.set_params(params, self.defaults)
        self.params_changed.emit(params)

    def ask_name(self) -> None:
        from desktop.ui.widgets.sheet import ask_text  # not for the window's first picture

        text = self.tr("Name of the style")
        buttons = (self.tr("Save"), self.tr("Cancel"))
        ask_text(self, self.tr("Save as a style"), text, buttons, self.save_preset)

    def save_preset(self, name: str) -> None:
        """Keep what holds now under a name; one of the same name gives way."""
        name = " ".join(name.split())
        if name and self.params is not None:
            kept = tuple(preset for preset in self.presets if preset.name != name)
            self.set_presets((*kept, Preset(name=name, params=self.shown())))
            self.presets_changed.emit(self.presets)

    def remove_preset(self, name: str) -> None:
        self.set_presets(tuple(preset for preset in self.presets if preset.name != name))
        self.presets_changed.emit(self.presets)

    # --- words ---

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        from desktop.ui.panel.sampling_texts import explanations

        for name, (label, hint) in explanations().items():
            if name in self.groups:
                self.groups[name].setText(label)
                continue
            self.labels[name].setText(label)
            self.hints[name].setText(hint)
            field = self.fields.get(name) or getattr(self, name)
            field.setAccessibleName(label)
            field.setAccessibleDescription(hint)
        self.max_tokens.setSpecialValueText(self.tr("Automatic"))
        for name in ("top_k", "repeat_last_n", "dry_last_n", "mirostat"):
            self.fields[name].setSpecialValueText(self.tr("Off"))
        for name in ("top_n_sigma", "adaptive_target", "xtc_probability", "dynatemp_range", "dry_multiplier"):
            self.fields[name].setSpecialValueText(self.tr("Off"))
        self.fields["seed"].setSpecialValueText(self.tr("Random"))
        self.more.setText(self.tr("Advanced"))
        self.more.setAccessibleName(self.tr("Advanced"))
        self.more.setAccessibleDescription(self.tr("Values that are rarely needed: top-k, repetition, seed and others"))
        self.reset.setText(self.tr("Back to the model’s own values"))
        self._tell()
