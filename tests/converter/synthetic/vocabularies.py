"""Tokenizer files with the shape of the published ones and a vocabulary of a few hundred tokens.

Everything is deterministic. The pre-tokenizers are the published ones; the vocabularies are so small that no fingerprint
fits them, which is why the converter recognises these by their split patterns.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.converter.synthetic.byte_letters import BYTE_LETTERS

Json = dict[str, Any]
WORDS = (
    " the", "ing", " and", " of", "tion", " is", " in", " a", "er", " to", " night", " talk", "samar", " سمر", " ليل",
    " في", " من", "ال", "ات", " حديث", "Hello", " world", "12", " def", "\n\n", "  ", "    ",
)  # fmt: skip
NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = range(1, 7)


@dataclass
class Files:
    """The files of one tokenizer (JSON-able, text or bytes) and the number of its ids."""

    files: dict[str, Any]
    size: int


def added(ident: int, content: str, special: bool = True, **flags: bool) -> Json:
    """One entry of tokenizer.json's added_tokens."""
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    return {"id": ident, "content": content, **plain, "special": special, **flags}


def template(first: str | None, last: str | None, ids: dict[str, int]) -> Json:
    """A post-processor that puts tokens around a text."""

    def steps(sequence: str, kind: int) -> list[Json]:
        found: list[Json] = [{"Sequence": {"id": sequence, "type_id": kind}}]
        if first:
            found.insert(0, {"SpecialToken": {"id": first, "type_id": kind}})
        if last:
            found.append({"SpecialToken": {"id": last, "type_id": kind}})
        return found

    return {
        "type": "TemplateProcessing",
        "single": steps("A", 0),
        "pair": [*steps("A", 0), *steps("B", 1)],
        "special_tokens": {t: {"id": t, "ids": [ids[t]], "tokens": [t]} for t in (first, last) if t},
    }


def split(pattern: str, behavior: str = "Isolated", *, invert: bool = False) -> Json:
    return {"type": "Split", "pattern": {"Regex": pattern}, "behavior": behavior, "invert": invert}


def byte_level(*, use_regex: bool = True) -> Json:
    return {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": use_regex}


def sequence(*parts: Json, kind: str = "pretokenizers") -> Json:
    return {"type": "Sequence", kind: list(parts)}


_LETTERS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_REST = r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
CL100K = _LETTERS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|" + _REST
QWEN2 = _LETTERS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|" + _REST
_UP, _LOW = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_EDGE = r"[^\r\n\p{L}\p{N}]?"
_CASED_REST = r" ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
TEKKEN = rf"{_EDGE}{_UP}*{_LOW}+|{_EDGE}{_UP}+{_LOW}*|\p{{N}}|{_CASED_REST}"
O200K = rf"{_EDGE}{_UP}*{_LOW}+{_LETTERS}?|{_EDGE}{_UP}+{_LOW}*{_LETTERS}?|\p{{N}}{{1,3}}|{_CASED_REST}"

_DIGITS = {"type": "Digits", "individual_digits": True}
NFC = {"type": "NFC"}


@dataclass(frozen=True)
class Style:
    """How one published byte-level BPE tokenizer is built.

    pre        its pre_tokenizer
    published  llama.cpp's name for the published tokenizer (known by its fingerprint)
    pattern    the name that its split pattern leads to
    specials   special tokens; `first` of them stand before the byte tokens, the rest after the merges
    """

    pre: Json
    published: str
    pattern: str
    specials: tuple[str, ...]
    first: int = 0
    bos: str | None = None
    eos: str | None = None
    pad: str | None = None
    unk: str | None = None
    adds_bos: bool = False
    ignore_merges: bool = False
    normalizer: Json | None = None
    tokenizer_class: str = "PreTrainedTokenizerFast"
    config: Json = field(default_factory=dict)


_GPT2_END = "<|endoftext|>"
_CHATML = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
STYLES: dict[str, Style] = {
    "llama3": Style(
        sequence(split(CL100K), byte_level(use_regex=False)), "llama-bpe", "llama-bpe",
        ("<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
        bos="<|begin_of_text|>", eos="<|eot_id|>", adds_bos=True, ignore_merges=True,
    ),
    "deepseek-r1-llama": Style(
        sequence(split(CL100K), byte_level(use_regex=False)), "llama-bpe", "llama-bpe",
        ("<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "<｜User｜>", "<｜Assistant｜>"),
        bos="<｜begin▁of▁sentence｜>", eos="<｜end▁of▁sentence｜>", pad="<｜end▁of▁sentence｜>", adds_bos=True,
        ignore_merges=True, tokenizer_class="LlamaTokenizerFast", config={"add_bos_token": True, "add_eos_token": False,
                                                                           "legacy": True, "unk_token": None},
    ),
    "falcon3": Style(
        sequence(split(CL100K), byte_level(use_regex=False)), "falcon3", "llama-bpe",
        ("<|endoftext|>", "<|pad|>", "<|system|>", "<|user|>", "<|assistant|>"), first=5,
        eos=_GPT2_END, pad="<|pad|>", ignore_merges=True,
    ),
    "smollm2": Style(
        sequence(_DIGITS, byte_level()), "smollm", "smollm", _CHATML, first=3, bos="<|im_start|>", eos="<|im_end|>",
        pad="<|im_end|>", unk=_GPT2_END, tokenizer_class="GPT2Tokenizer",
        config={"add_prefix_space": False, "clean_up_tokenization_spaces": False},
    ),
    "tekken": Style(
        sequence(split(TEKKEN), byte_level(use_regex=False)), "tekken", "tekken",
        ("<unk>", "<s>", "</s>", "[INST]", "[/INST]"), first=5, bos="<s>", eos="</s>", unk="<unk>", adds_bos=True,
        ignore_merges=True, config={"add_bos_token": True, "add_eos_token": False, "add_prefix_space": False},
    ),
    "phi2": Style(
        byte_level(), "phi-2", "granite-docling", (_GPT2_END,), bos=_GPT2_END, eos=_GPT2_END, unk=_GPT2_END,
        tokenizer_class="CodeGenTokenizer", config={"add_prefix_space": False},
    ),
    "phi4": Style(
        sequence(split(CL100K), byte_level(use_regex=False)), "dbrx", "dbrx",
        ("<|endoftext|>", "<|fim_prefix|>", "<|im_start|>", "<|im_end|>", "<|im_sep|>"), bos=_GPT2_END, eos="<|im_end|>",
        pad="<|dummy_85|>", tokenizer_class="GPT2Tokenizer", config={"add_prefix_space": False},
    ),
    "phi4-mini": Style(
        sequence(split(O200K, "Removed", invert=True), byte_level(use_regex=False)), "gpt-4o", "gpt-4o",
        ("<|endoftext|>", "<|end|>", "<|user|>", "<|assistant|>"), bos=_GPT2_END, eos=_GPT2_END, pad=_GPT2_END,
        unk=_GPT2_END, tokenizer_class="GPT2Tokenizer", config={"add_prefix_space": False, "add_bos_token": False},
    ),
    "qwen2": Style(
        sequence(split(QWEN2), byte_level(use_regex=False)), "qwen2", "qwen2", _CHATML, eos="<|im_end|>", pad=_GPT2_END,
        normalizer=NFC, tokenizer_class="Qwen2Tokenizer",
        config={"add_bos_token": False, "add_prefix_space": False, "bos_token": None, "unk_token": None},
    ),
    "deepseek-r1-qwen": Style(
        sequence(split(QWEN2), byte_level(use_regex=False)), "deepseek-r1-qwen", "qwen2",
        ("<｜end▁of▁sentence｜>", "<｜User｜>", "<｜Assistant｜>", "<｜begin▁of▁sentence｜>"), bos="<｜begin▁of▁sentence｜>",
        eos="<｜end▁of▁sentence｜>", pad="<｜end▁of▁sentence｜>", adds_bos=True, normalizer=NFC,
        tokenizer_class="LlamaTokenizerFast", config={"add_bos_token": True, "add_eos_token": False, "unk_token": None},
    ),
    "olmo2": Style(
        sequence(split(CL100K), byte_level(use_regex=False)), "dbrx", "dbrx",
        ("<|endoftext|>", "<|pad|>", "<|im_start|>", "<|im_end|>"), bos=_GPT2_END, eos=_GPT2_END, pad="<|pad|>",
        unk=_GPT2_END, tokenizer_class="GPT2Tokenizer", config={"add_prefix_space": False},
    ),
    "granite": Style(
        sequence(_DIGITS, byte_level()), "refact", "refact", ("<|endoftext|>", "<|start_of_role|>", "<|end_of_role|>"),
        first=1, bos=_GPT2_END, eos=_GPT2_END, pad=_GPT2_END, unk=_GPT2_END, tokenizer_class="GPT2Tokenizer",
        config={"add_bos_token": False, "add_prefix_space": False, "clean_up_tokenization_spaces": True},
    ),
    "stablelm2": Style(
        sequence(split(QWEN2), byte_level(use_regex=False)), "stablelm2", "stablelm2",
        ("<|endoftext|>", "<|fim_prefix|>", "<|im_start|>", "<|im_end|>"), bos=_GPT2_END, eos="<|im_end|>",
        unk=_GPT2_END, normalizer=NFC, tokenizer_class="GPT2Tokenizer",
        config={"add_prefix_space": False, "clean_up_tokenization_spaces": True},
    ),
    "smollm3": Style(
        sequence(split(CL100K), byte_level(use_regex=False)), "smaug-bpe", "llama-bpe",
        ("<|begin_of_text|>", "<|end_of_text|>", "<|im_start|>", "<|im_end|>", "<think>"), eos="<|im_end|>",
        pad="<|im_end|>", ignore_merges=True, config={"bos_token": None},
    ),
    "command-r": Style(
        sequence(_DIGITS, byte_level()), "command-r", "smollm",
        ("<PAD>", "<UNK>", "<CLS>", "<SEP>", "<MASK_TOKEN>", "<BOS_TOKEN>", "<EOS_TOKEN>", "<|END_OF_TURN_TOKEN|>"),
        first=7, bos="<BOS_TOKEN>", eos="<|END_OF_TURN_TOKEN|>", pad="<PAD>", adds_bos=True, normalizer=NFC,
        tokenizer_class="CohereTokenizer",
        config={"add_bos_token": True, "add_eos_token": False, "add_prefix_space": False, "unk_token": None,
                "clean_up_tokenization_spaces": False},
    ),
    "jais": Style(
        byte_level(), "jais", "granite-docling", ("<|endoftext|>",), first=1, bos=_GPT2_END, eos=_GPT2_END, pad=_GPT2_END,
        unk=_GPT2_END,
    ),
    "falcon-h1": Style(
        sequence(split(CL100K), byte_level(use_regex=False)), "falcon-h1", "llama-bpe",
        ("<|pad|>", "<|end_of_text|>", "<|im_start|>", "<|im_end|>"), first=2, bos="<|end_of_text|>",
        eos="<|end_of_text|>", pad="<|pad|>", ignore_merges=True,
    ),
}  # fmt: skip


def merges_of(words: Sequence[str]) -> list[tuple[str, str]]:
    """Merges that build each word from its letters, left to right."""
    found: dict[tuple[str, str], None] = {}
    for word in words:
        whole = word[0]
        for letter in word[1:]:
            found.setdefault((whole, letter))
            whole += letter
    return list(found)


def letters(text: str) -> str:
    """A text in GPT-2's byte alphabet."""
    return "".join(BYTE_LETTERS[byte] for byte in text.encode())


def bpe(
    style_name: str,
    *,
    extra: Sequence[tuple[str, bool]] = (),
    extra_normalized: bool = False,
    string_merges: bool = False,
    spaced_merges: bool = False,
    legacy_files: bool = False,
    config: Json | None = None,
) -> Files:
    """A byte-level BPE tokenizer: tokenizer.json and tokenizer_config.json, or vocab.json and merges.txt.

    extra             tokens appended after all others, as (content, special)
    extra_normalized  whether the ordinary ones among them are looked for in normalized text
    string_merges     merges as "a b" (before transformers 4.45) instead of pairs
    spaced_merges     two merges whose parts contain a literal blank
    legacy_files      the older pair of files instead of tokenizer.json
    """
    style = STYLES[style_name]
    merges = merges_of([letters(word) for word in WORDS])
    if spaced_merges:
        merges += [(" ", "x"), (" x", "y z")]
    vocab: dict[str, int] = {}
    specials: list[Json] = []
    for content in style.specials[: style.first]:
        vocab[content] = len(vocab)
        specials.append(added(vocab[content], content))
    for piece in [*sorted(set(BYTE_LETTERS)), *([" ", "x", "y z"] if spaced_merges else []), *map("".join, merges)]:
        vocab.setdefault(piece, len(vocab))
    size = len(vocab)
    for content, special in [*((text, True) for text in style.specials[style.first :]), *extra]:
        specials.append(added(size, content, special, normalized=extra_normalized and not special))
        size += 1
    ids = {token["content"]: token["id"] for token in specials}
    names = {"bos": style.bos, "eos": style.eos, "pad": style.pad, "unk": style.unk}
    if style.pad and style.pad not in ids:  # Phi-4's is an added token that only the configuration names
        specials.append(added(size, style.pad))
        ids[style.pad] = size
        size += 1
    plain = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True}
    around = template(style.bos, None, ids) if style.adds_bos else None
    tokenizer = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": specials,
        "normalizer": style.normalizer,
        "pre_tokenizer": style.pre,
        "post_processor": sequence(plain, around, kind="processors") if around else plain,
        "decoder": byte_level(),
        "model": {
            "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "" if legacy_files else None,
            "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": style.ignore_merges,
            "vocab": vocab, "merges": [" ".join(m) for m in merges] if string_merges else [list(m) for m in merges],
        },
    }  # fmt: skip
    settings = {
        "added_tokens_decoder": {str(t["id"]): {k: v for k, v in t.items() if k != "id"} for t in specials},
        **{f"{role}_token": name for role, name in names.items() if name is not None},
        "clean_up_tokenization_spaces": False,
        "model_max_length": 4096,
        "tokenizer_class": style.tokenizer_class,
        **style.config,
        **(config or {}),
    }
    if not legacy_files:
        return Files({"tokenizer.json": tokenizer, "tokenizer_config.json": settings}, size)
    del settings["added_tokens_decoder"]
    merges_txt = "#version: 0.2\n" + "".join(f"{left} {right}\n" for left, right in merges)
    legacy = {token["content"]: token["id"] for token in specials if token["content"] not in vocab}
    return Files(
        {"vocab.json": vocab, "merges.txt": merges_txt, "added_tokens.json": legacy, "tokenizer_config.json": settings},
        size,
    )


def tekken(version: str, *, specials: Sequence[str] | None = None, room: int = 24, spare: int = 3) -> Files:
    """Mistral's tekken.json alone.

    specials  listed ones; None: none are, as before version 11
    room      ids that are kept for special tokens
    spare     tokens that the file holds beyond those in use
    """
    words = [*BYTE_LETTERS, *map("".join, merges_of([letters(word) for word in WORDS]))]
    known = [bytes(BYTE_LETTERS.index(letter) for letter in word) for word in dict.fromkeys(words)]
    size = room + len(known) - spare
    content: Json = {
        "config": {"pattern": TEKKEN, "num_vocab_tokens": len(known), "default_vocab_size": size,
                   "default_num_special_tokens": room, "version": version},
        "vocab": [{"rank": rank, "token_bytes": base64.b64encode(word).decode(), "token_str": None}
                  for rank, word in enumerate(known)],
    }  # fmt: skip
    if specials is not None:
        content["special_tokens"] = [
            {"rank": rank, "token_str": text, "is_control": True} for rank, text in enumerate(specials)
        ]
    return Files({"tekken.json": content}, size)


# --- SentencePiece ----------------------------------------------------------------------------------------------------

Piece = tuple[str, float, int]
SPM_WORDS = tuple(word.replace(" ", "▁").replace("\n", "") or "▁▁" for word in WORDS)
GEMMA_ADDED = ("<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "<2mass>", "[@BOS@]", "<unused0>", "<start_of_turn>",
               "<end_of_turn>", "\n", "\n\n", "▁▁", "▁▁▁", "<table>")  # fmt: skip


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def _bytes_field(number: int, data: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _number_field(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def sentencepiece_model(pieces: Sequence[Piece]) -> bytes:
    """A SentencePiece ModelProto (field numbers of sentencepiece_model.proto): BPE with byte fallback."""
    out = b""
    ids = {text: ident for ident, (text, _, _) in enumerate(pieces)}
    for text, score, kind in pieces:
        body = _bytes_field(1, text.encode()) + _varint(2 << 3 | 5) + struct.pack("<f", score)
        if kind != NORMAL:
            body += _number_field(3, kind)
        out += _bytes_field(1, body)
    trainer = _number_field(3, 2) + _number_field(4, len(pieces)) + _number_field(35, 1)
    for field_number, names in ((40, ("<unk>",)), (41, ("<s>", "<bos>")), (42, ("</s>", "<eos>"))):
        trainer += _number_field(field_number, next(ids[name] for name in names if name in ids))
    normalizer = _bytes_field(1, b"identity") + _number_field(3, 1) + _number_field(4, 0)
    return out + _bytes_field(2, trainer) + _bytes_field(3, normalizer)


def pieces_of(flavour: str) -> list[Piece]:
    """A vocabulary in Llama's arrangement or in Gemma's."""
    gemma = flavour == "gemma"
    if gemma:
        kinds = {"<unk>": UNKNOWN, "<pad>": CONTROL, "<eos>": CONTROL, "<bos>": CONTROL}
        pieces: list[Piece] = [(text, 0.0, kinds.get(text, USER_DEFINED)) for text in GEMMA_ADDED]
    else:
        pieces = [("<unk>", 0.0, UNKNOWN), ("<s>", 0.0, CONTROL), ("</s>", 0.0, CONTROL)]
    pieces += [(f"<0x{byte:02X}>", 0.0, BYTE) for byte in range(256)]
    known = {text for text, _, _ in pieces}
    merged = ["".join(pair) for pair in merges_of(SPM_WORDS)]
    alphabet = sorted({letter for word in SPM_WORDS for letter in word} | set("▁abcdefghijklmnopqrstuvwxyz"))
    for text in dict.fromkeys([*merged, *alphabet]):
        if text not in known:
            pieces.append((text, -float(len(pieces)), NORMAL))
    return pieces


def merges_of_pieces(pieces: Sequence[Piece]) -> list[list[str]]:
    """Every way to make a piece of two others, best score first, as Hugging Face's conversion writes them."""
    ids = {text: ident for ident, (text, _, _) in enumerate(pieces)}
    found = [
        (-score, ids[text[:cut]], ids[text[cut:]], [text[:cut], text[cut:]])
        for text, score, kind in pieces
        if kind == NORMAL
        for cut in range(1, len(text))
        if text[:cut] in ids and text[cut:] in ids
    ]
    return [pair for _, _, _, pair in sorted(found, key=lambda entry: entry[:3])]


def spm(
    flavour: str = "llama",
    *,
    extra: Sequence[tuple[str, bool]] = (),
    with_model: bool = True,
    with_json: bool = True,
    added_tokens_file: bool = False,
    config: Json | None = None,
) -> Files:
    """A SentencePiece tokenizer in Llama's, Phi-3's or Gemma's arrangement.

    extra              tokens appended after the model's pieces, as (content, special)
    added_tokens_file  list them in added_tokens.json, as older checkpoints do
    """
    gemma, phi3 = flavour == "gemma", flavour == "phi3"
    pieces = pieces_of(flavour)
    ids = {text: ident for ident, (text, _, _) in enumerate(pieces)}
    names = GEMMA_ADDED if gemma else ("<unk>", "<s>", "</s>")
    controls = ("<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>", "<s>", "</s>")
    specials = [added(ids[name], name, name in controls) for name in names]
    size = len(pieces)
    appended = []
    if phi3:
        specials[2] = added(2, "</s>", False, rstrip=True)
        extra = [
            ("<|endoftext|>", True),
            ("<|assistant|>", True),
            ("<|placeholder1|>", True),
            ("<|end|>", True),
            *extra,
        ]
    for content, special in extra:
        appended.append(added(size, content, special))
        size += 1
    specials += appended
    bos, eos = ("<bos>", "<eos>") if gemma else ("<s>", "<|endoftext|>" if phi3 else "</s>")
    every = {token["content"]: token["id"] for token in specials}
    settings = {
        "add_bos_token": True, "add_eos_token": False,
        "added_tokens_decoder": {str(t["id"]): {k: v for k, v in t.items() if k != "id"} for t in specials},
        "bos_token": bos, "eos_token": eos, "unk_token": "<unk>", "clean_up_tokenization_spaces": False,
        "legacy": False, "model_max_length": 4096, "tokenizer_class": "GemmaTokenizer" if gemma else "LlamaTokenizer",
        **({"pad_token": "<pad>"} if gemma else {}), **(config or {}),
    }  # fmt: skip
    files: dict[str, Any] = {"tokenizer_config.json": settings}
    if with_model:
        files["tokenizer.model"] = sentencepiece_model(pieces)
    if with_json:
        to_underscore = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
        prepend = {"type": "Prepend", "prepend": "▁"}
        steps = [
            {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
            {"type": "ByteFallback"},
            {"type": "Fuse"},
        ]
        files["tokenizer.json"] = {
            "version": "1.0", "truncation": None, "padding": None, "added_tokens": specials,
            "normalizer": to_underscore if gemma else sequence(prepend, to_underscore, kind="normalizers"),
            "pre_tokenizer": None, "post_processor": template(bos, None, every),
            "decoder": sequence(*steps, kind="decoders"),
            "model": {
                "type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None,
                "end_of_word_suffix": None, "fuse_unk": True, "byte_fallback": True, "ignore_merges": False,
                "vocab": ids, "merges": merges_of_pieces(pieces),
            },
        }  # fmt: skip
    if added_tokens_file:
        files["added_tokens.json"] = {token["content"]: token["id"] for token in appended}
    return Files(files, size)
