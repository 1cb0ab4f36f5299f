"""What happens in the story: enrolment, a check-in with a warning sign, an acknowledgement, an
escalation. Every person and every word is invented."""

from dataclasses import dataclass
from datetime import timedelta

from bot.story.phones import Phone, World

MINUTE, HOUR = timedelta(minutes=1).total_seconds(), timedelta(hours=1).total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """The people, each with a phone, and the links they were given."""

    mother: Phone
    worker: Phone
    supervisor: Phone
    head: Phone
    links: dict[str, str]  # by name


async def enrolment(world: World, cast: Cast) -> None:
    """A link alone gives nothing: the worker says who it is, then consent is asked."""
    world.transcript.chapter(
        "1. Pendaftaran", "Tautan saja belum cukup: petugas memastikan orangnya."
    )
    for person in (cast.worker, cast.supervisor, cast.head):
        await person.opens(cast.links[person.name])
        await person.sees("Selamat datang")
    await cast.mother.opens(cast.links[cast.mother.name])
    await cast.mother.sees("Kabar Keluarga")
    await cast.mother.taps("Lanjut")
    await cast.mother.sees("petugas akan menyapa")
    await cast.worker.sees("Kontak baru menunggu")
    await cast.worker.taps("Orangnya di depan saya")
    await cast.mother.sees("dibaca petugas")
    await cast.mother.taps("Lanjut")
    await cast.mother.sees("kami jaga")
    await cast.mother.taps("Lanjut")
    await cast.mother.sees("boleh tidak")
    await cast.mother.taps("Setuju")
    await cast.mother.sees("Kabar pertama datang")


async def check_in(world: World, cast: Cast) -> None:
    """Eight questions in one message, by tap or typed; the last one rings."""
    world.transcript.chapter("2. Kabar pertama", "Satu pesan berpindah dari butir ke butir.")
    await to_next_check_in(world, cast)
    await cast.mother.taps("Mulai")
    for number, answer in enumerate(("1-2 hari", "Tidak ada", "1-2 hari", "Tidak ada"), start=2):
        await cast.mother.sees(f"{number - 1}/8")
        await cast.mother.taps(answer)
    await cast.mother.sees("5/8")
    await cast.mother.writes("3 hari")
    await cast.mother.sees("6/8")
    await cast.mother.taps("Tidak tahu")
    await cast.mother.sees("7/8")
    await cast.mother.taps("Tidak ada")
    await cast.mother.sees("8/8")
    await cast.mother.taps("Ada, mohon segera")


async def alert(world: World, cast: Cast) -> None:
    """The alert is at the worker's phone at the tap; it says nothing to whoever looks over."""
    world.transcript.chapter(
        "3. Peringatan", "Pemberitahuan hanya tingkat dan kode; isinya di balik Lihat."
    )
    await cast.worker.sees("Kritis. 1 hal perlu dilihat. K-0142")
    await cast.mother.sees("ditambahkan")
    await cast.mother.taps("Selesai")
    await cast.mother.sees("Kabarnya sudah masuk")
    await cast.worker.taps("Lihat")
    await cast.worker.sees("Sebabnya")
    await cast.worker.taps("Saya tangani")
    await cast.worker.sees("Apa hasilnya?")
    await cast.worker.taps("Bicara, perlu lanjut")
    await cast.worker.sees("Catatan?")
    await cast.worker.writes("Sudah bicara, besok saya datang.")
    await cast.worker.sees("sudah disimpan")


async def escalation(world: World, cast: Cast) -> None:
    """Words ring as fast as buttons; nobody takes it, so the chain goes on."""
    world.transcript.chapter(
        "4. Tidak ada yang menangani", "Rantai berjalan: peksos, supervisor, kepala."
    )
    await to_next_check_in(world, cast)
    await cast.mother.writes("Bu tolong, semalam dia bilang mau bunuh diri")
    await cast.mother.sees("apakah saat ini aman?")
    await cast.worker.sees("Kritis. 1 hal perlu dilihat. K-0142")
    await cast.mother.taps("Belum tahu")
    await cast.mother.sees("Petugas akan menelepon")
    await world.forward(15 * MINUTE + 1)
    await cast.supervisor.sees("Kritis. 1 hal perlu dilihat. K-0142")
    await world.forward(15 * MINUTE + 1)
    await cast.head.sees("Kritis. 1 hal perlu dilihat. K-0142")
    await cast.supervisor.taps("Saya tangani")
    await cast.supervisor.sees("Apa hasilnya?")
    await cast.worker.sees("sudah ditangani (supervisor)")
    await cast.head.sees("sudah ditangani (supervisor)")
    await cast.supervisor.taps("Kunjungi")
    await cast.supervisor.sees("Catatan?")
    await cast.supervisor.taps("Lewati catatan")
    await cast.supervisor.sees("sudah disimpan")


async def to_next_check_in(world: World, cast: Cast) -> None:
    """Let days pass until the next opening is on the mother's phone."""
    for _ in range(MOST_MOMENTS):
        await world.forward(await world.next_due() + 1)
        if await world.has_come(cast.mother, "Apa kabar minggu ini?"):
            return
    await cast.mother.sees("Apa kabar minggu ini?")


MOST_MOMENTS = 60  # due moments between two check-ins of a week, with room to spare

CHAPTERS = (enrolment, check_in, alert, escalation)
