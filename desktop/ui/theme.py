"""Colours, type and style: tokens in two themes, one style sheet, changed while the window is open.

Widgets that paint themselves read `current()`; all others are painted by Fusion with the style sheet
`assets/themes/samar.qss`, whose @names@ are the fields of Tokens.
"""

from __future__ import annotations

import re
from functools import cache

from msgspec import Struct
from msgspec.structs import asdict, replace
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from desktop.core.paths import assets_dir
from desktop.core.settings import Theme


class Tokens(Struct, frozen=True):
    """Colours by meaning, as #rrggbb. Everything that must be read has a contrast of 4.5:1 or more where it stands."""

    window: str
    sidebar: str
    surface: str
    line: str
    text: str
    muted: str
    faint: str
    accent: str
    on_accent: str
    user_bubble: str
    """The bubble of the person's messages."""
    brand: str
    """The brand and the loaded model's dot: never text."""
    brand_text: str
    fits: str
    danger: str
    code: str
    selected: str
    hover: str
    track: str
    """The empty part of a slider or a meter."""
    shadow: str
    dark: bool

    def color(self, name: str, alpha: float = 1.0) -> QColor:
        value = QColor(getattr(self, name))
        value.setAlphaF(alpha)
        return value


LIGHT = Tokens(
    window="#FAF8F4",
    sidebar="#F1EEE7",
    surface="#FFFFFF",
    line="#E4DFD4",
    text="#23222B",
    muted="#67626F",
    faint="#6D6875",
    accent="#4A4FBF",
    on_accent="#FFFFFF",
    user_bubble="#ECEAF8",
    brand="#D98A1F",
    brand_text="#8F5500",
    fits="#257247",
    danger="#B3372F",
    code="#F4F1EA",
    selected="#E6E2D8",
    hover="#ECE8DF",
    track="#E2DDD1",
    shadow="#3B3322",
    dark=False,
)
DARK = Tokens(
    window="#15161F",
    sidebar="#101119",
    surface="#1D1F2B",
    line="#2B2D3B",
    text="#E9E7EF",
    muted="#A6A4B3",
    faint="#918FA0",
    accent="#8F94F2",
    on_accent="#14151E",
    user_bubble="#272A40",
    brand="#EBB05A",
    brand_text="#EBB05A",
    fits="#7CCB9A",
    danger="#F2887F",
    code="#1A1C27",
    selected="#232534",
    hover="#1C1E2A",
    track="#2E3040",
    shadow="#000000",
    dark=True,
)
LIGHT_CONTRAST = replace(
    LIGHT,
    window="#FFFFFF",
    sidebar="#FFFFFF",
    line="#5C5866",
    text="#000000",
    muted="#33313B",
    faint="#3F3C47",
    accent="#31359E",
    user_bubble="#DDDAF7",
    brand="#A86200",
    brand_text="#6E4100",
    fits="#14562F",
    danger="#921E17",
    code="#F6F4EF",
    selected="#D5CFC0",
    hover="#E6E1D4",
    track="#85808D",
)
DARK_CONTRAST = replace(
    DARK,
    window="#000000",
    sidebar="#000000",
    surface="#0B0C12",
    line="#9A98A8",
    text="#FFFFFF",
    muted="#DAD8E4",
    faint="#CAC8D6",
    accent="#B3B7FF",
    user_bubble="#31365F",
    fits="#9CE6B7",
    danger="#FFB1AA",
    code="#0B0C12",
    selected="#363A56",
    hover="#25283B",
    track="#716F80",
)

TEXT_PX = 15
SMALL_PX = 13
RADIUS_ROW = 9
RADIUS_CARD = 12
RADIUS_BUBBLE = 20

# Faces with open counters at a Latin interface font's optical size, best first.
ARABIC_FACES = (
    "Noto Sans Arabic",
    "Noto Sans Arabic UI",
    "IBM Plex Sans Arabic",
    "Segoe UI",
    "SF Arabic",
    "Geeza Pro",
    "Vazirmatn",
    "Noto Naskh Arabic",
    "DejaVu Sans",
    "Arial",
)
POOR_ARABIC = ("DejaVu Sans", "FreeSans", "Liberation Sans", "Droid Sans")
"""Interface fonts whose own Arabic, if any, is cramped; an Arabic face is put before them for Arabic text."""


class ThemeState(QObject):
    """What is shown now. `changed` comes after palette and style sheet are in place."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.tokens = LIGHT
        self.choice = Theme.SYSTEM
        self.high_contrast = False
        self.scale = 1.0


@cache
def state() -> ThemeState:
    """The one state of this process; made at first use, after QApplication."""
    return ThemeState()


def current() -> Tokens:
    return state().tokens


def is_high_contrast() -> bool:
    return current() in (LIGHT_CONTRAST, DARK_CONTRAST)


def opposite() -> Tokens:
    """The other theme's tokens, for what must stand out from the window."""
    return LIGHT if current().dark else DARK


def px(size: float) -> int:
    """A text size in pixels at the person's text scale."""
    return round(size * state().scale)


def width(base: int, most: float = 1.35) -> int:
    """The width of a column whose text grows: follows the text scale up to `most`, where the conversation needs the room."""
    return round(base * min(max(state().scale, 1.0), most))


STYLE = ("-style", "fusion")
"""For the arguments of a QApplication: asked for there, the style costs no wrapper of QStyle and all of its enums."""


def install(
    app: QApplication,
    choice: Theme = Theme.SYSTEM,
    scale: float = 1.0,
    *,
    high_contrast: bool = False,
    styled: bool = False,
) -> None:
    """Set style, fonts and colours, and follow the system's changes from now on. styled: the application was given STYLE."""
    if not styled:
        app.setStyle("Fusion")
    app.setEffectEnabled(Qt.UIEffect.UI_AnimateCombo, False)
    hints = QGuiApplication.styleHints()
    hints.colorSchemeChanged.connect(_follow_system)
    hints.accessibility().contrastPreferenceChanged.connect(_follow_system)
    apply(choice, scale, high_contrast=high_contrast)


def apply(choice: Theme, scale: float, *, high_contrast: bool = False) -> None:
    """Show a theme at a text scale (1.0 = 15 px); does nothing when both are shown already. high_contrast: also where the
    system doesn't ask for it."""
    now = state()
    now.choice = choice
    now.high_contrast = high_contrast
    scale = min(max(scale, 0.7), 2.5)
    rescaled = scale != now.scale
    now.scale = scale
    hints = QGuiApplication.styleHints()
    wanted = {Theme.LIGHT: Qt.ColorScheme.Light, Theme.DARK: Qt.ColorScheme.Dark}.get(choice)
    if wanted is None:
        hints.unsetColorScheme()
    else:
        hints.setColorScheme(wanted)  # window frames of the system follow too
    _show(tokens_for(choice), force=rescaled)


def tokens_for(choice: Theme) -> Tokens:
    """The tokens of a choice under the system's present colour scheme and contrast."""
    hints = QGuiApplication.styleHints()
    dark = choice is Theme.DARK or (choice is Theme.SYSTEM and hints.colorScheme() == Qt.ColorScheme.Dark)
    asked = hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast
    if asked or state().high_contrast:
        return DARK_CONTRAST if dark else LIGHT_CONTRAST
    return DARK if dark else LIGHT


def _follow_system() -> None:
    _show(tokens_for(state().choice), force=False)


def _show(tokens: Tokens, *, force: bool) -> None:
    app = QApplication.instance()
    now = state()
    if not isinstance(app, QApplication) or (tokens == now.tokens and not force and app.styleSheet()):
        return
    now.tokens = tokens
    _font.cache_clear()
    app.setFont(interface_font())
    app.setPalette(palette_of(tokens))
    app.setStyleSheet(style_sheet(tokens, now.scale))
    now.changed.emit()


def interface_font(pixels: float = TEXT_PX, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The system's interface font, by its real name (an alias such as "Sans Serif" would lose its place), with
    an Arabic face beside it, at a size of the person's text scale."""
    return QFont(_font(pixels, weight.value))


@cache
def _font(pixels: float, weight: int) -> QFont:
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    font.setFamilies(list(_families(QFontInfo(font).family())))
    font.setPixelSize(px(pixels))
    font.setWeight(QFont.Weight(weight))
    return font


@cache
def _families(system: str) -> tuple[str, ...]:
    present = set(QFontDatabase.families())
    arabic = [face for face in ARABIC_FACES if face in present and face != system]
    if system in POOR_ARABIC and "Noto Sans" in present:
        system = "Noto Sans"
    return (system, *arabic[:2])


def mono_font(pixels: float = SMALL_PX) -> QFont:
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPixelSize(px(pixels))
    return font


def palette_of(tokens: Tokens) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    pairs = {
        role.Window: "window",
        role.Base: "surface",
        role.AlternateBase: "code",
        role.Button: "surface",
        role.ToolTipBase: "surface",
        role.Text: "text",
        role.WindowText: "text",
        role.ButtonText: "text",
        role.ToolTipText: "text",
        role.BrightText: "danger",
        role.PlaceholderText: "faint",
        role.Highlight: "accent",
        role.HighlightedText: "on_accent",
        role.Accent: "accent",
        role.Link: "accent",
        role.LinkVisited: "accent",
        role.Mid: "line",
        role.Midlight: "line",
        role.Dark: "muted",
        role.Light: "surface",
        role.Shadow: "shadow",
    }
    for where, name in pairs.items():
        palette.setColor(where, tokens.color(name))
    for where in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, where, tokens.color("faint"))
    return palette


@cache
def _template() -> str:
    return (assets_dir() / "themes" / "samar.qss").read_text(encoding="utf-8")


def style_sheet(tokens: Tokens, scale: float) -> str:
    """The style sheet with its @names@ filled; @13px@ is a text size at the person's scale."""
    values = {name: str(value) for name, value in asdict(tokens).items()}
    filled = re.sub(r"@(\d+)px@", lambda found: f"{round(int(found[1]) * scale)}px", _template())
    return re.sub(r"@([a-z_]+)@", lambda found: values[found[1]], filled)
