import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.hooks._event import Frame, cause_of
from governance.hooks._traceback import exception_name, relevant_frames

pytestmark = pytest.mark.any_version

USER = "/home/ada/churn/pipelines/train.py"
LIBRARY = "/venv/lib/python3.12/site-packages/sklearn/base.py"
STANDARD = "/usr/lib/python3.12/json/decoder.py"
ZENML = "/venv/lib/python3.12/site-packages/zenml/orchestrators/step_runner.py"
TRAIN = Frame("pipelines/train.py", 42, "train", "model.fit(x)")


def frame(file: str, line: int, function: str, code: str | None = None, margin: str = "  ") -> str:
    source = f"{margin}  {code}\n" if code else ""
    return f'{margin}File "{file}", line {line}, in {function}\n{source}'


HEAD = "Traceback (most recent call last):\n"
CALL = frame(USER, 42, "train", "model.fit(x)")
BELOW = frame(LIBRARY, 7, "fit", "raise ValueError(message)")
FIT = Frame("sklearn/base.py", 7, "fit", "raise ValueError(message)")


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        pytest.param(HEAD + CALL + "ValueError: no\n", (TRAIN,), id="one frame"),
        pytest.param(
            HEAD + frame(ZENML, 1, "run", "step()") + CALL + BELOW + "ValueError: no\n",
            (TRAIN, FIT),
            id="a library called by the user called by ZenML",
        ),
        pytest.param(CALL + BELOW + "ValueError: no\n", (TRAIN, FIT), id="head left out"),
        pytest.param(CALL + BELOW, (TRAIN, FIT), id="exception left out"),
        pytest.param(
            CALL.replace("(x)\n", "(x)\n    ~~~~~~~~~^^^\n") + "ValueError: no",
            (TRAIN,),
            id="places marked",
        ),
        pytest.param(
            HEAD
            + frame(USER, 42, "train", "model.fit(\n    ~~~~~~~~~^\n        x,\n        ^^\n    )")
            + "E: no",
            (Frame("pipelines/train.py", 42, "train", "model.fit("),),
            id="expression on several lines",
        ),
        pytest.param(
            HEAD + CALL + "KeyError: 1\n\nDuring handling of the above exception, another "
            f"exception occurred:\n\n{HEAD}" + BELOW + "ValueError: no\n",
            (FIT,),
            id="the last of chained exceptions",
        ),
        pytest.param(
            CALL + "  [Previous line repeated 970 more times]\n" + BELOW + "RecursionError: no",
            (TRAIN, FIT),
            id="recursion",
        ),
        pytest.param(
            "  + Exception Group Traceback (most recent call last):\n"
            + frame(USER, 42, "train", "model.fit(x)", "  |   ")
            + "  | ExceptionGroup: two (2 sub-exceptions)\n"
            + "  +-+---------------- 1 ----------------\n    | "
            + HEAD
            + frame(LIBRARY, 7, "fit", "raise ValueError(message)", "    |   ")
            + "    | ValueError: no\n    +---------------- 2 ----------------\n"
            + frame(STANDARD, 1, "other", margin="    |   "),
            (TRAIN, FIT),
            id="an exception group and its first member",
        ),
        pytest.param(
            CALL + 'ValueError: a message of two lines\n  File "trap.py", line 1, in trap\n',
            (TRAIN,),
            id="a message that looks like a frame",
        ),
        pytest.param(
            frame(STANDARD, 1, "loads") + frame("<frozen runpy>", 9, "run") + BELOW,
            (Frame("json/decoder.py", 1, "loads"), FIT),
            id="no frame of the user's",
        ),
        pytest.param(
            frame(r"C:\Python312\Lib\runpy.py", 3, "run") + frame(r"C:\churn\a b\x.py", 4, "f"),
            (Frame("a b/x.py", 4, "f"),),
            id="Windows",
        ),
        pytest.param(
            CALL + '  File "broken.py", line 1\n    a b\n      ^\nSyntaxError: invalid syntax\n',
            (TRAIN, Frame("broken.py", 1, "<module>", "a b")),
            id="syntax error",
        ),
        pytest.param(
            frame(USER, 1, "train", "connect(password='hunter2')"),
            (Frame("pipelines/train.py", 1, "train", "connect(password='hunter2')"),),
            id="as it stands",
        ),
        pytest.param(
            frame(USER, 1, "train", "fit(x)", margin="") + "ValueError: no\n",
            (Frame("pipelines/train.py", 1, "train", "fit(x)"),),
            id="without margin, as ZenML 0.95 keeps it",
        ),
        pytest.param("", (), id="empty"),
        pytest.param(None, (), id="none"),
        pytest.param("no traceback at all", (), id="something else"),
    ],
)
def test_first_and_last_relevant_frames_are_found(
    text: str | None, frames: tuple[Frame, ...]
) -> None:
    """The outermost frame of the user's code and the innermost frame of all are found."""
    assert relevant_frames(text) == frames


def test_this_python_s_own_traceback_is_read() -> None:
    """A traceback as the running Python prints it is read, whatever its version."""
    try:
        compile_nothing()
    except ValueError:
        first, last = relevant_frames(traceback.format_exc())
    assert (first.file, first.function) == (
        "tests/test_traceback.py",
        "test_this_python_s_own_traceback_is_read",
    )
    assert first.code == "compile_nothing()"
    assert last.function == "compile_nothing"
    assert last.code is not None
    assert last.code.startswith("raise ValueError")


def compile_nothing() -> None:
    raise ValueError("nothing to compile")


def test_every_part_of_a_frame_is_short() -> None:
    """Names of any length come back at a length that a person reads."""
    (found,) = relevant_frames(frame("d" * 50_000, 1, "f" * 50_000, "c"))
    assert max(len(found.file), len(found.function)) <= 160


def test_cause_s_code_is_short_and_without_secrets() -> None:
    """A line of code gets into a cause without its secrets, and at a length that one reads."""
    frames = relevant_frames(frame(USER, 1, "train", "connect(password='hunter2')"))
    assert cause_of("E", "no", frames=frames).frames[0].code == "connect(password='[redacted]')"
    frames = relevant_frames(frame(USER, 1, "train", "c" * 50_000))
    assert len(cause_of("E", "no", frames=frames).frames[0].code or "") <= 200


@given(st.text() | st.lists(st.sampled_from([HEAD, CALL, BELOW, "x", "\n", " | "])).map("".join))
def test_any_text_is_read(text: str) -> None:
    """No text, however strange, raises, and no more than two frames come of it."""
    assert len(relevant_frames(text)) <= 2


@pytest.mark.parametrize(
    ("source", "text", "name"),
    [
        ("builtins.ValueError", "OtherError: no", "ValueError"),
        (None, "Traceback (most recent call last):\n  File x\nValueError: no\n", "ValueError"),
        (None, "  File x\npackage.module.GateError: two lines\n  second line\n", "GateError"),
        (None, "  File x\nKeyboardInterrupt\n", "KeyboardInterrupt"),
        (None, "", "Error"),
        (None, None, "Error"),
        (None, "not a traceback at all", "Error"),
    ],
)
def test_exception_s_name_is_read(source: str | None, text: str | None, name: str) -> None:
    """The class name is its source's, or found at the end of a traceback of any shape."""
    assert exception_name(source, text) == name
