"""Saving a code block as a file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QTextBlock
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.core.settings import storage_error
from desktop.parsing.code_tokens import lexer_for
from desktop.ui.transcript.copying import code_text
from desktop.ui.transcript.style import P_LANGUAGE


def suggested_name(language: str) -> str:
    """A file name with the ending that the language's files have."""
    lexer = lexer_for(language)
    pattern = next((name for name in lexer.filenames if name.startswith("*.")), "") if lexer is not None else ""
    ending = pattern.removeprefix("*")
    return f"code{ending if ending.isascii() and '*' not in ending and '[' not in ending else '.txt'}"


class CodeSaver(QObject):
    """Asks for a place and writes the code there, as UTF-8."""

    failed = Signal(object)
    """SamarError: the file could not be written."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent

    def ask(self, head: QTextBlock) -> None:
        code = code_text(head)
        dialog = QFileDialog(self._window, self.tr("Save code"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(suggested_name(str(head.blockFormat().property(P_LANGUAGE) or "")))
        dialog.fileSelected.connect(lambda name: self.write(Path(name), code))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def write(self, path: Path, code: str) -> None:
        try:
            text = code if code.endswith("\n") else code + "\n"
            path.write_text(text, encoding="utf-8", errors="replace", newline="\n")
        except OSError as problem:
            self.failed.emit(storage_error(problem, path.parent))
