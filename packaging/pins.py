"""The pins of single packages, out of requirements/run.txt, hashes included.

python packaging/pins.py NAME…      prints a requirements file for `pip install --no-deps --require-hashes`
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def pin(name: str) -> str:
    """The lines that pin one package. Raises StopIteration when there are none."""
    lines = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith(name + "=="))
    last = first + 1
    while last < len(lines) and lines[last].startswith(" "):
        last += 1
    return "\n".join(lines[first:last]).rstrip("\\ ") + "\n"


if __name__ == "__main__":
    print("".join(pin(name) for name in sys.argv[1:]), end="")
