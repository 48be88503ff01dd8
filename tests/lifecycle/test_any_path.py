"""Whatever happens in whatever order: properties of every path through the lifecycle."""

from dataclasses import fields, replace

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine.lifecycle import FINAL, Moved, Refused, TicketFacts, allowed, move
from engine.terms import TicketEvent, TicketKind, TicketStatus

FLAGS = [one.name for one in fields(TicketFacts) if one.name not in ("status", "kind")]
any_facts = st.builds(
    TicketFacts, status=st.sampled_from(TicketStatus), kind=st.sampled_from(TicketKind),
    **{flag: st.booleans() for flag in FLAGS},
)  # fmt: skip
any_event = st.sampled_from(TicketEvent)


@given(any_facts, any_event)
def test_move_never_raises(facts, event):
    assert isinstance(move(facts, event), Moved | Refused)


@given(any_facts, any_event)
def test_move_changes_nothing_it_was_given(facts, event):
    before = replace(facts)

    move(facts, event)

    assert facts == before


def targets(facts):
    """Return where each event would lead a ticket with these facts."""
    found = [move(facts, event) for event in TicketEvent]
    return {one.target for one in found if isinstance(one, Moved)} - {facts.status}


@given(any_facts, st.sampled_from(sorted(FINAL)))
def test_a_final_status_stays(facts, status):
    assert targets(replace(facts, status=status)) == set()


@given(any_facts)
def test_nothing_is_closed_while_a_human_callback_is_owed(facts):
    owed = replace(facts, status=TicketStatus.CALLBACK_DUE, human_callback_owed=True)

    assert TicketStatus.CLOSED not in targets(owed)


@given(any_facts)
def test_nothing_unresolved_is_closed_without_the_panel(facts):
    status = TicketStatus.CALLBACK_DUE
    unresolved = replace(facts, status=status, unresolved=True, panel_approved=False)

    assert TicketStatus.CLOSED not in targets(unresolved)


class TicketLife(RuleBasedStateMachine):
    """A ticket to which anything may happen; the machine keeps what the tables would."""

    def __init__(self):
        super().__init__()
        self.facts = TicketFacts(status=TicketStatus.ACCEPTED, has_lead=True, contacted=True)
        self.human_calls = 0
        self.last_word_unhappy = False
        self.panel = self.answered = False
        self.ended_as = None

    @rule(event=any_event, kind=st.sampled_from(TicketKind), flag=st.sampled_from(FLAGS[:9]))
    def something_happens(self, event, kind, flag):
        facts = replace(self.facts, kind=kind, **{flag: not getattr(self.facts, flag)})
        found = move(facts, event)
        if isinstance(found, Moved):
            self._went(event, found.target)

    def _went(self, event, target):
        if event is TicketEvent.APPROVE_ANSWER:
            self.facts = replace(self.facts, human_callback_owed=True, unresolved=False)
            self.human_calls, self.last_word_unhappy, self.answered = 0, False, True
        if event is TicketEvent.ORDER_REWORK:
            self.facts = replace(self.facts, rework_used=True)
        self.facts = replace(self.facts, status=target)
        if target in FINAL and self.ended_as is None:
            self.ended_as = target

    @precondition(lambda self: allowed(self.facts))
    @rule(choice=st.integers(0, 999), panel_due=st.booleans())
    def something_allowed_happens(self, choice, panel_due):
        self.facts = replace(self.facts, panel_due=panel_due)
        options = allowed(self.facts) or (TicketEvent.NOTE,)
        event = options[choice % len(options)]
        self._went(event, move(self.facts, event).target)

    @precondition(lambda self: self.facts.status is TicketStatus.CALLBACK_DUE)
    @rule(unhappy=st.booleans())
    def a_person_calls(self, unhappy):
        self.human_calls += 1
        self.last_word_unhappy = unhappy
        self.facts = replace(self.facts, human_callback_owed=False, unresolved=unhappy)

    @precondition(lambda self: self.facts.status is TicketStatus.CALLBACK_DUE)
    @rule()
    def the_hotline_tries_to_close(self):
        found = move(self.facts, TicketEvent.CLOSE)
        if isinstance(found, Moved):
            self._went(TicketEvent.CLOSE, found.target)

    @precondition(lambda self: self.facts.status is TicketStatus.CALLBACK_DUE)
    @rule()
    def the_panel_settles_it(self):
        self.panel = True
        self.facts = replace(self.facts, panel_approved=True)

    @invariant()
    def what_has_ended_stays_ended(self):
        assert self.ended_as in (None, self.facts.status)

    @invariant()
    def after_a_unit_answered_nothing_closes_without_a_persons_call(self):
        closed = self.facts.status is TicketStatus.CLOSED
        assert not (closed and self.answered) or self.human_calls > 0

    @invariant()
    def an_unhappy_requester_is_not_filed_away(self):
        closed = self.facts.status is TicketStatus.CLOSED
        assert not (closed and self.last_word_unhappy) or self.panel


TestTicketLife = TicketLife.TestCase
TestTicketLife.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
