"""What a header says of a model's training: base models, languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.models import gguf, training
from tests.fakes.tiny_gguf import CHATML, write_tiny


@pytest.mark.parametrize(
    ("name", "template", "finetune", "is_base"),
    [
        ("Qwen3 0.6B", CHATML, "", False),
        ("Qwen3 0.6B Base", CHATML, "", True),
        ("Qwen2.5 0.5B", CHATML, "Base", True),
        ("Llama 3.2 1B", None, "", True),
        ("gemma-3-1b-pt", None, "", True),
        ("gemma-3-1b-it", CHATML, "it", False),
        ("mistral-7b-instruct-v0.1", None, "", False),
        ("Llama 2 7B", None, "Chat", False),
        ("Database Expert", CHATML, "", False),
        ("Base Camp Instruct", CHATML, "Instruct", False),
        ("Nous-Hermes-Llama2-13b", None, "", False),
    ],
)
def test_that_a_base_model_is_told_by_name_or_by_lacking_all_signs_of_chats(
    tmp_path: Path, name: str, template: str | None, finetune: str, is_base: bool
) -> None:
    extra = {"general.finetune": finetune} if finetune else {}
    facts = gguf.inspect(write_tiny(tmp_path / "m.gguf", name=name, template=template, extra=extra))
    assert facts.is_base is is_base
    assert facts.has_template is (template is not None)


@pytest.mark.parametrize(
    ("languages", "lacks_arabic"),
    [
        ((), False),
        (("en", "fr"), True),
        (("en", "ar"), False),
        (("Arabic",), False),
        (("ar-EG", "en"), False),
        (("en", "multilingual"), False),
    ],
)
def test_that_a_language_is_lacking_only_where_others_are_named(languages: tuple[str, ...], lacks_arabic: bool) -> None:
    assert training.lacks(languages, "ar") is lacks_arabic


def test_that_the_languages_of_a_header_are_read(tmp_path: Path) -> None:
    path = write_tiny(tmp_path / "m.gguf", extra={"general.languages": ["en", "ar"]})
    assert gguf.inspect(path).languages == ("en", "ar")
