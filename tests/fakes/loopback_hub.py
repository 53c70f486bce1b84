"""A Hub on the loopback that speaks as much of the Hub's interface as Samar uses, and misbehaves on request.

Large files answer with a redirect to another host (localhost beside 127.0.0.1), as on the real one: what the Hub promises
of a file stands in the headers of that redirect.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class LoopbackHub:
    """files: content by "owner/name/path". The other fields are misbehaviours, changed by a test at any time."""

    files: dict[str, bytes] = field(default_factory=dict)
    gated: set[str] = field(default_factory=set)
    """Repositories that ask for a token."""
    token: str = ""
    """The one that opens gated repositories; with any other they answer 403."""
    moved: dict[str, str] = field(default_factory=dict)
    refuse: Callable[[str, str], tuple[int, dict[str, str]] | None] = lambda method, path: None
    """(method, path) → status and headers instead of an answer."""
    ignore_range: bool = False
    wrong_range: bool = False
    """A part is asked for, and said to be sent, and what is sent is the beginning."""
    hang_ups: int = 0
    """The next so many requests get no answer: their connection is closed."""
    portal: bool = False
    """A network that wants one to sign in first answers everything with a page of its own."""
    promised: dict[str, bytes] = field(default_factory=dict)
    """Content that is promised in the place of what is sent."""
    short_by: int = 0
    """Bytes that the sent file lacks, its length told honestly."""
    drop_after: list[int] = field(default_factory=list)
    """The connection of the next answers breaks after so many bytes."""
    gate: threading.Event | None = None
    """An answer stops after its first piece until this is set."""
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    """(method, path, Range)"""
    agents: list[str] = field(default_factory=list)
    paused: threading.Event = field(default_factory=threading.Event)
    """Set while an answer waits for the gate."""
    port: int = 0

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def repositories(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for key in self.files:
            owner, name, path = key.split("/", 2)
            found.setdefault(f"{owner}/{name}", []).append(path)
        return found

    @contextmanager
    def serving(self) -> Iterator[LoopbackHub]:
        hub = self

        class Handler(_Handler):
            world = hub

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            if self.gate:
                self.gate.set()
            server.shutdown()
            server.server_close()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    world: LoopbackHub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_words: object) -> None: ...

    def do_HEAD(self) -> None:
        self._answer("HEAD")

    def do_GET(self) -> None:
        self._answer("GET")

    def _answer(self, method: str) -> None:
        world, url = self.world, urlsplit(self.path)
        path = unquote(url.path)
        world.requests.append((method, path, self.headers.get("Range", "")))
        world.agents.append(self.headers.get("User-Agent", ""))
        if world.hang_ups > 0:
            world.hang_ups -= 1
            self.close_connection = True
            return None
        if world.portal:
            return self._send(200, {"Content-Type": "text/html"}, b"" if method == "HEAD" else b"<html>sign in</html>")
        if refusal := world.refuse(method, path):
            return self._send(refusal[0], {**refusal[1]}, b"")
        if path == "/api/models":
            return self._search(parse_qs(url.query))
        if path.startswith("/api/models/"):
            return self._model(path.removeprefix("/api/models/"))
        if path.startswith("/cdn/"):
            return self._content(method, path.removeprefix("/cdn/"))
        if "/resolve/" in path:
            return self._resolve(path)
        return self._send(404, {}, b"")

    def _search(self, query: dict[str, list[str]]) -> None:
        words = query.get("search", [""])[0].casefold()
        found = [self._facts(repo) for repo in self.world.repositories() if words in repo.casefold()]
        self._json(found[: int(query.get("limit", ["100"])[0])])

    def _facts(self, repo: str) -> dict[str, Any]:
        return {
            "id": repo,
            "modelId": repo,
            "downloads": 1000 - len(repo),
            "likes": 7,
            "lastModified": "2026-01-02T03:04:05.000Z",
            "gated": "manual" if repo in self.world.gated else False,
            "tags": ["gguf", "ar", "en", "license:apache-2.0"],
            "gguf": {"total": 1_234_567, "architecture": "llama", "context_length": 4096},
            "sha": COMMIT,
        }

    def _model(self, rest: str) -> None:
        repo = "/".join(rest.split("/")[:2])
        if repo in self.world.moved:
            return self._send(307, {"Location": f"/api/models/{self.world.moved[repo]}"}, b"")
        paths = self.world.repositories().get(repo)
        if paths is None:
            return self._send(404, {"X-Error-Code": "RepoNotFound"}, b"")
        siblings = []
        for name in paths:
            data = self.world.promised.get(f"{repo}/{name}", self.world.files[f"{repo}/{name}"])
            digest = hashlib.sha256(data).hexdigest()
            siblings.append(
                {
                    "rfilename": name,
                    "size": len(data),
                    "blobId": "0" * 40,
                    "lfs": {"sha256": digest, "size": len(data), "pointerSize": 135},
                }
            )
        return self._json({**self._facts(repo), "siblings": siblings})

    def _resolve(self, path: str) -> None:
        repo, _, rest = path.lstrip("/").partition("/resolve/")
        name = rest.partition("/")[2]
        if repo in self.world.moved:
            return self._send(307, {"Location": f"/{self.world.moved[repo]}/resolve/{rest}"}, b"")
        if repo in self.world.gated:
            given = self.headers.get("Authorization", "")
            if not given:
                return self._send(401, {"X-Error-Code": "GatedRepo"}, b"")
            if given != f"Bearer {self.world.token}":
                return self._send(403, {"X-Error-Code": "GatedRepo"}, b"")
        data = self.world.promised.get(f"{repo}/{name}", self.world.files.get(f"{repo}/{name}"))
        if data is None:
            return self._send(404, {"X-Error-Code": "EntryNotFound"}, b"")
        headers = {
            "X-Repo-Commit": COMMIT,
            "X-Linked-Etag": f'"{hashlib.sha256(data).hexdigest()}"',
            "X-Linked-Size": str(len(data)),
            "Location": f"http://localhost:{self.world.port}/cdn/{repo}/{quote(name)}",
        }
        return self._send(302, headers, b"")

    def _content(self, method: str, key: str) -> None:
        world = self.world
        assert "Authorization" not in self.headers, "a token left the Hub"
        data = world.files[key]
        data = data[: len(data) - world.short_by]
        start, status, headers = 0, 200, {"ETag": '"x"', "Accept-Ranges": "bytes"}
        asked = self.headers.get("Range", "")
        if asked.startswith("bytes=") and not world.ignore_range:
            start = int(asked.removeprefix("bytes=").partition("-")[0])
            if start >= len(data):
                return self._send(416, {"Content-Range": f"bytes */{len(data)}"}, b"")
            status = 206
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            if world.wrong_range:
                data = data[: len(data) - start]
                return self._send(status, headers, b"" if method == "HEAD" else data, length=len(data))
        return self._send(status, headers, b"" if method == "HEAD" else data[start:], length=len(data) - start)

    def _json(self, value: object) -> None:
        self._send(200, {"Content-Type": "application/json"}, json.dumps(value).encode())

    def _send(self, status: int, headers: dict[str, str], body: bytes, length: int | None = None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        cut = self.world.drop_after.pop(0) if body and length is not None and self.world.drop_after else None
        try:
            for at in range(0, len(body), 16_384):
                if cut is not None and at >= cut:
                    self.close_connection = True
                    return
                self.wfile.write(body[at : at + 16_384])
                if self.world.gate and length is not None:
                    self.world.paused.set()
                    self.world.gate.wait(30)
        except OSError:
            self.close_connection = True
