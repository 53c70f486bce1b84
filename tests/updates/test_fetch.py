"""New versions from a release page that behaves, and from ones that don't: each failure a sentence, nothing left behind."""

from __future__ import annotations

import base64
import errno
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from desktop.core.errors import SamarError
from desktop.updates import release, signature
from desktop.updates.fetch import Stopped, Updater
from desktop.updates.release import Source
from tests.fakes.loopback_releases import LoopbackReleases

PRIVATE, PUBLIC = signature.new_key()
OTHER_PRIVATE, OTHER_PUBLIC = signature.new_key()
SUFFIXES = ("amd64.deb",)


@pytest.fixture
def releases() -> Iterator[LoopbackReleases]:
    with LoopbackReleases(PRIVATE).serving() as page:
        yield page


@pytest.fixture
def updater(releases: LoopbackReleases, tmp_path: Path) -> Updater:
    return Updater(Source(releases.url, (PUBLIC,)), "9.0.9", SUFFIXES, tmp_path / "updates", lambda: True)


def fetched(updater: Updater) -> Path:
    found = updater.check()
    assert found is not None
    return updater.fetch(found, lambda _held, _size: None)


def failed(updater: Updater) -> SamarError:
    """How a look and a fetch end, with nothing left in the folder."""
    with pytest.raises(SamarError) as problem:
        fetched(updater)
    left = list(updater.folder.iterdir()) if updater.folder.exists() else []
    assert left == []
    assert problem.value.sentence()
    return problem.value


def test_that_a_newer_version_is_found_fetched_and_checked(releases: LoopbackReleases, updater: Updater) -> None:
    found = updater.check()
    assert found is not None
    assert found.version == "9.1.0"
    assert releases.asked == ["latest"], "a look fetches nothing else"
    seen: list[tuple[int, int]] = []
    path = updater.fetch(found, lambda held, size: seen.append((held, size)))
    assert path.name == "samar_9.1.0_amd64.deb"
    assert path.read_bytes() == releases.installer
    assert seen[-1] == (len(releases.installer), len(releases.installer))
    assert [file.name for file in updater.folder.iterdir()] == [path.name]


def test_that_an_older_fetch_makes_room_for_the_newer(releases: LoopbackReleases, updater: Updater) -> None:
    first = updater.check()
    assert first is not None
    old = updater.fetch(first, lambda _held, _size: None)
    releases.version = "9.2.0"
    releases.publish()
    second = updater.check()
    assert second is not None
    updater.fetch(second, lambda _held, _size: None)
    assert not old.exists()


@pytest.mark.parametrize("version", ["9.0.9", "9.0.8", "8.99.99", "0.1.0"])
def test_that_the_same_or_an_older_version_is_no_news(
    releases: LoopbackReleases, updater: Updater, version: str
) -> None:
    releases.version = version
    releases.publish()
    assert updater.check() is None


def test_that_an_old_release_can_not_pose_as_a_new_one(releases: LoopbackReleases, updater: Updater) -> None:
    """Its checksums and signature are genuine, its name is not."""
    releases.version = "9.0.1"
    releases.publish()
    genuine = releases.files
    releases.version = "9.9.9"
    sums = genuine["SHA256SUMS"]
    releases.files = {
        releases.name: releases.installer,
        "SHA256SUMS": sums,
        "SHA256SUMS.minisig": genuine["SHA256SUMS.minisig"],
    }
    assert failed(updater).code == "update_other_version"


def test_that_a_changed_installer_is_thrown_away(releases: LoopbackReleases, updater: Updater) -> None:
    releases.files[releases.name] = releases.installer[:-1] + b"!"
    assert failed(updater).code == "update_damaged"


def test_that_changed_checksums_are_not_believed(releases: LoopbackReleases, updater: Updater) -> None:
    releases.files["SHA256SUMS"] += b"\n"
    assert failed(updater).code == "update_untrusted"
    assert releases.name not in releases.asked, "nothing large is fetched before the signature is right"


def test_that_a_signature_by_another_key_is_not_believed(releases: LoopbackReleases, updater: Updater) -> None:
    sums = releases.files["SHA256SUMS"]
    releases.files["SHA256SUMS.minisig"] = signature.sign(sums, OTHER_PRIVATE, releases.version)
    assert failed(updater).code == "update_untrusted"


def test_that_another_key_under_our_number_is_not_believed(releases: LoopbackReleases, updater: Updater) -> None:
    forged = base64.b64encode(base64.b64decode(PRIVATE)[:8] + base64.b64decode(OTHER_PRIVATE)[8:]).decode()
    sums = releases.files["SHA256SUMS"]
    releases.files["SHA256SUMS.minisig"] = signature.sign(sums, forged, releases.version)
    assert failed(updater).code == "update_untrusted"


@pytest.mark.parametrize(
    "broken", [b"x", b"", b"\xff" * 200, b"a\nb\nc\nd\n", b"untrusted comment: \n" + b"A" * 100 + b"\n" * 3]
)
def test_that_a_signature_that_is_none_is_not_believed(
    releases: LoopbackReleases, updater: Updater, broken: bytes
) -> None:
    releases.files["SHA256SUMS.minisig"] = broken or b"\n"
    assert failed(updater).code == "update_untrusted"


def test_that_a_changed_comment_is_not_believed(releases: LoopbackReleases, updater: Updater) -> None:
    signed = releases.files["SHA256SUMS.minisig"]
    releases.files["SHA256SUMS.minisig"] = signed.replace(b"samar 9.1.0", b"samar 9.9.0")
    releases.version = "9.9.0"
    releases.files[releases.name] = releases.installer
    assert failed(updater).code == "update_untrusted"


def test_that_either_of_two_keys_is_enough(releases: LoopbackReleases, updater: Updater) -> None:
    updater.source = Source(releases.url, (OTHER_PUBLIC, PUBLIC))
    found = updater.check()
    assert found is not None
    assert updater.fetch(found, lambda _held, _size: None).exists()


@pytest.mark.parametrize("key", ["AAAA", "no base64", PUBLIC[:-4]])
def test_that_a_key_that_is_none_is_told(releases: LoopbackReleases, updater: Updater, key: str) -> None:
    updater.source = Source(releases.url, (key, PUBLIC))
    assert failed(updater).code == "update_untrusted"


def test_that_a_file_that_is_not_in_the_sums_is_not_believed(releases: LoopbackReleases, updater: Updater) -> None:
    sums = b"0" * 64 + b"  other.deb\n"
    releases.files["SHA256SUMS"] = sums
    releases.files["SHA256SUMS.minisig"] = signature.sign(sums, PRIVATE, releases.version)
    assert failed(updater).code == "update_untrusted"


@pytest.mark.parametrize("what", ["installer", "SHA256SUMS"])
def test_that_a_transfer_that_is_cut_leaves_nothing(releases: LoopbackReleases, updater: Updater, what: str) -> None:
    releases.cut.add(releases.name if what == "installer" else what)
    assert failed(updater).code == ("update_cut" if what == "installer" else "update_unreachable")


def test_that_an_installer_without_end_is_given_up(releases: LoopbackReleases, updater: Updater) -> None:
    releases.endless.add(releases.name)
    assert failed(updater).code == "update_too_large"


@pytest.mark.parametrize("what", ["latest", "SHA256SUMS", "SHA256SUMS.minisig"])
def test_that_a_page_without_end_is_given_up(releases: LoopbackReleases, updater: Updater, what: str) -> None:
    releases.endless.add(what)
    assert failed(updater).code == "update_unreadable"


def test_that_an_installer_too_large_to_be_one_is_not_fetched(releases: LoopbackReleases, updater: Updater) -> None:
    size = str(len(releases.installer)).encode()
    releases.page = releases.description().replace(size, b"9" * 13)
    assert failed(updater).code == "update_too_large"
    assert releases.name not in releases.asked


def test_that_a_full_disk_is_told_before_anything_is_fetched(
    releases: LoopbackReleases, updater: Updater, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=1000))
    assert failed(updater).code == "download_no_space"
    assert releases.name not in releases.asked


def test_that_a_disk_that_fills_up_meanwhile_is_told(
    releases: LoopbackReleases, updater: Updater, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    assert failed(updater).code == "disk_full"


def test_that_a_folder_that_can_not_be_written_to_is_told(releases: LoopbackReleases, updater: Updater) -> None:
    updater.folder.parent.joinpath("updates").write_text("a file in the way")
    found = updater.check()
    assert found is not None
    with pytest.raises(SamarError) as problem:
        updater.fetch(found, lambda _held, _size: None)
    assert problem.value.code == "download_unwritable"


@pytest.mark.parametrize("path", ["latest", "SHA256SUMS", "samar_9.1.0_amd64.deb"])
def test_that_a_redirect_to_another_host_is_not_followed(
    releases: LoopbackReleases, updater: Updater, path: str
) -> None:
    releases.redirects[path] = f"http://localhost:{releases.port}/elsewhere"
    problem = failed(updater)
    assert problem.code == "update_elsewhere"
    assert problem.details["host"] == "localhost"
    assert "elsewhere" not in releases.asked


def test_that_a_redirect_on_the_same_host_is_followed(releases: LoopbackReleases, updater: Updater) -> None:
    releases.files["moved"] = releases.installer
    releases.redirects[releases.name] = "/moved"
    found = updater.check()
    assert found is not None
    assert updater.fetch(found, lambda _held, _size: None).read_bytes() == releases.installer


def test_that_redirects_in_a_circle_end(releases: LoopbackReleases, updater: Updater) -> None:
    releases.redirects["latest"] = "/latest"
    assert failed(updater).code == "update_elsewhere"


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/x", "http://example.org/x", "//evil.example/x", "file:///etc/passwd"])
def test_that_addresses_of_another_kind_are_not_asked(releases: LoopbackReleases, updater: Updater, url: str) -> None:
    ours = f"http://127.0.0.1:{releases.port}/SHA256SUMS"
    releases.page = releases.description().replace(ours.encode() + b'"', url.encode() + b'"', 1)
    assert failed(updater).code == "update_elsewhere"


@pytest.mark.parametrize(
    "page",
    [b"", b"{", b"[]", b"null", b"{}", b'{"tag_name": "latest"}', b'{"tag_name": 3}', b'{"tag_name": "v1.2"}', b"\xff",
     b"[" * 100_000, b'{"tag_name": "v9.9.9", "assets": [{"name": 1}]}'],
)  # fmt: skip
def test_that_a_page_that_is_none_is_told(releases: LoopbackReleases, updater: Updater, page: bytes) -> None:
    releases.page = page or b" "
    assert failed(updater).code == "update_unreadable"


def test_that_a_release_without_a_signature_is_told(releases: LoopbackReleases, updater: Updater) -> None:
    del releases.files["SHA256SUMS.minisig"]
    assert failed(updater).code == "update_incomplete"


def test_that_a_release_without_a_file_for_this_computer_is_told(releases: LoopbackReleases, updater: Updater) -> None:
    updater.suffixes = ("riscv64.deb",)
    assert failed(updater).code == "update_no_file"


@pytest.mark.parametrize("status", [403, 404, 429, 500])
def test_that_a_refusal_is_told(releases: LoopbackReleases, updater: Updater, status: int) -> None:
    releases.status["latest"] = status
    problem = failed(updater)
    assert (problem.code, problem.details["status"]) == ("update_refused", str(status))


def test_that_nobody_there_is_told(releases: LoopbackReleases, updater: Updater) -> None:
    updater.source = Source("http://127.0.0.1:9/latest", (PUBLIC,))
    assert failed(updater).code == "update_unreachable"


def test_that_nothing_is_asked_while_the_network_is_not_allowed(releases: LoopbackReleases, updater: Updater) -> None:
    updater.allowed = lambda: False
    assert failed(updater).code == "network_off"
    assert releases.asked == []


def test_that_the_network_forbidden_meanwhile_ends_it(releases: LoopbackReleases, updater: Updater) -> None:
    updater.allowed = lambda: not releases.asked
    assert failed(updater).code == "network_off"
    assert releases.asked == ["latest"]


def test_that_a_silent_transfer_can_be_stopped(releases: LoopbackReleases, updater: Updater) -> None:
    releases.gate = threading.Event()
    found = updater.check()
    assert found is not None
    outcome: list[BaseException] = []

    def fetch() -> None:
        try:
            updater.fetch(found, lambda _held, _size: None)
        except Stopped as stopped:
            outcome.append(stopped)

    thread = threading.Thread(target=fetch)
    thread.start()
    assert releases.waiting.wait(20)
    updater.stop()
    thread.join(20)
    assert len(outcome) == 1
    assert list(updater.folder.iterdir()) == []


def test_that_a_build_that_was_never_published_says_so(updater: Updater) -> None:
    updater.source = Source()
    assert failed(updater).code == "update_unpublished"


def test_that_a_checkout_is_not_updated(updater: Updater) -> None:
    updater.suffixes = ()
    assert failed(updater).code == "update_from_source"


def test_that_what_the_build_knows_of_releases_can_be_read() -> None:
    known = release.source()
    assert (known.page == "") == (known.keys == ())
    for key in known.keys:
        assert len(base64.b64decode(key, validate=True)) == 42


def test_that_hosts_of_github_are_one(updater: Updater) -> None:
    updater.source = Source("https://api.github.com/repos/a/b/releases/latest", (PUBLIC,))
    for url in ("https://github.com/a/b/x", "https://release-assets.githubusercontent.com/x"):
        updater._may_ask(url)
    for url in ("http://github.com/x", "https://github.com.evil.example/x", "https://evilgithubusercontent.com/x"):
        with pytest.raises(SamarError):
            updater._may_ask(url)


@pytest.mark.parametrize(
    ("system", "machine", "folder", "expected"),
    [
        ("linux", "x86_64", "/usr/lib/samar", ("amd64.deb",)),
        ("linux", "aarch64", "/usr/lib/samar", ("arm64.deb",)),
        ("linux", "x86_64", "/home/a/samar", ("linux-x86_64.tar.xz",)),
        ("darwin", "arm64", "/Applications/Samar.app/Contents/MacOS", ("macos-aarch64.dmg", "macos-universal.dmg")),
        ("win32", "AMD64", "C:/nowhere", ("windows-portable.zip",)),
    ],
)
def test_that_each_system_gets_its_own_file(
    monkeypatch: pytest.MonkeyPatch, system: str, machine: str, folder: str, expected: tuple[str, ...]
) -> None:
    monkeypatch.setattr(release.sys, "platform", system)
    monkeypatch.setattr(release.platform, "machine", lambda: machine)
    assert release.suffixes(Path(folder)) == expected


def test_that_the_release_s_tool_signs_what_samar_believes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sums = tmp_path / "SHA256SUMS"
    sums.write_bytes(b"a\n")
    monkeypatch.setenv("SAMAR_RELEASE_KEY", PRIVATE)
    assert signature.main(["sign", str(sums), "v9.1.0"]) == 0
    signature.check(sums.read_bytes(), (tmp_path / "SHA256SUMS.minisig").read_bytes(), (PUBLIC,), "9.1.0")
