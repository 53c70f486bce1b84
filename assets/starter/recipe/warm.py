"""A warm start: embeddings that a bag-of-pieces classifier learnt in a minute.

The Llama spends most of its tokens on finding out which pieces of a question matter. A classifier that averages normalised
embeddings finds that out a hundred times faster. It is the Llama itself with all but the average of its first attention layer
left out, so it can be put into place, and half of the residual stream is kept for it: what layers learn besides would
drown it otherwise (77 % of the test questions fell to 63).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor

from . import tokenizer as bpe
from .corpus import DECLINE, LANGUAGES, Corpus
from .dialogues import Maker
from .held_out import Guard
from .model import Block, Llama

KEPT = 128  # dimensions of the residual stream that hold the classifier's features and that later layers only read
AVERAGE = 3.0  # how loudly the first layer says the average
CODE = 0.5  # root mean square of the other dimensions: a random code of each piece


def _questions(corpus: Corpus, count: int, seed: int, guard: Guard) -> tuple[list[str], list[str]]:
    maker = Maker(corpus, seed, guard=guard)
    rng = maker.rng
    texts: list[str] = []
    topics: list[str] = []
    for _ in range(count):
        language = rng.choice(LANGUAGES)
        topic = DECLINE if rng.random() < maker.mix.off_topic else rng.choices(maker.names, maker.weights)[0]
        texts.append(maker.off_topic(language) if topic == DECLINE else maker.question(topic, language))
        topics.append(topic)
    return texts, topics


def bag(
    corpus: Corpus, noisy: Tokenizer, guard: Guard, seed: int, count: int = 180_000, epochs: int = 3
) -> tuple[Tensor, Tensor]:
    """Embeddings (vocabulary, KEPT), and weights (topics, KEPT) in the corpus's order."""
    generator = torch.Generator().manual_seed(seed)
    hidden = KEPT
    names = {name: i for i, name in enumerate(corpus.topics)}
    texts, topics = _questions(corpus, count, seed, guard)
    before = noisy.encode(f"{bpe.START}user\n", add_special_tokens=False).ids
    after = noisy.encode(f"{bpe.END}\n{bpe.START}assistant\n", add_special_tokens=False).ids
    ids = [before + e.ids[:40] + after for e in noisy.encode_batch(texts, add_special_tokens=False)]
    labels = torch.tensor([names[t] for t in topics])
    table = torch.nn.Parameter(torch.randn(noisy.get_vocab_size(), hidden, generator=generator))
    head = torch.nn.Linear(hidden, len(names), bias=False)
    optimizer = torch.optim.AdamW([table, *head.parameters()], lr=1e-2, betas=(0.9, 0.98), weight_decay=0.0, fused=True)
    size, step, total = 256, 0, epochs * count // 256
    for _ in range(epochs):
        order = torch.randperm(count, generator=generator).tolist()
        for begin in range(0, count, size):
            rows = order[begin : begin + size]
            longest = max(len(ids[i]) for i in rows)
            batch = torch.zeros(len(rows), longest, dtype=torch.long)
            mask = torch.zeros(len(rows), longest, 1)
            for at, i in enumerate(rows):
                batch[at, : len(ids[i])] = torch.tensor(ids[i])
                mask[at, : len(ids[i])] = 1.0
            pieces = F.rms_norm(F.embedding(batch, table), (hidden,)) * mask
            mean = pieces.sum(1) / mask.sum(1)
            own = F.rms_norm(table[ids[0][-1]], (hidden,))  # every prompt ends with the same token
            scores = head(F.rms_norm(own + AVERAGE * mean, (hidden,)))
            loss = F.cross_entropy(scores, labels[rows])
            optimizer.param_groups[0]["lr"] = 1e-2 * (1 - step / (total + 1))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            step += 1
            if step % 200 == 0:
                print(f"warm start: step {step}/{total} loss {loss.item():.3f}", flush=True)
    return table.detach(), head.weight.detach()


@torch.no_grad()
def start(model: Llama, found: tuple[Tensor, Tensor], topics: list[int]) -> None:
    """Puts the classifier into the model: embeddings, its average into layer 0, its topics into the rows `topics` of the output."""
    table, weight = found
    model.embed[:, :KEPT] = F.rms_norm(table, (KEPT,))
    model.embed[:, KEPT:] = torch.randn_like(model.embed[:, KEPT:]) * CODE
    for block in model.blocks:  # what a layer adds is learnt from nothing
        assert isinstance(block, Block)
        block.o.zero_()
        block.down.zero_()
    first = model.blocks[0]
    assert isinstance(first, Block)
    hidden = model.shape.hidden
    scale = model.embed.square().mean(-1).sqrt().mean()  # what the norm before the attention divides by
    first.qkv[:hidden].zero_()  # uniform attention
    first.qkv[2 * hidden :].copy_(torch.eye(hidden))
    first.o.copy_(torch.eye(hidden) * AVERAGE * scale)
    model.output[topics] = 0.0
    model.output[topics, :KEPT] = weight * 1.5  # the final norm divides by the other dimensions too


@torch.no_grad()
def keep(model: Llama) -> None:
    """After a step: no later layer writes where the classifier's features stand."""
    for i, block in enumerate(model.blocks):
        assert isinstance(block, Block)
        block.down[:KEPT].zero_()
        if i:
            block.o[:KEPT].zero_()
