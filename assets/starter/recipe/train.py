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
    peak: float = 1e-3  # AdamW: output, norms
    muon: float = 0.01  # Muon: the matrices inside the blocks
    seed: int = 7
    bpe_dropout: float = 0.1
    control_weight: float = 5.0  # of the three tokens that choose the answer
    early: float = 0.5  # share of the training that sees mostly single questions
    shorten: float = 0.5  # share of answers of which only the first `kept` tokens are trained
    kept: int = 4
    resumed: float = 0.04  # share of answers that go on from their middle, without control tokens
    ema: float = 0.998
    sharpness: float = 6.0  # of the file's logits: the topic is one token, and heat spoils the choice
    threads: int = 1


@dataclass(frozen=True)
class Example:
    ids: list[int]
    weights: list[float]  # of predicting ids[i] from what is before
    positions: list[int]


def encode(
    dialogue: Dialogue, plain: Tokenizer, noisy: Tokenizer, control: dict[str, str], plan: Plan, rng: random.Random
) -> Example:
    """Only the last reply is trained: an app's history holds replies without control tokens."""
    ids: list[int] = []
    weights: list[float] = []
    positions: list[int] = []
    shift = 0

    def add(text: str, weight: float = 0.0, tokenizer: Tokenizer = plain) -> None:
        new = tokenizer.encode(text, add_special_tokens=False).ids
        positions.extend(range(len(ids) + shift, len(ids) + shift + len(new)))
        ids.extend(new)
        weights.extend([weight] * len(new))

    if dialogue.system is not None:
        add(f"{bpe.START}system\n{dialogue.system}{bpe.END}\n")
    last = dialogue.turns[-1]
    for turn in dialogue.turns:
        # a gap in the positions: far-apart turns are met without the tokens between them
        if rng.random() < 0.1:
            shift += rng.randrange(1, 600)
        add(f"{bpe.START}user\n")
        add(turn.user, tokenizer=noisy)
        add(f"{bpe.END}\n{bpe.START}assistant\n")
        if turn is not last:
            add(f"{turn.shown or turn.assistant}{bpe.END}\n")
    if rng.random() < plan.resumed:
        begin = len(ids)
        add(f"{last.assistant}{bpe.END}", 1.0)
        until = rng.randrange(begin + 1, len(ids))
        weights[begin:until] = [0.0] * (until - begin)
        return Example(ids[:768], weights[:768], [p % 2048 for p in positions[:768]])
    for name in (f"about:{last.topic}", f"in:{last.language}", f"as:{last.style}"):
        add(control[name], plan.control_weight)
    begin = len(ids)
    add(f"{last.assistant}{bpe.END}", 1.0)
    end = begin + plan.kept if rng.random() < plan.shorten else len(ids)
    return Example(ids[:end][:768], weights[:end][:768], [p % 2048 for p in positions[:end][:768]])


EARLY, LATE = Mix(turns=(0.92, 0.08), system=0.25), Mix()


def batches(
    maker: Maker,
    pair: tuple[Tokenizer, Tokenizer],
    control: dict[str, str],
    plan: Plan,
    progress: Callable[[], float],
) -> Iterator[list[Example]]:
    """Batches of about plan.batch tokens of dialogues of like length, for ever."""
    rng = random.Random(maker.rng.random())
    while True:
        maker.mix = EARLY if progress() < plan.early else LATE
        pool = sorted(
            (encode(maker.dialogue(), *pair, control, plan, rng) for _ in range(1500)), key=lambda e: len(e.ids)
        )
        groups: list[list[Example]] = [[]]
        for example in pool:
            if groups[-1] and (len(groups[-1]) + 1) * len(example.ids) > plan.batch:
                groups.append([])
            groups[-1].append(example)
        rng.shuffle(groups)
        yield from groups


def tensors(group: list[Example]) -> tuple[Tensor, Tensor, Tensor]:
    """ids, weights and positions, each (rows, longest)."""
    longest = max(len(e.ids) for e in group)
    ids = torch.zeros(len(group), longest, dtype=torch.long)
    weights = torch.zeros(len(group), longest)
    positions = torch.zeros(len(group), longest, dtype=torch.long)
    for i, e in enumerate(group):
        n = len(e.ids)
        ids[i, :n] = torch.tensor(e.ids)
        weights[i, :n] = torch.tensor(e.weights)
        positions[i, :n] = torch.tensor(e.positions)
    return ids, weights, positions


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
    control = bpe.controls(corpus.topics)
    if not (folder / "tokenizer.json").exists():
        draw = Maker(corpus, plan.seed + 2, LATE, guard)
        texts = (t for _ in range(12000) for turn in draw.dialogue().turns for t in (turn.user, turn.assistant))
        bpe.save(bpe.train(texts, shape.vocab, control.values()), folder)
    pair = bpe.open_pair(folder, plan.bpe_dropout)
    topics = [pair[0].token_to_id(control[f"about:{name}"]) for name in corpus.topics]
    is_topic = torch.zeros(pair[0].get_vocab_size(), dtype=torch.bool)
    is_topic[topics] = True
    shape = Shape(**{**shape.as_dict(), "vocab": pair[0].get_vocab_size()})  # type: ignore[arg-type]
    model = Llama(shape)
    blocks = [b for b in model.blocks if isinstance(b, Block)]
    # embeddings and first attention are the warm start's and stay as they are
    later = blocks[1:]
    muon = Muon(
        [
            ([b.qkv for b in later], 3),
            ([b.o for b in later], 1),
            ([b.gate_up for b in blocks], 2),
            ([b.down for b in blocks], 1),
        ]
    )
    for p in (model.embed, blocks[0].qkv, blocks[0].o):
        p.requires_grad_(False)
    inside = {id(p) for group, _ in muon.groups for p in group}
    others = [p for p in model.parameters() if p.requires_grad and id(p) not in inside]
    optimizer = torch.optim.AdamW(others, lr=plan.peak, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    state = folder / "state.pt"
    seen = padded = step = 0
    elapsed_before = 0.0
    if state.exists():
        old = torch.load(state, weights_only=True)
        model.load_state_dict(old["model"])
        optimizer.load_state_dict(old["optimizer"])
        muon.load(old["muon"])
        average = old["average"]
        seen, step, elapsed_before = old["seen"], old["step"], old["elapsed"]
    else:
        warm.start(model, warm.bag(corpus, pair[1], guard, plan.seed + 9), topics)
        average = [p.detach().clone() for p in model.parameters()]
    maker = Maker(corpus, plan.seed + 3 + step, LATE, guard)
    loss_sum = right = asked = 0.0
    model.train()
    start = saved = told = time.monotonic()

    def done() -> float:
        spent = elapsed_before + time.monotonic() - start
        return spent / 60 / plan.minutes if plan.minutes else seen / plan.tokens

    for group in batches(maker, pair, control, plan, done):
        now = time.monotonic()
        elapsed = elapsed_before + now - start
        progress = done()
        if progress >= 1:
            break
        optimizer.param_groups[0]["lr"] = rate(progress, plan.peak)
        ids, weights, positions = tensors(group)
        keep = weights[:, 1:] > 0
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model.logits(model.hidden(ids, positions)[:, :-1][keep])
        wanted, w = ids[:, 1:][keep], weights[:, 1:][keep]
        loss = (F.cross_entropy(logits.float(), wanted, reduction="none") * w).sum() / w.sum()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        muon.step(rate(progress, plan.muon))
        warm.keep(model)
        model.zero_grad(set_to_none=True)
        step += 1
        blend = min(plan.ema, 1 - 1 / (step / 10 + 1))
        with torch.no_grad():
            torch._foreach_lerp_(average, list(model.parameters()), 1 - blend)
            choices = is_topic[wanted]
            right += (logits[choices].argmax(-1) == wanted[choices]).float().sum().item()
        asked += choices.sum().item()
        seen += sum(len(e.ids) for e in group)
        padded += ids.numel()
        loss_sum += loss.item()
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
        shipped.output.mul_(plan.sharpness)
    save_file(shipped.checkpoint(), folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "config.json").write_text(json.dumps(shape.config(), indent=1), encoding="utf-8")
    # so small a model errs more when it is let loose; the converter writes this into the GGUF as its makers' advice
    (folder / "generation_config.json").write_text(
        json.dumps({"do_sample": True, "temperature": 0.2}), encoding="utf-8"
    )
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
