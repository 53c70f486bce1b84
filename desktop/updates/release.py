"""What a release page says, and which of its files is for this computer.

Format: the answer of GitHub's `GET /repos/{owner}/{repo}/releases/latest`, of which only tag_name, html_url and the
assets' name, size and browser_download_url are read. Names of the files: packaging/build.py.
"""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from desktop.core.errors import SamarError
from desktop.core.paths import assets_dir

SUMS, SIGNATURE = "SHA256SUMS", "SHA256SUMS.minisig"
MOST_BYTES = 4_000_000_000
"""Of an installer."""
_VERSION = re.compile(r"^v?(\d{1,6})\.(\d{1,6})\.(\d{1,6})$", re.ASCII)
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._+~-]{0,120}$", re.ASCII)


class Source(msgspec.Struct, frozen=True):
    """Where this build looks for its successors, and whose signature it trusts (assets/release.json)."""

    page: str = ""
    """Address of the latest release's description; empty: this build was never published."""
    keys: tuple[str, ...] = ()
    """Public keys in minisign's form, newest first; one signature by any of them is enough."""


class Asset(msgspec.Struct, frozen=True):
    name: str
    size: int
    browser_download_url: str


class _Description(msgspec.Struct, frozen=True):
    tag_name: str
    html_url: str = ""
    assets: tuple[Asset, ...] = ()


class Release(msgspec.Struct, frozen=True):
    """A version that is offered, with the file for this computer."""

    version: str
    page: str
    """For people, in a browser."""
    installer: Asset
    sums: Asset
    signature: Asset


def source() -> Source:
    """Of this build."""
    return msgspec.json.decode((assets_dir() / "release.json").read_bytes(), type=Source)


def number(version: str) -> tuple[int, int, int]:
    """1.2.3 as something to compare. Raises ValueError."""
    found = _VERSION.match(version)
    if found is None:
        raise ValueError(f"no version: {version[:40]!r}")
    return int(found[1]), int(found[2]), int(found[3])


def read(raw: bytes, current: str, suffixes: Sequence[str]) -> Release | None:
    """The release that a page describes; None when it is not newer than `current`.

    suffixes: what the name of this computer's file ends in, best first. Raises SamarError update_unreadable,
    update_incomplete, update_no_file.
    """
    try:
        found = msgspec.json.decode(raw, type=_Description)
        version = number(found.tag_name)
    except (msgspec.DecodeError, ValueError, RecursionError) as problem:
        raise SamarError("update_unreadable") from problem
    if version <= number(current):
        return None
    shown = ".".join(map(str, version))
    assets = {asset.name: asset for asset in found.assets if _NAME.match(asset.name) and asset.size > 0}
    if SUMS not in assets or SIGNATURE not in assets:
        raise SamarError("update_incomplete", version=shown)
    wanted = [f"samar-{shown}-{suffix}" for suffix in suffixes] + [f"samar_{shown}_{suffix}" for suffix in suffixes]
    installer = next((assets[name] for name in wanted if name in assets), None)
    if installer is None:
        raise SamarError("update_no_file", version=shown)
    return Release(shown, found.html_url, installer, assets[SUMS], assets[SIGNATURE])


def suffixes(folder: Path | None = None) -> tuple[str, ...]:
    """What the name of this computer's file ends in, after the version; empty for a checkout of the source.

    folder: where the frozen program lies; from the system's folders on Linux it was installed as a package.
    """
    if folder is None:
        if not getattr(sys, "frozen", False):
            return ()
        folder = Path(sys.executable).resolve().parent
    machine = platform.machine().lower()
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(machine, machine)
    if sys.platform == "win32":
        portable = not (folder / "unins000.exe").exists()
        return ("windows-portable.zip",) if portable else ("windows-setup.exe",)
    if sys.platform == "darwin":
        return (f"macos-{machine}.dmg", "macos-universal.dmg")
    if folder.is_relative_to("/usr"):
        return ({"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine) + ".deb",)
    return (f"linux-{machine}.tar.xz",)


def checksum(sums: bytes, name: str) -> str:
    """The SHA-256 of a file in the text that `sha256sum` writes. Raises SamarError update_untrusted."""
    for line in sums.decode("utf-8", "replace").splitlines():
        digest, _, rest = line.partition(" ")
        if rest.lstrip(" *") == name and re.fullmatch(r"[0-9a-f]{64}", digest):
            return digest
    raise SamarError("update_untrusted", reason="the file is not in the list of checksums")
