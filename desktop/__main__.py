"""Samar starts here: the window, the terminal verbs and the engine child, one entry for all of them.

The window path and the engine child import nothing of each other, so that each starts fast.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from desktop.core.files import exists
from desktop.core.program import Role, mend_environment


def main(argv: list[str] | None = None) -> int:
    """Run Samar. Returns the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == [Role.ENGINE]:
        from desktop.engine.child import main as run_child

        return run_child(arguments[1:])
    if arguments[:1] == [Role.TEMPLATE]:
        from desktop.engine.template_child import main as run_templates

        return run_templates(arguments[1:])
    if arguments[:1] == [Role.PARSER]:
        from desktop.parser_child import main as parse

        return parse(arguments[1:])
    try:
        data_dir, rest = take_data_dir(arguments)
    except ValueError as problem:
        print(f"samar: {problem}", file=sys.stderr)
        return 2
    if rest[:1] == [Role.CONVERTER]:
        from converter.__main__ import main as convert

        return convert(with_leave(rest[1:], data_dir), confine_converter)
    mend_environment(os.environ)
    if "_SAMAR_COMPLETE" in os.environ or (rest and not are_files(rest)):  # a shell that completes gives no arguments
        from desktop.cli.app import main as run_verb

        return run_verb(rest, data_dir)
    from desktop.display import why_no_window

    reason = why_no_window()
    if reason:
        from desktop.cli.app import main as run_verb

        print(f"{reason} Samar goes on in this terminal.", file=sys.stderr)
        return run_verb(["chat"], data_dir)
    return open_window(data_dir, [absolute(word) for word in rest])


def open_window(data_dir: Path | None, files: list[str]) -> int:
    """Open the window with files, or hand them to the one that is open."""
    import gc

    gc.disable()  # desktop/workers/gui_gc.py takes over; until then nothing is worth collecting
    from desktop.core.errors import SamarError
    from desktop.core.paths import Paths
    from desktop.single_instance import Instance

    paths = Paths.under(data_dir) if data_dir else Paths.default()
    instance = Instance(paths.data)
    try:
        if instance.send_to_running(files):
            return 0
    except SamarError as problem:
        from desktop.window import refuse

        return refuse(problem, paths)
    from desktop.window import run_window

    return run_window(paths, files, instance)


def confine_converter(read: Sequence[Path], write: Sequence[Path]) -> Callable[[], None] | None:
    """Have the converter give up everything else, so that a checkpoint can do no more than become a file. It may still start
    Samar's own programs, as the check of the finished file is one, until it calls what is returned."""
    from desktop.core.sandbox import confine, process_ban

    held = confine(read=read, write=write, programs=True)
    return process_ban() if held else None


def with_leave(arguments: list[str], data_dir: Path | None) -> list[str]:
    """The converter's arguments; whether it may use the network is asked of the settings where they don't say so."""
    if {"--network", "--no-network", "--check-file"}.intersection(arguments):
        return arguments
    from desktop.core.paths import Paths
    from desktop.core.settings import SettingsFile

    paths = Paths.under(data_dir) if data_dir else Paths.default()
    return [*arguments, "--network"] if SettingsFile(paths.settings).load()[0].network_allowed else arguments


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


def are_files(words: list[str]) -> bool:
    """Whether the arguments are files and folders to open ("Open with Samar") rather than a verb."""
    if all(looks_like_file(word) for word in words):
        return True
    if not all(looks_like_file(word) or exists(word) for word in words):
        return False
    from desktop.cli.app import VERBS  # a bare name that is both means the verb

    return words[0] not in VERBS


def looks_like_file(word: str) -> bool:
    """Whether a word can't be a verb: the name of a model, a path, an address of a file."""
    if word.lower().startswith("file:") or word.lower().endswith(".gguf"):
        return True
    return ("/" in word or os.sep in word) and exists(word)


def absolute(word: str) -> str:
    """The path that an argument names, from wherever it is read."""
    if word.lower().startswith("file:"):
        from urllib.parse import urlsplit
        from urllib.request import url2pathname

        word = url2pathname(urlsplit(word).path)
    return str(Path(word).expanduser().absolute())


if __name__ == "__main__":
    sys.exit(main())
