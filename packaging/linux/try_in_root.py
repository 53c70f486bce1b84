"""Install, use, upgrade, remove and purge a .deb in bare systems made for the test.

    python3 packaging/linux/try_in_root.py dist/samar_VERSION_amd64.deb [--suite bookworm]
    python3 packaging/linux/try_in_root.py --check      only whether this computer can do it

Makes a minimal root with debootstrap (Debian and Ubuntu suites; kept under build/roots and copied for each run), installs the
package with apt, then, without any network and as a person without rights, runs packaging/smoke_test.py inside it on
a virtual screen, and hard_places.py. Afterwards it upgrades, removes and purges, and compares every file with what was there before. Needs root,
debootstrap, Xvfb, xdotool and weston. Takes no Python into the root: the checks run from outside.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import hard_places

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "packaging"))
from prepare import SetupError  # noqa: E402
from programs import need  # noqa: E402

KEPT = ROOT / "build" / "roots"
UBUNTU = ("jammy", "noble", "questing", "resolute")
MIRRORS = {"debian": "http://deb.debian.org/debian", "ubuntu": "http://archive.ubuntu.com/ubuntu"}
PERSON = 1000
DESKTOP = ["libglib2.0-bin", "shared-mime-info", "desktop-file-utils", "xdg-utils"]
"""What opens files on every desktop; a bare root has no desktop."""
PROGRAMS = ("debootstrap", "Xvfb", "xdotool", "weston", "chroot", "mount", "unshare", "dpkg-deb")
LOGS = ("var/log/", "var/cache/", "var/lib/apt/", "var/lib/dpkg/", "tmp/", "home/", "root/", "etc/ld.so.cache")


def run(*words: str | Path, **more: object) -> None:
    subprocess.run([str(word) for word in words], check=True, **more)  # type: ignore[call-overload]


def inside(root: Path, *words: str) -> None:
    run("chroot", root, "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive", *words,
        stdout=subprocess.DEVNULL)  # fmt: skip


def minimal(suite: str) -> Path:
    """A minimal root of a suite, made once."""
    kept = KEPT / suite
    if (kept / "etc" / "os-release").exists() and (kept / "ready").exists():
        return kept
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    family = "ubuntu" if suite in UBUNTU else "debian"
    more = ["--components=main,universe"] if family == "ubuntu" else []
    keys = Path(f"/usr/share/keyrings/{family}-archive-keyring.gpg")
    trust = [f"--keyring={keys}"] if keys.exists() else ["--no-check-gpg"]
    scripts = Path("/usr/share/debootstrap/scripts")
    script = [] if (scripts / suite).exists() else [str(scripts / ("gutsy" if family == "ubuntu" else "sid"))]
    run(
        "debootstrap",
        "--variant=minbase",
        *trust,
        *more,
        suite,
        kept,
        MIRRORS[family],
        *script,
        stdout=subprocess.DEVNULL,
    )
    inside(kept, "useradd", "--create-home", "--uid", str(PERSON), "person")
    (kept / "ready").touch()
    return kept


def state(root: Path) -> set[str]:
    """Every path of the root but logs and what the package manager keeps for itself."""
    found = set()
    for folder, names, files in os.walk(root):
        relative = Path(folder).relative_to(root)
        names[:] = [name for name in names if str(relative / name) not in ("proc", "sys", "dev")]
        found |= {str(relative / name) for name in (*names, *files)}
    return {path for path in found if not f"{path}/".startswith(LOGS)}


@contextmanager
def screen(root: Path) -> Iterator[str]:
    """A virtual screen, without OpenGL, that the root reaches by its socket in /tmp, also without a network."""
    reading, writing = os.pipe()
    words = [
        "Xvfb",
        "-displayfd",
        str(writing),
        "-screen",
        "0",
        "1280x800x24",
        "-nolisten",
        "tcp",
        "-ac",
        "-extension",
        "GLX",
    ]
    server = subprocess.Popen(words, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    place = root / "tmp" / ".X11-unix"
    with os.fdopen(reading) as lines:
        number = lines.readline().strip()
    place.mkdir(mode=0o1777, exist_ok=True)
    run("mount", "--bind", "/tmp/.X11-unix", place)
    try:
        yield f":{number}"
    finally:
        run("umount", place)
        place.rmdir()
        server.terminate()
        server.wait()


@contextmanager
def mounted(root: Path) -> Iterator[None]:
    """/proc, /sys and /dev, as any system has them."""
    run("mount", "-t", "proc", "proc", root / "proc")
    run("mount", "-t", "sysfs", "-o", "ro", "sysfs", root / "sys")
    run("mount", "--rbind", "--make-rslave", "/dev", root / "dev")
    try:
        yield
    finally:
        run("umount", "-R", "-l", root / "dev")
        run("umount", root / "sys")
        run("umount", root / "proc")


def smoke(root: Path, *more: str) -> None:
    with screen(root) as display:
        words = [
            sys.executable,
            str(ROOT / "packaging" / "smoke_test.py"),
            "samar",
            "--root",
            str(root),
            "--user",
            str(PERSON),
            *more,
        ]
        run(*words, env=dict(os.environ, DISPLAY=display))


def archive_of(package: Path) -> Path:
    """The portable archive that was built together with a .deb."""
    found = sorted(package.parent.glob("samar-*-linux-*.tar.xz"))
    if len(found) != 1:
        raise SystemExit(f"beside {package.name} there must be one portable archive")
    return found[0]


def repacked(package: Path, folder: Path) -> Path:
    """The same package with a later version number."""
    run("dpkg-deb", "-R", package, folder / "later")
    control = folder / "later" / "DEBIAN" / "control"
    text = control.read_text(encoding="utf-8")
    before = next(line for line in text.splitlines() if line.startswith("Version: "))
    control.write_text(text.replace(before, before + "+later"), encoding="utf-8")
    target = folder / "later.deb"
    run(
        "dpkg-deb",
        "-Zgzip",
        "-z1",
        "--root-owner-group",
        "--build",
        folder / "later",
        target,
        stdout=subprocess.DEVNULL,
    )
    shutil.rmtree(folder / "later")
    return target


def trial(package: Path, suite: str, root: Path) -> None:
    run("cp", "-a", minimal(suite), root)
    with mounted(root):
        inside(root, "apt-get", "update", "-qq")
        inside(root, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *DESKTOP)
        shutil.copyfile(package, root / "tmp" / "samar.deb")
        # what Samar depends on first, so that the comparison afterwards is about Samar alone
        depends = subprocess.run(
            ["dpkg-deb", "-f", str(package), "Depends"], capture_output=True, text=True, check=True
        ).stdout
        inside(root, "apt-get", "satisfy", "-y", "-qq", "--no-install-recommends", depends.strip())
        before = state(root)
        inside(root, "apt-get", "install", "-y", "-qq", "--no-install-recommends", "/tmp/samar.deb")
        print(f"{suite}: installed", flush=True)
        smoke(root, "--desktop")
        with screen(root) as display:
            hard_places.try_all(root, archive_of(package), display)
        data = root / "home" / "person" / ".local" / "share" / "samar"
        kept = sorted(str(path.relative_to(data)) for path in data.rglob("*"))
        repacked(package, root / "tmp")
        inside(root, "apt-get", "install", "-y", "-qq", "/tmp/later.deb")
        print(f"{suite}: upgraded", flush=True)
        smoke(root, "--no-window")
        for verb, words in (
            ("remove", ["apt-get", "remove", "-y", "-qq", "samar"]),
            ("purge", ["dpkg", "--purge", "samar"]),  # apt forgets a package that leaves no settings behind
        ):
            inside(root, *words)
            left = sorted(state(root) ^ before)
            if left:
                raise SystemExit(f"{suite}: after {verb} differs: {left[:20]}")
        after = sorted(str(path.relative_to(data)) for path in data.rglob("*"))
        if not after or after != kept:
            raise SystemExit(f"{suite}: the person's data changed: {sorted(set(kept) ^ set(after))}")
        print(f"{suite}: removed and purged; {len(after)} files of the person stay, nothing else", flush=True)


def check() -> None:
    """Raises SetupError when this computer can't make such roots."""
    if not sys.platform.startswith("linux"):
        raise SetupError("This check needs Linux: it installs a .deb in Debian and Ubuntu roots.")
    if os.geteuid() != 0:
        raise SetupError("This check makes system roots, which only root may do. Run it with sudo.")
    need(*PROGRAMS)


def main() -> int:
    try:
        return try_all()
    except SetupError as problem:
        print(problem, file=sys.stderr)
    except (subprocess.CalledProcessError, OSError) as problem:
        words = " ".join(map(str, problem.cmd)) if isinstance(problem, subprocess.CalledProcessError) else problem
        print(f"Failed: {words}", file=sys.stderr)
    return 1


def try_all() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("package", type=Path, nargs="?")
    parser.add_argument("--check", action="store_true", help="only look whether this computer can do it")
    parser.add_argument("--suite", action="append", help="a Debian or Ubuntu suite (default: bookworm and noble)")
    parser.add_argument("--mounts-are-private", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not arguments.mounts_are_private:
        check()
    if arguments.check:
        return 0
    if arguments.package is None:
        parser.error("name the .deb")
    package = arguments.package.resolve()
    for suite in arguments.suite or ["bookworm", "noble"]:
        root = KEPT / f"{suite}-trial"
        if arguments.mounts_are_private:
            trial(package, suite, root)
            continue
        # mounts of the trial end with its process, whatever happens: what is removed afterwards is files of the root only
        shutil.rmtree(root, ignore_errors=True)
        words = [sys.executable, __file__, str(package), "--suite", suite, "--mounts-are-private"]
        done = subprocess.run(["unshare", "--mount", "--propagation", "private", *words], check=False)
        if done.returncode != 0:
            return done.returncode
        shutil.rmtree(root)
    return 0


if __name__ == "__main__":
    sys.exit(main())
