"""What one agrees to before a download: the licence, the space, and the file for images where there is one."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.core.errors import fill
from desktop.models.repository import HubChoice, HubFile, HubRepository
from desktop.ui import i18n
from desktop.ui.models import formatting
from desktop.ui.widgets.basic import Label, Segments, is_language_change

OPEN_LICENCES = frozenset(
    {"apache-2.0", "mit", "bsd-2-clause", "bsd-3-clause", "bsd", "cc0-1.0", "cc-by-4.0", "unlicense", "isc", "zlib"}
)
"""By the Hub's names: anything may be done with the model, so nothing needs to be agreed to."""


def needs_asking(repository: HubRepository) -> bool:
    """Whether there is something to decide or to agree to."""
    return repository.licence not in OPEN_LICENCES or repository.gated or repository.projector is not None


class DownloadDialog(QDialog):
    agreed = Signal(object, object, object)
    """HubRepository, HubChoice, tuple[HubFile, ...] that come with it"""
    page_requested = Signal(str)
    """Repository whose page the person wants to read"""

    def __init__(self, repository: HubRepository, choice: HubChoice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.repository, self.choice = repository, choice
        self.title = Label("heading", self, wrap=True)
        self.facts = Label("label", self, wrap=True)
        self.licence = Label("value", self, wrap=True)
        self.page = QPushButton(self)
        self.page.setProperty("rank", "link")
        self.images_name = Label("subject", self, wrap=True)
        self.images = Segments((True, False), self)
        self.images.set_value(True)
        self.images_hint = Label("hint", self, wrap=True)
        for widget in (self.images_name, self.images, self.images_hint):
            widget.setVisible(repository.projector_of(choice) is not None)
        self.shut, self.go = QPushButton(self), QPushButton(self)
        self.go.setProperty("rank", "primary")
        self.go.setDefault(True)
        link, foot = QHBoxLayout(), QHBoxLayout()
        link.addWidget(self.page)
        link.addStretch(1)
        foot.addStretch(1)
        foot.addWidget(self.shut)
        foot.addWidget(self.go)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(6)
        for widget in (self.title, self.facts):
            column.addWidget(widget)
        column.addSpacing(10)
        column.addWidget(self.licence)
        column.addLayout(link)
        column.addSpacing(10)
        column.addWidget(self.images_name)
        column.addWidget(self.images_hint)
        column.addWidget(self.images)
        column.addStretch(1)
        column.addSpacing(14)
        column.addLayout(foot)
        self.setMinimumWidth(460)
        self.page.clicked.connect(lambda: self.page_requested.emit(repository.repo))
        self.images.chosen.connect(lambda _: self.retranslate())
        self.shut.clicked.connect(self.reject)
        self.go.clicked.connect(self._agree)
        self.retranslate()

    def extras(self) -> tuple[HubFile, ...]:
        """What comes with the model."""
        projector = self.repository.projector_of(self.choice)
        return (projector,) if projector is not None and self.images.value() else ()

    def _agree(self) -> None:
        self.agreed.emit(self.repository, self.choice, self.extras())
        self.accept()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if is_language_change(event):
            self.retranslate()

    def retranslate(self) -> None:
        repository, projector = self.repository, self.repository.projector_of(self.choice)
        size = self.choice.size + (projector.size if projector and self.images.value() else 0)
        self.setWindowTitle(self.tr("Download a model"))
        name = self.choice.name.rpartition("/")[2]
        self.title.setText(formatting.name(name))
        self.facts.setText(formatting.line(formatting.name(repository.repo), i18n.size(size)))
        if not repository.licence:
            text = self.tr("Its page names no licence. Read on the page what you may do with it.")
        elif repository.licence in OPEN_LICENCES:
            text = self.tr("Licence: {licence}. You may use it freely.")
        else:
            text = self.tr("Licence: {licence}. It has terms of its own: read them before you use it.")
        if repository.gated:
            text += " " + self.tr(
                "You must ask for access on its page, and then give Samar an access token of your account."
            )
        self.licence.setText(fill(text, {"licence": formatting.name(repository.licence)}))
        self.page.setText(self.tr("Open its page in the browser"))
        details = {"size": i18n.size(projector.size if projector else 0)}
        self.images_name.setText(fill(self.tr("Vision file (to see images), {size}"), details))
        self.images.set_texts((self.tr("With it"), self.tr("Without it")))
        self.images.setAccessibleName(self.images_name.text())
        self.images_hint.setText(
            self.tr("It belongs to the model and is put beside it. One file serves all sizes of the model.")
        )
        self.shut.setText(self.tr("Cancel"))
        self.go.setText(self.tr("Download"))
