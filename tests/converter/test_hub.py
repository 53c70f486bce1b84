"""Hub ids: a hub on the loopback interface serves a checkpoint; only what is needed is fetched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from converter.errors import ExitStatus as S
from converter.hub import _remove_left_over
from desktop.__main__ import with_leave
from desktop.core.paths import Paths
from desktop.core.program import Role, child_command
from desktop.core.settings import Settings, SettingsFile
from tests.converter.gguf_digest import digest
from tests.converter.small import LLAMA, left_in, run, small_llama, weights_of
from tests.converter.synthetic.checkpoints import put, write_weights

ROOT = Path(__file__).resolve().parents[2]
COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(ThreadingHTTPServer):
    """Serves one folder as someone/Small-Llama-v1; notes how many bytes of which file were asked for."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.sent: dict[str, int] = {}
        self.tokens: set[str] = set()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Hub

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        self.server.tokens.add(self.headers.get("Authorization", ""))
        path = self.path.partition("?")[0].strip("/")
        api = "api/models/someone/Small-Llama-v1"
        if path in (api, f"{api}/revision/main", f"{api}/revision/v2", f"{api}/revision/{COMMIT}"):
            files = [
                {"rfilename": file.name, "size": file.stat().st_size} for file in sorted(self.server.folder.iterdir())
            ]
            self._send(
                json.dumps({"id": "someone/Small-Llama-v1", "sha": COMMIT, "siblings": files}).encode(), body=body
            )
            return
        _, resolve, rest = path.partition(f"someone/Small-Llama-v1/resolve/{COMMIT}/")
        file = self.server.folder / rest
        if not resolve or not file.is_file():
            self.send_response(404)
            code = "RevisionNotFound" if "/revision/" in path and "Small" in path else "RepoNotFound"
            self.send_header("X-Error-Code", code)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self._send(file.read_bytes(), body=body, name=file.name)

    def _send(self, data: bytes, *, body: bool, name: str = "") -> None:
        span = self.headers.get("Range", "").removeprefix("bytes=")
        if span and body:
            first, _, last = span.partition("-")
            part = data[int(first) : int(last) + 1 if last else len(data)]
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{int(first) + len(part) - 1}/{len(data)}")
            data = part
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("ETag", f'"{name}-{len(data)}"')
        self.end_headers()
        if body:
            self.server.sent[name] = self.server.sent.get(name, 0) + len(data)
            self.wfile.write(data)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    folder = small_llama(tmp_path / "served")
    (folder / "pytorch_model.bin").write_bytes(b"pickle" * 100)
    (folder / "original.pth").write_bytes(b"pickle" * 100)
    server = Hub(folder)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def command(
    hub: Hub, tmp_path: Path, *arguments: object, more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    (tmp_path / "temporary").mkdir(exist_ok=True)
    environment = {
        **os.environ,
        "TMPDIR": str(tmp_path / "temporary"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "HF_ENDPOINT": hub.address,
        "HF_HUB_OFFLINE": "0",
        "HF_HOME": str(tmp_path / "hub cache"),
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "NO_PROXY": "127.0.0.1",
        **(more or {}),
    }
    return subprocess.run(
        child_command(Role.CONVERTER, *map(str, arguments), *([] if "--no-network" in arguments else ["--network"])),
        capture_output=True, text=True, cwd=ROOT, env=environment, check=False,
    )  # fmt: skip


@pytest.fixture
def out(tmp_path: Path) -> Path:
    place = tmp_path / "out"
    place.mkdir()
    return place


def test_that_a_hub_id_becomes_the_file_that_its_clone_becomes(hub: Hub, out: Path, tmp_path: Path) -> None:
    done = command(hub, tmp_path, "someone/Small-Llama-v1", "--type", "F16", "--out", out)
    assert done.returncode == 0, done.stderr
    assert left_in(out) == ["Small-Llama-111K-v1-F16.gguf"]
    assert run(hub.folder, "--type", "F16", "--out", tmp_path / "clone.gguf").status == 0
    assert digest(out / left_in(out)[0]) == digest(tmp_path / "clone.gguf")
    assert not {"pytorch_model.bin", "original.pth"} & set(hub.sent)


def test_that_a_plan_fetches_headers_only(hub: Hub, out: Path, tmp_path: Path) -> None:
    weights = hub.folder / "model.safetensors"
    done = command(hub, tmp_path, "someone/Small-Llama-v1@v2", "--plan", "--json", "--out", out)
    assert done.returncode == 0, done.stderr
    plan = json.loads(done.stdout)
    assert plan["source_bytes"] == sum(array.nbytes for array in weights_of(LLAMA).values())
    assert plan["name"] == "Small Llama v1"
    assert hub.sent["model.safetensors"] < weights.stat().st_size / 10
    assert left_in(out) == []
    assert left_in(tmp_path / "temporary") == []


def test_that_shards_are_fetched_and_a_stale_single_file_is_not(hub: Hub, out: Path, tmp_path: Path) -> None:
    write_weights(hub.folder, weights_of(LLAMA), shards=2, scatter=False)
    done = command(hub, tmp_path, "someone/Small-Llama-v1", "--revision", "main", "--type", "F16", "--out", out)
    assert done.returncode == 0, done.stderr
    assert "model.safetensors" not in hub.sent


@pytest.mark.parametrize(("arguments", "status", "names"), [
    (("someone/Absent",), S.DOWNLOAD_FAILED, "no such repository"),
    (("someone/Small-Llama-v1@v9",), S.DOWNLOAD_FAILED, "v9"),
    (("not a hub id",), S.NOT_A_CHECKPOINT, "not a hub id"),
])  # fmt: skip
def test_that_what_is_not_there_is_said(
    arguments: tuple[str], status: S, names: str, hub: Hub, out: Path, tmp_path: Path
) -> None:
    done = command(hub, tmp_path, *arguments, "--out", out)
    assert done.returncode == status
    assert len(done.stderr.splitlines()) == 1
    assert names in done.stderr
    assert left_in(out) == []


def test_that_a_repository_of_pickles_is_refused(hub: Hub, out: Path, tmp_path: Path) -> None:
    (hub.folder / "model.safetensors").unlink()
    done = command(hub, tmp_path, "someone/Small-Llama-v1", "--out", out)
    assert done.returncode == S.PICKLE_ONLY
    assert set(hub.sent) == {""}


def test_that_no_connection_is_one_sentence(hub: Hub, out: Path, tmp_path: Path) -> None:
    put(hub.folder / "note.txt", "")
    closed = Hub(hub.folder)
    closed.server_close()  # the address of a hub that is gone
    done = command(closed, tmp_path, "someone/Small-Llama-v1", "--out", out)
    assert done.returncode == S.DOWNLOAD_FAILED
    assert len(done.stderr.splitlines()) == 1
    assert left_in(out) == []


def test_that_nobody_is_asked_without_leave(hub: Hub, out: Path, tmp_path: Path) -> None:
    for more in ((), ("--plan",)):
        done = command(hub, tmp_path, "someone/Small-Llama-v1", "--out", out, *more, "--no-network")
        assert done.returncode == S.NETWORK_OFF
        assert len(done.stderr.splitlines()) == 1 and "--network" in done.stderr
    assert hub.sent == {} and left_in(out) == []


def test_that_the_base_of_an_adapter_is_not_asked_for_without_leave(hub: Hub, out: Path, tmp_path: Path) -> None:
    adapter = tmp_path / "adapter"
    put(adapter / "adapter_config.json", {"base_model_name_or_path": "someone/Small-Llama-v1", "peft_type": "LORA"})
    done = command(hub, tmp_path, adapter, "--out", out, "--no-network")
    assert done.returncode == S.NETWORK_OFF and hub.sent == {}


def test_that_the_token_comes_from_the_keyring(hub: Hub, out: Path, tmp_path: Path) -> None:
    (tmp_path / "kept.py").write_text(
        "import keyring.backend\n"
        "class Ring(keyring.backend.KeyringBackend):\n"
        "    priority = 1\n"
        "    def get_password(self, service, user): return f'hf_{service}_{user}'\n"
        "    def set_password(self, *words): raise AssertionError\n"
    )
    more = {"PYTHON_KEYRING_BACKEND": "kept.Ring", "PYTHONPATH": str(tmp_path), "HF_TOKEN": ""}
    done = command(hub, tmp_path, "someone/Small-Llama-v1", "--plan", "--json", "--out", out, more=more)
    assert done.returncode == 0, done.stderr
    assert hub.tokens == {"Bearer hf_samar_hugging-face"}
    hub.tokens.clear()
    command(hub, tmp_path, "someone/Small-Llama-v1", "--plan", "--json", "--out", out)
    assert hub.tokens == {""}


def test_that_the_settings_give_the_leave(tmp_path: Path) -> None:
    assert with_leave(["a/b"], tmp_path) == ["a/b"]
    SettingsFile(Paths.under(tmp_path).settings).save(Settings(network_allowed=True))
    assert with_leave(["a/b"], tmp_path) == ["a/b", "--network"]
    assert with_leave(["a/b", "--no-network"], tmp_path) == ["a/b", "--no-network"]


def test_that_headers_of_a_plan_that_was_killed_go_with_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    killed, own, other = (tmp_path / f"samar-plan-{name}" for name in (f"{process.pid}-x", f"{os.getpid()}-x", "mine"))
    for folder in (killed, own, other):
        folder.mkdir()
        (folder / "model.safetensors").write_bytes(b"x")
    _remove_left_over()
    assert [path.is_dir() for path in (killed, own, other)] == [False, True, True]
