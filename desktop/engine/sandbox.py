"""What the engine process may do to the computer: read files, write into one folder, open no network socket.

On Linux enforced by Landlock (writes; TCP from ABI 4 on) and seccomp (sockets of any kind but UNIX, io_uring); elsewhere
nothing is enforced yet. Constants: linux/landlock.h, linux/seccomp.h, linux/audit.h. To be called while the process has one
thread, since both bind the calling thread and what it starts afterwards.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG = 1
_PATH_BENEATH = 1
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2

_WRITE_FILE, _REMOVE_DIR, _REMOVE_FILE = 1 << 1, 1 << 4, 1 << 5
_MAKE_ANY = 0b1111111 << 6  # character device … symbolic link
_MAKE_DIR, _MAKE_REG = 1 << 7, 1 << 8
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_BIND_TCP, _CONNECT_TCP = 1, 2

# machine: (AUDIT_ARCH, socket, io_uring_setup)
_MACHINES = {"x86_64": (0xC000003E, 41, 425), "aarch64": (0xC00000B7, 198, 425)}
_AF_UNIX = 1
_ALLOW, _DENY = 0x7FFF0000, 0x00050000 | 13  # EACCES
_LOAD, _JUMP_IF_EQUAL, _JUMP_IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_X32 = 0x40000000


def confine(writable: Iterable[Path] = ()) -> list[str]:
    """Give up writing outside `writable` and every network socket; names of the mechanisms that hold now."""
    if not sys.platform.startswith("linux"):
        return []
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return []
    held: list[str] = []
    if abi := _landlock(libc, list(writable)):
        held.append(f"landlock {abi}")
    if _seccomp(libc):
        held.append("seccomp")
    return held


def _landlock(libc: ctypes.CDLL, writable: list[Path]) -> int:
    """The ABI that holds; 0 where the kernel has none."""
    abi = int(libc.syscall(ctypes.c_long(_CREATE_RULESET), None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_FLAG)))
    if abi < 1:
        return 0
    writes = _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_ANY
    writes |= _REFER if abi >= 2 else 0
    writes |= _TRUNCATE if abi >= 3 else 0
    attributes = struct.pack("<Q", writes) + (struct.pack("<Q", _BIND_TCP | _CONNECT_TCP) if abi >= 4 else b"")
    buffer = ctypes.create_string_buffer(attributes, len(attributes))
    ruleset = int(
        libc.syscall(ctypes.c_long(_CREATE_RULESET), buffer, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0))
    )
    if ruleset < 0:
        return 0
    try:
        in_folder = (_WRITE_FILE | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _TRUNCATE | _REFER) & writes
        for folder in writable:
            _allow(libc, ruleset, folder, in_folder)
        _allow(libc, ruleset, Path("/dev"), (_WRITE_FILE | _TRUNCATE) & writes)  # the null device, GPUs
        if libc.syscall(ctypes.c_long(_RESTRICT_SELF), ctypes.c_int(ruleset), ctypes.c_uint32(0)) != 0:
            return 0
    finally:
        os.close(ruleset)
    return abi


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, access: int) -> None:
    with contextlib.suppress(OSError):  # a folder that is not there can't be written to either
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            rule = ctypes.create_string_buffer(struct.pack("<Qi", access, handle), 12)
            libc.syscall(
                ctypes.c_long(_ADD_RULE), ctypes.c_int(ruleset), ctypes.c_int(_PATH_BENEATH), rule, ctypes.c_uint32(0)
            )
        finally:
            os.close(handle)


class _Filter(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint16), ("jt", ctypes.c_uint8), ("jf", ctypes.c_uint8), ("k", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("filter", ctypes.POINTER(_Filter)))


def _seccomp(libc: ctypes.CDLL) -> bool:
    """Deny socket() but for UNIX ones, io_uring, and system calls of another architecture."""
    machine = _MACHINES.get(platform.machine())
    if machine is None or sys.byteorder != "little" or struct.calcsize("P") != 8:
        return False
    arch, socket_call, io_uring = machine
    # struct seccomp_data: nr at 0, arch at 4, args[0] at 16
    program = [
        (_LOAD, 0, 0, 4),
        (_JUMP_IF_EQUAL, 0, 7, arch),  # → deny
        (_LOAD, 0, 0, 0),
        (_JUMP_IF_AT_LEAST, 5, 0, _X32),  # → deny
        (_JUMP_IF_EQUAL, 4, 0, io_uring),  # → deny
        (_JUMP_IF_EQUAL, 0, 2, socket_call),  # else → allow
        (_LOAD, 0, 0, 16),
        (_JUMP_IF_EQUAL, 0, 1, _AF_UNIX),  # else → deny
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _DENY),
    ]
    filters = (_Filter * len(program))(*(_Filter(*line) for line in program))
    data = _Program(len(program), filters)
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(data), 0, 0) == 0)
