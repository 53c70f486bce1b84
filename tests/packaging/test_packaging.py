"""What the installers are made of, checked without building them: metadata, versions, licences, pins."""

from __future__ import annotations

import ast
import configparser
import importlib.util
import json
import plistlib
import re
import struct
import subprocess
import sys
import tomllib
import types
import xml.etree.ElementTree as ElementTree
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def load(path: str, monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """A script of packaging/, which is no package of ours to import."""
    monkeypatch.syspath_prepend(str(PACKAGING))
    for name in (
        "pins",
        "engine",
        "prepare",
        "programs",
        "build",
        "tiny_checkpoint",
        "tiny_projector",
        "linux",
        "linux.integration",
    ):
        monkeypatch.delitem(sys.modules, name, raising=False)
    spec = importlib.util.spec_from_file_location("under_test_" + Path(path).stem, PACKAGING / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


def desktop_entry() -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string((PACKAGING / "linux" / "samar.desktop").read_text(encoding="utf-8"))
    return parser["Desktop Entry"]


def test_that_the_desktop_entry_speaks_both_languages_and_opens_gguf() -> None:
    entry = desktop_entry()
    for key in ("Name", "GenericName", "Comment", "Keywords"):
        assert re.search("[a-z]", entry[key])
        assert re.search("[ء-ي]", entry[f"{key}[ar]"])
    assert entry["Exec"].split() == ["samar", "%f"]
    assert entry["MimeType"].split(";")[:-1] == ["application/x-gguf"]
    assert entry["Icon"] == "samar"


def test_that_a_gguf_file_is_known_by_name_and_by_its_first_bytes() -> None:
    space = {"m": "http://www.freedesktop.org/standards/shared-mime-info"}
    kind = ElementTree.parse(PACKAGING / "linux" / "samar-mime.xml").find("m:mime-type", space)
    assert kind is not None
    assert kind.get("type") == "application/x-gguf"
    glob, match = kind.find("m:glob", space), kind.find("m:magic/m:match", space)
    assert glob is not None
    assert glob.get("pattern") == "*.gguf"
    assert match is not None
    assert (match.get("value"), match.get("offset")) == ("GGUF", "0")


def test_that_the_metadata_names_the_same_program_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    integration = load("linux/integration.py", monkeypatch)
    meta = ElementTree.fromstring(integration.filled(f"{integration.APP_ID}.metainfo.xml", VERSION, 0))
    assert meta.findtext("id") == integration.APP_ID
    assert meta.findtext("launchable") == "samar.desktop"
    release = meta.find("releases/release")
    assert release is not None
    assert (release.get("version"), release.get("date")) == (VERSION, "1970-01-01")
    for tag in ("name", "summary"):
        assert {node.get(XML_LANG) for node in meta.findall(tag)} == {None, "ar"}
    paragraphs = meta.findall("description//p") + meta.findall("description//li")
    languages = [node.get(XML_LANG) for node in paragraphs]
    assert languages.count(None) == languages.count("ar") > 3
    assert integration.APP_ID in (PACKAGING / "flatpak" / f"{integration.APP_ID}.yml").read_text(encoding="utf-8")
    assert integration.APP_ID in (PACKAGING / "windows" / "samar.iss").read_text(encoding="utf-8")


def test_that_the_version_stands_in_no_packaging_file(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load("build.py", monkeypatch).version() == VERSION
    for file in PACKAGING.rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            assert VERSION not in file.read_text(encoding="utf-8"), file


def test_that_the_desktops_files_are_installed_where_they_are_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    integration = load("linux/integration.py", monkeypatch)
    for size in integration.PNG_SIZES:
        (tmp_path / f"samar-{size}.png").write_bytes(b"png")
    integration.install(tmp_path / "share", tmp_path, VERSION, 1_800_000_000)
    found = {str(path.relative_to(tmp_path / "share")) for path in (tmp_path / "share").rglob("*") if path.is_file()}
    for wanted in (
        "applications/samar.desktop",
        "mime/packages/samar.xml",
        "icons/hicolor/scalable/apps/samar.svg",
        "icons/hicolor/256x256/apps/samar.png",
        "man/man1/samar.1.gz",
    ):
        assert wanted in found
    assert not any("@" in (tmp_path / "share" / name).read_text("utf-8") for name in found if name.endswith("xml"))


def test_that_an_icon_file_says_where_its_pictures_are(monkeypatch: pytest.MonkeyPatch) -> None:
    icons = load("icons.py", monkeypatch)
    pictures = {16: b"small", 256: b"the large one"}
    made = icons.ico(pictures)
    for number, (size, png) in enumerate(pictures.items()):
        width, _, _, _, _, _, length, offset = struct.unpack_from("<BBBBHHII", made, 6 + 16 * number)
        assert width == size % 256
        assert made[offset : offset + length] == png
    apple = icons.icns({size: bytes([size % 251]) * 3 for size in icons.ICNS_TYPES.values()})
    assert struct.unpack(">I", apple[4:8])[0] == len(apple)


def test_that_every_pinned_package_names_its_licence(monkeypatch: pytest.MonkeyPatch) -> None:
    licences = load("licences.py", monkeypatch)
    pinned = re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8"), re.M)
    installed = {licences.canonical(found.metadata["Name"]): found for found in metadata.distributions()}
    named = {name: licences.licence_of(installed[name]) for name in pinned if name in installed}
    assert len(named) > 40
    assert [name for name, licence in named.items() if not licence] == []


def test_that_the_list_and_the_sbom_hold_every_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    licences = load("licences.py", monkeypatch)
    import msgspec
    import PySide6

    contents = [{"file": "a", "source": msgspec.__file__}, {"file": "b", "source": PySide6.__file__}]
    parts = licences.packages(contents)
    licences.write(parts, tmp_path / "licences")
    names = [part.name for part in parts]
    assert names[0] == "Samar"
    assert {"msgspec", "pyside6-essentials", "Qt", "ICU", "Python"} <= set(names)
    listing = (tmp_path / "licences" / "LICENCES.txt").read_text(encoding="utf-8")
    sbom = json.loads((tmp_path / "licences" / "sbom.cdx.json").read_text(encoding="utf-8"))
    for part in parts:
        assert part.name in listing
    assert [component["name"] for component in sbom["components"]] == names[1:]
    references = [component["bom-ref"] for component in sbom["components"]]
    assert len(set(references)) == len(references)
    assert sbom["metadata"]["component"]["version"] == VERSION
    assert (tmp_path / "licences" / "Samar" / "LICENSE").is_file()
    assert licences.sbom(parts) == sbom, "the same parts, the same document"


def test_that_a_part_without_a_licence_stops_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    licences = load("licences.py", monkeypatch)
    with pytest.raises(SystemExit, match="strange"):
        licences.write([licences.Part("strange", "1", "")], tmp_path / "licences")
    assert not (tmp_path / "licences").exists()


def test_that_checksums_are_those_of_sha256sum(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "b.deb").write_bytes(b"abc")
    (tmp_path / "a.tar.xz").write_bytes(b"")
    sums = load("build.py", monkeypatch).write_sums([tmp_path / "b.deb", tmp_path / "a.tar.xz"])
    assert sums.read_text(encoding="utf-8") == (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a.tar.xz\n"
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  b.deb\n"
    )


def test_that_the_engine_of_an_installer_is_for_any_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = load("engine.py", monkeypatch)
    for system in ("linux", "win32", "darwin"):
        options = engine.options(system, vulkan=False)
        assert options["GGML_NATIVE"] == "OFF"
        assert options["GGML_BACKEND_DL"] == options["GGML_CPU_ALL_VARIANTS"] == "ON"
    plain, vulkan = (engine.options("linux", vulkan=wanted) for wanted in (False, True))
    assert engine.key("pin", plain) != engine.key("pin", vulkan) != engine.key("another pin", vulkan)
    if sys.platform != "win32":
        monkeypatch.setenv("CFLAGS", "-O1")
        assert engine.compiler_flags()["CFLAGS"] == "-O1 -U__AMX_INT8__ -U__AVX512FP16__", "the person's own and ours"
    pinned = engine.pin(engine.NAME)
    assert pinned.startswith("llama-cpp-python==")
    assert pinned.count("--hash=sha256:") >= 1
    assert not pinned.rstrip().endswith("\\")


def test_that_pins_of_packaging_agree_with_those_of_the_program() -> None:
    def pins(name: str) -> dict[str, str]:
        text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        return dict(re.findall(r"^([a-z0-9-]+)==([^ ]+)", text, re.M))

    run, package = pins("run"), pins("package")
    assert "pyinstaller" in package
    assert {name: run[name] for name in package.keys() & run.keys()} == {
        name: package[name] for name in package.keys() & run.keys()
    }


def test_that_the_installer_of_windows_needs_no_administrator_and_speaks_both_languages() -> None:
    script = (PACKAGING / "windows" / "samar.iss").read_text(encoding="utf-8")
    assert "PrivilegesRequired=lowest" in script
    assert "HKLM" not in script
    messages = re.findall(r"^(en|ar)\.(\w+)=", script, re.M)
    english, arabic = ({name for language, name in messages if language == wanted} for wanted in ("en", "ar"))
    assert english == arabic == set(re.findall(r"\{cm:(\w+)\}", script))
    for name in re.findall(r"^Source: \"([^{]+)\"|^LicenseFile=(.+)$", script, re.M):
        assert (PACKAGING / "windows" / "".join(name).replace("\\", "/")).exists()


def test_that_the_entitlements_are_a_property_list() -> None:
    wanted = plistlib.loads((PACKAGING / "macos" / "entitlements.plist").read_bytes())
    assert all(name.startswith("com.apple.security.") and value is True for name, value in wanted.items())


def test_that_the_workflow_and_the_manifest_are_yaml_and_name_what_is_there() -> None:
    import yaml

    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "installers.yml").read_text(encoding="utf-8"))
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    commands = "\n".join(step.get("run", "") for step in steps)
    for script in set(re.findall(r"packaging[/\\]\w+\.py", commands)):
        assert (ROOT / script.replace("\\", "/")).is_file()
    assert {"packaging/build.py", "packaging/smoke_test.py"} <= set(re.findall(r"packaging/\w+\.py", commands))
    manifest = yaml.safe_load((PACKAGING / "flatpak" / "app.samar.Samar.yml").read_text(encoding="utf-8"))
    assert manifest["command"] == "samar"


def test_that_the_tiny_checkpoint_of_the_smoke_test_converts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.converter import small

    folder = load("tiny_checkpoint.py", monkeypatch).write(tmp_path / "tiny")
    outcome = small.run(folder, "--type", "Q8_0", "--out", tmp_path / "tiny.gguf")
    assert outcome.status == 0, outcome.err
    assert (tmp_path / "tiny.gguf").read_bytes()[:4] == b"GGUF"


def test_that_the_tiny_projector_of_the_smoke_test_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from desktop.core.errors import SamarError
    from desktop.core.images import check_image
    from desktop.models.projectors import check_projector

    made = load("tiny_projector.py", monkeypatch)
    path = made.write(tmp_path / "mmproj.gguf")
    check_projector(path, "tiny")
    check_image(made.png((200, 30, 30)), "red.png")
    path.write_bytes(path.read_bytes().replace(b"clip", b"clop"))
    with pytest.raises(SamarError):
        check_projector(path, "tiny")


def test_that_the_smoke_test_and_the_manual_know_every_verb(monkeypatch: pytest.MonkeyPatch) -> None:
    from desktop.cli.app import VERBS

    assert set(load("smoke_test.py", monkeypatch).VERBS) == set(VERBS)
    manual = (PACKAGING / "linux" / "samar.1").read_text(encoding="utf-8")
    for verb in VERBS:
        assert re.search(rf"^\.B samar {verb}$", manual, re.M)
        assert re.search(rf"^\.B {verb}$", manual, re.M)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the format of libraries on Linux")
def test_that_search_paths_of_the_build_machine_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from PySide6 import QtCore

    elf = load("linux/elf.py", monkeypatch)
    shipped = Path(QtCore.__file__).read_bytes()
    assert b"$ORIGIN" in shipped
    library = tmp_path / "library.so"
    library.write_bytes(shipped)
    assert not elf.forget_search_paths(library), "a path beside the library is wanted"
    assert library.read_bytes() == shipped
    library.write_bytes(shipped.replace(b"$ORIGIN", b"/ORIGIN"))
    assert elf.forget_search_paths(library)
    assert len(library.read_bytes()) == len(shipped)
    assert not elf.forget_search_paths(library), "nothing is left"
    text = tmp_path / "text.so"
    text.write_text("no library")
    assert not elf.forget_search_paths(text)


def test_that_actions_are_pinned_by_commit() -> None:
    for workflow in (ROOT / ".github" / "workflows").glob("*.yml"):
        used = re.findall(r"uses:\s*(\S+)", workflow.read_text(encoding="utf-8"))
        assert used
        for action in used:
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), f"{workflow.name}: {action}"


def third_party(folder: str) -> set[str]:
    """Top-level names that the files of a folder import and that are neither ours nor the standard library's."""
    found: set[str] = set()
    for file in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"desktop", "converter"}


def requirement_name(line: str) -> str:
    name = re.match(r"[A-Za-z0-9._-]+", line)
    assert name is not None
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def test_that_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    declared = {requirement_name(line) for line in project["project"]["dependencies"]}
    owners = metadata.packages_distributions()
    owners["shiboken6"] = ["PySide6-Essentials"]  # its other half, of the very same version
    owners["PySide6"] = ["PySide6-Essentials"]  # four distributions fill this package; this one has what Samar uses
    imported = {
        module: {requirement_name(name) for name in owners.get(module, [module])}
        for module in third_party("desktop") | third_party("converter")
    }
    assert {module: names for module, names in imported.items() if not names & declared} == {}
    assert declared - set().union(*imported.values()) == set()


MAKE_NEEDS = re.compile(r"^\t\$\(NEED\) (.+)$", re.MULTILINE)


def test_that_every_program_that_the_makefile_asks_for_has_a_package(monkeypatch: pytest.MonkeyPatch) -> None:
    programs = load("programs.py", monkeypatch)
    asked = {
        name for line in MAKE_NEEDS.findall((ROOT / "Makefile").read_text(encoding="utf-8")) for name in line.split()
    }
    assert {"Xvfb", "openbox", "c++", "glslc"} <= asked
    assert asked <= set(programs.PACKAGES)


def test_that_a_missing_program_is_named_with_its_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    programs = load("programs.py", monkeypatch)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(programs, "ADMIN_FOLDERS", ())
    assert programs.main(["debootstrap", "weston"]) == 1
    said = capsys.readouterr().err
    assert "debootstrap" in said
    assert "weston" in said
    (tmp_path / "weston").write_text("#!/bin/sh\n")
    (tmp_path / "weston").chmod(0o755)
    assert programs.main(["weston"]) == 0
    assert programs.main(["no-such-program"]) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="the roots are Linux's")
def test_that_the_check_of_the_package_ends_in_a_sentence_where_a_program_is_missing(tmp_path: Path) -> None:
    script = PACKAGING / "linux" / "try_in_root.py"
    code = (
        "import os, runpy, sys\n"
        f"sys.path[:0] = [{str(PACKAGING)!r}, {str(script.parent)!r}]\n"
        "import programs\n"
        "programs.ADMIN_FOLDERS = ()\n"
        "os.geteuid = lambda: 0\n"
        f"sys.argv = [{str(script)!r}, '--check']\n"
        f"runpy.run_path({str(script)!r}, run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "debootstrap" in done.stderr
    assert "Traceback" not in done.stderr
