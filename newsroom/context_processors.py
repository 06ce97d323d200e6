from newsroom.furniture import Furniture
from newsroom.inline import Inline


def site(request):
    """Offer masthead, menus and blocks, fetched when used; and the page's style."""
    return {"site": Furniture(), "inline": Inline()}
