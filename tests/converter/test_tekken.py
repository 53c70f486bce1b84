"""Mistral's own tokenizer file: templates of its versions, and damage. The bits are held in test_families.py."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2
import pytest

from converter.errors import ConversionError, ExitStatus
from converter.tokenizers import TokenizerFiles, TokenType, tekken
from tests.converter.synthetic.cases import TEKKEN_SPECIALS
from tests.converter.synthetic.vocabularies import tekken as tekken_files

CHAT = (("system", "كن لطيفًا."), ("user", "Hello"), ("assistant", "Hi"), ("user", "Who?"))


def written(
    folder: Path, version: str = "v7", change: Callable[[dict[str, Any]], object] = lambda _: None
) -> TokenizerFiles:
    content = tekken_files(version, specials=TEKKEN_SPECIALS if version == "v13" else None).files["tekken.json"]
    change(content)
    (folder / "tekken.json").write_text(json.dumps(content))
    return TokenizerFiles(folder)


@pytest.mark.parametrize(
    ("version", "expected"),
    [  # what mistral-common 1.8.3 makes of the same chat
        ("v3", "<s>[INST]Hello[/INST]Hi</s>[INST]كن لطيفًا.\n\nWho?[/INST]"),
        ("v7", "<s>[SYSTEM_PROMPT]كن لطيفًا.[/SYSTEM_PROMPT][INST]Hello[/INST]Hi</s>[INST]Who?[/INST]"),
        ("v13", "<s>[SYSTEM_PROMPT]كن لطيفًا.[/SYSTEM_PROMPT][INST]Hello[/INST]Hi</s>[INST]Who?[/INST]"),
    ],
)
def test_that_the_template_is_that_of_the_version(version: str, expected: str, tmp_path: Path) -> None:
    found = tekken(written(tmp_path, version), None)
    template = found.special.chat_template
    assert isinstance(template, str)
    messages = [{"role": role, "content": text} for role, text in CHAT]
    shown = jinja2.Environment().from_string(template).render(messages=messages, bos_token="<s>", eos_token="</s>")
    assert shown == expected
    assert found.notes


def test_that_the_checkpoints_own_template_goes_first(tmp_path: Path) -> None:
    (tmp_path / "chat_template.jinja").write_text("{{ bos_token }}mine")
    found = tekken(written(tmp_path), None)
    assert found.special.chat_template == "{{ bos_token }}mine"
    assert not found.notes


def test_that_rows_without_a_token_are_padded(tmp_path: Path) -> None:
    plain = tekken(written(tmp_path), None)
    size = len(plain.tokens)
    padded = tekken(written(tmp_path), size + 2)
    assert padded.tokens[size:] == [f"[PAD{size}]", f"[PAD{size + 1}]"]
    assert padded.types[size:] == [TokenType.UNUSED] * 2
    with pytest.raises(ConversionError, match="rows"):
        tekken(written(tmp_path), size - 1)


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c.pop("config"),
        lambda c: c["config"].update(default_vocab_size=True),
        lambda c: c["config"].update(default_vocab_size=10),
        lambda c: c["config"].update(default_vocab_size=1 << 20),
        lambda c: c["config"].update(default_num_special_tokens=3),
        lambda c: c["config"].update(version="v99"),
        lambda c: c.update(special_tokens={"rank": 0}),
        lambda c: c.update(special_tokens=[{"rank": 0, "token_str": "<s>"}, {"rank": 0, "token_str": "</s>"}]),
        lambda c: c.update(special_tokens=[{"rank": 0, "token_str": "<s>"}]),
        lambda c: c.update(vocab=[]),
        lambda c: c["vocab"][0].update(token_bytes="!!"),
        lambda c: c["vocab"][0].update(token_bytes="QQ=="),
        lambda c: c["vocab"][300].update(rank=299),
        lambda c: c["vocab"][256].update(token_bytes="4pizh0DwkA=="),
        lambda c: c["vocab"].insert(0, None),
    ],
)
def test_that_damage_is_said_in_a_sentence(change: Callable[[dict[str, Any]], object], tmp_path: Path) -> None:
    with pytest.raises(ConversionError) as caught:
        tekken(written(tmp_path, change=change), None)
    assert caught.value.status is ExitStatus.BAD_TOKENIZER
    assert str(caught.value).endswith(".")
