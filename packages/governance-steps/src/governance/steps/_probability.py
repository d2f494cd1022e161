"""How good probabilities are: figures of each row, and of how they are calibrated."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BINS = 15
"""As many bins as C. Guo and others have."""


def log_losses(probability: Floats, target: NDArray[np.intp]) -> Floats:
    """Return each row's loss: minus the logarithm of what its class was given.

    As in scikit-learn, a probability is kept off 0 and 1 by the smallest float that shows.

    Args:
        probability: A column for each class.
        target: The number of each row's class.
    """
    given = probability[np.arange(len(target)), target]
    least = np.finfo(np.float64).eps
    losses: Floats = -np.log(np.clip(given, least, 1 - least))
    return losses


def brier_scores(probability: Floats, target: NDArray[np.intp]) -> Floats:
    """Return each row's squared distance from certainty of its class.

    G. W. Brier, Verification of forecasts expressed in terms of probability (1950): the sum over
    all classes, 0 to 2. Of two classes it is that of the positive one, 0 to 1, as scikit-learn
    has it.

    Args:
        probability: A column for each class.
        target: The number of each row's class.
    """
    given = probability[np.arange(len(target)), target]
    if probability.shape[1] == 2:  # noqa: PLR2004 (two classes)
        positive: Floats = (probability[:, 1] - target) ** 2
        return positive
    scores: Floats = np.einsum("ij,ij->i", probability, probability) - 2 * given + 1
    return scores


def calibration_error(said: Floats, came: NDArray[np.bool_], bins: int = BINS) -> float:
    """Return by how much probabilities and frequencies differ on average.

    Rows are sorted by probability and cut into bins of about as many rows each; equal
    probabilities are never cut apart. In each bin, the mean probability is held against how
    often what was said came true; the differences are averaged, weighted by rows.
    M. P. Naeini, G. F. Cooper, M. Hauskrecht, Obtaining well calibrated probabilities using
    Bayesian binning, AAAI (2015); C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, On calibration of
    modern neural networks, ICML (2017); bins of equal mass as J. Nixon and others, Measuring
    calibration in deep learning (2019).

    Args:
        said: The probability that each row was given.
        came: Whether it came true.
        bins: The most bins.
    """
    order = np.argsort(said, kind="stable")
    ordered = said[order]
    cuts = ordered[np.arange(bins) * len(ordered) // bins]
    starts = np.unique(np.searchsorted(ordered, cuts, "left"))
    gaps = np.add.reduceat(ordered - came[order], starts)
    return float(np.abs(gaps).sum() / len(ordered))
