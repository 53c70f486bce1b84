"""The Llama in torch, in the layout of Hugging Face checkpoints (rotate-half rotary embedding), and the part of it that speaks.

The residual stream has two halves. The first belongs to the classifier (classifier.py): layers 0 and 1 write it, the output rows of
the control tokens that say what a reply is about read it, and nothing else does. The second is the speaker's: layers 2 and up
read and write only it. So each learns without spoiling the other, and what the classifier makes of unseen wordings stays.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .classifier import ASK, ASKED, BEGIN, CONST, EPS, FEATURES, HIDDEN, MLP, STRENGTH, WIDTH, Student

HEADS, HEAD = 4, 64
ROPE = 10000.0
CONTEXT = 2048
SPOKEN = HIDDEN - WIDTH


@dataclass(frozen=True)
class Shape:
    vocab: int = 2048
    layers: int = 7  # two of them the classifier's

    def config(self) -> dict[str, object]:
        """config.json of the checkpoint."""
        return {
            "architectures": ["LlamaForCausalLM"],
            "model_type": "llama",
            "vocab_size": self.vocab,
            "hidden_size": HIDDEN,
            "num_hidden_layers": self.layers,
            "num_attention_heads": HEADS,
            "num_key_value_heads": HEADS,
            "head_dim": HEAD,
            "intermediate_size": MLP,
            "max_position_embeddings": CONTEXT,
            "rope_theta": ROPE,
            "rms_norm_eps": EPS,
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


def rotation(positions: Tensor) -> tuple[Tensor, Tensor]:
    """cos and sin, each (batch, 1, time, HEAD), of (batch, time) positions."""
    inverse = ROPE ** (-torch.arange(0, HEAD, 2, dtype=torch.float32) / HEAD)
    angles = positions.unsqueeze(-1).float() * torch.cat((inverse, inverse))
    return angles.cos().unsqueeze(1), angles.sin().unsqueeze(1)


def _rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    half = x.shape[-1] // 2
    return x * cos + torch.cat((-x[..., half:], x[..., :half]), dim=-1) * sin


def layer(x: Tensor, y: Tensor, again: Layered, cos: Tensor, sin: Tensor) -> Tensor:
    """One Llama layer: `x` the stream, `y` it normed for the attention, `again` the weights and the second norm."""
    b, t, _ = y.shape
    q, k, v = F.linear(y, again.qkv).view(b, t, 3, HEADS, HEAD).permute(2, 0, 3, 1, 4)
    q, k = _rotate(q, cos, sin).to(v.dtype), _rotate(k, cos, sin).to(v.dtype)
    # by hand: several times as fast as the fused kernel for rows so short, on a processor
    late = torch.ones(t, t, dtype=torch.bool).triu(1)
    a = (q @ k.mT * HEAD**-0.5).masked_fill(late, -torch.inf).softmax(-1, dtype=torch.float32).to(v.dtype) @ v
    x = x + F.linear(a.transpose(1, 2).reshape(b, t, HEADS * HEAD), again.o)
    gate, up = F.linear(again.second(x), again.gate_up).chunk(2, dim=-1)
    return x + F.linear(F.silu(gate) * up, again.down)


class Layered:
    """What `layer` needs."""

    qkv: Tensor
    o: Tensor
    gate_up: Tensor
    down: Tensor

    def second(self, x: Tensor) -> Tensor:
        raise NotImplementedError


class Fixed(Layered):
    """A layer of the classifier, over the whole stream; no gradient."""

    def __init__(self, qkv: Tensor, o: Tensor, gate_up: Tensor, down: Tensor) -> None:
        self.qkv, self.o, self.gate_up, self.down = qkv, o, gate_up, down

    def second(self, x: Tensor) -> Tensor:
        return F.rms_norm(x, (HIDDEN,), eps=EPS)


_SLOW = HEAD // 2 - 1  # the pair of a head's dimensions that turns least with the position
_FAST = 8  # pairs that turn fast enough to tell neighbours apart


def compiled(student: Student) -> tuple[Tensor, list[Fixed]]:
    """The classifier as embeddings (vocabulary, WIDTH) and the Llama's layers 0 and 1."""
    f = FEATURES
    with torch.no_grad():
        table = student.embedding().float()

        def blank() -> tuple[Tensor, Tensor, Tensor, Tensor]:
            return (
                torch.zeros(3, HEADS, HEAD, HIDDEN),
                torch.zeros(HIDDEN, HEADS * HEAD),
                torch.zeros(2 * MLP, HIDDEN),
                torch.zeros(HIDDEN, MLP),
            )

        # layer 0: heads 0 and 1 look at the piece before, head 2 two before, head 3 whether a question has begun
        qkv, o, gate_up, down = blank()
        gain = 7.75
        inverse = ROPE ** (-torch.arange(0, HEAD, 2, dtype=torch.float32) / HEAD)
        for head, back in ((0, 1), (1, 1), (2, 2)):
            turn = inverse[:_FAST] * back
            qkv[0, head, :_FAST, CONST] = gain * turn.cos()
            qkv[0, head, HEAD // 2 : HEAD // 2 + _FAST, CONST] = -gain * turn.sin()
            qkv[1, head, :_FAST, CONST] = gain
            qkv[2, head, :, :f] = student.v0[64 * head : 64 * head + 64]
        o[:f, : 3 * HEAD] = student.o0
        qkv[0, 3, _SLOW, CONST] = 12.0
        qkv[1, 3, _SLOW, ASK] = 12.0
        qkv[1, 3, _SLOW, BEGIN] = 6.0
        qkv[2, 3, 0, ASK] = 0.5
        o[ASKED, 3 * HEAD] = 1.0
        inner = len(student.gate0)
        gate_up[:inner, :f], gate_up[MLP : MLP + inner, :f], down[:f, :inner] = student.gate0, student.up0, student.down0
        first = Fixed(qkv.view(-1, HIDDEN), o, gate_up, down)
        # layer 1: the mean over what was asked
        qkv, o, gate_up, down = blank()
        qkv[0, :, _SLOW, CONST] = qkv[1, :, _SLOW, ASKED] = math.sqrt(STRENGTH * HEAD**0.5)
        qkv[2, :, :, :f] = student.v1.view(HEADS, HEAD, f)
        o[:f] = student.o1
        gate_up[:inner, :f], gate_up[MLP : MLP + inner, :f], down[:f, :inner] = student.gate1, student.up1, student.down1
        second = Fixed(qkv.view(-1, HIDDEN), o, gate_up, down)
    return table, [first, second]


class Spoken(nn.Module, Layered):
    """A layer of the speaker; its weights see and write SPOKEN dimensions."""

    def __init__(self) -> None:
        super().__init__()
        h, inner = SPOKEN, HEADS * HEAD
        self.input_norm = nn.Parameter(torch.ones(h))
        self.post_norm = nn.Parameter(torch.ones(h))
        self.qkv = nn.Parameter(torch.randn(3 * inner, h) * h**-0.5 * 0.6)
        self.o = nn.Parameter(torch.randn(h, inner) * inner**-0.5 * 0.2)
        self.gate_up = nn.Parameter(torch.randn(2 * MLP, h) * h**-0.5 * 0.6)
        self.down = nn.Parameter(torch.randn(h, MLP) * MLP**-0.5 * 0.2)
        self.beside = torch.zeros(())

    def second(self, x: Tensor) -> Tensor:
        return x * _beside(x, self.beside) * self.post_norm


def _beside(x: Tensor, square: Tensor) -> Tensor:
    """The norm's factor over the whole stream, whose other half has the sum of squares `square`."""
    return torch.rsqrt((x.float().square().sum(-1, keepdim=True) + square) / HIDDEN + EPS).to(x.dtype)


class Llama(nn.Module):
    """The speaker, on top of a classifier that is not trained here.

    classes: ids of the control tokens among which the classifier chooses, in its order.
    """

    def __init__(self, shape: Shape, student: Student, classes: list[int]) -> None:
        super().__init__()
        self.shape = shape
        self.embed = nn.Parameter(torch.randn(shape.vocab, SPOKEN))
        self.blocks = nn.ModuleList(Spoken() for _ in range(shape.layers - 2))
        # not tied: what a piece means in a question and where it stands in an answer have little to do with each other
        self.output = nn.Parameter(torch.randn(shape.vocab, SPOKEN) * 0.02)
        self.norm = nn.Parameter(torch.ones(SPOKEN))
        self.classes = torch.tensor(classes)
        self.take(student)

    def take(self, student: Student) -> None:
        """Uses this classifier from now on."""
        self.table, self.fixed = compiled(student)
        self.rows = F.pad(student.rows.detach().float(), (0, WIDTH - FEATURES))

    def embedding(self) -> Tensor:
        return F.rms_norm(self.embed, (SPOKEN,))

    @torch.no_grad()
    def classified(self, ids: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """(batch, time, WIDTH): the classifier's half of the stream."""
        x = F.embedding(ids, torch.cat((self.table, self.embedding()), -1))
        for block in self.fixed:
            x = layer(x, F.rms_norm(x, (HIDDEN,), eps=EPS), block, cos, sin)
        return x[..., :WIDTH]

    def hidden(self, ids: Tensor, positions: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, time) token ids and positions -> both halves of the stream after the last norm."""
        cos, sin = rotation(positions)
        other = self.classified(ids, cos, sin)
        square = other.float().square().sum(-1, keepdim=True)
        x = F.embedding(ids, self.embedding())
        for block in self.blocks:
            assert isinstance(block, Spoken)
            block.beside = square
            x = layer(x, x * _beside(x, square) * block.input_norm, block, cos, sin)
        scale = _beside(x, square)
        return other * scale, x * scale * self.norm

    def logits(self, other: Tensor, spoken: Tensor) -> Tensor:
        out = F.linear(spoken, self.output)
        return out.index_add(-1, self.classes, F.linear(other, self.rows).to(out.dtype))

    def checkpoint(self, sharpness: float = 1.0) -> dict[str, Tensor]:
        """The weights under the names of LlamaForCausalLM. `sharpness` multiplies the logits."""
        h, inner, w = HIDDEN, HEADS * HEAD, WIDTH
        output = F.pad(self.output.detach(), (w, 0))
        output[self.classes, :w] = self.rows
        one = torch.ones(w)
        out = {
            "model.embed_tokens.weight": torch.cat((self.table, self.embedding()), -1),
            "model.norm.weight": torch.cat((one, self.norm)),
            "lm_head.weight": output * sharpness,
        }
        blocks: list[tuple[Tensor, ...]] = [(f.qkv, f.o, f.gate_up, f.down, torch.ones(h), torch.ones(h)) for f in self.fixed]
        for b in self.blocks:
            assert isinstance(b, Spoken)
            blocks.append(
                (
                    F.pad(b.qkv, (w, 0)),
                    F.pad(b.o, (0, 0, w, 0)),
                    F.pad(b.gate_up, (w, 0)),
                    F.pad(b.down, (0, 0, w, 0)),
                    torch.cat((one, b.input_norm)),
                    torch.cat((one, b.post_norm)),
                )
            )
        for i, (qkv, o, gate_up, down, first, second) in enumerate(blocks):
            p = f"model.layers.{i}."
            q, k, v = qkv.split(inner)
            gate, up = gate_up.split(MLP)
            out |= {
                p + "input_layernorm.weight": first,
                p + "post_attention_layernorm.weight": second,
                p + "self_attn.q_proj.weight": q,
                p + "self_attn.k_proj.weight": k,
                p + "self_attn.v_proj.weight": v,
                p + "self_attn.o_proj.weight": o,
                p + "mlp.gate_proj.weight": gate,
                p + "mlp.up_proj.weight": up,
                p + "mlp.down_proj.weight": down,
            }
        return {name: t.detach().float().contiguous().clone() for name, t in out.items()}
