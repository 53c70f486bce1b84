"""Special tokens, what is put around a text, and every form of chat template."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from converter.checkpoint import SafetensorsFile, read_json
from converter.errors import ConversionError
from converter.keyvalues import KeyValues
from converter.tokenizers import SpecialTokens, Tokenizer, TokenizerFiles, TokenType, read_special_tokens
from tests.converter.synthetic.checkpoints import put
from tests.converter.synthetic.vocabularies import added, sequence, template

IDS = {"<s>": 1, "</s>": 2, "<sep>": 3}
BYTE_LEVEL = {"type": "ByteLevel"}


def read(folder: Path, *, post: Any = None, normalizer: Any = None, config: Any = None, **files: Any) -> SpecialTokens:
    tokens = [added(ident, text) for text, ident in IDS.items()]
    tokenizer = {"model": {}, "added_tokens": tokens, "post_processor": post, "normalizer": normalizer}
    put(folder / "tokenizer.json", tokenizer)
    put(folder / "tokenizer_config.json", {"bos_token": "<s>", "eos_token": "</s>"} if config is None else config)
    for name, content in files.items():
        put(folder / name.replace("__", "/").replace("_dot_", "."), content)
    return read_special_tokens(TokenizerFiles(folder))


def test_that_ids_come_from_the_added_tokens_and_then_from_the_model(tmp_path: Path) -> None:
    found = read(
        tmp_path, config_dot_json={"bos_token_id": 7, "pad_token_id": 0, "eos_token_id": [2, 9], "unk_token_id": None}
    )
    assert found.ids == {"bos": 1, "eos": 2, "pad": 0}


def test_that_ids_inside_text_config_count(tmp_path: Path) -> None:
    found = read(tmp_path, config={"x": 1}, config_dot_json={"text_config": {"eos_token_id": 2}, "bos_token_id": 1})
    assert found.ids == {"bos": 1, "eos": 2}


def test_that_a_byte_level_post_processor_adds_nothing(tmp_path: Path) -> None:
    found = read(tmp_path, post=BYTE_LEVEL, config={"bos_token": "<s>", "add_bos_token": True})
    assert found.add == {"bos": False, "eos": False}


def test_that_a_template_goes_before_the_configuration(tmp_path: Path) -> None:
    post = sequence(BYTE_LEVEL, template("<s>", None, IDS), kind="processors")
    config = {"bos_token": "<s>", "eos_token": "</s>", "add_bos_token": False}
    found = read(tmp_path, post=post, config=config)
    assert found.add == {"bos": True, "eos": False, "sep": False}


@pytest.mark.parametrize("wanted", [True, False])
def test_that_the_configuration_counts_without_a_post_processor(wanted: bool, tmp_path: Path) -> None:
    config = {"bos_token": "<s>", "add_bos_token": wanted, "add_eos_token": not wanted}
    assert read(tmp_path, config=config).add == {"bos": wanted, "eos": not wanted}


def test_that_a_template_with_another_end_makes_the_configured_one_the_end_of_a_turn(tmp_path: Path) -> None:
    found = read(tmp_path, post=template("<s>", "<sep>", IDS))
    assert found.add == {"bos": True, "eos": True, "sep": False}
    assert found.ids == {"bos": 1, "eos": 3, "eot": 2}


def test_that_a_first_token_nobody_configured_becomes_the_bos(tmp_path: Path) -> None:
    found = read(tmp_path, post=template("<s>", None, IDS), config={"eos_token": "</s>"})
    assert found.ids == {"bos": 1, "eos": 2, "cls": 1}
    assert found.add == {"bos": True, "sep": False}


def test_that_the_separator_of_a_pair_is_seen(tmp_path: Path) -> None:
    post = template("<s>", None, IDS)
    post["pair"] = [
        *post["single"],
        {"SpecialToken": {"id": "</s>", "type_id": 0}},
        {"Sequence": {"id": "B", "type_id": 1}},
    ]
    found = read(tmp_path, post=post)
    assert found.add == {"bos": True, "sep": True}
    assert found.ids["sep"] == 2


def test_that_roberta_adds_everything(tmp_path: Path) -> None:
    post = {"type": "RobertaProcessing", "cls": ["<s>", 1], "sep": ["<sep>", 3]}
    found = read(tmp_path, post=post, config={"bos_token": "<s>", "eos_token": "</s>"})
    assert found.add == {"bos": True, "eos": True, "sep": True}
    assert found.ids == {"bos": 1, "eos": 2, "cls": 1, "sep": 3}


def test_that_the_normalizer_is_read_at_any_depth(tmp_path: Path) -> None:
    inner = {"type": "Sequence", "normalizers": [{"type": "StripAccents"}]}
    found = read(tmp_path, normalizer={"type": "Sequence", "normalizers": [{"type": "Lowercase"}, inner]})
    assert (found.lowercase, found.strip_accents) == (True, True)


def test_that_a_negative_id_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match="negative"):
        read(tmp_path, config_dot_json={"pad_token_id": -1})


def test_that_an_id_beyond_the_vocabulary_is_left_out(tmp_path: Path) -> None:
    read(tmp_path, config_dot_json={"pad_token_id": 400})
    assert "pad" not in read_special_tokens(TokenizerFiles(tmp_path), vocab_size=400).ids


CONFIG = {"bos_token": "<s>"}


@pytest.mark.parametrize(
    ("config", "files", "wanted"),
    [
        ({**CONFIG, "chat_template": "A"}, {"chat_template_dot_jinja": "B"}, "B"),
        ({**CONFIG, "chat_template": "A"}, {"chat_template_dot_json": {"chat_template": "C"}}, "A"),
        ({**CONFIG, "chat_template": None}, {"chat_template_dot_jinja": "B"}, "B"),
        ({}, {"chat_template_dot_jinja": "B"}, "B"),
        ({}, {"chat_template_dot_json": {"chat_template": "C"}}, "C"),
        (CONFIG, {"chat_template_dot_jinja": "B", "chat_template_dot_json": {"chat_template": "C"}}, "B"),
        (CONFIG, {"chat_template_dot_json": {"chat_template": "C"}}, "C"),
        (CONFIG, {"chat_template_dot_json": {"chat_template": 5}}, None),
        (CONFIG, {}, None),
        (
            CONFIG,
            {"chat_template_dot_jinja": "B", "additional_chat_templates__tool_dot_jinja": "T"},
            [{"name": "default", "template": "B"}, {"name": "tool", "template": "T"}],
        ),
    ],
)
def test_that_every_form_of_chat_template_is_found(config: Any, files: Any, wanted: Any, tmp_path: Path) -> None:
    assert read(tmp_path, config=config, **files).chat_template == wanted


def test_that_named_templates_get_keys_of_their_own() -> None:
    named = [
        {"name": "default", "template": "D"},
        {"name": "tool use", "template": "T"},
        {"name": "", "template": "nameless"},
        {"name": "empty"},
    ]
    special = SpecialTokens(chat_template=named)
    kv = KeyValues("llama")
    Tokenizer("gpt2", "gpt-2", ["a"], [TokenType.NORMAL], special=special).write(kv)
    assert kv.get("tokenizer.chat_template") == "D"
    assert kv.get("tokenizer.chat_template.tool_use") == "T"
    assert kv.get("tokenizer.chat_templates") == ["tool_use"]
    assert not [key for key, _ in kv.items() if "nameless" in key or key.endswith("empty")]


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes are POSIX's")
def test_that_a_pipe_among_the_files_is_never_waited_for(tmp_path: Path) -> None:
    put(tmp_path / "chat_template.jinja", "B")
    (tmp_path / "additional_chat_templates").mkdir()
    os.mkfifo(tmp_path / "additional_chat_templates" / "tool.jinja")
    with pytest.raises(ConversionError, match="not a regular file"):
        read_special_tokens(TokenizerFiles(tmp_path))
    os.mkfifo(tmp_path / "config.json")
    with pytest.raises(ConversionError, match="not a regular file"):
        read_json(tmp_path / "config.json")
    os.mkfifo(tmp_path / "model.safetensors")
    with pytest.raises(ConversionError, match="not a regular file"):
        SafetensorsFile(tmp_path / "model.safetensors")
