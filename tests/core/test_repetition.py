"""Endless repetition is noticed; lists, tables, code, poems and what people ask for a few times are not."""

from __future__ import annotations

import random

import pytest

from desktop.core.repetition import RepetitionGuard, repeated

PARAGRAPH = (
    "The sea is wide and the ships are many. Nobody counts them, and nobody asks where they go. In the evening the lamps are lit, "
    "and the water carries their light to the shore. "
)
ARABIC = "البحر واسع والسفن كثيرة، ولا أحد يعدّها ولا يسأل إلى أين تمضي. وفي المساء تُضاء المصابيح ويحمل الماء ضوءها إلى الشاطئ. "


def noticed_after(text: str, size: int) -> int | None:
    """Letters after which a guard that is fed pieces of `size` letters notices; None: never."""
    guard = RepetitionGuard()
    for at in range(0, len(text), size):
        if guard.feed(text[at : at + size]):
            return at
    return None


@pytest.mark.parametrize("size", [1, 4, 37, 5000])
@pytest.mark.parametrize(
    "loop", [PARAGRAPH, ARABIC, "ha", "نعم ", "!", "I am sorry. ", PARAGRAPH * 5, "<|im_start|>assistant\n", "- \n"]
)
def test_that_a_loop_is_noticed_before_long(loop: str, size: int) -> None:
    text = "Once there was a harbour.\n\n" + loop * (20_000 // len(loop))
    found = noticed_after(text, size)
    assert found is not None
    assert found <= max(len(loop) * 6, 2000)


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"{n}. An item of the list" for n in range(1, 400)),
        "\n".join(f"| {n} | {n * n} | {n**3} |" for n in range(300)),
        "| 0 | 0 | 0 | 0 |\n" * 30,
        "هيلا هيلا يا مركبي\n" * 3 + ARABIC + "هيلا هيلا يا مركبي\n" * 3,
        (PARAGRAPH + "And the refrain.\n") * 3,
        "\n".join(f"    values[{n}] = compute(values[{n - 1}], {n * 7})" for n in range(300)),
        "hello " * 100,
        "-" * 400 + "\n",
        " " * 5000,
        "".join(random.Random(7).choices("abcdefgh ", k=20_000)),
        PARAGRAPH + ARABIC,
    ],
)
def test_that_what_goes_on_is_left_alone(text: str) -> None:
    assert noticed_after(text, 16) is None


def test_that_a_text_that_ends_otherwise_is_no_loop() -> None:
    assert repeated(PARAGRAPH * 20)
    assert not repeated(PARAGRAPH * 20 + "And then something else happened, for a change.")
