"""Builds the documentation site: `make docs`.

    python docs/site/build.py FOLDER PYTHON

Writes an English and an Arabic site into FOLDER/en and FOLDER/ar, by the mkdocs of the interpreter PYTHON (requirements/docs.txt), in
strict mode: a dead link ends the build. The
guide is the Help of the window (`assets/help/`); the other pages are the documents of the repository. Nothing is loaded from
elsewhere when a page is read.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from desktop.core.guide import NEWS, labelled, read  # noqa: E402
from desktop.core.languages import SPECS, SPOKEN, Language  # noqa: E402

SHARED = ("screenshots", "decisions", "catalogue.md", "converter-differences.md", "reliability.md", "threat-model.md")
TITLES = {
    Language.ENGLISH: ("Samar", "Guide", "Terminal", "More"),
    Language.ARABIC: ("سَمَر", "الدليل", "الطرفية", "المزيد"),
}
PLACES = {
    Language.ENGLISH: "the folder that Help shows",
    Language.ARABIC: "المجلد الذي تعرضه المساعدة",
}


def titles(language: Language) -> tuple[str, str, str, str]:
    """Of the site and its chapters; English where there are no others."""
    return TITLES.get(language, TITLES[Language.ENGLISH])


def build(language: Language, folder: Path, python: str) -> None:
    """Raises subprocess.CalledProcessError when a page or a link is wrong."""
    with tempfile.TemporaryDirectory() as work:
        pages = Path(work) / "pages"
        pages.mkdir()
        nav = write_pages(language, pages)
        config = Path(work) / "mkdocs.yml"
        config.write_text(configuration(language, nav), encoding="utf-8")
        command = [python, "-m", "mkdocs", "build", "--strict", "--quiet", "-f", config, "-d", folder.resolve()]
        subprocess.run(command, check=True, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"})


def write_pages(language: Language, pages: Path) -> list[tuple[str, list[tuple[str, str]]]]:
    """Writes the sources; returns the chapters with (title, file) of their pages."""
    _home, guide, terminal, more = titles(language)
    translated = ROOT / f"README.{language}.md"
    readme = (translated if translated.exists() else ROOT / "README.md").read_text(encoding="utf-8")
    (pages / "index.md").write_text(moved(readme), encoding="utf-8")
    shutil.copytree(ROOT / "docs" / "screenshots", pages / "screenshots")
    topics = []
    (pages / "guide").mkdir()
    for topic in read(language):
        text = labelled(topic.text, language)
        text = re.sub(r"\{(data|models|cache|logs)\}", PLACES.get(language, PLACES[Language.ENGLISH]), text)
        if "{shortcuts}" in text:
            from desktop.cli.guide import shortcuts

            text = text.replace("{shortcuts}", f"```text\n{shortcuts(language)}\n```")
        (pages / "guide" / f"{topic.name}.md").write_text(f"# {topic.title}\n\n{text}\n", encoding="utf-8")
        if topic.name != NEWS:
            topics.append((topic.title, f"guide/{topic.name}.md"))
    topics.append((next(topic.title for topic in read(language) if topic.name == NEWS), f"guide/{NEWS}.md"))
    (pages / "terminal.md").write_text(terminal_page(terminal), encoding="utf-8")
    nav = [(guide, topics), (terminal, [(terminal, "terminal.md")])]
    if language is Language.ENGLISH:
        for name in SHARED[1:]:
            source, target = ROOT / "docs" / name, pages / name
            shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
        for name, source in (("converter.md", "converter/README.md"), ("changelog.md", "CHANGELOG.md")):
            (pages / name).write_text(moved((ROOT / source).read_text(encoding="utf-8")), encoding="utf-8")
        (pages / "architecture.md").write_text(moved((ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")), "utf-8")
        named = [("Converter", "converter.md"), ("Where conversions differ", "converter-differences.md")]
        named += [("Models of the catalogue", "catalogue.md"), ("Threat model", "threat-model.md")]
        named += [("Reliability", "reliability.md"), ("Architecture", "architecture.md")]
        named += [("Decisions", "decisions/README.md"), ("Changelog", "changelog.md")]
        nav.append((more, named))
    return nav


def terminal_page(title: str) -> str:
    """What every verb says of itself."""
    from typer.main import get_command

    from desktop.cli import app as verbs
    from desktop.cli import models

    context = {"terminal_width": 90, "max_content_width": 90}
    shown = [f"# {title}\n"]
    for name, command in (("samar", get_command(verbs.app)), ("samar models", get_command(models.app))):
        for verb, one in command.commands.items():  # type: ignore[attr-defined]
            if one.hidden:
                continue
            inner = one.make_context(f"{name} {verb}", [], resilient_parsing=True, **context)
            options = [record for parameter in one.get_params(inner) if (record := parameter.get_help_record(inner))]
            rows = "".join(f"| `{cell(left)}` | {cell(right)} |\n" for left, right in options)
            table = f"\n| | |\n|---|---|\n{rows}" if rows else ""
            shown.append(f"## {name} {verb}\n\n`{cell(inner.command_path)}`: {cell(one.help or '')}\n{table}")
    return "\n".join(shown)


def cell(text: str) -> str:
    """Text in a cell of a table."""
    return " ".join(text.replace("|", "\\|").split())


LINKS = {
    "README.ar.md": "index.md", "README.md": "index.md", "converter/README.md": "converter.md", "CHANGELOG.md": "changelog.md",
    "ARCHITECTURE.md": "architecture.md", "../docs/": "", "docs/": "",
}  # fmt: skip


def moved(text: str) -> str:
    """A document of the repository with its links as the site has them; links to what is not on the site become text."""

    def link(found: re.Match[str]) -> str:
        label, target = found[1], found[2]
        if "://" in target or target.startswith("#"):
            return found[0]
        for old, new in LINKS.items():
            if target.startswith(old):
                return f"[{label}]({new}{target.removeprefix(old)})"
        return found[0] if (ROOT / "docs" / target).exists() else label

    return re.sub(r"(?<!\!)\[([^\]]+)\]\(([^)\s]+)\)", link, text).replace("](docs/screenshots/", "](screenshots/")


def configuration(language: Language, nav: list[tuple[str, list[tuple[str, str]]]]) -> str:
    import json

    chapters: list[object] = [{titles(language)[0]: "index.md"}]
    chapters += [{title: [{name: file} for name, file in pages]} for title, pages in nav]
    return json.dumps(  # which is YAML too
        {
            "site_name": titles(language)[0],
            "docs_dir": "pages",
            "use_directory_urls": False,
            "theme": {
                "name": "material",
                "language": language.value,
                "direction": "rtl" if SPECS[language].rtl else "ltr",
                "font": False,
                "features": ["navigation.sections"],
                "palette": [
                    {"media": "(prefers-color-scheme: light)", "scheme": "default"},
                    {"media": "(prefers-color-scheme: dark)", "scheme": "slate"},
                ],
            },
            "plugins": ["search"],
            "markdown_extensions": ["tables", "admonition", {"toc": {"permalink": False}}],
            "extra": {"generator": False},
            "nav": chapters,
            "validation": {
                "links": {"not_found": "warn", "anchors": "warn", "unrecognized_links": "warn"},
                "nav": {"omitted_files": "ignore"},
            },
        },
        ensure_ascii=False,
    )


if __name__ == "__main__":
    for spoken in SPOKEN:
        build(spoken, Path(sys.argv[1]) / spoken.value, sys.argv[2])
