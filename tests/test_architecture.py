"""Rules of the house that no type checker sees."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
WITHOUT_QT = """
import importlib, pkgutil, sys
sys.modules["PySide6"] = None
package = importlib.import_module({name!r})
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
"""


@pytest.mark.parametrize(
    "room",
    [
        "desktop.core",
        "desktop.storage",
        "desktop.engine",
        "desktop.models",
        "desktop.updates",
        "desktop.providers",
        "desktop.services",
        "converter",
    ],
)
def test_that_a_room_below_the_workers_imports_without_qt(room: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_QT.format(name=room)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_that_the_version_is_written_once() -> None:
    import tomllib
    from importlib.metadata import version

    written = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert version("samar") == written


def test_that_pins_have_hashes_and_no_addresses() -> None:
    for file in (ROOT / "requirements").glob("*.txt"):
        text = file.read_text()
        assert "://" not in text, file.name
        for line in text.splitlines():
            if line and not line.startswith((" ", "#")):
                assert line.rstrip().endswith("\\"), f"{file.name}: {line} has no hash"


def test_that_none_keeps_its_references_when_the_window_is_used() -> None:
    """PySide6 6.12.0 on Python 3.11 loses one reference to None with almost every call."""
    lost = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys\n"
            "from PySide6.QtGui import QGuiApplication, QTextDocument, QTextCursor\n"
            "app = QGuiApplication(['-platform', 'offscreen'])\n"
            "cursor = QTextCursor(QTextDocument())\n"
            "before = sys.getrefcount(None)\n"
            "for _ in range(3000): cursor.insertText('x')\n"
            "print(before - sys.getrefcount(None))\n",
        ],
        env={**__import__("os").environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(lost.stdout) < 1000


LATER = (
    "PySide6.QtNetwork", "cryptography", "gguf", "httpx2", "huggingface_hub", "jinja2", "keyring", "llama_cpp", "logging.handlers",
    "markdown_it", "numpy", "psutil", "pygments", "sentencepiece", "tokenizers", "typer", "ziamath",
    "desktop.models", "desktop.updates", "desktop.storage.importers.importing", "desktop.ui.settings.settings_dialog", "desktop.engine.client",
    "desktop.workers.generation", "desktop.ui.panel.sampling_editor", "desktop.ui.controllers.chat_controller", "desktop.ui.transcript.view",
    "desktop.navigation", "desktop.ui.bilingual", "desktop.ui.command_palette", "desktop.ui.commands", "desktop.ui.guide", "desktop.ui.guide_window",
    "xml.etree",
)  # fmt: skip


def test_that_the_engine_holds_no_module_that_its_replies_do_not_need() -> None:
    """Its memory is the person's: these came in by the back door once, or are needed for some replies only."""
    names = (
        "_hashlib", "jinja2", "numpy", "statistics", "traceback", "desktop.engine.vision", "desktop.core.json_schema",
    )  # fmt: skip
    code = "import sys\nimport desktop.engine.child, desktop.engine.session\n"
    code += f"desktop.engine.session.Library()\nprint([name for name in {names!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_that_the_window_starts_without_what_its_first_picture_does_not_need() -> None:
    """Each of these takes longer to import than a part of the window to build; they come when they are asked for."""
    code = f"import sys\nimport desktop.app\nprint([name for name in {LATER!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_that_nothing_is_taken_out_of_a_layout_for_nobody() -> None:
    """What takeAt and removeItem give out is freed by nobody: PySide leaves it to C++, and Qt to the caller."""
    taking = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((ROOT / "desktop").rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if ".takeAt(" in line or ".removeItem(" in line
    ]
    assert not taking


RICH = re.compile(
    r"\.setToolTip\(|\bQLabel\(|\(QLabel\)|QToolTip|setWhatsThis|setStatusTip|setInformativeText|\bRichText|\bAutoText|MarkdownText"
    r"|setLabelText|setDetailedText|\.setHtml\(|insertHtml|\.addRow\((self\.tr|\")"
)


def test_that_no_text_is_shown_by_what_may_take_it_for_html() -> None:
    """HTML in a tool tip opens the file that it names. `ui/widgets/plain_text.py` shows texts; PDF pages and
    the clipboard have HTML of ours."""
    own = {"desktop/ui/widgets/plain_text.py", "desktop/ui/transcript/clipboard.py", "desktop/workers/pdf.py"}
    found = []
    for path in sorted((ROOT / "desktop").rglob("*.py")):
        name, text = path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
        lines = text.splitlines()
        for number, line in enumerate(lines, 1):
            tip = "ToolTipRole" in line and not re.match(
                r"\s*if role == Qt\.ItemDataRole\.ToolTipRole:\n\s*return tool_tip\(",
                "\n".join(lines[number - 1 : number + 1]),
            )
            if name not in own and (RICH.search(line) or tip):
                found.append(f"{name}:{number}: {line.strip()}")
    assert not found


def test_that_questions_and_notices_are_sheets_of_our_own() -> None:
    """Qt's boxes have their own look and answer with Yes or No; `ui/widgets/sheet.py` names the action on its button."""
    stock = re.compile(r"\b(QMessageBox|QInputDialog|QErrorMessage|QProgressDialog)\b|StandardButton\.(Yes|No)\b")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((ROOT / "desktop").rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if stock.search(line)
    ]
    assert not found


def test_that_the_tests_of_the_threat_model_are_there() -> None:
    text = (ROOT / "docs/threat-model.md").read_text(encoding="utf-8")
    files = set(re.findall(r"`(tests/[\w/]+\.py)`", text))
    names = set(re.findall(r"`(test_that_\w+)`", text))
    assert len(files) > 20
    assert {name for name in files if not (ROOT / name).is_file()} == set()
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assert {name for name in names if f"def {name}(" not in source} == set()
