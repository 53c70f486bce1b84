"""Sizes of windows that the screen has room for."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QWidget

FRAME = QSize(16, 44)
"""Room for the frame that the window system draws, whose size is not known before the window is shown."""


def screen_of(window: QWidget) -> QScreen:
    """Where a window is going to be: on the screen of its parent, else on the first one."""
    parent = window.parentWidget()
    return (parent.window() if parent is not None else window).screen() or QGuiApplication.primaryScreen()


def room(screen: QScreen) -> QSize:
    """The largest window, without its frame, that a screen has room for."""
    return screen.availableGeometry().size() - FRAME


def resize_within_screen(window: QWidget, width: int, height: int) -> None:
    """Give a window its first size, smaller where the screen is; its least size too."""
    largest = room(screen_of(window))
    window.setMinimumSize(window.minimumSize().boundedTo(largest))
    window.resize(QSize(width, height).boundedTo(largest))


def maximize_if_too_large(window: QWidget, width: int, height: int) -> None:
    """As `resize_within_screen`; a window that would not have its whole size fills the screen."""
    resize_within_screen(window, width, height)
    if window.width() < width or window.height() < height:
        window.setWindowState(window.windowState() | Qt.WindowState.WindowMaximized)


def bring_onto_screen(window: QWidget) -> None:
    """Move and shrink a window whose place was remembered, if no screen shows all of it."""
    window.setMinimumSize(window.minimumSize().boundedTo(room(screen_of(window))))
    if window.isMaximized() or window.isFullScreen():
        return  # Qt brings those back onto a screen
    place = window.geometry()
    frame = QRect(place.topLeft(), place.size() + FRAME)
    if any(screen.availableGeometry().contains(frame) for screen in QGuiApplication.screens()):
        return
    screen = QGuiApplication.screenAt(place.center()) or QGuiApplication.primaryScreen()
    resize_within_screen(window, place.width(), place.height())
    centre_on(window, screen)


def centre_on(window: QWidget, screen: QScreen) -> None:
    place = QRect(window.pos(), window.size() + FRAME)
    place.moveCenter(screen.availableGeometry().center())
    window.move(place.topLeft())
