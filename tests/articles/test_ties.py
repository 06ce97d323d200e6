"""What lists an article knows when readers may see it, whatever was done to it."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from articles import publishing
from articles.models import Article, ArticleTag, Byline
from tests.factories import NOON, make_article, make_author, make_tag, make_user

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
Status = Article.Status


@pytest.fixture
def story():
    return make_article(authors=[make_author()], tags=[make_tag()])


def moments(story):
    """Return the moments of the story's ties: one pair, if they agree."""
    rows = [
        *ArticleTag.objects.filter(content_object=story),
        *Byline.objects.filter(article=story),
    ]
    assert rows
    (pair,) = {(row.published_at, row.expires_at) for row in rows}
    return pair


class TestTies:
    def test_are_made_with_the_moments_of_a_published_story(self, story):
        assert moments(story) == (NOON, None)

    def test_of_a_draft_have_none(self):
        draft = make_article(
            status=Status.DRAFT, published_at=NOON, authors=[make_author()]
        )
        assert moments(draft) == (None, None)

    def test_follow_every_verb(self, story):
        user = make_user("pat", "publisher")
        publishing.withdraw(story, user)
        assert moments(story) == (None, None)
        story.publish()
        assert moments(story) == (NOON, None)
        publishing.move_to_trash(story, user)
        assert moments(story) == (None, None)
        publishing.take_from_trash(story, as_it_was=True)
        assert moments(story) == (NOON, None)

    def test_follow_an_end_that_is_set_and_one_that_is_taken_back(self, story):
        story.expires_at = NOON + HOUR
        story.save(update_fields=["expires_at"])
        assert moments(story) == (NOON, NOON + HOUR)
        story.expires_at = None
        story.save()
        assert moments(story) == (NOON, None)

    def test_follow_what_is_written_in_bulk(self, story):
        Article.objects.filter(pk=story.pk).update(published_at=NOON + HOUR)
        assert moments(story) == (NOON + HOUR, None)
        story.status = Status.WITHDRAWN
        Article.objects.bulk_update([story], ["status"])
        assert moments(story) == (None, None)

    def test_are_filled_where_they_are_made_in_bulk(self):
        story, draft = make_article(), make_article(status=Status.DRAFT)
        tag, author = make_tag(), make_author()
        for article in (story, draft):
            ArticleTag.objects.bulk_create(
                [ArticleTag(content_object=article, tag=tag)]
            )
            Byline.objects.bulk_create([Byline(article=article, author=author)])
        assert moments(story) == (NOON, None)
        assert moments(draft) == (None, None)

    def test_agree_with_the_articles_at_every_moment(self):
        tag, now = make_tag(), timezone.now()
        for published_at, expires_at in (
            (now - HOUR, None), (now + HOUR, None), (now - HOUR, now), (now, None),
            (now - 2 * HOUR, now + HOUR),
        ):  # fmt: skip
            make_article(published_at=published_at, expires_at=expires_at, tags=[tag])
        for at in (now - 2 * HOUR, now - HOUR, now, now + HOUR, now + 2 * HOUR):
            ties = ArticleTag.objects.filter(tag=tag).live(at).keys_newest_first()
            live = Article.objects.live(at).keys_newest_first()
            assert list(ties) == list(live)


class TestCheckLists:
    def test_finds_and_repairs_what_was_written_past_the_models(self, story, capsys):
        ArticleTag.objects.filter(content_object=story).update(published_at=None)
        with pytest.raises(SystemExit):
            call_command("check_lists")
        assert ArticleTag.objects.out_of_step().count() == 1
        call_command("check_lists", "--repair")
        assert moments(story) == (NOON, None)
        call_command("check_lists")
        assert "as they should" in capsys.readouterr().out
