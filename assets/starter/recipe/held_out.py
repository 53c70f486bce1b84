"""Keeps every training text away from the held-out test set, by the measure of evaluation/leakage.py."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections import Counter, defaultdict
from types import ModuleType
from typing import Any

from .corpus import STARTER


def module(name: str) -> ModuleType:
    path = STARTER / "evaluation" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def load_doing() -> list[dict[str, Any]]:
    """Questions about doing things in the app: lang, topics that are right, question, harmful_if_wrong."""
    cases: list[dict[str, Any]] = json.loads((STARTER / "evaluation" / "doing.json").read_text(encoding="utf-8"))
    return cases


class Guard:
    """Says whether a text comes near a held-out prompt."""

    def __init__(self) -> None:
        score, leakage = module("score"), module("leakage")
        self._grams = leakage._grams
        self._least: float = leakage.NEAR
        texts = [
            text
            for case in score.load_cases()
            for _, text in leakage.held_out([case])
            if case["set"] != "systems" or text == case["turns"][0]["content"]
        ]
        texts += [case["question"] for case in load_doing()]
        self._held = [self._grams(text) for text in texts]
        self._index: dict[str, list[int]] = defaultdict(list)
        for at, grams in enumerate(self._held):
            for gram in grams:
                self._index[gram].append(at)
        self._known: dict[str, bool] = {}

    def near(self, text: str) -> bool:
        known = self._known.get(text)
        if known is None:
            own = self._grams(text)
            shared = Counter(at for gram in own for at in self._index.get(gram, ()))
            known = any(n / (len(own) + len(self._held[at]) - n) >= self._least for at, n in shared.items())
            if len(self._known) < 200_000:
                self._known[text] = known
        return known
