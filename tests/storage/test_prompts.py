from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.core.errors import SamarError
from desktop.storage.opening import in_memory
from desktop.storage.prompts import PromptLibrary, command_of


@pytest.fixture
def library() -> Iterator[PromptLibrary]:
    database = in_memory()
    yield PromptLibrary(database)
    database.close()


def test_that_prompts_are_made_changed_starred_and_listed(library: PromptLibrary) -> None:
    translate = library.create("مترجم", "ترجم إلى {language}", "/ترجمة سريعة")
    brief = library.create("Brief", "Be brief, {user}.", "brief")
    assert translate.command == "ترجمه-سريعه"
    assert [p.name for p in library.list_prompts()] == ["Brief", "مترجم"]
    library.set_starred(translate.id, True)
    assert [p.name for p in library.list_prompts()] == ["مترجم", "Brief"]
    assert library.update(brief.id, "Briefer", "Be briefer.", "").command == ""
    assert library.by_command("") == [library.get(translate.id)]
    assert library.by_command("/تَرجمة") == [library.get(translate.id)]
    assert library.by_command("x") == []


def test_that_a_deleted_prompt_comes_back_as_it_was(library: PromptLibrary) -> None:
    prompt = library.create("n", "c", "x", starred=True)
    assert library.delete(prompt.id) == prompt
    assert library.list_prompts() == []
    with pytest.raises(SamarError):
        library.get(prompt.id)
    assert library.restore(prompt) == prompt


def test_that_a_library_goes_out_and_in_again_without_loss(library: PromptLibrary) -> None:
    for number in range(5):
        library.create(f"اسم {number}", f"content {number}\n{{date}}", f"c{number}", starred=number % 2 == 0)
    raw = library.export_json()
    other = PromptLibrary(in_memory())
    assert other.import_json(raw, "prompts.json") == 5

    def bare(prompts: PromptLibrary) -> list[tuple[str, ...]]:
        return [(p.uid, p.name, p.command, str(p.starred), p.content) for p in prompts.list_prompts()]

    assert bare(other) == bare(library)
    assert other.import_json(b"\xef\xbb\xbf" + raw, "prompts.json") == 0, "as an editor on Windows stores it"
    other.database.close()


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "import_damaged"),
        (b"\xff\xfe", "import_damaged"),
        (b'{"format": "samar-prompts", "prompts": [{"name": "x", "con', "import_damaged"),
        (b"[]", "import_unknown"),
        (b'{"format": "other", "prompts": []}', "import_unknown"),
        (b'{"format": "samar-prompts", "prompts": [{"name": 3, "content": ""}]}', "import_unknown"),
        (b"[" * 100_000, "import_unknown"),
        (b" " * (17 << 20), "import_too_large"),
    ],
)
def test_that_a_file_that_is_no_library_is_refused_whole(library: PromptLibrary, raw: bytes, code: str) -> None:
    with pytest.raises(SamarError) as problem:
        library.import_json(raw, "x.json")
    assert problem.value.code == code
    assert "x.json" in problem.value.sentence()
    assert library.list_prompts() == []


def test_that_too_many_prompts_are_refused(library: PromptLibrary) -> None:
    raw = b'{"format": "samar-prompts", "prompts": [' + b",".join([b'{"name":"a","content":"b"}'] * 10_001) + b"]}"
    with pytest.raises(SamarError, match="10001 prompts"):
        library.import_json(raw, "x.json")


@given(st.text())
def test_that_a_command_is_one_word(text: str) -> None:
    command = command_of(text)
    assert "/" not in command
    assert command.split() == ([command] if command else [])
