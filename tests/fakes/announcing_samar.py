"""Samar as it is started, with a line of JSON on standard output for what other starts made it do.

python announcing_samar.py ARGUMENT…
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from desktop import __main__ as entry
from desktop import app as window


def say(**values: object) -> None:
    print(json.dumps(values), flush=True)


class Announcing(window.Samar):
    def start(self, files: list[Path]) -> None:
        super().start(files)
        say(what="started", files=[str(path) for path in files])

    def answer_start(self, files: list[str], token: str) -> None:
        self.window.showMinimized()
        super().answer_start(files, token)
        minimized = self.window.isMinimized()
        say(what="answered", files=files, token=os.environ.get("XDG_ACTIVATION_TOKEN", ""), minimized=minimized)

    def open_files(self, names: list[str]) -> None:
        super().open_files(names)
        say(what="opened", files=names, wanted=str(self.models.wanted))


window.Samar = Announcing  # type: ignore[misc]
sys.exit(entry.main())
