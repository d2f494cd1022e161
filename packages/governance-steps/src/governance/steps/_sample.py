"""Some rows of the data, for what a glance is enough."""

import numpy as np
import pandas as pd

MOST_ROWS = 10_000


def sample_of(frame: pd.DataFrame) -> pd.DataFrame:
    """Return rows evenly spread over a frame, all of them if there are few.

    Args:
        frame: The data.
    """
    if len(frame) <= MOST_ROWS:
        return frame
    rows = np.linspace(0, len(frame) - 1, MOST_ROWS).astype(np.intp)
    sample: pd.DataFrame = frame.take(rows)
    return sample
