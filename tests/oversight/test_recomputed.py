"""Whoever deletes a row with its seal is found out by what else is there."""

import pytest

from tests.e2e.scenes import answers, next_week
from tests.oversight.conftest import Tampered


async def gone(tampered: Tampered, table: str, key: str, row: object) -> None:
    """The row and its seal, as somebody does it who has read how seals work."""
    await tampered.by_hand(f"DELETE FROM {table} WHERE {key} = %s", row)
    await tampered.by_hand("DELETE FROM seals WHERE row = %s", f"{table}:{row}")


async def test_a_year_of_nothing_wrong_finds_nothing(tampered: Tampered) -> None:
    for _ in range(3):
        await next_week(tampered.world, tampered.sari)
        await answers(tampered.sari, (2, 2, 1, 1, 0, 0, 0))

    assert await tampered.found_within_a_tick() == []


async def test_an_alert_with_all_that_belongs_to_it_is_missed_from_the_words(
    tampered: Tampered,
) -> None:
    alert = await tampered.one("SELECT id FROM alerts WHERE kind = 'alert' AND urgency = 'kritis'")
    words = await tampered.one("SELECT words_id FROM facts WHERE alert_id = ?", alert)
    for table, key, column in (
        ("steps", "seq", "alert_id"),
        ("facts", "id", "alert_id"),
        ("outbox", "id", "alert_id"),
    ):
        for (row,) in await tampered.world.rows(
            f"SELECT {key} FROM {table} WHERE {column} = ?", alert
        ):
            await gone(tampered, table, key, row)
    await gone(tampered, "alerts", "id", alert)

    found = await tampered.found_within_a_tick()

    assert f"finding:words_unread:{words}" in found
    assert f"finding:signs_unasked:{words}" in found


async def test_an_alert_alone_is_missed_from_its_reasons(tampered: Tampered) -> None:
    alert = await tampered.one("SELECT id FROM alerts WHERE kind = 'alert' AND urgency = 'kritis'")
    await gone(tampered, "alerts", "id", alert)

    assert f"finding:alert_lost:{alert}" in await tampered.found_within_a_tick()


async def test_a_reason_is_missed_from_the_answers(tampered: Tampered) -> None:
    fact = await tampered.one("SELECT id FROM facts WHERE rule = 'A2'")
    checkin = await tampered.one("SELECT id FROM checkins WHERE state = 'finished'")
    await gone(tampered, "facts", "id", fact)

    assert f"finding:answers_unasked:{checkin}" in await tampered.found_within_a_tick()


async def test_an_answer_is_missed_from_the_tap_and_from_the_check_in(tampered: Tampered) -> None:
    answer = await tampered.one("SELECT id FROM answers WHERE item = 'eat'")
    checkin = await tampered.one("SELECT id FROM checkins WHERE state = 'finished'")
    await gone(tampered, "answers", "id", answer)

    found = await tampered.found_within_a_tick()

    assert f"finding:answer_lost:{answer.removeprefix('answer:')}" in found
    assert f"finding:checkin_answer_lost:{checkin}" in found


async def test_words_are_missed_from_what_came_in(tampered: Tampered) -> None:
    words = await tampered.one("SELECT id FROM words WHERE signs_level = 'none'")
    await gone(tampered, "words", "id", words)

    lost = f"finding:words_lost:{words.removeprefix('words:')}"
    assert lost in await tampered.found_within_a_tick()


async def test_a_notice_is_missed_from_the_chain(tampered: Tampered) -> None:
    notice = await tampered.one("SELECT id FROM outbox WHERE kind = 'notice' AND verb = 'send'")
    await gone(tampered, "outbox", "id", notice)

    assert f"finding:notice_lost:{notice}" in await tampered.found_within_a_tick()


async def test_the_message_that_shows_a_check_in_is_missed(tampered: Tampered) -> None:
    message = await tampered.one("SELECT message FROM checkins WHERE state = 'finished'")
    checkin = await tampered.one("SELECT id FROM checkins WHERE state = 'finished'")
    await gone(tampered, "outbox", "id", message)

    assert f"finding:checkin_unshown:{checkin}" in await tampered.found_within_a_tick()


async def test_a_planned_check_in_is_missed_from_the_programme(tampered: Tampered) -> None:
    await next_week(tampered.world, tampered.sari)
    checkin = await tampered.one("SELECT max(id) FROM checkins")
    await tampered.world.forward(days=6)
    await next_week(tampered.world)
    await gone(tampered, "checkins", "id", checkin)

    assert f"finding:plan_left_out:{checkin}" in await tampered.found_within_a_tick()


@pytest.mark.parametrize("table", ["alerts", "facts", "steps"])
async def test_a_whole_table_that_is_gone_is_no_clean_one(tampered: Tampered, table: str) -> None:
    await tampered.by_hand(f"DELETE FROM {table}")
    await tampered.by_hand("DELETE FROM seals")

    assert await tampered.found_within_a_tick() != []
