"""What the Hub says of models: repositories, the files in them, and which files are one model. Plain data."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import IntEnum
from pathlib import Path
from urllib.parse import unquote

import msgspec

from desktop.core.errors import SamarError

_QUANTIZATION = re.compile(
    r"(?<![A-Za-z0-9])(?:UD-)?((?:IQ[1-4]_(?:XXS|XS|NL|S|M)|T?Q[1-8]_[01K](?:_(?:XXL|XL|L|M|S))?|Q[2-8]_K|MXFP4(?:_MOE)?"
    r"|NVFP4|BF16|F16|FP16|F32|FP32))(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_PART = re.compile(r"-(\d{5})-of-(\d{5})\.gguf$", re.IGNORECASE)
_COMMON = ("Q4_K_M", "Q4_K_S", "Q5_K_M", "Q8_0")
"""What one takes who has no reason to take another one: small, and hardly worse than the original."""


class HubModel(msgspec.Struct, frozen=True, kw_only=True):
    """A repository that a search found."""

    repo: str
    downloads: int
    likes: int
    updated: float
    """Unix time; 0: not said."""
    licence: str
    gated: bool
    parameters: int
    """0: not said."""
    architecture: str
    context: int
    languages: tuple[str, ...]


class HubFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a repository, with what the Hub promises of it."""

    name: str
    """Path inside the repository."""
    size: int
    sha256: str
    """Empty: the Hub does not keep the file as a large one; `blob` then has its git id."""
    blob: str = ""


class HubChoice(msgspec.Struct, frozen=True, kw_only=True):
    """One model of a repository: a quantization, in one file or in parts."""

    quantization: str
    files: tuple[HubFile, ...]

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)

    @property
    def name(self) -> str:
        return self.files[0].name


class HubRepository(msgspec.Struct, frozen=True, kw_only=True):
    """A repository and its models, smallest first."""

    repo: str
    commit: str
    """Files are fetched as they are in this commit, so that parts fit together."""
    licence: str
    gated: bool
    choices: tuple[HubChoice, ...]
    projectors: tuple[HubFile, ...]
    checkpoint: bool = False
    """It holds safetensors files, which can be converted."""

    def choice(self, fits: Callable[[HubChoice], bool] = lambda choice: True) -> HubChoice | None:
        """What one would take: of a common quantization, else the largest that fits; without one that fits the smallest."""
        fitting = [choice for choice in self.choices if fits(choice)]
        common = [choice for kind in _COMMON for choice in fitting if choice.quantization == kind]
        return next(iter([*common, *reversed(fitting), *self.choices]), None)

    def find(self, name: str, quantization: str = "") -> HubChoice | None:
        """The model of a file's name; where the file has another name by now, the one of the quantization."""
        named = (choice for choice in self.choices if choice.name.rpartition("/")[2] == name)
        alike = (choice for choice in self.choices if quantization and choice.quantization == quantization)
        return next(named, None) or next(alike, None)

    def as_found(self) -> HubModel:
        """As a search tells of it. Raises SamarError hub_checkpoint, hub_no_models where there is nothing to get."""
        if not self.choices:
            raise self.lacking("")
        return HubModel(
            repo=self.repo,
            downloads=0,
            likes=0,
            updated=0.0,
            licence=self.licence,
            gated=self.gated,
            parameters=0,
            architecture="",
            context=0,
            languages=(),
        )

    def lacking(self, wanted: str) -> SamarError:
        """Why it holds nothing of the type, or of the file's name, that was wanted; "": nothing at all."""
        if self.choices and wanted:
            types = ", ".join(dict.fromkeys(choice.quantization or choice.name for choice in self.choices))
            return SamarError("hub_no_type", repo=self.repo, type=wanted, types=types)
        return SamarError("hub_checkpoint" if self.checkpoint else "hub_no_models", repo=self.repo)

    def projector_of(self, choice: HubChoice) -> HubFile | None:
        """The file that lets a model of this repository see images: one named after it before one for all, and half
        precision where there is a choice. One that is named after another model is that one's."""
        others = [other.name for other in self.choices if bare(other.name) != bare(choice.name)]
        fitting: list[tuple[Likeness, str, int]] = []
        for file in self.projectors:
            like = likeness(file.name, choice.name)
            claimed = max((likeness(file.name, other) for other in others), default=Likeness.NONE)
            if like >= claimed:
                fitting.append((like, file.name, file.size))
        name = best_projector(fitting)
        return next((file for file in self.projectors if file.name == name), None)

    @property
    def projector(self) -> HubFile | None:
        """Of all that let models of this repository see images the one that would be taken."""
        name = best_projector([(Likeness.NONE, file.name, file.size) for file in self.projectors])
        return next((file for file in self.projectors if file.name == name), None)


class Address(msgspec.Struct, frozen=True):
    """What a person calls a model of the Hub."""

    repo: str
    file: str = ""
    quantization: str = ""


_ADDRESS = re.compile(r"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/", re.IGNORECASE)
_INSIDE = ("blob", "resolve", "raw", "tree")


def address_of(text: str) -> Address | None:
    """owner/name, hf.co/owner/name, the address of its page or of a file of it, each with :TYPE or without; None for what is none."""
    rest = _ADDRESS.sub("", text.strip(), count=1).partition("?")[0].partition("#")[0].strip("/")
    name, _, quantization = rest.partition(":")
    parts = name.split("/")
    if len(parts) < 2 or not all(parts) or "://" in rest:
        return None
    if len(parts) > 2 and parts[2] not in _INSIDE:
        return None
    file = unquote("/".join(parts[4:])) if len(parts) > 4 and parts[2] != "tree" else ""
    return Address("/".join(parts[:2]), file, quantization)


class Likeness(IntEnum):
    """How well the name of a projector fits the name of a model."""

    NONE = 0
    CONTAINED = 1
    EXACT = 2


_TYPE = re.compile(r"[-_.](i?q[0-9]\w*|i1|f16|f32|fp16|fp32|bf16|mxfp4\w*|ud|[0-9]{5}-of-[0-9]{5})(?=[-_.]|$)")
_PROJECTOR = re.compile(r"[-_.]?mmproj(?:[-_.](?:model|vision))?[-_.]?")
_PRECISIONS = ("F16", "Q8_0", "BF16", "F32", "")
"""Of projectors, the one to be taken first."""


def bare(name: str) -> str:
    """A file's name without folder, ending, type and part, and without the word for a projector."""
    stem = name.rpartition("/")[2].lower().removesuffix(".gguf")
    return _PROJECTOR.sub("-", _TYPE.sub("", stem)).strip("-_. ")


def likeness(projector: str, model: str) -> Likeness:
    """How well the names of two files fit."""
    first, second = bare(projector), bare(model)
    if not first or not second:
        return Likeness.NONE
    if first == second:
        return Likeness.EXACT
    return Likeness.CONTAINED if second in first or first in second else Likeness.NONE


def best_projector(found: Sequence[tuple[Likeness, str, int]]) -> str | None:
    """The name of the projector to take. found: (likeness to the model's name, name, bytes) of each."""

    def rank(one: tuple[Likeness, str, int]) -> tuple[int, int, int, str]:
        like, name, size = one
        label = quantization_of(name)
        precision = _PRECISIONS.index(label) if label in _PRECISIONS else len(_PRECISIONS)
        return -like, precision, size, name

    return min(found, key=rank)[1] if found else None


def is_projector(name: str) -> bool:
    """Whether a file on the Hub is a projector, by its name: its header can't be seen."""
    return "mmproj" in name.rpartition("/")[2].lower()


def is_data(name: str) -> bool:
    """Whether a file on the Hub is an importance matrix: named so, and without a type of weights."""
    file = name.rpartition("/")[2].lower()
    return re.search(r"(?<![a-z])imatrix(?![a-z])", file) is not None and not quantization_of(file)


def without_drafts(files: list[HubFile]) -> list[HubFile]:
    """Without the small models that only guess for another one of the repository; a repository of drafts keeps its own."""
    others = [file for file in files if not re.search(r"(?<![a-z])(draft|mtp|eagle3?)(?![a-z])", file.name.lower())]
    return others or files


def quantization_of(name: str) -> str:
    """The quantization in a file's name, such as Q4_K_M; "" where there is none."""
    found = _QUANTIZATION.findall(Path(name).name) or _QUANTIZATION.findall(name)
    label = found[-1].upper() if found else ""
    return label.replace("FP", "F") if label in ("FP16", "FP32") else label


def grouped(files: list[HubFile]) -> tuple[HubChoice, ...]:
    """One choice for each model: parts together, and only when all of them are there."""
    whole: list[HubChoice] = []
    parts: dict[tuple[str, int], dict[int, HubFile]] = {}
    for file in files:
        match = _PART.search(file.name)
        if match and 1 <= int(match[1]) <= int(match[2]):
            parts.setdefault((file.name[: match.start()], int(match[2])), {})[int(match[1])] = file
        else:
            whole.append(HubChoice(quantization=quantization_of(file.name), files=(file,)))
    for (stem, count), found in parts.items():
        if len(found) == count:
            ordered = tuple(found[number] for number in range(1, count + 1))
            whole.append(HubChoice(quantization=quantization_of(stem), files=ordered))
    return tuple(sorted(whole, key=lambda choice: (choice.size, choice.name)))
