"""Finds in a traceback's text what tells most: two of its lines, and the exception's name."""

import re

from governance.hooks._event import Frame
from governance.hooks._text import cut

# At the left margin: those of an exception group's members are indented.
_START = re.compile(
    r"^(?:  \+ Exception Group )?Traceback \(most recent call last\):$", re.MULTILINE
)
# ZenML 0.95 takes the margin away.
_FRAME = re.compile(r'([ |]*)File "(.+)", line (\d{1,9})(?:, in (.+))?')
# Where the second member of an exception group begins.
_SECOND_MEMBER = re.compile(r"[ |]*\+-+ 2 -+")
_SEPARATOR = re.compile(r"[\\/]")
# Installed packages with ZenML among them, ZenML from a checkout, and the standard library.
_FOREIGN = re.compile(
    r"[\\/](?:site|dist)-packages[\\/]|[\\/]src[\\/]zenml[\\/]"
    r"|[\\/]lib(?:64)?[\\/]python3[\d.]*t?[\\/]|Python3\d+[\\/]Lib[\\/]|^<(?:frozen |string>)"
)
_NAME_LIMIT = 100


def relevant_frames(traceback: str | None) -> tuple[Frame, ...]:
    """Find where the user's code failed, and where in what it called.

    Of chained exceptions the last one counts: it is the one that ended the step, and whose name
    and message ZenML keeps. Of an exception group the way to its first member counts.

    Args:
        traceback: The traceback as Python 3.10 to 3.14 prints it, of any length; ZenML leaves
            its head out where the user's function is in it.

    Returns:
        The outermost frame in the user's code, or the outermost of all where there is none, and
        the innermost frame where it is another one, each with its line of code as it stands
        there: `cause_of` takes secrets from it. Nothing where there is no frame to read.
    """
    lines = _last(traceback or "").splitlines()
    found: list[tuple[int, re.Match[str]]] = []
    for number, line in enumerate(lines):
        if match := _FRAME.match(line):
            found.append((number, match))
        elif found and (_SECOND_MEMBER.match(line) or line[:1].strip()):
            break  # what follows is the exception itself, or another one
    if not found:
        return ()
    first = next((each for each in found if not _FOREIGN.search(each[1][2])), found[0])
    chosen = [first] if first is found[-1] else [first, found[-1]]
    return tuple(_frame(match, lines[number + 1 : number + 2]) for number, match in chosen)


def exception_name(source: str | None, traceback: str | None) -> str:
    """Find the class name of an exception in what ZenML keeps of it.

    Args:
        source: Import path of the class; None where the class is no module's attribute.
        traceback: The traceback as Python prints it; ZenML 0.95 leaves its last line out.

    Returns:
        The class name without its module, or "Error" where there is none to read.
    """
    if source:
        return source.rpartition(".")[2]
    for line in reversed((traceback or "").splitlines()):
        name = line.partition(":")[0].rpartition(".")[2]
        # Frames and continuation lines are indented, so the first line that
        # starts with an identifier at column 0 is the exception itself.
        if line and not line[0].isspace() and name.isidentifier() and name[0].isupper():
            return name
    return "Error"


def _last(traceback: str) -> str:
    start = 0
    for match in _START.finditer(traceback):
        start = match.end() + 1
    return traceback[start:]


def _frame(match: re.Match[str], below: list[str]) -> Frame:
    margin, file, line, function = match.groups()
    code = None
    for source in below:
        # Of an expression on several lines the first tells which one it is.
        if source.startswith(f"{margin}  "):
            code = source[len(margin) :].strip() or None
    return Frame(
        file=cut("/".join(_SEPARATOR.split(file)[-2:]), _NAME_LIMIT),
        line=int(line),
        function=cut(function or "<module>", _NAME_LIMIT),
        code=code,
    )
