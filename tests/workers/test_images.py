"""Images as a person gives them become files that the engine reads: upright, small enough, else as they are."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter
from pytestqt.qtbot import QtBot

from desktop.core.errors import SamarError
from desktop.core.images import MAX_BYTES, MAX_KEPT_BYTES, ImageFile, check_image, kind_of
from desktop.workers import image_decoding
from desktop.workers.image_decoding import LONGEST_SIDE, decoded, keep, prepare
from desktop.workers.images import ImageDecoder, ImageWorker, Prepared
from tests.fakes.tiny_gguf import png

RED = png((220, 20, 20))


def encoded(image: QImage, kind: str) -> bytes:
    made = QByteArray()
    buffer = QBuffer(made)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert QImageWriter(buffer, QByteArray(kind.encode())).write(image)
    buffer.close()
    return bytes(made.data())


def half_and_half(width: int, height: int, *, alpha: bool = False) -> QImage:
    """Red at the left, blue at the right."""
    form = QImage.Format.Format_ARGB32 if alpha else QImage.Format.Format_RGB32
    image = QImage(width, height, form)
    image.fill(QColor("red"))
    painter = QPainter(image)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
    painter.fillRect(width // 2, 0, width - width // 2, height, QColor(0, 0, 255, 128 if alpha else 255))
    painter.end()
    return image


def turned(jpeg: bytes, orientation: int) -> bytes:
    """A JPEG with the orientation that a camera writes (Exif 2.3, tag 0x0112)."""
    tiff = b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    body = b"Exif\0\0" + tiff
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


@pytest.fixture
def decoder() -> Iterator[ImageDecoder]:
    made = ImageDecoder()
    yield made
    made.close()


def is_like(colour: QColor, name: str) -> bool:
    wanted = QColor(name)
    return max(abs(a - b) for a, b in zip(colour.getRgb()[:3], wanted.getRgb()[:3], strict=True)) < 40  # type: ignore[index,arg-type]


@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_that_what_the_engine_reads_stays_byte_for_byte(kind: str) -> None:
    data = encoded(half_and_half(60, 40), kind)
    assert prepare(data, "a") == ImageFile(data, 60, 40, "a")


@pytest.mark.parametrize("kind", ["webp", "bmp"])
def test_that_other_formats_become_png(kind: str) -> None:
    made = prepare(encoded(half_and_half(60, 40), kind), f"a.{kind}")
    assert kind_of(made.data) == "png"
    assert (made.width, made.height, made.name) == (60, 40, f"a.{kind}")
    assert is_like(QImage.fromData(made.data).pixelColor(5, 5), "red")


def test_that_of_an_animation_the_first_picture_is_taken() -> None:
    gif = (
        b"GIF89a\x02\0\x02\0\x91\0\0\xff\0\0\0\xff\0\0\0\xff\0\0\0"
        b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
        b",\0\0\0\0\x02\0\x02\0\0\x02\x02\x84\x51\0"
        b",\0\0\0\0\x02\0\x02\0\0\x02\x02\x8c\x53\0;"
    )
    made = prepare(gif, "a.gif")
    assert kind_of(made.data) == "png"
    assert (made.width, made.height) == (2, 2)


@pytest.mark.parametrize(
    ("orientation", "size", "corner"), [(6, (40, 60), "red"), (3, (60, 40), "blue"), (1, (60, 40), "red")]
)
def test_that_a_photo_stands_upright(orientation: int, size: tuple[int, int], corner: str) -> None:
    made = prepare(turned(encoded(half_and_half(60, 40), "jpeg"), orientation), "photo.jpg")
    assert (made.width, made.height) == size
    assert check_image(made.data) == size, "the engine reads no orientation: it stands in the pixels"
    assert is_like(QImage.fromData(made.data).pixelColor(3, 3), corner)


def test_that_a_large_image_is_made_smaller_and_keeps_its_shape() -> None:
    made = prepare(encoded(half_and_half(4000, 1000), "jpeg"), "a")
    assert (made.width, made.height) == (LONGEST_SIDE, LONGEST_SIDE // 4)
    assert kind_of(made.data) == "jpeg"
    thin = prepare(encoded(half_and_half(6000, 1), "png"), "thin")
    assert (thin.width, thin.height) == (LONGEST_SIDE, 1)


def test_that_noise_is_compressed_until_it_fits() -> None:
    import random

    noise = QImage(random.Random(1).randbytes(2000 * 2000 * 4), 2000, 2000, QImage.Format.Format_RGB32)
    made = keep(noise, "noise")
    assert len(made.data) <= MAX_KEPT_BYTES
    assert (made.width, made.height) == (2000, 2000)


def test_that_transparency_is_kept_where_it_fits() -> None:
    made = keep(half_and_half(30, 30, alpha=True), "a")
    assert QImage.fromData(made.data).pixelColor(25, 5).alpha() == 128


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "image_unreadable"),
        (b"words and more words, long enough for a header", "image_unreadable"),
        (RED[:50], "image_unreadable"),
        (RED[:33] + b"nonsense" * 40, "image_unreadable"),
        (RED[:16] + (60_000).to_bytes(4, "big") * 2 + RED[24:], "image_too_large"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' width='10' height='10'/>", "image_unreadable"),
    ],
)
def test_that_hostile_bytes_are_one_sentence(data: bytes, code: str) -> None:
    with pytest.raises(SamarError) as caught:
        prepare(data, "bad")
    assert (caught.value.code, caught.value.details["name"]) == (code, "bad")


def test_that_a_file_of_one_kind_is_never_read_as_another(decoder: ImageDecoder, tmp_path: Path) -> None:
    """The name of the decoder comes from the checked header."""
    tiff = b"II*\0" + bytes(60)
    path = tmp_path / "a.png"
    path.write_bytes(tiff)
    with pytest.raises(SamarError):
        decoder.read(path)


def test_that_a_file_beyond_the_bound_is_not_read_whole(decoder: ImageDecoder, tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    with path.open("wb") as file:
        file.write(RED)
        file.truncate(MAX_BYTES * 4)
    with pytest.raises(SamarError) as caught:
        decoder.read(path)
    assert caught.value.code == "image_too_large"


def test_that_a_thumbnail_fills_its_room_and_is_not_much_larger() -> None:
    data = encoded(half_and_half(800, 400), "jpeg")
    assert decoded(data, filling=QSize(100, 100)).size() == QSize(200, 100)
    assert decoded(RED, filling=QSize(100, 100)).size() == QSize(24, 16)


def test_that_the_worker_gives_what_it_can_and_the_first_problem(qtbot: QtBot, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.png", tmp_path / "bad.png"
    good.write_bytes(RED)
    bad.write_bytes(b"no")
    worker = ImageWorker()
    with qtbot.waitSignal(worker.prepared) as caught:
        worker.prepare([bad, good, half_and_half(20, 10), tmp_path / "none.png"], "Pasted")
    outcome = caught.args[0]
    assert isinstance(outcome, Prepared)
    assert [image.name for image in outcome.images] == ["good.png", "Pasted"]
    assert outcome.problem is not None and outcome.problem.details["name"] == "bad.png"
    with qtbot.waitSignal(worker.drawn) as drawn:
        worker.draw("key", b"no image", QSize(10, 10))
    assert drawn.args[0] == "key" and drawn.args[1].isNull()
    worker.close()
    worker.prepare([good])
    worker.draw("key", RED, QSize(10, 10))
    assert worker.waiting == 0


def test_that_the_worker_decodes_nothing_in_this_process(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files, bytes of a clipboard, and what is drawn: decoders are native code, and the bytes are a stranger's."""

    def never(*_arguments: object) -> None:
        raise AssertionError("decoded here")

    for name in ("QImageReader", "_reader", "decoded"):
        monkeypatch.setattr(image_decoding, name, never)
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(turned(encoded(half_and_half(60, 40), "jpeg"), 6))
    worker = ImageWorker()
    try:
        with qtbot.waitSignal(worker.prepared) as caught:
            worker.prepare([photo, encoded(half_and_half(30, 20), "webp")], "Pasted")
        assert [(image.width, image.height, image.name) for image in caught.args[0].images] == [
            (40, 60, "photo.jpg"),
            (30, 20, "Pasted"),
        ]
        with qtbot.waitSignal(worker.drawn) as drawn:
            worker.draw("key", encoded(half_and_half(30, 20, alpha=True), "png"))
        image = drawn.args[1]
        assert image.size() == QSize(30, 20)
        assert is_like(image.pixelColor(5, 5), "red")
        assert image.pixelColor(25, 5).alpha() == 128
    finally:
        worker.close()
    assert worker.decoder.pid is None


def test_that_a_decoder_that_dies_costs_one_image(decoder: ImageDecoder, monkeypatch: pytest.MonkeyPatch) -> None:
    assert decoder.prepare(RED, "a").data == RED
    assert decoder.pid is not None
    first = psutil.Process(decoder.pid)
    first.kill()
    assert decoder.pixels(RED).size() == QSize(24, 16)
    assert decoder.pid != first.pid


@pytest.mark.parametrize("answer", [(0, 16, b""), (24, 16, b"too short"), (70_000, 70_000, b"")])
def test_that_pixels_that_are_none_are_not_believed(
    decoder: ImageDecoder, monkeypatch: pytest.MonkeyPatch, answer: tuple[int, int, bytes]
) -> None:
    monkeypatch.setattr(decoder, "_ask", lambda *_arguments, **_options: answer)
    with pytest.raises(SamarError):
        decoder.pixels(RED)
