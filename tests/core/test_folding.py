from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.core.folding import (
    Folded,
    Term,
    _find_term,
    _look_for,
    find_all,
    find_terms,
    fold,
    hamza_forms,
    sign_token,
    sign_words,
    utf16_offset,
    without_article,
    without_articles,
    without_particles,
    words,
)

ARABIC = st.text(alphabet=st.characters(min_codepoint=0x600, max_codepoint=0x6FF))
MIXED = st.one_of(st.text(), ARABIC, st.text(alphabet="اأإآبتىةي ـ\u064e\u0651\u0654aBé١2۳\u200f\ufdfa\ufefb "))


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("أحمد إبراهيم آدم ٱلله", "احمد ابراهيم ادم الله"),
        ("مستشفى على", "مستشفي علي"),
        ("مدرسة", "مدرسه"),
        ("مسؤول شاطئ", "مسوول شاطي"),
        ("سَمَرٌ مُدَرِّسٌ", "سمر مدرس"),
        ("ســــمر", "سمر"),
        ("١٢٣ ۴۵۶ ７８９", "123 456 789"),
        ("ｆｕｌｌ Ｗｉｄｔｈ", "full width"),
        ("Straße Café NAÏVE", "strasse cafe naive"),
        ("ﻻ ﺳﻤﺮ ﷺ", "لا سمر صلي الله عليه وسلم"),
        ("کتاب فارسی", "كتاب فارسي"),
        ("می\u200cخواهم", "ميخواهم"),
        ("\u202eabc\u202c\ufeff", "abc"),
        ("שָׁלוֹם", "שלום"),
        ("Ёлка", "елка"),
        ("e\u0301", "é"),
        ("أ", "ا\u0654"),
    ],
)
def test_that_what_is_typed_finds_what_is_written(written: str, typed: str) -> None:
    assert fold(written) == fold(typed)


@pytest.mark.parametrize(("one", "other"), [("ماء", "ما"), ("شيء", "شي"), ("كلب", "قلب"), ("سمر", "ثمر"), ("が", "か")])
def test_that_different_words_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(MIXED)
def test_that_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(MIXED, MIXED)
def test_that_parts_fold_as_in_the_whole(one: str, other: str) -> None:
    assert fold(one + other) == fold(one) + fold(other)


@given(MIXED, st.data())
def test_that_offsets_lead_back_to_where_the_text_came_from(text: str, data: st.DataObject) -> None:
    folded = Folded(text)
    assert folded.text == fold(text) == "".join(fold(character) for character in text)
    origins = [offset for offset, character in enumerate(text) for _ in fold(character)] + [len(text)]
    assert [folded.origin(offset) for offset in range(len(folded.text) + 1)] == origins
    start = data.draw(st.integers(0, len(folded.text)))
    end = data.draw(st.integers(start, len(folded.text)))
    first, last = folded.span(start, end)
    assert 0 <= first <= last <= len(text)
    assert folded.text[start:end] in fold(text[first:last])


def test_that_a_highlight_takes_the_marks_of_its_letters_along() -> None:
    text = "قال: السَّمَرُ جميلٌ"
    assert [text[slice(*span)] for span in find_all(text, "سمر")] == ["سَّمَرُ"]
    assert find_all("ﷺ", "عليه") == [(0, 1)]
    assert find_all("abcABC", "Abc") == [(0, 3), (3, 6)]
    assert find_all("anything", " \u064e ") == []


@pytest.mark.parametrize(
    ("word", "bare"),
    [
        ("الكتاب", "كتاب"),
        ("والكتاب", "كتاب"),
        ("بالكتاب", "كتاب"),
        ("فبالكتاب", "كتاب"),
        ("للكتاب", "كتاب"),
        ("كتاب", None),
        ("ال", None),
        ("الف", None),
        ("الله", None),
        ("البيت", "بيت"),
    ],
)
def test_that_the_article_is_taken_off(word: str, bare: str | None) -> None:
    assert without_article(word) == bare


@given(st.text(alphabet="البكتوف ـأ\u064e", max_size=60))
def test_that_articles_are_taken_off_a_text_as_off_its_words(text: str) -> None:
    found = words(fold(text))
    assert without_articles(" ".join(found)) == [bare for word in found if (bare := without_article(word))]


@pytest.mark.parametrize(
    ("word", "stems"),
    [
        ("وكتاب", ["كتاب"]),
        ("بكتاب", ["كتاب"]),
        ("وبكتاب", ["بكتاب", "كتاب"]),
        ("سيكتب", ["يكتب"]),
        ("وسيكتب", ["سيكتب", "يكتب"]),
        ("سماوات", []),
        ("ورده", []),
        ("كتاب", []),
        ("والكتاب", []),
        ("قلم", []),
    ],
)
def test_that_particles_are_taken_off(word: str, stems: list[str]) -> None:
    assert without_particles(f"x {word} y") == stems


@given(st.text(alphabet="البكتوفسيةه ", max_size=60))
def test_that_what_particles_are_taken_off_is_found_behind_them(text: str) -> None:
    for stem in without_particles(" ".join(words(fold(text)))):
        assert find_terms(text, [Term((stem,))])


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("C++, C# and F#.", ["c++", "c#", "f#"]),
        ("use .NET or file.net; .5", [".net"]),
        ("a => b -> c != d", ["=>", "->", "!="]),
        ("🎉🎉 👍🏽 🇸🇦", ["🎉", "👍", "🇸🇦"]),
        ("5 € → 6", ["€", "→"]),
        ("| a | b |\n|:--|---|\n--- *** ### a+b 1-2", []),
        ("كتاب، وقلم؟", []),
    ],
)
def test_that_signs_are_words(text: str, signs: list[str]) -> None:
    assert sorted(sign_words(fold(text))) == sorted(signs)
    assert len({sign_token(word) for word in signs}) == len(signs)
    assert not any(character.isspace() for word in signs for character in sign_token(word))


@pytest.mark.parametrize(
    ("one", "other"),
    [("المسؤولية", "المسئولية"), ("شؤون", "شئون"), ("مئة", "مائة"), ("شيء", "شئ"), ("قراءة", "قرائة"), ("بطيء", "بطئ")],
)
def test_that_spellings_of_a_hamza_share_a_form(one: str, other: str) -> None:
    def forms(text: str) -> set[str]:
        found = words(fold(text))
        return {*found, *hamza_forms(text, found)}

    assert forms(one) & forms(other)
    assert find_all(f"هذه {one} هنا", other) == find_all(f"هذه {one} هنا", one) == [(4, 4 + len(one))]
    assert not forms("ماء") & forms("ما")


def found(terms: list[Term], text: str) -> list[str]:
    return [text[slice(*span)] for span in find_terms(text, terms)]


def test_that_words_are_found_at_their_beginnings_as_they_are_written() -> None:
    book, the_book = Term(("كتاب",)), Term(("الكتاب",))
    text = "الكِتَابُ كتابه اكتاب وبالكتاب كـتـاب، كتآب"
    assert found([book], text) == ["الكِتَابُ", "وبالكتاب", "كـتـاب", "كتآب"]
    assert found([the_book], text) == found([book], text)
    assert found([book], "وكتاب فبكتاب لكتاب ولكتاب ككتاب مكتاب استكتاب") == [
        "وكتاب",
        "فبكتاب",
        "لكتاب",
        "ولكتاب",
        "ككتاب",
    ]
    assert found([Term(("رده",))], "وردة ردة") == ["ردة"]
    assert found([Term(("يكتب",))], "سيكتب وسيكتب حسيكتب") == ["سيكتب", "وسيكتب"]
    assert found([Term(("مسيول",), hamza="مسءول")], "المسؤول مسئول مسول") == ["المسؤول", "مسئول"]
    assert found([Term(("c++",)), Term((".net",)), Term(("🎉",))], "C++ c .NET net 🎉🎉") == ["C++", ".NET", "🎉", "🎉"]
    assert found([Term(("كتاب",), is_prefix=True)], "كتابُه مَكتاب") == ["كتابُ"]
    assert found([Term(("cafe",))], "CAFÉ cafe\u0301 cafeteria decafe café_au") == ["CAFÉ", "cafe\u0301", "café"]
    assert found([Term(("gpt", "4"))], "GPT-4 gpt 4 GPT4 gpt-40 ＧＰＴ－４") == ["GPT-4", "gpt 4", "GPT4", "ＧＰＴ－４"]
    assert found([Term(("12",), is_prefix=True)], "١٢٣ 12 312 ۱۲") == ["١٢", "12", "۱۲"]
    assert found([Term(("模", "型"))], "这个模型很小") == ["模型"]
    assert found([Term(("mod",), is_prefix=True), book], "model commode كتاب") == ["mod", "كتاب"]
    assert found([Term(("a",)), Term(("a", "b"))], "a b a") == ["a b", "a"]
    assert found([], "anything") == []
    assert find_terms("a b a " + "c " * 50 + "a", [Term(("a",)), Term(("b",))], 20) == [(0, 1), (2, 3), (4, 5)]


@settings(deadline=None)
@given(st.text(alphabet="اأإآىيةهﻛﺘﺎﺏ\u064e\u0640كتبABab12١٢", min_size=1, max_size=12))
def test_that_the_pattern_of_a_word_finds_the_word(text: str) -> None:
    for word in words(fold(text)):
        spans = find_terms(text, [Term((word,))])
        assert spans
        assert all((without_article(word) or word) in fold(text[slice(*span)]) for span in spans)


@settings(deadline=None)
@given(st.text(alphabet="abE1 _-é²ß", max_size=40), st.sampled_from(["a", "ab", "b1", "e", "1", "ss"]), st.booleans())
def test_that_short_words_are_found_where_looking_place_by_place_finds_them(
    text: str, word: str, is_prefix: bool
) -> None:
    term = Term((word,), is_prefix=is_prefix)
    assert term.pattern is not None
    assert list(_find_term(fold(text), term)) == list(_look_for(fold(text), term))


def test_that_chinese_is_indexed_by_character() -> None:
    assert words("量化model模型") == ["量", "化", "model", "模", "型"]


@given(st.text())
def test_that_offsets_for_qt_count_utf16_units(text: str) -> None:
    for offset in range(len(text) + 1):
        assert utf16_offset(text, offset) == len(text[:offset].encode("utf-16-le", "surrogatepass")) // 2
