"""A small Llama in two parts: the speaker, which is trained here, and the chooser's scores, which are written in (file.py).

The residual stream of 256 is divided. The first RESERVED dimensions belong to the chooser: no weight of the speaker reads or
writes them, they only count in the norms. So the speaker is trained alone, as wide as the rest, with that energy
given.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

RESERVED = 112
CHOOSING_HEADS = 2  # of the first layer: they are the chooser's


@dataclass(frozen=True)
class Shape:
    vocab: int = 0
    hidden: int = 256
    layers: int = 3
    heads: int = 4
    mlp: int = 512
    context: int = 2048
    rope_base: float = 10000.0
    eps: float = 1e-5

    @property
    def head(self) -> int:
        return self.hidden // self.heads

    @property
    def spoken(self) -> int:
        """Dimensions of the speaker."""
        return self.hidden - RESERVED

    def config(self) -> dict[str, object]:
        """config.json of the checkpoint."""
        return {
            "architectures": ["LlamaForCausalLM"],
            "model_type": "llama",
            "vocab_size": self.vocab,
            "hidden_size": self.hidden,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "num_key_value_heads": self.heads,
            "head_dim": self.head,
            "intermediate_size": self.mlp,
            "max_position_embeddings": self.context,
            "rope_theta": self.rope_base,
            "rms_norm_eps": self.eps,
            "hidden_act": "silu",
            "tie_word_embeddings": False,
            "attention_bias": False,
            "mlp_bias": False,
            "bos_token_id": None,
            "eos_token_id": 2,
            "pad_token_id": 0,
            "torch_dtype": "float32",
        }

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def coarse(weight: Tensor, least: float = 0.0, most: float = 0.0) -> Tensor:
    """A matrix as its numbers of four bits will be: sixteen steps for each 32 of a row (llama.cpp's Q4_K, about); gradients pass.

    least, most: what the reserved dimensions add to the range of the first, shared scale.
    """
    with torch.no_grad():
        cut = weight.shape[1] % 32
        parts = [weight[:, :cut]] if cut else []
        parts += [p.flatten(1) for p in weight[:, cut:].reshape(len(weight), -1, 32).unbind(1)]
        out = []
        for i, part in enumerate(parts):
            low = part.amin(1, keepdim=True).clamp(max=least if i == 0 else 0.0)
            high = part.amax(1, keepdim=True).clamp(min=most if i == 0 else 0.0)
            step = ((high - low) / 15).clamp(min=1e-8)
            out.append(((part - low) / step).round() * step + low)
        change = torch.cat(out, 1) - weight
    return weight + change


class Block(nn.Module):
    coarse = False  # whether to speak as with numbers of four bits

    def __init__(self, shape: Shape, heads: int) -> None:
        super().__init__()
        n, m, inner = shape.spoken, shape.mlp, heads * shape.head
        self.shape, self.heads = shape, heads
        self.input_norm = nn.Parameter(torch.ones(n))
        self.post_norm = nn.Parameter(torch.ones(n))
        self.qkv = nn.Parameter(torch.randn(3 * inner, n) * n**-0.5 * 0.6)
        self.o = nn.Parameter(torch.randn(n, inner) * inner**-0.5 * 0.2)
        self.gate_up = nn.Parameter(torch.randn(2 * m, n) * n**-0.5 * 0.6)
        self.down = nn.Parameter(torch.randn(n, m) * m**-0.5 * 0.2)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor, before: Tensor, after: Tensor) -> Tensor:
        """before, after: energy of the reserved dimensions, in front of the attention and behind it."""
        b, t, _ = x.shape
        qkv, o, gate_up, down = self.qkv, self.o, self.gate_up, self.down
        if self.coarse:
            qkv, o, gate_up, down = coarse(qkv), coarse(o), coarse(gate_up), coarse(down)
        y = norm(x, self.input_norm, before, self.shape)
        q, k, v = F.linear(y, qkv).view(b, t, 3, self.heads, self.shape.head).permute(2, 0, 3, 1, 4)
        q, k = _rotate(q, cos, sin), _rotate(k, cos, sin)
        a = F.scaled_dot_product_attention(q, k, v, attn_mask=mask.to(q.dtype))
        x = x + F.linear(a.transpose(1, 2).reshape(b, t, -1), o)
        gate, up = F.linear(norm(x, self.post_norm, after, self.shape), gate_up).chunk(2, dim=-1)
        return x + F.linear(F.silu(gate) * up, down)


def norm(x: Tensor, weight: Tensor, energy: Tensor, shape: Shape) -> Tensor:
    """The root mean square norm of the whole stream, of which only the speaker's part is here."""
    x = x.float()
    return x * torch.rsqrt((x.square().sum(-1, keepdim=True) + energy) / shape.hidden + shape.eps) * weight


def _rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    half = x.shape[-1] // 2
    return x * cos + torch.cat((-x[..., half:], x[..., :half]), dim=-1) * sin


class Speaker(nn.Module):
    """Tokens are numbered without the runs of letters, which are all the same to it: number 0, an embedding of nothing."""

    def __init__(self, shape: Shape, tokens: int) -> None:
        super().__init__()
        self.shape = shape
        self.embed = nn.Parameter(torch.randn(tokens, shape.spoken) * 0.1)
        # not tied: what a piece means in a question and where it stands in an answer have little to do with each other
        self.output = nn.Parameter(torch.randn(tokens, shape.spoken) * 0.02)
        with torch.no_grad():
            self.embed[0] = self.output[0] = 0.0
        self.blocks = nn.ModuleList(
            Block(shape, shape.heads - (0 if i else CHOOSING_HEADS)) for i in range(shape.layers)
        )
        self.norm = nn.Parameter(torch.ones(shape.spoken))
        inverse = shape.rope_base ** (-torch.arange(0, shape.head, 2, dtype=torch.float32) / shape.head)
        angles = torch.outer(torch.arange(shape.context, dtype=torch.float32), inverse)
        self.register_buffer("angles", torch.cat((angles, angles), dim=-1), persistent=False)

    def forward(
        self, ids: Tensor, positions: Tensor, mask: Tensor, first: Tensor, later: Tensor, keep: Tensor
    ) -> Tensor:
        """Logits of the kept places. first, later: (batch, time, 1) reserved energy at the first norm, and after it."""
        angles = self.angles[positions].unsqueeze(1)
        rough = any(isinstance(block, Block) and block.coarse for block in self.blocks)
        x = F.embedding(ids, coarse(self.embed, -0.5, 1.0) if rough else self.embed)
        cos, sin = angles.cos(), angles.sin()
        for i, block in enumerate(self.blocks):
            x = block(x, cos, sin, mask, later if i else first, later)
        return F.linear(norm(x, self.norm, later, self.shape)[keep], self.output)
