"""What the report counts, and that a family whose keys are gone does not break it."""

from sqlalchemy import select

from storage import judged_signs, tables
from storage.transaction import Tx
from tests.lanes.houses import CRITICAL, RATNA, UNSURE, House


def test_rules_and_lines_are_counted_with_what_staff_said(house: House) -> None:
    house.writes(UNSURE)
    house.taps(RATNA, "Lihat", "Bukan")
    house.writes(CRITICAL)
    house.taps(RATNA, "Saya tangani", "Tandanya benar", "Bicara, aman", "Lewati catatan")

    rules = house.centre.database.read_now(judged_signs.of_rules, since=None)
    lines, lost = house.centre.database.read_now(judged_signs.of_patterns, since=None)

    sure, unsure = rules["W-self_harm"], rules["unsure_words"]
    assert (sure.alerts, sure.taken, dict(sure.closed)) == (1, 1, {"talked_safe": 1})
    assert (sure.confirmed, sure.dismissed, sure.unjudged) == (1, 0, 0)
    assert (unsure.confirmed, unsure.dismissed, dict(unsure.closed)) == (0, 1, {"dismissed": 1})
    assert lost == 0
    assert {(one.confirmed, one.dismissed) for one in lines.values()} >= {(1, 0), (0, 1)}


def test_later_days_can_be_asked_for_alone(house: House) -> None:
    house.writes(CRITICAL)
    house.passes(hours=1)

    assert house.centre.database.read_now(judged_signs.of_rules, since=house.centre.now) == {}


def test_an_erased_family_is_counted_as_such(house: House) -> None:
    house.writes(CRITICAL)
    house.taps(RATNA, "Saya tangani")
    (row,) = house.centre.rows(select(tables.cases.c.id))

    def erase(tx: Tx) -> None:
        tx.vault.destroy(tx, f"case:{row.id}", now=house.centre.now)

    house.centre.database.write_now(erase)
    house.excused = house.centre.finds()

    lines, lost = house.centre.database.read_now(judged_signs.of_patterns, since=None)
    rules = house.centre.database.read_now(judged_signs.of_rules, since=None)

    assert (lines, lost) == ({}, 1)
    assert rules["W-self_harm"].alerts == 1
