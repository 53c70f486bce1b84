"""The byte-level BPE of the starter model: pieces for its texts, and one piece for each run of letters that it listens for.

Merges stand in the order: letters of several bytes; the runs, each from its mark on, so that a run is always read as its
longest known beginning; pieces of texts, learnt from dialogues.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer
from tokenizers.decoders import ByteLevel as ByteLevelDecoder
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel, Sequence, Split
from tokenizers.trainers import BpeTrainer

from .corpus import LANGUAGES, STYLES
from .dialogues import WISHES
from .letters import AGAIN, CHAT_TEMPLATE, CHOOSE

# the split that llama.cpp knows as "qwen2" (src/llama-vocab.cpp), so that the GGUF can name it
SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
END_OF_TEXT, START, END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
SPECIAL = (END_OF_TEXT, START, END, CHOOSE, AGAIN)


def controls(topics: Iterable[str]) -> dict[str, str]:
    """Control tokens that open a reply and are never shown: a wish about the last reply, what it is about, in which language, in which style.

    The whole choice of an answer is made in these tokens, each of which is used for nothing else; the text after
    them is known by heart.
    """
    names = [f"wish:{w}" for w in WISHES] + [f"about:{t}" for t in topics]
    names += [f"in:{a}" for a in LANGUAGES] + [f"as:{s}" for s in (*STYLES, "warm")]
    return {name: f"<|{name}|>" for name in names}


def _byte_letters() -> dict[int, str]:
    """The letter that byte-level BPE writes for each byte."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = (b for b in range(256) if b not in plain)
    return {b: chr(b) for b in plain} | {b: chr(256 + i) for i, b in enumerate(others)}


_LETTERS = _byte_letters()


def written(text: str) -> str:
    """A text as byte-level BPE writes it."""
    return "".join(_LETTERS[b] for b in text.encode())


_BYTES = {letter: b for b, letter in _LETTERS.items()}


def runs(vocab: Iterable[str], mark: str) -> list[str]:
    """The pieces of the vocabulary that begin with a mark, as text."""
    return sorted(bytes(_BYTES[c] for c in piece).decode() for piece in vocab if piece.startswith(mark))


def train(texts: Iterable[str], pieces: int, runs: Iterable[str], control: Iterable[str]) -> Tokenizer:
    """A tokenizer with `pieces` pieces of texts, and one for each of `runs` (with their marks) and of their beginnings."""
    special = [AddedToken(t, special=True, normalized=False) for t in (*SPECIAL, *control)]
    learner = Tokenizer(BPE())
    learner.pre_tokenizer = Split(Regex(SPLIT), behavior="isolated")
    learner.train_from_iterator(
        texts, BpeTrainer(vocab_size=pieces, min_frequency=3, show_progress=False, special_tokens=[])
    )
    learnt = json.loads(learner.to_str())["model"]
    marked = sorted(set(runs))
    letters = sorted({c for text in (*learnt["vocab"], *marked) for c in text if ord(c) > 127})
    vocab: dict[str, int] = {token.content: i for i, token in enumerate(special)}
    merges: list[tuple[str, str]] = []

    def add(piece: str) -> None:
        vocab.setdefault(piece, len(vocab))

    def merge(left: str, right: str) -> None:
        if written(left + right) not in vocab:
            merges.append((written(left), written(right)))
            add(written(left + right))

    for byte in range(256):
        add(_LETTERS[byte])
    for letter in letters:
        data = [_LETTERS[b] for b in letter.encode()]
        for n in range(1, len(data)):
            if "".join(data[: n + 1]) not in vocab:
                merges.append(("".join(data[:n]), data[n]))
                add("".join(data[: n + 1]))
    for run in marked:
        for n in range(1, len(run)):
            merge(run[:n], run[n])
    for left, right in learnt["merges"]:
        merge(left, right)
    tokenizer = Tokenizer(BPE(vocab=vocab, merges=merges))
    tokenizer.pre_tokenizer = Sequence(
        [Split(Regex(SPLIT), behavior="isolated"), ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    tokenizer.decoder = ByteLevelDecoder()
    tokenizer.add_special_tokens(special)
    return tokenizer


def save(tokenizer: Tokenizer, folder: Path) -> None:
    """tokenizer.json and tokenizer_config.json, as a Hugging Face checkpoint has them."""
    special = {t.content: i for i, t in tokenizer.get_added_tokens_decoder().items()}
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {
        "tokenizer_class": "Qwen2Tokenizer",
        "add_bos_token": False,
        "add_eos_token": False,
        "add_prefix_space": False,
        "bos_token": None,
        "eos_token": END,
        "pad_token": END_OF_TEXT,
        "unk_token": None,
        "clean_up_tokenization_spaces": False,
        "model_max_length": 2048,
        "chat_template": CHAT_TEMPLATE,
        "added_tokens_decoder": {
            str(i): {
                "content": t,
                "lstrip": False,
                "normalized": False,
                "rstrip": False,
                "single_word": False,
                "special": True,
            }
            for t, i in sorted(special.items(), key=lambda item: item[1])
        },
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config, ensure_ascii=False, indent=1), encoding="utf-8")
    (folder / "chat_template.jinja").write_text(CHAT_TEMPLATE, encoding="utf-8")


def open_pair(folder: Path, dropout: float) -> tuple[Tokenizer, Tokenizer]:
    """The tokenizer, and the same with BPE dropout, for the questions of the training."""
    plain = Tokenizer.from_file(str(folder / "tokenizer.json"))
    noisy = Tokenizer.from_file(str(folder / "tokenizer.json"))
    noisy.model.dropout = dropout
    return plain, noisy
