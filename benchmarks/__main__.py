"""`python -m benchmarks NAME`: one scenario, or all of them, as tables that can be pasted."""

import argparse
from collections.abc import Callable, Mapping

from benchmarks import (
    delivery,
    emulator,
    group_commit,
    latency,
    pieces,
    planning,
    profile,
    signs,
    start,
)
from benchmarks.figures import machine

Scenario = Callable[[argparse.Namespace], None]

SCENARIOS: Mapping[str, tuple[str, Scenario]] = {
    "delivery": (
        "replies a second with pacing lifted, against aiogram and python-telegram-bot",
        lambda asked: delivery.show(families=500, repeats=5 if asked.long else 3),
    ),
    "latency": (
        "alerts at Telegram's pace, idle and in a burst",
        lambda asked: latency.show(
            alerts=300 if asked.long else 110, window_s=330 if asked.long else 75
        ),
    ),
    "planning": (
        "what a family costs to plan, and a quiet tick, at 1,000 and at 10,000 cases",
        lambda _: planning.show(sizes=(1000, 10_000)),
    ),
    "start": (
        "from the start to the first update stored, and memory idle",
        lambda asked: start.show(repeats=5 if asked.long else 3),
    ),
    "pieces": (
        "what each piece of a reply costs the writing thread",
        lambda asked: pieces.show(families=200 if asked.long else 50),
    ),
    "group-commit": ("fifty use cases that share a commit", lambda _: group_commit.show()),
    "signs": ("what a message costs the detector", lambda _: signs.show()),
    "emulator": ("calls a second of the sandbox's Telegram", lambda _: emulator.show()),
}
PROFILE = "profile"


def main() -> None:
    known = "\n".join(f"  {name:13} {what}" for name, (what, _) in SCENARIOS.items())
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        epilog=f"{known}\n  {PROFILE:13} where the time of a reply goes; not part of `all`",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", choices=[*SCENARIOS, PROFILE, "all"])
    parser.add_argument("--long", action="store_true", help="more repeats, and the whole burst")
    asked = parser.parse_args()
    print(machine())
    if asked.name == PROFILE:
        profile.show()
    for name, (_, run) in SCENARIOS.items():
        if asked.name in (name, "all"):
            run(asked)


if __name__ == "__main__":
    main()
