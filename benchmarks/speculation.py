"""Guesses from the text: what they gain on copy-heavy work, and what they cost on free text.

    python -m benchmarks.speculation [--model FILE] [--rounds 5] [--tokens 300] [--threads N]

No model at hand copies as a trained one of a billion parameters does, so the reply is given: every token is decoded and
sampled as always, and then the next one of a script takes the sample's place. The scripts are a program with every
twentieth line changed, after a prompt that holds the program, and prose that the prompt does not hold. Pairs with and
without guesses, in turn.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path
from typing import Any

from benchmarks.engine import random_model
from desktop.core.generation import GenerationParams, GenerationStats
from desktop.core.paths import starter_model
from desktop.core.requests import ChatRequest, LoadOptions
from desktop.engine.llama import Library, StopFlag
from desktop.engine.prompt import Prompt
from desktop.engine.protocol import Finished, Frame
from desktop.engine.session import Session
from desktop.engine.template import TemplateProcess
from desktop.models import gguf

ROOT = Path(__file__).resolve().parents[1]


def program() -> tuple[str, str]:
    """A program, and the same with every twentieth line changed."""
    lines = (ROOT / "desktop" / "engine" / "reply.py").read_text().splitlines(keepends=True)[:70]
    return "".join(lines), "".join("# another line\n" if i % 20 == 10 else line for i, line in enumerate(lines))


def prose() -> str:
    text = (ROOT / "README.md").read_text()
    return text[text.index("\n\n") :]


class Scripted:
    """A session whose samples are taken from a script."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def reply(self, prompt: list[int], script: list[int]) -> GenerationStats:
        session, told = self.session, iter(script)
        sample, step = session.context.sample, session.context.step
        found: list[GenerationStats] = []

        def sampled(sampler: Any, index: int = -1) -> int:
            sample(sampler, index)
            return next(told)

        def stepped(token: int, sampler: Any) -> int:
            step(token, sampler)
            return next(told)

        def emit(frame: Frame) -> None:
            if isinstance(frame, Finished):
                found.append(frame.stats)

        session.context.sample, session.context.step = sampled, stepped  # type: ignore[method-assign]
        session.prompts.build = lambda *_: Prompt(prompt, 0, False)  # type: ignore[method-assign]
        params = GenerationParams(seed=1, max_tokens=len(script))
        try:
            session.generate(1, ChatRequest(messages=(("user", ""),), params=params), emit)
        finally:
            session.context.sample, session.context.step = sample, step  # type: ignore[method-assign]
        return found[-1]


def measure(model: Path, rounds: int, tokens: int, threads: int) -> None:
    flag = StopFlag()
    templates = TemplateProcess(flag)
    templates.start()
    load = LoadOptions(context=2048, threads=threads)
    session = Session(Library(), templates, flag, load, gguf.inspect(model), lambda _: None)
    side, speculator = Scripted(session), session.speculator
    before, after = program()
    tokenize = session.model.tokenize
    # a prompt may not be longer than the context leaves room for
    code = tokenize(after)[: min(tokens, session.context.size // 3)]
    work = {
        "editing a program": (tokenize("Change some lines:\n" + before)[: session.context.size // 2], code),
        "free text": (tokenize("Tell me about yourself."), tokenize(prose())[: min(tokens, session.context.size // 2)]),
    }
    print(
        f"\n**{session.info.name}**: tokens/s with guesses over tokens/s without\n\n| | median | spread |\n|---|---|---|"
    )
    for name, (prompt, script) in work.items():
        ratios: list[float] = []
        for number in range(-1, rounds):
            speeds: dict[bool, float] = {}
            for speculation in (True, False) if number % 2 else (False, True):
                session.speculator = speculator if speculation else None
                speeds[speculation] = side.reply(prompt, script).tokens_per_s
            if number >= 0:
                ratios.append(speeds[True] / speeds[False])
        print(f"| {name} | {statistics.median(ratios):.2f} | {min(ratios):.2f} – {max(ratios):.2f} |")
    session.speculator = speculator
    session.close()
    templates.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--peers", type=Path, help="where the random model is kept")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tokens", type=int, default=300)
    parser.add_argument("--threads", type=int, default=0, help="0: as the engine chooses")
    options = parser.parse_args()
    models = [options.model] if options.model else [starter_model()]
    if options.peers:
        models.append(random_model(options.peers))
    for model in models:
        measure(model, options.rounds, options.tokens, options.threads)
    return 0


if __name__ == "__main__":
    sys.exit(main())
