"""How often the values of a column occur."""

import numpy as np
from numpy.typing import NDArray

from governance.steps._column import INCOMPARABLE, Column, Layout, distinct_codes, layout_of
from governance.steps._fact import Unfit
from governance.steps._key import cell_keys


def value_counts(column: Column) -> NDArray[np.int64]:
    """Count each distinct value of a column, missing cells left out, in no order.

    Args:
        column: Any column.

    Raises:
        Unfit: If its cells cannot be compared with each other.
    """
    if layout_of(column) is Layout.PLAIN:
        # Sorted keys are several times quicker than numbering the values.
        missing = column.isna().to_numpy()
        keys = np.sort(cell_keys(column)[~missing])
        starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
        return np.diff(np.append(starts, keys.size)) if keys.size else np.empty(0, np.int64)
    try:
        codes, size = distinct_codes(column)
    except INCOMPARABLE as error:
        raise Unfit("object, with cells that cannot be compared") from error
    return np.bincount(codes, minlength=size)[1:]
