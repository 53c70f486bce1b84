"""Models with sliding windows or recurrent layers: whatever work is saved, the reply is that of a fresh engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.core.generation import GenerationParams, GenerationStats
from desktop.core.requests import ChatRequest, LoadOptions
from desktop.engine.client import EngineClient
from desktop.engine.protocol import Finished, TextDelta
from desktop.models import gguf
from tests.engine.families import FAMILIES, WINDOW, write_family

pytestmark = pytest.mark.engine
MakeEngine = Callable[..., EngineClient]
Turns = tuple[str, ...]
RECURRENT = ("falcon-h1",)
LONG = "The night is talking of a thing in the world. " * 6
TALE = (LONG, "It does.", "And then?")
OTHER = ("Another talk of the night: " + LONG[::-1],)


@pytest.fixture(scope="module", params=["gemma2", "gemma3", "command-r7b-arabic", "falcon-h1"])
def family(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    return request.param, write_family(request.param, tmp_path_factory.mktemp(request.param))


def ask(engine: EngineClient, turns: Turns, count: int = 40) -> tuple[str, GenerationStats]:
    messages = tuple((("user", "assistant")[i % 2], text) for i, text in enumerate(turns))
    ends = tuple((token, float("-inf")) for token in range(8))  # the special tokens of these vocabularies
    params = GenerationParams(temperature=0.0, max_tokens=count, logit_bias=ends)
    text = ""
    for event in engine.generate(ChatRequest(messages=messages, params=params, chat=turns[0][:9], kept=True)):
        if isinstance(event, TextDelta):
            text += event.text
        elif isinstance(event, Finished):
            return text, event.stats
    raise AssertionError("no end")


def load(engine: EngineClient, path: Path, speculation: bool = False) -> EngineClient:
    engine.load(path, LoadOptions(context=1024, threads=1, speculation=speculation))
    return engine


@pytest.fixture(scope="module")
def fresh(family: tuple[str, Path]) -> Callable[[Turns], str]:
    """The reply of an engine that has read nothing before, without guesses."""
    known: dict[Turns, str] = {}

    def reply(turns: Turns) -> str:
        if turns not in known:
            engine = EngineClient(gguf.inspect)
            try:
                known[turns] = ask(load(engine, family[1]), turns)[0]
            finally:
                engine.close()
        return known[turns]

    return reply


def test_that_these_models_slide_or_recur(family: tuple[str, Path]) -> None:
    name, path = family
    header = gguf.read_header(path)
    if name in RECURRENT:
        assert any(".ssm_" in tensor.name for tensor in header.tensors)
    else:
        assert header.number(f"{header.architecture}.attention.sliding_window") == WINDOW
    assert name in FAMILIES


@pytest.mark.parametrize("speculation", [False, True])
def test_that_every_way_to_a_reply_gives_the_same(
    family: tuple[str, Path],
    fresh: Callable[[Turns], str],
    make_engine: MakeEngine,
    tmp_path: Path,
    speculation: bool,
) -> None:
    name, path = family
    engine = load(make_engine(states=tmp_path), path, speculation)
    first = ask(engine, TALE[:1])[0]
    assert first == fresh(TALE[:1])
    told = (LONG, first, "And then?")
    reply, stats = ask(engine, told)
    assert reply == fresh(told), "the next turn"
    assert name in RECURRENT or stats.cached_tokens > WINDOW
    reply, stats = ask(engine, told)
    assert reply == fresh(told), "regenerated"
    assert stats.cached_tokens == stats.prompt_tokens - 1
    edited = (LONG[:-60] + "Or not. ",)
    assert ask(engine, edited)[0] == fresh(edited), "edited"
    assert ask(engine, OTHER)[0] == fresh(OTHER), "another chat"
    reply, stats = ask(engine, told)
    assert reply == fresh(told), "back to the first one"
    engine.unload()
    load(engine, path, speculation)
    reply, stats = ask(engine, OTHER)
    assert reply == fresh(OTHER), "restored"
    engine.close()


def test_that_a_chat_which_goes_on_is_not_read_again(
    family: tuple[str, Path], fresh: Callable[[Turns], str], make_engine: MakeEngine, tmp_path: Path
) -> None:
    _, path = family
    engine = load(make_engine(states=tmp_path), path)
    read = ask(engine, TALE[:1], 1)[1].prompt_tokens  # all that the cache holds, since the one token is not decoded
    ask(engine, OTHER)
    reply, stats = ask(engine, TALE)
    assert reply == fresh(TALE)
    assert stats.cached_tokens == read, "warm"
    ask(engine, OTHER, 1)
    engine.unload()
    load(engine, path)
    read = ask(engine, OTHER, 1)[1].prompt_tokens
    longer = (*OTHER, "Yes.", "And then?")
    reply, stats = ask(engine, longer)
    assert reply == fresh(longer)
    assert stats.cached_tokens == read, "restored"
    edited = (OTHER[0][:-90] + "Or not.",)
    assert ask(engine, edited)[0] == fresh(edited), "an edit of what was restored"
