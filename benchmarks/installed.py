"""The installed Samar against this checkout, in turns: from start to a window that takes input, and tokens/s.

    python -m benchmarks.installed [--program FILE] [--checkout FOLDER] [--part start|tokens] [--rounds 7] [--model FILE]

PROGRAM is the frozen program, as it is in the packages; the checkout's engine is compiled for this very machine, so it is the
native source build. Both are measured from outside, so that neither is changed for it: a window "takes input" when what
is typed at the moment when it appears has become a stored message. Medians, and the ratio of each pair; processor time is what a
busy computer blurs least. Linux, with Xvfb and libXtst.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import ctypes.util
import json
import os
import platform
import select
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.engine import text_of
from benchmarks.engine_peers import end_tokens
from benchmarks.startup import fill
from desktop.core.paths import Paths, starter_model
from desktop.core.settings import Settings, SettingsFile

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = ROOT / "build" / "package" / "bundle" / "samar" / "samar"
CHECKOUT = [sys.executable, "-m", "desktop"]
AIM_START, AIM_TOKENS = 1.3, 0.97
TYPED = "hello"
PATIENCE_S = 60.0
LOOK_EVERY_S = 0.002
CHATS = 200


class Screen:
    """A virtual screen, watched and typed into: as much of Xlib as that takes (its headers are the source of the numbers)."""

    MAP_NOTIFY, SUBSTRUCTURE_NOTIFY, REVERT_TO_PARENT, CURRENT_TIME = 19, 1 << 19, 2, 0

    def __init__(self, name: str) -> None:
        self.x = ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6")
        self.test = ctypes.CDLL(ctypes.util.find_library("Xtst") or "libXtst.so.6")
        self.x.XOpenDisplay.restype = ctypes.c_void_p
        self.x.XDefaultRootWindow.restype = ctypes.c_ulong
        opened = self.x.XOpenDisplay(name.encode())
        if not opened:
            raise SystemExit(f"the screen {name} does not answer")
        self.display = ctypes.c_void_p(opened)
        self.x.XSelectInput(
            self.display, ctypes.c_ulong(self.x.XDefaultRootWindow(self.display)), self.SUBSTRUCTURE_NOTIFY
        )
        self.x.XFlush(self.display)

    def wait_for_window(self) -> int:
        """The number of the next window that is shown."""
        event = (ctypes.c_long * 24)()  # XEvent
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            while self.x.XPending(self.display):
                self.x.XNextEvent(self.display, ctypes.byref(event))
                if event[0] & 0xFFFFFFFF == self.MAP_NOTIFY:
                    return int(event[5])  # XMapEvent.window
            select.select([self.x.XConnectionNumber(self.display)], [], [], 1.0)
        raise SystemExit("no window was shown")

    def type(self, window: int, text: str) -> None:
        """Give the window the focus, type a line and press Enter."""
        self.x.XSetInputFocus(self.display, ctypes.c_ulong(window), self.REVERT_TO_PARENT, self.CURRENT_TIME)
        self.x.XStringToKeysym.restype = ctypes.c_ulong
        for key in [*text, "Return"]:
            code = self.x.XKeysymToKeycode(self.display, ctypes.c_ulong(self.x.XStringToKeysym(key.encode())))
            for pressed in (1, 0):
                self.test.XTestFakeKeyEvent(self.display, code, pressed, 0)
        self.x.XSync(self.display, 0)

    def forget(self) -> None:
        """Events of windows that are gone."""
        self.x.XSync(self.display, 1)


@contextlib.contextmanager
def virtual_screen() -> Iterator[str]:
    reading, writing = os.pipe()
    words = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-ac"]
    server = subprocess.Popen(words, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as lines:
        number = lines.readline().strip()
    try:
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()


def ended(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> float:
    """Wait for the end of a process. Processor seconds that it and its children used."""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime


def start(
    command: list[str], screen: Screen, environment: dict[str, str], checkout: Path, filled: Path, place: Path
) -> tuple[float, float, float]:
    """Seconds until the window is shown, and until what was typed into it then is stored; processor seconds until the end."""
    folder = place / "data"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(filled, folder)
    screen.forget()
    began = time.perf_counter()
    process = subprocess.Popen(
        [*command, "--data-dir", str(folder)], cwd=checkout, env=environment, stdin=subprocess.DEVNULL
    )
    try:
        window = screen.wait_for_window()
        shown = time.perf_counter() - began
        screen.type(window, TYPED)
        asked = f"file:{folder / 'history.sqlite3'}?mode=ro"
        with contextlib.closing(sqlite3.connect(asked, uri=True)) as history:
            while not history.execute("SELECT count(*) FROM messages WHERE content = ?", [TYPED]).fetchone()[0]:
                if time.perf_counter() - began > PATIENCE_S:
                    raise SystemExit("what was typed never arrived")
                time.sleep(LOOK_EVERY_S)
        stored = time.perf_counter() - began
    finally:
        process.terminate()
        used = ended(process)
    return shown, stored, used


def measure_start(sides: dict[str, list[str]], checkout: Path, rounds: int) -> list[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    figures: dict[str, list[tuple[float, float, float]]] = {side: [] for side in sides}
    with tempfile.TemporaryDirectory() as name, virtual_screen() as display:
        place = Path(name)
        environment |= {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "PYTHONPATH": str(checkout)}
        fill(place / "filled", CHATS)
        SettingsFile(Paths.under(place / "filled").settings).save(Settings())
        screen = Screen(display)
        for number in range(-1, rounds):  # the first one only warms up
            for side in sides if number % 2 else reversed(sides):
                found = start(sides[side], screen, environment, checkout, place / "filled", place)
                if number >= 0:
                    figures[side].append(found)
    rows = ["| from the start until | installed | checkout | ratio | aim |", "|---|---|---|---|---|"]
    for column, what, aim in (
        (0, "the window is shown", "–"),
        (1, "what was typed into it is stored", f"≤ {AIM_START}"),
        (2, "the end of it all, processor time", "–"),
    ):
        values = {side: [pair[column] for pair in pairs] for side, pairs in figures.items()}
        rows.append(row(what, values["installed"], values["checkout"], " s", aim))
    return rows


def measure_tokens(sides: dict[str, list[str]], checkout: Path, model: Path, tokens: int, rounds: int) -> list[str]:
    """Reading and writing of one model, as `samar ask` reports them."""
    ends = json.dumps([[token, -1e9] for token in end_tokens(model)])
    words = [
        "--model",
        str(model),
        "--temperature",
        "0",
        "--json",
        "--max-tokens",
        str(tokens),
        "--set",
        f"logit_bias={ends}",
    ]
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    prompt: dict[str, list[float]] = {side: [] for side in sides}
    reply: dict[str, list[float]] = {side: [] for side in sides}
    processor: dict[str, list[float]] = {side: [] for side in sides}
    with tempfile.TemporaryDirectory() as data:
        for number in range(-1, rounds):
            for side in sides if number % 2 else reversed(sides):
                command = [*sides[side], "--data-dir", data, "ask", text_of(150, 1), *words]
                process = subprocess.Popen(command, cwd=checkout, env=environment, stdout=subprocess.PIPE, text=True)
                assert process.stdout is not None
                told = json.loads(process.stdout.read())
                process.stdout.close()
                used = ended(process)
                if number >= 0:
                    prompt[side].append(told["prompt_tokens"] / told["first_token_s"])
                    reply[side].append(told["tokens_per_s"])
                    processor[side].append(used)
    return [
        f"| {model.name}, tokens/s | installed | checkout | ratio | aim |",
        "|---|---|---|---|---|",
        row("reading, with the first token", prompt["installed"], prompt["checkout"], "", f"≥ {AIM_TOKENS}"),
        row("writing", reply["installed"], reply["checkout"], "", f"≥ {AIM_TOKENS}"),
        row("processor time of it all", processor["installed"], processor["checkout"], " s", "–"),
    ]


def row(what: str, ours: list[float], theirs: list[float], unit: str, aim: str) -> str:
    """Median and range of each side and of the ratios of pairs."""
    ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    cells = [
        f"{statistics.median(values):.3g}{unit} ({min(values):.3g} … {max(values):.3g})" for values in (ours, theirs)
    ]
    cells.append(f"{statistics.median(ratios):.2f} ({min(ratios):.2f} … {max(ratios):.2f})")
    return f"| {what} | {' | '.join(cells)} | {aim} |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, default=PROGRAM)
    parser.add_argument("--checkout", type=Path, default=ROOT, help="the sources that PROGRAM was built from")
    parser.add_argument("--part", choices=["start", "tokens"], help="only this one")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--tokens", type=int, default=256)
    parser.add_argument("--model", type=Path, action="append", help="instead of the bundled one; may be repeated")
    options = parser.parse_args()
    sides = {"installed": [str(options.program.resolve())], "checkout": CHECKOUT}
    lines = [
        f"{platform.platform()}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}, {options.rounds} rounds.",
        "",
    ]
    if options.part != "tokens":
        lines += [*measure_start(sides, options.checkout, options.rounds), ""]
    if options.part != "start":
        for model in options.model or [starter_model()]:
            lines += [*measure_tokens(sides, options.checkout, model.resolve(), options.tokens, options.rounds), ""]
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
