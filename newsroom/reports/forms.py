"""The form by which a reader reports an error, and what tells people from programs.

No third party and no script: a field that people do not see, a signed moment that says
how long somebody had the form, and a bound of how much one network address, one story
and the whole site take. Who is refused keeps what they wrote.
"""

import re
from datetime import timedelta

from django import forms
from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.reads import Repeats
from newsroom.reports.models import MOST, Report

SALT = "newsroom.reports"
# Nobody writes a sentence faster; a form that lay longer asks for another look.
FASTEST = timedelta(seconds=3)
LONGEST = timedelta(hours=12)
# In a day: of one address (and process), of one story; in an hour: of the site.
PER_ADDRESS, PER_STORY, PER_HOUR = 5, 30, 100
LINKS = 2  # more of them are an advertisement

TOO_FAST = _("This was quick. Please look at it once more, and send it again.")
TOO_OLD = _("This form was open for long. Please send it again.")
TOO_MANY = _("There are many reports just now. Please try again tomorrow.")

repeats = Repeats(most=PER_ADDRESS)


class ReportForm(forms.ModelForm):
    # Programs fill in every field; people neither see nor hear this one.
    website = forms.CharField(required=False)
    moment = forms.CharField(required=False)

    class Meta:
        model = Report
        fields = ()

    text = forms.CharField(
        max_length=MOST,
        strip=True,
        error_messages={"required": _("Please say what is wrong.")},
    )
    email = forms.EmailField(required=False, max_length=254)

    def __init__(self, *args, article, **kwargs):
        super().__init__(*args, **kwargs)
        self.article = article

    def clean(self):
        cleaned = super().clean()
        age = age_of(cleaned.get("moment", ""), self.article)
        if age is None or age > LONGEST:
            self.add_error(None, TOO_OLD)
        elif age < FASTEST:
            self.add_error(None, TOO_FAST)
        return cleaned

    def made(self):
        """Return the Report, not saved: as spam where it looks like that."""
        text = self.cleaned_data["text"]
        links = len(re.findall(r"https?:|www\.|\[url", text, re.IGNORECASE))
        is_spam = bool(self.cleaned_data["website"]) or links > LINKS
        return Report(
            article=self.article,
            text=text,
            email=self.cleaned_data["email"],
            state=Report.State.SPAM if is_spam else Report.State.NEW,
        )


def moment_for(article):
    """Return the signed moment that a form of this article holds."""
    return signing.TimestampSigner(salt=SALT).sign(str(article.pk))


def age_of(signed, article):
    """Return how long ago a form was made; None for what we did not sign for it."""
    signer = signing.TimestampSigner(salt=SALT)
    try:
        key = signer.unsign(signed)
    except signing.BadSignature:
        return None
    if key != str(article.pk):
        return None
    made = signing.b62_decode(signed.split(signer.sep)[-2])
    return timedelta(seconds=timezone.now().timestamp() - made)


def are_too_many(article, address):
    """Count a report; say whether it is one too many.

    Of the address only what `Repeats` makes of it is remembered, for a day.
    """
    now = timezone.now()
    if repeats.is_too_many(address, "report", now):
        return True
    lately = Report.objects.filter(sent_at__gt=now - timedelta(days=1))
    # What was told from spam closes the form for nobody.
    lately = lately.exclude(state=Report.State.SPAM)
    if lately.filter(article=article).count() >= PER_STORY:
        return True
    return lately.filter(sent_at__gt=now - timedelta(hours=1)).count() >= PER_HOUR
