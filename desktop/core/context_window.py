"""What of a chat the model will see: how many tokens its turns take, and which are left out when they are too many.

Counts are the engine's own where it has told them (the growth of the prompt from one reply to the next); the rest is
estimated from the text and scaled by what was measured in the same chat. Turns leave in whole exchanges, a message of
the person with the replies to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from desktop.core.chat import Message, Picture, Role
from desktop.core.images import MAX_IMAGES
from desktop.core.languages import SPECS, Language, SummaryTexts
from desktop.core.text import Direction, direction_of

_TURN = 4
"""Tokens that a template writes around a turn."""
_ASCII_PER_TOKEN, _OTHER_PER_TOKEN = 3.6, 2.2
"""Characters of a token, before anything is measured: on the safe side of common vocabularies."""
_PIXELS_PER_TOKEN, _LEAST_IMAGE, _MOST_IMAGE = 784, 64, 1024
"""Of an image: a patch of 28 × 28, and the least and most that common projectors make of one."""
_SEEN = 0.1
"""Less than this share of the estimate, and the model was not shown the image."""
_MOST_SCALE = 16.0
_IMAGE_STEP = 4
_STEPS = 4
"""Room is made in quarters of what there is, so that the start of the prompt stays the same for many turns and the
engine need not read it anew each time."""


class Sized(Protocol):
    """Anything with a size in pixels."""

    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...


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

    @property
    def reserve(self) -> int:
        """Tokens that are kept free for the reply."""
        return self.context - self.limit if self.context else 0


@dataclass(frozen=True, slots=True)
class Summary:
    """Stands for the turns up to the message `until`, itself included."""

    text: str = ""
    until: int | None = None


@dataclass(frozen=True, slots=True)
class PromptPlan:
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
    reserve: int = 0
    """Tokens of it that are kept free for the reply."""

    @property
    def is_too_long(self) -> bool:
        """The newest message alone is longer than the context."""
        return 0 < self.context <= self.newest


def estimate(text: str) -> float:
    """Tokens of a text, before anything is known of the vocabulary."""
    narrow = len(text) if text.isascii() else len(text.encode("ascii", "ignore"))
    return narrow / _ASCII_PER_TOKEN + (len(text) - narrow) / _OTHER_PER_TOKEN


def image_estimate(image: Sized) -> float:
    """Tokens of an image, before anything is known of the projector: between those of fixed and of growing grids."""
    return float(min(max(image.width * image.height / _PIXELS_PER_TOKEN, _LEAST_IMAGE), _MOST_IMAGE))


def costs(path: Sequence[Message], system: str = "", *, sees: bool = True) -> tuple[list[int], float]:
    """Tokens of each turn, its place in the template included, and the scale that turns `estimate` into this model's
    tokens. An exchange between two replies with the same turns left out is known exactly. sees: the model is shown the
    images."""
    tokens, scale, _ = _costs(path, system, sees)
    return tokens, scale


def _costs(path: Sequence[Message], system: str, sees: bool) -> tuple[list[int], float, float]:
    """Tokens of each turn, the scale of `estimate` and that of `image_estimate`."""
    guesses = [estimate(message.content) + _TURN for message in path]
    images = [sum(map(image_estimate, message.images)) for message in path]
    measured: dict[int, float] = {}
    with_images: list[tuple[range, float, float]] = []
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
        if any(images[i] for i in span):
            with_images.append((span, grown, whole))
        # far from the estimate it was another system prompt, or another model's count
        elif grown > 0 and 0.2 < grown / whole < 5:
            known, guessed = known + grown, guessed + whole
            for i in span:
                measured[i] = guesses[i] * grown / whole
    scale = known / guessed if guessed else 1.0
    exact, image_scale = _measure_images(with_images, images, scale)
    shown = [exact.get(i, image * image_scale) if sees else 0.0 for i, image in enumerate(images)]
    tokens = [max(1, round(measured.get(i, guess * scale) + shown[i])) for i, guess in enumerate(guesses)]
    return tokens, scale, image_scale


def _measure_images(
    spans: Sequence[tuple[range, float, float]], images: Sequence[float], scale: float
) -> tuple[dict[int, float], float]:
    """Tokens of the images of turns, and what turns `image_estimate` into this projector's tokens: what is left of an
    exchange's growth without its text.

    spans: (turns, tokens by which the prompt grew, estimate of their text). Where nothing is left, no image was sent.
    """
    exact: dict[int, float] = {}
    known, guessed = 0.0, 0.0
    for span, grown, whole in spans:
        expected = sum(images[i] for i in span)
        left = grown - whole * scale
        if expected * _SEEN < left < expected * _MOST_SCALE:
            known, guessed = known + left, guessed + expected
            exact.update((i, images[i] * left / expected) for i in span if images[i])
    return exact, known / guessed if guessed else 1.0


def plan(
    path: Sequence[Message],
    system: str,
    budget: Budget,
    overflow: Overflow = Overflow.DROP_OLDEST,
    summary: Summary = Summary(),
    draft: str | None = None,
    draft_images: Sequence[Sized] = (),
    sees: bool = True,
) -> PromptPlan:
    """What of the turns of `path`, oldest first, and of a message that is being written is sent within a budget.

    sees: the model is shown the images.

    The newest exchange always is; when it alone is too long, the engine says so.
    """
    tokens, scale, image_scale = _costs(path, system, sees)
    turns: list[Message | None] = list(path)
    if draft is not None:
        turns.append(None)
        shown = sum(map(image_estimate, draft_images)) * image_scale if sees else 0.0
        tokens.append(round((estimate(draft) + _TURN) * scale + shown))
    base = round((estimate(system) + _TURN) * scale) if system else 0
    groups = _exchanges(turns)
    sizes = [sum(tokens[i] for i in group) for group in groups]
    newest = base + (tokens[groups[-1][0]] if groups else 0)
    total, limit, reserve = base + sum(sizes), budget.limit, budget.reserve
    if total <= limit or len(groups) < 2 or not budget.context:
        return PromptPlan(tuple(path), tokens=total, newest=newest, context=budget.context, reserve=reserve)
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
    return PromptPlan(
        kept=tuple(message for i, message in enumerate(path) if i not in hidden),
        left_out=left_out,
        summary=told,
        to_summarise=fresh if overflow is Overflow.SUMMARISE else (),
        first_left_out=first_goes,
        tokens=rest,
        newest=newest,
        context=budget.context,
        reserve=reserve,
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


def images_sent(turns: Sequence[Message], waiting: int = 0) -> list[tuple[int, tuple[Picture, ...]]]:
    """(place among `turns`, images) of the images that one request has room for: the newest MAX_IMAGES.

    Older ones leave in steps, so that the start of the prompt stays the same for some turns. waiting: images of a message
    that is being written.
    """
    places = [(at, image) for at, turn in enumerate(turns) for image in turn.images]
    excess = len(places) + waiting - MAX_IMAGES
    gone = min(-(-excess // _IMAGE_STEP) * _IMAGE_STEP, len(places)) if excess > 0 else 0
    found: dict[int, tuple[Picture, ...]] = {}
    for at, image in places[gone:]:
        found[at] = (*found.get(at, ()), image)
    return list(found.items())


def with_summary(system: str, summary: str, language: Language = Language.ENGLISH) -> str:
    """The system prompt with what stands for the turns that are left out, in the summary's language.

    language: of the interface."""
    if not summary:
        return system
    head = _summary_texts(summary, language).head
    return "\n\n".join(part for part in (system.strip(), f"{head}\n{summary}") if part)


def _summary_texts(text: str, language: Language) -> SummaryTexts:
    """Those of the interface's language, where a text runs in its direction; else of the first language that does."""
    rtl = direction_of(text) is Direction.RTL
    return next(spec.summary for spec in (SPECS[language], *SPECS.values()) if spec.rtl is rtl)


def summary_request(
    turns: Sequence[Message], before: str, budget: Budget, language: Language = Language.ENGLISH
) -> tuple[tuple[str, str], ...]:
    """(role, content) of a request that has the model summarise turns, together with the summary before them.

    Long turns are cut in the middle, so that all of them fit. language: of the interface.
    """
    text = "".join(turn.content for turn in turns)
    texts = _summary_texts(text, language)
    # half of the limit, in characters: estimates may be off by that much
    room = int(max(budget.limit, 16) * _OTHER_PER_TOKEN / 2)
    each = max(room // max(len(turns), 1), 40)
    lines = [
        f"{texts.user if turn.role is Role.USER else texts.assistant}: {_cut(turn.content, each)}" for turn in turns
    ]
    if before:
        lines.insert(0, f"{texts.earlier} {_cut(before, each * 2)}\n")
    return (("system", texts.instruction), ("user", "\n\n".join(lines) + f"\n\n{texts.instruction}"))


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    half = most // 2
    return f"{text[:half].rstrip()} … {text[-half:].lstrip()}"
