"""What is on the disk: found in place, known by content, removed with care."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from pathlib import Path

import pytest

from desktop.core.errors import SamarError
from desktop.core.paths import Paths
from desktop.models import discovery, gguf
from desktop.models.discovery import Origin, Place
from desktop.models.library import Library
from desktop.models.settings import ModelSettings, settings_of
from tests.fakes.tiny_gguf import write_tiny


@pytest.fixture
def library(data_dir: Path) -> Library:
    return Library(Paths.under(data_dir), places=list)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_that_the_bundled_model_is_always_there(library: Library) -> None:
    (only,) = library.refresh()
    assert only.origin is Origin.BUNDLED and only.parameters > 0 and only.shape.kv_elements > 0
    assert not library.removal(only).deletes


def test_that_a_dropped_file_is_used_in_place(library: Library, tmp_path: Path) -> None:
    path = write_tiny(tmp_path / "نموذج صغير.gguf", name="Tiny")
    before = sha256(path)
    (entry,) = library.add(path)
    assert (entry.path, entry.name, entry.origin) == (str(path), "Tiny", Origin.FILE)
    assert entry in library.refresh() and sha256(path) == before
    assert library.find("نموذج صغير") == library.find(entry.id[:8]) == library.find(str(path)) == entry


def test_that_a_moved_and_renamed_file_keeps_its_settings(library: Library, tmp_path: Path) -> None:
    (entry,) = library.add(write_tiny(tmp_path / "a.gguf"))
    wanted = ModelSettings(context=1234, kv_type="q8_0")
    library.set_settings(entry.id, wanted)
    (tmp_path / "elsewhere").mkdir()
    moved = Path(entry.path).rename(tmp_path / "elsewhere" / "b.gguf")
    library.add(tmp_path / "elsewhere")
    found = library.find("b")
    assert found.id == entry.id and found.path == str(moved)
    assert Library(Paths.under(library.path.parent), places=list).settings(found.id) == wanted
    assert settings_of(library.path, moved) == wanted
    again = moved.rename(tmp_path / "nobody looked here.gguf")
    assert settings_of(library.path, again) == wanted
    assert settings_of(library.path, write_tiny(tmp_path / "other.gguf", seed=9)) == ModelSettings()


def test_that_a_changed_file_is_another_model(library: Library, tmp_path: Path) -> None:
    (one,) = library.add(write_tiny(tmp_path / "a.gguf", seed=1))
    write_tiny(tmp_path / "a.gguf", seed=2)
    os.utime(tmp_path / "a.gguf", ns=(1, 1))
    (other,) = [entry for entry in library.refresh() if entry.origin is Origin.FILE]
    assert other.path == one.path and other.id != one.id


def test_that_unchanged_files_are_not_read_again(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add(write_tiny(tmp_path / "a.gguf"))
    first = library.refresh()

    def refuse(path: Path) -> None:
        raise AssertionError(f"{path} was read")

    monkeypatch.setattr("desktop.models.gguf.read_header", refuse)
    assert library.refresh() == first


def test_that_a_copy_is_shown_once(library: Library, tmp_path: Path) -> None:
    path = write_tiny(tmp_path / "a.gguf")
    (tmp_path / "b.gguf").write_bytes(path.read_bytes())
    library.add(tmp_path)
    assert len([entry for entry in library.refresh() if entry.origin is Origin.FOLDER]) == 1


def test_that_a_damaged_file_has_a_line_that_says_so(library: Library, tmp_path: Path) -> None:
    whole = write_tiny(tmp_path / "models" / "whole.gguf" if (tmp_path / "models").mkdir() is None else tmp_path)
    cut = whole.with_name("cut.gguf")
    cut.write_bytes(whole.read_bytes()[:-100])
    library.add(whole.parent)
    assert library.find("cut").problem == "model_damaged" and library.find("whole").problem == ""
    with pytest.raises(SamarError) as caught:
        library.add(cut)
    assert caught.value.code == "model_damaged"


@pytest.mark.parametrize(
    ("files", "code"),
    [({}, "nothing_to_import"), ({"notes.txt": "x"}, "nothing_to_import"), ({"config.json": "{}"}, "checkpoint_found")],
)
def test_that_a_folder_without_models_says_what_to_do(
    library: Library, tmp_path: Path, files: dict[str, str], code: str
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    with pytest.raises(SamarError) as caught:
        library.add(folder)
    assert caught.value.code == code and library.folders() == []


def test_that_a_split_model_is_one(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "split"
    folder.mkdir()
    for number in (1, 2):
        write_tiny(folder / f"big-{number:05d}-of-00002.gguf", seed=number, extra={"split.count": 2})
    library.add(folder)
    (entry,) = [entry for entry in library.refresh() if entry.origin is Origin.FOLDER]
    assert entry.parts == 2 and entry.file_bytes == sum(path.stat().st_size for path in folder.iterdir())
    assert [path.name for path in entry.files()] == ["big-00001-of-00002.gguf", "big-00002-of-00002.gguf"]
    (folder / "big-00002-of-00002.gguf").unlink()
    assert [entry.problem for entry in library.refresh() if entry.origin is Origin.FOLDER] == ["model_part_missing"]


def test_that_what_others_own_is_never_deleted(library: Library, tmp_path: Path) -> None:
    (entry,) = library.add(write_tiny(tmp_path / "a.gguf"))
    done = library.remove(entry, delete=lambda path: pytest.fail(f"{path} was deleted"))
    assert not done.deletes and done.frees == 0 and Path(entry.path).is_file()
    assert entry.id not in [other.id for other in library.refresh()]
    (again,) = library.add(Path(entry.path))  # asked for anew, it comes back
    assert again.id == entry.id


def test_that_what_samar_downloaded_goes_to_the_bin(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    folder = library.models / "owner--repo"
    folder.mkdir(parents=True)
    path = write_tiny(folder / "a.gguf")
    size, content = path.stat().st_size, path.read_bytes()
    entry = library.add_downloaded(path, repo="owner/repo", sha256=(sha256(path),), licence="mit")
    assert library.removal(entry).frees == size and library.removal(entry).deletes
    library.remove(entry)
    assert not path.exists() and not folder.exists() and entry.id not in [e.id for e in library.refresh()]
    trash = tmp_path / "share" / "Trash"
    assert (trash / "files" / "a.gguf").read_bytes() == content
    note = (trash / "info" / "a.gguf.trashinfo").read_text()
    assert note.startswith("[Trash Info]\nPath=/") and "owner--repo/a.gguf" in note and "%D8" in note


def test_that_a_list_that_lies_deletes_nothing_outside(library: Library, tmp_path: Path) -> None:
    """An entry that claims to be ours but points elsewhere."""
    import msgspec

    (entry,) = library.add(write_tiny(tmp_path / "precious.gguf"))
    lie = msgspec.structs.replace(entry, origin=Origin.SAMAR)
    library.remove(lie, delete=lambda path: pytest.fail(f"{path} was deleted"))
    assert Path(entry.path).is_file()


def test_that_a_bin_that_refuses_leaves_the_model_on_the_list(library: Library) -> None:
    folder = library.models / "o--r"
    folder.mkdir(parents=True)
    path = write_tiny(folder / "a.gguf")
    entry = library.add_downloaded(path, repo="o/r", sha256=())

    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    with pytest.raises(SamarError) as caught:
        library.remove(entry, delete=refuse)
    assert caught.value.code == "model_undeletable" and library.find(entry.id) == entry


def test_that_the_bin_keeps_two_files_of_one_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from desktop.models.trash import move_to_trash

    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    for text in ("one", "two"):
        (tmp_path / "a.gguf").write_text(text)
        move_to_trash(tmp_path / "a.gguf")
    files = tmp_path / "share" / "Trash" / "files"
    assert {path.read_text() for path in files.iterdir()} == {"one", "two"}
    with pytest.raises(FileNotFoundError):
        move_to_trash(tmp_path / "a.gguf")


def test_that_checksums_are_verified(library: Library) -> None:
    folder = library.models / "o--r"
    folder.mkdir(parents=True)
    path = write_tiny(folder / "a.gguf")
    entry = library.add_downloaded(path, repo="o/r", sha256=(sha256(path),))
    seen: list[tuple[int, int]] = []
    assert library.verify(entry, lambda done, whole: seen.append((done, whole)))
    assert seen[-1] == (entry.file_bytes, entry.file_bytes)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(SamarError) as caught:
        library.verify(entry)
    assert caught.value.code == "checksum_wrong"


@pytest.mark.parametrize("harm", [b"", b"{", b"\xff", b"[" * 100_000])
def test_that_a_damaged_list_is_set_aside(library: Library, tmp_path: Path, harm: bytes) -> None:
    library.path.write_bytes(harm)
    again = Library(Paths.under(library.path.parent), places=list)
    assert [entry.origin for entry in again.refresh()] == [Origin.BUNDLED]
    assert again.problem is not None and again.problem.code == "library_damaged"
    (aside,) = library.path.parent.glob("library-damaged-*.json")
    assert aside.read_bytes() == harm


def test_that_one_bad_row_of_the_list_costs_no_other(library: Library, tmp_path: Path) -> None:
    path = write_tiny(tmp_path / "a.gguf")
    (entry,) = library.add(path)
    library.set_settings(entry.id, ModelSettings(context=512))
    stored = json.loads(library.path.read_bytes())
    stored["entries"].insert(0, {"id": None})
    stored["settings"]["other"] = {"context": "many"}
    stored["hidden"] = 3
    library.path.write_text(json.dumps(stored))
    harmed = library.path.read_bytes()
    again = Library(Paths.under(library.path.parent), places=list)
    assert again.find(entry.id).path == str(path)
    assert again.settings(entry.id).context == 512
    assert again.problem is not None and again.problem.code == "library_partly_read"
    assert entry.id in [found.id for found in again.refresh()]
    (aside,) = library.path.parent.glob("library-damaged-*.json")
    assert aside.read_bytes() == harmed


def test_that_a_list_that_can_not_be_read_for_a_while_is_not_replaced(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_tiny(tmp_path / "a.gguf")
    (entry,) = library.add(path)
    stored = library.path.read_bytes()
    again = Library(Paths.under(library.path.parent), places=list)

    def held(_: Path) -> bytes:
        raise PermissionError(13, "another program holds it")

    with monkeypatch.context() as patch:
        patch.setattr("desktop.models.library.read_text_regular", held)
        assert again.entries() == []
        assert again.problem is not None and again.problem.code == "library_unread"
        with pytest.raises(SamarError) as refused:
            again.set_settings(entry.id, ModelSettings(context=512))
        assert refused.value.code == "library_unwritable"
    assert library.path.read_bytes() == stored
    assert [found.id for found in again.entries()] == [entry.id]
    assert not list(library.path.parent.glob("library-damaged-*"))


def test_that_two_samars_share_one_list(data_dir: Path, tmp_path: Path) -> None:
    libraries = [Library(Paths.under(data_dir), places=list) for _ in range(2)]
    paths = [write_tiny(tmp_path / f"{number}.gguf", seed=number) for number in range(6)]
    threads = [
        threading.Thread(target=lambda one=number: libraries[one % 2].add(paths[one])) for number in range(len(paths))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([e for e in Library(Paths.under(data_dir), places=list).entries() if e.origin is Origin.FILE]) == 6


# ---- other programs


def hub_cache(root: Path, repo: str, path: Path) -> Path:
    digest = sha256(path)
    folder = root / ("models--" + repo.replace("/", "--"))
    for part in ("blobs", "snapshots/abc", "snapshots/def"):
        (folder / part).mkdir(parents=True)
    path.rename(folder / "blobs" / digest)
    for snapshot in ("abc", "def"):
        (folder / "snapshots" / snapshot / "model-Q8_0.gguf").symlink_to(Path("../../blobs") / digest)
    return folder


def ollama(root: Path, path: Path) -> None:
    digest = sha256(path)
    (root / "blobs").mkdir(parents=True)
    path.rename(root / "blobs" / f"sha256-{digest}")
    manifest = root / "manifests" / "registry.ollama.ai" / "library" / "tiny"
    manifest.mkdir(parents=True)
    layers = [
        {"mediaType": "application/vnd.ollama.image.model", "digest": f"sha256:{digest}"},
        {"mediaType": "application/vnd.ollama.image.template", "digest": f"sha256:{'0' * 64}"},
    ]
    (manifest / "1b").write_text(json.dumps({"layers": layers}))


def test_that_models_of_other_programs_are_found_in_place(data_dir: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    made = iter(range(100))

    def tiny(*parts: str) -> Path:
        path = home.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        return write_tiny(path, seed=next(made), name="")

    hub_cache(home / ".cache/huggingface/hub", "owner/repo", tiny("a"))
    ollama(home / ".ollama/models", tiny("b"))
    tiny(".lmstudio/models/maker/thing-GGUF/thing-Q4_K_M.gguf")
    tiny(".local/share/nomic.ai/GPT4All/gpt4all.gguf")
    tiny(".local/share/Jan/data/llamacpp/models/jan-nano/model.gguf")
    tiny(".cache/llama.cpp/owner_repo_file.gguf")
    environment = {"PATH": "/nowhere"}
    library = Library(Paths.under(data_dir), places=lambda: discovery.places(environment, home, "linux"))
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*") if path.is_file()}
    found = {entry.origin: entry for entry in library.refresh()}
    assert set(found) == {
        Origin.BUNDLED,
        Origin.HUGGING_FACE,
        Origin.OLLAMA,
        Origin.LM_STUDIO,
        Origin.GPT4ALL,
        Origin.JAN,
        Origin.LLAMA_CPP,
    }
    assert len(library.entries()) == 7  # the two snapshots of the cache are one file
    assert found[Origin.HUGGING_FACE].repo == "owner/repo" and len(found[Origin.HUGGING_FACE].sha256) == 1
    assert found[Origin.OLLAMA].name == "tiny:1b" and library.verify(found[Origin.OLLAMA])
    assert found[Origin.LM_STUDIO].repo == "maker/thing-GGUF"
    assert found[Origin.JAN].name == "jan-nano"
    assert before == {path: path.stat().st_mtime_ns for path in home.rglob("*") if path.is_file()}


def test_that_a_model_with_its_vision_inside_says_so_in_the_list(data_dir: Path, tmp_path: Path) -> None:
    """Ollama's own engine writes such files, and llama.cpp refuses them; to download the same one again would not help."""
    made = write_tiny(tmp_path / "made.gguf")
    made.write_bytes(made.read_bytes().replace(b"blk.0.attn_q.weight", b"v.0.attn_q_k.weight"))
    ollama(tmp_path / "home/.ollama/models", made)
    places = discovery.places({"PATH": "/nowhere"}, tmp_path / "home", "linux")
    library = Library(Paths.under(data_dir), places=lambda: places)
    (entry,) = (found for found in library.refresh() if found.origin is Origin.OLLAMA)
    assert entry.problem == "model_one_file"
    with pytest.raises(SamarError) as refused:
        gguf.inspect(Path(entry.path))
    assert refused.value.code == "model_one_file"
    assert "again" not in refused.value.sentence()


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_that_the_environment_moves_places(platform: str) -> None:
    given = {
        "HF_HUB_CACHE": "/models/hub",
        "OLLAMA_MODELS": "/models/ollama",
        "LLAMA_CACHE": "/models/llama",
        "LOCALAPPDATA": "/local",
        "APPDATA": "/roaming",
    }
    found = {(place.origin, str(place.folder)) for place in discovery.places(given, Path("/home/x"), platform)}
    wanted = {
        (Origin.HUGGING_FACE, "/models/hub"),
        (Origin.OLLAMA, "/models/ollama"),
        (Origin.LLAMA_CPP, "/models/llama"),
    }
    assert wanted <= found


@pytest.mark.parametrize(
    "manifest",
    [
        "",
        "[]",
        '{"layers": 3}',
        '{"layers": [{"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:../../../../etc/passwd"}]}',
        '{"layers": [{"mediaType": 1, "digest": 2}, 3]}',
        "[" * 100_000,
    ],
)
def test_that_a_strange_manifest_is_passed_over(tmp_path: Path, manifest: str) -> None:
    folder = tmp_path / "manifests/host/library/model"
    folder.mkdir(parents=True)
    (folder / "tag").write_text(manifest)
    assert list(discovery.find(Place(Origin.OLLAMA, tmp_path))) == []


def test_that_a_folder_with_a_loop_or_a_disk_below_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / ".hidden").mkdir()
    write_tiny(tmp_path / ".hidden" / "no.gguf")
    write_tiny(tmp_path / "yes.gguf")
    assert [path.name for path in discovery.gguf_files(tmp_path)] == ["yes.gguf"]
    monkeypatch.setattr(discovery, "MOST_ENTRIES", 2)
    for number in range(5):
        (tmp_path / f"{number}.txt").touch()
    assert list(discovery.gguf_files(tmp_path)) == []


def test_that_a_projector_belongs_to_its_model(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "vision"
    folder.mkdir()
    write_tiny(folder / "model.gguf")
    write_tiny(folder / "mmproj-model-f16.gguf", architecture="clip", extra={"general.type": "mmproj"})
    library.add(folder)
    (entry,) = [entry for entry in library.refresh() if entry.origin is Origin.FOLDER]
    assert entry.companions == (str(folder / "mmproj-model-f16.gguf"),)


def test_that_a_file_that_was_opened_is_on_the_list_and_stays_there_when_it_is_gone(
    library: Library, tmp_path: Path
) -> None:
    path = write_tiny(tmp_path / "opened.gguf", name="Opened")
    assert library.remember(path)
    assert not library.remember(path)
    (entry,) = [entry for entry in library.refresh() if entry.path == str(path)]
    assert (entry.name, entry.problem) == ("Opened", "")
    (tmp_path / "away").mkdir()
    moved = path.rename(tmp_path / "away" / "away.gguf")
    (gone,) = [entry for entry in library.refresh() if entry.path == str(path)]
    assert (gone.id, gone.problem) == (entry.id, "model_missing")
    moved.rename(path)
    (back,) = [entry for entry in library.refresh() if entry.path == str(path)]
    assert (back.id, back.problem) == (entry.id, "")
    library.remove(back)
    assert str(path) not in {entry.path for entry in library.refresh()}
    assert library.remember(path), "opened again, it is back"
    assert str(path) in {entry.path for entry in library.entries()}


def test_that_a_file_that_can_not_be_used_is_remembered_with_the_reason(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(b"GGUF" + bytes(40))
    assert library.remember(path)
    (entry,) = [entry for entry in library.refresh() if entry.path == str(path)]
    assert entry.problem


def test_that_a_list_whose_structure_is_damaged_in_one_row_keeps_the_others(library: Library, tmp_path: Path) -> None:
    paths = [write_tiny(tmp_path / name) for name in ("a.gguf", "b.gguf")]
    paths[1].write_bytes(paths[1].read_bytes()[:-1] + b"\x07")  # another content
    entries = [library.add(path)[0] for path in paths]
    for entry, context in zip(entries, (512, 1024), strict=True):
        library.set_settings(entry.id, ModelSettings(context=context))
    raw = library.path.read_bytes()
    harmed = raw.replace(str(paths[0]).encode(), str(paths[0]).encode()[:-1] + b"\xff", 1)
    assert harmed != raw
    library.path.write_bytes(harmed)
    assert settings_of(library.path, paths[1]).context == 1024, "what loads a model reads them by itself"
    again = Library(Paths.under(library.path.parent), places=list)
    assert again.find(entries[1].id).path == str(paths[1])
    assert [again.settings(entry.id).context for entry in entries] == [512, 1024]
    assert again.problem is not None and again.problem.code == "library_partly_read"
    (aside,) = library.path.parent.glob("library-damaged-*.json")
    assert aside.read_bytes() == harmed
