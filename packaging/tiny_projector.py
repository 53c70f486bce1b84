"""A tiny projector of random weights and a picture, for trying images with an installed Samar. Standard library only.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md; the tensors are those of a LLaVA projector (llama.cpp, clip.cpp).
"""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import tiny_checkpoint

SIDE, PATCH, HIDDEN, FEED, LAYERS = 16, 4, 16, 32, 1
POSITIONS = (SIDE // PATCH) ** 2
"""Places in the context that one picture takes."""
UINT32, FLOAT32, BOOL, STRING, ARRAY = 4, 6, 7, 8, 9
ALIGNMENT = 32

Value = str | bool | int | float | list[float]


def packed(value: Value) -> bytes:
    """A metadata value with its type before it."""
    if isinstance(value, str):
        return struct.pack("<I", STRING) + text(value)
    if isinstance(value, bool):
        return struct.pack("<IB", BOOL, value)
    if isinstance(value, int):
        return struct.pack("<II", UINT32, value)
    if isinstance(value, float):
        return struct.pack("<If", FLOAT32, value)
    return struct.pack(f"<IIQ{len(value)}f", ARRAY, FLOAT32, len(value), *value)


def text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def shapes() -> dict[str, tuple[int, ...]]:
    """Tensors with their shapes, the fastest dimension last."""
    width = tiny_checkpoint.WIDTH
    found: dict[str, tuple[int, ...]] = {
        "v.patch_embd.weight": (HIDDEN, 3, PATCH, PATCH),
        "v.position_embd.weight": (POSITIONS, HIDDEN),
    }
    for layer in range(LAYERS):
        sides = {f"attn_{part}": (HIDDEN, HIDDEN) for part in ("q", "k", "v", "out")}
        sides |= {"ffn_up": (FEED, HIDDEN), "ffn_down": (HIDDEN, FEED)}
        for part, shape in sides.items():
            found |= {f"v.blk.{layer}.{part}.weight": shape, f"v.blk.{layer}.{part}.bias": shape[:1]}
        for part in ("ln1", "ln2"):
            found |= {f"v.blk.{layer}.{part}.{kind}": (HIDDEN,) for kind in ("weight", "bias")}
    for number, entering in ((0, HIDDEN), (2, width)):
        found |= {f"mm.{number}.weight": (width, entering), f"mm.{number}.bias": (width,)}
    return found


def metadata() -> dict[str, Value]:
    vision: dict[str, Value] = {
        "image_size": SIDE, "patch_size": PATCH, "embedding_length": HIDDEN, "feed_forward_length": FEED,
        "block_count": LAYERS, "attention.head_count": 2, "projection_dim": tiny_checkpoint.WIDTH,
        "attention.layer_norm_epsilon": 1e-5, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5],
    }  # fmt: skip
    return {
        "general.architecture": "clip", "general.type": "mmproj", "clip.has_vision_encoder": True,
        "clip.projector_type": "mlp", "clip.use_gelu": True,
        **{f"clip.vision.{name}": value for name, value in vision.items()},
    }  # fmt: skip


def write(path: Path) -> Path:
    """Write a projector that belongs to the checkpoint of tiny_checkpoint. Returns the path."""
    numbers = random.Random(11)
    known, tensors = metadata(), shapes()
    head = struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), len(known))
    head += b"".join(text(name) + packed(value) for name, value in known.items())
    body = bytearray()
    for name, shape in tensors.items():
        head += text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *reversed(shape), 0, len(body))
        count = 1
        for size in shape:
            count *= size
        body += struct.pack(f"<{count}f", *(numbers.gauss(0.0, 0.4) for _ in range(count)))
        body += bytes(-len(body) % ALIGNMENT)
    path.write_bytes(head + bytes(-len(head) % ALIGNMENT) + body)
    return path


def png(color: Sequence[int], width: int = 24, height: int = 16) -> bytes:
    """A picture of one colour (https://www.w3.org/TR/png-3/)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = b"\0" + bytes(color) * width
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(row * height)) + chunk(b"IEND", b"")
    )
