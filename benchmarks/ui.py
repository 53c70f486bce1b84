"""The window's speed, as one table: start-up, opening and streaming chats, searching.

    python -m benchmarks.ui [--write]      prints the figures; --write: into ui.md as well

Each part is a process of its own: benchmarks.startup, benchmarks.transcript (several times) and benchmarks.storage.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import qVersion

PAGE = Path(__file__).parent / "ui.md"
HEAD = "## Figures"
ROUNDS = 3
"""Of the transcript; start-up has its own."""
FRAME_MS, MOST_MB = 16, 250


def told(module: str, *arguments: str) -> dict[str, Any]:
    """What a benchmark says with --json."""
    environment = dict(os.environ)
    if module == "transcript":
        environment["QT_QPA_PLATFORM"] = "offscreen"  # lays out and paints as a screen does
    command = [sys.executable, "-m", f"benchmarks.{module}", "--json", *arguments]
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment, check=False).stdout
    if not said:
        raise SystemExit(f"{module} told nothing")
    found: dict[str, Any] = json.loads(said)
    return found


def spread(values: list[float], digits: int = 0, unit: str = "") -> str:
    """Median, and the range where there is one."""
    median, low, high = statistics.median(values), min(values), max(values)
    text = f"{median:.{digits}f}{unit}"
    return text if len(values) == 1 else f"{text} ({low:.{digits}f}–{high:.{digits}f})"


def row(name: str, values: list[float], aim: float | None, digits: int = 0, unit: str = "") -> str:
    """aim: the most that is allowed of the median."""
    if aim is None:
        return f"| {name} | {spread(values, digits, unit)} | | |"
    met = "met" if statistics.median(values) <= aim else "**missed**"
    return f"| {name} | {spread(values, digits, unit)} | {aim:g}{unit} | {met} |"


def machine() -> str:
    """What kind of computer this is."""
    return f"{os.cpu_count()} logical processors, {platform.machine()}, {platform.system()}, Python {platform.python_version()}, Qt {qVersion()}"


def table() -> str:
    start = told("startup")
    transcript: dict[str, dict[str, list[float]]] = {}
    for _ in range(ROUNDS):
        for part in ("opening", "streaming", "streaming_after_2000"):
            for key, value in told("transcript", "--only", part)[part].items():
                transcript.setdefault(part, {}).setdefault(key, []).append(value)
    search = told("storage")
    opening, streaming, after = (transcript[part] for part in ("opening", "streaming", "streaming_after_2000"))
    rows = [
        row("start with 10,000 chats, against a bare window", start["ratio"], 2.0, 2),
        row("… Samar, process start to a typed key", start["samar_ms"], None, 0, " ms"),
        row("… bare PySide6 window, the same", start["bare_ms"], None, 0, " ms"),
        row(
            "… bare window with what Samar's first picture imports of others, against a bare one",
            start["floor_ratio"],
            None,
            2,
        ),
        row("… longest pause of the event loop in the two seconds after", start["away_ms"], None, 0, " ms"),
        row("first screen of 2,000 messages, against 20", opening["ratio"], 1.5, 2),
        row("… first screen of 2,000", opening["first_screen_2000_ms"], None, 1, " ms"),
        row("… rest of the 2,000, in parts", opening["rest_of_2000_s"], None, 2, " s"),
        row("… parts: 99th percentile", opening["slice_p99_ms"], FRAME_MS, 1, " ms"),
        row("… parts: longest", opening["slice_worst_ms"], None, 1, " ms"),
        row("… memory of the process", opening["resident_mb"], MOST_MB, 0, " MB"),
        row("streaming: an update at 20,000 tokens, against 1,000", streaming["ratio"], 1.5, 2),
        row("… 99th percentile of all updates", streaming["p99_ms"], FRAME_MS, 1, " ms"),
        row("… longest update", streaming["worst_ms"], None, 1, " ms"),
        row("… memory of the process", streaming["resident_mb"], MOST_MB, 0, " MB"),
        row("streaming under 2,000 messages: 20,000 tokens, against 1,000", after["ratio"], 1.5, 2),
        row("… 99th percentile of all updates", after["p99_ms"], FRAME_MS, 1, " ms"),
        row("… longest update", after["worst_ms"], None, 1, " ms"),
        row("… memory of the process", after["resident_mb"], MOST_MB, 0, " MB"),
        row(
            "search in 100,000 messages, against bare FTS5: all queries together", [search["search_ratio_sum"]], 1.3, 2
        ),
        row("… median of the queries", [search["search_ratio_median"]], 1.3, 2),
        row("… worst of them", [search["search_ratio_worst"]], 1.3, 2),
    ]
    queries = [
        f"| {found['query']} | {found['samar_ms']:.2f} | {found['fts5_ms']:.2f} | {found['ratio']:.2f} |"
        for found in search["search"]
    ]
    return "\n".join(
        [
            f"{machine()}; start-up on {start['platform']}. {start['rounds']} rounds of the start, {ROUNDS} of the transcript;"
            " median, and lowest to highest in brackets.",
            "",
            "| | measured | aim | |",
            "|---|---|---|---|",
            *rows,
            "",
            "Search, each kind of query in English and in Arabic, best of 20:",
            "",
            "| query | Samar, ms | bare FTS5, ms | ratio |",
            "|---|---|---|---|",
            *queries,
            "",
        ]
    )


def main() -> int:
    text = table()
    print(text)
    if "--write" in sys.argv[1:]:
        before = PAGE.read_text(encoding="utf-8").partition(f"{HEAD}\n")[0]
        PAGE.write_text(f"{before}{HEAD}\n\n{text}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
