"""A draft model beside a large one: the same replies, and rest where it does not pay."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from desktop.core.errors import SamarError
from desktop.core.generation import GenerationParams
from desktop.core.paths import starter_model
from desktop.core.requests import LoadOptions
from desktop.engine.client import EngineClient
from desktop.engine.context import Context
from desktop.engine.draft import CombinedSpeculator, DraftModel
from desktop.engine.llama import Library, Model, StopFlag
from desktop.engine.sampling import Sampler
from tests.engine.conftest import NEVER_ENDS
from tests.engine.test_session import MakeEngine, ask, read
from tests.fakes.tiny_gguf import write_tiny

OPTIONS = LoadOptions(threads=1, speculation=False)


def replies(engine: EngineClient, model: Path, options: LoadOptions) -> list[str]:
    engine.load(model, options)
    found = []
    for turns in (("hi",), ("abcd " * 20,), ("hi", ("assistant", "yes"), "go on")):
        found.append(read(engine, ask(*turns, max_tokens=200))[0])
        found.append(read(engine, ask(*turns, max_tokens=200, temperature=1.2, seed=7, top_k=30))[0])
    return found


@pytest.mark.parametrize("kind", ["itself", "another", "few layers"])
@pytest.mark.parametrize("speculation", [False, True])
def test_that_replies_are_the_same_with_and_without(
    make_engine: MakeEngine, tiny_model: Path, tmp_path: Path, kind: str, speculation: bool
) -> None:
    draft = {
        "itself": lambda: tiny_model,
        "another": lambda: write_tiny(tmp_path / "draft.gguf", seed=9, favour=NEVER_ENDS),
        "few layers": lambda: write_tiny(tmp_path / "draft.gguf", layers=1, favour=NEVER_ENDS),
    }[kind]()
    plain = replies(make_engine(), tiny_model, OPTIONS)
    options = msgspec.structs.replace(OPTIONS, draft=str(draft), speculation=speculation)
    assert replies(make_engine(), tiny_model, options) == plain


@pytest.mark.parametrize(
    ("made", "code"),
    [
        ({"specials": ("<|im_start|>", "<|im_end|>", "<|endoftext|>", "<more>")}, ""),
        ({"words": ("hello",)}, "draft_unfit"),
        ({"specials": ("<a>", "<|im_end|>", "<|endoftext|>")}, "draft_unfit"),
        ({"architecture": "nightingale"}, "model_load_failed"),
    ],
    ids=str,
)
def test_that_a_draft_model_needs_the_same_vocabulary(
    make_engine: MakeEngine, tiny_model: Path, tmp_path: Path, made: dict[str, object], code: str
) -> None:
    draft = write_tiny(tmp_path / "draft.gguf", **made)  # type: ignore[arg-type]
    engine = make_engine()
    options = msgspec.structs.replace(OPTIONS, draft=str(draft))
    if not code:
        assert engine.load(tiny_model, options) is not None
        return
    with pytest.raises(SamarError) as caught:
        engine.load(tiny_model, options)
    assert caught.value.code == code
    assert engine.load(tiny_model, OPTIONS) is not None
    assert read(engine, ask("hi"))[0]


def test_that_memory_is_planned_for_both(make_engine: MakeEngine, tiny_model: Path, tmp_path: Path) -> None:
    engine = make_engine()
    alone = engine.load(tiny_model, OPTIONS)
    both = engine.load(tiny_model, msgspec.structs.replace(OPTIONS, draft=str(tiny_model)))
    assert alone is not None
    assert both is not None
    assert both.memory_bytes > alone.memory_bytes + tiny_model.stat().st_size // 2


def test_that_a_sure_draft_is_right_about_itself() -> None:
    """The bundled model writes ahead for itself: guesses are made, and all of them are right."""
    library, flag = Library(), StopFlag()
    model = Model(library, str(starter_model()))
    context = Context(model, size=1024, batch=64, threads=1, flag=flag, outputs=16)
    draft = DraftModel(library, str(starter_model()), model, "Starter", size=1024, threads=1, flag=flag)
    tokens = model.tokenize("What is a token? A token is")
    context.decode(tokens)
    sampler = Sampler(model, GenerationParams(temperature=0.0), 1, tokens)
    draft.restart(context.tokens)
    token, guessed, right = context.sample(sampler), 0, 0
    for _ in range(40):
        found = draft.guess(token, 8)
        guessed += len(found)
        for guess in found:
            token = context.step(token, sampler)
            right += token == guess
        token = context.step(token, sampler)
    sampler.close()
    draft.close()
    context.close()
    model.close()
    assert guessed >= 4
    assert right == guessed


# ---- what it has gained


class _Judged(DraftModel):
    """The judgement alone, without models."""

    def __init__(self) -> None:
        self._length, self._rest, self._resting = 6, 32, 0
        self._tries, self._gain = 0, 1.0
        self._drafted_s = 0.1

    @property
    def resting(self) -> int:
        return self._resting

    @property
    def length(self) -> int:
        return self._length


def test_that_guesses_which_lose_rest_longer_and_longer() -> None:
    draft, rests = _Judged(), []
    for _ in range(3):
        while not draft.resting:
            draft.tried(accepted=0, guessed=6, seconds=0.5, single_s=0.1)
        rests.append(draft.resting)
        draft._resting = 0
    assert rests == [32, 64, 128]
    assert draft.length == 2


def test_that_guesses_which_gain_go_on_and_grow() -> None:
    draft = _Judged()
    for _ in range(20):
        draft.tried(accepted=draft.length, guessed=draft.length, seconds=0.2, single_s=0.1)
        assert not draft.resting
    assert draft.length == 15


def test_that_guesses_from_the_text_come_first_and_are_judged_alone() -> None:
    class Text:
        found: list[int] = [1, 2, 3, 4]
        tried_with: list[int] = []

        def guess(self, token: int, most: int) -> list[int]:
            return self.found

        def tried(self, accepted: int, seconds: float) -> None:
            self.tried_with.append(accepted)

    class Model(_Judged):
        def guess(self, token: int, most: int) -> list[int]:
            return [7, 8]

    text, model = Text(), Model()
    both = CombinedSpeculator(text, model)  # type: ignore[arg-type]
    assert both.guess(0, 9) == [1, 2, 3, 4]
    both.tried(4, 0.1)
    assert text.tried_with == [4]
    text.found = []
    assert both.guess(0, 9) == [7, 8]
    both.tried(2, 0.1)
    assert text.tried_with == [4]
    assert model.length == 12
