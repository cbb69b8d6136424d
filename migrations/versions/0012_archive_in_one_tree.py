"""In a file, the archive of weekly runs lies in the order of its key alone, not beside an index of that key."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _rebuild(with_rowid=False)


def downgrade() -> None:
    _rebuild(with_rowid=True)


def _rebuild(*, with_rowid: bool) -> None:
    if op.get_bind().dialect.name == "sqlite":
        options = {"sqlite_with_rowid": with_rowid}
        with op.batch_alter_table("weekly_results", recreate="always", table_kwargs=options):
            pass
