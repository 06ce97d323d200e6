import io
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from articles.admin.picture_chooser import PER_PAGE
from articles.models import Picture
from tests.factories import image_file, make_picture, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def contributor(client):
    client.force_login(make_user("contributor", "contributor"))
    return client


def choose(client, **query):
    return client.get(reverse("admin:articles_picture_chooser"), query)


def upload(client, **fields):
    return client.post(reverse("admin:articles_picture_upload"), fields)


class TestLibrary:
    def test_tells_what_the_dialog_shows(self, contributor):
        picture = make_picture(alt="A river", caption="High water.", credit="B. Cam")
        (found,) = choose(contributor).json()["pictures"]
        assert found == {
            "id": picture.pk,
            "name": "A river",
            "title": "",
            "alt": "A river",
            "is_described": True,
            "caption": "High water.",
            "credit": "B. Cam",
            "rights_expired": False,
            "url": picture.file.url,
            "thumb": picture.url_near(400),
            "preview": picture.url_near(800),
            "width": 900,
            "height": 600,
        }
        assert "digest" not in found

    @pytest.mark.parametrize(
        "query", ["Titled", "river", "water", "cam", "cam river", ""]
    )
    def test_is_searched_in_every_word(self, contributor, query):
        wanted = make_picture(
            40, 30, title="Titled", alt="A river", caption="Water", credit="B. Cam"
        )
        make_picture(40, 30, alt="Something else")
        numbers = [
            each["id"] for each in choose(contributor, q=query).json()["pictures"]
        ]
        assert wanted.pk in numbers
        assert len(numbers) == (1 if query else 2)

    def test_comes_in_pages(self, contributor):
        picture = make_picture(40, 30)
        Picture.objects.bulk_create(
            Picture(file=picture.file.name, alt=f"Picture {n}") for n in range(PER_PAGE)
        )
        first = choose(contributor).json()
        second = choose(contributor, page=first["next"]).json()
        assert len(first["pictures"]) == PER_PAGE
        assert [each["id"] for each in second["pictures"]] == [picture.pk]
        assert second["next"] is None

    def test_takes_one_query_for_all_pictures(
        self, contributor, django_assert_max_num_queries
    ):
        for _ in range(3):
            make_picture(40, 30)
        # session, user, the user's and the groups' permissions, count, pictures
        with django_assert_max_num_queries(6):
            found = choose(contributor).json()["pictures"]
        assert len(found) == 3
        assert found[0]["id"] != found[1]["id"]

    def test_is_narrowed_to_ones_own_and_to_the_newest(
        self, contributor, django_user_model
    ):
        me = django_user_model.objects.get(username="contributor")
        mine = make_picture(40, 30, uploaded_by=me)
        other = make_picture(40, 30)
        Picture.objects.filter(pk=mine.pk).update(
            created_at=timezone.now() - timedelta(days=30)
        )
        for only, wanted in [
            ("mine", {mine.pk}),
            ("recent", {other.pk}),
            ("nonsense", {mine.pk, other.pk}),
        ]:
            answer = choose(contributor, only=only).json()
            assert {each["id"] for each in answer["pictures"]} == wanted
            assert answer["total"] == len(wanted)

    def test_marks_what_may_no_longer_be_printed(self, contributor):
        today = timezone.localdate()
        make_picture(40, 30, alt="Over", rights_expire_on=today - timedelta(days=1))
        make_picture(40, 30, alt="Today", rights_expire_on=today)
        found = choose(contributor).json()["pictures"]
        assert {each["alt"]: each["rights_expired"] for each in found} == {
            "Over": True,
            "Today": False,
        }

    def test_is_closed_to_strangers(self, client):
        make_picture(40, 30, alt="Secret")
        assert choose(client).status_code == 302
        client.force_login(make_user("reader", is_staff=False))
        assert choose(client).status_code == 302
        client.force_login(make_user("staff"))
        response = choose(client)
        assert response.status_code == 403
        assert b"Secret" not in response.content

    def test_answers_no_post(self, contributor):
        response = contributor.post(reverse("admin:articles_picture_chooser"))
        assert response.status_code == 405
        assert not Picture.objects.exists()


class TestUpload:
    def test_stores_a_described_picture(self, contributor):
        response = upload(
            contributor, upload=image_file(300, 200), alt="A square", credit="B. Cam"
        )
        assert response.status_code == 201
        picture = Picture.objects.get()
        assert response.json()["picture"]["id"] == picture.pk
        assert (picture.alt, picture.credit, picture.width) == (
            "A square",
            "B. Cam",
            300,
        )
        assert picture.renditions
        # The focal point is chosen later, on the picture's own page.
        assert picture.focal_x == 0.5

    def test_stores_a_decorative_picture(self, contributor):
        response = upload(contributor, upload=image_file(40, 30), is_decorative="on")
        assert response.json()["picture"]["alt"] == ""
        assert Picture.objects.get().is_decorative

    def test_takes_a_file_alone_and_says_that_words_are_missing(self, contributor):
        answer = upload(contributor, upload=image_file(40, 30, name="river.png"))
        assert answer.status_code == 201
        assert answer.json()["is_duplicate"] is False
        assert answer.json()["picture"]["is_described"] is False
        picture = Picture.objects.get()
        assert (picture.alt, picture.uploaded_name) == ("", "river.png")
        assert picture.uploaded_by.username == "contributor"

    def test_the_same_picture_again_is_the_one_that_is_there(self, contributor):
        first = upload(contributor, upload=image_file(40, 30), alt="A square").json()
        answer = upload(contributor, upload=image_file(40, 30), alt="Something else")
        assert answer.status_code == 200
        assert answer.json() == {**first, "is_duplicate": True}
        assert Picture.objects.get().alt == "A square"
        other = upload(contributor, upload=image_file(40, 30, color="red"))
        assert other.json()["is_duplicate"] is False

    def test_says_what_is_not_kept_of_an_animation(self, contributor):
        frames = [Image.new("RGB", (60, 40), color) for color in ("red", "teal")]
        out = io.BytesIO()
        frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
        moving = ContentFile(out.getvalue(), name="moving.gif")
        answer = upload(contributor, upload=moving)
        assert "only its first frame" in " ".join(answer.json()["remarks"])
        still = upload(contributor, upload=image_file(40, 30))
        assert still.json()["remarks"] == []

    def test_says_what_is_wrong_with_a_file(self, contributor):
        file = image_file(40, 30)
        file.file.truncate(60)
        response = upload(contributor, upload=file, alt="A square")
        assert response.status_code == 400
        (sentence,) = response.json()["errors"]["upload"]
        assert "damaged" in sentence
        assert not Picture.objects.exists()

    def test_says_that_the_disk_is_full_or_closed(
        self, contributor, settings, tmp_path
    ):
        settings.MEDIA_ROOT = tmp_path
        (tmp_path / "pictures").write_text("in the way of the folder")
        answer = upload(contributor, upload=image_file(40, 30))
        assert answer.status_code == 400
        (sentence,) = answer.json()["errors"]["upload"]
        assert "disk may be full" in sentence
        form = contributor.post(
            reverse("admin:articles_picture_add"),
            {"upload": image_file(40, 30), "title": "Typed"},
        )
        assert "disk may be full" in form.content.decode()
        assert 'value="Typed"' in form.content.decode()
        assert not Picture.objects.exists()

    def test_needs_the_permission_to_add(self, client):
        client.force_login(make_user("staff"))
        response = upload(client, upload=image_file(40, 30), alt="A square")
        assert response.status_code == 403
        assert not Picture.objects.exists()

    def test_needs_the_token(self):
        client = Client(enforce_csrf_checks=True)
        client.force_login(make_user("contributor", "contributor"))
        response = upload(client, upload=image_file(40, 30), alt="A square")
        assert response.status_code == 403
        assert not Picture.objects.exists()

    def test_is_in_the_pictures_history(self, contributor, django_user_model):
        upload(contributor, upload=image_file(40, 30), alt="A square")
        user = django_user_model.objects.get(username="contributor")
        entry = user.logentry_set.get()
        assert entry.object_id == str(Picture.objects.get().pk)
        assert not entry.is_change()
