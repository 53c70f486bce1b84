"""Every command that has a name: one table for the shortcuts, their sheet, the command palette and buttons of the Help.

What a command does is in `desktop/navigation.py`.
"""

from __future__ import annotations

from functools import cache

import msgspec


def _tr(_context: str, text: str) -> str:
    """Mark a text for translation (pyside6-lupdate reads the alias below)."""
    return text


QT_TRANSLATE_NOOP = _tr


class Command(msgspec.Struct, frozen=True):
    name: str
    text: str
    """English; to be translated in the context "Commands"."""
    keys: str = ""
    words: str = ""
    """What else it is found by, in both languages; not shown."""


def _command(name: str, text: str, keys: str = "", words: str = "") -> Command:
    return Command(name, text, keys, words)


COMMANDS = (
    _command("chat.new", QT_TRANSLATE_NOOP("Commands", "New chat"), "Ctrl+N", "start conversation ابدأ"),
    _command(
        "chat.temporary",
        QT_TRANSLATE_NOOP("Commands", "New temporary chat"),
        "Ctrl+Shift+N",
        "private incognito خاصة سرية",
    ),
    _command("chat.search", QT_TRANSLATE_NOOP("Commands", "Search chats"), "Ctrl+K", "history السجل"),
    _command("chat.find", QT_TRANSLATE_NOOP("Commands", "Find in this chat"), "Ctrl+F", "search text"),
    _command("chat.write", QT_TRANSLATE_NOOP("Commands", "Go to the message field"), "Ctrl+L", "type compose كتابة"),
    _command("chat.attach", QT_TRANSLATE_NOOP("Commands", "Attach images"), "Ctrl+U", "picture photo file صورة ملف"),
    _command("chat.copy_reply", QT_TRANSLATE_NOOP("Commands", "Copy the last reply"), "Ctrl+Shift+C", "clipboard"),
    _command(
        "chat.regenerate", QT_TRANSLATE_NOOP("Commands", "Regenerate the last reply"), "", "regenerate retry توليد"
    ),
    _command("chat.rename", QT_TRANSLATE_NOOP("Commands", "Rename this chat"), "", "title عنوان"),
    _command("chat.pin", QT_TRANSLATE_NOOP("Commands", "Pin this chat, or unpin it"), "", "favourite مفضلة"),
    _command("chat.archive", QT_TRANSLATE_NOOP("Commands", "Archive this chat"), "", "hide put away إخفاء"),
    _command(
        "chat.export", QT_TRANSLATE_NOOP("Commands", "Export this chat…"), "", "save word pdf html print حفظ طباعة"
    ),
    _command("chat.print", QT_TRANSLATE_NOOP("Commands", "Print this chat…"), "Ctrl+P", "paper printer ورق طابعة"),
    _command("chat.delete", QT_TRANSLATE_NOOP("Commands", "Delete this chat"), "", "remove trash حذف إزالة"),
    _command(
        "chat.panel",
        QT_TRANSLATE_NOOP("Commands", "Show or hide “This chat”"),
        "Ctrl+Shift+P",
        "panel system prompt temperature لوحة تعليمات الإبداع",
    ),
    _command(
        "chat.advanced",
        QT_TRANSLATE_NOOP("Commands", "Advanced settings of this chat"),
        "",
        "top-k top-p min-p sampling seed stop repeat penalty mirostat dry xtc متقدمة بذرة تكرار",
    ),
    _command("chats.folder", QT_TRANSLATE_NOOP("Commands", "New folder…"), "", "group مجموعة"),
    _command("chats.archived", QT_TRANSLATE_NOOP("Commands", "Archived chats"), "", ""),
    _command(
        "chats.deleted", QT_TRANSLATE_NOOP("Commands", "Recently deleted…"), "", "trash restore undo bin سلة استعادة"
    ),
    _command("prompts.open", QT_TRANSLATE_NOOP("Commands", "Prompts"), "", "library slash templates قوالب"),
    _command("models.choose", QT_TRANSLATE_NOOP("Commands", "Choose a model"), "Ctrl+M", "switch load تحميل"),
    _command("models.open_file", QT_TRANSLATE_NOOP("Commands", "Open a model file…"), "", "gguf load"),
    _command(
        "models.settings", QT_TRANSLATE_NOOP("Commands", "Settings of this model…"), "", "gpu layers adapter draft"
    ),
    _command("models.local", QT_TRANSLATE_NOOP("Commands", "Models on this computer"), "", "list downloaded"),
    _command(
        "models.catalogue", QT_TRANSLATE_NOOP("Commands", "Models for this computer"), "", "recommended download نزل"
    ),
    _command(
        "models.hub", QT_TRANSLATE_NOOP("Commands", "Models on Hugging Face"), "", "hugging face download search نزل"
    ),
    _command("view.palette", QT_TRANSLATE_NOOP("Commands", "Find a command"), "Ctrl+Shift+K", "palette actions"),
    _command("view.sidebar", QT_TRANSLATE_NOOP("Commands", "Show or hide the side bar"), "Ctrl+B", "list chats"),
    _command("view.larger", QT_TRANSLATE_NOOP("Commands", "Larger text"), "Ctrl+=", "zoom font size bigger خط"),
    _command("view.smaller", QT_TRANSLATE_NOOP("Commands", "Smaller text"), "Ctrl+-", "zoom font size خط"),
    _command("view.normal", QT_TRANSLATE_NOOP("Commands", "Text of normal size"), "Ctrl+0", "zoom reset font خط"),
    _command("view.light", QT_TRANSLATE_NOOP("Commands", "Light theme"), "", "day bright colours ألوان نهار"),
    _command("view.dark", QT_TRANSLATE_NOOP("Commands", "Dark theme"), "", "night colours ألوان ليل"),
    _command("view.system", QT_TRANSLATE_NOOP("Commands", "Theme like the computer’s"), "", "automatic colours ألوان"),
    _command("view.english", QT_TRANSLATE_NOOP("Commands", "English interface"), "", "language لغة إنجليزية"),
    _command("view.arabic", QT_TRANSLATE_NOOP("Commands", "Arabic interface"), "", "language لغة عربية العربية"),
    _command("settings.open", QT_TRANSLATE_NOOP("Commands", "Settings"), "Ctrl+,", "options preferences خيارات"),
    _command(
        "settings.general",
        QT_TRANSLATE_NOOP("Commands", "Settings: General"),
        "",
        "language theme text size لغة مظهر خط",
    ),
    _command("settings.replies", QT_TRANSLATE_NOOP("Commands", "Settings: Replies"), "", "system prompt sampling"),
    _command("settings.model", QT_TRANSLATE_NOOP("Commands", "Settings: Engine"), "", "context threads memory"),
    _command("settings.storage", QT_TRANSLATE_NOOP("Commands", "Settings: Data"), "", "privacy export import network"),
    _command("settings.help", QT_TRANSLATE_NOOP("Commands", "Settings: Help"), "", "version about حول إصدار"),
    _command("folder.data", QT_TRANSLATE_NOOP("Commands", "Open the folder of your chats"), "", "data backup بيانات"),
    _command("folder.models", QT_TRANSLATE_NOOP("Commands", "Open the folder of models"), "", "gguf"),
    _command("folder.cache", QT_TRANSLATE_NOOP("Commands", "Open the folder of temporary data"), "", "cache"),
    _command("folder.logs", QT_TRANSLATE_NOOP("Commands", "Open the folder of the event log"), "", "errors أخطاء"),
    _command(
        "app.quit", QT_TRANSLATE_NOOP("Commands", "Quit Samar"), "Ctrl+Q", "exit close end leave إغلاق خروج إنهاء"
    ),
    _command("help.guide", QT_TRANSLATE_NOOP("Commands", "Help"), "F1", "guide how to use manual دليل شرح"),
    _command("help.shortcuts", QT_TRANSLATE_NOOP("Commands", "Keyboard shortcuts"), "Ctrl+/", "keys hotkeys مفاتيح"),
    _command("help.news", QT_TRANSLATE_NOOP("Commands", "What’s new"), "", "changes version release تغييرات إصدار"),
    _command("help.updates", QT_TRANSLATE_NOOP("Commands", "Check for updates"), "", "new version upgrade ترقية"),
    _command("help.report", QT_TRANSLATE_NOOP("Commands", "Report a problem…"), "", "bug error crash خطأ عطل"),
)


OTHER_KEYS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (QT_TRANSLATE_NOOP("ShortcutSheet", "Send"), ("Return",)),
    (QT_TRANSLATE_NOOP("ShortcutSheet", "New line"), ("Shift+Return",)),
    (QT_TRANSLATE_NOOP("ShortcutSheet", "Stop a reply"), ("Esc",)),
    (QT_TRANSLATE_NOOP("ShortcutSheet", "Rename a chat"), ("F2",)),
    (QT_TRANSLATE_NOOP("ShortcutSheet", "Delete a chat"), ("Del",)),
    (QT_TRANSLATE_NOOP("ShortcutSheet", "Select several chats"), ("Shift+Up", "Shift+Down")),
    (QT_TRANSLATE_NOOP("ShortcutSheet", "From message to message"), ("Alt+Up", "Alt+Down")),
)
"""Keys that hold in a part of the window only, so that they are no commands: what they do (English), and which they are."""


@cache
def by_name() -> dict[str, Command]:
    return {command.name: command for command in COMMANDS}
