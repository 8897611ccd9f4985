"""What people see in a terminal: one module a subject, all of it lines that stay aligned and whole in a pipe.

`tables` lays them out; `drawing` turns figures of gaps into signs.
"""
