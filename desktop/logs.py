"""The log: rotating files in the usual place. It never holds the text of a chat."""

from __future__ import annotations

import logging
import logging.handlers
import sys
from pathlib import Path

MOST_BYTES = 1_000_000
KEPT = 3


def begin(folder: Path) -> None:
    """Log to `folder`/samar.log; to standard error where the folder can't be written."""
    handler: logging.Handler
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            folder / "samar.log", maxBytes=MOST_BYTES, backupCount=KEPT, encoding="utf-8"
        )
    except OSError as problem:
        handler = logging.StreamHandler(sys.stderr)
        handler.setLevel(logging.WARNING)
        print(f"samar: no log can be written: {problem}", file=sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
