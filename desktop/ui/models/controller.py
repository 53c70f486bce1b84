"""Which model answers: loading at start, choosing, opening and dropping files."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog

from desktop.core.errors import SamarError
from desktop.core.files import is_file
from desktop.core.generation import GenerationStats
from desktop.core.load_mark import LoadMark
from desktop.core.model import ModelInfo
from desktop.core.paths import Paths, starter_model
from desktop.core.reads import within
from desktop.ui import i18n
from desktop.ui.chat.model_picker import ModelChoice
from desktop.ui.main_window import MainWindow
from desktop.ui.models.first import WAIT_S, first_model, name_of
from desktop.ui.preferences import Preferences
from desktop.workers.generation import GenerationWorker, LoadOptions

MOST_KNOWN = 30


@cache
def starter_questions(language: str) -> tuple[str, ...]:
    """What the bundled model answers well, best first (assets/starter/suggestions.json, checked by its evaluation)."""
    return tuple(json.loads((starter_model().parent / "suggestions.json").read_text(encoding="utf-8"))[language])


class ModelController(QObject):
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

    def __init__(
        self,
        window: MainWindow,
        worker: GenerationWorker,
        preferences: Preferences,
        mark: LoadMark,
        paths: Paths,
        in_background: Callable[[Callable[[], object]], None] = lambda job: None,
    ) -> None:
        """in_background: runs what nobody waits for, such as noting how fast a reply was."""
        super().__init__(window)
        self.window, self.worker, self.preferences, self.mark = window, worker, preferences, mark
        self.paths, self.in_background = paths, in_background
        self.wanted: Path | None = None
        """The model that is being loaded or is loaded."""
        self.library: list[Path] = []
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

    def load(self, path: Path) -> None:
        """Load the model that the person wants, in the place of the loaded one."""
        self.window.composer.focus()
        self.chosen.emit()
        self._load(path)

    def _load(self, path: Path) -> None:
        self.wanted = path
        self.window.picker.set_loading(str(path), self._name(path), None)
        self.window.empty.set_loading(self._name(path))
        self.worker.load(path, lambda: self._options(path))

    def _options(self, path: Path) -> LoadOptions:
        """In the worker's thread. What reads models' headers is imported with the first one, not with the window."""
        from desktop.workers.loading import options_of

        return options_of(self.paths, self.preferences.value, path)

    def add(self, path: Path) -> None:
        """Put a model into the picker without loading it."""
        known = [str(path), *(p for p in self.preferences.value.known_models if p != str(path))]
        self.preferences.change(known_models=tuple(known[:MOST_KNOWN]))
        self._show_choices()

    def show_library(self, paths: list[Path]) -> None:
        """What the models room found on this computer joins the picker."""
        self.library = paths
        self._show_choices()

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
        self.preferences.change(last_model="" if starter else info.path, known_models=tuple(known[:MOST_KNOWN]))
        self._show_choices()
        self._show_current()
        if info.context_limit == "memory":
            text = self.tr("The context is %n token(s), as much as the free memory holds.", "", info.context)
            self.notice.emit(text)
        if info.template_problem:
            self.notice.emit(self.tr("This model's chat template does not work: answers may be odd."))
        elif not info.has_template:
            self.notice.emit(self.tr("This model has no chat template: answers may be odd."))

    def _on_reply(self, _message_id: int, stats: GenerationStats) -> None:
        """How fast a reply was is worth knowing for the next prediction."""
        info = self.worker.model
        from desktop.workers.loading import LEAST_REPLY, learn_from

        if info is not None and not info.gpu_layers and stats.reply_tokens >= LEAST_REPLY:
            self.in_background(lambda: learn_from(self.paths, info, stats))

    def _on_failed(self, problem: SamarError) -> None:
        self.error_occurred.emit(problem)
        self._show_current()

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
        choices += [ModelChoice(str(p), self._name(p), "", str(p.parent)) for p in there]
        self.window.picker.set_models(choices)

    def retranslate(self) -> None:
        """Say everything anew in another language."""
        self._show_choices()
        self._show_current()

    def _shown_name(self, info: ModelInfo) -> str:
        return self._name(Path(info.path)) if self._is_starter(Path(info.path)) else info.name

    def _name(self, path: Path) -> str:
        return name_of(path)

    @staticmethod
    def _is_starter(path: Path) -> bool:
        return path == starter_model()
