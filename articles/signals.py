"""What the articles app tells the rest of the site, which it does not know."""

from django.dispatch import Signal

# Sent once per import with --blocks. `wordings`: {"share": text, "advertise":
# (text, address or "")}, the most common of the pages' own lines. A receiver
# returns a sentence about what it made, or "".
chrome_found = Signal()
