"""Speed of the engine against a bare loop over llama.cpp's own functions, and against llama-server where it is built.

    python benchmarks/engine.py [--model FILE.gguf] [--rounds 5] [--tokens 256] [--prompt 1024] [--threads N]

The peers are asked in turn within each round, so that a computer busy with something else is so for all of them; the table
gives the median and the spread. llama-server is taken from --peers, $LLAMA_SERVER or the search path.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil

from desktop.core.generation import GenerationParams, StoppedBy
from desktop.core.machine import usable_cores
from desktop.core.paths import starter_model
from desktop.engine.client import EngineClient
from desktop.engine.protocol import Finished, GenerateRequest, LoadOptions, Piece, PromptProgress, PromptStarted
from desktop.models import gguf

FREE: dict[str, Any] = {"temperature": 0.8, "top_k": 40, "top_p": 0.95, "min_p": 0.05}
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
]


def text_of(words: int, salt: int) -> str:
    """Text that shares no beginning with another salt's."""
    return f"{salt} " + " ".join(WORDS[(i * 7 + salt * 3 + i // 5) % len(WORDS)] for i in range(words))


# ---- Samar


def reply(engine: EngineClient, text: str, tokens: int, *more: tuple[str, str]) -> dict[str, float]:
    """One reply through the whole way to the window's process. Seconds from here, not from inside the engine."""
    params = GenerationParams(seed=1, max_tokens=tokens, logit_bias=no_end(engine), **FREE)
    began = time.perf_counter()
    first = read = 0.0
    request = GenerateRequest(messages=(("user", text), *more), params=params)
    for event in engine.generate(request):
        if isinstance(event, PromptStarted):
            read = time.perf_counter()
        if isinstance(event, Piece) and not first:
            first = time.perf_counter()
        if isinstance(event, Finished):
            stats, end = event.stats, time.perf_counter()
    fresh = stats.prompt_tokens - stats.cached_tokens
    return {
        "prompt tokens/s": fresh / (began + stats.first_token_s - read) if fresh > 1 else 0.0,
        "tokens/s": (stats.reply_tokens - 1) / (end - first) if stats.reply_tokens > 1 else 0.0,
        "first token s": first - began,
    }


def no_end(engine: EngineClient) -> tuple[tuple[int, float], ...]:
    """Forbids the token that ends a turn, so that every reply has the length asked for."""
    model = engine.model
    assert model is not None
    return tuple((token, float("-inf")) for token in end_tokens(model.path))


def end_tokens(path: str) -> list[int]:
    header = gguf.read_header(Path(path))
    keys = (f"tokenizer.ggml.{name}_token_id" for name in ("eos", "eot", "eom"))
    return [header.number(key) for key in keys if key in header.metadata]


def stop_latency(engine: EngineClient, text: str, in_prompt: bool) -> float:
    """Seconds from stop() to the end of the request."""
    asked = 0.0
    params = GenerationParams(seed=1, logit_bias=no_end(engine), **FREE)
    for event in engine.generate(GenerateRequest(messages=(("user", text),), params=params)):
        if not asked and isinstance(event, PromptProgress if in_prompt else Piece):
            asked = time.perf_counter()
            engine.stop()
        if isinstance(event, Finished):
            if event.stats.stopped_by is not StoppedBy.USER:
                return float("nan")  # over before the stop arrived
            return time.perf_counter() - asked
    raise AssertionError("no end")


# ---- a bare loop over the same functions

BARE = r"""
import ctypes, json, sys, time
import llama_cpp.llama_cpp as L
path, threads, context = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
quiet = L.llama_log_callback(lambda *_: None)
L.llama_log_set(quiet, None)
L.llama_backend_init()
mp = L.llama_model_default_params(); mp.load_mode = L.LLAMA_LOAD_MODE_MMAP
model = L.llama_model_load_from_file(path.encode(), mp)
vocab = L.llama_model_get_vocab(model)
cp = L.llama_context_default_params()
cp.n_ctx, cp.n_batch, cp.n_ubatch, cp.n_threads, cp.n_threads_batch, cp.no_perf = context, 512, 512, threads, threads, True
ctx = L.llama_init_from_model(model, cp)
buffer = ctypes.create_string_buffer(256)
for line in sys.stdin:
    job = json.loads(line)
    data = job["text"].encode()
    tokens = (ctypes.c_int32 * (len(data) + 16))()
    n = L.llama_tokenize(vocab, data, len(data), tokens, len(tokens), True, True)
    L.llama_memory_clear(L.llama_get_memory(ctx), True)
    chain = L.llama_sampler_chain_init(L.llama_sampler_chain_default_params())
    bias = (L.llama_logit_bias * len(job["ends"]))(*((t, float("-inf")) for t in job["ends"]))
    L.llama_sampler_chain_add(chain, L.llama_sampler_init_logit_bias(L.llama_vocab_n_tokens(vocab), len(bias), bias))
    for one in (L.llama_sampler_init_top_k(40), L.llama_sampler_init_top_p(0.95, 1), L.llama_sampler_init_min_p(0.05, 1),
                L.llama_sampler_init_temp(0.8), L.llama_sampler_init_dist(1)):
        L.llama_sampler_chain_add(chain, one)
    began = time.perf_counter()
    for at in range(0, n, 512):
        part = (ctypes.c_int32 * min(512, n - at))(*tokens[at:min(n, at + 512)])
        assert L.llama_decode(ctx, L.llama_batch_get_one(part, len(part))) == 0
    token = (ctypes.c_int32 * 1)(L.llama_sampler_sample(chain, ctx, -1))
    first = time.perf_counter()
    for _ in range(job["tokens"] - 1):
        L.llama_token_to_piece(vocab, token[0], buffer, 256, 0, False)
        assert L.llama_decode(ctx, L.llama_batch_get_one(token, 1)) == 0
        token[0] = L.llama_sampler_sample(chain, ctx, -1)
    end = time.perf_counter()
    L.llama_sampler_free(chain)
    print(json.dumps({"prompt tokens/s": n / (first - began), "tokens/s": (job["tokens"] - 1) / (end - first),
                      "first token s": first - began}), flush=True)
"""


@contextmanager
def bare_loop(model: Path, threads: int, context: int) -> Iterator[tuple[Callable[[str, int], dict[str, float]], int]]:
    command = [sys.executable, "-c", BARE, str(model), str(threads), str(context)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        stdin, stdout, ends = process.stdin, process.stdout, end_tokens(str(model))

        def ask(text: str, tokens: int) -> dict[str, float]:
            stdin.write(json.dumps({"text": text, "tokens": tokens, "ends": ends}) + "\n")
            stdin.flush()
            result: dict[str, float] = json.loads(stdout.readline())
            return result

        yield ask, process.pid
        stdin.close()


# ---- llama-server


@contextmanager
def llama_server(
    program: str, model: Path, threads: int, context: int
) -> Iterator[tuple[Callable[[str, int], dict[str, float]], int]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program, "-m", str(model), "-c", str(context), "-t", str(threads), "-np", "1", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ends = end_tokens(str(model))
    try:
        wait_for(f"http://127.0.0.1:{port}/health", process)

        def ask(text: str, tokens: int) -> dict[str, float]:
            body = {"prompt": text, "n_predict": tokens, "stream": True, "seed": 1, "cache_prompt": True, **FREE}
            body["logit_bias"] = [[token, False] for token in ends]
            data = json.dumps(body).encode()
            url = f"http://127.0.0.1:{port}/completion"
            began, first, final = time.perf_counter(), 0.0, {}
            with urllib.request.urlopen(
                urllib.request.Request(url, data, {"Content-Type": "application/json"})
            ) as answer:
                for line in answer:
                    if line.startswith(b"data: "):
                        first = first or time.perf_counter()
                        final = json.loads(line[6:])
            end = time.perf_counter()
            timings: dict[str, Any] = final.get("timings", {})
            return {
                "prompt tokens/s": float(timings.get("prompt_per_second", 0.0)),
                "tokens/s": (tokens - 1) / (end - first),
                "first token s": first - began,
            }

        yield ask, process.pid
    finally:
        process.terminate()
        process.wait()


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    while True:
        try:
            with urllib.request.urlopen(url):
                return
        except OSError:
            if process.poll() is not None:
                raise SystemExit("llama-server ended") from None
            threading.Event().wait(0.1)


# ---- the table


def resident(pid: int) -> float:
    """MB resident of a process and its children."""
    process = psutil.Process(pid)
    return float(sum(one.memory_info().rss for one in [process, *process.children(recursive=True)]) / 1e6)


def processor(pid: int) -> float:
    """Seconds of processor time that a process has used: a measure that a busy computer blurs least."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def show(name: str, values: list[float], unit: str = "") -> str:
    good = sorted(value for value in values if value == value)
    if not good:
        return f"| {name} | – | – |"
    return f"| {name} | {statistics.median(good):.4g} {unit} | {good[0]:.4g} – {good[-1]:.4g} |"


def compare(options: argparse.Namespace) -> None:
    """Prompt and reply speeds of all peers, interleaved."""
    results: dict[str, dict[str, list[float]]] = {}
    memory: dict[str, float] = {}
    with ExitStack() as stack:
        engine = EngineClient(gguf.inspect)
        stack.callback(engine.close)
        info = engine.load(options.model, LoadOptions(context=options.context, threads=options.threads))
        assert info is not None
        asks: dict[str, Callable[[str, int], dict[str, float]]] = {"Samar": lambda text, n: reply(engine, text, n)}
        pids = {"Samar": engine.pid or 0}
        threads = options.threads or usable_cores()
        asks["bare loop"], pids["bare loop"] = stack.enter_context(bare_loop(options.model, threads, info.context))
        built = str(options.peers / "build" / "bin" / "llama-server") if options.peers else None
        if program := built or os.environ.get("LLAMA_SERVER") or shutil.which("llama-server"):
            peer = llama_server(program, options.model, threads, info.context)
            asks["llama-server"], pids["llama-server"] = stack.enter_context(peer)
        for number in range(-1, options.rounds):
            for name, ask in asks.items():
                before = processor(pids[name])
                values = ask(text_of(options.prompt, number + 2), options.tokens)
                values["processor s"] = processor(pids[name]) - before
                if number >= 0:  # the first round only warms up
                    for metric, value in values.items():
                        results.setdefault(name, {}).setdefault(metric, []).append(value)
        memory = {name: resident(pid) for name, pid in pids.items()}
    for name, metrics in results.items():
        print(f"\n| {name} | median | spread |\n|---|---|---|")
        for metric, seen in metrics.items():
            print(show(metric, seen))
        print(f"| resident memory | {memory[name]:.0f} MB | |")
    for name in list(results)[1:]:
        for metric in ("tokens/s", "prompt tokens/s", "processor s"):
            pairs = zip(results["Samar"][metric], results[name][metric], strict=True)
            print(show(f"Samar / {name}, {metric}", [a / b for a, b in pairs if b]))


def own_way(options: argparse.Namespace) -> None:
    """What only Samar does: turns, switches, restarts, stops."""
    rows: dict[str, list[float]] = {}

    def note(name: str, value: float) -> None:
        rows.setdefault(name, []).append(value)

    with tempfile.TemporaryDirectory() as folder:
        load = LoadOptions(context=options.context, threads=options.threads)
        for number in range(options.rounds):
            engine = EngineClient(gguf.inspect, states=Path(folder) / "states")
            began = time.perf_counter()
            engine.load(options.model, load)
            reply(engine, "hi", 1)
            note("start to first token, s", time.perf_counter() - began)
            one, other = text_of(options.prompt, 2 * number), text_of(options.prompt, 2 * number + 1)
            note("first token, cold, s", reply(engine, one, 8)["first token s"])
            turn = (("assistant", "yes"), ("user", "and now?"))
            note("first token, next turn, s", reply(engine, one, 8, *turn)["first token s"])
            note("first token, another chat, s", reply(engine, other, 8)["first token s"])
            note("first token, back again, s", reply(engine, one, 8, *turn)["first token s"])
            note("stop in a prompt, ms", 1000 * stop_latency(engine, text_of(options.prompt, -number - 1), True))
            note("stop in a reply, ms", 1000 * stop_latency(engine, "hi", False))
            engine.close()
            engine = EngineClient(gguf.inspect, states=Path(folder) / "states")
            engine.load(options.model, load)
            note("first token, after a restart, s", reply(engine, one, 8, *turn)["first token s"])
            engine.close()
        began = time.perf_counter()
        gguf.inspect(options.model)
        note("header checked, ms", 1000 * (time.perf_counter() - began))
    print("\n| Samar alone | median | spread |\n|---|---|---|")
    for name, values in rows.items():
        print(show(name, values))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=starter_model())
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tokens", type=int, default=256)
    parser.add_argument("--prompt", type=int, default=700, help="words of the prompt")
    parser.add_argument("--context", type=int, default=4096)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--peers", type=Path, help="folder that holds build/bin/llama-server")
    options = parser.parse_args()
    facts = gguf.inspect(options.model)
    print(f"{facts.name} {facts.quantization}, {facts.parameters / 1e6:.0f}M parameters; {usable_cores()} cores")
    compare(options)
    own_way(options)


if __name__ == "__main__":
    main()
