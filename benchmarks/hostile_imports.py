"""Files of chats by somebody who means harm: each imported by the real reader in its own process.

    python -m benchmarks.hostile_imports [COUNT]

Whole files of every form that Samar reads (its own JSON, ChatGPT, Open WebUI, lines of ShareGPT and ChatML, the first three in
a zip too) are harmed at random places: bytes, values of the wrong type or beyond any bound, cycles, depth, repetition.
Afterwards the history must hold what it held, pass `integrity_check`, and every chat that came in must be readable and be
exported. The seeds are fixed, so that each run tries the same files. Ends with status 1 if anything else happened.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from desktop.core.errors import SamarError
from desktop.core.paths import Paths
from desktop.storage.chats import ChatStore
from desktop.storage.exporters.base import ExportFormat
from desktop.storage.exporters.exporting import export_chats
from desktop.storage.importers.importing import import_chats
from desktop.storage.opening import open_history

SLOW_S = 30.0
VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 2**63, -(2**63) - 1, 10**400, 1e308, -1e308, 253402300800, "", "\ud800", "\0", "a" * 100_000, [], {}, [[]],
    {"parts": None}, "<details type=\"reasoning\"><summary></summary>" * 2000, "${{{{{{{{{{x}}}}}}}}}}$", "\u202e" * 500, "<|im_end|>",
    "data:image/png;base64,AAAA", "../../../etc/passwd",
)  # fmt: skip


def forms() -> dict[str, Any]:
    """A small whole file of each form."""
    turns = [
        ("user", "سؤال 1"),
        ("assistant", "An **answer** with `code` and $x^2$."),
        ("user", "2?"),
        ("assistant", "نعم"),
    ]
    mapping: dict[str, Any] = {"root": {"id": "root", "message": None, "parent": None, "children": ["n0"]}}
    for number, (role, text) in enumerate(turns):
        mapping[f"n{number}"] = {
            "id": f"n{number}",
            "parent": f"n{number - 1}" if number else "root",
            "children": [f"n{number + 1}"] if number + 1 < len(turns) else [],
            "message": {
                "id": f"m{number}",
                "author": {"role": role},
                "create_time": 1.7e9 + number,
                "content": {"content_type": "text", "parts": [text]},
            },
        }
    webui = {
        str(number): {
            "id": str(number), "parentId": str(number - 1) if number else None, "childrenIds": [str(number + 1)],
            "role": role, "content": text, "timestamp": 1700000000 + number,
        }
        for number, (role, text) in enumerate(turns)
    }  # fmt: skip
    lines = [{"conversations": [{"from": "human" if r == "user" else "gpt", "value": t} for r, t in turns]}] * 3
    return {
        "chatgpt": [{"title": "One", "create_time": 1.7e9, "current_node": "n3", "mapping": mapping}] * 2,
        "webui": [{"id": "w", "title": "Two", "chat": {"history": {"messages": webui, "currentId": "3"}}}],
        "sharegpt": lines,
        "chatml": [{"messages": [{"role": r, "content": t} for r, t in turns]}] * 3,
    }


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container of `value` with each of its keys; what is nested deeper than 40 levels is left out."""
    found: list[tuple[Any, Any]] = []
    level = [value]
    for _ in range(40):
        holders = [one for one in level if isinstance(one, dict | list)]
        spots = [(one, key) for one in holders for key in (one if isinstance(one, dict) else range(len(one)))]
        found += spots
        level = [one[key] for one, key in spots]
    return found


def harmed(value: Any, dice: random.Random) -> Any:
    value = json.loads(json.dumps(value))
    for _ in range(dice.choice((1, 1, 2, 5, 20))):
        spots = places(value)
        if not spots:
            break
        holder, key = dice.choice(spots)
        act = dice.randrange(5)
        if key not in holder and isinstance(holder, dict):
            continue  # taken out before
        if act == 0:
            holder[key] = dice.choice(VALUES)
        elif act == 1:
            other, name = dice.choice(spots)
            holder[key] = json.loads(json.dumps(other[name]))
        elif act == 2 and isinstance(holder, dict):
            del holder[key]
        elif act == 3 and isinstance(holder, list):
            holder[:] = holder * (dice.choice((2, 50)) if len(spots) < 500 else 2 if len(spots) < 5000 else 1)
        else:
            deep: Any = holder[key]
            for _ in range(dice.choice((3, 300, 900))):
                deep = [deep]
            holder[key] = deep
    return value


def written(name: str, value: Any, folder: Path, dice: random.Random) -> Path:
    """The file as a program would leave it, and sometimes with bytes changed, cut off, or in a zip."""
    as_lines = name in ("sharegpt", "chatml")
    items = value if as_lines and isinstance(value, list) else [value]
    data = "\n".join(json.dumps(item) for item in items).encode("utf-8", "surrogatepass")
    act = dice.randrange(6)
    if act == 0:
        data = data[: dice.randrange(len(data) + 1)]
    elif act == 1 and data:
        raw = bytearray(data)
        for _ in range(dice.randrange(1, 30)):
            raw[dice.randrange(len(raw))] = dice.randrange(256)
        data = bytes(raw)
    if name == "samar" or as_lines or act != 2:
        path = folder / ("file.jsonl" if as_lines else "file.json")
        path.write_bytes(data)
        return path
    path = folder / "file.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("conversations.json", data)
        archive.writestr("../outside.json", b"[]")
    return path


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    sys.setrecursionlimit(20_000)  # of this program alone, which writes what is nested so deep
    told: Counter[str] = Counter()
    wrong: list[str] = []
    slowest = 0.0
    with tempfile.TemporaryDirectory(prefix="imports-") as place:
        folder = Path(place)
        found = open_history(Paths.under(folder / "data"))
        store = ChatStore(found.database)
        kept = store.create_chat("was here")
        store.begin_turn(kept.id, None, "untouched", "m")
        whole = forms()
        export_chats(store, folder / "own.json", ExportFormat.JSON)
        whole["samar"] = json.loads((folder / "own.json").read_text(encoding="utf-8"))
        for number in range(count):
            dice = random.Random(number)
            name = dice.choice(sorted(whole))
            path = written(name, harmed(whole[name], dice), folder, dice)
            began = time.monotonic()
            outcome = _attempt(store, path, lambda text, n=number: wrong.append(f"{n}: {text}"))  # type: ignore[misc]
            slowest = max(slowest, time.monotonic() - began)
            if time.monotonic() - began > SLOW_S:
                wrong.append(f"{number}: {time.monotonic() - began:.0f} s")
            told[outcome] += 1
            path.unlink()
        if found.database.scalar("PRAGMA integrity_check") != "ok":
            wrong.append("the history is damaged")
        if [message.content for message in store.messages_of(kept.id)][:1] != ["untouched"]:
            wrong.append("what was in the history has changed")
        found.database.close()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"{count} files: " + ", ".join(f"{n} {what}" for what, n in told.most_common()))
    print(f"slowest {slowest:.1f} s, the largest reading process {peak} MB")
    print("\n".join(wrong) if wrong else "nothing else happened")
    return bool(wrong)


def _attempt(store: ChatStore, path: Path, wrong: Callable[[str], None]) -> str:
    """Imports a file, reads and exports what came, and erases it again. Returns what was told."""
    try:
        came = import_chats(store, path)
    except SamarError as problem:
        return problem.code
    except Exception as problem:
        wrong(f"import: {type(problem).__name__}: {problem}")
        return "a bug"
    try:
        for chat in came.chats:
            store.get_chat(chat)
            store.messages_of(chat)
        for form in (ExportFormat.MARKDOWN, ExportFormat.JSON):
            if came.chats:
                export_chats(store, path.with_name(f"out.{form}"), form, list(came.chats))
    except Exception as problem:
        wrong(f"reading what came: {type(problem).__name__}: {problem}")
    store.delete_chats(list(came.chats))
    store.erase_overdue(0)
    return "imported" if came.messages else "without a chat"


if __name__ == "__main__":
    sys.exit(main())
