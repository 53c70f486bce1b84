"""Markdown as models write it and as they should not, for property tests."""

from __future__ import annotations

import json

from hypothesis import strategies as st

WORDS = (
    "word", "**bold**", "`code`", "كلمة", "و**«كذا»**", "[1]", "[^1]", "[link](https://example.com/a)", "$x^2$", "$5", "https://example.com،",
    "C++", "**open", "`open", "[open", "$open", "\\(a\\)", "a<br>b", "~~s~~", "*i*", "\ufeff", "\x1b[0m", "[ref][a]", "^[note]", "#tag", "1.",
)  # fmt: skip

words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
paragraphs = st.lists(words, min_size=1, max_size=3).map("\n".join)
code_lines = st.lists(
    st.sampled_from(["x = 1", "    y[0] = [1]", "", "\tprint('مرحبا')", "- a", "1. b", "# c", "```", "> q", "| a |", "\u2028", "$$"]),
    max_size=4,
).map("\n".join)  # fmt: skip


@st.composite
def fences(draw: st.DrawFn) -> str:
    mark = draw(st.sampled_from(["```", "~~~", "````"]))
    end = draw(st.sampled_from([f"\n{mark}", f"\n{mark}`", "", f"\n {mark}"]))
    return f"{mark}{draw(st.sampled_from(['', 'python', ' js x']))}\n{draw(code_lines)}{end}"


def indented(text: str, blanks: int) -> str:
    return "\n".join(" " * blanks + line if line else line for line in text.split("\n"))


tables = st.tuples(words, words, st.sampled_from(["|---|---|", "|:--|--:|", "| - |"])).map(
    lambda found: f"| {found[0]} | b |\n{found[2]}\n| {found[1]} | c |\n| d | e |"
)
formulas = st.sampled_from(
    [
        "$$\nx = 1\n$$",
        "$$x$$",
        "$$\n\nx\n\n$$",
        "$$\nopen",
        "\\[\n+ a\n\\]",
        "\\[ a \\]",
        "\\[ open",
        "a $$x$$ b",
        "$$ y\n- z $$",
    ]
)
rest = st.sampled_from(
    ["# Heading", "---", "***", "- - -", "Title\n---", "Title\n===", "    indented\n\n    code", "[a]: https://example.com", "[^1]: note\n\n    more",
    "x" * 4001, "## " + "x " * 60, "", "-", "1.", "  ", "| a | b", "&amp; <b>raw</b>"]
)  # fmt: skip


@st.composite
def items(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    marker = draw(st.sampled_from(["- ", "* ", "1. ", "2. ", "10. ", "1) ", "- [ ] ", "-   ", "+\t"]))
    count = draw(st.integers(1, 4))
    gap = draw(st.sampled_from(["\n", "\n\n", "\n\n\n"]))
    out = []
    for _ in range(count):
        body = draw(inner)
        blanks = draw(st.sampled_from([len(marker.rstrip()) + 1, len(marker.rstrip()) + 1, 0, 2, 4]))
        first, _, rest_of = body.partition("\n")
        out.append(marker + first + ("\n" + indented(rest_of, blanks) if rest_of else ""))
    return gap.join(out)


blocks = st.recursive(
    st.one_of(paragraphs, fences(), tables, formulas, rest),
    lambda inner: st.one_of(
        items(st.lists(inner, min_size=1, max_size=3).map("\n\n".join)),
        items(st.lists(inner, min_size=1, max_size=2).map("\n".join)),
        inner.map(lambda text: "\n".join("> " + line for line in text.split("\n"))),
        st.tuples(inner, st.integers(1, 4)).map(lambda found: indented(*found)),
    ),
    max_leaves=5,
)


@st.composite
def texts(draw: st.DrawFn) -> str:
    parts = draw(st.lists(blocks, min_size=1, max_size=6))
    joints = [draw(st.sampled_from(["\n\n", "\n\n", "\n", "\n\n\n"])) for _ in parts]
    text = "".join(part + joint for part, joint in zip(parts, joints, strict=True))
    text = text if draw(st.booleans()) else text.rstrip("\n")
    return text.replace("\n", "\r\n") if draw(st.integers(0, 9)) == 0 else text


json_values = st.recursive(
    st.sampled_from([None, True, 0, -1.5e300, "", "كلمة", 'a "b" \\ ```', "\u2028```\u2028", "x" * 4001]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "اسم", "```"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@st.composite
def json_texts(draw: st.DrawFn) -> str:
    """JSON as a whole, cut off, or with something behind it."""
    value = draw(st.lists(json_values, max_size=3) | st.dictionaries(st.sampled_from(["a", "b"]), json_values))
    text = json.dumps(value, ensure_ascii=draw(st.booleans()), indent=draw(st.sampled_from([None, 2])))
    text = text[: draw(st.integers(0, len(text)))] if draw(st.booleans()) else text
    before = draw(st.sampled_from(["", "", "  ", "\n", " \n\n  ", "\r\n"]))
    text = before + text + draw(st.sampled_from(["", "", "\n", "\n \n", "\r\n", "x", "\n\nThat is **all**.", " see"]))
    return text.replace("\n", "\r\n") if draw(st.integers(0, 9)) == 0 else text


@st.composite
def split_texts(draw: st.DrawFn) -> list[str]:
    """A text in pieces: single characters, or as they come."""
    text = draw(st.one_of(texts(), texts(), json_texts()))
    if len(text) < 300 and draw(st.booleans()):
        return list(text)
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=12)))
    return [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
