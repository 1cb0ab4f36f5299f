"""`python -m bot.sandbox --port 8080`: the sandbox as a program of its own."""

import argparse
import sys

from .server import run


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bot.sandbox", description="A Telegram on your own machine."
    )
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, default=8080, help="0 takes a free one")
    options = parser.parse_args()
    return run(options.host, options.port)


if __name__ == "__main__":
    sys.exit(main())
