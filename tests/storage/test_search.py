from __future__ import annotations

import sqlite3
import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.core import folding
from desktop.core.chat import MessageStatus, Role
from desktop.core.errors import SamarError
from desktop.core.paths import Paths
from desktop.storage import search_index
from desktop.storage.chats import ChatStore
from desktop.storage.maintenance import complete_index
from desktop.storage.opening import connect_worker, in_memory, open_history
from desktop.storage.search import Query, Search, _without_markdown
from tests.storage.kit import exchange, opened


def texts(store: ChatStore, query: str) -> list[str]:
    return [store.get_message(h.message_id or 0).content for h in Search(store.database).messages(Query(query))]


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("الكِتَابُ على الطاولة", "كتاب"),
        ("وبالكتاب نبدأ", "الكتاب نبدا"),
        ("مدرسةٌ كبيرة", "مدرسه"),
        ("مستشفى", "مستشفي"),
        ("أسئلتُها", "اسئله"[:4]),
        ("كتابها جديد", "كتاب جديد"),
        ("عام ٢٠٢٦", "2026"),
        ("The Quantization of Café models", "cafe quant"),
        ("use llama_decode() here", "decode"),
        ("GPT-4 and others", "gpt-4"),
        ("这个模型很小", "模型"),
        ("ﷺ", "صلي"),
        ("oﬃce", "office"),
        *(
            (written, "كتاب")
            for written in ("وكتاب جديد", "بكتاب", "لكتاب", "فكتاب", "ككتاب مفتوح", "وبكتابها", "وللكتاب")
        ),
        *(("كتاب", typed) for typed in ("الكتاب", "والكتاب", "بالكتاب", "للكتاب")),
        ("الاختبار غدا", "اختبار"),
        ("اختبار غدا", "الاختبار"),
        ("المسؤولية", "المسئولية"),
        ("مسئوليتنا", "المسؤولية"[:8]),
        ("وشئون الطلبة", "شؤون"),
        ("مائة ريال", "مئة"),
        ("شيء آخر", "شئ آخر"),
        ("سيكتبون", "يكتبون"),
        ("ورقة", "ورقة"),
        ("Well done 🎉", "🎉"),
        ("عيد سعيد 🌙", "سعيد 🌙"),
        ("👍🏽 yes", "👍"),
        ("a => b", "=>"),
        ("written in C++", "C++"),
        ("written in C++", "c+"),
        ("C# or F#", "C#"),
        ("on .NET 9", ".net"),
    ],
)
def test_that_people_find_what_they_wrote(store: ChatStore, written: str, typed: str) -> None:
    exchange(store, store.create_chat("t").id, None, written, "something else")
    assert texts(store, typed) == [written]
    (hit,) = Search(store.database).messages(Query(typed))
    assert hit.ranges
    assert all(hit.snippet[slice(*span)] for span in hit.ranges)


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("a big car", "C++"),
        ("C and c.", "C#"),
        ("class", "C#"),
        ("the net", ".NET"),
        ("وردة", "ردة"),
        ("له ولد", "الله"),
        ("ماذا", "ماء"),
        ("no party", "🎉"),
        ("🇪🇬 🇦🇸", "🇸🇦"),
    ],
)
def test_that_people_do_not_find_what_is_another_word(store: ChatStore, written: str, typed: str) -> None:
    exchange(store, store.create_chat("t").id, None, written, "something else")
    assert texts(store, typed) == []


def test_that_a_snippet_shows_no_markdown(store: ChatStore) -> None:
    text = "| الاسم | **القيمة** |\n|:--|--:|\n| `كتاب` | 2**3 |\n```python\n__init__\n```\n# عنوان\n> قول"
    exchange(store, store.create_chat("t").id, None, text, "a")
    (hit,) = Search(store.database).messages(Query("كتاب"))
    assert hit.snippet.split() == ["الاسم", "القيمة", "كتاب", "2**3", "__init__", "عنوان", "قول"]
    assert [hit.snippet[slice(*span)] for span in hit.ranges] == ["كتاب"]


@settings(max_examples=200)
@given(st.text(alphabet="a|:-*`#> \n~كو", max_size=80), st.integers(0, 80))
def test_that_hits_stay_on_their_letters_without_markdown(text: str, place: int) -> None:
    hit = (min(place, len(text)), min(place + 2, len(text)))
    plain, (moved,) = _without_markdown(text, [hit])
    assert plain[slice(*moved)] == text[slice(*hit)]


def test_that_a_snippet_ends_between_what_one_sees_as_characters(store: ChatStore) -> None:
    family = "👨\u200d👩\u200d👧\u200d👦"
    exchange(store, store.create_chat("t").id, None, family * 30 + "hit" + family * 60, "a")
    (hit,) = Search(store.database).messages(Query("hit"))
    assert hit.snippet.replace(family, "") == "hit"


def test_that_a_highlight_lies_on_the_original_letters(store: ChatStore) -> None:
    chat = store.create_chat("عنوان")
    text = "سطر أول\nثم نتحدث عن النَّموذجِ الكبير، " + "و كلام كثير " * 40 + "نموذجنا"
    user, _ = exchange(store, chat.id, None, text, "a")
    (hit,) = Search(store.database).messages(Query("نموذج"))
    assert (hit.chat_id, hit.chat_title, hit.message_id, hit.role) == (chat.id, "عنوان", user.id, Role.USER)
    assert [hit.snippet[slice(*span)] for span in hit.ranges] == ["النَّموذجِ"]
    assert "\n" not in hit.snippet
    assert hit.snippet.replace(" ", "") in text.replace("\n", "").replace(" ", "")
    assert [text[slice(*span)] for span in Query("نموذج").ranges(text)] == ["النَّموذجِ", "نموذج"]


def test_that_the_last_word_finds_as_it_is_typed(store: ChatStore) -> None:
    exchange(store, store.create_chat("t").id, None, "temperature settings", "a")
    for typed in ("t", "te", "tempera", "temperature s", "settings temp"):
        assert texts(store, typed) == ["temperature settings"], typed
    assert texts(store, "tempera ") == []
    assert texts(store, "emperature") == []


def test_that_all_words_must_occur_and_phrases_in_their_order(store: ChatStore) -> None:
    chat = store.create_chat("t")
    exchange(store, chat.id, None, "one two three", "three two one")
    assert set(texts(store, "three one")) == {"one two three", "three two one"}
    assert texts(store, '"two three"') == ["one two three"]
    assert texts(store, "«two one»") == ["three two one"]
    assert texts(store, "one four") == []


def test_that_hits_come_newest_first_in_pages(store: ChatStore) -> None:
    chat = store.create_chat("t")
    with store.database.transaction():
        ids = [exchange(store, chat.id, None, f"needle {n}", "hay")[0].id for n in range(30)]
    search = Search(store.database)
    found: list[int] = []
    while page := search.messages(Query("needle"), limit=7, before=found[-1] if found else None):
        found += [hit.message_id or 0 for hit in page]
    assert found == ids[::-1]
    assert search.in_chat(Query("needle"), chat.id) == ids


def test_that_titles_are_found_and_renamed(store: ChatStore) -> None:
    chat = store.create_chat("رحلة إلى مكة")
    search = Search(store.database)
    (hit,) = search.titles(Query("رحله الي"))
    assert (hit.chat_id, hit.message_id, hit.snippet) == (chat.id, None, "رحلة إلى مكة")
    assert [hit.snippet[slice(*span)] for span in hit.ranges] == ["رحلة", "إلى"]
    store.rename(chat.id, "trip")
    assert search.titles(Query("رحله")) == []
    assert [hit.chat_id for hit in search.titles(Query("trip"))] == [chat.id]


def test_that_the_index_follows_every_change(store: ChatStore) -> None:
    chat = store.create_chat()
    user, reply = store.begin_turn(chat.id, None, "question", "m")
    store.save_partial(reply.id, "halfway")
    assert texts(store, "halfway") == []
    store.finish(reply.id, "complete", MessageStatus.FINISHED)
    assert texts(store, "complete") == ["complete"]
    store.edit_content(reply.id, "edited")
    assert texts(store, "complete") == []
    assert texts(store, "edited") == ["edited"]
    deletion = store.delete_turn(user.id)
    assert texts(store, "question") == []
    store.undo(deletion)
    assert texts(store, "question") == ["question"]
    store.place([chat.id], archived=True)
    assert Search(store.database).messages(Query("question"))[0].archived
    deletion = store.delete_chats([chat.id])
    assert texts(store, "question") == []
    assert Search(store.database).titles(Query("question")) == []
    store.purge(deletion)
    store.database.execute("INSERT INTO search (search) VALUES ('integrity-check')")
    assert store.database.fetch("SELECT rowid FROM search_docsize") == []


@pytest.mark.parametrize(
    "typed", ["", " ", '"', '""', "*", "-", "AND", "a AND NOT", "NEAR(", "body:", "^", "\0", "'", "🙂"]
)
def test_that_no_query_is_a_syntax_error(store: ChatStore, typed: str) -> None:
    exchange(store, store.create_chat("t").id, None, "body and near", "a")
    Search(store.database).messages(Query(typed))
    Search(store.database).titles(Query(typed))


@settings(deadline=None, max_examples=60)
@given(text=st.text(min_size=1, max_size=60), data=st.data())
def test_that_every_word_of_a_message_finds_it(text: str, data: st.DataObject) -> None:
    database = in_memory()
    store = ChatStore(database)
    exchange(store, store.create_chat("t").id, None, text, "")
    for word in folding.words(folding.fold(text)):
        hits = Search(database).messages(Query(word))
        assert [hit.message_id for hit in hits] == [1], word
        for hit in hits:
            assert all(0 <= first < last <= len(hit.snippet) for first, last in hit.ranges)
    Search(database).messages(Query(data.draw(st.text())))
    database.close()


def test_that_a_worker_thread_searches_beside_the_writer(paths: Paths) -> None:
    with opened(paths) as store:
        chat = store.create_chat()
        exchange(store, chat.id, None, "needle", "a")
        found: list[int] = []

        def work() -> None:
            reader = connect_worker(paths)
            found.extend(hit.message_id or 0 for hit in Search(reader).messages(Query("needle")))
            reader.close()

        with store.database.transaction():
            store.create_chat("not yet committed")
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
        assert found == [1]


def test_that_another_folding_makes_the_index_anew(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(paths) as store:
        exchange(store, store.create_chat("t").id, None, "needle", "a")
        store.database.execute("INSERT INTO search (search) VALUES ('delete-all')")
        assert texts(store, "needle") == []
    with opened(paths) as store:
        assert texts(store, "needle") == []
    monkeypatch.setattr(folding, "VERSION", folding.VERSION + 1)
    with opened(paths) as store:
        assert texts(store, "needle") == []
        assert [hit.chat_id for hit in Search(store.database).titles(Query("t"))] == [1]
        assert complete_index(paths)
        assert texts(store, "needle") == ["needle"]
        store.purge(store.delete_chats([1]))
        store.database.execute("INSERT INTO search (search) VALUES ('integrity-check')")


def test_that_the_window_goes_on_while_the_index_is_made_anew(paths: Paths) -> None:
    with opened(paths) as store:
        chat = store.create_chat("t")
        with store.database.transaction():
            replies = [exchange(store, chat.id, None, f"old{n}", f"answer{n}")[1] for n in range(150)]
        _, streaming = store.begin_turn(chat.id, None, "q", "m")
        search_index.rebuild(store.database)
        assert texts(store, "old7") == []
        assert search_index.fill_step(store.database, 10)
        assert texts(store, "old149 ") == ["old149"]
        exchange(store, chat.id, None, "new", "also new")
        store.finish(streaming.id, "finished meanwhile", MessageStatus.FINISHED)
        store.edit_content(replies[3].id, "edited in the gap")
        store.edit_content(replies[149].id, "edited after it")
        store.purge(store.delete_turn(replies[5].id))
        store.purge(store.delete_turn(replies[148].id))
        assert texts(store, "new") == ["also new", "new"]
    with opened(paths) as store:
        assert not complete_index(paths, cancelled=lambda: True)
        assert complete_index(paths)
        for found in ("old7 ", "new", "finished meanwhile", "edited in the gap", "edited after it"):
            assert texts(store, found), found
        for gone in ("answer3 ", "answer5 ", "answer148 ", "answer149 "):
            assert texts(store, gone) == [], gone
        store.database.execute("INSERT INTO search (search) VALUES ('integrity-check')")
        messages = {row[0] for row in store.database.fetch("SELECT id FROM messages")}
        assert {row[0] for row in store.database.fetch("SELECT rowid FROM search_docsize WHERE id > 0")} == messages


@pytest.mark.parametrize("writing_meets_it", [True, False])
def test_that_a_damaged_index_stops_search_and_not_sending(paths: Paths, writing_meets_it: bool) -> None:
    with opened(paths) as store:
        chat = store.create_chat("t")
        exchange(store, chat.id, None, "needle one", "a")
        store.database.execute(
            "UPDATE search_data SET block = x'ffffffffffff' WHERE id = 10"
        )  # FTS5's list of segments
    found = open_history(paths)
    assert found.problem is None
    store = ChatStore(found.database)
    if writing_meets_it:
        user, _ = store.begin_turn(chat.id, None, "needle sent at once", "m")
        assert store.get_message(user.id).content == "needle sent at once"
    with pytest.raises(SamarError) as problem:
        texts(store, "needle")
    assert problem.value.code == "history_failed"
    exchange(store, chat.id, None, "needle two", "a")
    with pytest.raises(SamarError):
        texts(store, "needle")
    found.database.close()
    with opened(paths) as store:
        assert complete_index(paths)
        sent = ["needle two", "needle sent at once", "needle one"]
        assert texts(store, "needle") == [text for text in sent if writing_meets_it or "at once" not in text]


class _RollingBack:
    """A connection on which one statement meets a damaged index and SQLite takes the whole transaction back."""

    def __init__(self, real: sqlite3.Connection, beginning: str) -> None:
        self._real, self._beginning = real, beginning

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def execute(self, sql: str, *values: Any) -> Any:
        if sql.startswith(self._beginning):
            self._beginning = "no statement"
            self._real.execute("ROLLBACK")
            problem = sqlite3.DatabaseError("database disk image is malformed")
            problem.sqlite_errorcode = sqlite3.SQLITE_CORRUPT_VTAB  # type: ignore[misc]
            raise problem
        return self._real.execute(sql, *values)


@pytest.mark.parametrize("beginning", ["INSERT INTO messages", "UPDATE chats SET active_leaf"])
def test_that_what_a_damaged_index_takes_down_is_stored_without_it(paths: Paths, beginning: str) -> None:
    with opened(paths) as store:
        chat = store.create_chat("t")
        store.database._connection = _RollingBack(store.database._connection, beginning)  # type: ignore[assignment]
        user, reply = store.begin_turn(chat.id, None, "needle sent", "m")
        assert [turn.content for turn in store.last_turns(chat.id, 9)] == ["needle sent", ""]
        store.database._connection = _RollingBack(store.database._connection, "UPDATE messages")  # type: ignore[assignment]
        store.database.indexed = True
        finished = store.finish(reply.id, "needle said", MessageStatus.FINISHED)
        assert finished is not None
        store.edit_turn(user.id, "needle edited", "m")
    with opened(paths) as store:
        assert complete_index(paths)
        assert sorted(texts(store, "needle")) == ["needle edited", "needle said", "needle sent"]


def test_that_an_index_made_anew_beside_the_window_is_followed_by_the_window_again(paths: Paths) -> None:
    """It is completed after each purge as well, on a connection of its own; the window's wrote on without the index."""
    with opened(paths) as store:
        chat = store.create_chat("t")
        exchange(store, chat.id, None, "needle one", "a")
        store.database.execute("UPDATE search_data SET block = x'ffffffffffff' WHERE id = 10")
    with opened(paths) as store:
        exchange(store, chat.id, None, "needle two", "a")
        assert not store.database.indexed
        assert complete_index(paths)
        user, _ = store.begin_turn(chat.id, None, "needle three", "m")
        exchange(store, chat.id, None, "needle four", "a")
        store.purge(store.delete_turn(user.id))
        store.database.execute("INSERT INTO search (search) VALUES ('integrity-check')")
        assert texts(store, "needle") == ["needle four", "needle two", "needle one"]
    with opened(paths) as store:
        assert texts(store, "needle") == ["needle four", "needle two", "needle one"]
        messages = {row[0] for row in store.database.fetch("SELECT id FROM messages WHERE status <> 'streaming'")}
        assert {row[0] for row in store.database.fetch("SELECT rowid FROM search_docsize WHERE id > 0")} == messages


def test_that_damage_met_by_a_reader_alone_mends_the_index_at_the_next_start(paths: Paths) -> None:
    with opened(paths) as store:
        exchange(store, store.create_chat("t").id, None, "needle", "a")
        store.database.execute("UPDATE search_data SET block = x'ffffffffffff' WHERE id = 10")
    with opened(paths):
        reader = connect_worker(paths)
        with pytest.raises(SamarError):
            Search(reader).messages(Query("needle"))
        reader.close()
    with opened(paths) as store:
        assert complete_index(paths)
        assert texts(store, "needle") == ["needle"]
