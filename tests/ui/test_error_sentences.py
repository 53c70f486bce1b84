"""Whatever failed, a person reads a sentence: no number of an error, no class of an exception, no gap; in both languages."""

from __future__ import annotations

import errno
import json
import os
import re
import socket
import sqlite3
import ssl
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from converter.errors import ExitStatus
from desktop.core.errors import SENTENCES, SamarError, technical
from desktop.core.languages import Language
from desktop.core.reasons import OWN, REASONS, SAID, plain
from desktop.ui import i18n
from desktop.ui.controllers.conversion_controller import REASONS as OF_CONVERSIONS
from desktop.ui.error_presenter import Presented, present

ISOLATES = "\u2066\u2067\u2068\u2069\u200e\u200f"
BAD = re.compile(
    r"\[(Errno|WinError|SSL)|_ssl\.c|\bSIG[A-Z]{3}|exit code|\w(Error|Exception)\b|\bNone\b|NoneType|Traceback"
    r"|[{}]|\(\)|: ?\.(\s|$)|: ?$| \.(\s|$)|  |\.\."
)


def _json_problem() -> Exception:
    try:
        json.loads("{\n\n x")
    except ValueError as problem:
        return problem
    raise AssertionError


def _text_problem() -> Exception:
    try:
        b"\xff".decode()
    except ValueError as problem:
        return problem
    raise AssertionError


NUMBERS = (
    *("EACCES", "ENOENT", "ENOSPC", "EROFS", "EFBIG", "EIO", "EBUSY", "EISDIR", "ENOTDIR", "ENAMETOOLONG", "ESTALE"),
    *("ENOTCONN", "ENOMEM", "EMFILE", "ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENETUNREACH", "EPERM"),
    *("EINVAL", "ELOOP", "EXDEV", "EHOSTUNREACH"),
)
PROBLEMS: tuple[object, ...] = (
    *(OSError(getattr(errno, name), os.strerror(getattr(errno, name)), "/a/b: c") for name in NUMBERS),
    *(technical(OSError(errno.EACCES, os.strerror(errno.EACCES))), technical(KeyError("x")), technical(OSError())),
    socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
    ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate (_ssl.c:1006)"),
    TimeoutError("_ssl.c:989: The handshake operation timed out"),
    sqlite3.OperationalError("disk I/O error"),
    *(_json_problem(), _text_problem(), AttributeError("'NoneType' object has no attribute 'x'"), ConnectionResetError()),
    *("ValueError", "builtins.ValueError: odd", "httpx2.ConnectError: [Errno 111] Connection refused", "a KeyError in it"),
    *("SIGSEGV", "SIGABRT: GGML_ASSERT(n > 0) failed", "SIGKILL: the system ran out of memory", "exit code 1: x"),
    *("[WinError 5] Access is denied: 'C:\\\\x'", "", None, "?", "503"),
)  # fmt: skip


def sentences(presented: Presented) -> list[str]:
    return [text.translate(dict.fromkeys(map(ord, ISOLATES))) for text in (presented.what, presented.then)]


def problem_of(code: str, reason: object) -> SamarError:
    names = set(re.findall(r"{(\w+)}", " ".join(SENTENCES[code])))
    given = {name: reason if name in ("reason", "what") else "x1" for name in names | {"what", "reason"}}
    return SamarError(code, **given)


@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize("code", SENTENCES)
def test_that_every_code_is_a_plain_sentence_whatever_the_reason(
    app: QApplication, code: str, language: Language
) -> None:
    i18n.install(app, language)
    for reason in PROBLEMS:
        problem = problem_of(code, reason)
        shown = [*sentences(present(problem)), problem.sentence()]
        assert not [text for text in shown if BAD.search(text)], f"{reason!r}"
        assert all(text.endswith((".", "!", "؟", "?")) for text in shown)


@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize("code", SENTENCES)
def test_that_a_code_whose_details_are_gone_is_a_sentence(app: QApplication, code: str, language: Language) -> None:
    i18n.install(app, language)
    assert not [text for text in sentences(present(SamarError(code))) if BAD.search(text)]
    assert not BAD.search(SamarError(code).sentence())


def test_that_the_details_for_a_report_keep_what_the_sentence_leaves_out(app: QApplication) -> None:
    problem = SamarError("engine_died", reason="SIGSEGV: GGML_ASSERT(x) failed")
    assert "SIGSEGV" not in present(problem).what
    assert "SIGSEGV: GGML_ASSERT(x) failed" in present(problem).details
    assert (
        "AttributeError"
        in present(SamarError("bug", what="AttributeError: 'NoneType' object has no attribute 'x'")).details
    )


def test_that_reasons_are_said_in_the_language_of_the_interface(app: QApplication) -> None:
    i18n.install(app, Language.ARABIC)
    problem = SamarError("model_unreadable", name="m.gguf", reason=OSError(errno.EACCES, os.strerror(errno.EACCES)))
    assert sentences(present(problem))[0] == "تتعذّر قراءة ملف النموذج m.gguf: لا إذن لك بذلك."
    cut = SamarError("model_damaged", name="m.gguf", reason="12 bytes are missing at its end")
    assert sentences(present(cut))[0] == "ملف النموذج m.gguf تالف أو ناقص: ينقص من آخره 12 بايت."


def test_that_every_reason_is_reached_and_stays_what_it_is() -> None:
    for reason in REASONS:
        assert plain(reason) == reason or "{" in reason
    for pattern, words in SAID:
        re.compile(pattern)
        assert not words or words in REASONS


def test_that_reasons_of_our_own_are_worded_in_the_code() -> None:
    """One that nothing says any more is removed, one that was reworded is translated anew."""
    root = Path(__file__).resolve().parents[2] / "desktop"
    source = "".join(path.read_text(encoding="utf-8") for path in root.rglob("*.py") if path.name != "reasons.py")
    for reason in OWN:
        pieces = [piece for piece in re.split(r"\{\w+\}", reason) if len(piece) > 3]
        assert all(piece in source for piece in pieces), reason


def test_that_every_code_of_the_converter_has_a_sentence_in_other_languages() -> None:
    codes = {status.name.lower() for status in ExitStatus} - {"ok", "bug", "usage", "cancelled"}
    assert codes == set(OF_CONVERSIONS)


def test_that_being_offline_is_told_in_two_plain_sentences(app: QApplication) -> None:
    i18n.install(app, Language.ARABIC)
    assert sentences(present(SamarError("no_network", host="huggingface.co"))) == [
        "لا يوجد اتصال بالإنترنت.",
        "صِل الحاسوب ثم أعد المحاولة.",
    ]
