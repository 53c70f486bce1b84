"""``python -m recipe COMMAND``, run in assets/starter: train, evaluate, baseline, actions, count.

``train`` and ``baseline`` need torch (requirements.txt beside this file); ``evaluate`` needs llama-cpp-python and jinja2,
which Samar's own environment has. make.sh runs all of them in order.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from .corpus import LANGUAGES, STARTER, load
from .held_out import module

STEPS = ("prepare", "choose", "speak", "polish", "join")
OTHERS = ("resume",)  # instead of speak


def train(options: argparse.Namespace) -> int:
    """The steps of the training: prepare; choose, and speak and polish; then join."""
    from . import train

    plan = train.Plan(tokens=options.tokens, polish=options.polish, threads=options.threads, seed=options.seed)
    for step in options.steps:
        getattr(train, step)(load(), options.out, plan)
    return 0


def baseline(options: argparse.Namespace) -> int:
    from .baseline import rows

    score = module("score")
    print(score.markdown(score.aggregate(rows(load(), score.load_cases()))), end="")
    return 0


def evaluate(options: argparse.Namespace) -> int:
    """Tables for temperature 0 and Samar's default one, of the GGUF as it is; failures beside it when asked for."""
    from . import doing
    from .native import Native, answer_all, answer_fresh

    score = module("score")
    cases = score.load_cases()
    for temperature in options.temperature:
        rows = answer_all(options.model, cases, temperature, options.threads)
        result = score.aggregate(rows)
        print(f"### Temperature {temperature:g}\n\n{score.markdown(result)}")
        hits, total = answer_fresh(options.model, score, temperature, options.threads)
        low, high = score.wilson(hits, total)
        print(f"Fresh questions: {100 * hits / total:.1f} % ({hits}/{total}; {100 * low:.0f}–{100 * high:.0f})\n")
        native = Native(options.model, threads=options.threads)

        def reply(question: str, native: Native = native, temperature: float = temperature) -> str:
            return native.reply([{"role": "user", "content": question}], temperature).text

        print(doing.markdown(doing.measure(load(), score, reply), score.wilson))
        native.close()
        if options.failures:
            out = options.failures / f"failures-{temperature:g}.json"
            out.write_text(json.dumps(result["failures"], ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


def count(options: argparse.Namespace) -> int:
    """What the corpus holds."""
    corpus = load()
    for language in LANGUAGES:
        sides = [topic.sides[language] for topic in corpus.topics.values()]
        wordings = sorted(len(s.wordings) for s in sides if s.wordings)
        off = corpus.off_topic[language]
        print(
            f"{language}: {len(wordings)} topics, {sum(wordings)} wordings (least {wordings[0]}, "
            f"median {wordings[len(wordings) // 2]}), {sum(len(a) for s in sides for a in s.answers.values())} answers, "
            f"{len(off.prompts)} off-topic prompts, {len(off.hard_negatives)} hard negatives, "
            f"{len(off.patterns)} patterns of whole prompts"
        )
    return 0


def actions(options: argparse.Namespace) -> int:
    """Writes actions.json, by which the window knows the pages that an answer speaks of."""
    from .actions import write

    write(load())
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="recipe", description="Make and measure the bundled model.")
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("train", help="train; leaves a Hugging Face checkpoint")
    one.add_argument("--out", type=Path, required=True)
    one.add_argument("--steps", nargs="+", choices=(*STEPS, *OTHERS), default=STEPS)
    one.add_argument("--tokens", type=int, default=1_800_000, help="that the speaker's schedule has")
    one.add_argument("--polish", type=int, default=2_600_000, help="tokens of polishing")
    one.add_argument("--threads", type=int, default=1)
    one.add_argument("--seed", type=int, default=7)
    one.set_defaults(run=train)
    one = commands.add_parser("baseline", help="the linear classifier on the same corpus")
    one.set_defaults(run=baseline)
    one = commands.add_parser("evaluate", help="measure a GGUF on the held-out test set")
    one.add_argument("model", type=Path, nargs="?", default=STARTER / "samar-starter-q4_k_m.gguf")
    one.add_argument("--temperature", type=float, nargs="+", default=[0.0, 0.7])
    one.add_argument("--threads", type=int, default=1)
    one.add_argument("--failures", type=Path, help="a folder for failures-*.json")
    one.set_defaults(run=evaluate)
    one = commands.add_parser("actions", help="write actions.json")
    one.set_defaults(run=actions)
    one = commands.add_parser("count", help="count the corpus")
    one.set_defaults(run=count)
    options = parser.parse_args()
    return int(options.run(options))


if __name__ == "__main__":
    sys.exit(main())
