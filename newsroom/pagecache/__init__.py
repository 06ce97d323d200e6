"""Pages kept for readers as ready bytes, and thrown away when they age.

`address → kept? → render, noting keys → keep`; `change → journal → purge`.
"""
