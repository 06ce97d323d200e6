"""What leads where, and what no redirect may be."""

import pytest
from django.core.exceptions import ValidationError

from newsroom.redirects.models import Redirect
from newsroom.redirects.refusing import refuse
from tests.factories import make_article, make_page, make_section

pytestmark = pytest.mark.django_db


def make_redirect(old, target="", **fields):
    if not target:
        fields.setdefault("answer", 410)
    redirect = Redirect(old=old, target=target, **fields)
    refuse(redirect)
    redirect.save()
    return redirect


def ends(old):
    return Redirect.objects.get(old=old).target


def refused(old, target="", **fields):
    """Return {field: [sentence]} of what was refused."""
    with pytest.raises(ValidationError) as told:
        make_redirect(old, target, **fields)
    return told.value.message_dict


class TestChains:
    def test_are_flattened_from_both_ends(self):
        make_redirect("/a", "/b")
        make_redirect("/b", "/c")
        assert ends("/a") == "/c"
        make_redirect("/z", "/a")
        assert ends("/z") == "/c"
        assert ends("/b") == "/c"

    def test_of_what_is_gone_are_gone(self):
        make_redirect("/a", "/b")
        make_redirect("/b")
        assert Redirect.objects.get(old="/a").answer == 410
        assert ends("/a") == ""

    def test_stop_at_what_moved_for_now(self):
        make_redirect("/b", "/c", answer=302)
        make_redirect("/a", "/b")
        assert ends("/a") == "/b"

    def test_stop_at_a_page(self):
        make_redirect("/b/", "/c/", match="prefix")
        make_page(path="/b/here/")
        make_redirect("/a", "/b/here/")
        make_redirect("/a2", "/b/gone/")
        assert (ends("/a"), ends("/a2")) == ("/b/here/", "/c/gone/")

    def test_through_a_folder_made_later_are_flattened(self):
        make_redirect("/a", "/old/x")
        make_redirect("/a2", "/older/x")
        make_redirect("/old/", "/new/", match="prefix")
        assert (ends("/a"), ends("/a2")) == ("/new/x", "/older/x")

    def test_through_a_pattern_made_later_are_flattened(self):
        make_redirect("/a", "/old/x.htm")
        make_redirect("/old/*.htm", "/new/$1/", match="pattern")
        assert ends("/a") == "/new/x/"


class TestRings:
    @pytest.mark.parametrize("before", [301, 302])
    @pytest.mark.parametrize("answer", [301, 302])
    @pytest.mark.parametrize(
        "rules",
        [
            [("/a", "/a", "exact")],
            [("/a", "/a#part", "exact")],
            [("/%7Ea", "/~a", "exact")],
            [("/a/", "/a/b/", "prefix")],
            [("/a*", "/ab$1", "pattern")],
            [("/a", "/b", "exact"), ("/b", "/a", "exact")],
            [("/a", "/b", "exact"), ("/b", "/c", "exact"), ("/c", "/a", "exact")],
            [("/a/", "/b/", "prefix"), ("/b/", "/a/", "prefix")],
            [("/a/", "/b/", "prefix"), ("/b/x", "/a/x", "exact")],
            [("/b/x", "/a/x", "exact"), ("/a/", "/b/", "prefix")],
            [("/p/*", "/q/$1", "pattern"), ("/q/", "/p/", "prefix")],
            [("/p/*", "/q/$1", "pattern"), ("/q/*", "/p/$1", "pattern")],
        ],
    )
    def test_are_refused(self, rules, answer, before):
        *first, (old, target, match) = rules
        for rule in first:
            make_redirect(rule[0], rule[1], match=rule[2], answer=before)
        told = refused(old, target, match=match, answer=answer)
        assert "itself" in told["target"][0]
        assert Redirect.objects.count() == len(first)

    def test_a_folder_may_lead_to_a_page_in_it(self):
        make_page(path="/old/index.html")
        make_redirect("/old/", "/old/index.html", match="prefix", keeps_rest=False)
        assert "itself" in str(refused("/older/", "/older/x/", match="prefix"))

    def test_saving_without_the_form_refuses_them_too(self):
        Redirect.objects.create(old="/a", target="/b")
        with pytest.raises(ValidationError):
            Redirect.objects.create(old="/b", target="/a")


class TestRefusals:
    @pytest.mark.parametrize(
        ("old", "told"),
        [
            ("/admin/x", "belong to the site itself"),
            ("/%61dmin/x", "belong to the site itself"),
            ("/Admin/x", "belong to the site itself"),
            ("/media/x.pdf", "belong to the site itself"),
            ("/static/x.css", "belong to the site itself"),
            ("https://elsewhere.example/x", "begins with “/”"),
            ("x", "begins with “/”"),
            ("//x", "begins with one “/”"),
            ("/x#y", "no “#”"),
            ("/x%00", "no “#”"),
            ("/x*", "in a pattern only"),
            ("/" + "漢" * 1900, "too long once it is escaped"),
        ],
    )
    def test_an_old_address_is_one_of_this_site(self, old, told):
        assert told in refused(old, "/new/")["old"][0]

    @pytest.mark.parametrize(
        ("match", "old", "told"),
        [
            ("prefix", "/", "every missing page"),
            ("prefix", "/a/?b", "leave out the “?”"),
            ("pattern", "/a", "has a “*”"),
            ("pattern", "/*", "every missing page"),
            ("pattern", "/*/*", "every missing page"),
            ("pattern", "/a" + "*x" * 10, "nine “*” at most"),
        ],
    )
    def test_a_rule_for_many_has_bounds(self, match, old, told):
        assert told in refused(old, "/new/", match=match)["old"][0]

    @pytest.mark.parametrize(
        "target",
        [
            "//evil.example/", "/\\evil.example/", "javascript:alert(1)", "new",
            "https://", "/new page/", "/new\r\nSet-Cookie: a=b", "ftp://x.example/",
        ],
    )  # fmt: skip
    def test_a_target_is_a_page_or_a_web_address(self, target):
        assert "https://" in refused("/a", target)["target"][0]

    def test_a_target_has_a_host_that_can_be(self):
        assert "no address" in refused("/a", "https://[x/")["target"][0]

    def test_a_target_is_needed_unless_it_is_gone(self):
        assert "Say where" in refused("/a", "", answer=301)["target"][0]
        assert "leave this empty" in refused("/a", "/b", answer=410)["target"][0]

    @pytest.mark.parametrize(
        ("match", "old", "target", "told"),
        [
            ("prefix", "/a/", "https://x.example", "end this with “/”"),
            ("prefix", "/a/", "/b?c/", "end this with “/”"),
            ("pattern", "/a/*", "https://$1/", "not in it"),
            ("pattern", "/a/*", "https://x.example$1", "not in it"),
            ("pattern", "/a/*", "/b/$2", "fewer “*”"),
        ],
    )
    def test_what_was_asked_for_cannot_choose_the_site(self, match, old, target, told):
        assert told in refused(old, target, match=match)["target"][0]

    def test_a_page_that_stands_there_wins(self):
        article = make_article()
        section = make_section("News")
        for path in (article.path, section.get_absolute_url(), "/", "/tags/"):
            assert "A page stands" in refused(path, "/b/")["old"][0]
        make_redirect("/?p=12", article.path)
        make_redirect("/tags/never-was/", "/tags/")

    def test_an_address_is_covered_once(self):
        make_redirect("/caf%C3%A9", "/b")
        assert "already" in refused("/café", "/c")["old"][0]
        make_redirect("/café", "/c/", match="prefix")

    def test_patterns_of_a_folder_are_counted(self, monkeypatch):
        monkeypatch.setattr("newsroom.redirects.refusing.PATTERNS", 2)
        for number in range(2):
            make_redirect(f"/a/x{number}*", "/b/", match="pattern")
        assert "too many" in refused("/a/y*", "/b/", match="pattern")["old"][0]
        make_redirect("/c/y*", "/b/", match="pattern")


def test_an_address_of_this_site_needs_no_host(settings):
    settings.SITE_URL = "https://weir.example"
    redirect = make_redirect("https://weir.example/a?b=1", "https://weir.example/c#d")
    assert (redirect.old, redirect.target) == ("/a?b=1", "/c#d")


def test_a_lookup_is_one_query(django_assert_num_queries):
    make_redirect("/a/", "/b/", match="prefix")
    make_redirect("/a/*/x*", "/c/$1/", match="pattern")
    make_redirect("/a/1/x", "/d/")
    with django_assert_num_queries(1):
        assert Redirect.objects.leading("/a/1/x?utm_source=y").target == "/d/"
    assert Redirect.objects.leading("/a/2/x").match == "prefix"
    assert Redirect.objects.leading("/b/2/x") is None
