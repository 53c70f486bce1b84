"""What a child process of Samar may do to the computer: nothing but read and write what it was given.

`confine` takes everything else away, for good, from the calling process and from all that it starts. Linux enforces it:
Landlock for files, for signals and abstract sockets of other processes (ABI 6 on) and TCP (ABI 4 on); seccomp for sockets
of every kind, other programs and processes, namespaces, modes and times of files. Elsewhere nothing is enforced yet.
Constants: linux/landlock.h, linux/seccomp.h, linux/audit.h, asm/unistd.h.
"""

from __future__ import annotations

import contextlib
import os
import stat
import struct
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.core import program

if TYPE_CHECKING:
    import ctypes  # the window asks for names only, and starts without it

READING, WRITING, NETWORK, PROGRAMS, PROCESSES = "reading", "writing", "network", "programs", "processes"
"""What `confine` takes away: reading and writing other files, every socket, starting programs, other processes."""
ALL = (READING, WRITING, NETWORK, PROGRAMS, PROCESSES)

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG = 1
_PATH_BENEATH = 1
_PR_SET_NO_NEW_PRIVS = 38
_SET_MODE_FILTER, _ALL_THREADS = 1, 1  # SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
_MAKE_ANY = 0b1111111 << 6  # character device … symbolic link
_REFER, _TRUNCATE, _IOCTL_DEVICE = 1 << 13, 1 << 14, 1 << 15
_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEVICE
_BIND_TCP, _CONNECT_TCP = 1, 2
_ABSTRACT_SOCKETS, _SIGNALS = 1, 2
_SCOPES = 6
"""The ABI of Landlock that knows the last two."""

_READ = _READ_FILE | _READ_DIR
_RUN = _READ | _EXECUTE
_WRITE = _READ | _WRITE_FILE | _REMOVE_FILE | _REMOVE_DIR | _MAKE_DIR | _MAKE_REG | _TRUNCATE | _REFER
_DEVICE = _READ | _WRITE_FILE | _TRUNCATE | _IOCTL_DEVICE

_LIBRARIES = (
    "/lib", "/lib64", "/lib32", "/usr/lib", "/usr/lib64", "/usr/lib32", "/usr/libexec", "/usr/local/lib", "/nix/store",
    "/gnu/store", "/run/opengl-driver", "/run/current-system/sw/lib",
)  # fmt: skip
_FACTS = (
    "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime", "/etc/timezone", "/etc/ssl/openssl.cnf",
    "/usr/share/zoneinfo", "/usr/share/locale", "/proc/meminfo", "/proc/cpuinfo", "/proc/stat", "/proc/vmstat",
    "/proc/uptime", "/proc/loadavg", "/proc/filesystems", "/proc/sys/vm", "/proc/sys/kernel/osrelease",
    "/sys/devices/system", "/sys/fs/cgroup", "/sys/kernel/mm/transparent_hugepage",
)  # fmt: skip
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_GPUS = ("dri", "nvidia*", "kfd", "mali*", "dxg")
_GPU_FACTS = (
    "/sys", "/usr/share", "/usr/local/share", "/etc/vulkan", "/etc/glvnd", "/etc/drirc", "/etc/OpenCL", "/etc/nvidia",
    "/proc/driver", "/proc/devices", "/proc/modules", "/proc/sys/kernel",
)  # fmt: skip

# ---- system calls by number, x86_64 first, then aarch64; None: not there

_Numbers = tuple[int | None, int | None]
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column, AUDIT_ARCH
_SOCKETS: tuple[_Numbers, ...] = (
    (41, 198), (53, 199), (42, 203), (49, 200), (50, 201), (43, 202), (288, 242),  # socket … accept4
    (44, 206), (46, 211), (307, 269), (425, 425), (426, 426), (427, 427),  # sendto, sendmsg, sendmmsg, io_uring
)  # fmt: skip
_FORK: _Numbers = (57, None)
_VFORK: _Numbers = (58, None)
_PROGRAMS: tuple[_Numbers, ...] = (_FORK, _VFORK, (59, 221), (322, 281))  # execve, execveat
_OTHERS: tuple[_Numbers, ...] = (
    (101, 117), (310, 270), (311, 271), (312, 272), (440, 440),  # ptrace, process_vm_*, kcmp, process_madvise
    (200, 130), (129, 138), (297, 240), (434, 434), (438, 438), (424, 424),  # tkill, rt_*sigqueueinfo, pidfd_*
    (256, 238), (279, 239), (251, 30), (448, 448),  # migrate_pages, move_pages, ioprio_set, process_mrelease
    (272, 97), (308, 268), (165, 40), (166, 39), (155, 41), (161, 51),  # unshare, setns, mount … chroot
    (428, 428), (429, 429), (430, 430), (431, 431), (432, 432), (433, 433), (442, 442),  # the newer mounts
    (323, 282), (250, 219), (248, 217), (249, 218), (321, 280), (298, 241),  # userfaultfd, keys, bpf, perf_event_open
    (29, 194), (30, 196), (31, 195), (64, 190), (66, 191), (65, 193), (68, 186), (69, 189), (70, 188), (71, 187),  # SysV
    (240, 180), (241, 181),  # mq_open, mq_unlink
    (90, None), (91, 52), (268, 53), (452, 452), (92, None), (93, 55), (94, None), (260, 54),  # chmod, chown
    (76, 45),  # truncate by name, which Landlock knows from ABI 3 on only
    (132, None), (235, None), (261, None), (280, 88),  # utime, utimes, futimesat, utimensat
    (188, 5), (189, 6), (190, 7), (197, 14), (198, 15), (199, 16), (463, 463), (466, 466), (469, 469),  # attributes
    (133, None), (259, 33), (304, 265), (254, 27), (300, 262), (301, 263),  # mknod, open_by_handle_at, watches
    (135, 92), (154, None), (153, 58), (103, 116), (163, 89), (179, 60), (443, 443),  # personality … quotactl_fd
    (175, 105), (313, 273), (176, 106), (246, 104), (320, 294), (169, 142), (167, 224), (168, 225),  # modules … swap
    (172, None), (173, None), (164, 170), (227, 112), (159, 171), (305, 266), (170, 161), (171, 162),  # ports, clocks
)  # fmt: skip
_CLONE3: _Numbers = (435, 435)
_CLONE: _Numbers = (56, 220)
_IOCTL: _Numbers = (16, 29)
_FCNTL: _Numbers = (72, 25)
_SET_PRIORITY: _Numbers = (141, 140)
_KILLS: tuple[_Numbers, ...] = ((62, 129), (234, 131))  # kill, tgkill: the process is the first argument
_ON_PROCESSES: tuple[_Numbers, ...] = ((302, 261), (203, 122), (144, 119), (142, 118), (314, 274))
"""prlimit64, sched_setaffinity, sched_setscheduler, sched_setparam, sched_setattr: as before, 0 for the caller."""

_THREAD, _NAMESPACES = 0x00010000, 0x7E020000  # flags of clone
_TERMINAL_INPUT = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX: they type into the terminal
_SET_OWNER = (8, 15)  # F_SETOWN, F_SETOWN_EX: with F_SETSIG they send any signal to any process
_ALLOW, _DENY, _UNKNOWN = 0x7FFF0000, 0x00050000 | 13, 0x00050000 | 38  # EACCES, ENOSYS
_LOAD, _JUMP_IF_EQUAL, _JUMP_IF_AT_LEAST, _JUMP_IF_ANY, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_X32 = 0x40000000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # struct seccomp_data

_Instruction = tuple[int, int, int, int]

_kept: list[int] = []
"""Descriptors of folders in /proc, whose rules hold as long as they are open."""


def confine(
    *,
    read: Iterable[Path] = (),
    write: Iterable[Path] = (),
    programs: bool = False,
    imports: bool = True,
    gpu: bool = False,
    memory: int = 0,
    seconds: int = 0,
    file_bytes: int = 0,
) -> list[str]:
    """Give up everything but reading `read`, reading and writing `write`, and what Python itself needs; for good.

    To be called while the process has one thread: threads that run already keep their rights to files. Descriptors that
    are open stay usable.

    read, write: files, or folders with all that is in them; what is not there is left out.
    programs: other programs of Samar's own installation may be started and ended; they inherit all of this.
    imports: modules and native libraries can be read and imported as before; else no file but those can be read at all.
    gpu: devices of graphics cards and what their drivers read may be used.
    memory: bytes of address space; seconds: of processor time from now on, after which the system ends the process;
    file_bytes: of one file that it writes. 0: no bound. They are set wherever the system knows them, Windows excluded.

    Returns what holds now, out of ALL: nothing where the system enforces nothing.
    """
    _limit(memory, seconds, file_bytes)
    held = restrict_files(read=read, write=write, gpu=gpu, imports=imports)
    held += restrict_calls(programs=programs)
    if programs and NETWORK in held and abi() >= _SCOPES:
        held.append(PROCESSES)
    return held


def missing(held: Iterable[str]) -> list[str]:
    """What is not held, out of ALL."""
    names = set(held)
    return [name for name in ALL if name not in names]


def abi() -> int:
    """The version of the kernel's Landlock; 0 where there is none."""
    if not sys.platform.startswith("linux"):
        return 0
    return max(0, _call(_libc(), _CREATE_RULESET, None, 0, _VERSION_FLAG))


def restrict_files(
    *,
    read: Iterable[Path] = (),
    write: Iterable[Path] = (),
    gpu: bool = False,
    imports: bool = True,
    reading: bool = True,
    folders: bool = True,
) -> list[str]:
    """The half of `confine` that is about files. reading: else everything may still be read, for a process that is not
    told yet what it will read; a second call takes that away. folders: they may be made and removed inside of `write`."""
    version = abi()
    if version < 1:
        return []
    libc = _libc()
    handled = _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_ANY
    handled |= _RUN if reading else 0
    handled |= _REFER if version >= 2 else 0
    handled |= _TRUNCATE if version >= 3 else 0
    handled |= _IOCTL_DEVICE if version >= 5 else 0
    attributes = [handled]
    attributes += [_BIND_TCP | _CONNECT_TCP] if version >= 4 else []
    attributes += [_ABSTRACT_SOCKETS | _SIGNALS] if version >= _SCOPES else []
    packed = struct.pack(f"<{len(attributes)}Q", *attributes)
    ruleset = _call(libc, _CREATE_RULESET, packed, len(packed), 0)
    if ruleset < 0:
        return []
    try:
        writing = _WRITE if folders else _WRITE & ~(_MAKE_DIR | _REMOVE_DIR)
        grants: list[tuple[Path, int]] = [(path, writing) for path in write]
        grants += [(Path(name), _DEVICE) for name in _DEVICES]
        grants += [(path, _DEVICE) for path in _gpu_devices()] if gpu else []
        if reading:
            grants += [(path, _READ) for path in read]
        if reading and imports:
            grants += [(path, _RUN) for path in _program_folders()]
            grants += [(Path(name), _READ) for name in _FACTS]
            grants += [(Path(entry), _READ_DIR) for entry in sys.path if entry and not _holds_home(Path(entry))]
            grants += [(Path(name), _READ) for name in _GPU_FACTS] if gpu else []
            grants.append((Path("/proc/self"), _READ))
        for path, rights in grants:
            _allow(libc, ruleset, path, rights & handled)
        if not _forbid_new_rights(libc) or _call(libc, _RESTRICT_SELF, ruleset, 0) != 0:
            return []
    finally:
        os.close(ruleset)
    return [READING, WRITING] if reading else [WRITING]


def _program_folders() -> list[Path]:
    """Where the interpreter, Samar and the libraries of the system lie."""
    home = program.folder()
    found = [Path(name) for name in _LIBRARIES]
    if program.is_frozen():
        found += [home, Path(getattr(sys, "_MEIPASS", home))]
    else:
        found += [home / "desktop", home / "converter", home / "assets"]
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    prefixes |= {entry for entry in sys.path if entry and Path(entry).resolve() != home}
    prefixes.add(str(Path(sys.executable).resolve()))
    return found + [path for path in map(Path, sorted(prefixes)) if not _holds_home(path)]


def _holds_home(path: Path) -> bool:
    """Whether all of the person's files would be granted with `path`."""
    try:
        home = Path.home().resolve()
    except RuntimeError:
        return False
    path = path.resolve()
    return path == home or path in home.parents


def _gpu_devices() -> list[Path]:
    return [path for name in _GPUS for path in Path("/dev").glob(name)]


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, access: int) -> None:
    with contextlib.suppress(OSError):  # what is not there needs no right
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            if not stat.S_ISDIR(os.fstat(handle).st_mode):
                access &= _ON_FILES
            _call(libc, _ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("<Qi", access, handle), 0)
        finally:
            if path.parts[1:2] == ("proc",):  # the kernel makes its files anew once nobody holds them
                _kept.append(handle)
            else:
                os.close(handle)


def restrict_calls(*, programs: bool = False) -> list[str]:
    """The half of `confine` that is about system calls, for all threads that run."""
    machine = _MACHINES.get(os.uname().machine) if sys.platform.startswith("linux") else None
    if machine is None or sys.byteorder != "little" or struct.calcsize("P") != 8:
        return []
    libc = _libc()
    instructions = _instructions(*machine, programs=programs)
    data = _compiled(instructions)
    number = (317, 277)[machine[0]]  # seccomp
    if not _forbid_new_rights(libc):
        return []
    done = _call(libc, number, _SET_MODE_FILTER, _ALL_THREADS, data)
    if done != 0:
        return []
    return [NETWORK] if programs else [NETWORK, PROGRAMS, PROCESSES]


def process_ban() -> Callable[[], None] | None:
    """What has the calling process, and the programs that replace it, start no other process any more; threads go on. None:
    the system enforces nothing.

    For one that was confined with `programs`, once all that it needs is started. What is returned may be called between a
    fork and the start of the program: it only makes two system calls.
    """
    machine = _MACHINES.get(os.uname().machine) if sys.platform.startswith("linux") else None
    if machine is None or sys.byteorder != "little" or struct.calcsize("P") != 8:
        return None
    column, architecture = machine
    lines: list[_Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_IF_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _DENY),
        (_LOAD, 0, 0, _NUMBER),
        (_JUMP_IF_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _DENY),
    ]
    for call, answer in ((_FORK, _DENY), (_VFORK, _DENY), (_CLONE3, _UNKNOWN)):
        if (number := call[column]) is not None:
            lines += [(_JUMP_IF_EQUAL, 0, 1, number), (_RETURN, 0, 0, answer)]
    clone = _CLONE[column]
    assert clone is not None
    lines += [(_JUMP_IF_EQUAL, 0, 3, clone), (_LOAD, 0, 0, _ARGUMENTS), (_JUMP_IF_ANY, 1, 0, _THREAD)]
    lines += [(_RETURN, 0, 0, _DENY), (_RETURN, 0, 0, _ALLOW)]
    libc, data, number = _libc(), _compiled(lines), (317, 277)[column]

    def install() -> None:
        if not _forbid_new_rights(libc) or _call(libc, number, _SET_MODE_FILTER, _ALL_THREADS, data) != 0:
            raise OSError("the system refuses the filter")

    return install


def _instructions(column: int, architecture: int, *, programs: bool) -> list[_Instruction]:
    """The filter: what is denied, then what depends on an argument; all else is allowed."""

    def numbers(*calls: _Numbers) -> list[int]:
        return [number for call in calls if (number := call[column]) is not None]

    def answer(number: int, value: int) -> list[_Instruction]:
        return [(_JUMP_IF_EQUAL, 0, 1, number), (_RETURN, 0, 0, value)]

    def judged(number: int, *body: _Instruction) -> list[_Instruction]:
        """`body` ends in a return, for this call alone."""
        return [(_JUMP_IF_EQUAL, 0, len(body), number), *body]

    def argument(index: int) -> _Instruction:
        return _LOAD, 0, 0, _ARGUMENTS + 8 * index  # its lower half: all of these are 32 bits

    allow, deny = (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _DENY)
    pid = os.getpid()
    own = ((_JUMP_IF_EQUAL, 1, 0, pid), deny, allow)
    own_or_zero = ((_JUMP_IF_EQUAL, 2, 0, pid), (_JUMP_IF_EQUAL, 1, 0, 0), deny, allow)

    lines: list[_Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_IF_EQUAL, 1, 0, architecture),
        deny,
        (_LOAD, 0, 0, _NUMBER),
        (_JUMP_IF_AT_LEAST, 0, 1, _X32),
        deny,
    ]
    for number in numbers(*_SOCKETS, *_OTHERS, *(() if programs else _PROGRAMS)):
        lines += answer(number, _DENY)
    for number in numbers(_CLONE3):  # its flags lie where no filter sees them; the C library then takes clone
        lines += answer(number, _UNKNOWN)
    for number in numbers(_CLONE):
        thread = (_JUMP_IF_ANY, 1, 0, _THREAD), deny
        namespaces = (_JUMP_IF_ANY, 0, 1, _NAMESPACES), deny
        lines += judged(number, argument(0), *namespaces, *(() if programs else thread), allow)
    for call, (first, second) in ((_IOCTL, _TERMINAL_INPUT), (_FCNTL, _SET_OWNER)):
        for number in numbers(call):
            choice = (_JUMP_IF_EQUAL, 1, 0, first), (_JUMP_IF_EQUAL, 0, 1, second)
            lines += judged(number, argument(1), *choice, deny, allow)
    for number in numbers(_SET_PRIORITY):
        lines += judged(number, argument(0), (_JUMP_IF_EQUAL, 1, 0, 0), deny, argument(1), *own_or_zero)
    for number in numbers(*_ON_PROCESSES):
        lines += judged(number, argument(0), *own_or_zero)
    for number in () if programs else numbers(*_KILLS):
        lines += judged(number, argument(0), *own)
    return [*lines, allow]


def _limit(memory: int, seconds: int, file_bytes: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    limits = [(resource.RLIMIT_CORE, 0)]  # a core dump would hold what the process held
    limits += [(resource.RLIMIT_AS, memory)] if memory else []
    limits += [(resource.RLIMIT_CPU, int(time.process_time()) + seconds + 1)] if seconds else []
    limits += [(resource.RLIMIT_FSIZE, file_bytes)] if file_bytes else []
    for which, most in limits:
        with contextlib.suppress(ValueError, OSError):  # not every system knows every limit
            _, hard = resource.getrlimit(which)
            bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(which, (bound, bound))


def _compiled(instructions: Iterable[_Instruction]) -> Any:
    """A pointer to a struct sock_fprog."""
    import ctypes

    class Filter(ctypes.Structure):
        _fields_ = (("code", ctypes.c_uint16), ("jt", ctypes.c_uint8), ("jf", ctypes.c_uint8), ("k", ctypes.c_uint32))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_uint16), ("filter", ctypes.POINTER(Filter)))

    lines = [Filter(*line) for line in instructions]
    return ctypes.pointer(Program(len(lines), (Filter * len(lines))(*lines)))


def _libc() -> ctypes.CDLL:
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return libc


def _call(libc: ctypes.CDLL, number: int, *arguments: object) -> int:
    import ctypes

    registers = (ctypes.c_long(value) if isinstance(value, int) else value for value in arguments)
    return int(libc.syscall(ctypes.c_long(number), *registers))


def _forbid_new_rights(libc: ctypes.CDLL) -> bool:
    return bool(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
