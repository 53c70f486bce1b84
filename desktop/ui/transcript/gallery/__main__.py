"""Draw the gallery of hard cases: `python -m desktop.ui.transcript.gallery OUT.png [--dark] [--high-contrast] [--scale 2] [--ltr] [--only NAME]`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from desktop.core.chat import Message, Role
from desktop.core.generation import GenerationStats
from desktop.core.languages import Language
from desktop.core.settings import Theme

FOLDER = Path(__file__).parent
WIDTH = 780
HIGHEST = 12_000


def cases(only: str = "") -> list[tuple[str, str]]:
    """(name, Markdown) of the cases, in order."""
    paths = sorted(FOLDER.glob("*.md"))
    return [(path.stem, path.read_text(encoding="utf-8")) for path in paths if only in path.stem]


def messages(only: str = "") -> list[Message]:
    """One turn for each case."""
    out: list[Message] = []
    stats = GenerationStats(prompt_tokens=40, reply_tokens=126, first_token_s=0.3, tokens_per_s=41.2)
    for name, text in cases(only):
        id = len(out) + 1
        asked = (
            "Show me `code` and a table, please." if "english" in name else "أرني حالة صعبة فيها `code` وجدول، من فضلك."
        )
        out.append(Message(id, 1, id - 1 or None, Role.USER, asked))
        out.append(Message(id + 1, 1, id, Role.ASSISTANT, text, thinking="…", thinking_s=2.0, stats=stats))
    return out


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("out", type=Path)
    options.add_argument("--dark", action="store_true")
    options.add_argument("--high-contrast", action="store_true")
    options.add_argument("--scale", type=float, default=1.0, help="pixels of the picture for one of the window")
    options.add_argument("--text", type=float, default=1.0, help="size of the text")
    options.add_argument("--ltr", action="store_true", help="an English interface around it")
    options.add_argument("--only", default="", help="cases whose name has this in it")
    asked = options.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["QT_SCALE_FACTOR"] = str(asked.scale)
    application = QApplication(sys.argv[:1])
    from desktop.ui import i18n, theme
    from desktop.ui.transcript.view import TranscriptView

    theme.install(application, Theme.DARK if asked.dark else Theme.LIGHT, asked.text, high_contrast=asked.high_contrast)
    i18n.install(application, Language.ENGLISH if asked.ltr else Language.ARABIC)

    view = TranscriptView()
    view.resize(WIDTH, 800)
    view.set_theme(theme.current())
    view.set_text_scale(asked.text)
    view.show()
    found = messages(asked.only)
    view.set_messages(found, {found[-1].id: (2, 3)} if found else {})
    settled(view)
    view.resize(WIDTH, min(HIGHEST, round(view.page.document().size().height())))
    settled(view)
    view.page.verticalScrollBar().setValue(0)
    application.processEvents()
    done = view.grab().save(str(asked.out))
    view.close_parsers()
    view.close()
    return 0 if done else 1


def settled(view: object) -> None:
    """Wait for formulas, colours and the whole chat."""
    from desktop.ui.transcript.view import TranscriptView

    assert isinstance(view, TranscriptView)
    while not (view.is_filled and view.formulas.is_settled and view.chat.colours.is_settled):
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    QApplication.processEvents()


if __name__ == "__main__":
    sys.exit(main())
