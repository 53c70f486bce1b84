"""A further language is one member, one entry and a translation; what is not translated is shown in English."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

ENTRY = """    Language.FRENCH: LanguageSpec(
        name="Français",
        welcome="Bienvenue dans Samar",
        country="FR",
        quotes="« {} »",
        days=("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
        months=(
            *("janvier", "février", "mars", "avril", "mai", "juin"),
            *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
        ),
        date="{weekday} {day} {month} {year}",
        user="l’utilisateur",
        model_names=frozenset(("fr", "fra", "french")),
        summary=SummaryTexts(
            head="Résumé de la conversation :",
            instruction="Résume la conversation ci-dessous.",
            earlier="Résumé de ce qui précède :",
            user="Personne",
            assistant="Assistant",
        ),
    ),
"""
TRANSLATION = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="fr" sourcelanguage="en">
<context><name>Sidebar</name>
<message><source>New chat</source><translation>Nouvelle discussion</translation></message>
</context>
<context><name>Commands</name>
<message><source>Settings</source><translation>Paramètres</translation></message>
</context>
</TS>
"""
SCRIPT = '''
import sys
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from desktop.app import Samar
from desktop.core import context_window, guide, prompt_variables
from desktop.core.languages import Language, of_code
from desktop.core.paths import Paths
from desktop.core.settings import Settings, SettingsFile
from desktop.models.training import lacks
from desktop.ui.controllers.model_loader import starter_questions
from tests.fakes.scripted_engine import ScriptedEngine, facts_of

data, copy = Path(sys.argv[1]), Path(sys.argv[2])
assert Path(guide.__file__).is_relative_to(copy), guide.__file__
french = Language("fr")
assert of_code("fr_CA.UTF-8") is french
failed = []
sys.excepthook = lambda *error: failed.append(error) or sys.__excepthook__(*error)


def until(holds):
    """Handles events until a condition holds."""
    deadline = QTimer(singleShot=True, interval=60_000)
    deadline.start()
    while not holds():
        assert deadline.isActive(), "it never held"
        app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)


app = QApplication([])
SettingsFile(data / "settings.json").save(Settings(language=french))
samar = Samar(app, Paths.under(data), ScriptedEngine(inspect=facts_of))
samar.start([])
until(lambda: samar.worker.model is not None)
assert samar.window.sidebar.new_chat.text() == "Nouvelle discussion"
assert samar.window.sidebar.search.placeholderText().isascii()

navigation = samar.navigation
for page in ("general", "replies", "model", "storage", "help"):
    samar.settings.open(page)
    app.processEvents()
dialog = samar.settings.dialog
assert dialog is not None and dialog.isVisible()
assert [button.text() for button in dialog.language.group.buttons()][1:] == ["English", "العربية", "Français"]
dialog.close()
navigation.open_help("first-message")
app.processEvents()
assert navigation.guide.isVisible()
navigation.guide.close()
for name in ("models.local", "models.catalogue", "prompts.open"):
    navigation.run(name)
    app.processEvents()
assert navigation.entries()
for language in ("en", "ar", "fr"):
    samar.preferences.change(language=Language(language))
    app.processEvents()

assert [topic.name for topic in guide.read(french)] == [topic.name for topic in guide.read(Language.ENGLISH)]
assert guide.label_in("Commands|Settings", french) == "Paramètres"
assert guide.label_in("Commands|Undo what is nowhere", french) == "Undo what is nowhere"
assert guide.counterparts()["Settings"] >= {"Paramètres", "الإعدادات"}
assert prompt_variables.written_date(datetime(2026, 7, 14), "fr") == "mardi 14 juillet 2026"
assert starter_questions("fr") == starter_questions("en")
assert lacks(("English",), "fr") and not lacks(("French",), "fr")
assert "Résumé de la conversation :" in context_window.with_summary("", "Il a plu.", french)
assert "ملخّص" in context_window.with_summary("", "نزل المطر.", french)
samar.window.close()
samar.close()
assert not failed
print("opened in French")
'''


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The program with French as a further language; large files are links."""
    there = tmp_path / "copy"
    shutil.copytree(ROOT / "desktop", there / "desktop", ignore=shutil.ignore_patterns("__pycache__"))
    (there / "assets").mkdir()
    for entry in (ROOT / "assets").iterdir():
        if entry.name != "i18n":
            (there / "assets" / entry.name).symlink_to(entry)
    shutil.copytree(ROOT / "assets" / "i18n", there / "assets" / "i18n")
    (there / "assets" / "i18n" / "fr.ts").write_text(TRANSLATION, encoding="utf-8")
    for name in ("tests", "converter", "pyproject.toml"):
        (there / name).symlink_to(ROOT / name)
    registry = there / "desktop" / "core" / "languages.py"
    text = registry.read_text(encoding="utf-8")
    member, end = '    ARABIC = "ar"\n', "}\nSPOKEN"
    assert text.count(member) == text.count(end) == 1
    text = text.replace(member, f'{member}    FRENCH = "fr"\n').replace(end, f"{ENTRY}{end}")
    registry.write_text(text, encoding="utf-8")
    return there


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there that a test may not have")
def test_that_a_third_language_needs_an_entry_and_a_translation(copy: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": str(copy),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(data), str(copy)],
        cwd=copy, env=environment, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.endswith("opened in French\n")
    said = subprocess.run(
        [sys.executable, "-m", "desktop", "guide", "--language", "fr", "--data-dir", str(data)],
        cwd=copy, env=environment, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    assert "first-message" in said.stdout
