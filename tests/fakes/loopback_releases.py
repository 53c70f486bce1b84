"""A release page on the loopback, with its files, that misbehaves on request."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from desktop.updates import signature

INSTALLER = "samar_{version}_amd64.deb"


@dataclass
class LoopbackReleases:
    """One published release. Change `version`, then `publish`; the other fields are misbehaviours."""

    private: str
    version: str = "9.1.0"
    installer: bytes = b"an installer " * 50_000
    files: dict[str, bytes] = field(default_factory=dict)
    page: bytes | None = None
    """Said in the place of the description."""
    status: dict[str, int] = field(default_factory=dict)
    """Status instead of an answer, by path."""
    redirects: dict[str, str] = field(default_factory=dict)
    """Where a path leads."""
    cut: set[str] = field(default_factory=set)
    """Paths of which only the half comes, although the whole was announced."""
    endless: set[str] = field(default_factory=set)
    """Paths that never end, of no announced length."""
    gate: threading.Event | None = None
    """Installers stop after their first piece until this is set."""
    waiting: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/latest"

    @property
    def name(self) -> str:
        return INSTALLER.format(version=self.version)

    def publish(self) -> None:
        """Put the installer, its checksums and their signature where they belong."""
        digest = hashlib.sha256(self.installer).hexdigest()
        sums = f"{'0' * 64}  another.exe\n{digest}  {self.name}\n".encode()
        self.files = {
            self.name: self.installer,
            "SHA256SUMS": sums,
            "SHA256SUMS.minisig": signature.sign(sums, self.private, self.version),
        }

    def description(self) -> bytes:
        assets = [
            {"name": name, "size": len(data), "browser_download_url": f"http://127.0.0.1:{self.port}/{name}", "id": 1}
            for name, data in self.files.items()
        ]
        page = {"tag_name": f"v{self.version}", "html_url": "https://example.org/", "assets": assets, "draft": False}
        return json.dumps(page).encode()

    @contextmanager
    def serving(self) -> Iterator[LoopbackReleases]:
        world = self

        class Handler(_Handler):
            releases = world

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        self.publish()
        try:
            yield self
        finally:
            if self.gate:
                self.gate.set()
            server.shutdown()
            server.server_close()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    releases: LoopbackReleases
    protocol_version = "HTTP/1.1"

    def log_message(self, *_words: object) -> None: ...

    def do_GET(self) -> None:
        world, path = self.releases, self.path.removeprefix("/")
        world.asked.append(path)
        if path in world.status:
            return self._head(world.status[path], {"Content-Length": "0"})
        if path in world.redirects:
            return self._head(302, {"Location": world.redirects[path], "Content-Length": "0"})
        if path == "latest":
            data = world.description() if world.page is None else world.page
        else:
            data = world.files.get(path, b"")
        if path in world.endless:
            return self._flow()
        self._head(200 if data else 404, {"Content-Length": str(len(data))})
        self._send(data[: len(data) // 2] if path in world.cut else data, held=path == world.name)
        if path in world.cut:
            self.close_connection = True
        return None

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _send(self, data: bytes, *, held: bool) -> None:
        try:
            for at in range(0, len(data), 16_384):
                self.wfile.write(data[at : at + 16_384])
                if held and self.releases.gate:
                    self.releases.waiting.set()
                    self.releases.gate.wait(30)
        except OSError:
            self.close_connection = True

    def _flow(self) -> None:
        self.close_connection = True
        self._head(200, {"Connection": "close"})
        try:
            while True:
                self.wfile.write(b" " * 65_536)
        except OSError:
            return
