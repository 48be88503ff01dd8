"""Looks the database of an installation over: its version, its roles, what lies in it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from engine import keyring
from engine.actions.audit_key import key_file, public_key
from engine.actions.audit_succession import line_to, signer, successions
from engine.actions.audit_witness import trouble
from engine.actions.rules_in_force import rules_in_force
from engine.actions.setup import DEMO_DOMAIN, known_passwords
from engine.errors import EngineError
from engine.models import Account, Heartbeat, Unit
from engine.rules.calendar_alarms import calendar_alarms
from engine.rules.shanghai import shanghai_date
from engine.serving.findings import Finding, broken, failed, fine, look
from engine.settings import Settings
from engine.store import accounts, api_views, audit, personal
from engine.store.app_roles import lacking
from engine.store.database import GONE, Database
from engine.store.gauges import Gauges, gauges
from engine.store.migrate import owners_elsewhere, unlike
from engine.store.row_security import open_tables, to_lend
from engine.store.watchdog import SILENT, is_late
from engine.terms import Role

DRIFT = timedelta(seconds=5)
NAMED = 5


def examine_database(
    database: Database,
    settings: Settings,
    now: datetime,
    ask: Callable[[], datetime] | None = None,
) -> Iterator[Finding]:
    """Yield what is found in a database that answers; `ask` reads this machine's clock again.

    Raises:
        UnavailableError: it went away meanwhile.
    """
    with database.work() as session:
        stands = api_views.revision(session)
        if found := unlike(stands):
            yield broken("数据库", found.words, found.todo)
            return
        yield fine("数据库", f"结构版本 {stands}")
        for what, probe in _probes(session, settings, now, ask or (lambda: now)):
            yield from _apart(session, what, probe)


def _probes(
    session: Session, settings: Settings, now: datetime, ask: Callable[[], datetime]
) -> tuple[tuple[str, Callable[[], Iterable[Finding]]], ...]:
    return (
        ("数据库角色", lambda: (_roles(session),)),
        ("数据库归属", lambda: _owner(session)),
        ("时钟", lambda: (_clock(session, ask),)),
        ("工作日历", lambda: (_calendar(session, now),)),
        ("账号", lambda: _people(session, settings)),
        ("定时任务", lambda: _machinery(gauges(session, now), now)),
        ("个人信息", lambda: (_people_keys(session),)),
        ("封存", lambda: _seals(session)),
        ("见证", lambda: _witness(session)),
        ("审计链", lambda: (_audit(session),)),
    )


def _apart(
    session: Session, what: str, probe: Callable[[], Iterable[Finding]]
) -> Iterator[Finding]:
    """Yield what a probe finds, in a part of the transaction that its error does not outlive."""
    found: list[Finding] = []
    try:
        with session.begin_nested():
            found.extend(probe())
    except GONE:
        yield from found
        raise
    except Exception as error:
        # The outermost place of this probe, as in `findings.apart`.
        found.append(failed(what, error))
    yield from found


def _roles(session: Session) -> Finding:
    may_build = "SELECT has_schema_privilege(current_schema(), 'CREATE')"
    if session.info["database"].roles:  # the session acts as one of them already
        if session.connection().exec_driver_sql(may_build).scalar():
            todo = "请数据库管理员执行：REVOKE CREATE ON SCHEMA public FROM PUBLIC;"
            return broken("数据库角色", "人人都能在 public 里建函数，只增不改守不住", todo)
        if missing := open_tables(session.connection()):
            told = f"{'、'.join(missing)} 没有隔离策略，单位读不到或全读得到"
            return broken("数据库角色", told, "请运行 hotline migrate")
        return fine("数据库角色", "单位隔离和只增不改由数据库再守一道")
    lacks = lacking(session.connection())
    stands = "建了，还没有读写表的权限"
    if lacks:
        stands = "没有建" if len(lacks) > 1 else "建了，没有借给本机所用的数据库账号"
    return look("数据库角色", f"{stands}，只由程序守", to_lend(lacks))


def _owner(session: Session) -> Iterator[Finding]:
    """Say whose the tables are, where this login could not change them at an upgrade."""
    if foreign := owners_elsewhere(session.connection()):
        yield look("数据库归属", f"{foreign.words}，升级时改不了", foreign.todo)


def _people_keys(session: Session) -> Finding:
    """Say whether every key in use is here, and whether anything is plain still."""
    sealed, known = personal.newest_sealed(session), personal.fingerprint(session)
    todo = "从备份或最先安装的机器拷来密钥文件；各机要用同一个。"
    if not keyring.keys_file().exists():
        words = "本机没有密钥文件，姓名电话打不开，也收不了新工单"
        return broken("个人信息", words, todo) if sealed or known else fine("个人信息", "还没有")
    try:
        ring = keyring.ring()
    except EngineError as error:
        return broken("个人信息", str(error), "从备份放回原来的密钥文件。")
    if known and ring.fingerprint != known:
        return broken("个人信息", "本机的密钥文件不是这个数据库的", todo)
    if lacking := sorted(personal.keys_in_use(session) - set(ring.keys)):
        words = f"有姓名电话要用密钥 {'、'.join(lacking)}，本机没有"
        return broken("个人信息", words, todo)
    if personal.has_plain(session):
        return look("个人信息", "还有没加密的姓名电话", "启动 worker，或运行 hotline keys seal。")
    return fine("个人信息", "姓名电话都已加密，本机打得开")


def _clock(session: Session, ask: Callable[[], datetime]) -> Finding:
    """Say how far the clocks are apart: the database's was read between two looks at ours."""
    before = ask()
    there: datetime = session.exec(select(func.clock_timestamp())).one()
    drift = max(before - there, there - ask(), timedelta())
    words = f"与数据库相差 {drift.total_seconds():.1f} 秒"
    if drift <= DRIFT:
        return fine("时钟", words)
    return broken("时钟", words, "两台机器都接上同一个时间服务器（NTP）；期限按时钟计算。")


def _calendar(session: Session, now: datetime) -> Finding:
    rules = rules_in_force(session)
    missing = calendar_alarms(shanghai_date(now), rules)
    words = f"{rules.calendar.version}，已公布到 {rules.calendar.confirmed_through}"
    if missing:
        return look("工作日历", "；".join(missing), "到“日历”页导入，或 hotline calendar import。")
    return fine("工作日历", words)


def _people(session: Session, settings: Settings) -> Iterator[Finding]:
    if settings.demo_data and settings.database_url:
        todo = "正式使用前设 HOTLINE_DEMO_DATA=0，并停用演示账号。"
        yield broken("演示数据", "演示账号的口令人人知道，却连着正式数据库", todo)
    elif known := [] if settings.demo_data else known_passwords(session):
        words = f"{_some(known)}还用着演示口令，人人知道，登录会被拒绝"
        todo = "在“账号”页停用，或运行 hotline account password 换掉。"
        yield broken("演示账号", words, todo)
    supervisors = session.exec(
        select(func.count()).where(Account.role == Role.SUPERVISOR, col(Account.active))
    ).one()
    if supervisors < 2:  # noqa: PLR2004 - four eyes need two people
        words = f"只有 {supervisors} 名主管；整改函要一人拟、另一人批"
        yield look("主管", words, "hotline account create … --role 主管")
    if same := accounts.twins(session):
        todo = "各按原来的大小写登录，新的不再建；在“账号”页停用不要的那个。"
        yield look("账号", f"{'、'.join(same)} 各有几个账号，只差大小写", todo)
    nobodys = col(Unit.email) == ""
    if not settings.demo_data:  # mails to invented addresses reach nobody
        nobodys |= col(Unit.email).endswith(f"@{DEMO_DOMAIN}")
    mute = session.exec(select(Unit.name).where(nobodys, col(Unit.active))).all()
    if mute:
        yield look(
            "承办单位邮箱",
            f"{_some(mute)}没有邮箱",
            "在“单位”页填好并发核实信；没有邮箱就收不到派单。",
        )
    else:
        yield fine("承办单位邮箱", "都填了")


def _some(names: Sequence[str]) -> str:
    """Return the first few names, and how many there are when those are not all."""
    more = f" 等 {len(names)} 个" if len(names) > NAMED else ""
    return "、".join(names[:NAMED]) + more


def _machinery(found: Gauges, now: datetime) -> Iterator[Finding]:
    yield _jobs(found.heartbeats, now)
    mails = found.mails
    if mails.is_late or mails.undelivered:
        words = f"{mails.pending} 封待发，{mails.undelivered} 封送达失败"
        if mails.age:
            words += f"，最久的已等 {mails.age.total_seconds() / 60:.0f} 分钟"
        if mails.refused:
            words += f"；{mails.refused}"
        yield look("邮件队列", words, "看“发信”一项；在“发件状态”页逐封处理。")
    if found.set_aside:
        words = f"{found.set_aside} 项工单、时限或邮件送出后的记录出过错"
        yield look("搁置", words, "在“系统状态”页看原因。")


def _jobs(beats: Sequence[Heartbeat], now: datetime) -> Finding:
    last = max((one.ran_at for one in beats), default=now)
    todo = "运行 hotline serve 或 hotline worker；看 var/log。"
    if not beats:
        return look("定时任务", "从没运行过", todo)
    if now - last > SILENT:
        words = f"{(now - last) // timedelta(minutes=1)} 分钟没有任何一项运行"
        return broken("定时任务", words, todo)
    faults = [words for one in beats if (words := _job_fault(one, now))]
    if faults:
        return broken("定时任务", "；".join(faults), todo)
    waiting = [one.name for one in beats if not one.ok]
    if waiting:
        words = f"{'、'.join(waiting)} 在等流程引擎"
        return look("定时任务", words, "看“流程引擎 Prefect”一项。")
    return fine("定时任务", f"{len(beats)} 项都在运行")


def _job_fault(beat: Heartbeat, now: datetime) -> str:
    """Return how a job fails: it did not run, or broke; one that waits for Prefect does neither."""
    if is_late(beat, now):
        return f"{beat.name} 早该运行了"
    if beat.ok or beat.details.get("mode") == "waiting":
        return ""
    error = beat.details.get("error", "")
    return f"{beat.name} 上次出错" + (f"（{error}）" if error else "")


def _seals(session: Session) -> Iterator[Finding]:
    """Say where this machine's audit key is missing, or not the one that signed the last seals."""
    newest = [one for log in audit.LOGS if (one := audit.last_seal(session, log))]
    todo = "从备份或最先安装的机器拷来 audit.pem；各机要用同一个。"
    if newest and not key_file().exists():
        yield broken("封存", "审计链封存过，本机却没有审计密钥", todo)
        return
    for seal in newest:
        keys = line_to(public_key(), successions(session))
        if signer(keys, seal.id, seal.signature, seal.link) is None:
            yield broken("封存", f"封存 {seal.id} 不是用本机的审计密钥签的", todo)


def _witness(session: Session) -> Iterator[Finding]:
    if words := trouble(session):
        todo = "修好后运行 hotline audit verify；库是恢复的，见 docs/audit.md。"
        yield broken("见证", words, todo)


def _audit(session: Session) -> Finding:
    check = audit.last_check(session)
    if check is None:
        return look("审计链", "还没有核验过", "hotline audit verify")
    if check.fault:
        return broken("审计链", check.fault, "保留现场，先导出，再报告分管负责人。")
    return fine("审计链", f"完整，共 {check.checked} 条")
