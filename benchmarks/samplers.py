"""Every sampler against llama-server's: the same seed and settings must choose the same tokens.

    python -m benchmarks.samplers [--model FILE.gguf] [--tokens 64] [--peer llama-server]

Both get the same prompt as tokens. Where the two part, the two candidates' probabilities are told: equal ones are noise.
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.peers import folder
from desktop.core.generation import GenerationParams
from desktop.core.paths import starter_model
from desktop.engine.context import Context
from desktop.engine.llama import Library, Model, StopFlag
from desktop.engine.sampling import Sampler

WIDE: dict[str, Any] = {"temperature": 1.2, "top_k": 0, "top_p": 1.0, "min_p": 0.0}
CASES: dict[str, dict[str, Any]] = {
    "greedy": {"temperature": 0.0},
    "wide": {},
    "defaults": {"temperature": 0.7, "top_k": 40, "top_p": 0.95, "min_p": 0.05},
    "top-k": {"top_k": 5},
    "top-p": {"top_p": 0.6},
    "min-p": {"min_p": 0.2},
    "typical": {"typical_p": 0.5},
    "typical, greedy": {"typical_p": 0.3, "temperature": 0.0},
    "top-n-sigma": {"top_n_sigma": 1.0},
    "XTC": {"xtc_probability": 0.7, "xtc_threshold": 0.05},
    "XTC, greedy": {"xtc_probability": 0.7, "xtc_threshold": 0.05, "temperature": 0.0},
    "DRY": {"dry_multiplier": 1.5, "dry_allowed_length": 1, "dry_last_n": 256},
    "DRY, own breakers": {"dry_multiplier": 1.5, "dry_allowed_length": 1, "dry_breakers": ("e",)},
    "mirostat 1": {"mirostat": 1},
    "mirostat 2": {"mirostat": 2, "mirostat_tau": 3.0},
    "dynamic temperature": {"dynatemp_range": 0.8, "dynatemp_exponent": 1.5},
    "repeat penalty": {"repeat_penalty": 1.5},
    "presence": {"presence_penalty": 1.0},
    "frequency": {"frequency_penalty": 1.0, "repeat_last_n": 200},
    "logit bias": {"logit_bias": ((40, 4.0), (41, -3.0))},
    "adaptive-p": {"adaptive_target": 0.3},
    "grammar": {"grammar": 'root ::= [a-z ]{20} "." [0-9]+ "!"'},
    "grammar, repeat": {"grammar": "root ::= [a-e ]{60}", "repeat_penalty": 1.4},
    "many": {"top_k": 50, "typical_p": 0.9, "top_p": 0.9, "min_p": 0.02, "dynatemp_range": 0.3, "repeat_penalty": 1.1},
}
NAMES = {"temperature": "temperature", "dry_last_n": "dry_penalty_last_n", "dry_breakers": "dry_sequence_breakers"}


def body(params: GenerationParams, tokens: list[int], count: int, seed: int) -> dict[str, Any]:
    """What llama-server's /completion is asked."""
    asked: dict[str, Any] = {"prompt": tokens, "n_predict": count, "seed": seed, "return_tokens": True}
    asked |= {"cache_prompt": False, "min_keep": 0, "ignore_eos": False}
    for name in params.__struct_fields__:
        if name not in ("seed", "max_tokens", "stop", "json_schema"):
            value = getattr(params, name)
            asked[NAMES.get(name, name)] = list(value) if isinstance(value, tuple) else value
    asked["logit_bias"] = [list(pair) for pair in params.logit_bias]
    if params.adaptive_target >= 0:
        asked["samplers"] = [
            "penalties",
            "dry",
            "top_n_sigma",
            "top_k",
            "typ_p",
            "top_p",
            "min_p",
            "xtc",
            "temperature",
            "adaptive_p",
        ]
    return asked


@contextmanager
def server(program: Path, model: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [program, "-m", model, "-c", "2048", "-t", "1", "--host", "127.0.0.1", "--port", port, "--parallel", "1"]
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen([str(word) for word in command], stdout=log, stderr=log) as process,
    ):
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(300):
                try:
                    with urllib.request.urlopen(f"{address}/health") as answer:
                        if answer.status == 200:
                            break
                except OSError:
                    time.sleep(0.2)
            yield address
        finally:
            process.terminate()


def asked(address: str, request: dict[str, Any]) -> list[int]:
    data = json.dumps(request).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{address}/completion", data)) as answer:
        return list(json.load(answer)["tokens"])


def ours(
    model: Model, context: Context, params: GenerationParams, tokens: list[int], count: int, seed: int
) -> list[int]:
    context.clear()
    context.decode(tokens)
    sampler = Sampler(model, params, seed, tokens)
    try:
        found = [context.sample(sampler)]
        while len(found) < count and not model.is_end(found[-1]):
            found.append(context.step(found[-1], sampler))
    finally:
        sampler.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=Path, default=starter_model())
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--peer", type=Path, default=folder() / "build" / "bin" / "llama-server")
    given = parser.parse_args()
    model = Model(Library(), str(given.model))
    context = Context(model, size=2048, batch=512, threads=1, flag=StopFlag())
    tokens = model.tokenize("The sun went down behind the hills and the people of the village sat together. The")
    with server(given.peer, given.model) as address:
        for name, change in CASES.items():
            same = length = 0
            for seed in (1, 2, 3):
                params = GenerationParams(**{**WIDE, **change})
                one = ours(model, context, params, tokens, given.tokens, seed)
                other = asked(address, body(params, tokens, given.tokens, seed))
                common = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(other))
                length += len(other)
                same += common >= min(len(one) - model.is_end(one[-1]), len(other))
                if common < len(other):
                    print(f"  {name}, seed {seed}: apart after {common} of {len(other)}")
            print(f"{name:24} {same} of 3 replies the same, {length} tokens")
    context.close()
    model.close()


if __name__ == "__main__":
    main()
