"""A font that was copied by half is refused by name: typst would print an empty page in it."""

import shutil
from pathlib import Path

import pylopdf_fonts_zh_cn
import pytest
from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

from engine.documents.font_files import fault_of
from engine.documents.fonts import FontRole, find_fonts
from engine.errors import DocumentError
from engine.serving.examination import examine
from engine.serving.findings import Level
from engine.settings import load_settings
from tests.builders import moment

NOWHERE = Path("does-not-exist")
NOW = moment("Fri 2026-11-27 09:00")


def named(family, target, text="样例单位函号年月日"):
    """Write a small font that calls itself by a family's name."""
    font = TTFont(Path(pylopdf_fonts_zh_cn.__file__).parent / "NotoSerifSC-Regular.otf", lazy=True)
    made = subset.Subsetter()
    made.populate(text=text)
    made.subset(font)
    for record in font["name"].names:
        if record.nameID in (1, 16):
            record.string = family
    font.save(target)
    return target


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A whole font called 仿宋_GB2312, as a site may mount it."""
    return named("FangSong_GB2312", tmp_path_factory.mktemp("font") / "simfang.otf")


@pytest.fixture
def site(tmp_path):
    directory = tmp_path / "site"
    directory.mkdir()
    return directory


def shortened(source, target, share):
    whole = source.read_bytes()
    target.write_bytes(whole[: int(len(whole) * share)])
    return target


def test_a_whole_font_has_no_fault(drawn):
    assert fault_of(drawn) == ""


@pytest.mark.parametrize("share", [0.2, 0.5, 0.95, 0.99])
def test_a_font_copied_by_half_stops_letters_in_one_line_that_names_it(drawn, site, share):
    shortened(drawn, site / "simfang.otf", share)

    with pytest.raises(DocumentError, match="函件不能生成") as refused:
        find_fonts(site, NOWHERE)

    said = str(refused.value)
    assert f"字体文件 {site / 'simfang.otf'} 没有拷完：应有 4,1" in said
    assert "\n" not in said


@pytest.mark.parametrize(
    "content", [b"", b"\0\1\0\0", b"no font at all", b"ttcf\0\1\0\0\0", b"ttcf\0\1\0\0\0\0\0\0"]
)
def test_what_breaks_off_at_its_beginning_stops_them_too(site, content):
    (site / "simfang.ttf").write_bytes(content)

    with pytest.raises(DocumentError, match=r"simfang\.ttf 读不出字体：不完整"):
        find_fonts(site, NOWHERE)


def test_one_that_was_filled_up_with_nothing_has_no_glyphs(drawn, site):
    whole = drawn.read_bytes()
    half = len(whole) // 4
    (site / "simfang.otf").write_bytes(whole[:half] + bytes(len(whole) - half))

    with pytest.raises(DocumentError, match="里面没有字形"):
        find_fonts(site, NOWHERE)


@pytest.mark.parametrize(("start", "end"), [(0.4, 0.6), (0.3, 0.7)])
def test_one_of_which_a_part_in_its_midst_was_left_empty_is_refused_by_name(site, start, end):
    name = named("FangSong_GB2312", site / "simfang.otf", "".join(map(chr, range(0x4E00, 0x4F00))))
    assert fault_of(name) == ""
    content = bytearray(name.read_bytes())
    size = len(content)
    first, last = int(size * start), int(size * end)
    content[first:last] = bytes(last - first)
    name.write_bytes(content)

    with pytest.raises(DocumentError, match="没有拷全：中间有一段是空的") as refused:
        find_fonts(site, NOWHERE)

    assert f"字体文件 {name} " in str(refused.value)


def test_a_font_that_tells_a_wrong_sum_and_is_whole_has_no_fault(drawn, tmp_path):
    content = bytearray(drawn.read_bytes())
    content[16:20] = b"\1\2\3\4"  # the sum of its first table
    odd = tmp_path / "odd.otf"
    odd.write_bytes(content)

    assert fault_of(odd) == ""


def test_every_face_of_a_collection_is_looked_at(drawn, tmp_path):
    collection = TTCollection()
    collection.fonts = [TTFont(drawn), TTFont(drawn)]
    whole = tmp_path / "both.ttc"
    collection.save(whole)

    assert fault_of(whole) == ""
    # Its second face is listed last.
    assert "读不出字体：不完整" in fault_of(shortened(whole, tmp_path / "half.ttc", 0.99))


def test_a_font_that_letters_do_not_use_stops_none(tmp_path, site):
    whole = named("Another Family", tmp_path / "other.otf")
    shortened(whole, site / "other.otf", 0.99)

    assert find_fonts(site, NOWHERE).of(FontRole.FANGSONG).family == "Noto Serif SC"


def test_what_a_system_hides_beside_a_font_is_none(drawn, site):
    shutil.copy(drawn, site / "simfang.otf")
    (site / "._simfang.otf").write_bytes(b"resource fork")
    (site / "readme.txt").write_bytes(b"licence")

    assert find_fonts(site, NOWHERE).of(FontRole.FANGSONG).family == "FangSong_GB2312"


@pytest.mark.parametrize("family", ["方正小标宋", "方正小标宋简体", "FZXiaoBiaoSong-B05S"])
def test_the_title_font_is_known_by_each_of_its_names(site, family):
    named(family, site / "title.otf")

    title = find_fonts(site, NOWHERE).of(FontRole.TITLE)

    assert (title.family, title.stand_in) == (family, False)


@pytest.fixture
def looked_over(monkeypatch, tmp_path, site):
    """What `hotline check` says of fonts with that directory of the site."""

    def look():
        monkeypatch.setenv("HOTLINE_VAR", str(tmp_path / "var"))
        monkeypatch.setenv("HOTLINE_FONT_DIRECTORY", str(site))
        load_settings.cache_clear()
        found = examine(load_settings(), NOW)
        return [(one.level, one.words) for one in found if one.what == "公文字体"]

    yield look
    load_settings.cache_clear()


def test_the_check_says_which_font_is_broken(drawn, site, looked_over):
    shortened(drawn, site / "simfang.otf", 0.99)

    ((level, words),) = looked_over()

    assert level is Level.BROKEN
    assert "simfang.otf 没有拷完" in words


def test_the_check_mentions_a_spoilt_font_that_is_not_used(tmp_path, site, looked_over):
    whole = named("Another Family", tmp_path / "other.otf")
    shortened(whole, site / "other.otf", 0.99)

    first, *_ = looked_over()

    assert first[0] is Level.LOOK
    assert "other.otf 没有拷完" in first[1]


def test_the_check_says_that_the_directory_of_the_site_is_empty(site, looked_over):
    first, *_ = looked_over()

    assert first[0] is Level.LOOK
    assert f"{site} 里没有字体文件" in first[1]
