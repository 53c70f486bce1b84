"""Trains the starter model on dialogues drawn on the fly; leaves a Hugging Face checkpoint, and a state to resume from."""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import Tensor

from . import tokenizer as bpe
from . import warm
from .corpus import Corpus
from .dialogues import Dialogue, Maker, Mix
from .held_out import Guard
from .model import Block, Llama, Shape
from .muon import Muon

# what Samar's converter writes into the GGUF about the model
FRONT_MATTER = """---
name: Samar Starter
basename: Samar-Starter
author: The authors of Samar
description: The tiny model that comes with Samar. It explains the app and the basics of local models, in Arabic and English.
license: mit
language: [ar, en]
tags: [text-generation]
---
"""


@dataclass(frozen=True)
class Plan:
    tokens: int = 12_000_000  # the schedule's length; padding is not counted
    minutes: float = 0.0  # when above 0, the schedule ends after so many minutes instead
    batch: int = 1536  # tokens a step
    peak: float = 1e-3  # AdamW: norms, first attention
    embed: float = 2e-4  # AdamW: embeddings
    muon: float = 0.006  # the matrices inside the blocks
    seed: int = 7
    bpe_dropout: float = 0.1
    dropout: float = 0.0
    first: int = 8  # answer tokens that weigh more: the choice of the answer is made there
    first_weight: float = 5.0
    user_weight: float = 0.0
    topic_weight: float = 1.0  # of the auxiliary head that names the topic; it is not shipped
    early: float = 0.25  # share of the training that sees mostly single questions and beginnings of answers
    early_shorten: float = 0.96  # share of last answers of which only the beginning is trained: early, and later
    shorten: float = 0.5
    early_bare: float = 0.4  # share that ends before the answer, early: only the topic head learns from it
    ema: float = 0.998
    threads: int = 1


@dataclass(frozen=True)
class Example:
    ids: list[int]
    weights: list[float]  # of predicting ids[i] from what is before
    positions: list[int]
    choices: list[tuple[int, int]]  # index of the last prompt token, topic


def encode(
    dialogue: Dialogue,
    plain: Tokenizer,
    noisy: Tokenizer,
    topics: dict[str, int],
    plan: Plan,
    rng: random.Random,
    shorten: float,
    bare: float,
) -> Example:
    ids: list[int] = []
    weights: list[float] = []
    positions: list[int] = []
    choices: list[tuple[int, int]] = []
    shift = 0

    def add(text: str, weight: float, tokenizer: Tokenizer = plain) -> int:
        new = tokenizer.encode(text, add_special_tokens=False).ids
        positions.extend(range(len(ids) + shift, len(ids) + shift + len(new)))
        ids.extend(new)
        weights.extend([weight] * len(new))
        return len(new)

    if dialogue.system is not None:
        add(f"{bpe.START}system\n{dialogue.system}{bpe.END}\n", 0.0)
    last = dialogue.turns[-1]
    for turn in dialogue.turns:
        # a gap in the positions: far-apart turns are met without the tokens between them
        if rng.random() < 0.1:
            shift += rng.randrange(1, 600)
        add(f"{bpe.START}user\n", 0.0)
        add(turn.user, plan.user_weight, noisy)
        add(f"{bpe.END}\n{bpe.START}assistant\n", 0.0)
        choices.append((len(ids) - 1, topics[turn.topic]))
        begin = len(ids)
        if turn is last and rng.random() < bare:
            break
        if turn.shown is not None:
            add(f"{turn.shown}{bpe.END}", 0.0)
        else:
            add(f"{turn.assistant}{bpe.END}", 1.0)
            for i in range(begin, min(begin + plan.first, len(ids))):
                weights[i] = plan.first_weight
        add("\n", 0.0)
    if rng.random() < shorten:
        end = begin + plan.first + 1
        del ids[end:], weights[end:], positions[end:]
    return Example(ids[:512], weights[:512], [p % 2048 for p in positions[:512]], [c for c in choices if c[0] < 511])


EARLY, LATE = Mix(turns=(0.9, 0.1), system=0.2), Mix()


def batches(
    maker: Maker, pair: tuple[Tokenizer, Tokenizer], topics: dict[str, int], plan: Plan, progress: Callable[[], float]
) -> Iterator[list[Example]]:
    """Batches of about plan.batch tokens of dialogues of like length, for ever."""
    rng = random.Random(maker.rng.random())
    while True:
        early = progress() < plan.early
        maker.mix = EARLY if early else LATE
        shorten, bare = (plan.early_shorten, plan.early_bare) if early else (plan.shorten, 0.0)
        pool = sorted(
            (encode(maker.dialogue(), *pair, topics, plan, rng, shorten, bare) for _ in range(1500)),
            key=lambda e: len(e.ids),
        )
        groups: list[list[Example]] = [[]]
        for example in pool:
            if groups[-1] and (len(groups[-1]) + 1) * len(example.ids) > plan.batch:
                groups.append([])
            groups[-1].append(example)
        rng.shuffle(groups)
        yield from groups


def tensors(group: list[Example]) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    longest = max(len(e.ids) for e in group)
    ids = torch.zeros(len(group), longest, dtype=torch.long)
    weights = torch.zeros(len(group), longest)
    positions = torch.zeros(len(group), longest, dtype=torch.long)
    rows: list[int] = []
    columns: list[int] = []
    labels: list[int] = []
    for i, e in enumerate(group):
        n = len(e.ids)
        ids[i, :n] = torch.tensor(e.ids)
        weights[i, :n] = torch.tensor(e.weights)
        positions[i, :n] = torch.tensor(e.positions)
        for at, label in e.choices:
            rows.append(i)
            columns.append(at)
            labels.append(label)
    return ids, weights, positions, torch.tensor(rows), torch.tensor(columns), torch.tensor(labels)


def rate(progress: float, peak: float) -> float:
    """Warm-up, a plateau, and a fall to nearly nothing in the second half."""
    if progress < 0.02:
        return peak * (0.05 + progress / 0.02)
    if progress < 0.5:
        return peak
    return peak * max(0.01, 0.5 * (1 + math.cos(math.pi * min(1.0, (progress - 0.5) / 0.5))))


def train(corpus: Corpus, folder: Path, plan: Plan, shape: Shape) -> None:
    """Leaves folder/{config.json,model.safetensors,tokenizer*.json,training.json}; about every five minutes too."""
    torch.manual_seed(plan.seed)
    torch.set_num_threads(plan.threads)
    folder.mkdir(parents=True, exist_ok=True)
    guard = Guard()
    topics = {name: i for i, name in enumerate(corpus.topics)}
    if not (folder / "tokenizer.json").exists():
        draw = Maker(corpus, plan.seed + 2, LATE, guard)
        texts = (t for _ in range(12000) for turn in draw.dialogue().turns for t in (turn.user, turn.assistant))
        bpe.save(bpe.train(texts, shape.vocab), folder)
    pair = bpe.open_pair(folder, plan.bpe_dropout)
    shape = Shape(**{**shape.as_dict(), "vocab": pair[0].get_vocab_size()})  # type: ignore[arg-type]
    model = Llama(shape)
    head = torch.nn.Linear(shape.hidden, len(topics))
    # the first attention holds the warm start's average, which orthogonal steps would tear up: AdamW moves it gently
    blocks = [b for b in model.blocks if isinstance(b, Block)]
    later = blocks[1:]
    muon = Muon(
        [
            ([b.qkv for b in later], 3),
            ([b.o for b in later], 1),
            ([b.gate_up for b in blocks], 2),
            ([b.down for b in blocks], 1),
        ]
    )
    inside = {id(p) for group, _ in muon.groups for p in group}
    others = [p for p in model.parameters() if id(p) not in inside and p is not model.embed] + list(head.parameters())
    parameters = [*model.parameters(), *head.parameters()]
    # the softmax touches every embedding at every step, and AdamW makes large steps of small gradients: at the rate of the
    # others, what rare pieces mean as input is soon washed out
    optimizer = torch.optim.AdamW(
        [{"params": [model.embed]}, {"params": others}], lr=plan.peak, betas=(0.9, 0.98), weight_decay=0.01, fused=True
    )
    state = folder / "state.pt"
    if not state.exists():
        cached = folder / "warm.pt"
        if not cached.exists():
            torch.save(warm.bag(corpus, pair[1], shape.hidden, guard, plan.seed + 9), cached)
        warm.start(model, head, torch.load(cached, weights_only=True))
    average = [p.detach().clone() for p in model.parameters()]
    start = saved = told = time.monotonic()
    seen = padded = step = 0
    elapsed_before = 0.0
    if state.exists():
        old = torch.load(state, weights_only=True)
        model.load_state_dict(old["model"])
        head.load_state_dict(old["head"])
        optimizer.load_state_dict(old["optimizer"])
        muon.load(old["muon"])
        average = old["average"]
        seen, step, elapsed_before = old["seen"], old["step"], old["elapsed"]
    maker = Maker(corpus, plan.seed + 3 + step, LATE, guard)
    loss_sum = right = asked = 0.0
    model.train()

    def done() -> float:
        spent = elapsed_before + time.monotonic() - start
        return spent / 60 / plan.minutes if plan.minutes else seen / plan.tokens

    for group in batches(maker, pair, topics, plan, done):
        now = time.monotonic()
        elapsed = elapsed_before + now - start
        progress = done()
        if progress >= 1:
            break
        optimizer.param_groups[0]["lr"] = rate(progress, plan.embed)
        optimizer.param_groups[1]["lr"] = rate(progress, plan.peak)
        ids, weights, positions, rows, columns, labels = tensors(group)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            hidden = model.hidden(ids, positions, plan.dropout)
            keep = weights[:, 1:] > 0
            logits = model.logits(hidden[:, :-1][keep])
            topic_logits = head(hidden[rows, columns])
        w = weights[:, 1:][keep]
        token_losses = F.cross_entropy(logits.float(), ids[:, 1:][keep], reduction="none")
        tokens_loss = (token_losses * w).sum() / w.sum().clamp(min=1.0)
        topic_loss = F.cross_entropy(topic_logits.float(), labels)
        loss = tokens_loss + plan.topic_weight * topic_loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        muon.step(rate(progress, plan.muon))
        model.zero_grad(set_to_none=True)
        head.zero_grad(set_to_none=True)
        step += 1
        blend = min(plan.ema, 1 - 1 / (step / 10 + 1))
        with torch.no_grad():
            torch._foreach_lerp_(average, list(model.parameters()), 1 - blend)
        seen += sum(len(e.ids) for e in group)
        padded += ids.numel()
        loss_sum += tokens_loss.item()
        right += (topic_logits.argmax(-1) == labels).float().sum().item()
        asked += len(labels)
        if step % 50 == 0:
            speed = 0.0 if now == told else padded / (now - told)
            print(
                f"step {step} {progress:5.1%} tokens {seen / 1e6:.2f}M {speed:.0f}/s loss {loss_sum / 50:.4f} "
                f"topic {right / asked:.3f}",
                flush=True,
            )
            loss_sum = right = asked = 0.0
            padded, told = 0, now
        if now - saved > 300:
            saved = now
            _save(model, average, shape, folder, plan, seen, step, elapsed)
            torch.save(
                {
                    "model": model.state_dict(),
                    "head": head.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "muon": muon.state(),
                    "average": average,
                    "seen": seen,
                    "step": step,
                    "elapsed": elapsed,
                },
                state.with_suffix(".part"),
            )
            state.with_suffix(".part").replace(state)
    _save(model, average, shape, folder, plan, seen, step, elapsed_before + time.monotonic() - start)
    state.unlink(missing_ok=True)


def _save(
    model: Llama, average: list[Tensor], shape: Shape, folder: Path, plan: Plan, seen: int, step: int, elapsed: float
) -> None:
    shipped = Llama(shape)
    with torch.no_grad():
        for p, a in zip(shipped.parameters(), average, strict=True):
            p.copy_(a)
    save_file(shipped.checkpoint(), folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "config.json").write_text(json.dumps(shape.config(), indent=1), encoding="utf-8")
    (folder / "README.md").write_text(FRONT_MATTER, encoding="utf-8")
    (folder / "training.json").write_text(
        json.dumps(
            {
                "plan": plan.__dict__,
                "shape": shape.as_dict(),
                "tokens": seen,
                "steps": step,
                "minutes": elapsed / 60,
                "parameters": sum(p.numel() for p in model.parameters()),
            },
            indent=1,
        ),
        encoding="utf-8",
    )
