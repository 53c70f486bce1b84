"""`samar guide`: the Help of the window as plain text. No Qt."""

from __future__ import annotations

import re

from desktop.core.commands import COMMANDS, OTHER_KEYS
from desktop.core.guide import Topic, label_in, labelled, read
from desktop.core.languages import SPECS, Language, other_than
from desktop.core.paths import Paths
from desktop.ui.bilingual import find_topics


def listed(language: Language) -> list[dict[str, str]]:
    """Names and titles of all topics."""
    return [{"name": topic.name, "title": topic.title} for topic in read(language)]


def find(wanted: str, language: Language) -> Topic | None:
    """The topic of a name, else the first one that has the words, in either language."""
    topics = {topic.name: topic for topic in read(language)}
    if wanted in topics:
        return topics[wanted]
    found = find_topics(wanted, read(language), read(other_than(language)))
    return topics[found[0]] if found else None


def shown(topic: Topic, language: Language, paths: Paths) -> str:
    """The text of a topic: labels in quotation marks, folders of this computer filled in, no marks for bold."""
    text = re.sub(r"\*\*(.+?)\*\*", r"\1", labelled(topic.text, language, SPECS[language].quotes))
    places = {"data": paths.data, "models": paths.models, "cache": paths.cache, "logs": paths.logs}
    for name, place in places.items():
        text = text.replace(f"{{{name}}}", str(place))
    return text.replace("{shortcuts}", shortcuts(language)) if "{shortcuts}" in text else text


def shortcuts(language: Language) -> str:
    """Keys and what they do, a line each."""
    rows = [(command.keys, label_in(f"Commands|{command.text}", language)) for command in COMMANDS if command.keys]
    rows += [(", ".join(keys), label_in(f"ShortcutSheet|{text}", language)) for text, keys in OTHER_KEYS]
    return "\n".join(f"{keys:20} {text}" for keys, text in rows)
