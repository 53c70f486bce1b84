"""Arabic is complete, its plurals are there, and the window changes its language while it is open."""

from __future__ import annotations

import ast
import re
import xml.etree.ElementTree as ElementTree
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.core.errors import SENTENCES
from desktop.core.languages import SPECS, Language
from desktop.ui import i18n
from desktop.ui.main_window import MainWindow
from desktop.ui.settings.settings_dialog import SettingsDialog
from desktop.ui.shortcut_sheet import ShortcutSheet

ARABIC = re.compile("[\u0621-\u064a]")
SAME_IN_BOTH = {"Top-k", "Top-p", "Min-p", "Typical-p", "Top-nσ", "Mirostat", "JSON", "English", "100%", "0.7", "—"}
PLACEHOLDER = re.compile(r"\{[a-z_]+\}|%n")


def messages(file: Path) -> dict[tuple[str, str], ElementTree.Element]:
    found = {}
    for context in ElementTree.parse(file).getroot().iter("context"):
        for message in context.iter("message"):
            found[context.findtext("name", ""), message.findtext("source", "")] = message
    return found


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[tuple[str, str], ElementTree.Element]]:
    """What lupdate finds in the source as it is now, by language."""
    folder = tmp_path_factory.mktemp("ts")
    i18n.update(folder)
    return {language.value: messages(folder / f"{language}.ts") for language in i18n.LANGUAGES}


@pytest.mark.parametrize("language", [language.value for language in i18n.LANGUAGES])
def test_that_every_string_of_the_source_is_translated(language: str, sources: dict[str, dict]) -> None:
    written = messages(i18n.folder() / f"{language}.ts")
    missing = sorted(sources[language].keys() - written.keys())
    gone = sorted(written.keys() - sources[language].keys())
    assert not missing, f"run `python -m desktop.ui.i18n update` and translate: {missing}"
    assert not gone, f"no longer in the source: {gone}"
    unfinished = [key for key, message in written.items() if message.find("translation").get("type") == "unfinished"]
    assert not unfinished


JARGON = re.compile(
    r"\b(the Hub|[Rr]epositor(y|ies)|[Cc]heckpoints?|the person|[Nn]obody|[Tt]he network|[Pp]resets?|No hits|headers)\b"
    r"|المستودع|مستودع|تصفية|المُسقِط|حافظة مفاتيح|إلغاء$|^تصدير|^استيراد|^النظام$|^نعم$|^لا$"
)
"""Words that GLOSSARY.md replaced."""


def test_that_no_string_has_the_words_that_were_replaced_by_plainer_ones() -> None:
    for (context, english), message in messages(i18n.folder() / "ar.ts").items():
        translation = message.find("translation")
        arabic = [translation.text or "", *(form.text or "" for form in translation.iter("numerusform"))]
        assert not [text for text in (english, *arabic) if JARGON.search(text)], (context, english)


def test_that_every_string_that_is_asked_for_is_found_by_lupdate() -> None:
    """It does not look into f-strings, so that a text in one would never be translated."""
    known = {english for _context, english in messages(i18n.folder() / "ar.ts")}
    for path in sorted((i18n.folder().parents[1] / "desktop").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
            at = {"tr": 0, "translate": 1}.get(name)
            text = node.args[at] if at is not None and len(node.args) > at else None  # type: ignore[attr-defined]
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                assert text.value in known, f"{path.name}:{text.lineno}: {text.value}"


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_that_plural_forms_are_all_there(language: Language) -> None:
    counted = [m for m in messages(i18n.folder() / f"{language}.ts").values() if m.get("numerus") == "yes"]
    assert len(counted) >= 5
    for message in counted:
        forms = [form.text for form in message.find("translation").iter("numerusform")]
        assert len(forms) == SPECS[language].plural_forms, message.findtext("source")
        assert all(forms)


def test_that_arabic_keeps_the_places_of_values() -> None:
    for (_context, source), message in messages(i18n.folder() / "ar.ts").items():
        if message.get("numerus") == "yes":
            continue
        text = message.findtext("translation", "")
        assert sorted(PLACEHOLDER.findall(source)) == sorted(PLACEHOLDER.findall(text)), source


def test_that_every_error_has_arabic_sentences() -> None:
    written = messages(i18n.folder() / "ar.ts")
    for code, pair in SENTENCES.items():
        for sentence in pair:
            assert ARABIC.search(written["errors", sentence].findtext("translation", "")), code


@pytest.mark.parametrize(
    ("count", "arabic", "english"),
    [
        (0, "لا رموز", "0 tokens"),
        (1, "رمز واحد", "1 token"),
        (2, "رمزان", "2 tokens"),
        (7, "7 رموز", "7 tokens"),
        (8192, "8192 رمزًا", "8192 tokens"),
        (300, "300 رمز", "300 tokens"),
    ],
)
def test_that_numbers_take_their_plural_form(app: QApplication, count: int, arabic: str, english: str) -> None:
    assert i18n.Context("SettingsDialog").tr("%n token(s)", "", count) == english
    i18n.install(app, Language.ARABIC)
    assert i18n.Context("SettingsDialog").tr("%n token(s)", "", count) == arabic


def test_that_numbers_and_dates_have_western_digits(app: QApplication) -> None:
    i18n.install(app, Language.ARABIC)
    assert i18n.number(8192) == "8,192"
    assert i18n.grouped("متّسع لنحو 6952 رمزًا.", 6952) == "متّسع لنحو 6,952 رمزًا."
    assert i18n.size(2.4e9) == "2.4 غ.ب"
    assert i18n.month(date(2025, 10, 3), with_year=True).endswith(" 2025")
    assert ARABIC.search(i18n.month(date(2025, 10, 3), with_year=False))


@pytest.mark.parametrize(
    ("count", "text"), [(12, "12 B"), (8_000, "8 KB"), (999_600, "1.0 MB"), (11_600_000, "11.6 MB"), (4.4e9, "4.4 GB")]
)
def test_that_sizes_are_said_as_people_say_them(app: QApplication, count: float, text: str) -> None:
    assert i18n.size(count) == text


def test_that_qt_itself_speaks_arabic(app: QApplication) -> None:
    i18n.install(app, Language.ARABIC)
    assert ARABIC.search(QCoreApplication.translate("QPlatformTheme", "Cancel"))


def said(root: QWidget) -> list[str]:
    """All texts and accessible names that a widget tree shows."""
    texts = []
    for widget in (root, *root.findChildren(QWidget)):
        if isinstance(widget, QLabel | QAbstractButton):
            texts.append(widget.text())
        if isinstance(widget, QLineEdit) and not widget.objectName().startswith("qt_"):
            texts.append(widget.placeholderText())
        texts += [widget.accessibleName(), widget.toolTip()]
    return [text for text in texts if re.search("[A-Za-z]{3}", text)]


def test_that_an_open_window_changes_its_language(window: MainWindow, app: QApplication, qtbot: QtBot) -> None:
    dialog = SettingsDialog(window, cores=8)
    qtbot.addWidget(dialog)
    assert window.sidebar.new_chat.text() == "New chat"
    i18n.install(app, Language.ARABIC)
    qtbot.waitUntil(lambda: window.sidebar.new_chat.text() == "محادثة جديدة")
    sheet = ShortcutSheet(window)
    qtbot.addWidget(sheet)
    for root in (window, dialog, sheet):
        left = [text for text in said(root) if not ARABIC.search(text) and text not in SAME_IN_BOTH]
        keys = re.compile(r"(Ctrl|Shift|Alt|Esc|F\d|Del)")
        assert not [text for text in left if not keys.search(text)], root
        assert root.layoutDirection() == Qt.LayoutDirection.RightToLeft
    i18n.install(app, Language.ENGLISH)
    qtbot.waitUntil(lambda: window.sidebar.new_chat.text() == "New chat")
    assert window.layoutDirection() == Qt.LayoutDirection.LeftToRight


def test_that_the_side_bar_moves_to_the_right_in_arabic(window: MainWindow, app: QApplication, qtbot: QtBot) -> None:
    assert window.sidebar.x() == 0
    i18n.install(app, Language.ARABIC)
    qtbot.waitUntil(lambda: window.sidebar.geometry().right() == window.width() - 1)
    assert window.composer.send.mapTo(window, window.composer.send.rect().center()).x() < window.width() // 2


def test_that_a_missing_translation_file_is_made_from_its_source(
    app: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ar.ts").write_bytes((i18n.folder() / "ar.ts").read_bytes())
    monkeypatch.setattr(i18n, "folder", lambda: tmp_path)
    i18n.install(app, Language.ARABIC)
    assert (tmp_path / "ar.qm").stat().st_size > 1000
    assert QCoreApplication.translate("Sidebar", "New chat") == "محادثة جديدة"


def test_that_the_system_language_is_followed() -> None:
    assert i18n.resolve(Language.ARABIC) is Language.ARABIC
    assert i18n.resolve(Language.SYSTEM) in i18n.LANGUAGES
