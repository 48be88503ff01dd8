"""Alembic's entry: works on the connection it is handed, or on HOTLINE_DATABASE_URL."""

from alembic import context

from engine.models import SQLModel
from engine.settings import load_settings
from engine.store.database import connect


def run() -> None:
    """Run the migrations asked for."""
    connection = context.config.attributes.get("connection")
    if connection is None:
        with connect(str(load_settings().database_url)).engine.begin() as opened:
            _run_on(opened)
    else:
        _run_on(connection)


def _run_on(connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        compare_type=True,
        transaction_per_migration=False,
    )
    context.run_migrations()


run()
