"""Fonts: searched in order, never silently missing."""

import shutil
from pathlib import Path

import pylopdf_fonts_zh_cn
import pytest
from fontTools.ttLib import TTFont

from engine.documents import fonts as module
from engine.documents.fonts import FontRole, find_fonts, installed_fonts
from engine.errors import DocumentError
from engine.settings import load_settings

WHEEL = Path(pylopdf_fonts_zh_cn.__file__).parent
NOWHERE = Path("does-not-exist")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site directory whose one font calls itself 仿宋_GB2312."""
    directory = tmp_path_factory.mktemp("site")
    font = TTFont(WHEEL / "NotoSerifSC-Regular.otf", lazy=True)
    for record in font["name"].names:
        if record.nameID in (1, 16):
            record.string = "FangSong_GB2312"
    font.save(directory / "simfang.otf")
    return directory


def test_the_sites_own_font_comes_first_and_needs_no_note(site):
    fonts = find_fonts(site, NOWHERE)

    assert fonts.of(FontRole.FANGSONG).family == "FangSong_GB2312"
    assert fonts.notes_for([(FontRole.FANGSONG, "样例")]) == ()


@pytest.fixture
def settings(monkeypatch):
    """Set environment variables for the length of a test."""

    def use(**changes):
        for name, value in changes.items():
            monkeypatch.setenv(name, str(value))
        load_settings.cache_clear()

    yield use
    load_settings.cache_clear()


def test_an_installation_finds_its_fonts_under_its_own_var(site, settings, tmp_path):
    shutil.copytree(site, tmp_path / "fonts")
    settings(HOTLINE_VAR=tmp_path)

    assert installed_fonts().of(FontRole.FANGSONG).family == "FangSong_GB2312"


def test_the_directory_of_the_site_comes_before_everything_else(site, settings, tmp_path):
    settings(HOTLINE_VAR=tmp_path, HOTLINE_FONT_DIRECTORY=site)

    assert installed_fonts().directories[0] == site.resolve()
    assert installed_fonts().of(FontRole.FANGSONG).family == "FangSong_GB2312"


def test_a_directory_of_the_site_that_is_not_there_is_one_clear_line(settings, tmp_path):
    settings(HOTLINE_FONT_DIRECTORY=tmp_path / "unmounted")

    with pytest.raises(DocumentError, match="不存在或没有挂载，函件不能生成") as refused:
        installed_fonts()

    assert "\n" not in str(refused.value)


def test_with_nothing_else_letters_are_set_in_the_packages_fonts_and_say_so():
    fonts = find_fonts(None, NOWHERE)

    title = fonts.of(FontRole.TITLE)
    assert (title.family, title.thicken) == ("Noto Serif SC", True)
    assert fonts.notes_for([(FontRole.FANGSONG, "样例")]) == (
        "字体替代：仿宋_GB2312 → Noto Serif SC",
    )


def test_only_roles_that_are_used_leave_a_note():
    fonts = find_fonts(None, NOWHERE)

    assert fonts.notes_for([(FontRole.FANGSONG, ""), (FontRole.HEITI, "一、")]) == (
        "字体替代：黑体 → Noto Sans SC",
    )


def test_no_family_at_all_is_one_clear_line(monkeypatch):
    monkeypatch.setattr(module, "_wheel_directory", lambda: None)

    with pytest.raises(DocumentError, match="没有可用的仿宋_GB2312或替代字体"):
        find_fonts(None, NOWHERE)


def test_a_glyph_in_no_font_is_an_error_that_names_the_character():
    with pytest.raises(DocumentError, match="“𪛖”（U\\+2A6D6）"):
        find_fonts().notes_for([(FontRole.FANGSONG, "样例𪛖")])


@pytest.mark.skipif(
    not (module.PREPARED / "FandolFang-Regular.otf").exists(), reason="scripts/fonts.py was not run"
)
def test_a_borrowed_glyph_leaves_a_note():
    notes = find_fonts().notes_for([(FontRole.FANGSONG, "样例喆")])

    assert notes == ("字体替代：仿宋_GB2312 → FandolFang", "字形替代：喆 → Noto Serif SC")


@pytest.mark.parametrize("name", ["NotoSerifCJKsc-Bold.otf", "NotoSerifSC-Numerals.otf"])
def test_a_font_made_thin_holds_no_glyph_that_no_character_draws(name):
    if not (module.PREPARED / name).exists():
        pytest.skip("scripts/fonts.py was not run")
    font = TTFont(module.PREPARED / name, lazy=True)

    drawn = set(font.getBestCmap().values())
    assert font["maxp"].numGlyphs == len(drawn | {".notdef"})
    assert ord("1") in font.getBestCmap()
