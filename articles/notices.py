"""Who is told of what happens to an article: on the desk, and by e-mail.

Each function here writes Notice rows, in the transaction of what happened, and sends
one mail per person after it is committed. A mail that cannot be sent is logged and
spoils nothing: the notice stands. Nobody is told of an article they may not see.
"""

import logging
import smtplib
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import groupby

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import mail
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles.models import Article, Byline, Notice
from articles.revisions import name_of
from authors.addresses import whole

logger = logging.getLogger(__name__)

# Permissions are asked of this one, whatever else lets people log in.
BACKEND = "django.contrib.auth.backends.ModelBackend"
# So many articles are named in one mail; of more, the desk knows.
NAMED = 100
LENGTH = Notice._meta.get_field("text").max_length


@dataclass(frozen=True)
class Word:
    """What one person is told of one article."""

    email: str
    article: Article
    subject: str
    sentence: str
    remark: str = ""  # what somebody wrote, in full

    @property
    def desk_address(self):
        path = reverse("admin:articles_article_change", args=[self.article.pk])
        return whole(path)

    @property
    def site_address(self):
        if not self.article.is_live():
            return ""
        return whole(self.article.get_absolute_url())


# What happened. `by` is the member of staff who did it, and is not told.


def submitted(article, by):
    """Tell those who edit everybody's articles that one waits for them."""
    if article.copy_of_id:
        sentence = _("%(name)s submitted changes for review.")
    else:
        sentence = _("%(name)s submitted it for review.")
    sentence %= {"name": name_of(by)}
    _tell(_editors(), article, _("Submitted for review"), sentence, by)


def approved(article, by):
    """Tell those who may publish, and those whose article it is."""
    sentence = _("%(name)s approved it: it waits to be published.")
    sentence %= {"name": name_of(by)}
    people = (_staff("publish_article") | _owners(article)).distinct()
    _tell(people, article, _("Approved"), sentence, by)


def sent_back(article, by, note=""):
    """Tell those whose article it is that it is a draft again, and why."""
    sentence = _("%(name)s sent it back.") % {"name": name_of(by)}
    _tell(_owners(article), article, _("Sent back"), sentence, by, note)


def published(article, by=None):
    """Tell those whose article it is that readers see it; None: the clock did it."""
    if by is None:
        sentence = _("It went out as planned: readers see it now.")
    else:
        sentence = _("%(name)s published it.") % {"name": name_of(by)}
    _tell(_owners(article), article, _("Published"), sentence, by)


def withdrawn(article, by):
    """Tell those whose article it is that readers no longer see it."""
    sentence = _("%(name)s withdrew it: readers no longer see it.")
    sentence %= {"name": name_of(by)}
    _tell(_owners(article), article, _("Withdrawn"), sentence, by)


def retracted(article, by):
    """Tell those whose article it is that it was retracted, and stays readable."""
    sentence = _("%(name)s retracted it: readers see a notice above it.")
    sentence %= {"name": name_of(by)}
    _tell(_owners(article), article, _("Retracted"), sentence, by)


def changes_published(article, by=None):
    """Tell those whose article it is that readers see its changes."""
    if by is None:
        sentence = _("Its changes went out as planned: readers see them now.")
    else:
        sentence = _("%(name)s published its changes.") % {"name": name_of(by)}
    _tell(_owners(article), article, _("Changes published"), sentence, by)


def noted(note):
    """Tell those whose article it is, and who wrote notes on it, of another one.

    The note that goes with sending back has been told by `sent_back`.
    """
    if note.is_send_back:
        return
    article, by = note.article, note.written_by
    sentence = _("%(name)s wrote a note.") % {"name": name_of(by)}
    writers = article.notes.order_by().values("written_by")
    people = _owners(article, Q(pk__in=writers))
    _tell(people, article, _("A note"), sentence, by, note.text)


def reported(article, text):
    """Tell the editors, and those whose article it is, what a reader found wrong."""
    people = (_editors() | _owners(article)).distinct()
    sentence = _("A reader reports an error.")
    _tell(people, article, _("An error was reported"), sentence, remark=text)


@transaction.atomic
def change_failed(copy, reason):
    """Tell the editors, once, that changes planned for a moment did not go out."""
    # The lock keeps eight clocks from saying it eight times.
    article = Article.objects.select_for_update().get(pk=copy.copy_of_id)
    sentence = _("Its planned changes did not go out: %(reason)s") % {"reason": reason}
    told = article.notices.filter(text=_cut(sentence))
    if not told.filter(created_at__gte=copy.changes_due_at).exists():
        people = _editors() | _owners(copy)
        _tell(people.distinct(), article, _("Changes not published"), sentence)


# What the desk shows.


def of(user):
    """Notices of this user, the newest first, of articles they may see by now."""
    return user.notices.filter(article__in=Article.objects.for_desk(user).order_by())


def unseen(user):
    return of(user).filter(seen_at=None)


# Who.


def _staff(permission):
    people = get_user_model().objects.with_perm(
        f"articles.{permission}", backend=BACKEND
    )
    return people.filter(is_staff=True)


def _editors():
    return _staff("edit_all_articles")


def _owners(article, others=None):
    """Members of staff whose article it is; of the others, those who see them all.

    An article is theirs who began it or stand in its byline, as in
    ArticleQuerySet.by. Whoever opened a working copy counts among the others.
    """
    original = article.copy_of or article
    bylines = Byline.objects.filter(article=original).order_by()
    own = Q(pk=original.created_by_id) | Q(pk__in=bylines.values("author__user"))
    if article.copy_of_id:
        others = Q(pk=article.created_by_id) | (others or Q())
    if others:
        own |= others & Q(pk__in=_editors().values("pk"))
    return _staff("view_article").filter(own)


def _cut(text):
    return Truncator(text).chars(LENGTH)


def _tell(people, article, subject, sentence, by=None, remark=""):
    article = article.copy_of or article
    text = _cut(f"{sentence} “{remark}”" if remark else sentence)
    told = list(people.exclude(pk=by.pk if by else None))
    Notice.objects.bulk_create(
        [Notice(user=user, article=article, text=text) for user in told]
    )
    words = [
        Word(user.email, article, subject, sentence, remark)
        for user in told
        if user.email
    ]
    if words:
        # Robust, because what was saved must never look as if it had failed.
        transaction.on_commit(lambda: _hand_in(words), robust=True)


# Mail.

_held = ContextVar("held", default=None)


@contextmanager
def together():
    """Send at the end what is told within: one mail per person, however much it is."""
    held = []
    token = _held.set(held)
    try:
        yield
    finally:
        _held.reset(token)
        _post(held)


def _hand_in(words):
    held = _held.get()
    if held is None:
        _post(words)
    else:
        held.extend(words)


def _post(words):
    """Send one mail to each address, over one connection, until that breaks."""
    if not words:
        return
    mails = [
        _mail(email, list(group))
        for email, group in groupby(
            sorted(words, key=lambda word: word.email), lambda word: word.email
        )
    ]
    try:
        with mail.get_connection() as connection:
            for message in mails:
                _post_one(connection, message)
    except OSError as error:
        # smtplib's exceptions are OSErrors as well.
        logger.error("No mail could be sent (of %d): %s", len(mails), error)


def _post_one(connection, message):
    try:
        connection.send_messages([message])
    except (
        smtplib.SMTPResponseException,
        smtplib.SMTPRecipientsRefused,
        ValueError,
    ) as error:
        # This address or this message was refused; the others may be welcome.
        logger.error("The mail to %s was not sent: %s", message.to[0], error)


def _mail(email, words):
    first = words[0]
    if len(words) == 1:
        subject = f"{first.subject}: {first.article.headline}"
    else:
        subject = ngettext(
            "%(count)d message from the desk",
            "%(count)d messages from the desk",
            len(words),
        ) % {"count": len(words)}
    context = {
        "words": words[:NAMED],
        "more": len(words[NAMED:]),
        "site": settings.SITE_URL,
    }
    return mail.EmailMessage(
        # A line break in a subject could add headers of its own (RFC 5322).
        " ".join(subject.split()),
        render_to_string("articles/mail/notice.txt", context),
        to=[email],
        # RFC 3834: nobody's absence assistant answers.
        headers={"Auto-Submitted": "auto-generated"},
    )


# What the signals bring (connected in articles/apps.py).


def hear_of_publication(sender, article, user=None, **kwargs):
    published(article, user)


def hear_of_changes(sender, article, user=None, **kwargs):
    changes_published(article, user)
