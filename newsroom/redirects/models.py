from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from newsroom.redirects import addresses
from newsroom.redirects.addresses import MAX_KEY, MAX_LENGTH, digest, normal
from newsroom.redirects.querysets import MissingPageQuerySet, RedirectQuerySet
from newsroom.redirects.standing import standing

# A chain of rules that is longer leads nowhere in practice.
HOPS = 10
AT_ONCE = 500


class Redirect(models.Model):
    """An old address and where it leads: to a page, to another site, or to "gone".

    Not django.contrib.redirects, whose rows are exact paths alone: they count nothing,
    cover no folder, and have no place for who made them, or for a normal spelling that
    an index could find.
    """

    class Match(models.TextChoices):
        EXACT = "exact", _("this address")
        PREFIX = "prefix", _("everything below")
        PATTERN = "pattern", _("a pattern")

    class Answer(models.IntegerChoices):
        """Not 307 and 308: nobody sends a form to an old address."""

        FOR_GOOD = 301, _("moved for good (301)")
        FOR_NOW = 302, _("moved for now (302)")
        GONE = 410, _("gone (410)")

    class Maker(models.TextChoices):
        EDITOR = "editor", _("an editor")
        MOVE = "move", _("a changed address")
        MERGE = "merge", _("a merge")
        TRASH = "trash", _("the emptied trash")
        IMPORT = "import", _("an import")
        SUGGESTION = "suggestion", _("an accepted suggestion")

    old = models.CharField(
        _("old address"),
        max_length=MAX_LENGTH,
        help_text=_(
            "As old links have it, from the “/” on, with its query if it needs one: "
            "/old/story.htm, /?p=123. In a pattern * stands for any letters: "
            "/archive/*/story-*.html"
        ),
    )
    match = models.CharField(
        _("covers"), max_length=7, choices=Match, default=Match.EXACT
    )
    target = models.CharField(
        _("leads to"),
        max_length=MAX_LENGTH,
        blank=True,
        help_text=_(
            "A page of this site, as /new/, or another site’s address with https://. "
            "Of a pattern, $1 is what the first * stood for."
        ),
    )
    keeps_rest = models.BooleanField(
        _("keep what follows"),
        default=True,
        help_text=_(
            "Of “everything below”: /old/a/b leads to /new/a/b. Without it, all of it "
            "leads to the one address."
        ),
    )
    answer = models.PositiveSmallIntegerField(
        _("answer"), choices=Answer, default=Answer.FOR_GOOD
    )
    note = models.CharField(
        _("note"), max_length=300, blank=True, help_text=_("For the desk only.")
    )
    made_by = models.CharField(
        _("made by"),
        max_length=10,
        choices=Maker,
        default=Maker.EDITOR,
        editable=False,
    )
    created_at = models.DateTimeField(
        _("made"), default=timezone.now, editable=False, db_index=True
    )
    hits = models.PositiveBigIntegerField(_("hits"), default=0, editable=False)
    last_used_at = models.DateTimeField(
        _("last used"), null=True, blank=True, editable=False, db_index=True
    )
    # Made of the others by `fill`: the normal spelling, and digests of it, of the
    # target's, and of the folder where a pattern is looked for.
    key = models.CharField(max_length=MAX_KEY, editable=False)
    digest = models.CharField(max_length=32, editable=False)
    place = models.CharField(max_length=32, editable=False, db_index=True)
    target_digest = models.CharField(max_length=32, editable=False, db_index=True)

    objects = RedirectQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("redirect")
        verbose_name_plural = _("redirects")
        constraints = [
            models.UniqueConstraint(
                fields=["digest", "match"],
                name="redirect_address_once",
                violation_error_message=_("There is a redirect of this address."),
            ),
            models.CheckConstraint(
                condition=Q(answer=410, target="") | ~Q(answer=410) & ~Q(target=""),
                name="redirect_leads_somewhere_or_is_gone",
                violation_error_message=_(
                    "A redirect leads somewhere, or says that the page is gone."
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["-hits", "-id"], name="redirect_by_hits"),
            models.Index(fields=["made_by", "-id"], name="redirect_by_maker"),
        ]

    def __str__(self):
        return self.old if len(self.old) <= 100 else f"{self.old[:99]}…"

    def save(self, *args, **kwargs):
        """Save it, and shorten every chain that it is a link of.

        Raises ValidationError where it would close a ring. A save of some fields only
        (`update_fields`) is one of what readers are not led by.
        """
        if kwargs.get("update_fields") is not None:
            super().save(*args, **kwargs)
            return
        with transaction.atomic(savepoint=False):
            self.fill()
            self.shorten()
            super().save(*args, **kwargs)
            self.shorten_others()
            MissingPage.objects.settle(self)

    def fill(self):
        """Make the derived columns of what was given."""
        self.key = normal(self.old)
        if self.answer == self.Answer.GONE:
            self.target = ""
        if self.match == self.Match.PREFIX and not self.key.endswith("/"):
            self.old, self.key = f"{self.old}/", f"{self.key}/"
        self.digest = digest(self.key)
        self.place = self.digest
        if self.match == self.Match.PATTERN:
            self.place = digest(addresses.stem(self.key))
        self.target = addresses.at_home(self.target.strip())
        self.target_digest = digest(normal(self.target)) if self.target else ""

    # Where it leads.

    def lead(self, key):
        """Return where a key leads by this rule: "" for gone, None if not meant."""
        if self.match == self.Match.EXACT:
            return self.target if self.key in addresses.spellings(key) else None
        path = addresses.path_of(key)
        if self.match == self.Match.PREFIX:
            folder = path if path.endswith("/") else f"{path}/"
            if not folder.startswith(self.key):
                return None
            rest = path[len(self.key) :] if self.target and self.keeps_rest else ""
            return addresses.safe(self.target + rest)
        found = addresses.captures(self.key, key if "?" in self.key else path)
        if found is None:
            return None
        return addresses.safe(addresses.filled(self.target, found))

    @property
    def is_open(self):
        """Say whether its target takes something of the address that was asked for."""
        if self.match == self.Match.PREFIX:
            return self.keeps_rest
        return self.match == self.Match.PATTERN and "$" in self.target

    def shorten(self):
        """Lead to where the target leads itself. Raises ValidationError for a ring.

        Only an exact rule is given another target: of a folder each page is asked for
        when it is wanted (serving.led). What moved for now may come back: it stays a
        link of its own, but closes no ring either.
        """
        target = at = self.target
        is_for_good = True
        for _hop in range(HOPS):
            if not addresses.is_ours(at):
                break
            key = normal(at)
            stands = bool(standing([key]))
            if self.lead(key) is not None and (self.is_open or not stands):
                raise ValidationError({"target": self._ring(at)})
            if stands:
                break
            row = Redirect.objects.exclude(pk=self.pk).leading(key)
            if row is None:
                break
            further = row.lead(key)
            if len(further) > MAX_LENGTH:
                break
            at = further
            is_for_good = is_for_good and row.answer != self.Answer.FOR_NOW
            if is_for_good:
                target = at
        else:
            raise ValidationError({"target": _("This leads on and on, too often.")})
        if self.match == self.Match.EXACT and target != self.target:
            self.aim(target)

    def _ring(self, target):
        if target == self.target:
            return _("This leads to itself.")
        return _(
            "This leads in a ring: %(target)s leads by way of others to %(last)s, "
            "which this redirect covers itself."
        ) % {"target": self.target, "last": target}

    def aim(self, target):
        """Let it lead elsewhere; "" means gone."""
        self.target = target
        self.target_digest = digest(normal(target)) if target else ""
        if not target:
            self.answer = self.Answer.GONE

    def shortened(self):
        """Yield the exact rules that lead to what this one covers, aimed at its end.

        None for what moved for now. Raises ValidationError where one of them would lead
        to itself.
        """
        rows = Redirect.objects.filter(match=self.Match.EXACT).exclude(pk=self.pk)
        bare = Q(target_digest__in=[self.digest, digest(self.key.rstrip("/"))])
        if self.match == self.Match.EXACT:
            rows = rows.filter(bare)
        elif self.match == self.Match.PREFIX:
            rows = rows.filter(bare | Q(target__startswith=self.key))
        else:
            rows = rows.filter(target__startswith=self.key.partition("*")[0])
        rows = list(rows.order_by("pk"))
        for start in range(0, len(rows), AT_ONCE):
            some = rows[start : start + AT_ONCE]
            keys = {row.pk: normal(row.target) for row in some}
            live = standing(keys.values())
            for row in some:
                target = self.lead(keys[row.pk])
                if target is None or keys[row.pk] in live or len(target) > MAX_LENGTH:
                    continue
                self._refuse_ring_with(row, target)
                if self.answer != self.Answer.FOR_NOW:
                    row.aim(target)
                    yield row

    def _refuse_ring_with(self, row, target):
        key = normal(target)
        if target and row.lead(key) is not None and not standing([key]):
            told = _(
                "This leads in a ring: %(old)s, a redirect that leads here, would lead "
                "to itself."
            )
            raise ValidationError({"target": told % {"old": row.old}})

    def shorten_others(self):
        rows = list(self.shortened())
        fields = ["target", "target_digest", "answer"]
        Redirect.objects.bulk_update(rows, fields, batch_size=AT_ONCE)

    def missing_keys(self):
        """Return the surrogate keys of kept "not found" pages that it may answer."""
        if self.match != self.Match.EXACT:
            return {"missing"}
        return missing_keys(self.key)


def missing_keys(key):
    """Return the surrogate keys of the page that says nothing stands at a key."""
    path = addresses.path_of(key)
    return {f"missing-{digest(path.rstrip('/') or '/')}"}


class MissingPage(models.Model):
    """An address that was asked for and leads nowhere. Nobody who asked is in it."""

    address = models.CharField(_("address"), max_length=500)
    digest = models.CharField(max_length=32, unique=True)
    hits = models.PositiveBigIntegerField(
        _("hits"), default=0, help_text=_("Of people, as far as that can be told.")
    )
    robot_hits = models.PositiveBigIntegerField(_("hits of robots"), default=0)
    first_seen_at = models.DateTimeField(_("first"))
    last_seen_at = models.DateTimeField(_("last"))
    # [[address without its query, hits], …], the most frequent first.
    referrers = models.JSONField(_("linked from"), default=list)
    # Asked for by those who look for holes in other systems.
    is_probe = models.BooleanField(_("probe"), default=False)
    # An editor said that nothing need stand there.
    is_settled = models.BooleanField(_("ignored"), default=False)

    objects = MissingPageQuerySet.as_manager()

    class Meta:
        ordering = ["-hits", "-last_seen_at", "-pk"]
        verbose_name = _("missing page")
        verbose_name_plural = _("missing pages")
        indexes = [
            models.Index(
                fields=["is_settled", "is_probe", "-hits", "-last_seen_at"],
                name="missing_page_inbox",
            )
        ]

    def __str__(self):
        return self.address
