"""What the peers ask: questions and buttons of the same number and length as Kabar's."""

TOKEN = "4242:a-token-of-a-benchmark-that-is-long-enough"
QUESTION = "{number}/8\nDalam 7 hari ini, berapa hari Kakak susah tidur?"
LABELS = ("Tidak ada", "1-2 hari", "3-4 hari", "5-7 hari", "Kembali", "Tidak tahu")
KEYS = tuple((label, f"answer:0123456789ab:{place}") for place, label in enumerate(LABELS))


def next_question(step: int) -> str:
    """What comes after the answer number `step`."""
    return QUESTION.format(number=step + 1)
