"""The engine against llama-server and llama-bench: speed, time to the first token, memory.

    python -m benchmarks.engine --peers FOLDER [--part turns|restarts|all] [--rounds 5] [--tokens 128] [--prompt 1000]
                                [--long 4000] [--write]

FOLDER is what benchmarks.peers prints. Both sides use the same files, settings and threads, and are asked in turn within each
round, so that a computer busy with something else is so for both; tables give the median and the spread. The models are the
bundled one and one of 1.2 billion random parameters in Llama 3.2 1B's shape, made by Samar's converter. --write puts the
tables into benchmarks/engine.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.engine_peers import LlamaServer, Messages, Samar, Side, llama_bench
from desktop.core.machine import usable_cores
from desktop.core.paths import starter_model
from desktop.models import gguf

PAGE = Path(__file__).with_name("engine.md")
MARK = "<!-- what follows is written by python -m benchmarks.engine --write -->\n"
WORDS = [
    "the",
    "quick",
    "brown",
    "fox",
    "jumps",
    "over",
    "a",
    "lazy",
    "dog",
    "while",
    "seven",
    "wizards",
    "box",
    "and",
    "quietly",
    "judge",
    "my",
    "vow",
    "of",
    "silence",
    "evening",
    "talk",
    "lantern",
]
"""Of one script: llama-server cuts strings by bytes, so that the bundled model's template breaks Arabic letters there."""


def text_of(words: int, salt: int) -> str:
    """Text that shares no beginning with another salt's."""
    return f"{salt} " + " ".join(WORDS[(i * 7 + salt * 3 + i // 5) % len(WORDS)] for i in range(words))


def random_model(home: Path) -> Path:
    """1.2 billion random parameters, Q4_K_M; made once, kept in `home`."""
    from benchmarks.converter import make_checkpoint

    path = home / "bench-1b-q4_k_m.gguf"
    if not path.exists():
        with tempfile.TemporaryDirectory(dir=home) as place:
            folder = Path(place) / "Bench-1B"
            make_checkpoint(folder, 16)
            made = Path(place) / "made.gguf"
            command = [sys.executable, "-m", "converter", str(folder), "--type", "Q4_K_M", "--out", str(made)]
            subprocess.run(command, check=True)
            made.replace(path)
    return path


class Table:
    """Figures by row and side, in the order in which they came."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, list[float]]] = {}

    def note(self, row: str, side: str, value: float) -> None:
        if value == value:
            print(f"{side}: {row}: {value:.4g}", file=sys.stderr, flush=True)  # it is long until the table is there
            self.rows.setdefault(row, {}).setdefault(side, []).append(value)

    def lines(self, sides: list[str]) -> list[str]:
        """Markdown: median (least – most) for each side, and the median of the pairs' ratios."""
        head = [f"| | {' | '.join(sides)} | {sides[0]} / {sides[1]} |", "|---" * (len(sides) + 2) + "|"]
        return head + [self._line(row, sides) for row in self.rows]

    def _line(self, row: str, sides: list[str]) -> str:
        found = self.rows[row]
        cells = []
        for side in sides:
            values = sorted(found.get(side, []))
            spread = f" ({values[0]:.3g} – {values[-1]:.3g})" if len(values) > 1 else ""
            cells.append(f"{statistics.median(values):.4g}{spread}" if values else "–")
        pairs = [a / b for a, b in zip(found.get(sides[0], []), found.get(sides[1], []), strict=False) if b]
        cells.append(f"{statistics.median(pairs):.3g}" if pairs else "–")
        return f"| {row} | {' | '.join(cells)} |"


def words_for(side: Side, tokens: int) -> int:
    """How many words of `text_of` make about `tokens` tokens."""
    seen = side.ask((("user", text_of(200, 999)),), 1, "words").prompt_tokens
    return max(1, round(200 * tokens / seen))


def race(sides: list[Side], options: argparse.Namespace, table: Table) -> None:
    """Reading, writing, turns and switches, in turn on both sides."""
    words = words_for(sides[0], options.prompt)
    turn: Messages = (("assistant", "yes"), ("user", "and now?"))
    for number in range(-1, options.rounds):  # the first one only warms up
        one, other = text_of(words, 2 * number + 4), text_of(words, 2 * number + 5)
        for side in sides if number % 2 else sides[::-1]:
            row: Callable[[str, float], None] = (
                (lambda name, value, side=side: table.note(name, side.name, value)) if number >= 0 else lambda *_: None
            )
            before = side.processor_s
            cold = side.ask((("user", one),), options.tokens, f"{number} one")
            row("prompt, tokens/s", cold.prompt_per_s)
            row("reply, tokens/s", cold.tokens_per_s)
            row("processor time of both, s", side.processor_s - before)
            row("first token, cold, s", cold.first_s)
            row("first token, next turn, s", side.ask((("user", one), *turn), 4, f"{number} one").first_s)
            side.ask((("user", other),), 4, f"{number} two")
            row("first token, back in the first chat, s", side.ask((("user", one), *turn), 4, f"{number} one").first_s)
            side.settle()


def long_chat(side: Side, tokens: int) -> list[tuple[str, str]]:
    """A chat of at most 200 turns and about `tokens` tokens, the last turn a question."""

    def chat(turns: int, words: int) -> list[tuple[str, str]]:
        return [("user" if i % 2 == 0 else "assistant", text_of(words, i)) for i in range(turns)]

    def size(turns: int, words: int) -> int:
        return side.ask(chat(turns, words), 1, "size").prompt_tokens

    short, long = ((size(21, words) - size(1, words)) / 20 for words in (2, 12))
    turns = min(199, int(tokens / short)) // 2 * 2 - 1
    words = 2 + int((tokens / turns - short) / ((long - short) / 10))
    return chat(turns, words)


def turns(sides: list[Side], options: argparse.Namespace, table: Table) -> None:
    """Memory after one short reply, then the race and stops."""
    for side in sides:
        side.start()
        side.ask((("user", "hi"),), 4, "memory")
        side.settle()
    for side in sides:  # once both are there, so that each has its share of the file's pages
        for name, value in side.memory().items():
            table.note(name, side.name, value)
    race(sides, options, table)
    ours = sides[0]
    assert isinstance(ours, Samar)
    long = text_of(words_for(ours, options.prompt), 77)
    for number in range(options.rounds):
        table.note("stop while reading, ms", ours.name, 1000 * ours.stop_latency((("user", f"{number} {long}"),), True))
        table.note("stop while writing, ms", ours.name, 1000 * ours.stop_latency((("user", "hi"),), False))


def reopen(make: Callable[[], Side], options: argparse.Namespace, table: Table) -> None:
    """A long chat of 200 turns: read, gone on with, and reopened after a restart; and the start itself."""
    side = make()
    for number in range(options.restarts):
        began = time.perf_counter()
        side.start()
        side.ask((("user", "hi"),), 1, "hi")
        table.note("start to first token, s", side.name, time.perf_counter() - began)
        chat = long_chat(side, options.long)
        chat[0] = ("user", f"{number} {chat[0][1]}")
        cold = side.ask(chat, 4, "long")
        table.note("long chat, turns", side.name, len(chat) + 1)
        table.note("long chat, tokens", side.name, cold.prompt_tokens)
        table.note("first token, long chat, cold, s", side.name, cold.first_s)
        longer = [*chat, ("assistant", "yes"), ("user", "and now?")]
        warm = side.ask(longer, 4, "long")
        table.note("first token, long chat, next turn, s", side.name, warm.first_s)
        side.close()
        side.start()
        side.ask((("user", "hi"),), 1, "hi")
        again = side.ask(longer, 4, "long")
        table.note("first token, long chat, after a restart, s", side.name, again.first_s)
        table.note("the same, % of reading anew", side.name, 100 * again.first_s / cold.first_s)
        side.close()


def measure(model: Path, options: argparse.Namespace) -> list[str]:
    threads = options.threads or usable_cores()
    facts = gguf.inspect(model)
    table = Table()
    programs = options.peers / "build" / "bin"
    with tempfile.TemporaryDirectory() as place:
        ours = Samar(model, options.context, options.threads, Path(place) / "race")
        theirs = LlamaServer(programs / "llama-server", model, options.context, threads)
        sides: list[Side] = [ours, theirs]
        try:
            if options.part != "restarts":
                turns(sides, options, table)
        finally:
            for side in sides:
                side.close()
        if options.part != "turns":
            reopen(lambda: Samar(model, options.context, options.threads, Path(place) / "long"), options, table)
            reopen(lambda: LlamaServer(programs / "llama-server", model, options.context, threads), options, table)
    if options.part != "restarts":
        bare = llama_bench(programs / "llama-bench", model, threads, options.prompt, options.tokens, options.rounds)
        for name, value in bare.items():
            table.note("prompt, tokens/s" if "prompt" in name else "reply, tokens/s", "llama-bench", value)
    head = f"**{facts.name}**, {facts.quantization}, {facts.parameters / 1e6:.0f} million parameters, "
    head += f"context {options.context:,}, {threads} threads"
    return [head, "", *table.lines(["Samar", "llama-server", "llama-bench"]), ""]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=Path, required=True, help="folder that holds build/bin/llama-server")
    parser.add_argument("--model", type=Path, help="only this one")
    parser.add_argument("--part", choices=["turns", "restarts", "all"], default="all")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--restarts", type=int, default=3)
    parser.add_argument("--tokens", type=int, default=128)
    parser.add_argument("--prompt", type=int, default=1000, help="tokens")
    parser.add_argument("--long", type=int, default=4000, help="tokens of the chat of 200 turns")
    parser.add_argument("--context", type=int, default=0, help="0: 8192, or what the model was trained for")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    wished = options.context or 8192
    lines = [f"{platform.platform()}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}.", ""]
    for model in [options.model] if options.model else [starter_model(), random_model(options.peers)]:
        trained = gguf.inspect(model).context_trained or wished
        options.context = min(wished, trained)
        asked = options.prompt, options.long
        options.prompt, options.long = min(asked[0], options.context // 3), min(asked[1], options.context * 2 // 3)
        lines += measure(model, options)
        options.prompt, options.long = asked
    print("\n".join(lines))
    if options.write:
        before = PAGE.read_text().split(MARK)[0] if PAGE.exists() else ""
        PAGE.write_text(before + MARK + "\n" + "\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
