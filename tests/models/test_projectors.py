"""Which projector belongs to which model: told by headers on the disk, by names on the Hub."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.core.errors import SamarError
from desktop.core.paths import Paths
from desktop.models import gguf
from desktop.models.library import Library
from desktop.models.projectors import companions_beside, projector_beside
from desktop.models.repository import HubFile, HubRepository, bare, grouped, is_data, is_projector, without_drafts
from tests.fakes.tiny_gguf import write_tiny, write_tiny_adapter, write_tiny_projector

LAYOUTS = {
    "mradermacher": ("M.Q4_K_M.gguf", ["M.Q8_0.gguf", "M.i1-Q4_K_M.gguf"], ["M.mmproj-f16.gguf", "M.mmproj-Q8_0.gguf"], "M.mmproj-f16.gguf"),
    "koboldcpp": ("M-Q4_K_M.gguf", [], ["M-mmproj-f16.gguf"], "M-mmproj-f16.gguf"),
    "unsloth": ("M-UD-Q4_K_XL.gguf", ["M-Q8_0.gguf"], ["mmproj-BF16.gguf", "mmproj-F16.gguf", "mmproj-F32.gguf"], "mmproj-F16.gguf"),
    "bartowski": ("org_M-Q4_K_M.gguf", ["org_M-bf16.gguf"], ["mmproj-org_M-bf16.gguf", "mmproj-org_M-f16.gguf"], "mmproj-org_M-f16.gguf"),
    "ggml-org": ("M-Q4_K_M.gguf", ["M-f16.gguf"], ["mmproj-M-Q8_0.gguf", "mmproj-M-f16.gguf"], "mmproj-M-f16.gguf"),
    "llava": ("ggml-model-q4_k.gguf", [], ["mmproj-model-f16.gguf"], "mmproj-model-f16.gguf"),
    "named by its content only": ("M-Q4_K_M.gguf", [], ["vision.gguf"], "vision.gguf"),
    "upper case": ("M-Q4_K_M.GGUF", [], ["MMPROJ-M-F16.GGUF"], "MMPROJ-M-F16.GGUF"),
    "two models, each its own": ("A-4b-Q4_K_M.gguf", ["B-8b-Q4_K_M.gguf"], ["mmproj-A-4b-f16.gguf", "mmproj-B-8b-f16.gguf"], "mmproj-A-4b-f16.gguf"),
    "two models, one sees": ("A-4b-Q4_K_M.gguf", ["B-8b-Q4_K_M.gguf"], ["mmproj-B-8b-f16.gguf"], None),
    "a name inside the other": ("M-2-Q4_K_M.gguf", ["M-Q4_K_M.gguf"], ["mmproj-M-f16.gguf", "mmproj-M-2-f16.gguf"], "mmproj-M-2-f16.gguf"),
}  # fmt: skip


@pytest.mark.parametrize(("model", "others", "projectors", "wanted"), LAYOUTS.values(), ids=LAYOUTS)
def test_that_a_projector_is_found_whatever_it_is_called(
    tmp_path: Path, model: str, others: list[str], projectors: list[str], wanted: str | None
) -> None:
    for number, name in enumerate([model, *others]):
        write_tiny(tmp_path / name, layers=1, seed=number)
    for number, name in enumerate(projectors):
        write_tiny_projector(tmp_path / name, seed=number)
    found = projector_beside(tmp_path / model)
    assert (found.name if found else None) == wanted


def test_that_files_beside_a_model_never_switch_images_off(tmp_path: Path) -> None:
    model = write_tiny(tmp_path / "seer-Q4_0.gguf")
    projector = write_tiny_projector(tmp_path / "mmproj-F16.gguf")
    adapter = write_tiny_adapter(tmp_path / "lora-poems.gguf")
    write_tiny(tmp_path / "imatrix.gguf", architecture="llama", extra={"general.type": "imatrix"})
    (tmp_path / "notes.gguf").write_bytes(b"no model")
    (tmp_path / "folder.gguf").mkdir()
    assert projector_beside(model) == projector
    assert companions_beside(model) == [projector, adapter]


def test_that_the_base_in_the_headers_tells_whose_a_projector_is(tmp_path: Path) -> None:
    mine = write_tiny(tmp_path / "renamed.gguf", extra={"general.basename": "Seer"})
    other = write_tiny(tmp_path / "another.gguf", seed=2, extra={"general.basename": "Blind"})
    write_tiny(
        tmp_path / "eyes.gguf", architecture="clip", extra={"general.type": "mmproj", "general.basename": "Seer"}
    )
    assert projector_beside(mine) == tmp_path / "eyes.gguf"
    assert projector_beside(other) is None


def test_that_what_is_no_model_is_not_listed(data_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    write_tiny(folder / "model.GGUF")
    write_tiny_projector(folder / "vision.gguf")
    for kind in ("imatrix", "adapter"):
        write_tiny(folder / f"{kind}.gguf", extra={"general.type": kind})
    for architecture in ("eagle3", "dflash"):
        write_tiny(folder / f"{architecture}.gguf", architecture=architecture)
        with pytest.raises(SamarError, match="not a model for chats"):
            gguf.inspect(folder / f"{architecture}.gguf")
    library = Library(Paths.under(data_dir), places=list)
    (entry,) = library.add(folder)
    assert Path(entry.path).name == "model.GGUF"
    assert entry.companions == (str(folder / "vision.gguf"),)


def test_that_parts_are_found_by_endings_in_upper_case(tmp_path: Path) -> None:
    first = write_tiny(tmp_path / "M-00001-OF-00002.GGUF", extra={"split.count": 2})
    write_tiny(tmp_path / "M-00002-of-00002.GGUF")
    assert gguf.is_later_part(tmp_path / "M-00002-of-00002.GGUF")
    first.rename(tmp_path / "M-00001-of-00002.GGUF")
    assert gguf.inspect(tmp_path / "M-00002-of-00002.GGUF").path == str(tmp_path / "M-00001-of-00002.GGUF")


def test_that_a_model_behind_a_link_to_a_folder_is_found(data_dir: Path, tmp_path: Path) -> None:
    real, linked = tmp_path / "real", tmp_path / "linked"
    real.mkdir()
    linked.mkdir()
    write_tiny(real / "m.gguf", name="Behind")
    (linked / "there").symlink_to(real, target_is_directory=True)
    (real / "loop").symlink_to(linked, target_is_directory=True)
    (entry,) = Library(Paths.under(data_dir), places=list).add(linked)
    assert entry.name == "Behind"


# ---- on the Hub


def hub_repository(*names: str) -> HubRepository:
    files = [HubFile(name=name, size=100 + number, sha256="") for number, name in enumerate(names)]
    models = without_drafts([file for file in files if not is_projector(file.name) and not is_data(file.name)])
    projectors = tuple(file for file in files if is_projector(file.name))
    return HubRepository(
        repo="o/n", commit="main", licence="", gated=False, choices=grouped(models), projectors=projectors
    )


@pytest.mark.parametrize(("model", "others", "projectors", "wanted"), LAYOUTS.values(), ids=LAYOUTS)
def test_that_the_hubs_projector_is_the_one_that_the_disk_would_take(
    model: str, others: list[str], projectors: list[str], wanted: str | None
) -> None:
    if not all(is_projector(name) for name in projectors):
        return  # only a header tells
    found = hub_repository(model, *others, *projectors)
    (choice,) = [choice for choice in found.choices if choice.name == model]
    taken = found.projector_of(choice)
    assert (taken.name if taken else None) == wanted
    assert {choice.name for choice in found.choices} == {model, *others}


@pytest.mark.parametrize(
    ("name", "offered"),
    [("M.imatrix.gguf", False), ("imatrix_unsloth.gguf", False), ("M-imatrix.gguf", False), ("M.mmproj-f16.gguf", False),
     ("sub/M.mmproj.gguf", False), ("M-draft-0.6b-Q4_0.gguf", False), ("mtp-M-Q8_0.gguf", False),
     ("M-Q4_K_M-imat.gguf", True), ("M-imatrix-Q4_K_M.gguf", True), ("M.i1-Q4_K_M.gguf", True), ("Drafter-Q4_0.gguf", True)],
)  # fmt: skip
def test_that_what_is_no_model_is_not_offered(name: str, offered: bool) -> None:
    names = {choice.name for choice in hub_repository("M-Q8_0.gguf", name).choices}
    assert (name in names) is offered


def test_that_a_repository_of_drafts_offers_them() -> None:
    assert len(hub_repository("M-DRAFT-0.6B-Q4_0.gguf", "M-DRAFT-0.6B-Q8_0.gguf").choices) == 2


@pytest.mark.parametrize(
    ("name", "plain"),
    [("a/M-UD-Q4_K_XL.gguf", "m"), ("M.mmproj-f16.gguf", "m"), ("mmproj-model-f16.gguf", ""), ("M-00001-of-00002.gguf", "m"),
     ("Llama-3.2-1B-Q8_0.gguf", "llama-3.2-1b")],
)  # fmt: skip
def test_that_names_are_compared_without_their_types(name: str, plain: str) -> None:
    assert bare(name) == plain
