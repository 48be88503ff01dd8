"""The words of a mail from all of its parts, and the lines of HTML as a reader sees them."""

from email.message import EmailMessage

import pytest

from engine.delivery.incoming import read_mail


def a_mail(*parts, kind="mixed") -> bytes:
    message = EmailMessage()
    message["From"] = "a@b.invalid"
    message["Content-Type"] = f"multipart/{kind}; boundary=b"
    message.set_payload([])
    for text, subtype, name in parts:
        part = EmailMessage()
        part.set_content(text, subtype=subtype)
        if name:
            part.add_header("Content-Disposition", "attachment", filename=name)
        message.attach(part)
    return message.as_bytes()


def of_html(html):
    return read_mail(a_mail((html, "html", ""))).text


def test_words_below_a_file_are_words_and_those_of_the_file_are_not():
    raw = a_mail(
        ("已办结。", "plain", ""), ("清单", "plain", "清单.txt"), ("执照已送达。", "plain", "")
    )

    assert read_mail(raw).text == "已办结。\n\n执照已送达。"


@pytest.mark.parametrize(
    ("plain", "read"), [("已办结。", "已办结。"), (" \n", "从网页写的：已办结。")]
)
def test_of_two_forms_the_plain_one_is_read_unless_it_says_nothing(plain, read):
    html = "<p>从网页写的：已办结。</p>"

    raw = a_mail((html, "html", ""), (plain, "plain", ""), kind="alternative")

    assert read_mail(raw).text == read


def test_lines_and_cells_of_html_stay_apart():
    html = "<p>一、已联系</p>二、已送达<table><tr><td>执照</td><td>1份</td></tr></table>完<br>张三"

    assert of_html(html) == "一、已联系\n二、已送达\n执照 1份\n完\n张三"


def test_a_line_of_the_source_is_a_line_only_where_it_was_set_so():
    assert of_html("<p>已办\n  结</p><pre>一、甲\n二、乙</pre>") == "已办 结\n一、甲\n二、乙"


@pytest.mark.parametrize("html", ["<head><title>x</title><body><p>已办结</p></body>", "<p>已办结"])
def test_html_that_is_not_closed_is_read(html):
    assert of_html(html) == "已办结"


def test_the_words_of_a_mail_within_the_mail_are_not_its_own():
    inner = EmailMessage()
    inner.set_content("别人写的")
    outer = EmailMessage()
    outer.set_content("已办结。")
    outer.add_attachment(inner)

    assert read_mail(outer.as_bytes()).text == "已办结。"
    assert read_mail(outer.as_bytes()).beside == ("附来的邮件 1 封没有列出",)


def test_a_picture_among_the_words_is_none_of_the_files_and_a_document_is():
    message = EmailMessage()
    message.set_content("见下图。")
    message.add_related(b"x", maintype="image", subtype="png", cid="<logo>")
    message.add_related(b"x", maintype="application", subtype="msword", cid="<d>", filename="a.doc")

    found = read_mail(message.as_bytes())

    assert [one.name for one in found.files] == ["a.doc"]
    assert found.beside == ("正文里的图片 1 张没有列出",)
