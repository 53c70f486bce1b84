"""Hard places for an installed Samar: it works all the same, or says in one sentence why not. Called by try_in_root.py.

Each function gets the root in which the .deb is installed, raises SmokeError, and returns what was seen in a few words.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import tiny_checkpoint
from smoke_test import Keyboard, Machine, Smoke, SmokeError, wait_for

PERSON = 1000
HOME = Path("/home/person")
QUESTION = "What is quantization?"
SPACE = "size=48m"


def person(root: Path, home: Path = HOME, **environment: str) -> Machine:
    """The person without rights inside the root, with another home or environment."""
    machine = Machine(root, PERSON)
    machine.home = home
    machine.environment |= {"HOME": str(home), **environment}
    return machine


@contextlib.contextmanager
def window(machine: Machine, *words: str) -> Iterator[Keyboard]:
    """An open window, closed in good order afterwards. SmokeError when anything of it ends badly."""
    with tempfile.TemporaryFile() as errors, machine.started("samar", *words, errors=errors) as process:
        keyboard = Keyboard(process)
        wait_for("the window", lambda: keyboard.find_window() or process.poll() is not None)
        if process.poll() is None:
            yield keyboard
            keyboard.close_window()
            wait_for("the end of the window", lambda: process.poll() is not None)
        errors.seek(0)
        said = errors.read().decode("utf-8", "replace").strip()
        if process.returncode != 0 or "Traceback" in said:
            raise SmokeError(f"the window ended with {process.returncode}: {said[-600:]}")


def refused(machine: Machine, *words: str) -> str:
    """The sentence with which a command that must fail says why."""
    done = subprocess.run(
        machine.command(list(words)), env=machine.environment, capture_output=True, text=True, stdin=subprocess.DEVNULL,
        timeout=120, check=False,
    )  # fmt: skip
    said = done.stderr.strip()
    if done.returncode <= 0 or not said or "Traceback" in said:
        raise SmokeError(f"{' '.join(words[:3])} ended with {done.returncode}: {said[-600:]}")
    return said.splitlines()[-1]


def no_display(root: Path) -> str:
    machine = person(root, DISPLAY="")
    machine.run("samar")
    return "goes on in the terminal"


def no_writable_home(root: Path) -> str:
    machine = person(root, Path("/"))
    machine.run("samar", "ask", QUESTION)
    with window(machine):
        pass
    return "answers, and the window opens"


def no_avx(root: Path) -> str:
    """The code paths above SSE 4.2 are hidden, so that only what any x86-64 machine can compute is left."""
    variants = sorted((root / "usr/lib/samar/_internal/llama_cpp/lib").glob("libggml-cpu-*.so"))
    hidden = [file for file in variants if file.stem.split("-")[-1] not in ("x64", "sse42")]
    if not hidden or len(hidden) == len(variants):
        raise SmokeError(f"the CPU variants are {[file.name for file in variants]}")
    for file in hidden:
        file.rename(file.with_suffix(".hidden"))
    try:
        person(root).run("samar", "ask", QUESTION)
    finally:
        for file in hidden:
            file.with_suffix(".hidden").rename(file)
    return f"answers without {len(hidden)} of {len(variants)} variants"


def no_arabic_font(root: Path) -> str:
    """An Arabic system whose fonts have no Arabic letters."""
    home = made(root, HOME / "no fonts")
    machine = person(root, home, LANG="ar_EG.UTF-8", LANGUAGE="ar")
    fonts = [file for file in (root / "usr/share/fonts").rglob("*.ttf") if "Serif" not in file.name]
    away = [(file, root / "tmp" / file.name) for file in fonts]  # fontconfig looks into files by any name
    for file, hidden in away:
        file.rename(hidden)
    try:
        with window(machine):
            wait_for(
                "the sentence about fonts", lambda: logged(root, home, "No font on this computer has Arabic letters")
            )
    finally:
        for file, hidden in away:
            hidden.rename(file)
    return "speaks English and says why"


def logged(root: Path, home: Path, words: str) -> bool:
    """Whether Samar's log of a home has these words."""
    log = root / home.relative_to("/") / ".local/state/samar/log"
    return any(words in file.read_text("utf-8") for file in log.glob("*") if file.is_file())


def no_keyring(root: Path) -> str:
    """No D-Bus and no keyring, and the leave to use a network that is not there."""
    machine = person(root, made(root, HOME / "no keyring"))
    said = refused(machine, "samar", "models", "search", "tiny", "--network")
    if "keyring" in said.lower():
        raise SmokeError(said)
    return f"only the network is missed: {said}"


def newer_history(root: Path) -> str:
    """A history that a later Samar changed is refused and left as it is."""
    home = made(root, HOME / "newer")
    machine = person(root, home)
    with window(machine):
        pass
    history = root / home.relative_to("/") / ".local/share/samar/history.sqlite3"
    with contextlib.closing(sqlite3.connect(history)) as database, database:
        database.execute("INSERT INTO migrations VALUES ('9999_of_a_later_samar', 0)")
    before = history.read_bytes()
    said = refused(machine, "samar", "chat")
    if history.read_bytes() != before:
        raise SmokeError("a newer history was changed")
    return said


def replaced_program(root: Path) -> str:
    """Another file takes the program's place while its window is open, as an upgrade does: it is told, and what the window
    imports only now still comes from the old one."""
    home = made(root, HOME / "replaced")
    machine = person(root, home)
    program = root / "usr/lib/samar/samar"
    kept = program.with_name("samar.kept")

    with window(machine) as keyboard:
        program.rename(kept)
        try:
            program.write_bytes(b"another program")
            keyboard._xdotool("windowfocus", "--sync", keyboard.window)
            wait_for(
                "the sentence about the upgrade", lambda: logged(root, home, "Another version of Samar was installed")
            )
            keyboard._xdotool("key", "--window", keyboard.window, "ctrl+comma")
            windows = "search", "--onlyvisible", "--class", "samar"
            wait_for("the settings", lambda: len(keyboard._xdotool(*windows).split()) == 2)
        finally:
            kept.replace(program)
    return "tells it, and opens its settings"


def full_disk(root: Path) -> str:
    """Verbs answer, a conversion says why it stopped, and the window keeps what was typed until there is room again."""
    home = made(root, HOME / "full disk")
    outside = root / home.relative_to("/")
    subprocess.run(["mount", "-t", "tmpfs", "-o", SPACE, "tmpfs", str(outside)], check=True)
    try:
        os.chown(outside, PERSON, PERSON)
        machine = person(root, home)
        smoke = Smoke(machine, "samar", home / "data")
        tiny_checkpoint.write(outside / "checkpoint")
        with window(machine, "--data-dir", str(home / "data")) as keyboard:
            fill(outside)
            keyboard.write("written while the disk is full")
            machine.run("samar", "ask", QUESTION)
            said = refused(machine, "samar", "convert", str(home / "checkpoint"), "--out", str(home / "tiny.gguf"))
            if list(outside.glob("tiny*")):
                raise SmokeError("an unfinished conversion was left behind")
            (outside / "filler").unlink()
            keyboard.write(" and sent when there is room")
            wait_for("a finished reply", lambda: ("assistant", "finished") in smoke.turns())
        fill(outside)
        with window(machine, "--data-dir", str(home / "data")):
            pass
        with window(machine, "--data-dir", str(home / "new")):
            pass
    finally:
        subprocess.run(["umount", "-l", str(outside)], check=True)
    return said


def fill(folder: Path) -> None:
    """Leave not a byte of the folder's file system."""
    with (folder / "filler").open("ab", buffering=0) as filler, contextlib.suppress(OSError):
        while True:
            filler.write(bytes(4096))


def made(root: Path, home: Path) -> Path:
    """A home that nobody has used yet."""
    outside = root / home.relative_to("/")
    shutil.rmtree(outside, ignore_errors=True)
    outside.mkdir()
    os.chown(outside, PERSON, PERSON)
    return home


def beside_portable(root: Path, archive: Path) -> str:
    """The portable archive beside the installed one: with a folder of its own a second window, else the open one."""
    home = made(root, HOME / "a stick قرص")
    outside = root / home.relative_to("/")
    with tarfile.open(archive) as pack:
        pack.extractall(outside, filter="data")
    inside = home / archive.name.removesuffix(".tar.xz")
    machine = person(root, home)
    machine.own(outside)
    program = str(inside / "samar")
    with window(machine) as keyboard:
        if machine.run(program).strip():
            raise SmokeError("the second start said something")
        (root / inside.relative_to("/") / "samar-data").mkdir()
        machine.own(outside)
        with machine.started(program) as process:
            windows = "search", "--onlyvisible", "--class", "samar"
            wait_for("a second window", lambda: len(keyboard._xdotool(*windows).split()) == 2)
            process.send_signal(signal.SIGTERM)
            wait_for("its end", lambda: process.poll() is not None)
    if not (root / inside.relative_to("/") / "samar-data" / "history.sqlite3").exists():
        raise SmokeError("the stick keeps no history")
    shutil.rmtree(outside)
    return "hands over to the open window; with samar-data a window and a history of its own"


def wayland(root: Path, display: str) -> str:
    """A desktop without an X server that Samar could see: weston, in a window of the virtual screen that is typed into."""
    if shutil.which("weston") is None:
        return "not tried, weston is not here"
    run_dir = Path("/run/user") / str(PERSON)
    outside = root / run_dir.relative_to("/")
    outside.mkdir(parents=True, mode=0o700)
    compositor = subprocess.Popen(
        ["weston", "--backend=x11-backend.so", "--use-pixman", "--shell=kiosk-shell.so", "--socket=wayland-samar",
         "--no-config", "--width=1200", "--height=760", "--idle-time=0"],
        env={**os.environ, "DISPLAY": display, "XDG_RUNTIME_DIR": str(outside)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for("weston", (outside / "wayland-samar").exists)
        for path in (outside, outside / "wayland-samar"):
            os.chown(path, PERSON, PERSON)
        machine = person(root, DISPLAY="", WAYLAND_DISPLAY="wayland-samar", XDG_RUNTIME_DIR=str(run_dir))
        smoke = Smoke(machine, "samar", made(root, HOME / "wayland"))
        with machine.started(*smoke.samar()) as process:
            typing = {**os.environ, "DISPLAY": display}
            subprocess.run(["xdotool", "mousemove", "600", "400"], env=typing, check=True)

            def answered() -> bool:
                if process.poll() is not None:
                    raise SmokeError(f"the window ended with {process.returncode}")
                if not smoke.turns():
                    subprocess.run(["xdotool", "type", "hello"], env=typing, check=True)
                    subprocess.run(["xdotool", "key", "Return"], env=typing, check=True)
                return ("assistant", "finished") in smoke.turns()

            wait_for("a finished reply under Wayland", answered)
            process.send_signal(signal.SIGTERM)
            wait_for("the end of the window", lambda: process.poll() is not None)
            if process.returncode != 0:
                raise SmokeError(f"under Wayland the window ended with {process.returncode}")
    finally:
        compositor.terminate()
        compositor.wait()
        shutil.rmtree(outside)
        if not list(outside.parent.iterdir()):
            outside.parent.rmdir()
    return "what is typed is answered"


def try_all(root: Path, archive: Path, display: str) -> None:
    """Every hard place in turn; the first that goes wrong ends it."""
    os.environ["DISPLAY"] = display
    for name, attempt in (
        ("no display", lambda: no_display(root)),
        ("no writable home", lambda: no_writable_home(root)),
        ("no AVX", lambda: no_avx(root)),
        ("no Arabic font", lambda: no_arabic_font(root)),
        ("no keyring", lambda: no_keyring(root)),
        ("newer history", lambda: newer_history(root)),
        ("replaced program", lambda: replaced_program(root)),
        ("full disk", lambda: full_disk(root)),
        ("two versions", lambda: beside_portable(root, archive)),
        ("Wayland", lambda: wayland(root, display)),
    ):
        try:
            print(f"{name:<18}{attempt()}", flush=True)
        except (SmokeError, subprocess.SubprocessError, OSError) as problem:
            raise SystemExit(f"{name}: {problem}") from problem
