"""Checkpoints from the Hugging Face Hub: only the files that a conversion needs, into the hub's own cache.

A cancelled download leaves what was fetched in that cache, where the next attempt goes on.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Literal

from converter.errors import ConversionError, ExitStatus
from converter.events import CancelToken, Reporter

What = Literal["all", "headers", "config"]

_SMALL = (
    "config.json", "generation_config.json", "tokenizer.model", "tokenizer.json", "tokenizer_config.json",
    "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt", "chat_template.jinja", "chat_template.json",
    "additional_chat_templates/*.jinja", "tekken.json", "README.md", "model.safetensors.index.json", "adapter_config.json",
    "hf_quant_config.json",
)  # fmt: skip
_WEIGHTS = ("model*.safetensors", "adapter_model.safetensors")
TEMPORARY = "samar-plan-"
"""How folders with headers for a plan begin; the id of their process follows."""
_HEADER_LIMIT = 100_000_000


def fetch(
    repository: str, revision: str | None, what: What, *, allowed: bool, report: Reporter, cancel: CancelToken
) -> Path:
    """The local folder with the files of `repository` (``org/name``) at `revision`.

    what  all: everything a conversion needs; headers: weights as sparse files that hold their header only; config:
          config.json alone
    allowed  whether the person allowed the network; nothing is asked of anybody without it

    Raises ConversionError (NETWORK_OFF, DOWNLOAD_FAILED, NOT_A_CHECKPOINT, PICKLE_ONLY, CANCELLED).
    """
    if not allowed:
        raise ConversionError(
            ExitStatus.NETWORK_OFF,
            f"There is no folder {repository} here, and the network is not allowed: add --network if the Hub's repository of that"
            " name is meant, or allow the network in Samar's settings.",
        )
    return _in_background(lambda: _fetch(repository, revision, what, report, cancel), cancel)


def _in_background(work: Callable[[], Path], cancel: CancelToken) -> Path:
    """Run `work` in a daemon thread, so that a cancel does not wait for a slow server."""
    result: list[Path] = []
    problem: list[BaseException] = []

    def run() -> None:
        try:
            result.append(work())
        except BaseException as error:  # handed over to the waiting thread
            problem.append(error)

    thread = threading.Thread(target=run, name="download", daemon=True)
    thread.start()
    while thread.is_alive():
        cancel.check()
        thread.join(0.1)
    if problem:
        raise problem[0]
    return result[0]


def _fetch(repository: str, revision: str | None, what: What, report: Reporter, cancel: CancelToken) -> Path:
    from huggingface_hub import HfApi, constants, errors
    from huggingface_hub.errors import (
        EntryNotFoundError,
        GatedRepoError,
        HFValidationError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    constants.HF_HUB_DISABLE_TELEMETRY = True
    _prepare_proxies()
    try:
        return _files(HfApi(token=_token()), repository, revision, what, report, cancel)
    except GatedRepoError:
        why = "its owner asks to accept conditions first; do so on its page and log in with a token"
    except RepositoryNotFoundError:
        why = "there is no such repository, or it is private; and no folder of that name is here"
    except RevisionNotFoundError:
        why = f"it has no revision {revision!r}"
    except (EntryNotFoundError, HFValidationError) as error:
        why = str(error).splitlines()[0]
    except OfflineModeIsEnabled:
        why = "offline mode is on"
    except ImportError:
        why = "the proxy of this computer needs the package socksio"
    except ValueError as error:
        why = "the proxy of this computer is of an unknown kind" if "proxy" in str(error).lower() else str(error)
    except (errors.HTTPError, OSError) as error:  # type: ignore[attr-defined]  # the HTTP library's, whichever it is
        why = _why_no_connection(error)
    raise ConversionError(ExitStatus.DOWNLOAD_FAILED, f"{repository} cannot be downloaded: {why}.")


def _why_no_connection(problem: BaseException) -> str:
    """Why the Hub was not reached, as the end of a sentence: no number of an error, no class of an exception."""
    import errno
    import socket
    import ssl

    chain: list[BaseException] = []
    now: BaseException | None = problem
    while now is not None and now not in chain:
        chain.append(now)
        now = now.__cause__ or now.__context__
    if any(isinstance(one, ssl.SSLError) for one in chain):
        return "the connection to it is not safe; check the clock of this computer"
    cut_off = (errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTUNREACH)
    if any(isinstance(one, socket.gaierror) or getattr(one, "errno", None) in cut_off for one in chain):
        return "there is no connection to the internet"
    return "the connection failed"


def _prepare_proxies() -> None:
    """Write `socks://`, as GNOME has it, in the way that the HTTP client knows."""
    import os

    for name in ("all_proxy", "http_proxy", "https_proxy"):
        for key in (name, name.upper()):
            if os.environ.get(key, "").lower().startswith("socks://"):
                os.environ[key] = "socks5h://" + os.environ[key][len("socks://") :]


def _token() -> str | None:
    """The person's token, where it is: in the environment, in the system's keyring where Samar keeps it, or where the Hub's own
    command keeps it (None)."""
    import os

    import keyring
    from keyring.errors import KeyringError

    if given := os.environ.get("HF_TOKEN"):
        return given
    with contextlib.suppress(KeyringError, RuntimeError):
        kept: str | None = keyring.get_password("samar", "hugging-face")
        return kept
    return None


def _files(api: Any, repository: str, revision: str | None, what: What, report: Reporter, cancel: CancelToken) -> Path:
    info = api.model_info(repository, revision=revision, files_metadata=True)
    sizes = {entry.rfilename: entry.size or 0 for entry in info.siblings or []}
    wanted = ["config.json"] if what == "config" else _needed(sizes)
    if what != "config" and not any(name.endswith(".safetensors") for name in wanted):
        pickles = [name for name in sizes if name.endswith((".bin", ".pth", ".pt"))]
        if pickles:
            raise ConversionError(
                ExitStatus.PICKLE_ONLY,
                f"{repository} has its weights as Python pickles only ({pickles[0]}), which are never opened.",
            )
        raise ConversionError(ExitStatus.NOT_A_CHECKPOINT, f"{repository} has no safetensors weights.")
    commit = info.sha
    total, done = sum(sizes.get(name, 0) for name in wanted), 0
    folder: Path | None = None
    weights = [name for name in wanted if name.endswith(".safetensors")]
    report.progress("download", 0, total)
    for name in wanted:
        cancel.check()
        if what == "headers" and name in weights:
            continue
        path = Path(api.hf_hub_download(repository, name, revision=commit))
        folder = folder or path.parents[name.count("/")]
        done += sizes.get(name, 0)
        report.progress("download", done, total)
    if folder is None:
        raise ConversionError(ExitStatus.NOT_A_CHECKPOINT, f"{repository} has no config.json.")
    if what == "headers":
        return _with_headers(api, repository, commit, folder, {name: sizes[name] for name in weights}, cancel)
    return folder


def _needed(names: Any) -> list[str]:
    small = [name for name in names if any(fnmatch(name, pattern) for pattern in _SMALL)]
    weights = [name for name in names if any(fnmatch(name, pattern) for pattern in _WEIGHTS)]
    if "model.safetensors.index.json" in names:
        weights = [name for name in weights if name != "model.safetensors"]
    return sorted(small) + sorted(weights)


def _with_headers(
    api: Any, repository: str, commit: str, folder: Path, weights: dict[str, int], cancel: CancelToken
) -> Path:
    """A temporary copy of `folder` in which each weight file has its true size but only its header on disk."""
    import atexit
    import shutil
    import tempfile

    from huggingface_hub import get_session, hf_hub_url

    _remove_left_over()
    place = Path(tempfile.mkdtemp(prefix=f"{TEMPORARY}{os.getpid()}-")) / repository.rpartition("/")[2]
    atexit.register(shutil.rmtree, place.parent, ignore_errors=True)
    shutil.copytree(folder, place, ignore=shutil.ignore_patterns("*.safetensors"))
    for name, size in weights.items():
        cancel.check()
        url = hf_hub_url(repository, name, revision=commit)

        def part(first: int, last: int, url: str = url) -> bytes:
            headers = {**api._build_hf_headers(), "Range": f"bytes={first}-{last}"}
            response = get_session().get(url, headers=headers, follow_redirects=True)
            response.raise_for_status()
            return bytes(response.content)

        length = int.from_bytes(part(0, 7)[:8], "little")
        if length > _HEADER_LIMIT:
            raise ConversionError(ExitStatus.BAD_SAFETENSORS, f"{name} is damaged or no safetensors file.")
        with (place / name).open("wb") as handle:
            handle.write(part(0, 7 + length)[: 8 + length])
            handle.truncate(size)
    return place


def _remove_left_over() -> None:
    """What plans whose process was killed have left."""
    import shutil
    import tempfile

    import psutil

    for folder in Path(tempfile.gettempdir()).glob(f"{TEMPORARY}*-*"):
        owner = folder.name.removeprefix(TEMPORARY).partition("-")[0]
        if owner.isdecimal() and not psutil.pid_exists(int(owner)) and not folder.is_symlink():
            shutil.rmtree(folder, ignore_errors=True)
