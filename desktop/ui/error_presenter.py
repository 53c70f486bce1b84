"""What is wrong and what to do, in the language of the interface."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PySide6.QtCore import QCoreApplication, qVersion

from desktop.core.errors import SENTENCES, SamarError, fill, technical, tell
from desktop.core.reasons import REASONS, template_of
from desktop.core.text import strong_letters
from desktop.ui import i18n


class Presented(msgspec.Struct, frozen=True):
    """Two sentences for the person, and what a report of the problem needs."""

    what: str
    then: str
    details: str
    code: str


def present(error: SamarError) -> Presented:
    """An expected failure in the interface's language."""
    what, then = SENTENCES[error.code]
    shown = {name: isolated(translated(value)) if value else "" for name, value in error.for_people().items()}
    return Presented(
        directed(tell(QCoreApplication.translate("errors", what), shown)),
        directed(tell(QCoreApplication.translate("errors", then), shown)),
        report(error),
        error.code,
    )


def translated(reason: str) -> str:
    """A reason of ours in the interface's language; what others worded stays as it is."""
    template, names = template_of(reason)
    return fill(QCoreApplication.translate("reasons", template), names) if template in REASONS else reason


def report(error: SamarError) -> str:
    """English lines to paste into a bug report; nothing of a chat is in them."""

    lines = [technical(error)]
    lines += [f"{name}: {value}" for name, value in sorted(error.reportable().items())]
    lines.append(about())
    cause = error.__cause__
    if cause is not None:
        lines.append(f"cause: {technical(cause)}")
    return "\n".join(lines)


def about() -> str:
    """Versions and platform, in one line."""
    import platform

    return f"Samar {samar_version()}, Qt {qVersion()}, Python {platform.python_version()}, {platform.platform()}"


def samar_version() -> str:
    """The version that was installed, or of the checkout that runs."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("samar")
    except PackageNotFoundError:
        import tomllib

        project = Path(__file__).resolve().parents[2] / "pyproject.toml"
        return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])


def directed(sentence: str) -> str:
    """A sentence of the interface that keeps its direction where Qt lays it out as a document (text that can be
    selected): Qt takes the direction of the first strong letter there, which may be one of an isolated name."""
    start, isolate, _ = sentence.partition("\u2068")
    if not isolate or any(strong_letters(start)):
        return sentence
    return ("\u200f" if i18n.is_rtl() else "\u200e") + sentence


def isolated(value: str) -> str:
    """A name or path inside a sentence of either direction: first-strong isolate (UAX #9), controls taken out."""
    clean = "".join(character for character in value if character.isprintable())
    return f"\u2068{clean}\u2069"
