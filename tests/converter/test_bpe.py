"""Byte-level BPE vocabularies and the recognition of their pre-tokenizers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer as FastTokenizer

from converter.errors import ConversionError, ExitStatus
from converter.tokenizers import TokenizerFiles, TokenType, byte_level_bpe
from converter.tokenizers import pretokenizer as pre
from converter.tokenizers.fast import load_fast
from converter.tokenizers.fingerprints import FINGERPRINTS
from converter.tokenizers.pretokenizer import BY_FINGERPRINT, BY_PATTERN, CHECK_TEXT, fingerprint
from tests.converter.synthetic.checkpoints import put
from tests.converter.synthetic.vocabularies import STYLES, Files, bpe, sequence, split


def written(folder: Path, files: Files, **more: object) -> TokenizerFiles:
    for name, content in {**files.files, **more}.items():
        put(folder / name, content)
    return TokenizerFiles(folder)


@pytest.mark.parametrize("style", sorted(STYLES))
def test_that_an_unpublished_tokenizer_is_known_by_its_split_pattern(style: str, tmp_path: Path) -> None:
    tokenizer = byte_level_bpe(written(tmp_path, bpe(style)), None)
    assert tokenizer.pre == STYLES[style].pattern
    assert tokenizer.recognised_by == BY_PATTERN
    assert len(tokenizer.notes) == 1


def test_that_a_fingerprint_goes_before_the_pattern(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = written(tmp_path, bpe("llama3"))
    monkeypatch.setitem(FINGERPRINTS, fingerprint(load_fast(files)), "night")
    tokenizer = byte_level_bpe(files, None)
    assert (tokenizer.pre, tokenizer.recognised_by, tokenizer.notes) == ("night", BY_FINGERPRINT, [])


def test_that_the_fingerprint_counts_the_bos(tmp_path: Path) -> None:
    """Without its BOS, Llama 3 has the fingerprint of another model."""
    tokenizer = load_fast(written(tmp_path, bpe("llama3")))
    ids = tokenizer.encode(CHECK_TEXT).ids
    assert ids[0] == tokenizer.token_to_id("<|begin_of_text|>")


@pytest.mark.parametrize(
    ("style", "config", "first"),
    [
        ("deepseek-r1-qwen", {"add_bos_token": False}, None),
        ("deepseek-r1-qwen", {"add_bos_token": True}, "<｜begin▁of▁sentence｜>"),
        ("command-r", {"add_bos_token": False}, None),
        ("command-r", {}, "<BOS_TOKEN>"),
        ("qwen2", {"add_bos_token": True}, None),  # this class has no such switch
    ],
)
def test_that_a_class_decides_on_its_bos(style: str, config: Any, first: str | None, tmp_path: Path) -> None:
    tokenizer = load_fast(written(tmp_path, bpe(style, config=config)))
    ids = tokenizer.encode("samar").ids
    assert (tokenizer.id_to_token(ids[0]) if ids[0] == tokenizer.token_to_id(first or "") else None) == first


@pytest.mark.parametrize(
    "pre_tokenizer",
    [
        sequence(
            split("[a-z]+"), {"type": "ByteLevel", "use_regex": False, "add_prefix_space": False, "trim_offsets": True}
        ),
        {"type": "Whitespace"},
        {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        {"type": "Digits", "individual_digits": False},
        None,
    ],
)
def test_that_an_unknown_cut_is_an_error_and_never_default(pre_tokenizer: Any, tmp_path: Path) -> None:
    files = bpe("llama3")
    files.files["tokenizer.json"]["pre_tokenizer"] = pre_tokenizer
    with pytest.raises(ConversionError) as caught:
        byte_level_bpe(written(tmp_path, files), None)
    assert caught.value.status is ExitStatus.BAD_TOKENIZER


def test_that_names_of_the_table_are_llama_cpps() -> None:
    known = set(FINGERPRINTS.values())
    assert {name for names in pre._NAME_OF_STEPS.values() for name in names} <= known
    assert "default" not in known


@pytest.mark.parametrize(
    ("style", "ignore_merges", "tidies", "wanted"),
    [
        ("llama3", True, False, "llama-bpe"),
        ("llama3", False, False, "dbrx"),
        ("qwen2", False, False, "qwen2"),
        ("qwen2", False, True, "stablelm2"),
        ("smollm2", False, False, "smollm"),
        ("smollm2", False, True, "refact"),
        ("phi2", False, True, "gpt-2"),
    ],
)
def test_that_two_switches_choose_among_names_of_one_cut(
    style: str, ignore_merges: bool, tidies: bool, wanted: str, tmp_path: Path
) -> None:
    files = bpe(style, config={"clean_up_tokenization_spaces": tidies})
    files.files["tokenizer.json"]["model"]["ignore_merges"] = ignore_merges
    assert byte_level_bpe(written(tmp_path, files), None).pre == wanted


def test_that_rows_without_a_token_are_padded(tmp_path: Path) -> None:
    files = bpe("qwen2", extra=[("<tool>", False), ("<|steer|>", False), ("▁x", False)])
    tokenizer = byte_level_bpe(written(tmp_path, files), files.size + 2)
    size = files.size
    assert tokenizer.tokens[size - 3 :] == ["<tool>", "<|steer|>", " x", f"[PAD{size}]", f"[PAD{size + 1}]"]
    user, control, unused = TokenType.USER_DEFINED, TokenType.CONTROL, TokenType.UNUSED
    assert tokenizer.types[size - 3 :] == [user, control, user, unused, unused]


def test_that_more_tokens_than_rows_are_refused(tmp_path: Path) -> None:
    files = bpe("qwen2")
    with pytest.raises(ConversionError, match="rows") as caught:
        byte_level_bpe(written(tmp_path, files), files.size - 1)
    assert caught.value.status is ExitStatus.BAD_TOKENIZER


def test_that_blanks_inside_merges_are_spelt_in_the_byte_alphabet(tmp_path: Path) -> None:
    tokenizer = byte_level_bpe(written(tmp_path, bpe("tekken", spaced_merges=True)), None)
    assert tokenizer.merges[-2:] == ["Ġ x", "Ġx yĠz"]
    assert all(merge.count(" ") == 1 for merge in tokenizer.merges)


def test_that_both_forms_of_merges_say_the_same(tmp_path: Path) -> None:
    pairs = byte_level_bpe(written(tmp_path / "pairs", bpe("llama3")), None)
    strings = byte_level_bpe(written(tmp_path / "strings", bpe("llama3", string_merges=True)), None)
    assert pairs.merges == strings.merges
    assert len(pairs.merges) > 20


@pytest.mark.parametrize("style", ["qwen2", "phi2"])
def test_that_vocab_and_merges_serve_without_tokenizer_json(style: str, tmp_path: Path) -> None:
    new = byte_level_bpe(written(tmp_path / "new", bpe(style)), None)
    old = byte_level_bpe(written(tmp_path / "old", bpe(style, legacy_files=True)), None)
    assert (old.tokens, old.types, old.merges, old.pre) == (new.tokens, new.types, new.merges, new.pre)


def test_that_the_older_files_of_an_unknown_class_are_refused(tmp_path: Path) -> None:
    files = bpe("llama3", legacy_files=True)
    with pytest.raises(ConversionError, match="cuts text"):
        byte_level_bpe(written(tmp_path, files), None)


def test_that_added_tokens_of_lone_bytes_keep_their_letters(tmp_path: Path) -> None:
    """DeepSeek LLM has such; decoded, they would all be the same replacement character."""
    files = bpe("qwen2", extra=[("ø", False), ("ö", False)])
    for token in files.files["tokenizer.json"]["added_tokens"][-2:]:
        files.files["tokenizer.json"]["model"]["vocab"].pop(token["content"])
    assert byte_level_bpe(written(tmp_path, files), None).tokens[-2:] == ["ø", "ö"]


def test_that_a_class_of_transformers_5_is_taken_at_the_files_word(tmp_path: Path) -> None:
    config = {"tokenizer_class": "TokenizersBackend", "backend": "tokenizers", "is_local": True}
    new = bpe("llama3", config=config)
    del new.files["tokenizer_config.json"]["added_tokens_decoder"]
    found = byte_level_bpe(written(tmp_path / "new", new), None)
    old = byte_level_bpe(written(tmp_path / "old", bpe("llama3")), None)
    assert (found.tokens, found.types, found.pre, found.special) == (old.tokens, old.types, old.pre, old.special)


def test_that_tokens_of_the_configuration_alone_are_added(tmp_path: Path) -> None:
    """Phi-4 names a padding token that its tokenizer.json lacks."""
    files = bpe("phi4")
    listed = files.files["tokenizer.json"]["added_tokens"]
    dummy = next(token for token in listed if token["content"] == "<|dummy_85|>")
    listed.remove(dummy)
    tokenizer = byte_level_bpe(written(tmp_path, files), None)
    assert tokenizer.tokens[dummy["id"]] == "<|dummy_85|>"
    assert tokenizer.types[dummy["id"]] is TokenType.CONTROL


@pytest.mark.parametrize(
    "broken",
    [
        {"model": {"type": "Unigram", "vocab": [["a", 0.0]], "unk_id": 0}},
        {"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a b c"]}},
        {"model": {"type": "BPE", "vocab": {"a": -1}, "merges": []}},
        {"model": {"type": "Night"}},
        {"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [], "continuing_subword_prefix": "x"}},
    ],
)
def test_that_a_broken_tokenizer_is_one_sentence(broken: Any, tmp_path: Path) -> None:
    with pytest.raises(ConversionError) as caught:
        byte_level_bpe(written(tmp_path, Files({"tokenizer.json": broken}, 1)), None)
    assert caught.value.status is ExitStatus.BAD_TOKENIZER
    assert "\n" not in str(caught.value)


def test_that_no_tokenizer_at_all_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match="no tokenizer") as caught:
        byte_level_bpe(TokenizerFiles(tmp_path), 10)
    assert caught.value.status is ExitStatus.BAD_TOKENIZER


def test_that_the_check_text_survives_its_tokenizer(tmp_path: Path) -> None:
    """A byte-level vocabulary holds every byte, so the text comes back whole; the synthetic ones are no caricature."""
    put(tmp_path / "tokenizer.json", bpe("llama3").files["tokenizer.json"])
    tokenizer = FastTokenizer.from_file(str(tmp_path / "tokenizer.json"))
    assert tokenizer.decode(tokenizer.encode(CHECK_TEXT).ids) == CHECK_TEXT
