"""Where a platform's floors are read from."""

from pathlib import Path

import pytest

from governance.steps import GateConfigurationError
from governance.steps._settings import Settings, load, origin

pytestmark = pytest.mark.any_version


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of settings, named by its variable."""
    path = tmp_path / "steps.toml"
    path.touch()
    monkeypatch.setenv("GOVERNANCE_STEPS_CONFIG", str(path))
    return path


def test_without_settings_there_is_no_floor() -> None:
    """Without a file and without variables nothing is asked of a pipeline."""
    assert load() == Settings.model_construct()
    assert load().min_rows is None
    assert load().required_columns == ()
    assert load().laxer == "error"


def test_environment_wins_over_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable replaces what the file says, and each setting knows where it is from."""
    file.write_text('min_rows = 500\nmin_recall = 0.8\nrequired_columns = ["id"]\n')
    monkeypatch.setenv("GOVERNANCE_STEPS_MIN_ROWS", "1000")
    monkeypatch.setenv("GOVERNANCE_STEPS_LAXER", "clamp")
    assert (load().min_rows, load().min_recall, load().laxer) == (1000, 0.8, "clamp")
    assert load().required_columns == ("id",)
    assert origin("min_rows") == "GOVERNANCE_STEPS_MIN_ROWS"
    assert origin("min_recall") == f"min_recall in {file}"
    monkeypatch.setenv("GOVERNANCE_STEPS_REQUIRED_COLUMNS", '["day", "id"]')
    assert load().required_columns == ("day", "id")


def test_all_bad_settings_are_told_at_once(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unknown names and values that cannot be are listed with their variable or key."""
    file.write_text("min_row = 5\nmax_missing_fraction = 10\nrequired_columns = [1]\n")
    monkeypatch.setenv("GOVERNANCE_STEPS_MIN_ROWS", "0")
    monkeypatch.setenv("GOVERNANCE_STEPS_MIN_RECALL", "nan")
    monkeypatch.setenv("GOVERNANCE_STEPS_LAXER", "no")
    monkeypatch.setenv("GOVERNANCE_STEPS_MINROWS", "5")
    with pytest.raises(GateConfigurationError) as caught:
        load()
    first, *told = str(caught.value).splitlines()
    assert first == "7 settings of the platform cannot be used:"
    assert told[0].startswith("GOVERNANCE_STEPS_MINROWS: there is no such setting; known are ")
    assert sorted(told[1:]) == sorted(
        [
            "GOVERNANCE_STEPS_LAXER: Input should be 'error' or 'clamp', found 'no'",
            "GOVERNANCE_STEPS_MIN_RECALL: Input should be a finite number, found 'nan'",
            "GOVERNANCE_STEPS_MIN_ROWS: Input should be greater than or equal to 1, found '0'",
            f"max_missing_fraction in {file}: Input should be less than or equal to 1, found 10",
            f"min_row in {file}: there is no such setting",
            f"required_columns in {file}.0: Input should be a valid string, found 1",
        ]
    )


@pytest.mark.parametrize("line", ["min_rows = true", "max_missing_fraction = false"])
def test_answer_is_no_number(file: Path, line: str) -> None:
    """True and false are no floors, although Python counts them as 1 and 0."""
    file.write_text(line)
    with pytest.raises(GateConfigurationError, match="expected a number, found"):
        load()


def test_list_in_a_variable_is_json(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of columns that is no JSON is told by the variable's name."""
    monkeypatch.setenv("GOVERNANCE_STEPS_REQUIRED_COLUMNS", 'a"b')
    with pytest.raises(GateConfigurationError) as caught:
        load()
    assert str(caught.value).splitlines() == [
        "1 setting of the platform cannot be used:",
        'GOVERNANCE_STEPS_REQUIRED_COLUMNS: expected a list as JSON such as ["id"], found \'a"b\'',
    ]


@pytest.mark.parametrize(
    ("content", "words"), [(None, "there is no file"), ("min_rows = ", "cannot be read as TOML")]
)
def test_file_that_cannot_be_read_is_named(file: Path, content: str | None, words: str) -> None:
    """A file that a variable names must be there and be TOML."""
    if content is None:
        file.unlink()
    else:
        file.write_text(content)
    with pytest.raises(GateConfigurationError, match=words) as caught:
        load()
    assert str(file) in str(caught.value)
