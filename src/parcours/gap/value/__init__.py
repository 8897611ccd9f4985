"""What a customer is worth: how many purchases are still to come, and of how much each.

Question: is somebody still a customer, how often will they buy within a horizon, how much will they spend?
Reads: purchases as arrays. Writes: nothing.
Flow: `histories` (purchases told per customer) -> `buying` (BG/NBD) and `spending` (Gamma-Gamma), both by maximum likelihood.
Where the data cannot tell, a fit is a `NotEstimable` with the reason, never a guess.
"""

from parcours.gap.value.buying import Buying, fit_buying
from parcours.gap.value.histories import Histories, tell_histories
from parcours.gap.value.likelihood import NotEstimable
from parcours.gap.value.spending import Spending, fit_spending

__all__ = [
    "Buying",
    "Histories",
    "NotEstimable",
    "Spending",
    "fit_buying",
    "fit_spending",
    "tell_histories",
]
