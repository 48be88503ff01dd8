"""What kinds of change there are to routing (派单版本的由来)."""

from engine.terms import Term


class RoutingChange(Term):
    """How a version of routing came to be."""

    WORDS = "words", "词库修改"
    LEARNED = "learned", "自动学习"
    RESTORED = "restored", "恢复旧版"
