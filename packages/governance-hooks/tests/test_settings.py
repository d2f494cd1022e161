import logging
import re
from pathlib import Path

import pytest

from governance.hooks._settings import Settings, SettingsError, load, seconds, settings


def test_defaults_need_no_decision() -> None:
    """Without a file and without variables everything has a default."""
    assert load() == Settings.model_construct()
    assert load().deadline == 10
    assert load().repeat_window == 0
    assert load().routes == ()


def test_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable replaces what the file says, and what it does not name stays."""
    file = tmp_path / "hooks.toml"
    file.write_text('deadline = "5s"\nenvironment = "staging"\nrepeat_window = "6h"\n')
    monkeypatch.setenv("GOVERNANCE_HOOKS_CONFIG", str(file))
    monkeypatch.setenv("GOVERNANCE_HOOKS_ENVIRONMENT", "production")
    assert load().deadline == 5
    assert load().environment == "production"
    assert load().repeat_window == 21_600


def test_routes_are_read_from_file_and_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Routes stand as tables in the file, or as JSON in a variable."""
    file = tmp_path / "hooks.toml"
    file.write_text(
        '[[routes]]\nseverity = ["error"]\npipeline = ["train*"]\n'
        'to = [{ alerter = "slack", channel = "C1" }]\n'
    )
    monkeypatch.setenv("GOVERNANCE_HOOKS_CONFIG", str(file))
    (route,) = load().routes
    assert (route.severity, route.pipeline) == (("error",), ("train*",))
    assert (route.to[0].alerter, route.to[0].channel) == ("slack", "C1")
    monkeypatch.setenv("GOVERNANCE_HOOKS_ROUTES", '[{"to": []}]')
    assert [route.to for route in load().routes] == [()]


def test_all_mistakes_are_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unknown names and wrong values are listed together, with what was found."""
    file = tmp_path / "hooks.toml"
    file.write_text('deadlne = 5\nlog_lines = 99\n[[routes]]\nseverity = ["fatal"]\nto = []\n')
    monkeypatch.setenv("GOVERNANCE_HOOKS_CONFIG", str(file))
    monkeypatch.setenv("GOVERNANCE_HOOKS_DEADLINE", "soon")
    monkeypatch.setenv("GOVERNANCE_HOOKS_ENVIROMENT", "production")
    with pytest.raises(SettingsError) as caught:
        load()
    told = str(caught.value).splitlines()
    assert told[0] == "5 settings cannot be used:"
    assert told[1].startswith("GOVERNANCE_HOOKS_ENVIROMENT: there is no such setting; known are")
    rest = "\n".join(sorted(told[2:]))
    assert re.search(
        r"^GOVERNANCE_HOOKS_DEADLINE: .*expected a duration.*'soon'", rest, re.MULTILINE
    )
    assert "deadlne: there is no such setting" in rest
    assert re.search(r"^log_lines: .*less than or equal to 50, found 99", rest, re.MULTILINE)
    assert re.search(r"^routes\.0\.severity\.0: .*'error'.*found 'fatal'", rest, re.MULTILINE)


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "there is no file"), ("deadline = ", "it cannot be read as TOML")],
)
def test_file_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None, words: str
) -> None:
    """A file that a variable names must be there and be TOML."""
    file = tmp_path / "hooks.toml"
    if content is not None:
        file.write_text(content)
    monkeypatch.setenv("GOVERNANCE_HOOKS_CONFIG", str(file))
    with pytest.raises(SettingsError, match=words) as caught:
        load()
    assert str(file) in str(caught.value)


def test_variable_that_is_no_json_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Routes in a variable that is no JSON are an error that names the variable's setting."""
    monkeypatch.setenv("GOVERNANCE_HOOKS_ROUTES", "slack")
    with pytest.raises(SettingsError, match="routes"):
        load()


def test_hook_goes_on_with_defaults(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A mistake in the settings stops no hook: it is said once, and the defaults serve."""
    monkeypatch.setenv("GOVERNANCE_HOOKS_DEADLINE", "-1")
    with caplog.at_level(logging.ERROR):
        assert settings().deadline == 10
        assert settings().deadline == 10
    assert caplog.text.count("The hooks use their defaults") == 1
    assert "GOVERNANCE_HOOKS_DEADLINE" in caplog.text


@pytest.mark.parametrize(
    ("text", "found"),
    [(5, 5), (0.5, 0.5), ("90", 90), ("90s", 90), ("1.5 m", 90), ("24H", 86_400), ("7d", 604_800)],
)
def test_duration_has_a_unit_or_is_in_seconds(text: object, found: float) -> None:
    """A duration is a number of seconds, or a number with a unit."""
    assert seconds(text) == found


@pytest.mark.parametrize("text", ["", "soon", "5 weeks", "-5s", True, None, [5]])
def test_other_durations_are_refused(text: object) -> None:
    """What is no duration is an error that shows how one looks."""
    with pytest.raises(ValueError, match='such as "90s", "15m", "24h" or "7d"'):
        seconds(text)
