"""The inbox of missing pages: what is counted, what is not, and how much."""

import threading

import pytest

from newsroom.redirects import counting, suggesting
from newsroom.redirects.models import MissingPage
from newsroom.redirects.suggesting import suggest
from newsroom.search import indexing
from tests.factories import make_article, make_page, make_tag
from tests.redirects.test_redirects import make_redirect

pytestmark = pytest.mark.django_db
PERSON = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def ask(client, path, agent=PERSON, referrer=""):
    headers = {"user-agent": agent} | ({"referer": referrer} if referrer else {})
    return client.get(path, headers=headers)


def missing():
    counting.missing.flush()
    return {page.address: page for page in MissingPage.objects.all()}


class TestCounting:
    def test_hits_days_and_referrers_without_who_asked(self, client):
        make_page(path="/here/")
        for _ in range(2):
            ask(client, "/a%7Eb/?utm_source=x", referrer="http://testserver/b?q=secret")
        ask(
            client, "/a~b/", referrer="https://user:pw@Links.example/x?mail=a@b.example"
        )
        ask(client, "/here/")
        (page,) = missing().values()
        assert (page.address, page.hits, page.robot_hits) == ("/a~b/", 3, 0)
        assert page.referrers == [["/b", 2], ["https://links.example/x", 1]]
        assert page.first_seen_at <= page.last_seen_at
        told = str(MissingPage.objects.values().get())
        for secret in ("secret", "pw", "mail", "Firefox", "127.0.0.1"):
            assert secret not in told

    def test_neither_what_was_searched_nor_pages_of_lists(self, client):
        make_tag("water")
        ask(client, "/search/?q=alice%40example.org&page=500")
        ask(client, "/search/?q=alice%40example.org&page=0")
        ask(client, "/tags/water/?page=99")
        assert missing() == {}

    def test_referrers_are_the_most_frequent_few(self, client):
        for number in range(9):
            for _ in range(number + 1):
                ask(client, "/x/", referrer=f"https://s{number}.example/")
        counts = [count for _address, count in missing()["/x/"].referrers]
        assert counts == [9, 8, 7, 6, 5]

    def test_robots_and_probes_wait_elsewhere(self, client):
        ask(client, "/robots-only/", agent="Googlebot/2.1")
        ask(client, "/both/", agent="Googlebot/2.1")
        ask(client, "/both/")
        for probe in ("/wp-login.php", "/.env", "/a/.git/config", "/x.sql"):
            ask(client, probe)
        pages = missing()
        assert pages["/robots-only/"].robot_hits == 1
        assert pages["/.env"].is_probe
        assert [page.address for page in MissingPage.objects.waiting()] == ["/both/"]

    @pytest.mark.parametrize(
        "path",
        ["/?p=12x", "/index.php?id=7", "/2004/05/environment.html", "/cgi/", "/sql/"],
    )
    def test_old_addresses_are_no_probes(self, path):
        assert not counting.PROBE.search(path)

    def test_what_is_too_long_or_the_desks_own_is_not_kept(self, client):
        ask(client, "/" + "x" * 600)
        ask(client, "/media/x.png")
        ask(client, "/admin/x/")
        client.post("/x/")
        assert missing() == {}

    def test_a_storm_fills_neither_memory_nor_disk(self, client, monkeypatch):
        for name, value in (("MOST", 50), ("KEPT", 60), ("LEFT", 40)):
            monkeypatch.setattr(counting, name, value)
        for _ in range(3):
            ask(client, "/wanted/")
        ask(client, "/settled/")
        missing()
        MissingPage.objects.filter(address="/settled/").update(is_settled=True)
        for wave in range(3):
            for number in range(80):
                ask(client, f"/storm/{wave}/{number}")
            assert len(counting.missing.waiting) == 50
            counting.missing.flush()
            assert MissingPage.objects.count() <= 60
        assert {"/wanted/", "/settled/"} <= missing().keys()

    def test_threads_lose_no_hit(self):
        buffer = counting.Buffer(counting.write_missing, flushed_after=None)
        now = counting.timezone.now()

        def many():
            for _ in range(200):
                buffer.add("/x/", counting.Count(now, hits=1))

        threads = [threading.Thread(target=many) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        buffer.flush()
        assert MissingPage.objects.get().hits == 800

    def test_hits_that_cannot_be_written_wait(self, monkeypatch):
        written = []

        def write(counts):
            if not written:
                written.append(None)
                raise counting.Error("locked")
            written.append(counts)

        buffer = counting.Buffer(write, flushed_after=None)
        buffer.add("/x/", counting.Count(counting.timezone.now(), hits=2))
        buffer.flush()
        buffer.add("/x/", counting.Count(counting.timezone.now(), hits=1))
        buffer.flush()
        assert written[1]["/x/"].hits == 3


def test_a_redirect_takes_out_what_it_answers(client):
    for path in ("/a/", "/a/b", "/a?x=1", "/c1.htm", "/c2.htm", "/d/"):
        ask(client, path)
    assert len(missing()) == 6
    make_redirect("/a", "/new/")
    assert missing().keys() == {"/a/", "/a/b", "/c1.htm", "/c2.htm", "/d/"}
    make_redirect("/c*.htm", "/new/$1/", match="pattern")
    make_redirect("/a/", "/new/", match="prefix")
    assert missing().keys() == {"/d/"}


class TestSuggestions:
    @pytest.mark.parametrize(
        ("stored", "asked"),
        [
            ("/2004/05/thaw/", "/2004/05/thaw.html"),
            ("/2004/05/thaw/", "/2004/05/17/thaw/"),
            ("/2004/05/thaw/", "/2004/5/thaw"),
            ("/2004/05/thaw/", "/2004/05/Thaw/"),
            ("/2004/05/thaw.htm", "/2004/05/thaw.html"),
            ("/about/", "/about/index.html"),
            ("/about/", "/about/amp"),
            ("/thaw.htm", "/thaw"),
        ],
    )
    def test_the_same_address_in_another_spelling_is_likeliest(self, stored, asked):
        make_article("About the thaw, again", path="/x/")
        make_article("Something else", path=stored)
        assert suggest([asked])[asked].target == stored

    def test_words_find_a_story_and_rare_ones_count_most(self):
        thaw = make_article("The long thaw at Kettle Falls")
        make_article("A long day")
        make_article("A long night")
        tag = make_tag("salmon ladders")
        make_article("A thaw in secret", status="draft")
        asked = ["/stories/long-thaw-kettle.asp", "/salmon_ladders", "/zebra-crossing"]
        found = suggest(asked)
        assert found[asked[0]].target == thaw.path
        assert "kettle" in found[asked[0]].why
        assert found[asked[1]].target == tag.get_absolute_url()
        assert asked[2] not in found

    @pytest.mark.parametrize(
        ("stored", "asked"),
        [
            ("/story.php?id=6&lang=en", "/story.php?lang=en&id=6"),
            ("/story.php?id=6", "/story.php?id=6&print=1"),
            ("/News/A17.HTM", "/news/a17.htm"),
        ],
    )
    def test_parameters_and_capitals_make_no_other_page(self, stored, asked):
        make_article("Six, in English", path="/story.php/en/lang/id/6/a17/")
        make_article("Something else", path=stored)
        assert suggest([asked])[asked].target == stored
        assert "spelled" in suggest([asked])[asked].why

    def test_an_old_home_page_is_the_home_page(self):
        make_article("Home, a memoir", path="/home.htm")
        asked = ["/index.html", "/Default.aspx", "/home", "/a/index.html", "/index-b"]
        found = suggest(asked)
        assert [found[each].target for each in asked[:2]] == ["/", "/"]
        # A page of that name goes before.
        assert found["/home"].target == "/home.htm"
        assert not {"/a/index.html", "/index-b"} & found.keys()

    def test_words_find_what_is_older_than_the_newest(self, monkeypatch):
        monkeypatch.setattr(suggesting, "AMONG", 1)
        old = make_article("Die Größe der langen Flut", path="/1998/7.htm")
        make_article("Größe der Flut, unseen", status="draft")
        make_article("The long flood", path="/new/")
        indexing.drain()
        asked = ["/x/Größe-Flut.html", "/y/größe-flut-zebra/", "/größe/", "/long-zz/"]
        found = suggest(asked)
        assert found[asked[0]].target == old.path
        assert "flut" in found[asked[0]].why
        # Not all of its words, one word only, or better than a part of them.
        assert asked[1] not in found
        assert asked[2] not in found
        assert found[asked[3]].target == "/new/"

    def test_one_word_says_something_where_it_is_rare_and_all_there_is(self):
        heron = make_article("A heron on the pier")
        for number in range(4):
            make_article(f"The ferry, part {number}")
        asked = ["/old/heron.htm", "/old/ferry.htm", "/old/heron-lantern.htm"]
        found = suggest(asked)
        assert found[asked[0]].target == heron.path
        assert not set(asked[1:]) & found.keys()

    def test_costs_the_same_for_many(self, django_assert_max_num_queries):
        make_article("The long thaw")
        with django_assert_max_num_queries(7):
            found = suggest([f"/old/{number}/long-thaw.htm" for number in range(25)])
        assert len(found) == 25

    @pytest.mark.parametrize("asked", ["/", "/%00", "/%E9", "/" + "a-" * 200, "/?"])
    def test_odd_addresses_have_none(self, asked):
        make_article("The long thaw")
        assert suggest([asked]) == {}
