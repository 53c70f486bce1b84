"""The guide "How to use Samar" (assets/help/): topics in Markdown, one file for each language.

A topic begins with `# Title {#name}`. `[[Text]]` names a label of the interface by its English text and is shown in the
language of the interface, so that the guide calls things as the window does; `[[Context|Text]]` where the text has
several translations. `<!-- buttons: … -->` names commands (`desktop/core/commands.py`) that are offered below the topic.
"""

from __future__ import annotations

import re
from functools import cache
from xml.etree import ElementTree

import msgspec

from desktop.core.languages import SPOKEN, Language
from desktop.core.paths import assets_dir

NEWS = "news"
NEWS_TITLE = "What’s new"
"""Of the context "Commands"."""
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
    """The topics of one language in their order, and what is new in this version as the last one. Where the guide is not
    written in a language, it is English."""
    folder = assets_dir() / "help"
    language = language if (folder / f"{language}.md").exists() else Language.ENGLISH
    whole = (folder / f"{language}.md").read_text(encoding="utf-8")
    heads = list(_HEAD.finditer(whole))
    ends = [head.start() for head in heads[1:]] + [len(whole)]
    made = []
    for head, end in zip(heads, ends, strict=True):
        text = whole[head.end() : end]
        named = _BUTTONS.search(text)
        buttons = tuple(named["names"].split()) if named else ()
        made.append(Topic(head["name"], head["title"], _BUTTONS.sub("", text).strip(), buttons))
    news_file = folder / f"news.{language}.md"
    news_file = news_file if news_file.exists() else folder / "news.en.md"
    news = news_file.read_text(encoding="utf-8").strip()
    title = label_in(f"Commands|{NEWS_TITLE}", language)
    return (*made, Topic(NEWS, title, re.sub("^# ", "### ", news, flags=re.MULTILINE)))


@cache
def counterparts() -> dict[str, frozenset[str]]:
    """Each text of the interface in any language, with what it is called in the others, mnemonics left out. Texts of the same
    wording in several places are one entry; English ones have a further one each by their place ("FormatMenu|Export").
    Plural forms are left out, since they are shown with numbers in them."""
    found: dict[str, set[str]] = {}
    for language in SPOKEN[1:]:
        for label, texts in _translations(language).items():
            english = label.rpartition("|")[2]
            found.setdefault(label, set()).update(texts)
            for text in texts:
                found.setdefault(text, set()).add(english)
    return {text: frozenset(others) for text, others in found.items()}


@cache
def _translations(language: Language) -> dict[str, frozenset[str]]:
    """English texts, alone and behind their context and "|", with their translations."""
    found: dict[str, set[str]] = {}
    file = assets_dir() / "i18n" / f"{language}.ts"  # our own, so no XML of a stranger
    if not file.exists():
        return {}
    for context in ElementTree.parse(file).iter("context"):  # noqa: S314
        name = context.findtext("name", "")
        for message in context.iter("message"):
            english = message.findtext("source", "").replace("&", "")
            translated = message.findtext("translation", "").strip().replace("&", "")
            if english and translated:
                for label in (english, f"{name}|{english}"):
                    found.setdefault(label, set()).add(translated)
    return {label: frozenset(texts) for label, texts in found.items()}


def label_in(label: str, language: Language) -> str:
    """What a label is called: `label` is its English text, after its context and "|" where that is needed."""
    translated = _translations(language).get(label) if language is not Language.ENGLISH else None
    return min(translated) if translated else label.rpartition("|")[2]


def labelled(text: str, language: Language, form: str = "**{}**") -> str:
    """`text` with the labels of the interface set apart as `form` says, as they are called in `language`. Without their
    dots, which would stand before a full stop."""
    return LABEL.sub(lambda found: form.format(label_in(found["text"], language).rstrip("…")), text)
