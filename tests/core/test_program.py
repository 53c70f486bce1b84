from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from desktop.core import program
from desktop.core.paths import BESIDE, Paths
from desktop.core.program import Role, child_command, child_environment, mend_environment, stamp


@pytest.fixture
def frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a frozen program."""
    monkeypatch.setattr(program.sys, "frozen", True, raising=False)
    monkeypatch.setattr(program.sys, "executable", str(tmp_path / "samar"))
    return tmp_path


@pytest.mark.parametrize("role", Role)
def test_that_a_frozen_program_starts_itself_with_the_role_first(frozen: Path, role: Role) -> None:
    assert child_command(role, "--plan", "x") == [str(frozen / "samar"), role.value, "--plan", "x"]


def test_that_a_role_starts_from_any_folder_in_a_checkout(tmp_path: Path) -> None:
    started = subprocess.run(
        child_command(Role.CONVERTER, "--help"),
        cwd=tmp_path,
        env=child_environment({"PYTHONSAFEPATH": "1"}),
        capture_output=True,
        text=True,
    )
    assert started.returncode == 0, started.stderr
    assert "--plan" in started.stdout


def test_that_the_first_argument_chooses_the_role(tmp_path: Path) -> None:
    """As the frozen program is started: one entry, the role before everything else, Qt untouched."""
    code = "import sys; sys.modules['PySide6'] = None; from desktop.__main__ import main; sys.exit(main())"
    started = subprocess.run(
        [sys.executable, "-c", code, Role.CONVERTER.value, str(tmp_path / "nothing")],
        env=child_environment(),
        capture_output=True,
        text=True,
    )
    assert started.returncode not in (0, 1), "the converter's own status"
    assert "nothing" in started.stderr


def test_that_a_child_gets_no_token_and_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = (
        "HF_TOKEN",
        "AWS_SECRET_ACCESS_KEY",
        "https_proxy",
        "SSH_AUTH_SOCK",
        "DBUS_SESSION_BUS_ADDRESS",
        "SAMAR_RELEASE_KEY",
    )
    needed = ("PATH", "LANG", "LC_ALL", "TZ", "OMP_NUM_THREADS", "GGML_VK_VISIBLE_DEVICES", "VK_ICD_FILENAMES")
    for name in (*secrets, *needed):
        monkeypatch.setenv(name, "x")
    child = child_environment()
    assert not set(secrets).intersection(child)
    assert set(needed) <= set(child)
    assert set(secrets) <= set(child_environment(network=True)), "a child that asks the Hub"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"LD_LIBRARY_PATH": "/ours", "A": "1"}, {"A": "1"}),
        ({"LD_LIBRARY_PATH": "/ours:/theirs", "LD_LIBRARY_PATH_ORIG": "/theirs"}, {"LD_LIBRARY_PATH": "/theirs"}),
    ],
)
def test_that_other_programs_get_the_persons_own_library_path(
    frozen: Path, monkeypatch: pytest.MonkeyPatch, before: dict[str, str], after: dict[str, str]
) -> None:
    monkeypatch.setattr(program.sys, "platform", "linux")
    mend_environment(before)
    assert before == after


@pytest.mark.parametrize(("before", "after"), [("", "{inside}"), ("/theirs", "{inside}:/theirs")])
def test_that_a_child_of_a_frozen_program_finds_the_libraries_that_it_carries(
    frozen: Path, monkeypatch: pytest.MonkeyPatch, before: str, after: str
) -> None:
    monkeypatch.setattr(program.sys, "platform", "linux")
    monkeypatch.setattr(program.sys, "_MEIPASS", str(frozen / "inside"), raising=False)
    monkeypatch.setattr(program.os, "pathsep", ":")
    monkeypatch.setenv("LD_LIBRARY_PATH", before)
    path = child_environment()["LD_LIBRARY_PATH"]
    assert path == after.format(inside=frozen / "inside")
    monkeypatch.setenv("LD_LIBRARY_PATH", path)
    assert child_environment()["LD_LIBRARY_PATH"] == path, "a child's child gets it once"


def test_that_a_checkout_keeps_its_environment() -> None:
    environment = {"LD_LIBRARY_PATH": "/somewhere"}
    mend_environment(environment)
    assert environment == {"LD_LIBRARY_PATH": "/somewhere"}


def test_that_a_data_folder_beside_a_frozen_program_holds_everything(frozen: Path) -> None:
    assert not Paths.default().data.is_relative_to(frozen)
    (frozen / BESIDE).mkdir()
    paths = Paths.default()
    for place in (paths.data, paths.cache, paths.logs):
        assert place.is_relative_to(frozen / BESIDE)


def test_that_a_replaced_program_is_noticed(frozen: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (frozen / "samar").write_bytes(b"one")
    before = stamp()
    assert before is not None
    assert stamp() == before
    (frozen / "samar.new").write_bytes(b"another")
    (frozen / "samar.new").replace(frozen / "samar")
    assert stamp() not in (before, None)
    (frozen / "samar").unlink()
    assert stamp() is None
    monkeypatch.delattr(program.sys, "frozen")
    assert stamp() is None
