"""A story's body and pictures as they are stored."""

from articles.html import clean
from articles.importers.media import place_pictures


def body_of(story, pictures, links):
    """Return a story's body in the vocabulary, with its pictures and links in place."""
    return clean(links.place(story, place_pictures(story, pictures)))


def save_pictures(story, pictures, directory):
    """Save the story's new pictures; return the leading one, or None."""
    for picture in pictures.values():
        if picture.pk is None:
            picture.save()
            directory.made("picture", picture)
    leads = [n for n, note in enumerate(story.pictures) if note.is_lead]
    return next((pictures[n] for n in leads if n in pictures), None)
