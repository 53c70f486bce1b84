"""Guesses from the text itself: where the reply repeats what the chat has said, the next tokens are tried in one batch.

A guess is only a proposal: every token is sampled from the model's own distribution after the same tokens as without it, and
a guessed token counts when it is the one that was sampled. So the output is the same, and only its speed changes.

A batch of 16 tokens costs about six single ones on a CPU and little more than one on a GPU, so long guesses pay; how long a
repetition must be before it is trusted is learnt from what the guesses so far have gained or cost.
"""

from __future__ import annotations

from collections.abc import Sequence

MOST = 15
"""Tokens of a guess: with the token before them a batch of 16."""
_KEY = 4
_FIRST_NEED, _LEAST_NEED, _MOST_NEED = 8, 4, 64
"""Tokens that must have been repeated before the next ones are guessed."""
_LEAST_GUESS = 4


class Guesser:
    """Learns the tokens of one chat and proposes what follows. Outlives a reply, so that it keeps what it learnt."""

    def __init__(self) -> None:
        self._need = _FIRST_NEED
        self._single_s = 0.0
        self.tokens: list[int] = []
        self._last: dict[tuple[int, ...], int] = {}
        self._from = 0
        """Where in `tokens` the continuation of the present repetition begins; 0: there is none."""

    def restart(self, tokens: Sequence[int]) -> None:
        """Begin a reply after the prompt `tokens`."""
        self.tokens = list(tokens)
        keys = zip(*(self.tokens[i:] for i in range(_KEY)), strict=False)
        self._last = {key: end for end, key in enumerate(keys, _KEY)}
        self._from = 0

    def add(self, token: int) -> None:
        tokens = self.tokens
        tokens.append(token)
        if self._from and tokens[self._from] == token:
            self._from += 1
        else:
            self._from = 0
        key = tuple(tokens[-_KEY:])
        if not self._from:
            self._from = self._last.get(key, 0)
        self._last[key] = len(tokens)

    def guess(self, most: int) -> list[int]:
        """What may follow, at most `most` tokens; [] when nothing is repeated or guessing has not paid."""
        start, tokens = self._from, self.tokens
        most = min(most, MOST, len(tokens) - start)
        if not start or most < _LEAST_GUESS:
            return []
        end, length = len(tokens), 0
        while length < self._need and length < start and tokens[start - 1 - length] == tokens[end - 1 - length]:
            length += 1
        return tokens[start : start + most] if length >= self._need else []

    def single(self, seconds: float) -> None:
        """What decoding and sampling one token took."""
        self._single_s = seconds if not self._single_s else 0.9 * self._single_s + 0.1 * seconds

    def tried(self, accepted: int, seconds: float) -> None:
        """What a guess took, and how many of its tokens were right."""
        gain = (accepted + 1) * self._single_s / seconds if seconds > 0 and self._single_s else 0.0
        if gain < 1.0:
            self._need = min(self._need * 2, _MOST_NEED)
        elif gain > 1.2:
            self._need = max(self._need - 2, _LEAST_NEED)
