"""What a question is about: a classifier that is two layers of a Llama, learnt before all else.

Trained as a whole, so small a model learns wordings by heart and takes unseen ones for others; a linear classifier over character
n-grams and word pairs generalises far better (88 against 64 % of the test questions). So such a linear teacher is fitted first,
and a student that can be written into a Llama exactly is taught its scores on many texts: layer 0 looks at the two pieces
before each piece and finds features of the three, layer 1 takes their mean over the question and decides.
"""

from __future__ import annotations

import itertools
import random
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor, nn

from .corpus import Corpus, fold
from .dialogues import FOLLOW_UPS, Maker
from .held_out import Guard
from .muon import Muon
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

    def __init__(self, vocab: int, classes: int, ask: int, begin: int, inner: int = MLP) -> None:
        super().__init__()
        f = FEATURES
        marks = torch.zeros(vocab, WIDTH - f)
        marks[:, CONST - f] = 1.0
        marks[ask, ASK - f] = 2.0
        marks[begin, BEGIN - f] = 2.0
        self.register_buffer("marks", marks)
        self.table = nn.Parameter(torch.randn(vocab, f))
        self.v0 = nn.Parameter(torch.randn(3 * 64, f) * f**-0.5)  # of the piece before: 128 values, two before: 64
        self.o0 = nn.Parameter(torch.zeros(f, 3 * 64))
        self.gate0 = nn.Parameter(torch.randn(inner, f) * f**-0.5)
        self.up0 = nn.Parameter(torch.randn(inner, f) * f**-0.5)
        self.down0 = nn.Parameter(torch.zeros(f, inner))
        self.v1 = nn.Parameter(torch.randn(4 * 64, f) * f**-0.5)
        self.o1 = nn.Parameter(torch.randn(f, 4 * 64) * 0.01)
        self.gate1 = nn.Parameter(torch.randn(inner, f) * f**-0.5)
        self.up1 = nn.Parameter(torch.randn(inner, f) * f**-0.5)
        self.down1 = nn.Parameter(torch.zeros(f, inner))
        self.rows = nn.Parameter(torch.randn(classes, f) * 0.02)

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
        weight = score.masked_fill(asked < 1, -torch.inf).softmax(-1)
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
        # no piece from the mark on looks further back than this
        self.before = plain.encode(f"user\n{ASK_MARK}", add_special_tokens=False).ids
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


@torch.no_grad()
def inherit(student: Student, teacher: Teacher, plain: Tokenizer, classes: int) -> None:
    """Starts the student where each piece says what the teacher makes of the character n-grams inside it."""
    table, f = teacher.table.weight, FEATURES
    said = torch.zeros(student.table.shape[0], classes)
    for piece in range(len(said)):
        text = plain.decode([piece])
        word = fold(text)
        if word and not text.startswith("<|"):
            whole = f" {word}" if text.startswith(" ") else word
            found = {whole[i : i + n] for n in (3, 4, 5) for i in range(len(whole) - n + 1)}
            found |= {f"w:{word}"} if text.startswith(" ") else set()
            if found:
                said[piece] = table[torch.tensor([zlib.crc32(g.encode()) % BUCKETS for g in found])].sum(0)
    said -= said.mean(1, keepdim=True)
    size = said.norm(dim=1, keepdim=True)
    said *= 9.0 * torch.tanh(size / size[size > 0].quantile(0.7)) / size.clamp_min(1e-6)
    rest = F.normalize(torch.randn(len(said), f - classes), dim=1)  # every piece has the same norm: what is left says nothing
    student.table.copy_(torch.cat((said, rest * (f - said.square().sum(1, keepdim=True)).sqrt()), 1))
    student.v1.zero_()
    student.v1[:f] = torch.eye(f)
    student.o1[:, :f] += torch.eye(f) * 3
    student.rows[:, :classes] += torch.eye(classes) * 3


@dataclass(frozen=True)
class Fit:
    texts: int = 240_000
    mixed: int = 120_000  # spliced from two
    minutes: float = 15.0
    peak: float = 1e-2  # AdamW: embeddings and rows
    muon: float = 0.02  # the matrices
    inner: int = 384  # of the MLP; the rest of it stays zero
    seed: int = 16


def fit(corpus: Corpus, frame: Frame, plan: Fit, keep: Callable[[Student], None]) -> None:
    """Fits a student to a teacher; gives it to `keep` every few hundred steps and at the end."""
    begun = time.monotonic()
    torch.manual_seed(plan.seed)
    rng = random.Random(plan.seed)
    maker = Maker(corpus, plan.seed, guard=Guard())
    classes = [*corpus.topics, *FOLLOW_UPS]
    texts, names = map(list, zip(*(maker.single() for _ in range(plan.texts)), strict=True))
    teacher = Teacher(len(classes))
    teacher.fit(texts, torch.tensor([classes.index(n) for n in names]), plan.seed)
    for _ in range(plan.mixed):
        one, other = rng.choice(texts).split(), rng.choice(texts).split()
        texts.append(" ".join((*one[: rng.randint(1, len(one))], *other[rng.randrange(len(other)) :])))
    with torch.no_grad():
        soft = torch.cat([teacher(texts[i : i + 1000]).softmax(1).half() for i in range(0, len(texts), 1000)])
    print(f"classifier: teacher fitted, {time.monotonic() - begun:.0f} s", flush=True)
    ask, begin = (frame.plain.token_to_id(t) for t in (ASK_MARK, START))
    student = Student(frame.plain.get_vocab_size(), len(classes), ask, begin, plan.inner)
    inherit(student, teacher, frame.plain, len(classes))
    s = student
    muon = Muon(
        [
            ([s.gate0, s.up0, s.gate1, s.up1], 1),
            ([s.down0, s.down1], 1),
            ([s.v0], 3),
            ([s.v1], 1),
            ([s.o0], 1),
            ([s.o1], 1),
        ],
        decay=0.01,
    )
    optimizer = torch.optim.AdamW([s.table, s.rows], lr=plan.peak, betas=(0.9, 0.98), weight_decay=0.0, fused=True)
    step, told = 0, 0.0
    begun = time.monotonic()
    while True:
        for rows in _groups(ids := frame.ids(texts, dropout=True), rng):
            progress = (time.monotonic() - begun) / 60 / plan.minutes
            if progress >= 1:
                keep(student)
                return
            with torch.autocast("cpu", dtype=torch.bfloat16):
                likely = student(*frame.batch([ids[i] for i in rows])).float().log_softmax(1)
            wanted = soft[rows].float()
            loss = (wanted * (wanted.clamp_min(1e-6).log() - likely)).sum(1).mean()
            pace = min(1.0, (step + 1) / 50) * max(0.02, min(1.0, 1.25 * (1 - progress)))
            optimizer.param_groups[0]["lr"] = plan.peak * pace
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(student.parameters(), 1.0)
            optimizer.step()
            muon.step(plan.muon * pace)
            step, told = step + 1, told + loss.item()
            if step % 100 == 0:
                print(f"classifier: step {step} {progress:.1%} away from its teacher {told / 100:.3f}", flush=True)
                told = 0.0
            if step % 400 == 0:
                keep(student)


def _groups(ids: list[list[int]], rng: random.Random) -> list[list[int]]:
    """Batches of rows of like length."""
    order = rng.sample(range(len(ids)), len(ids))
    groups = []
    for at in range(0, len(order), 8192):
        part = sorted(order[at : at + 8192], key=lambda i: len(ids[i]))
        groups += [part[i : i + 256] for i in range(0, len(part), 256)]
    rng.shuffle(groups)
    return groups
