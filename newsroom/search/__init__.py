"""The readers' search, on either database (docs/search.md).

`typed → question → index → articles that are live → page`; `change → trigger → waits →
indexed`.
"""
