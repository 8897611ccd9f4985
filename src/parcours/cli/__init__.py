"""The command line: every verb of the contract, for people and for machines.

It holds no rule of its own: each command reads its options, calls a feature and shows the answer. JSON goes to standard output alone,
progress to standard error; exit 0 is fine, 1 a check that did not hold, 2 wrong use or bad input, told in one sentence with the fix.
"""
