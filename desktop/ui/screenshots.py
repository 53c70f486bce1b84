"""Pictures of the window with sample data: every state, in both languages and themes.

    python -m desktop.ui.screenshots FOLDER [--all]

Without --all, the four pictures of the README. Works offscreen: QT_QPA_PLATFORM=offscreen:configfile=tests/screen.json
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication, QPoint
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from desktop.core.chat import Chat, Folder, Message, Role
from desktop.core.context_window import Overflow, PromptPlan
from desktop.core.errors import SamarError
from desktop.core.generation import GenerationParams, GenerationStats
from desktop.core.languages import Language
from desktop.core.settings import Theme
from desktop.ui import i18n, theme
from desktop.ui.composer.context_notice import ContextNotice
from desktop.ui.main_window import MainWindow
from desktop.ui.models.picker import ModelChoice
from desktop.ui.panel.reply_form import SCHEMAS
from desktop.ui.screenshots_images import state_images, state_tokens, state_viewer
from desktop.ui.sidebar.list_model import SearchHit
from desktop.ui.transcript.view import TranscriptView

DAY = 86400.0
TITLES = {
    Language.ENGLISH: (
        ("Weekly plan", 3, True),
        ("How do I choose a model?", 0.001, False),
        ("Notes for the poetry lesson", 0.01, False),
        ("Translating a cover letter", 1, False),
        ("Sorting a CSV in Python", 1.05, False),
        ("شرح قصيدة المتنبي", 4, False),
        ("A quiet weekend in the mountains with the whole family", 40, False),
    ),
    Language.ARABIC: (
        ("خطة الأسبوع", 3, True),
        ("كيف أختار نموذجًا؟", 0.001, False),
        ("ملاحظات لدرس الشعر", 0.01, False),
        ("ترجمة خطاب تقديم", 1, False),
        ("ترتيب ملف CSV في Python", 1.05, False),
        ("Regex for dates", 4, False),
        ("عطلة هادئة في الجبل مع العائلة كلّها نهاية الأسبوع القادم", 40, False),
    ),
}
PROMPTS = {
    Language.ENGLISH: "You are a patient teacher. Answer in short paragraphs and give one example.",
    Language.ARABIC: "أنت معلّم صبور. أجب بفقرات قصيرة وأعطِ مثالًا واحدًا.",
}
CONVERSATION = {
    Language.ENGLISH: (
        "Which model should I use on a laptop with 8 GB of memory?",
        """### Short answer
With 8 GB, look for a model of **1 to 4 billion parameters** in the `Q4_K_M` format. It takes about 0.6 GB for each \
billion parameters, plus room for the conversation.

| Model | Size | Fits | Expected |
|---|---|---|---|
| Llama 3.2 1B | 0.8 GB | easily | 30 words/s |
| Phi-3.5-mini 3.8B | 2.4 GB | yes | 10 words/s |
| Mistral 7B | 4.4 GB | tight | 5 words/s |

To add one, open **Models** or drop a `.gguf` file on this window.

```shell
samar ask "What is quantization?"
```
""",
    ),
    Language.ARABIC: (
        "أيّ نموذج يناسب حاسوبًا محمولًا ذاكرته 8 غيغابايت؟",
        """### الجواب باختصار
مع 8 غيغابايت ابحث عن نموذج فيه **من مليار إلى أربعة مليارات معامل** بصيغة `Q4_K_M`، فهو يأخذ نحو 0.6 غيغابايت لكل مليار \
معامل، زيادةً على ما تحتاجه المحادثة نفسها.

| النموذج | الحجم | الملاءمة | السرعة المتوقعة |
|---|---|---|---|
| Llama 3.2 1B | 0.8 غ.ب | مناسب جدًّا | 30 كلمة/ث |
| Phi-3.5-mini 3.8B | 2.4 غ.ب | مناسب | 10 كلمات/ث |
| Mistral 7B | 4.4 غ.ب | بالكاد | 5 كلمات/ث |

لإضافة نموذج افتح صفحة **النماذج** أو أسقط ملف `.gguf` على هذه النافذة.

```shell
samar ask "ما هو التكميم؟"
```
""",
    ),
}
NAMES = {Language.ENGLISH: "Samar Starter", Language.ARABIC: "نموذج سمر المبدئي"}


def sample_chats(language: Language, now: float) -> list[Chat]:
    return [
        Chat(id=at + 1, title=title, created_at=now - age * DAY, updated_at=now - age * DAY, pinned=pinned)
        for at, (title, age, pinned) in enumerate(TITLES[language])
    ]


def sample_messages(language: Language) -> list[Message]:
    asked, answered = CONVERSATION[language]
    stats = GenerationStats(prompt_tokens=212, reply_tokens=126, first_token_s=0.3, tokens_per_s=41)
    return [
        Message(1, 2, None, Role.USER, asked),
        Message(2, 2, 1, Role.ASSISTANT, answered, thinking="…", thinking_s=2, model=NAMES[language], stats=stats),
    ]


def sample_window(language: Language) -> MainWindow:
    """A window as it looks in the middle of an evening."""
    transcript = TranscriptView()
    transcript.set_text_scale(theme.state().scale)
    transcript.set_theme(theme.current())
    transcript.set_messages(sample_messages(language), {1: (1, 1), 2: (2, 3)})
    bits = "4-bit" if language is Language.ENGLISH else "4 بت"
    window = MainWindow(transcript)
    window.empty.set_hour(20)
    window.sidebar.set_chats(sample_chats(language, time.time()))
    models = [
        ModelChoice("/models/starter.gguf", NAMES[language], bits, i18n.size(8.2e6)),
        ModelChoice("/models/llama.gguf", "Llama 3.2 1B Instruct", "Q4_K_M", i18n.size(0.81e9)),
        ModelChoice("/models/phi.gguf", "Phi-3.5-mini Instruct", "Q4_K_M", i18n.size(2.39e9)),
    ]
    window.picker.set_models(models)
    window.picker.set_loaded(models[0].path, models[0].name, bits)
    window.empty.set_model(models[0].name)
    window.panel.set_system_prompt(PROMPTS[language], "")
    window.panel.set_params(None, GenerationParams())
    window.panel.set_context(1240, 8192)
    return window


def state_empty(window: MainWindow) -> None:
    window.sidebar.set_current(None)


def state_panel(window: MainWindow) -> None:
    window.show_empty(False)
    window.sidebar.set_current(2)
    window.toggle_panel()


def state_advanced(window: MainWindow) -> None:
    window.toggle_panel()
    window.panel.set_params(GenerationParams(temperature=1.1, seed=42), GenerationParams())
    window.panel.sampling.more.setChecked(True)


def state_loading(window: MainWindow) -> None:
    window.picker.set_loading("/models/phi.gguf", "Phi-3.5-mini Instruct", 0.42)
    window.composer.set_waiting(QCoreApplication.translate("Composer", "The model is being loaded…"))
    window.sidebar.set_busy([3])


def state_error(window: MainWindow) -> None:
    window.picker.set_failed("/models/broken.gguf", "broken.gguf")
    error = SamarError("model_damaged", name="broken.gguf", reason="1.2 GB of 4.4 GB")
    window.show_error(error, [(QCoreApplication.translate("ModelPicker", "Choose a model"), window.picker.open_list)])
    window.show_toast(
        QCoreApplication.translate("MainWindow", "Chat deleted"),
        QCoreApplication.translate("MainWindow", "Undo"),
        lambda: None,
    )


def state_search(window: MainWindow) -> None:
    window.sidebar.search.setText("model" if i18n.current() is Language.ENGLISH else "نموذج")
    if i18n.current() is Language.ENGLISH:
        hit = SearchHit(
            2, "How do I choose a model?", "…look for a model of 1 to 4 billion parameters in the Q4_K_M…", ((12, 5),)
        )
    else:
        hit = SearchHit(2, "كيف أختار نموذجًا؟", "…ابحث عن نموذج فيه من مليار إلى أربعة مليارات معامل…", ((9, 5),))
    window.sidebar.show_results([hit])


def state_generating(window: MainWindow) -> None:
    window.show_empty(False)
    window.sidebar.set_current(2)
    window.composer.set_draft(PROMPTS[i18n.current()])
    window.composer.set_generating(True)


def state_picker(window: MainWindow) -> None:
    window.picker.open_list()


def state_drop(window: MainWindow) -> None:
    window.drop.paths = ["/home/samar/Llama-3.2-1B-Instruct-Q4_K_M.gguf"]
    window.drop.setGeometry(window.rect())
    window.drop.raise_()
    window.drop.show()


def state_organized(window: MainWindow) -> None:
    """Folders, and several chats selected."""
    arabic = i18n.current() is Language.ARABIC
    names = ("العمل", "الدراسة") if arabic else ("Work", "Studies")
    chats = list(window.sidebar.model.chats.values())
    placed = [replace(chat, folder_id=1) if chat.id in (4, 5) else chat for chat in chats]
    window.sidebar.set_folders([Folder(1, names[0]), Folder(2, names[1])], frozenset({2}))
    window.sidebar.set_chats(placed)
    window.sidebar.view.choose([4, 5])


def state_archive(window: MainWindow) -> None:
    chats = [replace(chat, archived=chat.id > 5) for chat in window.sidebar.model.chats.values()]
    window.sidebar.set_chats(chats)
    window.sidebar.show_archive(True)


def state_context(window: MainWindow) -> None:
    """A chat that has outgrown the context, with its summary."""
    window.show_empty(False)
    window.sidebar.set_current(2)
    notice = ContextNotice()
    window.add_notice(notice)
    messages = tuple(sample_messages(i18n.current()))
    summary = "They compared models for a laptop with 8 GB and chose a small one."
    if i18n.current() is Language.ARABIC:
        summary = "قارنا بين نماذج تناسب حاسوبًا ذاكرته 8 غيغابايت، واختارا نموذجًا صغيرًا."
    plan = PromptPlan(messages, messages * 3, summary=summary, context=8192)
    notice.show_plan(plan, Overflow.SUMMARISE)
    notice.change.setChecked(True)


def state_form(window: MainWindow) -> None:
    """Replies as JSON, and a schema that doesn't parse."""
    window.show_empty(False)
    window.sidebar.set_current(2)
    window.toggle_panel()
    form = window.panel.sampling.form
    window.panel.set_params(GenerationParams(temperature=0.2, top_p=0.9, json_schema="{}"), GenerationParams())
    form.text.setPlainText(SCHEMAS["person"][:-3])
    form.tell()


States = dict[str, Callable[[MainWindow], QWidget | None]]
"""What prepares the window; a dialog that it returns is the picture."""
STATES: States = {
    "empty": state_empty,
    "panel": state_panel,
    "advanced": state_advanced,
    "loading": state_loading,
    "error": state_error,
    "search": state_search,
    "organized": state_organized,
    "archive": state_archive,
    "context": state_context,
    "form": state_form,
    "generating": state_generating,
    "picker": state_picker,
    "drop": state_drop,
    "images": state_images,
    "image": state_viewer,
    "tokens": state_tokens,
    "settings-general": state_empty,
    "settings-replies": state_empty,
    "settings-model": state_empty,
    "settings-storage": state_empty,
}


def grab(window: QWidget, ratio: float) -> QPixmap:
    """The window with its open list, at a device pixel ratio."""
    picture = QPixmap(window.size() * ratio)
    picture.setDevicePixelRatio(ratio)
    painter = QPainter(picture)
    window.render(painter, QPoint())
    popup = QApplication.activePopupWidget()
    if popup is not None:
        popup.render(
            painter, window.mapFromGlobal(popup.mapToGlobal(QPoint())), renderFlags=QWidget.RenderFlag.DrawChildren
        )
    painter.end()
    return picture


def settle(app: QApplication) -> None:
    for _ in range(5):
        app.processEvents()


def take(folder: Path, states: States, ratios: tuple[float, ...] = (1.0,)) -> list[Path]:
    """Write one picture for each state, language, theme and ratio; returns their paths."""
    from desktop.ui.settings.settings_dialog import SettingsDialog

    app = QApplication.instance()
    assert isinstance(app, QApplication)
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for language in i18n.LANGUAGES:
        i18n.install(app, language)
        for choice in (Theme.LIGHT, Theme.DARK):
            theme.apply(choice, 1.0)
            for name, prepare in states.items():
                window = sample_window(language)
                window.resize(1280, 832)
                window.show()
                shown: QWidget = prepare(window) or window
                if name.startswith("settings"):
                    shown = SettingsDialog(window, data_folder="/home/samar/.local/share/samar", cores=8)
                    shown.nav[name.partition("-")[2]].click()
                    shown.show()
                settle(app)
                for ratio in ratios:
                    file = folder / f"{name}-{language}-{choice}{'' if ratio == 1 else f'@{ratio:g}x'}.png"
                    grab(shown, ratio).save(str(file))
                    made.append(file)
                if shown is not window:
                    shown.close()
                popup = QApplication.activePopupWidget()
                if popup is not None:
                    popup.close()
                window.close()
                window.deleteLater()
                settle(app)
    return made


def main(arguments: list[str]) -> int:
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme.install(app)
    states: States = STATES if "--all" in arguments else {"panel": state_panel}
    chosen = [word.partition("=")[2] for word in arguments if word.startswith("--only=")]
    if chosen:
        states = {name: STATES[name] for name in chosen[0].split(",")}
    ratios = (1.0, 2.0) if "--double" in arguments else (1.0,)
    for file in take(Path(arguments[0]), states, ratios):
        print(file)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
