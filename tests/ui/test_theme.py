"""Colours can be read, and change while the window is open."""

from __future__ import annotations

import re

import pytest
from PySide6.QtGui import QColor, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.core.paths import assets_dir
from desktop.core.settings import Theme
from desktop.ui import icons, theme
from desktop.ui.main_window import MainWindow

ALL = {
    "light": theme.LIGHT,
    "dark": theme.DARK,
    "light, high contrast": theme.LIGHT_CONTRAST,
    "dark, high contrast": theme.DARK_CONTRAST,
}
READ_ON = {
    "text": ("window", "sidebar", "surface", "user_bubble", "selected", "code", "hover"),
    "muted": ("window", "sidebar", "surface", "user_bubble", "selected", "code"),
    "faint": ("window", "sidebar", "surface"),
    "accent": ("window", "sidebar", "surface"),
    "brand_text": ("window", "surface"),
    "fits": ("window", "surface"),
    "danger": ("window", "surface"),
    "on_accent": ("accent",),
}


def luminance(color: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    value = QColor(color)

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(value.redF()) + 0.7152 * linear(value.greenF()) + 0.0722 * linear(value.blueF())


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_that_the_measure_of_contrast_is_the_known_one() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("tokens", ALL.values(), ids=ALL)
@pytest.mark.parametrize("text", READ_ON)
def test_that_text_can_be_read_where_it_stands(tokens: theme.Tokens, text: str) -> None:
    for ground in READ_ON[text]:
        found = contrast(getattr(tokens, text), getattr(tokens, ground))
        assert found >= 4.5, f"{text} on {ground}: {found:.2f}"


@pytest.mark.parametrize("tokens", [theme.LIGHT_CONTRAST, theme.DARK_CONTRAST])
def test_that_high_contrast_is_high(tokens: theme.Tokens) -> None:
    assert contrast(tokens.text, tokens.window) > 20
    assert contrast(tokens.line, tokens.window) >= 4.5
    for text in READ_ON.keys() - {"on_accent"}:
        assert contrast(getattr(tokens, text), tokens.window) >= 7, text
    assert contrast(tokens.track, tokens.window) >= 3


def test_that_high_contrast_can_be_had_where_the_system_has_no_word_for_it(app: QApplication) -> None:
    theme.apply(Theme.LIGHT, 1.0, high_contrast=True)
    assert theme.current() is theme.LIGHT_CONTRAST
    theme.apply(Theme.DARK, 1.0, high_contrast=True)
    assert theme.current() is theme.DARK_CONTRAST
    theme.apply(Theme.LIGHT, 1.0)
    assert theme.current() is theme.LIGHT


def test_that_the_style_sheet_uses_tokens_only() -> None:
    template = (assets_dir() / "themes" / "samar.qss").read_text(encoding="utf-8")
    names = set(re.findall(r"@([a-z_]+)@", template))
    assert names <= set(theme.Tokens.__struct_fields__)
    assert not re.search(r"#[0-9a-fA-F]{6}", template), "a colour outside the tokens"
    assert "@" not in theme.style_sheet(theme.LIGHT, 1.0)


def test_that_the_text_scale_reaches_the_style_sheet() -> None:
    assert "font-size: 15px" in theme.style_sheet(theme.LIGHT, 1.0)
    assert "font-size: 30px" in theme.style_sheet(theme.LIGHT, 2.0)


def test_that_a_theme_is_changed_in_an_open_window(window: MainWindow, app: QApplication, qtbot: QtBot) -> None:
    def ground() -> str:
        return window.grab().toImage().pixelColor(window.width() // 2, 90).name().upper()

    assert ground() == theme.LIGHT.window
    with qtbot.waitSignal(theme.state().changed):
        theme.apply(Theme.DARK, 1.0)
    assert ground() == theme.DARK.window
    assert app.palette().color(QPalette.ColorRole.Window).name().upper() == theme.DARK.window
    assert theme.current() is theme.DARK


def test_that_the_same_theme_again_repaints_nothing(app: QApplication, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(theme.state().changed):
        theme.apply(Theme.LIGHT, 1.0)


def test_that_the_text_size_grows_the_interface(window: MainWindow) -> None:
    before = window.composer.text.fontMetrics().height()
    theme.apply(Theme.LIGHT, 2.0)
    assert window.composer.text.fontMetrics().height() > before * 1.8
    assert theme.px(15) == 30


def test_that_the_interface_font_keeps_its_real_name(app: QApplication) -> None:
    font = theme.interface_font()
    assert font.families()[0] == QFontInfo(font).family()
    assert len(set(font.families())) == len(font.families())


@pytest.mark.parametrize("name", icons.STROKES)
def test_that_every_icon_draws_something(name: str, app: QApplication) -> None:
    image = icons.pixmap(name, 24, "#ff0000", 1.0).toImage()
    inked = sum(image.pixelColor(x, y).alpha() > 128 for x in range(24) for y in range(24))
    assert 4 < inked < 400


def test_that_icons_with_a_direction_are_mirrored(app: QApplication) -> None:
    one = icons.pixmap("chevron-end", 24, "#000000", 1.0).toImage()
    other = icons.pixmap("chevron-end", 24, "#000000", 1.0, right_to_left=True).toImage()
    assert one != other
    assert (
        icons.pixmap("copy", 24, "#000000").toImage()
        == icons.pixmap("copy", 24, "#000000", right_to_left=True).toImage()
    )


def test_that_the_app_has_an_icon(app: QApplication) -> None:
    image = icons.app_icon().pixmap(64, 64).toImage()
    assert image.pixelColor(32, 32).alpha() == 255


def test_that_the_room_of_things_to_try_grows_with_the_text(window: MainWindow) -> None:
    assert window.empty.body.maximumWidth() == 480
    theme.apply(Theme.LIGHT, 1.5)
    assert window.empty.body.maximumWidth() == 720
    assert window.empty.suggestions[0].sizeHint().width() == 630
