from __future__ import annotations

import errno
import math
import os
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.core.errors import SENTENCES, SamarError, tell
from desktop.core.generation import GenerationParams
from desktop.core.languages import Language
from desktop.core.settings import FORMAT, Settings, SettingsFile, Theme, storage_error

CHOSEN = Settings(
    language=Language.ARABIC,
    theme=Theme.DARK,
    system_prompt="كن موجزًا",
    params=GenerationParams(temperature=0.0, stop=("x",)),
    known_models=("/m/one.gguf", "/m/نموذج.gguf"),
    text_scale=1.5,
)

FLOATS = {name: value for name, value in msgspec.structs.asdict(GenerationParams()).items() if isinstance(value, float)}


def test_that_settings_come_back_as_they_were(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / "new" / "settings.json")
    file.save(CHOSEN)
    assert file.load() == (CHOSEN, None)
    assert [path.name for path in file.path.parent.iterdir()] == ["settings.json"]


def test_that_no_file_means_the_defaults(tmp_path: Path) -> None:
    assert SettingsFile(tmp_path / "settings.json").load() == (Settings(), None)


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000])
def test_that_settings_that_are_none_are_set_aside(tmp_path: Path, raw: bytes) -> None:
    file = SettingsFile(tmp_path / "settings.json")
    file.path.write_bytes(raw)
    settings, problem = file.load()
    assert settings == Settings()
    assert problem is not None
    assert problem.code == "settings_damaged"
    assert (tmp_path / problem.details["aside"]).read_bytes() == raw
    assert not file.path.exists()
    assert file.load() == (Settings(), None)


def test_that_fields_of_another_version_are_passed_over(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / "settings.json")
    file.path.write_text('{"from_the_future": [1, 2], "context": 4096}')
    assert file.load() == (Settings(context=4096), None)


def test_that_fields_of_another_version_outlive_a_change(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"from_the_future": [1, 2], "context": 4096}')
    file = SettingsFile(path)
    settings, _ = file.load()
    file.save(msgspec.structs.replace(settings, theme=Theme.DARK))
    assert msgspec.json.decode(path.read_bytes()) == {
        "format": FORMAT, "from_the_future": [1, 2], "context": 4096, "theme": "dark",
    }  # fmt: skip


def test_that_settings_of_a_newer_samar_are_kept_and_used_as_far_as_they_are_understood(tmp_path: Path) -> None:
    raw = msgspec.json.encode({"format": FORMAT + 1, "theme": {"name": "dusk"}, "context": 4096, "user_name": "ليلى"})
    file = SettingsFile(tmp_path / "settings.json")
    file.path.write_bytes(raw)
    settings, problem = file.load()
    assert settings == Settings(context=4096, user_name="ليلى")
    assert problem is not None
    assert problem.code == "settings_too_new"
    file.save(settings)
    assert (tmp_path / problem.details["aside"]).read_bytes() == raw
    assert file.load() == (settings, None)


def test_that_a_failed_save_keeps_the_old_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = SettingsFile(tmp_path / "settings.json")
    file.save(CHOSEN)

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SamarError) as problem:
        file.save(Settings())
    assert problem.value.code == "disk_full"
    assert file.load() == (CHOSEN, None)
    assert [path.name for path in tmp_path.iterdir()] == ["settings.json"]


def test_that_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(SamarError) as problem:
        SettingsFile(tmp_path / "data" / "settings.json").save(Settings())
    assert problem.value.code == "data_read_only"
    assert str(tmp_path / "data") in problem.value.sentence()


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "disk_full"),
        (errno.EDQUOT, "disk_full"),
        (errno.EROFS, "data_read_only"),
        (errno.EACCES, "data_read_only"),
        (errno.EIO, "history_failed"),
    ],
)
def test_that_errors_of_the_system_become_sentences(number: int, code: str) -> None:
    assert storage_error(OSError(number, os.strerror(number)), Path("/data")).code == code


@given(st.sampled_from(sorted(SENTENCES)), st.dictionaries(st.sampled_from(["name", "reason"]), st.text()))
def test_that_every_error_has_two_sentences_and_never_fails_to_say_them(code: str, details: dict[str, str]) -> None:
    what, then = SENTENCES[code]
    assert what.endswith(".")
    assert then.endswith(".")
    problem = SamarError(code, **details)
    known = problem.for_people()
    assert problem.sentence() == f"{tell(what, known)} {tell(then, known)}"


def test_that_an_error_without_a_sentence_is_a_bug() -> None:
    with pytest.raises(ValueError, match="unknown error code"):
        SamarError("no_such_code")


def test_that_one_field_that_is_no_setting_costs_no_other(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / "settings.json")
    raw = b'{"theme": "purple", "context": 4096, "text_scale": null, "params": {"top_k": 3}}'
    file.path.write_bytes(raw)
    for _ in range(2):  # read twice, kept once
        settings, problem = file.load()
        assert settings == Settings(context=4096, params=GenerationParams(top_k=3))
        assert problem is not None and problem.code == "settings_partly_read"
        assert problem.details["fields"] == "theme, text_scale"
    assert [path.read_bytes() for path in tmp_path.glob("settings-damaged-*")] == [raw]
    file.save(settings)
    assert file.load() == (settings, None)


def test_that_settings_that_can_not_be_read_for_a_while_are_not_replaced_by_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "settings.json"
    SettingsFile(path).save(CHOSEN)
    stored = path.read_bytes()
    file = SettingsFile(path)

    def held(_path: Path) -> bytes:
        raise PermissionError(errno.EACCES, "another program holds it")

    with monkeypatch.context() as patch:
        patch.setattr("desktop.core.settings.read_text_regular", held)
        settings, problem = file.load()
        assert settings == Settings()
        assert problem is not None and problem.code == "settings_unread"
        with pytest.raises(SamarError) as refused:
            file.save(msgspec.structs.replace(settings, context=4096))
        assert refused.value.code == "settings_unread"
        assert path.read_bytes() == stored
    expected = msgspec.structs.replace(CHOSEN, context=4096)
    assert file.save(msgspec.structs.replace(settings, context=4096)) == expected
    assert SettingsFile(path).load() == (expected, None)
    assert [path.name for path in tmp_path.iterdir()] == ["settings.json"]


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, 1e300, -1e300])
def test_that_no_number_can_make_the_settings_unreadable(tmp_path: Path, number: float) -> None:
    file = SettingsFile(tmp_path / "settings.json")
    params = msgspec.structs.replace(
        GenerationParams(), **{name: number for name, value in FLOATS.items()}, logit_bias=((7, number),)
    )
    file.save(Settings(params=params, text_scale=number, update_checked=number, user_name="ليلى"))
    settings, problem = file.load()
    assert problem is None
    assert settings.user_name == "ليلى"
    assert settings == settings.checked()
    assert settings.params is not None and settings.params == params.checked()
    assert all(math.isfinite(getattr(settings.params, name)) for name in FLOATS)
    assert 0.5 <= settings.text_scale <= 3.0
