"""How the families of models write tool calls, and what is none.

A format begins with an opening that its template names; what stands between it and the closing (or the end of the reply)
is read as calls, and what can't be read so stays text. Formats: the chat templates of the models named below.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Call = dict[str, Any]
"""{"name": str, "arguments": object}"""
_NAMES, _ARGUMENTS = ("name", "tool_name"), ("arguments", "parameters", "args")


@dataclass(frozen=True, slots=True)
class CallFormat:
    """One way to write calls. closing: None, up to the end of the reply. markers: what may be a control token of the
    vocabulary and must be seen all the same. sign: what a template that teaches the format contains."""

    name: str
    opening: str
    closing: str | None
    parse: Callable[[str], list[Call] | None]
    markers: tuple[str, ...] = ()
    sign: str = ""
    bare: bool = False
    """Without any marker: looked for at the head of an answer, and only where tools were given."""


def calls_in_json(text: str) -> list[Call] | None:
    """Calls as JSON: one object, an array of them, or several objects one after another; None when it is anything else."""
    decoder = json.JSONDecoder()
    found: list[Call] = []
    text = text.strip()
    while text:
        try:
            value, end = decoder.raw_decode(text)
        except (ValueError, RecursionError):
            return None
        for one in value if isinstance(value, list) else [value]:
            call = _call(one)
            if call is None:
                return None
            found.append(call)
        text = text[end:].lstrip(" \t\r\n;,")
    return found or None


def _call(value: Any) -> Call | None:
    if not isinstance(value, dict):
        return None
    if isinstance(value.get("function"), dict):
        value = value["function"]
    name = next((value[key] for key in _NAMES if isinstance(value.get(key), str)), None)
    arguments = next((value[key] for key in _ARGUMENTS if key in value), None)
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments)
        except ValueError:
            return None
    if not name or (arguments is not None and not isinstance(arguments, dict)):
        return None
    if arguments is None and set(value) - {*_NAMES, "id", "type", "tool_call_id"}:
        return None  # an object with a name, but no call
    return {"name": name, "arguments": arguments or {}}


def _value(text: str) -> Any:
    """A parameter that is written without quotation marks: JSON where it is, else text."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


_CODER = re.compile(r"<function=([^>\n]+)>\s*(.*?)\s*</function>", re.DOTALL)
_CODER_PARAMETER = re.compile(r"<parameter=([^>\n]+)>\n?(.*?)\n?</parameter>", re.DOTALL)
_GLM = re.compile(r"\s*([\w.-]+)\s*((?:<arg_key>.*?</arg_key>\s*<arg_value>.*?</arg_value>\s*)*)", re.DOTALL)
_GLM_PAIR = re.compile(r"<arg_key>(.*?)</arg_key>\s*<arg_value>(.*?)</arg_value>", re.DOTALL)


def _tagged(text: str) -> list[Call] | None:
    """Hermes and Qwen write JSON between the tags, Qwen3-Coder and GLM tags for each parameter."""
    if calls := calls_in_json(text):
        return calls
    if coded := _CODER.fullmatch(text.strip()):
        pairs = _CODER_PARAMETER.findall(coded[2])
        if not _CODER_PARAMETER.sub("", coded[2]).strip():
            return [{"name": coded[1], "arguments": {name: _value(value) for name, value in pairs}}]
    if (listed := _GLM.fullmatch(text)) and listed[2]:
        return [{"name": listed[1], "arguments": {name: _value(value) for name, value in _GLM_PAIR.findall(listed[2])}}]
    return None


def _python(text: str) -> list[Call] | None:
    """Llama 3: JSON, or code for its interpreter."""
    if calls := calls_in_json(text):
        return calls
    return [{"name": "python", "arguments": {"code": text.strip()}}] if text.strip() else None


_MISTRAL = re.compile(r"\s*([\w.-]+)\s*(?:\[CALL_ID\][\w-]*)?\[ARGS\]")


def _mistral(text: str) -> list[Call] | None:
    """A list in the older releases; name, [ARGS] and JSON in the newer ones."""
    if calls := calls_in_json(text):
        return calls
    found: list[Call] = []
    for part in text.split("[TOOL_CALLS]"):
        head = _MISTRAL.match(part)
        try:
            arguments = json.loads(part[head.end() :]) if head else None
        except ValueError:
            return None
        if head is None or not isinstance(arguments, dict):
            return None
        found.append({"name": head[1], "arguments": arguments})
    return found


_DEEPSEEK = re.compile(r"<｜tool▁call▁begin｜>(.*?)<｜tool▁call▁end｜>", re.DOTALL)
_FENCED = re.compile(r"```(?:json)?\s*(.*?)\s*```", re.DOTALL)


def _deepseek(text: str) -> list[Call] | None:
    """V3 and R1: function, separator, name, JSON in a fence; V3.1: name, separator, JSON."""
    found: list[Call] = []
    for part in _DEEPSEEK.findall(text):
        head, separator, rest = part.partition("<｜tool▁sep｜>")
        name, body = head.strip(), rest
        if fenced := _FENCED.search(rest):
            name, body = rest[: fenced.start()].strip(), fenced[1]
        try:
            arguments = json.loads(body)
        except ValueError:
            return None
        if not separator or not name or not isinstance(arguments, dict):
            return None
        found.append({"name": name, "arguments": arguments})
    return found or None


def _fenced(text: str) -> list[Call] | None:
    """Command-R: a list in a fence."""
    fenced = _FENCED.fullmatch(text.strip())
    return calls_in_json(fenced[1]) if fenced else None


_GEMMA = re.compile(r"\s*call:([\w.-]+)\{(.*)\}\s*", re.DOTALL)
_GEMMA_PAIR = re.compile(r"\s*([\w.-]+):(?:<escape>(.*?)<escape>|([^,<]*))\s*(?:,|$)", re.DOTALL)


def _gemma(text: str) -> list[Call] | None:
    """FunctionGemma: call:name{key:<escape>text<escape>,key:3}."""
    whole = _GEMMA.fullmatch(text)
    if whole is None:
        return None
    pairs, at = {}, 0
    while at < len(whole[2]):
        pair = _GEMMA_PAIR.match(whole[2], at)
        if pair is None:
            return None
        pairs[pair[1]] = pair[2] if pair[2] is not None else _value(pair[3].strip())
        at = pair.end()
    return [{"name": whole[1], "arguments": pairs}]


def _named(text: str) -> list[Call] | None:
    """Llama 3.1's own functions and functionary: name, bracket, JSON."""
    name, _, body = text.partition(">")
    try:
        arguments = json.loads(body)
    except ValueError:
        return None
    return [{"name": name.strip(), "arguments": arguments}] if name.strip() and isinstance(arguments, dict) else None


_HARMONY = re.compile(r"[^<]*?to=(?:functions\.)?([\w.-]+)[^<]*(?:<\|constrain\|>[^<]*)?<\|message\|>(.*)", re.DOTALL)


def _harmony(text: str) -> list[Call] | None:
    """gpt-oss: to=functions.name, the message in JSON."""
    whole = _HARMONY.fullmatch(text)
    try:
        arguments = json.loads(whole[2]) if whole else None
    except ValueError:
        return None
    return [{"name": whole[1], "arguments": arguments}] if whole and isinstance(arguments, dict) else None


FORMATS: tuple[CallFormat, ...] = (
    CallFormat("hermes", "<tool_call>", "</tool_call>", _tagged, ("<tool_call>", "</tool_call>")),
    CallFormat("llama", "<|python_tag|>", None, _python, ("<|python_tag|>",)),
    CallFormat("mistral", "[TOOL_CALLS]", None, _mistral, ("[TOOL_CALLS]", "[ARGS]", "[CALL_ID]")),
    CallFormat("phi", "<|tool_call|>", "<|/tool_call|>", calls_in_json, ("<|tool_call|>", "<|/tool_call|>")),
    CallFormat("granite", "<|tool_call|>", None, calls_in_json, ("<|tool_call|>",)),
    CallFormat("functools", "functools[", None, lambda text: calls_in_json("[" + text)),
    CallFormat(
        "deepseek",
        "<｜tool▁calls▁begin｜>",
        "<｜tool▁calls▁end｜>",
        _deepseek,
        tuple(f"<｜tool▁{part}｜>" for part in ("calls▁begin", "calls▁end", "call▁begin", "call▁end", "sep")),
    ),
    CallFormat("command", "<|START_ACTION|>", "<|END_ACTION|>", calls_in_json, ("<|START_ACTION|>", "<|END_ACTION|>")),
    CallFormat("command-r", "Action: ```", "\n```", lambda text: _fenced(f"```{text}\n```"), sign="Action:"),
    CallFormat(
        "gemma",
        "<start_function_call>",
        "<end_function_call>",
        _gemma,
        ("<start_function_call>", "<end_function_call>", "<escape>"),
    ),
    CallFormat("functionary", "<function=", "</function>", _named),
    CallFormat("nemotron", "<TOOLCALL>", "</TOOLCALL>", calls_in_json, ("<TOOLCALL>", "</TOOLCALL>")),
    CallFormat(
        "gpt-oss",
        "<|channel|>commentary",
        "<|call|>",
        _harmony,
        ("<|channel|>", "<|message|>", "<|constrain|>", "<|call|>"),
    ),
)
BARE = CallFormat("bare", "{", None, calls_in_json, bare=True)


def formats_in(template: str) -> tuple[CallFormat, ...]:
    """The formats that a template teaches its model."""
    found = [one for one in FORMATS if (one.sign or one.opening) in template]
    names = {one.name for one in found}
    if "phi" in names:  # two families share an opening; only one of them closes it
        found = [one for one in found if one.name != ("granite" if "<|/tool_call|>" in template else "phi")]
    if "hermes" in names:  # Qwen3-Coder writes functions inside of it
        found = [one for one in found if one.name != "functionary"]
    return tuple(found)


ANSWER_CHANNEL = ("<|channel|>final<|message|>", "")
"""How gpt-oss opens an answer without thinking; no closing."""
_CONTROL = re.compile(r"<\|[^<>|]+\|>")


def markers_of(tags: Sequence[tuple[str, str]], formats: Sequence[CallFormat]) -> frozenset[bytes]:
    """The control tokens that must be seen to tell thinking and tool calls from text."""
    found = {marker for one in formats for marker in one.markers}
    for tag in (tag for pair in tags for tag in pair):
        found |= {tag, *_CONTROL.findall(tag)}
    return frozenset(marker.encode() for marker in found if marker)


def written(calls: Sequence[Call]) -> list[str]:
    """Each call as JSON in one line."""
    return [json.dumps(call, ensure_ascii=False) for call in calls]
