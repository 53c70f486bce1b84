"""The pages about models, driven as a person does: keys, clicks, and what comes out as signals."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.core.errors import SamarError
from desktop.core.languages import Language
from desktop.core.paths import Paths, starter_model
from desktop.core.settings import SettingsFile, Theme
from desktop.models import catalogue
from desktop.models.catalogue import Advice, Recommendation
from desktop.models.discovery import Origin
from desktop.models.downloads import Download, State
from desktop.models.entry import Entry
from desktop.models.fit import Machine, Verdict, judge
from desktop.models.library import Library
from desktop.models.repository import HubChoice, HubFile, HubModel, HubRepository
from desktop.models.summary import summary_of
from desktop.ui import i18n, theme
from desktop.ui.models import formatting
from desktop.ui.models.card_dialog import CardDialog
from desktop.ui.models.coordinator import ModelsCoordinator
from desktop.ui.models.download_dialog import DownloadDialog, needs_asking
from desktop.ui.models.models_page import ModelsPage
from desktop.ui.preferences import Preferences
from desktop.ui.widgets.sheet import Sheet
from desktop.workers.downloads import Pace
from desktop.workers.models import InCatalogue, OnDisk
from tests.fakes.tiny_gguf import write_tiny

MACHINE = Machine(free=9 * 10**9, total=16 * 10**9, bandwidth=40e9)
LISTED = catalogue.load()


def entry(letter: str, name: str, model_id: str, origin: Origin = Origin.SAMAR, problem: str = "") -> Entry:
    model = LISTED.find(model_id)
    assert model is not None
    _, file = next(iter(model.files()))
    return Entry(
        id=letter * 32,
        name=name,
        path=f"/models/{letter}.gguf",
        origin=origin,
        file_bytes=file.size,
        parameters=model.parameters,
        quantization=file.quantization,
        shape=model.shape_of(file),
        stamps=(),
        problem=problem,
    )


def on_disk(*entries: Entry) -> OnDisk:
    fits = {one.id: judge(one.shape, MACHINE) for one in entries if not one.problem}
    return OnDisk(entries=entries, fits=fits, machine=MACHINE)


def in_catalogue() -> InCatalogue:
    return InCatalogue(
        catalogue=LISTED,
        files=tuple(catalogue.fits(LISTED, MACHINE)),
        recommended=tuple(catalogue.recommend(LISTED, MACHINE)),
        machine=MACHINE,
    )


@pytest.fixture
def page(qtbot: QtBot, qapp: QApplication) -> Iterator[ModelsPage]:
    i18n.install(qapp, Language.ENGLISH)
    made = ModelsPage()
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    i18n.install(qapp, Language.ENGLISH)


SMALL, LARGE = entry("a", "Small", "llama-3.2-1b"), entry("b", "كبير", "phi-3.5-moe", Origin.OLLAMA)
BROKEN = entry("c", "Broken", "qwen2.5-0.5b", Origin.FILE, "model_damaged")


def test_that_a_row_is_chosen_and_used_by_keyboard(page: ModelsPage, qtbot: QtBot) -> None:
    page.local.show_models(on_disk(SMALL, LARGE))
    page.local.table.setFocus()
    qtbot.keyClick(page.local.table, Qt.Key.Key_Home)
    page.local.table.select_key(SMALL.id)
    with qtbot.waitSignal(page.local.use_requested) as used:
        qtbot.keyClick(page.local.table, Qt.Key.Key_Return)
    assert used.args == [SMALL]
    qtbot.keyClick(page.local.table, Qt.Key.Key_Down)
    assert page.local.entry() == LARGE
    qtbot.keyClick(page.local.table, Qt.Key.Key_Home)
    assert page.local.entry() == SMALL
    qtbot.keyClick(page.local.table, Qt.Key.Key_End)
    assert page.local.entry() == LARGE
    with qtbot.waitSignal(page.look_requested):
        qtbot.keyClick(page, Qt.Key.Key_F5)
    qtbot.keyClick(page, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert page.tab() is page.catalogue


def test_that_whoever_comes_by_keyboard_stands_on_a_row(page: ModelsPage, qtbot: QtBot) -> None:
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    page.hub.set_network(True)
    page.open_tab("hub")
    hub = page.hub
    hub.show_results([HubModel(
        repo="o/r", downloads=5, likes=1, updated=0, licence="mit", gated=False, parameters=10**9,
        architecture="llama", context=4096, languages=(),
    )])  # fmt: skip
    hub.set_machine(MACHINE)
    with qtbot.waitSignal(hub.repository_requested) as asked:
        for _ in range(3):
            qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Tab)
    assert asked.args == ["o/r"] and hub.found.hasFocus()
    assert hub.files.placeholder == "Looking up its files…"
    hub.show_repository(repository())
    qtbot.keyClick(hub.found, Qt.Key.Key_Tab)
    with qtbot.waitSignal(hub.download_requested) as wanted:
        qtbot.keyClick(hub.files, Qt.Key.Key_Return)
    assert wanted.args[1].quantization == "Q4_K_M"  # what one would take is chosen already


def test_that_files_of_another_repository_are_never_offered(page: ModelsPage) -> None:
    page.hub.set_network(True)
    results = [
        HubModel(
            repo=name, downloads=5, likes=1, updated=0, licence="mit", gated=False, parameters=10**9,
            architecture="llama", context=4096, languages=(),
        ) for name in ("o/r", "o/other")
    ]  # fmt: skip
    page.hub.show_results(results)
    page.hub.found.select_key("o/r")
    page.hub.show_repository(repository())
    assert page.hub.files.visible_keys()
    page.hub.found.select_key("o/other")
    assert not page.hub.files.visible_keys() and not page.hub.button.isEnabled()
    page.hub.show_repository(repository())  # the answer to the question before
    assert not page.hub.files.visible_keys()


def test_that_the_loaded_model_is_chosen_and_then_what_was_added(page: ModelsPage) -> None:
    page.local.show_loaded(LARGE.path)
    page.local.show_models(on_disk(SMALL, LARGE))
    assert page.local.entry() == LARGE
    page.local.wanted = BROKEN.id
    page.local.show_models(on_disk(SMALL, LARGE))
    assert page.local.entry() == LARGE
    page.local.show_models(on_disk(SMALL, LARGE, BROKEN))
    assert page.local.entry() == BROKEN and page.local.wanted == ""


def test_that_models_of_one_name_show_their_files(page: ModelsPage) -> None:
    page.local.show_models(on_disk(SMALL, msgspec.structs.replace(SMALL, id="d" * 32, path="/models/d.gguf"), LARGE))
    details = {row.key: row.detail for row in page.local.table.source.rows}
    assert "a.gguf" in details[SMALL.id] and "d.gguf" in details["d" * 32] and ".gguf" not in details[LARGE.id]


def test_that_what_is_wrong_with_a_file_is_said_where_it_is_chosen(page: ModelsPage) -> None:
    broken = msgspec.structs.replace(BROKEN, problem_details={"name": "c.gguf", "reason": "it ends too early"})
    page.local.show_models(on_disk(SMALL, broken))
    page.local.table.select_key(SMALL.id)
    assert "it ends too early" not in page.local.note.text()
    page.local.table.select_key(broken.id)
    assert "it ends too early" in page.local.note.text() and "{" not in page.local.note.text()


def test_that_an_empty_list_says_why(page: ModelsPage) -> None:
    page.local.show_models(on_disk(SMALL))
    page.local.words.setText("nothing like it")
    assert not page.local.table.visible_keys() and "No model matches" in page.local.table.placeholder
    page.hub.set_network(True)
    assert "Search for a model" in page.hub.found.placeholder
    page.hub.words.setText("x")
    page.hub.search.click()
    assert page.hub.found.placeholder == "Searching…"
    page.show_error(SamarError("hub_unreachable", host="h", reason="r"))
    assert "Search for a model" in page.hub.found.placeholder
    page.hub.search.click()
    page.hub.show_results([])
    assert "Nothing was found" in page.hub.found.placeholder


def test_that_many_downloads_leave_the_page_room(page: ModelsPage, qtbot: QtBot) -> None:
    files = [HubFile(name=f"M{n}-Q8_0.gguf", size=2 * 10**9, sha256="") for n in range(20)]
    waiting = [
        Download(id=str(n), repo="o/r", commit="c", quantization="Q8_0", files=(f,)) for n, f in enumerate(files)
    ]
    page.downloads.show_downloads(waiting)
    qtbot.waitUntil(lambda: 0 < page.downloads.height() <= page.height() // 3 + 8)
    page.downloads.show_downloads(waiting[:1])
    qtbot.waitUntil(lambda: page.downloads.area.height() < page.height() // 3)
    assert page.downloads.area.height() >= page.downloads.rows["0"].sizeHint().height() // 2


def test_that_a_damaged_model_can_only_be_taken_off(page: ModelsPage, qtbot: QtBot) -> None:
    page.local.show_models(on_disk(BROKEN))
    page.local.table.select_key(BROKEN.id)
    local = page.local
    buttons = (local.use, local.settings, local.card, local.verify, local.remove)
    assert [button.isEnabled() for button in buttons] == [False, False, False, False, True]
    with qtbot.assertNotEmitted(local.use_requested):
        qtbot.keyClick(local.table, Qt.Key.Key_Return)


def test_that_what_removing_does_is_said_before(page: ModelsPage) -> None:
    page.local.show_models(on_disk(SMALL, LARGE))
    page.local.table.select_key(SMALL.id)
    assert page.local.remove.text() == "Move to the bin…"
    page.local.table.select_key(LARGE.id)
    assert page.local.remove.text() == "Take off the list"


def test_that_the_filter_folds_and_the_choice_stays(page: ModelsPage, qtbot: QtBot) -> None:
    page.local.show_models(on_disk(SMALL, LARGE))
    page.local.table.select_key(LARGE.id)
    page.local.words.setText("كبيرْ")  # with a mark that search leaves out
    assert page.local.table.visible_keys() == [LARGE.id]
    page.local.words.clear()
    page.local.show_models(on_disk(SMALL, LARGE))
    assert page.local.entry() == LARGE


def test_that_columns_sort_by_value_and_not_by_text(page: ModelsPage) -> None:
    page.catalogue.show_catalogue(in_catalogue())
    table = page.catalogue.table
    table.sortByColumn(4, Qt.SortOrder.AscendingOrder)
    files = {model: page.catalogue._file_of(model) for model in table.visible_keys()}
    shown = [one.file.size if one else 0 for one in files.values()]
    assert shown == sorted(shown) and shown[-1] > 20 * 10**9


def test_that_the_list_can_be_narrowed(page: ModelsPage) -> None:
    page.catalogue.show_catalogue(in_catalogue())
    everything = page.catalogue.table.visible_keys()
    page.catalogue.which.setCurrentIndex(1)
    fitting = page.catalogue.table.visible_keys()
    page.catalogue.which.setCurrentIndex(2)
    arabic = set(page.catalogue.table.visible_keys())
    assert 0 < len(fitting) < len(everything)
    assert "phi-3.5-moe" not in fitting
    assert "allam-7b" in arabic and "phi-2" not in arabic
    page.catalogue.set_which("images")
    seeing = page.catalogue.table.visible_keys()
    assert seeing and all(LISTED.find(model).vision for model in seeing)  # type: ignore[union-attr]
    page.catalogue.set_which("all")
    assert page.catalogue.table.visible_keys() == everything


def test_that_a_model_is_one_row_with_its_files_inside(page: ModelsPage, qtbot: QtBot) -> None:
    page.catalogue.show_catalogue(in_catalogue())
    catalogue = page.catalogue
    keys = catalogue.table.visible_keys()
    assert sorted(keys) == sorted(model.id for model in LISTED.models)
    model = next(model for model in LISTED.models if len(list(model.files())) > 1)
    catalogue.table.select_key(model.id)
    names = {catalogue.file.itemData(number) for number in range(catalogue.file.count())}
    assert names == {file.name for _, file in model.files()}
    other = next(n for n in range(catalogue.file.count()) if n != catalogue.file.currentIndex())
    catalogue.file.setCurrentIndex(other)
    catalogue.file.activated.emit(other)
    assert catalogue.table.key() == model.id
    with qtbot.waitSignal(catalogue.download_requested) as asked:
        catalogue.button.click()
    assert asked.args[0].file.name == catalogue.file.itemData(other)


def test_that_own_quantizations_of_a_model_are_one_row(page: ModelsPage, qtbot: QtBot) -> None:
    replace = msgspec.structs.replace
    small = replace(SMALL, id="s1", path="/a/Same-Q4_K_M.gguf", name="Same", quantization="Q4_K_M")
    large = replace(SMALL, id="s2", path="/a/Same-Q8_0.gguf", name="Same", quantization="Q8_0")
    local = page.local
    local.show_models(on_disk(small, large, LARGE))
    assert len(local.table.visible_keys()) == 2
    local.show_loaded(large.path)
    local.table.select_key(large.id)
    assert local.entry() == large, "the loaded one stands for its model"
    assert [local.file.itemData(number) for number in range(local.file.count())] == ["s1", "s2"]
    local.file.setCurrentIndex(0)
    local.file.activated.emit(0)
    with qtbot.waitSignal(local.use_requested) as asked:
        local.use.click()
    assert asked.args == [small]
    local.wanted = "s2"
    local.show_models(on_disk(small, large, LARGE))
    assert local.entry() == large


@pytest.mark.parametrize("language", [Language.ENGLISH, Language.ARABIC])
def test_that_arabic_comes_first_in_arabic(page: ModelsPage, app: QApplication, language: Language) -> None:
    i18n.install(app, language)
    page.catalogue.show_catalogue(in_catalogue())
    ranks = [LISTED.find(model).arabic.rank for model in page.catalogue.table.visible_keys()]  # type: ignore[union-attr]
    assert (ranks == sorted(ranks, reverse=True)) is (language is Language.ARABIC)
    advice = [card.one.advice for card in page.catalogue.cards]
    if Advice.ARABIC in advice:
        assert (advice[0] is Advice.ARABIC) is (language is Language.ARABIC)
    i18n.install(app, Language.ENGLISH)


def test_that_a_recommendation_is_downloaded_by_its_button(page: ModelsPage, qtbot: QtBot) -> None:
    page.catalogue.show_catalogue(in_catalogue())
    assert 1 <= len(page.catalogue.cards) <= 3
    with qtbot.waitSignal(page.catalogue.download_requested) as asked:
        page.catalogue.cards[0].button.click()
    assert isinstance(asked.args[0], Recommendation) and "{" not in page.catalogue.cards[0].why.text()


def test_that_a_model_without_a_file_leads_to_the_converter(page: ModelsPage, qtbot: QtBot) -> None:
    page.catalogue.show_catalogue(in_catalogue())
    page.catalogue.table.select_key("falcon-arabic-7b")
    with qtbot.waitSignal(page.catalogue.convert_requested) as asked:
        page.catalogue.button.click()
    assert asked.args == ["tiiuae/Falcon-Arabic-7B-Instruct"]


def repository() -> HubRepository:
    files = [HubFile(name=f"M-{q}.gguf", size=s, sha256="0" * 64) for q, s in (("Q4_K_M", 10**9), ("F16", 12 * 10**9))]
    choices = tuple(HubChoice(quantization=f.name[2:-5], files=(f,)) for f in files)
    return HubRepository(repo="o/r", commit="c", licence="mit", gated=False, choices=choices, projectors=())


def test_that_the_hub_is_searched_and_a_file_chosen(page: ModelsPage, qtbot: QtBot) -> None:
    hub = page.hub
    page.open_tab("hub")
    with qtbot.waitSignal(hub.network_allowed):
        hub.off.button.click()
    hub.set_network(True)
    hub.set_machine(MACHINE)
    qtbot.keyClicks(hub.words, "tiny llama")
    with qtbot.waitSignal(hub.search_requested) as asked:
        qtbot.keyClick(hub.words, Qt.Key.Key_Return)
    assert asked.args == ["tiny llama"]
    one = HubModel(
        repo="o/r", downloads=5, likes=1, updated=0, licence="mit", gated=True, parameters=10**9,
        architecture="llama", context=4096, languages=(),
    )  # fmt: skip
    hub.show_results([one])
    with qtbot.waitSignal(hub.repository_requested):
        hub.found.select_key("o/r")
    hub.show_repository(repository())
    hub.files.select_key("M-Q4_K_M.gguf")
    with qtbot.waitSignal(hub.download_requested) as wanted:
        hub.button.click()
    assert wanted.args == [repository(), repository().choices[0]]


def test_that_downloads_show_pace_and_errors(page: ModelsPage, qtbot: QtBot) -> None:
    file = HubFile(name="x/M-Q8_0.gguf", size=2 * 10**9, sha256="")
    one = Download(id="d", repo="o/r", commit="c", quantization="Q8_0", files=(file,), state=State.RUNNING)
    panel = page.downloads
    assert not panel.isVisible()
    panel.show_downloads([one])
    panel.show_pace(Pace(id="d", held=10**9, size=2 * 10**9, checking=False, bytes_per_s=1e7))
    row = panel.rows["d"]
    assert "1.0 GB of 2.0 GB" in row.line.text() and "10.0 MB per second" in row.line.text()
    assert row.meter.fraction == 0.5 and panel.isVisible()
    with qtbot.waitSignal(panel.pause_requested):
        row.toggle.click()
    failed = SamarError("hub_gated", repo="o/r")
    panel.show_downloads(
        [msgspec.structs.replace(one, state=State.FAILED, error_code=failed.code, error_details=failed.details)]
    )
    assert "ask for access to" in row.line.text()
    with qtbot.waitSignal(panel.resume_requested):
        row.toggle.click()
    with qtbot.waitSignal(panel.cancel_requested):
        row.cancel.click()
    panel.show_downloads([])
    assert not panel.isVisible()


def test_that_another_language_says_everything_anew(page: ModelsPage, qapp: QApplication) -> None:
    page.local.show_models(on_disk(SMALL, BROKEN))
    page.catalogue.show_catalogue(in_catalogue())
    page.catalogue.table.select_key("allam-7b")
    english = page.catalogue.about.text()
    i18n.install(qapp, Language.ARABIC)
    qapp.processEvents()
    assert page.layoutDirection() is Qt.LayoutDirection.RightToLeft
    assert page.catalogue.about.text() != english and "السعودي" in page.catalogue.about.text().replace(
        "سعودي", "السعودي"
    )


def test_that_a_card_shows_what_the_header_says(qtbot: QtBot, tmp_path: Path) -> None:
    path = write_tiny(tmp_path / "base.gguf", name="Base", template=None)
    card = summary_of(path)
    dialog = CardDialog(card, judge(card.shape, MACHINE))
    qtbot.addWidget(dialog)
    texts = dict(dialog.rows)
    assert texts["Chat template"] == "none" and "llama" in texts["Architecture"] and str(path) in texts["File"]
    assert dialog.windowTitle() == "Base"


@pytest.mark.parametrize("verdict", list(Verdict))
def test_that_every_value_has_words(verdict: Verdict) -> None:
    assert formatting.verdict(verdict)
    assert all(formatting.origin(origin) for origin in Origin) and all(formatting.state(state) for state in State)


def test_that_waiting_counts_down_and_refusals_lead_on(page: ModelsPage, qtbot: QtBot) -> None:
    file = HubFile(name="M-Q8_0.gguf", size=2 * 10**9, sha256="")
    one = Download(id="d", repo="o/r", commit="c", quantization="Q8_0", files=(file,))
    waiting = msgspec.structs.replace(one, state=State.WAITING, resumes_at=time.time() + 42)
    page.downloads.show_downloads([waiting])
    row = page.downloads.rows["d"]
    first = row.line.text()
    assert (
        "goes on by itself" in first and "seconds left" in first and row.clock.isActive() and not row.help.isVisible()
    )
    row.clock.setInterval(1)
    row.one = msgspec.structs.replace(waiting, resumes_at=time.time() + 7)
    qtbot.waitUntil(lambda: row.line.text() != first)
    refused = msgspec.structs.replace(one, state=State.FAILED, error_code="hub_gated", error_details={"repo": "o/r"})
    page.downloads.show_downloads([refused])
    assert row.help.isVisible() and not row.clock.isActive()
    with qtbot.waitSignal(page.downloads.page_requested) as asked:
        row.page.click()
    assert asked.args == ["o/r"]
    with qtbot.waitSignal(page.downloads.token_requested):
        row.token.click()


def test_that_terms_and_the_file_for_images_are_shown_before(qtbot: QtBot, page: ModelsPage) -> None:
    assert not needs_asking(msgspec.structs.replace(repository(), licence="apache-2.0", gated=False))
    terms = msgspec.structs.replace(
        repository(),
        licence="gemma",
        projectors=(HubFile(name="mmproj-F16.gguf", size=850_000_000, sha256=""),),
    )
    assert needs_asking(terms)
    dialog = DownloadDialog(terms, terms.choices[0])
    qtbot.addWidget(dialog)
    dialog.show()
    assert "gemma" in dialog.licence.text() and "terms of its own" in dialog.licence.text()
    assert dialog.images.value() is True and "850 MB" in dialog.images_name.text()
    with qtbot.waitSignal(dialog.page_requested) as asked:
        dialog.page.click()
    assert asked.args == [terms.repo]
    with qtbot.waitSignal(dialog.agreed) as agreed:
        dialog.go.click()
    assert agreed.args == [terms, terms.choices[0], terms.projectors]
    dialog.images.group.button(1).click()
    assert "1.0 GB" in dialog.facts.text()
    with qtbot.waitSignal(dialog.agreed) as agreed:
        dialog.go.click()
    assert agreed.args[2] == ()


# ---- the room


@pytest.fixture
def room(qtbot: QtBot, data_dir: Path) -> Iterator[ModelsCoordinator]:
    from PySide6.QtWidgets import QWidget

    paths = Paths.under(data_dir)
    window = QWidget()
    qtbot.addWidget(window)
    made = ModelsCoordinator(paths, Preferences(SettingsFile(paths.settings)), window, Library(paths, places=list))
    yield made
    made.close()


def test_that_the_room_finds_models_and_hands_one_over(room: ModelsCoordinator, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(room.models_changed, timeout=20_000, check_params_cb=lambda found: len(found) == 1):
        page = room.open()
    write_tiny(tmp_path / "mine.gguf", name="Mine")
    with qtbot.waitSignal(room.models_changed, timeout=20_000, check_params_cb=lambda found: len(found) == 2):
        room.take([tmp_path / "mine.gguf"])
    mine = room.library.find("Mine")
    qtbot.waitUntil(lambda: mine.id in page.local.table.visible_keys(), timeout=10_000)
    page.local.table.select_key(mine.id)
    with qtbot.waitSignal(room.model_chosen) as chosen:
        page.local.use.click()
    assert chosen.args == [tmp_path / "mine.gguf"]
    with qtbot.waitSignal(room.worker.carded, timeout=10_000):
        page.local.card.click()
    with qtbot.waitSignal(room.worker.removed, timeout=10_000):
        page.local.remove.click()
    assert (tmp_path / "mine.gguf").is_file() and starter_model().is_file()


def test_that_folders_are_added_missed_and_removed(room: ModelsCoordinator, qtbot: QtBot, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    path = write_tiny(mine / "one.gguf", name="One")
    page = room.open()
    qtbot.waitUntil(lambda: page.local.shown is not None, timeout=20_000)
    assert not page.local.folders.isVisible()
    room.take([mine])
    qtbot.waitUntil(lambda: bool(page.local.shown and page.local.shown.folders), timeout=20_000)
    page.local.folders.click()
    dialog = room.folders
    assert dialog is not None
    (row,) = dialog.rows
    assert row.folder.there and row.folder.models == 1 and "1 model" in row.state.text()
    mine.rename(tmp_path / "away")
    dialog.look.click()
    qtbot.waitUntil(lambda: not dialog.rows[0].folder.there, timeout=20_000)
    assert "not there now" in dialog.rows[0].state.text() and str(mine) in page.local.note.text()
    assert [entry.name for entry in room.library.entries()] == ["Samar Starter"]
    (tmp_path / "away").rename(mine)
    dialog.look.click()
    qtbot.waitUntil(lambda: dialog.rows[0].folder.models == 1, timeout=20_000)
    dialog.rows[0].button.click()
    qtbot.waitUntil(lambda: not dialog.rows, timeout=20_000)
    assert dialog.nothing.isVisible() and path.is_file() and not page.local.folders.isVisible()
    dialog.shut.click()
    assert room.folders is None


def test_that_a_checkpoint_folder_goes_to_the_converter(room: ModelsCoordinator, qtbot: QtBot, tmp_path: Path) -> None:
    folder = tmp_path / "checkpoint"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    with qtbot.waitSignal(room.convert_requested, timeout=10_000) as asked:
        room.take([folder])
    assert asked.args == [folder]


def test_that_the_keys_go_where_the_page_was_opened(room: ModelsCoordinator, qtbot: QtBot) -> None:
    page = room.open("catalogue")
    with qtbot.waitExposed(page):
        page.show()
    assert page.focusWidget() is page.catalogue.words
    room.open("hub")
    assert page.focusWidget() is page.hub.off.button  # the network is off
    page.hub.off.button.click()
    assert page.focusWidget() is page.hub.words


def test_that_the_room_never_connects_before_it_is_allowed(room: ModelsCoordinator, qtbot: QtBot) -> None:
    page = room.open("hub")
    assert page.hub.pages.currentWidget() is page.hub.off
    with qtbot.waitSignal(room.worker.failed, timeout=10_000) as failed:
        page.hub.search_requested.emit("x")
    assert failed.args[0].code == "network_off"
    page.hub.off.button.click()
    assert room.preferences.value.network_allowed and page.hub.pages.currentWidget() is page.hub.on


def test_that_a_question_that_found_no_network_can_be_asked_again(
    room: ModelsCoordinator, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(room.worker, "search", asked.append)
    page = room.open("hub")
    page.hub.search_requested.emit("qwen")
    room.worker.failed.emit(SamarError("no_network", host="huggingface.co"))
    qtbot.waitUntil(page.message.again.isVisible)
    assert page.message.text.text() == "There is no connection to the internet. Connect the computer and try again."
    page.message.again.click()
    assert asked == ["qwen", "qwen"]
    assert not page.message.isVisible()
    room.worker.failed.emit(SamarError("hub_not_found", name="o/r"))
    qtbot.waitUntil(page.message.isVisible)
    assert not page.message.again.isVisible(), "asking again would change nothing"


def test_that_a_failed_download_can_be_tried_again(page: ModelsPage, qtbot: QtBot) -> None:
    file = HubFile(name="M-Q8_0.gguf", size=1000, sha256="")
    one = Download(id="1", repo="o/r", commit="c", quantization="Q8_0", files=(file,))
    page.downloads.show_downloads([one])
    row = page.downloads.rows["1"]
    assert not row.again.isVisible()
    failed = msgspec.structs.replace(one, state=State.FAILED, error_code="no_network")
    page.downloads.show_downloads([failed])
    assert row.again.isVisible()
    assert not row.token.isVisible()
    with qtbot.waitSignal(page.downloads.resume_requested) as resumed:
        row.again.click()
    assert resumed.args == ["1"]


def test_that_a_token_is_kept_and_what_wanted_it_goes_on(
    room: ModelsCoordinator, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[str] = []
    monkeypatch.setattr("desktop.workers.models.keep_token", kept.append)
    page = room.open("hub")
    file = HubFile(name="M-Q8_0.gguf", size=1000, sha256="")
    choice = HubChoice(quantization="Q8_0", files=(file,))
    one = room.downloads.queue.add(repository(), choice)
    room.downloads.queue.set_state(one.id, State.FAILED, SamarError("hub_gated", repo="o/r"))
    tried: list[str] = []
    monkeypatch.setattr(room.downloads, "resume", tried.append)
    page.downloads.token_requested.emit()
    dialog = page.hub.findChild(Sheet)
    dialog.findChild(QLineEdit).setText("hf_secret")
    with qtbot.waitSignal(room.worker.token_kept, timeout=10_000):
        dialog.accept()
    assert kept == ["hf_secret"] and tried == [one.id]
    assert "hf_secret" not in room.downloads.queue.path.read_text()


def test_that_a_computer_without_a_keyring_is_told(
    room: ModelsCoordinator, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keyring
    from keyring.errors import NoKeyringError

    def refuse(*_words: str) -> None:
        raise NoKeyringError("no backend")

    monkeypatch.setattr(keyring, "set_password", refuse)
    page = room.open("hub")
    with qtbot.waitSignal(room.worker.failed, timeout=10_000) as failed:
        page.hub.token_given.emit("hf_x")
    assert failed.args[0].code == "keyring_missing" and "HF_TOKEN" in page.message.text.text()


def test_that_a_small_window_keeps_names_and_verdicts(page: ModelsPage, qtbot: QtBot, app: QApplication) -> None:
    page.local.show_models(on_disk(SMALL, LARGE))
    page.catalogue.show_catalogue(in_catalogue())
    page.resize(1200, 800)
    page.open_tab("catalogue")
    qtbot.waitUntil(lambda: page.width() == 1200 and not page.catalogue.cards[0].compact)
    assert not any(page.catalogue.table.isColumnHidden(number) for number in range(7))
    assert all("Licence" in card.why.text() for card in page.catalogue.cards)
    page.resize(640, 480)
    qtbot.waitUntil(lambda: page.width() == 640 and page.catalogue.cards[0].compact)
    for table, verdict in ((page.catalogue.table, 6), (page.local.table, 5)):
        assert not table.isColumnHidden(0) and not table.isColumnHidden(verdict)
        assert table.columnWidth(0) > 120
    assert not page.catalogue.cards[0].why.isVisible() and "Licence" in page.catalogue.cards[0].toolTip()
    assert page.catalogue.table.isColumnHidden(2)


def test_that_a_converted_model_is_not_called_downloaded() -> None:
    """Downloads lie in a folder of their repository, and name it where the list was read anew."""
    made = entry("a", "made", "qwen2.5-0.5b")
    assert formatting.origin_of(made) == "Converted"
    assert formatting.origin_of(msgspec.structs.replace(made, repo="owner/name")) == "Downloaded"
    assert formatting.origin_of(msgspec.structs.replace(made, path="/models/owner--name/a.gguf")) == "Downloaded"
    assert formatting.origin_of(msgspec.structs.replace(made, origin=Origin.FILE)) == "Your file"


@pytest.mark.parametrize("scale", [1.2, 2.0])
def test_that_recommendations_keep_their_buttons_whole_at_large_text(page: ModelsPage, scale: float) -> None:
    theme.apply(Theme.LIGHT, scale)
    try:
        page.catalogue.show_catalogue(in_catalogue())
        page.open_tab("catalogue")
        page.resize(854, 480)
        page.layout().activate()
        assert page.catalogue.cards
        for card in page.catalogue.cards:
            assert card.button.text().startswith("Download, ")
            assert card.button.height() >= card.button.sizeHint().height()
    finally:
        theme.apply(Theme.LIGHT, 1.0)


def test_that_what_a_model_lacks_is_said_before_it_is_loaded(page: ModelsPage, qapp: QApplication) -> None:
    plain = entry("a", "Plain", "qwen2.5-0.5b")
    base = msgspec.structs.replace(entry("b", "Base", "qwen2.5-0.5b"), is_base=True, has_template=False)
    old = msgspec.structs.replace(entry("c", "Old", "qwen2.5-0.5b"), has_template=False)
    english = msgspec.structs.replace(entry("d", "English", "qwen2.5-0.5b"), languages=("en", "fr"))
    page.local.show_models(on_disk(plain, base, old, english))

    def said(one: Entry) -> str:
        page.local.table.select_key(one.id)
        return page.local.note.text()

    assert "base model" in said(base) and "how a chat is written" in said(old)
    assert said(plain) == said(english), "it names the language of the window"

    def row(one: Entry) -> str:
        return next(row.detail for row in page.local.table.source.rows if row.key == one.id)

    assert "Continues text" in row(base) and "No chat template" in row(old)
    assert not formatting.entry_notes(plain) and not formatting.entry_notes(english)
    i18n.install(qapp, Language.ARABIC)
    qapp.processEvents()
    assert "العربية" in said(english) and "العربية" not in said(plain) and "أساس" in said(base)
    assert "العربية" in row(english) and "العربية" not in row(plain)


def test_that_what_a_model_lacks_is_said_before_it_is_downloaded(page: ModelsPage, qapp: QApplication) -> None:
    page.catalogue.show_catalogue(in_catalogue())
    hub = page.hub
    hub.show_results([
        HubModel(
            repo=name, downloads=5, likes=1, updated=0, licence="mit", gated=False, parameters=10**9,
            architecture="llama", context=4096, languages=languages,
        ) for name, languages in (("o/Tiny-Base", ()), ("o/Tiny-Instruct", ("en",)))
    ])  # fmt: skip
    i18n.install(qapp, Language.ARABIC)
    qapp.processEvents()
    base, instruct = (row.detail for row in hub.found.source.rows)
    assert base.startswith("يكمل النص") and "العربية" not in base, "a page that names no language lacks none"
    assert "العربية" in instruct and "يكمل النص" not in instruct
    lacking = {row.key for row in page.catalogue.table.source.rows if "العربية غير مذكورة" in row.detail}
    assert lacking == {model.id for model in LISTED.models if "ar" not in model.languages} != set()
