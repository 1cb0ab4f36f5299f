"""A family falls silent: who is asked to call, when, and once; and what the silence was."""

from bot.usecases import case_days, case_ends
from bot.usecases.view_case import list_cases, view_case
from flows.model import Level, Risk
from tests.e2e.conftest import World, on_both
from tests.e2e.decisions import day, decides, plan_tasks
from tests.e2e.scenes import notice, takes

TASK = notice("Tugas")


async def silences(world: World) -> list[tuple[str, str, int]]:
    """(urgency, state, number of reasons) of every task about silence, the oldest first."""
    rows = await world.rows(
        "select alerts.urgency, alerts.state, count(facts.id) from alerts "
        "join facts on facts.alert_id = alerts.id where alerts.kind = 'silence' "
        "group by alerts.id, alerts.urgency, alerts.state, alerts.opened_at "
        "order by alerts.opened_at"
    )
    return [tuple(row) for row in rows]


async def looks(world: World) -> int:
    """How many cases wait for their next look."""
    return int((await world.rows("select count(*) from cases where look_at is not null"))[0][0])


@on_both
async def test_a_silent_family_is_one_task_that_rises(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, level=Level.DISCREET, risk=Risk.MEDIUM)

    await world.until(8, 1, days=12)
    assert await silences(world) == []
    await world.forward(days=1)

    assert await silences(world) == [("perhatian", "open", 1)]
    await ratna.sees(TASK)
    seen = await ratna.count(TASK)
    await world.forward(days=6)
    assert await silences(world) == [("perhatian", "open", 1)]
    assert await ratna.count(TASK) == seen
    await world.forward(days=1)

    assert await silences(world) == [("tinggi", "open", 2)]
    assert await ratna.count(TASK) > seen
    await world.forward(days=20)
    assert await silences(world) == [("tinggi", "open", 2)]
    assert not await sari.count("diam"), "a family reads nothing of it"


async def test_each_risk_has_its_own_patience(world: World) -> None:
    ratna = await world.staff("Ratna")
    for code, name, risk in (
        ("K-1", "Sari", Risk.HIGH),
        ("K-2", "Wati", Risk.MEDIUM),
        ("K-3", "Dewi", Risk.LOW),
    ):
        await world.enrolled(ratna, code, name=name, level=Level.DISCREET, risk=risk)
    opened: dict[str, int] = {}

    for days in range(1, 24):
        await world.until(8, 1)
        rows = await world.rows(
            "select cases.code from alerts join cases on cases.id = alerts.case_id "
            "where alerts.kind = 'silence'"
        )
        for row in rows:
            opened.setdefault(row[0], days)

    assert opened == {"K-1": 12, "K-2": 14, "K-3": 21}


async def test_whoever_answers_in_time_asks_nobody(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, level=Level.DISCREET, risk=Risk.HIGH)

    for _ in range(4):
        await world.forward(days=9)
        await sari.writes("Kami baik, Bu.")

    assert await silences(world) == []
    assert await looks(world) == 1


async def test_silence_that_ended_by_itself_says_so_and_is_settled_by_one_tap(
    world: World,
) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, level=Level.DISCREET, risk=Risk.MEDIUM)
    await world.until(9, 0, days=13)
    await takes(ratna, TASK)
    await ratna.taps("Sudah berkabar lagi")
    assert await ratna.toast() == (
        "Belum ada kabar dari keluarga ini. Mohon telepon, atau coba jalan lain."
    )
    await ratna.taps("Lihat")
    await ratna.sees("Diam: 14 hari, batasnya 14 hari.")
    await ratna.sees("Sudah 14 hari tidak saling berkabar; batasnya 14 hari.")
    await ratna.sees_nothing_of("Keluarga sudah berkabar lagi")

    await sari.writes("Maaf Bu, HP rusak.")
    for label in ("Saya tangani", "Sudah dibaca", "Lewati catatan", "Lihat"):
        await ratna.taps(label)
    await ratna.sees("Keluarga sudah berkabar lagi sejak tugas ini dibuka.")
    await ratna.taps("Sudah berkabar lagi")

    assert await silences(world) == [("perhatian", "closed", 1)]
    await world.forward(days=18)  # from the fifth week on every 14 days, and five on top
    assert len(await silences(world)) == 1
    await world.forward(days=1)
    assert len(await silences(world)) == 2, "a new silence is a new task"


async def test_who_blocked_is_to_be_reached_once_and_the_silence_joins_that_task(
    world: World,
) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, level=Level.DISCREET, risk=Risk.HIGH)
    await sari.does("block")
    await world.settles()

    await world.until(9, 0, days=12)

    assert await silences(world) == []
    rows = await world.rows(
        "select facts.rule from facts join alerts on alerts.id = facts.alert_id "
        "where alerts.kind = 'route' order by facts.at"
    )
    assert [row[0] for row in rows] == ["blocked", "A9c", "A9d"]


async def test_where_nothing_is_sent_the_overdue_call_is_the_silence(world: World) -> None:
    ratna = await world.staff("Ratna")
    await world.invited(ratna, level=Level.SILENT, risk=Risk.HIGH)

    await world.until(8, 1, days=6)
    assert await silences(world) == []
    await world.forward(days=1)

    assert await silences(world) == [("perhatian", "open", 1)]


async def test_a_pause_is_no_silence_and_the_time_after_it_counts_anew(world: World) -> None:
    ratna = await world.staff("Ratna")
    await world.enrolled(ratna, level=Level.DISCREET, risk=Risk.MEDIUM)
    await decides(world, case_ends.pause, until=await day(world, 40))
    await world.forward(days=58)
    assert await silences(world) == []

    await world.forward(days=1)  # every two weeks by now, so that the limit is 19 days

    assert await silences(world) == [("perhatian", "open", 1)]


async def test_a_goodbye_is_no_silence(world: World) -> None:
    ratna = await world.staff("Ratna")
    await world.enrolled(ratna, level=Level.DISCREET, risk=Risk.HIGH)
    await decides(world, case_ends.close, on=None, is_silent=False)

    await world.forward(days=40)

    assert await silences(world) == []
    assert await looks(world) == 0


async def test_who_was_never_reached_is_looked_for_again(world: World) -> None:
    ratna = await world.staff("Ratna")
    await world.enrolled(ratna, level=Level.DISCREET, risk=Risk.MEDIUM)
    await world.until(9, 0, days=13)
    await takes(ratna, TASK)
    await ratna.taps("Tidak tersambung")
    assert await silences(world) == [("perhatian", "acknowledged", 1)]
    await ratna.taps("Tidak tersambung lagi, lewat jalan lain")
    assert await silences(world) == [("perhatian", "closed", 1)]

    await world.forward(days=6)
    assert len(await silences(world)) == 1
    await world.forward(days=1)

    assert await silences(world) == [("perhatian", "closed", 1), ("tinggi", "open", 2)]


async def test_a_day_of_weight_asks_once_whether_more_is_needed(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, level=Level.DISCREET, risk=Risk.LOW)
    await decides(world, case_days.add_day, kind="release", on=await day(world, 20))
    await world.forward(days=5)
    assert await plan_tasks(world) == []

    await world.forward(days=1)
    assert await plan_tasks(world) == ["A13"]
    await sari.writes("Baik, Bu.")
    await world.forward(days=12)

    assert await plan_tasks(world) == ["A13"]


async def test_a_question_nobody_answered_is_never_a_good_sign(world: World) -> None:
    ratna = await world.staff("Ratna")
    await world.enrolled(ratna, level=Level.DISCREET, risk=Risk.LOW)

    await world.forward(days=40)

    rows = await world.rows(
        "select total, band, is_estimated from checkins where state = 'expired'"
    )
    assert rows
    assert {tuple(row) for row in rows} == {(None, None, None)}
    answers = await world.rows("select count(*) from answers")
    assert answers[0][0] == 0


async def test_a_blocked_bot_and_a_lost_account_are_told_apart(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, "K-1", name="Sari", level=Level.DISCREET)
    dewi = await world.enrolled(ratna, "K-2", name="Dewi", level=Level.DISCREET)
    await world.enrolled(ratna, "K-3", name="Wati", level=Level.DISCREET)
    await sari.does("block")
    await dewi.does("deactivate")
    await world.forward(days=8)

    now = await world.now()
    found = await world.write(list_cases, world.room, now=now)
    shown = await world.write(view_case, world.room, "K-2", with_reasons=False, now=now)

    assert {one["case"]: (one["silence"], one["silence_limit"]) for one in found} == {
        "K-1": ("blocked", 14),
        "K-2": ("gone", 14),
        "K-3": ("late", 14),
    }
    assert shown["silence"]["words"] == [
        "Tidak ada yang ikut lewat pesan: petugas menelepon setiap 14 hari.",
        "Akun mereka sudah tidak ada.",
    ]
    assert shown["silence"]["call_overdue_days"] == -6
