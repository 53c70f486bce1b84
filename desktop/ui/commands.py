"""Commands by their names in the language of the interface; the table is `desktop/core/commands.py`."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from desktop.core.commands import COMMANDS, OTHER_KEYS, Command, by_name

__all__ = ["COMMANDS", "OTHER_KEYS", "Command", "by_name", "text_of"]


def text_of(name: str) -> str:
    """What a command is called in the language of the interface. Raises KeyError for an unknown one."""
    return QCoreApplication.translate("Commands", by_name()[name].text)
