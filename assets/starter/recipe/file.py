"""Writes chooser and speaker into one Llama: the checkpoint that the converter reads.

The first dimensions of the stream hold scores of the classes, then flags, then the filling of runs. Two heads of the first
layer average the scores: where the reply is to be chosen, over the runs of the question; after a wish, over the words of the
exchange before. Other tokens turn these heads to the beginning of a turn, which has no scores.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor

from .chooser import Scores
from .dialogues import WISHES
from .letters import AGAIN, CHOOSE, HEARD, REMEMBERED
from .model import RESERVED, Block, Shape, Speaker
from .tokenizer import written

CLASSES = 96  # at most; numbers of four bits share a scale by 32, and what is loud must not stand beside scores
FILLS = {HEARD: slice(96, 102), REMEMBERED: slice(102, 108)}
FILLED = 6  # dimensions of a filling
CONSTANT, CHOOSING, WISHING, TURN = 108, 109, 110, 111  # flags
FILL = 40.0  # of a run: it drowns what the speaker would say at its place, and all runs are equally loud
CUT = 50.0  # scores of one run go no further
LARGEST = 30.0  # norm of a run's scores
SHARP = 12.0  # score of a run in the heads that look for it; higher, and the rounding of fillings would tell runs apart
FLAG = 4.0
LOUD = 3000.0  # norm of the scores where they are read, about
SURE = 60.0  # weight of the scores in the output
NEVER = 5.0  # weight of the filling in the output of a run


def reserved(vocab: Mapping[str, int], topics: Iterable[str]) -> Tensor:
    """The reserved dimensions of each token's embedding, without any scores."""
    out = torch.zeros(len(vocab), RESERVED)
    out[:, FILLS[HEARD]] = out[:, FILLS[REMEMBERED]] = -0.5  # by this the output knows that a run is never said
    out[:, CONSTANT] = 1.0
    assert len(classes(topics)) <= CLASSES
    for piece, at in vocab.items():
        if is_run(piece):
            out[at] = 0.0
            out[at, FILLS[piece[0]]] = FILL
    for name, flag in ((CHOOSE, CHOOSING), (AGAIN, CHOOSING), *((f"<|wish:{w}|>", WISHING) for w in WISHES)):
        out[vocab[name], CONSTANT], out[vocab[name], flag] = 0.0, FLAG
    out[vocab["<|im_start|>"], TURN] = FLAG
    return out


def classes(topics: Iterable[str]) -> list[str]:
    """What can be chosen, in the order of the scores: the topics, and the wishes about the last reply."""
    return [*(f"about:{topic}" for topic in topics), *(f"wish:{wish}" for wish in WISHES)]


def _scored(fixed: Tensor, vocab: Mapping[str, int], mark: str, scores: Scores) -> float:
    """Writes scores into runs, whose norm stays; returns what one unit of a score became."""
    cut = {run: score.clamp(-CUT, CUT) for run, score in scores.runs.items()}
    unit = LARGEST / max(float(score.norm()) for score in cut.values())
    for run, score in cut.items():
        row = fixed[vocab[written(mark + run)]]
        row[: len(score)] = score * unit
        filling = (FILL**2 - row[:CLASSES].square().sum() / FILLED).sqrt()
        row[FILLS[mark]] = filling
        row[:CLASSES] *= torch.exp(SHARP * (1 - filling / FILL))  # the heads look away from it by so much
    return unit


def is_run(piece: str) -> bool:
    """Whether a piece of the vocabulary begins with a mark: the choosers' alone. Texts have the bare marks as well."""
    return piece[0] in FILLS


@torch.no_grad()
def checkpoint(
    speaker: Speaker,
    shape: Shape,
    numbers: Tensor,
    vocab: Mapping[str, int],
    topics: Iterable[str],
    heard: Scores,
    kept: Scores,
    sharpness: float,
) -> dict[str, Tensor]:
    """The weights under the names of LlamaForCausalLM. numbers: the speaker's number of each token, 0 for a run."""
    n, m, d, r = shape.hidden, shape.mlp, shape.head, RESERVED
    fixed = reserved(vocab, topics)
    unit = _scored(fixed, vocab, HEARD, heard)
    _scored(fixed, vocab, REMEMBERED, kept)
    # a run's scores reach the heads divided by its norm; their average is then made as loud as LOUD
    level = FILL * (FILLED / n) ** 0.5
    spread = torch.stack(list(heard.runs.values())).norm(dim=1).mean()
    gain = LOUD * level / (unit * float(spread) * 0.25)
    embed = torch.zeros(len(vocab), n)
    embed[:, r:] = speaker.embed[numbers]
    for kind, name in enumerate((CHOOSE, AGAIN)):
        row = fixed[vocab[name]]
        row[: len(heard.bias[kind])] = heard.bias[kind] * unit / level * gain
        row[CHOOSING] = row[:CLASSES].norm()  # else the flag would be lost beside them when numbers get four bits
        embed[vocab[name]] = 0.0
    embed[:, :r] = fixed
    output = torch.zeros(len(vocab), n)
    output[:, r:] = speaker.output[numbers] * sharpness
    output[numbers == 0, FILLS[HEARD].start : FILLS[REMEMBERED].stop] = NEVER
    for at, name in enumerate(classes(topics)):
        output[vocab[f"<|{name}|>"], at] = SURE
    norm = torch.ones(n)
    norm[r:] = speaker.norm
    out = {"model.embed_tokens.weight": embed, "model.norm.weight": norm, "lm_head.weight": output}
    for i, block in enumerate(speaker.blocks):
        assert isinstance(block, Block)
        own = block.heads * d
        q, k, v = (torch.zeros(n, n) for _ in range(3))
        o = torch.zeros(n, n)
        for whole, part in zip((q, k, v), block.qkv.split(own), strict=True):
            whole[n - own :, r:] = part
        o[r:, n - own :] = block.o
        if i == 0:
            _choosing(q, k, v, o, shape, gain)
        gate_up = torch.zeros(2 * m, n)
        gate_up[:, r:] = block.gate_up
        down = torch.zeros(n, m)
        down[r:] = block.down
        norms = [torch.ones(n), torch.ones(n)]
        for whole, part in zip(norms, (block.input_norm, block.post_norm), strict=True):
            whole[r:] = part
        p = f"model.layers.{i}."
        out |= {
            p + "input_layernorm.weight": norms[0],
            p + "post_attention_layernorm.weight": norms[1],
            p + "self_attn.q_proj.weight": q,
            p + "self_attn.k_proj.weight": k,
            p + "self_attn.v_proj.weight": v,
            p + "self_attn.o_proj.weight": o,
            p + "mlp.gate_proj.weight": gate_up[:m].clone(),
            p + "mlp.up_proj.weight": gate_up[m:].clone(),
            p + "mlp.down_proj.weight": down,
        }
    return {name: t.float().contiguous() for name, t in out.items()}


def _choosing(q: Tensor, k: Tensor, v: Tensor, o: Tensor, shape: Shape, gain: float) -> None:
    """The two heads that choose. Their queries and keys meet in the slowest rotations, which barely turn within the context."""
    d = shape.head
    for head in range(2):
        a, b, c = (head * d + d // 2 - 1 - i for i in range(3))
        # a filling reaches the keys as `filled`; the flags as root half of the norm, and as about twelve
        filled = (shape.hidden / FILLED) ** 0.5
        q[a, CHOOSING], k[a, FILLS[HEARD].start] = SHARP * d**0.5 / filled / (shape.hidden / 2) ** 0.5, 1.0
        q[b, WISHING], k[b, FILLS[REMEMBERED].start] = SHARP * d**0.5 / filled / 12.0, 1.0
        q[c, CONSTANT], k[c, TURN] = 4.0, 4.0
        for j in range(head * d, min((head + 1) * d, CLASSES)):
            v[j, j] = 1.0
            o[j, j] = gain
