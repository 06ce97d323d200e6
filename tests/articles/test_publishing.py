import json

import pytest

from articles import merging, publishing, revisions, signals
from articles.models import Article, Correction
from tests.factories import (
    NOON,
    make_article,
    make_author,
    make_picture,
    make_section,
    make_tag,
    make_user,
)

pytestmark = pytest.mark.django_db


def everything():
    """A published article with something in every place."""
    article = make_article(
        "Bridge opens",
        body="<p>It opens.</p>",
        section=make_section("City"),
        lead_picture=make_picture(),
        authors=[make_author("Ann"), make_author("Ben")],
        tags=[make_tag("bridges"), make_tag("city")],
    )
    Correction.objects.create(article=article, text="It was Monday.")
    return article


class TestSnapshots:
    def test_put_back_what_was_taken(self):
        article = everything()
        snapshot = json.loads(json.dumps(revisions.take(article)))
        other = make_article("Another", status="draft")
        assert revisions.put(other, snapshot) == []
        other = Article.objects.get(pk=other.pk)
        assert revisions.take(other) == snapshot
        assert other.path is None

    def test_name_what_was_deleted_since(self):
        article = everything()
        snapshot = revisions.take(article)
        article.section = None
        article.save()
        snapshot["section"]["id"] = 999_999
        snapshot["bylines"][0]["author"]["id"] = 999_999
        assert revisions.put(article, snapshot) == ["City", "Ann"]
        assert [str(line) for line in article.bylines.all()] == ["Ben"]
        assert article.section is None

    def test_follow_what_was_merged_since(self):
        article = everything()
        snapshot = revisions.take(article)
        ann, anna = article.bylines.first().author, make_author("Anna")
        bridges, crossings = article.tags.get(name="bridges"), make_tag("crossings")
        merging.merge(ann, anna)
        merging.merge(bridges, crossings)
        article.tags.clear()
        article.bylines.all().delete()
        assert revisions.put(article, snapshot) == []
        assert article.bylines.first().author == anna
        assert sorted(article.tags.names()) == ["city", "crossings"]


class TestWorkingCopy:
    def test_hides_changes_until_they_are_published(self):
        article, user = everything(), make_user()
        copy = publishing.open_working_copy(article, user)
        copy.headline = "Bridge opens twice"
        copy.save()
        copy.tags.add("water")
        revisions.set_bylines(copy, [(make_author("Cleo"), "", "")])
        live = Article.objects.get(pk=article.pk)
        assert live.state() == "changed"
        assert live.headline == "Bridge opens"
        assert copy not in Article.objects.live()

        publishing.publish_changes(article, user)
        live = Article.objects.get(pk=article.pk)
        assert live.state() == "live"
        assert live.headline == "Bridge opens twice"
        assert sorted(live.tags.names()) == ["bridges", "city", "water"]
        assert live.byline_text() == "Cleo"
        assert live.corrections.count() == 1
        assert live.path == article.path
        assert not Article.objects.filter(copy_of=article).exists()

    def test_takes_in_what_changed_in_the_live_row_alone(self):
        article, user = everything(), make_user()
        copy = publishing.open_working_copy(article, user)
        copy.headline = "Mine"
        copy.save()
        article.standfirst = "An import's"
        article.save()
        publishing.publish_changes(article, user)
        live = Article.objects.get(pk=article.pk)
        assert (live.headline, live.standfirst) == ("Mine", "An import's")

    def test_refuses_to_choose_between_two_changes(self):
        article, user = everything(), make_user()
        copy = publishing.open_working_copy(article, user)
        copy.headline = "Mine"
        copy.save()
        article.headline = "Theirs"
        article.save()
        with pytest.raises(publishing.Clash) as clash:
            publishing.publish_changes(article, user)
        assert clash.value.fields == ["headline"]
        assert Article.objects.get(pk=article.pk).headline == "Theirs"

    def test_a_new_name_is_no_change_of_what_refers_to_it(self):
        article, user = everything(), make_user()
        copy = publishing.open_working_copy(article, user)
        copy.section = sport = make_section("Sport")
        copy.save()
        copy.bylines.all()[0].delete()
        article.section.name = "Town"
        article.section.save()
        for author in article.authors.all():
            author.name += " Ash"
            author.save()
        publishing.publish_changes(article, user)
        live = Article.objects.get(pk=article.pk)
        assert live.section == sport
        assert [author.name for author in live.authors.all()] == ["Ben Ash"]

    def test_thrown_away_stays_in_the_history(self):
        article, user = everything(), make_user()
        copy = publishing.open_working_copy(article, user)
        copy.headline = "Mine"
        copy.save()
        publishing.discard_changes(article, user)
        live = Article.objects.get(pk=article.pk)
        assert live.state() == "live"
        assert live.headline == "Bridge opens"
        assert [r.snapshot["headline"] for r in live.revisions.all()] == [
            "Bridge opens",
            "Mine",
        ]


class TestRevisions:
    def test_are_numbered_and_a_plain_save_without_a_change_makes_none(self):
        article, user = everything(), make_user("eve")
        first = revisions.record(article, user)
        assert revisions.record(article, user) == first
        article.headline = "Other"
        article.save()
        second = revisions.record(article, user)
        assert (first.number, second.number) == (1, 2)
        assert second.was_public
        assert second.created_by_name == "eve"

    def test_restoring_makes_a_new_one(self):
        article, user = everything(), make_user()
        first = revisions.record(article, user)
        article.headline = "Other"
        article.published_at = NOON.replace(year=2023)
        article.save()
        revisions.record(article, user)
        assert revisions.restore(article, first, user) == []
        article = Article.objects.get(pk=article.pk)
        assert article.headline == "Bridge opens"
        assert article.published_at.year == 2023
        newest = article.revisions.first()
        assert (newest.number, newest.restored_from) == (3, first)


class TestTrash:
    def test_takes_an_article_from_readers_and_gives_it_back(self):
        article, user = everything(), make_user()
        publishing.move_to_trash(article, user)
        assert article.state() == "trashed"
        assert article not in Article.objects.live()
        assert article not in Article.objects.originals()
        publishing.take_from_trash(article, as_it_was=True)
        assert article.is_live()
        publishing.move_to_trash(article, user)
        publishing.take_from_trash(article, as_it_was=False)
        assert article.state() == "withdrawn"


class TestAnnouncing:
    def test_happens_once(self):
        article, told = make_article(), []

        def listen(sender, article, **kwargs):
            told.append(article)

        signals.article_went_out.connect(listen)
        try:
            assert publishing.announce(article)
            assert not publishing.announce(article)
        finally:
            signals.article_went_out.disconnect(listen)
        assert told == [article]
        assert article not in Article.objects.unannounced()
