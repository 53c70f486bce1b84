"""What a model's memory and speed depend on, read from its header or from the catalogue.

Sources: hyper-parameters of src/models/*.cpp, cache sizes of llama-kv-cache.cpp and llama-hparams.cpp (n_embd_r, n_embd_s) of
llama.cpp as pinned with llama-cpp-python.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from desktop.core.dimensions import ModelDimensions
from desktop.models.header import TENSOR_TYPES, ArrayInfo, Header, TensorInfo, whole

_LAYER = re.compile(r"blk\.(\d{1,5})\.(\w+)", re.ASCII)
_WINDOW_EVERY = {
    "gemma2": 2,
    "gemma3": 6,
    "cohere2": 4,
    "gpt-oss": 2,
    "exaone4": 4,
    "olmo2": 4,
    "gemma3n": 5,
    "llama4": 4,
}
"""Families whose windowed layers are known by their place: of so many layers the last one sees everything."""
_NO_WINDOW = frozenset({"phi3", "phimoe", "qwen2", "llama", "mistral3"})
"""Families for which llama.cpp reads a window and does not use it."""
_REPACKED = frozenset({"Q4_0", "Q4_K", "IQ4_NL", "MXFP4"})
"""Types that the CPU backend lays out anew in memory of its own (ggml-cpu/repack.cpp, x86 with AVX2)."""
_PER_EXPERT = ("ffn_gate_exps", "ffn_up_exps", "ffn_down_exps", "ffn_gate_up_exps", "ffn_gate_chexps", "ffn_up_chexps")


def dimensions_of(headers: Sequence[Header]) -> ModelDimensions:
    """The shape of a model from the headers of all its parts, first part first."""
    header = headers[0]
    tensors = [tensor for part in headers for tensor in part.tensors]
    layers = min(max(_number(header, "block_count"), 0), 10_000)
    kinds = _kinds(tensors)
    full, windowed, window = _cache(header, layers, kinds)
    experts, used = max(_number(header, "expert_count"), 0), max(_number(header, "expert_used_count"), 0)
    share = min(used / experts, 1.0) if experts else 1.0
    embedding = next((t for t in tensors if t.name == "token_embd.weight"), None)
    tied = embedding is not None and not any(t.name == "output.weight" for t in tensors)
    read = 0.0
    for tensor in tensors:
        if tensor is embedding and not tied:
            continue
        read += tensor.size * (share if _expert_part(tensor.name) else 1.0)
    repeated = embedding.size if embedding and tied and TENSOR_TYPES[embedding.type][0] in _REPACKED else 0
    feed = _largest(header, "feed_forward_length")
    if experts:
        dense = any(kind.startswith(("ffn_up.", "ffn_up_shexp")) for names in kinds.values() for kind in names)
        inner = max(_largest(header, "expert_feed_forward_length"), 0) or feed
        feed = max(inner * max(used, 1), feed if dense else 0)
    width = max(_number(header, "embedding_length"), 0)
    return ModelDimensions(
        weight_bytes=sum(tensor.size for tensor in tensors),
        read_bytes=round(read),
        repeated_bytes=repeated,
        kv_elements=full,
        window_elements=windowed,
        window=window,
        state_bytes=_state(header, width, kinds),
        width=width,
        heads=max([0, *header.per_layer("attention.head_count", layers, 0)]),
        layers=layers,
        feed=max(feed, 0),
        mixer=_mixer(header),
        vocabulary=header.count("tokenizer.ggml.tokens") or max(_number(header, "vocab_size"), 0),
        context_trained=header.context_trained,
    )


def _number(header: Header, key: str, default: int = 0) -> int:
    return header.number(f"{header.architecture}.{key}", default)


def _largest(header: Header, key: str) -> int:
    value = header.metadata.get(f"{header.architecture}.{key}")
    if isinstance(value, ArrayInfo):
        return max((whole(v) for v in value.values or ()), default=0)
    return _number(header, key)


def _kinds(tensors: Iterable[TensorInfo]) -> dict[int, set[str]]:
    """Names of the tensors of each layer, without "blk.N."."""
    found: dict[int, set[str]] = {}
    for tensor in tensors:
        if match := _LAYER.match(tensor.name):
            found.setdefault(int(match[1]), set()).add(tensor.name[match.start(2) :])
    return found


def _expert_part(name: str) -> bool:
    match = _LAYER.match(name)
    return match is not None and match[2].startswith(_PER_EXPERT)


def _is_recurrent(names: set[str]) -> bool:
    return any(name.startswith(("ssm_", "shortconv", "time_mix")) for name in names)


def _has_cache(names: set[str]) -> bool:
    """Whether a layer keeps keys. Linear attention has a fused projection too, but with parts of a state-space layer."""
    if any(name.startswith(("attn_k.", "attn_kv_a_mqa", "attn_kv_b")) for name in names):
        return True
    return any(name.startswith("attn_qkv") for name in names) and not _is_recurrent(names)


def _cache(header: Header, layers: int, kinds: dict[int, set[str]]) -> tuple[int, int, int]:
    """Elements for one token in full layers, in windowed ones, and the window."""
    heads = header.per_layer("attention.head_count", layers, 0)
    heads_kv = header.per_layer("attention.head_count_kv", layers, 0)
    heads_kv = (
        [kv or all_heads for kv, all_heads in zip(heads_kv, heads, strict=True)] if not any(heads_kv) else heads_kv
    )
    first = next((count for count in heads if count > 0), 0)
    default = _number(header, "embedding_length") // first if first else 0
    key, value = (max(_number(header, f"attention.{name}_length", default), 0) for name in ("key", "value"))
    if _number(header, "attention.key_length_mla"):
        value = 0  # latent attention keeps one vector for both
    window_key = max(_number(header, "attention.key_length_swa", key), 0)
    window_value = max(_number(header, "attention.value_length_swa", value), 0)
    window = 0 if header.architecture in _NO_WINDOW else max(_number(header, "attention.sliding_window"), 0)
    own = layers - min(max(_number(header, "attention.shared_kv_layers"), 0), layers)
    full = windowed = 0
    for number in range(own):
        if not _has_cache(kinds.get(number, set())):
            continue
        if window and _sees_window(header, number):
            windowed += max(heads_kv[number], 0) * (window_key + window_value)
        else:
            full += max(heads_kv[number], 0) * (key + value)
    return full, windowed, window


def _sees_window(header: Header, number: int) -> bool:
    pattern = header.metadata.get(f"{header.architecture}.attention.sliding_window_pattern")
    if isinstance(pattern, ArrayInfo):
        return bool(pattern.values and pattern.values[number % len(pattern.values)])
    every = pattern if isinstance(pattern, int) and pattern > 0 else _WINDOW_EVERY.get(header.architecture)
    return every is None or number % every < every - 1


def _state(header: Header, width: int, kinds: dict[int, set[str]]) -> int:
    """Bytes of all recurrent states, float32."""
    inner, state = max(_number(header, "ssm.inner_size"), 0), max(_number(header, "ssm.state_size"), 0)
    groups, kernel = max(_number(header, "ssm.group_count"), 0), max(_number(header, "ssm.conv_kernel"), 0)
    short, head = max(_number(header, "shortconv.l_cache"), 0), max(_number(header, "wkv.head_size"), 0)
    if head:
        each = max(_number(header, "token_shift_count", 2), 0) * width + width * head
    elif short:
        each = width * (short - 1)
    else:
        each = max(kernel - 1, 0) * (inner + 2 * groups * state) + state * inner
    return 4 * each * sum(_is_recurrent(names) for names in kinds.values())


def _mixer(header: Header) -> int:
    inner, state = max(_number(header, "ssm.inner_size"), 0), max(_number(header, "ssm.state_size"), 0)
    if not inner:
        return 0
    groups, ranks = max(_number(header, "ssm.group_count"), 0), max(_number(header, "ssm.time_step_rank"), 0)
    projected = 2 * inner + 2 * groups * state + (ranks if groups else 0)
    return 2 * projected + 2 * inner
