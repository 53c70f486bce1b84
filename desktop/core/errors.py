"""Expected failures. Each has a code that the interface translates, and a next step for the person.

A bug is any other exception: it keeps its traceback and goes to the log.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from desktop.core.files import shown


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
    "name_not_text": (
        QT_TRANSLATE_NOOP("errors", "The name of {name}, or of a folder it is in, is no valid text (UTF-8)."),
        QT_TRANSLATE_NOOP("errors", "Rename it in your file manager and try again."),
    ),
    "model_foreign": (
        QT_TRANSLATE_NOOP("errors", "{name} was made for another program or another version: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Get a file of a common type, such as Q4_K_M, or update Samar."),
    ),
    "model_one_file": (
        QT_TRANSLATE_NOOP("errors", "{name} holds its part for images in the same file, as only Ollama reads it."),
        QT_TRANSLATE_NOOP("errors", "Get the model from the Hub: there that part is a file of its own (mmproj)."),
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
    "not_enough_memory_for_this": (
        QT_TRANSLATE_NOOP("errors", "{name} needs about {needed} of memory and {free} are free."),
        QT_TRANSLATE_NOOP("errors", "Its {quantization} file would fit: get that one, or close other programs."),
    ),
    "no_model": (
        QT_TRANSLATE_NOOP("errors", "No model is loaded."),
        QT_TRANSLATE_NOOP("errors", "Choose one in the model picker."),
    ),
    "engine_died": (
        QT_TRANSLATE_NOOP("errors", "The engine ended unexpectedly ({reason}). What was written is kept."),
        QT_TRANSLATE_NOOP("errors", "Send again: the engine starts anew."),
    ),
    "engine_unfit": (
        QT_TRANSLATE_NOOP("errors", "The engine was compiled for another processor. What was written is kept."),
        QT_TRANSLATE_NOOP("errors", "Install Samar anew on this computer; for a checkout, remove its folder .venv."),
    ),
    "engine_failed": (
        QT_TRANSLATE_NOOP("errors", "The engine could not go on: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Try again, or load the model anew."),
    ),
    "engine_start_failed": (
        QT_TRANSLATE_NOOP("errors", "The engine could not be started: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Start Samar again; if that doesn't help, install it again."),
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
    "adapter_unfit": (
        QT_TRANSLATE_NOOP("errors", "The adapter {adapter} was made for another model than {name}."),
        QT_TRANSLATE_NOOP("errors", "Choose an adapter made for this model, or take it off in the model's settings."),
    ),
    "adapter_activated": (
        QT_TRANSLATE_NOOP(
            "errors", "The adapter {adapter} works only behind the text that it was trained with (aLoRA)."
        ),
        QT_TRANSLATE_NOOP("errors", "Samar can't use adapters of this kind; choose another one."),
    ),
    "not_an_adapter": (
        QT_TRANSLATE_NOOP("errors", "{name} is no LoRA adapter in GGUF."),
        QT_TRANSLATE_NOOP("errors", "Choose an adapter; one of Hugging Face can be converted with “samar convert”."),
    ),
    "draft_unfit": (
        QT_TRANSLATE_NOOP("errors", "{draft} can't write ahead for {name}: their vocabularies are not the same."),
        QT_TRANSLATE_NOOP("errors", "Choose a smaller model of the same family as the draft model, or none."),
    ),
    "no_vision": (
        QT_TRANSLATE_NOOP("errors", "{name} can't see images: it has no projector file."),
        QT_TRANSLATE_NOOP(
            "errors", "Put the projector (mmproj….gguf) beside the model, or choose one that sees images."
        ),
    ),
    "projector_unfit": (
        QT_TRANSLATE_NOOP("errors", "The projector {projector} does not belong to {name}."),
        QT_TRANSLATE_NOOP("errors", "Get the projector that was made for this model, or send without images."),
    ),
    "image_unreadable": (
        QT_TRANSLATE_NOOP("errors", "The image {name} can't be read: it is damaged, or no image."),
        QT_TRANSLATE_NOOP("errors", "Choose a PNG, JPEG, GIF or BMP file; in the window WebP as well."),
    ),
    "image_too_large": (
        QT_TRANSLATE_NOOP("errors", "The image {name} is too large ({width} × {height})."),
        QT_TRANSLATE_NOOP("errors", "Make it smaller and send it again."),
    ),
    "too_many_images": (
        QT_TRANSLATE_NOOP("errors", "One message takes at most {limit} images."),
        QT_TRANSLATE_NOOP("errors", "Send these first, then the others."),
    ),
    "too_many_files": (
        QT_TRANSLATE_NOOP("errors", "At most {limit} files are opened at once; {count} were given."),
        QT_TRANSLATE_NOOP("errors", "The first ones were taken. For many files, open their folder instead."),
    ),
    "tools_unknown": (
        QT_TRANSLATE_NOOP("errors", "This model was taught no tools."),
        QT_TRANSLATE_NOOP("errors", "Choose a model whose chat template knows tools, or ask without them."),
    ),
    "tools_broken": (
        QT_TRANSLATE_NOOP("errors", "The list of tools can't be read: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Correct it: a JSON list of tools, each an object."),
    ),
    "grammar_unfit": (
        QT_TRANSLATE_NOOP("errors", "What was written so far does not obey the grammar, so it can't be continued."),
        QT_TRANSLATE_NOOP("errors", "Regenerate the reply, or continue it without the grammar."),
    ),
    "schema_broken": (
        QT_TRANSLATE_NOOP("errors", "The JSON schema can't be read: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Correct the schema, or send without it."),
    ),
    "schema_unsupported": (
        QT_TRANSLATE_NOOP("errors", "The JSON schema asks for what a reply can't be held to: {keyword}."),
        QT_TRANSLATE_NOOP("errors", "Take that part out, or send without a schema."),
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
        QT_TRANSLATE_NOOP(
            "errors",
            "The damaged file is kept as {aside}. Texts may have changed where the damage was: SQLite can't tell.",
        ),
    ),
    "history_salvaged_no_backup": (
        QT_TRANSLATE_NOOP(
            "errors", "The history was damaged and there was no backup. {count} messages could be saved from it."
        ),
        QT_TRANSLATE_NOOP(
            "errors",
            "The damaged file is kept as {aside}. Texts may have changed where the damage was: SQLite can't tell.",
        ),
    ),
    "history_repaired": (
        QT_TRANSLATE_NOOP(
            "errors", "The history file was damaged, but all that it holds could be read. It was written anew."
        ),
        QT_TRANSLATE_NOOP(
            "errors",
            "The damaged file is kept as {aside}. Texts may have changed where the damage was: SQLite can't tell.",
        ),
    ),
    "history_gone": (
        QT_TRANSLATE_NOOP("errors", "The history file was not there any more. The backup of {date} is open."),
        QT_TRANSLATE_NOOP("errors", "If you moved the file, close Samar and put it back. The backups are in {folder}."),
    ),
    "history_gone_no_backup": (
        QT_TRANSLATE_NOOP(
            "errors", "The history file was not there any more, and no backup in {folder} can be opened."
        ),
        QT_TRANSLATE_NOOP(
            "errors",
            "If you moved the file, close Samar and put it back; until then Samar goes on with an empty history.",
        ),
    ),
    "history_brought_back": (
        QT_TRANSLATE_NOOP(
            "errors", "The data folder {folder} was taken away while Samar ran. All chats were written there anew."
        ),
        QT_TRANSLATE_NOOP("errors", "If it is on another disk, close Samar before you plug that in again."),
    ),
    "history_kept_elsewhere": (
        QT_TRANSLATE_NOOP(
            "errors",
            "The history file in {folder} was taken away or replaced while Samar ran. What is open is kept as {path}.",
        ),
        QT_TRANSLATE_NOOP(
            "errors",
            "To have these chats the next time, close Samar and put that file into {folder} as history.sqlite3.",
        ),
    ),
    "history_moved": (
        QT_TRANSLATE_NOOP(
            "errors", "The history file in {folder} was taken away while Samar ran, and can't be written elsewhere."
        ),
        QT_TRANSLATE_NOOP(
            "errors", "Put the folder back, or export your chats now: what is not there is lost when Samar is closed."
        ),
    ),
    "history_written_again": (
        QT_TRANSLATE_NOOP("errors", "The data folder {folder} can be written to again: chats are stored there."),
        QT_TRANSLATE_NOOP("errors", "There is nothing to do."),
    ),
    "import_in_memory": (
        QT_TRANSLATE_NOOP("errors", "Chats can't be imported while nothing can be stored on the disk."),
        QT_TRANSLATE_NOOP(
            "errors", "Free some space, or give yourself the right to write to the data folder; Samar notices."
        ),
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
    "import_too_demanding": (
        QT_TRANSLATE_NOOP("errors", "Reading {name} takes more time or memory than a file of chats may."),
        QT_TRANSLATE_NOOP("errors", "Export fewer chats at a time. Nothing was imported."),
    ),
    "export_failed": (
        QT_TRANSLATE_NOOP("errors", "{name} could not be written: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Choose another folder, or free some space."),
    ),
    "print_failed": (
        QT_TRANSLATE_NOOP("errors", "The printer {name} takes no pages."),
        QT_TRANSLATE_NOOP("errors", "See whether it is on, or choose PDF and print the file."),
    ),
    "bug": (
        QT_TRANSLATE_NOOP("errors", "Something in Samar went wrong ({what})."),
        QT_TRANSLATE_NOOP("errors", "Nothing is lost; the log has the details. If it happens again, start Samar anew."),
    ),
    "start_failed": (
        QT_TRANSLATE_NOOP(
            "errors", "Samar could not open its window ({what}). Your chats in {folder} were left as they are."
        ),
        QT_TRANSLATE_NOOP(
            "errors",
            "Start Samar with --data-dir and another folder to go on, and report this with the log {log}; “samar chat” works in a terminal.",
        ),
    ),
    "program_replaced": (
        QT_TRANSLATE_NOOP("errors", "Another version of Samar was installed while this one is open."),
        QT_TRANSLATE_NOOP("errors", "Close Samar and open it again; until then some things may not work."),
    ),
    "no_arabic_font": (
        QT_TRANSLATE_NOOP("errors", "No font on this computer has Arabic letters, so Samar speaks English for now."),
        QT_TRANSLATE_NOOP("errors", "Install one, such as Noto Sans Arabic, and start Samar again."),
    ),
    "already_running": (
        QT_TRANSLATE_NOOP("errors", "Samar is open already, but its window does not answer."),
        QT_TRANSLATE_NOOP("errors", "Wait a moment and try again, or end it and start it anew."),
    ),
    "update_unpublished": (
        QT_TRANSLATE_NOOP("errors", "This copy of Samar does not know a release page."),
        QT_TRANSLATE_NOOP("errors", "Get newer versions where you got this one."),
    ),
    "update_from_source": (
        QT_TRANSLATE_NOOP("errors", "This Samar runs from its source code and is not updated by itself."),
        QT_TRANSLATE_NOOP("errors", "Bring the source up to date and start it again."),
    ),
    "update_unreachable": (
        QT_TRANSLATE_NOOP("errors", "The release page at {host} can't be reached: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Check the connection or the proxy and try again."),
    ),
    "update_refused": (
        QT_TRANSLATE_NOOP("errors", "The release page answered with an error ({status})."),
        QT_TRANSLATE_NOOP("errors", "Try again later."),
    ),
    "update_elsewhere": (
        QT_TRANSLATE_NOOP("errors", "The release page sends Samar to {host}, which is not its own."),
        QT_TRANSLATE_NOOP("errors", "Nothing was fetched from there. Try again on another network."),
    ),
    "update_unreadable": (
        QT_TRANSLATE_NOOP("errors", "What the release page says can't be read."),
        QT_TRANSLATE_NOOP("errors", "Try again later; nothing was changed."),
    ),
    "update_incomplete": (
        QT_TRANSLATE_NOOP("errors", "Version {version} was published without its checksums or their signature."),
        QT_TRANSLATE_NOOP("errors", "Try again later; nothing was fetched."),
    ),
    "update_no_file": (
        QT_TRANSLATE_NOOP("errors", "Version {version} has no file for this computer."),
        QT_TRANSLATE_NOOP("errors", "Look at the release page in a browser."),
    ),
    "update_untrusted": (
        QT_TRANSLATE_NOOP("errors", "What was published is not signed by the makers of Samar."),
        QT_TRANSLATE_NOOP("errors", "Nothing was kept. Do not install it from elsewhere either."),
    ),
    "update_other_version": (
        QT_TRANSLATE_NOOP("errors", "The release page offers version {version}, but the signature is of another one."),
        QT_TRANSLATE_NOOP("errors", "Nothing was kept. Try again later, or on another network."),
    ),
    "update_damaged": (
        QT_TRANSLATE_NOOP("errors", "{name} is not what was published: its checksum is another one."),
        QT_TRANSLATE_NOOP("errors", "It was thrown away. Try again later, or on another network."),
    ),
    "update_cut": (
        QT_TRANSLATE_NOOP("errors", "Only a part of {name} came."),
        QT_TRANSLATE_NOOP("errors", "It was thrown away. Check the connection and try again."),
    ),
    "update_too_large": (
        QT_TRANSLATE_NOOP("errors", "{name} is larger than the release page says."),
        QT_TRANSLATE_NOOP("errors", "It was thrown away. Try again later, or on another network."),
    ),
    "settings_too_new": (
        QT_TRANSLATE_NOOP("errors", "The settings were written by a newer Samar. They are kept as {aside}."),
        QT_TRANSLATE_NOOP("errors", "Update Samar to use them again; until then it uses what it understands of them."),
    ),
    "settings_damaged": (
        QT_TRANSLATE_NOOP("errors", "The settings could not be read. They were set aside as {aside}."),
        QT_TRANSLATE_NOOP("errors", "Samar uses its own defaults until you change them."),
    ),
    "settings_unread": (
        QT_TRANSLATE_NOOP("errors", "The settings file {name} can't be read now: {reason}."),
        QT_TRANSLATE_NOOP(
            "errors", "Samar uses its own defaults for now. The file stays as it is; what you change is added to it."
        ),
    ),
    "settings_partly_read": (
        QT_TRANSLATE_NOOP(
            "errors", "Some settings could not be read: {fields}. The file as it was is kept as {aside}."
        ),
        QT_TRANSLATE_NOOP("errors", "For these Samar uses its own defaults until you change them; the others hold."),
    ),
    "catalogue_broken": (
        QT_TRANSLATE_NOOP("errors", "The list of models can't be read: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Install Samar again; models on this computer work without the list."),
    ),
    "models_failed": (
        QT_TRANSLATE_NOOP("errors", "Something went wrong with the models ({reason})."),
        QT_TRANSLATE_NOOP("errors", "Try again. If it happens again, send a report from the settings’ Help page."),
    ),
    "library_damaged": (
        QT_TRANSLATE_NOOP("errors", "The list of your models could not be read. It was set aside as {aside}."),
        QT_TRANSLATE_NOOP("errors", "Samar finds the models on this computer again; add your own folders once more."),
    ),
    "library_unread": (
        QT_TRANSLATE_NOOP("errors", "The list of your models can't be read now: {reason}."),
        QT_TRANSLATE_NOOP("errors", "It stays as it is, and is read again when you look at your models the next time."),
    ),
    "library_partly_read": (
        QT_TRANSLATE_NOOP(
            "errors", "Some of the list of your models could not be read. The file as it was is kept as {aside}."
        ),
        QT_TRANSLATE_NOOP("errors", "The rest of it holds. Add what is missing once more."),
    ),
    "library_unwritable": (
        QT_TRANSLATE_NOOP("errors", "The list of your models could not be saved: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Free some space, or give yourself the right to write to {folder}."),
    ),
    "model_unknown": (
        QT_TRANSLATE_NOOP("errors", "There is no model called {name} here."),
        QT_TRANSLATE_NOOP("errors", "See what there is with “samar models list”."),
    ),
    "model_ambiguous": (
        QT_TRANSLATE_NOOP("errors", "{count} models here are called {name}."),
        QT_TRANSLATE_NOOP("errors", "Say which one by its id: {ids}."),
    ),
    "model_not_ours": (
        QT_TRANSLATE_NOOP("errors", "{name} was not downloaded by Samar, so its file stays where it is."),
        QT_TRANSLATE_NOOP("errors", "It was taken off the list; delete the file yourself if you want its space."),
    ),
    "model_undeletable": (
        QT_TRANSLATE_NOOP("errors", "{name} could not be moved to the bin: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Close what uses the file, or delete it in your file manager."),
    ),
    "nothing_to_import": (
        QT_TRANSLATE_NOOP("errors", "There is no model in {name}."),
        QT_TRANSLATE_NOOP("errors", "Choose a .gguf file, a folder with some, or a checkpoint's folder to convert."),
    ),
    "checkpoint_found": (
        QT_TRANSLATE_NOOP("errors", "{name} is a checkpoint that must be converted first."),
        QT_TRANSLATE_NOOP("errors", "Run “samar convert {name}”, or drop the folder on the window."),
    ),
    "checksum_wrong": (
        QT_TRANSLATE_NOOP("errors", "{name} is not what was downloaded: its checksum is another one."),
        QT_TRANSLATE_NOOP("errors", "Remove it and download it again."),
    ),
    "network_off": (
        QT_TRANSLATE_NOOP("errors", "Samar never uses the network as long as you have not allowed it."),
        QT_TRANSLATE_NOOP("errors", "Allow the network in the settings, or add --network in the terminal."),
    ),
    "no_network": (
        QT_TRANSLATE_NOOP("errors", "There is no connection to the internet, or {host} is not known here."),
        QT_TRANSLATE_NOOP("errors", "Connect the computer and try again; what came so far is kept."),
    ),
    "proxy_unusable": (
        QT_TRANSLATE_NOOP("errors", "The proxy of this computer can't be used: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Set ALL_PROXY, HTTP_PROXY and HTTPS_PROXY to a http, https or socks5 address."),
    ),
    "proxy_failed": (
        QT_TRANSLATE_NOOP("errors", "The proxy {proxy} did not lead to {host}: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Check whether the proxy or VPN program runs; what came so far is kept."),
    ),
    "hub_odd": (
        QT_TRANSLATE_NOOP("errors", "What {host} said of {name} can't be understood."),
        QT_TRANSLATE_NOOP("errors", "Try again later, or look at its page in a browser."),
    ),
    "hub_insecure": (
        QT_TRANSLATE_NOOP("errors", "{host} is asked without encryption, so your token was not sent to it."),
        QT_TRANSLATE_NOOP("errors", "Set HF_ENDPOINT to an address that begins with https."),
    ),
    "hub_checkpoint": (
        QT_TRANSLATE_NOOP("errors", "{repo} holds no GGUF file, but weights that can be converted."),
        QT_TRANSLATE_NOOP("errors", "Run “samar convert {repo} --network”, or look for a repository with GGUF files."),
    ),
    "hub_no_models": (
        QT_TRANSLATE_NOOP("errors", "{repo} holds no model that Samar can use."),
        QT_TRANSLATE_NOOP("errors", "Look for a repository with GGUF files."),
    ),
    "hub_no_type": (
        QT_TRANSLATE_NOOP("errors", "{repo} holds no file of the type {type}."),
        QT_TRANSLATE_NOOP("errors", "It has: {types}."),
    ),
    "hub_unreachable": (
        QT_TRANSLATE_NOOP("errors", "{host} can't be reached: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Check the connection or the proxy and try again; what came so far is kept."),
    ),
    "hub_untrusted": (
        QT_TRANSLATE_NOOP("errors", "The connection to {host} is not trusted: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Check the computer's clock, and whether your network's certificate is installed."),
    ),
    "hub_needs_token": (
        QT_TRANSLATE_NOOP("errors", "{repo} is given only to those who are signed in, or it does not exist."),
        QT_TRANSLATE_NOOP("errors", "Make a token in your account on the Hub and give it to Samar, then try again."),
    ),
    "hub_gated": (
        QT_TRANSLATE_NOOP("errors", "Access to {repo} must be asked for."),
        QT_TRANSLATE_NOOP("errors", "Accept its terms on its page on the Hub while signed in, then try again."),
    ),
    "hub_gated_unknown": (
        QT_TRANSLATE_NOOP(
            "errors", "Access to {repo} must be asked for, and Samar has no token that says who you are."
        ),
        QT_TRANSLATE_NOOP(
            "errors",
            "Accept its terms on its page on the Hub, then give Samar a token of your account (in the terminal: HF_TOKEN).",
        ),
    ),
    "hub_not_found": (
        QT_TRANSLATE_NOOP("errors", "{name} is not on the Hub, or not any more."),
        QT_TRANSLATE_NOOP("errors", "Search for the model: it may have moved."),
    ),
    "hub_busy": (
        QT_TRANSLATE_NOOP("errors", "The Hub asks to wait {wait} seconds: too many requests."),
        QT_TRANSLATE_NOOP("errors", "Try again after that; with a token the limit is higher."),
    ),
    "hub_too_large": (
        QT_TRANSLATE_NOOP("errors", "{name} is larger than what the Hub sends as one file."),
        QT_TRANSLATE_NOOP("errors", "Choose a smaller quantization, or one that comes in parts."),
    ),
    "hub_failed": (
        QT_TRANSLATE_NOOP("errors", "The Hub answered with an error ({reason})."),
        QT_TRANSLATE_NOOP("errors", "Try again later; what came so far is kept."),
    ),
    "download_damaged": (
        QT_TRANSLATE_NOOP("errors", "What came of {name} is not what the Hub promised: {reason}."),
        QT_TRANSLATE_NOOP("errors", "It was thrown away. Download it again."),
    ),
    "download_no_space": (
        QT_TRANSLATE_NOOP("errors", "{name} needs {needed} on the disk and {free} are free."),
        QT_TRANSLATE_NOOP("errors", "Free some space, or choose a smaller file."),
    ),
    "download_unwritable": (
        QT_TRANSLATE_NOOP("errors", "{folder} can't be written to: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Give yourself the right to write there, or choose another folder for models."),
    ),
    "download_elsewhere": (
        QT_TRANSLATE_NOOP("errors", "Another Samar is downloading {name} already."),
        QT_TRANSLATE_NOOP("errors", "Wait for it to end: the model then appears here too."),
    ),
    "keyring_missing": (
        QT_TRANSLATE_NOOP("errors", "This computer has no keyring that could keep the token: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Set HF_TOKEN in the environment instead; Samar never writes a token to a file."),
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
        return self._filled(self.details)

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


def fill(text: str, details: Mapping[str, str]) -> str:
    """Put details into a sentence; a name without a value stays visible rather than raising."""
    for name, value in details.items():
        text = text.replace("{" + name + "}", value)
    return text
