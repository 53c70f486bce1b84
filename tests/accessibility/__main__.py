"""The real accessibility tree: Samar on a virtual screen, read over AT-SPI as a screen reader reads it.

    python -m tests.accessibility

Needs Xvfb, openbox, dbus-run-session, at-spi2-core, busctl, dbus-monitor and xdotool (Debian: xvfb openbox dbus at-spi2-core systemd
dbus-bin xdotool). Runs in a session bus of its own; ends with status 1 and says what is wrong.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
REGISTRY = ("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")
ACCESSIBLE = "org.a11y.atspi.Accessible"
CONTROLS = {
    *("button", "push button", "toggle button", "check box", "radio button", "slider", "spin button", "combo box"),
    *("text", "entry", "list", "list item", "menu item", "button menu", "link", "document text"),
}
FOCUSED, CHECKED = 12, 4
"""Numbers of states; atspi-constants.h."""
PATIENCE_S = 60.0


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@dataclass(frozen=True)
class Node:
    """An accessible object: bus name and path."""

    bus: str
    path: str
    address: str = field(repr=False, compare=False)

    def _busctl(self, *words: str) -> Any:
        return json.loads(run("busctl", f"--address={self.address}", "--json=short", "--", *words))["data"]

    def call(self, interface: str, method: str, *arguments: str) -> Any:
        return self._busctl("call", self.bus, self.path, interface, method, *arguments)[0]

    def get(self, interface: str, name: str) -> Any:
        return self._busctl("get-property", self.bus, self.path, interface, name)

    @property
    def name(self) -> str:
        return str(self.get(ACCESSIBLE, "Name"))

    @property
    def role(self) -> str:
        return str(self.call(ACCESSIBLE, "GetRoleName"))

    def has(self, state: int) -> bool:
        low, high = self.call(ACCESSIBLE, "GetState")
        return bool((low | high << 32) >> state & 1)

    def children(self) -> list[Node]:
        return [Node(bus, path, self.address) for bus, path in self.call(ACCESSIBLE, "GetChildren")]

    def text(self) -> str:
        return str(self.call("org.a11y.atspi.Text", "GetText", "ii", "0", "-1"))


def walk(node: Node, depth: int = 0) -> Iterator[tuple[Node, str, str]]:
    """Every object that shows, with its role and name."""
    if depth > 30:
        raise AssertionError("the tree has no bottom")
    role = node.role
    showing = node.has(25) or depth < 2
    if showing:
        yield node, role, node.name
        for child in node.children():
            yield from walk(child, depth + 1)


def wait_for(what: str, found: Callable[[], Any]) -> Any:
    """Ask until there is an answer: another process can't be waited for in any other way."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        try:
            if answer := found():
                return answer
        except (subprocess.CalledProcessError, json.JSONDecodeError, KeyError):
            pass
        time.sleep(0.2)
    raise AssertionError(f"waited in vain for {what}")


@contextmanager
def process(*command: str, **options: Any) -> Iterator[subprocess.Popen[str]]:
    started = subprocess.Popen(command, text=True, **options)
    try:
        yield started
    finally:
        started.terminate()
        started.wait(20)


def listen(address: str) -> object:
    """Ask for events, as a screen reader does: applications send none otherwise. They come while the result lives."""
    from PySide6.QtDBus import QDBusConnection, QDBusMessage

    bus = QDBusConnection.connectToBus(address, "listener")
    path = "/org/a11y/atspi/registry"
    for event in ("object:", "object:announcement"):
        asked = QDBusMessage.createMethodCall(REGISTRY[0], path, REGISTRY[0], "RegisterEvent")
        asked.setArguments([event, [""], ""])
        answer = bus.call(asked)
        if answer.errorMessage():
            raise AssertionError(answer.errorMessage())
    return bus


def application(address: str) -> Node:
    def found() -> Node | None:
        applications = Node(*REGISTRY, address).children()
        return next((node for node in applications if node.name in ("samar", "Samar", "سمر", "سَمَر")), None)

    node = wait_for("Samar in the tree", found)
    assert isinstance(node, Node)
    return node


def find(app: Node, role: str, name: str) -> Node:
    def found() -> Node | None:
        for node, its_role, its_name in walk(app):
            if re.fullmatch(role, its_role) and re.search(name, its_name):
                return node
        return None

    node = wait_for(f"{role} “{name}”", found)
    assert isinstance(node, Node)
    return node


def check(language: str, address: str, folder: Path) -> list[str]:
    """Problems, each a line."""
    problems: list[str] = []
    data = folder / language
    data.mkdir()
    (data / "settings.json").write_text(json.dumps({"language": language, "panel_visible": True}))
    words = {
        "en": ("Message", "Conversation", "This chat", "^Send$|^Stop$"),
        "ar": ("الرسالة", "المحادثة", "هذه المحادثة", "^أرسل$|^أوقف$"),
    }[language]
    environment = {**os.environ, "QT_QPA_PLATFORM": "xcb", "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
    events = folder / f"{language}.events"
    with (
        events.open("w") as log,
        process(
            "stdbuf", "-oL", "dbus-monitor", "--address", address, "interface='org.a11y.atspi.Event.Object'", stdout=log
        ),
        process(sys.executable, "-m", "desktop", "--data-dir", str(data), cwd=ROOT, env=environment),
    ):
        app = application(address)
        composer = find(app, "text|entry", words[0])
        seen: dict[str, int] = {}
        for node, role, name in walk(app):
            seen[role] = seen.get(role, 0) + 1
            if role in CONTROLS and not name.strip():
                problems.append(f"{language}: a {role} without a name: {node.path}")
        print(f"{language}: {sum(seen.values())} objects; {seen}")
        for role in ("list", "radio button", "slider"):
            if role not in seen:
                problems.append(f"{language}: no {role} in the tree")
        if not composer.has(FOCUSED):
            problems.append(f"{language}: the composer has not the focus at the start")
        button = find(app, "check box|.*button.*", f"^{words[2]}$")
        if not button.has(CHECKED):
            problems.append(f"{language}: the button of the open panel is not checked")
        find(app, ".*button.*", words[3])
        find(app, ".*button.*", "Samar Starter|نموذج سمر")  # it can answer
        run("xdotool", "type", "--delay", "20", "Hello")
        wait_for("the typed words", lambda: composer.text().strip() == "Hello")
        run("xdotool", "key", "Return")
        said = wait_for("the announcement of the reply", lambda: announced(events))
        page = find(app, "label|text|document.*", f"^{words[1]}$")
        text = page.text()
        if "Hello" not in text:
            problems.append(f"{language}: the conversation does not read what was sent")
        print(f"{language}: announced {said[:80]!r}; the conversation reads {len(text)} characters")
    return problems


def announced(events: Path) -> str:
    """The last announcement of a reply that the bus carried."""
    found = re.findall(
        r"member=Announcement\n(?:.*\n){0,6}?.*variant\s+string \"([^\"]+)", events.read_text(errors="replace")
    )
    return found[-1] if found else ""


def main() -> int:
    if "SAMAR_ATSPI" not in os.environ:
        environment = {**os.environ, "SAMAR_ATSPI": "1"}
        display = f":{90 + os.getpid() % 900}"
        with process("Xvfb", display, "-screen", "0", "1280x900x24", "-nolisten", "tcp", stderr=subprocess.DEVNULL):
            environment["DISPLAY"] = display
            wait_for("the screen", lambda: Path(f"/tmp/.X11-unix/X{display[1:]}").exists())
            with process("openbox", env=environment, stderr=subprocess.DEVNULL):  # gives windows the keyboard
                command = ["dbus-run-session", "--", sys.executable, "-m", "tests.accessibility"]
                return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    with tempfile.TemporaryDirectory(prefix="samar-") as folder:
        session = os.environ["DBUS_SESSION_BUS_ADDRESS"]
        bus = Node("org.a11y.Bus", "/org/a11y/bus", session)
        address = wait_for("the accessibility bus", lambda: bus.call("org.a11y.Bus", "GetAddress"))
        listener = listen(address)
        problems = [line for language in ("en", "ar") for line in check(language, address, Path(folder))]
    del listener
    print("\n".join(problems) if problems else "the accessibility tree is whole")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
