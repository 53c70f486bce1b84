"""Which errors have nothing left to excuse after something else went well: their cards then go by themselves."""

from __future__ import annotations

from enum import Enum

_OF_MODELS = frozenset(
    (
        *("no_model", "name_not_text", "not_enough_memory", "not_enough_memory_for_this", "template_broken"),
        *("adapter_unfit", "adapter_activated", "not_an_adapter", "draft_unfit"),
    )
)
_OF_REPLIES = frozenset(
    (
        *("no_model", "no_vision", "projector_unfit", "image_unreadable", "image_too_large", "too_many_images"),
        *("tools_unknown", "tools_broken", "grammar_unfit", "grammar_broken", "schema_broken", "schema_unsupported"),
        *("prompt_too_long", "template_broken", "chat_missing"),
    )
)
_OF_FILES = frozenset(("too_many_files",))
_OF_SAVING = frozenset(("disk_full", "data_read_only", "history_busy", "history_failed"))
_OF_CONVERSIONS = frozenset(("conversion_failed", "conversion_running", "checkpoint_found"))
_OF_TRANSFERS = frozenset(("print_failed", "import_in_memory"))
_OF_HUB = frozenset(
    (
        *("no_network", "network_off", "proxy_unusable", "proxy_failed", "keyring_missing"),
        *("checksum_wrong", "nothing_to_import", "library_unwritable"),
    )
)


class Change(Enum):
    """What happened since."""

    MODEL = "model"
    """Another model was chosen, or the same one anew."""
    CHAT = "chat"
    """Another chat is shown."""
    REPLY = "reply"
    """A reply was written to its end."""
    SAVED = "saved"
    """What could not be stored is stored."""
    CONVERSION = "conversion"
    """Another folder is being converted, or the same one anew."""
    TRANSFER = "transfer"
    """Chats were exported, imported or printed."""
    HUB = "hub"
    """Hugging Face answered, or a model joined the list."""


def is_over(code: str, change: Change) -> bool:
    """Whether the cause of an error is gone with this change."""
    of_engine = code.startswith("engine_")
    match change:
        case Change.MODEL:
            return of_engine or code.startswith("model_") or code in _OF_MODELS or code in _OF_REPLIES
        case Change.CHAT | Change.REPLY:
            return of_engine or code in _OF_REPLIES or code in _OF_FILES
        case Change.SAVED:
            return code in _OF_SAVING
        case Change.CONVERSION:
            return code in _OF_CONVERSIONS
        case Change.TRANSFER:
            return code.startswith(("import_", "export_")) or code in _OF_TRANSFERS
        case Change.HUB:
            return code.startswith(("hub_", "download_")) or code in _OF_HUB
