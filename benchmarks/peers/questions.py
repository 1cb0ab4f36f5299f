"""What the peers ask: questions and buttons of the same number and length as Kabar's."""

TOKEN = "4242:a-token-of-a-benchmark-that-is-long-enough"
QUESTION = "{number}/8\nDalam 7 hari ini, berapa hari Kakak susah tidur?"
LABELS = ("Tidak ada", "1-2 hari", "3-4 hari", "5-7 hari", "Kembali", "Tidak tahu")
KEYS = tuple((label, f"answer:0123456789ab:{place}") for place, label in enumerate(LABELS))


def next_question(step: int) -> str:
    """What comes after the answer number `step`."""
    return QUESTION.format(number=step + 1)


BROADCAST = "Bapak/Ibu, minggu depan ada pertemuan keluarga. Terima kasih."
THANKS = "Terima kasih sudah cerita, Bapak/Ibu. Petugas kami sudah diberi tahu."
FIRST_WORKER, FIRST_FAMILY, WORKERS = 600_000_001, 700_000_001, 60


def notice_for(chat: int) -> tuple[int, str]:
    """The worker of a family's chat, and what she is told; numbered as in `centre.py`."""
    number = chat - FIRST_FAMILY
    return FIRST_WORKER + number % WORKERS, f"Kritis. 1 hal perlu dilihat. K-{number:05}"
