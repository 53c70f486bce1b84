"""Whether a window can be opened here. Qt itself ends the process when it can't, so this is asked first."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path


def why_no_display() -> str | None:
    """A sentence that says why no window can be opened, or None when one can."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return None
    wayland = os.environ.get("WAYLAND_DISPLAY")
    if wayland and (Path(os.environ.get("XDG_RUNTIME_DIR", "/nonexistent")) / wayland).exists():
        return None
    name = os.environ.get("DISPLAY")
    if not name:
        return "There is no display here."
    if not x_server_answers(name):
        return f"The display {name} does not answer."
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
