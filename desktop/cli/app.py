"""The terminal verbs: `samar ask`, `samar help`, `samar guide`, `samar chat`, `samar import`. No Qt.

Replies go to standard output and nothing else does. An error is one line on standard error and an exit status other than
0; with --json it is also one JSON object on standard output: {"error": {"code": …, "message": …}}.
"""

from __future__ import annotations

import io
import json
import os
import re
import stat
import sys
import threading
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from desktop.cli.context import place, service_with, stopping_at_interrupt, stream, tell_repetition, write
from desktop.core.errors import SamarError
from desktop.core.files import exists, read_regular
from desktop.core.generation import BOUNDS, MOST_SEED, GenerationParams, GenerationStats, StoppedBy, TokenChoice
from desktop.core.images import MAX_BYTES, check_image
from desktop.core.languages import SPOKEN, Language, of_code
from desktop.core.model import Adapter, ModelInfo
from desktop.core.paths import Paths, starter_model
from desktop.core.reasons import plain
from desktop.core.requests import ChatRequest
from desktop.core.settings import Settings, SettingsFile

app = typer.Typer(
    name="samar",
    help="Chat with language models on your own computer, offline. Without a verb Samar opens its window.",
    epilog="Exit status: 0 done, 1 an error that Samar names, 2 wrong usage, 130 stopped by Ctrl+C. "
    "“samar convert --help” lists that verb's own.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

VERBS = ("ask", "help", "guide", "chat", "import", "models", "convert", "completion")
COMPLETING = "_SAMAR_COMPLETE"
"""Set by a shell that wants completions; the words typed so far are in other variables then."""
MOST_INPUT_BYTES = 64 * 2**20
"""Longest text that is read from standard input; no context holds a tenth of it."""

Model = Annotated[str, typer.Option("--model", "-m", help="A .gguf file; without it the model used last.")]
System = Annotated[str, typer.Option("--system", "-s", help="The system prompt.")]
Temperature = Annotated[float | None, typer.Option(min=0, max=5, help="0 always takes the likeliest token.")]
Seed = Annotated[int | None, typer.Option(min=0, help="The same seed gives the same reply.")]
MaxTokens = Annotated[int | None, typer.Option(min=1, help="Longest reply, in tokens.")]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Any other sampling parameter, such as top_k=20 or mirostat=2."),
]
AdapterFiles = Annotated[
    list[str] | None,
    typer.Option(
        "--adapter", metavar="FILE[=SCALE]", help="A LoRA adapter (GGUF) laid over the model, 1 as it was trained."
    ),
]
DraftFile = Annotated[
    Path | None, typer.Option(help="A small model of the same family that writes ahead: faster, the same replies.")
]
Grammar = Annotated[Path | None, typer.Option(help="A file with a grammar (GBNF) that the answer obeys.")]
Schema = Annotated[Path | None, typer.Option(help="A file with a JSON schema: the answer is JSON that obeys it.")]


GuideLanguage = StrEnum("GuideLanguage", [(language.name, language.value) for language in SPOKEN])  # type: ignore[misc]


class OnOff(StrEnum):
    ON = "on"
    OFF = "off"


ThinkingChoice = Annotated[
    OnOff | None,
    typer.Option("--thinking", help="Whether the model thinks before it answers, where it lets one choose."),
]

Completion = Annotated[
    bool | None,
    typer.Option(
        "--complete/--chat",
        help="Let the model continue the text, without a template; or ask it in the form of a chat. As it was trained by default.",
    ),
]

MOST_FILE_BYTES = 16 * 1024 * 1024
"""Of a grammar, a schema or a list of tools."""


def main(arguments: list[str], data_dir: Path | None = None) -> int:
    """Run one verb. Returns the exit status: 0, 1 for an expected failure, 2 for wrong usage, 130 for Ctrl+C."""
    place.paths = Paths.under(data_dir) if data_dir else Paths.default()
    prepare_streams()
    if arguments[:1] == ["--version"]:
        from importlib.metadata import version

        print(f"samar {version('samar')}")
        return 0
    verbs, name = app, "samar"
    if arguments[:1] == ["models"]:  # imported only when asked for
        from desktop.cli.models import app as verbs

        arguments, name = arguments[1:], "samar models"
    elif not arguments or arguments[0] in ("--help", "help") or COMPLETING in os.environ:
        name_all_verbs()
    if COMPLETING in os.environ:
        from typer.completion import completion_init  # type: ignore[attr-defined]

        completion_init()  # makes the shells known
    as_json = "--json" in arguments
    try:
        status = verbs(arguments, prog_name=name, standalone_mode=False)
        return status if isinstance(status, int) else 0
    except SamarError as problem:
        tell_error(name, problem.code, problem.sentence(), as_json=as_json)
        return 1
    except BrokenPipeError:
        # whoever read our output went away: nothing is left to say, not even by the interpreter at its end
        sys.stdout = None
        return 1
    except KeyboardInterrupt:
        return 130
    except Exception as problem:
        if problem.__class__.__module__.startswith(("click", "typer")):
            tell_error(name, "usage", format_message(problem), as_json=as_json)
            return int(getattr(problem, "exit_code", 2))
        raise


def prepare_streams() -> None:
    """Have standard output and error take every letter: pipes are UTF-8 where nothing else was asked for, and what an encoding or
    a file's name can't say becomes a question mark."""
    for output in (sys.stdout, sys.stderr):
        if isinstance(output, io.TextIOWrapper):
            asked = os.environ.get("PYTHONIOENCODING") or output.isatty()
            output.reconfigure(encoding=None if asked else "utf-8", errors="replace")


def tell_error(name: str, code: str, sentence: str, *, as_json: bool) -> None:
    """One line on standard error and, for programs that asked for JSON, one object on standard output."""
    if as_json:
        print(json.dumps({"error": {"code": code, "message": sentence}}, ensure_ascii=False))
    print(f"{name}: {sentence}", file=sys.stderr)


def name_all_verbs() -> None:
    """Add the verbs that have a parser of their own, for the list of verbs and for completion."""
    from desktop.cli.models import app as models

    app.add_typer(models, name="models")

    @app.command("convert", context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
    def convert_() -> None:  # desktop/__main__.py runs the converter before this parser sees its options
        """Turn a Hugging Face checkpoint into a quantized GGUF file."""


@app.callback()
def common(
    data_dir: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Keep chats, settings and everything else in this folder. It may stand anywhere."
        ),
    ] = None,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    del data_dir, version  # taken before this parser runs; named here for --help and completion


def format_message(problem: Exception) -> str:
    """The one line of a wrong usage, without the parser's decoration."""
    message = getattr(problem, "format_message", None)
    return str(message() if message else problem)


@app.command()
def ask(
    question: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="QUESTION", help="What to ask. Text that is piped in stands below it; - is the place of that text."
        ),
    ] = None,
    model: Model = "",
    system: System = "",
    temperature: Temperature = None,
    seed: Seed = None,
    max_tokens: MaxTokens = None,
    parameters: Set = None,
    grammar: Grammar = None,
    json_schema: Schema = None,
    adapter: AdapterFiles = None,
    draft: DraftFile = None,
    thinking: ThinkingChoice = None,
    completion: Completion = None,
    image: Annotated[
        list[Path] | None,
        typer.Option(help="An image that the question is about (PNG, JPEG, GIF, BMP); may be repeated."),
    ] = None,
    tools: Annotated[
        Path | None, typer.Option(help="A file with a JSON list of tools that the model may call.")
    ] = None,
    probabilities: Annotated[
        int,
        typer.Option(
            min=0, max=20, metavar="N", help="Show each token's probability and its N likeliest alternatives instead."
        ),
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of streaming.")] = False,
) -> None:
    """Ask one question and stream the answer. `cat file | samar ask "Summarise"` asks about a text."""
    text = question_of(question or [])
    settings = SettingsFile(place.paths.settings).load()[0]
    messages = [("user", text)]
    prompt = system or settings.system_prompt
    if prompt:
        messages.insert(0, ("system", prompt))
    with service_with(model, settings, adapters_of(adapter or []), draft) as (service, info):
        params = chosen_params(settings, info, temperature, seed, max_tokens)
        params = with_parameters(params, parameters or [], grammar, json_schema)
        request = ChatRequest(
            messages=tuple(messages),
            params=params,
            thinking=thinks(thinking, info),
            completion=completion,
            probabilities=probabilities,
            tools=read_file(tools) if tools else "",
            images=tuple((len(messages) - 1, read_image(file)) for file in image or ()),
            until_repetition=settings.stop_repetition,
        )
        tokens: list[TokenChoice] = []
        reply, stats = stream(service, request, show=None if as_json or probabilities else write, tokens=tokens)
    if as_json:
        told = report(reply, info, stats) | ({"tokens": msgspec.to_builtins(tokens)} if probabilities else {})
        print(json.dumps(told, ensure_ascii=False))
    elif probabilities:
        for token in tokens:
            print(token_line(token))
    elif not reply.endswith("\n"):
        print()
    tell_repetition(stats)
    if stats.stopped_by is StoppedBy.USER:
        raise typer.Exit(130)


def question_of(words: list[str]) -> str:
    """The words of the command line and the text that is piped in: below them, or in the place of a word "-".

    Raises BadParameter when both are empty, when the text is too long, or when it is not UTF-8.
    """
    piped = piped_text() if "-" in words or is_piped() else ""
    if "-" in words:
        text = " ".join(piped if word == "-" else word for word in words)
    else:
        text = "\n\n".join(part for part in (" ".join(words), piped) if part.strip())
    if not text.strip():
        raise typer.BadParameter("the question is empty." if words else "the question is missing.")
    return text


def is_piped() -> bool:
    """Whether standard input is a pipe or a file; a terminal or /dev/null holds no text."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (AttributeError, OSError, ValueError):  # no standard input: a window's child on Windows, or a closed one
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode)


def piped_text() -> str:
    """Standard input as UTF-8, whatever the terminal's encoding. Raises BadParameter."""
    if sys.stdin is None:
        return ""
    data = sys.stdin.buffer.read(MOST_INPUT_BYTES + 1)
    if len(data) > MOST_INPUT_BYTES:
        raise typer.BadParameter(f"the text on standard input is longer than {MOST_INPUT_BYTES // 2**20} MB.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise typer.BadParameter("the text on standard input is not UTF-8.") from problem


class Shell(StrEnum):
    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"
    POWERSHELL = "powershell"


@app.command()
def completion(shell: Annotated[Shell, typer.Argument(help="The shell that reads it.")]) -> None:
    """Print a script that completes verbs and options: eval "$(samar completion bash)"."""
    from typer.completion import get_completion_script  # type: ignore[attr-defined]

    print(get_completion_script(prog_name="samar", complete_var=COMPLETING, shell=shell.value))


def token_line(token: TokenChoice) -> str:
    """A token, its probability and what else was likely: `"sun"  62.1 %   "moon" 20.4 %`."""
    written = json.dumps(token.text, ensure_ascii=False)
    others = "   ".join(
        f"{json.dumps(text, ensure_ascii=False)} {chance:.1%}" for text, chance in token.others if text != token.text
    )
    return f"{written:20} {token.probability:6.1%}   {others}".rstrip()


def report(reply: str, info: ModelInfo, stats: GenerationStats) -> dict[str, object]:
    """What `samar ask --json` prints."""
    return {
        "reply": reply,
        "model": info.name,
        "prompt_tokens": stats.prompt_tokens,
        "reply_tokens": stats.reply_tokens,
        "first_token_s": round(stats.first_token_s, 4),
        "tokens_per_s": round(stats.tokens_per_s, 2),
        "stopped_by": stats.stopped_by.value,
    }


@app.command("help")
def help_(
    words: Annotated[list[str] | None, typer.Argument(metavar="QUESTION", help="In English or Arabic.")] = None,
) -> None:
    """Ask the small model that comes with Samar how Samar works, whichever model is chosen. `samar guide` is written by people."""
    question = " ".join(words or []).strip()
    if not question:
        app(["--help"], prog_name="samar", standalone_mode=False)
        return
    settings = SettingsFile(place.paths.settings).load()[0]
    with service_with(str(starter_model()), settings) as (service, info):
        params = info.hints.applied_to(GenerationParams()).checked()
        reply, stats = stream(service, ChatRequest(messages=(("user", question),), params=params), show=write)
    if not reply.endswith("\n"):
        print()
    if stats.stopped_by is StoppedBy.USER:
        raise typer.Exit(130)


@app.command("guide")
def guide_(
    topic: Annotated[
        list[str] | None, typer.Argument(metavar="TOPIC", help="Its name, or words of it in English or Arabic.")
    ] = None,
    language: Annotated[
        GuideLanguage | None, typer.Option("--language", help="Without it as in the window, or as the system has it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON value.")] = False,
) -> None:
    """Read the Help of the window here: its topics, or one of them."""
    from desktop.cli.guide import find, listed, shown

    chosen = Language(language.value) if language else guide_language(SettingsFile(place.paths.settings).load()[0])
    wanted = " ".join(topic or []).strip()
    if not wanted:
        print(
            json.dumps(listed(chosen), ensure_ascii=False)
            if as_json
            else "\n".join(map("{0[name]:14} {0[title]}".format, listed(chosen)))
        )
        return
    found = find(wanted, chosen)
    if found is None:
        raise typer.BadParameter(f"no topic is called {wanted} or has these words; “samar guide” lists all topics.")
    text = shown(found, chosen, place.paths)
    if as_json:
        print(json.dumps({"name": found.name, "title": found.title, "text": text}, ensure_ascii=False))
    else:
        print(f"{found.title}\n\n{text}")


def guide_language(settings: Settings, environment: Mapping[str, str] = os.environ) -> Language:
    """As chosen in the settings; else the first language of the environment, where Samar speaks it; else English."""
    if settings.language is not Language.SYSTEM:
        return settings.language
    named = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return of_code(named) or Language.ENGLISH


@app.command()
def chat(
    model: Model = "",
    system: System = "",
    temperature: Temperature = None,
    seed: Seed = None,
    max_tokens: MaxTokens = None,
    parameters: Set = None,
    grammar: Grammar = None,
    json_schema: Schema = None,
    adapter: AdapterFiles = None,
    draft: DraftFile = None,
    thinking: ThinkingChoice = None,
    completion: Completion = None,
) -> None:
    """Hold a conversation in the terminal. It is kept in the history, as in the window."""
    from desktop.cli.chat import TerminalChat

    settings = SettingsFile(place.paths.settings).load()[0]
    with service_with(model, settings, adapters_of(adapter or []), draft) as (service, info):
        params = chosen_params(settings, info, temperature, seed, max_tokens)
        params = with_parameters(params, parameters or [], grammar, json_schema)
        prompt = system or settings.system_prompt
        conversation = TerminalChat(
            place.paths, service, info, params, prompt, thinks(thinking, info), settings.stop_repetition
        )
        conversation.completion = completion
        conversation.run()


@app.command("import")
def import_(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A file or a zip of chats, or a folder of Jan's.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Add the chats of a file: of Samar, ChatGPT, Open WebUI, Jan, or JSON lines. Nothing that is here is changed."""
    from desktop.storage.chats import ChatStore
    from desktop.storage.importers.importing import import_chats
    from desktop.storage.opening import open_history

    opened = open_history(place.paths)
    if opened.problem:
        print(f"samar: {opened.problem.sentence()}", file=sys.stderr)
    stopped = threading.Event()
    try:
        if opened.database.path is None:
            raise SamarError("import_in_memory")
        with stopping_at_interrupt(stopped.set):
            done = import_chats(ChatStore(opened.database), path.expanduser(), cancelled=stopped.is_set)
    except SamarError:
        if stopped.is_set():  # Ctrl+C may end the process that reads the file as well
            raise typer.Exit(130) from None
        raise
    finally:
        opened.database.close()
    if stopped.is_set() and not done.chats:
        raise typer.Exit(130)
    figures = {"imported": len(done.chats), "messages": done.messages, "present": done.present, "damaged": done.damaged}
    if as_json:
        print(json.dumps(figures))
        return
    print(f"Chats imported: {len(done.chats)}. Here already: {done.present}.")
    if done.damaged:
        print(f"samar: the file is damaged. Parts of it that can’t be read: {done.damaged}.", file=sys.stderr)


def thinks(chosen: OnOff | None, info: ModelInfo) -> bool | None:
    """What is asked of the model; None where nothing was chosen, or where it lets nobody choose, which is said."""
    if chosen is not None and not info.thinking_switch:
        print("samar: this model lets nobody choose whether it thinks; --thinking is left out.", file=sys.stderr)
        return None
    return None if chosen is None else chosen is OnOff.ON


def chosen_params(
    settings: Settings, info: ModelInfo, temperature: float | None, seed: int | None, max_tokens: int | None
) -> GenerationParams:
    """The person's words on the command line, then the settings, then the model's own hints, then the defaults."""
    params = info.hints.applied_to(GenerationParams())
    params = settings.params.over(params) if settings.params else params
    given = {"temperature": temperature, "seed": seed, "max_tokens": max_tokens}
    return within_bounds(
        msgspec.structs.replace(params.checked(), **{name: v for name, v in given.items() if v is not None})
    )


def with_parameters(
    params: GenerationParams, given: list[str], grammar: Path | None, json_schema: Path | None
) -> GenerationParams:
    """`params` with what NAME=VALUE and the two files say. Raises BadParameter for what is no parameter."""
    values = msgspec.to_builtins(params)
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or name not in GenerationParams.__struct_fields__ or name in ("grammar", "json_schema"):
            names = ", ".join(n for n in GenerationParams.__struct_fields__ if n not in ("grammar", "json_schema"))
            raise typer.BadParameter(f"{text} is not NAME=VALUE with one of these names: {names}.")
        try:
            values[name] = json.loads(value)
        except ValueError:
            values[name] = value
    for name, file in (("grammar", grammar), ("json_schema", json_schema)):
        if file is not None:
            values[name] = read_file(file)
    try:
        wished = msgspec.convert(values, GenerationParams, strict=False)
    except msgspec.ValidationError as problem:
        named = re.search(r"\$\.(\w+)", str(problem))
        name = named[1] if named else "a parameter"
        raise typer.BadParameter(f"{name} can't be {values.get(name, 'that')}.") from problem
    return within_bounds(wished)


def within_bounds(wished: GenerationParams) -> GenerationParams:
    """`wished`, checked. Raises BadParameter for a number outside of its bounds, which the window has no way to choose."""
    checked = wished.checked()
    for name, (low, high) in BOUNDS.items():
        if getattr(wished, name) != getattr(checked, name):
            raise typer.BadParameter(f"{name} is {getattr(wished, name)}: it must be between {low:g} and {high:g}.")
    if wished.seed != checked.seed:
        raise typer.BadParameter(f"seed is {wished.seed}: it must be between 0 and {MOST_SEED}.")
    if wished.max_tokens != checked.max_tokens:
        raise typer.BadParameter(f"max_tokens is {wished.max_tokens}: it must be 1 or more.")
    return checked


def unreadable(file: Path, problem: Exception) -> str:
    """The sentence about a file that can't be read."""
    reason = plain(str(problem))
    return f"{file} can't be read: {reason}." if reason else f"{file} can't be read."


def read_image(file: Path) -> bytes:
    """An image named on the command line. Raises BadParameter, SamarError image_unreadable and image_too_large."""
    try:
        data = read_regular(file.expanduser(), MAX_BYTES)
    except OSError as problem:
        raise typer.BadParameter(unreadable(file, problem)) from problem
    check_image(data, file.name)
    return data


def adapters_of(given: list[str]) -> tuple[Adapter, ...]:
    """Adapters as FILE or FILE=SCALE. Raises BadParameter for a scale that is no number."""
    found = []
    for text in given:
        file, _, scale = text.rpartition("=") if not exists(text) else (text, "", "")
        try:
            found.append(
                Adapter(path=str(Path(file or scale).expanduser()), scale=float(scale) if file and scale else 1.0)
            )
        except ValueError as problem:
            raise typer.BadParameter(f"{scale} is no number.") from problem
    return tuple(found)


def read_file(file: Path) -> str:
    """A text file named on the command line, with the mark that Windows puts at its beginning or without. Raises BadParameter."""
    try:
        return read_regular(file.expanduser(), MOST_FILE_BYTES).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise typer.BadParameter(unreadable(file, problem)) from problem
