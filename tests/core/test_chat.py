from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop.core.chat import ChatTree, Message, MessageStatus, Role, title_from


def turn(id_: int, parent: int | None, role: Role = Role.USER) -> Message:
    return Message(id_, 1, parent, role, f"m{id_}")


TREE = ChatTree.of(
    [
        turn(1, None),
        turn(2, 1, Role.ASSISTANT),
        turn(3, 1, Role.ASSISTANT),
        turn(4, 3),
        turn(5, None),
        turn(6, 5, Role.ASSISTANT),
    ]
)


def test_that_a_path_reads_from_the_first_turn_to_the_leaf() -> None:
    assert [m.id for m in TREE.path_to(4)] == [1, 3, 4]
    assert TREE.path_to(None) == []
    assert TREE.path_to(99) == []


def test_that_siblings_are_the_turns_of_one_role_after_one_turn() -> None:
    assert [m.id for m in TREE.siblings(2)] == [2, 3]
    assert [m.id for m in TREE.siblings(5)] == [1, 5]
    assert [m.id for m in TREE.children(3)] == [4]
    assert TREE.children(4) == []


def test_that_choosing_a_branch_lands_on_its_newest_leaf() -> None:
    assert TREE.newest_leaf_below(1) == 4
    assert TREE.newest_leaf_below(5) == 6
    assert TREE.newest_leaf_below(6) == 6


def test_that_a_change_gives_a_new_tree_and_leaves_the_old_one() -> None:
    grown = TREE.with_message(turn(7, 4, Role.ASSISTANT))
    assert [m.id for m in grown.children(4)] == [7]
    assert TREE.children(4) == []
    assert (len(TREE), len(grown)) == (6, 7)
    TREE.children(1).clear()
    assert len(TREE.children(1)) == 2


def test_that_broken_parents_end_the_walk() -> None:
    circle = ChatTree.of([turn(1, 2), turn(2, 1)])
    assert [m.id for m in circle.path_to(1)] == [2, 1]
    assert [m.id for m in ChatTree.of([turn(3, 9)]).path_to(3)] == [3]


@given(st.lists(st.integers(0, 30), max_size=30))
def test_that_every_turn_is_reached_from_the_first_ones_once(parents: list[int]) -> None:
    tree = ChatTree.of(turn(n, p if 0 < p < n else None) for n, p in enumerate(parents, 1))
    found: list[int] = []
    waiting = tree.children(None)
    while waiting:
        message = waiting.pop()
        found.append(message.id)
        waiting += tree.children(message.id)
        assert tree.path_to(message.id)[-1] == message
    assert sorted(found) == sorted(tree.messages)


def test_that_only_replies_that_broke_off_can_be_continued() -> None:
    assert {s for s in MessageStatus if s.is_partial} == {
        MessageStatus.STOPPED,
        MessageStatus.FAILED,
        MessageStatus.INTERRUPTED,
    }


@given(st.text(), st.integers(5, 80))
def test_that_a_title_is_one_line_and_short(text: str, limit: int) -> None:
    title = title_from(text, limit)
    assert len(title) <= limit + 1
    assert "\n" not in title
    assert len(title.splitlines()) <= 1


def test_that_a_title_is_cut_between_words() -> None:
    assert title_from("  ما هو\n ملف GGUF؟ ") == "ما هو ملف GGUF؟"
    assert title_from("one two three four", 9) == "one two…"
    assert title_from("x" * 100, 10) == "x" * 10 + "…"
