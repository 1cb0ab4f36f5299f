"""What the detector costs a message, what the model adds to the phrases, how much memory they hold,
and that long messages cost no more than their length."""

import gc
import time
import tracemalloc
from collections.abc import Mapping

from flows import loader, warning_signs
from flows.warning_signs import MODEL

ROUNDS = 300
MESSAGE = "Bu, semalam dia mimpi buruk lagi, bangun nangis, terus minta ditemani sampai pagi. "
TIMES = 8


def cost_s(detector: warning_signs.Detector, text: str, *, rounds: int = ROUNDS) -> float:
    """Seconds a message, the best of three rounds: noise only ever adds."""
    best = float("inf")
    for _ in range(3):
        began = time.perf_counter()
        for number in range(rounds):
            detector.find(f"{text}{number}")
        best = min(best, (time.perf_counter() - began) / rounds)
    return best


def held_mb(content: Mapping[str, object]) -> float:
    """Megabytes that a detector holds once it is built, the text of its content left out."""
    gc.collect()
    tracemalloc.start()
    detector = warning_signs.build(content)
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del detector
    return held / 1e6


def show() -> None:
    began = time.perf_counter()
    content = loader.load().signs
    detector = warning_signs.build(content)
    built = time.perf_counter() - began
    alone = {name: value for name, value in content.items() if name != MODEL}
    phrases = cost_s(warning_signs.build(alone), MESSAGE)
    short, long = cost_s(detector, MESSAGE), cost_s(detector, MESSAGE * TIMES)
    print(f"content and detector loaded in {built:.2f} s")
    print(
        f"{len(MESSAGE):4} characters       {short * 1000:.3f} ms, {short / phrases:.2f} of phrases"
    )
    print(f"{len(MESSAGE) * TIMES:4} characters       {long * 1000:.3f} ms")
    print(f"cost per character, long against short: {long / short / TIMES:.2f}")
    print(
        f"held in memory: phrases {held_mb(alone):.1f} MB, with the model {held_mb(content):.1f} MB"
    )
