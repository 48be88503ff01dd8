"""What a mail that came in may become (邮件回复): a proposed answer at most, never a decision."""

from dataclasses import dataclass

from engine.rules.citations import cites


@dataclass(frozen=True)
class ReplyFacts:
    """What is known of a mail: its mark, its sender, its ticket.

    `marked` says that it bears a mark this installation made; `looks_marked` that it bears
    something of that form; `in_hand` that the unit it was made for still has the ticket;
    `several_senders` that its From names more than one address.
    """

    marked: bool
    looks_marked: bool
    from_unit: bool
    in_hand: bool
    confidential: bool
    empty: bool
    several_senders: bool = False


@cites("house/H-84")
def reply_refusal(facts: ReplyFacts) -> str | None:
    """Return why a mail is kept aside for a person, in Chinese; None: it is a proposed answer."""
    if not facts.marked:
        return (
            "回信标记不是本系统签发的" if facts.looks_marked else "没有回信标记，不知属于哪张工单"
        )
    if facts.several_senders:
        return "发件人不止一个，不知是谁写的"
    if not facts.from_unit:
        return "发件地址不是该单位登记的邮箱"
    if facts.confidential:
        return "保密工单不收邮件回复"
    if not facts.in_hand:
        return "工单已不在该单位手里"
    return "信里没有正文" if facts.empty else None
