"""What the start of `kabar run` is made of: importing aiogram alone, against being ready."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from tempfile import TemporaryDirectory

PATIENCE_S = 120


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until_200(url: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=1) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise SystemExit(f"{url} does not answer")


def main(folder: Path) -> None:
    api, port = free_port(), free_port()
    environment = os.environ | {
        "KABAR_BOT_TOKEN": "700002:a-token-of-a-benchmark",
        "KABAR_API_URL": f"http://127.0.0.1:{api}",
        "KABAR_DATABASE_URL": f"sqlite:///{folder}/kabar.db",
        "KABAR_KEY_FILE": str(folder / "kabar.key"),
        "KABAR_HTTP_PORT": str(port),
    }
    kabar = [sys.executable, "-m", "bot"]
    subprocess.run([*kabar, "db", "upgrade"], env=environment, check=True, capture_output=True)
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", "import aiogram"], check=True)
    imported = time.monotonic() - began
    sandbox = subprocess.Popen([sys.executable, "-m", "bot.sandbox", "--port", str(api)])
    until_200(f"http://127.0.0.1:{api}/control/clock")
    began = time.monotonic()
    running = subprocess.Popen([*kabar, "run"], env=environment, stderr=subprocess.DEVNULL)
    try:
        until_200(f"http://127.0.0.1:{port}/ready")
        ready = time.monotonic() - began
    finally:
        running.terminate()
        sandbox.terminate()
        running.wait()
        sandbox.wait()
    print(f"importing aiogram alone  {imported:5.1f} s")
    print(f"kabar run until /ready   {ready:5.1f} s")
    print(f"ratio                    {ready / imported:5.1f}")


if __name__ == "__main__":
    with TemporaryDirectory() as made:
        main(Path(made))
