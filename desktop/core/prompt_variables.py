"""Variables of system prompts: {date}, {time}, {language} and {user} are filled when a message is sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

VARIABLES = ("date", "time", "language", "user")

_VARIABLE = re.compile(r"\{(" + "|".join(VARIABLES) + r")\}")

_ENGLISH_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ENGLISH_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_ARABIC_DAYS = ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد")
_ARABIC_MONTHS = (
    *("يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو"),
    *("يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"),
)


@dataclass(frozen=True, slots=True)
class PromptContext:
    """What the variables stand for."""

    now: datetime
    """Local time."""
    language: str = "en"
    """Of the interface: "en" or "ar". The date is written in it."""
    user: str = ""
    """The person's name; empty: not given."""


def fill_variables(text: str, context: PromptContext) -> str:
    """`text` with its variables filled. Other braces stay as they are, and what is filled in is not filled again."""
    values = {
        "date": written_date(context.now, context.language),
        "time": f"{context.now:%H:%M}",
        "language": "العربية" if context.language == "ar" else "English",
        "user": context.user or ("المستخدم" if context.language == "ar" else "the user"),
    }
    return _VARIABLE.sub(lambda found: values[found[1]], text)


def variables_in(text: str) -> list[str]:
    """The variables that `text` uses, each once, in order."""
    return list(dict.fromkeys(_VARIABLE.findall(text)))


def written_date(day: datetime, language: str) -> str:
    """A date in words, without regard to the system's locale: "Sunday, 22 November 2026", "الأحد 22 نوفمبر 2026"."""
    if language == "ar":
        return f"{_ARABIC_DAYS[day.weekday()]} {day.day} {_ARABIC_MONTHS[day.month - 1]} {day.year}"
    return f"{_ENGLISH_DAYS[day.weekday()]}, {day.day} {_ENGLISH_MONTHS[day.month - 1]} {day.year}"
