"""`python -m benchmarks.words train | figures`: train the model of words, or say what it finds."""

import sys

from benchmarks.words import corpus, fitting, scores
from flows import warning_signs
from flows.reading.documents import open_sheet
from flows.reading.folder import SHIPPED
from flows.reading.nodes import Sheet

TARGET = SHIPPED / "signs.words"


def phrases() -> dict[str, object]:
    """signs.yaml alone: a model that fits it no more must not stand in the way of the next one."""
    body = (SHIPPED / "signs.yaml").read_text(encoding="utf-8")
    plain = open_sheet(Sheet(name="signs.yaml"), body).plain()
    if not isinstance(plain, dict):
        raise ValueError("signs.yaml holds no mapping")
    return {str(name): value for name, value in plain.items()}


def main() -> None:
    messages = corpus.read()
    known = [one for one in messages if not corpus.is_held_back(one)]
    match sys.argv[1:]:
        case ["train"]:
            taught = [*known, *corpus.proofs()]
            body = fitting.train(warning_signs.build(phrases()), taught)
            TARGET.write_text(body, encoding="utf-8")
            print(f"{TARGET.name}: {len(taught)} messages, {TARGET.stat().st_size // 1024} KiB")
        case ["figures"]:
            held_back = [one for one in messages if corpus.is_held_back(one)]
            scores.show(phrases(), known, held_back)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
