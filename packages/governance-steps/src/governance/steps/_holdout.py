"""Rows that a model has not seen, held against what the model asks of them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal

import pandas as pd
from numpy.typing import NDArray

from governance.steps._evaluation import Evaluation
from governance.steps._failure import GateConfigurationError
from governance.steps._wording import column_label, shown, type_name

Kind = Literal["classifier", "regressor"]

_MOST_NAMES = 10  # in a message


@dataclass(frozen=True, slots=True)
class Holdout:
    """Rows that a model has not seen, checked.

    Args:
        frame: The rows.
        target: Name of the column that the model predicts.
        features: Names of the columns that it predicts from, in its order.
        named: Whether the model wants a frame, and not an array without names.
    """

    frame: pd.DataFrame
    target: str
    features: list[str]
    named: bool

    @classmethod
    def of(
        cls,
        kind: Kind,
        model: Any,
        dataset: object,
        asked: Evaluation,
        wrong_target: Callable[[NDArray[Any]], Iterable[str]],
    ) -> "Holdout":
        """Read the rows, and hold them against the model.

        Args:
            kind: What the model has to be.
            model: The model.
            dataset: The rows.
            asked: What is to be measured: which columns are what.
            wrong_target: Tells what is wrong with a target of which no value is missing.

        Raises:
            GateConfigurationError: If they do not fit; it lists all that is wrong.
        """
        step, target = f"evaluate_{kind}", asked.target
        if not isinstance(dataset, pd.DataFrame):
            raise GateConfigurationError(
                f"{step} accepts a pandas DataFrame as dataset, found {type_name(dataset)}."
            )
        seen = getattr(model, "feature_names_in_", None)
        names = asked.features or [
            name for name in (dataset.columns if seen is None else seen) if name != target
        ]
        problems = [
            *_wrong_model(kind, model),
            *_wrong_frame(dataset, target, wrong_target),
            *_absent("features", names, dataset),
            *_absent("slices", asked.slices or [], dataset),
            *_wrong_features(model, names, seen),
        ]
        if target in names:
            problems.append("features: the target is among them")
        raise_if_any(step, problems)
        return cls(dataset, target, names, seen is not None or not hasattr(model, "n_features_in_"))

    def __len__(self) -> int:
        return len(self.frame)

    def batches(self, rows: int) -> Iterator[Any]:
        """Return the features of some rows after the other, as the model wants them.

        Args:
            rows: The most rows at a time.
        """
        for start in range(0, len(self), rows):
            part = self.frame.iloc[start : start + rows][self.features]
            yield part if self.named else part.to_numpy()

    def truth(self) -> NDArray[Any]:
        """Return the target, of which no value is missing."""
        return self.frame[self.target].to_numpy()


def raise_if_any(step: str, problems: Sequence[str]) -> None:
    """Raise one error of all problems, if there are any.

    Args:
        step: The step's name.
        problems: What is wrong, one a line.

    Raises:
        GateConfigurationError: If something is.
    """
    if problems:
        lines = [f"  {problem}" for problem in problems]
        raise GateConfigurationError("\n".join([f"{step} cannot measure the model:", *lines]))


def kind_of(model: Any) -> str | None:
    """Return what a model says that it is, as scikit-learn's do; None where it does not say.

    Args:
        model: A model; scikit-learn itself is not needed.
    """
    tags = getattr(model, "__sklearn_tags__", None)
    said = tags().estimator_type if tags else getattr(model, "_estimator_type", None)
    if said is None and hasattr(model, "predict_proba"):
        return "classifier"
    return None if said is None else str(said)


def _wrong_model(kind: Kind, model: Any) -> Iterator[str]:
    if not callable(getattr(model, "predict", None)):
        yield f"model: it has no method predict, found {type_name(model)}"
        return
    found = kind_of(model)
    if found in {"classifier", "regressor"} - {kind}:
        yield f"model: it is a {found}; use evaluate_{found}"
    elif found not in {kind, None}:
        yield f"model: expected a {kind}, found a {found}"


def _wrong_frame(
    dataset: pd.DataFrame,
    target: object,
    wrong_target: Callable[[NDArray[Any]], Iterable[str]],
) -> Iterator[str]:
    if not len(dataset):
        yield "dataset: it has no rows"
    if not dataset.columns.is_unique:
        yield "dataset: column names are repeated"
    elif not isinstance(target, str):
        yield f"target: expected the name of a column, found {shown(target)}"
    elif target not in dataset:
        yield f"target: there is no column {_with_meant(target, dataset)}"
    elif missing := int(dataset[target].isna().sum()):
        yield f"target: {missing} of {len(dataset)} values are missing"
    else:
        yield from wrong_target(dataset[target].to_numpy())


def _absent(parameter: str, names: Sequence[str], dataset: pd.DataFrame) -> Iterator[str]:
    absent = [name for name in names if name not in dataset]
    for name in absent[:_MOST_NAMES]:
        yield f"{parameter}: there is no column {_with_meant(name, dataset)}"
    if len(absent) > _MOST_NAMES:
        yield f"{parameter}: {len(absent) - _MOST_NAMES} more columns are absent"


def _wrong_features(model: Any, names: Sequence[str], seen: Any) -> Iterator[str]:
    count = getattr(model, "n_features_in_", len(names))
    if seen is not None and list(seen) != list(names):
        yield "features: the model was trained on other columns, or in another order"
    elif count != len(names):
        yield f"features: the model was trained on {count} columns, found {len(names)}"


def _with_meant(name: str, dataset: pd.DataFrame) -> str:
    known = [str(label) for label in dataset.columns]
    folded = [label for label in known if label.casefold() == name.casefold()]
    meant = folded or get_close_matches(name, known, n=1)
    hint = f", did you mean {column_label(meant[0])!r}?" if meant else ""
    return f"{column_label(name)!r}{hint}"
