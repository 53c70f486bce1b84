"""The switch by which chat templates let one choose whether the model thinks."""

from __future__ import annotations

import re

SWITCHES = ("enable_thinking", "thinking")
"""Variables of templates; the second one is that of DeepSeek and Granite."""


def switches_in(template: str) -> tuple[str, ...]:
    """The switches that a template may read, by its text: the second one may be a word of its sentences too."""
    return tuple(name for name in SWITCHES if re.search(rf"(?<![\w.'\"<\[/]){name}(?![\w'\">\]])", template))
