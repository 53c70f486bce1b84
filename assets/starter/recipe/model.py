"""A small Llama in torch, in the layout of Hugging Face checkpoints (rotate-half rotary embedding)."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class Shape:
    vocab: int = 4096
    hidden: int = 256
    layers: int = 5
    heads: int = 4
    mlp: int = 768
    context: int = 2048
    rope_base: float = 10000.0
    eps: float = 1e-5

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
            "head_dim": self.hidden // self.heads,
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


class Block(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        h, m = shape.hidden, shape.mlp
        self.shape = shape
        self.input_norm = nn.Parameter(torch.ones(h))
        self.post_norm = nn.Parameter(torch.ones(h))
        self.qkv = nn.Parameter(torch.randn(3 * h, h) * h**-0.5 * 0.6)
        self.o = nn.Parameter(torch.randn(h, h) * h**-0.5 * 0.2)
        self.gate_up = nn.Parameter(torch.randn(2 * m, h) * h**-0.5 * 0.6)
        self.down = nn.Parameter(torch.randn(h, m) * m**-0.5 * 0.2)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        b, t, h = x.shape
        n = self.shape.heads
        y = F.rms_norm(x, (h,), self.input_norm, self.shape.eps)
        q, k, v = F.linear(y, self.qkv).view(b, t, 3, n, h // n).permute(2, 0, 3, 1, 4)
        q, k = _rotate(q, cos, sin), _rotate(k, cos, sin)
        a = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        a = F.linear(a.transpose(1, 2).reshape(b, t, h), self.o)
        x = x + a
        y = F.rms_norm(x, (h,), self.post_norm, self.shape.eps)
        gate, up = F.linear(y, self.gate_up).chunk(2, dim=-1)
        y = F.linear(F.silu(gate) * up, self.down)
        return x + y


def _rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    half = x.shape[-1] // 2
    return x * cos + torch.cat((-x[..., half:], x[..., :half]), dim=-1) * sin


class Llama(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embed = nn.Parameter(torch.randn(shape.vocab, shape.hidden) * 0.04)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        # not tied: what a piece means in a question and where it stands in an answer have little to do with each other
        self.output = nn.Parameter(torch.randn(shape.vocab, shape.hidden) * 0.02)
        self.norm = nn.Parameter(torch.ones(shape.hidden))
        dim = shape.hidden // shape.heads
        inverse = shape.rope_base ** (-torch.arange(0, dim, 2, dtype=torch.float32) / dim)
        angles = torch.outer(torch.arange(shape.context, dtype=torch.float32), inverse)
        self.register_buffer("angles", torch.cat((angles, angles), dim=-1), persistent=False)

    def hidden(self, ids: Tensor, positions: Tensor) -> Tensor:
        """(batch, time) token ids and positions -> (batch, time, hidden) after the last norm."""
        angles = self.angles[positions].unsqueeze(1)
        x = F.embedding(ids, self.embed)
        cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
        for block in self.blocks:
            x = block(x, cos, sin)
        return F.rms_norm(x, (self.shape.hidden,), self.norm, self.shape.eps)

    def logits(self, hidden: Tensor) -> Tensor:
        return F.linear(hidden, self.output)

    def checkpoint(self) -> dict[str, Tensor]:
        """The weights under the names of LlamaForCausalLM."""
        h, m = self.shape.hidden, self.shape.mlp
        out = {
            "model.embed_tokens.weight": self.embed,
            "model.norm.weight": self.norm,
            "lm_head.weight": self.output,
        }
        for i, block in enumerate(self.blocks):
            assert isinstance(block, Block)
            p = f"model.layers.{i}."
            q, k, v = block.qkv.split(h)
            gate, up = block.gate_up.split(m)
            out |= {
                p + "input_layernorm.weight": block.input_norm,
                p + "post_attention_layernorm.weight": block.post_norm,
                p + "self_attn.q_proj.weight": q,
                p + "self_attn.k_proj.weight": k,
                p + "self_attn.v_proj.weight": v,
                p + "self_attn.o_proj.weight": block.o,
                p + "mlp.gate_proj.weight": gate,
                p + "mlp.up_proj.weight": up,
                p + "mlp.down_proj.weight": block.down,
            }
        return {name: t.detach().float().contiguous() for name, t in out.items()}
