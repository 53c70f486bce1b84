"""Tool calls of the common families: told from text, whole, however the tokens are cut."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.core.errors import SamarError
from desktop.core.tools import fenced
from desktop.engine.formats import ANSWER_CHANNEL, BARE, FORMATS, CallFormat, formats_in
from desktop.engine.prompt import THINKING_TAGS
from desktop.engine.protocol import GenerateRequest, Piece
from desktop.engine.reply import ReplyText
from tests.engine.test_session import OPTIONS, MakeEngine
from tests.fakes.tiny_gguf import CHATML, write_tiny

WEATHER = {"name": "weather", "arguments": {"city": "مكة", "days": 3}}
JSON = '{"name": "weather", "arguments": {"city": "مكة", "days": 3}}'
PARAMETERS = '{"city": "مكة", "days": 3}'

CASES = {
    "hermes": f"<tool_call>\n{JSON}\n</tool_call>",
    "qwen coder": "<tool_call>\n<function=weather>\n<parameter=city>\nمكة\n</parameter>\n<parameter=days>\n3\n</parameter>\n"
    "</function>\n</tool_call>",
    "glm": "<tool_call>weather\n<arg_key>city</arg_key>\n<arg_value>مكة</arg_value>\n<arg_key>days</arg_key>\n"
    "<arg_value>3</arg_value>\n</tool_call>",
    "llama": f'<|python_tag|>{{"name": "weather", "parameters": {PARAMETERS}}}',
    "mistral list": f"[TOOL_CALLS][{JSON}]",
    "mistral named": f"[TOOL_CALLS]weather[ARGS]{PARAMETERS}",
    "phi": f'<|tool_call|>[{{"type": "function", "function": {JSON}}}]<|/tool_call|>',
    "functools": f"functools[{JSON}]",
    "deepseek v3": "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>weather\n```json\n"
    f"{PARAMETERS}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
    "deepseek v3.1": f"<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>weather<｜tool▁sep｜>{PARAMETERS}<｜tool▁call▁end｜>"
    "<｜tool▁calls▁end｜>",
    "command": f'<|START_ACTION|>[{{"tool_call_id": "0", "tool_name": "weather", "parameters": {PARAMETERS}}}]<|END_ACTION|>',
    "command-r": f'Action: ```json\n[{{"tool_name": "weather", "parameters": {PARAMETERS}}}]\n```',
    "gemma": "<start_function_call>call:weather{city:<escape>مكة<escape>,days:3}<end_function_call>",
    "functionary": f"<function=weather>{PARAMETERS}</function>",
    "nemotron": f"<TOOLCALL>[{JSON}]</TOOLCALL>",
    "gpt-oss": f"<|channel|>commentary to=functions.weather <|constrain|>json<|message|>{PARAMETERS}<|call|>",
}


def formats_for(text: str) -> tuple[CallFormat, ...]:
    """As of a template that teaches just what `text` uses."""
    return formats_in(text)


def run(
    text: str, calls: tuple[CallFormat, ...], where: list[int], stops: tuple[str, ...] = ()
) -> list[tuple[str, str]]:
    data = text.encode()
    edges = [0, *sorted({cut % (len(data) + 1) for cut in where}), len(data)]
    reply = ReplyText(stops, calls=calls)
    out: list[tuple[str, str]] = []
    for start, end in itertools.pairwise(edges):
        out += reply.feed(data[start:end])
    return out + reply.end()


def parts(out: list[tuple[str, str]]) -> tuple[str, list[Any]]:
    """(text, calls)"""
    return "".join(text for kind, text in out if kind == "answer"), [
        json.loads(text) for kind, text in out if kind == "tool_call"
    ]


cuts = st.lists(st.integers(0, 1000), max_size=30)


@pytest.mark.parametrize("family", CASES)
@given(where=cuts)
def test_that_a_call_is_told_from_text(family: str, where: list[int]) -> None:
    text = f"Let me look. {CASES[family]}"
    calls = formats_for(CASES[family])
    assert calls, "its template names it"
    out = run(text, calls, where)
    assert parts(out) == ("Let me look. ", [WEATHER])


@pytest.mark.parametrize(
    "family", [name for name in CASES if name not in ("llama", "mistral list", "mistral named", "functools")]
)
def test_that_text_goes_on_behind_a_closed_call(family: str) -> None:
    out = run(f"{CASES[family]}\nDone.", formats_for(CASES[family]), [7, 19])
    assert parts(out) == ("Done.", [WEATHER])


def test_that_several_calls_are_several() -> None:
    hermes = formats_for("<tool_call>")
    assert parts(run(CASES["hermes"] * 2, hermes, [9]))[1] == [WEATHER, WEATHER]
    llama = f'<|python_tag|>{{"name": "a", "parameters": {{}}}}; {JSON}'
    assert [call["name"] for call in parts(run(llama, formats_for("<|python_tag|>"), []))[1]] == ["a", "weather"]
    mistral = CASES["mistral named"] * 2
    assert parts(run(mistral, formats_for("[TOOL_CALLS]"), [3]))[1] == [WEATHER, WEATHER]


def test_that_code_for_an_interpreter_is_a_call() -> None:
    _, calls = parts(run("<|python_tag|>print(1)", formats_for("<|python_tag|>"), []))
    assert calls == [{"name": "python", "arguments": {"code": "print(1)"}}]


@pytest.mark.parametrize(
    "text",
    [
        "Write <tool_call> and </tool_call> around it.",
        "<tool_call>{\"name\": 3}</tool_call> is none.",
        "<tool_call>",
        "[TOOL_CALLS] is a token.",
        "functools[0] and functools[1]",
        "<|tool_call|>later<|/tool_call|>",
        "<TOOLCALL>[]</TOOLCALL><TOOLCALL>",
        "<function=x>no json</function>",
        "Action: ```sh\nls\n```",
        "<start_function_call>call:x{a:<escape>b}<end_function_call>",
        "<｜tool▁calls▁begin｜>none<｜tool▁calls▁end｜>",
    ],
)  # fmt: skip
@given(where=cuts)
def test_that_what_is_no_call_stays_text(text: str, where: list[int]) -> None:
    assert parts(run(text, tuple(one for one in FORMATS if one.name != "granite"), where)) == (text, [])


@given(st.text('<tol_ca>/{}"x ', max_size=60), cuts)
def test_that_text_is_the_same_however_it_is_cut(text: str, where: list[int]) -> None:
    hermes = formats_for("<tool_call>")
    assert parts(run("a" + text, hermes, where)) == parts(run("a" + text, hermes, []))


def test_that_nothing_of_a_call_is_shown_before_it_is_whole() -> None:
    for family, text in CASES.items():
        reply = ReplyText(calls=formats_for(text))
        shown = [piece for letter in f"So: {text}" for piece in reply.feed(letter.encode())]
        assert "".join(piece for kind, piece in shown if kind == "answer") in ("So: ", "So:"), family


def test_that_stop_strings_count_outside_of_calls_only() -> None:
    hermes = formats_for("<tool_call>")
    text = '<tool_call>{"name": "f", "arguments": {"a": "STOP"}}</tool_call>go STOP on'
    assert parts(run(text, hermes, [5, 40], ("STOP",))) == ("go ", [{"name": "f", "arguments": {"a": "STOP"}}])
    assert parts(run("<tool_call>no STOP</tool_call>", hermes, [], ("STOP",))) == ("<tool_call>no ", [])


def test_that_bare_json_is_a_call_only_at_the_head_and_where_tools_were_given() -> None:
    assert parts(run(JSON, (BARE,), [5])) == ("", [WEATHER])
    assert parts(run(JSON, (), [5])) == (JSON, [])
    assert parts(run(f"As JSON: {JSON}", (BARE,), [5])) == (f"As JSON: {JSON}", [])
    assert parts(run('{"name": "Layla", "age": 3}', (BARE,), [5])) == ('{"name": "Layla", "age": 3}', [])


@given(cuts)
def test_that_the_channels_of_gpt_oss_are_told_apart(where: list[int]) -> None:
    tags = (THINKING_TAGS[-1], ANSWER_CHANNEL)
    text = "<|channel|>analysis<|message|>Hm, 2+2.<|end|><|start|>assistant<|channel|>final<|message|>Four."
    for given_text, thinking in ((text, "Hm, 2+2."), ("<|channel|>final<|message|>Four.", "")):
        reply, out = ReplyText(tags=tags), []
        data = given_text.encode()
        for start, end in itertools.pairwise([0, *sorted({cut % (len(data) + 1) for cut in where}), len(data)]):
            out += reply.feed(data[start:end])
        out += reply.end()
        assert "".join(piece for kind, piece in out if kind == "thinking") == thinking
        assert parts(out)[0] == "Four."


def test_that_a_call_is_shown_as_a_block() -> None:
    assert fenced(JSON).startswith('\n```tool_call\n{\n  "name": "weather"')


# ---- the engine

TOOLS = json.dumps([{"type": "function", "function": {"name": "weather", "parameters": {}}}])
TOOL_TEMPLATE = "{% if tools %}{{ tools | tojson }} <tool_call>{% endif %}" + CHATML


def test_that_templates_are_told_of_tools_only_when_asked(make_engine: MakeEngine, tmp_path: Path) -> None:
    engine = make_engine()
    engine.load(write_tiny(tmp_path / "m.gguf", template=TOOL_TEMPLATE), OPTIONS)

    def prompt(tools: str) -> int:
        stats = list(engine.generate(GenerateRequest(messages=(("user", "hi"),), tools=tools)))[-1]
        return stats.stats.prompt_tokens  # type: ignore[union-attr]

    assert prompt(TOOLS) == prompt("") + len(TOOLS) + len(" <tool_call>")
    for broken in ("{", "{}", "[3]"):
        with pytest.raises(SamarError) as caught:
            prompt(broken)
        assert caught.value.code == "tools_broken"
    engine.load(write_tiny(tmp_path / "n.gguf"), OPTIONS)
    with pytest.raises(SamarError) as caught:
        prompt(TOOLS)
    assert caught.value.code == "tools_unknown"


def test_that_a_call_with_control_tokens_arrives_as_a_call(make_engine: MakeEngine, tmp_path: Path) -> None:
    """The vocabulary's own tokens for the tags have no text for anyone else."""
    specials = ("<|im_start|>", "<|im_end|>", "<|endoftext|>", "<tool_call>", "</tool_call>")
    path = write_tiny(tmp_path / "m.gguf", specials=specials, template=TOOL_TEMPLATE)
    engine = make_engine()
    engine.load(path, OPTIONS)
    call = '{"name": "f", "arguments": {"n": 1}}'
    grammar = 'root ::= "Hm. " <tool_call> ' + json.dumps(call) + " </tool_call>"
    request = GenerateRequest(messages=(("user", "hi"),))
    request = type(request)(messages=request.messages, params=type(request.params)(grammar=grammar, seed=1))
    pieces = [event for event in engine.generate(request) if isinstance(event, Piece)]
    assert [(piece.kind, piece.text) for piece in pieces if piece.kind == "tool_call"] == [("tool_call", call)]
    assert "".join(piece.text for piece in pieces if piece.kind == "answer") == "Hm. "
