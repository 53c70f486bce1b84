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


class SummaryTexts(msgspec.Struct, frozen=True, kw_only=True):
    """What a model is told where earlier turns of a chat are summarised."""

    head: str
    """Before a summary in the system prompt."""
    instruction: str
    earlier: str
    """Before the summary of still earlier turns."""
    user: str
    assistant: str


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
    model_names: frozenset[str]
    """How model files name the language (`general.languages`), in lower case."""
    summary: SummaryTexts


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
        model_names=frozenset(("en", "eng", "english")),
        summary=SummaryTexts(
            head="Summary of this conversation so far:",
            instruction="Summarise the conversation below for the one who will go on with it: who asked for what, what was"
            " answered, names, numbers and decisions. Write a few short sentences and nothing else.",
            earlier="Summary of what came before:",
            user="Person",
            assistant="Assistant",
        ),
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
        model_names=frozenset(("ar", "ara", "arb", "arabic")),
        summary=SummaryTexts(
            head="ملخّص ما سبق من هذه المحادثة:",
            instruction="لخّص المحادثة التالية لمن سيُكملها: ما طُلب وما أُجيب به، والأسماء والأرقام والقرارات."
            " اكتب بضع جمل قصيرة فقط.",
            earlier="ملخّص ما سبق:",
            user="السائل",
            assistant="المساعد",
        ),
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
