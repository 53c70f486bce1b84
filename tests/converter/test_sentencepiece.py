"""SentencePiece vocabularies, from tokenizer.model and from tokenizer.json alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sentencepiece import SentencePieceProcessor

from converter.errors import ConversionError, ExitStatus
from converter.tokenizers import TokenizerFiles, TokenType, sentencepiece, sentencepiece_from_json, sentencepiece_phi3
from converter.tokenizers.sentencepiece_model import read_pieces
from tests.converter.synthetic.checkpoints import put
from tests.converter.synthetic.vocabularies import Files, pieces_of, sentencepiece_model, spm


def written(folder: Path, files: Files, **more: object) -> TokenizerFiles:
    for name, content in {**files.files, **more}.items():
        put(folder / name, content)
    return TokenizerFiles(folder)


@pytest.mark.parametrize("flavour", ["llama", "gemma"])
def test_that_pieces_are_read_as_the_library_reads_them(flavour: str, tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.model"
    path.write_bytes(sentencepiece_model(pieces_of(flavour)))
    library = SentencePieceProcessor(model_file=str(path))
    pieces = read_pieces(path)
    assert len(pieces) == library.vocab_size()
    for ident, piece in enumerate(pieces):
        assert piece.text == library.id_to_piece(ident)
        assert piece.score == library.get_score(ident)
        assert (piece.kind is TokenType.BYTE) == library.is_byte(ident)
        assert (piece.kind is TokenType.CONTROL) == library.is_control(ident)
        assert (piece.kind is TokenType.UNKNOWN) == library.is_unknown(ident)


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00", b"not a model", b"\x0a\xff\xff\xff\xff\x7f", b"\x0a\x03\x0a\x05ab", b"\xff" * 40],
    ids=["empty", "zero", "text", "long field", "cut piece", "endless number"],
)
def test_that_a_damaged_model_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "tokenizer.model").write_bytes(data)
    with pytest.raises(ConversionError) as caught:
        read_pieces(tmp_path / "tokenizer.model")
    assert caught.value.status is ExitStatus.BAD_TOKENIZER


def test_that_every_cut_of_a_model_is_read_or_refused(tmp_path: Path) -> None:
    whole = sentencepiece_model(pieces_of("llama")[:20])
    path = tmp_path / "tokenizer.model"
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        try:
            assert len(read_pieces(path)) <= 20
        except ConversionError as problem:
            assert problem.status is ExitStatus.BAD_TOKENIZER  # noqa: PT017 - both ends are right


def test_that_tokenizer_json_alone_gives_what_the_model_gives(tmp_path: Path) -> None:
    extra = [("<|night|>", False), ("[PAD]", True)]
    both = sentencepiece(written(tmp_path / "both", spm(extra=extra)), 512)
    alone = sentencepiece_from_json(written(tmp_path / "alone", spm(extra=extra, with_model=False)), 512)
    assert alone.tokens == both.tokens
    assert alone.types == both.types
    assert alone.special == both.special
    assert any("merges" in note for note in alone.notes)
    assert alone.scores is not None and both.scores is not None

    def order(scores: list[float]) -> list[int]:
        normal = [i for i, kind in enumerate(alone.types) if kind is TokenType.NORMAL]
        return sorted(normal, key=lambda i: -scores[i])

    assert order(alone.scores) == order(both.scores)
    special = [i for i, kind in enumerate(alone.types) if kind not in (TokenType.NORMAL, TokenType.BYTE)]
    assert [alone.scores[i] for i in special] == [both.scores[i] for i in special]


@pytest.mark.parametrize(
    ("part", "step", "wanted"),
    [
        ("normalizer", {"type": "Prepend", "prepend": "▁"}, None),
        ("normalizer", None, False),
        ("pre_tokenizer", {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": False}, None),
        ("pre_tokenizer", {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "never", "split": False}, False),
        ("pre_tokenizer", {"type": "Metaspace", "replacement": "▁", "add_prefix_space": False}, False),
    ],
)
def test_that_tokenizer_json_says_whether_a_blank_comes_first(
    part: str, step: object, wanted: bool | None, tmp_path: Path
) -> None:
    files = spm(with_model=False)
    files.files["tokenizer.json"] |= {"normalizer": None, "pre_tokenizer": None, part: step}
    assert sentencepiece_from_json(written(tmp_path, files), 512).add_space_prefix is wanted


def test_that_added_tokens_are_control_by_flag_or_by_looks(tmp_path: Path) -> None:
    extra = [("<|steer|>", False), ("▁ordinary", False), ("plain", True), ("<unused3>", False)]
    tokenizer = sentencepiece(written(tmp_path, spm(extra=extra)), 512)
    size = len(pieces_of("llama"))
    assert tokenizer.tokens[size : size + 4] == ["<|steer|>", " ordinary", "plain", "<unused3>"]
    control, user = TokenType.CONTROL, TokenType.USER_DEFINED
    assert tokenizer.types[size : size + 4] == [control, user, control, control]
    assert tokenizer.scores is not None
    assert tokenizer.scores[size : size + 4] == [-1000.0] * 4


def test_that_phi3_takes_added_tokens_at_their_word(tmp_path: Path) -> None:
    tokenizer = sentencepiece_phi3(written(tmp_path, spm("phi3", extra=[("<|steer|>", False), ("▁x", False)])), 512)
    size = len(pieces_of("phi3")) + 4
    assert tokenizer.tokens[size : size + 2] == ["<|steer|>", "▁x"]
    assert tokenizer.types[size : size + 2] == [TokenType.USER_DEFINED] * 2


def test_that_missing_rows_are_padded_and_superfluous_tokens_left_out(tmp_path: Path) -> None:
    files = written(tmp_path, spm(extra=[("beyond", True)]))
    size = len(pieces_of("llama"))
    padded = sentencepiece(files, size + 3)
    assert padded.tokens[size + 1 :] == [f"[PAD{size + 1}]", f"[PAD{size + 2}]"]
    assert padded.types[size + 1 :] == [TokenType.UNUSED] * 2
    cut = sentencepiece(files, size)
    assert len(cut.tokens) == size
    assert "beyond" not in cut.tokens
    assert len(cut.notes) == 1


def test_that_a_token_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    files = spm(extra=[("again", True)])
    files.files["tokenizer_config.json"]["added_tokens_decoder"]["5"] = {"content": "again", "special": True}
    with pytest.raises(ConversionError, match="'again'") as caught:
        sentencepiece(written(tmp_path, files), 512)
    assert caught.value.status is ExitStatus.BAD_TOKENIZER


def test_that_malformed_companions_are_refused(tmp_path: Path) -> None:
    for name, content, status in (
        ("added_tokens.json", {"x": "y"}, ExitStatus.BAD_TOKENIZER),
        ("added_tokens.json", "[1, 2]", ExitStatus.BAD_JSON),
        ("tokenizer_config.json", "{", ExitStatus.BAD_JSON),
        ("tokenizer_config.json", {"added_tokens_decoder": {"one": {}}}, ExitStatus.BAD_TOKENIZER),
        ("tokenizer.json", {"model": []}, ExitStatus.BAD_TOKENIZER),
        ("tokenizer.json", {"model": {}, "added_tokens": [{"id": "1"}]}, ExitStatus.BAD_TOKENIZER),
    ):
        folder = tmp_path / f"{status.name}-{abs(hash(json.dumps(content)))}"
        files = written(folder, spm(), **{name: content})
        with pytest.raises(ConversionError) as caught:
            sentencepiece(files, 512)
        assert caught.value.status is status
