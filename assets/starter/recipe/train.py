"""Makes the starter model: learns the choice, then what is said; leaves a Hugging Face checkpoint, and states to resume from."""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import Tensor

from . import chooser, file
from . import tokenizer as bpe
from .corpus import DECLINE, DELETING, STARTER, Corpus
from .dialogues import WISHES, Dialogue, Maker, Mix, Turn
from .held_out import Guard
from .letters import AGAIN, CHOOSE, HEARD, REMEMBERED, heard, remembered
from .model import Block, Shape, Speaker
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
    tokens: int = 1_800_000  # the speaker's schedule; padding is not counted
    polish: int = 2_600_000  # and that of going over every answer once more
    batch: int = 768  # tokens a step
    peak: float = 2e-3  # AdamW: embeddings, norms
    muon: float = 0.015  # Muon: the matrices inside the blocks
    seed: int = 7
    pieces: int = 3000  # of texts
    runs: int = 18000  # heard
    words: int = 2500  # remembered
    questions: int = 250_000  # drawn for the choice
    exchanges: int = 40_000
    bpe_dropout: float = 0.1
    control_weight: float = 3.0  # of the tokens that say language and style
    by_heart: float = 0.25  # share of the training without dialogues: answers after their control tokens
    shorten: float = 0.6  # share of later answers of which only the first `kept` tokens are trained
    kept: int = 3
    resumed: float = 0.05  # share of answers that go on from their middle, without control tokens
    coarse: float = 0.4  # share of the training after which weights are met as numbers of four bits
    reluctance: float = 1.7  # to decline: off-topic prompts are drawn more often than people will ask them
    caution: float = 1.0  # to speak of deleting: it is chosen only when it is this far ahead of every other topic
    ema: float = 0.995
    sharpness: float = 6.0  # of the file's logits: what is said is known by heart, and heat only spoils it
    threads: int = 1


MIX = Mix()
WISHED = replace(MIX, follow_up=0.8, turns=(0.4, 0.5, 0.1), system=0.6)  # what polishing sees: rarer things more often
ASKED = replace(MIX, off_topic=0.32)  # of the questions that the choice is learnt from


def prepare(corpus: Corpus, folder: Path, plan: Plan) -> None:
    """The tokenizer, with the runs that the choosers will listen for."""
    folder.mkdir(parents=True, exist_ok=True)
    runs = [HEARD + run for run in chooser.known([heard(t) for t in chooser.written(corpus)], plan.runs, 3)]
    runs += [REMEMBERED + run for run in chooser.known(chooser.exchanged(corpus), plan.words, 2)]
    draw = Maker(corpus, plan.seed + 2, MIX, Guard())
    texts = (t for _ in range(4000) for turn in draw.dialogue().turns for t in (turn.user, turn.assistant))
    bpe.save(bpe.train(texts, plan.pieces, runs, bpe.controls(corpus.topics).values()), folder)


def choose(corpus: Corpus, folder: Path, plan: Plan) -> None:
    """Leaves folder/choosers.pt: what a question is about, or which wish it is; and what the exchange before was about."""
    torch.manual_seed(plan.seed)
    torch.set_num_threads(plan.threads)
    vocab = bpe.open_pair(folder, 0.0)[0].get_vocab()
    known = {
        mark: [text[1:] for text in bpe.runs(vocab, mark) if len(text) > shortest]
        for mark, shortest in ((HEARD, 3), (REMEMBERED, 2))
    }
    maker = Maker(corpus, plan.seed + 1, ASKED, Guard())
    topics = [f"about:{name}" for name in corpus.topics]
    classes = [*topics, *(f"wish:{w}" for w in WISHES)]
    rows, labels, kinds = chooser.questions(maker, plan.questions)
    print(f"{len(rows)} questions drawn", flush=True)
    first = chooser.learn(rows, labels, kinds, classes, known[HEARD], 3)
    rows, labels = chooser.exchanges(maker, plan.exchanges)
    second = chooser.learn(rows, labels, [0] * len(rows), topics, known[REMEMBERED], 2)
    torch.save((first, second), folder / "choosers.pt")


# -- what is said ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Example:
    ids: list[int]
    weights: list[float]  # of predicting ids[i] from what is before
    positions: list[int]
    blank: int  # where one run stands for all
    runs: int  # how many


class Encoder:
    def __init__(self, pair: tuple[Tokenizer, Tokenizer], plan: Plan, rng: random.Random) -> None:
        self.plain, self.noisy = pair
        self.plan, self.rng = plan, rng
        self.blank = self.plain.token_to_id(HEARD)

    def encode(self, dialogue: Dialogue, by_heart: bool) -> Example:
        """Only the last reply is trained, and not what the choosers choose."""
        plan, rng = self.plan, self.rng
        ids: list[int] = []
        weights: list[float] = []
        positions: list[int] = []
        shift = 0

        def add(text: str, weight: float = 0.0, tokenizer: Tokenizer = self.plain) -> None:
            new = tokenizer.encode(text, add_special_tokens=False).ids
            positions.extend(range(len(ids) + shift, len(ids) + shift + len(new)))
            ids.extend(new)
            weights.extend([weight] * len(new))

        last = dialogue.turns[-1]
        if dialogue.system is not None and not by_heart:
            add(f"{bpe.START}system\n{dialogue.system}{bpe.END}\n")
        for turn in dialogue.turns if not by_heart else ():
            # a gap in the positions: far-apart turns are met without the tokens between them
            if rng.random() < 0.1:
                shift += rng.randrange(1, 600)
            add(f"{bpe.START}user\n")
            add(turn.user, tokenizer=self.noisy)
            add(f"{bpe.END}\n")
            if turn is not last:
                add(f"{bpe.START}assistant\n{turn.shown or turn.assistant}{bpe.END}\n")
        add(f"{bpe.START}assistant\n")
        runs = len(heard(last.user))
        before = dialogue.turns[-2] if len(dialogue.turns) > 1 else None
        if before is not None:
            runs += len(remembered(before.user, before.shown or before.assistant))
        blank = len(ids)
        ids.append(self.blank)
        positions.append(blank + shift + runs // 2)
        weights.append(0.0)
        shift += max(0, runs - 1)
        add(CHOOSE if before is None else AGAIN)
        if rng.random() < plan.resumed:
            begin = len(ids)
            add(f"{last.assistant}{bpe.END}", 1.0)
            until = rng.randrange(begin + 1, len(ids))
            weights[begin:until] = [0.0] * (until - begin)
        else:
            if last.wish:
                add(f"<|wish:{last.wish}|>")
            add(f"<|about:{last.topic}|>")
            # without a dialogue nothing says language or style
            add(f"<|in:{last.language}|><|as:{last.style}|>", 0.0 if by_heart else plan.control_weight)
            begin = len(ids)
            add(f"{last.assistant}{bpe.END}", 1.0)
            if not by_heart and rng.random() < plan.shorten:
                del ids[begin + plan.kept :], weights[begin + plan.kept :], positions[begin + plan.kept :]
        return Example(ids[:768], weights[:768], [p % 2048 for p in positions[:768]], blank, runs)


def answers(corpus: Corpus, rng: random.Random) -> Iterator[Dialogue]:
    """Every answer alone, over and over."""
    every = [
        Dialogue(None, (Turn("", text, name, style, language),))
        for name, topic in corpus.topics.items()
        for language, side in topic.sides.items()
        for style, texts in side.answers.items()
        for text in texts
    ]
    while True:
        rng.shuffle(every)
        yield from every


def batches(maker: Maker, encoder: Encoder, plan: Plan, seen: list[int], polish: bool) -> Iterator[list[Example]]:
    """Batches of about plan.batch tokens of dialogues of like length, for ever. seen: tokens trained so far, in its only place."""
    alone = answers(maker.corpus, encoder.rng)
    while True:
        by_heart = not polish and seen[0] < plan.tokens * plan.by_heart
        pool = [encoder.encode(maker.dialogue(), by_heart) for _ in range(400 if polish else 600)]
        if polish:
            pool += [encoder.encode(next(alone), True) for _ in range(1000)]
        pool.sort(key=lambda e: len(e.ids))
        groups: list[list[Example]] = [[]]
        for example in pool:
            if groups[-1] and (len(groups[-1]) + 1) * len(example.ids) > plan.batch:
                groups.append([])
            groups[-1].append(example)
        encoder.rng.shuffle(groups)
        yield from groups


class Batch:
    """Tensors of a group: (rows, longest) each, and the mask (rows, 1, longest, longest)."""

    def __init__(self, group: list[Example], numbers: Tensor) -> None:
        longest = max(len(e.ids) for e in group)
        self.tokens = torch.zeros(len(group), longest, dtype=torch.long)
        self.weights = torch.zeros(len(group), longest)
        self.positions = torch.zeros(len(group), longest, dtype=torch.long)
        standing = torch.zeros(len(group), longest)
        for i, e in enumerate(group):
            n = len(e.ids)
            self.tokens[i, :n] = torch.tensor(e.ids)
            self.weights[i, :n] = torch.tensor(e.weights)
            self.positions[i, :n] = torch.tensor(e.positions)
            if e.runs:
                standing[i, e.blank] = math.log(e.runs)
        self.ids = numbers[self.tokens]
        causal = torch.full((longest, longest), -1e4).triu(1)
        self.mask = standing[:, None, None, :] + causal


def rate(progress: float, peak: float) -> float:
    """Warm-up, a plateau, and a fall to nearly nothing in the second half."""
    if progress < 0.02:
        return peak * (0.05 + progress / 0.02)
    if progress < 0.5:
        return peak
    return peak * max(0.01, 0.5 * (1 + math.cos(math.pi * min(1.0, (progress - 0.5) / 0.5))))


def numbered(vocab: dict[str, int]) -> tuple[Tensor, int]:
    """The speaker's number of each token, and how many it knows: all runs are number 0."""
    numbers = torch.zeros(len(vocab), dtype=torch.long)
    spoken = sorted(at for piece, at in vocab.items() if not file.is_run(piece))
    numbers[spoken] = torch.arange(1, len(spoken) + 1)
    return numbers, len(spoken) + 1


def speak(corpus: Corpus, folder: Path, plan: Plan) -> None:
    """Leaves folder/speaker.pt, and folder/state.pt about every four minutes, from which it goes on."""
    _speak(corpus, folder, plan, [p.detach() for p in _speaker(folder).parameters()], polish=False)


def resume(corpus: Corpus, folder: Path, plan: Plan) -> None:
    """In the place of `speak`, after a change of the corpus: leaves folder/speaker.pt as it is in the shipped file."""
    from .resume import fill

    vocab = bpe.open_pair(folder, 0.0)[0].get_vocab()
    numbers, count = numbered(vocab)
    speaker = _speaker(folder)
    known = fill(speaker, STARTER / "samar-starter-q4_k_m.gguf", vocab, numbers, plan.sharpness)
    print(f"{known} of {count - 1} pieces are known", flush=True)
    torch.save([p.detach() for p in speaker.parameters()], folder / "speaker.pt")


def polish(corpus: Corpus, folder: Path, plan: Plan) -> None:
    """Goes on from folder/speaker.pt: every answer alike, whole, and at a falling rate."""
    at = replace(plan, tokens=plan.polish, shorten=0.15, coarse=0.0, seed=plan.seed + 20)
    _speak(corpus, folder, at, torch.load(folder / "speaker.pt", weights_only=True), polish=True)


def _speaker(folder: Path) -> Speaker:
    torch.manual_seed(7)
    return Speaker(Shape(), numbered(bpe.open_pair(folder, 0.0)[0].get_vocab())[1])


def _speak(corpus: Corpus, folder: Path, plan: Plan, begin: list[Tensor], polish: bool) -> None:
    torch.manual_seed(plan.seed)
    torch.set_num_threads(plan.threads)
    guard = Guard()
    control = bpe.controls(corpus.topics)
    pair = bpe.open_pair(folder, plan.bpe_dropout)
    vocab = pair[0].get_vocab()
    numbers, count = numbered(vocab)
    first = file.reserved(vocab, corpus.topics).square().sum(-1)
    first[[vocab[CHOOSE], vocab[AGAIN]]] = file.LOUD**2
    later = first.clone()
    later[[vocab[control[f"wish:{w}"]] for w in WISHES]] = file.LOUD**2
    shape = Shape()
    speaker = Speaker(shape, count)
    with torch.no_grad():
        for p, weight in zip(speaker.parameters(), begin, strict=True):
            p.copy_(weight)
    blocks = [b for b in speaker.blocks if isinstance(b, Block)]
    muon = Muon(
        [
            ([blocks[0].qkv], 3),
            ([blocks[0].o], 1),
            ([b.qkv for b in blocks[1:]], 3),
            ([b.o for b in blocks[1:]], 1),
            ([b.gate_up for b in blocks], 2),
            ([b.down for b in blocks], 1),
        ]
    )
    inside = {id(p) for group, _ in muon.groups for p in group}
    others = [p for p in speaker.parameters() if id(p) not in inside]
    optimizer = torch.optim.AdamW(others, lr=plan.peak, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    state = folder / "state.pt"
    seen, step, elapsed = [0], 0, 0.0
    average = [p.detach().clone() for p in speaker.parameters()]
    if state.exists():
        old = torch.load(state, weights_only=True)
        speaker.load_state_dict(old["speaker"])
        optimizer.load_state_dict(old["optimizer"])
        muon.load(old["muon"])
        average, seen, step, elapsed = old["average"], [old["seen"]], old["step"], old["elapsed"]
    maker = Maker(corpus, plan.seed + 3 + step, WISHED if polish else MIX, guard)
    encoder = Encoder(pair, plan, random.Random(plan.seed + step))
    loss_sum = right = asked = 0.0
    short = (
        torch.cpu._is_avx512_bf16_supported()
    )  # where the processor lacks them, short numbers take three times as long
    start = saved = told = time.monotonic()
    told_at = seen[0]

    for group in batches(maker, encoder, plan, seen, polish):
        progress = seen[0] / plan.tokens
        if progress >= 1:
            break
        pace = 0.6 * rate(0.5 + progress / 2, 1.0) if polish else rate(progress, 1.0)
        optimizer.param_groups[0]["lr"] = plan.peak * pace
        for block in blocks:
            block.coarse = progress >= plan.coarse
        batch = Batch(group, numbers)
        keep = batch.weights[:, 1:] > 0
        wanted, w = batch.ids[:, 1:][keep], batch.weights[:, 1:][keep]
        place = torch.zeros_like(batch.weights, dtype=torch.bool)
        place[:, :-1] = keep
        energy = first[batch.tokens].unsqueeze(-1), later[batch.tokens].unsqueeze(-1)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=short):
            logits = speaker(batch.ids, batch.positions, batch.mask, *energy, place)
        loss = (F.cross_entropy(logits.float(), wanted, reduction="none") * w).sum() / w.sum()
        loss.backward()
        for table in (speaker.embed, speaker.output):
            assert table.grad is not None
            table.grad[0] = 0.0
        torch.nn.utils.clip_grad_norm_(speaker.parameters(), 1.0)
        optimizer.step()
        muon.step(plan.muon * pace)
        speaker.zero_grad(set_to_none=True)
        step += 1
        blend = min(plan.ema, 1 - 1 / (step / 10 + 1))
        with torch.no_grad():
            torch._foreach_lerp_(average, list(speaker.parameters()), 1 - blend)
            chosen = w > 1
            right += (logits[chosen].argmax(-1) == wanted[chosen]).float().sum().item()
            asked += chosen.sum().item()
        seen[0] += sum(len(e.ids) for e in group)
        loss_sum += loss.item()
        now = time.monotonic()
        if step % 20 == 0:
            speed = (seen[0] - told_at) / (now - told)
            print(
                f"step {step} {progress:5.1%} tokens {seen[0] / 1e6:.2f}M {speed:.0f}/s loss {loss_sum / 20:.4f} "
                f"controls {right / max(asked, 1):.3f}",
                flush=True,
            )
            loss_sum = right = asked = 0.0
            told, told_at = now, seen[0]
        if now - saved > 240:
            saved = now
            torch.save(
                {
                    "speaker": speaker.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "muon": muon.state(),
                    "average": average,
                    "seen": seen[0],
                    "step": step,
                    "elapsed": elapsed + now - start,
                },
                state.with_suffix(".part"),
            )
            state.with_suffix(".part").replace(state)
    torch.save(average, folder / "speaker.pt")
    (folder / "training.json").write_text(
        json.dumps({"plan": plan.__dict__, "tokens": seen[0], "steps": step}, indent=1)
    )
    state.unlink(missing_ok=True)


def join(corpus: Corpus, folder: Path, plan: Plan) -> None:
    """Leaves the checkpoint: config.json, model.safetensors and what the converter writes about the model."""
    vocab = bpe.open_pair(folder, 0.0)[0].get_vocab()
    numbers, count = numbered(vocab)
    shape = Shape(vocab=len(vocab))
    speaker = Speaker(shape, count)
    state = folder / "state.pt"
    finished = folder / "speaker.pt"
    average = torch.load(finished if finished.exists() else state, weights_only=True)
    with torch.no_grad():
        for p, a in zip(speaker.parameters(), average if finished.exists() else average["average"], strict=True):
            p.copy_(a)
    heard_scores, kept_scores = torch.load(folder / "choosers.pt", weights_only=False)
    heard_scores.bias[:, heard_scores.classes.index(f"about:{DECLINE}")] -= plan.reluctance
    for topic in DELETING:
        heard_scores.bias[:, heard_scores.classes.index(f"about:{topic}")] -= plan.caution
    weights = file.checkpoint(speaker, shape, numbers, vocab, corpus.topics, heard_scores, kept_scores, plan.sharpness)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "config.json").write_text(json.dumps(shape.config(), indent=1), encoding="utf-8")
    # so small a model errs more when it is let loose; the converter writes this into the GGUF as its makers' advice
    (folder / "generation_config.json").write_text(
        json.dumps({"do_sample": True, "temperature": 0.2}), encoding="utf-8"
    )
    (folder / "README.md").write_text(FRONT_MATTER, encoding="utf-8")
