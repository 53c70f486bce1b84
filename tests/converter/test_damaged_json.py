"""Random damage to config.json and to the tokenizer's files: a plan or one clear sentence, never anything else."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest

from converter.errors import ConversionError
from converter.ggml import FileType
from converter.plan import make_plan
from tests.converter.synthetic.cases import BY_NAME
from tests.converter.synthetic.checkpoints import put, write_checkpoint

FILES = ("config.json", "tokenizer.json", "tokenizer_config.json", "added_tokens.json", "vocab.json")
JUNK: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 3.5, 1e300, float("nan"), 1 << 40, -(1 << 70), "", "x", [], {}, [1], [None], {"a": 1}, [[]],
    "<s>", {"content": 5}, [{"name": 1}], [{"name": "a", "template": None}],
)  # fmt: skip
CASES = ("llama2-spm", "llama3", "phi2-legacy-files", "phi4-mini", "mixtral", "gemma3-multimodal", "falcon-h1", "jais",
         "command-r7b-arabic", "qwen3-moe")  # fmt: skip


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where damage can be done: every key of an object, the first entries of a list."""
    found = [path] if path else []
    if isinstance(value, dict):
        for key in list(value)[:40]:
            found += _paths(value[key], (*path, key))
    elif isinstance(value, list):
        for index in range(min(len(value), 4)):
            found += _paths(value[index], (*path, index))
    return found


def _damage(value: Any, chance: random.Random) -> Any:
    """A copy in which one to three values are gone or replaced."""
    value = copy.deepcopy(value)
    for _ in range(chance.choice((1, 1, 2, 3))):
        paths = _paths(value)
        if not paths:
            break
        *way, last = chance.choice(paths)
        holder = value
        for step in way:
            holder = holder[step]
        if chance.random() < 0.3:
            del holder[last]
        else:
            holder[last] = copy.deepcopy(chance.choice(JUNK))
    return value


@pytest.mark.parametrize("name", CASES)
def test_that_damaged_json_ends_in_a_plan_or_in_one_sentence(name: str, tmp_path: Path) -> None:
    chance = random.Random(name)
    folder = write_checkpoint(BY_NAME[name], tmp_path)
    whole = {file: (folder / file).read_text() for file in FILES if (folder / file).exists()}
    refused = 0
    for _ in range(25):
        file = chance.choice(sorted(whole))
        put(folder / file, json.dumps(_damage(json.loads(whole[file]), chance)))
        try:
            make_plan(folder).head(FileType.F16)
        except ConversionError as problem:
            refused += 1
            assert "\n" not in str(problem)  # noqa: PT017 - a plan is as right as a refusal
            assert 10 < len(str(problem)) < 400  # noqa: PT017
        put(folder / file, whole[file])
    assert refused
    make_plan(folder)
