"""Samar starts here: the window, the terminal verbs and the engine child, one entry for all of them.

The window path and the engine child import nothing of each other, so that each starts fast.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from desktop.core.program import Role, mend_environment


def main(argv: list[str] | None = None) -> int:
    """Run Samar. Returns the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == [Role.ENGINE]:
        from desktop.engine.child import main as run_child

        return run_child(arguments[1:])
    if arguments[:1] == [Role.CONVERTER]:
        from converter.__main__ import main as convert

        return convert(arguments[1:])
    mend_environment(os.environ)
    try:
        data_dir, rest = take_data_dir(arguments)
    except ValueError as problem:
        print(f"samar: {problem}", file=sys.stderr)
        return 2
    if rest and not all(looks_like_file(word) for word in rest):
        from desktop.cli import main as run_verb

        return run_verb(rest, data_dir)
    from desktop.display import why_no_window

    reason = why_no_window()
    if reason:
        from desktop.cli import main as run_verb

        print(f"{reason} Samar goes on in this terminal.", file=sys.stderr)
        return run_verb(["chat"], data_dir)
    from desktop.app import run_window

    return run_window(data_dir, [Path(word) for word in rest])


def take_data_dir(arguments: list[str]) -> tuple[Path | None, list[str]]:
    """Take `--data-dir FOLDER` out of the arguments, wherever it stands before `--`."""
    rest: list[str] = []
    folder: Path | None = None
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word == "--data-dir":
            value = next(words, None)
            if value is None:
                raise ValueError("--data-dir needs a folder.")
            folder = Path(value)
        elif word.startswith("--data-dir="):
            folder = Path(word.partition("=")[2])
        else:
            rest.append(word)
    return folder, rest


def looks_like_file(word: str) -> bool:
    """Whether an argument of the window is a file to open ("Open with Samar") rather than a verb."""
    return word.lower().endswith(".gguf") or ("/" in word and Path(word).exists())


if __name__ == "__main__":
    sys.exit(main())
