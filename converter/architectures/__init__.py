"""Model families: one module each, found by the name of the Hugging Face architecture.

Adding a family is adding one module with one subclass of :class:`converter.architectures.base.Family` (and its test); no
list has to be edited. ``QwenThreeForCausalLM`` is looked for in the module whose name is the architecture's without
suffix, case and underscores (``qwenthree.py`` or ``qwen_three.py``), so that usually one module is imported; an
architecture that lives elsewhere is found by importing the others.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
import re
from typing import TYPE_CHECKING

from converter.errors import ConversionError, ExitStatus

if TYPE_CHECKING:
    from converter.architectures.base import Family

_SUFFIX = re.compile(r"(ForCausalLM|ForConditionalGeneration|LMHeadModel|Model)$")


def module_names() -> list[str]:
    """Names of the family modules in this package."""
    return sorted(info.name for info in pkgutil.iter_modules(__path__) if info.name != "base")


def families_of(module_name: str) -> list[type[Family]]:
    """The families that a module defines itself (not those that it imports)."""
    from converter.architectures.base import Family

    module = importlib.import_module(f"{__name__}.{module_name}")
    return [
        thing
        for thing in vars(module).values()
        if isinstance(thing, type)
        and issubclass(thing, Family)
        and thing.__module__ == module.__name__
        and thing.hf_architectures
    ]


def all_families() -> dict[str, type[Family]]:
    """Every known Hugging Face architecture and its family. Imports all modules."""
    found: dict[str, type[Family]] = {}
    for name in module_names():
        for family in families_of(name):
            for architecture in family.hf_architectures:
                if architecture in found:
                    raise RuntimeError(f"{architecture} is claimed by {found[architecture].__module__} and {name}")
                found[architecture] = family
    return found


def find_family(architecture: str) -> type[Family]:
    """The family of a Hugging Face architecture.

    Raises ConversionError (UNKNOWN_ARCHITECTURE) that names the nearest known one.
    """
    wanted = _SUFFIX.sub("", architecture).lower()
    for name in module_names():
        if name.replace("_", "") == wanted:
            for family in families_of(name):
                if architecture in family.hf_architectures:
                    return family
    known = all_families()
    if architecture in known:
        return known[architecture]
    near = difflib.get_close_matches(architecture, known, n=1, cutoff=0.0)
    raise ConversionError(
        ExitStatus.UNKNOWN_ARCHITECTURE,
        f"The architecture {architecture!r} is not known; the nearest known one is {near[0]!r}.",
    )
