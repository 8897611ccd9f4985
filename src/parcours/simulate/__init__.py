"""A retailer that never was, with the truth beside it.

Question answered: if we knew who everybody is and which promises broke, would the product find it?
Writes a workspace: configuration, the exports of each system below `data/`, and below `truth/` what no retailer ever knows.
Reads nothing. Only `evaluate` and `bench` may read the truth.
"""

from parcours.simulate.errors import ImpossiblePlan, NotEmpty
from parcours.simulate.plan import Habits, Plan, make_plan
from parcours.simulate.retailer import Made, simulate_retailer

__all__ = ["Habits", "ImpossiblePlan", "Made", "NotEmpty", "Plan", "make_plan", "simulate_retailer"]
