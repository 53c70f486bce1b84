"""The guide "How to use Samar" (`desktop/core/guide.py`) in the language of the interface, and the search in it."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QCoreApplication

from desktop.core.guide import LABEL, Topic, labelled, read
from desktop.ui import bilingual, i18n

__all__ = ["LABEL", "Topic", "find", "labelled", "read", "topic_title", "topics"]


def topics(*, other: bool = False) -> tuple[Topic, ...]:
    """The topics in the language of the interface, or in the other one."""
    here = i18n.current()
    language = next(known for known in i18n.LANGUAGES if known is not here) if other else here
    found = read(language)
    title = QCoreApplication.translate("Commands", "What’s new")
    return (*found[:-1], msgspec.structs.replace(found[-1], title=title))


def topic_title(name: str) -> str:
    """Raises KeyError for an unknown topic."""
    return {topic.name: topic.title for topic in topics()}[name]


def find(query: str) -> list[str]:
    """Names of the topics that answer a query, those named so first, in either language."""
    return bilingual.find_topics(query, topics(), topics(other=True))
