"""Whether demonstration tickets (演示工单) count: only where the installation demonstrates.

One rule for figures, ranks, cases, bulletins, early sight and rehearsals. Lists still show them.
"""

from engine.settings import load_settings

TOLD = "(:demonstrating OR NOT t.demonstration)"  # of a ticket `t`


def demonstrating() -> dict[str, bool]:
    """Return the value for `TOLD`: whether this whole installation is a demonstration's."""
    return {"demonstrating": load_settings().demo_data}
