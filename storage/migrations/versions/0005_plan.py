"""Plans: pauses, ends and goodbyes of a case, days of weight, encounters, who changed what."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

Sequence = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("cases", schema=None) as cases:
        cases.add_column(
            sa.Column("state", sa.Text(), server_default=sa.text("'active'"), nullable=False)
        )
        cases.add_column(sa.Column("paused_until", sa.Date(), nullable=True))
        cases.add_column(sa.Column("closes_on", sa.Date(), nullable=True))
        cases.add_column(
            sa.Column("extra_weeks", sa.Integer(), server_default=sa.text("0"), nullable=False)
        )
    _upgrade_contacts()
    _upgrade_checkins()
    _create_key_dates()
    _create_encounters()
    _create_plan_changes()


def _upgrade_contacts() -> None:
    with op.batch_alter_table("contacts", schema=None) as contacts:
        contacts.add_column(sa.Column("next_slot", sa.Text(), nullable=True))
        contacts.add_column(sa.Column("regular_at", Moment, nullable=True))
        contacts.add_column(
            sa.Column("weekdays", sa.Text(), server_default=sa.text("'0123456'"), nullable=False)
        )
        contacts.add_column(
            sa.Column("quiet", sa.Text(), server_default=sa.text("'[]'"), nullable=False)
        )
        contacts.add_column(
            sa.Column("reads_little", sa.Boolean(), server_default=sa.text("false"), nullable=False)
        )
        contacts.add_column(sa.Column("code", sa.Text(), nullable=True))
        contacts.add_column(sa.Column("ends_on", sa.Date(), nullable=True))


def _upgrade_checkins() -> None:
    with op.batch_alter_table("checkins", schema=None) as checkins:
        checkins.add_column(
            sa.Column("slot", sa.Text(), server_default=sa.text("'regular'"), nullable=False)
        )
        checkins.add_column(
            sa.Column("left_out", sa.Text(), server_default=sa.text("'[]'"), nullable=False)
        )
        checkins.add_column(sa.Column("filled_by", sa.Text(), nullable=True))
        checkins.add_column(
            sa.Column("way", sa.Text(), server_default=sa.text("'message'"), nullable=False)
        )
        checkins.create_foreign_key(op.f("fk_checkins_filled_by"), "staff", ["filled_by"], ["id"])


def _create_key_dates() -> None:
    op.create_table(
        "key_dates",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("day", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("ended_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_key_dates_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_dates")),
    )
    op.create_index(op.f("ix_key_dates_case_id"), "key_dates", ["case_id"])


def _create_encounters() -> None:
    op.create_table(
        "encounters",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=True),
        sa.Column("staff_id", sa.Text(), nullable=True),
        sa.Column("checkin_id", sa.Text(), nullable=True),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("spoke", sa.Boolean(), nullable=False),
        sa.Column("saw_child", sa.Boolean(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_encounters_case_id")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_encounters_contact_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_encounters_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_encounters")),
    )
    op.create_index(op.f("ix_encounters_case_id"), "encounters", ["case_id"])


def _create_plan_changes() -> None:
    op.create_table(
        "plan_changes",
        sa.Column("seq", Sequence, nullable=False),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_plan_changes_case_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_plan_changes")),
    )
    op.create_index(op.f("ix_plan_changes_case_id"), "plan_changes", ["case_id"])


def downgrade() -> None:
    for table in ("plan_changes", "encounters", "key_dates"):
        op.drop_index(op.f(f"ix_{table}_case_id"), table_name=table)
        op.drop_table(table)
    with op.batch_alter_table("checkins", schema=None) as checkins:
        checkins.drop_constraint(op.f("fk_checkins_filled_by"), type_="foreignkey")
        for column in ("way", "filled_by", "left_out", "slot"):
            checkins.drop_column(column)
    with op.batch_alter_table("contacts", schema=None) as contacts:
        for column in ("ends_on", "code", "reads_little", "quiet", "weekdays", "regular_at",
                       "next_slot"):  # fmt: skip
            contacts.drop_column(column)
    with op.batch_alter_table("cases", schema=None) as cases:
        for column in ("extra_weeks", "closes_on", "paused_until", "state"):
            cases.drop_column(column)
