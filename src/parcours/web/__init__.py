"""What people see of it all in a browser: today the report, one file that holds everything it shows.

Reads what a run published; writes nothing but the file asked for.
"""
