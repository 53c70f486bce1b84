"""Colours of highlighted code by the role of a token (`parsing/code_tokens.py`): in the window, copied, and in exports."""

from __future__ import annotations

COLOURS = {  # on light and on dark panels; at least 4.5:1 on them
    "keyword": ("#4A4FBF", "#A6AAFA"),
    "string": ("#2A7548", "#8CD0A4"),
    "number": ("#94570A", "#EBB05A"),
    "comment": ("#6E6976", "#918FA0"),
    "name": ("#8A3A78", "#E2A5D4"),
    "builtin": ("#0F6A80", "#7FC6DA"),
    "inserted": ("#2A7548", "#8CD0A4"),
    "deleted": ("#B03A2E", "#F2958B"),
}
