"""Reads the corpus, TOML under corpus/: topics, more wordings of them, off-topic prompts, follow-ups, system prompts, forms.

Lists of wordings are multi-line strings with one wording a line, so that a diff shows one wording.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

STARTER = Path(__file__).resolve().parent.parent
CORPUS = STARTER / "corpus"
LANGUAGES = ("en", "ar")
STYLES = ("standard", "short", "example", "steps", "why")
DIALECTS = ("wordings", "egyptian", "gulf", "levantine", "maghrebi")
DECLINE = "decline"
DELETING = ("delete_chat", "delete_model", "uninstall")  # a wrong answer about these costs somebody their work


@dataclass(frozen=True)
class Side:
    """One topic in one language."""

    wordings: tuple[str, ...]  # whole questions, all dialects
    nouns: tuple[str, ...]  # fit "what is {}"
    verbs: tuple[str, ...]  # fit "how do I {}"; in Arabic first person present
    answers: dict[str, tuple[str, ...]]  # style -> answers; "standard" is always there


@dataclass(frozen=True)
class Topic:
    name: str
    sides: dict[str, Side]


@dataclass(frozen=True)
class OffTopic:
    """Prompts of one language that must be declined."""

    prompts: tuple[str, ...]
    hard_negatives: tuple[str, ...]
    nouns: tuple[str, ...]
    verbs: tuple[str, ...]
    noun_forms: tuple[str, ...]
    verb_forms: tuple[str, ...]
    patterns: tuple[str, ...]  # whole prompts with {slot}s
    slots: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Corpus:
    topics: dict[str, Topic]
    off_topic: dict[str, OffTopic]
    follow_ups: dict[str, dict[str, tuple[str, ...]]]  # kind -> language -> wordings
    systems: dict[str, dict[str, tuple[str, ...]]]  # kind -> language -> prompts
    forms: dict[str, dict[str, tuple[str, ...]]]  # language -> name of the list -> forms


def lines(text: str) -> tuple[str, ...]:
    """The non-empty lines of a block, without repetitions."""
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


_FOLD = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه", "ـ": None})


def fold(text: str) -> str:
    """A wording without case, hamza, diacritics and punctuation: what two near-equal questions share."""
    text = unicodedata.normalize("NFKC", text).lower()
    text = "".join(c for c in text if not unicodedata.combining(c)).translate(_FOLD).replace("ء", "")
    return " ".join(re.findall(r"\w+", text))


def _side(table: dict[str, Any]) -> Side:
    wordings: list[str] = []
    for dialect in DIALECTS:
        wordings += lines(table.get(dialect, ""))
    answers = {style: tuple(table.get(style, ())) for style in STYLES if table.get(style)}
    return Side(tuple(dict.fromkeys(wordings)), lines(table.get("nouns", "")), lines(table.get("verbs", "")), answers)


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def load(root: Path = CORPUS) -> Corpus:
    """The whole corpus. Raises KeyError or tomllib.TOMLDecodeError where a file is malformed."""
    topics: dict[str, Topic] = {}
    for path in sorted((root / "topics").glob("*.toml")):
        for name, table in _toml(path).items():
            if name in topics:
                raise ValueError(f"topic {name} is given twice, again in {path.name}")
            topics[name] = Topic(name, {language: _side(table[language]) for language in LANGUAGES})
    for path in sorted((root / "wordings").glob("*.toml")):
        for name, table in _toml(path).items():
            sides = topics[name].sides
            for language, text in table.items():
                side = sides[language]
                sides[language] = replace(side, wordings=tuple(dict.fromkeys((*side.wordings, *lines(text)))))
    off: dict[str, OffTopic] = {}
    for language in LANGUAGES:
        table: dict[str, str] = {}
        for path in sorted((root / "off_topic").glob("*.toml")):
            for key, value in _toml(path).get(language, {}).items():
                table[key] = table.get(key, "") + "\n" + value
        named = ("prompts", "hard_negatives", "nouns", "verbs", "noun_forms", "verb_forms", "patterns")
        slots = {k: lines(v) for k, v in table.items() if k not in named}
        off[language] = OffTopic(*(lines(table.get(k, "")) for k in named), slots)

    def nested(name: str) -> dict[str, dict[str, tuple[str, ...]]]:
        return {k: {a: lines(b) for a, b in v.items()} for k, v in _toml(root / name).items()}

    return Corpus(topics, off, nested("follow_ups.toml"), nested("system_prompts.toml"), nested("forms.toml"))
