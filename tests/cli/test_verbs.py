"""The terminal verbs, as a person runs them: a process of their own, the bundled model, the real engine."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.cli.app import VERBS, guide_language, question_of
from desktop.core.languages import Language
from desktop.core.paths import Paths, starter_model
from desktop.core.settings import Settings, SettingsFile
from desktop.models.library import Library
from desktop.models.settings import ModelSettings
from tests.engine.test_thinking import SWITCHED
from tests.fakes.tiny_gguf import png, write_tiny

pytestmark = pytest.mark.engine
ROOT = Path(__file__).resolve().parents[2]


def samar(*words: str, data_dir: Path, given: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "desktop", "--data-dir", str(data_dir), *words],
        input=given,
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=120,
        env={**os.environ, **environment},
    )


def test_that_ask_prints_one_json_object(data_dir: Path) -> None:
    done = samar(
        "ask", "What is quantization?", "--json", "--temperature", "0", "--max-tokens", "40", data_dir=data_dir
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert set(answer) == {
        "reply", "model", "prompt_tokens", "reply_tokens", "first_token_s", "tokens_per_s", "stopped_by",
    }  # fmt: skip
    assert answer["reply"].strip()
    assert 0 < answer["reply_tokens"] <= 40
    assert answer["stopped_by"] in ("end", "length")


def test_that_the_same_seed_gives_the_same_reply(data_dir: Path) -> None:
    words = ("ask", "Hello", "--temperature", "1.5", "--seed", "7", "--max-tokens", "30")
    assert samar(*words, data_dir=data_dir).stdout == samar(*words, data_dir=data_dir).stdout


def test_that_a_base_model_continues_text_unless_it_is_to_answer(data_dir: Path, tmp_path: Path) -> None:
    path = write_tiny(tmp_path / "base.gguf", name="Tiny Base")

    def prompt_tokens(*words: str) -> int:
        done = samar(
            "ask", "Once upon a time", "--model", str(path), "--max-tokens", "2", "--json", *words, data_dir=data_dir
        )
        assert done.returncode == 0 and "base model" in done.stderr
        return int(json.loads(done.stdout)["prompt_tokens"])

    assert prompt_tokens() == prompt_tokens("--complete") < prompt_tokens("--chat")


def test_that_max_tokens_ends_a_reply(data_dir: Path) -> None:
    done = samar("ask", "What is a token?", "--max-tokens", "3", "--json", data_dir=data_dir)
    answer = json.loads(done.stdout)
    assert (answer["reply_tokens"], answer["stopped_by"]) == (3, "length")


def test_that_an_answer_obeys_a_schema(data_dir: Path, tmp_path: Path) -> None:
    schema = tmp_path / "schema.json"
    schema.write_text('{"type": "object", "properties": {"size": {"enum": [1, 2]}}, "required": ["size"]}')
    done = samar("ask", "What is a token?", "--json-schema", str(schema), "--set", "top_k=3", data_dir=data_dir)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["size"] in (1, 2)


def test_that_an_image_needs_a_projector(data_dir: Path, tmp_path: Path) -> None:
    image = tmp_path / "red.png"
    image.write_bytes(png((200, 0, 0)))
    done = samar("ask", "What is it?", "--image", str(image), data_dir=data_dir)
    assert (done.returncode, "vision file" in done.stderr) == (1, True)


def test_that_a_draft_model_changes_nothing_but_the_time(data_dir: Path) -> None:
    words = ("ask", "What is a token?", "--temperature", "0.9", "--seed", "5", "--max-tokens", "40")
    plain = samar(*words, data_dir=data_dir)
    drafted = samar(*words, "--draft", str(starter_model()), data_dir=data_dir)
    assert drafted.returncode == 0, drafted.stderr
    assert drafted.stdout == plain.stdout


def test_that_probabilities_are_shown_on_request(data_dir: Path) -> None:
    words = ("ask", "What is a token?", "--temperature", "0", "--max-tokens", "6", "--probabilities", "3")
    told = json.loads(samar(*words, "--json", data_dir=data_dir).stdout)
    assert len(told["tokens"]) == 6
    assert all(0 < token["probability"] <= 1 and len(token["others"]) == 3 for token in told["tokens"])
    lines = samar(*words, data_dir=data_dir).stdout.splitlines()
    assert len(lines) == 6
    for line, token in zip(lines, told["tokens"], strict=True):
        assert line.startswith(json.dumps(token["text"], ensure_ascii=False))
        assert f"{token['probability']:.1%}" in line


def test_that_a_question_comes_from_standard_input(data_dir: Path) -> None:
    done = samar("ask", "-", "--temperature", "0", data_dir=data_dir, given="ما هو ملف GGUF؟")
    assert done.returncode == 0
    assert done.stdout.strip()


@pytest.mark.parametrize(
    ("words", "name"),
    [(("How do I add a model?",), "Open a model file…"), (("كيف", "أضيف", "نموذجًا؟"), "افتح ملف نموذج…")],
)
def test_that_help_asks_the_bundled_model_whichever_is_chosen(
    words: tuple[str, ...], name: str, data_dir: Path
) -> None:
    chosen = data_dir / "other.gguf"
    chosen.write_bytes(b"no model at all")  # it would fail if it were loaded
    SettingsFile(Paths.under(data_dir).settings).save(Settings(last_model=str(chosen), system_prompt="Say nothing."))
    done = samar("help", *words, data_dir=data_dir)
    assert (done.returncode, done.stderr) == (0, "")
    assert name in done.stdout


def test_that_help_without_a_question_lists_the_verbs(data_dir: Path) -> None:
    done = samar("help", data_dir=data_dir)
    assert done.returncode == 0
    assert all(verb in done.stdout for verb in VERBS)


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("ask", "hi", "--model", "/nowhere/none.gguf"), 1, "not there"),
        (("ask", "hi", "--model", __file__), 1, "not a GGUF"),
        (("ask", "  "), 2, "empty"),
        (("ask",), 2, "question"),
        (("frobnicate",), 2, "frobnicate"),
        (("ask", "hi", "--temperature", "hot"), 2, "--temperature"),
        (("ask", "hi", "--set", "warmth=3"), 2, "top_n_sigma"),
        (("ask", "hi", "--set", "top_k=many"), 2, "top_k"),
        (("ask", "hi", "--set", "temperature=5000"), 2, "temperature is 5000.0: it must be between 0 and 5"),
        (("ask", "hi", "--temperature", "-1"), 2, "temperature"),
        (("chat", "--set", "top_p=NaN"), 2, "top_p"),
        (("ask", "hi", "--max-tokens", "0"), 2, "max"),
        (("chat", "--set", "seed=4294967295"), 2, "seed is 4294967295: it must be between 0 and 4294967294"),
        (("ask", "hi", "--grammar", "/nowhere/none.gbnf"), 2, "can't be read"),
        (("ask", "hi", "--image", __file__), 1, "not an image"),
        (("ask", "hi", "--adapter", __file__), 1, "not a GGUF"),
        (("ask", "hi", "--draft", "/nowhere/none.gguf"), 1, "not there"),
        (("ask", "hi", "--tools", __file__), 1, "can’t use tools"),
        (("ask", "hi", "--grammar", __file__), 1, "grammar (GBNF) for the replies can’t be read: line 1"),
        (("ask", "hi", "--json-schema", __file__), 1, "JSON schema can’t be read: line 1"),
    ],
)
def test_that_what_goes_wrong_is_one_line_and_a_status(
    words: tuple[str, ...], status: int, says: str, data_dir: Path
) -> None:
    done = samar(*words, data_dir=data_dir)
    assert done.returncode == status
    assert done.stdout == ""
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("ask", "hi", "--json", "--model", "/nowhere/none.gguf"), 1, "model_missing"),
        (("ask", "--json", " "), 2, "usage"),
        (("models", "info", "--json", "/nowhere/none.gguf"), 1, None),
        (("models", "frobnicate", "--json"), 2, "usage"),
    ],
)
def test_that_an_error_is_json_where_json_was_asked_for(
    words: tuple[str, ...], status: int, code: str | None, data_dir: Path
) -> None:
    done = samar(*words, data_dir=data_dir)
    assert done.returncode == status
    error = json.loads(done.stdout)["error"]
    assert set(error) == {"code", "message"}
    assert code in (None, error["code"])
    assert error["message"] in done.stderr


@pytest.mark.parametrize(
    ("words", "given", "question"),
    [
        (("Summarise",), "one\ntwo", "Summarise\n\none\ntwo"),
        (("What", "is", "this?"), "", "What is this?"),
        ((), "\ufeffسؤال", "سؤال"),
        (("-",), "سؤال", "سؤال"),
        (("Before", "-", "behind"), "text", "Before text behind"),
    ],
)
def test_that_what_is_piped_in_stands_below_the_question(
    words: tuple[str, ...], given: str, question: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source = tmp_path / "text"
    source.write_text(given, encoding="utf-8")
    with source.open(encoding="ascii") as piped:  # whatever the terminal's encoding is
        monkeypatch.setattr(sys, "stdin", piped)
        assert question_of(list(words)) == question


def test_that_the_engine_gets_the_piped_text(data_dir: Path) -> None:
    few, many = (
        json.loads(samar("ask", "Summarise", "--json", "--max-tokens", "1", data_dir=data_dir, given=text).stdout)
        for text in ("", "a word and another " * 20)
    )
    assert many["prompt_tokens"] > few["prompt_tokens"] + 20


def test_that_text_that_is_no_utf_8_is_refused(data_dir: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "desktop", "--data-dir", str(data_dir), "ask", "Summarise"],
        input=b"\xff\xfe\x00",
        capture_output=True,
        cwd=ROOT,
        timeout=120,
    )
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"not UTF-8" in done.stderr


def test_that_the_help_names_every_verb_the_data_folder_and_the_exit_statuses(data_dir: Path) -> None:
    said = " ".join(samar("--help", data_dir=data_dir).stdout.split())
    for word in (*VERBS, "--data-dir", "--version", "Exit status"):
        assert word in said


def test_that_models_alone_lists(data_dir: Path) -> None:
    assert samar("models", data_dir=data_dir).stdout == samar("models", "list", data_dir=data_dir).stdout


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("samar mo", "models"),
        ("samar models pu", "pull"),
        ("samar ask --temp", "--temperature"),
        ("samar --da", "--data-dir"),
    ],
)
def test_that_a_shell_completes(typed: str, found: str, data_dir: Path) -> None:
    environment = {"_SAMAR_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))}
    done = subprocess.run(  # as the script of bash does it: without any argument
        [sys.executable, "-m", "desktop"], cwd=ROOT, capture_output=True, text=True, env={**os.environ, **environment}
    )
    assert done.stdout.split() == [found]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_that_a_completion_script_names_the_variable_that_is_read(shell: str, data_dir: Path) -> None:
    done = samar("completion", shell, data_dir=data_dir)
    assert (done.returncode, done.stderr) == (0, "")
    assert "_SAMAR_COMPLETE" in done.stdout


def test_that_a_conversation_is_kept_in_the_history(data_dir: Path) -> None:
    done = samar("chat", "--temperature", "0", data_dir=data_dir, given="hello\nما هو ملف GGUF؟\n/again\n/exit\n")
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(data_dir / "history.sqlite3") as history:
        rows = history.execute("SELECT role, status, parent_id FROM messages ORDER BY id").fetchall()
    history.close()
    assert [row[:2] for row in rows] == [
        ("user", "finished"),
        ("assistant", "finished"),
        ("user", "finished"),
        ("assistant", "finished"),
        ("assistant", "finished"),
    ]
    assert rows[3][2] == rows[4][2], "/again writes a sibling"


def test_that_one_may_choose_whether_a_model_thinks(data_dir: Path, tmp_path: Path) -> None:
    model = str(write_tiny(tmp_path / "m.gguf", template=SWITCHED))

    def prompt(*words: str) -> int:
        done = samar("ask", "hi", "-m", model, "--max-tokens", "2", "--json", *words, data_dir=data_dir)
        assert (done.returncode, done.stderr) == (0, "")
        return int(json.loads(done.stdout)["prompt_tokens"])

    off = prompt("--thinking", "off")
    assert off == prompt("--thinking", "on") + len("<think>\n\n</think>\n\n")
    assert prompt() == prompt("--thinking", "on")
    library = Library(Paths.under(data_dir), list)
    entry = library.entry_at(Path(model))
    library.set_settings(entry.id, ModelSettings(thinking=False))
    assert prompt() == off, "what is set for the model holds where nothing is chosen"
    done = samar("ask", "hi", "--max-tokens", "2", "--thinking", "off", data_dir=data_dir)
    assert (done.returncode, "--thinking is left out" in done.stderr) == (0, True)


def test_that_a_conversation_keeps_whether_the_model_thinks(data_dir: Path, tmp_path: Path) -> None:
    model = str(write_tiny(tmp_path / "m.gguf", template=SWITCHED))
    words = "/thinking\n/thinking off\n/thinking\nhi\n/new\n/thinking maybe\n/thinking own\nhi\n/thinking on\n/exit\n"
    done = samar("chat", "-m", model, "--max-tokens", "2", "--thinking", "on", data_dir=data_dir, given=words)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[:2] == ["on", "off"]
    assert "on, off or own" in done.stderr
    with sqlite3.connect(data_dir / "history.sqlite3") as history:
        rows = history.execute("SELECT thinking FROM chats ORDER BY id").fetchall()
    history.close()
    assert rows == [(0,), (1,)]


def test_that_no_display_opens_the_chat_in_the_terminal(data_dir: Path) -> None:
    hidden = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": ""}
    done = samar(data_dir=data_dir, given="hello\n", **hidden)
    assert done.returncode == 0, done.stderr
    assert "no display" in done.stderr
    assert done.stdout.strip()


def test_that_ctrl_c_stops_a_reply_and_leaves_no_process(data_dir: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "desktop", "--data-dir", str(data_dir), "ask", "hello", "--temperature", "5"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.read(1)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode in (0, 130)


def test_that_everything_written_lies_in_the_data_folder(data_dir: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    environment = {"HOME": str(home), "XDG_DATA_HOME": "", "XDG_CACHE_HOME": "", "XDG_STATE_HOME": ""}
    assert samar("chat", data_dir=data_dir, given="hello\n", **environment).returncode == 0
    assert list(home.rglob("*")) == []


def test_that_version_is_the_project_s(data_dir: Path) -> None:
    from importlib.metadata import version

    assert samar("--version", data_dir=data_dir).stdout.strip() == f"samar {version('samar')}"


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "", "utf-8"])
def test_that_a_reply_is_written_whatever_the_pipe_takes(data_dir: Path, tmp_path: Path, encoding: str) -> None:
    grammar = tmp_path / "g.gbnf"
    grammar.write_bytes(b"\xef\xbb\xbf" + 'root ::= "سلام é"\r\n'.encode())  # as Windows' editor writes it
    words = [sys.executable, "-m", "desktop", "--data-dir", str(data_dir), "ask", "hi", "--grammar", str(grammar)]
    environment = {
        **os.environ,
        "PYTHONIOENCODING": encoding,
        "LC_ALL": "C",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONUTF8": "0",
    }
    done = subprocess.run(words, capture_output=True, cwd=ROOT, timeout=120, env=environment)
    assert done.returncode == 0, done.stderr
    wanted = "سلام é".encode(encoding or "utf-8", "replace")
    assert done.stdout.strip() == wanted


def test_that_a_schema_with_a_mark_at_its_beginning_is_read(data_dir: Path, tmp_path: Path) -> None:
    schema = tmp_path / "s.json"
    schema.write_bytes(b'\xef\xbb\xbf{"enum": [7]}')
    done = samar("ask", "hi", "--json-schema", str(schema), data_dir=data_dir)
    assert (done.returncode, done.stdout.strip()) == (0, "7"), done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes and names of bytes are POSIX's")
def test_that_a_strange_file_is_a_sentence(data_dir: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "x.gguf"
    os.mkfifo(pipe)
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/mod\xe8le.gguf"))
    odd.write_bytes(b"GGUF")
    for words in (("ask", "hi", "-m", str(pipe)), ("ask", "hi", "-m", str(odd)), ("models", "import", str(odd)),
                  ("models", "info", str(odd)), ("ask", "hi", "--grammar", str(pipe)), ("ask", "hi", "--image", str(pipe))):  # fmt: skip
        done = samar(*words, data_dir=data_dir)
        assert done.returncode in (1, 2) and "Traceback" not in done.stderr, (words, done.stderr)
        assert len(done.stderr.strip().splitlines()) == 1


def test_that_the_guide_lists_its_topics_and_shows_one(data_dir: Path) -> None:
    whole = samar("guide", data_dir=data_dir)
    assert whole.returncode == 0, whole.stderr
    assert "export " in whole.stdout
    assert "Exporting and printing" in whole.stdout
    one = samar("guide", "export", data_dir=data_dir)
    assert one.stdout.startswith("Exporting and printing\n")
    assert "“Export all chats”" in one.stdout
    assert not any(mark in one.stdout for mark in ("[[", "**", "<!--", "{"))
    assert str(data_dir) in samar("guide", "data", data_dir=data_dir).stdout
    keys = samar("guide", "shortcuts", data_dir=data_dir).stdout
    assert "Ctrl+P" in keys
    assert "Shift+Return" in keys


@pytest.mark.parametrize("words", [("طباعة",), ("print",), ("--language", "ar", "export")])
def test_that_a_topic_is_found_by_words_of_either_language(data_dir: Path, words: tuple[str, ...]) -> None:
    found = json.loads(samar("guide", *words, "--json", data_dir=data_dir, LC_ALL="C.UTF-8").stdout)
    assert found["name"] == "export"
    assert ("«صدّر كل المحادثات»" in found["text"]) is ("ar" in words)


def test_that_a_topic_that_is_not_there_is_wrong_usage(data_dir: Path) -> None:
    done = samar("guide", "xyzzy", data_dir=data_dir)
    assert done.returncode == 2
    assert "samar guide" in done.stderr


@pytest.mark.parametrize(
    ("chosen", "environment", "language"),
    [
        (Language.SYSTEM, {"LANG": "ar_EG.UTF-8"}, Language.ARABIC),
        (Language.SYSTEM, {"LC_ALL": "C", "LANG": "ar_EG.UTF-8"}, Language.ENGLISH),
        (Language.SYSTEM, {}, Language.ENGLISH),
        (Language.ARABIC, {"LANG": "en_US.UTF-8"}, Language.ARABIC),
    ],
)
def test_that_the_guide_speaks_the_language_of_the_window(
    chosen: Language, environment: dict[str, str], language: Language
) -> None:
    assert guide_language(Settings(language=chosen), environment) is language


def test_that_import_adds_the_whole_chats_of_a_damaged_file_and_says_so(data_dir: Path, tmp_path: Path) -> None:
    lines = [json.dumps({"id": name, "messages": [{"role": "user", "content": name}]}) for name in ("one", "two")]
    file = tmp_path / "chats.jsonl"
    file.write_text("\n".join([*lines, '{"messages": [{"ro']), encoding="utf-8")
    done = samar("import", str(file), data_dir=data_dir)
    assert (done.returncode, done.stdout) == (0, "Chats imported: 2. Here already: 0.\n")
    assert "damaged" in done.stderr and done.stderr.rstrip().endswith(": 1.")
    again = json.loads(samar("import", str(file), "--json", data_dir=data_dir).stdout)
    assert again == {"imported": 0, "messages": 0, "present": 2, "damaged": 1}
    missing = samar("import", str(tmp_path / "missing.json"), "--json", data_dir=data_dir)
    assert missing.returncode == 1 and json.loads(missing.stdout)["error"]["code"] == "import_unreadable"
    with sqlite3.connect(Paths.under(data_dir).history) as history:
        assert history.execute("SELECT count(*) FROM messages").fetchone() == (2,)
