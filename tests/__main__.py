"""Every test, in two halves side by side, since most of a test is waiting: `python -m tests [OPTIONS OF PYTEST]`.

The halves are fixed, so that the same tests run one after another on every computer, and take about the same time.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WINDOW = ("tests/ui", "tests/workers", "tests/shell", "tests/starter", "tests/test_app.py", "tests/test_kills.py")
"""The first half; the second is all the rest."""


def main(options: Sequence[str]) -> int:
    """The worse of the two exit statuses of pytest. The output of the second half follows that of the first."""
    pytest = [sys.executable, "-m", "pytest", *options]
    with tempfile.TemporaryFile() as told:
        rest = subprocess.Popen([*pytest, *(f"--ignore={path}" for path in WINDOW)], cwd=ROOT, stdout=told, stderr=told)
        try:
            window = subprocess.run([*pytest, *WINDOW], cwd=ROOT, check=False).returncode
        finally:
            status = rest.wait()
            told.seek(0)
            sys.stdout.flush()
            sys.stdout.buffer.write(told.read())
            sys.stdout.flush()
    return max(abs(window), abs(status))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
