"""Staff fill in a check-in on their phones: for a call, a visit, or a talk at the centre."""

from flows.model import Level, Role
from storage import cases
from storage.transaction import Tx
from tests.e2e.conftest import Phone, World, on_both
from tests.e2e.scenes import DAYS, answers, labels_of, notice, taps_all

FORM_A, FORM_B = "mingguan-a, 8 butir", "mingguan-b, 5 butir"
UNKNOWN = "Kode itu tidak ada di daftar Anda."
SEEN = "Anak dilihat atau diajak bicara sendiri?"


async def begins(phone: Phone, *, code: str = "K-0142", way: str = "Telepon", seen: str) -> None:
    """From the command to the first question."""
    await phone.writes(f"/isi {code}")
    await taps_all(phone, [FORM_A, way, "ibu", seen])


async def fills(phone: Phone, values: list[int], *, worry: str = "Tidak ada") -> None:
    """The seven items of days, and the last one."""
    await taps_all(phone, [*(DAYS[value] for value in values), worry])


def hand_over(tx: Tx, code: str, worker: str) -> None:
    """Another worker has the case from now on."""
    case = cases.find(tx, code)
    assert case is not None
    cases.update(tx, case, worker_id=worker)


async def ends(phone: Phone) -> None:
    """An item that has its turn may follow; then comes the note."""
    if any("Lewati" in labels_of(message) for message in await phone.messages()):
        await phone.taps("Lewati")
    await phone.taps("Selesai")


async def forms(world: World) -> list[tuple[object, ...]]:
    """State, way, total and band of what staff have filled in, in order."""
    rows = await world.rows(
        "select state, way, total, band from checkins where slot = 'form' order by opened_at"
    )
    return [tuple(row) for row in rows]


async def encounters(world: World) -> list[tuple[object, ...]]:
    rows = await world.rows("select way, spoke, saw_child from encounters order by at")
    return [(row[0], bool(row[1]), bool(row[2])) for row in rows]


@on_both
async def test_a_form_goes_from_item_to_item_and_ends_in_an_alert(world: World) -> None:
    ratna = await world.staff("Ratna")
    dewi = await world.staff("Dewi", Role.SUPERVISOR)
    sari = await world.enrolled(ratna, baseline=7)
    family_saw = await sari.texts()
    told = len(await ratna.pushes())

    await ratna.writes("/isi K-0142")
    assert labels_of(await ratna.last()) == [FORM_A, FORM_B, "Batal"]
    await taps_all(ratna, [FORM_A, "Telepon"])
    assert labels_of(await ratna.last()) == ["ibu", "Anak saja", "Batal"]
    await ratna.taps("ibu")
    await ratna.sees_last(SEEN)
    await ratna.taps("Tidak")
    await ratna.sees_last("K-0142. 1/8\nDalam 7 hari ini, berapa hari anak susah tidur?")
    assert (await ratna.last())["protected"]
    await taps_all(ratna, ["5-7 hari", "5-7 hari", "Kembali", "Kembali"])
    await ratna.sees_last("1/8")
    await taps_all(ratna, ["5-7 hari", "5-7 hari", "5-7 hari", "Tidak tahu"])
    assert len(await ratna.pushes()) == told + 1, "one message, and nothing rings yet"
    await ratna.taps("3-4 hari")
    await ratna.taps("1-2 hari")
    assert (await ratna.pushes())[-1] == notice("Tinggi"), "at the tap that makes 12"
    await taps_all(ratna, ["1-2 hari", "Tidak ada"])
    await ratna.sees("K-0142. Catatan?")
    await ratna.writes("ibu terdengar lelah, dia bilang mau bunuh diri")

    result = next(text for text in await ratna.texts() if "Selesai, sudah disimpan." in text)
    assert result == (
        "K-0142. Selesai, sudah disimpan.\n"
        "Jumlah 15 (oranye, mulai 12). "
        "Naik 8 dari dasar 7 (nilai saat pulang 7; baru 0 dari 4 kabar pertama).\n"
        "Perkiraan: 6 dari 7 butir dijawab.\n"
        "Peringatan: Tinggi.\n- Jumlah 12; batasnya 12.\n"
        "- Jumlah 12, naik 5 dari dasar 7. Telepon dalam 3 hari kerja."
    )
    assert await ratna.typed() == [text for text in await ratna.typed() if "lelah" not in text]
    assert await forms(world) == [("finished", "call", 15, "oranye")]
    assert await encounters(world) == [("call", True, False)]
    assert await sari.texts() == family_saw, "the family sees nothing of it"
    assert await dewi.count("Kritis") == 0, "words of staff are not screened"
    await world.forward(minutes=10, seconds=5)
    await ratna.sees_nothing_of("Jumlah 15")


async def test_a_family_at_c_is_measured_by_calls(world: World) -> None:
    ratna = await world.staff("Ratna")
    await world.invited(ratna, level=Level.SILENT, baseline=9)

    for values in ([1, 1, 1, 1, 0, 0, 0], [2, 1, 1, 1, 0, 0, 0], [1, 1, 1, 0, 0, 0, 0], [3] * 7):
        await begins(ratna, way="Kunjungan", seen="Ya")
        await fills(ratna, values)
        await ends(ratna)
        await world.forward(days=1)

    assert [row[2] for row in await forms(world)] == [4, 5, 3, 21]
    await begins(ratna, way="Kunjungan", seen="Ya")
    await fills(ratna, [2, 2, 2, 0, 0, 0, 0])
    await ends(ratna)
    await ratna.sees(
        "Naik 2 dari dasar 4 (nilai saat pulang 9; tengah empat kabar pertama 4). "
        "Turun 15 dari kabar terakhir."
    )
    assert await encounters(world) == [("visit", True, True)] * 5
    sent = await world.rows("select count(*) from outbox where owner_kind = 'contact'")
    assert sent == [(0,)]


async def test_a_call_settles_what_the_phone_of_the_family_still_asks(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await world.first_checkin(sari)
    start = await sari.button("Mulai")

    await begins(ratna, seen="Tidak")
    await fills(ratna, [0] * 7)
    await sari.sees_last("pertanyaan pendek")
    await ends(ratna)

    assert await sari.count("pertanyaan pendek") == 0
    pushed = await sari.pushes()
    await sari.taps_old(*start)
    await world.forward(days=6)
    states = await world.rows("select slot, state, total from checkins order by planned_at, slot")
    assert [tuple(row) for row in states][:2] == [
        ("regular", "cancelled", None),
        ("form", "finished", 0),
    ]
    assert (await sari.pushes())[: len(pushed)] == pushed
    assert not any("tidak sempat" in text for text in await sari.pushes()), "nothing was missed"


async def test_what_the_family_has_begun_counts_when_a_call_settles_it(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await world.first_checkin(sari)
    await answers(sari, [1, 1, 1, 1, 1], worry=None)

    await begins(ratna, seen="Tidak")
    await fills(ratna, [0] * 7)
    await ends(ratna)

    await sari.sees_last("Kabarnya sudah masuk.")
    rows = await world.rows("select slot, state, total from checkins order by slot desc")
    assert [tuple(row) for row in rows] == [("regular", "expired", 7), ("form", "finished", 0)]


async def test_with_the_child_alone_no_family_was_spoken_to(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await world.first_checkin(sari)
    spoken = "select last_spoken_at from contacts"
    before = await world.rows(spoken)

    await ratna.writes("/isi k-0142")
    await taps_all(ratna, [FORM_A, "Kunjungan", "Anak saja"])
    await fills(ratna, [0] * 7)
    await ends(ratna)

    assert await encounters(world) == [("visit", False, True)]
    assert await world.rows(spoken) == before
    await sari.sees_last("pertanyaan pendek")


async def test_a_tap_that_comes_twice_changes_nothing(world: World) -> None:
    ratna = await world.staff("Ratna")
    await world.enrolled(ratna)
    await ratna.writes("/isi K-0142")
    await taps_all(ratna, [FORM_A, "Telepon", "ibu"])
    last = await ratna.button("Tidak")

    await ratna.taps_old(*last)
    await ratna.taps_old(*last)
    await ratna.sees_last("1/8")
    first = await ratna.button("5-7 hari")
    await ratna.taps_old(*first)
    await ratna.taps_old(*first)
    await ratna.sees_last("2/8")

    assert await world.rows("select item, value from answers") == [("sleep", 3)]
    assert len(await forms(world)) == 1
    await taps_all(ratna, ["Tidak ada"] * 7)
    await ends(ratna)
    await ratna.taps_old(*last)
    assert await ratna.toast() == "Formulir ini sudah selesai."
    assert await forms(world) == [("finished", "call", 3, "hijau")]


async def test_a_foreign_code_and_one_that_nobody_has_look_the_same(world: World) -> None:
    ratna = await world.staff("Ratna")
    budi = await world.staff("Budi")
    joko = await world.staff("Joko", Role.PSYCHOLOGIST)
    dewi = await world.staff("Dewi", Role.SUPERVISOR)
    await world.enrolled(ratna)

    for phone in (budi, joko):
        await phone.writes("/isi K-0142")
        await phone.sees_last(UNKNOWN)
        foreign = await phone.texts()
        await phone.writes("/isi K-9999")
        assert (await phone.texts())[-1] == foreign[-1]
        await phone.writes("/isi")
        await phone.sees_last(UNKNOWN)
    refused = await world.rows("select count(*) from audit where action = 'refused_fill_form'")
    assert refused == [(2,)]
    await dewi.writes("/isi K-0142")
    await dewi.sees_last("Formulir yang mana?")


async def test_a_button_of_a_form_counts_only_for_whom_it_was_sent_to(world: World) -> None:
    ratna = await world.staff("Ratna")
    budi = await world.staff("Budi")
    await world.enrolled(ratna)
    await begins(ratna, seen="Tidak")
    high = await ratna.button("5-7 hari")

    await budi.taps_old(*high)
    assert await budi.toast() == "Maaf, ini bukan untuk Anda buka."
    await world.write(hand_over, "K-0142", budi.owner_id)
    await ratna.taps("5-7 hari")

    assert await ratna.toast() == "Maaf, ini bukan untuk Anda buka."
    assert await world.rows("select count(*) from answers") == [(0,)]


async def test_isi_alone_shows_own_cases_eight_at_a_time(world: World) -> None:
    ratna = await world.staff("Ratna")
    budi = await world.staff("Budi")
    for number in range(1, 11):
        await world.invited(ratna, f"K-{number:04}")
    await world.invited(budi, "K-7777")

    await ratna.writes("/isi")
    assert await ratna.buttons() == [*(f"K-{n:04}" for n in range(1, 9)), "Lebih banyak"]
    await ratna.taps("Lebih banyak")
    assert await ratna.buttons() == ["K-0009", "K-0010"]
    await ratna.taps("K-0010")
    await ratna.sees_last("K-0010. Formulir yang mana?")
    await ratna.taps("Batal")
    await ratna.sees_nothing_of("K-0010")


async def test_a_form_left_idle_leaves_the_phone_and_goes_on_later(world: World) -> None:
    ratna = await world.staff("Ratna")
    await world.enrolled(ratna, "K-1", name="Sari")
    await world.enrolled(ratna, "K-2", name="Wati")
    await begins(ratna, code="K-1", seen="Tidak")
    await ratna.taps("5-7 hari")

    await world.forward(minutes=30, seconds=5)
    await ratna.sees_nothing_of("Dalam 7 hari ini")
    await ratna.writes("/isi K-2")
    await ratna.sees_last("K-1. Formulir ini belum selesai.")
    await ratna.taps("Lanjutkan")
    await ratna.sees_last("K-1. 2/8")
    await ratna.writes("/isi")
    assert await ratna.count("2/8") == 0, "it stands in one place only"
    await ratna.taps("Selesai di sini")

    await ratna.sees_last("Belum ada jumlah: 1 dari 7 butir dijawab, perlu paling sedikit 5.")
    await begins(ratna, code="K-2", seen="Tidak")
    await ratna.writes("/isi")
    await ratna.taps("Selesai di sini")
    await ratna.sees_last("K-2. Belum ada jawaban, jadi tidak ada yang disimpan.")
    assert [row[0] for row in await forms(world)] == ["finished", "cancelled"]
    assert await encounters(world) == [("call", True, False)], "the second was a mistake"


async def test_a_form_left_half_done_counts_after_a_day(world: World) -> None:
    ratna = await world.staff("Ratna")
    await world.enrolled(ratna)
    await begins(ratna, seen="Ya")
    await taps_all(ratna, ["5-7 hari"] * 5)

    await world.forward(hours=24, minutes=1)

    assert await forms(world) == [("expired", "call", 21, "oranye")]
    assert await ratna.count("Dalam 7 hari ini") == 0
    await ratna.taps("Lihat")
    await ratna.sees_last("Setengah jalan: 5 butir, dihitung sesudah 24 jam.")
    await ratna.sees_last("Anak terakhir dilihat atau diajak bicara sendiri: 1 hari lalu.")


async def test_after_a_talk_about_an_alert_the_form_is_one_tap_away(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)
    await sari.writes("dia bilang mau bunuh diri")
    await taps_all(ratna, ["Saya tangani", "Bicara, perlu lanjut"])
    shown = [label for label in labels_of(await ratna.last()) if not label.startswith("Tandanya")]
    assert shown == ["Lewati catatan", "Isi kabar"]
    assert await encounters(world) == [("call", True, False)]

    await ratna.taps("Isi kabar")
    await ratna.sees("Catatan?")
    await taps_all(ratna, [FORM_A, "Telepon", "ibu", "Tidak"])
    await ratna.writes("besok saya datang")
    await ratna.sees("Selesai, sudah disimpan.")
    await fills(ratna, [0] * 7)
    await ratna.writes("anak ikut bicara")

    noted = await world.rows("select count(*) from alerts where note is not null")
    written = await world.rows("select count(*) from answers where words is not null")
    assert (noted, written) == ([(1,)], [(1,)]), "each note is where it was asked for"
