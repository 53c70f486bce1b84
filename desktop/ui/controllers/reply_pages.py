"""Buttons under the bundled model's answers, which open the pages that the answers speak of, and under a reply that only repeated
itself."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop.core.chat import Message, MessageStatus
from desktop.core.generation import StoppedBy

if TYPE_CHECKING:
    from desktop.core.reply_actions import ReplyActions
    from desktop.ui.transcript.view import TranscriptView

log = logging.getLogger(__name__)

TABLE = "actions.json"
"""Beside the bundled model."""


class ReplyPages(QObject):
    """Between the transcript and what opens pages."""

    def __init__(
        self, transcript: TranscriptView, table: Path, open_page: Mapping[str, Callable[[], object]], parent: QObject
    ) -> None:
        """table: actions.json beside the model. open_page: what opens each page that a button may lead to; a name of
        the table that is not among them gets no button."""
        super().__init__(parent)
        self._path, self._open = table, dict(open_page)
        self._table: ReplyActions | None = None
        self._read = False
        transcript.overlays.pages_of = self.of
        transcript.page_requested.connect(lambda name: self._open[name]())

    def of(self, message: Message) -> list[tuple[str, str]]:
        """Name and words of each page that a reply speaks of; none for what another model wrote."""
        if message.model is None or message.status is MessageStatus.STREAMING:
            return []
        if message.stats is not None and message.stats.stopped_by is StoppedBy.REPETITION:
            return [(name, self._text(name)) for name in ("models", "this_chat") if name in self._open]
        table = self._known()
        if table is None or message.model != table.model:
            return []
        return [(name, self._text(name)) for name in table.of(message.content) if name in self._open]

    def _known(self) -> ReplyActions | None:
        """The table, read with the first reply. Without it answers have no buttons; the log says why."""
        if not self._read:
            import msgspec

            from desktop.core.reply_actions import ReplyActions

            self._read = True
            try:
                self._table = ReplyActions.read(self._path)
            except (OSError, msgspec.DecodeError):
                log.exception("The table of the bundled model's answers can't be read")
        return self._table

    def _text(self, name: str) -> str:
        match name:
            case "models":
                return self.tr("Models for this computer")
            case "local_models":
                return self.tr("Your models")
            case "open_file":
                return self.tr("Open a file…")
            case "new_chat":
                return self.tr("New chat")
            case "temporary_chat":
                return self.tr("New temporary chat")
            case "deleted_chats":
                return self.tr("Recently deleted…")
            case "search":
                return self.tr("Search chats")
            case "export":
                return self.tr("Export…")
            case "this_chat":
                return self.tr("This chat")
            case "prompts":
                return self.tr("Prompts…")
            case "settings_general":
                return self.tr("Settings")
            case "settings_storage":
                return self.tr("Settings: Data")
            case "settings_model":
                return self.tr("Settings: Engine")
            case "settings_help":
                return self.tr("Settings: Help")
            case "shortcuts":
                return self.tr("Keyboard shortcuts")
        raise KeyError(name)
