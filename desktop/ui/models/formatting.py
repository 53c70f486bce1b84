"""How the pages about models say things: short words for verdicts, places, qualities and states, in both languages."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication

from desktop.core.errors import fill
from desktop.models.catalogue import REASONS, Arabic, Recommendation
from desktop.models.discovery import Origin
from desktop.models.downloads import State
from desktop.models.entry import Entry
from desktop.models.fit import MOST_TOLD, Fit, Verdict
from desktop.models.training import lacks
from desktop.ui import i18n
from desktop.ui.error_presenter import isolated


def tr(text: str, number: int = -1) -> str:
    return QCoreApplication.translate("models", text, "", number)


def verdict(value: Verdict) -> str:
    return {
        Verdict.FITS: QCoreApplication.translate("models", "Fits"),
        Verdict.TIGHT: QCoreApplication.translate("models", "Tight"),
        Verdict.WONT: QCoreApplication.translate("models", "Won’t fit"),
    }[value]


def origin_of(entry: Entry) -> str:
    """Where a model is from. Downloads lie in folders of their repositories, which hold "--"."""
    if entry.origin is Origin.SAMAR and not entry.repo and "--" not in Path(entry.path).parent.name:
        return QCoreApplication.translate("models", "Converted")
    return origin(entry.origin)


def origin(value: Origin) -> str:
    names = {
        Origin.BUNDLED: QCoreApplication.translate("models", "Comes with Samar"),
        Origin.SAMAR: QCoreApplication.translate("models", "Downloaded"),
        Origin.FILE: QCoreApplication.translate("models", "Your file"),
        Origin.FOLDER: QCoreApplication.translate("models", "Your folder"),
        Origin.HUGGING_FACE: "Hugging Face",
        Origin.LM_STUDIO: "LM Studio",
        Origin.OLLAMA: "Ollama",
        Origin.GPT4ALL: "GPT4All",
        Origin.JAN: "Jan",
        Origin.LLAMA_CPP: "llama.cpp",
    }
    return names[value]


def arabic(value: Arabic) -> str:
    return {
        Arabic.NONE: QCoreApplication.translate("models", "None"),
        Arabic.WEAK: QCoreApplication.translate("models", "Weak"),
        Arabic.FAIR: QCoreApplication.translate("models", "Fair"),
        Arabic.GOOD: QCoreApplication.translate("models", "Good"),
        Arabic.NATIVE: QCoreApplication.translate("models", "Excellent"),
    }[value]


def state(value: State) -> str:
    return {
        State.QUEUED: QCoreApplication.translate("models", "Waiting"),
        State.RUNNING: QCoreApplication.translate("models", "Downloading"),
        State.PAUSED: QCoreApplication.translate("models", "Paused"),
        State.WAITING: QCoreApplication.translate("models", "Waiting for Hugging Face"),
        State.FAILED: QCoreApplication.translate("models", "Stopped"),
    }[value]


def parameters(count: int) -> str:
    """1.2B, 360M: as the models' names have it, in either language."""
    if not count:
        return ""
    return f"{count / 1e9:.1f}B" if count >= 999_500_000 else f"{count / 1e6:.0f}M"


def context(tokens: int) -> str:
    if tokens >= 1024 and tokens % 1024 == 0:
        return f"{tokens // 1024}K"
    return i18n.number(tokens) if tokens else ""


def speed(tokens_per_s: float) -> str:
    """About 12 tokens/s; "" where it is not known."""
    if not tokens_per_s:
        return ""
    if tokens_per_s > MOST_TOLD:
        most = i18n.number(MOST_TOLD)
        return QCoreApplication.translate("models", "over {speed} tokens/s").replace("{speed}", most)
    shown = i18n.number(tokens_per_s, 1 if tokens_per_s < 10 else 0)
    return QCoreApplication.translate("models", "≈ {speed} tokens/s").replace("{speed}", shown)


def needs(fit: Fit) -> str:
    """What a tool tip over a verdict says."""
    details = {"needed": i18n.size(fit.memory.total), "free": i18n.size(fit.free), "context": i18n.number(fit.context)}
    text = QCoreApplication.translate(
        "models", "Needs {needed} of memory with a context of {context} tokens; {free} are free."
    )
    if fit.verdict is Verdict.TIGHT and fit.context_that_fits < fit.context:
        details["fitting"] = i18n.number(fit.context_that_fits)
        text += " " + QCoreApplication.translate("models", "A context of {fitting} tokens fits.")
    return fill(text, details)


def reason(one: Recommendation) -> str:
    details = {
        "needed": i18n.size(one.fit.memory.total),
        "free": i18n.size(one.fit.free),
        "speed": i18n.number(one.fit.tokens_per_s),
    }
    return fill(tr(REASONS[one.advice]), details)


def cautions(entry: Entry) -> list[str]:
    """What to know before a model is loaded: it is not made for chats, or not for the language of the window."""
    found = []
    if entry.is_base:
        found.append(
            QCoreApplication.translate(
                "models", "It was not trained to answer: it continues the text that you write (a base model)."
            )
        )
    elif not entry.has_template:
        found.append(
            QCoreApplication.translate("models", "It does not say how a chat is written for it: answers may be odd.")
        )
    if lacks_language(entry.languages):
        found.append(lacking_language())
    return found


def entry_notes(entry: Entry) -> list[str]:
    """`caution_notes` of a model on this computer."""
    return caution_notes(entry.languages, is_base=entry.is_base, has_template=entry.has_template)


def caution_notes(languages: tuple[str, ...], *, is_base: bool = False, has_template: bool = True) -> list[str]:
    """What `cautions` says, in two or three words each, for the row of a model."""
    notes = []
    if is_base:
        notes.append(QCoreApplication.translate("models", "Continues text"))
    elif not has_template:
        notes.append(QCoreApplication.translate("models", "No chat template"))
    if lacks_language(languages):
        # each translation names its own language here
        notes.append(QCoreApplication.translate("models", "English not named"))
    return notes


def lacks_language(languages: tuple[str, ...]) -> bool:
    """Whether a model names its languages, and that of the window is none of them."""
    return lacks(languages, i18n.current().value)


def lacking_language() -> str:
    """Each translation names its own language here."""
    return QCoreApplication.translate("models", "English is not among the languages that its makers name.")


def line(*parts: str) -> str:
    """Parts in one line, those that are empty left out. It reads in the interface's direction, whatever it begins with."""
    mark = "\u200f" if i18n.is_rtl() else "\u200e"
    return mark + "  ·  ".join(part for part in parts if part)


def name(text: str) -> str:
    """A name of either direction inside a sentence."""
    return isolated(text) if text else ""


def path(text: str) -> str:
    """A path inside a sentence: from left to right, whatever its names are written in."""
    return f"\u2066{text}\u2069"
