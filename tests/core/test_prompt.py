from __future__ import annotations

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from desktop.core.prompt_variables import VARIABLES, PromptContext, fill_variables, variables_in, written_date

NOW = datetime(2026, 11, 22, 9, 5)


def test_that_variables_are_filled_in_both_languages() -> None:
    text = "{user}: {date}, {time}, {language}."
    assert fill_variables(text, PromptContext(NOW, "en", "Omar")) == "Omar: Sunday, 22 November 2026, 09:05, English."
    assert fill_variables(text, PromptContext(NOW, "ar", "عمر")) == "عمر: الأحد 22 نوفمبر 2026, 09:05, العربية."


def test_that_a_name_that_is_not_given_still_reads() -> None:
    assert fill_variables("Help {user}.", PromptContext(NOW)) == "Help the user."
    assert fill_variables("ساعد {user}.", PromptContext(NOW, "ar")) == "ساعد المستخدم."


def test_that_what_is_filled_in_is_not_filled_again() -> None:
    assert fill_variables("{user}", PromptContext(NOW, user="{date}\\g<0>")) == "{date}\\g<0>"


def test_that_other_braces_stay() -> None:
    text = '{"a": {x}} { date } {Date} {{date}} {'
    assert fill_variables(text, PromptContext(NOW)) == text.replace("{{date}}", "{Sunday, 22 November 2026}")
    assert variables_in("{time} {date} {time} {other}") == ["time", "date"]


@given(st.text(alphabet=st.characters(exclude_characters="{}")))
def test_that_text_without_braces_is_left_alone(text: str) -> None:
    assert fill_variables(text, PromptContext(NOW)) == text
    assert variables_in(text) == []


@given(st.datetimes())
def test_that_every_date_can_be_written(day: datetime) -> None:
    for language in ("ar", "en", "fr"):
        assert str(day.year) in written_date(day, language)
    assert all(f"{{{name}}}" not in fill_variables(f"{{{name}}}", PromptContext(day)) for name in VARIABLES)
