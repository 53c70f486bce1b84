"""Expected failures. Each has a code that the interface translates, and a next step for the person.

A bug is any other exception: it keeps its traceback and goes to the log.
"""

from __future__ import annotations

from collections.abc import Mapping


def _tr(_context: str, text: str) -> str:
    """Mark a text for translation (pyside6-lupdate reads the alias below)."""
    return text


QT_TRANSLATE_NOOP = _tr

SENTENCES: Mapping[str, tuple[str, str]] = {
    # code: (what is wrong, what to do); {names} are filled from the error's details
    "model_missing": (
        QT_TRANSLATE_NOOP("errors", "The model file {name} is not there any more."),
        QT_TRANSLATE_NOOP("errors", "Choose another model, or put the file back."),
    ),
    "model_unreadable": (
        QT_TRANSLATE_NOOP("errors", "The model file {name} can't be read: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Check the file's permissions, or choose another model."),
    ),
    "model_not_gguf": (
        QT_TRANSLATE_NOOP("errors", "{name} is not a GGUF model file."),
        QT_TRANSLATE_NOOP("errors", "Choose a file that ends in .gguf and was downloaded whole."),
    ),
    "model_damaged": (
        QT_TRANSLATE_NOOP("errors", "The model file {name} is damaged or cut short: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Download the file again."),
    ),
    "model_unsupported": (
        QT_TRANSLATE_NOOP("errors", "{name} has the architecture “{architecture}”, which this version can't run."),
        QT_TRANSLATE_NOOP("errors", "Choose another model, or update Samar."),
    ),
    "model_not_for_chat": (
        QT_TRANSLATE_NOOP("errors", "{name} is not a model to chat with ({kind})."),
        QT_TRANSLATE_NOOP("errors", "Choose a language model."),
    ),
    "model_part_missing": (
        QT_TRANSLATE_NOOP("errors", "{name} is one part of a model, and the part {part} is not beside it."),
        QT_TRANSLATE_NOOP("errors", "Put all parts into one folder and choose the first one."),
    ),
    "model_load_failed": (
        QT_TRANSLATE_NOOP("errors", "The engine could not load {name}: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Choose another model, or download this one again."),
    ),
    "model_killed_engine": (
        QT_TRANSLATE_NOOP("errors", "{name} ended the engine the last time it was loaded, so it was not loaded again."),
        QT_TRANSLATE_NOOP("errors", "Choose another model, or load this one again from the model picker."),
    ),
    "not_enough_memory": (
        QT_TRANSLATE_NOOP("errors", "{name} needs about {needed} of memory and {free} are free."),
        QT_TRANSLATE_NOOP("errors", "Close other programs, lower the context, or choose a smaller model."),
    ),
    "no_model": (
        QT_TRANSLATE_NOOP("errors", "No model is loaded."),
        QT_TRANSLATE_NOOP("errors", "Choose one in the model picker."),
    ),
    "engine_died": (
        QT_TRANSLATE_NOOP("errors", "The engine ended unexpectedly ({reason}). What was written is kept."),
        QT_TRANSLATE_NOOP("errors", "Send again: the engine starts anew."),
    ),
    "engine_failed": (
        QT_TRANSLATE_NOOP("errors", "The engine could not go on: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Try again, or load the model anew."),
    ),
    "engine_start_failed": (
        QT_TRANSLATE_NOOP("errors", "The engine could not be started: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Start Samar again; if it stays so, install it anew."),
    ),
    "engine_silent": (
        QT_TRANSLATE_NOOP("errors", "The engine did not answer and was ended."),
        QT_TRANSLATE_NOOP("errors", "Send again: the engine starts anew."),
    ),
    "template_broken": (
        QT_TRANSLATE_NOOP("errors", "The chat template of this model does not work: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Choose another model, or a newer file of this one."),
    ),
    "grammar_broken": (
        QT_TRANSLATE_NOOP("errors", "The grammar of the reply can't be read: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Correct it, or send without one."),
    ),
    "prompt_too_long": (
        QT_TRANSLATE_NOOP("errors", "The message is longer than the model's context: {tokens} of {context} tokens."),
        QT_TRANSLATE_NOOP("errors", "Shorten the message, or set a larger context."),
    ),
    "conversion_failed": (
        QT_TRANSLATE_NOOP("errors", "{name} could not be converted: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Nothing was changed; the folder is as it was."),
    ),
    "conversion_running": (
        QT_TRANSLATE_NOOP("errors", "Another folder is being converted."),
        QT_TRANSLATE_NOOP("errors", "Wait for it, or cancel it first."),
    ),
    "not_a_checkpoint": (
        QT_TRANSLATE_NOOP("errors", "{name} holds no model that Samar knows."),
        QT_TRANSLATE_NOOP("errors", "Drop a .gguf file, or a checkpoint's folder with config.json and safetensors files."),
    ),
    "disk_full": (
        QT_TRANSLATE_NOOP("errors", "The disk is full, so nothing could be saved."),
        QT_TRANSLATE_NOOP("errors", "Free some space and send again."),
    ),
    "data_read_only": (
        QT_TRANSLATE_NOOP("errors", "Samar can't write to its data folder {folder}."),
        QT_TRANSLATE_NOOP("errors", "Give yourself the right to write there, or start Samar with --data-dir."),
    ),
    "history_damaged": (
        QT_TRANSLATE_NOOP(
            "errors", "The history was damaged. It was set aside as {aside}; the backup of {date} is open."
        ),
        QT_TRANSLATE_NOOP("errors", "Chats since then are in the file that was set aside."),
    ),
    "history_damaged_no_backup": (
        QT_TRANSLATE_NOOP("errors", "The history was damaged and there was no backup. It was set aside as {aside}."),
        QT_TRANSLATE_NOOP("errors", "Samar goes on with an empty history."),
    ),
    "history_salvaged": (
        QT_TRANSLATE_NOOP(
            "errors",
            "The history was damaged. The backup of {date} is open, with {count} newer messages that could be saved.",
        ),
        QT_TRANSLATE_NOOP("errors", "The damaged file is kept as {aside}."),
    ),
    "history_salvaged_no_backup": (
        QT_TRANSLATE_NOOP(
            "errors", "The history was damaged and there was no backup. {count} messages could be saved from it."
        ),
        QT_TRANSLATE_NOOP("errors", "The damaged file is kept as {aside}."),
    ),
    "history_too_new": (
        QT_TRANSLATE_NOOP("errors", "The history was written by a newer Samar."),
        QT_TRANSLATE_NOOP("errors", "Update Samar, or start it with another --data-dir. Nothing was changed."),
    ),
    "history_busy": (
        QT_TRANSLATE_NOOP("errors", "Another program holds the history."),
        QT_TRANSLATE_NOOP("errors", "Close it and try again."),
    ),
    "history_failed": (
        QT_TRANSLATE_NOOP("errors", "The history could not be written: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Check the disk, then send again."),
    ),
    "history_damaged_now": (
        QT_TRANSLATE_NOOP("errors", "The history file is damaged, so this could not be read or saved."),
        QT_TRANSLATE_NOOP("errors", "Close Samar and start it again: it then opens the last backup."),
    ),
    "chat_missing": (
        QT_TRANSLATE_NOOP("errors", "This chat or message is not there any more."),
        QT_TRANSLATE_NOOP("errors", "It may have been deleted in another window of Samar."),
    ),
    "import_unreadable": (
        QT_TRANSLATE_NOOP("errors", "{name} can't be read: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Check the file's permissions, or choose another file."),
    ),
    "import_unknown": (
        QT_TRANSLATE_NOOP("errors", "{name} holds no chats that Samar knows how to read."),
        QT_TRANSLATE_NOOP("errors", "Choose an export of Samar, ChatGPT, Open WebUI or Jan."),
    ),
    "import_damaged": (
        QT_TRANSLATE_NOOP("errors", "{name} is damaged or cut short: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Export it again where it came from. Nothing was imported."),
    ),
    "import_too_large": (
        QT_TRANSLATE_NOOP("errors", "{name} is too large to import: {size}, and {limit} is the most."),
        QT_TRANSLATE_NOOP("errors", "Export fewer chats at a time. Nothing was imported."),
    ),
    "export_failed": (
        QT_TRANSLATE_NOOP("errors", "{name} could not be written: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Choose another folder, or free some space."),
    ),
    "bug": (
        QT_TRANSLATE_NOOP("errors", "Something in Samar went wrong ({what})."),
        QT_TRANSLATE_NOOP("errors", "Nothing is lost; the log has the details. If it happens again, start Samar anew."),
    ),
    "settings_damaged": (
        QT_TRANSLATE_NOOP("errors", "The settings could not be read. They were set aside as {aside}."),
        QT_TRANSLATE_NOOP("errors", "Samar uses its own defaults until you change them."),
    ),
}


class SamarError(Exception):
    """An expected failure.

    code: a key of SENTENCES. details: values for the sentence's {names}; plain str, never markup.
    """

    def __init__(self, code: str, **details: object) -> None:
        if code not in SENTENCES:
            raise ValueError(f"unknown error code {code!r}")
        self.code = code
        self.details = {name: str(value) for name, value in details.items()}
        super().__init__(self.sentence())

    def sentence(self) -> str:
        """What is wrong and what to do, in English."""
        what, then = SENTENCES[self.code]
        return f"{fill(what, self.details)} {fill(then, self.details)}"


def fill(text: str, details: Mapping[str, str]) -> str:
    """Put details into a sentence; a name without a value stays visible rather than raising."""
    for name, value in details.items():
        text = text.replace("{" + name + "}", value)
    return text
