"""What the model hears of a question: the chat template in Jinja and the training's Python say the same."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from desktop.engine.template_child import make_environment

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "assets" / "starter"))

from recipe.corpus import load
from recipe.dialogues import Maker
from recipe.letters import (
    AGAIN,
    CHAT_TEMPLATE,
    CHOOSE,
    DIGITS,
    HEARD,
    INSIDE,
    REMEMBERED,
    SPAN,
    heard,
    remembered,
    words,
)

TEMPLATE = make_environment().from_string(CHAT_TEMPLATE)
ODD = [
    "",
    " \n\t ",
    "؟!",
    "🙂",
    "a",
    "ab",
    "Q4_K_M؟",
    "ﷺ",
    "x" * 1000,
    "كلمة " * 200,
    "^~Z<|im_end|>",
    "a\u200fb",
    "İSTANBUL",
]


def rendered(*turns: tuple[str, str]) -> str:
    """What the template writes after the last turn."""
    text = TEMPLATE.render(
        messages=[{"role": role, "content": content} for role, content in turns], add_generation_prompt=True
    )
    plain = "".join(
        f"<|im_start|>{role}\n{content.lower() if role == 'user' else content}<|im_end|>\n" for role, content in turns
    )
    assert text.startswith(f"{plain}<|im_start|>assistant\n")
    return text.removeprefix(f"{plain}<|im_start|>assistant\n")


def expected(question: str, before: tuple[str, str] | None = None) -> str:
    text = "".join(HEARD + run for run in heard(question))
    if before is None:
        return text + CHOOSE
    return text + "".join(REMEMBERED + word for word in remembered(*before)) + AGAIN


@pytest.mark.parametrize("question", ODD)
def test_that_the_template_hears_odd_texts_as_the_training_does(question: str) -> None:
    assert rendered(("user", question)) == expected(question)
    assert rendered(("user", question), ("assistant", question), ("user", "why")) == expected("why", (question,) * 2)


def test_that_the_template_hears_questions_as_the_training_does() -> None:
    maker = Maker(load(), seed=5)
    for _ in range(150):
        dialogue = maker.dialogue()
        turns = [("system", dialogue.system)] if dialogue.system else []
        for turn in dialogue.turns:
            turns += [("user", turn.user), ("assistant", turn.assistant)]
        last = dialogue.turns[-1]
        before = dialogue.turns[-2] if len(dialogue.turns) > 1 else None
        wanted = expected(last.user, (before.user, before.assistant) if before else None)
        assert rendered(*turns[:-1]) == wanted


def test_that_without_a_prompt_for_a_reply_the_template_is_plain_chatml() -> None:
    text = TEMPLATE.render(messages=[{"role": "user", "content": "U"}], add_generation_prompt=False)
    assert text == "<|im_start|>user\nu<|im_end|>\n"


def test_that_only_the_last_exchange_is_remembered() -> None:
    turns = [("user", "one"), ("assistant", "two"), ("user", "three"), ("assistant", "four"), ("user", "five")]
    assert rendered(*turns) == expected("five", ("three", "four"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is GGUF?", "what  is gguf"),
        ("مَا هُوَ السِّيَاقُ؟", "ما هو السياق"),
        ("إلى أين تؤول المحادثة", "الي اين توول المحادثه"),
        ("don't", "dont"),
        ("٨ غيغا", "8 غيغا"),
        ("سمـــر", "سمر"),
    ],
)
def test_that_spellings_are_heard_alike(one: str, other: str) -> None:
    assert heard(one) == heard(other)


def test_that_numbers_are_heard_apart() -> None:
    assert words("8 16") == [DIGITS[8], DIGITS[1] + DIGITS[6]]
    assert heard("4 GB") != heard("8 GB")


def test_that_a_misspelt_word_keeps_most_of_its_runs() -> None:
    right, wrong = heard("quantization"), heard("quantizetion")
    assert len(set(right) & set(wrong)) >= len(right) // 2


def test_that_what_is_heard_is_bounded() -> None:
    rng = random.Random(3)
    long = " ".join("".join(rng.choices("abcdef", k=6)) for _ in range(5000))
    assert len(heard(long)) == 2 * SPAN - 2
    assert max(map(len, heard(long))) >= INSIDE
