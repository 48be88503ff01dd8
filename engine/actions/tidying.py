"""Forgets what nobody needs (草稿、附件清理): drafts never sent, files no row refers to.

May run twice, late, or on two machines: what is gone is gone, and a file is removed only while no
upload of the same bytes can be under way.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from engine.actions import drafts
from engine.actions.rules_in_force import rules_in_force
from engine.rules.shanghai import shanghai_date
from engine.store import attachments, files, mail_replies
from engine.store.api_views import lock_names
from engine.store.database import work

# How long a file may lie without a row: far longer than any upload lasts. A technical limit.
UNCLAIMED = timedelta(days=1)
BATCH = 500


def tidy(now: datetime) -> dict[str, int]:
    """Forget old drafts, files nobody refers to, settled mails; return how many of each."""
    with work() as session:
        rules = rules_in_force(session)
        days: int = rules.parameters["drafts.keep_for"].on(shanghai_date(now)).value
        before = now - timedelta(days=days)
        counts = {
            "drafts": drafts.drop_before(session, before),
            "unsent": attachments.drop_of_forms_before(session, before),
        }
    since = (now - UNCLAIMED).timestamp()
    dropped = {"files": _drop_unclaimed(since), "left": _drop_left_behind(since)}
    return {**counts, **dropped, "mails": _drop_settled_mails()}


def _drop_settled_mails() -> int:
    """Forget the originals of mails that nobody can want any more."""
    with work() as session:
        settled = [one for one in files.kept_mails() if not mail_replies.waits(session, one)]
    for digest in settled:
        files.forget_mail(digest)
    return len(settled)


def _drop_unclaimed(since: float) -> int:
    old = list(files.untouched_since(since))
    batches = (old[start : start + BATCH] for start in range(0, len(old), BATCH))
    return sum(_drop(batch, since) for batch in batches)


def _drop(batch: Sequence[tuple[str, Path]], since: float) -> int:
    with work() as session:
        known = attachments.known(session, [digest for digest, _ in batch])
    unclaimed = [one for one in batch if one[0] not in known]
    return sum(_drop_one(digest, path, since) for digest, path in unclaimed)


def _drop_one(digest: str, path: Path, since: float) -> int:
    """Remove one file unless somebody has sent the same bytes in the meantime."""
    with work() as session:
        lock_names(session, [f"file:{digest}"])
        claimed = bool(attachments.known(session, [digest]))
        if claimed or not path.exists() or path.stat().st_mtime >= since:
            return 0
        path.unlink()
        return 1


def _drop_left_behind(since: float) -> int:
    left = list(files.left_behind(since))
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)
