"""A linear classifier on the same questions: hashed character 3-5-grams, words and word pairs.

It tells a lack of data from a lack of model, and costs a minute. Its answers are the standard answers of the topic that it
picks, judged by the same rules as the model's.
"""

from __future__ import annotations

import itertools
import re
import zlib
from typing import Any

import torch
from torch import nn

from .corpus import DECLINE, LANGUAGES, Corpus, fold
from .dialogues import Maker
from .held_out import Guard

BUCKETS = 1 << 17


def features(text: str) -> list[int]:
    """Hashed features of one question."""
    folded = f" {fold(text)} "
    words = folded.split()
    found = {folded[i : i + n] for n in (3, 4, 5) for i in range(len(folded) - n + 1)}
    found |= {f"w:{w}" for w in words} | {f"p:{a} {b}" for a, b in itertools.pairwise(words)}
    return [zlib.crc32(f.encode()) % BUCKETS for f in found] or [0]


class Baseline:
    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self.topics = list(corpus.topics)
        self.table = nn.EmbeddingBag(BUCKETS, len(self.topics), mode="mean", sparse=True)
        nn.init.zeros_(self.table.weight)

    def scores(self, texts: list[str]) -> torch.Tensor:
        bags = [features(t) for t in texts]
        offsets = [0]
        for bag in bags[:-1]:
            offsets.append(offsets[-1] + len(bag))
        return self.table(torch.tensor([f for bag in bags for f in bag]), torch.tensor(offsets))  # type: ignore[no-any-return]

    def fit(self, questions: int = 40_000, seed: int = 3, epochs: int = 3) -> None:
        maker = Maker(self.corpus, seed, guard=Guard())
        rng = maker.rng
        texts: list[str] = []
        labels: list[int] = []
        for _ in range(questions):
            language = rng.choice(LANGUAGES)
            if rng.random() < maker.mix.off_topic:
                topic, text = DECLINE, maker.off_topic(language)
            else:
                topic = rng.choices(maker.names, maker.weights)[0]
                text = maker.question(topic, language)
            texts.append(text)
            labels.append(self.topics.index(topic))
        optimizer = torch.optim.SparseAdam(self.table.parameters(), lr=0.5)
        order = list(range(questions))
        for epoch in range(epochs):
            rng.shuffle(order)
            for group in optimizer.param_groups:
                group["lr"] = 0.5 / (1 + 2 * epoch)
            for begin in range(0, questions, 256):
                rows = order[begin : begin + 256]
                loss = nn.functional.cross_entropy(
                    self.scores([texts[i] for i in rows]), torch.tensor([labels[i] for i in rows])
                )
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()

    def reply(self, question: str) -> str:
        with torch.no_grad():
            topic = self.topics[int(self.scores([question]).argmax())]
        arabic = len(re.findall("[\u0620-\u064a]", question)) * 2 > len(re.findall("[a-zA-Z\u0620-\u064a]", question))
        return self.corpus.topics[topic].sides["ar" if arabic else "en"].answers["standard"][0]


def rows(corpus: Corpus, cases: list[dict[str, Any]]) -> list[dict[str, str]]:
    """The baseline's replies to the questions and off-topic prompts of the test set."""
    torch.manual_seed(0)
    baseline = Baseline(corpus)
    baseline.fit()
    return [
        {"id": case["id"], "reply": baseline.reply(case["turns"][-1]["content"])}
        for case in cases
        if case["set"] in ("questions", "offtopic")
    ]
