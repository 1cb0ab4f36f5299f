"""When check-ins come: the first one, by risk, in the family's own hours and never at night."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from flows.model import Level, Risk, SafeHours
from tests.e2e.conftest import Phone, World
from tests.e2e.scenes import CRITICAL, as_seen, late_text, taps_all

OPENING = (
    "Selamat pagi, Bapak/Ibu. Apa kabar minggu ini? Ada 8 pertanyaan pendek, sekitar 2 menit. "
    "Tidak ada jawaban salah. Boleh berhenti di tengah.",
    ["Mulai", "Nanti", "Telepon saya"],
)


def hours(timezone: str, start: int = 9, end: int = 16) -> SafeHours:
    return SafeHours(start=time(start), end=time(end), timezone=timezone)


async def days_planned(world: World, phone: Phone, slot: str = "regular") -> list[int]:
    """On which days after the consent something was asked, in the family's calendar."""
    rows = await world.rows(
        "select c.opened_at, k.consented_at, k.timezone from checkins c "
        f"join contacts k on k.id = c.contact_id where k.id = '{phone.owner_id}' "
        f"and c.slot = '{slot}' order by 1"
    )
    return [
        (local(asked, zone).date() - local(agreed, zone).date()).days
        for asked, agreed, zone in rows
    ]


def local(kept: str | datetime, zone: str) -> datetime:
    """A moment as the engine keeps it: SQLite as text without a zone."""
    moment = datetime.fromisoformat(f"{kept}+00:00") if isinstance(kept, str) else kept
    return moment.astimezone(ZoneInfo(zone))


async def test_risk_sets_the_cadence_and_the_weekday_stays(world: World) -> None:
    ratna = await world.staff("Ratna")
    left_on = (await world.now()).date() - timedelta(days=100)
    medium = await world.enrolled(ratna, "K-1", name="Umi", level=Level.DISCREET)
    low = await world.enrolled(
        ratna, "K-3", name="Wati", level=Level.DISCREET, risk=Risk.LOW, left_on=left_on
    )

    await world.forward(days=44)

    assert await days_planned(world, medium) == [1, 8, 15, 22, 29, 43]
    assert await days_planned(world, low) == [1, 29]
    assert await days_planned(world, low, "pulse") == [15, 43]
    assert await days_planned(world, medium, "pulse") == []
    sent = await world.rows(
        "select sent_at from outbox where owner_kind = 'contact' and kind = 'question_b' "
        "and state = 'sent' and verb = 'send'"
    )
    assert len(sent) > 8, "openings and reminders"
    assert {local(at, "Asia/Jakarta").hour for (at,) in sent} == {9}


async def test_the_first_one_comes_the_day_after_in_the_hours_of_the_family(world: World) -> None:
    ratna = await world.staff("Ratna")
    wita, wit = [
        await world.enrolled(ratna, code, name=name, hours=hours(zone), level=Level.DISCREET)
        for code, name, zone in (("K-1", "Umi", "Asia/Makassar"), ("K-2", "Sari", "Asia/Jayapura"))
    ]
    wib = await world.enrolled(ratna, "K-3", name="Wati")

    async def asked() -> list[int]:
        return [await phone.count("Apa kabar minggu ini?") for phone in (wit, wita, wib)]

    await world.until(6, 59)
    assert await asked() == [0, 0, 0]
    await world.forward(minutes=1)
    assert await asked() == [1, 0, 0]
    await world.forward(hours=1)
    assert await asked() == [1, 1, 0]
    await wita.sees("Selamat pagi")
    await world.forward(minutes=59)
    assert await asked() == [1, 1, 0]
    await world.forward(minutes=1)
    assert as_seen(await wib.last()) == OPENING


async def test_nanti_is_asked_again_once_in_three_hours_or_tomorrow(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, "K-1", name="Sari")
    wati = await world.enrolled(ratna, "K-2", name="Wati")
    await world.first_checkin(sari)

    await sari.taps("Nanti")
    await sari.sees_last("Baik, Bapak/Ibu. Nanti saya tanya lagi.")
    await world.forward(hours=2, minutes=59)
    await sari.sees_last("Nanti saya tanya lagi.")
    await world.forward(minutes=2)
    await sari.sees_last("Selamat siang, Bapak/Ibu. Apa kabar minggu ini?")
    assert await sari.buttons() == ["Mulai", "Telepon saya"]

    await world.until(14)
    await wati.taps("Nanti")
    await world.until(8, 59)
    assert await wati.count("Apa kabar") == 0
    await world.forward(minutes=1)
    assert as_seen(await wati.last())[1] == ["Mulai", "Telepon saya"]


async def test_at_night_only_who_is_there_is_answered_at_once(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna, "K-1", name="Sari")
    wati = await world.enrolled(ratna, "K-2", name="Wati", level=Level.DISCREET)
    await world.until(22)

    await sari.writes("malam bu")
    await wati.writes("malam bu")
    await sari.sees_last("Pesannya sudah masuk.")
    await wati.sees_last("Terima kasih kabarnya")
    at_night = [await phone.pushes() for phone in (sari, wati)]

    await late_text(world, sari, CRITICAL, minutes=4)
    await late_text(world, wati, CRITICAL, minutes=4)
    assert [await phone.pushes() for phone in (sari, wati)] == at_night
    await ratna.sees("Kritis. 1 hal perlu dilihat. K-1")
    await ratna.sees("Kritis. 1 hal perlu dilihat. K-2")
    await taps_all(ratna, ["Saya tangani", "Saya tangani"])

    await world.until(8, 59)
    assert [await phone.pushes() for phone in (sari, wati)] == at_night
    await world.forward(minutes=1)
    await sari.sees("Bapak/Ibu tidak sendiri.")
    assert await wati.count("Terima kasih kabarnya") == 1, "at B it is dropped"


async def test_after_a_call_the_consent_waits_for_the_safe_hours(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari, wati = await world.meets("Sari"), await world.meets("Wati")
    _, first = await world.invited(ratna, "K-1")
    _, second = await world.invited(ratna, "K-2", level=Level.DISCREET)
    await world.until(20)
    await sari.opens(first)
    await sari.taps("Lanjut")
    await wati.opens(second)
    await wati.taps("Lanjut")
    await world.forward(minutes=4)
    at_night = [await phone.pushes() for phone in (sari, wati)]

    await taps_all(ratna, ["Katanya cocok", "Katanya cocok"])
    assert [await phone.pushes() for phone in (sari, wati)] == at_night
    await world.until(9)

    await sari.sees_last("Jawaban Bapak/Ibu dibaca petugas")
    await wati.sees_last("Aturan kelas sudah dijelaskan petugas.")
