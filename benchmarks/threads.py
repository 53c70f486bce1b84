"""The choice of threads against every fixed choice, on an idle computer and with one core taken by another program.

    python -m benchmarks.threads [--model FILE] [--peers FOLDER] [--rounds 5] [--tokens 96]

Tokens per second of the adaptive choice over those of the best fixed one, asked in turn; 0.9 is the aim.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.engine import random_model
from desktop.core.generation import GenerationParams
from desktop.core.machine import usable_cores
from desktop.core.paths import starter_model
from desktop.core.requests import ChatRequest, LoadOptions
from desktop.engine.llama import Library, StopFlag
from desktop.engine.protocol import Finished, Frame
from desktop.engine.session import Session
from desktop.engine.template import TemplateProcess
from desktop.engine.threads import ThreadChooser
from desktop.models import gguf


@contextmanager
def busy(cores: int) -> Iterator[None]:
    """Other programs that compute all the time."""
    running = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(cores)]
    try:
        yield
    finally:
        for one in running:
            one.kill()
            one.wait()


def speed(session: Session, chooser: ThreadChooser, tokens: int) -> float:
    """Tokens per second of one reply."""
    found: list[float] = []

    def emit(frame: Frame) -> None:
        if isinstance(frame, Finished):
            found.append(frame.stats.tokens_per_s)

    session.threads = chooser
    session.context.set_threads(chooser.current, chooser.for_prompts)
    ends = tuple((token, float("-inf")) for token in range(session.model.size) if session.model.is_end(token))
    params = GenerationParams(seed=1, max_tokens=tokens, logit_bias=ends)
    session.generate(1, ChatRequest(messages=(("user", "Tell me a story."),), params=params), emit)
    return found[-1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=starter_model())
    parser.add_argument("--peers", type=Path, help="take the random model of 1.2 billion parameters, kept there")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tokens", type=int, default=96)
    options = parser.parse_args()
    model = random_model(options.peers) if options.peers else options.model
    flag = StopFlag()
    templates = TemplateProcess(flag)
    templates.start()
    load = LoadOptions(context=1024, speculation=False)
    session = Session(Library(), templates, flag, load, gguf.inspect(model), lambda _: None)
    cores = usable_cores()
    counts = list(ThreadChooser(cores).counts)
    print(
        f"**{session.info.name}**, {cores} cores\n\n| | adaptive | {' | '.join(f'{n} fixed' for n in counts)} | share of the best |"
    )
    print("|---" * (len(counts) + 3) + "|")
    for name, taken in (("idle", 0), ("one core taken", 1)):
        adaptive = ThreadChooser(cores)
        choosers = {"adaptive": adaptive, **{str(n): ThreadChooser(n, adaptive=False) for n in counts}}
        seen: dict[str, list[float]] = {one: [] for one in choosers}
        with busy(taken):
            for number in range(-1, options.rounds):  # the first one only warms up
                for one, chooser in choosers.items():
                    value = speed(session, chooser, options.tokens)
                    if number >= 0:
                        seen[one].append(value)
        middle = {one: statistics.median(values) for one, values in seen.items()}
        best = max(value for one, value in middle.items() if one != "adaptive")
        cells = " | ".join(f"{value:.1f}" for value in middle.values())
        print(f"| {name} | {cells} | {middle['adaptive'] / best:.2f} |", flush=True)
    session.close()
    templates.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
