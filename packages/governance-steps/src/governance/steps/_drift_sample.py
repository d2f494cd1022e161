"""What an engine reads of a column and of its reference, to have their drift measured."""

from typing import NamedTuple

import numpy as np

from governance.steps._bins import Counts, Numbers, counted_numbers, counted_values
from governance.steps._check import Check
from governance.steps._drift import drift_of_counts, drift_of_numbers
from governance.steps._fact import Measure, Unfit


class NumberSample(NamedTuple):
    """A column of numbers, or of times in one unit.

    Attributes:
        reference: The values of the reference, without missing ones.
        data: The values of the data.
        missing: How many cells are missing, of the reference and of the data.
    """

    reference: Numbers
    data: Numbers
    missing: tuple[int, int]


class ValueSample(NamedTuple):
    """A column whose values are only equal or not, such as text.

    Attributes:
        reference: How often each value is in the reference, 0 for those that are not; the
            values in ascending order where there are more than `MOST_VALUES`.
        data: How often each of the same values is in the data.
        missing: How many cells are missing, of the reference and of the data.
    """

    reference: Counts
    data: Counts
    missing: tuple[int, int]


def measured_drift(sample: NumberSample | ValueSample, check: Check) -> Measure:
    """Measure the drift of a column.

    Missing cells are a bin of their own, except for Kolmogorov-Smirnov, which knows none.

    Args:
        sample: The column and its reference, one or more cells each.
        check: A check of the kind `max_drift`.

    Raises:
        Unfit: If the method cannot be applied.
    """
    method = check.parameters["method"]
    if method == "ks":
        if isinstance(sample, ValueSample):
            raise Unfit("values without an order, which ks needs: take psi, chi2 or js")
        for values, told in ((sample.reference, "the reference"), (sample.data, "the data")):
            if not values.size:
                raise Unfit(f"{told} has only missing cells")
        return Measure(**drift_of_numbers(sample.reference, sample.data)._asdict())
    counted = counted_numbers if isinstance(sample, NumberSample) else counted_values
    counts = counted(sample.reference, sample.data)
    bins = [np.append(own, gaps) for own, gaps in zip(counts, sample.missing, strict=True)]
    return Measure(**drift_of_counts(method, *bins)._asdict())
