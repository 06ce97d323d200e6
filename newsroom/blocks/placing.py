"""Which blocks stand where on a page."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import F

from articles.models import Picture
from authors.shown import note, note_until
from newsroom.blocks.models import (
    AdvertiseBlock,
    Placement,
    ShareBlock,
    ShareBlockNetwork,
)

MODELS = (AdvertiseBlock, ShareBlock)
SCOPES = ("sections", "not_sections", "tags", "not_tags")
SHOWN = {
    ShareBlock: (
        *(
            "pk",
            "placement",
            "position",
            "ends_at",
            "call",
            "text",
            "link_url",
            "link_label",
        ),
        *("has_native", "has_copy", "has_email"),
    ),
    AdvertiseBlock: (
        *(
            "pk",
            "placement",
            "position",
            "ends_at",
            "advertiser",
            "label",
            "headline",
            "text",
        ),
        *("link_url", "link_label", "picture_id"),
    ),
}
PICTURE = ("file", "width", "height", "renditions", "alt", "is_decorative")


@dataclass(frozen=True)
class Scope:
    """The sections and tags, by id, where a block may stand and may not."""

    sections: frozenset = frozenset()
    not_sections: frozenset = frozenset()
    tags: frozenset = frozenset()
    not_tags: frozenset = frozenset()

    def allows(self, sections, tags):
        """Say whether a page of these sections and tags may show the block."""
        return not (
            self.not_sections & sections
            or self.not_tags & tags
            or (self.sections and not self.sections & sections)
            or (self.tags and not self.tags & tags)
        )


def block_querysets(at):
    """Return the querysets whose rows `BlocksOfSite` is made of.

    `at` is a moment, or Now(), which keeps the SQL the same at every moment.
    """
    advertisements = AdvertiseBlock.objects.live(at).values(
        *SHOWN[AdvertiseBlock],
        **{f"picture_{name}": F(f"picture__{name}") for name in PICTURE},
    )
    networks = ShareBlockNetwork.objects.filter(network__is_active=True)
    querysets = {
        AdvertiseBlock: advertisements,
        ShareBlock: ShareBlock.objects.live(at).values(*SHOWN[ShareBlock]),
        ShareBlockNetwork: networks.values(
            "block_id", name=F("network__name"), url_pattern=F("network__url_pattern")
        ),
    }
    for model in MODELS:
        querysets[model, "begins"] = model.objects.coming(at).values(
            "placement", "starts_at"
        )
        for scope in SCOPES:
            field = model._meta.get_field(scope)
            querysets[model, scope] = field.remote_field.through.objects.values(
                block=F(field.m2m_field_name()),
                member=F(field.m2m_reverse_field_name()),
            )
    return querysets


class BlocksOfSite:
    """The live blocks of the whole site, made of the rows of `block_querysets`."""

    def __init__(self, rows):
        networks = defaultdict(list)
        for row in rows[ShareBlockNetwork]:
            networks[row["block_id"]].append((row["name"], row["url_pattern"]))
        self.blocks = defaultdict(list)
        # What markup.py made of them.
        self.rendered = {}
        # When the next block of a placement begins: the page is another one then.
        self.begins = {}
        for model in MODELS:
            for row in rows[model, "begins"]:
                first = self.begins.setdefault(row["placement"], row["starts_at"])
                self.begins[row["placement"]] = min(first, row["starts_at"])
            for row in rows[model]:
                block = _advertisement(row) if model is AdvertiseBlock else model(**row)
                if model is ShareBlock:
                    block.links = networks[block.pk]
                block.scope = _scope(rows, model, block.pk)
                self.blocks[block.placement].append(block)

    def at(self, placement, *, article=None, section=None, tag=None):
        """Return the blocks of a placement that suit a page, in order.

        A section's blocks show in the sections under it as well. Where blocks
        of both kinds have the same place, advertisements come first.
        """
        section = article.section if article else section
        sections = {section.pk, section.parent_id} if section else set()
        tags = {tag.pk} if tag else set()
        if article:
            tags = {tag.pk for tag in article.tags.all()}
        blocks = [
            block
            for block in self.blocks[Placement(placement)]
            if block.scope.allows(sections, tags)
            and not (article and article.has_no_ads and is_advertisement(block))
        ]
        place = f"blocks-{Placement(placement)}"
        note(place, *(f"{place}-s{pk}" for pk in sections if pk))
        note(*(f"{place}-t{pk}" for pk in tags))
        for block in blocks:
            note(f"{block._meta.model_name}-{block.pk}")
            note_until(block.ends_at)
            if is_advertisement(block) and block.picture_id:
                note(f"picture-{block.picture_id}")
            elif not is_advertisement(block):
                note("blocks")
        note_until(self.begins.get(placement))
        return tuple(sorted(blocks, key=lambda block: block.position))


def is_advertisement(block):
    return isinstance(block, AdvertiseBlock)


def _advertisement(row):
    picture = {name: row.pop(f"picture_{name}") for name in PICTURE}
    block = AdvertiseBlock(**row)
    if block.picture_id:
        block.picture = Picture(pk=block.picture_id, **picture)
    return block


def _scope(rows, model, pk):
    return Scope(
        *(
            frozenset(row["member"] for row in rows[model, scope] if row["block"] == pk)
            for scope in SCOPES
        )
    )
