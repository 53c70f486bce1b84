"""Tool calls as a person sees them. Samar runs no tools: a call is shown, and stays in the chat as it was written."""

from __future__ import annotations

import json

LANGUAGE = "tool_call"
"""Of the fence around a call."""


def fenced(call: str) -> str:
    """A call, {"name": …, "arguments": …} as JSON, as a block of Markdown."""
    shown = json.dumps(json.loads(call), ensure_ascii=False, indent=2)
    return f"\n```{LANGUAGE}\n{shown}\n```\n"
