"""Exporting and importing, from the window: real history, real files, the real worker."""

from __future__ import annotations

import json
import re
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QWidget
from pytestqt.qtbot import QtBot

from desktop.app import Samar
from desktop.core.chat import Chat, Message, MessageStatus, Role
from desktop.core.images import ImageFile
from desktop.core.languages import Language
from desktop.core.paths import Paths
from desktop.services.tasks import Task
from desktop.storage.chats import ChatStore
from desktop.storage.exporters.base import ExportFormat
from desktop.storage.exporters.exporting import export_chats
from desktop.storage.opening import in_memory
from desktop.ui import i18n
from desktop.ui.settings.settings_dialog import SettingsDialog
from desktop.ui.sidebar.format_menu import FormatMenu
from desktop.ui.transcript.message_actions import MessageBar
from desktop.workers.pdf import prepared, print_html, print_page
from desktop.workers.transfer import CHOICES, FORMATS, Printed, Subject, TransferWorker
from tests.fakes.scripted_engine import ScriptedEngine
from tests.fakes.tiny_gguf import png

ANSWER = "مرحبًا **بك** في سمر.\n\n```python\nprint('x')\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |"


@pytest.fixture
def samar(app: QApplication, data_dir: Path, qtbot: QtBot) -> Iterator[Samar]:
    made = Samar(app, Paths.under(data_dir), ScriptedEngine())
    i18n.install(app, Language.ENGLISH)
    with qtbot.waitExposed(made.window):
        made.window.show()
    yield made
    made.window.close()
    made.close()
    made.window.deleteLater()


def stored(store: ChatStore, title: str) -> Chat:
    chat = store.create_chat(title)
    _user, reply = store.begin_turn(chat.id, None, "What is Samar?", "model")
    store.finish(reply.id, ANSWER, MessageStatus.FINISHED)
    return store.get_chat(chat.id)


def choose(samar: Samar, parent: QWidget, path: Path) -> None:
    """Take a file in the dialog that is open."""
    dialog = next(found for found in parent.findChildren(QFileDialog) if found.isVisible())
    dialog.fileSelected.emit(str(path))
    dialog.done(0)


@pytest.mark.parametrize("form", FORMATS)
def test_that_a_chat_is_exported_from_its_menu(samar: Samar, qtbot: QtBot, tmp_path: Path, form: str) -> None:
    chat = stored(samar.store, "A: question?")
    samar.chats.load_chats()
    sidebar = samar.window.sidebar
    menu = sidebar.menu_for(sidebar.model.index(sidebar.model.row_of[chat.id]))
    formats = next(found for found in menu.findChildren(QMenu) if found.title() == "Export")
    next(action for action in formats.actions() if action.data() == form).trigger()
    dialog = samar.window.findChild(QFileDialog)
    assert dialog.selectedFiles()[0].rpartition("/")[2].startswith("A question.")
    target = tmp_path / "out"
    with qtbot.waitSignal(samar.transfer.worker.exported, timeout=20_000):
        choose(samar, samar.window, target)
    raw = target.read_bytes()
    if form == "pdf":
        assert raw.startswith(b"%PDF-")
    elif form == "docx":
        with zipfile.ZipFile(target) as package:
            assert "What is Samar?" in package.read("word/document.xml").decode()
    else:
        assert "What is Samar?" in raw.decode()
    assert samar.window.toast.label.text() == "1 chat exported"
    menu.close()


def open_data_page(samar: Samar, qtbot: QtBot) -> SettingsDialog:
    samar.settings.open()
    dialog = samar.window.findChild(SettingsDialog)
    dialog.nav["storage"].click()
    return dialog


def test_that_all_chats_come_back_from_a_file(samar: Samar, qtbot: QtBot, tmp_path: Path) -> None:
    for title in ("One", "سمر"):
        stored(samar.store, title)
    samar.chats.load_chats()
    target = tmp_path / "all.json"
    dialog = open_data_page(samar, qtbot)
    dialog.export_formats.chosen.emit("json")
    with qtbot.waitSignal(samar.transfer.worker.exported, timeout=20_000):
        choose(samar, dialog, target)
    assert dialog.transfer_note.text() == "2 chats exported"
    assert {chat["title"] for chat in json.loads(target.read_text())["chats"]} == {"One", "سمر"}
    gone = samar.store.list_chats()[0]
    samar.store.purge(samar.store.delete_chats([gone.id]))
    samar.chats.load_chats()
    qtbot.mouseClick(dialog.import_button, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(samar.transfer.worker.imported, timeout=20_000):
        choose(samar, dialog, target)
    assert dialog.transfer_note.text() == "1 chat imported; 1 chat was here already"
    assert dialog.import_button.isEnabled()
    assert sorted(chat.title for chat in samar.store.list_chats()) == ["One", "سمر"]
    assert len(samar.window.sidebar.model.chats) == 2
    found = samar.store.database.scalar("SELECT count(*) FROM search")
    assert found
    dialog.close()


def test_that_chats_of_chatgpt_are_read(samar: Samar, qtbot: QtBot, tmp_path: Path) -> None:
    def node(id_: str, parent: str | None, role: str, text: str, *children: str) -> dict[str, object]:
        message = {"author": {"role": role}, "content": {"content_type": "text", "parts": [text]}, "create_time": 1.7e9}
        return {"id": id_, "parent": parent, "children": list(children), "message": message}

    mapping = {"a": node("a", None, "user", "Hello?", "b"), "b": node("b", "a", "assistant", "Hi!")}
    chats = [{"title": "Theirs", "create_time": 1.7e9, "update_time": 1.7e9, "mapping": mapping, "current_node": "b"}]
    file = tmp_path / "conversations.json"
    file.write_text(json.dumps(chats))
    with qtbot.waitSignal(samar.transfer.chats_imported, timeout=20_000):
        samar.transfer.start_import(file)
    imported = samar.store.list_chats()[0]
    samar.window.sidebar.chat_selected.emit(imported.id)
    assert "Hi!" in samar.transcript.page.toPlainText()


def test_that_a_file_that_is_cut_is_said_in_the_banner(samar: Samar, qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "cut.json"
    file.write_text('[{"title": "x", "mapping": {')
    dialog = open_data_page(samar, qtbot)
    with qtbot.waitSignal(samar.transfer.worker.failed, timeout=20_000):
        samar.transfer.start_import(file)
    for said in (samar.window.banner.what.text(), dialog.transfer_note.text()):
        assert said.startswith("\u200e\u2068cut.json\u2069 is damaged")
    assert samar.store.list_chats() == []
    dialog.close()


def test_that_a_place_that_cannot_be_written_is_said(samar: Samar, qtbot: QtBot, tmp_path: Path) -> None:
    chat = stored(samar.store, "One")
    for form in ("md", "pdf"):
        with qtbot.waitSignal(samar.transfer.worker.failed, timeout=20_000) as failed:
            samar.transfer.start_export(tmp_path / "not there" / "x", form, Subject((chat.id,)))
        assert failed.args[0].code == "export_failed"


def test_that_what_is_cancelled_leaves_nothing(
    samar: Samar, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(samar.store, "One")
    target = tmp_path / "x.md"
    said: list[str] = []
    samar.transfer.said.connect(lambda text, _running: said.append(text))
    monkeypatch.setattr(Task, "is_cancelled", property(lambda self: True))
    with qtbot.waitSignal(samar.transfer.worker.exported, timeout=20_000):
        samar.transfer.start_export(target, "md", Subject())
    assert said[-1] == "Cancelled. Nothing was written."
    assert list(tmp_path.glob("*.md")) == []


def test_that_an_import_is_cancelled_before_it_begins_and_the_next_one_comes(
    samar: Samar, qtbot: QtBot, tmp_path: Path
) -> None:
    """The thread may be slower than the person."""
    stored(samar.store, "One")
    worker, file = samar.transfer.worker, tmp_path / "chats.json"
    with qtbot.waitSignal(worker.exported, timeout=20_000):
        samar.transfer.start_export(file, "json", Subject())
    samar.store.purge(samar.store.delete_chats([chat.id for chat in samar.store.list_chats()]))
    worker.close()
    begin = threading.Event()

    again = TransferWorker(samar.database, samar)
    again._tasks.run(lambda _task: begin.wait())
    try:
        with qtbot.waitSignal(again.imported, timeout=20_000) as outcome:
            again.import_from(file)
            again.cancel()
            begin.set()
        assert outcome.args is not None
        assert len(outcome.args[0].chats) == 0
        assert samar.store.list_chats() == []
        again.cancel()  # nothing is at work
        with qtbot.waitSignal(again.imported, timeout=20_000) as outcome:
            again.import_from(file)
        assert outcome.args is not None
        assert len(outcome.args[0].chats) == 1
    finally:
        begin.set()
        again.close()


def test_that_a_page_of_a_pdf_is_a4_upright(app: QApplication, tmp_path: Path) -> None:
    file = tmp_path / "x.pdf"
    page = '<html dir="rtl"><title>x</title><style>b{}</style><h2>م</h2>' + "<p dir='rtl'>سطر</p>" * 200
    assert print_html(page, file)
    raw = file.read_bytes()
    assert b"/MediaBox [0 0 595 842]" in raw or b"/MediaBox [0 0 595." in raw
    assert raw.count(b"/Type /Page\n") > 1


def test_that_columns_of_a_right_to_left_table_run_from_the_right() -> None:
    row = '<tr><td dir="rtl">أ</td><td dir="ltr">b</td></tr>'
    mirrored = '<tr><td dir="ltr" style="text-align:right">b</td><td dir="rtl" style="text-align:left">أ</td></tr>'
    assert mirrored in prepared(f'<table dir="rtl">{row}</table>')
    assert row in prepared(f'<table dir="ltr">{row}</table>')


def test_that_the_page_for_paper_has_no_styles_of_a_browser() -> None:
    page = prepared('<html dir="rtl"><style>x{}</style><details><summary>T</summary></details><h2>S</h2>')
    assert "<style>" not in page
    assert '<p dir="rtl" class="speaker"><b>S</b></p>' in page
    assert "details" not in page
    assert "<i>T</i>" in page


def test_that_images_of_messages_stand_in_a_pdf(app: QApplication, tmp_path: Path) -> None:
    store = ChatStore(in_memory())
    chat = store.create_chat("Images")
    images = [
        ImageFile.checked(png((220, 20, 20)), "red.png"),
        ImageFile.checked(png((20, 20, 220), 900, 700), "b.png"),
    ]
    store.begin_turn(chat.id, None, "<img src=x> What are they?", None, images)
    page, drawn = tmp_path / "x.html", tmp_path / "x.pdf"
    export_chats(store, page, ExportFormat.HTML, [chat.id])
    text = page.read_text(encoding="utf-8")
    assert text.count("<img ") == 2, "what the person wrote is text"
    assert 'alt="b.png" width="560" height="436"' in text
    assert print_html(text, drawn)
    assert drawn.read_bytes().count(b"/Subtype /Image") >= 2
    store.database.close()


def test_that_formulas_are_pictures_in_a_pdf(app: QApplication, tmp_path: Path) -> None:
    store = ChatStore(in_memory())
    chat = store.create_chat("Formulas")
    _, reply = store.begin_turn(chat.id, None, "q", None)
    store.finish(reply.id, "It is $\\frac{a}{b}$ and $$\\int_0^1 x\\,dx$$.", MessageStatus.FINISHED)
    page, drawn, bare = tmp_path / "x.html", tmp_path / "x.pdf", tmp_path / "bare.pdf"
    export_chats(store, page, ExportFormat.HTML, [chat.id])
    text = page.read_text(encoding="utf-8")
    assert print_html(text, drawn)
    assert print_html(re.sub(r"<svg .*?</svg>", "", text, flags=re.DOTALL), bare)
    assert drawn.read_bytes().count(b"/Subtype /Image") - bare.read_bytes().count(b"/Subtype /Image") >= 2
    store.database.close()


def test_that_code_and_tables_of_a_pdf_stand_as_in_the_window(app: QApplication, tmp_path: Path) -> None:
    store = ChatStore(in_memory())
    chat = store.create_chat("ملف")
    _, reply = store.begin_turn(chat.id, None, "سؤال", None)
    answer = 'نصّ `f("ب", 2)`\n\n```py\nprint("مرحبا", 6 * 2)\n```\n\n| اسم | b |\n|:--|--:|\n| أ | 5 |\n| x | عدد |'
    store.finish(reply.id, answer, MessageStatus.FINISHED)
    export_chats(store, tmp_path / "x.html", ExportFormat.HTML, [chat.id])
    document = QTextDocument()
    document.setTextWidth(600)
    document.setHtml(prepared((tmp_path / "x.html").read_text(encoding="utf-8")))
    assert document.size().height() > 0  # lays it out
    lines = {}
    block = document.firstBlock()
    while block.isValid():
        lines[block.text()] = block
        block = block.next()
    assert (
        lines['print("\u2067مرحبا\u2069", 6 * 2)'].layout().textOption().textDirection()
        != Qt.LayoutDirection.RightToLeft
    )
    assert lines['نصّ \u2066f("\u2067ب\u2069", 2)\u2069']
    for text in ("أ", "x", "5", "عدد"):
        line = lines[text].layout().lineAt(0)
        left = line.naturalTextRect().left() - line.rect().left()
        assert left >= line.rect().right() - line.naturalTextRect().right(), text
    store.database.close()


def test_that_what_people_read_comes_first_in_the_menu(samar: Samar, qtbot: QtBot) -> None:
    chat = stored(samar.store, "One")
    samar.chats.load_chats()
    sidebar = samar.window.sidebar
    menu = sidebar.menu_for(sidebar.model.index(sidebar.model.row_of[chat.id]))
    formats = next(found for found in menu.findChildren(FormatMenu) if found.title() == "Export")
    assert [action.data() for action in formats.actions() if action.data()] == list(CHOICES)
    assert [action.text() for action in formats.actions()[:5]] == [
        "Word…", "PDF…", "Print…", "Web page…", "Markdown text…",
    ]  # fmt: skip
    assert formats.actions()[5].isSeparator()
    menu.close()
    i18n.install(QApplication.instance(), Language.ARABIC)
    formats = FormatMenu()
    assert [action.text() for action in formats.actions()[:3]] == ["ملف Word…", "ملف PDF…", "اطبع…"]
    assert formats.title() == "صدّر"
    assert FormatMenu(for_reply=True).title() == "صدّر هذا الردّ"
    i18n.install(QApplication.instance(), Language.ENGLISH)


def shown_chat(samar: Samar) -> tuple[Chat, int]:
    """A chat on the screen, and the id of its reply."""
    chat = stored(samar.store, "A: question?")
    samar.chats.load_chats()
    samar.window.sidebar.chat_selected.emit(chat.id)
    return chat, samar.store.messages_of(chat.id).path_to(samar.store.get_chat(chat.id).active_leaf)[-1].id


def reply_menu(samar: Samar, reply: int) -> FormatMenu:
    bar = MessageBar(samar.transcript.page.look, samar.transcript)
    bar.chosen.connect(samar.transcript.act)
    bar.bind(samar.transcript.chat.entries[reply].message, None, full=True)
    return bar.menu().findChild(FormatMenu, "export")


@pytest.mark.parametrize("form", ["docx", "pdf", "html", "md"])
def test_that_one_reply_is_exported_from_its_menu(samar: Samar, qtbot: QtBot, tmp_path: Path, form: str) -> None:
    _chat, reply = shown_chat(samar)
    formats = reply_menu(samar, reply)
    assert formats.title() == "Export this reply"
    assert [action.data() for action in formats.actions()] == ["docx", "pdf", "print", "html", "md"]
    next(action for action in formats.actions() if action.data() == form).trigger()
    dialog = samar.window.findChild(QFileDialog)
    assert dialog.selectedFiles()[0].rpartition("/")[2] == f"A question.{form}"
    target = tmp_path / "out"
    with qtbot.waitSignal(samar.transfer.worker.exported, timeout=60_000):
        choose(samar, samar.window, target)
    assert samar.window.toast.label.text() == "Reply exported"
    raw = target.read_bytes()
    if form == "docx":
        with zipfile.ZipFile(target) as package:
            raw = package.read("word/document.xml")
    if form == "pdf":
        assert raw.startswith(b"%PDF-")
    else:
        assert "سمر" in raw.decode()
        assert "What is Samar?" not in raw.decode()


def test_that_a_reply_of_a_temporary_chat_is_exported_and_stays_out_of_the_history(
    samar: Samar, qtbot: QtBot, tmp_path: Path
) -> None:
    message = Message(1 << 30, 1 << 30, None, Role.ASSISTANT, "A *secret*.")
    samar.transcript.set_messages([message])
    samar.transcript.act("export-md", message.id)
    target = tmp_path / "out.md"
    with qtbot.waitSignal(samar.transfer.worker.exported, timeout=60_000):
        choose(samar, samar.window, target)
    assert target.read_text() == "A *secret*.\n"
    assert samar.store.list_chats() == []


def test_that_a_chat_and_a_reply_are_printed(samar: Samar, qtbot: QtBot, tmp_path: Path) -> None:
    chat, reply = shown_chat(samar)
    samar.transfer.export_chats([chat.id], "Title", "print")
    samar.transcript.act("export-print", reply)
    dialogs = samar.window.findChildren(QPrintDialog)
    assert len(dialogs) == 2
    sizes = []
    for number, dialog in enumerate(dialogs):
        target = tmp_path / f"{number}.pdf"
        dialog.printer().setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        dialog.printer().setOutputFileName(str(target))
        with qtbot.waitSignal(samar.transfer.worker.printed, timeout=60_000) as done:
            dialog.accepted.emit(dialog.printer())
        assert done.args == [Printed(True)]
        assert target.read_bytes().startswith(b"%PDF-")
        sizes.append(target.stat().st_size)
        dialog.close()
    assert samar.window.toast.label.text() == "Sent to the printer"
    assert all(size > 2000 for size in sizes)


def test_that_only_the_pages_that_are_wanted_are_printed(app: QApplication, tmp_path: Path) -> None:
    page = "<html><title>x</title>" + "<p dir='rtl'>سطر</p>" * 300
    counts = []
    for wanted in ((0, 0), (2, 3), (2, 900)):
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(tmp_path / "x.pdf"))
        printer.setFromTo(*wanted)
        assert print_page(page, printer)
        counts.append((tmp_path / "x.pdf").read_bytes().count(b"/Type /Page\n"))
    assert counts[0] > 3
    assert counts[1:] == [2, counts[0] - 1]


@pytest.mark.qt_log_ignore("QPainter::begin")
def test_that_a_printer_that_takes_nothing_is_said(samar: Samar, qtbot: QtBot, tmp_path: Path) -> None:
    chat = stored(samar.store, "One")
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "not there" / "x.pdf"))
    with qtbot.waitSignal(samar.transfer.worker.failed, timeout=60_000) as failed:
        samar.transfer.start_print(printer, Subject((chat.id,)))
    assert failed.args[0].code == "print_failed"


def test_that_printing_that_is_cancelled_is_said(
    samar: Samar, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = stored(samar.store, "One")
    said: list[str] = []
    samar.transfer.said.connect(lambda text, _running: said.append(text))
    monkeypatch.setattr(Task, "is_cancelled", property(lambda self: True))
    with qtbot.waitSignal(samar.transfer.worker.printed, timeout=60_000):
        samar.transfer.start_print(QPrinter(), Subject((chat.id,)))
    assert said[-1] == "Cancelled. Nothing was printed."


def test_that_details_are_exported_by_choice(samar: Samar, qtbot: QtBot, tmp_path: Path) -> None:
    chat = samar.store.create_chat("One", "Be brief.")
    _user, reply = samar.store.begin_turn(chat.id, None, "q", "model-7B")
    samar.store.finish(reply.id, "a", MessageStatus.FINISHED, thinking="a thought")
    dialog = open_data_page(samar, qtbot)
    found = []
    for choice in (False, True):
        dialog.export_details.chosen.emit(choice)
        for form in ("html", "md"):
            with qtbot.waitSignal(samar.transfer.worker.exported, timeout=60_000):
                samar.transfer.start_export(tmp_path / "out", form, Subject((chat.id,)))
            text = (tmp_path / "out").read_text()
            found.append([word in text for word in ("Be brief.", "model-7B", "a thought")])
    assert found == [[False] * 3] * 2 + [[True] * 3] * 2
    assert samar.preferences.value.export_details
    dialog.close()
