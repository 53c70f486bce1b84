"""A checkpoint's tokenizer in GGUF's terms, read without transformers."""

from converter.tokenizers.bpe import byte_level_bpe
from converter.tokenizers.data import SpecialTokens, Tokenizer, TokenType
from converter.tokenizers.files import TokenizerFiles
from converter.tokenizers.special import read_special_tokens
from converter.tokenizers.spm import (
    is_sentencepiece_json,
    sentencepiece,
    sentencepiece_from_json,
    sentencepiece_phi3,
)
from converter.tokenizers.tekken import tekken

__all__ = [
    "SpecialTokens",
    "TokenType",
    "Tokenizer",
    "TokenizerFiles",
    "byte_level_bpe",
    "is_sentencepiece_json",
    "read_special_tokens",
    "sentencepiece",
    "sentencepiece_from_json",
    "sentencepiece_phi3",
    "tekken",
]
