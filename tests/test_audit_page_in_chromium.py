import re
from pathlib import Path

import pytest

from tools.browser import Recorder, browse, console, pixels, screenshot, widths
from tools.picture_report import sample_page, sample_trail, written

_LONG = "name_without_a_gap_" * 20


pytestmark = pytest.mark.usefixtures("chromium")


def hostile(url: str) -> str:
    """Write the report on a trail whose every text wants to load something or run."""
    trick = f"\\\"><img src={url}><script src={url}></script><style>@import '{url}';</style>"
    return written(
        [
            (path, re.sub(rb"churn_training|ada|kubernetes|min_rows", trick.encode(), data))
            for path, data in sample_trail()
        ]
    )


def test_report_is_seen(tmp_path: Path) -> None:
    """A browser shows the report: its picture has much on it, where an empty page has nothing."""
    screenshot(sample_page(), tmp_path / "report.png", 1080, 1500)
    screenshot("<!DOCTYPE html><title>x</title>", tmp_path / "blank.png", 1080, 1500)
    seen, blank = pixels(tmp_path / "report.png"), pixels(tmp_path / "blank.png")
    assert len(seen) == len(blank)
    assert len(set(blank)) < 8
    assert len(set(seen)) > 100


def test_report_is_silent_and_asks_for_nothing(recorder: Recorder) -> None:
    """The report, and one whose records try to, run no script, log no error and load nothing."""
    assert console(sample_page()) == []
    tried = hostile(recorder.url)
    assert f"&lt;img src={recorder.url}&gt;" in tried
    assert console(tried) == []
    assert recorder.requests == []


def test_report_could_not_load_if_it_wanted(recorder: Recorder) -> None:
    """The page's own policy keeps the browser from loading, where another page's image is."""
    image = f"<img src='{recorder.url}'><script>document.title = 'ran'</script></main>"
    refused = console(sample_page().replace("</main>", image))
    assert len(refused) == 2
    assert recorder.requests == []
    browse(f"<!DOCTYPE html><img src='{recorder.url}'>", "--dump-dom")
    assert recorder.requests == ["/x.png"]


@pytest.mark.parametrize("width", [600, 1080])
def test_long_names_wrap(width: int) -> None:
    """Names of hundreds of characters without a gap make no page wider than its window."""
    report = written(
        [
            (path, re.sub(rb"churn_training|ada|kubernetes|min_rows", _LONG.encode(), data))
            for path, data in sample_trail()
        ]
    )
    assert _LONG[:50] in report
    needed, shown = widths(report, width)
    assert width - 20 <= shown <= width
    assert needed == shown


def test_report_is_printed(tmp_path: Path) -> None:
    """The report prints on as many A4 pages as its 66 runs need, and no more."""
    pdf = tmp_path / "report.pdf"
    browse(sample_page(), f"--print-to-pdf={pdf}")
    data = pdf.read_bytes()
    assert 4 <= len(re.findall(rb"/Type\s*/Page\b", data)) <= 10
    boxes = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", data)
    assert {(round(float(width)), round(float(height))) for width, height in boxes} == {(595, 842)}
