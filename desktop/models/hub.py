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
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, cast
from urllib.parse import urlsplit

import msgspec

from desktop.core.errors import SamarError, technical
from desktop.core.network import failed, is_insecure, prepare_proxies, unusable_proxy
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
_REPO = re.compile(r"[\w.\-]{1,96}/[\w.\-]{1,96}")
_COMMIT = re.compile(r"[0-9a-f]{40,64}")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
"""Names that are devices on Windows."""


log = logging.getLogger(__name__)

MOST_OF_AN_ANSWER = 32 * 1024 * 1024
"""Bytes of a listing; the largest repositories have some megabytes."""
_ODD = (AttributeError, TypeError, KeyError, IndexError, RecursionError, OverflowError, msgspec.ValidationError)
"""What the client's library raises over an answer of wrong types."""


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
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):  # directly, or by way of a SOCKS proxy
            self._socket = info["return_value"].get_extra_info("socket")
            if self.stopped:
                self._hang_up()

    def let_go(self) -> None:
        """Close what a request that failed may have left open: a connection to a proxy that refused stays so."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.close()

    def _hang_up(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError, ValueError):
                self._socket.shutdown(socket.SHUT_RDWR)


_transfer: ContextVar[Transfer | None] = ContextVar("transfer", default=None)


class _DiskRefused(Exception):  # noqa: N818 - carries an OSError past huggingface_hub
    pass


class _Bounded:
    """The body of an answer that ends in an error where it is longer than any right one."""

    def __init__(self, stream: Any, most: int) -> None:
        self._stream, self._left = stream, most

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._stream:
            self._left -= len(piece)
            if self._left < 0:
                raise _TooLong
            yield piece

    def close(self) -> None:
        self._stream.close()


class _TooLong(Exception):  # noqa: N818 - becomes SamarError hub_odd
    pass


class _Packed(Exception):  # noqa: N818 - becomes SamarError hub_odd
    """An answer came compressed though nothing of the kind was asked: its true size can't be known."""


class _MoreThanPromised(Exception):  # noqa: N818 - becomes SamarError download_damaged
    pass


class _Sink:
    """The file that http_get writes to: reports how much it holds, and ends the transfer when it was stopped."""

    def __init__(self, file: BinaryIO, size: int, transfer: Transfer, progress: Callable[[int], None]) -> None:
        """size: bytes that were promised; more never reach the disk."""
        self._file, self._size, self._transfer, self._progress = file, size, transfer, progress

    def write(self, data: bytes) -> int:
        if self._file.tell() + len(data) > self._size:
            raise _MoreThanPromised
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

    def _safe_token(self) -> str | None:
        """The token, where nobody on the way can read it."""
        return None if is_insecure(self.endpoint) else self._token()

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
            return [model for one in found if (model := _hub_model(one)) is not None]

    def repository(self, repo: str, revision: str | None = None) -> HubRepository:
        """The models of a repository, parts and quantizations grouped. Raises SamarError network_off, hub_…"""
        if not _REPO.fullmatch(repo):
            raise SamarError("hub_not_found", name=repo)
        with self._speaking(repo) as api:
            info = api.model_info(repo, revision=revision, files_metadata=True)
            names = [one.rfilename for one in info.siblings or []]
            files = [file for one in info.siblings or [] if (file := _hub_file(one)) is not None]
            commit = info.sha if isinstance(info.sha, str) and _COMMIT.fullmatch(info.sha) else "main"
            tags = [tag for tag in info.tags or [] if isinstance(tag, str)]
        projectors = tuple(file for file in files if is_projector(file.name))
        models = without_drafts([file for file in files if not is_projector(file.name) and not is_data(file.name)])
        return HubRepository(
            repo=repo,
            commit=commit,
            licence=_licence(tags),
            gated=bool(info.gated),
            checkpoint=any(isinstance(name, str) and name.endswith(".safetensors") for name in names),
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
        headers = build_hf_headers(token=self._safe_token() or False, library_name="samar", library_version=_version())
        headers["Accept-Encoding"] = "identity"
        if transfer.stopped:
            raise Stopped
        facts = get_hf_file_metadata(url, token=False, headers=headers, endpoint=self.endpoint)
        if facts.size is not None and facts.size != file.size:
            raise SamarError("download_damaged", name=file.name, reason=f"{facts.size} bytes and not {file.size}")
        if file.sha256 and facts.etag and len(facts.etag) == 64 and facts.etag != file.sha256:
            raise SamarError("download_damaged", name=file.name, reason="the file on Hugging Face has changed")
        with _opened(target) as out:
            held = out.seek(0, os.SEEK_END)
            if held > file.size:
                held = out.seek(0)
                out.truncate()
            progress(held)
            try:
                http_get(
                    url,
                    cast(BinaryIO, _Sink(out, file.size, transfer, progress)),
                    resume_size=held,
                    headers=headers,
                    expected_size=file.size,
                    tqdm_class=cast(Any, _NoBar),
                )
            except _DiskRefused as refused:
                raise disk_error(cast(OSError, refused.__cause__), target) from refused
            except _MoreThanPromised as problem:
                raise SamarError("download_damaged", name=file.name, reason=f"more than {file.size} bytes") from problem
            except _Packed as problem:
                raise SamarError("download_damaged", name=file.name, reason="it came compressed") from problem
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
                token=self._safe_token() or False,
                library_name="samar",
                library_version=_version(),
            )
        except (_TooLong, _Packed, *_ODD) as problem:
            log.warning("an answer of the Hub was refused: %s", technical(problem))
            raise SamarError("hub_odd", host=self.host, name=about) from problem
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
            call.let_go()
            if call.stopped:
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

        prepare_proxies()
        try:
            return Client(
                event_hooks={"request": [self._before], "response": [self._after]},
                follow_redirects=True,
                headers={"Accept-Encoding": "identity"},  # so that what is sent is as long as what is made of it
                timeout=httpx2.Timeout(20.0, connect=10.0),
                limits=httpx2.Limits(max_keepalive_connections=0),  # so that each call has a connection that can be cut
            )
        except (ImportError, ValueError, httpx2.InvalidURL) as problem:
            raise unusable_proxy(problem) from problem

    def _before(self, request: httpx2.Request) -> None:
        transfer = _transfer.get()
        if transfer is not None:
            if transfer.stopped:
                raise Stopped
            request.extensions["trace"] = transfer.watch
        if "Authorization" in request.headers and not self._is_ours(request.url):
            del request.headers["Authorization"]  # a further page of a list may lie anywhere
        if not self._allowed() or request.url.path.startswith(_REFUSED_PATHS):
            raise _NetworkOff

    def _is_ours(self, url: httpx2.URL) -> bool:
        """Whether an address is the Hub's own: the token is for nobody else."""
        import httpx2

        home = httpx2.URL(self.endpoint)
        return (url.scheme, url.host, url.port) == (home.scheme, home.host, home.port)

    def _after(self, response: httpx2.Response) -> None:
        packed = response.headers.get("Content-Encoding", "identity").lower() not in ("", "identity")
        if packed and response.request.method != "HEAD":
            raise _Packed
        if not _is_patient() or response.status_code >= 400:
            response.stream = cast(Any, _bounded(response.stream))
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
        if status in (401, 403) and is_insecure(self.endpoint) and self._token():
            return SamarError("hub_insecure", host=self.host)
        if status == 401:
            return SamarError("hub_needs_token", repo=repo)
        if status == 403:
            return SamarError("hub_gated" if self._token() else "hub_gated_unknown", repo=repo)
        if status in (404, 410) or isinstance(problem, errors.EntryNotFoundError):
            return SamarError("hub_not_found", name=about)
        if status:
            return SamarError("hub_failed", reason=status)
        if isinstance(problem, httpx2.HTTPError | ConnectionError) or _caused_by(problem, ssl.SSLError):
            return failed(problem, self.host, urlsplit(self.endpoint).scheme)
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
    with contextlib.suppress(ValueError, TypeError, OverflowError):
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


def _bounded(stream: Any) -> Any:
    """The stream of an answer as the client's library wants it, at most MOST_OF_AN_ANSWER long."""
    import httpx2

    class Stream(_Bounded, httpx2.SyncByteStream):
        pass

    return Stream(stream, MOST_OF_AN_ANSWER)


def _is_safe(name: str) -> bool:
    """A name that stays inside a folder, and can be one on every system, whatever a Hub sends."""
    parts = name.split("/")
    return (
        name.isprintable()
        and not any(letter in '\\:<>"|?*' for letter in name)
        and all(_is_safe_part(part) for part in parts)
    )


def _is_safe_part(part: str) -> bool:
    long = len(part.encode("utf-8", "replace")) > 240
    return not (long or part.startswith(".") or part.endswith((".", " ")) or not part or _RESERVED.fullmatch(part))


class _Promised(msgspec.Struct):
    """What a listing says of a file; its types are checked, since it goes into the queue on the disk."""

    name: str
    size: Annotated[int, msgspec.Meta(ge=0, le=1 << 50)]
    sha256: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")]
    blob: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{40,64})?$")]


def _hub_file(one: Any) -> HubFile | None:
    """A GGUF file of a listing; None for another one, and for one that is not described rightly."""
    name, lfs = one.rfilename, one.lfs
    if not isinstance(name, str) or not name.lower().endswith(".gguf") or not _is_safe(name):
        return None
    said = {
        "name": name,
        "size": (lfs.size if lfs else one.size) or 0,
        "sha256": (lfs.sha256 if lfs else "") or "",
        "blob": one.blob_id or "",
    }
    try:
        found = msgspec.convert(said, _Promised)
    except (msgspec.ValidationError, OverflowError) as problem:
        log.warning("a file of a listing was passed over: %s", type(problem).__name__)
        return None
    return HubFile(name=found.name, size=found.size, sha256=found.sha256, blob=found.blob)


def _licence(tags: list[str]) -> str:
    return next((tag.removeprefix("license:") for tag in tags if tag.startswith("license:")), "")


def _hub_model(one: Any) -> HubModel | None:
    """A repository of a list; None for one that is not described rightly."""
    if not isinstance(one.id, str) or not _REPO.fullmatch(one.id):
        return None
    gguf = one.gguf if isinstance(one.gguf, dict) else {}
    updated = one.last_modified
    tags = [tag for tag in one.tags or [] if isinstance(tag, str)] if isinstance(one.tags, list) else []
    return HubModel(
        repo=one.id,
        downloads=_number(one.downloads),
        likes=_number(one.likes),
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
