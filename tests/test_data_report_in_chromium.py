"""The data gate's report in a real browser: seen, silent, alone, and no wider than its window."""

from pathlib import Path

import pytest

from tools.browser import Recorder, browse, console, pixels, screenshot, widths
from tools.picture_data_report import sample_page

pytestmark = pytest.mark.usefixtures("chromium")


def test_data_report_is_seen(tmp_path: Path) -> None:
    """A browser shows the report, and a dark one where the reader wants it dark."""
    light, dark = tmp_path / "light.png", tmp_path / "dark.png"
    screenshot(sample_page(), light, 1080, 1000)
    size = ("--window-size=1080,1000", "--force-device-scale-factor=1.5", "--hide-scrollbars")
    darkly = "--blink-settings=preferredColorScheme=0"
    browse(sample_page(), *size, darkly, f"--screenshot={dark}")
    seen = [pixels(picture) for picture in (light, dark)]
    assert all(len(set(picture)) > 100 for picture in seen)
    # The pixel at the top left, whose values no filter of the format has changed.
    assert [picture[1:4] for picture in seen] == [b"\xff\xff\xff", b"\x15\x19\x1e"]


def test_data_report_is_silent_and_asks_for_nothing(recorder: Recorder) -> None:
    """The report, and one whose names try to, run no script, log no error and load nothing."""
    assert console(sample_page()) == []
    trick = f"\"'><img src={recorder.url}><script src={recorder.url}></script>"
    tried = sample_page(trick, trick)
    assert f"&lt;img src={recorder.url}&gt;" in tried
    assert console(tried) == []
    assert recorder.requests == []


@pytest.mark.parametrize("width", [360, 1080])
def test_data_report_fits_its_window(width: int) -> None:
    """On a phone and on a screen, also with a name of 100 characters, nothing is cut off."""
    needed, shown = widths(sample_page("name_without_a_gap_" * 5), width)
    assert width - 20 <= shown <= width
    assert needed == shown


def test_data_report_shows_in_the_dashboard_s_frame(tmp_path: Path) -> None:
    """In a frame without any rights, as ZenML's dashboard has it, the report is shown."""
    page, picture = tmp_path / "report.html", tmp_path / "frame.png"
    page.write_text(sample_page(), "utf-8")
    frame = (
        f'<!DOCTYPE html><iframe sandbox="" src="{page.as_uri()}" width=900 height=384></iframe>'
    )
    browse(
        frame, "--window-size=940,420", f"--screenshot={picture}", "--allow-file-access-from-files"
    )
    assert len(set(pixels(picture))) > 100
