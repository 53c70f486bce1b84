"""Interface texts in the language that is not shown, for searching: Arabic words find English labels and the reverse."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from desktop.core.folding import fold, without_article, words
from desktop.core.guide import Topic, counterparts, labelled
from desktop.core.languages import SPOKEN

__all__ = ["counterparts", "find_topics", "in_both", "rank"]


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


def find_topics(query: str, topics: Sequence[Topic], others: Sequence[Topic]) -> list[str]:
    """Names of the topics of the guide that answer a query, those named so first. others: the same in the other language."""
    ranked = []
    for at, (topic, other) in enumerate(zip(topics, others, strict=True)):
        texts = [labelled(one.text, language) for one in (topic, other) for language in SPOKEN]
        found = rank(query, f"{topic.title} {other.title}", texts)
        if found is not None:
            ranked.append((found, at, topic.name))
    return [name for _rank, _at, name in sorted(ranked)]
