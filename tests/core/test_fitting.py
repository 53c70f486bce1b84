"""What of a chat is sent: counts from the engine's figures, whole exchanges, the same ones from turn to turn."""

from __future__ import annotations

from itertools import pairwise

import pytest
from msgspec.structs import replace

from desktop.core.chat import Message, MessageStatus, Picture, Role
from desktop.core.context_window import (
    Budget,
    Overflow,
    Summary,
    costs,
    estimate,
    image_estimate,
    plan,
    summary_request,
    with_summary,
)
from desktop.core.generation import GenerationStats

BUDGET = Budget(context=400)
"""300 tokens of prompt."""


def chat(count: int, words: int = 20, letter: str = "word", measured: bool = True) -> list[Message]:
    """A chat of so many exchanges; the imagined engine counts two tokens a word and five a turn."""
    path: list[Message] = []
    tokens = 0
    for at in range(count):
        text = " ".join([letter] * words)
        parent = path[-1].id if path else None
        path.append(Message(2 * at + 1, 1, parent, Role.USER, text))
        tokens += 2 * words + 5
        stats = GenerationStats(prompt_tokens=tokens, reply_tokens=2 * words) if measured else None
        path.append(Message(2 * at + 2, 1, path[-1].id, Role.ASSISTANT, text, MessageStatus.FINISHED, stats=stats))
        tokens += 2 * words + 5
    return path


def ids(messages: tuple[Message, ...]) -> list[int]:
    return [message.id for message in messages]


def test_that_counts_are_the_engines_where_it_told_them() -> None:
    path = chat(4)
    tokens, scale = costs(path)
    assert sum(tokens[:7]) == pytest.approx(7 * 45, abs=2)
    assert tokens[7] == pytest.approx(45, rel=0.2)  # no later prompt has measured the last reply
    assert scale == pytest.approx(45 / (estimate(path[0].content) + 4), rel=0.01)


@pytest.mark.parametrize("letter", ["word", "كلمة"])
def test_that_without_figures_the_estimate_is_of_the_right_order(letter: str) -> None:
    words = 100
    assert words * 0.9 < estimate(" ".join([letter] * words)) < words * 2.6


def test_that_figures_of_another_system_prompt_are_not_trusted() -> None:
    path = chat(2)
    strange = [
        Message(
            m.id, 1, m.parent_id, m.role, m.content, stats=GenerationStats(prompt_tokens=90_000) if m.stats else None
        )
        for m in path
    ]
    assert sum(costs(strange)[0]) < 400


def test_that_a_chat_that_fits_is_sent_whole() -> None:
    path = chat(3)
    found = plan(path, "", BUDGET, draft="short")
    assert found.kept == tuple(path)
    assert not found.left_out
    assert 0 < found.tokens <= BUDGET.limit


def test_that_the_oldest_exchanges_leave_whole() -> None:
    path = chat(5)
    found = plan(path, "", BUDGET)
    assert ids(found.left_out) == [1, 2, 3, 4]
    assert ids(found.kept) == [5, 6, 7, 8, 9, 10]
    assert found.tokens <= BUDGET.limit


def test_that_the_first_exchange_stays_when_that_is_wished() -> None:
    found = plan(chat(5), "", BUDGET, Overflow.KEEP_FIRST)
    assert ids(found.left_out) == [3, 4, 5, 6]
    assert ids(found.kept) == [1, 2, 7, 8, 9, 10]
    assert not found.first_left_out


def test_that_a_first_exchange_without_room_is_said_to_leave_too() -> None:
    path = [*chat(1, words=140), *(_moved(m, 10) for m in chat(1, words=30))]
    found = plan(path, "", BUDGET, Overflow.KEEP_FIRST)
    assert found.first_left_out
    assert ids(found.left_out) == [1, 2]


def _moved(message: Message, by: int) -> Message:
    parent = None if message.parent_id is None else message.parent_id + by
    return Message(message.id + by, 1, parent, message.role, message.content)


@pytest.mark.parametrize("overflow", [Overflow.DROP_OLDEST, Overflow.KEEP_FIRST])
def test_that_the_same_turns_stay_away_for_several_messages(overflow: Overflow) -> None:
    """The start of the prompt stays as it was, so that the engine has it in its cache."""
    starts = [ids(plan(chat(count, words=5), "", BUDGET, overflow).kept)[:4] for count in range(16, 40)]
    changes = sum(one != other for one, other in pairwise(starts))
    assert 1 <= changes <= 24 * 30 / (BUDGET.limit / 4) + 1
    for count in range(16, 40):
        assert plan(chat(count, words=5), "", BUDGET, overflow).tokens <= BUDGET.limit


def test_that_a_summary_stands_for_what_it_covers_and_the_rest_is_told() -> None:
    path = chat(5)
    wished = plan(path, "", BUDGET, Overflow.SUMMARISE)
    assert ids(wished.to_summarise) == [1, 2, 3, 4]
    assert wished.summary == ""
    told = plan(path, "", BUDGET, Overflow.SUMMARISE, Summary("They spoke of words.", 4))
    assert told.summary == "They spoke of words."
    assert not told.to_summarise
    assert ids(told.left_out) == [1, 2, 3, 4]
    longer = plan(chat(8), "", BUDGET, Overflow.SUMMARISE, Summary("They spoke of words.", 4))
    assert ids(longer.to_summarise)[0] == 5
    assert longer.left_out[: len(longer.left_out) - len(longer.to_summarise)] == tuple(chat(8)[:4])


def test_that_a_summary_of_another_branch_is_not_used() -> None:
    found = plan(chat(5), "", BUDGET, Overflow.SUMMARISE, Summary("elsewhere", 99))
    assert found.summary == ""
    assert found.to_summarise


def test_that_the_whole_chat_is_better_than_its_summary() -> None:
    found = plan(chat(3), "", Budget(8192), Overflow.SUMMARISE, Summary("They spoke.", 2))
    assert not found.left_out
    assert found.summary == ""


def test_that_a_message_longer_than_the_context_is_known_before_it_is_sent() -> None:
    draft = "word " * 1000
    assert plan([], "", BUDGET, draft=draft).is_too_long
    assert plan(chat(3), "", BUDGET, draft=draft).is_too_long
    assert not plan(chat(3), "", BUDGET, draft="short").is_too_long
    assert not plan([], "", Budget(0), draft=draft).is_too_long  # no model is loaded


def test_that_the_system_prompt_takes_room() -> None:
    path = chat(3)
    assert not plan(path, "", BUDGET).left_out
    assert plan(path, "be brief " * 40, BUDGET).left_out


def test_that_a_summary_is_asked_for_in_the_language_of_the_chat_and_fits() -> None:
    for letter, instruction in (("word", "Summarise"), ("كلمة", "لخّص")):
        turns = chat(4, words=400, letter=letter)
        (_, system), (role, asked) = summary_request(turns, "before", BUDGET)
        assert system.startswith(instruction)
        assert role == "user"
        assert "before" in asked
        assert estimate(asked) + estimate(system) < BUDGET.context


def test_that_a_summary_is_told_under_the_system_prompt() -> None:
    assert with_summary("Be brief.", "") == "Be brief."
    assert with_summary("Be brief.", "They spoke.") == "Be brief.\n\nSummary of this conversation so far:\nThey spoke."
    assert with_summary("", "تحدّثا عن الشعر").startswith("ملخّص")


PHOTO = Picture(1, 560, 560)
"""400 tokens, as far as one can guess."""


def with_image(path: list[Message], at: int, tokens: int) -> list[Message]:
    """A message of the person shows a photo, which the imagined projector turns into so many tokens."""
    assert path[at].role is Role.USER
    out = list(path)
    out[at] = replace(path[at], images=(PHOTO,))
    for later in range(at, len(out)):
        if (stats := out[later].stats) is not None:
            out[later] = replace(out[later], stats=replace(stats, prompt_tokens=stats.prompt_tokens + tokens))
    return out


def test_that_an_image_counts_before_anything_is_measured() -> None:
    path = [Message(1, 1, None, Role.USER, "what is it?", images=(PHOTO,))]
    assert image_estimate(PHOTO) == 400
    (seen,), _ = costs(path)
    (blind,), _ = costs(path, sees=False)
    assert seen - blind == 400
    assert image_estimate(Picture(1, 1, 1)) == 64
    assert image_estimate(Picture(1, 9000, 9000)) == 1024


@pytest.mark.parametrize("tokens", [64, 256, 900])
def test_that_what_an_image_took_is_learnt_from_the_reply_and_spoils_no_other_count(tokens: int) -> None:
    plain = chat(4)
    path = with_image(plain, 2, tokens)
    without, scale = costs(plain)
    counted, scale_with = costs(path)
    assert scale_with == pytest.approx(scale, rel=0.05)
    assert abs(counted[2] - without[2] - tokens) <= 4
    assert counted[4:] == pytest.approx(without[4:], abs=2)
    found = plan(path, "", Budget(100_000), draft="", draft_images=(PHOTO, PHOTO))
    assert found.tokens - plan(path, "", Budget(100_000), draft="").tokens == pytest.approx(2 * tokens, abs=8)
    blind = plan(path, "", Budget(100_000), draft="", draft_images=(PHOTO,), sees=False)
    assert blind.tokens == pytest.approx(plan(plain, "", Budget(100_000), draft="").tokens, abs=8)


def test_that_an_image_that_no_model_saw_teaches_nothing() -> None:
    path = with_image(chat(4), 2, 0)
    counted, _ = costs(path)
    assert counted[2] - costs(chat(4))[0][2] == pytest.approx(400, abs=4)


def test_that_images_fill_the_context() -> None:
    path = [
        message
        for at in range(0, 8, 2)
        for message in (
            Message(at + 1, 1, at or None, Role.USER, "look", images=(PHOTO,)),
            Message(at + 2, 1, at + 1, Role.ASSISTANT, "yes"),
        )
    ]
    found = plan(path, "", Budget(1600))
    assert found.left_out
    assert not plan(path, "", Budget(1600), sees=False).left_out
