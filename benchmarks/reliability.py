"""What the history bears: kills at random moments, damaged files, and a disk that is full at any write.

    python -m benchmarks.reliability kills [COUNT] [--folder DIR]     the whole Samar under load, killed with SIGKILL
    python -m benchmarks.reliability damage [COUNT]                   damaged databases, opened
    python -m benchmarks.reliability full                             a small file system with less and less room (Linux)

Each prints its figures and exits with 1 if anything was lost. `kills` may be broken off and goes on in the same DIR.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path

import psutil

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parents[1]
EARLY = 0.2
"""Share of the kills that come while Samar starts."""
EARLY_S, LATE_S = (0.05, 2.0), (2.0, 7.0)


# ---- kills


def drive(data: Path, seed: int) -> None:
    """The child: a Samar that does what people do, and tells on standard output what it was told is stored."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from desktop.app import Samar
    from desktop.core.chat import Message, Role
    from desktop.core.errors import SamarError
    from desktop.core.generation import GenerationParams
    from desktop.core.paths import Paths
    from desktop.storage.exporters.base import ExportLabels

    app = QApplication(sys.argv[:1])
    dice = random.Random(seed)
    samar = Samar(app, Paths.under(data))
    chats = samar.chats
    count = 0

    def tell(*words: object) -> None:
        print(*words, flush=True)

    opened = samar.window.banner.error
    tell("start", opened.code if opened else "-")

    def act() -> None:
        nonlocal count
        count += 1
        text = f"message {seed}.{count} " + "سمر word " * dice.choice((1, 5, 400))
        listed = [chat.id for chat in samar.store.list_chats()]
        choice = dice.random()
        try:
            if choice < 0.65:
                if choice > 0.5:
                    chats.new_chat()
                chats.send(text)
                if chats.chat is not None:
                    tell("sent", json.dumps([chats.chat.id, text]))
            elif choice < 0.72:
                own = [message for message in chats.path() if message.role is Role.USER]
                if own and chats.chat is not None:
                    chats.edit(dice.choice(own).id, text)
                    tell("sent", json.dumps([chats.chat.id, text]))
            elif choice < 0.78:
                chats.stop()
            elif choice < 0.83 and len(listed) > 6:
                chosen = dice.choice(listed)
                tell("deleting", chosen)
                chats.organizer.delete([chosen])
            elif choice < 0.88 and listed:
                samar.store.rename(dice.choice(listed), f"title {seed}.{count}")
            elif choice < 0.92:
                samar.window.composer.text.setPlainText(text[:50])
            elif choice < 0.96:
                samar.keep_up()
            else:
                samar.transfer.worker.export(data / "export.json", "json", None, ExportLabels())
        except SamarError as problem:
            tell("error", problem.code)
        QTimer.singleShot(dice.choice((5, 30, 120, 400)), act)

    def ended(message: Message) -> None:
        tell("ended", json.dumps([message.id, message.status.value, message.content]))

    def begin() -> None:
        if not count:
            chats.set_params(GenerationParams(temperature=2.0, max_tokens=60))
            act()

    chats.replies.ended.connect(ended)
    samar.worker.model_loaded.connect(begin)
    samar.start([])
    app.exec()


def kills(count: int, folder: Path) -> int:
    """Kill `count` times in all on one data folder. Returns the exit status."""
    data, kept = folder / "data", folder / "told.json"
    folder.mkdir(parents=True, exist_ok=True)
    state: dict[str, list[object]] = {"sent": [], "ended": [], "deleted": [], "wrong": [], "kills": []}
    if kept.exists():
        state = json.loads(kept.read_text(encoding="utf-8"))
    began = time.monotonic()
    while len(state["kills"]) < count:
        number = len(state["kills"]) + 1
        state["kills"].append(_kill_once(data, number, random.Random(number), state))
        state["wrong"] += [[number, *found] for found in _compare(data, state)]
        kept.write_text(json.dumps(state), encoding="utf-8")
    told = Counter(str(kind) for kind in state["kills"])
    print(f"{len(state['kills'])} kills ({dict(told)}) in {time.monotonic() - began:.0f} s of this run")
    print(f"{len(state['sent'])} messages told as stored, {len(state['ended'])} replies told as ended")
    print(f"lost or wrong: {len(state['wrong'])}")
    for wrong in state["wrong"][:20]:
        print("  ", wrong)
    left = [
        path.name for path in data.rglob("*") if ".part" in path.name or path.name.startswith((".export-", ".probe-"))
    ]
    print(f"left over before a last start: {len(left)}")
    return 1 if state["wrong"] else 0


def _kill_once(data: Path, number: int, dice: random.Random, state: dict[str, list[object]]) -> str:
    command = [sys.executable, "-m", "benchmarks.reliability", "drive", str(data), str(number)]
    child = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    )
    lines: list[str] = []
    assert child.stdout is not None
    reader = threading.Thread(target=lambda out=child.stdout: lines.extend(iter(out.readline, "")))
    reader.start()
    early = dice.random() < EARLY
    with suppress(subprocess.TimeoutExpired):
        child.wait(dice.uniform(*(EARLY_S if early else LATE_S)))
    family: list[psutil.Process] = []
    with suppress(psutil.NoSuchProcess):
        family = psutil.Process(child.pid).children(recursive=True)
    if child.poll() is not None:
        state["wrong"].append([number, "ended by itself", child.returncode])
    if dice.random() < 0.3 and child.poll() is None:
        os.killpg(child.pid, 9)
    else:
        child.kill()
    child.wait()
    reader.join()
    _, alive = psutil.wait_procs(family, timeout=10)
    for process in alive:
        state["wrong"].append([number, "a child stays", process.pid])
        process.kill()
    _note(lines, state, number)
    return "at the start" if early else "at work"


def _note(lines: list[str], state: dict[str, list[object]], number: int) -> None:
    for line in lines:
        if not line.endswith("\n"):
            continue  # the kill came in the middle of the line
        word, _, rest = line.strip().partition(" ")
        if word in ("sent", "ended"):
            state[word].append(json.loads(rest))
        elif word == "deleting":
            state["deleted"].append(int(rest))
        elif word == "start" and rest != "-":
            state["wrong"].append([number, "said at the start", rest])


def _compare(data: Path, state: dict[str, list[object]]) -> list[list[object]]:
    """What is not as it was told."""
    if not (data / "history.sqlite3").exists():
        return []
    with closing(sqlite3.connect(data / "history.sqlite3")) as history:
        wrong: list[list[object]] = []
        for check in ("integrity_check", "foreign_key_check"):
            found = history.execute(f"PRAGMA {check}").fetchall()
            if found not in ([("ok",)], []):
                wrong.append([check, str(found)[:200]])
        rows = history.execute("SELECT id, chat_id, status, content FROM messages").fetchall()
    texts, by_id = {row[3] for row in rows}, {row[0]: row for row in rows}
    wrong += [["lost", text[:30]] for chat, text in state["sent"] if chat not in state["deleted"] and text not in texts]  # type: ignore[misc]
    for id_, status, content in state["ended"]:  # type: ignore[misc]
        row = by_id.get(id_)
        if row is not None and (row[2], row[3]) != (status, content):
            wrong.append(["another reply than was told", id_, status, row[2]])
    return wrong


# ---- damage


def damage(count: int) -> int:
    """Damage and open `count` databases, half of them with a backup. Returns the exit status."""
    from desktop.core.paths import Paths
    from desktop.storage.chats import ChatQuery, ChatStore
    from desktop.storage.opening import open_history
    from tests.storage import harm

    told: Counter[str] = Counter()
    figures: Counter[str] = Counter()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="reliability-") as folder:
        for backup in (True, False):
            harm.build(Paths.under(Path(folder) / f"base-{backup}"), 40, chats=40, backup=backup)
        for number in range(count):
            backup = bool(number % 2)
            kind = harm.DAMAGE[number // 2 % len(harm.DAMAGE)]
            paths = Paths.under(Path(folder) / "case")
            shutil.rmtree(paths.data, ignore_errors=True)
            shutil.copytree(Path(folder) / f"base-{backup}", paths.data)
            whole = harm.readable(paths.history)
            with closing(sqlite3.connect(paths.history)) as raw:  # as a Samar leaves it that was killed
                raw.execute("INSERT INTO sessions VALUES ('killed', 0, 0, 0)")
                raw.commit()
            kind(paths.history, random.Random(number))
            left = harm.readable(paths.history)
            figures["messages"] += len(whole)
            figures["read one by one"] += sum(row[1] == whole.get(id_, row)[1] for id_, row in left.items())
            figures["texts changed without a trace"] += sum(
                id_ in whole and row[1] != whole[id_][1] for id_, row in left.items()
            )
            try:
                found = open_history(paths)
            except Exception as problem:  # each is a fault, and must not hide the next
                wrong.append(f"{number} {kind.__name__}: {type(problem).__name__} {problem}")
                continue
            store = ChatStore(found.database)
            there = {row[0] for row in found.database.fetch("SELECT content FROM messages")}
            told[found.problem.code if found.problem else "nothing was noticed"] += 1
            figures["in the history afterwards"] += sum(row[1] in there for row in whole.values())
            lost = [id_ for id_, row in left.items() if row[1] not in there and whole.get(id_, row)[1] == row[1]]
            figures["readable and left out"] += len(lost)
            wrong += [f"{number} {kind.__name__}: {len(lost)} readable messages left out"] if lost else []
            if any(chat.title == "erase-me" for chat in store.list_chats(ChatQuery(archived=None))):
                wrong.append(f"{number} {kind.__name__}: an erased chat came back")
            if found.problem is not None and (problems := found.database.check()):
                wrong.append(f"{number} {kind.__name__}: {problems[:2]}")
            found.database.close()
    print(f"{count} damaged databases: {dict(told)}")
    for name, figure in figures.items():
        print(f"  {name}: {figure:,}")
    print(f"faults: {len(wrong)}", *wrong[:20], sep="\n  ")
    return 1 if wrong else 0


# ---- a full disk


SMALL_MB = 12
STEP_BYTES = 4096


def full() -> int:
    """The whole window on a file system with less and less room: each run fails at another write. Returns the status."""
    with tempfile.TemporaryDirectory(prefix="reliability-") as folder:
        inner = [sys.executable, "-m", "benchmarks.reliability", "full-inside", folder]
        mount = f"mount -t tmpfs -o size={SMALL_MB}m small {folder} && exec {' '.join(inner)}"
        command = [
            "unshare",
            "--mount",
            *([] if os.geteuid() == 0 else ["--user", "--map-root-user"]),
            "sh",
            "-c",
            mount,
        ]
        return subprocess.run(command, cwd=ROOT, check=False).returncode


def full_inside(folder: Path) -> int:
    """On the small file system. From no room at all up to where nothing fails any more."""
    from PySide6.QtWidgets import QApplication

    app = QApplication(sys.argv[:1])
    room, failed, said, wrong, calm = 0, 0, Counter[str](), [], 0
    while calm < 3:
        codes, faults = _full_once(app, folder, room)
        said.update(codes)
        wrong += [f"{room} bytes free: {fault}" for fault in faults]
        failed += bool(codes)
        calm = 0 if codes else calm + 1
        room += STEP_BYTES
    print(
        f"{room // STEP_BYTES} runs, the disk full after 0 to {room:,} bytes; {failed} of them with a write that failed"
    )
    print(f"said: {dict(said)}")
    print(f"faults: {len(wrong)}", *wrong[:20], sep="\n  ")
    return 1 if wrong else 0


def _full_once(app: object, folder: Path, room: int) -> tuple[list[str], list[str]]:
    from PySide6.QtCore import QEventLoop, QTimer
    from PySide6.QtWidgets import QApplication

    from desktop.app import Samar
    from desktop.core.errors import SamarError
    from desktop.core.paths import Paths
    from desktop.storage.exporters.base import ExportLabels
    from tests.fakes.scripted_engine import ScriptedEngine, facts_of

    assert isinstance(app, QApplication)
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    paths = Paths.under(folder / "data")
    samar = Samar(app, paths, ScriptedEngine(inspect=facts_of))
    codes: list[str] = []
    wrong: list[str] = []
    bugs: list[str] = []
    hook, sys.excepthook = sys.excepthook, lambda kind, problem, trace: bugs.append(f"{kind.__name__}: {problem}")
    for source in (samar.chats, samar.models):
        source.error_occurred.connect(lambda problem: codes.append(problem.code))
    samar.preferences.saving_failed.connect(lambda problem: codes.append(problem.code))

    def wait(condition: object, most_s: float = 20.0) -> None:
        loop, end = QEventLoop(), time.monotonic() + most_s
        assert callable(condition)
        while not condition() and time.monotonic() < end:
            QTimer.singleShot(5, loop.quit)
            loop.exec()

    samar.start([])
    wait(lambda: samar.worker.model is not None)
    samar.chats.send("before")
    wait(lambda: not samar.chats.replies.chats())
    wait(lambda: not samar.background.is_busy)
    filler = folder / "filler"
    _fill(filler, room)

    stored: set[str] = {"before"}

    def send(text: str) -> None:
        before = len(codes)
        samar.chats.send(text)
        wait(lambda: not samar.chats.replies.chats())
        if len(codes) == before:
            stored.add(text)

    def attempt(act: object) -> None:
        assert callable(act)
        try:
            act()
        except SamarError as problem:
            codes.append(problem.code)

    chat = samar.chats.chat
    assert chat is not None
    attempt(lambda: send("during " + "word " * 2000))
    attempt(lambda: samar.chats.organizer.rename(chat.id, "renamed"))
    attempt(lambda: samar.window.composer.text.setPlainText("a draft"))
    attempt(lambda: samar.preferences.change(user_name="x" * 3000))
    attempt(lambda: (samar.chats.new_chat(), send("during, in a new chat " + "word " * 500)))
    finished: list[object] = []
    samar.transfer.worker.exported.connect(finished.append)
    samar.transfer.worker.failed.connect(lambda problem: (codes.append(problem.code), finished.append(problem)))
    samar.transfer.worker.export(folder / "out.md", "md", None, ExportLabels())
    wait(lambda: bool(finished))
    attempt(samar.keep_up)
    wait(lambda: not samar.background.is_busy)
    filler.unlink()
    send("after")
    if "after" not in stored:
        wrong.append("nothing is stored when there is room again")
    samar.window.close()
    samar.close()
    samar.window.deleteLater()
    sys.excepthook = hook
    wrong += bugs
    with closing(sqlite3.connect(paths.history)) as history:
        if history.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            wrong.append("integrity")
        texts = {row[0] for row in history.execute("SELECT content FROM messages WHERE role = 'user'")}
        drafts = {row[0] for row in history.execute("SELECT content FROM drafts")}
        empty = history.execute(
            "SELECT count(*) FROM chats WHERE NOT EXISTS (SELECT 1 FROM messages WHERE chat_id = chats.id)"
        ).fetchone()[0]
        streaming = history.execute("SELECT count(*) FROM messages WHERE status = 'streaming'").fetchone()[0]
    wrong += [f"lost: {text[:30]}" for text in stored - texts]
    # a message whose reply could not be stored is stored all the same; in the composer as well it would be sent twice
    wrong += [f"in two places: {text[:30]}" for text in texts & drafts]
    if empty:
        wrong.append(f"{empty} chats without a message")
    if streaming:
        wrong.append(f"{streaming} replies that stream for ever")
    left = [
        path.name
        for path in folder.rglob("*")
        if ".part" in path.name or path.name.startswith((".export-", ".settings-"))
    ]
    if left:
        wrong.append(f"left over: {left}")
    return codes, wrong


def _fill(filler: Path, room: int) -> None:
    """Take all of the disk but `room` bytes."""
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(STEP_BYTES)):
            pass
    size = filler.stat().st_size
    os.truncate(filler, max(size - room, 0))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("kills", "damage", "full", "drive", "full-inside"))
    parser.add_argument("rest", nargs="*")
    parser.add_argument("--folder", type=Path, help="where kills are counted; a temporary one without it")
    given = parser.parse_args()
    if given.what == "drive":
        drive(Path(given.rest[0]), int(given.rest[1]))
        return 0
    if given.what == "full-inside":
        return full_inside(Path(given.rest[0]))
    if given.what == "full":
        return full()
    count = int(given.rest[0]) if given.rest else {"kills": 1000, "damage": 200}[given.what]
    if given.what == "damage":
        return damage(count)
    if given.folder:
        return kills(count, given.folder)
    with tempfile.TemporaryDirectory(prefix="reliability-") as folder:
        return kills(count, Path(folder))


if __name__ == "__main__":
    sys.exit(main())
