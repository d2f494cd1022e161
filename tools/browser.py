"""A browser without a window, that looks at a page as a reader would."""

import re
import shutil
import subprocess
import tempfile
import threading
import zlib
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def screenshot(html: str, picture: Path, width: int, height: int) -> None:
    """Take a picture of a page.

    Args:
        html: The page.
        picture: The PNG file that is written.
        width: Of the window.
        height: Of the window, which is all of the page that is seen.
    """
    picture.parent.mkdir(parents=True, exist_ok=True)
    size = (f"--window-size={width},{height}", "--force-device-scale-factor=1.5")
    browse(html, *size, "--hide-scrollbars", f"--screenshot={picture.absolute()}")


def browse(html: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Let the browser open a page.

    Args:
        html: The page.
        options: What it does with it, as its own command line says.

    Returns:
        What it said.
    """
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "page.html"
        source.write_text(html, "utf-8")
        browser = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"]
        command += ["--no-first-run", "--disable-background-networking", "--disable-sync"]
        command += ["--disable-component-update", f"--user-data-dir={folder}/user"]
        return subprocess.run(
            [*command, *options, source.as_uri()],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )


def console(html: str) -> list[str]:
    """List what a page makes the browser say on its console.

    Args:
        html: The page.
    """
    said = browse(html, "--enable-logging=stderr", "--dump-dom").stderr
    return [line for line in said.splitlines() if "CONSOLE" in line]


def widths(html: str, width: int) -> tuple[int, int]:
    """Measure how wide a page wants to be, and how wide it is shown.

    Args:
        html: The page.
        width: Of the frame that it is shown in, in pixels.

    Returns:
        What its content needs, and what is there for it, in pixels.
    """
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(html, "utf-8")
        measure = (
            f'<!DOCTYPE html><iframe src="{page.as_uri()}" style="width: {width}px; '
            "height: 800px\" onload='let root = this.contentDocument.documentElement;"
            'document.title = root.scrollWidth + " " + root.clientWidth\'></iframe>'
        )
        dom = browse(measure, "--allow-file-access-from-files", "--dump-dom").stdout
    ((needed, shown),) = re.findall(r"<title>(\d+) (\d+)</title>", dom)
    return int(needed), int(shown)


def pixels(picture: Path) -> bytes:
    """Unpack a picture, so far that what is on it can be compared.

    Args:
        picture: A PNG file.

    Raises:
        ValueError: If it is none.
    """
    data = picture.read_bytes()
    if not data.startswith(b"\x89PNG"):
        raise ValueError(f"{picture} is no PNG file.")
    parts = []
    place = 8
    while place < len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        if data[place + 4 : place + 8] == b"IDAT":
            parts.append(data[place + 8 : place + 8 + length])
        place += length + 12
    return zlib.decompress(b"".join(parts))


class Recorder(HTTPServer):
    """A loopback server that notes what is asked of it, and has none of it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[str] = []

    @property
    def url(self) -> str:
        """Where a picture could be."""
        return f"http://127.0.0.1:{self.server_port}/x.png"

    @classmethod
    @contextmanager
    def serving(cls) -> "Iterator[Recorder]":
        """Serve while the block runs."""
        with cls() as server:
            thread = threading.Thread(target=server.serve_forever, args=(0.05,))
            thread.start()
            yield server
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if isinstance(self.server, Recorder):
            self.server.requests.append(self.path)
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
