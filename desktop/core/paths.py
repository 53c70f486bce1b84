"""Where Samar keeps things. Nothing is created by asking for a path."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from desktop.core import program

BESIDE = "samar-data"
"""A folder of this name beside the frozen program, on a stick for example, holds everything that Samar writes."""


def assets_dir() -> Path:
    """The folder `assets/`, in a checkout as in a frozen program."""
    frozen = getattr(sys, "_MEIPASS", None)
    return Path(frozen) / "assets" if frozen else Path(__file__).resolve().parents[2] / "assets"


@dataclass(frozen=True, slots=True)
class Paths:
    """Every place that Samar writes to. With --data-dir all of them lie in that one folder."""

    data: Path
    cache: Path
    logs: Path

    @classmethod
    def default(cls) -> Paths:
        beside = program.folder() / BESIDE
        if program.is_frozen() and beside.is_dir():
            return cls.under(beside)
        dirs = platformdirs.PlatformDirs("samar", appauthor=False)
        return cls(Path(dirs.user_data_dir), Path(dirs.user_cache_dir), Path(dirs.user_log_dir))

    @classmethod
    def under(cls, folder: Path) -> Paths:
        folder = folder.expanduser().resolve()
        return cls(folder, folder / "cache", folder / "logs")

    @property
    def history(self) -> Path:
        return self.data / "history.sqlite3"

    @property
    def backups(self) -> Path:
        return self.data / "backups"

    @property
    def settings(self) -> Path:
        return self.data / "settings.json"

    @property
    def load_mark(self) -> Path:
        return self.data / "loading-model"

    @property
    def states(self) -> Path:
        """What models have read of chats."""
        return self.cache / "states"

    @property
    def library(self) -> Path:
        return self.data / "library.json"

    @property
    def models(self) -> Path:
        return self.data / "models"


def starter_model() -> Path:
    """The bundled model."""
    return assets_dir() / "starter" / "samar-starter-q4_k_m.gguf"
