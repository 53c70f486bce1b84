"""Takes a speaker out of a finished GGUF, so that a larger corpus goes on from what is known by heart instead of from nothing."""

from __future__ import annotations

from pathlib import Path

import gguf
import torch
from gguf.quants import dequantize
from torch import Tensor

from .model import RESERVED, Block, Shape, Speaker


@torch.no_grad()
def fill(speaker: Speaker, model: Path, vocab: dict[str, int], numbers: Tensor, sharpness: float) -> int:
    """Writes what file.checkpoint wrote back into a speaker; returns how many of its pieces the file knew. Other pieces,
    such as new topics, keep what they have."""
    reader = gguf.GGUFReader(model)
    tensors = {t.name: torch.from_numpy(dequantize(t.data, t.tensor_type).copy()) for t in reader.tensors}
    field = reader.get_field("tokenizer.ggml.tokens")
    assert field is not None
    known = 0
    for at, piece in enumerate(field.contents()):
        number = int(numbers[vocab[piece]]) if piece in vocab else 0
        if number:
            known += 1
            speaker.embed[number] = tensors["token_embd.weight"][at, RESERVED:]
            speaker.output[number] = tensors["output.weight"][at, RESERVED:] / sharpness
    speaker.norm.copy_(tensors["output_norm.weight"][RESERVED:])
    shape = speaker.shape
    for i, block in enumerate(speaker.blocks):
        assert isinstance(block, Block)
        own, name = block.heads * shape.head, f"blk.{i}."
        parts = [
            _rotated_by_halves(tensors[name + "attn_q.weight"], shape),
            _rotated_by_halves(tensors[name + "attn_k.weight"], shape),
            tensors[name + "attn_v.weight"],
        ]
        block.qkv.copy_(torch.cat([part[-own:, RESERVED:] for part in parts]))
        block.o.copy_(tensors[name + "attn_output.weight"][RESERVED:, -own:])
        gate_up = torch.cat([tensors[name + "ffn_gate.weight"], tensors[name + "ffn_up.weight"]])
        block.gate_up.copy_(gate_up[:, RESERVED:])
        block.down.copy_(tensors[name + "ffn_down.weight"][RESERVED:])
        block.input_norm.copy_(tensors[name + "attn_norm.weight"][RESERVED:])
        block.post_norm.copy_(tensors[name + "ffn_norm.weight"][RESERVED:])
    return known


def _rotated_by_halves(weight: Tensor, shape: Shape) -> Tensor:
    """llama.cpp rotates neighbouring rows of a head, the speaker its two halves."""
    return weight.reshape(shape.heads, shape.head // 2, 2, -1).transpose(1, 2).reshape(weight.shape)
