"""Who is told of an alert and when: the chain, working hours, and how it comes to an end."""

from datetime import datetime

from flows.model import Role
from tests.e2e.conftest import WIB, Phone, World, on_both
from tests.e2e.scenes import CRITICAL, HARMLESS, as_seen, kept_answers, labels_of, notice, taps_all

KRITIS, TINGGI = notice("Kritis"), notice("Tinggi")
OUTCOMES = ["Tidak tersambung", "Bicara, aman", "Bicara, perlu lanjut", "Kunjungi", "Rujuk"]
VERDICTS = ["Tandanya benar", "Tandanya bukan"]


async def rung(*phones: Phone, words: str = KRITIS) -> list[int]:
    """How often each of these phones was told."""
    return [(await phone.pushes()).count(words) for phone in phones]


async def states(world: World) -> list[tuple[str, str, str | None]]:
    """Urgency, state and outcome of each alert; tasks are left out."""
    rows = await world.rows(
        "select urgency, state, outcome from alerts where kind = 'alert' order by opened_at"
    )
    return [tuple(row) for row in rows]


@on_both
async def test_kritis_goes_from_worker_to_supervisors_to_head_until_it_is_taken(
    world: World,
) -> None:
    ratna = await world.staff("Ratna")
    dewi, lina = [await world.staff(name, Role.SUPERVISOR) for name in ("Dewi", "Lina")]
    hana = await world.staff("Hana", Role.HEAD)
    others = [
        await world.staff(name, role)
        for name, role in (
            ("Budi", Role.SOCIAL_WORKER),
            ("Joko", Role.PSYCHOLOGIST),
            ("Nia", Role.BROADCASTER),
            ("Adi", Role.ADMIN),
        )
    ]
    sari = await world.enrolled(ratna)
    await world.until(23)

    await sari.writes(CRITICAL)
    first = await ratna.last()
    assert as_seen(first) == (KRITIS, ["Lihat", "Saya tangani"])
    assert (first["silent"], first["protected"]) == (False, True)
    told = []
    for _ in range(5):
        told.append(await rung(ratna, dewi, lina, hana))
        await world.forward(minutes=15)
    assert told == [[1, 0, 0, 0], [2, 1, 1, 0], [2, 1, 1, 1], [3, 2, 2, 2], [4, 3, 3, 3]]
    assert await rung(*others) == [0, 0, 0, 0]

    old = await hana.button("Saya tangani")
    await dewi.taps("Saya tangani")
    told_last = await rung(ratna, dewi, lina, hana)
    for phone in (ratna, lina, hana):
        await phone.sees_last("K-0142 sudah ditangani (supervisor)")
        assert await phone.count(KRITIS) == 0
        assert await phone.buttons() == []
    await hana.taps_old(*old)
    assert await hana.toast() == "K-0142 sudah ditangani (supervisor)"
    await world.forward(hours=12)
    assert await rung(ratna, dewi, lina, hana) == told_last


async def test_an_outcome_ends_it_but_nobody_reached_only_by_two_routes(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await sari.writes(CRITICAL)

    await ratna.taps("Saya tangani")
    shown = [label for label in await ratna.buttons() if label != "Lihat"]
    assert shown == [*OUTCOMES, *VERDICTS]
    await ratna.taps("Tidak tersambung")
    await ratna.sees_last("Coba lewat jalan lain")
    assert await states(world) == [("kritis", "acknowledged", None)]
    await ratna.taps("Tidak tersambung lagi, lewat jalan lain")
    await ratna.sees_last("Catatan?")
    assert await ratna.buttons() == ["Lewati catatan", *VERDICTS]
    await ratna.taps("Lewati catatan")
    await ratna.sees_last("K-0142. Selesai, sudah disimpan.")

    await sari.writes(CRITICAL)
    await taps_all(ratna, ["Saya tangani", "Bicara, aman"])
    await ratna.sees_last("K-0142. Hasil: Bicara, aman. Catatan?")
    await ratna.writes("sudah bicara lama, besok saya datang")
    await ratna.sees_last("Selesai, sudah disimpan.")
    await ratna.writes("halo?")
    await ratna.sees_last("Pesan ini tidak disimpan.")
    assert await states(world) == [
        ("kritis", "closed", "not_reached"),
        ("kritis", "closed", "talked_safe"),
    ]
    assert await world.rows("select count(*) from alerts where note is not null") == [(1,)]


async def test_tinggi_waits_for_monday_and_counts_working_hours(world: World) -> None:
    ratna = await world.staff("Ratna")
    dewi = await world.staff("Dewi", Role.SUPERVISOR)
    await world.until_weekday(3, 10)
    sari = await world.enrolled(ratna)
    await world.first_checkin(sari)
    await world.until(19)
    assert (await world.now()).astimezone(WIB).weekday() == 4
    await taps_all(sari, ["Mulai", *["Tidak ada"] * 7, "Ada, mau bicara"])

    async def told_at() -> list[tuple[int, int, int, int]]:
        now: datetime = (await world.now()).astimezone(WIB)
        return [(now.weekday(), now.hour, *await rung(ratna, dewi, words=TINGGI))]

    await world.until_weekday(0, 7)
    seen = await told_at()
    for hours in (1, 2, 2, 24):
        await world.forward(hours=hours)
        seen += await told_at()

    assert seen == [(0, 7, 0, 0), (0, 8, 1, 0), (0, 10, 2, 0), (0, 12, 2, 1), (1, 12, 2, 1)]
    silent = [m["silent"] for m in await ratna.messages() if m["text"] == TINGGI]
    assert silent == [True, True]


async def test_a_more_urgent_fact_rings_again_though_somebody_took_it(world: World) -> None:
    ratna = await world.staff("Ratna")
    dewi = await world.staff("Dewi", Role.SUPERVISOR)
    sari = await world.enrolled(ratna)
    await world.first_checkin(sari)
    await taps_all(sari, ["Mulai", *["Tidak ada"] * 7, "Ada, mau bicara"])
    await ratna.taps("Saya tangani")

    await taps_all(sari, ["Anak", "Kembali", "Biaya"])
    assert await rung(ratna, words=TINGGI) == [1], "what is known rings nobody again"
    await taps_all(sari, ["Kembali", "Kembali", "Ada, mohon segera"])

    assert await rung(ratna) == [1]
    assert (await ratna.last())["silent"] is False
    await world.forward(minutes=15)
    assert await rung(ratna, dewi) == [2, 1]
    assert await states(world) == [("kritis", "open", None)]
    await sari.taps("Kembali")
    await sari.taps("Tidak ada")
    await sari.taps("Selesai")
    assert await states(world) == [("kritis", "open", None)], "taking back closes nothing"
    assert [value for item, value, _ in await kept_answers(world) if item == "safety"] == [2, 3, 0]
    await dewi.taps("Saya tangani")
    await ratna.sees_last("K-0142 sudah ditangani (supervisor)")


async def test_where_nobody_can_be_told_the_next_to_connect_is(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await ratna.does("block")
    await sari.writes(CRITICAL)
    await world.forward(hours=2)

    dewi = await world.staff("Dewi", Role.SUPERVISOR)
    assert await rung(dewi) == [1]
    await ratna.does("unblock")
    await world.forward(minutes=45)

    assert (await rung(ratna))[0] >= 1
    assert labels_of(await dewi.last()) == ["Lihat", "Saya tangani"]


async def test_whose_account_is_gone_is_passed_over_as_soon_as_it_is_known(world: World) -> None:
    ratna = await world.staff("Ratna")
    dewi = await world.staff("Dewi", Role.SUPERVISOR)
    hana = await world.staff("Hana", Role.HEAD)
    sari = await world.enrolled(ratna, "K-1", name="Sari")
    wati = await world.enrolled(ratna, "K-2", name="Wati")
    await wati.writes(HARMLESS)
    await world.control("POST", f"people/{ratna.id}/deactivate", {})

    await sari.writes(CRITICAL)

    assert await rung(dewi, words=notice("Kritis", "K-1")) == [1]
    assert await rung(dewi, words=notice("Tugas", "K-2")) == [1], "nobody else could read it"
    await world.forward(minutes=15)
    assert await rung(dewi, hana, words=notice("Kritis", "K-1")) == [1, 1]
