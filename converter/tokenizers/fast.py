"""Builds, with the `tokenizers` package alone, the tokenizer that transformers would build from a checkpoint.

What transformers 4.57 adds to tokenizer.json when it loads it (`PreTrainedTokenizerFast.__init__` and the classes for single
families) is small, but the fingerprint of the pre-tokenizer and the types of added tokens depend on it: tokens that
only tokenizer_config.json lists, default special tokens, BOS and EOS by class.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from converter.errors import bad_tokenizer
from converter.tokenizers.files import JsonObject, TokenizerFiles, token_text

_SPECIAL_ROLES = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
_MAX_IDS = 1 << 31
_ADDED_FLAGS = ("single_word", "lstrip", "rstrip", "normalized", "special")
QWEN2_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


@dataclass(frozen=True)
class _Class:
    """Defaults of one of transformers' tokenizer classes. `adds` is its default for (BOS, EOS), None: the file's word."""

    tokens: dict[str, str]
    adds: tuple[bool, bool] | None = None


def _three(text: str) -> dict[str, str]:
    return {"unk_token": text, "bos_token": text, "eos_token": text}


_PLAIN = _Class({})
_END = "<|endoftext|>"
_CLASSES = {
    "LlamaTokenizer": _Class({"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>"}, (True, False)),
    "GemmaTokenizer": _Class(
        {"unk_token": "<unk>", "bos_token": "<bos>", "eos_token": "<eos>", "pad_token": "<pad>"}, (True, False)
    ),
    "CohereTokenizer": _Class(
        {"unk_token": "<UNK>", "bos_token": "<BOS_TOKEN>", "eos_token": "<|END_OF_TURN_TOKEN|>"}, (True, False)
    ),
    "GPTNeoXTokenizer": _Class(_three(_END), (False, False)),
    "GPT2Tokenizer": _Class(_three(_END)),
    "CodeGenTokenizer": _Class(_three(_END)),
    "Qwen2Tokenizer": _Class({"unk_token": _END, "eos_token": _END, "pad_token": _END}),
}
# Which class transformers takes when tokenizer_config.json names none.
_CLASS_OF_MODEL = {
    **dict.fromkeys(("llama", "mistral", "mistral3", "ministral", "mixtral", "phi3", "phimoe"), "LlamaTokenizer"),
    **dict.fromkeys(("gemma", "gemma2", "gemma3", "gemma3_text"), "GemmaTokenizer"),
    **dict.fromkeys(("cohere", "cohere2"), "CohereTokenizer"),
    **dict.fromkeys(("olmo2", "stablelm"), "GPTNeoXTokenizer"),
    **dict.fromkeys(("qwen2", "qwen3", "qwen3_moe"), "Qwen2Tokenizer"),
    **dict.fromkeys(("granite", "olmo3"), "GPT2Tokenizer"),
    "phi": "CodeGenTokenizer",
}


def class_name(files: TokenizerFiles) -> str:
    """The tokenizer class a checkpoint asks for, without "Fast"; "" if it asks for none."""
    name = files.config.get("tokenizer_class") or files.model_config.get("tokenizer_class")
    if not isinstance(name, str):
        name = _CLASS_OF_MODEL.get(str(files.model_config.get("model_type")), "")
    return name.removesuffix("Fast")


def load_fast(files: TokenizerFiles) -> Tokenizer:
    """The checkpoint's tokenizer, ready to encode. Raises ConversionError when there is none or it is broken."""
    kind = class_name(files)
    defaults = _CLASSES.get(kind, _PLAIN)
    if files.tokenizer_json is not None:
        tokenizer = _from_json(files, files.tokenizer_json["model"])
    elif files.has("vocab.json") and files.has("merges.txt"):
        tokenizer = _from_vocab_and_merges(files, kind)
    else:
        raise bad_tokenizer("The checkpoint has no tokenizer: neither tokenizer.model nor tokenizer.json is there.")
    tokenizer.no_truncation()
    tokenizer.no_padding()
    added = _configured_tokens(files)
    roles = {role: files.config.get(role, defaults.tokens.get(role)) for role in _SPECIAL_ROLES}
    _add_missing(tokenizer, added, roles, files.config.get("additional_special_tokens"))
    if defaults.adds is not None:
        _set_post_processor(tokenizer, files.config, roles, defaults.adds)
    _set_prefix_space(tokenizer, bool(files.config.get("add_prefix_space", False)))
    return tokenizer


def _from_json(files: TokenizerFiles, model: JsonObject) -> Tokenizer:
    # Neither is byte-level BPE, and the library ends the whole process on some prefixes.
    if model.get("continuing_subword_prefix") or model.get("end_of_word_suffix"):
        raise bad_tokenizer("The tokenizer marks parts of words by a prefix or suffix, which llama.cpp does not know.")
    try:
        return Tokenizer.from_file(str(files.folder / "tokenizer.json"))
    except BaseException as problem:
        # The library reports malformed input as Exception, or, from its native code, as a panic that is none.
        if isinstance(problem, Exception) or type(problem).__name__ == "PanicException":
            raise bad_tokenizer(f"tokenizer.json cannot be used: {_first_line(problem)}.") from problem
        raise


def _first_line(problem: BaseException) -> str:
    return (str(problem).splitlines() or [""])[0].rstrip(".")[:200]


def _from_vocab_and_merges(files: TokenizerFiles, kind: str) -> Tokenizer:
    """From the older pair of files. How text is cut follows from the class, as nothing else says it."""
    vocab = files.json("vocab.json") or {}
    if not all(isinstance(ident, int) and 0 <= ident < _MAX_IDS for ident in vocab.values()):
        raise bad_tokenizer("vocab.json does not map tokens to ids.")
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=kind != "Qwen2Tokenizer")
    try:
        tokenizer = Tokenizer(models.BPE(vocab, read_merges_txt(files), fuse_unk=False))
    except Exception as problem:  # the library raises nothing more precise
        raise bad_tokenizer(f"vocab.json and merges.txt do not belong together: {_first_line(problem)}.") from problem
    if kind == "Qwen2Tokenizer":
        tokenizer.normalizer = normalizers.NFC()
        split = pre_tokenizers.Split(Regex(QWEN2_PATTERN), behavior="isolated", invert=False)
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split, byte_level])
    elif kind in ("GPT2Tokenizer", "CodeGenTokenizer"):
        tokenizer.pre_tokenizer = byte_level
    else:
        raise bad_tokenizer(
            f"There is no tokenizer.json, and how a {kind or 'tokenizer of unknown class'} cuts text is not known."
        )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    return tokenizer


def read_merges_txt(files: TokenizerFiles) -> list[tuple[str, str]]:
    """merges.txt: one "left right" a line, after an optional comment; malformed lines do not count."""
    lines = files.text("merges.txt").split("\n")
    if lines and lines[0].startswith("#"):
        del lines[0]
    pairs = [line.split() for line in lines]
    return [(pair[0], pair[1]) for pair in pairs if len(pair) == 2]


def _added_token(entry: JsonObject) -> AddedToken:
    flags = {flag: bool(entry[flag]) for flag in _ADDED_FLAGS if flag in entry}
    return AddedToken(entry["content"], **flags)


def _configured_tokens(files: TokenizerFiles) -> list[AddedToken]:
    """Added tokens by the word of tokenizer_config.json, or of the older added_tokens.json, in the order of ids."""
    if "added_tokens_decoder" in files.config:
        return [_added_token(entry) for _, entry in sorted(files.added_tokens_decoder.items())]
    special = {text for role in _SPECIAL_ROLES if (text := token_text(files.config.get(role))) is not None}
    legacy: dict[int, AddedToken] = {}
    for text, ident in (files.json("added_tokens.json") or {}).items():
        if not isinstance(ident, int):
            raise bad_tokenizer("added_tokens.json does not map tokens to ids.")
        legacy[ident] = AddedToken(text, normalized=text not in special, special=text in special)
    for entry in files.added_tokens:
        legacy.pop(entry["id"], None)  # tokenizer.json already has it, with its own properties
    return [token for _, token in sorted(legacy.items())]


def _same(left: AddedToken, right: AddedToken) -> bool:
    return left.content == right.content and all(getattr(left, f) == getattr(right, f) for f in _ADDED_FLAGS)


def _add_missing(tokenizer: Tokenizer, configured: list[AddedToken], roles: dict[str, Any], more: Any) -> None:
    """Adds what tokenizer.json lacks, or has with other properties: configured tokens, then special ones."""
    known = {token.content: token for token in tokenizer.get_added_tokens_decoder().values()}
    special = [text for text in map(token_text, roles.values()) if text is not None]
    special += [text for text in map(token_text, more if isinstance(more, list) else []) if text is not None]
    pending = [t for t in configured if t.content not in known or not _same(known[t.content], t)]
    for token in pending:
        token.special = token.special or token.content in special
    texts = set(known) | {token.content for token in pending}
    pending += [AddedToken(text, special=True) for text in dict.fromkeys(special) if text not in texts]
    if pending:
        tokenizer.add_tokens(pending)


def _set_post_processor(
    tokenizer: Tokenizer, config: JsonObject, roles: dict[str, Any], adds: tuple[bool, bool]
) -> None:
    """BOS and EOS by the class's own switches, which overrule tokenizer.json's post-processor."""
    bos, eos = token_text(roles.get("bos_token")), token_text(roles.get("eos_token"))
    add_bos, add_eos = (bool(config.get(f"add_{n}_token", d)) for n, d in zip(("bos", "eos"), adds, strict=True))
    ids = {text: tokenizer.token_to_id(text) for text in (bos, eos) if text is not None}
    before = [bos] if add_bos and bos is not None else []
    after = [eos] if add_eos and eos is not None else []
    special = [(text, ids[text]) for text in dict.fromkeys([*before, *after]) if ids[text] is not None]
    if len(special) < len(set(before + after)):
        raise bad_tokenizer("The tokenizer is to add a BOS or EOS token that its vocabulary does not have.")
    single = " ".join([*(f"{text}:0" for text in before), "$A:0", *(f"{text}:0" for text in after)])
    tokenizer.post_processor = processors.TemplateProcessing(single=single, special_tokens=special)


def _set_prefix_space(tokenizer: Tokenizer, wanted: bool) -> None:
    """A lone ByteLevel pre-tokenizer follows tokenizer_config.json's add_prefix_space."""
    if tokenizer.pre_tokenizer is None:
        return
    state = json.loads(tokenizer.pre_tokenizer.__getstate__())
    if state.get("type") == "ByteLevel" and state.get("add_prefix_space") is not wanted:
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(
            add_prefix_space=wanted, use_regex=bool(state.get("use_regex", True))
        )
