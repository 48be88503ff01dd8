"""How the desks say moments, limits and numbers: filters and tags for the templates."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from markupsafe import Markup, escape

from engine.models import Clock, Ticket
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import SHANGHAI, shanghai_date, spoken_date
from engine.settings import load_settings
from engine.store.breach_ledger import stop_words
from engine.store.figure_cases import DEEMED
from engine.terms import ClockKind, ClockState, DueStatus, LimitUnit

HOURS = (LimitUnit.HOUR.value, LimitUnit.MINUTE.value)
MIDNIGHT = "24:00"
SHORT_PHONE = 7
HOUR = 3600
KILO, MEGA = 1_000, 1_000_000

NAMES = {
    ClockKind.REQUESTER: "办结", ClockKind.HANDLING: "承办", ClockKind.ASSISTING: "协办",
    ClockKind.SIGN_FOR: "签收", ClockKind.FIRST_CONTACT: "首联", ClockKind.REVIEW: "审核",
    ClockKind.CALLBACK: "回访", ClockKind.RETURN_RULING: "裁定", ClockKind.ARBITRATION: "会商",
    ClockKind.RECTIFICATION_REPLY: "整改反馈", ClockKind.FOLLOW_UP: "跟踪",
    ClockKind.PROMISE: "承诺", ClockKind.VERIFICATION: "核查",
}  # fmt: skip


# Why a clock stopped of a matter that nobody had to answer any more: neither in time nor late.
NOTHING_OWED = {"退单": "已退单", "撤回登记": "已作废", "诉求人撤回": "已撤回", "并单": "已并单",
                "转督办": "已转督办"}  # fmt: skip


REGIONS = {"CN": "全国", "CN-GX": "广西"}


def calendar_name(subject: str) -> str:
    """Return what a year's calendar is called at the desks: of CN-GX 2027, 广西 2027 年."""
    region, _, year = subject.partition(" ")
    return f"{REGIONS[region]} {year} 年" if region in REGIONS else subject


@dataclass(frozen=True)
class Tag:
    """A state said three ways at once, so that no colour is needed: shape, word, number."""

    shape: str
    text: str
    tone: str


def is_invented(ticket: Ticket) -> bool:
    """Return whether a ticket is a demonstration's where the rest of the installation is not.

    While everything demonstrates, the head of each page says so once.
    """
    return ticket.demonstration and not load_settings().demo_data


def clock_name(clock: Clock) -> str:
    """Return the short name of what a clock measures: 签收, 办结, 回访."""
    if clock.limit_name != clock.kind.label:
        return clock.limit_name.removesuffix("时限")
    return NAMES[clock.kind]


def clock_tag(clock: Clock, now: datetime, rules: RuleSet, *, named: bool = False) -> Tag:
    """Return how a clock stands (时限标签): left, over, paused, or done in time or late."""
    name = clock_name(clock) if named else ""
    if clock.state is ClockState.PAUSED:
        return Tag("‖", f"{name}停表", "off")
    if clock.state is ClockState.SUPERSEDED:
        return Tag("○", f"{name}{'已取消' if clock.stop_reason else '已重算'}", "off")
    if clock.stopped_at is not None:
        return _stopped(clock, name, rules)
    over = now >= clock.due_at
    provisional = "（暂定）" if clock.due_status is DueStatus.PROVISIONAL else ""
    if (clock.limit_unit or clock.certificate.get("unit")) in HOURS:
        return _by_time(clock, now, f"{name}{'超' if over else '剩'}", over=over)
    return _by_days(clock, now, rules, name, provisional)


def _by_days(clock: Clock, now: datetime, rules: RuleSet, name: str, provisional: str) -> Tag:
    today = shanghai_date(now)
    if now >= clock.due_at:
        return Tag("■", f"{name}{_over(clock, now, rules)}{provisional}", "bad")
    left = rules.calendar.working_days_between(today, clock.due_on)
    if left <= 0:
        return Tag("▲", f"{name}{_until(clock, today)}到期{provisional}", "warn")
    tone, shape = ("warn", "▲") if left == 1 else ("ok", "●")
    return Tag(shape, f"{name}剩 {left} 个工作日{provisional}", tone)


def _over(clock: Clock, until: datetime, rules: RuleSet) -> str:
    """Return by how much a limit of days was missed: 超 3 个工作日, within a day 超 5 小时."""
    days = rules.calendar.working_days_between(clock.due_on, shanghai_date(until))
    if days:
        return f"超 {days} 个工作日"
    late = until - clock.due_at
    return f"超 {_amount(late)}" if late < timedelta(days=1) else "超期不足 1 个工作日"


def _until(clock: Clock, today: date) -> str:
    """Return when a limit ends that has no working day before it: 今天24:00, or days off on."""
    days = (clock.due_on - today).days
    near = {0: "今天", 1: "明天"}
    return f"{near[days]}{due_hour(clock)}" if days in near else f"还有 {days} 天"


def _by_time(clock: Clock, now: datetime, word: str, *, over: bool) -> Tag:
    amount = _amount(abs(clock.due_at - now))
    return Tag("■" if over else "▲", f"{word} {amount}", "bad" if over else "warn")


def _amount(gap: timedelta) -> str:
    seconds = gap.total_seconds()
    return (
        f"{seconds / HOUR:.0f} 小时" if seconds >= 2 * HOUR else f"{max(1, seconds // 60):.0f} 分钟"
    )


def _stopped(clock: Clock, name: str, rules: RuleSet) -> Tag:
    end = clock.stopped_at or clock.due_at
    done = stop_words(clock.stop_reason) or "停表"
    if end < clock.due_at and done in NOTHING_OWED:
        return Tag("○", NOTHING_OWED[done], "off")
    if end < clock.due_at:
        return Tag("✓", f"{name}按期 · {done}" if name else f"按期 · {done}", "done")
    if done == DEEMED:
        return Tag("■", f"{name}逾期 · {done}，{day_words(end)}", "bad")
    return Tag("■", f"{name}逾期 · {done}，{_over(clock, end, rules)}", "bad")


def due_hour(clock: Clock) -> str:
    """Return the hour at which a clock's last day ends: 24:00 or the close of business."""
    local = clock.due_at.astimezone(SHANGHAI)
    return MIDNIGHT if local.date() > clock.due_on else f"{local:%H:%M}"


def due_words(clock: Clock) -> str:
    """Return when a clock runs out, as people say it: 10月9日（周五）24:00."""
    return f"{spoken_date(clock.due_on)}{due_hour(clock)}"


def moment_words(moment: datetime | None, now: datetime | None = None) -> str:
    """Return a moment in Shanghai time: 10-09 15:20, with the year when it is not this one."""
    if moment is None:
        return "—"
    local = moment.astimezone(SHANGHAI)
    other_year = now is not None and local.year != now.astimezone(SHANGHAI).year
    return f"{local:%Y-%m-%d %H:%M}" if other_year else f"{local:%m-%d %H:%M}"


def clock_words(moment: datetime) -> str:
    """Return the time of day of a moment: 10:01:05."""
    return f"{moment.astimezone(SHANGHAI):%H:%M:%S}"


def day_words(moment: datetime) -> str:
    """Return a moment with its weekday, 10月9日（周五）15:20; midnight ends the day before."""
    local = moment.astimezone(SHANGHAI)
    if local.time() == time(0):
        return f"{spoken_date(local.date() - timedelta(days=1))}{MIDNIGHT}"
    return f"{spoken_date(local.date())}{local:%H:%M}"


def ago(moment: datetime | None, now: datetime) -> str:
    """Return how long ago a moment was, in minutes, hours or days."""
    if moment is None:
        return "从未"
    gone = now - moment
    if gone < timedelta(minutes=2):
        return "刚刚"
    if gone < timedelta(hours=2):
        return f"{gone.total_seconds() // 60:.0f} 分钟前"
    if gone < timedelta(days=2):
        return f"{gone.total_seconds() // HOUR:.0f} 小时前"
    return f"{gone.days} 天前"


def left(moment: datetime, now: datetime) -> str:
    """Return how long there is until a moment, in minutes, hours or days: 还有 3 小时."""
    gap = moment - now
    if gap < timedelta(hours=1):
        return f"还有 {max(0, gap.total_seconds()) // 60:.0f} 分钟"
    if gap < timedelta(days=2):
        return f"还有 {gap.total_seconds() // HOUR:.0f} 小时"
    return f"还有 {gap.days} 天"


def masked(phone: str) -> str:
    """Return a telephone number with its middle hidden: 138****1234."""
    if len(phone) < SHORT_PHONE:
        return "****"
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else f"{phone[:2]}****{phone[-2:]}"  # noqa: PLR2004


BROWSERS = (("MicroMessenger", "微信"), ("Edg", "Edge"), ("Firefox", "Firefox"),
            ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip
SYSTEMS = (("Windows", "Windows"), ("Android", "安卓"), ("iPhone", "iPhone"), ("Mac OS", "macOS"),
           ("Linux", "Linux"))  # fmt: skip


def browser_name(agent: str) -> str:
    """Return what a browser calls itself, in two words a person knows."""
    found = [next((name for mark, name in known if mark in agent), "")
             for known in (BROWSERS, SYSTEMS)]  # fmt: skip
    return "，".join(one for one in found if one) or agent[:30] or "—"


def counted(number: int, most: int = 999) -> str:
    """Return a number that was not counted past `most`: 999+."""
    return f"{most}+" if number > most else str(number)


def file_size(size: int) -> str:
    """Return the size of a file as people say it: 340 KB, 1.2 MB."""
    if size < MEGA:
        return f"{max(1, round(size / KILO))} KB"
    return f"{size / MEGA:.1f} MB"


def seconds_left(until: str, now: datetime) -> int:
    """Return how many whole seconds remain until a moment in ISO form; none when it is over."""
    try:
        left = (datetime.fromisoformat(until) - now).total_seconds() if until else 0
    except (ValueError, TypeError):
        return 0
    return max(0, int(left))


def coded(text: str) -> Markup:
    """Return a text of the contract for a page: what stands in `backticks` is code."""
    said = escape(text).split("`")
    parts = (Markup("<code>{}</code>").format(one) if place % 2 else one
             for place, one in enumerate(said))  # fmt: skip
    return Markup().join(parts)
