"""parcours closes the gap between the experience a retailer promises and the one customers live.

Signals of every channel are resolved to people, rebuilt into journeys and held against the promises of the
designed journey map; broken promises, counted with honest intervals, are the gaps.
"""

__version__ = "0.1.0"
