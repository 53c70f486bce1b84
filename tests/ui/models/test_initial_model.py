from pathlib import Path

from desktop.core.crash_guard import CrashGuard
from desktop.core.model import ModelRef
from desktop.core.paths import starter_model
from desktop.ui.models.initial_model import first_model


def test_that_a_last_model_that_is_no_file_is_named_and_the_bundled_one_starts(tmp_path: Path) -> None:
    last = ModelRef("org/llama:8b", "office").text
    path, problem = first_model(None, last, CrashGuard(tmp_path / "mark"))
    assert path == starter_model()
    assert problem is not None
    assert (problem.code, problem.details["name"]) == ("model_missing", "org/llama:8b")


def test_that_the_path_that_earlier_versions_stored_starts(tmp_path: Path) -> None:
    file = tmp_path / "model.gguf"
    file.touch()
    assert first_model(None, str(file), CrashGuard(tmp_path / "mark")) == (file, None)
