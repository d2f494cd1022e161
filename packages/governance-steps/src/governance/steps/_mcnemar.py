"""McNemar's test: are two models wrong on the same rows equally often?"""

import math
from dataclasses import dataclass

from scipy.special import bdtr


@dataclass(frozen=True, slots=True)
class McNemar:
    """What the test finds.

    Args:
        exact: The two-sided p-value of the binomial test.
        statistic: The chi-squared statistic with the continuity correction of A. L. Edwards.
        p_value: Its p-value, good where the models differ in over 25 rows.
    """

    exact: float
    statistic: float
    p_value: float


def mcnemar(gained: int, lost: int) -> McNemar:
    """Test whether two models are right equally often on the same rows.

    Q. McNemar, Note on the sampling error of the difference between correlated proportions or
    percentages, Psychometrika 12 (1947), 153-157. Rows on which both are right, or both wrong,
    say nothing.

    Args:
        gained: On how many rows only the first model is right.
        lost: On how many rows only the second model is right.
    """
    differing = gained + lost
    if not differing:
        return McNemar(1.0, 0.0, 1.0)
    exact = min(1.0, 2 * float(bdtr(min(gained, lost), differing, 0.5)))
    statistic = (abs(gained - lost) - 1) ** 2 / differing
    return McNemar(exact, statistic, math.erfc(math.sqrt(statistic / 2)))
