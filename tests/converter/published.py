"""Published vocabularies, rebuilt from llama.cpp's ggml-vocab-*.gguf, to see that their fingerprints are found.

    python -m tests.converter.published LLAMA_CPP_FOLDER

The files hold tokens, types and merges of the real tokenizers; how each cuts text is known from `STYLES`. Too large for the
suite, so `make reference` runs it.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from gguf import GGUFReader

from converter.tokenizers import TokenizerFiles, TokenType, byte_level_bpe
from converter.tokenizers.pretokenizer import BY_FINGERPRINT
from tests.converter.synthetic.checkpoints import put
from tests.converter.synthetic.vocabularies import STYLES, Style, added, byte_level, sequence, template

# Vocabulary file → (style that cuts as it does, its BOS if it adds one)
PUBLISHED: dict[str, tuple[str, str | None]] = {
    "llama-bpe": ("llama3", "<|begin_of_text|>"),
    "qwen2": ("qwen2", None),
    "gpt-2": ("phi2", None),
    "command-r": ("command-r", "<BOS_TOKEN>"),
    "starcoder": ("smollm2", None),
    "refact": ("granite", None),
}


def rebuild(path: Path, style: Style, bos: str | None, folder: Path) -> None:
    """tokenizer.json and tokenizer_config.json with the vocabulary of a GGUF file."""
    fields = GGUFReader(path).fields
    tokens = fields["tokenizer.ggml.tokens"].contents()
    types = [TokenType(int(kind)) for kind in fields["tokenizer.ggml.token_type"].contents()]
    normal = [ident for ident, kind in enumerate(types) if kind is TokenType.NORMAL]
    specials = [
        added(ident, tokens[ident], kind is TokenType.CONTROL)
        for ident, kind in enumerate(types)
        if kind is not TokenType.NORMAL and not tokens[ident].startswith("[PAD")
    ]
    vocab = {tokens[ident]: ident for ident in normal}
    vocab |= {token["content"]: token["id"] for token in specials if token["id"] < normal[-1]}
    ids = {token["content"]: token["id"] for token in specials}
    plain = byte_level()
    tokenizer = {
        "version": "1.0",
        "added_tokens": specials,
        "normalizer": style.normalizer,
        "pre_tokenizer": style.pre,
        "post_processor": sequence(plain, template(bos, None, ids), kind="processors") if bos else plain,
        "decoder": plain,
        "model": {
            "type": "BPE",
            "ignore_merges": style.ignore_merges,
            "vocab": vocab,
            "merges": fields["tokenizer.ggml.merges"].contents(),
        },
    }
    put(folder / "tokenizer.json", tokenizer)
    put(folder / "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast"})


def main(arguments: Sequence[str]) -> int:
    wrong = 0
    for name, (style, bos) in PUBLISHED.items():
        with tempfile.TemporaryDirectory() as folder:
            rebuild(Path(arguments[0]) / "models" / f"ggml-vocab-{name}.gguf", STYLES[style], bos, Path(folder))
            found = byte_level_bpe(TokenizerFiles(Path(folder)), None)
        right = (found.pre, found.recognised_by) == (name, BY_FINGERPRINT)
        wrong += not right
        print(f"{name}: {found.pre} by {found.recognised_by}{'' if right else ', WRONG'}", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
