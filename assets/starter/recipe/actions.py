"""actions.json: which answers of the model lead to which page of the window. Made from the corpus; a test holds both together."""

from __future__ import annotations

import json
from typing import Any

from .corpus import STARTER, Corpus

TABLE = STARTER / "actions.json"
NAME = "Samar Starter"  # general.name of the model whose replies are looked up
# topic -> pages, the most useful first; the names are those of desktop/core/reply_actions.py
ACTIONS: dict[str, tuple[str, ...]] = {
    "decline": ("models", "open_file"),
    "complaint": ("models",),
    "praise": ("models",),
    "your_size": ("models",),
    "what_can_you_do": ("models", "shortcuts"),
    "get_models": ("models", "open_file"),
    "add_model": ("open_file", "models"),
    "choose_model": ("models",),
    "ram_4": ("models",),
    "ram_8": ("models",),
    "ram_16": ("models",),
    "ram_32": ("models",),
    "arabic_models": ("models",),
    "code_models": ("models",),
    "thinking_models": ("models",),
    "images": ("models",),
    "speed": ("models",),
    "switch_model": ("local_models",),
    "delete_model": ("local_models",),
    "adapters": ("local_models",),
    "model_fails": ("local_models",),
    "new_chat": ("new_chat",),
    "temporary_chat": ("temporary_chat",),
    "delete_chat": ("deleted_chats",),
    "restore_chat": ("deleted_chats",),
    "search_chats": ("search",),
    "print_chat": ("export",),
    "export_chat": ("export",),
    "backup": ("settings_storage",),
    "import_chats": ("settings_storage",),
    "where_stored": ("settings_storage",),
    "uninstall": ("settings_storage",),
    "system_prompt": ("this_chat",),
    "temperature": ("this_chat",),
    "longest_reply": ("this_chat",),
    "reply_form": ("this_chat",),
    "prompts_library": ("prompts",),
    "settings": ("settings_general",),
    "theme": ("settings_general",),
    "interface_language": ("settings_general",),
    "text_size": ("settings_general",),
    "context": ("settings_model",),
    "shortcuts": ("shortcuts",),
    "updates": ("settings_help",),
    "help": ("settings_help", "shortcuts"),
}

# what earlier files of the model say, in this version's shipped file and in chats that are kept
FORMER = {
    "decline": (
        "I am too small for that: I know only Samar and the basics of local models. Add a larger model and ask it: drop a .gguf"
        " file on the window, or choose “Open a model file…” in the model picker.",
        "أنا أصغر من أن أجيب عن هذا: لا أعرف إلا سمر وأساسيات النماذج المحلية. أضف نموذجًا أكبر واسأله: أسقط ملف ‎.gguf‎ على"
        " النافذة، أو اختر «افتح ملف نموذج…» من قائمة النماذج.",
    ),
    "get_models": (
        'Hugging Face (huggingface.co) is the usual place: search for a model\'s name with "GGUF", download the file that has'
        " Q4_K_M in its name, and drop it on the window.",
        'موقع Hugging Face (huggingface.co) هو المكان المعتاد: ابحث عن اسم النموذج مع "GGUF"، ونزّل الملف الذي في اسمه'
        " Q4_K_M، وأسقطه على النافذة.",
    ),
}


def table(corpus: Corpus) -> dict[str, Any]:
    """What actions.json holds."""
    topics = {}
    for topic, actions in ACTIONS.items():
        sides = corpus.topics[topic].sides.values()
        answers = [text for side in sides for texts in side.answers.values() for text in texts]
        answers += FORMER.get(topic, ())
        topics[topic] = {"actions": list(actions), "answers": answers}
    return {"model": NAME, "topics": topics}


def write(corpus: Corpus) -> None:
    TABLE.write_text(json.dumps(table(corpus), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
