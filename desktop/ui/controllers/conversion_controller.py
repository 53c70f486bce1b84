"""A checkpoint folder dropped on the window becomes a model in the picker."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Signal

from desktop.core.errors import SamarError
from desktop.core.files import is_file
from desktop.core.languages import Language
from desktop.core.reasons import QT_TRANSLATE_NOOP, plain
from desktop.models.fit import Machine, rough
from desktop.ui import i18n
from desktop.ui.main_window import MainWindow
from desktop.ui.models.plan_card import PlanCard, PlanView, TypeChoice
from desktop.workers.conversion import Conversion, ConversionPlan

SHOWN_TYPES = ("Q4_K_M", "Q5_K_M", "Q6_K", "Q8_0", "BF16", "F16", "Q4_0", "IQ4_XS", "Q3_K_M", "Q2_K")
CPU_SECONDS_PER_PARAMETER = 56 / 1.2e9
"""Of quantizing to Q4_K_M, seen on one x86-64 core with AVX2 (benchmarks/)."""


def is_checkpoint(folder: Path) -> bool:
    """Whether a folder looks like a Hugging Face checkpoint or adapter."""
    return is_file(folder / "config.json") or is_file(folder / "adapter_config.json")


REASONS: Mapping[str, str] = {
    # codes of converter.errors.ExitStatus
    "not_a_checkpoint": QT_TRANSLATE_NOOP("conversion", "There is no model in it that can be converted."),
    "bad_safetensors": QT_TRANSLATE_NOOP("conversion", "One of its files is damaged or incomplete."),
    "missing_shard": QT_TRANSLATE_NOOP("conversion", "One of its files is missing: the download is incomplete."),
    "duplicate_tensor": QT_TRANSLATE_NOOP("conversion", "It has the same part twice."),
    "pickle_only": QT_TRANSLATE_NOOP(
        "conversion", "It has only files of an unsafe kind (pickle), which Samar never opens."
    ),
    "unknown_architecture": QT_TRANSLATE_NOOP("conversion", "Samar does not know models of this kind."),
    "bad_tokenizer": QT_TRANSLATE_NOOP("conversion", "Its tokenizer is missing or can’t be used."),
    "bad_json": QT_TRANSLATE_NOOP("conversion", "One of its JSON files can’t be read."),
    "bad_config": QT_TRANSLATE_NOOP("conversion", "Its configuration is incomplete or contradicts itself."),
    "shape_mismatch": QT_TRANSLATE_NOOP("conversion", "Its weights do not match its configuration."),
    "not_finite": QT_TRANSLATE_NOOP("conversion", "Its weights hold values that are not numbers."),
    "missing_tensor": QT_TRANSLATE_NOOP("conversion", "A part of its weights is missing."),
    "unexpected_tensor": QT_TRANSLATE_NOOP("conversion", "It has parts that Samar does not know."),
    "already_quantized": QT_TRANSLATE_NOOP("conversion", "It is quantized already, in a way that Samar can’t convert."),
    "no_space": QT_TRANSLATE_NOOP("conversion", "There is not enough free space on the disk."),
    "output_exists": QT_TRANSLATE_NOOP("conversion", "There is a file of that name already."),
    "cannot_write": QT_TRANSLATE_NOOP("conversion", "The file can’t be written."),
    "cannot_read": QT_TRANSLATE_NOOP("conversion", "One of its files can’t be read."),
    "verification_failed": QT_TRANSLATE_NOOP("conversion", "The finished file does not work."),
    "download_failed": QT_TRANSLATE_NOOP("conversion", "It can’t be downloaded."),
    "bad_adapter": QT_TRANSLATE_NOOP("conversion", "The adapter does not match its base model, or that is missing."),
    "unsupported_type": QT_TRANSLATE_NOOP("conversion", "Samar can’t make files of this type."),
    "network_off": QT_TRANSLATE_NOOP("conversion", "Samar does not use the internet until you allow it."),
}
"""What is said in other languages than the converter's own."""


class ConversionController(QObject):
    """Shows the plan card and runs what it asks for, one folder at a time."""

    error_occurred = Signal(object)
    """SamarError."""
    begun = Signal()
    """A folder is looked at."""
    converted = Signal(object)
    """Path of a model that can be chosen now."""

    def __init__(
        self,
        window: MainWindow,
        card: PlanCard,
        models_folder: Path,
        use: Callable[[Path], None],
        network: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__(window)
        self.window, self.card, self.folder, self.use = window, card, models_folder, use
        self.work = Conversion(self, network)
        self.source: Path | None = None
        self.plan: ConversionPlan | None = None
        card.confirmed.connect(self.convert)
        card.cancelled.connect(self.cancel)
        self.work.planned.connect(self._on_planned)
        self.work.progressed.connect(card.show_progress)
        self.work.finished.connect(self._on_finished)
        self.work.failed.connect(self._on_failed)
        self.work.cancelled.connect(self._on_cancelled)

    def open(self, folder: Path) -> None:
        """Look at a folder, or a repository on the Hub (owner/name), and show what would be done."""
        if self.work.is_running:
            self.error_occurred.emit(SamarError("conversion_running"))
            return
        self.begun.emit()
        self.source = folder
        self.card.show_reading(folder.name)
        self.work.plan(folder)

    def convert(self, file_type: str) -> None:
        """Begin the work that the card showed."""
        if self.plan is None or self.source is None or self.work.is_running:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            self._on_failed("cannot_write", plain(str(problem)))
            return
        name = Path(self.plan.output).name.replace(self.plan.type, file_type)
        self.card.show_progress("read", 0.0)
        self.work.convert(self.source, file_type, free_name(self.folder / name))

    def cancel(self) -> None:
        """The person closed the card or stopped the work."""
        if self.work.is_running:
            self.work.cancel()
        else:
            self.card.dismiss()

    def close(self) -> None:
        self.work.close()

    def _on_planned(self, plan: ConversionPlan) -> None:
        import psutil

        self.plan = plan
        machine = Machine(free=psutil.virtual_memory().available)
        types = [name for name in SHOWN_TYPES if name in plan.sizes]
        chosen = plan.type if plan.type in types else types[0]
        at = self.folder if self.folder.exists() else next(p for p in self.folder.parents if p.exists())
        cores = psutil.cpu_count(logical=False) or 1
        self.card.show_plan(
            PlanView(
                name=plan.name,
                family=plan.family,
                parameters=plan.parameters,
                tokenizer=plan.tokenizer.pre if plan.tokenizer.pre != "default" else plan.tokenizer.kind,
                output=plan.output,
                choices=tuple(TypeChoice(name, plan.sizes[name], rough(plan.sizes[name], machine)) for name in types),
                chosen=chosen,
                seconds=plan.parameters * CPU_SECONDS_PER_PARAMETER / cores,
                notes=tuple(plan.notes),
                enough_disk=shutil.disk_usage(at).free > plan.sizes[chosen],
            )
        )

    def _on_finished(self, path: Path) -> None:
        self.card.dismiss()
        self.converted.emit(path)
        self.window.show_toast(
            self.tr("{name} is ready").format(name=f"\u2068{path.stem}\u2069"),
            self.tr("Use it"),
            lambda: self.use(path),
        )

    def _on_failed(self, code: str, sentence: str) -> None:
        self.card.dismiss()
        name = self.source.name if self.source else ""
        reason = sentence.rstrip(".")
        if i18n.current() is not Language.ENGLISH and code in REASONS:  # the converter speaks English only
            reason = QCoreApplication.translate("conversion", REASONS[code]).rstrip(".")
        self.error_occurred.emit(
            SamarError("conversion_failed", name=name, reason=reason, converter=code, said=sentence)
        )

    def _on_cancelled(self) -> None:
        self.card.dismiss()


def free_name(path: Path) -> Path:
    """`path`, or the same with a number where something of that name is there."""
    number, found = 2, path
    while found.exists():
        found = path.with_stem(f"{path.stem}-{number}")
        number += 1
    return found
