"""The guide "How to use Samar" (assets/help/): topics in Markdown, one file for each language.

A topic begins with `# Title {#name}`. `[[Text]]` names a label of the interface by its English text and is shown in the
language of the interface, so that the guide calls things as the window does; `[[Context|Text]]` where the text has
several translations. `<!-- buttons: … -->` names commands
(`desktop/ui/commands.py`) that are offered below the topic.
"""

from __future__ import annotations

import re
from functools import cache

import msgspec
from PySide6.QtCore import QCoreApplication

from desktop.core.paths import assets_dir
from desktop.core.settings import Language
from desktop.ui import bilingual, i18n

NEWS = "news"
_HEAD = re.compile(r"^# (?P<title>.+?) \{#(?P<name>[a-z-]+)\}$", re.MULTILINE)
_BUTTONS = re.compile(r"^<!-- buttons: (?P<names>[a-z_. -]+) -->$", re.MULTILINE)
LABEL = re.compile(r"\[\[(?P<text>[^\]]+)\]\]")


class Topic(msgspec.Struct, frozen=True):
    name: str
    title: str
    text: str
    """Markdown, with `[[labels]]` and {places}"""
    buttons: tuple[str, ...] = ()
    """names of commands"""


@cache
def read(language: Language) -> tuple[Topic, ...]:
    """The topics of one language in their order, and what is new in this version as the last one."""
    folder = assets_dir() / "help"
    whole = (folder / f"{language}.md").read_text(encoding="utf-8")
    heads = list(_HEAD.finditer(whole))
    ends = [head.start() for head in heads[1:]] + [len(whole)]
    made = []
    for head, end in zip(heads, ends, strict=True):
        text = whole[head.end() : end]
        named = _BUTTONS.search(text)
        buttons = tuple(named["names"].split()) if named else ()
        made.append(Topic(head["name"], head["title"], _BUTTONS.sub("", text).strip(), buttons))
    news = (folder / f"news.{language}.md").read_text(encoding="utf-8").strip()
    title = QCoreApplication.translate("Commands", "What’s new")
    return (*made, Topic(NEWS, title, re.sub("^# ", "### ", news, flags=re.MULTILINE)))


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


def labelled(text: str, language: Language) -> str:
    """`text` with the labels of the interface in bold, as they are called in `language`."""

    def name(found: re.Match[str]) -> str:
        others = bilingual.counterparts().get(found["text"], frozenset())
        english = found["text"].rpartition("|")[2]
        label = min(others) if language is Language.ARABIC and others else english
        return f"**{label.rstrip('…')}**"  # the dots would stand before a full stop

    return LABEL.sub(name, text)


def find(query: str) -> list[str]:
    """Names of the topics that answer a query, those named so first, in either language."""
    ranked = []
    pairs = zip(topics(), topics(other=True), strict=True)
    for at, (topic, other) in enumerate(pairs):
        texts = [labelled(one.text, language) for one in (topic, other) for language in i18n.LANGUAGES]
        rank = bilingual.rank(query, f"{topic.title} {other.title}", texts)
        if rank is not None:
            ranked.append((rank, at, topic.name))
    return [name for _rank, _at, name in sorted(ranked)]
