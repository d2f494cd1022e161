"""A browser without a window, that looks at a page as a reader would."""

import shutil
import subprocess
import tempfile
from pathlib import Path


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
