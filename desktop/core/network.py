"""What the files that speak to the network share: proxies of the environment, and why a connection failed. Speaks to nobody."""

from __future__ import annotations

import errno
import os
from collections.abc import MutableMapping
from urllib.parse import urlsplit

from desktop.core.errors import SamarError

_NAMES = ("all_proxy", "http_proxy", "https_proxy")
_NOT_CONNECTED = (errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTUNREACH, errno.EHOSTDOWN)
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def prepare_proxies(environment: MutableMapping[str, str] = os.environ) -> None:
    """Write `socks://`, as GNOME has it, in the way that the HTTP client knows: socks5h, so that the proxy looks up names."""
    for name in _NAMES:
        for key in (name, name.upper()):
            if environment.get(key, "").lower().startswith("socks://"):
                environment[key] = "socks5h://" + environment[key][len("socks://") :]


def proxy_of(scheme: str, environment: MutableMapping[str, str] = os.environ) -> str:
    """Host and port of the proxy that the environment names for addresses of `scheme`; "" for none. Never its password."""
    for name in (f"{scheme}_proxy", "all_proxy"):
        if given := environment.get(name) or environment.get(name.upper()):
            return urlsplit(given if "://" in given else f"//{given}").netloc.rpartition("@")[2]
    return ""


def unusable_proxy(problem: Exception) -> SamarError:
    """What the HTTP client could not begin with: a proxy of an unknown kind, or one whose address is none."""
    if isinstance(problem, ImportError):
        return SamarError("proxy_unusable", reason="its kind needs the package socksio")
    return SamarError("proxy_unusable", reason="its kind or its address is unknown")


def is_insecure(address: str) -> bool:
    """Whether what is sent to an address can be read on the way: no encryption, and not this computer."""
    parts = urlsplit(address)
    return parts.scheme != "https" and parts.hostname not in _LOOPBACK


def failed(problem: BaseException, host: str, scheme: str = "https") -> SamarError:
    """Why nothing was reached, as a sentence. problem: of the HTTP client, with what caused it."""
    proxy = proxy_of(scheme)
    chain: list[BaseException] = []
    now: BaseException | None = problem
    while now is not None and now not in chain:
        chain.append(now)
        now = now.__cause__ or now.__context__
    for one in chain:
        if _is(one, "SSLError"):
            said = getattr(one, "verify_message", None) or getattr(one, "reason", None) or "TLS"
            return SamarError("hub_untrusted", host=host, reason=said)
    if proxy and any(_is(one, "ProxyError", "SOCKSError", "ProtocolError") for one in chain):
        return SamarError("proxy_failed", proxy=proxy, host=host, reason=_first_line(problem))
    reasons = [one for one in chain if isinstance(one, OSError)]
    if not proxy and any(_is(one, "gaierror") or one.errno in _NOT_CONNECTED for one in reasons):
        typed = urlsplit(os.environ.get("HF_ENDPOINT", "")).netloc == host  # by hand, and maybe wrongly
        if typed and any(_is(one, "gaierror") for one in reasons):
            return SamarError("hub_unreachable", host=host, reason="its address is not known")
        return SamarError("no_network", host=host)
    worded = next((one.strerror for one in reasons if one.strerror), "")
    return SamarError("hub_unreachable", host=host, reason=worded or _first_line(problem))


def _is(problem: BaseException, *names: str) -> bool:
    """Whether an exception is of a class, or of one below it: told by the name, so that this file needs no network's module."""
    return any(kind.__name__ in names for kind in type(problem).__mro__)


def _first_line(problem: BaseException) -> str:
    """Fit to stand inside a sentence of ours."""
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0][:200].rstrip(". ")
