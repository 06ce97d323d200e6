"""Who wrote it and what it is about: bylines, tags and authors' boxes of stories."""

from articles.importers.bylines import name_key
from articles.models import ArticleTag, Byline
from authors.models import AuthorLink


def bylines_of(article, story, people):
    """Return the bylines of a story, not saved; authors are made where they miss."""
    bylines = {}
    for credit in story.credits:
        author = people.find_or_make(credit.name)
        is_same = credit.printed.casefold() == author.name.casefold()
        bylines.setdefault(
            (author.pk, credit.role),
            Byline(
                article=article,
                author=author,
                role=credit.role[:100],
                credit="" if is_same else credit.printed[:200],
                position=len(bylines),
            ),
        )
    return list(bylines.values())


def ties_of(article, story, choices, subjects):
    """Return (the story's and the operator's tags, not saved; their names)."""
    names = [name for name in (*story.tags, *choices.tags) if name.strip()]
    tags = {tag.pk: tag for tag in map(subjects.tag, names)}
    ties = [ArticleTag(content_object=article, tag=tag) for tag in tags.values()]
    return ties, sorted(tag.name for tag in tags.values())


def fill_authors(story, bylines, people):
    """Write the closing boxes into the authors' records, where those are empty."""
    authors = [byline.author for byline in bylines if not byline.role]
    for box in story.boxes:
        author = people.find(box.name) if box.name else None
        if author is None and len(authors) == 1:
            author = authors[0]
        if author is None and box.name:
            family = name_key(box.name).split()[-1:]
            same = [a for a in authors if name_key(a.name).split()[-1:] == family]
            author = same[0] if len(same) == 1 else None
        if author is None:
            story.note(
                "author-box", "It is not clear whose box this is.", sample=box.text
            )
            continue
        fill_author(author, box)


def fill_author(author, box):
    """Write a closing box into an author's record, only where it says nothing yet.

    An address printed on the page was public; it is shown again.
    """
    filled = []
    for name, value in (
        ("lives_in", box.lives_in[:200]),
        ("email", box.email[:254]),
        ("contact", box.contact[:300]),
        ("bio", box.bio),
    ):
        if value and not getattr(author, name):
            setattr(author, name, value)
            filled.append(name)
    if "email" in filled:
        author.is_email_public = True
        filled.append("is_email_public")
    if filled:
        author.save(update_fields=filled)
    if box.links and not author.links.exists():
        add_links(author, box.links)


def add_links(author, links):
    """Give an author links, LinkNotes in their order."""
    AuthorLink.objects.bulk_create(
        AuthorLink(
            author=author,
            kind=link.kind,
            title=link.title[:300],
            role=link.role[:200],
            publisher=link.publisher[:200],
            url=link.url[:500],
            position=position,
        )
        for position, link in enumerate(links)
        if link.title or link.url
    )
