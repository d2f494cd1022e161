from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.hooks._text import cut, defuse, printable

pytestmark = pytest.mark.any_version

INNOCENT = Path(__file__).with_name("innocent_texts.txt").read_text("utf-8").splitlines()


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("<!channel>", "<!"),
        ("<!here|here>", "<!"),
        ("<!subteam^S1|team>", "<!"),
        ("<!date^1^{date}|x>", "<!"),
        ("<@U123>", "<@"),
        ("<@!123>", "<@"),
        ("<@&123>", "<@"),
        ("<#C1|general>", "<#"),
        ("<https://x|y>", "<h"),
        ("<mailto:a@b|y>", "<m"),
        ("<slack://x|y>", "<s"),
        ("<:emoji:123>", "<:"),
        ("<a:emoji:123>", "<a"),
        ("<t:1700000000:R>", "<t"),
        ("<id:customize>", "<i"),
        ("</deploy:123>", "</"),
        ("@everyone", "@e"),
        ("@here", "@h"),
        ("(@channel)", "@c"),
        ("@ada", "@a"),
        ("[sign in](https://evil.example)", "]("),
        ("[sign in][1]", "]["),
        ("https://evil.example/login", "https://"),
        ("HTTP://evil.example", "HTTP://"),
        ("slack://open", "slack://"),
        ("www.evil.example", "www."),
        ("discord.gg/abc", "discord.gg"),
        ("mailto:ada@evil.example", "mailto:a"),
        ("```end of the block", "``"),
    ],
)
def test_chat_command_means_nothing(text: str, sign: str) -> None:
    """A command, mention or link in foreign text loses its meaning and keeps its letters."""
    shown = defuse(f"before {text} after")
    assert sign not in shown
    assert shown.replace("\u200b", "") == f"before {text} after"


@pytest.mark.parametrize("text", INNOCENT)
def test_innocent_text_stays_readable(text: str) -> None:
    """An innocent text reads as before: what is added to it is not seen."""
    assert defuse(text).replace("\u200b", "") == text


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]8;;https://evil.example\x07click\x1b]8;;\x07", "click"),
        ("\x1b]0;title\x1b\\shown", "shown"),
        ("\x9b31mred", "red"),
        ("\x1bMup", "up"),
        ("a\x00b\x08c\x7fd", "abcd"),
        ("one\r\ntwo\rthree\u2028four\x85five", "one\ntwo\nthree\nfour\nfive"),
        ("tab\tand\nnewline", "tab\tand\nnewline"),
        ("user\u202egnp.exe\u202c", "usergnp.exe"),
        ("\u2066isolated\u2069", "isolated"),
        ("to\u200bken\ufeff=\u2060x\xad1", "token=x1"),
        ("pass\u200dword p\u200cw", "password pw"),
        ("\u0645\u06cc\u200c\u062e\u0648", "\u0645\u06cc\u200c\u062e\u0648"),
        ("\U000e0041hidden\U000e007f", "hidden"),
        ("<\u200b!channel>", "<!channel>"),
    ],
)  # fmt: skip
def test_only_what_is_seen_remains(text: str, seen: str) -> None:
    """Escape sequences, control, zero-width and bidirectional characters are taken away."""
    assert printable(text) == seen
    assert defuse(text).replace("\u200b", "") == seen


@given(st.text())
def test_defused_text_stays_defused(text: str) -> None:
    """What was defused once is defused the same way again."""
    assert defuse(defuse(text)) == defuse(text)


@given(st.text(max_size=300), st.integers(min_value=40, max_value=200))
def test_cut_text_fits_and_keeps_its_ends(text: str, limit: int) -> None:
    """A text that is too long is cut in its middle to at most the limit, with a note."""
    short = cut(text, limit)
    assert len(short) <= limit
    if len(text) > limit:
        head, _, rest = short.partition(" […")
        missing, _, tail = rest.partition(" characters cut…] ")
        assert text.startswith(head)
        assert text.endswith(tail)
        assert len(head) + int(missing) + len(tail) == len(text)
    else:
        assert short == text
