"""Guesses from the text: found, judged by what they gain, and without any influence on what is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.core.generation import GenerationParams
from desktop.core.requests import ChatRequest, LoadOptions
from desktop.engine.client import EngineClient
from desktop.engine.ngram_speculation import LONG, SHORT, NgramSpeculator
from desktop.engine.protocol import TextDelta


class Written:
    """A chat's tokens, the last one not yet in the cache."""

    def __init__(self, prompt: list[int], *written: int) -> None:
        self.cache = list(prompt)
        self.speculator = NgramSpeculator()
        self.speculator.restart(self.cache)
        self.last = written[0]
        for token in written[1:]:
            self.add(token)

    def add(self, token: int) -> None:
        self.cache.append(self.last)
        self.last = token

    def guess(self, most: int) -> list[int]:
        return self.speculator.guess(self.last, most)


PROMPT = list(range(100, 140))


def test_that_a_repetition_is_continued() -> None:
    chat = Written([*PROMPT, 1, 2, 3], *range(105, 115))
    assert chat.guess(99) == list(range(115, 115 + SHORT))
    assert chat.guess(5) == list(range(115, 120))


def test_that_too_short_a_repetition_is_not_trusted() -> None:
    assert Written([*PROMPT, 1, 2, 3], *range(105, 110)).guess(99) == []
    assert Written([*PROMPT, 1, 2, 3], *range(105, 115), 7).guess(99) == []


def test_that_the_latest_occurrence_is_followed() -> None:
    prompt = [*range(10, 30), 1, 1, 1, *range(10, 20), *range(50, 60), 2, 2]
    assert Written(prompt, *range(10, 20)).guess(5) == list(range(50, 55))


def test_that_a_reply_that_repeats_itself_is_continued_too() -> None:
    assert Written([1, 2, 3], *range(20, 40), *range(20, 32)).guess(99) == list(range(32, 40)) + list(range(20, 27))


def test_that_guesses_which_cost_more_than_they_gain_need_more_evidence() -> None:
    chat = Written(PROMPT, *range(105, 115))
    chat.speculator.single(1.0)
    assert chat.guess(99)
    chat.speculator.tried(accepted=0, seconds=6.0)
    assert chat.guess(99) == []
    for token in range(115, 122):
        chat.add(token)
    assert chat.guess(99)
    for _ in range(10):
        chat.speculator.tried(accepted=0, seconds=6.0)
    assert chat.guess(99) == []


def test_that_guesses_which_pay_need_less() -> None:
    chat = Written(PROMPT, *range(105, 110))
    chat.speculator.single(1.0)
    assert chat.guess(99) == []
    chat.speculator.tried(accepted=15, seconds=6.0)
    chat.speculator.tried(accepted=15, seconds=6.0)
    assert chat.guess(99)


def long_repetition() -> Written:
    return Written(list(range(100, 300)), *range(105, 115))


def test_that_a_long_guess_follows_one_that_was_right_to_its_end() -> None:
    chat = long_repetition()
    chat.speculator.single(1.0)
    for right, next_length in ((SHORT, LONG), (LONG, LONG), (LONG - 1, SHORT), (SHORT - 1, SHORT)):
        chat.speculator.tried(accepted=right, seconds=6.0 if right <= SHORT else 9.0)
        assert len(chat.guess(99)) == next_length, right
    chat.speculator.tried(accepted=SHORT, seconds=6.0)
    chat.speculator.restart(chat.cache)
    assert len(chat.guess(99)) == SHORT, "another reply, another beginning"


def test_that_guesses_are_long_where_long_ones_cost_no_more() -> None:
    chat = long_repetition()
    chat.speculator.single(1.0)
    assert len(chat.guess(99)) == SHORT
    chat.speculator.tried(accepted=SHORT, seconds=12.0)
    assert len(chat.guess(99)) == LONG
    chat.speculator.tried(accepted=20, seconds=5.0)
    assert len(chat.guess(99)) == LONG
    assert len(chat.guess(LONG - 1)) == SHORT, "no length between, which costs as much as a long one"


@pytest.mark.engine
@pytest.mark.parametrize("temperature", [0.0, 0.7])
def test_that_replies_are_the_same_with_and_without(
    make_engine: Callable[..., EngineClient], tiny_model: Path, temperature: float
) -> None:
    """The random model soon repeats itself, so that nearly everything is guessed; a few replies never do."""
    texts: dict[bool, list[str]] = {}
    for speculation in (True, False):
        engine = make_engine()
        engine.load(tiny_model, LoadOptions(threads=1, speculation=speculation))
        texts[speculation] = []
        for seed in range(4):
            params = GenerationParams(temperature=temperature, top_k=4, seed=seed, max_tokens=200, stop=("zzzz",))
            request = ChatRequest(messages=(("user", f"say {seed} " * 10),), params=params)
            texts[speculation].append("".join(e.text for e in engine.generate(request) if isinstance(e, TextDelta)))
    assert texts[True] == texts[False]


@pytest.mark.engine
def test_that_the_cache_is_right_after_rejected_guesses(
    make_engine: Callable[..., EngineClient], tiny_model: Path
) -> None:
    engine = make_engine()
    engine.load(tiny_model, LoadOptions(threads=1))
    params = GenerationParams(temperature=0.9, top_k=3, seed=5, max_tokens=300)
    text = "".join(
        e.text
        for e in engine.generate(ChatRequest(messages=(("user", "ab" * 50),), params=params))
        if isinstance(e, TextDelta)
    )
    greedy = GenerationParams(temperature=0.0, max_tokens=40)
    turns = (("user", "ab" * 50), ("assistant", text), ("user", "and?"))

    def answer(one: EngineClient) -> str:
        events = one.generate(ChatRequest(messages=turns, params=greedy))
        return "".join(e.text for e in events if isinstance(e, TextDelta))

    fresh = make_engine()
    fresh.load(tiny_model, LoadOptions(threads=1, speculation=False))
    assert answer(engine) == answer(fresh)
