"""Guesses from the text itself: where the reply repeats what the chat has said, the next tokens are tried in one batch.

A guess is only a proposal: every token is sampled from the model's own distribution after the same tokens as without it, and
a guessed token counts when it is the one that was sampled. So the output is the same, and only its speed changes.

A batch of 16 tokens costs about six single ones on a CPU, one of 64 about nine, and both little more than one on a GPU, so long
guesses pay. How long a repetition must be before it is trusted is learnt from what the guesses so far have gained or cost;
a long guess follows one that was right to its end, or comes at once where long ones were seen to cost no more than short ones.
"""

from __future__ import annotations

from collections.abc import Sequence

SHORT, LONG = 15, 63
"""Tokens of a guess: with the token before them a batch of 16, or of 64, from where on the CPU's flash attention works in tiles."""
_KEY = 4
_FIRST_NEED, _LEAST_NEED, _MOST_NEED = 8, 4, 64
"""Tokens that must have been repeated before the next ones are guessed."""
_LEAST_GUESS = 4


class NgramSpeculator:
    """Proposes what follows in one chat. Outlives a reply, so that it keeps what it learnt about its guesses.

    It is asked every few tokens and looks at the new ones together: Python that runs between two decodes runs with
    cold caches, and costs several times what it costs alone.
    """

    def __init__(self) -> None:
        self._need = _FIRST_NEED
        self._seconds = {SHORT: 0.0, LONG: 0.0}
        """What a guess of each length took last."""
        self._length, self._was_right = SHORT, False
        self._single_s = 0.0
        self._tokens: Sequence[int] = ()
        self._last: dict[tuple[int, ...], int] = {}
        self._indexed = 0

    def restart(self, tokens: Sequence[int]) -> None:
        """Begin a reply. tokens: those of the cache, which grow as the reply does."""
        self._tokens, self._indexed, self._was_right = tokens, 0, False
        self._last.clear()

    def guess(self, token: int, most: int) -> list[int]:
        """What may follow the cache's tokens and `token`, at most `most`; [] when nothing is repeated or guessing has
        not paid."""
        tokens = self._tokens
        start = self._find(token)
        end = len(tokens)
        most = min(most, LONG, end - start)
        if not start or most < _LEAST_GUESS:
            return []
        length = 1  # `token` itself is the last one of the key
        while length < self._need and length < start and tokens[start - 1 - length] == tokens[end - length]:
            length += 1
        if length < self._need:
            return []
        long = most == LONG and (self._was_right or 0 < self._seconds[LONG] <= self._seconds[SHORT])
        self._length = LONG if long else min(most, SHORT)
        found = list(tokens[start : start + self._length])
        image = next((at for at, guessed in enumerate(found) if guessed < 0), self._length)
        return found[:image] if image >= _LEAST_GUESS else []

    def _find(self, token: int) -> int:
        """Where what followed the last tokens the last time begins; 0: nowhere."""
        tokens, end = self._tokens, len(self._tokens)
        first = max(0, self._indexed - _KEY + 1)
        new = tokens[first:end]
        keys = zip(*(new[i:] for i in range(_KEY)), strict=False)
        self._last.update({key: place for place, key in enumerate(keys, first + _KEY)})
        self._indexed = end
        return self._last.get((*tokens[end - _KEY + 1 : end], token), 0)

    def single(self, seconds: float) -> None:
        """What decoding and sampling one token took."""
        self._single_s = seconds if not self._single_s else 0.9 * self._single_s + 0.1 * seconds

    def tried(self, accepted: int, seconds: float) -> None:
        """What a guess took, and how many of its tokens were right."""
        self._was_right = accepted == self._length
        if self._length in self._seconds:
            self._seconds[self._length] = seconds
        gain = (accepted + 1) * self._single_s / seconds if seconds > 0 and self._single_s else 0.0
        if gain < 1.0:
            self._need = min(self._need * 2, _MOST_NEED)
        elif gain > 1.2:
            self._need = max(self._need - 2, _LEAST_NEED)
