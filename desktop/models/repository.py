"""What the Hub says of models: repositories, the files in them, and which files are one model. Plain data."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import msgspec

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

    @property
    def projector(self) -> HubFile | None:
        """The file that lets the models of this repository see images: half precision where there is a choice."""
        order = ["F16", "Q8_0", "BF16", "F32", ""]

        def rank(file: HubFile) -> tuple[int, int]:
            label = quantization_of(file.name)
            return order.index(label) if label in order else len(order), file.size

        return min(self.projectors, key=rank, default=None)


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
