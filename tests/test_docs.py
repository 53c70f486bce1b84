"""The pages of the documentation: written for every language, without dead links and without anything loaded from elsewhere."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest

from desktop.core.languages import SPOKEN, Language

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def builder() -> Any:
    spec = importlib.util.spec_from_file_location("docs_site_build", ROOT / "docs" / "site" / "build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("language", SPOKEN)
def test_that_every_page_is_there_and_no_link_is_dead(builder: Any, language: Language, tmp_path: Path) -> None:
    nav = builder.write_pages(language, tmp_path)
    named = [file for _chapter, pages in nav for _title, file in pages]
    assert "terminal.md" in named and sum(file.startswith("guide/") for file in named) > 10
    assert all((tmp_path / file).is_file() for file in named)
    links = 0
    for page in tmp_path.rglob("*.md"):
        text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.S)
        assert not re.search(r"!\[[^\]]*\]\(https?:|<script|\{(data|models|cache|logs|shortcuts)\}|\[\[", text), (
            page.name
        )
        for target in re.findall(r"\]\(([^)\s#]+)(?:#[^)]*)?\)", text):
            if "://" not in target and not target.startswith("mailto:"):
                links += 1
                assert (page.parent / target).exists(), f"{page.name}: {target}"
    assert links > 0


def test_that_the_terminal_page_names_every_verb(builder: Any) -> None:
    from desktop.cli.app import VERBS

    text = builder.terminal_page("Terminal")
    assert all(f"## samar {verb}\n" in text for verb in VERBS if verb not in ("convert", "models"))
    assert "## samar models list" in text and "--json" in text
