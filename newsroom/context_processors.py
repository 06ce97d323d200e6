from newsroom.furniture import Furniture
from newsroom.inline import Inline


def site(request):
    """Offer the masthead, the menus and the blocks, fetched when used; and the style."""
    return {"site": Furniture(), "inline": Inline()}
