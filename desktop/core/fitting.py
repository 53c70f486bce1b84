"""What of a chat the model will see: how many tokens its turns take, and which are left out when they are too many.

Counts are the engine's own where it has told them (the growth of the prompt from one reply to the next); the rest is
estimated from the text and scaled by what was measured in the same chat. Turns leave in whole exchanges, a message of
the person with the replies to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from desktop.core.chat import Message, Role
from desktop.core.text import Direction, direction_of

_TURN = 4
"""Tokens that a template writes around a turn."""
_ASCII_PER_TOKEN, _OTHER_PER_TOKEN = 3.6, 2.2
"""Characters of a token, before anything is measured: on the safe side of common vocabularies."""
_STEPS = 4
"""Room is made in quarters of what there is, so that the start of the prompt stays the same for many turns and the
engine need not read it anew each time."""


class Overflow(StrEnum):
    """What is left out of a chat that is longer than the context."""

    DROP_OLDEST = "drop_oldest"
    KEEP_FIRST = "keep_first"  # the first exchange stays, what follows it goes
    SUMMARISE = "summarise"  # a summary stands for the oldest turns


@dataclass(frozen=True, slots=True)
class Budget:
    """context: tokens of the loaded model. reply: tokens of the longest reply; None: as long as it likes."""

    context: int
    reply: int | None = None

    @property
    def limit(self) -> int:
        """Tokens of the prompt that leave room for a reply; the engine keeps the same room."""
        room = min(self.reply or self.context // 4, self.context // 4)
        return self.context - max(room, 1)


@dataclass(frozen=True, slots=True)
class Summary:
    """Stands for the turns up to the message `until`, itself included."""

    text: str = ""
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is sent: the system prompt, `kept`, and the summary where `summary` is not empty."""

    kept: tuple[Message, ...]
    left_out: tuple[Message, ...] = ()
    """Messages that the model does not see, in order."""
    summary: str = ""
    to_summarise: tuple[Message, ...] = ()
    """Left out without a summary, though one is wished for."""
    first_left_out: bool = False
    """The first exchange was to stay, and there is no room for it either."""
    tokens: int = 0
    """Of all that is sent, about."""
    newest: int = 0
    """Of the system prompt and the newest exchange alone, about."""
    context: int = 0

    @property
    def is_too_long(self) -> bool:
        """The newest message alone is longer than the context."""
        return 0 < self.context <= self.newest


def estimate(text: str) -> float:
    """Tokens of a text, before anything is known of the vocabulary."""
    narrow = len(text) if text.isascii() else len(text.encode("ascii", "ignore"))
    return narrow / _ASCII_PER_TOKEN + (len(text) - narrow) / _OTHER_PER_TOKEN


def costs(path: Sequence[Message], system: str = "") -> tuple[list[int], float]:
    """Tokens of each turn, its place in the template included, and the scale that turns `estimate` into this model's
    tokens. An exchange between two replies with the same turns left out is known exactly."""
    guesses = [estimate(message.content) + _TURN for message in path]
    measured: dict[int, float] = {}
    known, guessed = 0.0, 0.0
    before: int | None = None
    for at, message in enumerate(path):
        stats = message.stats
        if message.role is not Role.ASSISTANT or stats is None or not stats.prompt_tokens:
            continue
        if before is None:
            grown = stats.prompt_tokens if stats.dropped_messages == 0 else 0
            span, extra = range(at), estimate(system) + _TURN if system else 0.0
        else:
            earlier = path[before].stats
            assert earlier is not None
            same = earlier.dropped_messages == stats.dropped_messages
            grown = stats.prompt_tokens - earlier.prompt_tokens if same else 0
            span, extra = range(before, at), 0.0
        before = at
        whole = sum(guesses[i] for i in span) + extra
        # far from the estimate it was another system prompt, or another model's count
        if grown > 0 and 0.2 < grown / whole < 5:
            known, guessed = known + grown, guessed + whole
            for i in span:
                measured[i] = guesses[i] * grown / whole
    scale = known / guessed if guessed else 1.0
    return [max(1, round(measured.get(i, guess * scale))) for i, guess in enumerate(guesses)], scale


def plan(
    path: Sequence[Message],
    system: str,
    budget: Budget,
    overflow: Overflow = Overflow.DROP_OLDEST,
    summary: Summary = Summary(),
    draft: str | None = None,
) -> Plan:
    """What of the turns of `path`, oldest first, and of a message that is being written is sent within a budget.

    The newest exchange always is; when it alone is too long, the engine says so.
    """
    tokens, scale = costs(path, system)
    turns: list[Message | None] = list(path)
    if draft is not None:
        turns.append(None)
        tokens.append(round((estimate(draft) + _TURN) * scale))
    base = round((estimate(system) + _TURN) * scale) if system else 0
    groups = _exchanges(turns)
    sizes = [sum(tokens[i] for i in group) for group in groups]
    newest = base + (tokens[groups[-1][0]] if groups else 0)
    total, limit = base + sum(sizes), budget.limit
    if total <= limit or len(groups) < 2 or not budget.context:
        return Plan(tuple(path), tokens=total, newest=newest, context=budget.context)
    told, done = "", 0
    if overflow is Overflow.SUMMARISE and summary.text.strip():
        done = _covered(turns, groups, summary.until)
        if done:
            told = summary.text.strip()
            base += round((estimate(told) + _TURN) * scale)
    candidates = list(range(done, len(groups) - 1))
    first_stays = overflow is Overflow.KEEP_FIRST
    if first_stays:
        candidates = candidates[1:]
    gone = _least(candidates, sizes, base + sum(sizes[done:]) - limit, limit)
    rest = base + sum(sizes[done:]) - sum(sizes[i] for i in gone)
    first_goes = first_stays and rest > limit
    if first_goes:
        gone = [0, *gone]
        rest -= sizes[0]
    hidden = {i for group in (*range(done), *gone) for i in groups[group]}
    left_out = tuple(path[i] for i in sorted(hidden))
    fresh = tuple(path[i] for group in gone for i in groups[group])
    return Plan(
        kept=tuple(message for i, message in enumerate(path) if i not in hidden),
        left_out=left_out,
        summary=told,
        to_summarise=fresh if overflow is Overflow.SUMMARISE else (),
        first_left_out=first_goes,
        tokens=rest,
        newest=newest,
        context=budget.context,
    )


def _exchanges(turns: Sequence[Message | None]) -> list[list[int]]:
    """Places of turns, in groups that begin with a message of the person. None is one that is being written."""
    groups: list[list[int]] = []
    for at, turn in enumerate(turns):
        if not groups or turn is None or turn.role is Role.USER:
            groups.append([])
        groups[-1].append(at)
    return groups


def _covered(turns: Sequence[Message | None], groups: Sequence[Sequence[int]], until: int | None) -> int:
    """How many of the first exchanges a summary stands for; never the newest."""
    at = next((i for i, turn in enumerate(turns) if turn is not None and turn.id == until), -1)
    return sum(group[-1] <= at for group in groups[:-1])


def _least(candidates: Sequence[int], sizes: Sequence[int], excess: int, limit: int) -> list[int]:
    """The first of the candidates that make room for `excess` tokens, rounded up to whole steps."""
    if excess <= 0:
        return []
    step = max(limit // _STEPS, 1)
    wanted = -(-excess // step) * step
    gone: list[int] = []
    for candidate in candidates:
        if wanted <= 0:
            break
        gone.append(candidate)
        wanted -= sizes[candidate]
    return gone


def with_summary(system: str, summary: str) -> str:
    """The system prompt with what stands for the turns that are left out, in the summary's language."""
    if not summary:
        return system
    arabic = direction_of(summary) is Direction.RTL
    head = "ملخّص ما سبق من هذه المحادثة:" if arabic else "Summary of this conversation so far:"
    return "\n\n".join(part for part in (system.strip(), f"{head}\n{summary}") if part)


_INSTRUCTIONS: Mapping[bool, tuple[str, str, str, str]] = {
    # Arabic? → (instruction, what was said before, the person, the model)
    False: (
        "Summarise the conversation below for the one who will go on with it: who asked for what, what was answered, names,"
        " numbers and decisions. Write a few short sentences and nothing else.",
        "Summary of what came before:",
        "Person",
        "Assistant",
    ),
    True: (
        "لخّص المحادثة التالية لمن سيُكملها: ما طُلب وما أُجيب به، والأسماء والأرقام والقرارات. اكتب بضع جمل قصيرة فقط.",
        "ملخّص ما سبق:",
        "السائل",
        "المساعد",
    ),
}


def summary_request(turns: Sequence[Message], before: str, budget: Budget) -> tuple[tuple[str, str], ...]:
    """(role, content) of a request that has the model summarise turns, together with the summary before them.

    Long turns are cut in the middle, so that all of them fit.
    """
    text = "".join(turn.content for turn in turns)
    instruction, earlier, person, model = _INSTRUCTIONS[direction_of(text) is Direction.RTL]
    # half of the limit, in characters: estimates may be off by that much
    room = int(max(budget.limit, 16) * _OTHER_PER_TOKEN / 2)
    each = max(room // max(len(turns), 1), 40)
    lines = [f"{person if turn.role is Role.USER else model}: {_cut(turn.content, each)}" for turn in turns]
    if before:
        lines.insert(0, f"{earlier} {_cut(before, each * 2)}\n")
    return (("system", instruction), ("user", "\n\n".join(lines) + f"\n\n{instruction}"))


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    half = most // 2
    return f"{text[:half].rstrip()} … {text[-half:].lstrip()}"
