"""GGUF files of a family and a shape, as large as wished, written in milliseconds: the weights are a hole in the file.

All weights read as zero, which is enough to load a model, to read a prompt and to measure what both take. Tensor names
and shapes: src/models/*.cpp of llama.cpp.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from desktop.models.header import TENSOR_TYPES

F32, F16, Q8_0, Q4_K, Q6_K = 0, 1, 8, 12, 14
Tensor = tuple[str, tuple[int, ...], int]
_ALIGNMENT = 32


@dataclass(frozen=True)
class Shape:
    """What a family needs to know. type: of all matrices."""

    family: str
    width: int = 256
    layers: int = 4
    heads: int = 8
    kv_heads: int = 2
    head: int = 32
    feed: int = 768
    vocabulary: int = 4096
    context: int = 32_768
    type: int = Q8_0
    window: int = 0
    experts: int = 0
    experts_used: int = 0
    expert_feed: int = 0
    tied: bool = False
    state: int = 0
    inner: int = 0
    ranks: int = 0
    groups: int = 0
    extra: Mapping[str, int | float | str] = field(default_factory=dict)


def tensors_of(shape: Shape) -> list[Tensor]:
    w, t = shape.width, shape.type
    norm = "token_embd_norm" if shape.family == "lfm2" else "output_norm"
    found: list[Tensor] = [("token_embd.weight", (w, shape.vocabulary), t), (f"{norm}.weight", (w,), F32)]
    if not shape.tied:
        found.append(("output.weight", (w, shape.vocabulary), t))
    if shape.family in ("phi2", "phimoe"):
        found += [("output_norm.bias", (w,), F32), ("output.bias", (shape.vocabulary,), F32)]
    for i in range(shape.layers):
        found += [(f"blk.{i}.{name}", dims, kind) for name, dims, kind in _layer(shape, i)]
    return found


def _layer(shape: Shape, number: int) -> list[Tensor]:
    w, t, family = shape.width, shape.type, shape.family
    found: list[Tensor] = [("attn_norm.weight", (w,), F32)]
    if family in ("phi2", "phimoe"):
        found.append(("attn_norm.bias", (w,), F32))
    if family in ("mamba", "mamba2", "falcon-h1"):
        found += _state_space(shape)
    if family in ("mamba", "mamba2"):
        return found
    if family == "qwen35" and (number + 1) % 4:
        found += _linear_attention(shape)
    else:
        found += _attention(shape) if family != "lfm2" or number % 3 == 2 else _short_convolution(shape)
    if family not in ("phi2", "cohere2"):
        found.append(("ffn_norm.weight" if family != "falcon-h1" else "ffn_norm", (w,), F32))
    if family == "phimoe":
        found.append(("ffn_norm.bias", (w,), F32))
    if family.startswith("gemma"):
        found += [("post_attention_norm.weight", (w,), F32), ("post_ffw_norm.weight", (w,), F32)]
    if shape.experts:
        e, f = shape.experts, shape.expert_feed
        found.append(("ffn_gate_inp.weight", (w, e), F32))
        found += [("ffn_gate_exps.weight", (w, f, e), t), ("ffn_up_exps.weight", (w, f, e), t)]
        found.append(("ffn_down_exps.weight", (f, w, e), t))
    elif family == "phi3":
        found += [("ffn_up.weight", (w, 2 * shape.feed), t), ("ffn_down.weight", (shape.feed, w), t)]
    else:
        found += [("ffn_up.weight", (w, shape.feed), t), ("ffn_down.weight", (shape.feed, w), t)]
        if family == "phi2":
            found += [("ffn_up.bias", (shape.feed,), F32), ("ffn_down.bias", (w,), F32)]
        else:
            found.append(("ffn_gate.weight", (w, shape.feed), t))
    return found


def _attention(shape: Shape) -> list[Tensor]:
    w, t, family = shape.width, shape.type, shape.family
    q, k = shape.heads * shape.head, shape.kv_heads * shape.head
    found: list[Tensor] = [("attn_output.weight", (q, w), t)]
    if family in ("phi3",):
        found.append(("attn_qkv.weight", (w, q + 2 * k), t))
    elif family == "deepseek2":  # key and value are one vector, whose length is key_length
        found += [("attn_q.weight", (w, q), t), ("attn_kv_a_mqa.weight", (w, shape.head), t)]
    else:
        found += [("attn_q.weight", (w, q), t), ("attn_k.weight", (w, k), t), ("attn_v.weight", (w, k), t)]
    if family in ("qwen2", "phi2", "phimoe"):
        found += [("attn_q.bias", (q,), F32), ("attn_k.bias", (k,), F32), ("attn_v.bias", (k,), F32)]
    if family in ("phi2", "phimoe"):
        found.append(("attn_output.bias", (w,), F32))
    if family in ("qwen3", "qwen3moe", "gemma3", "lfm2"):
        found += [("attn_q_norm.weight", (shape.head,), F32), ("attn_k_norm.weight", (shape.head,), F32)]
    return found


def _short_convolution(shape: Shape) -> list[Tensor]:
    w, t = shape.width, shape.type
    return [
        ("shortconv.conv.weight", (3, w), F32),
        ("shortconv.in_proj.weight", (w, 3 * w), t),
        ("shortconv.out_proj.weight", (w, w), t),
    ]


def _linear_attention(shape: Shape) -> list[Tensor]:
    w, t = shape.width, shape.type
    return [
        ("attn_qkv.weight", (w, 2 * w), t),
        ("attn_gate.weight", (w, shape.inner), t),
        ("ssm_out.weight", (shape.inner, w), t),
    ]


def _state_space(shape: Shape) -> list[Tensor]:
    w, t, inner, state, ranks, groups = (
        shape.width,
        shape.type,
        shape.inner,
        shape.state,
        shape.ranks,
        shape.groups,
    )
    if shape.family == "mamba":
        return [
            ("ssm_in.weight", (w, 2 * inner), t),
            ("ssm_conv1d.weight", (4, inner), F32),
            ("ssm_conv1d.bias", (inner,), F32),
            ("ssm_x.weight", (inner, ranks + 2 * state), t),
            ("ssm_dt.weight", (ranks, inner), F32),
            ("ssm_dt.bias", (inner,), F32),
            ("ssm_a", (state, inner), F32),
            ("ssm_d", (inner,), F32),
            ("ssm_out.weight", (inner, w), t),
        ]
    mixed = inner + 2 * groups * state
    return [
        ("ssm_in.weight", (w, inner + mixed + ranks), t),
        ("ssm_conv1d.weight", (4, mixed), F32),
        ("ssm_conv1d.bias", (mixed,), F32),
        ("ssm_dt.bias", (ranks,), F32),
        ("ssm_a", (1, ranks), F32),
        ("ssm_d", (1, ranks), F32),
        ("ssm_norm.weight", (inner // groups, groups), F32),
        ("ssm_out.weight", (inner, w), t),
    ]


def metadata_of(shape: Shape) -> dict[str, int | float | str | list[int]]:
    a = shape.family
    made: dict[str, int | float | str | list[int]] = {
        "general.architecture": a,
        "general.name": f"{a} {shape.width}×{shape.layers}",
        f"{a}.context_length": shape.context,
        f"{a}.embedding_length": shape.width,
        f"{a}.block_count": shape.layers,
        f"{a}.feed_forward_length": shape.feed,
        f"{a}.attention.head_count": shape.heads,
        f"{a}.attention.head_count_kv": shape.kv_heads,
        f"{a}.attention.key_length": shape.head,
        f"{a}.attention.value_length": shape.head,
        f"{a}.attention.layer_norm_rms_epsilon": 1e-6,
        f"{a}.attention.layer_norm_epsilon": 1e-6,
        f"{a}.rope.dimension_count": shape.head,
        f"{a}.vocab_size": shape.vocabulary,
        "tokenizer.ggml.model": "none",
    }
    if a == "cohere2":
        made[f"{a}.logit_scale"] = 0.25
    if a == "lfm2":
        made[f"{a}.shortconv.l_cache"] = 3
        made[f"{a}.attention.head_count_kv"] = [shape.kv_heads if i % 3 == 2 else 0 for i in range(shape.layers)]
    if shape.window:
        made[f"{a}.attention.sliding_window"] = shape.window
    if shape.experts:
        made[f"{a}.expert_count"] = shape.experts
        made[f"{a}.expert_used_count"] = shape.experts_used
        made[f"{a}.expert_feed_forward_length"] = shape.expert_feed
        if a == "phimoe":
            made[f"{a}.feed_forward_length"] = shape.expert_feed
    if shape.inner:
        made[f"{a}.ssm.conv_kernel"] = 4
        made[f"{a}.ssm.inner_size"] = shape.inner
        made[f"{a}.ssm.state_size"] = shape.state
        made[f"{a}.ssm.time_step_rank"] = shape.ranks
        if shape.groups:
            made[f"{a}.ssm.group_count"] = shape.groups
    if a in ("mamba", "mamba2"):
        made[f"{a}.attention.head_count"] = 0
    made.update(shape.extra)
    return made


def write_shaped(path: Path, shape: Shape) -> Path:
    """Write the header; the data behind it is a hole of the right size."""
    tensors, metadata = tensors_of(shape), metadata_of(shape)
    out = bytearray(b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata)))
    for key, value in metadata.items():
        out += _text(key) + _value(value)
    offset = 0
    for name, dims, kind in tensors:
        _, block, block_bytes = TENSOR_TYPES[kind]
        size = block_bytes
        for dim in dims:
            size *= dim
        size //= block
        out += _text(name) + struct.pack(f"<I{len(dims)}QIQ", len(dims), *dims, kind, offset)
        offset += -(-size // _ALIGNMENT) * _ALIGNMENT
    out += bytes(-len(out) % _ALIGNMENT)
    with path.open("wb") as file:
        file.write(out)
        file.truncate(len(out) + offset)
    return path


def _text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def _value(value: int | float | str | list[int]) -> bytes:
    if isinstance(value, list):
        return struct.pack(f"<IIQ{len(value)}I", 9, 4, len(value), *value)
    if isinstance(value, str):
        return struct.pack("<I", 8) + _text(value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    return struct.pack("<II", 4, value)
