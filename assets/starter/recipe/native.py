"""Runs a GGUF through llama.cpp's low-level functions, as Samar's engine does: template, sampler chain, all ends of generation."""

from __future__ import annotations

import ctypes
import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import jinja2
import llama_cpp

from .corpus import STARTER

Message = dict[str, str]


@dataclass(frozen=True)
class Reply:
    text: str
    stopped_by: str  # end, length
    prompt_tokens: int
    reply_tokens: int
    first_token_s: float


@contextmanager
def _quiet() -> Iterator[None]:
    """llama.cpp logs to file descriptor 2; a load says a hundred lines."""
    kept = os.dup(2)
    with Path(os.devnull).open("w") as nothing:
        os.dup2(nothing.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)


class Native:
    """A loaded model. One sequence, no state kept between replies."""

    def __init__(self, path: Path, context: int = 2048, threads: int = 1) -> None:
        with _quiet():
            self._model = llama_cpp.llama_model_load_from_file(
                str(path).encode(), llama_cpp.llama_model_default_params()
            )
            if not self._model:
                raise RuntimeError(f"llama.cpp could not load {path}")
            options = llama_cpp.llama_context_default_params()
            options.n_ctx = context
            options.n_batch = context
            options.n_threads = threads
            options.n_threads_batch = threads
            self._context = llama_cpp.llama_init_from_model(self._model, options)
        self._vocab = llama_cpp.llama_model_get_vocab(self._model)
        self._limit = context
        template = llama_cpp.llama_model_chat_template(self._model, None)
        environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True)  # a prompt, not HTML
        self._template = environment.from_string(template.decode())

    def tokenize(self, text: str) -> list[int]:
        data = text.encode()
        room = len(data) + 8
        out = (llama_cpp.llama_token * room)()
        count = llama_cpp.llama_tokenize(self._vocab, data, len(data), out, room, False, True)
        if count < 0:
            raise RuntimeError("llama_tokenize needs more room than a token a byte")
        return list(out[:count])

    def reply(self, messages: Sequence[Message], temperature: float = 0.0, seed: int = 1, most: int = 200) -> Reply:
        """Temperature 0 is greedy; else Samar's defaults: top-k 40, top-p 0.95, min-p 0.05."""
        prompt = self._template.render(messages=list(messages), add_generation_prompt=True)
        tokens = self.tokenize(prompt)
        most = min(most, self._limit - len(tokens))
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(self._context), True)
        chain = llama_cpp.llama_sampler_chain_init(llama_cpp.llama_sampler_chain_default_params())
        add = llama_cpp.llama_sampler_chain_add
        if temperature <= 0:
            add(chain, llama_cpp.llama_sampler_init_greedy())
        else:
            add(chain, llama_cpp.llama_sampler_init_top_k(40))
            add(chain, llama_cpp.llama_sampler_init_top_p(0.95, 1))
            add(chain, llama_cpp.llama_sampler_init_min_p(0.05, 1))
            add(chain, llama_cpp.llama_sampler_init_temp(temperature))
            add(chain, llama_cpp.llama_sampler_init_dist(seed))
        written = b""
        count, first, stopped = 0, 0.0, "length"
        begun = time.perf_counter()
        feed = tokens
        buffer = ctypes.create_string_buffer(256)
        while count < most:
            array = (llama_cpp.llama_token * len(feed))(*feed)  # the batch only points to it
            if llama_cpp.llama_decode(self._context, llama_cpp.llama_batch_get_one(array, len(feed))) != 0:
                raise RuntimeError("llama_decode failed")
            token = llama_cpp.llama_sampler_sample(chain, self._context, -1)
            if count == 0:
                first = time.perf_counter() - begun
            if llama_cpp.llama_vocab_is_eog(self._vocab, token):
                stopped = "end"
                break
            size = llama_cpp.llama_token_to_piece(self._vocab, token, buffer, len(buffer), 0, False)
            written += buffer.raw[:size]
            feed = [token]
            count += 1
        llama_cpp.llama_sampler_free(chain)
        return Reply(written.decode("utf-8", "replace"), stopped, len(tokens), count, first)

    def close(self) -> None:
        llama_cpp.llama_free(self._context)
        llama_cpp.llama_model_free(self._model)


def answer_all(
    path: Path, cases: Sequence[dict[str, Any]], temperature: float, threads: int = 1
) -> list[dict[str, str]]:
    """Replies to all cases of the test set, as rows for evaluation/score.py."""
    native = Native(path, threads=threads)
    rows = []
    for case in cases:
        reply = native.reply(case["turns"], temperature)
        rows.append({"id": case["id"], "reply": reply.text, "stopped_by": reply.stopped_by})
    native.close()
    return rows


def answer_fresh(path: Path, score: ModuleType, temperature: float, threads: int = 1) -> tuple[int, int]:
    """Right topic and language of evaluation/fresh.json: hits and total."""
    native = Native(path, threads=threads)
    topics = score.load_topics()
    fresh = json.loads((STARTER / "evaluation" / "fresh.json").read_text(encoding="utf-8"))
    hits = 0
    for one in fresh:
        text = native.reply([{"role": "user", "content": one["question"]}], temperature).text
        hits += score.on_topic(one["topic"], text, topics) and score.language(text) in (one["lang"], "none")
    native.close()
    return hits, len(fresh)
