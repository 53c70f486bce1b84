"""Whether a model thinks, and the answer when it is asked for: in the real engine, with the ways to think of several families."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.core.generation import GenerationParams, GenerationStats, StoppedBy
from desktop.core.requests import ChatRequest, LoadOptions
from desktop.engine.client import EngineClient
from desktop.engine.prompt import PromptBuilder
from desktop.engine.protocol import Finished, TextDelta
from desktop.models.summary import template_facts
from tests.engine.conftest import NEVER_ENDS
from tests.engine.test_template import Inside
from tests.fakes.tiny_gguf import CHATML, write_tiny

MakeEngine = Callable[..., EngineClient]
ENDS = ("<|im_start|>", "<|im_end|>", "<|endoftext|>")
REPLY = "{% if add_generation_prompt %}<|im_start|>assistant\n"
TURNS = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
OPENED = TURNS + REPLY + "<think>\n{% endif %}"
SWITCHED = (
    TURNS
    + REPLY
    + "{% if enable_thinking is defined and not enable_thinking %}<think>\n\n</think>\n\n{% endif %}{% endif %}"
)
DEEPSEEK = TURNS + REPLY + "{% if thinking is defined and thinking %}<think>{% else %}</think>{% endif %}{% endif %}"
MENTIONED = TURNS + REPLY + "{# enable_thinking #}Here is what I am thinking: <think>{% endif %}"
HARMONY_MARKS = tuple(f"<|{mark}|>" for mark in ("start", "channel", "message", "constrain", "end", "call", "return"))
HARMONY = (
    "{% for m in messages %}<|start|>{{ m.role }}<|message|>{{ m.content }}<|end|>{% endfor %}<|start|>assistant"
    "<|channel|>analysis<|message|>"
)
GEMMA = TURNS + REPLY + "<|channel>thought\n{% endif %}{# <channel|> #}"


def builder(source: str) -> PromptBuilder:
    return PromptBuilder(Inside(), lambda text: list(text.encode()), source)


@pytest.mark.parametrize(
    ("source", "switch"),
    [(SWITCHED, "enable_thinking"), (DEEPSEEK, "thinking"), (MENTIONED, ""), (OPENED, ""), (CHATML, ""), ("", "")],
)
def test_that_a_template_is_asked_whether_it_reads_the_switch(source: str, switch: str) -> None:
    made = builder(source)
    assert made.traits.thinking_switch == switch

    def prompt(thinking: bool | None) -> str:
        return made.render(ChatRequest(messages=(("user", "Hi"),), thinking=thinking))[0]

    assert (prompt(True) != prompt(False)) == bool(switch)
    assert prompt(None) in (prompt(True), prompt(False))


def test_that_the_card_tells_of_the_switch_by_the_text_of_the_template() -> None:
    assert template_facts(SWITCHED).switch
    assert template_facts(DEEPSEEK).switch
    assert not template_facts(OPENED).switch
    assert not template_facts(HARMONY).switch


def test_that_a_loaded_model_tells_of_its_switch_and_obeys_it(make_engine: MakeEngine, tmp_path: Path) -> None:
    engine = make_engine()
    path = write_tiny(tmp_path / "m.gguf", template=SWITCHED)
    info = engine.load(path, LoadOptions(threads=1))
    assert info is not None
    assert info.thinking_switch

    def prompt(thinking: bool | None) -> int:
        request = ChatRequest(messages=(("user", "hi"),), params=GenerationParams(max_tokens=1), thinking=thinking)
        return next(e for e in engine.generate(request) if isinstance(e, Finished)).stats.prompt_tokens

    assert prompt(None) == prompt(True)
    loaded = engine.load(path, LoadOptions(threads=1, thinking=False))
    assert loaded is not None
    assert (loaded.thinks, loaded.load_s) == (False, info.load_s)  # the same load: no weights were read again
    assert prompt(None) == prompt(False) == prompt(True) + len("<think>\n\n</think>\n\n")
    info = engine.load(write_tiny(tmp_path / "n.gguf", template=OPENED), LoadOptions(threads=1))
    assert info is not None
    assert not info.thinking_switch


def hurried(engine: EngineClient, params: GenerationParams) -> tuple[str, str, GenerationStats]:
    """(thinking, answer, figures) of a reply whose thinking is ended at its first words."""
    text = {"thinking": "", "answer": ""}
    request = ChatRequest(messages=(("user", "hi " * 40),), params=params)
    for event in engine.generate(request):
        if isinstance(event, TextDelta):
            text[event.kind] += event.text
            if event.kind == "thinking":
                engine.answer_now()
        elif isinstance(event, Finished):
            return text["thinking"], text["answer"], event.stats
    raise AssertionError("no end")


def family(tmp_path: Path, kind: str) -> tuple[Path, dict[int, float]]:
    """A model of a family, and the biases with which it thinks without end."""
    context, specials, words, template = 1 << 17, ENDS, (), OPENED
    if kind == "tags are tokens":
        specials = (*ENDS, "<think>", "</think>")
    elif kind == "begun by the model":
        words, template = ("<think>",), TURNS + REPLY + "{% endif %}{# <think> #}"
    elif kind == "gpt-oss":
        specials, template = (*ENDS[1:], *HARMONY_MARKS), HARMONY
    elif kind == "gemma":
        specials, template = (*ENDS, "<|channel>", "<channel|>"), GEMMA
    path = write_tiny(
        tmp_path / "m.gguf",
        template=template,
        specials=specials,
        words=words,
        context=context,
        favour={one: 0.0 for one in NEVER_ENDS if one in specials},
    )
    first = 256 + len(words)
    biases = {ord("<"): -1e30, **dict.fromkeys(range(first, first + len(specials)), -1e30)}
    return path, biases | ({256: 1e4} if words else {})


@pytest.mark.parametrize("speculation", [False, True])
@pytest.mark.parametrize("kind", ["opened", "tags are tokens", "begun by the model", "gpt-oss", "gemma"])
def test_that_thinking_is_closed_as_the_family_closes_it(
    make_engine: MakeEngine, tmp_path: Path, kind: str, speculation: bool
) -> None:
    path, biases = family(tmp_path, kind)
    engine = make_engine()
    assert engine.load(path, LoadOptions(context=1 << 17, threads=1, speculation=speculation)) is not None
    # the grammar holds for the answer alone: only the family's own closing lets it begin
    params = GenerationParams(grammar='root ::= "yes"', seed=1, logit_bias=tuple(biases.items()))
    thought, answer, stats = hurried(engine, params)
    assert thought
    assert answer == "yes"
    assert stats.stopped_by is StoppedBy.END
    assert "think>" not in thought or kind == "begun by the model"


def test_that_the_answer_does_not_count_on_more_context_than_there_is(make_engine: MakeEngine, tmp_path: Path) -> None:
    path, biases = family(tmp_path, "opened")
    engine = make_engine()
    assert engine.load(path, LoadOptions(context=256, threads=1)) is not None
    params = GenerationParams(seed=1, logit_bias=tuple(biases.items()))
    thought, _, stats = hurried(engine, params)
    assert thought
    assert stats.stopped_by is StoppedBy.CONTEXT


def test_that_the_length_of_a_reply_holds_for_a_closed_thinking_too(make_engine: MakeEngine, tmp_path: Path) -> None:
    path, biases = family(tmp_path, "opened")
    engine = make_engine()
    assert engine.load(path, LoadOptions(context=1 << 17, threads=1)) is not None
    params = GenerationParams(seed=1, logit_bias=tuple(biases.items()), max_tokens=30)
    _, _, stats = hurried(engine, params)
    assert (stats.stopped_by, stats.reply_tokens) == (StoppedBy.LENGTH, 30)
