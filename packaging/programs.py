"""Programs of the system that a task of the Makefile starts: install what is missing, or name the command that does.

    python3 packaging/programs.py PROGRAM [PROGRAM ...]

Exit status 0 when every program is there, 1 with the install command on stderr when one is missing, 2 for a name that
this table lacks. Standard library only, as packaging/prepare.py.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from prepare import SetupError, require

PACKAGES = {  # program: its package in Debian, Fedora and Arch
    "Xvfb": ("xvfb", "xorg-x11-server-Xvfb", "xorg-server-xvfb"),
    "at-spi-bus-launcher": ("at-spi2-core", "at-spi2-core", "at-spi2-core"),
    "bash": ("bash", "bash", "bash"),
    "busctl": ("systemd", "systemd", "systemd"),
    "c++": ("g++", "gcc-c++", "gcc"),
    "chroot": ("coreutils", "coreutils", "coreutils"),
    "cmake": ("cmake", "cmake", "cmake"),
    "dbus-monitor": ("dbus-bin", "dbus-tools", "dbus"),
    "dbus-run-session": ("dbus", "dbus-daemon", "dbus"),
    "debootstrap": ("debootstrap", "debootstrap", "debootstrap"),
    "dpkg-deb": ("dpkg", "dpkg", "dpkg"),
    "dpkg-shlibdeps": ("dpkg-dev", "dpkg-dev", "dpkg"),
    "glslc": ("glslc", "glslc", "shaderc"),
    "mount": ("mount", "util-linux", "util-linux"),
    "openbox": ("openbox", "openbox", "openbox"),
    "strip": ("binutils", "binutils", "binutils"),
    "stdbuf": ("coreutils", "coreutils", "coreutils"),
    "unshare": ("util-linux", "util-linux", "util-linux"),
    "vulkaninfo": ("vulkan-tools", "vulkan-tools", "vulkan-tools"),
    "weston": ("weston", "weston", "weston"),
    "xdotool": ("xdotool", "xdotool", "xdotool"),
}
ADMIN_FOLDERS = ("/usr/sbin", "/sbin", "/usr/libexec", "/usr/lib/at-spi2-core", "/usr/lib")
"""Where programs lie that are not on everybody's PATH."""


def find(program: str) -> str | None:
    """The path of a program of PACKAGES, or None."""
    return shutil.which(program) or next(
        (str(Path(folder) / program) for folder in ADMIN_FOLDERS if (Path(folder) / program).is_file()), None
    )


def need(*programs: str) -> None:
    """Make sure that all of `programs` are there, installing their packages where that needs no password.

    Raises SetupError with the install command for what is missing.
    """
    absent = [program for program in programs if find(program) is None]
    if not absent:
        return
    require(
        [PACKAGES[program] for program in absent],
        "programs of the system: " + ", ".join(absent),
        lambda: [program for program in absent if find(program) is None],
    )


def main(programs: list[str]) -> int:
    unknown = [program for program in programs if program not in PACKAGES]
    if unknown or not programs:
        print(f"{__doc__}\nNot in the table: {', '.join(unknown) or 'no program was named'}", file=sys.stderr)
        return 2
    try:
        need(*programs)
    except SetupError as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
