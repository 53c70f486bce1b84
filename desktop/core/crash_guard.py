"""Remembers on disk which model is being opened by native code, so that what ended Samar is not opened again at start."""

from __future__ import annotations

import contextlib
import logging
from pathlib import Path

from desktop.core import private_files
from desktop.core.files import read_regular

log = logging.getLogger(__name__)


class CrashGuard:
    """A one-line file that exists while a model is being loaded. Set and cleared in any thread."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def note(self, model: Path | None) -> None:
        """A load begins, or (None) it ended in an orderly way."""
        try:
            if model is None:
                self.path.unlink(missing_ok=True)
            else:
                private_files.make_folder(self.path.parent)
                private_files.write(self.path, str(model).encode("utf-8", "surrogateescape"))
        except OSError as problem:  # a read-only folder: the load is not refused for it
            log.warning("the load of %s could not be noted: %s", model, problem)

    def left_over(self) -> Path | None:
        """The model whose load never ended."""
        with contextlib.suppress(OSError):
            text = read_regular(self.path).decode("utf-8", "surrogateescape").strip()
            if text and "\0" not in text:  # no path has a zero byte: a damaged mark
                return Path(text)
        return None
