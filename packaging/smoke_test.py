"""Does an installed Samar work? What the release workflow runs on every system, and `try_in_root.py` in bare ones.

    python packaging/smoke_test.py PROGRAM [--no-window] [--desktop] [--root FOLDER --user UID] [--data FOLDER]

Version; every verb; answers of the bundled model in both languages; a checkpoint converted and its result talked to, also about
a picture; a window that opens and takes input; with --desktop also a .gguf opened by its MIME type, as a double click does. With --root everything is
run inside that root, without any network, as the user UID. Standard library only; on Linux it needs xdotool, and
a display in DISPLAY (xvfb-run). Exit status 0 when all went well; what did not is said in one line each.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import tiny_checkpoint
import tiny_projector

VERBS = ("ask", "help", "guide", "chat", "import", "models", "convert", "completion")
QUESTIONS = {"English": "What is quantization?", "Arabic": "ما هو ملف GGUF؟"}
PATIENCE_S = 120.0
LOOK_EVERY_S = 0.2


class SmokeError(Exception):
    """What did not work, in one line."""


class Machine:
    """Where Samar is installed: this system, or a root to change into."""

    def __init__(self, root: Path | None, user: int) -> None:
        self.root, self.user = root, user
        home = os.environ.get("HOME", "")
        self.home = Path("/home/person") if root else Path(home or Path.home())
        self.environment = {**os.environ, "PYTHONUTF8": "1"}
        if root:
            self.environment = {
                "HOME": str(self.home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "XDG_CURRENT_DESKTOP": "GNOME",
                "DISPLAY": os.environ.get("DISPLAY", ""),
            }  # fmt: skip

    def outside(self, path: Path) -> Path:
        """A path of the machine as this process sees it."""
        return self.root / path.relative_to("/") if self.root else path

    def command(self, words: list[str]) -> list[str]:
        if self.root is None:
            return words
        change = shutil.which("chroot") or "/usr/sbin/chroot"  # PATH is that of the root
        return ["unshare", "--net", change, f"--userspec={self.user}:{self.user}", str(self.root), *words]

    def run(self, *words: str, status: int = 0) -> str:
        """Standard output of a command that must end with `status`."""
        done = subprocess.run(
            self.command(list(words)), env=self.environment, capture_output=True, text=True, encoding="utf-8",
            timeout=PATIENCE_S, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        if done.returncode != status:
            raise SmokeError(f"{' '.join(words[-3:])} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
        return done.stdout

    @contextlib.contextmanager
    def started(self, *words: str, errors: IO[bytes] | None = None) -> Iterator[subprocess.Popen[bytes]]:
        """A command that runs meanwhile; its whole group is ended when it did not end by itself. errors: for its stderr."""
        process = subprocess.Popen(
            self.command(list(words)),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=os.name == "posix",
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                if os.name == "posix":
                    os.killpg(process.pid, signal.SIGKILL)
                else:
                    process.kill()
            process.wait()

    def own(self, path: Path) -> None:
        """Give what was made from outside to the person inside."""
        if self.root:
            for each in (path, *path.rglob("*")):
                os.chown(each, self.user, self.user)


def wait_for(what: str, look: Callable[[], object]) -> object:
    """Look again and again until there is something; SmokeError when it stays away."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        found = look()
        if found:
            return found
        time.sleep(LOOK_EVERY_S)
    raise SmokeError(f"{what} did not happen within {PATIENCE_S:g} seconds")


class Smoke:
    """The checks, in the order in which they are run."""

    def __init__(self, machine: Machine, program: str, data: Path) -> None:
        self.machine, self.program, self.data = machine, program, data

    def samar(self, *words: str) -> list[str]:
        return [self.program, "--data-dir", str(self.data), *words]

    def check_version(self) -> str:
        said = self.machine.run(self.program, "--version").split()
        if len(said) != 2 or said[0] != "samar":
            raise SmokeError(f"--version says {said}")
        return said[1]

    def check_verbs(self) -> str:
        """Each verb explains itself, and `help` answers from the bundled model."""
        for verb in VERBS:
            if "--" not in self.machine.run(self.program, verb, "--help"):
                raise SmokeError(f"{verb} --help names no option")
        if len(self.machine.run(*self.samar("help", "How do I load a model?"))) < 20:
            raise SmokeError("help has no answer")
        self.machine.run(*self.samar("models", "list"))
        return ", ".join(VERBS)

    def check_answers(self) -> str:
        said = []
        for language, question in QUESTIONS.items():
            words = self.samar("ask", question, "--temperature", "0", "--max-tokens", "100", "--json")
            answer = json.loads(self.machine.run(*words))
            letters = "\u0600" <= max(answer["reply"]) <= "\u06ff" or any(
                "\u0621" <= c <= "\u064a" for c in answer["reply"]
            )
            if len(answer["reply"]) < 20 or letters != (language == "Arabic"):
                raise SmokeError(f"the {language} question was answered with {answer['reply']!r}")
            said.append(f"{language} {answer['tokens_per_s']:.0f} tokens/s")
        return ", ".join(said)

    def check_conversion(self, work: Path) -> str:
        outside = self.machine.outside(work)
        tiny_checkpoint.write(outside / "Tiny نموذج")
        self.machine.own(outside)
        target = work / "tiny صغير.gguf"
        self.machine.run(self.program, "convert", str(work / "Tiny نموذج"), "--type", "Q4_K_M", "--out", str(target))
        with self.machine.outside(target).open("rb") as handle:
            if handle.read(4) != b"GGUF":
                raise SmokeError("the converted file is no GGUF file")
        answer = self.machine.run(*self.samar("ask", "hello", "--model", str(target), "--max-tokens", "4", "--json"))
        if json.loads(answer)["reply_tokens"] < 1:
            raise SmokeError("the converted model says nothing")
        return f"{self.machine.outside(target).stat().st_size} bytes"

    def check_images(self, work: Path) -> str:
        """The converted model is asked about a picture, which must reach it: more tokens, another reply."""
        outside = self.machine.outside(work)
        tiny_projector.write(outside / "mmproj-tiny صغير.gguf")
        (outside / "red أحمر.png").write_bytes(tiny_projector.png((200, 30, 30)))
        self.machine.own(outside)
        words = [
            "ask",
            "hello",
            "--model",
            str(work / "tiny صغير.gguf"),
            "--temperature",
            "0",
            "--max-tokens",
            "16",
            "--json",
        ]
        plain = json.loads(self.machine.run(*self.samar(*words)))
        shown = json.loads(self.machine.run(*self.samar(*words, "--image", str(work / "red أحمر.png"))))
        if (
            shown["prompt_tokens"] - plain["prompt_tokens"] != tiny_projector.POSITIONS
            or shown["reply"] == plain["reply"]
        ):
            raise SmokeError(f"the picture did not reach the model: {shown} after {plain}")
        return f"a picture is read as {tiny_projector.POSITIONS} tokens"

    def check_refusal(self, work: Path) -> str:
        broken = work / "broken.gguf"
        self.machine.outside(broken).write_bytes(b"GGUF" + bytes(60))
        self.machine.own(self.machine.outside(broken))
        self.machine.run(*self.samar("ask", "hello", "--model", str(broken)), status=1)
        return "a broken file is refused with a sentence"

    def check_window(self) -> str:
        """The window opens, takes what is typed, and its reply is stored."""
        began = time.monotonic()
        with self.machine.started(*self.samar()) as process:
            keyboard = Keyboard(process)
            wait_for("the window", keyboard.find_window)
            opened = time.monotonic() - began
            keyboard.write("hello")
            wait_for("the question in the history", self.turns)
            wait_for("a finished reply", lambda: ("assistant", "finished") in self.turns())
            keyboard.close_window()
            wait_for("the end of the program", lambda: process.poll() is not None)
            if process.returncode != 0:
                raise SmokeError(f"the window ended with {process.returncode}")
        return f"open after {opened:.1f} s"

    def check_desktop(self, work: Path) -> str:
        """A .gguf file belongs to Samar, and opening it from the desktop opens the window with it."""
        model = work / "double click نقرة.gguf"
        bundled = next(self.machine.outside(Path("/usr/lib/samar")).rglob("*.gguf"))
        shutil.copyfile(bundled, self.machine.outside(model))
        self.machine.own(self.machine.outside(work))
        kind = self.machine.run("gio", "info", "-a", "standard::content-type", str(model))
        if "application/x-gguf" not in kind:
            raise SmokeError(f"the desktop takes a .gguf file for {kind.strip()[-60:]}")
        if "samar.desktop" not in self.machine.run("gio", "mime", "application/x-gguf"):
            raise SmokeError("the desktop opens .gguf files with something else")
        settings = self.machine.outside(self.machine.home / ".local/share/samar/settings.json")
        with self.machine.started("gio", "open", str(model)) as process:
            keyboard = Keyboard(process)
            wait_for("the window of the opened file", keyboard.find_window)
            wait_for(
                "the loaded file in the settings",
                lambda: settings.exists() and model.name in settings.read_text("utf-8"),
            )
            keyboard.close_window()
            wait_for("the end of the window", lambda: not keyboard.find_window())
        return "application/x-gguf opens with samar.desktop"

    def turns(self) -> list[tuple[str, str]]:
        """Roles and states of the stored messages."""
        history = self.machine.outside(self.data) / "history.sqlite3"
        if not history.exists():
            return []
        database = sqlite3.connect(f"file:{history.as_posix()}?mode=ro", uri=True)
        with contextlib.closing(database), contextlib.suppress(sqlite3.OperationalError):  # it may be being made
            return list(database.execute("SELECT role, status FROM messages ORDER BY id"))
        return []


class Keyboard:
    """Typing into Samar's window the way each system offers."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.window = ""

    def find_window(self) -> bool:
        if sys.platform == "win32":
            return bool(self._windows_handle())
        if sys.platform == "darwin":
            names = self._script('tell application "System Events" to get name of every process whose visible is true')
            return "samar" in names.lower()
        found = self._xdotool("search", "--onlyvisible", "--class", "samar").split()
        self.window = found[0] if found else ""
        return bool(found)

    def write(self, text: str) -> None:
        """Type a line and press Enter. Focus is given to the window first; there may be no window manager."""
        if sys.platform == "win32":
            self._windows_type(text + "\r")
        elif sys.platform == "darwin":
            self._script(f'tell application "System Events" to keystroke "{text}"')
            self._script('tell application "System Events" to key code 36')
        else:
            self._xdotool("windowfocus", "--sync", self.window)
            self._xdotool("type", "--window", self.window, text)
            self._xdotool("key", "--window", self.window, "Return")

    def close_window(self) -> None:
        if sys.platform == "win32":
            import ctypes

            ctypes.windll.user32.PostMessageW(self._windows_handle(), 0x0010, 0, 0)  # WM_CLOSE
        elif sys.platform == "darwin":
            self.process.send_signal(signal.SIGTERM)
        else:
            os.kill(int(self._xdotool("getwindowpid", self.window)), signal.SIGTERM)

    @staticmethod
    def _xdotool(*words: str) -> str:
        done = subprocess.run(["xdotool", *words], capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        return done.stdout

    @staticmethod
    def _script(text: str) -> str:
        return subprocess.run(
            ["osascript", "-e", text], capture_output=True, text=True, timeout=PATIENCE_S, check=False
        ).stdout

    @staticmethod
    def _windows_handle() -> int:
        import ctypes

        return int(ctypes.windll.user32.FindWindowW(None, "Samar"))

    def _windows_type(self, text: str) -> None:
        import ctypes

        user = ctypes.windll.user32
        user.SetForegroundWindow(self._windows_handle())
        for letter in text:
            code = 0x0D if letter == "\r" else user.VkKeyScanW(ord(letter)) & 0xFF
            user.keybd_event(code, 0, 0, 0)
            user.keybd_event(code, 0, 2, 0)  # KEYEVENTF_KEYUP


def checks(smoke: Smoke, work: Path, *, window: bool, desktop: bool) -> list[tuple[str, Callable[[], str]]]:
    chosen: list[tuple[str, Callable[[], str]]] = [
        ("version", smoke.check_version),
        ("verbs", smoke.check_verbs),
        ("answers", smoke.check_answers),
        ("conversion", lambda: smoke.check_conversion(work)),
        ("images", lambda: smoke.check_images(work)),
        ("bad file", lambda: smoke.check_refusal(work)),
    ]
    if window:
        chosen.append(("window", smoke.check_window))
    if desktop:
        chosen.append(("desktop", lambda: smoke.check_desktop(work)))
    return chosen


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="the installed program, as it is called inside the root")
    parser.add_argument("--no-window", action="store_true", help="leave the window out")
    parser.add_argument(
        "--desktop", action="store_true", help="open a .gguf file by its MIME type too (installed on Linux)"
    )
    parser.add_argument("--root", type=Path, help="run everything inside this root, without a network")
    parser.add_argument("--user", type=int, default=1000, help="user id inside the root")
    parser.add_argument("--data", type=Path, help="data folder, as seen inside the root (default: one that is removed)")
    arguments = parser.parse_args()
    machine = Machine(arguments.root, arguments.user)
    above = machine.outside(machine.home) if arguments.root else Path(tempfile.gettempdir())
    with tempfile.TemporaryDirectory(prefix="samar smoke تجربة ", dir=above) as place:
        work = machine.home / Path(place).name if arguments.root else Path(place)
        machine.own(Path(place))
        smoke = Smoke(machine, arguments.program, arguments.data or work / "data")
        for name, check in checks(smoke, work, window=not arguments.no_window, desktop=arguments.desktop):
            try:
                print(f"{name:<12}{check()}", flush=True)
            except (SmokeError, subprocess.TimeoutExpired, OSError, ValueError) as problem:
                print(f"{name:<12}FAILED: {problem}", flush=True)
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
