"""Proxies of the environment, and a computer that is not connected."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from desktop.core.errors import SamarError
from desktop.core.network import prepare_proxies, proxy_of
from desktop.models.hub import Hub
from desktop.updates import signature
from desktop.updates.fetch import Updater
from desktop.updates.release import Source
from tests.fakes.loopback_hub import LoopbackHub
from tests.fakes.loopback_releases import LoopbackReleases
from tests.fakes.proxies import SocksProxy, refusing_proxy
from tests.models.hub.fetching import REPO

PRIVATE, PUBLIC = signature.new_key()


def hub_at(endpoint: str, token: str | None = None) -> Hub:
    return Hub(lambda: True, endpoint, token=lambda: token)


@pytest.mark.parametrize("kind", ["socks5", "socks5h", "socks", "SOCKS"])
@pytest.mark.parametrize("name", ["ALL_PROXY", "all_proxy", "http_proxy"])
def test_that_a_socks_proxy_is_used(world: LoopbackHub, monkeypatch: pytest.MonkeyPatch, kind: str, name: str) -> None:
    with SocksProxy(world.port).serving() as proxy:
        monkeypatch.setenv(name, f"{kind}://127.0.0.1:{proxy.port}")
        found = hub_at("http://hub.invalid").search("Tiny")
    assert [one.repo for one in found] == [REPO]
    assert set(proxy.asked) == {"hub.invalid"}, "the proxy looks up names"


def test_that_a_host_without_a_proxy_is_asked_directly(world: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    with SocksProxy(0).serving() as proxy:
        monkeypatch.setenv("ALL_PROXY", f"socks5://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
        assert hub_at(world.endpoint).search("Tiny")
    assert proxy.asked == []


def test_that_a_socks_proxy_that_refuses_is_named(world: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    with SocksProxy(0).serving() as proxy:
        monkeypatch.setenv("ALL_PROXY", f"socks5://person:secret@127.0.0.1:{proxy.port}")
        with pytest.raises(SamarError) as caught:
            hub_at("http://hub.invalid").search("x")
    assert caught.value.code == "proxy_failed"
    assert caught.value.details["proxy"] == f"127.0.0.1:{proxy.port}"
    assert "secret" not in caught.value.sentence()


@pytest.mark.parametrize("given", ["socks4://127.0.0.1:9", "ftp://127.0.0.1:9", "http://[::1:9"])
def test_that_a_proxy_of_another_kind_is_a_sentence_about_the_proxy(
    world: LoopbackHub, monkeypatch: pytest.MonkeyPatch, given: str, tmp_path: Path
) -> None:
    monkeypatch.setenv("ALL_PROXY", given)
    with pytest.raises(SamarError) as caught:
        hub_at("http://hub.invalid").search("x")
    assert caught.value.code == "proxy_unusable"
    with pytest.raises(SamarError) as caught:
        Updater(Source("http://127.0.0.1:9/", (PUBLIC,)), "9.0.9", (".deb",), tmp_path, lambda: True).check()
    assert caught.value.code == "proxy_unusable"


def test_that_a_missing_package_is_a_sentence_about_the_proxy(
    world: LoopbackHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    monkeypatch.setitem(sys.modules, "socksio", None)
    with pytest.raises(SamarError) as caught:
        hub_at("http://hub.invalid").search("x")
    assert caught.value.code == "proxy_unusable" and "socksio" in caught.value.details["reason"]


def test_that_the_updater_uses_a_socks_proxy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with LoopbackReleases(PRIVATE).serving() as releases, SocksProxy(0).serving() as proxy:
        proxy.to = int(releases.url.split(":")[2].split("/")[0])
        monkeypatch.setenv("ALL_PROXY", f"socks://127.0.0.1:{proxy.port}")
        source = Source(releases.url, (PUBLIC,))
        found = Updater(source, "9.0.9", ("amd64.deb",), tmp_path, lambda: True).check()
    assert found is not None and proxy.asked == ["127.0.0.1"]


def test_that_a_computer_that_is_not_connected_is_told_so(
    world: LoopbackHub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def unknown(*_words: object, **_more: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(SamarError) as caught:
        hub_at("https://huggingface.invalid").search("x")
    assert caught.value.code == "no_network"
    assert "Errno" not in caught.value.sentence()
    with pytest.raises(SamarError) as caught:
        Updater(Source("https://page.invalid/", (PUBLIC,)), "9.0.9", (".deb",), tmp_path, lambda: True).check()
    assert caught.value.code == "no_network"


def test_that_a_host_that_refuses_is_told_without_numbers(world: LoopbackHub) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(SamarError) as caught:
        hub_at(f"http://127.0.0.1:{port}").search("x")
    assert caught.value.code == "hub_unreachable"
    assert "Errno" not in caught.value.sentence()


@pytest.mark.parametrize("status", [401, 403])
def test_that_a_token_is_not_sent_where_it_can_be_read(
    world: LoopbackHub, monkeypatch: pytest.MonkeyPatch, status: int, tmp_path: Path
) -> None:
    with refusing_proxy(status) as (port, asked):
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
        for question in (
            lambda hub: hub.search("x"),
            lambda hub: hub.repository(REPO),
        ):
            with pytest.raises(SamarError) as caught:
                question(hub_at("http://mirror.invalid", "hf_secret"))
            assert caught.value.code == "hub_insecure"
    assert asked and {token for _, token in asked} == {""}


def test_that_names_of_proxies_are_read_as_they_are_written() -> None:
    environment = {"ALL_PROXY": "socks://h:1", "https_proxy": "u:p@h:2", "HTTP_PROXY": "http://h:3"}
    prepare_proxies(environment)
    assert environment == {"ALL_PROXY": "socks5h://h:1", "https_proxy": "u:p@h:2", "HTTP_PROXY": "http://h:3"}
    assert proxy_of("https", environment) == "h:2"
    assert proxy_of("http", environment) == "h:3"
    assert proxy_of("ftp", environment) == "h:1"
    assert proxy_of("https", {}) == ""
