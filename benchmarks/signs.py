"""What the detector costs a message, and that long messages cost no more than their length."""

import time

from flows import loader, warning_signs

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


def show() -> None:
    began = time.perf_counter()
    detector = warning_signs.build(loader.load().signs)
    built = time.perf_counter() - began
    short, long = cost_s(detector, MESSAGE), cost_s(detector, MESSAGE * TIMES)
    print(f"content and detector loaded in {built:.2f} s")
    print(f"{len(MESSAGE):4} characters       {short * 1000:.3f} ms")
    print(f"{len(MESSAGE) * TIMES:4} characters       {long * 1000:.3f} ms")
    print(f"cost per character, long against short: {long / short / TIMES:.2f}")
