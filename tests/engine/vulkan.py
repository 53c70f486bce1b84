"""The Vulkan backend on a software device: the bundled model on it wholly and in part, and what happens when it fails.

    python -m tests.engine.vulkan --peers FOLDER [--tokens 96]      FOLDER: as benchmarks.peers prints it, with `vulkan`

Needs a Vulkan driver that computes on the processor (Mesa's lavapipe; Debian: mesa-vulkan-drivers). The engine is the real one in
its own process, with its sandbox. Each line that is printed is a check; the exit status is 1 when one fails.

The device sums in another order than the processor, so greedy replies may part where the two best tokens are all but equal: where the
gap there is no wider than twice the largest difference between both sides' log probabilities before it.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import tests.fakes.vulkan_child
from desktop.core.generation import GenerationParams, GenerationStats, StoppedBy, TokenChoice
from desktop.core.paths import starter_model
from desktop.core.requests import ChatRequest, LoadOptions
from desktop.engine.client import EngineClient
from desktop.engine.protocol import Finished, PromptProgress, TextDelta, Tokens
from desktop.models import gguf

QUESTIONS = ("What is a token?", "ما هو السياق؟", "Tell me about yourself in a few words.")
LONG, OTHER = "the night is talking about stones and light " * 60, "some lanterns lead us home through the rain " * 60
CONTEXT = 2048


class Check:
    """The engine with the backend, and what failed so far."""

    def __init__(self, library: Path, states: Path, tokens: int) -> None:
        self._command = [sys.executable, tests.fakes.vulkan_child.__file__, str(library)]
        self._states, self._tokens = states, tokens
        self.failed = 0

    def see(self, name: str, right: bool, more: object = "") -> None:
        self.failed += not right
        print(f"{'ok    ' if right else 'FAILED'}  {name}{f': {more}' if more != '' else ''}", flush=True)

    @contextmanager
    def engine(
        self, layers: int, *, kept: bool = False, speculation: bool = False, **environment: str
    ) -> Iterator[EngineClient]:
        """A loaded engine with `layers` wished for on the device."""
        before = dict(os.environ)
        os.environ.update(environment)
        engine = EngineClient(gguf.inspect, command=self._command, states=self._states if kept else None)
        try:
            engine.load(starter_model(), LoadOptions(context=CONTEXT, gpu_layers=layers, speculation=speculation))
            yield engine
        finally:
            engine.close()
            os.environ.clear()
            os.environ.update(before)

    def ask(self, engine: EngineClient, *turns: str) -> tuple[list[TokenChoice], str, GenerationStats]:
        roles = ("user", "assistant")
        messages = tuple((roles[i % 2], text) for i, text in enumerate(turns))
        params = GenerationParams(temperature=0.0, max_tokens=self._tokens)
        request = ChatRequest(messages=messages, params=params, probabilities=2, chat=turns[0], kept=True)
        tokens: list[TokenChoice] = []
        text = ""
        for event in engine.generate(request):
            if isinstance(event, Tokens):
                tokens += event.tokens
            elif isinstance(event, TextDelta):
                text += event.text
            elif isinstance(event, Finished):
                return tokens, text, event.stats
        raise AssertionError("no end")

    def same(self, name: str, one: list[TokenChoice], other: list[TokenChoice]) -> None:
        noise = 0.0
        for at, (a, b) in enumerate(zip(one, other, strict=False)):
            if a.text != b.text:
                gap = abs(math.log(a.others[0][1]) - math.log(a.others[1][1]))
                self.see(
                    name, gap <= 2 * noise, f"parts at token {at}, a gap of {gap:.2g} where the noise is {noise:.2g}"
                )
                return
            noise = max(noise, abs(math.log(a.probability) - math.log(b.probability)))
        self.see(name, len(one) == len(other), f"{len(one)} tokens, apart by at most {noise:.2g}")

    def stop(self, engine: EngineClient, *, reading: bool) -> None:
        asked = 0.0
        request = ChatRequest(messages=(("user", OTHER),), params=GenerationParams(seed=1))
        for event in engine.generate(request):
            if not asked and isinstance(event, PromptProgress if reading else TextDelta):
                asked = time.perf_counter()
                engine.stop()
            if isinstance(event, Finished):
                took = 1000 * (time.perf_counter() - asked)
                stopped = event.stats.stopped_by is StoppedBy.USER
                self.see(f"a stop while {'reading' if reading else 'writing'}", stopped, f"{took:.0f} ms")


def run(check: Check) -> None:
    with check.engine(0) as engine:
        cpu, cached = [], []
        for question in QUESTIONS:
            cpu.append(check.ask(engine, question))
            cached.append(check.ask(engine, question, cpu[-1][1], "and?")[2].cached_tokens)
        assert engine.model is not None
        check.see("no layer is put on the device unasked", engine.model.gpu_layers == 0)
    with check.engine(-1, kept=True) as engine:
        info = engine.model
        assert info is not None
        check.see(
            "the engine knows the device and its memory", engine.gpu_free > 0, f"{engine.gpu_free / 1e9:.1f} GB free"
        )
        check.see("the sandbox holds", bool(engine.sandbox) or sys.platform != "linux", ", ".join(engine.sandbox))
        check.see("every layer is on the device", info.gpu_layers > 1, info.gpu_layers)
        for question, (tokens, _, _), kept in zip(QUESTIONS, cpu, cached, strict=True):
            found = check.ask(engine, question)
            check.same(f"“{question}” as on the processor", tokens, found[0])
            again = check.ask(engine, question, found[1], "and?")
            seen = f"{again[2].cached_tokens} of {kept} tokens kept"
            check.see("the next turn reads no more than there", again[2].cached_tokens == kept, seen)
        long = check.ask(engine, LONG)
        check.stop(engine, reading=True)
        check.stop(engine, reading=False)
        check.same("after stops", cpu[0][0], check.ask(engine, QUESTIONS[0])[0])
    with check.engine(-1, kept=True) as engine:
        found = check.ask(engine, LONG)
        check.see("a state comes back after a restart", found[2].cached_tokens > 64, found[2].cached_tokens)
        check.same("and is gone on from as before", long[0], found[0])
    with check.engine(-1, speculation=True) as engine:
        check.same("with guesses", cpu[0][0], check.ask(engine, QUESTIONS[0])[0])
    with check.engine(2) as engine:
        assert engine.model is not None
        check.see("two layers on the device", engine.model.gpu_layers == 2)
        check.same("in part on the device", cpu[0][0], check.ask(engine, QUESTIONS[0])[0])
    # the device takes no buffer that holds anything
    with check.engine(-1, GGML_VK_FORCE_MAX_BUFFER_SIZE="4096") as engine:
        assert engine.model is not None
        check.see(
            "a device that fails is left alone", engine.model.gpu_layers == 0, f"{engine.model.gpu_layers} layers"
        )
        check.same("and the processor answers", cpu[0][0], check.ask(engine, QUESTIONS[0])[0])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=Path, required=True)
    parser.add_argument("--tokens", type=int, default=96)
    options = parser.parse_args()
    library = next((options.peers / "vulkan" / "bin").glob("*ggml-vulkan*"), None)
    if library is None:
        raise SystemExit("the backend is not built: python -m benchmarks.peers vulkan")
    os.environ.setdefault(
        "GGML_VK_VISIBLE_DEVICES", "0"
    )  # a device that computes on the processor is not taken by itself
    os.environ["PYTHONPATH"] = str(Path(__file__).resolve().parents[2])
    with tempfile.TemporaryDirectory() as place:
        check = Check(library, Path(place), options.tokens)
        run(check)
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
