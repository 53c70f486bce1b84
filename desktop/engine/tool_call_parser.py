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
    channels: bool = False
    """Written in channels, as gpt-oss does: looked for in their headers."""


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
        except (ValueError, RecursionError):
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


_CODER = re.compile(r"<function=([^>\n]+)>")
_CODER_PARAMETER = re.compile(r"<parameter=([^>\n]+)>")
_GLM_NAME = re.compile(r"[\w.-]+")
_GLM_PAIR = re.compile(r"<arg_key>([^<]*)</arg_key>\s*<arg_value>(.*?)</arg_value>", re.DOTALL)


def _elements(text: str, opening: re.Pattern[str], closing: str) -> list[tuple[re.Match[str], str]] | None:
    """(opening tag, inside) of the elements that make up `text`; None where anything else stands there."""
    found: list[tuple[re.Match[str], str]] = []
    at = 0
    while rest := len(text[at:].lstrip()):
        head = opening.match(text, len(text) - rest)
        end = text.find(closing, head.end()) if head else -1
        if head is None or end < 0:
            return None
        found.append((head, text[head.end() : end]))
        at = end + len(closing)
    return found


def _line(text: str) -> str:
    """A parameter's text without the line breaks that set it apart from its tags."""
    return text.removeprefix("\n").removesuffix("\n")


def _coded(text: str) -> list[Call] | None:
    """Qwen3-Coder and Seed-OSS: functions, each a tag for each parameter."""
    found: list[Call] = []
    for head, inside in _elements(text, _CODER, "</function>") or ():
        pairs = _elements(inside, _CODER_PARAMETER, "</parameter>")
        if pairs is None:
            return None
        found.append({"name": head[1], "arguments": {name[1]: _value(_line(value)) for name, value in pairs}})
    return found or None


_INVOKE = re.compile(r'<invoke name="([^"\n]+)">')
_PARAMETER = re.compile(r'<parameter name="([^"\n]+)">')
_DSML_INVOKE = re.compile(r'<｜DSML｜invoke name="([^"\n]+)">')
_DSML_PARAMETER = re.compile(r'<｜DSML｜parameter name="([^"\n]+)"(?: string="(true|false)")?>')


def _minimax(text: str) -> list[Call] | None:
    found: list[Call] = []
    for head, inside in _elements(text, _INVOKE, "</invoke>") or ():
        pairs = _elements(inside, _PARAMETER, "</parameter>")
        if pairs is None:
            return None
        found.append({"name": head[1], "arguments": {name[1]: _value(_line(value)) for name, value in pairs}})
    return found or None


def _dsml(text: str) -> list[Call] | None:
    """DeepSeek V3.2: each parameter says whether it is a text, which is written as it is."""
    found: list[Call] = []
    for head, inside in _elements(text, _DSML_INVOKE, "</｜DSML｜invoke>") or ():
        pairs = _elements(inside, _DSML_PARAMETER, "</｜DSML｜parameter>")
        if pairs is None:
            return None
        arguments = {name[1]: value if name[2] == "true" else _value(value) for name, value in pairs}
        found.append({"name": head[1], "arguments": arguments})
    return found or None


_KIMI = re.compile(r"<\|tool_call_begin\|>\s*(?:functions\.)?([^\s:<]+?)(?::[0-9]+)?\s*<\|tool_call_argument_begin\|>")


def _kimi(text: str) -> list[Call] | None:
    """Kimi K2: functions.name:number, then the arguments in JSON."""
    found: list[Call] = []
    for head, inside in _elements(text, _KIMI, "<|tool_call_end|>") or ():
        try:
            arguments = json.loads(inside)
        except (ValueError, RecursionError):
            return None
        if not isinstance(arguments, dict):
            return None
        found.append({"name": head[1], "arguments": arguments})
    return found or None


def _pythonic(text: str) -> list[Call] | None:
    """LFM2: a list of calls as Python writes them, or JSON."""
    if calls := calls_in_json(text):
        return calls
    import ast  # which most replies do without

    try:
        tree = ast.parse(text.strip(), mode="eval").body
        found: list[Call] = []
        for call in tree.elts if isinstance(tree, ast.List) else [tree]:
            if not isinstance(call, ast.Call) or call.args or not all(word.arg for word in call.keywords):
                return None
            arguments = {str(word.arg): _literal(word.value) for word in call.keywords}
            found.append({"name": ast.unparse(call.func), "arguments": arguments})
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return None
    return found or None


def _literal(node: Any) -> Any:
    """A value as Python writes it, with JSON's true, false and null too. Raises ValueError for what is none."""
    import ast

    names = {"true": True, "false": False, "null": None}
    if isinstance(node, ast.Name) and node.id in names:
        return names[node.id]
    if isinstance(node, ast.List):
        return [_literal(one) for one in node.elts]
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return {str(_literal(key)): _literal(value) for key, value in pairs}
    value = ast.literal_eval(node)
    if not isinstance(value, str | int | float | bool | None):
        raise ValueError("a value that JSON does not know")
    return value


def _tagged(text: str) -> list[Call] | None:
    """Hermes and Qwen write JSON between the tags, Qwen3-Coder and GLM tags for each parameter."""
    if calls := calls_in_json(text):
        return calls
    if coded := _coded(text):
        return coded
    head, opening, rest = text.partition("<arg_key>")
    if opening and _GLM_NAME.fullmatch(head.strip()) and not _GLM_PAIR.sub("", opening + rest).strip():
        pairs = _GLM_PAIR.findall(opening + rest)
        return [{"name": head.strip(), "arguments": {name.strip(): _value(value) for name, value in pairs}}]
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
        except (ValueError, RecursionError):
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
        except (ValueError, RecursionError):
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
    except (ValueError, RecursionError):
        return None
    return [{"name": name.strip(), "arguments": arguments}] if name.strip() and isinstance(arguments, dict) else None


_GEMMA4 = re.compile(r"\s*call:([\w.-]+)\{")
_GEMMA4_KEY = re.compile(r'\s*(?:<\|"\|>(.*?)<\|"\|>|([^\s:{}\[\],]+))\s*:', re.DOTALL)
_GEMMA4_PLAIN = re.compile(r"[^,{}\[\]<]+")
_QUOTE = '<|"|>'


class _Gemma4:
    """Reads Gemma 4's notation: {key:value,…}, [value,…], text between two quotation tokens, else JSON's words and numbers."""

    def __init__(self, text: str, at: int) -> None:
        self._text, self.at = text, at

    def value(self) -> Any:
        self._blanks()
        if self._took(_QUOTE):
            end = self._text.index(_QUOTE, self.at)
            start, self.at = self.at, end + len(_QUOTE)
            return self._text[start:end]
        if self._took("{"):
            return self.pairs()
        if self._took("["):
            return self._items()
        if not (plain := _GEMMA4_PLAIN.match(self._text, self.at)):
            raise ValueError("no value")
        self.at = plain.end()
        return _value(plain[0].strip())

    def pairs(self) -> dict[str, Any]:
        """What stands between the braces of an object, its end included."""
        found: dict[str, Any] = {}
        while not self._took("}"):
            key = _GEMMA4_KEY.match(self._text, self.at)
            if key is None:
                raise ValueError("no key")
            self.at = key.end()
            found[key[2] if key[1] is None else key[1]] = self.value()
            self._separator("}")
        return found

    def _items(self) -> list[Any]:
        found: list[Any] = []
        while not self._took("]"):
            found.append(self.value())
            self._separator("]")
        return found

    def _separator(self, closing: str) -> None:
        self._blanks()
        if not self._took(",") and not self._text.startswith(closing, self.at):
            raise ValueError("no comma")
        self._blanks()

    def _blanks(self) -> None:
        while self._text[self.at : self.at + 1].isspace():
            self.at += 1

    def _took(self, mark: str) -> bool:
        if self._text.startswith(mark, self.at):
            self.at += len(mark)
            return True
        return False


def _gemma4(text: str) -> list[Call] | None:
    """call:name{key:value,…}"""
    head = _GEMMA4.match(text)
    if head is None:
        return None
    reader = _Gemma4(text, head.end())
    try:
        arguments = reader.pairs()
    except (ValueError, RecursionError):
        return None
    return None if text[reader.at :].strip() else [{"name": head[1], "arguments": arguments}]


# ---- gpt-oss: a reply is a sequence of messages, each in a channel

CHANNEL_MESSAGE = "<|message|>"
CHANNEL_STARTS = ("<|start|>", "<|channel|>")
CHANNEL_ENDS = ("<|end|>", "<|call|>", "<|return|>")
_CHANNEL = re.compile(r"<\|channel\|>\s*(\w+)")
_RECIPIENT = re.compile(r"\bto=(?:functions\.)?([\w.-]+)")


@dataclass(frozen=True, slots=True)
class Channel:
    """What the header of a message says. kind: of its text; recipient: the tool that it calls, "" for none."""

    header: str
    kind: str
    recipient: str

    def calls(self, body: str) -> list[Call] | None:
        """The call that a message to a tool is; None when it can't be read."""
        try:
            arguments = json.loads(body)
        except (ValueError, RecursionError):
            arguments = {"code": body.strip()} if self.recipient == "python" and body.strip() else None
        return [{"name": self.recipient, "arguments": arguments}] if isinstance(arguments, dict) else None


def channel_of(header: str) -> Channel:
    """From what stands before <|message|>: role, recipient, channel and kind of content, in any order."""
    channel, to = _CHANNEL.search(header), _RECIPIENT.search(header)
    recipient = to[1] if to and to[1] not in ("assistant", "user") else ""
    return Channel(header, "thinking" if channel and channel[1] == "analysis" else "answer", recipient)


def has_channels(tags: Sequence[tuple[str, str]], formats: Sequence[CallFormat]) -> bool:
    """Whether a model with these ways to think and to call writes in channels."""
    return any(opening.startswith("<|channel|>") for opening, _ in tags) or any(one.channels for one in formats)


def _harmony(text: str) -> list[Call] | None:
    """gpt-oss: the recipient, then the message in JSON."""
    header, _, body = text.partition(CHANNEL_MESSAGE)
    channel = channel_of(header)
    return channel.calls(body) if channel.recipient else None


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
    CallFormat("gemma4", "<|tool_call>", "<tool_call|>", _gemma4, ("<|tool_call>", "<tool_call|>", _QUOTE)),
    CallFormat(
        "kimi",
        "<|tool_calls_section_begin|>",
        "<|tool_calls_section_end|>",
        _kimi,
        (
            *(f"<|tool_calls_section_{end}|>" for end in ("begin", "end")),
            *(f"<|tool_call_{part}|>" for part in ("begin", "argument_begin", "end")),
        ),
    ),
    CallFormat(
        "minimax",
        "<minimax:tool_call>",
        "</minimax:tool_call>",
        _minimax,
        ("<minimax:tool_call>", "</minimax:tool_call>"),
    ),
    CallFormat("dsml", "<｜DSML｜function_calls>", "</｜DSML｜function_calls>", _dsml, ("｜DSML｜",), sign="｜DSML｜"),
    CallFormat("dsml-4", "<｜DSML｜tool_calls>", "</｜DSML｜tool_calls>", _dsml, ("｜DSML｜",), sign="｜DSML｜"),
    CallFormat("seed", "<seed:tool_call>", "</seed:tool_call>", _coded, ("<seed:tool_call>", "</seed:tool_call>")),
    CallFormat(
        "lfm2", "<|tool_call_start|>", "<|tool_call_end|>", _pythonic, ("<|tool_call_start|>", "<|tool_call_end|>")
    ),
    CallFormat(
        "lfm2-list",
        "<|tool_call_start|>",
        "<|tool_call_end|>",
        _pythonic,
        ("<|tool_call_start|>", "<|tool_call_end|>"),
        sign="<|tool_list_start|>",
    ),
    CallFormat("apriel", "<tool_calls>", "</tool_calls>", calls_in_json, ("<tool_calls>", "</tool_calls>")),
    CallFormat("functionary", "<function=", "</function>", _named),
    CallFormat("nemotron", "<TOOLCALL>", "</TOOLCALL>", calls_in_json, ("<TOOLCALL>", "</TOOLCALL>")),
    CallFormat(
        "gpt-oss",
        "<|channel|>commentary",
        "<|call|>",
        _harmony,
        ("<|constrain|>", CHANNEL_MESSAGE, *CHANNEL_STARTS, *CHANNEL_ENDS),
        channels=True,
    ),
)
BARE = CallFormat("bare", "{", None, calls_in_json, bare=True)


def formats_in(template: str) -> tuple[CallFormat, ...]:
    """The formats that a template teaches its model."""
    found = [one for one in FORMATS if (one.sign or one.opening) in template]
    names = {one.name for one in found}
    if "phi" in names:  # two families share an opening; only one of them closes it
        found = [one for one in found if one.name != ("granite" if "<|/tool_call|>" in template else "phi")]
    if names & {"hermes", "seed"}:  # Qwen3-Coder and Seed-OSS write functions inside of theirs
        found = [one for one in found if one.name != "functionary"]
    return tuple(found)


ANSWER_CHANNEL = ("<|channel|>final<|message|>", "")
"""How gpt-oss opens an answer without thinking; no closing."""
_CONTROL = re.compile(r"<[|｜]?[^<>|\s]+[|｜]?>")


def markers_of(tags: Sequence[tuple[str, str]], formats: Sequence[CallFormat]) -> frozenset[bytes]:
    """The control tokens that must be seen to tell thinking and tool calls from text."""
    found = {marker for one in formats for marker in one.markers}
    for tag in (tag for pair in tags for tag in pair):
        found |= {tag, *_CONTROL.findall(tag)}
    return frozenset(marker.encode() for marker in found if marker)


def written(calls: Sequence[Call]) -> list[str]:
    """Each call as JSON in one line."""
    return [json.dumps(call, ensure_ascii=False) for call in calls]
