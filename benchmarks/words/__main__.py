"""`python -m benchmarks.words train | figures`: train the model of words, or say what it finds."""

import sys
from pathlib import Path

from benchmarks.words import corpus, fitting, scores
from flows import loader, warning_signs
from flows.warning_signs import MODEL

TARGET = Path(loader.__file__).parent / "content" / "signs.words"


def main() -> None:
    messages = corpus.read()
    known = [one for one in messages if not corpus.is_held_back(one)]
    content = {key: value for key, value in loader.load().signs.items() if key != MODEL}
    match sys.argv[1:]:
        case ["train"]:
            taught = [*known, *corpus.proofs()]
            TARGET.write_text(fitting.train(warning_signs.build(content), taught), encoding="utf-8")
            print(f"{TARGET.name}: {len(taught)} messages, {TARGET.stat().st_size // 1024} KiB")
        case ["figures"]:
            scores.show(content, known, [one for one in messages if corpus.is_held_back(one)])
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
