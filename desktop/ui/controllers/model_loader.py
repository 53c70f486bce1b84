"""Which model answers: loading at start, choosing, opening and dropping files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog

from desktop.core.crash_guard import CrashGuard
from desktop.core.errors import SamarError
from desktop.core.files import is_file
from desktop.core.generation import GenerationStats
from desktop.core.languages import Language
from desktop.core.model import ModelInfo
from desktop.core.paths import Paths, starter_model
from desktop.core.reads import within
from desktop.ui import i18n
from desktop.ui.main_window import MainWindow
from desktop.ui.models.initial_model import WAIT_S, first_model, name_of
from desktop.ui.models.picker import ModelChoice
from desktop.ui.preferences import Preferences
from desktop.workers.generation import GenerationWorker, LoadOptions

if TYPE_CHECKING:
    from desktop.models.entry import Entry

MOST_KNOWN = 30
LEAST_CONTEXT = 2048
"""Tokens of a context in which one can still talk."""
ADAPTER_CODES = frozenset(("adapter_unfit", "adapter_activated", "not_an_adapter"))
MEMORY_CODES = frozenset(("not_enough_memory", "not_enough_memory_for_this"))
SETTINGS_HELP = ADAPTER_CODES | MEMORY_CODES | {"draft_unfit", "projector_unfit", "model_missing"}
"""Errors of a load that other settings of the model may mend."""


@cache
def starter_questions(language: str) -> tuple[str, ...]:
    """What the bundled model answers well, best first (assets/starter/suggestions.json, checked by its evaluation); in
    English where it was not taught the language."""
    known = json.loads((starter_model().parent / "suggestions.json").read_text(encoding="utf-8"))
    return tuple(known.get(language, known[Language.ENGLISH.value]))


class ModelLoader(QObject):
    """Keeps the picker, the worker and the settings of one mind."""

    error_occurred = Signal(object)
    """SamarError, for the banner."""
    notice = Signal(str)
    """Something to know that is no error."""
    model_changed = Signal(object)
    """ModelInfo or None."""
    chosen = Signal()
    """The person wants another model, or the same one anew."""
    settings_requested = Signal(object)
    """Path of a model whose own settings are to be shown."""
    load_failed = Signal(object, object)
    """SamarError, and what may be done about it: texts of buttons, and what each does."""
    opened = Signal(object)
    """Path of a file that the person opened: it belongs on the list of models."""

    def __init__(
        self,
        window: MainWindow,
        worker: GenerationWorker,
        preferences: Preferences,
        mark: CrashGuard,
        paths: Paths,
        in_background: Callable[[Callable[[], object]], None] = lambda job: None,
        gpu_free: Callable[[], int] = lambda: 0,
    ) -> None:
        """in_background: runs what nobody waits for, such as noting how fast a reply was."""
        super().__init__(window)
        self.window, self.worker, self.preferences, self.mark = window, worker, preferences, mark
        self.paths, self.in_background, self.gpu_free = paths, in_background, gpu_free
        self.wanted: Path | None = None
        """The model that is being loaded or is loaded."""
        self.library: dict[Path, Entry] = {}
        """Names of the models that the list of models found."""
        self._options_used: LoadOptions | None = None
        """Of the last load."""
        picker = window.picker
        picker.model_chosen.connect(lambda path: self.load(Path(path)))
        picker.open_file_requested.connect(self.open_file)
        picker.load_cancelled.connect(worker.stop_load)
        picker.settings_requested.connect(lambda path: self.settings_requested.emit(Path(path)))
        worker.model_loading.connect(self._on_loading)
        worker.model_loaded.connect(self._on_loaded)
        worker.load_failed.connect(self._on_failed)
        worker.load_stopped.connect(self._show_current)
        worker.finished.connect(self._on_reply)
        worker.model_unloaded.connect(self._show_current)
        self._show_choices()

    def begin(self, given: Path | None = None) -> None:
        """Load the model to start with: the given one, else the last one, else the bundled one. What ended Samar or its
        engine while it was being opened the last time is left out, with a word about it."""
        path, problem = first_model(given, self.preferences.value.last_model, self.mark)
        self.mark.note(None)
        if problem:
            self.error_occurred.emit(problem)
        self._load(path)

    def load(self, path: Path, **instead: Any) -> None:
        """Load the model that the person wants, in the place of the loaded one. instead: options of this load that go before
        those that are set for the model."""
        self.window.composer.focus()
        self.chosen.emit()
        self._load(path, **instead)

    def _load(self, path: Path, **instead: Any) -> None:
        self.wanted = path
        self.window.picker.set_loading(str(path), self._name(path), None)
        self.window.empty.set_loading(self._name(path))
        self.worker.load(path, lambda: self._options(path, instead))

    def _options(self, path: Path, instead: dict[str, Any]) -> LoadOptions:
        """In the service's thread. What reads models' headers is imported with the first one, not with the window."""
        from desktop.workers.loading import options_of

        options = msgspec.structs.replace(options_of(self.paths, self.preferences.value, path), **instead)
        self._options_used = options
        return options

    def add(self, path: Path) -> None:
        """Put a model into the picker without loading it."""
        known = [str(path), *(p for p in self.preferences.value.known_models if p != str(path))]
        self.preferences.change(known_models=tuple(known[:MOST_KNOWN]))
        self._show_choices()

    def show_library(self, entries: Iterable[Entry]) -> None:
        """What the list of models found on this computer joins the picker, by its names there."""
        self.library = {Path(entry.path): entry for entry in entries}
        self._show_choices()
        self._show_current()

    def open_file(self) -> None:
        """Let the person choose a .gguf file."""
        dialog = QFileDialog(self.window, self.tr("Open a model file"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("Model files (*.gguf)"), self.tr("All files (*)")])
        dialog.fileSelected.connect(lambda name: self.load(Path(name)))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    # from the worker

    def _on_loading(self, fraction: float) -> None:
        if self.wanted:
            self.window.picker.set_loading(str(self.wanted), self._name(self.wanted), fraction)

    def _on_loaded(self, info: ModelInfo) -> None:
        self.wanted = Path(info.path)
        starter = self._is_starter(self.wanted)
        known = [info.path, *(p for p in self.preferences.value.known_models if p != info.path)]
        if starter:
            known.remove(info.path)
        else:
            self.opened.emit(Path(info.path))
        names = {**self.preferences.value.model_names, info.path: info.name}
        self.preferences.change(
            last_model="" if starter else info.path,
            known_models=tuple(known[:MOST_KNOWN]),
            model_names={path: names[path] for path in known[:MOST_KNOWN] if path in names},
        )
        self._show_choices()
        self._show_current()
        if info.context_limit == "memory":
            text = self.tr("The context is %n token(s): the free memory has room for no more.", "", info.context)
            self.notice.emit(text)
        if info.completes:
            self.notice.emit(self.tr("This model continues the text that you write. Its settings can make it answer."))
        elif info.template_problem:
            self.notice.emit(self.tr("The chat template of this model does not work: its answers may be odd."))
        elif not info.has_template:
            self.notice.emit(self.tr("This model has no chat template: its answers may be odd."))

    def _on_reply(self, _message_id: int, stats: GenerationStats) -> None:
        """How fast a reply was is worth knowing for the next prediction."""
        info = self.worker.model
        from desktop.workers.loading import LEAST_REPLY, learn_from

        if info is not None and not info.gpu_layers and stats.reply_tokens >= LEAST_REPLY:
            self.in_background(lambda: learn_from(self.paths, info, stats))

    def _on_failed(self, problem: SamarError) -> None:
        there = self.wanted is not None and within(WAIT_S, self.wanted.is_file, False)
        self.load_failed.emit(problem, self._ways_out(problem) if there else [])
        if there:
            self.opened.emit(self.wanted)
        self._show_current()

    def _ways_out(self, problem: SamarError) -> list[tuple[str, Callable[[], object]]]:
        """What may be done about a load that failed: without what did not fit, and the model's settings."""
        path, used = self.wanted, self._options_used
        assert path is not None
        found: list[tuple[str, Callable[[], object]]] = []

        def offer(text: str, **instead: Any) -> None:
            found.append((text, lambda: self.load(path, **instead)))

        code = problem.code
        of_engine = code.startswith("engine_")
        if used is not None and used.draft and (code == "draft_unfit" or of_engine):
            offer(self.tr("Load without the draft model"), draft="")
        if used is not None and used.adapters and (code in ADAPTER_CODES or of_engine):
            offer(self.tr("Load without adapters"), adapters=())
        if used is not None and used.projector and (code == "projector_unfit" or of_engine):
            offer(self.tr("Load without images"), projector="")
        if code in MEMORY_CODES and (used is None or used.context > LEAST_CONTEXT):
            offer(self.tr("Load with a shorter context"), context=LEAST_CONTEXT)
        if of_engine and used is not None and used.gpu_layers and self.gpu_free():
            offer(self.tr("Load on the processor"), gpu_layers=0)
        if code in SETTINGS_HELP or found or of_engine:
            found.append((self.tr("Settings of this model…"), lambda: self.settings_requested.emit(path)))
        return found

    def _show_current(self) -> None:
        info = self.worker.model
        if info is not None:
            path = Path(info.path)
            self.window.picker.set_loaded(info.path, self._shown_name(info), info.quantization)
            self.wanted = path
        elif self.wanted is not None:
            self.window.picker.set_failed(str(self.wanted), self._name(self.wanted))
        else:
            self.window.picker.set_empty()
        questions = starter_questions(i18n.current().value) if info and self._is_starter(Path(info.path)) else None
        self.window.empty.set_model(self._shown_name(info) if info else "", questions)
        self.model_changed.emit(info)

    # what is on this computer

    def _show_choices(self) -> None:
        known = list(dict.fromkeys([*map(Path, self.preferences.value.known_models), *self.library]))
        known = [path for path in known if not self._is_starter(path)]
        choices = [ModelChoice(str(starter_model()), self._name(starter_model()), "", self.tr("Comes with Samar"))]
        there = within(WAIT_S, lambda: [path for path in known if is_file(path)], known)
        choices += [self._choice(path) for path in there]
        self.window.picker.set_models(choices)

    def _choice(self, path: Path) -> ModelChoice:
        entry = self.library.get(path)
        if entry is None:
            return ModelChoice(str(path), self._name(path), "", str(path.parent))
        from desktop.ui.models import formatting  # no entry is known while the window starts

        note, cautions = " · ".join(formatting.entry_notes(entry)), "\n".join(formatting.cautions(entry))
        return ModelChoice(str(path), self._name(path), "", str(path.parent), note, cautions)

    def retranslate(self) -> None:
        """Say everything anew in another language."""
        self._show_choices()
        self._show_current()

    def _shown_name(self, info: ModelInfo) -> str:
        return self._name(Path(info.path)) if self._is_starter(Path(info.path)) else info.name

    def _name(self, path: Path) -> str:
        """The one name of a model: as the list of models has it, as its file said when it was last loaded, else the file's."""
        if self._is_starter(path):
            return name_of(path)
        if path in self.library:
            return self.library[path].name
        return self.preferences.value.model_names.get(str(path)) or name_of(path)

    @staticmethod
    def _is_starter(path: Path) -> bool:
        return path == starter_model()
