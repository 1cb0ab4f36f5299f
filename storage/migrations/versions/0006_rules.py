"""Rules of a day, what staff say about signs, the 3x24 hours, and a child who writes."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("cases", schema=None) as cases:
        cases.add_column(sa.Column("look_at", Moment, nullable=True))
        cases.add_column(sa.Column("resumed_at", Moment, nullable=True))
        cases.create_index(op.f("ix_cases_look_at"), ["look_at"])
    # Whoever has long been silent is looked at first. The seals that rows have by now do not cover
    # this column.
    op.execute("UPDATE cases SET look_at = created_at WHERE state <> 'closed'")
    with op.batch_alter_table("alerts", schema=None) as alerts:
        alerts.add_column(sa.Column("child_wrote_at", Moment, nullable=True))
    _create_verdicts()
    _create_deadlines()


def _create_verdicts() -> None:
    op.create_table(
        "verdicts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("fact_id", sa.Text(), nullable=False),
        sa.Column("alert_id", sa.Text(), nullable=False),
        sa.Column("is_true", sa.Boolean(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_verdicts_alert_id")),
        sa.ForeignKeyConstraint(["fact_id"], ["facts.id"], name=op.f("fk_verdicts_fact_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_verdicts_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdicts")),
        sa.UniqueConstraint("fact_id", name=op.f("uq_verdicts_fact_id")),
    )
    op.create_index(op.f("ix_verdicts_alert_id"), "verdicts", ["alert_id"])


def _create_deadlines() -> None:
    op.create_table(
        "deadlines",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("alert_id", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=True),
        sa.Column("began_at", Moment, nullable=False),
        sa.Column("ends_at", Moment, nullable=False),
        sa.Column("remind_at", Moment, nullable=True),
        sa.Column("reminded", sa.Integer(), nullable=False),
        sa.Column("stopped_at", Moment, nullable=True),
        sa.Column("stopped_by", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_deadlines_alert_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_deadlines_case_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["staff.id"], name=op.f("fk_deadlines_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadlines")),
    )
    for column in ("case_id", "alert_id", "remind_at"):
        op.create_index(op.f(f"ix_deadlines_{column}"), "deadlines", [column])


def downgrade() -> None:
    for table, columns in (
        ("deadlines", ("remind_at", "alert_id", "case_id")),
        ("verdicts", ("alert_id",)),
    ):
        for column in columns:
            op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
        op.drop_table(table)
    with op.batch_alter_table("alerts", schema=None) as alerts:
        alerts.drop_column("child_wrote_at")
    with op.batch_alter_table("cases", schema=None) as cases:
        cases.drop_index(op.f("ix_cases_look_at"))
        cases.drop_column("resumed_at")
        cases.drop_column("look_at")
