"""Sentences about errors, in both languages."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication

from desktop.core.errors import SENTENCES, SamarError
from desktop.core.languages import Language
from desktop.ui import i18n
from desktop.ui.error_presenter import present


@pytest.mark.parametrize(
    ("language", "name", "direction"),
    [
        (Language.ENGLISH, "نموذجي.gguf", Qt.LayoutDirection.LeftToRight),
        (Language.ARABIC, "Qwen2.5-7B-Instruct", Qt.LayoutDirection.RightToLeft),
    ],
)
def test_that_a_sentence_keeps_its_direction_whatever_it_names(
    app: QApplication, language: Language, name: str, direction: Qt.LayoutDirection
) -> None:
    i18n.install(app, language)
    for code, sentences in SENTENCES.items():
        shown = present(SamarError(code, **dict.fromkeys(re.findall(r"{(\w+)}", " ".join(sentences)), name)))
        for sentence in (shown.what, shown.then):
            if sentence:
                assert QTextDocument(sentence).firstBlock().textDirection() == direction, sentence
