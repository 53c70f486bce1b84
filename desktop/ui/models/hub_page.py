"""Searching the Hub: repositories, then the models in one of them, with sizes and whether they fit."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.core.errors import fill
from desktop.models.fit import Machine, Verdict, rough
from desktop.models.repository import HubChoice, HubModel, HubRepository
from desktop.models.training import is_base_name
from desktop.ui import i18n
from desktop.ui.models import formatting
from desktop.ui.models.table import Cell, ModelTable, Row
from desktop.ui.shortcuts import native, with_shortcut
from desktop.ui.widgets.basic import Label, LineEdit, is_language_change
from desktop.ui.widgets.plain_text import set_tool_tip
from desktop.ui.widgets.sheet import ask_text


class NetworkOff(QWidget):
    """Said in the place of the search while the network is not allowed."""

    allowed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = Label("heading", self, wrap=True)
        self.text = Label("label", self, wrap=True)
        self.button = QPushButton(self)
        self.button.setProperty("rank", "primary")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 24, 0, 0)
        column.setSpacing(10)
        column.addWidget(self.title)
        column.addWidget(self.text)
        row = QHBoxLayout()
        row.addWidget(self.button)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)
        self.button.clicked.connect(self.allowed)

    def retranslate(self, host: str) -> None:
        self.title.setText(self.tr("Samar does not use the internet."))
        self.text.setText(
            self.tr(
                "Searching and downloading connect to {host} and to nothing else, and only when you ask for it. Nothing about you or your chats is sent. You can forbid it again in the settings."
            ).replace("{host}", formatting.name(host))
        )
        self.button.setText(self.tr("Allow the internet"))


class HubPage(QWidget):
    network_allowed = Signal()
    search_requested = Signal(str)
    repository_requested = Signal(str)
    download_requested = Signal(object, object)
    """HubRepository, HubChoice"""
    token_given = Signal(str)
    page_requested = Signal(str)
    """Repository whose page the person wants to see"""

    def __init__(self, host: str = "huggingface.co", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.host = host
        self.results: list[HubModel] = []
        self.asked, self.searching, self.opening = False, False, False
        """Whether there was a search, and whether its answer, or that about a repository, is still to come."""
        self.repository: HubRepository | None = None
        self.machine = Machine(free=0)
        self.off = NetworkOff(self)
        self.on = QWidget(self)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.off)
        self.pages.addWidget(self.on)
        self.words = LineEdit(self.on)
        self.words.setClearButtonEnabled(True)
        self.search = QPushButton(self.on)
        self.token = QPushButton(self.on)
        self.token.setProperty("rank", "link")
        self.found = ModelTable(self.on, shed=(1, 2))
        self.files = ModelTable(self.on, shed=(1,))
        self.note = Label("hint", self.on, wrap=True)
        self.button = QPushButton(self.on)
        self.button.setProperty("rank", "primary")
        self.page = QPushButton(self.on)
        self.page.setProperty("rank", "link")
        self.page.hide()
        split = QSplitter(self.on)
        split.addWidget(self.found)
        split.addWidget(self.files)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(16)
        top, foot = QHBoxLayout(), QHBoxLayout()
        for widget, stretch in ((self.words, 1), (self.search, 0), (self.token, 0)):
            top.addWidget(widget, stretch)
        foot.addWidget(self.note, 1)
        foot.addWidget(self.page)
        foot.addWidget(self.button)
        inner = QVBoxLayout(self.on)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(10)
        inner.addLayout(top)
        inner.addWidget(split, 1)
        inner.addLayout(foot)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 8, 20, 12)
        column.addWidget(self.pages)
        self.off.allowed.connect(self.network_allowed)
        self.words.returnPressed.connect(self._search)
        self.search.clicked.connect(self._search)
        self.token.clicked.connect(self.ask_token)
        self.found.chosen.connect(self._open)
        self.found.activated_key.connect(self._open)
        self.files.chosen.connect(lambda _: self._enable())
        self.files.activated_key.connect(lambda _: self._download())
        self.button.clicked.connect(self._download)
        self.page.clicked.connect(self._open_page)
        self.retranslate()

    def set_network(self, allowed: bool) -> None:
        self.pages.setCurrentWidget(self.on if allowed else self.off)
        if self.isVisible():  # else whatever is shown keeps the focus
            self.first().setFocus()

    def first(self) -> QWidget:
        """Where one begins: the search, or the button that allows it."""
        return self.words if self.pages.currentWidget() is self.on else self.off.button

    def set_machine(self, machine: Machine) -> None:
        self.machine = machine
        self._fill_files()

    def show_results(self, results: Sequence[HubModel]) -> None:
        self.results = list(results)
        self.repository, self.searching = None, False
        self._fill()
        self.found.keep_order()

    def show_failure(self) -> None:
        """What was asked for does not come."""
        self.opening = False
        if self.searching:
            self.asked = self.searching = False
            self._fill()
        else:
            self._fill_files()

    def _open(self, repo: str | None) -> None:
        """Another repository was chosen: the files of the one before are not its."""
        if repo and (self.repository is None or self.repository.repo != repo):
            self.repository, self.opening = None, True
            self._fill_files()
            self.repository_requested.emit(repo)

    def show_repository(self, repository: HubRepository) -> None:
        if repository.repo != self.found.key():
            return  # another one was chosen meanwhile
        self.repository, self.opening = repository, False
        self._fill_files()
        taken = repository.choice(lambda choice: rough(choice.size, self.machine) is Verdict.FITS)
        self.files.select_key(taken.name if taken else None)

    def _search(self) -> None:
        if text := self.words.text().strip():
            self.results, self.repository = [], None
            self.asked = self.searching = True
            self._fill()
            self.search_requested.emit(text)

    def _choice(self) -> HubChoice | None:
        key = self.files.key()
        choices = self.repository.choices if self.repository else ()
        return next((choice for choice in choices if choice.name == key), None)

    def _download(self) -> None:
        choice = self._choice()
        if choice is not None:
            self.download_requested.emit(self.repository, choice)

    def ask_token(self) -> None:
        """Let the person give a token of the account on the Hub."""
        ask_text(
            self,
            self.tr("Access token"),
            self.tr(
                "An access token of your account on Hugging Face. It is kept in the password store (keyring) of this computer. Leave the field empty to remove it."
            ),
            (self.tr("Save"), self.tr("Cancel")),
            self.token_given.emit,
            password=True,
        )

    def _fill(self) -> None:
        titles = [self.tr("Page"), self.tr("Parameters"), self.tr("Downloads")]
        rows = [
            Row(
                one.repo,
                (
                    Cell(one.repo, one.repo.casefold()),
                    Cell(formatting.parameters(one.parameters), one.parameters),
                    Cell(i18n.number(one.downloads), -one.downloads),
                ),
                "  ·  ".join(
                    filter(
                        None,
                        (
                            *formatting.caution_notes(one.languages, is_base=is_base_name(one.repo.rpartition("/")[2])),
                            one.licence,
                            one.architecture,
                            self.tr("you must ask for access") if one.gated else "",
                        ),
                    )
                ),
            )
            for one in self.results
        ]
        self.found.set_rows(titles, rows)
        if self.searching:
            text = self.tr("Searching…")
        elif self.asked:
            text = self.tr("Nothing was found. Try fewer words.")
        else:
            text = self.tr("Search for a model or its maker, such as Qwen, Gemma or ALLaM.")
        self.found.set_placeholder(text)
        self._fill_files()

    def _fill_files(self) -> None:
        titles = [self.tr("File"), self.tr("Size"), self.tr("Fit")]
        rows = []
        for choice in self.repository.choices if self.repository else ():
            verdict = rough(choice.size, self.machine)
            parts = len(choice.files)
            rows.append(
                Row(
                    choice.name,
                    (
                        Cell(choice.quantization or choice.name, choice.size, tip=choice.name),
                        Cell(i18n.size(choice.size), choice.size),
                        Cell(formatting.verdict(verdict), list(Verdict).index(verdict), verdict),
                    ),
                    self.tr("%n file(s)", "", parts) if parts > 1 else "",
                )
            )
        self.files.set_rows(titles, rows)
        if self.repository:
            self.files.set_placeholder(self.tr("This page has no GGUF file."))
        else:
            waiting = self.tr("Looking up its files…") if self.opening else self.tr("Choose a page to see its files.")
            self.files.set_placeholder(waiting if self.results else "")
        if self.repository:
            details = {"licence": formatting.name(self.repository.licence or self.tr("not stated"))}
            text = self.tr("Licence: {licence}. Whether it fits is estimated from the size.")
            if self.repository.gated:
                text += " " + self.tr("You must ask for access on its page.")
            if self.repository.projector is not None:
                text += " " + self.tr("It sees images.")
            if is_base_name(self.repository.repo.rpartition("/")[2]):
                text += " " + self.tr(
                    "By its name it is a base model: it continues text and was not trained to answer."
                )
            found = next((one for one in self.results if one.repo == self.repository.repo), None)
            if found is not None and formatting.lacks_language(found.languages):
                text += " " + formatting.lacking_language()
            self.note.setText(fill(text, details))
        else:
            self.note.setText("")
        self.page.setVisible(self.repository is not None)
        self._enable()

    def _open_page(self) -> None:
        if self.repository is not None:
            self.page_requested.emit(self.repository.repo)

    def _enable(self) -> None:
        self.button.setEnabled(self._choice() is not None)

    def retranslate(self) -> None:
        self.off.retranslate(self.host)
        self.words.setPlaceholderText(self.tr("Search Hugging Face"))
        self.words.setAccessibleName(self.tr("Search Hugging Face"))
        set_tool_tip(self.words, with_shortcut(self.tr("Search Hugging Face"), native("Ctrl+F")))
        self.search.setText(self.tr("Search"))
        self.token.setText(self.tr("Access token…"))
        self.button.setText(self.tr("Download"))
        self.page.setText(self.tr("Open its page"))
        self.found.setAccessibleName(self.tr("Pages"))
        self.files.setAccessibleName(self.tr("Files of the page"))
        self._fill()

    def changeEvent(self, event: QEvent) -> None:
        if is_language_change(event):
            self.retranslate()
        super().changeEvent(event)
