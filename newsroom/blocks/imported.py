"""Share and advertise blocks made of what an old site's pages said themselves."""

from articles.models import Page
from newsroom.blocks.models import AdvertiseBlock, Placement, ShareBlock


def make_blocks(sender, wordings, **kwargs):
    """Make a block of each wording that no block has yet; return a sentence.

    An advertise line leads where it led, if that was a web address, else to the
    site's own page about advertising, else to the home page.
    """
    made = []
    if "share" in wordings:
        text, _address = wordings["share"]
        if not ShareBlock.objects.filter(call__iexact=text[:200]).exists():
            made.append(
                ShareBlock.objects.create(
                    name=text[:100], call=text[:200], placement=Placement.ABOVE_ARTICLE
                )
            )
    if "advertise" in wordings:
        text, address = wordings["advertise"]
        if not AdvertiseBlock.objects.filter(headline__iexact=text[:200]).exists():
            if not address.startswith(("https://", "http://")):
                about = Page.objects.filter(path__icontains="advert").first()
                address = about.path if about else "/"
            made.append(
                AdvertiseBlock.objects.create(
                    name=text[:100],
                    headline=text[:200],
                    link_url=address[:500],
                    placement=Placement.ABOVE_ARTICLE,
                )
            )
    if not made:
        return "The blocks of these pages are here already."
    return "Made these blocks: " + "; ".join(str(block) for block in made) + "."
