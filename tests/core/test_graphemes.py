from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.core.chat import title_from
from desktop.core.graphemes import cut, is_boundary

CLUSTERS = [
    *("a", "é", "e\u0301", "كَّ", "م\u200c", "👩🏽", "👩🏽\u200d🚀", "🇸🇦", "❤\ufe0f\u200d🔥", "1\ufe0f\u20e3", "好"),
    *("👨\u200d👩\u200d👧\u200d👦", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"),
    *("क\u094dषि", "각", "\u1112\u1161\u11ab", "கா", "\r\n"),
]


@given(st.lists(st.sampled_from(CLUSTERS), max_size=12), st.integers(0, 40))
def test_that_a_cut_stands_between_what_one_sees_as_characters(clusters: list[str], limit: int) -> None:
    text = "".join(clusters)
    whole = [len("".join(clusters[:count])) for count in range(len(clusters) + 1)]
    assert [at for at in range(len(text) + 1) if is_boundary(text, at)] == sorted(set(whole))
    if limit >= len(clusters[0] if clusters else ""):
        assert cut(text, limit) == text[: max(at for at in whole if at <= limit)]


@given(st.text(), st.integers(0, 40))
def test_that_a_cut_is_a_beginning_within_its_limit(text: str, limit: int) -> None:
    found = cut(text, limit)
    assert text.startswith(found)
    assert len(found) <= limit
    assert found or not text or not limit


def test_that_a_cluster_without_end_is_cut_anywhere() -> None:
    assert len(cut("e" + "\u0301" * 500, 100)) == 100


@pytest.mark.parametrize("cluster", ["👨\u200d👩\u200d👧\u200d👦", "👩🏽", "🇸🇦", "e\u0301", "كَّ"])
def test_that_a_title_ends_with_a_whole_character(cluster: str) -> None:
    assert title_from("x" + cluster * 60).removesuffix("…").removeprefix("x").replace(cluster, "") == ""
