"""Somebody deleted together with the seal is missed by what belonged to them."""

import pytest

from flows.model import Level
from storage import tables
from tests.e2e.scenes import CRITICAL
from tests.oversight.centres import Centre
from tests.oversight.conftest import RATNA, SARI

t = tables


def missed(centre: Centre, check: str, row: str) -> bool:
    return f"finding:{check}:{row}" in centre.finds()


def test_a_family_is_missed_by_its_case_and_by_what_it_said(centre: Centre) -> None:
    ((case,), (contact,)) = centre.ids(t.cases), centre.ids(t.contacts)

    centre.gone("contacts", "id", contact)

    assert missed(centre, "case_without_contact", case)
    assert missed(centre, "contact_lost", contact)


def test_a_family_of_which_only_the_link_is_left_is_missed(centre: Centre) -> None:
    worker = centre.ids(t.staff)[0]
    centre.family(SARI + 1, worker, "K-0143", Level.DISCREET)
    contact = centre.ids(t.contacts, t.contacts.c.level == "B")[0]
    centre.gone("addresses", "id", f"contact:{contact}:telegram")
    assert missed(centre, "address_lost", contact)

    centre.gone("contacts", "id", contact)

    assert missed(centre, "contact_lost", contact)


def test_a_worker_is_missed_by_the_case(centre: Centre) -> None:
    worker = centre.ids(t.staff)[0]

    centre.gone("staff", "id", worker)

    assert missed(centre, "staff_lost", worker)


def test_a_notice_and_its_step_are_missed_while_the_next_step_is_due(centre: Centre) -> None:
    alert = centre.ids(t.alerts, t.alerts.c.urgency == "kritis")[0]
    assert centre.rows(t.alerts.select().where(t.alerts.c.escalate_at.is_not(None)))
    for step in centre.ids(t.steps, t.steps.c.alert_id == alert):
        centre.gone("steps", "seq", step)
    for notice in centre.ids(t.outbox, t.outbox.c.alert_id == alert):
        centre.gone("outbox", "id", notice)

    assert missed(centre, "alert_untold", alert)


def test_what_waits_for_working_hours_is_not_missed(quiet: Centre) -> None:
    quiet.passes(hours=10)  # night

    quiet.writes(SARI, "halo")
    quiet.writes(SARI, CRITICAL)
    quiet.taps(RATNA, "Saya tangani")

    deferred = t.alerts.select().where(t.alerts.c.escalate_at > quiet.now)
    assert quiet.rows(deferred.where(t.alerts.c.step == 0))
    assert quiet.finds() == set()


@pytest.mark.parametrize("kind", ["contact", "case", "staff"])
def test_a_key_that_is_gone_is_missed(centre: Centre, kind: str) -> None:
    table = {"contact": t.contacts, "case": t.cases, "staff": t.staff}[kind]
    subject = f"{kind}:{centre.ids(table)[0]}"
    centre.by_hand("UPDATE data_keys SET wrapped = NULL WHERE subject = %s", subject)
    assert missed(centre, "key_destroyed", subject)

    centre.by_hand("DELETE FROM data_keys WHERE subject = %s", subject)

    assert missed(centre, "key_missing", subject)


def test_the_key_of_somebody_who_was_erased_is_not_missed(quiet: Centre) -> None:
    (contact,) = quiet.ids(t.contacts)

    quiet.database.write_now(lambda tx: tx.vault.destroy(tx, f"contact:{contact}", now=quiet.now))

    assert not [one for one in quiet.finds() if "key_" in one]
