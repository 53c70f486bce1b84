"""The page "Help" of the settings: the version, updates, and what to do when something went wrong."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.core.settings import Settings
from desktop.ui.controllers.update_controller import Step, UpdateState
from desktop.ui.error_presenter import about, present, samar_version
from desktop.ui.guide import topic_title
from desktop.ui.shortcuts import native, with_shortcut
from desktop.ui.widgets.basic import Label, Meter, Segments, say
from desktop.ui.widgets.plain_text import set_tool_tip

TOPICS = ("privacy", "data", "removing")
"""Topics of the guide that people look for among the settings."""


def _row(buttons: Iterable[QPushButton]) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(12)
    for button in buttons:
        row.addWidget(button)
    row.addStretch(1)
    return row


class HelpPage(QWidget):
    weekly_chosen = Signal(object)
    """bool"""
    network_allowed = Signal()
    check_requested = Signal()
    fetch_requested = Signal()
    stop_requested = Signal()
    open_requested = Signal()
    """open the installer that was fetched"""
    command_requested = Signal(str)
    """open a page of the Help: name of a command (core/commands.py), or help.TOPIC"""
    report_requested = Signal()
    logs_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = UpdateState()
        self.version = Label("heading", self)
        self.promise = Label("hint", self, wrap=True)
        self.guide = Label("subject", self)
        self.guide_button, self.news_button, self.keys_button = (QPushButton(self) for _ in range(3))
        self.topic_buttons = {name: QPushButton(self) for name in TOPICS}
        for name, button in self.topic_buttons.items():
            button.setProperty("rank", "link")
            button.clicked.connect(lambda _=False, name=name: self.command_requested.emit(f"help.{name}"))
        self.updates = Label("subject", self)
        self.updates_hint = Label("hint", self, wrap=True)
        self.weekly = Segments((False, True), self)
        self.status = Label("value", self, wrap=True)
        self.meter = Meter(self, tight=2.0)
        self.button = QPushButton(self)
        self.second = QPushButton(self)
        self.second.setProperty("rank", "link")
        self.confinement = Label("subject", self)
        self.confinement_hint = Label("hint", self, wrap=True)
        self.held: Sequence[str] = ()
        self.report = Label("subject", self)
        self.report_hint = Label("hint", self, wrap=True)
        self.report_button = QPushButton(self)
        self.logs_button = QPushButton(self)
        self._lay_out()
        self.weekly.chosen.connect(self.weekly_chosen)
        self.button.clicked.connect(self._act)
        self.second.clicked.connect(self._act_second)
        self.report_button.clicked.connect(self.report_requested)
        self.logs_button.clicked.connect(self.logs_requested)
        self.guide_button.clicked.connect(lambda: self.command_requested.emit("help.guide"))
        self.keys_button.clicked.connect(lambda: self.command_requested.emit("help.shortcuts"))
        self.news_button.clicked.connect(lambda: self.command_requested.emit("help.news"))
        self._retranslate()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for label, space in ((self.version, 4), (self.promise, 28), (self.guide, 10)):
            column.addWidget(label)
            column.addSpacing(space)
        column.addLayout(_row((self.guide_button, self.keys_button, self.news_button)))
        column.addSpacing(8)
        column.addLayout(_row(self.topic_buttons.values()))
        column.addSpacing(28)
        for widget, space in (
            (self.updates, 4),
            (self.updates_hint, 10),
            (self.weekly, 12),
            (self.status, 6),
            (self.meter, 8),
        ):
            column.addWidget(widget)
            column.addSpacing(space)
        for buttons in ((self.button, self.second), (self.report_button, self.logs_button)):
            column.addLayout(_row(buttons))
            if self.button in buttons:
                column.addSpacing(28)
                column.addWidget(self.confinement)
                column.addSpacing(4)
                column.addWidget(self.confinement_hint)
                column.addSpacing(28)
                column.addWidget(self.report)
                column.addSpacing(4)
                column.addWidget(self.report_hint)
                column.addSpacing(10)
        column.addStretch(1)

    # --- values ---

    def show_settings(self, settings: Settings) -> None:
        self.weekly.set_value(settings.update_weekly)

    def show_state(self, state: UpdateState) -> None:
        """How far the look for a new version is."""
        changed = state.step is not self.state.step
        self.state = state
        self._say_state()
        if changed and self.status.text():
            say(self, self.status.text())

    def show_confinement(self, held: Sequence[str]) -> None:
        """held: what the engine has given up (core/sandbox.py); empty: it has not run yet."""
        self.held = held
        self._say_confinement()

    # --- inside ---

    def _say_confinement(self) -> None:
        from desktop.core import sandbox  # here only: the window starts without it

        names = {
            sandbox.READING: self.tr("reading other files"),
            sandbox.WRITING: self.tr("changing other files"),
            sandbox.NETWORK: self.tr("using the internet"),
            sandbox.PROGRAMS: self.tr("starting programs"),
            sandbox.PROCESSES: self.tr("reaching into other programs"),
        }
        lacking = [names[name] for name in sandbox.missing(self.held)]
        if not self.held and sys.platform.startswith("linux"):  # nothing is enforced elsewhere
            text = self.tr(
                "When the engine starts, the system shuts it off from everything else. From then on you read here what it can’t reach."
            )
        elif not lacking:
            text = self.tr(
                "Nothing of yours: the engine reads the model and writes its own temporary data. The system keeps it from other"
                " files, from the internet, from starting programs and from the memory of other programs."
            )
        else:
            separator = self.tr(", ", "between items of a list")
            text = self.tr("The system of this computer can’t keep the engine from: {list}.").replace(
                "{list}", separator.join(lacking)
            )
            if sys.platform.startswith("linux") and sandbox.READING in sandbox.missing(self.held):
                text += " " + self.tr("This needs Linux 5.13 or later, with Landlock switched on.")
        self.confinement_hint.setText(text)

    def _act(self) -> None:
        signals = {Step.FOUND: self.fetch_requested, Step.READY: self.open_requested}
        running = self.state.step in (Step.CHECKING, Step.FETCHING)
        (self.stop_requested if running else signals.get(self.state.step, self.check_requested)).emit()

    def _act_second(self) -> None:
        problem = self.state.problem
        if problem is not None and problem.code == "network_off":
            self.network_allowed.emit()
        elif problem is not None:
            QGuiApplication.clipboard().setText(present(problem).details)
            self.second.setText(self.tr("Copied"))
        else:
            QGuiApplication.clipboard().setText(about())
            self.second.setText(self.tr("Copied"))

    def _say_state(self) -> None:
        state = self.state
        version = f"\u2068{state.version}\u2069"
        texts = {
            Step.IDLE: "",
            Step.CHECKING: self.tr("Looking for a new version…"),
            Step.NEWEST: self.tr("This is the newest version."),
            Step.FOUND: self.tr("Version {version} is available.").replace("{version}", version),
            Step.FETCHING: self.tr("Version {version} is being downloaded and checked…").replace("{version}", version),
            Step.READY: self.tr(
                "Version {version} is downloaded and checked: it comes from the makers of Samar."
            ).replace("{version}", version),
        }
        buttons = {
            Step.FOUND: self.tr("Download and check"),
            Step.READY: self.tr("Open the installer"),
            Step.CHECKING: self.tr("Cancel"),
            Step.FETCHING: self.tr("Cancel"),
        }
        text = texts.get(state.step, "")
        if state.problem is not None:
            said = present(state.problem)
            text = f"{said.what} {said.then}"
        self.status.setText(text)
        self.status.setVisible(bool(text))
        self.meter.set_fraction(state.fraction)
        self.meter.setVisible(state.step is Step.FETCHING)
        off = state.problem is not None and state.problem.code == "network_off"
        check = self.tr("Check for updates") if state.problem is None or off else self.tr("Try again")
        self.button.setText(buttons.get(state.step, check))
        details = self.tr("Copy details") if state.problem is not None else self.tr("Copy version details")
        self.second.setText(self.tr("Allow the internet") if off else details)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.version.setText(self.tr("Samar {version}").replace("{version}", samar_version()))
        self.promise.setText(self.tr("Free software under the MIT licence. It runs on this computer alone."))
        self.guide.setText(self.tr("How to use Samar"))
        self.guide_button.setText(self.tr("Open the Help"))
        set_tool_tip(self.guide_button, with_shortcut(self.guide_button.text(), native("F1")))
        self.keys_button.setText(self.tr("Keyboard shortcuts"))
        set_tool_tip(self.keys_button, with_shortcut(self.keys_button.text(), native("Ctrl+/")))
        self.news_button.setText(self.tr("What’s new"))
        for name, button in self.topic_buttons.items():
            button.setText(topic_title(name))
        self.updates.setText(self.tr("Updates"))
        self.updates_hint.setText(
            self.tr("Samar accepts a new version only when its makers have signed it, and you install it yourself.")
        )
        self.weekly.set_texts((self.tr("Only when I press the button"), self.tr("Look once a week")))
        self.weekly.setAccessibleName(self.updates.text())
        self.confinement.setText(self.tr("What a harmful model file could reach"))
        self._say_confinement()
        self.report.setText(self.tr("If something went wrong"))
        self.report_hint.setText(
            self.tr(
                "A report contains versions, settings and the event log, and no text of your chats. You read it first. Samar sends nothing."
            )
        )
        self.report_button.setText(self.tr("Report a problem…"))
        self.logs_button.setText(self.tr("Open the folder of the event log"))
        self._say_state()
