"""The files through which a Linux desktop knows Samar, with version and date filled in."""

from __future__ import annotations

import gzip
import shutil
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
APP_ID = "app.samar.Samar"
"""Reverse domain name; AppStream, Flatpak and macOS ask for one."""
PNG_SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)


def filled(name: str, version: str, date: int) -> str:
    """A file of this folder with @VERSION@ and @DATE@ replaced."""
    day = datetime.fromtimestamp(date, UTC).date().isoformat()
    return (HERE / name).read_text(encoding="utf-8").replace("@VERSION@", version).replace("@DATE@", day)


def install(share: Path, icons: Path, version: str, date: int) -> None:
    """Desktop entry, MIME type, AppStream metadata, icons and manual page under a `share` folder."""
    places = {
        "samar.desktop": share / "applications" / "samar.desktop",
        "samar-mime.xml": share / "mime" / "packages" / "samar.xml",
        f"{APP_ID}.metainfo.xml": share / "metainfo" / f"{APP_ID}.metainfo.xml",
    }
    for name, target in places.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(filled(name, version, date), encoding="utf-8")
    for size in PNG_SIZES:
        target = share / "icons" / "hicolor" / f"{size}x{size}" / "apps" / "samar.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(icons / f"samar-{size}.png", target)
    drawing = share / "icons" / "hicolor" / "scalable" / "apps" / "samar.svg"
    drawing.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(ROOT / "assets" / "icons" / "samar.svg", drawing)
    manual = share / "man" / "man1" / "samar.1.gz"
    manual.parent.mkdir(parents=True, exist_ok=True)
    manual.write_bytes(gzip.compress(filled("samar.1", version, date).encode(), 9, mtime=0))
