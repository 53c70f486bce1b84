"""The settings: five short pages; every change holds at once."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.core.generation import GenerationParams
from desktop.core.languages import SPECS, SPOKEN, Language
from desktop.core.settings import Settings, Theme
from desktop.ui import i18n, theme
from desktop.ui.panel.sampling_editor import SamplingEditor
from desktop.ui.screen_fit import resize_within_screen
from desktop.ui.settings.help_page import HelpPage
from desktop.ui.settings.search import SettingsSearch
from desktop.ui.sidebar.format_menu import FormatMenu
from desktop.ui.widgets.basic import Edge, Label, LineEdit, RowButton, Segments, say
from desktop.ui.widgets.directed_text import DirectedText
from desktop.ui.widgets.number_fields import Slider, SliderRow, WholeField
from desktop.ui.widgets.plain_text import PlainLabel

PAGES = (("text", "general"), ("tune", "replies"), ("models", "model"), ("folder", "storage"), ("info", "help"))
SETTLED_MS = 400
SMALLEST_CONTEXT, LARGEST_CONTEXT = 11, 17
LEAST_TYPED, MOST_TYPED = 1 << 9, 1 << 24
"""Powers of two: 2,048 … 131,072 tokens."""
IDLE_MINUTES = (0, 10, 60, 240)
STATES_GB = (0, 2, 4, 10, 50)
DELETED_DAYS = (0, 7, 30, 90)


class SettingsDialog(QDialog):
    settings_changed = Signal(object)
    """Settings, whole, after each change"""
    folder_requested = Signal()
    """show the data folder in the file manager"""
    export_requested = Signal(str)
    """write all chats: one of workers.transfer.FORMATS"""
    import_file_requested = Signal()
    import_folder_requested = Signal()
    transfer_cancelled = Signal()

    def __init__(
        self, parent: QWidget | None = None, settings: Settings | None = None, *, data_folder: str = "", cores: int = 0
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.settings = settings or Settings()
        self.cores = cores
        self.showing = True
        self.words: dict[str, Label] = {}
        self.nav: dict[str, RowButton] = {}
        self.pages = QStackedWidget(self)
        self._build(data_folder)
        self.settled = QTimer(self)
        self.settled.setSingleShot(True)
        self.settled.setInterval(SETTLED_MS)
        self.settled.timeout.connect(self._tell_texts)
        self._connect()
        resize_within_screen(self, 760, 560)
        self._retranslate()
        self.show_settings(self.settings)

    # --- arrangement ---

    def _build(self, data_folder: str) -> None:
        side = QWidget(self)
        side.setObjectName("sidebar")
        side.setFixedWidth(theme.width(230))
        side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        rows = QVBoxLayout(side)
        rows.setContentsMargins(12, 20, 12, 12)
        rows.setSpacing(4)
        self.heading = Label("heading", side)
        self.heading.setContentsMargins(12, 0, 12, 12)
        rows.addWidget(self.heading)
        self.finding = SettingsSearch(self.pages, side)
        rows.addWidget(self.finding)
        group = QButtonGroup(self)
        for at, (icon_name, name) in enumerate(PAGES):
            button = RowButton(icon_name, side)
            button.setCheckable(True)
            button.clicked.connect(lambda _checked=False, at=at: self.pages.setCurrentIndex(at))
            group.addButton(button)
            rows.addWidget(button)
            self.nav[name] = button
        self.nav["general"].setChecked(True)
        self.room_below = QWidget(side)
        rows.addWidget(self.room_below, 1)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(side)
        whole.addWidget(Edge(self, upright=True))
        whole.addWidget(self.pages, 1)
        self._general(self._page())
        self._replies(self._page())
        self._model(self._page())
        self._storage(self._page(), data_folder)
        self.help = HelpPage()
        self._page().addWidget(self.help)

    def _page(self) -> QVBoxLayout:
        body = QWidget()
        body.setObjectName("settingsBody")
        column = QVBoxLayout(body)
        column.setContentsMargins(28, 24, 28, 24)
        column.setSpacing(0)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(body)
        self.pages.addWidget(scroll)
        return column

    def _label(self, column: QVBoxLayout, name: str, rank: str = "subject", beside: QWidget | None = None) -> None:
        label = Label(rank, wrap=rank == "hint")
        self.words[name] = label
        if beside is None:
            column.addWidget(label)
            return
        row = QHBoxLayout()
        row.addWidget(label, 1)
        row.addWidget(beside)
        column.addLayout(row)

    def _general(self, column: QVBoxLayout) -> None:
        self.language = Segments((Language.SYSTEM, *SPOKEN))
        self.theme = Segments((Theme.SYSTEM, Theme.LIGHT, Theme.DARK))
        self.scale_value = Label("value")
        self.scale = Slider()
        self.scale.setRange(8, 20)
        self.scale.setPageStep(2)
        self.contrast = Segments((False, True))
        for name, widget in (("language", self.language), ("theme", self.theme), ("contrast", self.contrast)):
            self._label(column, name)
            column.addSpacing(10)
            column.addWidget(widget)
            column.addSpacing(28)
        self._label(column, "scale", beside=self.scale_value)
        column.addSpacing(6)
        column.addWidget(self.scale)
        column.addStretch(1)

    def _replies(self, column: QVBoxLayout) -> None:
        self.prompt = DirectedText(least=4, most=10)
        self.prompt.setObjectName("field")
        self.user_name = LineEdit()
        self.user_name.setMaxLength(100)
        self.sampling = SamplingEditor()
        self._label(column, "prompt")
        column.addSpacing(4)
        self._label(column, "prompt_hint", "hint")
        column.addSpacing(10)
        column.addWidget(self.prompt)
        column.addSpacing(28)
        self._label(column, "user_name")
        column.addSpacing(4)
        self._label(column, "user_name_hint", "hint")
        column.addSpacing(10)
        column.addWidget(self.user_name)
        column.addSpacing(28)
        self.figures = Segments((False, True))
        self._label(column, "figures")
        column.addSpacing(4)
        self._label(column, "figures_hint", "hint")
        column.addSpacing(10)
        column.addWidget(self.figures)
        column.addSpacing(28)
        self.repetition = Segments((True, False))
        self._label(column, "repetition")
        column.addSpacing(4)
        self._label(column, "repetition_hint", "hint")
        column.addSpacing(10)
        column.addWidget(self.repetition)
        column.addSpacing(28)
        self._label(column, "sampling")
        column.addSpacing(4)
        self._label(column, "sampling_hint", "hint")
        column.addSpacing(14)
        column.addWidget(self.sampling)
        column.addStretch(1)

    def _model(self, column: QVBoxLayout) -> None:
        self.context_value = Label("value")
        self.context = Slider()
        self.context.setRange(SMALLEST_CONTEXT, LARGEST_CONTEXT)
        self.context.setPageStep(1)
        self.context_typed = WholeField(LEAST_TYPED, MOST_TYPED, 1024)
        self.threads = WholeField(0, 256, 1)
        self._label(column, "context", beside=self.context_value)
        column.addSpacing(6)
        column.addWidget(SliderRow(self.context, self.context_typed))
        column.addSpacing(4)
        self._label(column, "context_hint", "hint")
        column.addSpacing(28)
        self._label(column, "threads", beside=self.threads)
        column.addSpacing(4)
        self._label(column, "threads_hint", "hint")
        column.addSpacing(28)
        self.idle = Segments(IDLE_MINUTES)
        self._label(column, "idle")
        column.addSpacing(4)
        self._label(column, "idle_hint", "hint")
        column.addSpacing(10)
        column.addWidget(self.idle)
        column.addStretch(1)

    def _storage(self, column: QVBoxLayout, data_folder: str) -> None:
        self._label(column, "folder")
        column.addSpacing(8)
        self.folder = PlainLabel(data_folder)
        self.folder.setWordWrap(True)
        self.folder.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.folder.setObjectName("path")
        column.addWidget(self.folder)
        column.addSpacing(12)
        self.open_folder = QPushButton()
        column.addLayout(leading_row(self.open_folder))
        column.addSpacing(28)
        self.states = Segments(STATES_GB)
        self._label(column, "states")
        column.addSpacing(4)
        self._label(column, "states_hint", "hint")
        column.addSpacing(10)
        column.addWidget(self.states)
        column.addSpacing(28)
        self.deleted = Segments(DELETED_DAYS)
        self._label(column, "deleted")
        column.addSpacing(4)
        self._label(column, "deleted_hint", "hint")
        column.addSpacing(10)
        column.addWidget(self.deleted)
        column.addSpacing(28)
        self._transfer(column)
        column.addSpacing(28)
        self._label(column, "privacy")
        column.addSpacing(4)
        self._label(column, "privacy_hint", "hint")
        column.addSpacing(10)
        self.network = Segments((False, True))
        column.addWidget(self.network)
        column.addStretch(1)

    def _transfer(self, column: QVBoxLayout) -> None:
        self.export_formats = FormatMenu(self, can_print=False)
        self.export_button = QPushButton()
        self.export_button.setMenu(self.export_formats)
        self.import_button = QPushButton()
        self.import_folder_button = QPushButton()
        self.transfer_note = Label("value", wrap=True)
        self.transfer_note.hide()
        self.transfer_cancel = QPushButton()
        self.transfer_cancel.setProperty("rank", "link")
        self.transfer_cancel.hide()
        self._label(column, "export")
        column.addSpacing(4)
        self._label(column, "export_hint", "hint")
        column.addSpacing(10)
        column.addLayout(leading_row(self.export_button))
        column.addSpacing(14)
        self._label(column, "export_details", "hint")
        column.addSpacing(6)
        self.export_details = Segments((False, True))
        column.addWidget(self.export_details)
        column.addSpacing(28)
        self._label(column, "import")
        column.addSpacing(4)
        self._label(column, "import_hint", "hint")
        column.addSpacing(10)
        column.addLayout(leading_row(self.import_button, self.import_folder_button))
        column.addSpacing(8)
        column.addWidget(self.transfer_note)
        column.addLayout(leading_row(self.transfer_cancel))

    def _show_results(self, searching: bool) -> None:
        """The results stand in the place of the pages' names."""
        for button in self.nav.values():
            button.setVisible(not searching)
        self.room_below.setVisible(not searching)

    def _connect(self) -> None:
        self.finding.searching.connect(self._show_results)
        self.finding.page_wanted.connect(lambda page: self.open_page(PAGES[page][1]))
        shortcut = QShortcut(QKeySequence.StandardKey.Find, self)
        shortcut.activated.connect(lambda: self.search(self.finding.field.text()))
        self.export_formats.chosen.connect(self.export_requested)
        self.import_button.clicked.connect(self.import_file_requested)
        self.import_folder_button.clicked.connect(self.import_folder_requested)
        self.transfer_cancel.clicked.connect(self.transfer_cancelled)
        self.language.chosen.connect(lambda value: self._change(language=value))
        self.theme.chosen.connect(lambda value: self._change(theme=value))
        self.figures.chosen.connect(lambda value: self._change(show_figures=value))
        self.repetition.chosen.connect(lambda value: self._change(stop_repetition=value))
        self.contrast.chosen.connect(lambda value: self._change(high_contrast=value))
        self.network.chosen.connect(lambda value: self._change(network_allowed=value))
        self.idle.chosen.connect(lambda value: self._change(idle_minutes=value))
        self.states.chosen.connect(lambda value: self._change(states_gb=value))
        self.export_details.chosen.connect(lambda value: self._change(export_details=value))
        self.deleted.chosen.connect(lambda value: self._change(deleted_days=value))
        self.help.weekly_chosen.connect(lambda value: self._change(update_weekly=value))
        self.help.network_allowed.connect(self._allow_network)
        self.scale.valueChanged.connect(lambda value: self._change(text_scale=value / 10))
        self.context.valueChanged.connect(lambda value: self._change_context(1 << value))
        self.context_typed.valueChanged.connect(self._change_context)
        self.threads.valueChanged.connect(lambda value: self._change(threads=value))
        self.sampling.params_changed.connect(lambda params: self._change(params=params))
        self.sampling.presets_changed.connect(lambda presets: self._change(presets=presets))
        self.sampling.unfolded_changed.connect(lambda visible: self._change(advanced_visible=visible))
        for field in (self.prompt, self.user_name):
            field.textChanged.connect(self.settled.start)
        self.open_folder.clicked.connect(self.folder_requested)

    # --- values ---

    def show_transfer(self, text: str, running: bool) -> None:
        """How an export or import goes, or how it went."""
        self.transfer_note.setText(text)
        self.transfer_note.show()
        self.transfer_cancel.setVisible(running)
        for button in (self.export_button, self.import_button, self.import_folder_button):
            button.setEnabled(not running)
        if not running:
            say(self, text)

    def show_settings(self, settings: Settings) -> None:
        """Show settings that were changed elsewhere, without a signal."""
        self.settings = settings
        self.showing = True
        self.language.set_value(settings.language)
        self.theme.set_value(settings.theme)
        self.contrast.set_value(settings.high_contrast)
        self.figures.set_value(settings.show_figures)
        self.repetition.set_value(settings.stop_repetition)
        self.network.set_value(settings.network_allowed)
        self.export_details.set_value(settings.export_details)
        self.help.show_settings(settings)
        self.scale.setValue(round(settings.text_scale * 10))
        self.prompt.setPlainText(settings.system_prompt)
        self.user_name.setText(settings.user_name)
        self.sampling.set_unfolded(settings.advanced_visible)
        self.sampling.set_params(settings.params, GenerationParams())
        self.sampling.set_presets(settings.presets)
        self._show_context(settings.context)
        self.threads.setValue(settings.threads)
        self.idle.set_value(nearest(IDLE_MINUTES, settings.idle_minutes))
        self.states.set_value(nearest(STATES_GB, settings.states_gb))
        self.deleted.set_value(nearest(DELETED_DAYS, settings.deleted_days))
        self.settled.stop()
        self.showing = False
        self._figures()

    def open_page(self, name: str) -> None:
        """Turn to a page: one of PAGES."""
        self.nav[name].setChecked(True)
        self.pages.setCurrentIndex([page for _icon, page in PAGES].index(name))

    def search(self, query: str) -> None:
        """Look for options, in the labels and explanations of every page."""
        self.finding.set_query(query)

    def _allow_network(self) -> None:
        self.network.set_value(True)
        self._change(network_allowed=True)
        self.help.check_requested.emit()

    def _change(self, **values: object) -> None:
        if self.showing:
            return
        self.settings = msgspec.structs.replace(self.settings, **values)
        self._figures()
        self.settings_changed.emit(self.settings)

    def _change_context(self, tokens: int) -> None:
        if not self.showing:
            self.showing = True
            self._show_context(tokens)
            self.showing = False
            self._change(context=tokens)

    def _show_context(self, tokens: int) -> None:
        self.context.setValue(min(max(tokens.bit_length() - 1, SMALLEST_CONTEXT), LARGEST_CONTEXT))
        self.context_typed.setValue(tokens)

    def _tell_texts(self) -> None:
        texts = {"system_prompt": self.prompt.toPlainText(), "user_name": self.user_name.text()}
        if any(text != getattr(self.settings, name) for name, text in texts.items()):
            self._change(**texts)

    def done(self, result: int) -> None:
        self.settled.stop()
        self._tell_texts()
        super().done(result)

    def closeEvent(self, event: QEvent) -> None:
        self.settled.stop()
        self._tell_texts()
        super().closeEvent(event)  # type: ignore[arg-type]

    def _figures(self) -> None:
        self.scale_value.setText(f"{round(self.settings.text_scale * 100)}%")
        self.context_value.setText(
            i18n.grouped(self.tr("%n token(s)", "", self.settings.context), self.settings.context)
        )

    # --- language ---

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Settings"))
        self.heading.setText(self.tr("Settings"))
        pages = {
            "general": self.tr("General"),
            "replies": self.tr("Replies"),
            "model": self.tr("Engine"),
            "storage": self.tr("Data"),
            "help": self.tr("Help"),
        }
        for name, text in pages.items():
            self.nav[name].setText(text)
            self.nav[name].setAccessibleName(text)
        self.finding.page_names = [pages[name] for _icon, name in PAGES]
        texts = {
            "language": self.tr("Language"),
            "theme": self.tr("Theme"),
            "contrast": self.tr("Contrast"),
            "scale": self.tr("Text size"),
            "prompt": self.tr("System prompt"),
            "prompt_hint": self.tr(
                "What the model is told in every new chat. Each chat can have its own, in its panel."
            ),
            "user_name": self.tr("Your name"),
            "user_name_hint": self.tr("Takes the place of {user} in a system prompt. It does not leave this computer."),
            "figures": self.tr("Speed under replies"),
            "figures_hint": self.tr(
                "How long a reply took and how many tokens it has. The menu “More” below a reply always shows it."
            ),
            "repetition": self.tr("Endless repetition"),
            "repetition_hint": self.tr("What happens to a reply that writes the same text again and again."),
            "sampling": self.tr("How replies are written"),
            "sampling_hint": self.tr(
                "Models whose makers set values of their own keep them until you change something here."
            ),
            "context": self.tr("Context"),
            "context_hint": self.tr(
                "How much of a chat the model can keep in view. More takes more memory. When it does not fit, Samar lowers it and tells you."
            ),
            "threads": self.tr("Processor threads"),
            "threads_hint": self.tr(
                "Automatic leaves room for your other programs. This computer has %n core(s).", "", self.cores
            )
            if self.cores
            else self.tr("Automatic leaves room for your other programs."),
            "idle": self.tr("Free the memory when unused"),
            "idle_hint": self.tr("The model is loaded again, by itself, with your next message."),
            "folder": self.tr("Your chats and settings are in this folder"),
            "states": self.tr("Reopen chats without reading them again"),
            "states_hint": self.tr(
                "What the model has read is kept on this computer, so that it answers at once. This is your chats in the model’s own form. It is erased together with them, and never saved for temporary chats."
            ),
            "deleted": self.tr("Keep deleted chats"),
            "deleted_hint": self.tr(
                "Until then they are in “Recently deleted”, in the menu beside the search field. Only days on which Samar is open count."
            ),
            "export": self.tr("Export"),
            "export_details": self.tr(
                "Word, PDF, printed pages, web pages and Markdown contain the conversation alone, or also the instructions, the names of the models and what they thought."
            ),
            "export_hint": self.tr(
                "All chats in one file. A single chat is exported or printed from its menu in the side bar, a reply from the menu under it."
            ),
            "import": self.tr("Import"),
            "import_hint": self.tr(
                "Files of Samar, and exports of ChatGPT, Open WebUI and Jan. Chats that are here already stay as they are."
            ),
            "privacy": self.tr("Everything stays on this computer"),
            "privacy_hint": self.tr("No account, no tracking. Samar connects to nothing unless you ask for it."),
        }
        for name, text in texts.items():
            self.words[name].setText(text)
        self.language.set_texts((self.tr("System"), *(spec.name for spec in SPECS.values())))
        self.theme.set_texts((self.tr("System"), self.tr("Light"), self.tr("Dark")))
        self.figures.set_texts((self.tr("Hidden"), self.tr("Shown")))
        self.repetition.set_texts((self.tr("Stop it"), self.tr("Let it go on")))
        self.repetition.setAccessibleName(texts["repetition"])
        self.repetition.setAccessibleDescription(texts["repetition_hint"])
        self.figures.setAccessibleName(texts["figures"])
        self.figures.setAccessibleDescription(texts["figures_hint"])
        self.contrast.set_texts((self.tr("System"), self.tr("High")))
        self.export_details.set_texts((self.tr("The conversation alone"), self.tr("Everything")))
        self.export_details.setAccessibleName(self.tr("What exports contain"))
        self.network.set_texts((self.tr("Never use the internet"), self.tr("Only when I ask for it")))
        self.network.setAccessibleName(self.tr("Internet"))
        self.idle.set_texts(
            (
                self.tr("Never"),
                self.tr("%n minute(s)", "", IDLE_MINUTES[1]),
                self.tr("%n hour(s)", "", IDLE_MINUTES[2] // 60),
                self.tr("%n hour(s)", "", IDLE_MINUTES[3] // 60),
            )
        )
        self.states.set_texts((self.tr("Off"), *(i18n.gigabytes(gb) for gb in STATES_GB[1:])))
        self.deleted.set_texts(
            (
                self.tr("Not at all"),
                *(i18n.grouped(self.tr("%n day(s)", "", days), days) for days in DELETED_DAYS[1:]),
            )
        )
        for widget, name in ((self.idle, "idle"), (self.states, "states"), (self.deleted, "deleted")):
            widget.setAccessibleName(texts[name])
            widget.setAccessibleDescription(texts[f"{name}_hint"])
        self.language.setAccessibleName(texts["language"])
        self.theme.setAccessibleName(texts["theme"])
        self.contrast.setAccessibleName(texts["contrast"])
        self.scale.setAccessibleName(texts["scale"])
        self.context.setAccessibleName(texts["context"])
        self.context.setAccessibleDescription(texts["context_hint"])
        self.context_typed.setAccessibleName(self.tr("Context in tokens"))
        self.context_typed.setAccessibleDescription(texts["context_hint"])
        self.threads.setAccessibleName(texts["threads"])
        self.threads.setAccessibleDescription(texts["threads_hint"])
        self.threads.setSpecialValueText(self.tr("Automatic"))
        self.prompt.setAccessibleName(texts["prompt"])
        self.user_name.setAccessibleName(texts["user_name"])
        self.user_name.setAccessibleDescription(texts["user_name_hint"])
        self.prompt.set_placeholder(self.tr("How should models answer?"))
        self.folder.setAccessibleName(texts["folder"])
        self.open_folder.setText(self.tr("Open the folder"))
        self.export_button.setText(self.tr("Export all chats"))
        self.export_formats.retranslate()
        self.import_button.setText(self.tr("Import a file…"))
        self.import_folder_button.setText(self.tr("Import Jan’s folder…"))
        self.transfer_cancel.setText(self.tr("Cancel"))
        self._figures()


def nearest(choices: Sequence[int], value: int) -> int:
    """The choice that a figure from a file stands for."""
    return min(choices, key=lambda choice: abs(choice - value))


def leading_row(*widgets: QWidget) -> QHBoxLayout:
    """Widgets side by side, from where a line begins."""
    row = QHBoxLayout()
    row.setSpacing(8)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return row
