"""From a chat to the tokens of a prompt: the model's template, what it can't do, and what the context has no room for."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from desktop.core.errors import SamarError
from desktop.core.requests import ChatRequest
from desktop.core.thinking import switches_in
from desktop.engine.family_templates import COMMON, FamilyTemplate
from desktop.engine.special_tokens import Escape, SpecialTokens, spare_letters, texts_in
from desktop.engine.template import EndlessTemplateError, TemplateError

THINKING_TAGS: tuple[tuple[str, str], ...] = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("[THINK]", "[/THINK]"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<seed:think>", "</seed:think>"),
    ("◁think▷", "◁/think▷"),
    ("<|channel>thought", "<channel|>"),  # Gemma 4
    ("Here are my reasoning steps:", "[BEGIN FINAL RESPONSE]"),  # Apriel
    ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),  # gpt-oss
)
"""Opening and closing tags of the thinking models in common use."""

_SIGNS = {"<|channel>thought": "<|channel>", "Here are my reasoning steps:": "[BEGIN FINAL RESPONSE]"}
"""What a template that teaches a way of thinking contains, where that is not the opening."""
_LONGEST_TAG = 30
"""Letters of a tag; what is longer opens a turn as well."""
_END_MARKS = ("[END FINAL RESPONSE]",)
"""Text with which some families end a reply."""

_SYSTEM, _USER = "samarsystemprobe", "samaruserprobe"
_UNDEFINED: Any = object()
_NO_TOOLS: tuple[Any, ...] = (None, [], _UNDEFINED)
"""What templates may expect where there are no tools: None is what transformers passes."""

Turn = tuple[str, str]


class Renderer(Protocol):
    def render(self, source: str, messages: Sequence[dict[str, Any]], variables: dict[str, Any]) -> str: ...


@dataclass(frozen=True, slots=True)
class Traits:
    """What a template can do, found by trying it."""

    system_role: bool = True
    listed_content: bool = False
    """Content is a list of typed parts instead of a text."""
    alternating: bool = False
    """Roles must alternate, beginning with the user."""
    thinking_tags: tuple[str, str] | None = None
    thinking_switch: str = ""
    """The variable that says whether the model thinks; "": the template reads none."""


@dataclass(frozen=True, slots=True)
class Prompt:
    tokens: list[int]
    dropped: int
    thinking_open: bool
    """The prompt ends inside an opened thinking tag."""


@dataclass
class PromptBuilder:
    """Renders chats with one model's template.

    renderer: runs templates. tokenize: text → tokens, special tokens parsed, BOS added as the vocabulary says; with an Escape
    as second argument what is escaped becomes plain text. source: the template, "" where the file brings none; tool_source:
    the one for chats with tools, where that is another. specials: the vocabulary's special tokens, None: nothing is escaped.

    fallback: stands for a template that is not there, or that no attempt gets through; `problem` then says what is wrong with it.
    """

    renderer: Renderer
    tokenize: Callable[..., list[int]]
    source: str = ""
    bos: str = ""
    eos: str = ""
    adds_bos: bool = False
    tool_source: str = ""
    specials: SpecialTokens | None = None
    fallback: FamilyTemplate = COMMON
    traits: Traits = field(init=False)
    problem: str = field(init=False, default="")
    _no_tools: Any = field(init=False, default=None)
    _for_tools: PromptBuilder | None = field(init=False, default=None)
    _kept: tuple[tuple[Turn, ...], int] = field(init=False, default=((), 0))

    def __post_init__(self) -> None:
        self.has_template = bool(self.source.strip())
        if not self.has_template:
            self.source = self.fallback.source
        self.traits = Traits()
        try:
            self.traits = self._probe()
        except TemplateError as problem:
            self.problem, self.has_template, self.source = str(problem), False, self.fallback.source
            self.traits = self._probe()
        self.ends = tuple(mark for mark in _END_MARKS if mark in self.source)
        """Text that ends a reply as an end token does."""
        if not self.has_template:
            self.ends = (self.fallback.end,) if self.fallback.end else ()

    # ---- what the template can do

    def _probe(self) -> Traits:
        problems: list[str] = []
        for self._no_tools in _NO_TOOLS:
            for listed in (False, True):
                self.traits = Traits(listed_content=listed)
                text, problem = self._try([("user", _USER)])
                if _USER in text:
                    return self._traits(listed)
                problems.append(problem or "it leaves out what is written")
        raise TemplateError(problems[0])

    def _traits(self, listed: bool) -> Traits:
        text, _ = self._try([("system", _SYSTEM), ("user", _USER)])
        system_role = _SYSTEM in text and _USER in text
        text, _ = self._try([("user", _USER), ("user", _USER)])
        alternating = text.count(_USER) < 2
        return Traits(
            system_role=system_role,
            listed_content=listed,
            alternating=alternating,
            thinking_switch=self._switch(),
            thinking_tags=next((tags for tags in THINKING_TAGS if self._teaches(tags)), None),
        )

    def _switch(self) -> str:
        """The variable that changes what is written when it says whether to think."""
        for name in switches_in(self.source):
            self.traits = replace(self.traits, thinking_switch=name)
            texts = {self._try([("user", _USER)], thinking)[0] for thinking in (True, False)}
            if len(texts) == 2 and "" not in texts:
                return name
        return ""

    def _try(self, turns: list[Turn], thinking: bool | None = None) -> tuple[str, str]:
        try:
            return self._apply(turns, thinking), ""
        except EndlessTemplateError:
            raise
        except TemplateError as problem:
            return "", str(problem)

    def _apply(self, turns: Sequence[Turn], thinking: bool | None, tools: Any = None, *, answered: bool = False) -> str:
        """answered: the last turn is the reply itself, so none is asked for."""
        messages: list[dict[str, Any]] = [
            {"role": role, "content": [{"type": "text", "text": text}] if self.traits.listed_content else text}
            for role, text in turns
        ]
        variables: dict[str, Any] = {
            "add_generation_prompt": not answered,
            "bos_token": self.bos,
            "eos_token": self.eos,
            "tools": self._no_tools if tools is None else tools,
            "documents": None,
        }
        if variables["tools"] is _UNDEFINED:
            del variables["tools"], variables["documents"]
        if thinking is not None:
            variables["enable_thinking"] = thinking
            if self.traits.thinking_switch:
                variables[self.traits.thinking_switch] = thinking
        text = self.renderer.render(self.source, messages, variables)
        if self.adds_bos and self.bos:  # tokenization writes it
            text = text.removeprefix(self.bos)
        return text

    # ---- one chat

    def render(self, request: ChatRequest, dropped: int = 0) -> tuple[str, bool]:
        """The prompt's text without its `dropped` oldest turns, and whether it ends inside a thinking tag."""
        text, opened, escape = self._rendered(request, dropped)
        return (escape.undo(text) if escape else text), opened

    def _rendered(self, request: ChatRequest, dropped: int) -> tuple[str, bool, Escape | None]:
        """As `render`, with what is escaped in the text still escaped."""
        if request.completion:
            text = continued_text(request, dropped)
            escape = self.specials.escape((text,)) if self.specials else None
            return (escape.text(text) if escape else text), False, escape
        if (other := self._with_tools(request)) is not self:
            return other._rendered(request, dropped)
        system, turns, partial = split(request)
        turns, tools = turns[dropped:], self._tools(request.tools)
        texts = [system, partial or "", *(text for _, text in turns), *texts_in(tools)]
        escape = self.specials.escape(texts, (self.source,)) if self.specials else None
        text, opened = self._escaped(request, system, turns, partial, tools, escape)
        strict = self.specials.strict(texts, self.source) if self.specials else None
        if self.specials is None or strict is None:
            return text, opened, escape
        try:
            safe, closed = self._escaped(request, system, turns, partial, tools, strict)
        except SamarError as problem:
            if isinstance(problem.__cause__, EndlessTemplateError):
                raise  # escaped letters take more room: a message could be just so long that only this rendering fails
            return text, opened, escape  # the template looks at single letters, and refuses what stands for them
        if self.specials.parsed(safe) == self.specials.parsed(text):
            return text, opened, escape
        return safe, closed, strict  # the template joined letters of messages into a special token

    def _escaped(
        self,
        request: ChatRequest,
        system: str,
        turns: Sequence[Turn],
        partial: str | None,
        tools: Any,
        escape: Escape | None,
    ) -> tuple[str, bool]:
        """The text of the prompt with `escape` in it, and whether it ends inside a thinking tag."""
        if escape is not None:
            system, tools = escape.text(system), escape.value(tools)
            turns = [(role, escape.text(text, self._thought(role, text))) for role, text in turns]
            partial = None if partial is None else escape.text(partial)
        text = self._text(system, turns, request.thinking, tools)
        opened = self._ends_thinking(text)
        if partial is None:
            return text, opened is not None
        if opened is not None:  # the reply that goes on is past its thinking
            return f"{text}\n{opened[1]}\n\n{partial}", False
        answered = self._answered(system, turns, partial, request.thinking, tools)
        return answered or text + partial, False

    def _with_tools(self, request: ChatRequest) -> PromptBuilder:
        """The builder whose template is meant for this request."""
        if not request.tools or not self.tool_source.strip():
            return self
        if self._for_tools is None:
            self._for_tools = replace(self, source=self.tool_source, tool_source="")
        return self if self._for_tools.problem else self._for_tools

    def _answered(
        self, system: str, turns: Sequence[Turn], partial: str, thinking: bool | None, tools: Any
    ) -> str | None:
        """The prompt up to the end of a half reply as the template itself writes one; None where it writes another."""
        if not partial.strip():
            return None
        end = next(spare_letters((system, partial, self.source, *(text for _, text in turns), *texts_in(tools))))
        try:
            text = self._text(system, [*turns, ("assistant", partial + end)], thinking, tools, answered=True)
        except SamarError:  # which the prompt itself was rendered without
            return None
        text, found, rest = text.partition(end)
        return text if found and end not in rest and text.endswith(partial.lstrip()) else None

    # ---- text that spells special tokens

    def _thought(self, role: str, text: str) -> tuple[int, ...]:
        """Where the tags of the thinking at the head of an earlier reply stand, which the template may take out."""
        start = len(text) - len(text.lstrip())
        tags = self.traits.thinking_tags
        if role != "assistant" or tags is None or len(tags[1]) > _LONGEST_TAG or not text.startswith(tags[0], start):
            return ()
        closing = text.find(tags[1], start)
        return (start, closing) if closing > 0 else ()

    def _ends_thinking(self, text: str) -> tuple[str, str] | None:
        tail = text.rstrip()
        return next((tags for tags in THINKING_TAGS if tail.endswith(tags[0]) and self._teaches(tags)), None)

    def _teaches(self, tags: tuple[str, str]) -> bool:
        return _SIGNS.get(tags[0], tags[0]) in self.source

    def _tools(self, text: str) -> Any:
        """What a template is told of tools: None without any. Raises SamarError."""
        if not text:
            return None
        if "tools" not in self.source:
            raise SamarError("tools_unknown")
        try:
            tools = json.loads(text)
        except (ValueError, RecursionError) as problem:
            raise SamarError("tools_broken", reason=problem) from problem
        if not isinstance(tools, list) or not all(isinstance(tool, dict) for tool in tools):
            raise SamarError("tools_broken", reason="it is no list of objects")
        return tools or None

    def _text(
        self, system: str, turns: Sequence[Turn], thinking: bool | None, tools: Any, *, answered: bool = False
    ) -> str:
        turns = [turn for turn in turns if turn[0] in ("user", "assistant")]
        if self.traits.alternating:
            turns = alternate(turns)
        if system and self.traits.system_role:
            turns = [("system", system), *turns]
        elif system:
            turns = fold_system(system, turns)
        try:
            return self._apply(turns, thinking, tools, answered=answered)
        except TemplateError as problem:
            changed = alternate(turns if self.traits.system_role else fold_system(system, turns))
            if changed != turns and not isinstance(problem, EndlessTemplateError):  # stricter than the probe showed
                try:
                    return self._apply(changed, thinking, tools, answered=answered)
                except TemplateError:
                    pass
            raise SamarError("template_broken", reason=problem) from problem

    def build(self, request: ChatRequest, context: int) -> Prompt:
        """Tokens of the chat that leave room for a reply in `context` tokens.

        The oldest turns are left out where needed, at least down to the last user message. More than needed are left
        out at once, and the same ones again at the next turn, so that the start of the prompt stays as it was and
        need not be read anew each time. Raises SamarError prompt_too_long and template_broken.
        """
        _, turns, _ = split(request)
        room = min(request.params.max_tokens or context // 4, context // 4)
        limit = context - max(room, 1)
        known: dict[int, tuple[list[int], bool]] = {}

        def measured(dropped: int) -> int:
            if dropped not in known:
                text, opened, escape = self._rendered(request, dropped)
                known[dropped] = self.tokenize(text, escape) if escape else self.tokenize(text), opened
            return len(known[dropped][0])

        def prompt(dropped: int) -> Prompt:
            measured(dropped)
            tokens, opened = known[dropped]
            return Prompt(tokens, dropped, opened)

        if measured(0) <= limit or (len(turns) <= 1 and measured(0) < context):
            return prompt(0)
        starts = [i for i, (role, _) in enumerate(turns) if role == "user" and i > 0]
        if request.overflow != "drop_oldest" or not starts:
            raise SamarError("prompt_too_long", tokens=measured(0), context=context)
        first, before = self._kept
        if before in starts and tuple(turns[: len(first)]) == first and measured(before) <= limit:
            return prompt(before)
        target = limit * 3 // 4
        low, high = 0, len(starts) - 1
        while low < high:  # the fewest turns left out that reach the target
            middle = (low + high) // 2
            if measured(starts[middle]) <= target:
                high = middle
            else:
                low = middle + 1
        dropped = starts[low]
        if measured(dropped) >= context:
            raise SamarError("prompt_too_long", tokens=measured(dropped), context=context)
        self._kept = tuple(turns[: dropped + 1]), dropped
        return prompt(dropped)


def closing_text(closing: str) -> str:
    """A closing tag as the families that use it write it behind what was thought."""
    return f"\n{closing}\n\n" if closing.startswith(("</", "[BEGIN")) else closing


def split(request: ChatRequest) -> tuple[str, list[Turn], str | None]:
    """(system prompt, turns, partial reply to go on with)."""
    system = "\n\n".join(text for role, text in request.messages if role == "system" and text.strip())
    turns = [(role, text) for role, text in request.messages if role != "system"]
    partial: str | None = None
    if request.continue_last and turns and turns[-1][0] == "assistant":
        partial = turns.pop()[1]
    return system, turns, partial


def continued_text(request: ChatRequest, dropped: int = 0) -> str:
    """The text that a base model goes on with: all turns in a row, without the system prompt and the `dropped` oldest ones.

    A reply stands directly behind what it continues; what the person writes below a reply begins a paragraph.
    """
    _, turns, partial = split(request)
    text, before = "", ""
    for role, content in turns[dropped:]:
        begins = before and role == "user" and content.strip() and not text.endswith("\n")
        text += ("\n\n" if begins else "") + content
        before = role
    return text + (partial or "") or "\n"


def fold_system(system: str, turns: Sequence[Turn]) -> list[Turn]:
    """For templates without a system role: its text at the head of the first user message."""
    turns = list(turns)
    for i, (role, text) in enumerate(turns):
        if role == "user":
            turns[i] = (role, f"{system}\n\n{text}")
            return turns
    return [("user", system), *turns] if system else turns


def alternate(turns: Sequence[Turn]) -> list[Turn]:
    """For strict templates: neighbours of one role joined, and the user first."""
    joined: list[Turn] = []
    for role, text in turns:
        if joined and joined[-1][0] == role:
            joined[-1] = (role, f"{joined[-1][1]}\n\n{text}")
        elif role == "assistant" and all(r == "system" for r, _ in joined):
            continue  # a reply to nothing
        else:
            joined.append((role, text))
    return joined
