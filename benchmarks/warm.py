"""Keeping a second chat ready: as another sequence of one KV cache, or as a copy of its state.

    python -m benchmarks.warm [--model FILE] [--peers FOLDER] [--tokens 2000] [--rounds 5]

Time of a token of a short chat alone, and behind a long chat that lies in the same (unified) cache; and what it takes to copy
the long chat's state into memory and back.
"""

from __future__ import annotations

import argparse
import ctypes
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.engine import random_model
from desktop.core.machine import usable_cores
from desktop.core.paths import starter_model
from desktop.engine.context import Context
from desktop.engine.llama import Library, Model, StopFlag

SHORT = 64


class Sequence:
    """Appends tokens to one sequence of a cache."""

    def __init__(self, api: Any, pointer: Any, number: int) -> None:
        self.api, self.pointer, self.number, self.at = api, pointer, number, 0

    def decode(self, tokens: list[int]) -> None:
        batch = self.api.llama_batch_init(len(tokens), 0, 1)
        batch.n_tokens = len(tokens)
        for i, token in enumerate(tokens):
            batch.token[i], batch.pos[i], batch.n_seq_id[i] = token, self.at + i, 1
            batch.seq_id[i][0], batch.logits[i] = self.number, i == len(tokens) - 1
        assert self.api.llama_decode(self.pointer, batch) == 0
        self.api.llama_batch_free(batch)
        self.at += len(tokens)


def unified(model: Model, size: int, threads: int) -> Any:
    """A context of two sequences that share `size` cells."""
    api = model.api
    params = api.llama_context_default_params()
    params.n_ctx, params.n_batch, params.n_ubatch, params.n_seq_max = size, 512, 512, 2
    params.n_threads = params.n_threads_batch = threads
    params.kv_unified = True
    return api.llama_init_from_model(model.pointer, params)


def milliseconds(action: Any) -> float:
    began = time.perf_counter()
    action()
    return 1000 * (time.perf_counter() - began)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=starter_model())
    parser.add_argument("--peers", type=Path, help="take the random model of 1.2 billion parameters, kept there")
    parser.add_argument("--tokens", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=usable_cores())
    options = parser.parse_args()
    library, flag = Library(), StopFlag()
    model = Model(library, str(random_model(options.peers) if options.peers else options.model))
    api, size = model.api, options.tokens + 512
    long = [5 + i % 200 for i in range(options.tokens)]
    alone = Context(model, size=size, batch=512, threads=options.threads, flag=flag)
    for start in range(0, len(long), 512):
        alone.decode(long[start : start + 512])
    data, copies, returns = alone.save_state(), [], []
    assert data is not None
    for _ in range(options.rounds):
        copies.append(milliseconds(lambda: alone.save_state()))
        returns.append(milliseconds(lambda: alone.load_state(data, 0, long)))
    shared = unified(model, size, options.threads)
    room = (ctypes.c_uint8 * len(data)).from_buffer(data)
    assert api.llama_state_seq_set_data(shared, room, len(data), 0) == len(data)  # the long chat as sequence 0
    del room
    behind, ratios, times = Sequence(api, shared, 1), [], []
    behind.decode(long[:SHORT])
    alone.clear()
    alone.decode(long[:SHORT])
    for _ in range(options.rounds * 8):
        one, other = milliseconds(lambda: alone.decode([7])), milliseconds(lambda: behind.decode([7]))
        times.append(one)
        ratios.append(other / one)
    print(f"{options.tokens} tokens, a state of {len(data) / 1e6:.0f} MB")
    print(f"copied into memory in {statistics.median(copies):.1f} ms, back in {statistics.median(returns):.1f} ms")
    print(
        f"a token alone {statistics.median(times):.2f} ms; behind the long chat {statistics.median(ratios):.3f} times that"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
