"""A Hub that does harm: it never gets more of the disk, of the memory or of the token than is its own."""

from __future__ import annotations

import contextlib
import gzip
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest

from desktop.core.errors import SamarError
from desktop.core.paths import Paths
from desktop.models import hub as hub_module
from desktop.models.downloads import DownloadQueue
from desktop.models.hub import Hub, Transfer
from desktop.models.library import Library
from desktop.models.repository import HubChoice, HubFile, HubRepository
from tests.fakes.loopback_hub import COMMIT, LoopbackHub
from tests.models.hub.fetching import REPO

TOKEN = "hf_secret"
Answer = Callable[["Strange"], None]


class Strange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    answer: Answer
    seen: list[tuple[str, str]]

    def log_message(self, *_words: object) -> None: ...

    def do_GET(self) -> None:
        self.seen.append((self.path, self.headers.get("Authorization", "")))
        type(self).answer(self)

    do_HEAD = do_GET

    def send(self, body: bytes, headers: dict[str, str] | None = None, status: int = 200) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@contextmanager
def strange(answer: Answer) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A server that answers as it likes: its address, and (path, Authorization) of what was asked."""
    seen: list[tuple[str, str]] = []
    handler = type("Handler", (Strange,), {"answer": staticmethod(answer), "seen": seen})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # the client hangs up on it
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def asking(endpoint: str) -> Hub:
    return Hub(lambda: True, endpoint, token=lambda: TOKEN)


def listed(**changes: Any) -> bytes:
    facts = {"id": REPO, "modelId": REPO, "downloads": 5, "likes": 1, "gated": False, "tags": ["gguf"], "sha": COMMIT}
    return json.dumps({**facts, "siblings": [], **changes}).encode()


def described(name: object = "a.gguf", **changes: Any) -> dict[str, Any]:
    lfs = {"sha256": "a" * 64, "size": 5, "pointerSize": 1}
    return {"rfilename": name, "size": 5, "blobId": "0" * 40, "lfs": lfs, **changes}


def lfs(**changes: Any) -> dict[str, Any]:
    return {"sha256": "a" * 64, "size": 5, "pointerSize": 1, **changes}


# ---- the token


def test_that_the_token_follows_no_page_to_another_host(world: LoopbackHub) -> None:
    with strange(lambda other: other.send(b"[" + listed() + b"]")) as (elsewhere, seen_there):
        further = {"Link": f'<{elsewhere}/api/models?p=2>; rel="next"'}
        with strange(lambda home: home.send(b"[" + listed() + b"]", further)) as (endpoint, seen):
            assert asking(endpoint).search("x", limit=2)
    assert {token for _, token in seen} == {f"Bearer {TOKEN}"}
    assert seen_there and {token for _, token in seen_there} == {""}


def test_that_the_token_follows_no_redirect(world: LoopbackHub, tmp_path: Path) -> None:
    promised = {"X-Repo-Commit": COMMIT, "X-Linked-Size": "4", "X-Linked-Etag": "e", "ETag": "e"}
    with strange(lambda other: other.send(b"GGUF")) as (elsewhere, seen_there):

        def moved(home: Strange) -> None:
            home.send(b"", {**promised, "Location": f"{elsewhere}/x"}, 302)

        with strange(moved) as (endpoint, seen):
            asking(endpoint).fetch(
                REPO, COMMIT, HubFile(name="a.gguf", size=4, sha256=""), tmp_path / "a", Transfer(), print
            )
    assert {token for _, token in seen} == {f"Bearer {TOKEN}"}
    assert seen_there and {token for _, token in seen_there} == {""}


# ---- the disk


def fetched(hub: Hub, target: Path, size: int = 1000) -> str:
    with pytest.raises(SamarError) as caught:
        hub.fetch(REPO, COMMIT, HubFile(name="a.gguf", size=size, sha256=""), target, Transfer(), lambda _: None)
    assert caught.value.code == "download_damaged"
    return caught.value.details["reason"]


def test_that_an_answer_without_end_stops_at_the_promised_size(world: LoopbackHub, tmp_path: Path) -> None:
    def endless(home: Strange) -> None:
        home.send_response(200)
        for name, value in {"X-Repo-Commit": COMMIT, "X-Linked-Size": "1000", "X-Linked-Etag": "e"}.items():
            home.send_header(name, value)
        home.send_header("Transfer-Encoding", "chunked")
        home.end_headers()
        while home.command != "HEAD":
            home.wfile.write(b"10000\r\n" + bytes(0x10000) + b"\r\n")

    with strange(endless) as (endpoint, _):
        assert fetched(asking(endpoint), tmp_path / "part") == "more than 1000 bytes"
    assert (tmp_path / "part").stat().st_size <= 1000


def test_that_what_comes_compressed_is_refused(world: LoopbackHub, tmp_path: Path) -> None:
    packed = gzip.compress(bytes(50 << 20))
    headers = {"X-Repo-Commit": COMMIT, "X-Linked-Size": "1000", "X-Linked-Etag": "e", "Content-Encoding": "gzip"}
    with strange(lambda home: home.send(packed, headers)) as (endpoint, _):
        assert fetched(asking(endpoint), tmp_path / "part") == "it came compressed"
        with pytest.raises(SamarError) as caught:
            asking(endpoint).search("x")
    assert caught.value.code == "hub_odd"
    assert not (tmp_path / "part").exists() or not (tmp_path / "part").stat().st_size


def test_that_what_was_too_long_is_thrown_away(world: LoopbackHub, queue: DownloadQueue, content: bytes) -> None:
    """Kept, it would be gone on with at the next try."""
    name = f"{REPO}/Tiny-Q8_0.gguf"
    one = queue.add(queue.hub.repository(REPO), queue.hub.repository(REPO).choices[0])
    world.promised[name] = content
    world.files[name] = content + bytes(200_000)
    with pytest.raises(SamarError) as caught:
        queue.run(one, Transfer())
    assert caught.value.code == "download_damaged"
    assert not list(queue.partial.rglob("*.part"))
    world.files[name] = content
    world.promised.clear()
    assert Path(queue.run(one, Transfer()).path).read_bytes() == content


# ---- what it says


def test_that_an_answer_of_any_size_takes_little_memory(world: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "MOST_OF_AN_ANSWER", 100_000)
    for body in (b"x" * 200_000, listed(siblings=[described(f"f{number}.gguf") for number in range(2000)])):
        with strange(lambda home, body=body: home.send(body)) as (endpoint, _):
            with pytest.raises(SamarError) as caught:
                asking(endpoint).repository(REPO)
            assert caught.value.code == "hub_odd"


@pytest.mark.parametrize(
    "wrong",
    [
        described(5),
        described(size="x", lfs=None),
        described(size=-5, lfs=None),
        described(lfs=lfs(size=float("inf"))),
        described(lfs=lfs(size=-5)),
        described(lfs=lfs(size=10**30)),
        described(lfs=lfs(size="x")),
        described(lfs=lfs(sha256=5)),
        described(lfs=lfs(sha256="../../x")),
        described(blobId=[1]),
        described("../../evil.gguf"),
        described("/abs/evil.gguf"),
        described("..\\evil.gguf"),
        described("C:evil.gguf"),
        described("a//b.gguf"),
        described(".gguf"),
        described("a/.hidden.gguf"),
        described("con.gguf"),
        described("x.gguf\n"),
        described("a" * 300 + ".gguf"),
        described("<img src='file:'>.gguf"),
        described("x\u202egguf.gguf"),
    ],
)
def test_that_a_file_that_is_described_wrongly_costs_the_others_nothing(
    world: LoopbackHub, wrong: dict[str, Any]
) -> None:
    body = listed(siblings=[wrong, described("right.gguf")])
    with strange(lambda home: home.send(body)) as (endpoint, _):
        found = asking(endpoint).repository(REPO)
    assert [file.name for choice in found.choices for file in choice.files] == ["right.gguf"]


@pytest.mark.parametrize(
    "changes",
    [{"siblings": "x"}, {"siblings": ["x"]}, {"tags": [1, None]}, {"tags": "gguf"}, {"tags": 5}, {"sha": "../x"},
     {"sha": [1]}, {"lastModified": "yesterday"}, {"gated": [1]}],
)  # fmt: skip
def test_that_a_listing_of_wrong_types_is_read_or_a_sentence(world: LoopbackHub, changes: dict[str, Any]) -> None:
    body = listed(**changes)
    with strange(lambda home: home.send(body)) as (endpoint, _), contextlib.suppress(SamarError):  # others fail
        assert asking(endpoint).repository(REPO).commit in (COMMIT, "main")


@pytest.mark.parametrize(
    "body", [b"[", b"null", b"[" * 100_000 + b"]" * 100_000, b'{"id": ' + b"9" * 10_000 + b"}", b"\xff\xfe"]
)
def test_that_what_is_no_listing_is_a_sentence(world: LoopbackHub, body: bytes) -> None:
    with strange(lambda home: home.send(body)) as (endpoint, _):
        for question in (lambda hub: hub.repository(REPO), lambda hub: hub.search("x")):
            with pytest.raises(SamarError) as caught:
                question(asking(endpoint))
            assert caught.value.code in ("hub_odd", "hub_failed")


@pytest.mark.parametrize(
    "changes",
    [{"downloads": "many"}, {"downloads": float("inf")}, {"likes": [1]}, {"tags": [None]}, {"tags": 5}, {"gguf": "x"},
     {"gguf": {"total": float("nan")}}, {"id": 5}, {"id": "../../x"}, {"id": "<b>x</b>/y"}],
)  # fmt: skip
def test_that_a_repository_that_is_described_wrongly_costs_the_others_nothing(
    world: LoopbackHub, changes: dict[str, Any]
) -> None:
    body = b"[" + listed(**changes) + b"," + listed(id="owner/right", modelId="owner/right") + b"]"
    with strange(lambda home: home.send(body)) as (endpoint, _):
        found = asking(endpoint).search("x")
    assert found[-1].repo == "owner/right"
    assert {one.repo for one in found} <= {"owner/right", REPO}


# ---- the queue


def repository_of(file: HubFile) -> HubRepository:
    choice = HubChoice(quantization="", files=(file,))
    return HubRepository(repo=REPO, commit=COMMIT, licence="", gated=False, choices=(choice,), projectors=())


@pytest.mark.parametrize("changes", [{"sha256": 5}, {"size": 10**30}, {"blob": [1]}, {"name": None}])
def test_that_one_wrong_download_never_costs_the_queue(queue: DownloadQueue, changes: dict[str, Any]) -> None:
    good = HubFile(name="good.gguf", size=4, sha256="a" * 64)
    right = repository_of(good)
    queue.add(right, right.choices[0])
    wrong = repository_of(msgspec.structs.replace(good, **{"name": "bad.gguf", **changes}))
    with pytest.raises(SamarError) as caught:
        queue.add(wrong, wrong.choices[0])
    assert caught.value.code in ("hub_odd", "download_no_space")
    assert [one.name for one in queue.downloads()] == ["good.gguf"]


def test_that_a_wrong_entry_on_the_disk_costs_itself_only(queue: DownloadQueue, data_dir: Path) -> None:
    right = repository_of(HubFile(name="good.gguf", size=4, sha256="a" * 64))
    queue.add(right, right.choices[0])
    kept = json.loads(queue.path.read_bytes())
    kept["downloads"] = [{"id": 5}, {**kept["downloads"][0], "id": "b", "files": []}, *kept["downloads"], "x"]
    queue.path.write_text(json.dumps(kept))
    again = DownloadQueue(queue.hub, Library(Paths.under(data_dir), places=list))
    assert [one.name for one in again.downloads()] == ["good.gguf"]
    assert not list(data_dir.glob("downloads-damaged*"))


def test_that_a_queue_that_can_not_be_read_now_is_not_replaced(
    queue: DownloadQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A virus scanner that holds the file must not cost the queue."""
    right = repository_of(HubFile(name="good.gguf", size=4, sha256="a" * 64))
    one = queue.add(right, right.choices[0])
    before = queue.path.read_bytes()

    def held(path: Path) -> bytes:
        assert path == queue.path
        raise PermissionError(13, "sharing violation")

    with monkeypatch.context() as patch:
        patch.setattr("desktop.models.downloads.read_text_regular", held)
        assert [found.id for found in queue.downloads()] == [one.id]
        with pytest.raises(SamarError):
            queue.cancel(one.id)
    assert queue.path.read_bytes() == before


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("harm", [b"\xff", b"\0", b'"'])
def test_that_a_queue_whose_structure_is_damaged_in_one_entry_keeps_the_others(
    queue: DownloadQueue, data_dir: Path, number: int, harm: bytes
) -> None:
    names = ["a.gguf", "b.gguf", "c.gguf"]
    for name in names:
        right = repository_of(HubFile(name=name, size=4, sha256="a" * 64))
        queue.add(right, right.choices[0])
    before = queue.path.read_bytes()
    at = before.index(f'"{names[number]}"'.encode()) + 3
    damaged = before[:at] + harm + before[at + 1 :]
    queue.path.write_bytes(damaged)
    again = DownloadQueue(queue.hub, Library(Paths.under(data_dir), places=list))
    others = [name for name in names if name != names[number]]
    assert [one.name for one in again.downloads()] == others
    again.recover()
    assert [one.name for one in DownloadQueue(queue.hub, again.library).downloads()] == others
    (aside,) = data_dir.glob("downloads-damaged*")
    assert aside.read_bytes() == damaged
