from pathlib import Path

from desktop.core.crash_guard import CrashGuard


def test_that_a_load_that_never_ended_is_remembered(data_dir: Path) -> None:
    CrashGuard(data_dir / "mark").note(Path("/نماذج/bad.gguf"))
    assert CrashGuard(data_dir / "mark").left_over() == Path("/نماذج/bad.gguf")


def test_that_an_orderly_end_is_forgotten(data_dir: Path) -> None:
    mark = CrashGuard(data_dir / "mark")
    mark.note(Path("/a.gguf"))
    mark.note(None)
    mark.note(None)
    assert mark.left_over() is None


def test_that_a_folder_that_cannot_be_written_is_no_reason_to_refuse(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    mark = CrashGuard(tmp_path / "file" / "mark")
    mark.note(Path("/a.gguf"))
    assert mark.left_over() is None


def test_that_a_mark_that_is_no_text_is_ignored(data_dir: Path) -> None:
    (data_dir / "mark").write_bytes(b"\xff\xfe\x00")
    assert CrashGuard(data_dir / "mark").left_over() is None
