"""Interface texts in the language that is not shown, for searching: Arabic words find English labels and the reverse."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from xml.etree import ElementTree

from desktop.core.folding import fold, without_article, words
from desktop.core.settings import Language
from desktop.ui import i18n


@cache
def counterparts() -> dict[str, frozenset[str]]:
    """Each text of ar.ts, English or Arabic, with what it is called in the other language, mnemonics left out. Texts of
    the same wording in several places are one entry, and have a further one each by their place ("FormatMenu|Export").
    Plural forms are left out, since they are shown with numbers in them."""
    found: dict[str, set[str]] = {}
    file = i18n.folder() / f"{Language.ARABIC}.ts"  # our own, so no XML of a stranger
    for context in ElementTree.parse(file).iter("context"):  # noqa: S314
        name = context.findtext("name", "")
        for message in context.iter("message"):
            english = message.findtext("source", "").replace("&", "")
            arabic = message.findtext("translation", "").strip().replace("&", "")
            if english and arabic:
                for text, other in ((english, arabic), (arabic, english), (f"{name}|{english}", arabic)):
                    found.setdefault(text, set()).add(other)
    return {text: frozenset(others) for text, others in found.items()}


def in_both(text: str) -> str:
    """`text` and its counterparts, separated by line ends."""
    return "\n".join((text, *sorted(counterparts().get(text.replace("&", ""), ()))))


def rank(query: str, name: str, more: Iterable[str] = ()) -> int | None:
    """How well a label answers a query, 0 best, None not at all: every word of the query, with or without its Arabic
    article, must be part of a word of the label (`name`, in both languages) or of `more`."""
    folded = fold(query).strip()
    wanted = [{word, without_article(word) or word} for word in words(folded)]
    names = [fold(line) for line in in_both(name).splitlines()]
    if not folded or any(line.startswith(folded) for line in names):
        return 0
    if not wanted:
        return None
    named, others = (f" {' '.join(words(text))}" for text in (" ".join(names), fold(" ".join(more))))
    if all(any(f" {form}" in named for form in forms) for forms in wanted):
        return 1
    if all(any(form in named for form in forms) for forms in wanted):
        return 2
    if all(any(form in named or f" {form}" in others for form in forms) for forms in wanted):
        return 3
    return None
