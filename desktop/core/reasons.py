"""Why something failed, in words for a sentence: what systems and libraries say is turned into plain ones.

A reason stands behind a colon or in brackets ("The file can't be read: you are not allowed to"). It has no number of an error, no class
of an exception and no signal; those are for the log and for "Copy details". Reasons in REASONS are translated.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache


def _tr(_context: str, text: str) -> str:
    """Mark a text for translation (pyside6-lupdate reads the alias below)."""
    return text


QT_TRANSLATE_NOOP = _tr

_FORBIDDEN = QT_TRANSLATE_NOOP("reasons", "you are not allowed to")
_GONE = QT_TRANSLATE_NOOP("reasons", "it is not there")
_FULL = QT_TRANSLATE_NOOP("reasons", "the disk is full")
_LOCKED = QT_TRANSLATE_NOOP("reasons", "the disk can only be read, not written to")
_BIG = QT_TRANSLATE_NOOP("reasons", "the disk takes no files of this size")
_BROKEN = QT_TRANSLATE_NOOP("reasons", "the disk has a fault")
_USED = QT_TRANSLATE_NOOP("reasons", "another program is using it")
_FOLDER = QT_TRANSLATE_NOOP("reasons", "it is a folder")
_NO_FOLDER = QT_TRANSLATE_NOOP("reasons", "its folder is not there")
_CIRCLE = QT_TRANSLATE_NOOP("reasons", "its links lead in a circle")
_LONG = QT_TRANSLATE_NOOP("reasons", "its name is too long")
_AWAY = QT_TRANSLATE_NOOP("reasons", "the disk or network drive does not answer")
_MEMORY = QT_TRANSLATE_NOOP("reasons", "there is not enough memory")
_MANY = QT_TRANSLATE_NOOP("reasons", "too many files are open")
_REFUSED = QT_TRANSLATE_NOOP("reasons", "it refuses the connection")
_CUT = QT_TRANSLATE_NOOP("reasons", "the connection was cut")
_LATE = QT_TRANSLATE_NOOP("reasons", "no answer came in time")
_OFFLINE = QT_TRANSLATE_NOOP("reasons", "there is no way to it from here")
_UNKNOWN = QT_TRANSLATE_NOOP("reasons", "its address is not known")
_EXPIRED = QT_TRANSLATE_NOOP("reasons", "its certificate has expired")
_EARLY = QT_TRANSLATE_NOOP("reasons", "its certificate is not valid yet")
_STRANGER = QT_TRANSLATE_NOOP("reasons", "this computer does not trust its certificate")
_OTHER = QT_TRANSLATE_NOOP("reasons", "its certificate belongs to another address")
_NO_TLS = QT_TRANSLATE_NOOP("reasons", "it does not offer a safe connection")
_SHORT = QT_TRANSLATE_NOOP("reasons", "it ends too early")
_NO_JSON = QT_TRANSLATE_NOOP("reasons", "it is not valid JSON")
_LINE = QT_TRANSLATE_NOOP("reasons", "line {line} is not valid JSON")
_NO_TEXT = QT_TRANSLATE_NOOP("reasons", "it is not text (UTF-8)")
_NO_ZIP = QT_TRANSLATE_NOOP("reasons", "it is not a zip file")
_NO_KEYRING = QT_TRANSLATE_NOOP("reasons", "none is installed or unlocked")
_NO_MEMORY = QT_TRANSLATE_NOOP("reasons", "the computer ran out of memory")

SAID: Sequence[tuple[str, str]] = (
    # a regular expression of what a system or a library says, and what a person is told: "" says nothing
    (r"permission denied|operation not permitted|access is denied|zugriff verweigert", _FORBIDDEN),
    (r"no such file or directory|the system cannot find the (file|path) specified", _GONE),
    (r"no space left on device|disk quota exceeded|database or disk is full|there is not enough space on the disk", _FULL),
    (r"read-only file system|attempt to write a readonly database|the media is write protected", _LOCKED),
    (r"file too large|the file exceeds .*", _BIG),
    (r"input/output error|disk i/o error|data error .*", _BROKEN),
    (r"device or resource busy|text file busy|database is locked|.*used by another process", _USED),
    (r"is a directory", _FOLDER),
    (r"not a directory|unable to open database file", _NO_FOLDER),
    (r"file name too long", _LONG),
    (r"too many levels of symbolic links", _CIRCLE),
    (r"stale file handle|transport endpoint is not connected|no such device.*|host is down|.*network name is no longer.*", _AWAY),
    (r"cannot allocate memory|out of memory|.*bad_alloc.*|unable to allocate.*|not enough memory.*", _MEMORY),
    (r"too many open files.*", _MANY),
    (r"connection refused|.*actively refused.*|all connection attempts failed", _REFUSED),
    (r"connection (was )?(reset|aborted|closed).*|broken pipe|server disconnected.*|.*closed connection without.*", _CUT),
    (r"(the )?(read |write |connect |handshake )?(operation )?timed? ?out|connection timed out|operation timed out", _LATE),
    (r"network is (unreachable|down)|no route to host", _OFFLINE),
    (r"name or service not known|temporary failure in name resolution|nodename nor servname.*|getaddrinfo failed", _UNKNOWN),
    (r"no address associated with hostname|name does not resolve|host not found.*", _UNKNOWN),
    (r".*certificate has expired", _EXPIRED),
    (r".*certificate is not yet valid", _EARLY),
    (r".*(unable to get( local)? issuer certificate|self.signed certificate.*|certificate_verify_failed|unknown.ca)", _STRANGER),
    (r".*hostname mismatch.*|.*certificate is not valid for.*|.*doesn't match.*", _OTHER),
    (r".*(wrong.version.number|unsupported.protocol|handshake.failure|eof occurred in violation.*|record layer failure)|tls", _NO_TLS),
    (r"input data was truncated|unexpected end.*|truncated file.*|.*eof.*", _SHORT),
    (r".+: line (?P<line>\d+) column \d+ \(char \d+\)", _LINE),
    (r"json is malformed.*|extra data.*|expecting value.*", _NO_JSON),
    (r".*codec can't decode byte.*|invalid utf-8.*", _NO_TEXT),
    (r"file is not a zip file|bad magic number.*", _NO_ZIP),
    (r"no backend|no recommended backend.*|.*failed to unlock.*|.*locked collection.*", _NO_KEYRING),
    (r"sigkill: the system ran out of memory", _NO_MEMORY),
    (r"sig[a-z0-9]+(: .*)?|signal \d+|exit code \d+(: .*)?|it sent what is no frame.*|it ended by itself", ""),
    (r".*NoneType.*|'\w+' object .*|invalid argument|invalid cross-device link", ""),
    (r"none|\?|no reason given|", ""),
)  # fmt: skip

OWN: Sequence[str] = (
    # reasons that are worded in the code; {names} stand for what differs
    QT_TRANSLATE_NOOP("reasons", "it names no architecture"),
    QT_TRANSLATE_NOOP("reasons", "it has no weights"),
    QT_TRANSLATE_NOOP("reasons", "it ends inside its header"),
    QT_TRANSLATE_NOOP("reasons", "{count} bytes are missing at its end"),
    QT_TRANSLATE_NOOP("reasons", "it is big-endian"),
    QT_TRANSLATE_NOOP("reasons", "it is of version {count} of GGUF"),
    QT_TRANSLATE_NOOP("reasons", "version {count} of GGUF is unknown"),
    QT_TRANSLATE_NOOP("reasons", "its tensors are of type {name}"),
    QT_TRANSLATE_NOOP("reasons", "its checksum is another one"),
    QT_TRANSLATE_NOOP("reasons", "it has the wrong length"),
    QT_TRANSLATE_NOOP("reasons", "it is not a GGUF file"),
    QT_TRANSLATE_NOOP("reasons", "the file on Hugging Face has changed"),
    QT_TRANSLATE_NOOP("reasons", "it is nested too deep"),
    QT_TRANSLATE_NOOP("reasons", "it is not a file"),
    QT_TRANSLATE_NOOP("reasons", "reading it failed badly"),
    QT_TRANSLATE_NOOP("reasons", "its kind or its address is unknown"),
    QT_TRANSLATE_NOOP("reasons", "its kind needs the package socksio"),
    QT_TRANSLATE_NOOP("reasons", "the file was moved away while it was open"),
    QT_TRANSLATE_NOOP("reasons", "the search index is damaged; it is made anew at the next start"),
    QT_TRANSLATE_NOOP("reasons", "no answer in {count} seconds"),
    QT_TRANSLATE_NOOP("reasons", "it belongs to another version"),
    QT_TRANSLATE_NOOP("reasons", "the image could not be prepared for the model"),
    QT_TRANSLATE_NOOP("reasons", "the image could not be read"),
    QT_TRANSLATE_NOOP("reasons", "a rule begins with itself"),
    QT_TRANSLATE_NOOP("reasons", "no page could be begun"),
)

REASONS = frozenset((*(plain for _, plain in SAID if plain), *OWN))
"""All that can be translated."""

_CLASS = r"^((?:\w+\.)*[A-Z]\w*(?:Error|Exception|Warning|Interrupt|Exit|Found|Undefined|Timeout|Panic))(?:: *|$)"
_NUMBER = r"\[(?:Errno|WinError) -?\d+\] *"
_PATHS = r": (['\"]).*\1(?: -> (['\"]).*\2)?$"
_SOURCE = r"^_ssl\.c:\d+: *|\[SSL: \w+\] *|\[SSL\] *| *\(_ssl\.c:\d+\)| *\(error_code=[^)]*\)"
_NAME = r"\b(?:\w+\.)*[A-Z]\w*(?:Error|Exception)\b[(:]? *"
"""Compiled with the first error: most starts have none."""


def plain(said: str) -> str:
    """A reason as a person is told it, in English; "" where nothing is left to tell."""
    text = " ".join(said.split())
    while (named := re.match(_CLASS, text, re.DOTALL)) is not None:
        text = text[named.end() :]
    if re.search(_NUMBER, text):
        text = re.sub(_PATHS, "", re.sub(_NUMBER, "", text))
    text = re.sub(_SOURCE, "", text).strip().rstrip(".")
    for pattern, words in _said():
        if found := pattern.fullmatch(text):
            return words.format(**found.groupdict())
    return re.sub(_NAME, "", text).strip()


def template_of(reason: str) -> tuple[str, dict[str, str]]:
    """The text of REASONS that a plain reason was made from, with what was filled in; the reason itself for another one."""
    if reason in REASONS:
        return reason, {}
    for pattern, template in _templates():
        if found := pattern.fullmatch(reason):
            return template, found.groupdict()
    return reason, {}


@cache
def _said() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern, re.IGNORECASE | re.DOTALL), words) for pattern, words in SAID)


@cache
def _templates() -> tuple[tuple[re.Pattern[str], str], ...]:
    made = []
    for template in sorted(REASONS):
        if "{" in template:
            named = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(template))
            made.append((re.compile(named), template))
    return tuple(made)
