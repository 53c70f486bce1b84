"""The images of messages and drafts: the bytes of each once, however many messages show it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence

from desktop.core.chat import Picture
from desktop.core.errors import SamarError
from desktop.core.images import MAX_KEPT_BYTES, ImageFile
from desktop.storage.database import Database, clean_text
from desktop.storage.rows import picture_of

_COLUMNS = "picture_id, width, height, name"


class PictureStore:
    """Errors: SamarError as `Database.transaction` says, and chat_missing for what is not there any more."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.clock = clock

    def picture(self, picture_id: int) -> bytes:
        """The file of an image."""
        data = self.database.scalar("SELECT data FROM pictures WHERE id = ?", (picture_id,))
        if not isinstance(data, bytes):
            raise SamarError("chat_missing")
        return data

    def digest(self, picture_id: int) -> str:
        """Tells whether two images are the same."""
        return str(self.database.scalar("SELECT digest FROM pictures WHERE id = ?", (picture_id,)))

    def draft_images(self, chat_id: int | None) -> list[ImageFile]:
        """The images that wait beside a draft. None: before there is a chat."""
        rows = self.database.fetch(
            f"SELECT {_COLUMNS} FROM draft_images WHERE chat_id IS ? ORDER BY position", (chat_id,)
        )
        images = []
        for picture in map(picture_of, rows):
            data = self.database.scalar("SELECT data FROM pictures WHERE id = ?", (picture.id,))
            if isinstance(data, bytes):
                images.append(ImageFile(data, picture.width, picture.height, picture.name))
        return images

    def has_draft_images(self, chat_id: int | None) -> bool:
        return self.database.scalar("SELECT 1 FROM draft_images WHERE chat_id IS ?", (chat_id,)) is not None

    def save_draft_images(self, chat_id: int | None, images: Sequence[ImageFile]) -> None:
        """Keep what waits beside a draft; none removes it."""
        with self.database.transaction(durable=False):
            gone = self.database.change("DELETE FROM draft_images WHERE chat_id IS ?", (chat_id,))
            for position, image in enumerate(images):
                self.database.execute(
                    "INSERT INTO draft_images (chat_id, position, picture_id, width, height, name) VALUES (?, ?, ?, ?, ?, ?)",
                    (chat_id, position, self._keep(image), image.width, image.height, clean_text(image.name)),
                )
            if gone:
                drop_unused(self.database)

    # parts of other transactions

    def attach(self, message_id: int, images: Iterable[ImageFile]) -> None:
        for position, image in enumerate(images):
            self.database.execute(
                f"INSERT INTO images (message_id, position, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",
                (message_id, position, self._keep(image), image.width, image.height, clean_text(image.name)),
            )

    def _copy_images(self, source: int, target: int) -> None:
        """Let the message `target` show what `source` shows."""
        self.database.execute(
            f"INSERT INTO images (message_id, position, {_COLUMNS})"
            f" SELECT ?, position, {_COLUMNS} FROM images WHERE message_id = ?",
            (target, source),
        )

    def _keep(self, image: ImageFile) -> int:
        """Id of the bytes, which may be there already."""
        if len(image.data) > MAX_KEPT_BYTES:
            raise ValueError("an image that was not made small enough")
        digest = digest_of(image.data)
        known = self.database.scalar("SELECT id FROM pictures WHERE digest = ?", (digest,))
        if known is not None:
            return int(known)
        return self.database.execute("INSERT INTO pictures (digest, data) VALUES (?, ?)", (digest, image.data))

    def _images_in(self, condition: str, values: Sequence[object]) -> dict[int, tuple[Picture, ...]]:
        """What messages show, in order, by message. condition: SQL about `message_id`."""
        found: dict[int, tuple[Picture, ...]] = {}
        for message_id, *picture in self.database.fetch(
            f"SELECT message_id, {_COLUMNS} FROM images WHERE {condition} ORDER BY message_id, position", values
        ):
            found[message_id] = (*found.get(message_id, ()), picture_of(tuple(picture)))
        return found


def digest_of(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def drop_unused(database: Database) -> None:
    """Erase the bytes that neither a message nor a draft shows any more. Does nothing in a file of an older schema."""
    if database.scalar("SELECT 1 FROM sqlite_master WHERE name = 'pictures'") is None:
        return
    database.execute(
        "DELETE FROM pictures WHERE id NOT IN (SELECT picture_id FROM images)"
        " AND id NOT IN (SELECT picture_id FROM draft_images)"
    )
