"""Workspaces to begin with: a folder of files for each, and a module that makes its data.

The data is made, not kept: the same every time, from a seed. It shows the product; it is no evidence of anything.
"""
