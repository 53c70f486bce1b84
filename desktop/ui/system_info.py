"""What the window runs on, for a report of a problem: screens, fonts, theme."""

from __future__ import annotations

from PySide6.QtCore import QLibraryInfo, QLocale
from PySide6.QtGui import QFontDatabase, QFontInfo, QGuiApplication

from desktop.ui import i18n, theme
from desktop.ui.error_presenter import about


def facts() -> dict[str, str]:
    """In English, one line each."""
    screens = [
        f"{screen.size().width()} × {screen.size().height()} at {screen.devicePixelRatio():g}"
        for screen in QGuiApplication.screens()
    ]
    state = theme.state()
    return {
        "Versions": about(),
        "Build of Qt": str(QLibraryInfo.build()),
        "Display": f"{QGuiApplication.platformName()}; {', '.join(screens)}",
        "Language": f"{i18n.current()}; the system's: {', '.join(QLocale.system().uiLanguages()[:4])}",
        "Theme": f"{state.choice} ({'dark' if state.tokens.dark else 'light'}), text at {state.scale:.0%}",
        "Font": f"{QFontInfo(theme.interface_font()).family()}; Arabic faces: {len(arabic_fonts())}",
    }


def arabic_fonts() -> list[str]:
    """Families that have Arabic letters."""
    return QFontDatabase.families(QFontDatabase.WritingSystem.Arabic)
