"""Expected failures. Each has a code that the interface translates, and a next step for the person.

A bug is any other exception: it keeps its traceback and goes to the log.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from desktop.core.files import shown
from desktop.core.reasons import plain


def _tr(_context: str, text: str) -> str:
    """Mark a text for translation (pyside6-lupdate reads the alias below)."""
    return text


QT_TRANSLATE_NOOP = _tr

SENTENCES: Mapping[str, tuple[str, str]] = {
    # code: (what is wrong, what to do); {names} are filled from the error's details
    "model_missing": (
        QT_TRANSLATE_NOOP("errors", "The model file {name} is not there."),
        QT_TRANSLATE_NOOP("errors", "Choose another model, or put the file back."),
    ),
    "model_unreadable": (
        QT_TRANSLATE_NOOP("errors", "The model file {name} can’t be read: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Make sure that you may read the file, or choose another model."),
    ),
    "model_not_gguf": (
        QT_TRANSLATE_NOOP("errors", "{name} is not a GGUF model file."),
        QT_TRANSLATE_NOOP("errors", "Choose a file whose name ends in .gguf and that was downloaded completely."),
    ),
    "model_damaged": (
        QT_TRANSLATE_NOOP("errors", "The model file {name} is damaged or incomplete: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Download the file again."),
    ),
    "name_not_text": (
        QT_TRANSLATE_NOOP(
            "errors", "The name of {name}, or of a folder it is in, has letters that can’t be read (it is not UTF-8)."
        ),
        QT_TRANSLATE_NOOP("errors", "Rename it in your file manager and try again."),
    ),
    "model_foreign": (
        QT_TRANSLATE_NOOP("errors", "{name} was made for another program or another version: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Download a file of a common type, such as Q4_K_M, or update Samar."),
    ),
    "model_one_file": (
        QT_TRANSLATE_NOOP("errors", "{name} has its part for images inside the same file. Only Ollama can read that."),
        QT_TRANSLATE_NOOP(
            "errors", "Download the model from Hugging Face: there that part is a separate file (mmproj)."
        ),
    ),
    "model_unsupported": (
        QT_TRANSLATE_NOOP(
            "errors", "{name} is of a kind that this version can’t run (its architecture is “{architecture}”)."
        ),
        QT_TRANSLATE_NOOP("errors", "Choose another model, or update Samar."),
    ),
    "model_not_for_chat": (
        QT_TRANSLATE_NOOP("errors", "{name} is not a model for chats ({kind})."),
        QT_TRANSLATE_NOOP("errors", "Choose a language model."),
    ),
    "model_part_missing": (
        QT_TRANSLATE_NOOP("errors", "{name} is one part of a model, and part {part} is not in the same folder."),
        QT_TRANSLATE_NOOP("errors", "Put all parts into one folder and choose the first one."),
    ),
    "model_load_failed": (
        QT_TRANSLATE_NOOP("errors", "The engine could not load {name}: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Choose another model, or download this one again."),
    ),
    "model_killed_engine": (
        QT_TRANSLATE_NOOP("errors", "Loading {name} made the engine stop the last time, so it was not loaded again."),
        QT_TRANSLATE_NOOP(
            "errors", "Choose another model, or load this one again from the list of models at the top of the window."
        ),
    ),
    "not_enough_memory": (
        QT_TRANSLATE_NOOP("errors", "{name} needs about {needed} of memory, and only {free} are free."),
        QT_TRANSLATE_NOOP("errors", "Close other programs, lower the context, or choose a smaller model."),
    ),
    "not_enough_memory_for_this": (
        QT_TRANSLATE_NOOP("errors", "{name} needs about {needed} of memory, and only {free} are free."),
        QT_TRANSLATE_NOOP("errors", "Its {quantization} file would fit: download that one, or close other programs."),
    ),
    "no_model": (
        QT_TRANSLATE_NOOP("errors", "No model is loaded."),
        QT_TRANSLATE_NOOP("errors", "Choose one in the list of models at the top of the window."),
    ),
    "engine_died": (
        QT_TRANSLATE_NOOP("errors", "The engine stopped unexpectedly ({reason}). What was written is kept."),
        QT_TRANSLATE_NOOP("errors", "Send the message again: the engine starts anew."),
    ),
    "engine_unfit": (
        QT_TRANSLATE_NOOP("errors", "The engine was made for another kind of processor. What was written is kept."),
        QT_TRANSLATE_NOOP(
            "errors",
            "Install Samar again on this computer. If you run it from its source code, delete its folder .venv.",
        ),
    ),
    "engine_failed": (
        QT_TRANSLATE_NOOP("errors", "The engine could not go on: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Try again, or load the model again."),
    ),
    "engine_start_failed": (
        QT_TRANSLATE_NOOP("errors", "The engine could not be started: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Start Samar again; if that doesn’t help, install it again."),
    ),
    "engine_silent": (
        QT_TRANSLATE_NOOP("errors", "The engine did not answer, so Samar stopped it."),
        QT_TRANSLATE_NOOP("errors", "Send the message again: the engine starts anew."),
    ),
    "template_broken": (
        QT_TRANSLATE_NOOP("errors", "The chat template of this model does not work: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Choose another model, or a newer file of this one."),
    ),
    "grammar_broken": (
        QT_TRANSLATE_NOOP("errors", "The grammar (GBNF) for the replies can’t be read: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Correct it, or send without it."),
    ),
    "adapter_unfit": (
        QT_TRANSLATE_NOOP("errors", "The adapter {adapter} was made for another model, not for {name}."),
        QT_TRANSLATE_NOOP(
            "errors", "Choose an adapter that was made for this model, or remove it in the settings of the model."
        ),
    ),
    "adapter_activated": (
        QT_TRANSLATE_NOOP(
            "errors", "The adapter {adapter} works only after a certain text that it was trained with (aLoRA)."
        ),
        QT_TRANSLATE_NOOP("errors", "Samar can’t use adapters of this kind; choose another one."),
    ),
    "not_an_adapter": (
        QT_TRANSLATE_NOOP("errors", "{name} is not an adapter (LoRA) in GGUF format."),
        QT_TRANSLATE_NOOP(
            "errors", "Choose another file. Adapters of Hugging Face can be converted with “samar convert”."
        ),
    ),
    "draft_unfit": (
        QT_TRANSLATE_NOOP("errors", "{draft} can’t be the draft model of {name}: their vocabularies differ."),
        QT_TRANSLATE_NOOP("errors", "Choose a smaller model of the same family as draft model, or none."),
    ),
    "no_vision": (
        QT_TRANSLATE_NOOP("errors", "{name} can’t see images: its vision file is missing, or it has none."),
        QT_TRANSLATE_NOOP(
            "errors", "Choose a model that sees images, or put the vision file (mmproj….gguf) beside this one."
        ),
    ),
    "projector_unfit": (
        QT_TRANSLATE_NOOP("errors", "The vision file {projector} does not belong to {name}."),
        QT_TRANSLATE_NOOP("errors", "Use the vision file that was made for this model, or send without images."),
    ),
    "image_unreadable": (
        QT_TRANSLATE_NOOP("errors", "The image {name} can’t be read: it is damaged, or it is not an image."),
        QT_TRANSLATE_NOOP("errors", "Choose a PNG, JPEG, GIF or BMP file (in the window also WebP)."),
    ),
    "image_too_large": (
        QT_TRANSLATE_NOOP("errors", "The image {name} is too large ({width} × {height})."),
        QT_TRANSLATE_NOOP("errors", "Make it smaller and send it again."),
    ),
    "too_many_images": (
        QT_TRANSLATE_NOOP("errors", "One message can hold {limit} images at most."),
        QT_TRANSLATE_NOOP("errors", "Send these first, then the others."),
    ),
    "too_many_files": (
        QT_TRANSLATE_NOOP("errors", "Samar opens at most {limit} files at once, and these were {count}."),
        QT_TRANSLATE_NOOP("errors", "The first ones were opened. For many files, open their folder instead."),
    ),
    "tools_unknown": (
        QT_TRANSLATE_NOOP("errors", "This model can’t use tools."),
        QT_TRANSLATE_NOOP(
            "errors", "Choose a model that uses tools (its chat template knows them), or ask without tools."
        ),
    ),
    "tools_broken": (
        QT_TRANSLATE_NOOP("errors", "The list of tools can’t be read: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Correct it: it must be a JSON list of tools, each one an object."),
    ),
    "grammar_unfit": (
        QT_TRANSLATE_NOOP(
            "errors", "What was written so far does not follow the grammar (GBNF), so it can’t be continued."
        ),
        QT_TRANSLATE_NOOP("errors", "Regenerate the reply, or continue it without the grammar."),
    ),
    "schema_broken": (
        QT_TRANSLATE_NOOP("errors", "The JSON schema can’t be read: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Correct the schema, or send without it."),
    ),
    "schema_unsupported": (
        QT_TRANSLATE_NOOP("errors", "The JSON schema asks for something that Samar can’t enforce: {keyword}."),
        QT_TRANSLATE_NOOP("errors", "Remove that part, or send without a schema."),
    ),
    "prompt_too_long": (
        QT_TRANSLATE_NOOP(
            "errors",
            "The message is too long for the model: it has {tokens} tokens, and the context has room for {context}.",
        ),
        QT_TRANSLATE_NOOP("errors", "Shorten the message, or set a larger context."),
    ),
    "conversion_failed": (
        QT_TRANSLATE_NOOP("errors", "{name} could not be converted: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Nothing was changed."),
    ),
    "conversion_running": (
        QT_TRANSLATE_NOOP("errors", "Another model is being converted."),
        QT_TRANSLATE_NOOP("errors", "Wait until it is done, or cancel it."),
    ),
    "disk_full": (
        QT_TRANSLATE_NOOP("errors", "The disk is full, so nothing could be saved."),
        QT_TRANSLATE_NOOP("errors", "Free some space, then try again."),
    ),
    "data_read_only": (
        QT_TRANSLATE_NOOP("errors", "Samar may not write to its data folder {folder}."),
        QT_TRANSLATE_NOOP("errors", "Allow writing to that folder, or start Samar with --data-dir and another folder."),
    ),
    "history_damaged": (
        QT_TRANSLATE_NOOP(
            "errors", "The file of your chats was damaged. It was kept as {aside}, and the backup of {date} is open."
        ),
        QT_TRANSLATE_NOOP("errors", "Chats since then are in the damaged file."),
    ),
    "history_damaged_no_backup": (
        QT_TRANSLATE_NOOP(
            "errors", "The file of your chats was damaged, and there was no backup. It was kept as {aside}."
        ),
        QT_TRANSLATE_NOOP("errors", "Samar goes on without chats."),
    ),
    "history_salvaged": (
        QT_TRANSLATE_NOOP(
            "errors",
            "The file of your chats was damaged. The backup of {date} is open, with {count} newer messages that could be rescued.",
        ),
        QT_TRANSLATE_NOOP(
            "errors",
            "The damaged file is kept as {aside}. Some texts may have changed where the damage was; this can’t be told.",
        ),
    ),
    "history_salvaged_no_backup": (
        QT_TRANSLATE_NOOP(
            "errors",
            "The file of your chats was damaged, and there was no backup. {count} messages could be rescued from it.",
        ),
        QT_TRANSLATE_NOOP(
            "errors",
            "The damaged file is kept as {aside}. Some texts may have changed where the damage was; this can’t be told.",
        ),
    ),
    "history_repaired": (
        QT_TRANSLATE_NOOP(
            "errors", "The file of your chats was damaged, but everything in it could be read. It was written anew."
        ),
        QT_TRANSLATE_NOOP(
            "errors",
            "The damaged file is kept as {aside}. Some texts may have changed where the damage was; this can’t be told.",
        ),
    ),
    "history_gone": (
        QT_TRANSLATE_NOOP("errors", "The file of your chats was gone. The backup of {date} is open."),
        QT_TRANSLATE_NOOP("errors", "If you moved the file, close Samar and put it back. The backups are in {folder}."),
    ),
    "history_gone_no_backup": (
        QT_TRANSLATE_NOOP("errors", "The file of your chats was gone, and no backup in {folder} can be opened."),
        QT_TRANSLATE_NOOP(
            "errors",
            "If you moved the file, close Samar and put it back. Until then Samar goes on without chats.",
        ),
    ),
    "history_brought_back": (
        QT_TRANSLATE_NOOP(
            "errors", "The data folder {folder} was removed while Samar was running. All chats were written there anew."
        ),
        QT_TRANSLATE_NOOP("errors", "If it is on another disk, close Samar before you connect that disk again."),
    ),
    "history_kept_elsewhere": (
        QT_TRANSLATE_NOOP(
            "errors",
            "The file of your chats in {folder} was removed or replaced while Samar was running. What is open is kept as {path}.",
        ),
        QT_TRANSLATE_NOOP(
            "errors",
            "To see these chats the next time, close Samar and put that file into {folder} as history.sqlite3.",
        ),
    ),
    "history_moved": (
        QT_TRANSLATE_NOOP(
            "errors",
            "The file of your chats in {folder} was removed while Samar was running, and can’t be written elsewhere.",
        ),
        QT_TRANSLATE_NOOP(
            "errors", "Put the folder back, or export your chats now: otherwise they are lost when you close Samar."
        ),
    ),
    "history_written_again": (
        QT_TRANSLATE_NOOP(
            "errors", "The data folder {folder} can be written to again, and your chats are saved there."
        ),
        QT_TRANSLATE_NOOP("errors", "You need not do anything."),
    ),
    "import_in_memory": (
        QT_TRANSLATE_NOOP("errors", "Chats can’t be imported as long as nothing can be saved on the disk."),
        QT_TRANSLATE_NOOP("errors", "Free some space, or allow writing to the data folder, and try again."),
    ),
    "history_too_new": (
        QT_TRANSLATE_NOOP("errors", "Your chats were saved by a newer version of Samar."),
        QT_TRANSLATE_NOOP(
            "errors", "Update Samar, or start it with --data-dir and another folder. Nothing was changed."
        ),
    ),
    "history_busy": (
        QT_TRANSLATE_NOOP("errors", "Another program is using the file of your chats."),
        QT_TRANSLATE_NOOP("errors", "Close that program and try again."),
    ),
    "history_failed": (
        QT_TRANSLATE_NOOP("errors", "Something could not be saved: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Check the disk, then try again."),
    ),
    "history_damaged_now": (
        QT_TRANSLATE_NOOP("errors", "The file of your chats is damaged, so this could not be read or saved."),
        QT_TRANSLATE_NOOP("errors", "Close Samar and start it again: it then opens the last backup."),
    ),
    "chat_missing": (
        QT_TRANSLATE_NOOP("errors", "This chat or message no longer exists."),
        QT_TRANSLATE_NOOP("errors", "It may have been deleted in another window of Samar."),
    ),
    "import_unreadable": (
        QT_TRANSLATE_NOOP("errors", "{name} can’t be read: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Make sure that you may read the file, or choose another one."),
    ),
    "import_unknown": (
        QT_TRANSLATE_NOOP("errors", "{name} has no chats that Samar can read."),
        QT_TRANSLATE_NOOP("errors", "Choose an export of Samar, ChatGPT, Open WebUI or Jan."),
    ),
    "import_damaged": (
        QT_TRANSLATE_NOOP("errors", "{name} is damaged or incomplete: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Export it again from the program it came from. Nothing was imported."),
    ),
    "import_too_large": (
        QT_TRANSLATE_NOOP("errors", "{name} is too large to import: it has {size}, and the most is {limit}."),
        QT_TRANSLATE_NOOP("errors", "Export fewer chats at a time. Nothing was imported."),
    ),
    "import_too_demanding": (
        QT_TRANSLATE_NOOP("errors", "Reading {name} takes too much time or memory for a file of chats."),
        QT_TRANSLATE_NOOP("errors", "Export fewer chats at a time. Nothing was imported."),
    ),
    "export_failed": (
        QT_TRANSLATE_NOOP("errors", "{name} could not be written: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Choose another folder, or free some space."),
    ),
    "print_failed": (
        QT_TRANSLATE_NOOP("errors", "The printer {name} does not accept pages."),
        QT_TRANSLATE_NOOP("errors", "Check that it is switched on, or choose PDF and print the file."),
    ),
    "bug": (
        QT_TRANSLATE_NOOP("errors", "Something in Samar went wrong."),
        QT_TRANSLATE_NOOP(
            "errors",
            "Your chats are safe. If it happens again, start Samar again and report the problem (Settings → Help).",
        ),
    ),
    "start_failed": (
        QT_TRANSLATE_NOOP("errors", "Samar could not open its window. Your chats in {folder} were left as they are."),
        QT_TRANSLATE_NOOP(
            "errors",
            "To go on, start Samar with --data-dir and another folder, or use “samar chat” in a terminal. Please report this, with the event log {log}.",
        ),
    ),
    "program_replaced": (
        QT_TRANSLATE_NOOP("errors", "Another version of Samar was installed while this one is open."),
        QT_TRANSLATE_NOOP("errors", "Close Samar and open it again. Until then some things may not work."),
    ),
    "no_arabic_font": (
        QT_TRANSLATE_NOOP(
            "errors", "No font on this computer has Arabic letters, so Samar is shown in English for now."
        ),
        QT_TRANSLATE_NOOP("errors", "Install a font such as Noto Sans Arabic, and start Samar again."),
    ),
    "already_running": (
        QT_TRANSLATE_NOOP("errors", "Samar is open already, but its window does not answer."),
        QT_TRANSLATE_NOOP("errors", "Wait a moment and try again, or end Samar and start it again."),
    ),
    "update_unpublished": (
        QT_TRANSLATE_NOOP("errors", "This copy of Samar does not know where new versions are."),
        QT_TRANSLATE_NOOP("errors", "Get newer versions from where you got this one."),
    ),
    "update_from_source": (
        QT_TRANSLATE_NOOP("errors", "This Samar runs from its source code and can’t update itself."),
        QT_TRANSLATE_NOOP("errors", "Update the source code and start Samar again."),
    ),
    "update_unreachable": (
        QT_TRANSLATE_NOOP("errors", "The page of new versions ({host}) can’t be reached: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Check the internet connection and try again."),
    ),
    "update_refused": (
        QT_TRANSLATE_NOOP("errors", "The page of new versions answered with an error ({status})."),
        QT_TRANSLATE_NOOP("errors", "Try again later."),
    ),
    "update_elsewhere": (
        QT_TRANSLATE_NOOP("errors", "The page of new versions leads to {host}, which is not one of its own."),
        QT_TRANSLATE_NOOP("errors", "Nothing was downloaded from there. Try again with another internet connection."),
    ),
    "update_unreadable": (
        QT_TRANSLATE_NOOP("errors", "The answer of the page of new versions can’t be read."),
        QT_TRANSLATE_NOOP("errors", "Try again later. Nothing was changed."),
    ),
    "update_incomplete": (
        QT_TRANSLATE_NOOP(
            "errors",
            "Version {version} was published without what proves that it is genuine (its checksums and their signature).",
        ),
        QT_TRANSLATE_NOOP("errors", "Try again later. Nothing was downloaded."),
    ),
    "update_no_file": (
        QT_TRANSLATE_NOOP("errors", "Version {version} has no file for this computer."),
        QT_TRANSLATE_NOOP("errors", "Look at the page of new versions in a browser."),
    ),
    "update_untrusted": (
        QT_TRANSLATE_NOOP("errors", "The new version is not signed by the makers of Samar."),
        QT_TRANSLATE_NOOP("errors", "It was deleted. Do not install it from elsewhere either."),
    ),
    "update_other_version": (
        QT_TRANSLATE_NOOP("errors", "The page offers version {version}, but the signature belongs to another one."),
        QT_TRANSLATE_NOOP("errors", "Nothing was kept. Try again later, or with another internet connection."),
    ),
    "update_damaged": (
        QT_TRANSLATE_NOOP("errors", "{name} is not the file that was published (its checksum differs)."),
        QT_TRANSLATE_NOOP("errors", "It was deleted. Try again later, or with another internet connection."),
    ),
    "update_cut": (
        QT_TRANSLATE_NOOP("errors", "Only a part of {name} arrived."),
        QT_TRANSLATE_NOOP("errors", "It was deleted. Check the internet connection and try again."),
    ),
    "update_too_large": (
        QT_TRANSLATE_NOOP("errors", "{name} is larger than the page of new versions says."),
        QT_TRANSLATE_NOOP("errors", "It was deleted. Try again later, or with another internet connection."),
    ),
    "settings_too_new": (
        QT_TRANSLATE_NOOP("errors", "The settings were saved by a newer version of Samar. They are kept as {aside}."),
        QT_TRANSLATE_NOOP("errors", "Update Samar to use them again. Until then it uses what it understands of them."),
    ),
    "settings_damaged": (
        QT_TRANSLATE_NOOP("errors", "The settings could not be read. They were kept as {aside}."),
        QT_TRANSLATE_NOOP("errors", "Samar uses its original settings until you change them."),
    ),
    "settings_unread": (
        QT_TRANSLATE_NOOP("errors", "The settings file {name} can’t be read now: {reason}."),
        QT_TRANSLATE_NOOP(
            "errors",
            "Samar uses its original settings for now. The file stays as it is, and what you change is added to it.",
        ),
    ),
    "settings_partly_read": (
        QT_TRANSLATE_NOOP("errors", "Some settings could not be read: {fields}. The earlier file is kept as {aside}."),
        QT_TRANSLATE_NOOP(
            "errors", "For these Samar uses the original values until you change them. The others are as you set them."
        ),
    ),
    "catalogue_broken": (
        QT_TRANSLATE_NOOP("errors", "The list of models can’t be read: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Install Samar again. Models on this computer work without the list."),
    ),
    "library_damaged": (
        QT_TRANSLATE_NOOP("errors", "The list of your models could not be read. It was kept as {aside}."),
        QT_TRANSLATE_NOOP("errors", "Samar finds the models on this computer again. Add your own folders once more."),
    ),
    "library_unread": (
        QT_TRANSLATE_NOOP("errors", "The list of your models can’t be read now: {reason}."),
        QT_TRANSLATE_NOOP("errors", "It stays as it is, and is read again the next time you look at your models."),
    ),
    "library_partly_read": (
        QT_TRANSLATE_NOOP(
            "errors", "A part of the list of your models could not be read. The earlier file is kept as {aside}."
        ),
        QT_TRANSLATE_NOOP("errors", "The rest is as before. Add what is missing once more."),
    ),
    "library_unwritable": (
        QT_TRANSLATE_NOOP("errors", "The list of your models could not be saved: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Free some space, or allow writing to {folder}."),
    ),
    "model_unknown": (
        QT_TRANSLATE_NOOP("errors", "There is no model with the name {name} here."),
        QT_TRANSLATE_NOOP("errors", "See what is here with “samar models list”."),
    ),
    "model_ambiguous": (
        QT_TRANSLATE_NOOP("errors", "{count} models here have the name {name}."),
        QT_TRANSLATE_NOOP("errors", "Name one of them by its id: {ids}."),
    ),
    "model_not_ours": (
        QT_TRANSLATE_NOOP("errors", "{name} was not downloaded by Samar, so its file stays where it is."),
        QT_TRANSLATE_NOOP("errors", "It was taken off the list. Delete the file yourself if you need its space."),
    ),
    "model_undeletable": (
        QT_TRANSLATE_NOOP("errors", "{name} could not be moved to the bin: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Close the program that uses the file, or delete it in your file manager."),
    ),
    "nothing_to_import": (
        QT_TRANSLATE_NOOP("errors", "There is no model in {name}."),
        QT_TRANSLATE_NOOP(
            "errors", "Choose a .gguf file, a folder that has some, or the folder of a model to convert."
        ),
    ),
    "checkpoint_found": (
        QT_TRANSLATE_NOOP("errors", "{name} is a model that must be converted first."),
        QT_TRANSLATE_NOOP("errors", "Run “samar convert {name}”, or drop the folder on the window."),
    ),
    "checksum_wrong": (
        QT_TRANSLATE_NOOP("errors", "The file {name} has changed since it was downloaded (its checksum differs)."),
        QT_TRANSLATE_NOOP("errors", "Delete it and download it again."),
    ),
    "network_off": (
        QT_TRANSLATE_NOOP("errors", "Samar does not use the internet until you allow it."),
        QT_TRANSLATE_NOOP("errors", "Allow the internet in the settings (Data), or add --network in a terminal."),
    ),
    "no_network": (
        QT_TRANSLATE_NOOP("errors", "There is no connection to the internet."),
        QT_TRANSLATE_NOOP("errors", "Connect the computer and try again."),
    ),
    "proxy_unusable": (
        QT_TRANSLATE_NOOP("errors", "The proxy that is set on this computer can’t be used: {reason}."),
        QT_TRANSLATE_NOOP(
            "errors", "Set ALL_PROXY, HTTP_PROXY and HTTPS_PROXY to an address that begins with http, https or socks5."
        ),
    ),
    "proxy_failed": (
        QT_TRANSLATE_NOOP("errors", "{host} can’t be reached through the proxy {proxy}: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Check that the proxy or VPN program is running, and try again."),
    ),
    "hub_odd": (
        QT_TRANSLATE_NOOP("errors", "The answer of {host} about {name} can’t be understood."),
        QT_TRANSLATE_NOOP("errors", "Try again later, or look at its page in a browser."),
    ),
    "hub_insecure": (
        QT_TRANSLATE_NOOP("errors", "The connection to {host} is not encrypted, so your access token was not sent."),
        QT_TRANSLATE_NOOP("errors", "Set HF_ENDPOINT to an address that begins with https."),
    ),
    "hub_checkpoint": (
        QT_TRANSLATE_NOOP("errors", "{repo} has no GGUF file, but it can be converted."),
        QT_TRANSLATE_NOOP("errors", "Run “samar convert {repo} --network”, or look for a page with GGUF files."),
    ),
    "hub_no_models": (
        QT_TRANSLATE_NOOP("errors", "{repo} has no model that Samar can use."),
        QT_TRANSLATE_NOOP("errors", "Look for a page with GGUF files."),
    ),
    "hub_no_type": (
        QT_TRANSLATE_NOOP("errors", "{repo} has no file of the type {type}."),
        QT_TRANSLATE_NOOP("errors", "It has: {types}."),
    ),
    "hub_unreachable": (
        QT_TRANSLATE_NOOP("errors", "{host} can’t be reached: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Check the internet connection and try again."),
    ),
    "hub_untrusted": (
        QT_TRANSLATE_NOOP("errors", "The connection to {host} is not safe: {reason}."),
        QT_TRANSLATE_NOOP(
            "errors",
            "Check the clock of the computer. In a school or an office, ask whether its certificate must be installed.",
        ),
    ),
    "hub_needs_token": (
        QT_TRANSLATE_NOOP("errors", "{repo} can be downloaded only with an account, or it does not exist."),
        QT_TRANSLATE_NOOP(
            "errors", "Create an access token in your account on Hugging Face, give it to Samar, and try again."
        ),
    ),
    "hub_gated": (
        QT_TRANSLATE_NOOP("errors", "You must ask for access to {repo}."),
        QT_TRANSLATE_NOOP("errors", "Sign in on Hugging Face, accept the conditions on its page, and try again."),
    ),
    "hub_gated_unknown": (
        QT_TRANSLATE_NOOP(
            "errors", "You must ask for access to {repo}, and Samar has no access token of your account."
        ),
        QT_TRANSLATE_NOOP(
            "errors",
            "Accept the conditions on its page on Hugging Face, then give Samar an access token of your account (in a terminal: HF_TOKEN).",
        ),
    ),
    "hub_not_found": (
        QT_TRANSLATE_NOOP("errors", "{name} is not on Hugging Face, or no longer."),
        QT_TRANSLATE_NOOP("errors", "Search for the model: it may have moved."),
    ),
    "hub_busy": (
        QT_TRANSLATE_NOOP("errors", "Hugging Face asks to wait {wait} seconds: there were too many requests."),
        QT_TRANSLATE_NOOP("errors", "Try again after that. With an access token the limit is higher."),
    ),
    "hub_too_large": (
        QT_TRANSLATE_NOOP("errors", "{name} is larger than what Hugging Face sends as one file."),
        QT_TRANSLATE_NOOP("errors", "Choose a smaller quantization, or one that comes in parts."),
    ),
    "hub_failed": (
        QT_TRANSLATE_NOOP("errors", "Hugging Face answered with an error ({reason})."),
        QT_TRANSLATE_NOOP("errors", "Try again later."),
    ),
    "download_damaged": (
        QT_TRANSLATE_NOOP("errors", "The downloaded file {name} is not as Hugging Face describes it: {reason}."),
        QT_TRANSLATE_NOOP("errors", "It was deleted. Download it again."),
    ),
    "download_no_space": (
        QT_TRANSLATE_NOOP("errors", "{name} needs {needed} on the disk, and only {free} are free."),
        QT_TRANSLATE_NOOP("errors", "Free some space, or choose a smaller file."),
    ),
    "download_unwritable": (
        QT_TRANSLATE_NOOP("errors", "Samar can’t write to {folder}: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Allow writing to that folder, or choose another folder for models."),
    ),
    "download_elsewhere": (
        QT_TRANSLATE_NOOP("errors", "Another Samar is downloading {name} already."),
        QT_TRANSLATE_NOOP("errors", "Wait until it is done: the model then appears here too."),
    ),
    "keyring_missing": (
        QT_TRANSLATE_NOOP(
            "errors", "This computer has no password store (keyring) that could keep the access token: {reason}."
        ),
        QT_TRANSLATE_NOOP(
            "errors", "Set the environment variable HF_TOKEN instead. Samar never writes a token to a file."
        ),
    ),
}


_MAY_QUOTE = ("export_", "import_", "template_", "grammar_", "schema_", "tools_", "image_")
"""Codes whose `name` may be the title of a chat or the name of an image in it, or whose `reason` or `keyword` may be a
piece of what a person wrote."""
_OWN_WORDS: tuple[type[Exception], ...] = (
    AttributeError, ImportError, IndexError, MemoryError, NameError, RecursionError, RuntimeError, TypeError, UnicodeError,
    ZeroDivisionError,
)  # fmt: skip
_EXCEPTION = re.compile(
    r"^((?:\w+\.)*[A-Z]\w*(?:Error|Exception|Warning|Interrupt|Exit|Found|Undefined)): .*", re.DOTALL
)


_REASONS = ("reason", "what")
"""Details that systems and libraries word."""


class SamarError(Exception):
    """An expected failure.

    code: a key of SENTENCES. details: values for the sentence's {names}; plain str, never markup.
    As a str it is fit for a log: nothing in it may quote a chat. `sentence` is for the person.
    """

    def __init__(self, code: str, **details: object) -> None:
        if code not in SENTENCES:
            raise ValueError(f"unknown error code {code!r}")
        self.code = code
        self.details = {name: shown(str(value)) for name, value in details.items()}
        super().__init__(self._filled(self.reportable()))

    def sentence(self) -> str:
        """What is wrong and what to do, in English."""
        what, then = SENTENCES[self.code]
        details = self.for_people()
        return f"{tell(what, details)} {tell(then, details)}"

    def for_people(self) -> dict[str, str]:
        """The details as a sentence has them: no number of an error, no class of an exception."""
        return {name: plain(value) if name in _REASONS else value for name, value in self.details.items()}

    def reportable(self) -> dict[str, str]:
        """The details without those that may quote a chat, and without names of model files: for a log or a report."""
        kept = {
            name: "(a model).gguf" if value.lower().endswith(".gguf") else value for name, value in self.details.items()
        }
        if self.code.startswith(_MAY_QUOTE):
            for name in ("name", "reason", "keyword"):
                kept.pop(name, None)
        return {name: _EXCEPTION.sub(r"\1", value) for name, value in kept.items()}

    def _filled(self, details: Mapping[str, str]) -> str:
        what, then = SENTENCES[self.code]
        return f"{fill(what, details)} {fill(then, details)}"


def technical(problem: BaseException) -> str:
    """An exception for a log or a report: its type, and its message where the interpreter or the system worded it.

    Any other message is left out, since it may quote what was being worked on: a chat.
    """
    name = type(problem).__name__
    if isinstance(problem, SamarError):
        return f"{problem.code}: {problem}"
    if isinstance(problem, OSError):
        return f"{name}: {problem.strerror or 'no reason given'}"
    if type(problem) in _OWN_WORDS or isinstance(problem, UnicodeError):
        return f"{name}: {' '.join(str(problem).split())[:300]}"
    return name


def tell(text: str, details: Mapping[str, str]) -> str:
    """A sentence for a person: a reason that is not known is left out with its colon or brackets, another name becomes "…"."""
    known = {name: value for name, value in details.items() if value not in ("", "None")}
    for name in _REASONS:
        if name not in known:
            text = re.sub(rf"(?:: | \()\{{{name}\}}\)?", "", text)
    return re.sub(r"\{\w+\}", "…", fill(text, known))


def fill(text: str, details: Mapping[str, str]) -> str:
    """Put details into a sentence; a name without a value stays visible rather than raising."""
    for name, value in details.items():
        text = text.replace("{" + name + "}", value)
    return text
