"""What a model is, from its header alone: nothing is loaded and no template is run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path

import msgspec

from desktop.core.dimensions import ModelDimensions
from desktop.core.errors import SamarError
from desktop.core.thinking import switches_in
from desktop.models import gguf, training
from desktop.models.header import TENSOR_TYPES, Header


def _tr(_context: str, text: str) -> str:
    """Mark a text for translation (pyside6-lupdate reads the alias below)."""
    return text


QT_TRANSLATE_NOOP = _tr


class Warning_(StrEnum):  # noqa: N801 - Warning is Python's own
    """What a person should know before relying on a file."""

    NO_TEMPLATE = "no_template"
    NO_PRE_TOKENIZER = "no_pre_tokenizer"
    NO_ROPE_FACTORS = "no_rope_factors"
    NO_END_TOKEN = "no_end_token"  # noqa: S105
    VOCABULARY_MISMATCH = "vocabulary_mismatch"
    OLD_QUANTIZATION = "old_quantization"
    FEW_BITS = "few_bits"
    NO_CONTEXT = "no_context"


WARNINGS: Mapping[Warning_, str] = {
    Warning_.NO_TEMPLATE: QT_TRANSLATE_NOOP(
        "models",
        "It has no chat template, so Samar uses a common one (ChatML) and its answers may be odd. It may not be made for chats (a base model).",
    ),
    Warning_.NO_PRE_TOKENIZER: QT_TRANSLATE_NOOP(
        "models",
        "It was converted long ago and does not say how to split text: its answers are worse than they should be.",
    ),
    Warning_.NO_ROPE_FACTORS: QT_TRANSLATE_NOOP(
        "models", "It was converted without what it needs for long texts: beyond 8,192 tokens its answers fall apart."
    ),
    Warning_.NO_END_TOKEN: QT_TRANSLATE_NOOP("models", "It does not say how a reply ends: it may go on for ever."),
    Warning_.VOCABULARY_MISMATCH: QT_TRANSLATE_NOOP(
        "models", "The sizes of its vocabulary and its weights differ: it may not load."
    ),
    Warning_.OLD_QUANTIZATION: QT_TRANSLATE_NOOP(
        "models", "It was quantized by a very old version: look for a newer file."
    ),
    Warning_.FEW_BITS: QT_TRANSLATE_NOOP(
        "models",
        "It is quantized very strongly (fewer than 3 bits for each weight): expect mistakes, above all in Arabic.",
    ),
    Warning_.NO_CONTEXT: QT_TRANSLATE_NOOP("models", "It does not say how long a context it was trained for."),
}


class TemplateFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the chat template takes, as its text has it."""

    present: bool
    system: bool
    tools: bool
    thinking: bool
    switch: bool = False
    """It may let one choose whether the model thinks."""


class TypeShare(msgspec.Struct, frozen=True, kw_only=True):
    """Tensors of one type."""

    type: str
    tensors: int
    bytes: int


class ModelSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A model's card."""

    name: str
    path: str
    architecture: str
    parameters: int
    active_parameters: int
    """At work for one token: fewer than `parameters` where experts are used."""
    quantization: str
    types: tuple[TypeShare, ...]
    """Largest first."""
    bits_per_weight: float
    file_bytes: int
    parts: int
    context: int
    layers: int
    vocabulary: int
    template: TemplateFacts
    special_tokens: tuple[tuple[str, int, str], ...]
    """(role, number, text)"""
    licence: str
    licence_link: str
    made_by: str
    source: str
    """Address or repository that the file names."""
    languages: tuple[str, ...]
    companions: tuple[str, ...]
    warnings: tuple[Warning_, ...]
    shape: ModelDimensions


_SPECIALS = ("bos", "eos", "eot", "eom", "unknown", "padding", "seperator", "mask", "fim_pre", "fim_suf", "fim_mid")
"""Keys tokenizer.ggml.<role>_token_id of gguf-py, spelling included."""
_THINKING = re.compile(r"<think|enable_thinking|<\|channel\|>|reasoning_content|thinking")
_TOOLS = re.compile(r"\btools?\b|tool_call|function_call")
_SYSTEM = re.compile(r"['\"]system['\"]|system_message|system_prompt|<\|system\|>|<<SYS>>")
_NO_SYSTEM = re.compile(r"raise_exception\(\s*['\"][^'\"]*system[^'\"]*(not supported|unsupported)", re.IGNORECASE)


def summary_of(path: Path, companions: tuple[str, ...] = ()) -> ModelSummary:
    """The card of a model. Raises SamarError as gguf.inspect does."""
    facts, headers = gguf.inspected(path)
    header = headers[0]
    sums: dict[str, tuple[int, int]] = {}
    for part in headers:
        for kind, number, size in gguf.tensor_summary(part):
            before = sums.get(kind, (0, 0))
            sums[kind] = before[0] + number, before[1] + size
    shares = sorted(sums.items(), key=lambda item: -item[1][1])
    bits = facts.weight_bytes * 8 / facts.parameters if facts.parameters else 0.0
    return ModelSummary(
        name=facts.name,
        path=str(path),
        architecture=facts.architecture,
        parameters=facts.parameters,
        active_parameters=_active(headers, facts.parameters),
        quantization=facts.quantization,
        types=tuple(TypeShare(type=kind, tensors=number, bytes=size) for kind, (number, size) in shares),
        bits_per_weight=round(bits, 2),
        file_bytes=facts.file_bytes,
        parts=len(headers),
        context=facts.context_trained,
        layers=facts.shape.layers,
        vocabulary=facts.shape.vocabulary,
        template=template_facts(header.text("tokenizer.chat_template")),
        special_tokens=_special_tokens(path, header),
        licence=_short(header.text("general.license.name") or header.text("general.license")),
        licence_link=_short(header.text("general.license.link")),
        made_by=_short(header.text("general.organization") or header.text("general.author")),
        source=_source(header),
        languages=training.languages(header),
        companions=companions,
        warnings=tuple(_warnings(headers, bits)),
        shape=facts.shape,
    )


def template_facts(template: str) -> TemplateFacts:
    """What a template takes, by what it mentions."""
    return TemplateFacts(
        present=bool(template.strip()),
        system=bool(_SYSTEM.search(template)) and not _NO_SYSTEM.search(template),
        tools=bool(_TOOLS.search(template)),
        thinking=bool(_THINKING.search(template)),
        switch=bool(switches_in(template)),
    )


def has_thinking_switch(path: Path) -> bool:
    """Whether the template of a model may let one choose whether it thinks. False for a file that can't be read."""
    try:
        return bool(switches_in(gguf.read_header(path).text("tokenizer.chat_template")))
    except SamarError:
        return False


def _short(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable()).strip()[:200]


def _active(headers: Sequence[Header], whole: int) -> int:
    header = headers[0]
    experts = header.number(f"{header.architecture}.expert_count")
    used = header.number(f"{header.architecture}.expert_used_count")
    if experts <= 0 or not 0 < used < experts:
        return whole
    in_experts = sum(t.elements for part in headers for t in part.tensors if "_exps." in t.name)
    return whole - in_experts + in_experts * used // experts


def _special_tokens(path: Path, header: Header) -> tuple[tuple[str, int, str], ...]:
    numbers = {
        role: header.number(f"tokenizer.ggml.{role}_token_id", -1)
        for role in _SPECIALS
        if f"tokenizer.ggml.{role}_token_id" in header.metadata
    }
    texts = gguf.token_texts(path, numbers.values())
    return tuple((role, number, _short(texts.get(number, ""))) for role, number in numbers.items())


def _source(header: Header) -> str:
    keys = ("general.source.url", "general.repo_url", "general.url", "general.base_model.0.repo_url")
    return next((_short(text) for key in keys if (text := header.text(key))), "")


def _warnings(headers: Sequence[Header], bits: float) -> list[Warning_]:
    header = headers[0]
    names = {tensor.name: tensor for part in headers for tensor in part.tensors}
    found: list[Warning_] = []
    if not header.text("tokenizer.chat_template").strip():
        found.append(Warning_.NO_TEMPLATE)
    if header.text("tokenizer.ggml.model") == "gpt2" and not header.text("tokenizer.ggml.pre"):
        found.append(Warning_.NO_PRE_TOKENIZER)  # llama.cpp then falls back to a default and says so in its log
    vocabulary = header.count("tokenizer.ggml.tokens")
    llama3 = header.architecture == "llama" and vocabulary in (128_256, 128_257)
    phi3 = header.architecture == "phi3" and header.context_trained > 8192
    if (llama3 and header.context_trained > 8192 and "rope_freqs.weight" not in names) or (
        phi3 and "rope_factors_long.weight" not in names
    ):
        found.append(Warning_.NO_ROPE_FACTORS)
    if vocabulary and not any(f"tokenizer.ggml.{role}_token_id" in header.metadata for role in ("eos", "eot", "eom")):
        found.append(Warning_.NO_END_TOKEN)
    embedding = names.get("token_embd.weight")
    if embedding and vocabulary and len(embedding.dims) == 2 and embedding.dims[1] < vocabulary:
        found.append(Warning_.VOCABULARY_MISMATCH)
    quantized = any(TENSOR_TYPES[tensor.type][1] > 1 for tensor in names.values())
    if quantized and 0 <= header.number("general.quantization_version", 2) < 2:
        found.append(Warning_.OLD_QUANTIZATION)
    if 0 < bits < 3:
        found.append(Warning_.FEW_BITS)
    if header.context_trained <= 0:
        found.append(Warning_.NO_CONTEXT)
    return found


def projector_of(companions: tuple[str, ...]) -> Path | None:
    """The file that lets a model see images, among those that belong to it."""
    for name in companions:
        try:
            if gguf.kind_of(Path(name)).is_projector:
                return Path(name)
        except SamarError:
            continue
    return None
