"""Who is told of what, on the desk and by mail, and who is not."""

import logging

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.urls import reverse

from articles import notices, publishing
from articles.admin.verbs import perform, verbs_for
from articles.models import Article, Note, Notice
from tests.factories import NOON, make_article, make_author, make_user

pytestmark = pytest.mark.django_db
Status = Article.Status


@pytest.fixture(autouse=True)
def _address(settings):
    settings.SITE_URL = "https://news.example"


@pytest.fixture
def desk():
    """A small newsroom: name → user."""
    people = {
        "begun": make_user("begun", "contributor", email="begun@example.org"),
        "writer": make_user("writer", "contributor", email="writer@example.org"),
        "stranger": make_user("stranger", "contributor", email="x@example.org"),
        "editor": make_user("editor", "editor", email="editor@example.org"),
        "publisher": make_user("publisher", "publisher", email="pub@example.org"),
        "ads": make_user("ads", "advertising manager", email="ads@example.org"),
        "gone": make_user("gone", "editor", email="gone@example.org", is_active=False),
    }
    return people


@pytest.fixture
def article(desk):
    author = make_author("Wilma Writer", user=desk["writer"])
    return make_article(
        "The ferry ran late",
        authors=[author, make_author("A guest")],
        status=Status.DRAFT,
        created_by=desk["begun"],
    )


def told(article):
    return set(article.notices.values_list("user__username", flat=True))


@pytest.fixture
def mailed(django_capture_on_commit_callbacks):
    """Return a function that does something, commits it, and returns the mails."""

    def run(do, *args, **kwargs):
        mail.outbox = []
        with django_capture_on_commit_callbacks(execute=True):
            do(*args, **kwargs)
        return mail.outbox

    return run


def receivers(mails):
    return sorted(address for message in mails for address in message.to)


class TestWhoIsTold:
    def test_of_a_submission_every_editor_but_no_contributor(
        self, article, desk, mailed
    ):
        mails = mailed(notices.submitted, article, desk["begun"])
        assert told(article) == {"editor", "publisher"}
        assert receivers(mails) == ["editor@example.org", "pub@example.org"]

    def test_nobody_of_what_they_did_themselves(self, article, desk, mailed):
        mailed(notices.submitted, article, desk["editor"])
        assert told(article) == {"publisher"}

    def test_of_sending_back_those_whose_article_it_is(self, article, desk, mailed):
        mails = mailed(notices.sent_back, article, desk["editor"], "Who says so?")
        assert told(article) == {"begun", "writer"}
        assert receivers(mails) == ["begun@example.org", "writer@example.org"]
        assert "Who says so?" in mails[0].body

    def test_of_a_publication_by_the_clock_also_whoever_began_it(
        self, article, desk, mailed
    ):
        article.publish(NOON)
        mails = mailed(publishing.announce, article)
        assert told(article) == {"begun", "writer"}
        assert f"https://news.example{article.path}" in mails[0].body

    def test_of_a_publication_by_hand_not_the_publisher(self, desk, mailed):
        article = make_article(created_by=desk["publisher"])
        mails = mailed(publishing.announce_by_hand, article, desk["publisher"])
        assert (told(article), mails) == (set(), [])
        assert Article.objects.get(pk=article.pk).announced_at

    def test_of_a_withdrawal_those_whose_article_it_is(self, article, desk, mailed):
        mails = mailed(notices.withdrawn, article, desk["publisher"])
        assert told(article) == {"begun", "writer"}
        assert "On the site" not in mails[0].body

    def test_of_changes_to_a_live_article(self, article, desk, mailed):
        article.publish(NOON)
        copy = publishing.open_working_copy(article, desk["begun"])
        copy.headline = "The ferry ran very late"
        copy.save()
        mailed(notices.submitted, copy, desk["begun"])
        assert told(article) == {"editor", "publisher"}
        assert not copy.notices.exists()
        mailed(publishing.publish_changes, article, desk["publisher"])
        assert told(article) == {"editor", "publisher", "begun", "writer"}

    def test_of_a_note_who_wrote_notes_before(self, article, desk, mailed):
        for name in ("editor", "stranger"):
            Note.objects.create(article=article, text="Hm.", written_by=desk[name])
        answer = Note.objects.create(
            article=article, text="Because.", written_by=desk["writer"]
        )
        mails = mailed(notices.noted, answer)
        # The stranger's byline may have been taken off since.
        assert told(article) == {"begun", "editor"}
        assert "Because." in mails[0].body

    def test_a_note_that_goes_with_sending_back_is_told_once(self, article, desk):
        note = Note.objects.create(
            article=article, text="No.", written_by=desk["editor"], is_send_back=True
        )
        notices.noted(note)
        assert told(article) == set()

    def test_nobody_who_may_not_see_articles(self, desk, mailed):
        article = make_article(
            created_by=desk["ads"],
            authors=[make_author(user=make_user("reader", is_staff=False))],
        )
        assert mailed(publishing.announce, article) == []
        assert told(article) == set()

    def test_who_has_no_address_gets_the_notice_alone(self, article, desk, mailed):
        desk["begun"].email = ""
        desk["begun"].save()
        mails = mailed(notices.withdrawn, article, desk["publisher"])
        assert told(article) == {"begun", "writer"}
        assert receivers(mails) == ["writer@example.org"]


class TestMail:
    def test_says_which_article_and_where_it_is(self, article, desk, mailed):
        message = mailed(notices.submitted, article, desk["begun"])[0]
        address = reverse("admin:articles_article_change", args=[article.pk])
        assert message.subject == "Submitted for review: The ferry ran late"
        assert f"https://news.example{address}" in message.body
        assert message.extra_headers["Auto-Submitted"] == "auto-generated"
        assert "&" not in message.body

    def test_a_headline_cannot_add_a_header_nor_markup(self, desk, mailed):
        article = make_article(
            'Fish & "chips"\r\nBcc: all@example.org',
            created_by=desk["begun"],
        )
        message = mailed(notices.withdrawn, article, desk["editor"])[0]
        assert message.subject == ('Withdrawn: Fish & "chips" Bcc: all@example.org')
        assert message.recipients() == ["begun@example.org"]
        assert 'Fish & "chips"' in message.body
        message.message()  # refuses what is no header

    def test_a_very_long_headline_and_remark_fit(self, desk, mailed):
        article = make_article("Long " * 60, created_by=desk["begun"])
        remark = "word " * 1000
        message = mailed(notices.sent_back, article, desk["editor"], remark)[0]
        assert message.body.count("word") == 1000
        assert len(article.notices.get().text) == 300

    def test_one_per_person_for_what_is_told_together(
        self, desk, django_capture_on_commit_callbacks
    ):
        articles = [make_article(created_by=desk["begun"]) for _ in range(120)]
        with notices.together():
            for article in articles:
                with django_capture_on_commit_callbacks(execute=True):
                    publishing.announce(article)
        (message,) = mail.outbox
        assert message.subject == "120 messages from the desk"
        assert articles[0].headline in message.body
        assert articles[119].headline not in message.body
        assert "And 20 more" in message.body
        assert Notice.objects.count() == 120

    def test_is_sent_only_for_what_was_saved(self, article, desk):
        notices.submitted(article, desk["begun"])
        assert mail.outbox == []


class Refusing(EmailBackend):
    """A mail server that knows one address less than we do."""

    def send_messages(self, messages):
        for message in messages:
            if message.to == ["editor@example.org"]:
                message.extra_headers["Subject"] = "a\nb"
        return super().send_messages(messages)


class TestMailThatCannotBeSent:
    def test_spoils_nothing_and_is_logged(
        self, article, desk, settings, mailed, caplog
    ):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody listens
        article.publish(NOON)
        with caplog.at_level(logging.ERROR):
            mailed(publishing.announce, article)
        assert told(article) == {"begun", "writer"}
        assert Article.objects.get(pk=article.pk).announced_at
        assert "No mail could be sent (of 2)" in caplog.text

    def test_keeps_no_other_from_being_sent(
        self, article, desk, settings, mailed, caplog
    ):
        settings.EMAIL_BACKEND = f"{__name__}.Refusing"
        mails = mailed(notices.submitted, article, desk["begun"])
        assert receivers(mails) == ["pub@example.org"]
        assert "The mail to editor@example.org was not sent" in caplog.text


def test_the_query_count_does_not_grow_with_the_people(
    article, desk, django_assert_num_queries
):
    for number in range(20):
        make_user(f"more{number}", "editor", email=f"more{number}@example.org")
    # the people, their notices
    with django_assert_num_queries(2):
        notices.submitted(article, desk["begun"])
    assert article.notices.count() == 22


class TestOnTheDesk:
    def test_every_page_says_how_many_are_new(self, article, desk, client):
        client.force_login(desk["writer"])
        index = reverse("admin:index")
        assert "notices-count" not in client.get(index).content.decode()
        notices.withdrawn(article, desk["editor"])
        page = client.get(index).content.decode()
        assert 'class="notices-count"' in page
        assert "1 new<" in page
        client.force_login(desk["stranger"])
        assert "notices-count" not in client.get(index).content.decode()

    def test_the_list_shows_ones_own_and_marks_one_as_seen(self, article, desk, client):
        other = make_article("The tide", created_by=desk["begun"])
        for row in (article, other):
            notices.withdrawn(row, desk["editor"])
        client.force_login(desk["begun"])
        address = reverse("admin:articles_article_notices")
        page = client.get(address).content.decode()
        assert "The ferry ran late" in page
        assert "The tide" in page
        one = desk["begun"].notices.get(article=other)
        response = client.post(
            reverse("admin:articles_article_notices_seen"), {"notice": one.pk}
        )
        assert response.url == address
        assert list(
            notices.unseen(desk["begun"]).values_list("article", flat=True)
        ) == [article.pk]
        assert notices.unseen(desk["writer"]).count() == 1

    def test_all_are_marked_up_to_the_newest_that_was_shown(
        self, article, desk, client
    ):
        notices.withdrawn(article, desk["editor"])
        shown = desk["begun"].notices.get()
        notices.sent_back(article, desk["editor"])
        client.force_login(desk["begun"])
        client.post(
            reverse("admin:articles_article_notices_seen"),
            {"until": shown.pk, "next": "https://elsewhere.example/"},
        )
        (left,) = notices.unseen(desk["begun"])
        assert left.pk > shown.pk

    def test_nobody_marks_somebody_elses(self, article, desk, client):
        notices.withdrawn(article, desk["editor"])
        notice = desk["begun"].notices.get()
        client.force_login(desk["stranger"])
        seen = reverse("admin:articles_article_notices_seen")
        response = client.post(seen, {"notice": notice.pk, "next": "//evil.example/"})
        assert response.url == reverse("admin:articles_article_notices")
        assert client.get(seen).status_code == 405
        assert notices.unseen(desk["begun"]).count() == 1

    def test_what_one_may_no_longer_see_is_not_named(self, article, desk, client):
        notices.withdrawn(article, desk["editor"])
        article.bylines.all().delete()
        client.force_login(desk["writer"])
        page = client.get(reverse("admin:articles_article_notices")).content.decode()
        assert "ferry" not in page
        assert notices.unseen(desk["writer"]).count() == 0
        assert notices.unseen(desk["begun"]).count() == 1

    def test_opening_the_article_is_having_seen_it(self, article, desk, client):
        notices.sent_back(article, desk["editor"])
        client.force_login(desk["begun"])
        client.get(reverse("admin:articles_article_change", args=[article.pk]))
        assert notices.unseen(desk["begun"]).count() == 0
        assert notices.unseen(desk["writer"]).count() == 1

    def test_the_lists_queries_do_not_grow(
        self, article, desk, client, django_assert_max_num_queries
    ):
        for _ in range(30):
            notices.sent_back(article, desk["editor"])
        client.force_login(desk["begun"])
        # session, user, permissions (2), publication, the count, the page and its
        # number, the notices, what is new
        with django_assert_max_num_queries(10):
            client.get(reverse("admin:articles_article_notices"))


class TestFromTheDesk:
    def act(self, client, action, articles):
        return client.post(
            reverse("admin:articles_article_changelist"),
            {
                "action": action,
                "_selected_action": [article.pk for article in articles],
            },
        )

    @pytest.mark.django_db(transaction=True)
    def test_a_bulk_action_sends_one_mail_per_person(self, desk, client):
        drafts = [
            make_article(status=Status.DRAFT, created_by=desk["begun"])
            for _ in range(3)
        ]
        client.force_login(desk["begun"])
        self.act(client, "submit", drafts)
        assert [told(article) for article in drafts] == [{"editor", "publisher"}] * 3
        assert receivers(mail.outbox) == ["editor@example.org", "pub@example.org"]
        assert drafts[2].headline in mail.outbox[0].body

    def test_bulk_publishing_tells_at_once_and_names_the_publisher(
        self, article, desk, client, django_capture_on_commit_callbacks
    ):
        client.force_login(desk["publisher"])
        with django_capture_on_commit_callbacks(execute=True):
            self.act(client, "publish", [article])
        assert told(article) == {"begun", "writer"}
        assert article.notices.first().text == "publisher published it."
        assert not Article.objects.unannounced().exists()
        self.act(client, "withdraw", [article])
        assert article.notices.count() == 4

    def test_the_buttons_of_the_form_tell_the_right_people(self, article, desk):
        def press(name, user, **options):
            offered = {verb.name: verb for verb in verbs_for(article, user, article)}
            perform(offered[name], article, user, **options)
            last = article.notices.first()
            return last.text, told(article)

        assert press("submit", desk["begun"]) == (
            "begun submitted it for review.",
            {"editor", "publisher"},
        )
        Notice.objects.all().delete()
        assert press("send_back", desk["editor"], note="Who says so?") == (
            "editor sent it back. “Who says so?”",
            {"begun", "writer"},
        )
