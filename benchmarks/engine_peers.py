"""The sides that `benchmarks.engine` compares: Samar's engine and llama-server, asked in the same way."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
import time
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from desktop.core.generation import GenerationParams, StoppedBy
from desktop.core.requests import ChatRequest, LoadOptions
from desktop.engine.client import EngineClient
from desktop.engine.protocol import Finished, PromptProgress, TextDelta
from desktop.models import gguf

FREE: dict[str, Any] = {"temperature": 0.8, "top_k": 40, "top_p": 0.95, "min_p": 0.05}
Messages = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Reply:
    """Seconds as the asking process sees them; prompt_s is what the engine itself says of reading."""

    first_s: float
    tokens_per_s: float
    prompt_tokens: int
    read_tokens: int
    prompt_per_s: float
    text: str


def end_tokens(path: Path) -> list[int]:
    """Tokens that end a turn; forbidden, so that every reply has the length asked for."""
    header = gguf.read_header(path)
    keys = (f"tokenizer.ggml.{name}_token_id" for name in ("eos", "eot", "eom"))
    return [header.number(key) for key in keys if key in header.metadata]


class Side(ABC):
    """One engine with one model. `start` also after `close`, for a restart."""

    name: str

    def __init__(self, model: Path, context: int, threads: int) -> None:
        self.model, self.context, self.threads = model, context, threads
        self.ends = end_tokens(model)

    @abstractmethod
    def start(self) -> None: ...

    @abstractmethod
    def close(self) -> None: ...

    @abstractmethod
    def ask(self, messages: Messages, tokens: int, chat: str) -> Reply: ...

    @property
    @abstractmethod
    def pid(self) -> int: ...

    def memory(self) -> dict[str, float]:
        """MB of the process and its children: all that is resident, and with what is shared counted in parts (Linux)."""
        process = psutil.Process(self.pid)
        family = [process, *process.children(recursive=True)]
        found = {"resident memory, MB": sum(one.memory_info().rss for one in family) / 1e6}
        if psutil.LINUX:
            shares = sum(one.memory_full_info().pss for one in family) / 1e6
            found["the same, shared pages by their share, MB"] = shares
        return found

    def settle(self) -> None:
        """Wait until it computes nothing any more: llama-server goes on after its last word, and would be in the other's way."""
        before = -1.0
        while before != (before := self.processor_s):
            threading.Event().wait(0.1)

    @property
    def processor_s(self) -> float:
        """Processor time that was used: a measure that a busy computer blurs least."""
        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system)


class Samar(Side):
    name = "Samar"

    def __init__(self, model: Path, context: int, threads: int, states: Path, *, speculation: bool = False) -> None:
        super().__init__(model, context, threads)
        self._states, self._guessing = states, speculation
        self.engine = EngineClient(gguf.inspect)

    def start(self) -> None:
        self.engine = EngineClient(gguf.inspect, states=self._states)
        options = LoadOptions(context=self.context, threads=self.threads, speculation=self._guessing)
        info = self.engine.load(self.model, options)
        assert info is not None
        assert info.context == self.context, f"a context of {info.context} tokens"

    def close(self) -> None:
        self.engine.close()

    @property
    def pid(self) -> int:
        return self.engine.pid or 0

    def ask(self, messages: Messages, tokens: int, chat: str) -> Reply:
        bias = tuple((token, float("-inf")) for token in self.ends)
        params = GenerationParams(seed=1, max_tokens=tokens, logit_bias=bias, **FREE)
        request = ChatRequest(messages=tuple(messages), params=params, chat=chat, kept=True)
        began = time.perf_counter()
        first, text = 0.0, ""
        for event in self.engine.generate(request):
            if isinstance(event, TextDelta):
                first = first or time.perf_counter()
                text += event.text
            if isinstance(event, Finished):
                stats, end = event.stats, time.perf_counter()
        told = began + stats.first_token_s
        if not first or first > told + 0.05:  # random tokens: the first ones made no whole character
            first = told
        fresh = stats.prompt_tokens - stats.cached_tokens
        return Reply(
            first - began,
            (stats.reply_tokens - 1) / (end - first) if stats.reply_tokens > 1 else 0.0,
            stats.prompt_tokens,
            fresh,
            fresh / stats.first_token_s,
            text,
        )

    def stop_latency(self, messages: Messages, in_prompt: bool) -> float:
        """Seconds from stop() to the end of the request; nan when it was over before."""
        bias = tuple((token, float("-inf")) for token in self.ends)
        params = GenerationParams(seed=1, logit_bias=bias, **FREE)
        asked = 0.0
        for event in self.engine.generate(ChatRequest(messages=tuple(messages), params=params)):
            if not asked and isinstance(event, PromptProgress if in_prompt else TextDelta):
                asked = time.perf_counter()
                self.engine.stop()
            if isinstance(event, Finished):
                over = event.stats.stopped_by is not StoppedBy.USER
                return float("nan") if over else time.perf_counter() - asked
        raise AssertionError("no end")


class LlamaServer(Side):
    name = "llama-server"

    def __init__(self, program: Path, model: Path, context: int, threads: int) -> None:
        super().__init__(model, context, threads)
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        options = ["-c", self.context, "-t", self.threads, "-np", 1, "--port", port]
        command = [str(self._program), "-m", str(self.model), *map(str, options)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._url = f"http://127.0.0.1:{port}"
        while True:
            try:
                urllib.request.urlopen(f"{self._url}/health").close()
                return
            except OSError:
                if self._process.poll() is not None:
                    raise SystemExit("llama-server ended") from None
                threading.Event().wait(0.02)

    def close(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()

    @property
    def pid(self) -> int:
        return self._process.pid if self._process is not None else 0

    def _post(self, place: str, body: dict[str, Any]) -> Any:
        headers = {"Content-Type": "application/json"}
        return urllib.request.urlopen(
            urllib.request.Request(f"{self._url}/{place}", json.dumps(body).encode(), headers)
        )

    def ask(self, messages: Messages, tokens: int, chat: str) -> Reply:
        began = time.perf_counter()
        turns = [{"role": role, "content": text} for role, text in messages]
        with self._post("apply-template", {"messages": turns}) as answer:
            prompt = json.load(answer)["prompt"]
        body = {"prompt": prompt, "n_predict": tokens, "stream": True, "seed": 1, "cache_prompt": True, **FREE}
        body["logit_bias"] = [[token, False] for token in self.ends]
        first, text, final = 0.0, "", {}
        with self._post("completion", body) as answer:
            for line in answer:
                if line.startswith(b"data: "):
                    first = first or time.perf_counter()
                    final = json.loads(line[6:])
                    text += final.get("content", "")
        end = time.perf_counter()
        timings = final["timings"]
        read = int(timings["prompt_n"])
        return Reply(
            first - began,
            (tokens - 1) / (end - first) if tokens > 1 else 0.0,
            read + int(timings.get("cache_n", 0)),
            read,
            read / (first - began),
            text,
        )


def llama_bench(program: Path, model: Path, threads: int, prompt: int, tokens: int, rounds: int) -> dict[str, float]:
    """Tokens per second of llama-bench, which samples nothing: "prompt tokens/s" and "tokens/s"."""
    options = ["-t", threads, "-p", prompt, "-n", tokens, "-r", rounds, "-o", "json"]
    done = subprocess.run(
        [str(program), "-m", str(model), *map(str, options)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
        env={**os.environ},
    )
    found: dict[str, float] = {}
    for row in json.loads(done.stdout):
        found["prompt tokens/s" if row["n_prompt"] else "tokens/s"] = float(row["avg_ts"])
    return found
