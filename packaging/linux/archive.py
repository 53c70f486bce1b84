"""The portable archive: one folder that runs where it lies, on a stick as well, with its data beside it if so wished."""

from __future__ import annotations

import tarfile
from pathlib import Path

from linux import integration

README = """\
Samar @VERSION@

Open the program `samar` in this folder: a double click, or ./samar in a terminal. Nothing is installed.

Chats and settings are kept in your home folder (~/.local/share/samar). If you make a folder named samar-data beside the
program, Samar keeps everything there instead; so a stick carries program and chats together.

In a terminal: ./samar --help. Licences of everything inside: licences/LICENCES.txt.

سَمَر

افتح البرنامج samar في هذا المجلد بنقرة مزدوجة. لا يُثبَّت شيء على الجهاز.

تُحفظ المحادثات والإعدادات في مجلدك الشخصي. وإذا أنشأت بجانب البرنامج مجلدًا باسم samar-data حُفظ كل شيء فيه، فتحمل الذاكرة المحمولة البرنامج والمحادثات معًا.
"""


def build(bundle: Path, icons: Path, target: Path, version: str, date: int) -> Path:
    """Pack the frozen folder with a README, the icon and the desktop's files; the same input gives the same bytes."""
    top = target.name.removesuffix(".tar.xz")
    share = bundle.parent / "portable"
    integration.install(share / "share", icons, version, date)
    (share / "README.txt").write_text(README.replace("@VERSION@", version), encoding="utf-8")

    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        entry.mtime = date
        entry.mode = 0o755 if entry.isdir() or entry.name == f"{top}/samar" else 0o644
        return entry

    with tarfile.open(target, "w:xz", preset=6) as pack:
        for root in (bundle, share):
            for path in sorted(root.rglob("*")):
                pack.add(path, f"{top}/{path.relative_to(root).as_posix()}", recursive=False, filter=plain)
    return target
