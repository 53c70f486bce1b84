"""Whether a window can be opened here. Qt itself ends the process when it can't, so this is asked first."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from pathlib import Path


def why_no_window() -> str | None:
    """A sentence that says why no window can be opened, or None when one can."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return None
    missing = None
    wayland = os.environ.get("WAYLAND_DISPLAY")
    if wayland and (Path(os.environ.get("XDG_RUNTIME_DIR", "/nonexistent")) / wayland).exists():
        missing = missing_library("wayland")
        if missing is None:
            return None
    name = os.environ.get("DISPLAY")
    if not name:
        return needs(missing) if missing else "There is no display here."
    if not x_server_answers(name):
        return f"The display {name} does not answer."
    missing = missing_library("xcb")
    return needs(missing) if missing else None


def needs(library: str) -> str:
    return f"The window needs {library}, which is not installed here."


def missing_library(platform: str) -> str | None:
    """The first system library that Qt's plugin for `platform` asks for in vain; Qt loads the others a moment later."""
    qt = importlib.util.find_spec("PySide6")
    if qt is None or not qt.submodule_search_locations:
        return "PySide6"
    plugin = Path(qt.submodule_search_locations[0]) / "Qt" / "plugins" / "platforms" / f"libq{platform}.so"
    try:
        ctypes.CDLL(str(plugin))
    except OSError as problem:
        cause = problem.__cause__ or problem  # a frozen program's ctypes puts words of its own before the loader's
        return str(cause).partition(":")[0]
    return None


def x_server_answers(name: str) -> bool:
    """Open and close one connection to an X server, the way Qt would (libxcb)."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # Qt carries its own reasons; let it speak
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.POINTER(ctypes.c_int)]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(name.encode(), None)
    failed = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return not failed
