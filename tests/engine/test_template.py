"""Chat templates: rendered as transformers does, and bounded in time and memory whatever they try."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import psutil
import pytest

from desktop.core.errors import SamarError
from desktop.core.requests import ChatRequest
from desktop.engine.family_templates import COMMON, LLAMA_2, LLAMA_3, MISTRAL, FamilyTemplate, template_of
from desktop.engine.family_templates import GEMMA as GEMMA_TURNS
from desktop.engine.prompt import PromptBuilder
from desktop.engine.template import CHATML, MAX_SOURCE, TemplateError, TemplateProcess, TemplateStopped
from desktop.engine.template_child import MEMORY_LIMIT, make_environment

MESSAGES = [{"role": "user", "content": "سلام"}]


@pytest.fixture(scope="module")
def shared() -> Iterator[TemplateProcess]:
    process = TemplateProcess(time_limit=10)
    yield process
    process.close()


FORKS = [False, True] if sys.platform == "linux" else [False]


@pytest.fixture(params=FORKS, ids=lambda forks: "forked" if forks else "started")
def process(request: pytest.FixtureRequest) -> Iterator[TemplateProcess]:
    made = TemplateProcess(time_limit=1.5, forks=request.param)
    yield made
    made.close()


@pytest.fixture(autouse=True, scope="module")
def warm(shared: TemplateProcess) -> None:
    shared.render("ok", [], {})


def test_that_a_template_sees_messages_and_variables(shared: TemplateProcess) -> None:
    source = "{{ bos_token }}{% for m in messages %}{{ m.role }}: {{ m['content'] }}{% endfor %}{{ tools is none }}"
    assert shared.render(source, MESSAGES, {"bos_token": "<s>", "tools": None}) == "<s>user: سلامTrue"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ messages[0] | tojson }}", '{"role": "user", "content": "سلام"}'),
        ("{{ {'b': 1, 'a': '<&>'} | tojson(indent=2) }}", '{\n  "b": 1,\n  "a": "<&>"\n}'),
        ("a\n  {% if true %}\nb\n  {% endif %}\nc", "a\nb\nc"),
        ("{% for i in range(9) %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% endfor %}", "01"),
        ("{% generation %}reply{% endgeneration %}!", "reply!"),
        ("{% set x = namespace(n=1) %}{% set x.n = x.n + 1 %}{{ x.n }}", "2"),
        ("{{ strftime_now('%Y') | length }}", "4"),
        ("{{ '  x ' | trim }}{{ 'a-b'.split('-')[1] }}", "xb"),
    ],
)
def test_that_it_has_what_templates_of_the_field_use(shared: TemplateProcess, source: str, text: str) -> None:
    assert shared.render(source, MESSAGES, {}) == text


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("{% for %}", "Expected"),
        ("{{ raise_exception('roles must alternate') }}", "roles must alternate"),
        ("{{ nothing.at.all }}", "undefined"),
        ("{{ ().__class__.__bases__[0].__subclasses__() }}", "unsafe"),
        ("{{ messages.append(1) }}", "unsafe|immutable|not safely"),
        ("{{ range(10**9) | list }}", "range|Range"),
        ("{% include 'x' %}", "loader"),
        ("{{ 1 / 0 }}", "division"),
    ],
)
def test_that_a_broken_template_says_why(shared: TemplateProcess, source: str, reason: str) -> None:
    with pytest.raises(TemplateError, match=reason):
        shared.render(source, MESSAGES, {})


ENDLESS = {
    "nested loops": "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(9) %}{% endfor %}{% endfor %}{% endfor %}",
    "power": "{{ 9 ** (9 ** 9) % 7 }}",
    "recursive macro": "{% macro f(n) %}{{ f(n + 1) }}{{ f(n + 1) }}{% endmacro %}{{ f(0) }}",
    "slow join": "{% set n = namespace(s='') %}{% for i in range(99999) %}{% for j in range(99999) %}{% set n.s = i ~ j %}{% endfor %}{% endfor %}",
}
GREEDY = {
    "long text": "{{ 'a' * 10**10 }}",
    "long list": "{{ [1] * 10**9 }}",
    "doubling": "{% set n = namespace(s='aaaaaaaa') %}{% for i in range(60) %}{% set n.s = n.s ~ n.s %}{% endfor %}{{ n.s }}",
    "padding": "{{ '%10000000000d' % 1 }}",
    "centred": "{{ 'x' | center(10**10) }}",
    "replacing": "{% set s = 'a' * 10**6 %}{{ s.replace('a', s) }}",
    "much output": "{% for i in range(99999) %}{{ 'x' * 99999 }}{% endfor %}",
}


@pytest.mark.parametrize("source", [*ENDLESS.values(), *GREEDY.values()], ids=[*ENDLESS, *GREEDY])
def test_that_a_template_without_end_is_ended(process: TemplateProcess, source: str) -> None:
    with pytest.raises(TemplateError):
        process.render(source, MESSAGES, {})
    assert process.render("still {{ 1 }}", MESSAGES, {}) == "still 1"


def test_that_memory_stays_bounded_while_a_template_allocates(process: TemplateProcess) -> None:
    process.render("warm", [], {})
    assert process.pid is not None
    seen = psutil.Process(process.pid)
    for source in GREEDY.values():
        with pytest.raises(TemplateError):
            process.render(source, MESSAGES, {})
        if seen.is_running() and process.pid == seen.pid:
            assert seen.memory_info().rss < MEMORY_LIMIT


def test_that_a_long_chat_has_room_after_a_template_that_filled_the_memory(process: TemplateProcess) -> None:
    chat = [{"role": "user", "content": "كلمة word " * 50_000} for _ in range(40)]
    right = process.render(CHATML, chat, {})
    lists = "{% set n = namespace(x=[1] * 1000) %}{% for i in range(60) %}{% set n.x = n.x + n.x %}{% endfor %}"
    for source in (lists, GREEDY["centred"]):
        before = process.pid
        with pytest.raises(TemplateError, match="memory"):
            process.render(source, [], {})
        assert process.render(CHATML, chat, {}) == right
        assert process.pid != before, "what has run out of memory renders nothing more"


def test_that_a_stop_ends_a_rendering() -> None:
    stop_after = iter([False, True])
    process = TemplateProcess(stopping=lambda: next(stop_after, True), time_limit=60)
    try:
        with pytest.raises(TemplateStopped):
            process.render(next(iter(ENDLESS.values())), MESSAGES, {})
    finally:
        process.close()


def test_that_a_template_process_killed_from_outside_is_replaced(process: TemplateProcess) -> None:
    process.render("x", [], {})
    assert process.pid is not None
    killed = psutil.Process(process.pid)
    killed.kill()
    psutil.wait_procs([killed], timeout=60)
    assert process.render("y", [], {}) == "y"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="no list of a process's libraries")
def test_that_its_process_holds_no_library_that_it_can_do_without(shared: TemplateProcess) -> None:
    """It stays beside the engine for hours, so that its memory counts in full."""
    shared.render("ok", [], {})
    held = " ".join(one.path for one in psutil.Process(shared.pid).memory_maps())
    assert "libpython" in held or "python" in held
    assert not [name for name in ("libcrypto", "msgspec", "numpy", "libllama", "psutil") if name in held]


def test_that_half_a_character_in_a_reason_costs_no_process(shared: TemplateProcess) -> None:
    shared.render("ok", [], {})
    pid = shared.pid
    with pytest.raises(TemplateError, match=r"a.b"):
        shared.render("{{ raise_exception('a\\ud800b') }}", [], {})
    assert shared.render("ok", [], {}) == "ok"
    assert shared.pid == pid


def test_that_an_enormous_source_is_refused(shared: TemplateProcess) -> None:
    with pytest.raises(TemplateError, match="characters"):
        shared.render("x" * (MAX_SOURCE + 1), [], {})


# ---- what the builder makes of odd templates


class Inside:
    """The same environment without a process, for templates that are known to be harmless."""

    def __init__(self) -> None:
        self.environment = make_environment()

    def render(self, source: str, messages: object, variables: dict[str, object]) -> str:
        try:
            return self.environment.from_string(source).render(messages=messages, **variables)
        except Exception as problem:
            raise TemplateError(str(problem)) from problem


GEMMA = (
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
    "{% for m in messages %}{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Conversation roles must alternate user/assistant') }}{% endif %}"
    "<{{ 'model' if m['role'] == 'assistant' else m['role'] }}>{{ m['content'] | trim }}</>\n{% endfor %}"
    "{% if add_generation_prompt %}<model>{% endif %}"
)
LISTED = "{% for m in messages %}[{{ m.role }}]{{ m.content[0].text }}{% endfor %}"
OPENED = CHATML[: CHATML.rindex("' }}")] + "<think>\n' }}{% endif %}"


def builder(source: str, **options: object) -> PromptBuilder:
    return PromptBuilder(Inside(), lambda text: list(text.encode()), source, **options)  # type: ignore[arg-type]


def request(*messages: tuple[str, str], **options: object) -> ChatRequest:
    return ChatRequest(messages=messages, **options)  # type: ignore[arg-type]


def test_that_a_missing_template_becomes_chatml() -> None:
    made = builder("")
    assert not made.has_template
    text, _ = made.render(request(("system", "S"), ("user", "U")))
    assert text == "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU<|im_end|>\n<|im_start|>assistant\n"


@pytest.mark.parametrize(
    ("family", "text"),
    [
        (
            GEMMA_TURNS,
            "<start_of_turn>user\nS\n\nU<end_of_turn>\n<start_of_turn>model\nA<end_of_turn>\n"
            "<start_of_turn>user\nV<end_of_turn>\n<start_of_turn>model\n",
        ),
        (
            LLAMA_3,
            "<|start_header_id|>system<|end_header_id|>\n\nS<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nU<|eot_id|>"
            "<|start_header_id|>assistant<|end_header_id|>\n\nA<|eot_id|>"
            "<|start_header_id|>user<|end_header_id|>\n\nV<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
        ),
        (LLAMA_2, "[INST] <<SYS>>\nS\n<</SYS>>\n\nU [/INST] A </s><s>[INST] V [/INST]"),
        (MISTRAL, "[INST] S\n\nU [/INST] A</s>[INST] V [/INST]"),
    ],
    ids=["gemma", "llama 3", "llama 2", "mistral"],
)
def test_that_a_missing_template_is_that_of_the_family(family: FamilyTemplate, text: str) -> None:
    made = builder("", fallback=family, bos="<s>", eos="</s>", adds_bos=True)
    assert not made.has_template
    said = request(("system", "S"), ("user", "U"), ("assistant", "A"), ("user", "V"))
    assert made.render(said)[0] == text, "tokenization writes the first <s>"
    half = request(("user", "U"), ("assistant", "A half"), continue_last=True)
    assert made.render(half)[0].endswith(" A half" if family in (LLAMA_2, MISTRAL) else "\nA half")
    assert made.ends in ((), (family.end,))


@pytest.mark.parametrize(
    ("architecture", "name", "token", "family"),
    [
        ("gemma2", "Gemma 2 2B It", "<start_of_turn>", GEMMA_TURNS),
        ("llama", "Meta Llama 3 8B Instruct", "<|start_header_id|>", LLAMA_3),
        ("llama", "Mistral 7B Instruct v0.3", "[INST]", MISTRAL),
        ("llama", "mistral-7b-instruct-v0.1", "", MISTRAL),
        ("llama", "Llama 2 7B Chat", "", LLAMA_2),
        ("llama", "Llama-2-13B-chat-hf", "", LLAMA_2),
        ("llama", "Llama 3.2 1B Chat", "", COMMON),
        ("llama", "Vicuna 7B", "", COMMON),
        ("falcon", "Llama 2 7B Chat", "", COMMON),
        ("llama", "Llama 2 7B Chat", "<|im_start|>", COMMON),
    ],
)
def test_that_a_family_is_known_by_a_token_or_by_architecture_and_name(
    architecture: str, name: str, token: str, family: FamilyTemplate
) -> None:
    assert template_of(architecture, name, lambda text: text == token) is family


def test_that_a_system_prompt_goes_into_the_first_message_where_there_is_no_system_role() -> None:
    made = builder(GEMMA)
    assert not made.traits.system_role
    text, _ = made.render(request(("system", "Be brief."), ("user", "Hi")))
    assert text == "<user>Be brief.\n\nHi</>\n<model>"


def test_that_strict_alternation_is_met() -> None:
    made = builder(GEMMA)
    assert made.traits.alternating
    text, _ = made.render(
        request(("assistant", "A0"), ("user", "U1"), ("user", "U2"), ("assistant", "A2"), ("user", "U3"))
    )
    assert text == "<user>U1\n\nU2</>\n<model>A2</>\n<user>U3</>\n<model>"


def test_that_a_template_that_wants_parts_gets_parts() -> None:
    made = builder(LISTED)
    assert made.traits.listed_content
    assert made.render(request(("user", "Hi")))[0] == "[user]Hi"


@pytest.mark.parametrize("source", ["{% for %}", "nothing of what is written", "{{ raise_exception('no') }}"])
def test_that_a_template_no_attempt_gets_through_becomes_chatml_and_says_so(source: str) -> None:
    made = builder(source)
    assert made.problem
    assert not made.has_template
    assert made.render(request(("user", "Hi")))[0] == builder("").render(request(("user", "Hi")))[0]
    assert made.ends == builder("").ends != ()


def test_that_a_template_that_loops_without_end_becomes_chatml(process: TemplateProcess) -> None:
    made = PromptBuilder(process, lambda text: list(text.encode()), ENDLESS["nested loops"])
    assert made.problem
    assert made.render(request(("user", "Hi")))[0].startswith("<|im_start|>user\nHi")


@pytest.mark.parametrize(
    "source",
    [
        "{% for tool in tools %}{{ tool | tojson }}{% endfor %}" + CHATML,
        "{% if tools is defined %}{{ raise_exception('no tools') if not tools }}{% endif %}" + CHATML,
        "{% if tools is defined %}{% for t in tools %}{{ t.name }}{% else %}{{ 1 / 0 }}{% endfor %}{% endif %}"
        + CHATML,
    ],
)
def test_that_a_template_finds_no_tools_in_the_form_that_it_expects(source: str) -> None:
    made = builder(source)
    assert not made.problem
    assert made.render(request(("user", "Hi")))[0] == builder("").render(request(("user", "Hi")))[0]


def test_that_tools_are_told_by_the_template_that_is_meant_for_them() -> None:
    told = "{{ tools | tojson }}" + CHATML
    made = builder(CHATML, tool_source=told)
    tools = '[{"name": "weather"}]'
    plain = builder("").render(request(("user", "Hi")))[0]
    assert made.render(request(("user", "Hi"), tools=tools))[0] == tools + plain
    assert made.render(request(("user", "Hi")))[0] == plain
    assert made.build(request(*turns(41), tools=tools), context=1600).dropped > 0
    assert builder(told, tool_source="{% for %}").render(request(("user", "Hi"), tools=tools))[0] == tools + plain


def test_that_a_bos_which_tokenization_adds_is_not_written_twice() -> None:
    assert builder(GEMMA, bos="<bos>", adds_bos=True).render(request(("user", "Hi")))[0].startswith("<user>")
    assert builder(GEMMA, bos="<bos>", adds_bos=False).render(request(("user", "Hi")))[0].startswith("<bos><user>")


def test_that_a_partial_reply_goes_on_without_a_new_turn() -> None:
    text, opened = builder("").render(request(("user", "Count."), ("assistant", "One, two"), continue_last=True))
    assert text.endswith("<|im_start|>assistant\nOne, two")
    assert not opened


HARMONY = (
    "{% for m in messages %}<|start|>{{ m.role }}{% if m.role == 'assistant' %}<|channel|>final{% endif %}<|message|>"
    "{{ m.content | trim }}<|end|>{% endfor %}{% if add_generation_prompt %}<|start|>assistant{% endif %}"
)
RESPONSE = (
    "{% for m in messages %}{% if m.role == 'assistant' %}<|BOT|><|START_RESPONSE|>{{ m.content }}<|END_RESPONSE|>"
    "{% else %}<|USER|>{{ m.content }}{% endif %}<|END|>{% endfor %}<|BOT|>"
)
SPACED = (
    "{% for m in messages %}{% if m.role == 'user' %}[INST] {{ m.content }} [/INST]{% else %} {{ m.content }}</s>"
    "{% endif %}{% endfor %}"
)


@pytest.mark.parametrize("source", [HARMONY, RESPONSE, SPACED, GEMMA, CHATML, LISTED])
@pytest.mark.parametrize("half", ["One, two", " One,\n two ", "One\n\n"])
def test_that_a_half_reply_goes_on_as_the_template_writes_replies(source: str, half: str) -> None:
    made = builder(source)
    whole = made.render(request(("user", "Count."), ("assistant", f"{half}stop here"), ("user", "!")))[0]
    text = made.render(request(("user", "Count."), ("assistant", half), continue_last=True))[0]
    assert text == whole[: whole.index("stop here")]


@pytest.mark.parametrize(
    "source",
    [
        "{% for m in messages if m.role == 'user' %}<u>{{ m.content }}{% endfor %}<a>",
        "{% for m in messages %}<{{ m.role[0] }}>{{ m.content }}{{ m.content }}{% endfor %}{% if add_generation_prompt %}<a>{% endif %}",
        "{% if not add_generation_prompt %}{{ raise_exception('no') }}{% endif %}<u>{{ messages[0].content }}<a>",
    ],
)
def test_that_a_half_reply_follows_the_prompt_where_the_template_writes_none(source: str) -> None:
    text = builder(source).render(request(("user", "Count."), ("assistant", "One"), continue_last=True))[0]
    assert text.endswith("<a>One")


def test_that_thinking_opened_by_the_template_is_seen_and_closed_for_a_reply_that_goes_on() -> None:
    made = builder(OPENED)
    assert made.traits.thinking_tags == ("<think>", "</think>")
    assert made.render(request(("user", "Hi")))[1]
    text, opened = made.render(request(("user", "Hi"), ("assistant", "Half an"), continue_last=True))
    assert text.endswith("</think>\n\nHalf an")
    assert not opened


GEMMA_4 = (
    "{% for m in messages %}<|turn>{{ m.role }}\n{{ m.content | trim }}<turn|>\n{% endfor %}{% if add_generation_prompt %}<|turn>model\n"
    "{% if not enable_thinking | default(false) %}<|channel>thought\n<channel|>{% endif %}{% endif %}"
)
APRIEL = (
    "{% for m in messages %}<|begin_{{ m.role }}|>\n{{ m.content.split('[BEGIN FINAL RESPONSE]')[-1] }}{% endfor %}"
    "<|begin_assistant|>\nHere are my reasoning steps:\n"
)


def test_that_thinking_of_families_since_2025_is_known_by_their_templates() -> None:
    gemma, apriel = builder(GEMMA_4), builder(APRIEL + "{# [END FINAL RESPONSE] #}")
    assert gemma.traits.thinking_tags == ("<|channel>thought", "<channel|>")
    assert not gemma.render(request(("user", "Hi")))[1]
    assert apriel.traits.thinking_tags == ("Here are my reasoning steps:", "[BEGIN FINAL RESPONSE]")
    assert apriel.render(request(("user", "Hi")))[1]
    assert apriel.ends == ("[END FINAL RESPONSE]",)
    text, opened = apriel.render(request(("user", "Hi"), ("assistant", "Half"), continue_last=True))
    assert text.endswith("steps:\n\n[BEGIN FINAL RESPONSE]\n\nHalf")
    assert not opened
    assert not builder(CHATML + "x").render(request(("user", "Here are my reasoning steps:")))[1]


# ---- what the context has no room for


def turns(count: int, size: int = 100) -> list[tuple[str, str]]:
    return [("user" if i % 2 == 0 else "assistant", f"{i:03d}".ljust(size, "x")) for i in range(count)]


def test_that_the_oldest_turns_are_left_out_and_the_system_prompt_stays() -> None:
    made = builder("")
    prompt = made.build(request(("system", "SYSTEM"), *turns(41)), context=1600)
    text = bytes(prompt.tokens).decode()
    assert prompt.dropped > 0
    assert prompt.dropped % 2 == 0, "what is kept begins with a message of the user"
    assert "SYSTEM" in text
    assert f"{prompt.dropped:03d}x" in text
    assert f"{prompt.dropped - 1:03d}x" not in text
    assert "040x" in text
    assert len(prompt.tokens) <= 1600 * 3 // 4


def test_that_the_start_of_a_shortened_prompt_stays_the_same_over_some_turns() -> None:
    made = builder("")
    history = turns(41)
    first = made.build(request(*history), context=1600)
    second = made.build(request(*history, ("assistant", "041"), ("user", "042")), context=1600)
    assert second.dropped == first.dropped
    ending = len("<|im_start|>assistant\n")
    assert second.tokens[: len(first.tokens) - ending] == first.tokens[:-ending]


def test_that_a_whole_chat_is_kept_when_there_is_room() -> None:
    assert builder("").build(request(*turns(9)), context=4096).dropped == 0


@pytest.mark.parametrize("overflow", ["drop_oldest", "fail"])
def test_that_a_message_longer_than_the_context_is_refused_with_numbers(overflow: str) -> None:
    with pytest.raises(SamarError) as caught:
        builder("").build(request(*turns(4), ("user", "y" * 900), overflow=overflow), context=500)
    assert (caught.value.code, caught.value.details["context"]) == ("prompt_too_long", "500")
    assert int(caught.value.details["tokens"]) > 500


def test_that_nothing_is_left_out_unasked() -> None:
    with pytest.raises(SamarError) as caught:
        builder("").build(request(*turns(41), overflow="fail"), context=1600)
    assert caught.value.code == "prompt_too_long"
