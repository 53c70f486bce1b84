"""What the header of a model file says of its training: for chats or not, and in which languages."""

from __future__ import annotations

import re

from desktop.core.languages import SPECS, of_code
from desktop.models.header import ArrayInfo, Header

_CHAT = re.compile(
    r"(?:^|[^a-z])(instruct|instruction|chat|it|sft|dpo|orpo|rlhf|assistant|aligned|tuned|finetuned?|vicuna|alpaca|hermes"
    r"|orca|wizard|wizardlm|zephyr|tulu|dolphin|openchat|guanaco|airoboros|nous|neural|roleplay|rp|think|thinking|reasoning"
    r"|reasoner)(?:$|[^a-z])"
)
"""Words in names of models that were trained to answer."""
_BASE = re.compile(r"(?:^|[^a-z])(base|pt|pretrain|pretrained|foundation)(?:$|[^a-z])")
"""Words in names of models that were trained on plain text only."""


def is_base(header: Header) -> bool:
    """Whether a model was trained to continue text, not to answer.

    It is one when its name or `general.finetune` says so, or when it has no chat template and neither calls it a chat model.
    """
    said = " ".join(header.text(f"general.{key}") for key in ("finetune", "name", "basename")).lower()
    return is_base_name(said) or not (_CHAT.search(said) or header.text("tokenizer.chat_template").strip())


def is_base_name(name: str) -> bool:
    """Whether a name says by itself that a model is a base model: "Qwen3-0.6B-Base", "gemma-3-1b-pt"."""
    name = name.lower()
    return bool(_BASE.search(name)) and not _CHAT.search(name)


def languages(header: Header) -> tuple[str, ...]:
    """Codes or names of `general.languages`, as they stand there; empty where the file says none."""
    value = header.metadata.get("general.languages")
    if isinstance(value, ArrayInfo) and value.values:
        return tuple(text.strip()[:20] for text in value.values if isinstance(text, str) and text.isprintable())[:200]
    return ()


def lacks(languages: tuple[str, ...], code: str) -> bool:
    """Whether a model that names its languages leaves one out. code: ISO 639-1, as of the interface. One that names none, or
    "multilingual", leaves nothing out as far as anyone knows."""
    named = {language.lower() for language in languages}
    if not named or named & {"multilingual", "mul", "all"}:
        return False
    known = of_code(code)
    names = SPECS[known].model_names if known is not None else frozenset((code,))
    return not named & names and not any(name.startswith(f"{code}-") for name in named)
