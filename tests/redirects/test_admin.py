"""The desk's list of redirects, their form and tables, and the inbox."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from authors.sheets import read_sheet
from newsroom.dashboard import dashboard
from newsroom.redirects.addresses import digest
from newsroom.redirects.models import MissingPage, Redirect
from newsroom.redirects.tables import RedirectTable
from tests.articles.test_tables import plan_of
from tests.authors.test_sheets import upload
from tests.authors.test_tables import problems
from tests.factories import make_article, make_user
from tests.redirects.test_redirects import make_redirect

pytestmark = pytest.mark.django_db

LIST = reverse("admin:redirects_redirect_changelist")
ADD = reverse("admin:redirects_redirect_add")
INBOX = reverse("admin:redirects_missingpage_changelist")
IMPORT = reverse("admin:redirects_redirect_import")
CSV = reverse("admin:redirects_redirect_table", args=["csv"])
FORM = {"old": "/old/", "match": "exact", "target": "/new/", "answer": "301"}


@pytest.fixture
def desk(client):
    client.force_login(make_user("erin", "editor"))
    return client


def make_missing(address, **fields):
    now = timezone.now()
    fields = {"hits": 1, "first_seen_at": now, "last_seen_at": now} | fields
    return MissingPage.objects.create(address=address, digest=digest(address), **fields)


class TestForm:
    def test_makes_a_redirect(self, desk):
        assert desk.post(ADD, FORM).status_code == 302
        redirect = Redirect.objects.get()
        assert (redirect.old, redirect.target, redirect.made_by) == (
            "/old/", "/new/", "editor",
        )  # fmt: skip
        assert desk.get("/old/").status_code == 301

    @pytest.mark.parametrize(
        ("more", "is_told"),
        [
            ({"target": "/nothing/"}, True),
            ({"target": "/nothing/", "match": "prefix"}, True),
            ({"target": "/nothing/", "match": "prefix", "keeps_rest": "on"}, False),
            ({"target": "/nothing/$1", "match": "pattern", "old": "/x/*"}, False),
            ({"target": "/story/"}, False),
            ({"target": "/story/?plain#end"}, False),
            ({"target": "/search/?q=x"}, False),
            ({"target": "/media/documents/x.pdf"}, False),
            ({"target": "/led/"}, False),
            ({"target": "https://elsewhere.example/"}, False),
            ({"target": "", "answer": "410"}, False),
        ],
    )
    def test_warns_of_a_target_where_nothing_stands(self, more, is_told, desk):
        make_article(path="/story/")
        make_redirect("/led/", "/story/", match="prefix")
        page = desk.post(ADD, FORM | more, follow=True).content.decode()
        assert "was added successfully" in page
        assert ("No page stands at" in page) is is_told

    def test_takes_a_story_by_its_headline(self, desk):
        article = make_article()
        hidden = make_article(status="draft")
        page = desk.post(ADD, FORM | {"target": "", "story": hidden.pk})
        assert "Choose a story that readers can see" in page.content.decode()
        desk.post(ADD, FORM | {"target": "", "story": article.pk})
        assert Redirect.objects.get().target == article.path

    @pytest.mark.parametrize(
        ("more", "field", "told"),
        [
            ({"old": "/admin/x"}, "old", "belong to the site itself"),
            ({"target": "//evil.example"}, "target", "https://"),
            ({"target": ""}, "target", "Say where it leads"),
            ({"answer": "410"}, "target", "leave this empty"),
            ({"target": "/old/"}, "target", "leads to itself"),
            ({"old": "/taken/"}, "old", "already"),
            ({"old": ""}, "old", "required"),
            ({"old": "/x" * 1500}, "old", "2000"),
        ],
    )
    def test_says_what_cannot_be_and_keeps_what_was_typed(
        self, more, field, told, desk
    ):
        make_redirect("/taken/", "/x/")
        page = desk.post(ADD, FORM | more | {"note": "typed"})
        form = page.context["adminform"].form
        assert told in " ".join(form.errors[field])
        assert 'value="typed"' in page.content.decode()
        assert Redirect.objects.count() == 1

    def test_says_that_a_page_stands_there(self, desk):
        redirect = make_redirect("/old/", "/new/")
        url = reverse("admin:redirects_redirect_change", args=[redirect.pk])
        assert "This redirect rests" not in desk.get(url).content.decode()
        make_article(path="/old/")
        assert "This redirect rests" in desk.get(url).content.decode()
        # Its note can be changed all the same.
        assert desk.post(url, FORM | {"note": "x"}).status_code == 302

    def test_changes_and_deletes(self, desk):
        redirect = make_redirect("/old/", "/new/")
        url = reverse("admin:redirects_redirect_change", args=[redirect.pk])
        assert "0 hits, last used: never" in desk.get(url).content.decode()
        desk.post(url, FORM | {"target": "/newer/", "answer": "302"})
        redirect.refresh_from_db()
        assert (redirect.target, redirect.answer) == ("/newer/", 302)
        delete = reverse("admin:redirects_redirect_delete", args=[redirect.pk])
        desk.post(delete, {"post": "yes"})
        assert desk.get("/old/").status_code == 404


class TestList:
    def test_marks_what_rests(self, desk):
        make_redirect("/old/", "/new/")
        make_redirect("/other/", "/new/")
        assert "rests" not in desk.get(LIST).content.decode()
        make_article(path="/old/")
        html = desk.get(LIST).content.decode()
        assert html.count("rests: a page stands there") == 1
        assert "rests" in html.partition(">/old/<")[2].partition("</tr>")[0]

    def test_searches_and_filters(self, desk):
        make_redirect("/one.htm", "/x/")
        make_redirect("/two.htm", made_by="merge")
        assert b"/one.htm" in desk.get(LIST, {"q": "one"}).content
        for query in ({"made_by": "merge"}, {"answer": "410"}, {"used": "never"}):
            html = desk.get(LIST, query | {"q": "two"}).content.decode()
            assert "/two.htm" in html
            assert "/one.htm" not in html
        assert b"/one.htm" not in desk.get(LIST, {"used": "month"}).content

    def test_query_count_does_not_grow(self, desk, django_assert_max_num_queries):
        Redirect.objects.all().delete()
        for number in range(30):
            make_redirect(f"/{number}", "/x/")
        # the session, the user and their rights, two counts and the rows; the articles
        # and the pages that stand at their old addresses
        with django_assert_max_num_queries(10):
            desk.get(LIST)


class TestWhoMay:
    @pytest.mark.parametrize(
        ("group", "status"),
        [
            ("contributor", 403),
            ("advertising manager", 403),
            ("editor", 200),
            ("publisher", 200),
        ],
    )
    def test_see_lists_and_forms(self, group, status, client):
        make_missing("/x/")
        client.force_login(make_user(None, group))
        for url in (LIST, ADD, INBOX, CSV, IMPORT):
            assert client.get(url).status_code == status, url

    def test_only_looking_changes_nothing(self, client):
        page = make_missing("/x/")
        user = make_user()
        names = ["view_redirect", "view_missingpage"]
        user.user_permissions.set(Permission.objects.filter(codename__in=names))
        client.force_login(user)
        assert "_gone" not in client.get(INBOX).content.decode()
        assert client.post(INBOX, {"_gone": page.pk}).status_code == 403
        assert client.post(ADD, FORM).status_code == 403
        redirect = make_redirect("/old/", "/new/")
        url = reverse("admin:redirects_redirect_change", args=[redirect.pk])
        assert client.get(url).status_code == 200
        assert not Redirect.objects.exclude(pk=redirect.pk).exists()


class TestInbox:
    def test_shows_what_waits_with_the_likeliest_page(self, desk):
        thaw = make_article("The long thaw")
        make_missing("/2004/long-thaw.htm", hits=7, referrers=[["/links/", 3]])
        make_missing("/zebra/")
        make_missing("/.env", is_probe=True)
        make_missing("/robots/", hits=0, robot_hits=9)
        make_missing("/ignored/", is_settled=True)
        html = desk.get(INBOX).content.decode()
        for shown in ("/2004/long-thaw.htm", thaw.path, "/links/", "/zebra/"):
            assert shown in html
        assert html.count('name="_accept"') == 1
        assert f'<span class="address quiet">{thaw.path}</span>' in html
        for hidden in ("/.env", "/robots/", "/ignored/"):
            assert hidden not in html
        for part, shown in (
            ("probes", "/.env"), ("robots", "/robots/"), ("ignored", "/ignored/"),
        ):  # fmt: skip
            html = desk.get(INBOX, {"show": part}).content.decode()
            assert shown in html
            assert "/zebra/" not in html

    def test_one_click_accepts(self, desk):
        thaw = make_article("The long thaw")
        page = make_missing("/2004/long-thaw.htm")
        told = desk.post(INBOX, {"_accept": page.pk}, follow=True).content.decode()
        redirect = Redirect.objects.get()
        assert f"“/2004/long-thaw.htm” leads to {thaw.path} from now on." in told
        assert reverse("admin:redirects_redirect_change", args=[redirect.pk]) in told
        assert (redirect.old, redirect.target, redirect.made_by) == (
            "/2004/long-thaw.htm", thaw.path, "suggestion",
        )  # fmt: skip
        assert not MissingPage.objects.exists()
        assert LogEntry.objects.filter(object_id=redirect.pk).exists()

    def test_or_says_that_it_is_gone(self, desk):
        page = make_missing("/x?id=7")
        told = desk.post(INBOX, {"_gone": page.pk}, follow=True).content.decode()
        assert "“/x?id=7” is said to be gone (410) from now on." in told
        assert desk.get("/x?id=7").status_code == 410
        for nonsense in ("x", "9" * 30, "-1", ""):
            assert desk.post(INBOX, {"_gone": nonsense}).status_code == 302

    def test_another_page_is_chosen_in_a_form_that_knows_the_address(self, desk):
        make_missing("/x?id=7&n=1")
        html = desk.get(INBOX).content.decode()
        address = f"{ADD}?old=%2Fx%3Fid%3D7%26n%3D1"
        assert address in html
        form = desk.get(address).content.decode()
        assert 'value="/x?id=7&amp;n=1"' in form

    def test_many_at_once(self, desk):
        make_article("The long thaw")
        likely, unlikely = make_missing("/long-thaw.htm"), make_missing("/zebra/")
        chosen = {"_selected_action": [likely.pk, unlikely.pk]}
        page = desk.post(INBOX, chosen | {"action": "accept_selected"}, follow=True)
        html = page.content.decode()
        assert "“/long-thaw.htm” leads to" in html
        assert "/zebra/: nothing is likely" in html
        desk.post(INBOX, {"action": "ignore", "_selected_action": [unlikely.pk]})
        assert not MissingPage.objects.waiting().exists()
        again = {"action": "ask_again", "_selected_action": [unlikely.pk]}
        desk.post(f"{INBOX}?show=ignored", again)
        assert MissingPage.objects.waiting().count() == 1
        gone = {"action": "mark_gone", "_selected_action": [unlikely.pk]}
        desk.post(INBOX, gone)
        assert Redirect.objects.get(old="/zebra/").answer == 410

    def test_an_address_is_no_markup(self, desk):
        make_missing("/%3Cscript%3E", referrers=[["https://x.example/<b>", 1]])
        html = desk.get(INBOX).content.decode()
        assert "<b>1</b>" in html
        assert "x.example/<b>" not in html

    def test_the_first_page_of_the_desk_counts_them(self, desk):
        editor = make_user("ed", "editor")
        assert dashboard(editor)["missing"] == 0
        make_missing("/x/")
        make_missing("/.env", is_probe=True)
        assert dashboard(editor)["missing"] == 1
        assert INBOX in desk.get(reverse("admin:index")).content.decode()
        assert "missing" not in dashboard(make_user("cora", "contributor"))


HEADER = ["old address", "leads to", "covers", "answer", "keep what follows"]


class TestTables:
    def imported(self, desk, text):
        page = desk.post(IMPORT, {"file": upload(text)})
        assert not problems(page.context["plan"])
        packed = {"packed": page.context["packed"]}
        return desk.post(IMPORT, packed, follow=True).content.decode()

    def test_leave_and_come_back_unchanged(self, desk):
        make_redirect("/old.htm", "/new/", note="=1+1")
        make_redirect("/gone/")
        make_redirect("/a/*.htm", "/b/$1/", match="pattern", answer=302)
        make_redirect("/c/", "/d/", match="prefix", keeps_rest=False)
        content = desk.get(CSV).content
        sheet = read_sheet(upload(content))
        assert sheet.header[:5] == HEADER
        rows = {cells[0]: cells for _n, cells in sheet.rows}
        assert rows["/a/*.htm"][1:5] == ["/b/$1/", "pattern", "302", "yes"]
        assert rows["/gone/"][1:4] == ["", "exact", "410"]
        page = desk.post(IMPORT, {"file": upload(content)})
        assert len(page.context["plan"].same) == 4
        assert not page.context["plan"].changed

    def test_come_in_with_chains_flattened(self, desk):
        make_redirect("/a", "/b")
        make_redirect("/d", "/stored/")
        html = self.imported(
            desk,
            "old address,leads to,covers,answer,hits\n"
            "/b,/c,,,99\n/c,/d,,,\n/x/,/y/,everything below,,\n/z,,,410,\n/A,/b,,,\n",
        )
        assert "5 rows are new" in html
        ends = dict(Redirect.objects.values_list("old", "target"))
        assert ends["/a"] == ends["/b"] == ends["/c"] == ends["/A"] == "/stored/"
        assert Redirect.objects.get(old="/z").answer == 410
        assert Redirect.objects.get(old="/x/").match == "prefix"
        assert not Redirect.objects.filter(hits=99).exists()

    def test_a_row_changes_the_redirect_of_its_address(self, desk):
        make_redirect("/caf%C3%A9", "/new/", note="kept")
        html = self.imported(desk, "old address;leads to\n/café;/newer/\n")
        assert "1 was changed" in html
        redirect = Redirect.objects.get()
        assert (redirect.target, redirect.note) == ("/newer/", "kept")
        self.imported(desk, "old address;answer\n/café;410\n")
        assert desk.get("/café").status_code == 410

    @pytest.mark.parametrize(
        ("rows", "number", "told"),
        [
            ([["/admin/x", "/y/"]], 2, "belong to the site itself"),
            ([["/x", "//evil.example"]], 2, "https://"),
            ([["/x", ""]], 2, "Say where it leads"),
            ([["/x", "/y", "folder"]], 2, "none of these"),
            ([["", "/y"]], 2, "no old address"),
            ([["/x", "/y"], ["/x", "/z"]], 3, "about the same"),
            ([["/x", "/x"]], 2, "in a ring"),
            ([["/x", "/y"], ["/y", "/x"]], 2, "in a ring"),
            ([["/x/", "/y/", "prefix"], ["/y/", "/x/", "prefix"]], 2, "in a ring"),
            ([["/s2", "/s1"]], 2, "itself"),
            ([["/live/", "/y/"]], 2, "A page stands"),
        ],
    )
    def test_what_cannot_be_is_named(self, rows, number, told):
        make_redirect("/s1", "/s2")
        make_article(path="/live/")
        rows = [[*row, *[""] * (3 - len(row))] for row in rows]
        plan = plan_of(RedirectTable(), HEADER[:3], *rows)
        assert any(
            n == number and told in sentence for n, _c, sentence in problems(plan)
        )
        assert Redirect.objects.count() == 1
