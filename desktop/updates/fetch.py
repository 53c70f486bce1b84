"""Asking the release page and fetching what it offers, in a worker's thread.

Every answer is bounded; a redirect is followed only to where the page's own files live; what is not signed and does not
have the signed checksum never gets its name.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from desktop.core import private_files
from desktop.core.errors import SamarError
from desktop.core.network import failed, prepare_proxies, unusable_proxy
from desktop.updates import release, signature
from desktop.updates.release import Asset, Release, Source

if TYPE_CHECKING:
    import httpx2

PIECE = 256 * 1024
MOST_OF_A_PAGE = 2_000_000
MOST_REDIRECTS = 5
HEADERS = {"User-Agent": "samar", "Accept": "application/vnd.github+json, */*", "Accept-Encoding": "identity"}
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Stopped(Exception):  # noqa: N818 - a state, not an error
    """The person cancelled, or Samar closes."""


class Updater:
    """Checks for a new version and fetches it. allowed: asked before each request. Used from a worker's thread."""

    def __init__(
        self,
        source: Source,
        current: str,
        suffixes: tuple[str, ...],
        folder: Path,
        allowed: Callable[[], bool],
    ) -> None:
        self.source, self.current, self.suffixes = source, current, suffixes
        self.folder, self.allowed = folder, allowed
        self._stopping = threading.Event()
        self._socket: socket.socket | None = None

    def begin(self) -> None:
        """Before a check or a fetch: what was stopped earlier is forgotten."""
        self._stopping.clear()

    def stop(self) -> None:
        """End what runs, from any thread, even while the other side says nothing; it raises Stopped."""
        self._stopping.set()
        self._hang_up()

    def _hang_up(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError, ValueError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def _watch(self, event: str, info: dict[str, Any]) -> None:
        """The trace of a request: take hold of its connection as soon as there is one."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):  # directly, or by way of a SOCKS proxy
            self._socket = info["return_value"].get_extra_info("socket")
            if self._stopping.is_set():
                self._hang_up()

    def check(self) -> Release | None:
        """What is newer than this Samar, or None. Raises SamarError network_off, update_…"""
        if not self.source.page or not self.source.keys:
            raise SamarError("update_unpublished")
        if not self.suffixes:
            raise SamarError("update_from_source")
        with self._speaking() as client:
            raw = self._small(client, self.source.page, MOST_OF_A_PAGE)
        return release.read(raw, self.current, self.suffixes)

    def fetch(self, found: Release, progress: Callable[[int, int], None]) -> Path:
        """The checked installer. progress: bytes that are here, bytes in all. Raises Stopped, SamarError update_…"""
        if release.number(found.version) <= release.number(self.current):
            raise SamarError("update_other_version", version=found.version)
        with self._speaking() as client:
            sums = self._small(client, found.sums.browser_download_url, MOST_OF_A_PAGE)
            signed = self._small(client, found.signature.browser_download_url, signature.MOST_BYTES)
            signature.check(sums, signed, self.source.keys, found.version)
            digest = release.checksum(sums, found.installer.name)
            target = self.folder / found.installer.name
            part = target.with_name(f"{target.name}.part")
            try:
                self._make_room(found.installer)
                self._download(client, found.installer, part, digest, progress)
                part.replace(target)
            except OSError as problem:
                full = problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
                raise (
                    SamarError("disk_full")
                    if full
                    else SamarError("download_unwritable", folder=self.folder, reason=problem.strerror or "?")
                ) from problem
            finally:
                with contextlib.suppress(OSError):
                    part.unlink(missing_ok=True)
        return target

    def _make_room(self, asset: Asset) -> None:
        if asset.size > release.MOST_BYTES:
            raise SamarError("update_too_large", name=asset.name)
        shutil.rmtree(self.folder, ignore_errors=True)  # what was fetched for an earlier version
        private_files.make_folder(self.folder)
        free = shutil.disk_usage(self.folder).free
        if free < asset.size:
            sizes = {"needed": f"{asset.size / 1e6:.0f} MB", "free": f"{free / 1e6:.0f} MB"}
            raise SamarError("download_no_space", name=asset.name, **sizes)

    def _download(
        self, client: httpx2.Client, asset: Asset, part: Path, digest: str, progress: Callable[[int, int], None]
    ) -> None:
        hashed = hashlib.sha256()
        with self._answer(client, asset.browser_download_url) as answer, part.open("wb") as file:
            held = 0
            for piece in self._pieces(answer, asset):
                held += len(piece)
                if held > asset.size:
                    raise SamarError("update_too_large", name=asset.name)
                file.write(piece)
                hashed.update(piece)
                progress(held, asset.size)
            file.flush()
            os.fsync(file.fileno())
        if held < asset.size:
            raise SamarError("update_cut", name=asset.name)
        if hashed.hexdigest() != digest:
            raise SamarError("update_damaged", name=asset.name)

    def _pieces(self, answer: httpx2.Response, asset: Asset) -> Iterator[bytes]:
        import httpx2

        try:
            yield from answer.iter_bytes(PIECE)
        except (httpx2.RemoteProtocolError, httpx2.ReadError) as problem:
            if self._stopping.is_set():
                raise Stopped from problem
            raise SamarError("update_cut", name=asset.name) from problem

    # ---- the one way out

    def _small(self, client: httpx2.Client, url: str, most: int) -> bytes:
        held = b""
        with self._answer(client, url) as answer:
            for piece in answer.iter_bytes(PIECE):
                held += piece
                if len(held) > most:
                    raise SamarError("update_unreadable")
        return held

    @contextlib.contextmanager
    def _answer(self, client: httpx2.Client, url: str) -> Iterator[httpx2.Response]:
        """The answer with the body still to come; redirects are followed where they may lead."""
        for _redirect in range(MOST_REDIRECTS):
            self._may_ask(url)
            with client.stream("GET", url, extensions={"trace": self._watch}) as answer:
                if answer.is_redirect and answer.headers.get("Location"):
                    url = str(answer.url.join(answer.headers["Location"]))
                    continue
                if answer.status_code != 200:
                    raise SamarError("update_refused", status=answer.status_code)
                yield answer
                return
        raise SamarError("update_elsewhere", host=urlsplit(url).hostname or "?")

    def _may_ask(self, url: str) -> None:
        if not self.allowed():
            raise SamarError("network_off")
        if self._stopping.is_set():
            raise Stopped
        parts, home = urlsplit(url), urlsplit(self.source.page).hostname or ""
        host = parts.hostname or ""
        ours = host == home
        if home in ("api.github.com", "github.com"):
            ours = host in ("api.github.com", "github.com") or host.endswith(".githubusercontent.com")
        secure = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
        if not ours or not secure:
            raise SamarError("update_elsewhere", host=host or "?")

    @contextlib.contextmanager
    def _speaking(self) -> Iterator[httpx2.Client]:
        """A client, with the failures of the network turned into SamarErrors."""
        import httpx2

        host = urlsplit(self.source.page).netloc
        prepare_proxies()
        try:
            made = httpx2.Client(
                follow_redirects=False,
                timeout=httpx2.Timeout(20.0, connect=10.0),
                headers=HEADERS,
                limits=httpx2.Limits(max_keepalive_connections=0),  # each call has a connection that can be cut
            )
        except (ImportError, ValueError, httpx2.InvalidURL) as problem:
            raise unusable_proxy(problem) from problem
        try:
            with made as client:
                yield client
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as problem:
            if self._stopping.is_set():
                raise Stopped from problem
            found = failed(problem, host, urlsplit(self.source.page).scheme)
            if found.code == "hub_unreachable":
                found = SamarError("update_unreachable", **found.details)
            raise found from problem
