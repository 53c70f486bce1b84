"""Greedy replies of Samar's engine against llama-server's, token by token, for every family and the bundled model.

    python -m tests.engine.greedy --peers FOLDER [--tokens 256] [name …]      FOLDER: as benchmarks.peers prints it

Every way in which the engine saves work is tried on and off: a cache that holds part of the prompt, a state from disk, a
warm copy, guesses from the text; all of it without and with a LoRA adapter of random weights, and after one was laid on or taken
off. Where both compute in the same pieces their logits must agree (the column "apart").
Floating-point sums depend on how many tokens are computed together, so replies may part where the two best tokens are all
but equal. The check measures that: the gap between the two best tokens is computed at every place with the prompt cut in
several ways, the largest difference between these figures is the noise, and a parting is a tie when the gap there is no
wider than that. After a tie both go on from the same tokens; anything else fails.
"""

from __future__ import annotations

import argparse
import json
import math
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from desktop.core.generation import GenerationParams
from desktop.core.model import Adapter
from desktop.core.paths import starter_model
from desktop.core.requests import ChatRequest, LoadOptions
from desktop.engine.kv_snapshots import forget
from desktop.engine.llama import Library, StopFlag
from desktop.engine.prompt import Prompt
from desktop.engine.session import Session
from desktop.engine.template import TemplateProcess
from desktop.models import gguf
from tests.engine.families import FAMILIES, write_adapter, write_family

CONTEXT = 1024
TEXT = "Hello world, the night is talking. I'll say 123456 things! سمر الليل حديث من القلب في الليالي الطوال. "
BUNDLED = "bundled"
LOUD = 0.01
"""Logits that differ by more than this come from different computations, not from different orders of one."""


# ---- llama-server


@dataclass(frozen=True)
class Theirs:
    """tokens: of llama-server's reply. told: token and gap to the next best one, in log probability, where it told."""

    tokens: list[int]
    told: list[tuple[int, float]]


Ask = Callable[[list[int], int, list[int]], Theirs]
Start = Callable[[tuple[Adapter, ...]], AbstractContextManager[Ask]]


@contextmanager
def server(program: Path, model: Path, adapters: tuple[Adapter, ...]) -> Iterator[Ask]:
    """Answers (prompt, tokens wanted, forbidden tokens)."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["-c", CONTEXT, "-t", 1, "-np", 1, "--no-warmup", "--cache-ram", 0, "--port", port]
    laid = [word for adapter in adapters for word in ("--lora", adapter.path)]  # at their full strength
    command = [str(program), "-m", str(model), *map(str, options), *laid]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"

    def ask(prompt: list[int], count: int, forbidden: list[int]) -> Theirs:
        body = {
            "prompt": prompt,
            "n_predict": count,
            "temperature": 0.0,
            "samplers": ["temperature"],
            "n_probs": len(forbidden) + 2,
            "return_tokens": True,
            "cache_prompt": False,
            "ignore_eos": True,
            "logit_bias": [[token, False] for token in forbidden],
        }
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{address}/completion", json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request) as answer:
            found: dict[str, Any] = json.load(answer)
        told = [(one["id"], _gap(one, forbidden)) for one in found["completion_probabilities"]]
        return Theirs(found["tokens"], told)

    try:
        _wait_for(f"{address}/health", process)
        yield ask
    finally:
        process.terminate()
        process.wait()


def _gap(one: dict[str, Any], forbidden: list[int]) -> float:
    # below, a probability is too small for a whole float, and its logarithm is told wrongly or as the least of all floats
    told = [top for top in one["top_logprobs"] if top["logprob"] > -80.0]
    others = [top["logprob"] for top in told if top["id"] != one["id"] and top["id"] not in forbidden]
    return float(one["logprob"] - max(others)) if others else math.inf


def _is_cut(text: bytes) -> bool:
    """Whether `text` ends inside a character, by llama-server's rule: for such a token it tells no probabilities."""
    return any(
        (lead & 0xE0 == 0xC0 and back < 2) or (lead & 0xF0 == 0xE0 and back < 3) or lead & 0xF8 == 0xF0
        for back, lead in enumerate(reversed(text[-3:]), 1)
    )


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    while True:
        try:
            with urllib.request.urlopen(url):
                return
        except OSError:
            if process.poll() is not None:
                raise SystemExit("llama-server ended") from None
            threading.Event().wait(0.05)


# ---- Samar


class Ours:
    """The engine's session in this process, fed with tokens instead of chats."""

    def __init__(self, library: Library, templates: TemplateProcess, flag: StopFlag, model: Path, states: Path) -> None:
        self._make = lambda options: Session(
            library, templates, flag, options, gguf.inspect(model), lambda _: None, states
        )
        self._states = states
        self.adapters: tuple[Adapter, ...] = ()
        self.session = self._make(self._options())
        vocabulary = self.session.model
        self.forbidden = [token for token in range(vocabulary.size) if vocabulary.is_end(token)]

    def _options(self, speculation: bool = False) -> LoadOptions:
        return LoadOptions(context=CONTEXT, threads=1, speculation=speculation, adapters=self.adapters)

    def anew(self, speculation: bool = False, *, restart: bool = False) -> None:
        """Another session; restart: with the states of the one before on disk."""
        self.close()
        if not restart:
            forget(self._states)
        self.session = self._make(self._options(speculation))

    def lay_on(self, adapters: tuple[Adapter, ...]) -> None:
        """Change the adapters of the loaded model."""
        self.adapters = adapters
        self.session.change(self._options())

    def close(self) -> None:
        self.session.close()

    def read(self, prompt: list[int], count: int, chat: str = "one") -> list[int]:
        """The greedy continuation of `prompt`."""
        bias = tuple((token, -math.inf) for token in self.forbidden)
        params = GenerationParams(temperature=0.0, max_tokens=count, logit_bias=bias)
        session = self.session
        written: list[int] = []
        sample, step = session.context.sample, session.context.step

        def sampled(sampler: Any, index: int = -1) -> int:
            written.append(sample(sampler, index))
            return written[-1]

        def stepped(token: int, sampler: Any) -> int:
            written.append(step(token, sampler))
            return written[-1]

        session.context.sample, session.context.step = sampled, stepped  # type: ignore[method-assign]
        session.prompts.build = lambda *_: Prompt(prompt, 0, False)  # type: ignore[method-assign]
        try:
            request = ChatRequest(messages=(("user", ""),), params=params, chat=chat, kept=True)
            session.generate(1, request, lambda _: None)
        finally:
            session.context.sample, session.context.step = sample, step  # type: ignore[method-assign]
        return written

    def gaps(self, prompt: list[int], written: list[int], piece: int = CONTEXT) -> list[float]:
        """Before each of `written`: logit of that token minus the best one of the others. piece: of the prompt, in tokens."""
        context = self.session.context
        context.clear()
        piece = min(piece, context.batch_size)
        for start in range(0, len(prompt), piece):
            context.decode(prompt[start : start + piece])
        found: list[float] = []
        for token in written:
            pointer = self.session.model.api.llama_get_logits_ith(context.pointer, -1)
            logits = np.ctypeslib.as_array(pointer, shape=(self.session.model.size,)).astype(np.float64)
            logits[self.forbidden] = -np.inf
            own = logits[token]
            logits[token] = -np.inf
            found.append(float(own - logits.max()))
            context.decode([token])
        context.clear()
        return found


# ---- the comparison


@dataclass
class Verdict:
    """What was found for one model. apart, noise: in logits."""

    name: str
    apart: float = 0.0
    noise: float = 0.0
    tokens: list[int] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    """Before each of `tokens`, llama-server's reply."""
    ties: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)


def ways(ours: Ours, prompt: list[int], others: tuple[Adapter, ...]) -> Iterator[tuple[str, Callable[[], None]]]:
    """Name of each way to come to the reply, and what prepares it. others: adapters that are not to be on."""
    half = len(prompt) // 2
    edited, other = [*prompt[:half], *prompt[: half // 2]], list(reversed(prompt))

    def warm() -> None:
        ours.anew()
        ours.read(prompt, 8)
        ours.read(other, 8, "two")

    def restored(speculation: bool = False) -> None:
        ours.anew()
        ours.read(prompt, 8)
        ours.anew(speculation, restart=True)

    def changed() -> None:
        wanted, ours.adapters = ours.adapters, others
        ours.anew()
        ours.read(prompt, 8)
        ours.lay_on(wanted)

    yield "fresh", ours.anew
    yield "regenerated", lambda: None
    yield "edited", lambda: (ours.anew(), ours.read(edited, 8))[0]
    yield "warm", warm
    yield "restored", restored
    yield "speculation", lambda: ours.anew(True)
    yield "speculation, restored", lambda: restored(True)
    yield "adapters changed", changed


def compare(name: str, ours: Ours, ask: Ask, count: int, others: tuple[Adapter, ...]) -> Verdict:
    verdict = Verdict(name)
    prompt = ours.session.model.tokenize(TEXT * 3)[: CONTEXT // 2]
    theirs = ask(prompt, count, ours.forbidden)
    verdict.tokens, verdict.gaps = theirs.tokens, ours.gaps(prompt, theirs.tokens)
    text, told = b"", iter(theirs.told)
    for token, gap in zip(theirs.tokens, verdict.gaps, strict=True):
        text += ours.session.model.piece(token)
        if not _is_cut(text):
            same, other = next(told, (-1, 0.0))
            if same != token:
                raise SystemExit(f"{name}: llama-server's probabilities are not in step with its tokens")
            if math.isfinite(other):
                verdict.apart = max(verdict.apart, abs(gap - other))
    for piece in (len(prompt) - 1, 32, 1):
        again = ours.gaps(prompt, theirs.tokens, piece)
        verdict.noise = max(verdict.noise, *(abs(a - b) for a, b in zip(verdict.gaps, again, strict=True)))
    if len(theirs.tokens) != count:
        verdict.failures.append(f"llama-server wrote {len(theirs.tokens)} tokens")
    if verdict.apart > LOUD:
        verdict.failures.append(f"logits differ by {verdict.apart:.3g} where both compute the same")
    for way, prepare in ways(ours, prompt, others):
        prepare()
        verdict.ties[way] = follow(verdict, way, ours, prompt, theirs.tokens)
    return verdict


def follow(verdict: Verdict, way: str, ours: Ours, prompt: list[int], tokens: list[int]) -> int:
    """Compare one reply to its end; after a tie it goes on from llama-server's tokens. Returns the ties."""
    done = ties = 0
    while done < len(tokens):
        written = ours.read(prompt + tokens[:done], len(tokens) - done)
        same = next((i for i, (a, b) in enumerate(zip(written, tokens[done:], strict=False)) if a != b), len(written))
        done += same
        if done >= len(tokens):
            break
        gap = abs(verdict.gaps[done])
        if same == len(written) or gap > verdict.noise:
            verdict.failures.append(f"{way}: parts at token {done}, where the gap is {gap:.3g}")
            return ties
        ties += 1
        done += 1
    return ties


def both(name: str, ours: Ours, start: Start, adapter: Path, count: int) -> Iterator[Verdict]:
    """Without the adapter, and with it."""
    none: tuple[Adapter, ...] = ()
    laid = (Adapter(path=str(adapter), scale=1.0),)
    with start(none) as ask:
        yield (plain := compare(name, ours, ask, count, laid))
    ours.adapters = laid
    ours.anew()
    with start(laid) as ask:
        adapted = compare(f"{name}, adapted", ours, ask, count, none)
    effect = max(abs(a - b) for a, b in zip(plain.gaps, adapted.gaps, strict=True))
    if adapted.tokens == plain.tokens and effect <= max(plain.noise, adapted.noise):
        adapted.failures.append("the adapter changes nothing")
    yield adapted


def show(verdict: Verdict) -> None:
    ties = ", ".join(f"{way}: {count}" for way, count in verdict.ties.items() if count) or "none"
    gap = np.median(verdict.gaps)
    print(f"| {verdict.name} | {verdict.apart:.2g} | {verdict.noise:.2g} | {gap:.2g} | {ties} |", flush=True)
    for failure in verdict.failures:
        print(f"  FAILED {verdict.name}: {failure}", flush=True)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=Path, required=True)
    parser.add_argument("--tokens", type=int, default=256)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args(arguments)
    program = options.peers / "build" / "bin" / "llama-server"
    flag = StopFlag()
    templates = TemplateProcess(flag)
    templates.start()
    library = Library()
    failed = 0
    print("| family | apart, logits | noise, logits | median gap | ties |\n|---|---|---|---|---|")
    try:
        for name in options.names or [BUNDLED, *FAMILIES]:
            with tempfile.TemporaryDirectory() as place:
                model = starter_model() if name == BUNDLED else write_family(name, Path(place))
                adapter = write_adapter(model, Path(place) / "adapter.gguf", share=0.005 if name == BUNDLED else 0.15)
                ours = Ours(library, templates, flag, model, Path(place) / "states")
                for verdict in both(name, ours, partial(server, program, model), adapter, options.tokens):
                    show(verdict)
                    failed += len(verdict.failures)
                ours.close()
    finally:
        templates.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
