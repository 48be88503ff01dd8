"""Files that people import, and what was made of them."""

import csv

import openpyxl
from sqlmodel import func, select

from engine.models import Ticket
from engine.store.database import work

CHINESE = ("类型", "诉求内容", "来电号码", "企业名称", "外部编号", "受理时间")
GOOD = ("投诉", "办理招牌设置许可已逾承诺时限", "0772-2800000", "示例企业甲", "A-1", "")


def a_csv(path, *rows, headings=CHINESE, encoding="utf-8", delimiter=","):
    with path.open("w", encoding=encoding, newline="") as opened:
        csv.writer(opened, delimiter=delimiter).writerows([headings, *rows])
    return path


def a_workbook(path, *rows, headings=CHINESE):
    book = openpyxl.Workbook()
    for row in (headings, *rows):
        book.active.append(row)
    book.save(path)
    return path


def written():
    with work() as session:
        return session.exec(select(func.count()).select_from(Ticket)).one()


def row(number, **changes):
    cells = dict(zip(CHINESE, GOOD, strict=True)) | {"外部编号": f"A-{number}"} | changes
    return tuple(cells.values())
