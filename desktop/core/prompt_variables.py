"""Variables of system prompts: {date}, {time}, {language} and {user} are filled when a message is sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from desktop.core.languages import SPECS, Language, LanguageSpec, of_code

VARIABLES = ("date", "time", "language", "user")

_VARIABLE = re.compile(r"\{(" + "|".join(VARIABLES) + r")\}")


@dataclass(frozen=True, slots=True)
class PromptContext:
    """What the variables stand for."""

    now: datetime
    """Local time."""
    language: str = "en"
    """Code of the interface's. The date is written in it."""
    user: str = ""
    """The person's name; empty: not given."""


def fill_variables(text: str, context: PromptContext) -> str:
    """`text` with its variables filled. Other braces stay as they are, and what is filled in is not filled again."""
    spec = _spec(context.language)
    values = {
        "date": written_date(context.now, context.language),
        "time": f"{context.now:%H:%M}",
        "language": spec.name,
        "user": context.user or spec.user,
    }
    return _VARIABLE.sub(lambda found: values[found[1]], text)


def variables_in(text: str) -> list[str]:
    """The variables that `text` uses, each once, in order."""
    return list(dict.fromkeys(_VARIABLE.findall(text)))


def written_date(day: datetime, language: str) -> str:
    """A date in words, without regard to the system's locale: "Sunday, 22 November 2026", "الأحد 22 نوفمبر 2026"."""
    spec = _spec(language)
    return spec.date.format(
        weekday=spec.days[day.weekday()], day=day.day, month=spec.months[day.month - 1], year=day.year
    )


def _spec(code: str) -> LanguageSpec:
    return SPECS[of_code(code) or Language.ENGLISH]
