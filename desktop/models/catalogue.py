"""The curated list of models (assets/catalogue.json), and which of them suit this computer.

Sizes marked "exact" are bytes as the Hub promises them, "listed" ones were read on its pages, to three digits; "computed" ones
follow from parameters and bits for each weight, or from a model of the same shape. docs/catalogue.md says where each was seen.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from desktop.core.dimensions import ModelDimensions
from desktop.core.errors import SamarError
from desktop.core.memory import DEFAULT_CONTEXT
from desktop.core.paths import assets_dir
from desktop.models.fit import Fit, Machine, Verdict, judge


def _tr(_context: str, text: str) -> str:
    """Mark a text for translation (pyside6-lupdate reads the alias below)."""
    return text


QT_TRANSLATE_NOOP = _tr

Positive = Annotated[int, Meta(gt=0)]
Words = Annotated[str, Meta(min_length=1, max_length=300)]
READING_SPEED = 7.0
"""Tokens per second that a person reads; a model that writes slower keeps one waiting."""


class Arabic(StrEnum):
    """How well a model writes Arabic, from not at all to made for it."""

    NONE = "none"
    WEAK = "weak"
    FAIR = "fair"
    GOOD = "good"
    NATIVE = "native"

    @property
    def rank(self) -> int:
        return list(Arabic).index(self)


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A typing error in the catalogue is an error, not a field that is left out."""


class About(_Strict, frozen=True, kw_only=True):
    """What the model is good and bad at, in one or two sentences."""

    en: Words
    ar: Words

    def in_language(self, code: str) -> str:
        """In English where there is no other text."""
        return getattr(self, code, "") or self.en


class Figures(_Strict, frozen=True, kw_only=True):
    """The model's shape as its config.json has it."""

    layers: Positive
    width: Positive
    heads: Positive
    kv_heads: Positive
    head: Positive
    feed: Positive
    vocabulary: Positive
    tied: bool = False
    """The output uses the embedding's weights."""
    gated_feed: bool = True
    window: Annotated[int, Meta(ge=0)] = 0
    window_every: Annotated[int, Meta(ge=0)] = 0
    """Of so many layers the last one sees the whole context."""
    experts: Annotated[int, Meta(ge=0)] = 0
    experts_used: Annotated[int, Meta(ge=0)] = 0
    expert_feed: Annotated[int, Meta(ge=0)] = 0
    cached_every: Annotated[int, Meta(ge=0)] = 0
    """Of so many layers the last one keeps keys; the others have a state. 0: all keep them."""
    state: Annotated[int, Meta(ge=0)] = 0
    """Bytes of all states."""


class CatalogueFile(_Strict, frozen=True, kw_only=True):
    """One GGUF file; of a model in parts the first one, with the size of all."""

    name: Annotated[str, Meta(pattern=r"^[\w.\-]+\.gguf$")]
    quantization: Annotated[str, Meta(pattern=r"^[A-Z0-9_]+$")]
    size: Positive
    size_is: Literal["exact", "listed", "computed"]


class Repository(_Strict, frozen=True, kw_only=True):
    repo: Annotated[str, Meta(pattern=r"^[\w.\-]+/[\w.\-]+$")]
    files: Annotated[tuple[CatalogueFile, ...], Meta(min_length=1)]


class CatalogueModel(_Strict, frozen=True, kw_only=True):
    id: Annotated[str, Meta(pattern=r"^[a-z0-9.\-]+$")]
    name: Words
    maker: Words
    source: Annotated[str, Meta(pattern=r"^[\w.\-]+/[\w.\-]+$")]
    """The original checkpoint on the Hub."""
    parameters: Positive
    active_parameters: Positive | None = None
    """Parameters at work for one token, where experts are used."""
    context: Positive
    """Tokens it was trained for."""
    licence: Words
    languages: Annotated[tuple[str, ...], Meta(min_length=1)]
    """ISO 639-1."""
    arabic: Arabic
    about: About
    shape: Figures
    gguf: tuple[Repository, ...]
    """Empty: there is no GGUF that we know of, and the original is to be converted."""
    gated: bool = False
    """The original is given only to those who asked for it."""
    thinking: bool = False
    tools: bool = False
    vision: bool = False
    special: bool = False
    """Good for one thing (puzzles, a text at hand, trying out) and not what one would begin with."""

    def files(self) -> Iterable[tuple[str, CatalogueFile]]:
        """(repository, file) of all that can be fetched."""
        for repository in self.gguf:
            for file in repository.files:
                yield repository.repo, file

    def shape_of(self, file: CatalogueFile) -> ModelDimensions:
        """What fit.py needs, from the figures and the size of one file."""
        figures = self.shape
        each = figures.kv_heads * figures.head * 2
        cached = [number for number in range(figures.layers) if _is_last(number, figures.cached_every)]
        full = sum(1 for number in cached if not figures.window or _is_last(number, figures.window_every))
        embedding = figures.width * figures.vocabulary / self.parameters
        share = (self.active_parameters or self.parameters) / self.parameters
        return ModelDimensions(
            weight_bytes=file.size,
            read_bytes=round(file.size * (share if figures.tied else max(share - embedding, 0.01))),
            kv_elements=full * each,
            window_elements=(len(cached) - full) * each,
            window=figures.window,
            state_bytes=figures.state,
            width=figures.width,
            heads=figures.heads,
            layers=figures.layers,
            feed=max(figures.expert_feed * figures.experts_used, 0 if figures.experts else figures.feed),
            vocabulary=figures.vocabulary,
            context_trained=self.context,
        )


def _is_last(number: int, every: int) -> bool:
    """Whether a layer is the last one of its group; without groups each one is."""
    return not every or number % every == every - 1


class Catalogue(_Strict, frozen=True, kw_only=True):
    version: Literal[1]
    date: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    """Of its facts."""
    models: tuple[CatalogueModel, ...]

    def find(self, model_id: str) -> CatalogueModel | None:
        return next((model for model in self.models if model.id == model_id), None)


def catalogue_path() -> Path:
    return assets_dir() / "catalogue.json"


def load(path: Path | None = None) -> Catalogue:
    """The catalogue. Raises SamarError catalogue_broken."""
    place = path or catalogue_path()
    try:
        found = msgspec.json.decode(place.read_bytes(), type=Catalogue)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise SamarError("catalogue_broken", reason=problem) from problem
    if len({model.id for model in found.models}) != len(found.models):
        raise SamarError("catalogue_broken", reason="an id is there twice")
    return found


class Advice(StrEnum):
    """What a recommendation is for."""

    BEST = "best"
    FAST = "fast"
    ARABIC = "arabic"
    SMALL = "small"


REASONS: Mapping[Advice, str] = {
    Advice.BEST: QT_TRANSLATE_NOOP(
        "models",
        "The most capable model that fits: it takes {needed} of the {free} of memory that are free, and writes about {speed} tokens per second.",
    ),
    Advice.FAST: QT_TRANSLATE_NOOP(
        "models",
        "The most capable model that writes much faster than you read: about {speed} tokens per second, in {needed} of memory.",
    ),
    Advice.ARABIC: QT_TRANSLATE_NOOP(
        "models",
        "The best Arabic that fits: it takes {needed} of the {free} of memory that are free, and writes about {speed} tokens per second.",
    ),
    Advice.SMALL: QT_TRANSLATE_NOOP("models", "Little memory is free ({free}); this model takes only {needed}."),
}


class Recommendation(msgspec.Struct, frozen=True, kw_only=True):
    """A model and file for this computer. The reason is REASONS[advice], its names filled from `fit`."""

    advice: Advice
    model: CatalogueModel
    repo: str
    file: CatalogueFile
    fit: Fit


def fits(catalogue: Catalogue, machine: Machine, context: int = DEFAULT_CONTEXT) -> list[Recommendation]:
    """Every file of the catalogue with its fit, in the catalogue's order."""
    return [
        Recommendation(
            advice=Advice.BEST, model=model, repo=repo, file=file, fit=judge(model.shape_of(file), machine, context)
        )
        for model in catalogue.models
        for repo, file in model.files()
    ]


def recommend(catalogue: Catalogue, machine: Machine, context: int = DEFAULT_CONTEXT) -> list[Recommendation]:
    """What to begin with here: the most able model that keeps up with reading, a quick one, and the best Arabic.

    Able is measured by the parameters, those of experts by the geometric mean of all and active ones; Arabic
    counts for it, a context of fewer than 4,096 tokens against it.
    """
    everything = [found for found in fits(catalogue, machine, context) if found.fit.verdict is not Verdict.WONT]
    comfortable = [found for found in everything if found.fit.verdict is Verdict.FITS and not found.model.special]
    chosen: list[Recommendation] = []

    def add(advice: Advice, candidates: list[Recommendation], *, arabic: bool = False) -> None:
        taken = {found.model.id for found in chosen}
        rest = [found for found in candidates if found.model.id not in taken]
        if rest:
            best = max(rest, key=lambda found: (found.model.arabic.rank if arabic else 0, _ability(found.model)))
            chosen.append(msgspec.structs.replace(best, advice=advice))

    swift = [found for found in comfortable if _keeps_up(found, READING_SPEED)]
    add(Advice.BEST, swift or comfortable)
    add(Advice.FAST, [found for found in swift if _keeps_up(found, 3 * READING_SPEED)])
    add(
        Advice.ARABIC,
        [f for f in comfortable if f.model.arabic.rank >= Arabic.FAIR.rank and _keeps_up(f, READING_SPEED / 2)],
        arabic=True,
    )
    if not chosen and everything:
        smallest = min(everything, key=lambda found: found.fit.memory.total)
        chosen.append(msgspec.structs.replace(smallest, advice=Advice.SMALL))
    return chosen


def _keeps_up(found: Recommendation, speed: float) -> bool:
    return not found.fit.tokens_per_s or found.fit.tokens_per_s >= speed


def _ability(model: CatalogueModel) -> float:
    size = math.sqrt(model.parameters * (model.active_parameters or model.parameters))
    return size * (1 + 0.15 * model.arabic.rank) * (0.5 if model.context < 4096 else 1.0)
