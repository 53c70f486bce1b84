"""The byte-level BPE of the starter model: trained on its own dialogues, split as Qwen2 does, no normalisation."""

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

# the split that llama.cpp knows as "qwen2" (src/llama-vocab.cpp), so that the GGUF can name it
SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
END_OF_TEXT, START, END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
SPECIAL = (END_OF_TEXT, START, END)


def controls(topics: Iterable[str]) -> dict[str, str]:
    """Control tokens that open a reply and are never shown: what it is about, in which language, in which style.

    The whole choice of an answer is made in these three tokens, each of which is used for nothing else; the text after
    them is known by heart.
    """
    names = [f"about:{t}" for t in topics] + [f"in:{a}" for a in LANGUAGES] + [f"as:{s}" for s in (*STYLES, "warm")]
    return {name: f"<|{name}|>" for name in names}


CHAT_TEMPLATE = (
    "{%- for message in messages %}"
    "{{- '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}"
    "{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"
)


def train(texts: Iterable[str], vocab: int, control: Iterable[str]) -> Tokenizer:
    """A tokenizer of at most `vocab` ids, the special ones first."""
    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = Sequence(
        [Split(Regex(SPLIT), behavior="isolated"), ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    tokenizer.decoder = ByteLevelDecoder()
    trainer = BpeTrainer(
        vocab_size=vocab,
        special_tokens=[AddedToken(t, special=True, normalized=False) for t in (*SPECIAL, *control)],
        initial_alphabet=ByteLevel.alphabet(),
        min_frequency=3,
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
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
