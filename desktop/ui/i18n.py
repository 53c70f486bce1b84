"""The language of the interface, its direction, its numbers and dates; and the compiling of translations.

    python -m desktop.ui.i18n compile      every assets/i18n/*.ts into a .qm beside it
    python -m desktop.ui.i18n update       take new strings from the source into the .ts files

`install` can be called again while the window is open: every widget gets a LanguageChange event and says its texts anew.
"""

from __future__ import annotations

import sys
from datetime import date, datetime
from functools import cache
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, Qt, QTranslator
from PySide6.QtWidgets import QApplication

from desktop.core.generation import MOST_COUNT
from desktop.core.languages import SPECS, SPOKEN, Language, of_code
from desktop.core.paths import assets_dir

LANGUAGES = SPOKEN


class Context:
    """Plural strings outside a QObject: `Words = Context("Words")`, then `Words.tr("%n token(s)", "", count)`.

    lupdate reads a plural form only from a call of `tr`, and takes the name before the dot for its context.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def tr(self, text: str, comment: str = "", count: int = -1) -> str:
        return QCoreApplication.translate(self.name, text, comment, min(count, MOST_COUNT))


class _Installed:
    """The translators that are in use, kept from being collected."""

    def __init__(self) -> None:
        self.language = Language.ENGLISH
        self.translators: list[QTranslator] = []


@cache
def _installed() -> _Installed:
    return _Installed()


def folder() -> Path:
    return assets_dir() / "i18n"


def resolve(choice: Language) -> Language:
    """One of LANGUAGES; SYSTEM means the first of the system's languages that Samar speaks, else English."""
    if choice is not Language.SYSTEM:
        return choice
    named = (of_code(name) for name in QLocale.system().uiLanguages())
    return next((language for language in named if language is not None), Language.ENGLISH)


def current() -> Language:
    return _installed().language


def is_rtl() -> bool:
    return SPECS[current()].rtl


def install(app: QApplication, choice: Language) -> Language:
    """Speak a language from now on: Samar's strings, Qt's own, and the direction of the layout."""
    language = resolve(choice)
    now = _installed()
    for translator in now.translators:
        app.removeTranslator(translator)
    now.translators.clear()
    now.language = language
    QLocale.setDefault(locale(language))
    qt_folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    for name, where in ((f"qtbase_{language}", qt_folder), (language.value, str(compiled_folder(language)))):
        translator = QTranslator(app)
        if translator.load(name, where):
            app.installTranslator(translator)
            now.translators.append(translator)
    app.setApplicationDisplayName(QCoreApplication.translate("Samar", "Samar"))
    app.setLayoutDirection(Qt.LayoutDirection.RightToLeft if is_rtl() else Qt.LayoutDirection.LeftToRight)
    return language


def compiled_folder(language: Language) -> Path:
    """Where the .qm file is; in a checkout it is compiled first when it is missing or older than its .ts."""
    source = folder() / f"{language}.ts"
    made = folder() / f"{language}.qm"
    if source.exists() and (not made.exists() or made.stat().st_mtime_ns < source.stat().st_mtime_ns):
        compile_one(source, made)
    return folder()


def locale(language: Language) -> QLocale:
    """The system's where it speaks the language; else the language as it is spoken in the country of its entry."""
    system, country = QLocale.system(), SPECS[language].country
    own = QLocale(f"{language}_{country}" if country else language.value)
    return system if system.language() == own.language() else own


def number(value: float, digits: int = 0) -> str:
    """A number in Western digits, grouped by thousands, in either language."""
    return f"{value:,.{digits}f}"


def grouped(text: str, count: int) -> str:
    """A translated text that holds %n = count, with the number grouped by thousands."""
    return text.replace(str(count), number(count), 1)


def size(count: float) -> str:
    """A size in bytes as people say it: 2.4 GB (a billion bytes)."""
    for limit, text in (
        (1e9, QCoreApplication.translate("units", "{size} GB")),
        (1e6, QCoreApplication.translate("units", "{size} MB")),
        (1e3, QCoreApplication.translate("units", "{size} KB")),
    ):
        if count >= limit * 0.9995:
            shown = count / limit
            return text.replace("{size}", number(shown, 0 if shown >= 99.5 or limit == 1e3 else 1))
    return QCoreApplication.translate("units", "{size} B").replace("{size}", number(count))


def gigabytes(count: int) -> str:
    """A bound that a person chooses: 4 GB."""
    return QCoreApplication.translate("units", "{size} GB").replace("{size}", number(count))


def month(day: date | datetime, *, with_year: bool) -> str:
    """November, or November 2025, in the interface's language and Western digits."""
    name = locale(current()).standaloneMonthName(day.month)
    return f"{name} {day.year}" if with_year else name


# --- compiling, at set-up, by packaging and by hand ---


def linguist_tool(name: str) -> Path:
    """lupdate or lrelease, which PySide6 carries in its package. Raises FileNotFoundError."""
    import PySide6

    where = Path(PySide6.__file__).parent
    for candidate in (where / name, where / f"{name}.exe", where / "Qt" / "libexec" / name):
        if candidate.exists():
            return candidate
    raise FileNotFoundError(f"{name} is not in {where}")


def compile_one(source: Path, target: Path) -> None:
    """Raises subprocess.CalledProcessError when the .ts file is broken."""
    import subprocess  # here only: the window starts without it

    part = target.with_suffix(".qm.part")
    command = [str(linguist_tool("lrelease")), "-silent", str(source), "-qm", str(part)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    part.replace(target)


def compile_all() -> list[Path]:
    made = []
    for source in sorted(folder().glob("*.ts")):
        compile_one(source, source.with_suffix(".qm"))
        made.append(source.with_suffix(".qm"))
    return made


def update(target: Path | None = None) -> None:
    """Bring every string of desktop/ into the .ts files (of `target`, else of assets/i18n)."""
    import subprocess

    root = Path(__file__).resolve().parents[2]
    sources = [str(file) for file in sorted((root / "desktop").rglob("*.py"))]
    for language in LANGUAGES:
        file = (target or folder()) / f"{language}.ts"
        plural = ["-pluralonly"] if language is Language.ENGLISH else []
        options = ["-silent", "-no-obsolete", "-locations", "none", "-source-language", "en"]
        command = [str(linguist_tool("lupdate")), *options, *plural, "-target-language", language.value]
        subprocess.run([*command, *sources, "-ts", str(file)], check=True, capture_output=True, text=True)


def main(arguments: list[str]) -> int:
    if arguments == ["compile"]:
        for file in compile_all():
            print(file)
        return 0
    if arguments == ["update"]:
        update()
        return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
