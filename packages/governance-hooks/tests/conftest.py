"""Every test runs on a real ZenML store in a temporary folder; events are made here."""

import contextlib
import json
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

_HOME = tempfile.mkdtemp(prefix="governance-zenml-")
# ZenML reads its environment when it is first imported.
os.environ.update(
    ZENML_ANALYTICS_OPT_IN="false",
    ZENML_CONFIG_PATH=_HOME,
    ZENML_ENABLE_REPO_INIT_WARNINGS="false",
    ZENML_LOGGING_COLORS_DISABLED="true",
)
# The secret detector keeps its compiled rules in the home folder otherwise.
os.environ.setdefault("KF_RULE_CACHE_DIR", f"{_HOME}/kingfisher")

from zenml.utils import source_utils  # noqa: E402 not before its environment is set

# A process that pytest-xdist starts has no main module whose place would tell ZenML where the
# tests' own steps are.
source_utils.set_custom_source_root(str(Path(__file__).parent))

# Nor may anything of ours import ZenML before that.
from governance.hooks._event import (  # noqa: E402
    Cause,
    Event,
    Frame,
    Recovery,
    Repeats,
    cause_of,
)
from governance.hooks._traceback import relevant_frames  # noqa: E402

# How long an example takes says how busy the machine is. In CI the examples are the same each
# time, and so is what they cover.
settings.register_profile(
    "steady",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("steady")

_TABLE = """2 of 5 data-quality checks failed:
check         required  found
rows          >= 100    12
missing       <= 10 %   31 %"""
_KNOWN = Event(
    "completed",
    pipeline="training_pipeline",
    run="training_pipeline-2026_01_02",
    run_id="0b5e",
    time=datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc),
    duration=192.4,
    stack="production",
    user="ada",
    model="churn 7 (staging)",
    commit="4f2a9c1",
    url="https://zenml.example/runs/0b5e?tab=logs&page=1",
    owner="payments",
    tags=("owner_team:payments", "nightly"),
    environment="production",
)
_CAUSE = Cause(
    "ValueError",
    "Input X contains NaN.\nLogisticRegression does not accept missing values <!channel> `now`",
    "train",
    frames=(
        Frame("pipelines/train.py", 42, "train", "model.fit(features, labels)"),
        Frame("sklearn/validation.py", 169, "_assert_all_finite", "raise ValueError(msg_err)"),
    ),
    log=(
        "\x1b[32mLoading 12,000 rows\x1b[0m",
        "  0%|    | 0/3\r100%|####| 3/3",
        "Training with ```3``` folds & <b>fun</b>",
    ),
)
_FAILED = replace(_KNOWN, outcome="failed", causes=(_CAUSE,))
_TOLD = datetime(2026, 1, 2, 1, 2, tzinfo=timezone.utc)
KINDS = {
    "run completed": _KNOWN,
    "run recovered": replace(_KNOWN, recovery=Recovery(failed_runs=3, seconds=18_120)),
    "run recovered at once": replace(_KNOWN, recovery=Recovery(failed_runs=1, seconds=600)),
    "run failed": _FAILED,
    "run failed at a gate": replace(
        _FAILED,
        causes=(
            Cause(
                "DataQualityError", _TABLE, "validate", details=({"check": "rows", "found": 12},)
            ),
        ),
    ),
    "two steps failed": replace(
        _FAILED,
        causes=(
            replace(_CAUSE, attempt=3, frames=_CAUSE.frames[:1]),
            Cause("KeyError", "'label'", "evaluate", frames=(Frame("e.py", 1, "<module>"),)),
        ),
    ),
    "many steps failed": replace(
        _FAILED, causes=tuple(replace(_CAUSE, step=f"train_{number}") for number in range(5))
    ),
    "pipeline function failed": replace(_FAILED, causes=(Cause("LookupError", "nothing there"),)),
    "run stopped": replace(_KNOWN, outcome="stopped"),
    "run stale": replace(_KNOWN, outcome="stale", duration=90_000),
    "run stale since nobody knows when": replace(_KNOWN, outcome="stale", duration=None),
    "step completed": replace(_KNOWN, step="train"),
    "step failed at its third attempt": replace(_FAILED, step="train", attempt=3),
    "failure repeated": replace(_FAILED, repeats=Repeats(count=3, since=_TOLD)),
    "failure repeated once": replace(_FAILED, repeats=Repeats(count=1, since=_TOLD.replace(day=1))),
    "failure told again": replace(_FAILED, repeats=Repeats(count=0, since=_TOLD)),
    "run with strange names": replace(
        _FAILED,
        pipeline="*p* <!channel> & @everyone and x@here_",
        run="_run_ https://evil.example ||x||",
        owner="~o~ `c` [t](https://evil.example)",
        model="> # <https://evil.example|m>",
        causes=(
            Cause(
                "E*",
                "a\n```\n<!here>\n```\n*b*",
                "__main__",
                frames=(Frame("```.py", 1, "<lambda>", "x = `1` and <@U1>"),),
            ),
        ),
    ),
    "told late": replace(_KNOWN, late=192.4),
    "told very late": replace(_KNOWN, late=100_000.0),
    "nothing known": Event(
        "completed",
        pipeline="p",
        run="r",
        run_id="1",
        time=datetime(2026, 1, 2, tzinfo=timezone.utc),
    ),
}

# What chat services give a meaning, among any characters there are, halves of pairs included.
_MARKUP = st.sampled_from(
    ["```", "`", "*", "_", "~", "||", "<!channel>", "<@U1>", "@everyone", "<https://x.y|z>", "&"]
)
_TEXT = st.text(max_size=30) | st.lists(
    _MARKUP | st.text(st.characters(codec=None), max_size=3), max_size=20
).map("".join)
# Some are very long, and of characters that are written as several.
_LONG = _TEXT | st.builds(lambda text, times: text * times, _TEXT, st.sampled_from([9, 999]))
_SECONDS = st.floats() | st.integers(0, 10**6)
_TIME = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.timezones())  # noqa: DTZ001
_FRAMES = st.builds(Frame, _LONG, st.integers(0, 10**9), _LONG, st.none() | _LONG)
_CAUSES = st.builds(
    Cause,
    _LONG,
    _LONG,
    st.none() | _LONG,
    attempt=st.integers(1, 10**9),
    frames=st.lists(_FRAMES, max_size=3).map(tuple),
    log=st.lists(_LONG, max_size=12).map(tuple),
)
_MAYBE = st.none() | _LONG
EVENTS = st.builds(
    Event,
    st.sampled_from(["completed", "failed", "stopped", "stale"]),
    pipeline=_LONG,
    run=_LONG,
    run_id=_TEXT,
    time=_TIME,
    step=_MAYBE,
    attempt=st.integers(1, 10**9),
    duration=st.none() | _SECONDS,
    stack=_MAYBE,
    user=_MAYBE,
    model=_MAYBE,
    commit=_MAYBE,
    url=_MAYBE | _TEXT.map("https://zenml.example/{}".format),
    causes=st.lists(_CAUSES, max_size=6).map(tuple),
    owner=_MAYBE,
    tags=st.lists(_TEXT, max_size=3).map(tuple),
    environment=_MAYBE,
    recovery=st.none() | st.builds(Recovery, st.integers(1, 10**9), _SECONDS),
    repeats=st.none() | st.builds(Repeats, st.integers(0, 10**9), _TIME),
    late=st.none() | _SECONDS,
)
# Tests cannot import each other: what they share, hypothesis and pytest hand to them.
st.register_type_strategy(Event, EVENTS)


@pytest.fixture(params=KINDS)
def event(request: pytest.FixtureRequest) -> Event:
    """Give one event of each kind that a reader tells apart."""
    return KINDS[request.param]


@pytest.fixture
def long_failure() -> Event:
    """Give a failure of which every part is very long, with the first and last words marked."""
    long = "first " + "x" * 100_000 + " last"
    frames = relevant_frames(f'  File "{"/d" * 50_000}/train.py", line 1, in train\n    {long}\n')
    cause = replace(cause_of("E", long, "train"), frames=frames, log=(long,) * 100)
    return replace(_KNOWN, outcome="failed", causes=(cause,) * 100, tags=("tag",) * 10_000)


@pytest.fixture(scope="session", autouse=True)
def _zenml_home() -> Iterator[None]:
    """Remove the store when the tests are over."""
    yield
    shutil.rmtree(_HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def _flavor() -> None:
    """Register the recording alerter's flavor once."""
    from zenml.client import Client
    from zenml.enums import StackComponentType

    Client().create_flavor(
        source="governance.hooks.testing.RecordingAlerterFlavor",
        component_type=StackComponentType.ALERTER,
    )


Stack = Callable[..., list[Path]]
Trouble = str | dict[str, Any]


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Read the settings anew in each test, and none from this machine."""
    from governance.hooks import _settings

    for name in list(os.environ):
        if name.startswith((_settings.PREFIX, "OTEL_")):
            monkeypatch.delenv(name)
    monkeypatch.setattr(_settings, "DEFAULT_FILE", "/nowhere/hooks.toml")
    _settings.settings.cache_clear()
    yield
    _settings.settings.cache_clear()


@pytest.fixture
def governed() -> Callable[[Any], None]:
    """Run a pipeline until its hooks have nothing left to do."""
    from governance.hooks._watcher import watcher

    def run(pipeline: Any) -> None:
        with contextlib.suppress(Exception):  # what a failed run raises is ZenML's matter
            pipeline()
        assert watcher.wait(30)

    return run


@pytest.fixture
def alerters(tmp_path: Path, _flavor: None) -> Iterator[Stack]:
    """Activate a stack with recording alerters, and give their files.

    Call it with one behaviour, or configuration, per alerter: `alerters("take", "hang")`.
    """
    from zenml.client import Client
    from zenml.enums import StackComponentType

    client = Client()
    before = client.active_stack_model.id

    def activate(*behaviours: Trouble) -> list[Path]:
        names = [f"recording-{uuid4().hex[:8]}" for _ in behaviours]
        files = [tmp_path / f"{name}.jsonl" for name in names]
        for name, file, behaviour in zip(names, files, behaviours, strict=True):
            own = behaviour if isinstance(behaviour, dict) else {"behaviour": behaviour}
            client.create_stack_component(
                name=name,
                flavor="recording",
                component_type=StackComponentType.ALERTER,
                configuration={"path": str(file), **own},
            )
        stack = f"stack-{uuid4().hex[:8]}"
        default = client.get_stack(before)
        components: dict[StackComponentType, list[str | object]] = {
            kind: [model.id for model in models] for kind, models in default.components.items()
        }
        if names:
            components[StackComponentType.ALERTER] = list(names)
        client.create_stack(stack, components)  # type: ignore[arg-type]
        client.activate_stack(stack)
        return files

    yield activate
    client.activate_stack(before)


Recorded = Callable[..., tuple[str, bytes]]


@pytest.fixture(scope="session")
def record() -> Recorded:
    """Make the path and the bytes of a record: `record("gate.failed", run_id="1", gate="x")`."""

    def make(kind: str, time: str = "2026-01-02T03:04:05+00:00", **data: Any) -> tuple[str, bytes]:
        facts = {
            "pipeline": "training",
            "run": "training-1",
            "run_id": "0b5e",
            "user": "ada",
        } | data
        written = json.dumps([kind, time, facts], sort_keys=True)
        event = {
            "specversion": "1.0",
            "id": str(uuid5(NAMESPACE_URL, written)),
            "source": f"/zenml/runs/{facts['run_id']}",
            "type": f"governance.{kind}",
            "time": time,
            "data": facts,
        }
        text = json.dumps(event, sort_keys=True, separators=(",", ":"))
        path = f"{facts['run_id']}/{kind.replace('.', '-')}-{event['id']}.json"
        return path, text.encode()

    return make


@pytest.fixture(scope="session")
def records(record: Recorded) -> list[tuple[str, bytes]]:
    """Give one record of each kind, a run that failed and one of version 2.0.0 among them."""
    checks = [
        {"check": "rows", "subject": None, "required": 1000, "found": 12, "passed": False},
        {"check": "missing", "subject": "age", "required": 0.1, "found": 0.02, "passed": True},
    ]
    gate: dict[str, Any] = {
        "step": "validate",
        "attempt": 1,
        "error": "DataQualityError",
        "message": "1 check failed",
        "details": [{"check": "rows", "subject": None, "required": 1000, "found": 12}],
    }
    runtime = {"python": "3.11.7", "zenml": "0.98.0", "os": "Linux"}
    known = {
        "stack": "production",
        "model": "churn 7 (staging)",
        "commit": "4f2a9c1",
        "url": "https://zenml.example/runs/0b5e",
        "environment": "production",
        "runtime": runtime,
        "components": {"governance-hooks": "2.1.0"},
    }
    failed = known | {"outcome": "failed", "causes": [gate], "duration": 192.4}
    return [
        record("gate.passed", "2026-01-02T03:02:00Z", gate="data_quality", **known),
        record("step.failed", "2026-01-02T03:03:00Z", step="validate", **failed),
        record("gate.failed", "2026-01-02T03:03:01Z", gate="data_quality", checks=checks, **known),
        record("run.failed", "2026-01-02T03:04:05Z", steps=[{"name": "validate"}], **failed),
        record("alert.sent", "2026-01-02T03:04:06Z", alerter="slack", tells="Pipeline failed"),
        record(
            "alert.undelivered",
            "2026-01-02T03:04:07Z",
            alerter="pager",
            channel="ops",
            reason="no answer in 10 s",
            tells="Pipeline failed: training",
        ),
        record(
            "override.granted",
            "2026-01-02T04:00:00Z",
            gate="data_quality",
            by="grace",
            reason="known outage",
        ),
        record("hold.released", "2026-01-02T04:01:00Z", by="grace", reason="reviewed"),
        record("run.completed", "2026-01-03T03:04:05Z", run_id="1c6f", run="training-2"),
        record("run.stopped", "2026-01-04T03:04:05Z", run_id="2d70", run="training-3"),
        record("run.stale", "2026-01-05T03:04:05Z", run_id="3e81", run="training-4", user=None),
        record("model.promoted", "2026-01-06T03:04:05Z", run_id="4f92", run="training-5"),
    ]


@dataclass
class Receiver:
    """What stands in for a receiver of metrics on loopback.

    Attributes:
        status: What it answers; None never answers.
        headers: Headers of the answer.
        body: Body of the answer.
        received: Method, path, headers by lower-case name, and body of what it was sent.
        url: Where it listens.
    """

    status: int | None = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    received: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Start a receiver of metrics that answers what the test wants."""
    stand_in, closing = Receiver(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            stand_in.received.append((self.command, self.path, headers, body))
            if stand_in.status is None:
                closing.wait()
                return
            self.send_response(stand_in.status)
            for name, value in stand_in.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(stand_in.body)))
            self.end_headers()
            self.wfile.write(stand_in.body)

        def do_GET(self) -> None:
            stand_in.received.append((self.command, self.path, dict(self.headers), b""))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Leave the log to the hooks."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        stand_in.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield stand_in
        closing.set()
        server.shutdown()
