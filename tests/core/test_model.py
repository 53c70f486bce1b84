from pathlib import Path, PureWindowsPath

import pytest

from desktop.core.model import ModelRef


@pytest.mark.parametrize("path", ["/models/a.gguf", "نموذج.gguf", "model:/one/two", r"C:\\models\\a.gguf"])
def test_that_a_file_is_stored_as_its_path(path: str) -> None:
    ref = ModelRef.of_file(Path(path))
    assert ref.text == str(Path(path))
    assert ModelRef.parse(ref.text) == ref


@pytest.mark.parametrize("name", ["llama", "org/model:8b", "/models/served.gguf", "model://one/two", "نموذج"])
def test_that_a_model_of_another_provider_is_read_from_its_stored_text(name: str) -> None:
    ref = ModelRef(name, "office server")
    assert ModelRef.parse(ref.text) == ref


def test_that_no_path_is_taken_for_a_model_of_another_provider() -> None:
    for path in (Path("model://one/two"), PureWindowsPath("model://one/two")):
        assert ModelRef.parse(str(path)).is_local


@pytest.mark.parametrize("text", ["model://", "model://one", "model:///name", "model://local/name", ""])
def test_that_a_text_without_provider_and_name_is_a_path(text: str) -> None:
    assert ModelRef.parse(text) == ModelRef(text)
