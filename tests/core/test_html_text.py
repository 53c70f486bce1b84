"""What is seen of HTML, in work that grows with its length."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.core.html_text import text_of_html


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hello <b>bold</b></p><p>مرحبًا</p>", "Hello bold\nمرحبًا\n"),
        ("<p>one\n   two</p>\n\n<p> three</p>", "one two\nthree\n"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<ul><li>one<ul><li>two</ul><li>three</ul>end", "one\ntwo\nthree\nend"),
        ("<table><tr><td>1</td><td>2</td></tr><tr><th>3<th>4</table>", "1\t2\n3\t4\n"),
        ("<pre>if x:\n    y  z</pre>", "if x:\n    y  z\n"),
        ("x &lt;b&gt; &amp;amp; &#1587;&nbsp;y", "x <b> &amp; س y"),
        ("<title>t</title><style>p { a: b }</style><script>a('<p>no</p>')</script>seen", "seen"),
        ("<!-- <p>no</p> --><!DOCTYPE html><?x y?>seen", "seen"),
        ('<a title="a > b" href=\'x">\'>link</a>', "link"),
        ("1 < 2 and 3 > 2 <3", "1 < 2 and 3 > 2 <3"),
        ("<SPAN>مر</SPAN>حبًا<img src='file:///dev/zero' alt=no>", "مرحبًا"),
        ("<b>one</b> <i>two</i>", "one two"),
        ('<p>seen<a title="never closed>link</a></p>', "seenlink\n"),
        ("", ""),
        ("seen<script>never closed", "seen"),
        ("seen<a href", "seen"),
    ],
)
def test_that_what_a_reader_sees_is_the_text(html: str, text: str) -> None:
    assert text_of_html(html) == text


@given(st.text(alphabet="<>/!-?&;#\"' \n=abprtdscl", max_size=80))
def test_that_any_text_is_read(html: str) -> None:
    text_of_html(html)


@given(st.text(alphabet="abc سمر\n", max_size=40))
def test_that_words_without_tags_stay(words: str) -> None:
    assert text_of_html(words).split() == words.split()


@pytest.mark.parametrize(
    "unit",
    [
        "<b>", "<div>", "<ul><li>", "<table><tr><td>", "<span a='b'>", "<pre>", "<", "</", "<!--", "<!", "<?", "<a b=\"", "<a b='\"",
        "<script>", "<style></styl", "<title><", "<img src=x>", "&", "&#x", "&amp", " ", "<br> ", "<td>",
    ],
)  # fmt: skip
def test_that_hostile_html_takes_bounded_work(unit: str) -> None:
    html = unit * (500_000 // len(unit))
    started = time.thread_time()
    text_of_html(html)
    assert time.thread_time() - started < 10  # seconds of work; each takes a small part of one
