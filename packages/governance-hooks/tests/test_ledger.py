from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from zenml import pipeline, step
from zenml.client import Client

from governance.hooks import _ledger
from governance.hooks._event import Cause, Event
from governance.hooks._letter import Letter, letter_id, subject_id
from governance.hooks._time import now

Stack = Callable[..., list[Path]]


@step
def work() -> int:
    return 1


@pipeline(enable_cache=False)
def quiet() -> None:
    work()


@pytest.fixture(scope="module")
def run() -> Any:
    quiet()
    return Client().list_pipeline_runs(size=1, sort_by="desc:created", hydrate=True).items[0]


def letter(run: Any, key: str | None = None, error: str = "ValueError") -> Letter:
    subject = subject_id(key or uuid4().hex)
    alerter = uuid4() if key is None else subject
    return Letter(
        id=letter_id(subject, alerter, None),
        subject=subject,
        event=Event(
            "failed",
            pipeline="quiet",
            run=run.name,
            run_id=str(run.id),
            time=now(),
            causes=(Cause(error, "no"),),
        ),
        run_id=run.id,
        project_id=run.project_id,
        alerter_id=alerter,
        alerter="recorder",
    )


def test_one_of_many_wins(run: Any) -> None:
    """Of all that claim a letter at the same time, one may deliver it."""
    one = letter(run)
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda _: _ledger.claim(one), range(16)))
    assert sum(found is not None for found in claims) == 1


def test_claim_given_back_is_free(run: Any) -> None:
    """A claim that was released can be taken by the next one at once."""
    one = letter(run)
    first = _ledger.claim(one)
    assert first is not None
    assert _ledger.claim(one) is None
    _ledger.release(first)
    assert _ledger.claim(one) is not None


def test_claim_runs_out(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that died with its claim holds the letter up for its term, not for ever."""
    one = letter(run)
    monkeypatch.setattr(_ledger, "_TERM", timedelta(0))
    assert _ledger.claim(one) is not None
    monkeypatch.undo()
    second = _ledger.claim(one)
    assert second is not None
    assert _ledger.claim(one) is None
    _ledger.release(second)
    assert _ledger.claim(one) is not None


def test_settled_letter_stays_so(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A letter that was delivered is never claimed again, however long ago that was."""
    one = letter(run)
    monkeypatch.setattr(_ledger, "_TERM", timedelta(0))
    assert _ledger.claim(one) is not None
    assert not _ledger.is_settled(one)
    _ledger.settle(one)
    assert _ledger.is_settled(one)
    assert _ledger.claim(one) is None
    _ledger.settle(one)  # who is late to note it changes nothing


def test_marks_tell_what_was_begun_and_ended(run: Any) -> None:
    """One list tells of all letters whether they were begun, claimed and settled."""
    before = now() - timedelta(minutes=1)
    claimed, settled, untouched = (letter(run) for _ in range(3))
    for one in (claimed, settled):
        assert _ledger.claim(one) is not None
    _ledger.settle(settled)
    marks = _ledger.marks_since(run.project_id, before)
    told = [
        (marks.knows(one), marks.has_claim(one), marks.has_settled(one))
        for one in (claimed, settled, untouched)
    ]
    assert told == [(True, True, False), (True, True, True), (False, False, False)]
    assert not _ledger.marks_since(run.project_id, now() + timedelta(minutes=1)).knows(claimed)


def test_all_pages_of_marks_are_read(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many marks there are, none is missing from the list."""
    letters = [letter(run) for _ in range(5)]
    for one in letters:
        _ledger.settle(one)
    monkeypatch.setattr(_ledger, "_PAGE", 2)
    marks = _ledger.marks_since(run.project_id, now() - timedelta(minutes=1))
    assert all(marks.has_settled(one) for one in letters)


def test_repeats_are_counted_since_the_last_message(run: Any) -> None:
    """The same failure for the same destination is found again, with its silent repeats."""
    key = uuid4().hex
    first, other = letter(run, key), letter(run, key, error="KeyError")
    assert _ledger.told_before(first) is None
    _ledger.settle(first)
    for _ in range(2):
        again = letter(run, key)
        again = Letter(**{**vars(again), "id": uuid4(), "subject": uuid4()})
        _ledger.settle(again, _ledger.COUNTED)
    told = _ledger.told_before(first)
    assert told is not None
    assert told.count == 2
    assert _ledger.is_within(told, 60)
    assert not _ledger.is_within(told, 0)
    assert _ledger.told_before(other) is None


def test_run_that_is_gone_keeps_no_marks() -> None:
    """Of a run that was deleted everyone may speak: a message twice is better than none."""
    quiet()
    gone = Client().list_pipeline_runs(size=1, sort_by="desc:created", hydrate=True).items[0]
    Client().delete_pipeline_run(gone.id)
    one = letter(gone)
    first = _ledger.claim(one)
    assert first is not None
    assert _ledger.claim(one) is not None
    _ledger.release(first)
    _ledger.settle(one)


def test_refusal_for_another_reason_is_an_error(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that cannot write a mark is said, and not taken for a rival."""

    def refuse(*_: object) -> None:
        message = "the store is read-only"
        raise RuntimeError(message)

    monkeypatch.setattr(type(Client().zen_store), "create_hook_invocation", refuse)
    with pytest.raises(RuntimeError, match="read-only"):
        _ledger.claim(letter(run))


def test_lost_answer_is_no_lost_race(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mark that was written although its answer was lost is the writer's own."""
    store = type(Client().zen_store)
    write = store.create_hook_invocation

    def lose(self: Any, request: Any) -> None:
        write(self, request)
        message = "connection reset"
        raise ConnectionError(message)

    monkeypatch.setattr(store, "create_hook_invocation", lose)
    one = letter(run)
    assert _ledger.claim(one) is not None
    assert _ledger.claim(one) is None


def test_one_of_many_is_first(run: Any) -> None:
    """Of all that would measure the same one does, for good, and no letter is taken as told."""
    one = letter(run)
    key = subject_id(uuid4().hex)
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda _: _ledger.is_first(run.id, run.project_id, key), range(16)))
    assert sum(won) == 1
    assert not _ledger.is_first(run.id, run.project_id, key)
    assert not _ledger.marks_since(run.project_id, now() - timedelta(minutes=1)).knows(one)
