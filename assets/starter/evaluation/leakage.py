"""Find training lines that come near a held-out prompt.

Command: ``python leakage.py LINES…`` (text files, one user message or system prompt a line); exit status 1 where one is
near. Library: ``near``. Two texts are near when they are equal after folding, or when the Jaccard index of their sets of
character 4-grams reaches ``NEAR``.
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))  # beside this file; it is no package

from score import Case, load_cases, words

NEAR = 0.7


class Pair(NamedTuple):
    """A training line, the case that it comes near, and how near (0 to 1)."""

    line: str
    case: str
    held_out: str
    similarity: float


def _grams(text: str) -> frozenset[str]:
    joined = f" {' '.join(words(text))} "
    return frozenset(joined[at : at + 4] for at in range(max(1, len(joined) - 3)))


def held_out(cases: Iterable[Case]) -> Iterator[tuple[str, str]]:
    """Id and text of each prompt that training must not have seen: last user turns and system prompts."""
    for case in cases:
        yield case["id"], case["turns"][-1]["content"]
        if case["turns"][0]["role"] == "system":
            yield case["id"], case["turns"][0]["content"]


def near(lines: Iterable[str], cases: Iterable[Case] | None = None, least: float = NEAR) -> list[Pair]:
    """Every line with the nearest prompt of the test set, where that is at least ``least`` near.

    The prompts of the set ``systems`` that ask an ordinary question ("What is a token?") are meant to be known; of that
    set only the system prompts are compared. Of the set ``followups`` only the last turns are.
    """
    cases = load_cases() if cases is None else list(cases)
    prompts = [
        (name, text)
        for case in cases
        for name, text in held_out([case])
        if case["set"] != "systems" or text == case["turns"][0]["content"]
    ]
    grams = [_grams(text) for _, text in prompts]
    index: dict[str, list[int]] = defaultdict(list)
    for at, found in enumerate(grams):
        for gram in found:
            index[gram].append(at)
    pairs: list[Pair] = []
    for line in lines:
        own = _grams(line)
        shared = Counter(at for gram in own for at in index.get(gram, ()))
        best, at = max(
            ((count / (len(own) + len(grams[at]) - count), at) for at, count in shared.items()), default=(0.0, 0)
        )
        if best >= least and words(line):
            pairs.append(Pair(line, *prompts[at], round(best, 3)))
    return pairs


def main() -> int:
    """Print each near pair; exit status 1 where there is one."""
    parser = argparse.ArgumentParser(description="Find training lines that come near a held-out prompt.")
    parser.add_argument("files", type=Path, nargs="+", help="text files, one message a line")
    files: list[Path] = parser.parse_args().files
    pairs = near(line for file in files for line in file.read_text(encoding="utf-8").splitlines())
    for pair in pairs:
        print(f"{pair.similarity:.2f}  {pair.case}  {pair.held_out!r}  ←  {pair.line!r}")
    return 1 if pairs else 0


if __name__ == "__main__":
    sys.exit(main())
