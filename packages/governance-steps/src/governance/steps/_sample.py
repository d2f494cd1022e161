"""A pandas frame, and some of its rows for what a glance is enough."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from governance.steps._extract import MOST_ROWS, Extract


def extract_pandas(frame: pd.DataFrame) -> Extract:
    """Return what is in memory already.

    Args:
        frame: The data.
    """

    def columns(places: Sequence[int]) -> pd.DataFrame:
        chosen: pd.DataFrame = frame.iloc[:, list(places)]
        return chosen

    return Extract(
        tuple(frame.columns), lambda: len(frame), columns, lambda: frame.take(spread(len(frame)))
    )


def spread(rows: int) -> list[int]:
    """Return the places of rows that are evenly spread over a frame, all if there are few.

    Args:
        rows: How many there are.
    """
    if rows <= MOST_ROWS:
        return list(range(rows))
    places: list[int] = np.linspace(0, rows - 1, MOST_ROWS).astype(np.intp).tolist()
    return places
