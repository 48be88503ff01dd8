"""An extension granted after the old limit: its breach is withdrawn, or missed from the new end."""

import pytest

from engine.actions import adjusting, bulletin_life, exporting, unit_work
from engine.actions.bulletins import draft_bulletin
from engine.actions.evidence import evidence_for
from engine.actions.figure_keeping import keep
from engine.actions.finding_evidence import FindingForm
from engine.actions.findings import judge_breach
from engine.actions.letter_history import history_of
from engine.actions.letters import Proposal, propose_by_hand
from engine.actions.monitoring import draft_monitoring
from engine.actions.moot_letters import nothing_behind
from engine.actions.unit_share import share_of
from engine.errors import ConflictError
from engine.models import ExtensionRequest
from engine.store.breach_ledger import BreachFilter
from engine.store.database import work
from engine.terms import (
    BreachJudgement,
    CaseGround,
    ClockKind,
    LetterKind,
    LetterStatus,
    RectificationGround,
    ReportKind,
    TicketEvent,
)
from tests.actions.sweep_steps import climbed, in_progress
from tests.builders import (
    MARKET,
    SUPERVISOR,
    a_signed_ticket,
    a_ticket_to_call_back,
    an_answer,
    an_unhappy_callback,
    call_back,
    day,
    doing,
    moment,
    on_ticket,
)
from tests.looking import (
    breaches_of,
    clock_of,
    events_of,
    last_event,
    letters_of,
    sweep,
    ticket_of,
)

pytestmark = pytest.mark.usefixtures("database")
TAKEN = "Mon 2026-11-02 09:00"  # due on Mon 2026-11-16
OVER, GRANTED = "Tue 2026-11-17 09:00", "Wed 2026-11-18 10:00"
WITHDRAWN = BreachJudgement.WITHDRAWN.value
NOVEMBER = (day("Sun 2026-11-01"), day("Mon 2026-11-30"))


def missed(days=5, asked="Thu 2026-11-12 10:00"):
    """A ticket whose wish for more days waited until its limit was over; with the wish."""
    number = in_progress(TAKEN)
    wish = on_ticket(number, asked, MARKET, lambda step, one: adjusting.request_extension(
        step, one, days, "需检测").id)  # fmt: skip
    sweep(OVER)
    return number, wish


def grant(wish, now=GRANTED):
    doing(now, SUPERVISOR, lambda step: adjusting.decide_extension(
        step, wish, granted=True, reason="同意"))  # fmt: skip


def of_unit(number):
    (one,) = (one for one in breaches_of(number) if one.kind is ClockKind.HANDLING)
    return one


def late_cases(now="Tue 2026-12-01 10:00"):
    def told(step):
        proposed = draft_bulletin(step, NOVEMBER, (), NOVEMBER[1]).proposed
        return [one.number for one in proposed if one.ground is CaseGround.LATE]

    return doing(now, SUPERVISOR, told)


def answered(number, now):
    on_ticket(number, now, MARKET, lambda step, one: unit_work.answer(step, one, an_answer()))


def test_while_the_new_limit_is_to_come_the_breach_is_withdrawn_with_the_grant_as_its_reason():
    number, wish = missed()
    assert {one.judgement for one in breaches_of(number)} == {""}

    grant(wish)

    assert {one.kind for one in breaches_of(number)} >= {ClockKind.REQUESTER, ClockKind.HANDLING}
    gone = {(one.judgement, one.judgement_reason) for one in breaches_of(number)}
    said = "11月18日（周三）同意延期，{}改为11月23日（周一），原到期日11月16日（周一）届满不计超期"
    assert gone == {(WITHDRAWN, said.format("诉求人时限")), (WITHDRAWN, said.format("承办时限"))}
    told = last_event(number, TicketEvent.JUDGE_BREACH)
    assert told.reason == f"撤销承办时限的超期记录：{said.format('承办时限')}"
    assert "H-19" in told.citation


def test_what_was_answered_within_the_new_limit_is_no_bad_case():
    number, wish = missed()
    assert late_cases() == [number]

    grant(wish)
    answered(number, "Mon 2026-11-23 10:00")

    assert late_cases() == []


def test_a_past_days_case_that_was_withdrawn_since_is_known_and_goes_into_no_draft():
    number, wish = missed()
    grant(wish)
    answered(number, "Mon 2026-11-23 10:00")
    asked = bulletin_life.Asked(ReportKind.BULLETIN, NOVEMBER, (number,), NOVEMBER[1])

    with pytest.raises(ConflictError, match=f"{number} 已认定免责、不计入或撤销超期，请去掉"):
        doing("Tue 2026-12-01 10:00", SUPERVISOR, lambda step: bulletin_life.keep_draft(
            step, asked))  # fmt: skip


def test_the_ledger_as_a_workbook_calls_it_withdrawn_and_late_by_no_day():
    number, wish = missed()
    grant(wish)

    def written(step):
        made = exporting.breaches(step, BreachFilter(kind=ClockKind.HANDLING), "")
        heads = [one.head for one in made.table.columns]
        return [dict(zip(heads, row, strict=True)) for row in made.table.rows]

    (row,) = doing("Thu 2026-11-26 09:00", SUPERVISOR, written)
    assert (row["工单号"], row["系统判定"], row["超期工作日"]) == (number, "已撤销", 0)
    assert "同意延期" in row["理由和依据"]


def test_nothing_more_is_found_of_it():
    number, wish = missed()
    grant(wish)
    form = FindingForm(kind="confirmed", reason="查实逾期没有答复")

    with pytest.raises(ConflictError, match="已经撤销"):
        doing(GRANTED, SUPERVISOR, lambda step: judge_breach(step, of_unit(number).id, form))


def test_missed_again_at_the_new_limit_it_is_a_breach_from_there_with_its_whole_ladder():
    number, wish = missed()
    sweep("Wed 2026-11-18 09:30")
    grant(wish)
    before = climbed(number)

    for now in ("Tue 2026-11-24 09:00", "Wed 2026-11-25 09:00", "Wed 2026-11-25 18:00"):
        sweep(now)

    assert of_unit(number).judgement == ""
    assert of_unit(number).true_at == moment("Tue 2026-11-24 00:00")
    assert before.count("breach") == 1
    assert [climbed(number).count(one) for one in ("breach", "l1_reminder")] == [2, 2]
    assert late_cases() == [number]
    lines = on_ticket(number, "Wed 2026-11-25 19:00", SUPERVISOR, lambda step, one: evidence_for(
        step, one, one.lead_unit_id))  # fmt: skip
    assert [line.partition("承办时限届满未办")[0] for line in lines if "届满未办" in line] == [
        "11月23日24:00"
    ]


def test_granted_after_the_new_limit_too_it_is_missed_from_the_end_of_that_one():
    number, wish = missed(days=1)

    grant(wish, "Fri 2026-11-20 10:00")
    sweep("Fri 2026-11-20 10:01")

    breach, clock = of_unit(number), clock_of(number, ClockKind.HANDLING)
    assert clock.due_on == day("Tue 2026-11-17")
    assert (breach.true_at, breach.judgement) == (moment("Wed 2026-11-18 00:00"), "")
    of_clock = [one for one in events_of(number) if one.details.get("clock") == clock.id]
    told = [one for one in of_clock if one.event is TicketEvent.BREACH]
    assert [one.details["fell_due_at"] for one in told] == [
        moment("Tue 2026-11-17 00:00").isoformat(), breach.true_at.isoformat()]  # fmt: skip
    assert [one.details.get("moved") for one in told] == [None, True]
    assert climbed(number).count("breach") == 1


def test_what_was_found_of_a_breach_that_stays_stays_beside_it():
    number, wish = missed(days=1)
    form = FindingForm(kind="confirmed", reason="查实逾期没有答复，也没有说明")
    doing(GRANTED, SUPERVISOR, lambda step: judge_breach(step, of_unit(number).id, form))

    grant(wish, "Fri 2026-11-20 10:00")

    assert of_unit(number).judgement == BreachJudgement.CONFIRMED.value


def test_a_limit_that_was_not_missed_has_nothing_to_withdraw():
    number = in_progress(TAKEN)
    on_ticket(number, "Thu 2026-11-12 10:00", MARKET, lambda step, one: (
        adjusting.request_extension(step, one, 5, "需检测")))  # fmt: skip
    with work() as session:
        wish = session.query(ExtensionRequest).one().id

    grant(wish, "Fri 2026-11-13 10:00")

    assert breaches_of(number) == []
    assert TicketEvent.JUDGE_BREACH not in {one.event for one in events_of(number)}


def test_the_quarters_report_counts_late_answers_once_by_its_words_and_by_its_annex():
    number, wish = missed()
    grant(wish)
    answered(number, "Mon 2026-11-23 10:00")
    again = a_ticket_to_call_back(TAKEN)
    call_back(again, "Tue 2026-11-03 10:00", an_unhappy_callback())
    a_signed_ticket(TAKEN)
    sweep("Mon 2026-11-30 09:00")
    keep(moment("Tue 2027-01-05 09:00"))
    quarter = (day("Thu 2026-10-01"), day("Thu 2026-12-31"))

    draft = doing("Tue 2027-01-05 10:00", SUPERVISOR, lambda step: draft_monitoring(
        step, quarter, ()))  # fmt: skip

    assert [one.kind for one in breaches_of(again)].count(ClockKind.HANDLING) == 1  # of the rework
    assert draft.facts.words["late"] == 1
    assert [row[3] for row in draft.facts.matters] == ["1"]


def test_a_letter_about_the_new_limit_says_nothing_of_the_one_that_was_taken_back():
    number, wish = missed()
    sweep("Wed 2026-11-18 09:05")  # a reminder (红牌催办) of the old limit
    grant(wish)
    sweep("Tue 2026-11-24 09:00")

    def told(step):
        ticket = ticket_of(number)
        share = share_of(step, ticket, ticket.lead_unit_id)
        lines = evidence_for(step, ticket, ticket.lead_unit_id)
        return [one.text for one in history_of(step, ticket, share)], lines

    course, lines = doing("Tue 2026-11-24 10:00", SUPERVISOR, told)

    assert any("11月23日" in one for one in (*course, *lines))
    assert not any("11月16日" in one for one in (*course, *lines))
    assert not any("11月17日" in one or "11月18日" in one for one in lines)


def proposals(number):
    return [(one.kind, one.status, one.opinion) for one in letters_of(number)]


def test_the_letter_the_ladder_proposed_for_the_breach_is_dropped_and_says_why():
    number, wish = missed()
    for now in ("Wed 2026-11-18 09:00", "Thu 2026-11-19 18:00"):
        sweep(now)
    assert proposals(number) == [(LetterKind.SUPERVISION, LetterStatus.PROPOSED, "")]

    grant(wish, "Fri 2026-11-20 10:00")

    ((kind, status, opinion),) = proposals(number)
    assert (kind, status) == (LetterKind.SUPERVISION, LetterStatus.DROPPED)
    assert "同意延期" in opinion
    assert "原到期日11月16日（周一）届满不计超期" in opinion
    assert "自动提议的督办函不再需要" in opinion
    told = last_event(number, TicketEvent.REJECT_LETTER)
    assert (told.actor_name, told.reason) == ("系统", f"督办函决定不发：{opinion}")


def test_missed_again_the_letter_is_proposed_again():
    number, wish = missed()
    sweep("Thu 2026-11-19 18:00")
    grant(wish, "Fri 2026-11-20 10:00")

    for now in ("Tue 2026-11-24 09:00", "Thu 2026-11-26 18:00"):
        sweep(now)

    assert [status for _, status, _ in proposals(number)] == [
        LetterStatus.DROPPED, LetterStatus.PROPOSED,
    ]  # fmt: skip


@pytest.mark.parametrize("ground", [RectificationGround.BAD_ATTITUDE, None])
def test_what_a_person_proposed_waits_for_people(ground):
    number, wish = missed()
    wanted = Proposal(
        LetterKind.SUPERVISION, (ground or RectificationGround.DUTY_NOT_PERFORMED,), "多次来电催问"
    )
    on_ticket(number, OVER, SUPERVISOR, lambda step, one: propose_by_hand(step, one, wanted))

    grant(wish)

    (letter,) = letters_of(number)
    why = doing(GRANTED, SUPERVISOR, lambda step: nothing_behind(step, letter))
    assert letter.status is LetterStatus.PROPOSED
    assert ("时限届满未办" in why) is (ground is None)
