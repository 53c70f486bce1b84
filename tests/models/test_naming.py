"""Names of models: the metadata's where it is a name for people, else the file's."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.models import gguf
from desktop.models.naming import name_of
from tests.fakes.tiny_gguf import write_tiny

STEM = "SmolLM2-135M-Instruct-Q8_0"


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "   ",
        "Smollm2 135M 8k Lc100K Mix1 Ep2",
        "checkpoint-500",
        "Model",
        "merged model",
        "out",
        "C:\\models\\x",
        "/home/somebody/run",
        "./output",
        "a/b/c",
        "d04e592bb4f6aa9cfee91e2e20afa771667e1d4b",
        "Snapshot 7ae557604adf67be50417f59c2c2f167def9a775",
        "12",
        "---",
        "Llama global_step 1200",
        "A model of which somebody wrote a whole sentence into the field that is for its name",
    ],
)
def test_that_the_file_names_a_model_whose_metadata_says_nothing_to_people(odd: str) -> None:
    assert name_of(odd, STEM) == STEM


@pytest.mark.parametrize(
    "name",
    [
        "Qwen3 0.6B",
        "Meta Llama 3.1 8B Instruct",
        "Gemma 3 270m It",
        "نموذج عربي",
        "Phi 3.5 Mini Instruct",
        "Mixtral 8x7B Instruct v0.1",
        "owner/Name 7B",
        "Samar Starter",
        "Step 3.5 Flash",
        "GPT Oss 20b",
        "Exaone 4.0 1.2B",
        "Merged Minds 7B",
    ],
)
def test_that_a_name_for_people_stays(name: str) -> None:
    assert name_of(name, STEM) == name


def test_that_every_reader_of_a_file_gives_it_the_same_name(tmp_path: Path) -> None:
    path = write_tiny(tmp_path / "my-model-Q4_K_M.gguf", name="Tiny Lc100K Mix1 Ep2")
    assert gguf.inspect(path).name == "my-model-Q4_K_M"
    assert gguf.read_header(path).name == "my-model-Q4_K_M"
