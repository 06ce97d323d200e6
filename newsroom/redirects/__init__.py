"""Old addresses that lead on, and those that lead nowhere.

`404 → redirect? → 301 or 410, counted`; `none → missing page → inbox of the desk`.
"""
