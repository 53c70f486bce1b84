"""``python -m converter SOURCE [--type Q4_K_M] [--out FILE]``: the command.

Exit statuses are those of :class:`converter.errors.ExitStatus`.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NoReturn

from converter import verify
from converter.errors import ConversionError, ExitStatus
from converter.events import CancelToken, JsonLines, Reporter
from converter.verify import CHECK_OPTION

_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+(@[\w./-]+)?")
_ADDRESS = re.compile(r"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/([^/?#]+/[^/?#]+).*")
"""Of a repository's page."""


def parser() -> _Parser:
    """The command's options."""
    statuses = ", ".join(
        f"{status.value} {status.name.lower()}" for status in ExitStatus if status is not ExitStatus.OK
    )
    found = _Parser(
        prog="samar convert",
        description="Turn a Hugging Face checkpoint into a quantized GGUF file.",
        epilog=f"Exit statuses: 0 done, {statuses}.",
    )
    found.add_argument(
        "source", nargs="?", help="a checkpoint's folder, or a Hub id such as org/name or org/name@revision"
    )
    found.add_argument(
        "--type", help="GGUF type: F32, F16, BF16, Q8_0, Q6_K, Q5_K_M, Q4_K_M (default; F32 for adapters), …"
    )
    found.add_argument("--out", type=Path, help="output file or folder (default: here, named by GGUF's convention)")
    found.add_argument("--force", action="store_true", help="replace an existing output")
    found.add_argument("--plan", action="store_true", help="say what would be done; read headers only")
    found.add_argument(
        "--json", action="store_true", help="print the plan, or the result, as one JSON object; errors too"
    )
    found.add_argument("--events", choices=["json"], help="progress as JSON lines on stdout; closing stdin cancels")
    found.add_argument("--threads", type=int, help="threads to quantize with (default: all cores)")
    found.add_argument("--revision", help="branch, tag or commit of a Hub id")
    found.add_argument(
        "--network", action=argparse.BooleanOptionalAction, default=False, help="allow asking the Hub (default: never)"
    )
    found.add_argument("--base", type=Path, help="for a LoRA adapter: the folder of its base model")
    found.add_argument(CHECK_OPTION, dest="check_file", help=argparse.SUPPRESS)
    found.add_argument("--tokens", type=int, default=3, help=argparse.SUPPRESS)
    return found


class _Parser(argparse.ArgumentParser):
    """One whose errors are JSON where that was asked for."""

    as_json = False

    def error(self, message: str) -> NoReturn:
        if self.as_json:
            _tell_error("usage", message)
        super().error(message)


def _tell_error(code: str, sentence: str) -> None:
    """As every verb of samar does with --json."""
    print(json.dumps({"error": {"code": code, "message": sentence}}, ensure_ascii=False))


Confine = Callable[[Sequence[Path], Sequence[Path]], Callable[[], None] | None]
"""Has the process give up all files but those that it is to read and the folders that it is to write, and the network. Returns
what has it start no process any more, where the system can enforce that."""


def main(argv: Sequence[str] | None = None, confine: Confine | None = None) -> int:
    """Run the command. Returns the exit status.

    confine: called once everything is on this computer and before anything of a checkpoint's weights is read.
    """
    command = parser()
    command.as_json = "--json" in (sys.argv[1:] if argv is None else argv)
    arguments = command.parse_args(argv)
    if arguments.check_file:
        return _check_file(arguments)
    if not arguments.source:
        command.error("a checkpoint's folder or a Hub id is required")
    if arguments.threads is not None and arguments.threads < 1:
        command.error("--threads must be at least 1")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a name that the terminal can't show must not end the conversion
            stream.reconfigure(errors="backslashreplace")
    events = JsonLines(sys.stdout) if arguments.events == "json" else None
    cancel = CancelToken()
    started = time.monotonic()
    try:
        with _cancel_on_signals(cancel):
            if confine is not None and _is_here(arguments):  # before there is a thread that would keep its rights
                _give_up(confine, arguments, [Path(arguments.source), *([arguments.base] if arguments.base else [])])
                confine = None
            if events is not None:
                _cancel_on_closed_stdin(cancel)
            path, size = _run(arguments, events, cancel, confine)
    except ConversionError as problem:
        if events is not None:
            events.error(problem.code, problem.status, str(problem))
        elif arguments.json:
            _tell_error(problem.code, str(problem))
        print(problem, file=sys.stderr)
        return problem.status
    finally:
        verify.stop_waiting()
    if path is not None:
        if events is not None:
            events.done(str(path), size, time.monotonic() - started)
        elif arguments.json:
            print(json.dumps({"path": str(path), "bytes": size}, ensure_ascii=False))
        else:
            print(path)
    return ExitStatus.OK


def _is_here(arguments: argparse.Namespace) -> bool:
    """Whether nothing has to be looked for: the checkpoint is a folder, and an adapter's base model is too."""
    folder = Path(arguments.source)
    if not os.path.isdir(folder):  # noqa: PTH112 - pathlib raises for a name that is too long
        return False
    needs_base = (folder / "adapter_config.json").is_file() and not (folder / "config.json").is_file()
    return arguments.base is not None or not needs_base


def _give_up(confine: Confine, arguments: argparse.Namespace, folders: Sequence[Path]) -> None:
    """Keep no right but those that the conversion needs. The process that checks the finished file is started before anything
    of the checkpoint is read; after it neither of the two can start another one."""
    start_no_more = confine(*_places(arguments, folders))
    if start_no_more is None:
        return
    if not arguments.plan:
        verify.start_waiting(start_no_more)
    start_no_more()


def _places(arguments: argparse.Namespace, folders: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """What is read, links out of the folders included as the Hub's cache has them; and the folder that is written to."""
    from converter.hub import TEMPORARY

    read = [folder.resolve() for folder in folders]
    for folder in tuple(read):
        read += [path.resolve() for path in (*folder.glob("*"), *folder.glob("*/*")) if path.is_symlink()]
    target = _target(arguments, read[0], "x")
    write = [] if arguments.plan else [(target if target.is_dir() else target.parent).resolve()]
    if read[0].parent.name.startswith(TEMPORARY):  # headers that were fetched for a plan, removed at the end
        write += [read[0].parent.parent]
    return read, write


def _run(
    arguments: argparse.Namespace, events: JsonLines | None, cancel: CancelToken, confine: Confine | None
) -> tuple[Path | None, int]:
    from converter.quant_mix import parse_file_type

    file_type = parse_file_type("Q4_K_M" if arguments.type is None else arguments.type)
    with _reporter(events) as report:
        folder, name = _source(arguments, report, cancel)
        if (folder / "adapter_config.json").is_file() and not (folder / "config.json").is_file():
            return _run_adapter(arguments, folder, name, events, report, cancel, confine)
        if confine is not None:
            _give_up(confine, arguments, [folder])
        from converter.plan import available_threads, make_plan

        report.progress("read", 0, 1)
        plan = make_plan(folder, name=name)
        report.progress("read", 1, 1)
        cancel.check()
        target = _target(arguments, folder, plan.file_name(file_type))
        if arguments.plan:
            _show_plan(arguments, events, plan.as_dict(file_type, target, estimate=True))
            return None, 0
        report.plan(plan.as_dict(file_type, target))
        for note in plan.notes:
            report.note(note)
        from converter.pipeline import convert

        size = convert(
            plan,
            file_type,
            target,
            force=arguments.force,
            threads=arguments.threads or available_threads(),
            report=report,
            cancel=cancel,
        )
        return target, size


def _run_adapter(
    arguments: argparse.Namespace,
    folder: Path,
    name: str | None,
    events: JsonLines | None,
    report: Reporter,
    cancel: CancelToken,
    confine: Confine | None,
) -> tuple[Path | None, int]:
    from converter.adapter import base_model, make_adapter_plan
    from converter.pipeline import convert
    from converter.plan import available_threads
    from converter.quant_mix import parse_file_type

    file_type = parse_file_type("F32" if arguments.type is None else arguments.type)
    base: Path | None = arguments.base
    if base is None:
        wanted = base_model(folder)
        if wanted is None:
            raise ConversionError(
                ExitStatus.BAD_ADAPTER, "The adapter does not name its base model; give it with --base."
            )
        base, _ = _find(wanted, None, "config", arguments.network, report, cancel)
    if confine is not None:
        _give_up(confine, arguments, [folder, base])
    plan = make_adapter_plan(folder, base, name=name)
    target = _target(arguments, folder, plan.file_name(file_type))
    if arguments.plan:
        _show_plan(arguments, events, plan.as_dict(file_type, target))
        return None, 0
    report.plan(plan.as_dict(file_type, target))
    for note in plan.notes:
        report.note(note)
    size = convert(
        plan,
        file_type,
        target,
        force=arguments.force,
        threads=arguments.threads or available_threads(),
        report=report,
        cancel=cancel,
    )
    return target, size


def _source(arguments: argparse.Namespace, report: Reporter, cancel: CancelToken) -> tuple[Path, str | None]:
    """The checkpoint's folder, and its name if that is not the folder's. Downloads a Hub id."""
    what: Literal["all", "headers"] = "headers" if arguments.plan else "all"
    return _find(arguments.source, arguments.revision, what, arguments.network, report, cancel)


def _find(
    source: str,
    revision: str | None,
    what: Literal["all", "headers", "config"],
    network: bool,
    report: Reporter,
    cancel: CancelToken,
) -> tuple[Path, str | None]:
    folder = Path(source)
    there = os.path.exists(folder)  # noqa: PTH110 - pathlib raises for a name that is too long
    if there and folder.is_dir():
        return folder.resolve(), None
    source = _ADDRESS.sub(r"\1", source)
    if there or not _HUB_ID.fullmatch(source):
        why = "is not a folder" if there else "is neither a folder that is here nor a repository such as org/name"
        raise ConversionError(ExitStatus.NOT_A_CHECKPOINT, f"{folder} {why}.")
    from converter.hub import fetch

    repository, _, named = source.partition("@")
    folder = fetch(repository, revision or named or None, what, allowed=network, report=report, cancel=cancel)
    return folder, repository.rpartition("/")[2]


def _target(arguments: argparse.Namespace, folder: Path, name: str) -> Path:
    out: Path | None = arguments.out
    if out is None:
        here = Path.cwd()
        out = folder.parent if folder in (here, *here.parents) else here
    return out / name if out.is_dir() else out


def _show_plan(arguments: argparse.Namespace, events: JsonLines | None, data: Mapping[str, Any]) -> None:
    if events is not None:
        events.plan(data)
    elif arguments.json:
        print(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        from converter.terminal import print_plan

        print_plan(data)


@contextlib.contextmanager
def _reporter(events: JsonLines | None) -> Iterator[Reporter]:
    if events is not None:
        yield events
        return
    from converter.terminal import terminal_reporter

    with terminal_reporter() as report:
        yield report


@contextlib.contextmanager
def _cancel_on_signals(cancel: CancelToken) -> Iterator[None]:
    """SIGINT and SIGTERM ask for a cancel. They only set a state: whatever is at work ends in its own good order."""

    def handle(number: int, frame: Any) -> None:
        del number, frame
        cancel.cancel()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _cancel_on_closed_stdin(cancel: CancelToken) -> None:
    """The program that started this one closes stdin, or writes "cancel", to stop it."""

    def watch() -> None:
        # Read without Python's buffer: its lock, held by a waiting thread, would trouble the end of the program.
        said = b""
        with contextlib.suppress(OSError):
            while b"cancel" not in said.splitlines() and (more := os.read(0, 64)):
                said = said[-64:] + more
        cancel.cancel()

    threading.Thread(target=watch, name="stdin", daemon=True).start()


def _check_file(arguments: argparse.Namespace) -> int:
    path, threads, tokens = arguments.check_file, arguments.threads or 1, arguments.tokens
    if path == verify.WAIT:
        asked = sys.stdin.buffer.readline()
        if not asked:  # the conversion did not come to its end
            return ExitStatus.OK
        path, threads, tokens = json.loads(asked)
    from converter.quantize import try_model

    try:
        try_model(path, threads=threads, tokens=tokens)
    except RuntimeError as problem:
        print(problem, flush=True)
        return ExitStatus.VERIFICATION_FAILED
    return ExitStatus.OK


if __name__ == "__main__":
    sys.exit(main())
