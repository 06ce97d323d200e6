from newsroom.furniture import Furniture


def site(request):
    """Offer templates the masthead, the menus and the blocks, fetched when used."""
    return {"site": Furniture()}
