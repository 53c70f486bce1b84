"""States of the window with images and tokens, for the pictures."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPolygonF
from PySide6.QtWidgets import QApplication

from desktop.core.chat import Message, Picture, Role
from desktop.core.generation import GenerationStats, TokenChoice
from desktop.core.images import ImageFile
from desktop.core.languages import Language
from desktop.core.token_text import TokenSpan
from desktop.ui import i18n
from desktop.ui.composer.attachments import SIDE
from desktop.ui.composer.image_notice import ImageNotice
from desktop.ui.main_window import MainWindow
from desktop.ui.transcript.image_viewer import ImageViewer
from desktop.ui.transcript.token_view import TokenView
from desktop.ui.transcript.view import TranscriptView
from desktop.workers.image_decoding import decoded, keep
from desktop.workers.images import ImageWorker

_WORDS = {
    Language.ENGLISH: (
        ("Which of these would suit the cover of a book of night poems?", ("lake.png", "dunes.png")),
        "The first one: its dark hills leave room for a title, and the moon over the lake says night at once. The second "
        "is warm and reads as a morning.",
    ),
    Language.ARABIC: (
        ("أيّ الصورتين أنسب لغلاف ديوان عن الليل؟", ("البحيرة.png", "الكثبان.png")),
        "الأولى: تلالها الداكنة تترك مكانًا للعنوان، والقمر فوق البحيرة يقول الليل من النظرة الأولى. أما الثانية فدافئة وتُقرأ صباحًا.",
    ),
}
_SURE = (0.99, 0.97, 0.62, 0.98, 0.31, 0.95, 0.93, 0.78, 0.99, 0.12)


def landscape(hue: int, name: str, width: int = 960, height: int = 640) -> ImageFile:
    """A painted evening: sky, moon and hills."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    sky = QLinearGradient(QPointF(0, 0), QPointF(0, height))
    sky.setColorAt(0, QColor.fromHsv(hue, 110, 120))
    sky.setColorAt(1, QColor.fromHsv((hue + 40) % 360, 120, 235))
    painter.fillRect(image.rect(), sky)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor.fromHsv(48, 70, 255))
    painter.drawEllipse(QPointF(width * 0.72, height * 0.28), height * 0.09, height * 0.09)
    for left, top, right, value in ((-0.1, 0.5, 0.7, 80), (0.3, 0.6, 1.2, 60)):
        painter.setBrush(QColor.fromHsv(hue, 120, value))
        peak = QPointF((left + right) / 2 * width, top * height)
        painter.drawPolygon(QPolygonF([QPointF(left * width, height), peak, QPointF(right * width, height)]))
    painter.end()
    return keep(image, name)


def samples() -> list[ImageFile]:
    names = _WORDS[i18n.current()][0][1]
    return [landscape(225, names[0]), landscape(20, names[1], 640, 800)]


def state_images(window: MainWindow) -> None:
    """Images in a message, two more that wait, and a model that sees none."""
    window.show_empty(False)
    window.sidebar.set_current(2)
    (asked, _), answered = _WORDS[i18n.current()]
    images = samples()
    pictures = tuple(Picture(at + 1, image.width, image.height, image.name) for at, image in enumerate(images))
    stats = GenerationStats(prompt_tokens=612, reply_tokens=38, first_token_s=1.9, tokens_per_s=22)
    transcript = window.transcript
    assert isinstance(transcript, TranscriptView)
    worker = ImageWorker(window)
    transcript.thumbnails.set_source(worker, lambda number: images[number - 1].data)
    transcript.set_messages(
        [
            Message(1, 2, None, Role.USER, asked, images=pictures),
            Message(2, 2, 1, Role.ASSISTANT, answered, model="Gemma 3 4B", stats=stats),
        ]
    )
    window.composer.tray.set_images(images)
    for chip in window.composer.tray.chips:
        chip.set_picture(decoded(chip.image.data, filling=QSize(SIDE, SIDE) * 2))
    notice = ImageNotice()
    window.add_notice(notice)
    notice.show_left_out(4, "نموذج سمر المبدئي" if i18n.is_rtl() else "Samar Starter")
    transcript.page.grab()  # what is painted is asked for
    while not transcript.thumbnails.is_settled:
        QApplication.processEvents()
    worker.close()


def state_viewer(window: MainWindow) -> ImageViewer:
    worker = ImageWorker(window)
    viewer = ImageViewer([(image.name, image.data) for image in samples()], 0, worker, window)
    viewer.show()
    while viewer.canvas.is_coming:
        QApplication.processEvents()
    worker.close()
    return viewer


def state_tokens(window: MainWindow) -> TokenView:
    """A reply by its tokens."""
    answered = _WORDS[i18n.current()][1]
    parts = []
    for at, word in enumerate(answered.split(" ")):
        text = word if not at else f" {word}"
        sure = _SURE[at % len(_SURE)]
        others = ((text, sure), (" a", (1 - sure) * 0.6), (" و", (1 - sure) * 0.2), ("\n", (1 - sure) * 0.1))
        parts.append(TokenSpan(text, (TokenChoice(text=text, probability=sure, others=others),)))
    view = TokenView(parts, window)
    view.show()
    return view
