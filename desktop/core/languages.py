"""The languages that the interface speaks: everything that differs between them, as data.

A further language is one member of `Language`, one entry of `SPECS`, a translation `assets/i18n/<code>.ts`, and, where it is
there, the guide `assets/help/<code>.md`; what is missing is shown in English.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Language(StrEnum):
    SYSTEM = "system"
    ENGLISH = "en"
    ARABIC = "ar"


class LanguageSpec(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    """In the language itself."""
    welcome: str
    """Said to someone whose language is not known yet."""
    rtl: bool = False
    country: str = ""
    """ISO 3166 code of the country whose month names are used where the system speaks another language."""
    plural_forms: int = 2
    """Of Qt Linguist."""
    quotes: str
    """A label in a sentence of plain text."""
    comma: str = ", "
    """Between the items of a list."""
    days: tuple[str, ...]
    """From Monday."""
    months: tuple[str, ...]
    date: str
    """With {weekday}, {day}, {month} and {year}."""
    user: str
    """What stands for the person's name where none was given."""


SPECS: dict[Language, LanguageSpec] = {
    Language.ENGLISH: LanguageSpec(
        name="English",
        welcome="Welcome to Samar",
        quotes="“{}”",
        days=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        months=(
            *("January", "February", "March", "April", "May", "June"),
            *("July", "August", "September", "October", "November", "December"),
        ),
        date="{weekday}, {day} {month} {year}",
        user="the user",
    ),
    Language.ARABIC: LanguageSpec(
        name="العربية",
        welcome="أهلًا بك في سَمَر",
        rtl=True,
        country="EG",
        plural_forms=6,
        quotes="«{}»",
        comma="، ",
        days=("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"),
        months=(
            *("يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو"),
            *("يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"),
        ),
        date="{weekday} {day} {month} {year}",
        user="المستخدم",
    ),
}
SPOKEN: tuple[Language, ...] = tuple(SPECS)
"""English first: what the others fall back to."""


def of_code(code: str) -> Language | None:
    """The language of a locale's name ("ar", "ar_EG.UTF-8", "en-GB"); None: Samar does not speak it."""
    named = code.lower().replace("-", "_").partition("_")[0].partition(".")[0]
    return next((language for language in SPOKEN if language.value == named), None)


def other_than(language: Language) -> Language:
    """The language in which one searches beside the one that is shown: English, or beside English the next one."""
    return next(other for other in SPOKEN if other is not language)
