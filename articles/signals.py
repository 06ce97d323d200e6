"""What the articles app tells the rest of the site, which it does not know."""

from django.dispatch import Signal

# Sent once per import with --blocks. `wordings`: {"share": text, "advertise":
# (text, address or "")}, the most common of the pages' own lines. A receiver
# returns a sentence about what it made, or "".
chrome_found = Signal()

# Readers can see an article from now on: sent once per publication, with `article`
# and the `user` who published it (None: the clock), inside the transaction that
# notes it.
article_went_out = Signal()
# Its end has come; the same.
article_ended = Signal()
# Readers no longer see an article: it was withdrawn or thrown away. Or they see it
# again, out of the trash, and it is not announced anew. Both with `article`, as readers
# knew it, inside the transaction of the change.
article_taken = Signal()
article_brought_back = Signal()
# Rows that readers see were written without being saved one by one: sent with
# `articles`, their ids, in the transaction that wrote them.
articles_changed = Signal()
# What stood at an address stands at another one, and saving a row does not say so: sent
# with `moves`, [(old address, new path or web address, "" where it is gone for good)],
# and `reason` ("merge", "import"), by the model that moved, in the transaction that
# moved it.
addresses_moved = Signal()
# The working copy became the live article; with `article` and `user` (None: the
# clock). After the commit: a receiver that fails is logged.
changes_went_out = Signal()
# A live article was retracted; with `article`, after the commit.
article_retracted = Signal()
# Where do these addresses lead, at which no story or page stands? Asked with
# `addresses`, paths with a query perhaps. A receiver returns {address: the path or web
# address in the end, "" where it is gone} of those that it leads on.
addresses_asked = Signal()
# An import is being undone: sent with `run`, and `paths`, the addresses of the stories
# and files that it made and that are gone now.
import_undone = Signal()
