"""Foreign text made fit to be shown: no trick in it, no command, no more than fits."""

import re

_MARK = "\u200b"  # a zero-width space: it breaks a command and is not seen
# Escape sequences of a terminal, whole; then what cannot be seen: control
# characters but tab and newline, soft hyphen, zero-width and bidirectional
# controls, the tag block. A joiner stays between letters of scripts that need it.
_UNSEEN = re.compile(
    r"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|\][^\x07\x1b\n]{0,4096}(?:\x07|\x1b\\)|[@-Z\\^_])"
    r"|\x9b[0-?]{0,64}[ -/]{0,8}[@-~]"
    r"|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f"
    r"\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
    r"|(?<=[\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?=[\x00-\x7f])"
)
_SUSPECT = re.compile(r"[^\t\n\x20-\x7e\xa0-\xac\xae-\u0600\u3000-\ud7ff]")
# Half a pair is no character: UTF-8, and with it every chat service, refuses it.
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_END = re.compile(r"\r\n?|[\x85\u2028\u2029]")
# Where a mark is put: behind the `<` of Slack's and Discord's commands, mentions,
# emoji and labelled links; behind an `@` that may mention; between the halves of a
# Markdown link, so that no label hides where it leads; into what clients link by
# themselves; and into a fence, so that no text ends the block it is shown in.
_COMMAND = re.compile(
    r"<(?=[!@#:/]|a:|t:|id:|[a-z][a-z0-9+.\-]{0,30}:)"
    r"|(?<![\w.])@(?=\w)|@(?=everyone|here|channel)"  # the latter also inside of words
    r"|\](?=[(\[])"
    r"|\b(?:https?|ftp|slack|discord|msteams|zoommtg|vscode|javascript):(?=//)"
    r"|\b(?:mailto|tel):(?=\S)|\bwww(?=\.)|\bdiscord(?=\.gg/)"
    r"|`(?=`)",
    re.IGNORECASE,
)


def printable(text: str) -> str:
    """Take from a text what is not seen: escape sequences, control and zero-width characters.

    Args:
        text: Text of any origin.

    Returns:
        What a reader sees of it, its lines ended by newlines.
    """
    if _SUSPECT.search(text) is None:
        return text
    return _UNSEEN.sub("", _LINE_END.sub("\n", text))


def legible(text: str) -> str:
    """Leave of a text what a person reads, on the lines it has.

    Args:
        text: Text of any length, such as a log line with colours.

    Returns:
        The printable text, valid in UTF-8. Of a line that overwrites itself, as progress bars
        do, its last state.
    """
    text = text.replace("\r\n", "\n")
    if "\r" in text:
        text = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    return _SURROGATE.sub("\ufffd", printable(text))


def defuse(text: str) -> str:
    """Take the meaning from chat commands, mentions and links in foreign text.

    An address in foreign text stays readable, but is no link: a text that anyone
    may have written shall not offer itself to be clicked, nor make the chat service
    fetch a preview. The platform's own link to the run does not belong in here.

    Args:
        text: Foreign text that a chat service will show.

    Returns:
        The text, readable as before, that mentions nobody and links nowhere.
    """
    return _COMMAND.sub(rf"\g<0>{_MARK}", printable(text))


def cut(text: str, limit: int) -> str:
    """Shorten a text in its middle, where it tells least.

    Args:
        text: Text of any length.
        limit: Characters the result may have, at least 40.

    Returns:
        The text, at most `limit` characters long, with a note of how many are missing.
    """
    if len(text) <= limit:
        return text
    return ends(text, text, limit, len(text))


def ends(first: str, last: str, limit: int, length: int) -> str:
    """Show the beginning of a text and its end, and say how much is missing between.

    Args:
        first: The text's beginning, as much of it as may be shown.
        last: Its end, as much as may be shown.
        limit: Characters the result may have, at least 40.
        length: How long the text is.

    Returns:
        Two thirds beginning, one third end, at most `limit` characters with the note.
    """
    # Made with the largest number it can have, so that the true note is no longer.
    keep = limit - len(_note(length))
    head = first[: keep * 2 // 3]
    tail = last[max(len(last) - (keep - keep * 2 // 3), 0) :]
    return f"{head}{_note(max(length - len(head) - len(tail), 1))}{tail}"


def _note(missing: int) -> str:
    return f" […{missing} characters cut…] "
