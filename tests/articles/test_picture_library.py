from datetime import timedelta
from urllib.parse import quote

import pytest
from django.contrib.admin.models import LogEntry
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from articles.models import Article, Picture
from tests.factories import image_file, make_article, make_page, make_picture, make_user

pytestmark = pytest.mark.django_db

LIST = reverse("admin:articles_picture_changelist")
MANY = reverse("admin:articles_picture_upload_many")
SHEET = reverse("admin:articles_picture_describe")
DUPLICATES = reverse("admin:articles_picture_duplicates")
UPLOAD = reverse("admin:articles_picture_upload")


@pytest.fixture(autouse=True)
def _no_old_texts():
    # Which pictures texts show is kept for a minute.
    cache.clear()


@pytest.fixture
def editor(client):
    client.user = make_user("erin", "editor")
    client.force_login(client.user)
    return client


@pytest.fixture
def publisher(client):
    client.user = make_user("pat", "publisher")
    client.force_login(client.user)
    return client


@pytest.fixture
def contributor(client):
    client.user = make_user("cora", "contributor")
    client.force_login(client.user)
    return client


def pictures(count=1, **fields):
    """Rows that share a file: making files takes a while."""
    first = make_picture(40, 30, **fields)
    rows = []
    for number in range(count):
        row = Picture.objects.get(pk=first.pk)
        if number:
            row.pk, row.digest = None, f"other{number}"
            row.save(force_insert=True)
        rows.append(row)
    return rows


def shown(client, **query):
    """The keys on a page of the library, in their order."""
    page = client.get(LIST, query)
    assert page.status_code == 200, page.get("Location")
    return [card["picture"].pk for card in page.context["cards"]]


class TestGrid:
    def test_shows_each_picture_with_what_is_to_be_cared_about(self, editor):
        day = timezone.localdate()
        pictures(title="Described")
        pictures(title="Silent", alt="")
        pictures(title="Over", rights_expire_on=day - timedelta(days=1))
        pictures(title="Ending", rights_expire_on=day + timedelta(days=9))
        marks = {
            str(card["picture"]): [kind for kind, _text in card["marks"]]
            for card in editor.get(LIST).context["cards"]
        }
        assert marks == {
            "Described": [],
            "Silent": ["soon"],
            "Over": ["bad"],
            "Ending": ["soon"],
        }

    def test_says_how_many_there_are_and_shows_as_many_as_asked(self, editor):
        pictures(30)
        page = editor.get(LIST, {"per": "24"})
        assert "30 pictures" in page.content.decode()
        assert len(page.context["cards"]) == 24
        assert len(shown(editor, per="24", p="2")) == 6
        assert len(shown(editor, per="1000000")) == 30

    def test_orders(self, editor):
        small, large = make_picture(40, 30, title="b"), make_picture(80, 60, title="A")
        rights = make_picture(41, 30, title="c", rights_expire_on=timezone.localdate())
        assert shown(editor) == [rights.pk, large.pk, small.pk]
        assert shown(editor, sort="oldest") == [small.pk, large.pk, rights.pk]
        assert shown(editor, sort="name") == [large.pk, small.pk, rights.pk]
        assert shown(editor, sort="largest")[0] == large.pk
        assert shown(editor, sort="rights")[0] == rights.pk
        assert shown(editor, sort="nonsense") == shown(editor)

    def test_remembers_the_view(self, editor):
        pictures()
        assert "cards" not in editor.get(LIST, {"view": "list"}).context
        assert "cards" not in editor.get(LIST).context
        assert "cards" in editor.get(LIST, {"view": "grid"}).context

    def test_searches_words_and_the_name_of_the_file(self, editor):
        wanted = make_picture(40, 30, uploaded_name="IMG_4711.jpg", caption="Flood")
        pictures(alt="Something else")
        assert shown(editor, q="4711 flood") == [wanted.pk]
        assert shown(editor, q="nothing") == []

    def test_takes_as_many_queries_for_ten_as_for_one(
        self, contributor, django_assert_max_num_queries
    ):
        pictures(10, licence="CC0")
        contributor.get(LIST)
        # session, user, two of permissions, publication, notices, count, pictures,
        # first and last month, licences
        with django_assert_max_num_queries(12):
            assert len(shown(contributor)) == 10

    def test_is_closed_to_who_may_not_see_pictures(self, client):
        pictures(title="Secret")
        client.force_login(make_user("staff"))
        for address in (LIST, MANY, SHEET, DUPLICATES):
            page = client.get(address)
            assert page.status_code == 403
            assert b"Secret" not in page.content

    def test_offers_no_changes_to_who_may_not_change(self, contributor):
        pictures()
        page = contributor.get(LIST)
        assert b"set_words" not in page.content
        assert b"delete_selected" not in page.content
        assert b"data-opens-upload" in page.content


class TestFilters:
    def test_words(self, editor):
        (silent,) = pictures(alt="", credit="Ada")
        (plain,) = pictures(alt="", is_decorative=True, credit="Ada")
        (bare,) = pictures()
        assert shown(editor, words="missing") == [silent.pk]
        assert shown(editor, words="decorative") == [plain.pk]
        assert shown(editor, words="uncredited") == [bare.pk]

    def test_rights(self, editor):
        day = timezone.localdate()
        ends = {
            name: pictures(rights_expire_on=day + timedelta(days=days))[0].pk
            for name, days in [("over", -1), ("today", 0), ("soon", 30), ("later", 31)]
        }
        (free,) = pictures(licence="CC0")
        (nothing,) = pictures()
        assert shown(editor, rights="over") == [ends["over"]]
        assert shown(editor, rights="soon") == [ends["soon"], ends["today"]]
        assert shown(editor, rights="open") == [nothing.pk, free.pk]
        assert shown(editor, rights="none") == [nothing.pk]

    def test_use(self, editor):
        lead, text, page, free = pictures(4)
        make_article(lead_picture=lead)
        figure = '<figure data-picture="{}"><img src="/x.jpg" alt=""></figure>'
        make_article(body=figure.format(text.pk))
        make_page(body=figure.format(page.pk))
        assert shown(editor, use="unused") == [free.pk]
        assert set(shown(editor, use="used")) == {lead.pk, text.pk, page.pk}

    def test_uploader_month_shape_and_licence(self, editor):
        wide = make_picture(40, 30, uploaded_by=editor.user, licence="CC BY")
        high, square = make_picture(30, 40), make_picture(30, 30)
        old = timezone.now().replace(year=2020, month=2, day=29)
        Picture.objects.filter(pk=wide.pk).update(created_at=old)
        assert shown(editor, by="me") == [wide.pk]
        assert shown(editor, month="2020-02") == [wide.pk]
        assert wide.pk not in shown(editor, month=f"{timezone.localdate():%Y-%m}")
        assert shown(editor, shape="landscape") == [wide.pk]
        assert shown(editor, shape="portrait") == [high.pk]
        assert shown(editor, shape="square") == [square.pk]
        assert shown(editor, licence="CC BY") == [wide.pk]

    @pytest.mark.parametrize("month", ["0000-01", "9999-12", "x", "2020-13", "%00"])
    def test_a_month_that_is_none_shows_no_error(self, editor, month):
        pictures()
        page = editor.get(f"{LIST}?month={quote(month)}")
        assert page.status_code == 200

    def test_stand_beside_each_other(self, editor):
        (wanted,) = pictures(alt="", licence="CC0")
        pictures(alt="")
        query = {"words": "missing", "licence": "CC0", "sort": "name", "per": "24"}
        assert shown(editor, **query) == [wanted.pk]


def upload_many(client, *files, **fields):
    return client.post(MANY, {"files": list(files), **fields})


class TestUploadWithoutJavaScript:
    def test_takes_many_files_and_says_the_same_of_all(self, contributor):
        answer = upload_many(
            contributor,
            image_file(40, 30, name="one.png"),
            image_file(40, 31, name="two.png"),
            credit="B. Cam",
        )
        rows = Picture.objects.order_by("pk")
        assert [row.uploaded_name for row in rows] == ["one.png", "two.png"]
        assert {row.credit for row in rows} == {"B. Cam"}
        assert {row.uploaded_by for row in rows} == {contributor.user}
        assert answer["Location"] == f"{SHEET}?pictures={rows[0].pk},{rows[1].pk}"
        assert "one.png" in contributor.get(answer["Location"]).content.decode()

    def test_one_that_is_refused_leaves_the_others(self, contributor):
        known = make_picture(40, 32, title="An old one")
        page = upload_many(
            contributor,
            image_file(40, 32, name="again.png"),
            ContentFile(b"<script>", name="bad.png"),
            image_file(40, 30, name="good.png"),
        )
        (new,) = Picture.objects.exclude(pk=known.pk)
        assert new.uploaded_name == "good.png"
        text = page.content.decode()
        assert "This is not a picture we can read" in text
        assert "An old one" in text
        assert f"{SHEET}?pictures={new.pk}" in text

    def test_asks_for_a_file(self, contributor):
        page = contributor.post(MANY, {})
        assert "Choose at least one file." in page.content.decode()
        assert not Picture.objects.exists()

    def test_needs_the_permission_to_add(self, client):
        user = make_user("ads", "advertising manager")
        user.groups.first().permissions.filter(codename="add_picture").delete()
        client.force_login(user)
        assert upload_many(client, image_file(40, 30)).status_code == 403
        assert not Picture.objects.exists()


def sheet(client, *rows, as_json=False, **fields):
    """Send the sheet of these pictures with other words in it."""
    keys = ",".join(str(row.pk) for row in rows)
    page = client.get(f"{SHEET}?pictures={keys}")
    sent = {"pictures": keys.split(",")}
    for row in page.context["rows"]:
        form = row["form"]
        sent[form.base_name] = form.base_input.split('value="')[1].split('"')[0]
        sent[form.base_name] = sent[form.base_name].replace("&quot;", '"')
        for name in form.fields:
            if value := form.get_initial_for_field(form.fields[name], name):
                sent[form.add_prefix(name)] = value
    headers = {"Accept": "application/json"} if as_json else {}
    return client.post(SHEET, sent | fields, headers=headers)


class TestSheet:
    def test_keeps_the_words_of_all(self, editor):
        one, two = pictures(2, alt="")
        answer = sheet(
            editor,
            one,
            two,
            **{f"p{one.pk}-alt": "A", f"p{two.pk}-is_decorative": "on"},
        )
        assert answer["Location"] == LIST
        one.refresh_from_db()
        two.refresh_from_db()
        assert (one.alt, two.is_decorative, two.alt) == ("A", True, "")
        # What was not changed has no entry in the history.
        assert LogEntry.objects.count() == 2

    def test_gives_what_is_said_of_all_to_those_that_have_none(self, editor):
        (own,) = pictures(credit="Ada")
        (bare,) = pictures()
        sheet(editor, own, bare, **{"all-credit": "B. Cam"})
        own.refresh_from_db()
        bare.refresh_from_db()
        assert (own.credit, bare.credit) == ("Ada", "B. Cam")

    def test_answers_what_became_of_one_row(self, editor):
        (one,) = pictures(alt="")
        answer = sheet(editor, one, as_json=True, **{f"p{one.pk}-alt": "A"})
        row = answer.json()["rows"][str(one.pk)]
        assert row["errors"] == {} and row["base"]
        one.refresh_from_db()
        assert one.alt == "A"
        long = {f"p{one.pk}-credit": "x" * 201}
        row = sheet(editor, one, as_json=True, **long).json()["rows"][str(one.pk)]
        assert "credit" in row["errors"]
        one.refresh_from_db()
        assert one.credit == ""

    def test_two_people_at_one_picture_are_asked(self, editor):
        (one,) = pictures(alt="")
        page = editor.get(f"{SHEET}?pictures={one.pk}")
        base = page.context["rows"][0]["form"].base_input
        Picture.objects.filter(pk=one.pk).update(alt="Theirs", credit="Ada")
        base = base.split('value="')[1].split('"')[0].replace("&quot;", '"')
        sent = {"pictures": one.pk, f"p{one.pk}-_base": base, f"p{one.pk}-alt": "Mine"}
        page = editor.post(SHEET, sent)
        assert "Two of you changed the same" in page.content.decode()
        one.refresh_from_db()
        assert (one.alt, one.credit) == ("Theirs", "Ada")

    def test_without_a_choice_it_asks_for_those_without_words(self, editor):
        pictures(alt="Told", title="Told")
        (silent,) = pictures(alt="")
        page = editor.get(SHEET)
        assert [row["picture"].pk for row in page.context["rows"]] == [silent.pk]
        assert "Told" not in page.content.decode()

    def test_goes_on_with_the_rest(self, editor):
        rows = pictures(61, alt="")
        page = editor.get(f"{SHEET}?pictures={','.join(str(r.pk) for r in rows)}")
        assert len(page.context["rows"]) == 60
        assert page.context["rest"] == str(rows[60].pk)
        answer = editor.post(SHEET, {"pictures": [], "rest": page.context["rest"]})
        assert answer["Location"] == f"{SHEET}?pictures={rows[60].pk}"

    @pytest.mark.parametrize("keys", ["x", "1,,2", "9" * 30, ""])
    def test_survives_keys_that_are_none(self, editor, keys):
        page = editor.get(SHEET, {"pictures": keys})
        assert page.status_code == 200
        assert page.context["rows"] == []


class TestOnesOwn:
    """Whoever uploaded a picture may describe it until readers see it."""

    def own(self, contributor, **fields):
        return pictures(alt="", uploaded_by=contributor.user, **fields)[0]

    def change(self, picture):
        return reverse("admin:articles_picture_change", args=[picture.pk])

    def test_a_contributor_describes_what_they_uploaded(self, contributor):
        own = self.own(contributor)
        sheet(contributor, own, **{f"p{own.pk}-alt": "Mine"})
        own.refresh_from_db()
        assert own.alt == "Mine"
        page = contributor.get(self.change(own)).content.decode()
        assert 'name="_save"' in page
        assert "deletelink" not in page

    def test_not_what_others_uploaded(self, contributor):
        (other,) = pictures(alt="", uploaded_by=make_user("erin", "editor"))
        page = contributor.get(f"{SHEET}?pictures={other.pk}")
        assert page.context["rows"] == []
        answer = contributor.post(
            SHEET, {"pictures": other.pk, f"p{other.pk}-alt": "Mine"}
        )
        assert answer.status_code == 403
        other.refresh_from_db()
        assert other.alt == ""

    @pytest.mark.parametrize("where", ["lead", "text", "page"])
    def test_not_what_readers_see(self, contributor, where):
        own = self.own(contributor)
        figure = f'<figure data-picture="{own.pk}"><img src="/x.jpg" alt=""></figure>'
        if where == "lead":
            make_article(lead_picture=own)
        elif where == "text":
            make_article(body=figure)
        else:
            make_page(body=figure)
        answer = contributor.post(SHEET, {"pictures": own.pk, f"p{own.pk}-alt": "Mine"})
        assert answer.status_code == 403
        assert b'name="_save"' not in contributor.get(self.change(own)).content

    def test_a_draft_of_theirs_is_not_seen(self, contributor):
        own = self.own(contributor)
        make_article(status=Article.Status.DRAFT, lead_picture=own)
        sheet(contributor, own, **{f"p{own.pk}-alt": "Mine"})
        own.refresh_from_db()
        assert own.alt == "Mine"


def act(client, action, rows, **fields):
    sent = {"action": action, "_selected_action": [row.pk for row in rows], **fields}
    return client.post(LIST, sent, follow=True)


class TestManyAtOnce:
    def test_get_one_credit_and_end_of_rights(self, editor):
        chosen, left = pictures(2, caption="Old", licence="CC0")
        page = act(editor, "set_words", [chosen])
        assert "This changes 1 picture." in page.content.decode()
        act(
            *(editor, "set_words", [chosen]),
            **{"_do": "1", "credit": "B. Cam", "rights_expire_on": "2030-01-31"},
            clears=["caption"],
        )
        chosen.refresh_from_db()
        left.refresh_from_db()
        assert (chosen.credit, chosen.caption, chosen.licence) == ("B. Cam", "", "CC0")
        assert str(chosen.rights_expire_on) == "2030-01-31"
        assert (left.credit, left.caption) == ("", "Old")
        assert LogEntry.objects.get().object_id == str(chosen.pk)

    def test_nothing_filled_in_changes_nothing(self, editor):
        (chosen,) = pictures(credit="Ada")
        page = act(editor, "set_words", [chosen], _do="1")
        assert "Fill in what they are to get." in page.content.decode()
        page = act(
            *(editor, "set_words", [chosen]), _do="1", credit="B", clears=["credit"]
        )
        assert "not both" in page.content.decode()
        chosen.refresh_from_db()
        assert chosen.credit == "Ada"

    def test_what_is_used_is_not_deleted_with_the_others(self, publisher):
        used, free = pictures(2)
        make_article(lead_picture=used)
        act(publisher, "delete_selected", [used, free], post="yes")
        assert list(Picture.objects.all()) == [used]


class TestDuplicates:
    def test_lists_what_has_one_content(self, editor):
        one, _other = pictures(2)
        twin = make_picture(40, 30)
        page = editor.get(DUPLICATES)
        (group,) = page.context["groups"]
        assert {card["picture"].pk for card in group} == {one.pk, twin.pk}
        # Editors may not delete.
        assert b'name="drop"' not in page.content

    def test_lists_what_looks_alike(self, editor):
        one, two, three = pictures(3)
        for row, likeness in [
            (one, "0123456789abcdef"),
            (two, "0123456789abcdee"),
            (three, "f0f0f0f0f0f0f0f0"),
        ]:
            Picture.objects.filter(pk=row.pk).update(likeness=likeness)
        (group,) = editor.get(DUPLICATES, {"kind": "alike"}).context["groups"]
        assert {card["picture"].pk for card in group} == {one.pk, two.pk}
        page = editor.get(reverse("admin:articles_picture_change", args=[one.pk]))
        assert list(page.context["alike"]) == [two]

    def test_keeps_one_in_the_place_of_the_others(self, publisher):
        kept, gone = make_picture(40, 30), make_picture(40, 30)
        article = make_article(lead_picture=gone)
        publisher.post(DUPLICATES, {"keep": kept.pk, "drop": [kept.pk, gone.pk]})
        article.refresh_from_db()
        assert article.lead_picture == kept
        assert list(Picture.objects.all()) == [kept]
        assert kept.file.storage.exists(kept.file.name)

    def test_needs_something_to_replace(self, publisher):
        (kept,) = pictures()
        for sent in ({}, {"keep": kept.pk}, {"keep": "x", "drop": kept.pk}):
            page = publisher.post(DUPLICATES, sent, follow=True)
            assert "Choose the one to keep" in page.content.decode()
        assert Picture.objects.count() == 1

    def test_is_left_to_who_may_delete(self, editor):
        kept, gone = make_picture(40, 30), make_picture(40, 30)
        answer = editor.post(DUPLICATES, {"keep": kept.pk, "drop": gone.pk})
        assert answer.status_code == 403
        assert Picture.objects.count() == 2


class TestChooser:
    def test_narrows_to_what_nothing_uses(self, contributor):
        used, free = pictures(2)
        make_article(lead_picture=used)
        answer = contributor.get(
            reverse("admin:articles_picture_chooser"), {"only": "unused"}
        ).json()
        assert [each["id"] for each in answer["pictures"]] == [free.pk]

    def test_an_upload_tells_what_looks_like_it(self, contributor):
        first = contributor.post(UPLOAD, {"upload": drawn(400, 300)}).json()
        second = contributor.post(UPLOAD, {"upload": drawn(200, 150)}).json()
        assert not first["is_duplicate"] and not second["is_duplicate"]
        assert first["alike"] == []
        assert [each["id"] for each in second["alike"]] == [first["picture"]["id"]]


def drawn(width, height):
    """A picture with something in it: flat ones have no likeness."""
    image = Image.radial_gradient("L").resize((400, 300)).crop((90, 20, 390, 220))
    file = image_file(1, 1, name="drawn.png")
    file.file.seek(0)
    file.file.truncate()
    image.resize((width, height)).convert("RGB").save(file.file, "PNG")
    file.file.seek(0)
    return ContentFile(file.file.read(), name="drawn.png")
