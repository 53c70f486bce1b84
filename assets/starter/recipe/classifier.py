"""What a question is about: a classifier that is two layers of a Llama, learnt before all else.

A transmission of the whole model learns wordings by heart and takes unseen ones for others; a linear classifier over pairs of
character n-grams generalises far better (86 against 64 % of the test questions). So such a linear teacher is fitted first,
and a student that can be written into a Llama exactly is taught its scores on many texts: layer 0 looks at the two pieces
before each piece and finds features of the three, layer 1 takes their mean over the question and decides.
"""

from __future__ import annotations

import itertools
import random
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor, nn

from .corpus import Corpus, fold
from .dialogues import FOLLOW_UPS, Maker
from .held_out import Guard
from .normal import normal
from .tokenizer import ASK as ASK_MARK
from .tokenizer import END, REPLY, START

WIDTH = 128  # dimensions of the residual stream that belong to the classifier
FEATURES = 120  # of them for features; the rest are marks
CONST, ASK, ASKED, BEGIN = 120, 121, 122, 123  # marks: of every piece; of the question's begin; of all after it; of turns' begins
STRENGTH = 28.0  # of layer 1's attention to the question
HIDDEN = 256  # of the Llama
MLP = 768
EPS = 1e-5
BUCKETS = 1 << 18


def grams(text: str) -> list[int]:
    """Hashed character 3-5-grams, words and word pairs."""
    folded = f" {fold(text)} "
    words = folded.split()
    found = {folded[i : i + n] for n in (3, 4, 5) for i in range(len(folded) - n + 1)}
    found |= {f"w:{w}" for w in words} | {f"p:{a} {b}" for a, b in itertools.pairwise(["^", *words, "$"])}
    return [zlib.crc32(f.encode()) % BUCKETS for f in found]


class Teacher:
    """A linear classifier over `grams`."""

    def __init__(self, classes: int) -> None:
        self.table = nn.EmbeddingBag(BUCKETS, classes, mode="mean", sparse=True)
        nn.init.zeros_(self.table.weight)

    def __call__(self, texts: Sequence[str]) -> Tensor:
        return self.scores([torch.tensor(grams(t)) for t in texts])

    def scores(self, bags: Sequence[Tensor]) -> Tensor:
        offsets = torch.tensor([0, *(len(b) for b in bags[:-1])]).cumsum(0)
        return self.table(torch.cat(list(bags)), offsets)  # type: ignore[no-any-return]

    def fit(self, texts: Sequence[str], labels: Tensor, seed: int, epochs: int = 3, peak: float = 0.5) -> None:
        rng = random.Random(seed)
        bags = [torch.tensor(grams(t)) for t in texts]
        optimizer = torch.optim.SparseAdam(self.table.parameters(), lr=peak)
        order = list(range(len(bags)))
        for epoch in range(epochs):
            rng.shuffle(order)
            optimizer.param_groups[0]["lr"] = peak / (1 + 2 * epoch)
            for begin in range(0, len(order), 256):
                rows = order[begin : begin + 256]
                loss = F.cross_entropy(self.scores([bags[i] for i in rows]), labels[rows])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()


def _scale(x: Tensor) -> Tensor:
    """What the Llama's norm multiplies by, where the other dimensions have the mean square 1."""
    return torch.rsqrt((x.float().square().sum(-1, keepdim=True) + (HIDDEN - WIDTH)) / HIDDEN + EPS)


class Student(nn.Module):
    """Scores from pieces: (rows, time) ids and where the question is -> (rows, classes)."""

    def __init__(self, vocab: int, classes: int, ask: int, begin: int, dropout: float = 0.0) -> None:
        super().__init__()
        f = FEATURES
        self.dropout = dropout
        marks = torch.zeros(vocab, WIDTH - f)
        marks[:, CONST - f] = 1.0
        marks[ask, ASK - f] = 2.0
        marks[begin, BEGIN - f] = 2.0
        self.register_buffer("marks", marks)
        self.table = nn.Parameter(torch.randn(vocab, f))
        self.v0 = nn.Parameter(torch.randn(3 * 64, f) * f**-0.5)  # of the piece before: 128 values, two before: 64
        self.o0 = nn.Parameter(torch.randn(f, 3 * 64) * 192**-0.5)
        self.gate0 = nn.Parameter(torch.randn(MLP, f) * f**-0.5)
        self.up0 = nn.Parameter(torch.randn(MLP, f) * f**-0.5)
        self.down0 = nn.Parameter(torch.randn(f, MLP) * MLP**-0.5 * 0.3)
        self.v1 = nn.Parameter(torch.randn(4 * 64, f) * f**-0.5)
        self.o1 = nn.Parameter(torch.randn(f, 4 * 64) * 256**-0.5 * 3)
        self.gate1 = nn.Parameter(torch.randn(MLP, f) * f**-0.5)
        self.up1 = nn.Parameter(torch.randn(MLP, f) * f**-0.5)
        self.down1 = nn.Parameter(torch.zeros(f, MLP))
        self.rows = nn.Parameter(torch.randn(classes, f) * f**-0.5 * 0.3)

    def embedding(self) -> Tensor:
        """(vocabulary, WIDTH)"""
        return torch.cat((F.rms_norm(self.table, (FEATURES,)), self.marks), -1)

    def forward(self, ids: Tensor, asked: Tensor) -> Tensor:
        """`ids` end with the piece that replies; `asked` (rows, time) is 1 from the mark of the question to the end."""
        f = FEATURES
        x = F.embedding(ids, self.embedding())
        y = (x * _scale(x))[..., :f]
        before = F.pad(y, (0, 0, 1, 0))[:, :-1]
        two = F.pad(y, (0, 0, 2, 0))[:, :-2]
        values = torch.cat((F.linear(before, self.v0[:128]), F.linear(two, self.v0[128:])), -1)
        mark = F.one_hot(torch.tensor(ASKED - f), WIDTH - f).float() * asked.unsqueeze(-1)
        x = x + torch.cat((F.linear(values, self.o0), mark), -1)
        y = (x * _scale(x))[..., :f]
        added = F.linear(F.silu(F.linear(y, self.gate0)) * F.linear(y, self.up0), self.down0)
        x = x + F.pad(added, (0, WIDTH - f))
        scale = _scale(x)
        y = F.linear((x * scale)[..., :f], self.v1)
        score = STRENGTH * scale.squeeze(-1) * scale[:, -1] * asked
        left_out = asked < 1
        if self.training and self.dropout:
            left_out = left_out | (torch.rand_like(asked) < self.dropout)
            left_out[:, -1] = False
        weight = score.masked_fill(left_out, -torch.inf).softmax(-1)
        mean = (y * weight.unsqueeze(-1)).sum(1)
        x = x[:, -1]
        x = x + F.pad(F.linear(mean, self.o1), (0, WIDTH - f))
        y = (x * _scale(x))[..., :f]
        added = F.linear(F.silu(F.linear(y, self.gate1)) * F.linear(y, self.up1), self.down1)
        x = x + F.pad(added, (0, WIDTH - f))
        return F.linear((x * _scale(x))[..., :f], self.rows)


class Frame:
    """Turns questions into what the model sees of a first turn."""

    def __init__(self, plain: Tokenizer, noisy: Tokenizer) -> None:
        self.plain, self.noisy = plain, noisy
        self.before = plain.encode(f"{START}user\n{ASK_MARK}", add_special_tokens=False).ids
        self.after = plain.encode(f"{END}\n{START}assistant\n{REPLY}", add_special_tokens=False).ids

    def ids(self, texts: Sequence[str], dropout: bool) -> list[list[int]]:
        encoded = (self.noisy if dropout else self.plain).encode_batch([normal(t) for t in texts], add_special_tokens=False)
        return [[*self.before, *e.ids[:60], *self.after] for e in encoded]

    def batch(self, ids: Sequence[list[int]]) -> tuple[Tensor, Tensor]:
        """Ids (rows, longest), their ends aligned, and where the question is."""
        longest = max(map(len, ids))
        out = torch.zeros(len(ids), longest, dtype=torch.long)
        asked = torch.zeros(len(ids), longest)
        for row, one in enumerate(ids):
            out[row, longest - len(one) :] = torch.tensor(one)
            asked[row, longest - len(one) + len(self.before) - 1 :] = 1.0
        return out, asked


@dataclass(frozen=True)
class Fit:
    texts: int = 200_000
    mixed: int = 100_000  # texts spliced from two, which only the teacher labels
    epochs: int = 2
    peak: float = 3e-3
    dropout: float = 0.1
    teacher_share: float = 0.8  # of the loss; the rest are the labels themselves
    seed: int = 16


def fit(corpus: Corpus, frame: Frame, plan: Fit) -> tuple[Student, list[str]]:
    """A fitted student and its classes."""
    begun = time.monotonic()
    torch.manual_seed(plan.seed)
    rng = random.Random(plan.seed)
    maker = Maker(corpus, plan.seed, guard=Guard())
    classes = [*corpus.topics, *FOLLOW_UPS]
    texts, names = map(list, zip(*(maker.single() for _ in range(plan.texts)), strict=True))
    labels = torch.tensor([classes.index(n) for n in names])
    teacher = Teacher(len(classes))
    teacher.fit(texts, labels, plan.seed)
    for _ in range(plan.mixed):
        one, other = rng.choice(texts).split(), rng.choice(texts).split()
        texts.append(" ".join((*one[: rng.randint(1, len(one))], *other[rng.randrange(len(other)) :])))
    with torch.no_grad():
        soft = torch.cat([teacher(texts[i : i + 1000]).softmax(1).half() for i in range(0, len(texts), 1000)])
    print(f"classifier: teacher fitted, {time.monotonic() - begun:.0f} s", flush=True)
    ask, begin = (frame.plain.token_to_id(t) for t in (ASK_MARK, START))
    student = Student(frame.plain.get_vocab_size(), len(classes), ask, begin, plan.dropout)
    optimizer = torch.optim.AdamW(student.parameters(), lr=plan.peak, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    count, step = len(texts), 0
    total = plan.epochs * count // 256
    for epoch in range(plan.epochs):
        ids = frame.ids(texts, dropout=True)
        order = rng.sample(range(count), count)
        groups = []
        for at in range(0, count, 8192):  # of like length
            part = sorted(order[at : at + 8192], key=lambda i: len(ids[i]))
            groups += [part[i : i + 256] for i in range(0, len(part), 256)]
        rng.shuffle(groups)
        for rows in groups:
            with torch.autocast("cpu", dtype=torch.bfloat16):
                scores = student(*frame.batch([ids[i] for i in rows]))
            likely = scores.float().log_softmax(1)
            loss = -plan.teacher_share * (soft[rows].float() * likely).sum(1).mean()
            known = [i for i, row in enumerate(rows) if row < plan.texts]
            loss = loss + (1 - plan.teacher_share) * F.nll_loss(likely[known], labels[[rows[i] for i in known]])
            optimizer.param_groups[0]["lr"] = plan.peak * min(1.0, (step + 1) / 100) * max(0.0, 1 - step / (total + 1))
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(student.parameters(), 1.0)
            optimizer.step()
            step += 1
            if step % 200 == 0:
                print(f"classifier: step {step}/{total} loss {loss.item():.3f}, {time.monotonic() - begun:.0f} s", flush=True)
    student.eval()
    return student, classes
