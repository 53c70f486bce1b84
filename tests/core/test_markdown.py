"""What replies mean by bare links, bold, dollars and `<br>`, for the window and for exports."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from desktop.core.markdown import is_link, make_parser
from tests.ui.transcript.markdown_samples import WORDS

PARSER = make_parser()


def inline(text: str) -> list[Token]:
    (found,) = [token for token in PARSER.parse(text) if token.type == "inline"]
    return found.children or []


def links(text: str) -> list[str]:
    return [str(token.attrGet("href")) for token in inline(text) if token.type == "link_open"]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("انظر https://example.com/guide، ثم", "https://example.com/guide"),
        ("في https://example.com/a؛ ثم", "https://example.com/a"),
        ("هل قرأت https://example.com/news؟", "https://example.com/news"),
        ("(https://example.com/faq)؛", "https://example.com/faq"),
        ("اقرأ https://example.com/x… ثم", "https://example.com/x"),
        ("参见https://example.com/z。其他", "https://example.com/z"),
        ("https://example.com。evil.test/x", "https://example.com"),
        ("https://example.com،evil.test", "https://example.com"),
        ("https://example.comثم", "https://example.com"),
        ("https://example.com的页面", "https://example.com"),
        ("https://example.com\u200f.evil.test", "https://example.com"),
        ("«https://example.com/b»", "https://example.com/b"),
        ("“https://example.com/b”", "https://example.com/b"),
        ("الرابط:https://example.com", "https://example.com"),
        ("[https://example.com]", "https://example.com"),
        ("**https://example.com**", "https://example.com"),
        ("https://example.com/a?x=1,2&y=3.", "https://example.com/a?x=1,2&y=3"),
        ("https://example.com/a_(b) c", "https://example.com/a_(b)"),
        ("www.example.com/a!", "http://www.example.com/a"),
        ("راسل a.b@example.com، ثم", "mailto:a.b@example.com"),
        ("mailto:a@example.com.", "mailto:a@example.com"),
        ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x"),
        ("https://ar.example.org/wiki/كتاب جيد", "https://ar.example.org/wiki/%D9%83%D8%AA%D8%A7%D8%A8"),
    ],
)
def test_that_a_bare_link_ends_where_its_address_does(text: str, address: str) -> None:
    assert links(text) == [address]


@pytest.mark.parametrize(
    "text",
    ["xhttps://a.com", "https://", "https://، x", "`https://a.com`", "a@b", "smb://server/share", "<smb://server/x>", "[x](file:///etc/passwd)",
     "[x](smb://server/a)", "[x](//server/a)", "[x](javascript:alert(1))", "www.", "https://.x"],
)  # fmt: skip
def test_that_no_other_text_is_a_link(text: str) -> None:
    assert links(text) == []


def test_that_links_are_of_few_kinds() -> None:
    assert is_link("HTTPS://example.com") and is_link("mailto:a@b.c") and is_link("notes.md") and is_link("#part")
    assert not any(map(is_link, ("smb://a", "file:/x", "ms-word:x", "//host/x", "\\\\host\\x", "vbscript:x")))


@pytest.mark.parametrize(
    "text",
    ['يُعرف بـ**"التعلّم"** عادةً', "و**«الخاتمة»** معًا", "الخيار و**(أ)** أيضًا", "**ملاحظة:**هذا", "وهو**«فرع»**من", "含**「重点」**内容",
     "**注意：**正文", "و~~«خطأ»~~من", "و*«مائل»*من", "**أ**و**«ب»**"],
)  # fmt: skip
def test_that_emphasis_holds_beside_letters_that_join_words(text: str) -> None:
    assert not any(sign in token.content for token in inline(text) for sign in "*~")


@pytest.mark.parametrize(
    "text", ["2 * 3 * 4 = 24", "a ** b ** c", "**مفتوح فقط", "كلمة** (x) **", 'a**"b"**c', "س * ص * ع"]
)
def test_that_other_asterisks_stay(text: str) -> None:
    assert "".join(token.content for token in inline(text)) == text


def formulas(text: str) -> list[str]:
    return [token.content.strip() for token in inline(text) if token.type.startswith("math")]


@pytest.mark.parametrize(
    "text",
    ["export PATH=$HOME/bin:$PATH", "use $_GET/$_POST here", "A$5 vs US$ and more", "between $10 and 20$ only", "السعر بين $10 و20$ فقط",
     "$foo,$bar", "cp $SRC/$NAME .", "It costs $5 and $10", "from $5/month to $10/year", "$1,$2", "$5k–$10k", "${A}/${B}", "$(pwd):$(ls)",
     "kill $$ and echo $$ now", "\\$5$", "5$ or 6$", "$ 5 $", "$AAPL and $TSLA", "$", "$$", "$10 ريال و20$"],
)  # fmt: skip
def test_that_dollars_of_money_and_shells_are_no_formulas(text: str) -> None:
    assert formulas(text) == []
    assert "".join(token.content for token in inline(text)) == text.replace("\\$", "$")


@pytest.mark.parametrize(
    ("text", "formula"),
    [("where $x$ is", "x"), ("$a^2+b^2=c^2$.", "a^2+b^2=c^2"), ("($n$)", "n"), ("قيمة $x$، ثم", "x"), ("the $i$-th", "i"), ("so $x=5$", "x=5"),
     ("و$x$من", "x"), ("$5$ is", "5"), ("$2x + 3$", "2x + 3"), ("$\\text{a word} = 5$", "\\text{a word} = 5"), ("a $$x$$ b", "x"),
     ("a $$ x = 1 $$ b", "x = 1"), ("$f(x)$(the function)", "f(x)"), ("$a \\$ b$", "a \\$ b"), ("\\(x\\)", "x")],
)  # fmt: skip
def test_that_formulas_are_found(text: str, formula: str) -> None:
    assert formulas(text) == [formula]


@pytest.mark.parametrize("tag", ["<br>", "<br/>", "<br />", "<BR>", "</br>"])
def test_that_br_breaks_a_line_outside_of_code(tag: str) -> None:
    assert [token.type for token in inline(f"a{tag}b")] == ["text", "hardbreak", "text"]
    assert inline(f"`a{tag}b`")[0].content == f"a{tag}b"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 20_000,
        "![[" * 5_000,
        "^[" * 9_000,
        "[ `]` " * 3_000,
        "[a](" * 4_000,
        "$a " * 6_000,
        "w" * 20_000,
        ":" * 20_000,
    ],
)
def test_that_signs_that_never_close_take_linear_work(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted in looks ahead, which are what takes quadratic time."""
    looks = 0
    ahead = PARSER.inline.skipToken

    def counted(state: StateInline) -> None:
        nonlocal looks
        looks += 1
        ahead(state)

    monkeypatch.setattr(PARSER.inline, "skipToken", counted)
    PARSER.parse(text)
    assert looks <= 4 * len(text)


def test_that_many_brackets_leave_the_rest_of_a_paragraph_as_it_is() -> None:
    assert any(token.type == "strong_open" for token in inline("[" * 100 + " **bold**"))
    assert links("".join(f"[{i}](https://example.com/{i}) " for i in range(100)))[-1] == "https://example.com/99"


PIECES = (
    *WORDS, " ", "  ", "\n", "\n\n", " \n", "  \n", "\\\n", "\t", "\u00a0", "\u3000", "\x0b", "w", "ww.", "www.a.org", "WWW.b.org", "Https://a.org",
    "MAILTO:a@b.c", "mailto:", "o:", "a@b.c", "![a](b)", "![", "[t](https://w.w)", "http://[a](b)", "<https://a.b>", "&amp;", "&", "~", "***x**",
    "_a_", "«ق»", "\\*", "^", "{", "}", "%", "=", "+", "-", ">", "#", "`` ` ``", "$$y$$", "]", "|", "| a |", "---", "===", "- a", "12)", "(x", '"q"', "٣",
)  # fmt: skip
texts = st.tuples(
    st.sampled_from(["", " ", "word ", "- ", "* ", "1. ", "  7) ", "+   ", "*    ", "- [ ] ", "# ", "> "]),
    st.lists(st.sampled_from(PIECES), max_size=10).map("".join),
).map("".join)


def full_parser() -> MarkdownIt:
    """The same rules, each asked wherever the library asks it."""
    made = make_parser()
    made.inline.tokenize = ParserInline.tokenize.__get__(made.inline)  # type: ignore[method-assign]
    made.inline.ruler.at("text", lambda state, silent: False)
    return made


FULL = full_parser()


@given(text=texts)
def test_that_short_ways_give_what_all_rules_give(text: str) -> None:
    short, full = PARSER.parse(text), MarkdownIt.parse(FULL, text)
    assert [token.as_dict() for token in short] == [token.as_dict() for token in full]


def test_that_plain_paragraphs_and_items_take_a_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    parser = make_parser()

    def refused(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(parser.block, "parse", refused)
    for text in ("A **word**,\nand `code`.\n\n", "كلمة", "- a word\n", "12. a word"):
        assert parser.parse(text)
