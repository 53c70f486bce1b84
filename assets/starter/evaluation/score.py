"""Judge replies of the bundled model against the test set in this folder.

Command: ``python score.py replies.jsonl [--json FILE] [--markdown FILE] [--check]``. Library: ``load_cases``, ``judge``,
``aggregate``, ``markdown``. Standard library only; README.md beside this file says what the cases and the rules are.
"""

import argparse
import json
import math
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SETS = ("questions", "offtopic", "followups", "systems")

Case = dict[str, Any]

# --- text -------------------------------------------------------------------------------------------------------

_DROPPED = re.compile(
    "[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640\u0621\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_UNIFIED = str.maketrans("أإآٱىیةؤئک’‘٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "اااايي" + "ه" + "وي" + "ك" + "''" + "0123456789" * 2)


def unify(text: str) -> str:
    """One spelling for letters that people write in several ways: hamza, alef, ya, ta marbuta, vowel signs, digits."""
    return _DROPPED.sub("", text).translate(_UNIFIED)


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """``unify`` and lower case."""
    return unify(text).lower()


def words(text: str) -> list[str]:
    """Folded words, without punctuation."""
    return re.findall(r"\w+(?:['_.]\w+)*", fold(text))


def sentences(text: str) -> list[str]:
    """Sentences and lines; a dot inside ``.gguf`` or ``e.g.`` ends none."""
    text = re.sub(r"\b(e\.g|i\.e|etc|vs)\.", r"\1", text, flags=re.IGNORECASE)
    text = re.sub(r"(?m)^\s*\d+[.)]\s+", "", text)
    return [part for part in re.split(r"(?<=[.!?؟…])[\"”»)*]*\s+|\n+", text) if words(part)]


@cache
def pattern(source: str) -> re.Pattern[str]:
    """A rule of the test set, to be searched in folded text. Rules are written in lower case."""
    return re.compile(unify(source))


Rule = str | Sequence[str]


def matches(rule: Rule, folded: str) -> bool:
    """A string must occur; of a list, every string must."""
    parts = [rule] if isinstance(rule, str) else rule
    return all(pattern(part).search(folded) for part in parts)


# --- what a reply is ----------------------------------------------------------------------------------------------

# the model's own inability, not a computer's or another model's ("7B is too large for 4 GB: choose a smaller model")
_INABILITY = pattern(
    r"\b(i|i'm|me|my)\b[^.!?]{0,30}\btoo (small|tiny|little|simple|limited|modest)\b|too (small|tiny) a model"
    r"|(\bi\b[^.!?]{0,25}|^\W*|[.!?,;:—] ?|sorry )\b(can't|cannot|can not|couldn't|unable|not (able|capable|equipped)|no (idea|knowledge)"
    r"|(don't|do not|didn't|never|not)( \w+)? (know|learn|learned|learnt|cover))\b"
    r"|\b(beyond|outside)( of)? (me\b|my\b|what i)|out of my (depth|reach|league)|more than i (can|know)|over my head"
    r"|\bi (\w+ )?(only|just) (know|learned|learnt)|(not|isn't) (something|a thing) i|too (big|hard|much|difficult) for (me|a model)"
    r"|\b(this|that|it) (needs|takes|requires|calls for|is for|is (a job|one|a question|something) for) a (larger|bigger|stronger) (model|one)"
    r"|\b(my|what i) know(ledge)? (ends|stops|is limited|does not|doesn't)|\b(would|could|can) only (be )?guess"
    r"|أصغر من أن|\b(ف|و)?أنا أصغر|صغير[^.؟!]{0,15} (عن|على) (هذا|ذلك|هذه|مثل)|صغير ل(هذا|ذلك|مثل)"
    r"|(يحتاج|يتطلب|تحتاج|تتطلب)( \S+){0,3} (لنموذج|نموذجا) (أكبر|أقوى)|(يحتاج|تحتاج)( \S+){0,2} إلى نموذج (أكبر|أقوى)"
    r"|(معرفتي|معلوماتي|علمي|قدرتي|قدراتي) (محدود|تقتصر|تنتهي|لا |قاصر)|لا (يسمح|تسمح|يتيح) لي"
    r"|(لا|لن|ما|مش|مو|ماني|مانيش) ?(أستطيع|أقدر|يمكنني|أعرف|أعلم|أملك|أحسن|أجيد|بقدر|بعرف|هقدر|قادر|عارف|علم لي|طاقة لي|قدرة لي|معرفة لي)"
    r"|ليس (بوسعي|في وسعي|بمقدوري|في مقدوري|بإمكاني|في إمكاني|مما أ|لي|لدي|من شأني|عندي)|لست (قادر|أهل|أعرف|أعلم|مؤهل)"
    r"|(فوق|يفوق|تفوق|يتجاوز|تتجاوز|خارج|أبعد من|أكبر من) (\S+ )?(طاقتي|قدرتي|قدراتي|معرفتي|حدودي|علمي|وسعي|ما أ|مما أ|نطاق)"
    r"|أكبر مني|لم (أتعلم|أتدرب|أدرب)|أعجز|يعجزني|أجهل"
)
_OF_THIS_REQUEST = pattern(
    r"(too (small|tiny|little|simple|limited)|\b(can't|cannot|can not|unable|not able)\b|(don't|do not) know|beyond|outside)"
    r"[^.!?;:]{0,30}\b(that|this|it|such|those|these|me)\b"
    r"|(أصغر من|صغير|لا أستطيع|لا أقدر|لا يمكنني|لا أعرف|لا أعلم|فوق|يفوق|يتجاوز|خارج|ليس بوسعي|أعجز)[^.!؟;:،]{0,30}"
    r"(هذا|ذلك|هذه|تلك|مثل|طاقتي|قدرتي|معرفتي|الإجابة|الجواب)"
)
_LARGER_MODEL = pattern(
    r"\b(larger|bigger|stronger|smarter|greater|another|different|full.?sized?|(more|very) (capable|powerful)|large|big) (language )?(model|one)"
    r"|\bmodels?\b[^.!?]{0,30}\b(larger|bigger|stronger|(more) (capable|powerful))\b"
    r"|\b(add|download|get|open|load|pick|choose|drop|try|install)\b[^!?\n]{0,40}(\bmodels?\b|gguf)"
    r"|(نموذج|نماذج|موديل)\S* (\S+ ){0,2}(أكبر|الأكبر|أقوى|الأقوى|كبير|الكبير|آخر|أخرى|أقدر|أوسع|أذكى|ضخم)"
    r"|(أضف|إضافة|حمل|تحميل|نزل|تنزيل|افتح|اختر|أسقط|جرب|ثبت|ركب|استعمل|استخدم)( \S+){0,4} ?(نموذج|النماذج|gguf)"
)


@lru_cache(maxsize=4096)
def declined(reply: str) -> bool:
    """Whether the reply says, in its first two sentences, that it can't, and anywhere that a larger model can be added."""
    folded = fold(reply)
    opening = fold(" ".join(sentences(reply)[:2]))
    return bool(_INABILITY.search(opening) and _LARGER_MODEL.search(folded))


def _refused_this(reply: str) -> bool:
    opening = fold(" ".join(sentences(reply)[:2]))
    return declined(reply) and bool(_OF_THIS_REQUEST.search(opening))


def _refused_at_once(reply: str) -> bool:
    return declined(reply) and bool(_INABILITY.search(fold(sentences(reply)[0])) or _refused_this(reply))


# what counts as a refusal of a question: any decline; where the answer may mention the model's limits, one that comes
# first or speaks of "that"; where they are the subject, only one that speaks of "that"
_REFUSED: dict[str, Callable[[str], bool]] = {"none": declined, "mention": _refused_at_once, "subject": _refused_this}


_NOT_PROSE = re.compile(
    r"```.*?(?:```|$)|`[^`]*`|https?://\S+|\w*[\d_]\w*|\.gguf|\w+[./+]\w+(?:[./+]\w+)*|--[\w-]+|(?<![A-Za-z])samar \w+"
    r"|(?<![A-Za-z])(?:Samar|Starter|GGUF|Hugging Face|Ctrl|Shift|Enter|Esc|MIT|GB|RAM|LoRA|safetensors|checkpoint|SQLite"
    r"|Qwen|Gemma|ALLaM|SILMA|Jais|Fanar|Falcon|Command|Llama|Mistral|Phi|AceGPT|DeepSeek)(?![A-Za-z])",
    re.DOTALL,
)


def language(reply: str) -> str:
    """``ar`` or ``en`` by the majority of letters, code and names left out; ``mixed`` where neither prevails, ``none`` without letters."""
    prose = _NOT_PROSE.sub(" ", reply)
    arabic = len(re.findall("[\u0620-\u064a\u0671-\u06d3]", prose))
    latin = len(re.findall("[A-Za-zÀ-ɏ]", prose))
    if arabic + latin == 0:
        return "none"
    share = arabic / (arabic + latin)
    return "ar" if share >= 0.6 else "en" if share <= 0.3 else "mixed"


def repeats(reply: str) -> bool:
    """A loop: a sentence of four words or more said twice, or one to eight words said over and over in a row."""
    said = Counter(tuple(words(sentence)) for sentence in sentences(reply))
    if any(count > 1 and len(sentence) >= 4 for sentence, count in said.items()):
        return True
    stream = words(reply)
    for size in range(1, 9):
        needed = 4 if size == 1 else 3 if size <= 3 else 2
        run = 0
        for at in range(size, len(stream)):
            run = run + 1 if stream[at] == stream[at - size] else 0
            if run >= size * (needed - 1):
                return True
    return False


_ENDS = re.compile(r"[.!?؟…][\"'”’»)\]*_`]*$|[\u2600-\u27bf\U0001f300-\U0001faff]\ufe0f?$|`$|\)$")
_LIST_ITEM = re.compile(r"^\s*([-*•]|\d+[.)])\s+\S")


def is_whole(reply: str, stopped_by: str = "") -> bool:
    """Neither empty, broken off nor looping. ``stopped_by`` is the engine's word; ``length`` is a reply that was cut."""
    text = reply.strip()
    if not text or stopped_by in {"length", "max_tokens", "context", "failed", "error"}:
        return False
    if "\ufffd" in text or "<|" in text or text.count("```") % 2 or repeats(text):
        return False
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    last = lines[-1]
    if re.search(r"[Cc]trl\+,$", last):
        return True
    if _LIST_ITEM.match(last) or (len(lines) > 1 and all(": " in line for line in lines[-2:])):
        return not last.endswith((",", "،", ":", ";", "؛"))
    return bool(_ENDS.search(last)) or (len(words(text)) <= 4 and last[-1] not in ",،:;؛-")


# --- judging ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one reply is. ``passed`` is the measure of its set; ``failed_checks`` names those of ``expect.checks`` missed."""

    id: str
    set: str
    right_topic: bool
    right_language: bool
    declined: bool
    whole: bool
    passed: bool
    failed_checks: list[str] = field(default_factory=list)


def load_topics(folder: Path = HERE) -> dict[str, Any]:
    """Rules of each topic: ``about``, ``must_any`` by language, ``must_not``, ``limits``."""
    topics: dict[str, Any] = json.loads((folder / "topics.json").read_text(encoding="utf-8"))
    return topics


def load_cases(folder: Path = HERE, sets: Iterable[str] = SETS) -> list[Case]:
    """Every case of the named sets, in order, each with the name of its set under ``set``."""
    cases: list[Case] = []
    for name in sets:
        for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            cases.append({**json.loads(line), "set": name})
    return cases


def on_topic(name: str, reply: str, topics: Mapping[str, Any], rules: Sequence[Rule] = ()) -> bool:
    """Whether the rules of a topic accept the reply; ``rules`` take the place of its ``must_any``."""
    if name == "decline":
        return declined(reply)
    topic, folded = topics[name], fold(reply)
    rules = rules or [rule for of_language in topic["must_any"].values() for rule in of_language]
    refused = _REFUSED[topic.get("limits", "none")](reply)
    forbidden = topic.get("must_not", [])
    return (
        not refused
        and any(matches(rule, folded) for rule in rules)
        and not any(matches(rule, folded) for rule in forbidden)
    )


def _failed_checks(case: Case, reply: str, folded: str) -> list[str]:
    previous = next((turn["content"] for turn in reversed(case["turns"]) if turn["role"] == "assistant"), "")
    count = len(words(reply))
    tests: dict[str, Callable[[Any], bool]] = {
        "max_words": lambda most: count <= most,
        "max_words_ratio": lambda ratio: count <= ratio * len(words(previous)),
        "max_sentences": lambda most: len(sentences(reply)) <= most,
        "require": lambda rule: matches(rule, folded),
        "forbid": lambda rule: not matches(rule, folded),
    }
    return [name for name, value in case["expect"].get("checks", {}).items() if not tests[name](value)]


def judge(case: Case, reply: str, stopped_by: str = "", topics: Mapping[str, Any] | None = None) -> Verdict:
    """Judge one reply to one case of ``load_cases``."""
    topics = load_topics() if topics is None else topics
    expect = case["expect"]
    folded = fold(reply)
    right_topic = on_topic(expect["topic"], reply, topics, expect.get("must_any", []))
    right_topic = right_topic or any(on_topic(name, reply, topics) for name in expect.get("also", []))
    right_topic = right_topic and not any(matches(rule, folded) for rule in expect.get("must_not", []))
    # "MIT." or "Ctrl+N" is right in any language
    right_language = bool(reply.strip()) and language(reply) in {expect["language"], "none"}
    failed = _failed_checks(case, reply, folded)
    whole = is_whole(reply, stopped_by)
    # the measures: broken replies have a measure of their own, but no follow-up or system prompt is obeyed by one
    passed = right_topic and (right_language or case["set"] == "offtopic")
    if case["set"] in {"followups", "systems"}:
        passed = passed and whole and not failed
    return Verdict(case["id"], case["set"], right_topic, right_language, declined(reply), whole, passed, failed)


def near_topics(reply: str, topics: Mapping[str, Any]) -> list[str]:
    """Topics whose rules the reply satisfies: what a wrong reply was about."""
    return [name for name in topics if on_topic(name, reply, topics)]


# --- adding up ----------------------------------------------------------------------------------------------------------


def wilson(hits: int, total: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's 95 % interval of a share, as fractions; (0, 1) of nothing. E. B. Wilson, JASA 22 (1927) 209."""
    if total == 0:
        return 0.0, 1.0
    share = hits / total
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    middle = share + z * z / (2 * total)
    scale = 1 + z * z / total
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def _share(flags: Sequence[bool]) -> dict[str, Any]:
    low, high = wilson(sum(flags), len(flags))
    return {
        "hits": sum(flags),
        "total": len(flags),
        "share": round(sum(flags) / len(flags), 4) if flags else None,
        "low": round(low, 4),
        "high": round(high, 4),
    }


# measure: (title, wanted share, whether it is a ceiling)
MEASURES: dict[str, tuple[str, float, bool]] = {
    "questions": ("Questions: right topic and language", 0.85, False),
    "wrongly_declined": ("Questions wrongly declined", 0.05, True),
    "offtopic": ("Off topic: honest decline", 0.90, False),
    "followups": ("Follow-ups", 0.90, False),
    "systems": ("System prompts obeyed", 0.90, False),
    "whole": ("Replies whole, without repetition", 1.00, False),
}
MOST_APART = 0.05


def aggregate(replies: Sequence[Mapping[str, Any]], folder: Path = HERE) -> dict[str, Any]:
    """Measures with intervals from rows of ``{id, reply, stopped_by?}``.

    A set without any row is left out; in a set with some, a case without a row counts as an empty reply. A case may have
    several rows (several seeds); its replies then depend on each other and the intervals are too narrow.

    Raises:
        ValueError: a row names no case, or has no reply.
    """
    topics, cases = load_topics(folder), {case["id"]: case for case in load_cases(folder)}
    rows = list(replies)
    for row in rows:
        if row.get("id") not in cases:
            raise ValueError(f"no case has the id {row.get('id')!r}")
        if not isinstance(row.get("reply"), str):
            raise ValueError(f"the row of {row['id']} has no reply")
    given = {row["id"] for row in rows}
    answered = {cases[name]["set"] for name in given}
    missing = [name for name, case in cases.items() if case["set"] in answered and name not in given]
    rows += [{"id": name, "reply": ""} for name in missing]
    judged = [
        (cases[row["id"]], row, judge(cases[row["id"]], row["reply"], row.get("stopped_by", ""), topics))
        for row in rows
    ]

    def share(
        name: str, test: Callable[[Case, Verdict], bool], kept: Callable[[Case], bool] = lambda _: True
    ) -> dict[str, Any]:
        return _share(
            [test(case, verdict) for case, _, verdict in judged if (not name or case["set"] == name) and kept(case)]
        )

    def split(name: str, test: Callable[[Case, Verdict], bool]) -> dict[str, Any]:
        return {
            "all": share(name, test),
            "en": share(name, test, lambda case: case["lang"] == "en"),
            "ar": share(name, test, lambda case: case["lang"] == "ar"),
        }

    def passed(_: Case, verdict: Verdict) -> bool:
        return verdict.passed

    measures: dict[str, Any] = {}
    for name in SETS:
        if name in answered:
            measures[name] = split(name, passed)
    if "questions" in answered:
        measures["wrongly_declined"] = split(
            "questions", lambda _, verdict: verdict.declined and not verdict.right_topic
        )
    measures["whole"] = split("", lambda _, verdict: verdict.whole)
    measures["right_language"] = split("", lambda _, verdict: verdict.right_language)

    groups: dict[str, dict[str, Any]] = {}
    for name in sorted(answered, key=SETS.index):
        parts: dict[str, list[bool]] = {}
        for case, _, verdict in judged:
            if case["set"] != name:
                continue
            keys = [case["expect"]["topic"] if name == "questions" else case["topic"]]
            if name == "questions":
                keys += [
                    f"variety: {case['lang']} {case['variety']}",
                    f"turn: {'second' if len(case['turns']) > 1 else 'first'}",
                ]
            for key in keys:
                parts.setdefault(key, []).append(verdict.passed)
        groups[name] = {key: _share(flags) for key, flags in sorted(parts.items())}

    met: dict[str, bool] = {}
    for name, (_, wanted, ceiling) in MEASURES.items():
        if name in measures:
            got = measures[name]["all"]["share"]
            met[name] = got is not None and (got <= wanted if ceiling else got >= wanted)
    if "questions" in measures and None not in (
        english := measures["questions"]["en"]["share"],
        arabic := measures["questions"]["ar"]["share"],
    ):
        met["languages_close"] = abs(english - arabic) <= MOST_APART
    failures = [
        {
            **asdict(verdict),
            "asked": case["turns"][-1]["content"],
            "expected": case["expect"]["topic"],
            "looks_like": near_topics(row["reply"], topics),
            "reply": row["reply"],
        }
        for case, row, verdict in judged
        if not verdict.passed or not verdict.whole
    ]
    return {
        "cases": len(rows),
        "missing": missing,
        "measures": measures,
        "met": met,
        "groups": groups,
        "failures": failures,
    }


def markdown(result: Mapping[str, Any]) -> str:
    """The measures as a Markdown table: share, hits and 95 % interval for both languages together and each."""

    def cell(part: Mapping[str, Any]) -> str:
        if part["share"] is None:
            return "–"
        return f"{100 * part['share']:.1f} % ({part['hits']}/{part['total']}; {100 * part['low']:.0f}–{100 * part['high']:.0f})"

    lines = ["| measure | wanted | all (hits; 95 % interval) | English | Arabic | met |", "|---|---|---|---|---|---|"]
    for name, (title, wanted, ceiling) in MEASURES.items():
        if name in result["measures"]:
            parts = result["measures"][name]
            sign = "≤" if ceiling else "≥" if wanted < 1 else "="
            cells = " | ".join(cell(parts[key]) for key in ("all", "en", "ar"))
            lines.append(
                f"| {title} | {sign} {100 * wanted:.0f} % | {cells} | {'yes' if result['met'][name] else 'no'} |"
            )
    if "languages_close" in result["met"]:
        apart = abs(result["measures"]["questions"]["en"]["share"] - result["measures"]["questions"]["ar"]["share"])
        lines.append(
            f"| English and Arabic apart | ≤ {100 * MOST_APART:.0f} points | {100 * apart:.1f} points | | | {'yes' if result['met']['languages_close'] else 'no'} |"
        )
    if "offtopic" in result["groups"] and "hard_negative" in result["groups"]["offtopic"]:
        lines.append(f"| – of these hard negatives | | {cell(result['groups']['offtopic']['hard_negative'])} | | | |")
    for name in ("followups", "systems"):
        for key, part in result["groups"].get(name, {}).items():
            lines.append(f"| – {name}: {key.replace('_', ' ')} | | {cell(part)} | | | |")
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0; 1 where ``--check`` finds a measure missed; 2 where the replies can't be read."""
    parser = argparse.ArgumentParser(description="Judge replies to the test set of the bundled model.")
    parser.add_argument("replies", type=Path, help="JSON Lines: id, reply, and stopped_by where it is known")
    parser.add_argument("--json", type=Path, help="write measures, groups and failures to this file")
    parser.add_argument("--markdown", type=Path, help="write the table to this file")
    parser.add_argument("--check", action="store_true", help="fail where a measure is missed")
    options = parser.parse_args(arguments)
    try:
        rows = [json.loads(line) for line in options.replies.read_text(encoding="utf-8").splitlines() if line.strip()]
        result = aggregate(rows)
    except (OSError, ValueError, AttributeError) as error:
        print(f"{options.replies}: {error}", file=sys.stderr)
        return 2
    table = markdown(result)
    print(table, end="")
    if result["missing"]:
        print(f"{len(result['missing'])} cases had no reply and count as wrong.", file=sys.stderr)
    if options.json:
        options.json.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if options.markdown:
        options.markdown.write_text(table, encoding="utf-8")
    return 1 if options.check and not all(result["met"].values()) else 0


if __name__ == "__main__":
    sys.exit(main())
