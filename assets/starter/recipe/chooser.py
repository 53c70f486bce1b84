"""The choice of topic: linear in the runs of letters that a question is heard as.

A linear classifier on runs of letters generalises from few wordings better than anything else that was tried here. So it is
trained as what it is, in minutes, and then written into the Llama: a run's scores stand in the embedding of its token, and an
attention head averages them (file.py). A second one, on the words of the exchange before, says what a wish such as
"shorter" is about.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .corpus import Corpus
from .dialogues import SOCIAL, Maker
from .letters import heard, remembered

Rows = list[list[str]]  # runs of each text


def beginnings(run: str, shortest: int) -> list[str]:
    return [run[:n] for n in range(shortest, len(run) + 1)]


@dataclass(frozen=True)
class Scores:
    """Scores (classes,) of each run; a text's are the mean over its runs, each counted with all its known beginnings."""

    runs: dict[str, Tensor]  # of the run as read: its beginnings are counted in
    bias: Tensor  # (kinds, classes)
    classes: tuple[str, ...]

    def of(self, runs: Sequence[str], kind: int = 0) -> Tensor:
        total = torch.zeros(len(self.classes))
        for run in runs:
            for n in range(len(run), 0, -1):
                if run[:n] in self.runs:
                    total += self.runs[run[:n]]
                    break
        return total / max(1, len(runs)) + self.bias[kind]


@dataclass(frozen=True)
class Learning:
    epochs: int = 2
    rate: float = 0.3
    batch: int = 256
    seed: int = 3


LEARNING = Learning()


def _fit(
    rows: Rows, labels: list[int], kinds: list[int], known: dict[str, int], classes: int, plan: Learning, shortest: int
) -> tuple[Tensor, Tensor]:
    """Weights (1 + known, classes) and biases (kinds, classes)."""
    rng = random.Random(plan.seed)
    bags = [[known[b] for run in row for b in beginnings(run, shortest) if b in known] or [0] for row in rows]
    table = nn.EmbeddingBag(len(known) + 1, classes, mode="sum", sparse=True)
    nn.init.zeros_(table.weight)
    bias = nn.Parameter(torch.zeros(max(kinds) + 1, classes))
    optimizer = torch.optim.SparseAdam(table.parameters(), lr=plan.rate)
    other = torch.optim.Adam([bias], lr=0.02)
    target, sort = torch.tensor(labels), torch.tensor(kinds)
    count = torch.tensor([float(max(1, len(row))) for row in rows])
    order = list(range(len(rows)))
    for epoch in range(plan.epochs):
        rng.shuffle(order)
        for group in optimizer.param_groups:
            group["lr"] = plan.rate / (1 + 2 * epoch)
        for begin in range(0, len(order), plan.batch):
            at = order[begin : begin + plan.batch]
            offsets, flat = [0], []
            for i in at:
                flat += bags[i]
                offsets.append(len(flat))
            scores = table(torch.tensor(flat), torch.tensor(offsets[:-1])) / count[at].unsqueeze(1) + bias[sort[at]]
            loss = F.cross_entropy(scores, target[at])
            optimizer.zero_grad()
            other.zero_grad()
            loss.backward()
            optimizer.step()
            other.step()
    return table.weight.detach(), bias.detach()


def questions(maker: Maker, count: int) -> tuple[Rows, list[str], list[int]]:
    """Runs of `count` drawn user turns, the topic or wish of each, and 1 where an exchange stands before."""
    rows: Rows = []
    labels: list[str] = []
    kinds: list[int] = []
    while len(rows) < count:
        for at, turn in enumerate(maker.dialogue().turns):
            rows.append(heard(turn.user))
            labels.append(f"wish:{turn.wish}" if turn.wish else f"about:{turn.topic}")
            kinds.append(int(at > 0))
    return rows, labels, kinds


def exchanges(maker: Maker, count: int) -> tuple[Rows, list[str]]:
    """Remembered words of `count` exchanges, and what each was about."""
    rows: Rows = []
    labels: list[str] = []
    while len(rows) < count:
        for turn in maker.dialogue().turns:
            if turn.topic not in SOCIAL:
                rows.append(remembered(turn.user, maker.reworded(turn)))
                labels.append(f"about:{turn.topic}")
    return rows, labels


def written(corpus: Corpus) -> list[str]:
    """Every user turn as it was written, undisguised, and the phrases that fill forms."""
    out = [w for t in corpus.topics.values() for s in t.sides.values() for w in (*s.wordings, *s.nouns, *s.verbs)]
    for off in corpus.off_topic.values():
        out += [*off.prompts, *off.hard_negatives, *off.patterns, *off.nouns, *off.verbs]
    return out + [w for sides in corpus.follow_ups.values() for texts in sides.values() for w in texts]


def exchanged(corpus: Corpus) -> Rows:
    """What would be remembered of every written question, and of every answer, alone."""
    texts = [w for t in corpus.topics.values() for s in t.sides.values() for w in s.wordings]
    texts += [a for t in corpus.topics.values() for s in t.sides.values() for b in s.answers.values() for a in b]
    texts += [p for off in corpus.off_topic.values() for p in (*off.prompts, *off.hard_negatives)]
    return [remembered(text, "") for text in texts]


def known(rows: Rows, most: int, shortest: int) -> list[str]:
    """The `most` runs, beginnings included, that most texts have; none that one text alone has."""
    seen: Counter[str] = Counter()
    for row in rows:
        seen.update({b for run in row for b in beginnings(run, shortest)})
    order = sorted((run for run, n in seen.items() if n > 1), key=lambda run: (-seen[run], len(run), run))
    return sorted(order[:most])


def learn(
    rows: Rows,
    labels: list[str],
    kinds: list[int],
    classes: Sequence[str],
    known: list[str],
    shortest: int,
    plan: Learning = LEARNING,
) -> Scores:
    number = {name: i for i, name in enumerate(classes)}
    wanted = [number[label] for label in labels]
    numbers = {run: i + 1 for i, run in enumerate(known)}
    weights, bias = _fit(rows, wanted, kinds, numbers, len(classes), plan, shortest)
    weights = weights - weights.mean(1, keepdim=True)  # what all classes share chooses nothing
    total = {run: torch.stack([weights[numbers[b]] for b in beginnings(run, shortest)]).sum(0) for run in known}
    return Scores(total, bias - bias.mean(1, keepdim=True), tuple(classes))
