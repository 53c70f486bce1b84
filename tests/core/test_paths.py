from __future__ import annotations

from pathlib import Path

import pytest

from desktop.core import paths as module
from desktop.core.paths import Paths, assets_dir, starter_model


def test_that_with_a_data_folder_everything_lies_in_it(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path / "بيانات")
    for place in (paths.cache, paths.logs, paths.history, paths.backups, paths.settings, paths.models):
        assert place.is_relative_to(paths.data)
    assert list(tmp_path.iterdir()) == [], "asking for a path makes nothing"


def test_that_a_data_folder_may_be_relative_or_in_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert Paths.under(Path("here")).data == tmp_path / "here"
    assert Paths.under(Path("~/there")).data == tmp_path / "home" / "there"


def test_that_the_places_of_the_system_are_samars_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert "samar" in str(Paths.default().data).lower()
    assert Paths.default().data != Paths.default().cache


def test_that_the_assets_are_found_in_a_checkout_and_in_a_frozen_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (assets_dir() / "i18n").is_dir()
    monkeypatch.setattr(module.sys, "_MEIPASS", str(tmp_path), raising=False)
    assert assets_dir() == tmp_path / "assets"
    assert starter_model().parent == tmp_path / "assets" / "starter"
