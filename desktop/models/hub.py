"""The Hugging Face Hub: searching, the files of a repository, and moving bytes. huggingface_hub does all of it.

Every request passes one gate: as long as the person has not allowed the network, none leaves. HF_ENDPOINT, the system's
proxies and its certificates are respected (httpx2 reads them); HF_HUB_OFFLINE too.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import math
import os
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from datetime import datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from urllib.parse import urlsplit

from desktop.core.errors import SamarError
from desktop.models.repository import (
    HubFile,
    HubModel,
    HubRepository,
    grouped,
    is_data,
    is_projector,
    without_drafts,
)

if TYPE_CHECKING:
    import httpx2

PIECE = 256 * 1024
"""Bytes that reach the disk at a time: what a broken connection costs at most, and how often progress is seen."""
KEYRING_SERVICE, KEYRING_USER = "samar", "hugging-face"
_REFUSED_PATHS = ("/api/telemetry", "/api/agent-harnesses")
"""What huggingface_hub would ask for by itself; Samar tells nobody anything."""
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_REPO = re.compile(r"^[\w.\-]{1,96}/[\w.\-]{1,96}$")


class Stopped(Exception):  # noqa: N818 - a state, not an error
    """The person paused or cancelled a transfer."""


class _Busy(Exception):  # noqa: N818 - becomes SamarError hub_busy
    def __init__(self, wait: int) -> None:
        super().__init__(wait)
        self.wait = wait


class _NetworkOff(Exception):  # noqa: N818 - becomes SamarError network_off
    pass


class _GaveUp(Exception):  # noqa: N818 - becomes SamarError hub_unreachable or hub_failed
    """A question that failed. huggingface_hub knows nothing of it and so does not ask six times, which takes minutes."""

    def __init__(self, problem: Exception | None = None, status: int = 0) -> None:
        super().__init__(problem or status)
        self.problem, self.status = problem, status


class Transfer:
    """A running download that can be stopped from another thread, even while the Hub says nothing."""

    def __init__(self, *, patient: bool = True) -> None:
        """patient: what fails on the way is tried again; else the person hears of it at once."""
        self.patient = patient
        self._stopped = threading.Event()
        self._socket: socket.socket | None = None

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()

    def stop(self) -> None:
        self._stopped.set()
        self._hang_up()

    def wait(self, seconds: float) -> None:
        """Let time pass. Raises Stopped as soon as it is stopped."""
        if self._stopped.wait(seconds):
            raise Stopped

    def watch(self, event: str, info: dict[str, Any]) -> None:
        """The trace of a request: take hold of its connection as soon as there is one."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._socket = info["return_value"].get_extra_info("socket")
            if self.stopped:
                self._hang_up()

    def _hang_up(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError, ValueError):
                self._socket.shutdown(socket.SHUT_RDWR)


_transfer: ContextVar[Transfer | None] = ContextVar("transfer", default=None)


class _DiskRefused(Exception):  # noqa: N818 - carries an OSError past huggingface_hub
    pass


class _Sink:
    """The file that http_get writes to: reports how much it holds, and ends the transfer when it was stopped."""

    def __init__(self, file: BinaryIO, transfer: Transfer, progress: Callable[[int], None]) -> None:
        self._file, self._transfer, self._progress = file, transfer, progress

    def write(self, data: bytes) -> int:
        rest = memoryview(data)
        try:
            while rest:  # a raw file may take only a part
                rest = rest[self._file.write(rest) :]
        except OSError as problem:
            raise _DiskRefused from problem
        self._progress(self._file.tell())
        if self._transfer.stopped:
            raise Stopped
        return len(data)

    def tell(self) -> int:
        return self._file.tell()

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def truncate(self) -> int:
        """The Hub ignored the range that was asked for and sends from the beginning."""
        size = self._file.truncate()
        self._progress(size)
        return size


class _NoBar:
    """In the place of a progress bar in the terminal."""

    def __init__(self, *_args: object, **_options: object) -> None: ...

    def __enter__(self) -> _NoBar:
        return self

    def __exit__(self, *_problem: object) -> None: ...

    def update(self, _count: int) -> None: ...


_speaker: Hub | None = None
"""Whose client huggingface_hub has now."""


def token() -> str | None:
    """The person's token: from the environment, else from the system's keyring. A keyring that is not there gives none."""
    if given := os.environ.get("HF_TOKEN"):
        return given
    import keyring
    from keyring.errors import KeyringError

    with contextlib.suppress(KeyringError, RuntimeError):
        return cast("str | None", keyring.get_password(KEYRING_SERVICE, KEYRING_USER))
    return None


def keep_token(value: str) -> None:
    """Put the token into the system's keyring; an empty one takes it out. Raises SamarError keyring_missing."""
    import keyring
    from keyring.errors import KeyringError, PasswordDeleteError

    try:
        if value.strip():
            keyring.set_password(KEYRING_SERVICE, KEYRING_USER, value.strip())
        else:
            with contextlib.suppress(PasswordDeleteError):
                keyring.delete_password(KEYRING_SERVICE, KEYRING_USER)
    except (KeyringError, RuntimeError) as problem:
        raise SamarError("keyring_missing", reason=problem) from problem


class Hub:
    """One Hub. allowed: asked before each request; token: asked for each call. Used from worker threads."""

    def __init__(
        self,
        allowed: Callable[[], bool],
        endpoint: str | None = None,
        token: Callable[[], str | None] = token,
    ) -> None:
        self._allowed, self._token = allowed, token
        self._endpoint = endpoint
        self._calls: set[Transfer] = set()

    @property
    def endpoint(self) -> str:
        return (self._endpoint or os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")

    @property
    def host(self) -> str:
        return urlsplit(self.endpoint).netloc or self.endpoint

    def page_of(self, repo: str) -> str:
        """The address of a repository's page, for the person's browser."""
        return f"{self.endpoint}/{repo}"

    def hang_up(self) -> None:
        """End every call that runs, from any thread; each raises Stopped."""
        for call in list(self._calls):
            call.stop()

    # ---- asking

    def search(self, words: str, limit: int = 30) -> list[HubModel]:
        """Repositories with GGUF files, most downloaded first. Raises SamarError network_off, hub_…"""
        with self._speaking(words) as api:
            found = api.list_models(
                search=words.strip() or None,
                filter="gguf",
                sort="downloads",
                limit=limit,
                expand=["downloads", "likes", "lastModified", "gated", "tags", "gguf"],
            )
            return [_hub_model(one) for one in found]

    def repository(self, repo: str, revision: str | None = None) -> HubRepository:
        """The models of a repository, parts and quantizations grouped. Raises SamarError network_off, hub_…"""
        if not _REPO.match(repo):
            raise SamarError("hub_not_found", name=repo)
        with self._speaking(repo) as api:
            info = api.model_info(repo, revision=revision, files_metadata=True)
        files = [
            HubFile(
                name=one.rfilename,
                size=int((one.lfs.size if one.lfs else one.size) or 0),
                sha256=(one.lfs.sha256 if one.lfs else "") or "",
                blob=one.blob_id or "",
            )
            for one in info.siblings or []
            if one.rfilename.lower().endswith(".gguf") and _is_safe(one.rfilename)
        ]
        projectors = tuple(file for file in files if is_projector(file.name))
        models = without_drafts([file for file in files if not is_projector(file.name) and not is_data(file.name)])
        return HubRepository(
            repo=repo,
            commit=info.sha or "main",
            licence=_licence(info.tags or []),
            gated=bool(info.gated),
            choices=grouped(models),
            projectors=projectors,
        )

    # ---- fetching

    def fetch(
        self, repo: str, commit: str, file: HubFile, target: Path, transfer: Transfer, progress: Callable[[int], None]
    ) -> None:
        """Bring `target` to the length of `file`, going on where it ends. What it holds must be checked afterwards.

        progress: called with the bytes that `target` holds. Raises Stopped, SamarError network_off, hub_…, download_…
        """
        mark = _transfer.set(transfer)
        try:
            with self._speaking(f"{repo}/{file.name}"):
                self._fetch(repo, commit, file, target, transfer, progress)
        finally:
            _transfer.reset(mark)

    def _fetch(
        self, repo: str, commit: str, file: HubFile, target: Path, transfer: Transfer, progress: Callable[[int], None]
    ) -> None:
        from huggingface_hub import constants, get_hf_file_metadata, hf_hub_url
        from huggingface_hub.file_download import http_get
        from huggingface_hub.utils._headers import build_hf_headers

        if file.size > constants.MAX_HTTP_DOWNLOAD_SIZE:
            raise SamarError("hub_too_large", name=file.name)
        url = hf_hub_url(repo, file.name, revision=commit, endpoint=self.endpoint)
        headers = build_hf_headers(token=self._token() or False, library_name="samar", library_version=_version())
        headers["Accept-Encoding"] = "identity"
        if transfer.stopped:
            raise Stopped
        facts = get_hf_file_metadata(url, token=False, headers=headers, endpoint=self.endpoint)
        if facts.size is not None and facts.size != file.size:
            raise SamarError("download_damaged", name=file.name, reason=f"{facts.size} bytes and not {file.size}")
        if file.sha256 and facts.etag and len(facts.etag) == 64 and facts.etag != file.sha256:
            raise SamarError("download_damaged", name=file.name, reason="the file on the Hub is another one now")
        with _opened(target) as out:
            held = out.seek(0, os.SEEK_END)
            if held > file.size:
                held = out.seek(0)
                out.truncate()
            progress(held)
            try:
                http_get(
                    url,
                    cast(BinaryIO, _Sink(out, transfer, progress)),
                    resume_size=held,
                    headers=headers,
                    expected_size=file.size,
                    tqdm_class=cast(Any, _NoBar),
                )
            except _DiskRefused as refused:
                raise disk_error(cast(OSError, refused.__cause__), target) from refused
            os.fsync(out.fileno())

    # ---- the one way out

    @contextlib.contextmanager
    def _speaking(self, about: str) -> Iterator[Any]:
        """The client, with every failure of the world turned into a SamarError."""
        if not self._allowed() or os.environ.get("HF_HUB_OFFLINE", "").lower() in ("1", "true", "yes", "on"):
            raise SamarError("network_off")
        import httpx2
        from huggingface_hub import HfApi
        from huggingface_hub.errors import HFValidationError

        self._prepare()
        mark = None
        if _transfer.get() is None:
            mark = _transfer.set(Transfer(patient=False))
        call = _transfer.get()
        assert call is not None
        self._calls.add(call)
        try:
            yield HfApi(
                endpoint=self.endpoint,
                token=self._token() or False,
                library_name="samar",
                library_version=_version(),
            )
        except (
            httpx2.HTTPError,
            httpx2.InvalidURL,
            httpx2.StreamError,
            OSError,
            ValueError,
            _Busy,
            _GaveUp,
            _NetworkOff,
        ) as problem:
            transfer = _transfer.get()
            if transfer is not None and transfer.stopped:
                raise Stopped from problem
            if isinstance(problem, HFValidationError):
                raise SamarError("hub_not_found", name=about) from problem
            raise self._error(problem, about) from problem
        finally:
            self._calls.discard(call)
            if mark is not None:
                _transfer.reset(mark)

    def _prepare(self) -> None:
        """Give huggingface_hub a client that knows the gate. It has one client for the whole process."""
        import huggingface_hub
        from huggingface_hub import constants

        global _speaker
        logging.getLogger("huggingface_hub").setLevel(
            logging.CRITICAL
        )  # what fails is said once, in a sentence of ours
        constants.HF_HUB_DISABLE_TELEMETRY = True
        constants.DOWNLOAD_CHUNK_SIZE = PIECE
        if _speaker is not self:
            huggingface_hub.set_client_factory(self._client)
            _speaker = self

    def _client(self) -> httpx2.Client:
        import httpx2

        class Client(httpx2.Client):
            def send(self, *words: Any, **more: Any) -> httpx2.Response:
                try:
                    return super().send(*words, **more)
                except httpx2.TransportError as problem:
                    if _is_patient():
                        raise
                    raise _GaveUp(problem) from problem

        return Client(
            event_hooks={"request": [self._before], "response": [self._after]},
            follow_redirects=True,
            timeout=httpx2.Timeout(20.0, connect=10.0),
            limits=httpx2.Limits(max_keepalive_connections=0),  # so that each call has a connection that can be cut
        )

    def _before(self, request: httpx2.Request) -> None:
        transfer = _transfer.get()
        if transfer is not None:
            if transfer.stopped:
                raise Stopped
            request.extensions["trace"] = transfer.watch
        if not self._allowed() or request.url.path.startswith(_REFUSED_PATHS):
            raise _NetworkOff

    def _after(self, response: httpx2.Response) -> None:
        if response.status_code == 429:
            raise _Busy(seconds_to_wait(response.headers))
        if response.status_code >= 500 and not _is_patient():
            raise _GaveUp(status=response.status_code)

    def _error(self, problem: Exception, about: str) -> SamarError:
        import httpx2
        from huggingface_hub import errors

        if isinstance(problem, _GaveUp):
            if problem.problem is None:
                return SamarError("hub_failed", reason=problem.status)
            problem = problem.problem
        if isinstance(problem, _NetworkOff):
            return SamarError("network_off")
        if isinstance(problem, _Busy):
            return SamarError("hub_busy", wait=problem.wait)
        repo = "/".join(about.split("/")[:2])
        if isinstance(problem, errors.GatedRepoError):
            return SamarError("hub_gated" if self._token() else "hub_gated_unknown", repo=repo)
        response = getattr(problem, "response", None)
        status = getattr(response, "status_code", 0)
        if status == 401:
            return SamarError("hub_needs_token", repo=repo)
        if status == 403:
            return SamarError("hub_gated" if self._token() else "hub_gated_unknown", repo=repo)
        if status in (404, 410) or isinstance(problem, errors.EntryNotFoundError):
            return SamarError("hub_not_found", name=about)
        if status:
            return SamarError("hub_failed", reason=status)
        if _caused_by(problem, ssl.SSLError):
            return SamarError("hub_untrusted", host=self.host, reason=_first_line(problem))
        if isinstance(problem, httpx2.HTTPError | ConnectionError):
            return SamarError("hub_unreachable", host=self.host, reason=_first_line(problem))
        if isinstance(problem, OSError) and "Consistency check failed" in str(problem):
            return SamarError("download_damaged", name=about, reason="it has the wrong length")
        return SamarError("hub_failed", reason=_first_line(problem))


@contextlib.contextmanager
def _opened(target: Path) -> Iterator[BinaryIO]:
    """The partial file, for going on. What the disk refuses is no failure of the Hub."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        file = target.open("r+b" if target.exists() else "w+b", buffering=0)
    except OSError as problem:
        raise disk_error(problem, target) from problem
    with file:
        yield file


def disk_error(problem: OSError, path: Path) -> SamarError:
    """What the disk refused."""
    if problem.errno in _DISK_FULL:
        return SamarError("download_no_space", name=path.name, needed="…", free="0 MB")
    return SamarError("download_unwritable", folder=path.parent, reason=problem.strerror or problem)


def seconds_to_wait(headers: Mapping[str, str]) -> int:
    """What a refusal asks for: Retry-After in seconds or as a date (RFC 9110, 10.2.3), the Hub's own RateLimit with t=…, else
    a minute."""
    given = headers.get("Retry-After", "").strip()
    if given.isascii() and given.isdigit():
        return int(given[:9])
    with contextlib.suppress(ValueError):
        return max(0, math.ceil(parsedate_to_datetime(given).timestamp() - time.time()))
    if match := re.search(r"\bt=(\d{1,9})\b", headers.get("RateLimit", "")):
        return int(match[1])
    return 60


def _is_patient() -> bool:
    transfer = _transfer.get()
    return transfer is None or transfer.patient


def _version() -> str:
    try:
        return version("samar")
    except PackageNotFoundError:  # a checkout that was not installed
        return "0"


def _caused_by(problem: BaseException | None, kind: type[BaseException]) -> bool:
    while problem is not None:
        if isinstance(problem, kind):
            return True
        problem = problem.__cause__ or problem.__context__
    return False


def _first_line(problem: Exception) -> str:
    """Fit to stand inside a sentence of ours."""
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0][:200].rstrip(". ")


def _is_safe(name: str) -> bool:
    """A name that stays inside a folder, whatever a Hub sends."""
    parts = name.split("/")
    return (
        "\\" not in name
        and ":" not in name
        and all(part not in ("", ".", "..") for part in parts)
        and name.isprintable()
    )


def _licence(tags: list[str]) -> str:
    return next((tag.removeprefix("license:") for tag in tags if tag.startswith("license:")), "")


def _hub_model(one: Any) -> HubModel:
    gguf = one.gguf if isinstance(one.gguf, dict) else {}
    updated = one.last_modified
    tags = list(one.tags or [])
    return HubModel(
        repo=one.id,
        downloads=int(one.downloads or 0),
        likes=int(one.likes or 0),
        updated=updated.timestamp() if isinstance(updated, datetime) else 0.0,
        licence=_licence(tags),
        gated=bool(one.gated),
        parameters=_number(gguf.get("total")),
        architecture=str(gguf.get("architecture") or "")[:60],
        context=_number(gguf.get("context_length")),
        languages=tuple(tag for tag in tags if len(tag) == 2 and tag.isalpha()),
    )


def _number(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value < 1 << 60 else 0
