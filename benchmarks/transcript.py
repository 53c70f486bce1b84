"""The transcript's part of `make bench-ui`: growth and ratios rather than seconds.

Times are of the GUI thread's own work (its processor time, so that a busy computer does not blur them); what it waits
for the interpreter while a formula is typeset in its thread is not in them.

Run as `python -m benchmarks.transcript [--json]`; the offscreen platform lays out and paints as a screen does.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from desktop.core.chat import Message, MessageStatus, Role
from desktop.ui.transcript.view import TranscriptView

_ENGLISH = "the model reads every token of your prompt and writes its answer one piece after another until it ends"
_ARABIC = "يقرأ النموذج كل رمز من سؤالك ثم يكتب الجواب قطعة بعد قطعة حتى ينتهي من الكلام كله في هدوء"
CHUNK_TOKENS = 6
"""Tokens in one update: 200 tokens/s, gathered for 30 ms."""
CHARACTERS = 4
"""In one token, about."""


def prose(words: int, seed: int) -> str:
    source = random.Random(seed)
    pool = (_ARABIC if seed % 2 else _ENGLISH).split()
    return " ".join(source.choice(pool) for _ in range(words)) + "."


def reply_text(tokens: int) -> str:
    """A reply of about so many tokens: prose in two scripts, code, tables, lists and formulas in turn."""
    parts: list[str] = []
    length = 0
    index = 0
    while length < tokens * CHARACTERS:
        match index % 6:
            case 0 | 3:
                part = f"## {prose(5, index)}\n\n{prose(60, index)} `code_{index}` **{prose(3, index)}**"
            case 1:
                lines = (f"value_{i} = compute(items[{i}], scale=1.5)  # step {i}" for i in range(25))
                part = "```python\n" + "\n".join(lines) + "\n```"
            case 2:
                rows = "\n".join(f"| {prose(2, index)} | {i} | `x{i}` |" for i in range(6))
                part = f"| name | size | code |\n|---|--:|---|\n{rows}"
            case 4:
                part = "\n".join(f"{i}. {prose(12, index + i)}" for i in range(1, 8))
            case _:
                formula = f"\\sum_{{i=1}}^{{{index}}} i^2 = \\frac{{n}}{{{index}}}"
                part = f"{prose(20, index)} $E_{{{index}}} = mc^2$\n\n$${formula}$$"
        parts.append(part)
        length += len(part) + 2
        index += 1
    return "\n\n".join(parts)


def chat(count: int) -> list[Message]:
    out: list[Message] = []
    for index in range(1, count + 1):
        if index % 2:
            out.append(Message(index, 1, index - 1 or None, Role.USER, prose(12, index)))
            continue
        text = "\n\n".join(prose(45, index // 2 + part) for part in range(3))
        text += f"\n\n- {prose(6, index)}\n- {prose(6, index)}" if index % 4 else f"\n\n```python\nprint({index})\n```"
        out.append(Message(index, 1, index - 1, Role.ASSISTANT, text))
    return out


def _shown() -> TranscriptView:
    view = TranscriptView()
    view.resize(1000, 800)
    view.show()
    return view


def _leave(view: TranscriptView) -> None:
    view.close_parsers()
    view.close()
    view.deleteLater()
    QApplication.processEvents()


def opening() -> dict[str, float]:
    """From a chat's messages to its first painted screen, best of five, 20 against 2,000 messages; then the rest."""
    view = _shown()
    small, large = chat(20), chat(2000)
    times: dict[int, list[float]] = {20: [], 2000: []}
    for _ in range(6):
        for messages in (small, large):
            start = time.thread_time()
            view.set_messages(messages)
            view.page.viewport().repaint()
            times[len(messages)].append(time.thread_time() - start)
            view.clear()
    first = {count: min(values[1:]) for count, values in times.items()}
    view.set_messages(large)
    slices: list[float] = []
    while not view.is_filled:
        start = time.thread_time()
        view.filler.work()
        slices.append(time.thread_time() - start)
    found = {
        "first_screen_20_ms": first[20] * 1e3,
        "first_screen_2000_ms": first[2000] * 1e3,
        "ratio": first[2000] / first[20],
        "rest_of_2000_s": sum(slices),
        "slice_p99_ms": statistics.quantiles(slices, n=100)[98] * 1e3,
        "slice_worst_ms": max(slices) * 1e3,
        "resident_mb": resident_mb(),
    }
    _leave(view)
    return found


def streaming(before: int = 0) -> dict[str, float]:
    """Work of the GUI thread for each update, layout and painting included, near 1,000 and near 20,000 tokens of one
    reply. before: messages that the chat has already."""
    view = _shown()
    view.set_messages([*chat(before), Message(900_001, 1, None, Role.USER, prose(10, 3))])
    while not view.is_filled:
        view.filler.work()
    view.append_message(Message(900_002, 1, 900_001, Role.ASSISTANT, "", MessageStatus.STREAMING))
    text = reply_text(21_000)
    size = CHUNK_TOKENS * CHARACTERS
    work: list[float] = []
    for at in range(0, len(text), size):
        start = time.thread_time()
        view.append_chunk(900_002, text[at : at + size])
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 0)
        work.append(time.thread_time() - start)
    window = 150
    marks = [1000 // CHUNK_TOKENS, 20_000 // CHUNK_TOKENS]
    early, late = (work[mark - window // 2 : mark + window // 2 + 1] for mark in marks)
    start = time.thread_time()
    view.finish_message(Message(900_002, 1, 900_001, Role.ASSISTANT, text))
    finish = time.thread_time() - start
    found = {
        "updates": len(work),
        "mean_1k_ms": statistics.mean(early) * 1e3,
        "mean_20k_ms": statistics.mean(late) * 1e3,
        "ratio": statistics.mean(late) / statistics.mean(early),
        "median_ratio": statistics.median(late) / statistics.median(early),
        "p99_ms": statistics.quantiles(work, n=100)[98] * 1e3,
        "worst_ms": max(work) * 1e3,
        "finish_ms": finish * 1e3,
        "resident_mb": resident_mb(),
    }
    _leave(view)
    return found


def resident_mb() -> float:
    """Memory that this process holds now, MB; where there is no /proc, the most that it ever held."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text(encoding="ascii").split()[1]) * resource.getpagesize() / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


PARTS: dict[str, Callable[[], dict[str, float]]] = {
    "opening": opening,
    "streaming": streaming,
    "streaming_after_2000": lambda: streaming(2000),
}


def measure(parts: Sequence[str] = tuple(PARTS)) -> dict[str, dict[str, float]]:
    """The figures of some parts. A QApplication must exist; memory is that of the process, so one part alone tells its own."""
    return {part: PARTS[part]() for part in parts}


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true", help="print one JSON object")
    options.add_argument("--only", choices=PARTS, help="one part, whose memory is then its own")
    chosen = options.parse_args()
    as_json, parts = chosen.json, [chosen.only] if chosen.only else list(PARTS)
    application = QApplication.instance() or QApplication(sys.argv[:1])
    found = measure(parts)
    del application
    if as_json:
        print(json.dumps(found, indent=2))
        return 0
    for name, figures in found.items():
        print(name)
        for key, value in figures.items():
            print(f"  {key:24} {value:10.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
