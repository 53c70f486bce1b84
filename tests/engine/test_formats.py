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
from desktop.core.generation import GenerationParams
from desktop.core.requests import ChatRequest
from desktop.core.tools import fenced
from desktop.engine.prompt import THINKING_TAGS
from desktop.engine.protocol import TextDelta
from desktop.engine.stream_parser import StreamParser
from desktop.engine.tool_call_parser import ANSWER_CHANNEL, BARE, FORMATS, CallFormat, formats_in, markers_of
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
    "gemma 4": '<|tool_call>call:weather{city:<|"|>مكة<|"|>,days:3}<tool_call|>',
    "kimi": "<|tool_calls_section_begin|><|tool_call_begin|>functions.weather:0<|tool_call_argument_begin|>"
    f"{PARAMETERS}<|tool_call_end|><|tool_calls_section_end|>",
    "minimax": '<minimax:tool_call>\n<invoke name="weather">\n<parameter name="city">مكة</parameter>\n'
    '<parameter name="days">3</parameter>\n</invoke>\n</minimax:tool_call>',
    "deepseek v3.2": '<｜DSML｜function_calls>\n<｜DSML｜invoke name="weather">\n<｜DSML｜parameter name="city" string="true">مكة'
    '</｜DSML｜parameter>\n<｜DSML｜parameter name="days" string="false">3</｜DSML｜parameter>\n</｜DSML｜invoke>\n'
    "</｜DSML｜function_calls>",
    "seed": "<seed:tool_call>\n<function=weather>\n<parameter=city>مكة</parameter>\n<parameter=days>3</parameter>\n"
    "</function>\n</seed:tool_call>",
    "lfm2": "<|tool_call_start|>[weather(city='مكة', days=3)]<|tool_call_end|>",
    "apriel": f"<tool_calls>[{JSON}]</tool_calls>",
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
    reply = StreamParser(stops, calls=calls)
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


SEVERAL = {
    "qwen coder": "<tool_call>\n<function=a>\n</function>\n<function=b>\n<parameter=x>\n<b>\n1\n</parameter>\n</function>\n</tool_call>",
    "gemma 4": '<|tool_call>call:a{}<tool_call|><|tool_call>call:b{x:<|"|><b>\n1<|"|>}<tool_call|>',
    "kimi": "<|tool_calls_section_begin|><|tool_call_begin|>functions.a:0<|tool_call_argument_begin|>{}<|tool_call_end|>"
    '<|tool_call_begin|>b<|tool_call_argument_begin|>{"x": "<b>\\n1"}<|tool_call_end|><|tool_calls_section_end|>',
    "minimax": '<minimax:tool_call><invoke name="a"></invoke><invoke name="b"><parameter name="x"><b>\n1</parameter></invoke>'
    "</minimax:tool_call>",
    "deepseek v3.2": '<｜DSML｜function_calls><｜DSML｜invoke name="a"></｜DSML｜invoke><｜DSML｜invoke name="b">'
    '<｜DSML｜parameter name="x" string="true"><b>\n1</｜DSML｜parameter></｜DSML｜invoke></｜DSML｜function_calls>',
    "seed": "<seed:tool_call><function=a></function><function=b><parameter=x><b>\n1</parameter></function></seed:tool_call>",
    "lfm2": "<|tool_call_start|>[a(), b(x='<b>\\n1')]<|tool_call_end|>",
    "gpt-oss": "<|channel|>commentary to=functions.a<|message|>{}<|call|><|start|>assistant<|channel|>commentary to=functions.b"
    '<|message|>{"x": "<b>\\n1"}<|call|>',
}


@pytest.mark.parametrize("family", SEVERAL)
def test_that_several_functions_of_one_reply_are_several_calls(family: str) -> None:
    text, calls = parts(run(SEVERAL[family], formats_for(SEVERAL[family]), [20, 41]))
    assert calls == [{"name": "a", "arguments": {}}, {"name": "b", "arguments": {"x": "<b>\n1"}}]
    assert text == ""


def test_that_values_of_every_kind_are_read() -> None:
    value = {"a": [1, "two, {three}", None], "b": {"c d": True, "e": []}, "f": -1.5}
    gemma = '<|tool_call>call:f{a:[1, <|"|>two, {three}<|"|>,null],b:{<|"|>c d<|"|>:true,e:[]},f:-1.5}<tool_call|>'
    lfm2 = "<|tool_call_start|>[f(a=[1, 'two, {three}', None], b={'c d': true, 'e': []}, f=-1.5)]<|tool_call_end|>"
    for text in (gemma, lfm2):
        assert parts(run(text, formats_for(text), []))[1] == [{"name": "f", "arguments": value}]
    as_text = '<｜DSML｜parameter name="x" string="true">3</｜DSML｜parameter>'
    text = f'<｜DSML｜tool_calls><｜DSML｜invoke name="f">{as_text}</｜DSML｜invoke></｜DSML｜tool_calls>'
    assert parts(run(text, formats_for(text), []))[1] == [{"name": "f", "arguments": {"x": "3"}}]


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
        '<|tool_call>call:x{a:<|"|>b}<tool_call|>',
        "<|tool_call>call:x{a:1,}, <tool_call|>",
        "<|tool_calls_section_begin|>none<|tool_calls_section_end|>",
        '<minimax:tool_call><invoke name="x">y</invoke></minimax:tool_call>',
        '<｜DSML｜function_calls><｜DSML｜invoke name="x"></｜DSML｜function_calls>',
        "<seed:tool_call><function=x><parameter=y></function></seed:tool_call>",
        "<|tool_call_start|>[f(1), g(**x), __import__('os')]<|tool_call_end|>",
        "<|tool_call_start|>[f(x=open('y'))]<|tool_call_end|>",
        "<tool_calls>[]</tool_calls>",
        "a <|channel|> and <|end",
    ],
)  # fmt: skip
@given(where=cuts)
def test_that_what_is_no_call_stays_text(text: str, where: list[int]) -> None:
    assert parts(run(text, tuple(one for one in FORMATS if one.name != "granite"), where)) == (text, [])


@given(st.text('<tol_ca>/{}"x ', max_size=60), cuts)
def test_that_text_is_the_same_however_it_is_cut(text: str, where: list[int]) -> None:
    hermes = formats_for("<tool_call>")
    assert parts(run("a" + text, hermes, where)) == parts(run("a" + text, hermes, []))


@pytest.mark.parametrize("one", FORMATS, ids=lambda one: one.name)
@given(
    body=st.recursive(
        st.none() | st.integers() | st.text("af", max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["name", "arguments", "function", "parameters", "x"]), inner, max_size=3)
        ),
    )
)
def test_that_any_json_is_a_call_or_text(one: CallFormat, body: Any) -> None:
    text = f"{one.opening}{json.dumps(body)}{one.closing or ''}"
    written, calls = parts(run(text, (one,), []))
    assert calls or written == text
    assert all(isinstance(call["name"], str) and isinstance(call["arguments"], dict) for call in calls)


@pytest.mark.parametrize(
    "part",
    [
        "<arg_key>a</arg_key><arg_value>b</arg_value>",
        "<function=x> <parameter=a>\n",
        "to=to=",
        "<arg_key>",
        "call:a{b:<escape>",
        "call:a{b:[",
        "{a:{",
        '<invoke name="x"><parameter name="y">',
        '<｜DSML｜invoke name="x">',
        "<|tool_call_begin|>x<|tool_call_argument_begin|>",
        "((((",
        "[f(x=",
        "<|start|>",
    ],
)
def test_that_text_which_nearly_is_a_call_is_looked_at_quickly(part: str) -> None:
    """Were it taken apart in every possible way, this would not end."""
    for one in FORMATS:
        text = f"{one.opening}x{part * 400} {one.closing or ''}"
        assert parts(run(text, (one,), [])) != ("", [])


def test_that_nothing_of_a_call_is_shown_before_it_is_whole() -> None:
    for family, text in CASES.items():
        reply = StreamParser(calls=formats_for(text))
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
        reply, out = StreamParser(tags=tags), []
        data = given_text.encode()
        for start, end in itertools.pairwise([0, *sorted({cut % (len(data) + 1) for cut in where}), len(data)]):
            out += reply.feed(data[start:end])
        out += reply.end()
        assert "".join(piece for kind, piece in out if kind == "thinking") == thinking
        assert parts(out)[0] == "Four."


HARMONY = (("<|channel|>analysis<|message|>", "<|end|>"), ANSWER_CHANNEL)
THINK = "<|channel|>analysis<|message|>Hm."
NEXT = "<|end|><|start|>assistant"
CALL = f"<|channel|>commentary to=functions.weather <|constrain|>json<|message|>{PARAMETERS}<|call|>"
SEQUENCES = {
    "thinking, call": (THINK + NEXT + CALL, "Hm.", "", [WEATHER]),
    "call ended by its token alone": (CALL.removesuffix("<|call|>"), "", "", [WEATHER]),
    "recipient in the role": (
        f"{THINK}{NEXT} to=functions.weather<|channel|>commentary json<|message|>{PARAMETERS}<|call|>",
        "Hm.",
        "",
        [WEATHER],
    ),
    "call while thinking": (f"<|channel|>analysis to=weather code<|message|>{PARAMETERS}<|call|>", "", "", [WEATHER]),
    "preamble, answer": (
        f"<|channel|>commentary<|message|>I look.{NEXT}<|channel|>final<|message|>Done.<|return|>",
        "",
        "I look.\n\nDone.",
        [],
    ),
    "thinking twice, answer": (f"{THINK}{NEXT}{THINK}{NEXT}<|channel|>final<|message|>4", "Hm.\n\nHm.", "4", []),
    "constrained answer": (f'{THINK}{NEXT}<|channel|>final <|constrain|>json<|message|>{{"a":1}}', "Hm.", '{"a":1}', []),
    "no end between": (f"{THINK}<|channel|>final<|message|>Four.", "Hm.", "Four.", []),
    "an answer without any header": ("to be or not", "", "to be or not", []),
    "code": ("<|channel|>commentary to=python<|message|>print(1)<|call|>", "", "", [
        {"name": "python", "arguments": {"code": "print(1)"}}
    ]),
    "no call": (
        "<|channel|>commentary to=functions.f<|message|>[1]<|call|>",
        "",
        "<|channel|>commentary to=functions.f<|message|>[1]<|call|>",
        [],
    ),
    "no header": (f"<|channel|>{'x' * 400}<|message|>y", "", f"<|channel|>{'x' * 400}<|message|>y", []),
}  # fmt: skip


@pytest.mark.parametrize("name", SEQUENCES)
@given(where=cuts)
def test_that_a_reply_in_channels_is_read_in_any_order(name: str, where: list[int]) -> None:
    text, thinking, answer, calls = SEQUENCES[name]
    reply, out = StreamParser(tags=HARMONY, calls=formats_in(CALL)), []
    data = text.encode()
    for start, end in itertools.pairwise([0, *sorted({cut % (len(data) + 1) for cut in where}), len(data)]):
        out += reply.feed(data[start:end])
    out += reply.end()
    assert "".join(piece for kind, piece in out if kind == "thinking") == thinking
    assert parts(out) == (answer, calls)


def test_that_a_half_answer_in_channels_goes_on_as_an_answer() -> None:
    reply = StreamParser(tags=HARMONY, fresh=False, stops=("STOP",))
    assert parts([*reply.feed(b" and three"), *reply.feed(b" STOP four"), *reply.end()]) == (" and three ", [])


def test_that_thinking_of_families_since_2025_is_told_from_the_answer() -> None:
    gemma = ("<|channel>thought", "<channel|>")
    apriel = ("Here are my reasoning steps:", "[BEGIN FINAL RESPONSE]")
    for tags in (gemma, apriel):
        assert tags in THINKING_TAGS
        reply = StreamParser(tags=(tags,))
        out = [*reply.feed(f"{tags[0]}\nHm.\n{tags[1]}\nYes.".encode()), *reply.end()]
        assert "".join(piece for kind, piece in out if kind == "thinking") == "Hm."
        assert parts(out)[0] == "Yes."
    assert {b"<|channel>", b"<channel|>"} <= markers_of((gemma,), ())


def test_that_a_call_is_shown_as_a_block() -> None:
    assert fenced(JSON).startswith('\n```tool_call\n{\n  "name": "weather"')


# ---- the engine

TOOLS = json.dumps([{"type": "function", "function": {"name": "weather", "parameters": {}}}])
TOOL_TEMPLATE = "{% if tools %}{{ tools | tojson }} <tool_call>{% endif %}" + CHATML


def test_that_templates_are_told_of_tools_only_when_asked(make_engine: MakeEngine, tmp_path: Path) -> None:
    engine = make_engine()
    engine.load(write_tiny(tmp_path / "m.gguf", template=TOOL_TEMPLATE), OPTIONS)

    def prompt(tools: str) -> int:
        stats = list(engine.generate(ChatRequest(messages=(("user", "hi"),), tools=tools)))[-1]
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
    request = ChatRequest(messages=(("user", "hi"),))
    request = type(request)(messages=request.messages, params=type(request.params)(grammar=grammar, seed=1))
    pieces = [event for event in engine.generate(request) if isinstance(event, TextDelta)]
    assert [(piece.kind, piece.text) for piece in pieces if piece.kind == "tool_call"] == [("tool_call", call)]
    assert "".join(piece.text for piece in pieces if piece.kind == "answer") == "Hm. "


@pytest.mark.parametrize("closed", [True, False])
def test_that_gpt_oss_thinks_and_calls_in_control_tokens(make_engine: MakeEngine, tmp_path: Path, closed: bool) -> None:
    marks = ("start", "channel", "message", "constrain", "end", "call", "return")
    specials = ("<|im_end|>", "<|endoftext|>", *(f"<|{mark}|>" for mark in marks))
    template = (
        "{% for m in messages %}<|start|>{{ m.role }}<|message|>{{ m.content }}<|end|>{% endfor %}"
        "{# <|channel|>analysis<|message|> <|channel|>commentary {{ tools }} #}<|start|>assistant"
    )
    engine = make_engine()
    engine.load(write_tiny(tmp_path / "m.gguf", specials=specials, template=template), OPTIONS)
    grammar = (
        'root ::= <|channel|> "analysis" <|message|> "Hm." <|end|> <|start|> "assistant" <|channel|> '
        '"commentary to=functions.f " <|constrain|> "json" <|message|> "{\\"n\\": 1}"' + (" <|call|>" if closed else "")
    )
    params = GenerationParams(grammar=grammar, seed=1)
    request = ChatRequest(messages=(("user", "hi <|end|>"),), params=params, thinking=False)
    pieces = [(event.kind, event.text) for event in engine.generate(request) if isinstance(event, TextDelta)]
    assert "".join(text for kind, text in pieces if kind == "thinking") == "Hm."
    assert [text for kind, text in pieces if kind != "thinking"] == ['{"name": "f", "arguments": {"n": 1}}']
