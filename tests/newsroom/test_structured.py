"""What pages say to search engines and networks."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import TestCase

from articles.models import Article, Correction, Page
from authors.models import AuthorLink
from newsroom import social
from newsroom.models import Publication
from tests.factories import (
    NOON,
    image_file,
    make_article,
    make_author,
    make_page,
    make_picture,
    make_section,
    make_series,
    make_tag,
)
from tests.structured import SCRIPT, things_of

HOUR = timedelta(hours=1)


def things_at(client, address):
    return things_of(client.get(address).content.decode())


def story_at(client, address):
    return things_at(client, address)["NewsArticle"]


class AStory(TestCase):
    def test_says_everything_the_records_say(self):
        Publication.objects.create(name="The Lantern")
        ada = make_author("Ada Lane", tagline="Columnist")
        for kind, url in (("social", "https://a.test/"), ("book", "https://b.test/")):
            AuthorLink.objects.create(author=ada, kind=kind, url=url)
        article = make_article(
            "The mill stops",
            path="/mill/",
            standfirst="After 90 years.",
            body="<p>One two three <em>four</em>.</p>",
            section=make_section("News"),
            tags=[make_tag("water"), make_tag("work")],
            authors=[ada],
            material_update_at=NOON + HOUR,
            sources="The records of 1934\nThe miller",
            ai_use="A machine wrote down the talks.",
            language="en-GB",
        )
        article.bylines.create(author=make_author("Ben Hill"), role="Photographs")
        row = Correction.objects.create(article=article, text="It was a Tuesday.")
        story = story_at(self.client, "/mill/")
        self.assertEqual(story["headline"], "The mill stops")
        self.assertEqual(story["description"], "After 90 years.")
        self.assertEqual(story["url"], "http://testserver/mill/")
        self.assertEqual(story["datePublished"], "2024-05-17T12:00:00+00:00")
        self.assertEqual(story["dateModified"], "2024-05-17T13:00:00+00:00")
        self.assertEqual(
            story["author"],
            [
                {
                    "@type": "Person",
                    "name": "Ada Lane",
                    "url": "http://testserver/authors/ada-lane/",
                    "jobTitle": "Columnist",
                    "sameAs": ["https://a.test/"],
                }
            ],
        )
        self.assertEqual([p["name"] for p in story["contributor"]], ["Ben Hill"])
        self.assertEqual(story["publisher"]["name"], "The Lantern")
        logo = story["publisher"]["logo"]["url"]
        self.assertEqual(logo, "http://testserver/static/site/logo.png")
        self.assertEqual(story["articleSection"], "News")
        self.assertEqual(story["keywords"], ["water", "work"])
        self.assertEqual(story["wordCount"], 4)
        self.assertEqual(story["inLanguage"], "en-GB")
        self.assertIs(story["isAccessibleForFree"], True)
        self.assertEqual(story["citation"], ["The records of 1934", "The miller"])
        self.assertIn("A machine wrote down the talks.", story["backstory"])
        (said,) = story["correction"]
        self.assertEqual(said["@type"], "CorrectionComment")
        self.assertEqual(said["text"], "It was a Tuesday.")
        self.assertEqual(said["@id"], f"http://testserver/mill/#{row.anchor}")
        self.assertContains(self.client.get("/mill/"), f'id="{row.anchor}"')

    def test_offers_its_picture_in_three_shapes(self):
        picture = make_picture(2000, 1500, caption="The mill", credit="Ben Hill")
        picture.finish()
        picture.refresh_from_db()
        make_article(path="/mill/", lead_picture=picture)
        images = story_at(self.client, "/mill/")["image"]
        shapes = [round(image["width"] / image["height"], 1) for image in images]
        self.assertEqual(shapes, [1.8, 1.3, 1.0])
        self.assertEqual({image["creditText"] for image in images}, {"Ben Hill"})
        self.assertEqual(len({image["url"] for image in images}), 3)
        for image in images:
            # Google's least: 50,000 pixels.
            self.assertGreaterEqual(image["width"] * image["height"], 50_000)
            path = image["url"].removeprefix("http://testserver")
            self.assertEqual(self.client.get(path).status_code, 200)

    def test_names_the_publications_logo(self):
        publication = Publication.objects.create(name="The Lantern")
        publication.logo.save("logo.jpg", image_file(300, 300, format="JPEG"))
        make_article(path="/mill/")
        logo = story_at(self.client, "/mill/")["publisher"]["logo"]["url"]
        self.assertTrue(logo.startswith("http://testserver/media/publication/"))
        path = logo.removeprefix("http://testserver")
        self.assertEqual(self.client.get(path).status_code, 200)

    def test_of_nobody_is_the_publications(self):
        Publication.objects.create(name="The Lantern")
        make_article(path="/mill/")
        (author,) = story_at(self.client, "/mill/")["author"]
        self.assertEqual(author["name"], "The Lantern")

    def test_no_text_can_end_the_script(self):
        make_article("</script><b>&amp;<!--", path="/mill/", sources="</SCRIPT>")
        page = self.client.get("/mill/").content.decode()
        self.assertEqual(
            things_of(page)["NewsArticle"]["headline"], "</script><b>&amp;<!--"
        )
        (text,) = SCRIPT.findall(page)
        self.assertNotIn("<", text)

    def test_of_an_author_whose_link_is_no_web_address_says_no_more(self):
        ada = make_author("Ada")
        AuthorLink.objects.create(author=ada, kind="website", url="javascript:alert(1)")
        make_article(path="/mill/", authors=[ada])
        self.assertNotIn("sameAs", story_at(self.client, "/mill/")["author"][0])

    def test_stands_where_it_belongs(self):
        section = make_section("News")
        make_article("The mill", path="/mill/", section=section)
        steps = things_at(self.client, "/mill/")["BreadcrumbList"]["itemListElement"]
        self.assertEqual(
            [(step["position"], step["name"], step["item"]) for step in steps],
            [
                (1, "Newsroom", "http://testserver/"),
                (2, "News", "http://testserver/sections/news/"),
                (3, "The mill", "http://testserver/mill/"),
            ],
        )

    def test_costs_no_query(self):
        ada = make_author("Ada Lane")
        AuthorLink.objects.create(author=ada, kind="social", url="https://a.test/")
        make_article(path="/mill/", authors=[ada], tags=[make_tag("a")])
        # the article with all that stands beside it, its neighbours, furniture
        with self.assertNumQueries(3):
            self.client.get("/mill/")

    def test_that_is_not_out_says_nothing(self):
        make_article(path="/mill/", status=Article.Status.DRAFT, published_at=NOON)
        self.assertNotContains(
            self.client.get("/mill/"), "application/ld+json", status_code=404
        )


class Lists(TestCase):
    def test_say_the_way_to_them(self):
        parent = make_section("News")
        section, tag = make_section("Town", parent=parent), make_tag("water")
        series, ada = make_series("The flood"), make_author("Ada", tagline="Writes")
        make_article(section=section, tags=[tag], series=series, authors=[ada])
        for row, names in (
            (section, ["Newsroom", "News", "Town"]),
            (parent, ["Newsroom", "News"]),
            (tag, ["Newsroom", "Subjects", "water"]),
            (series, ["Newsroom", "The flood"]),
            (ada, ["Newsroom", "Authors", "Ada"]),
        ):
            with self.subTest(row=str(row)):
                address = row.get_absolute_url()
                things = things_at(self.client, address)
                steps = things["BreadcrumbList"]["itemListElement"]
                self.assertEqual([step["name"] for step in steps], names)
                self.assertEqual(steps[-1]["item"], f"http://testserver{address}")
        profile = things_at(self.client, ada.get_absolute_url())["ProfilePage"]
        self.assertEqual(profile["mainEntity"]["jobTitle"], "Writes")

    def test_say_what_they_are_about(self):
        picture = make_picture(1500, 1000, credit="Ada Lane")
        section = make_section("News", description="What is new.", picture=picture)
        series = make_series("The flood")
        make_article(section=section, series=series)
        page = things_at(self.client, "/sections/news/")["CollectionPage"]
        self.assertEqual(page["description"], "What is new.")
        shown = page["primaryImageOfPage"]
        self.assertEqual(shown["creditText"], "Ada Lane")
        self.assertTrue(shown["url"].startswith("http://testserver/media/pictures/"))
        page = things_at(self.client, series.get_absolute_url())["CollectionPage"]
        self.assertEqual(page["name"], "The flood")
        self.assertFalse({"description", "primaryImageOfPage"} & set(page))

    def test_the_home_page_says_who_publishes_it_and_how(self):
        Publication.objects.create(
            name="The Lantern", tagline="By lamplight", contact_email="desk@a.test"
        )
        make_page(path="/ethics/", purpose=Page.Purpose.ETHICS)
        make_page(path="/masthead/", purpose=Page.Purpose.MASTHEAD, is_published=False)
        things = things_at(self.client, "/")
        publisher, site = things["NewsMediaOrganization"], things["WebSite"]
        self.assertEqual(publisher["ethicsPolicy"], "http://testserver/ethics/")
        self.assertEqual(publisher["email"], "desk@a.test")
        self.assertNotIn("masthead", publisher)
        self.assertEqual(site["publisher"], {"@id": publisher["@id"]})
        self.assertEqual(site["name"], "The Lantern")
        self.assertEqual(site["description"], "By lamplight")
        # Search engines take it for another name of the site.
        self.assertNotIn("alternateName", site)


class TheSharedPicture(TestCase):
    def picture_of(self, address):
        page = self.client.get(address).content.decode()
        said = dict(
            re.findall(r'<meta property="(og:image[^"]*)" content="([^"]*)', page)
        )
        return said, page

    def test_is_the_storys_own_in_the_networks_shape(self):
        picture = make_picture(2400, 1600, alt="The mill at dusk")
        picture.finish()
        picture.refresh_from_db()
        make_article(path="/mill/", lead_picture=picture)
        said, page = self.picture_of("/mill/")
        self.assertEqual(said["og:image:width"], "1200")
        self.assertEqual(said["og:image:height"], "630")
        self.assertEqual(said["og:image:alt"], "The mill at dusk")
        self.assertIn('name="twitter:card" content="summary_large_image"', page)
        self.assertNotIn("/social-pictures/", page)

    def test_is_drawn_for_a_story_without_one(self):
        article = make_article("The mill stops", path="/mill/")
        said, _page = self.picture_of("/mill/")
        self.assertEqual(said["og:image:alt"], "The mill stops")
        address = said["og:image"].removeprefix("http://testserver")
        answer = self.client.get(address)
        self.assertEqual(answer["Content-Type"], "image/png")
        self.assertIn("max-age=31536000", answer["Cache-Control"])
        self.assertEqual(size_of(answer.content), (1200, 630))
        for image in story_at(self.client, "/mill/")["image"]:
            path = image["url"].removeprefix("http://testserver")
            drawn = size_of(self.client.get(path).content)
            self.assertEqual(drawn, (image["width"], image["height"]))
        article.headline = "The mill goes on"
        article.save(update_fields=["headline"])
        newer = self.picture_of("/mill/")[0]["og:image"]
        self.assertNotEqual(newer, said["og:image"])
        self.assertRedirects(
            self.client.get(address), newer.removeprefix("http://testserver")
        )
        article.withdraw()
        self.assertEqual(self.client.get(address).status_code, 404)

    def test_leaves_out_a_sign_that_no_font_has_and_not_the_headline(self):
        def drawn(headline):
            words = social.Words(headline, "News", "The Lantern", "en")
            return social.draw(words, (1200, 630))

        plain, nothing = drawn("Bread costs more"), drawn("")
        self.assertNotEqual(plain, nothing)
        # Signs for private use, and a bell.
        self.assertEqual(drawn("Bread \U000f1234 costs\a more"), plain)
        self.assertEqual(drawn("\U000f1234\U000f1235\U000f1236 a"), nothing)

    def test_is_of_no_story_that_is_not_out(self):
        make_article(
            "Secret", path="/a/", published_at=datetime(2999, 1, 1, tzinfo=UTC)
        )
        key = Article.objects.get().pk
        answer = self.client.get(f"/social-pictures/{key}-0123456789abcdef.png")
        self.assertEqual(answer.status_code, 404)


def size_of(png):
    assert png.startswith(b"\x89PNG")
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24])


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_browser_refuses_none_of_it(page, live_server):
    make_article(
        "The mill", path="/mill/", authors=[make_author("Ada")], tags=[make_tag("w")]
    )
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation',"
        " e => console.log('refused ' + e.violatedDirective))"
    )
    for path in ("/mill/", "/", "/tags/w/", "/authors/ada/"):
        page.goto(live_server.url + path)
        assert page.locator('script[type="application/ld+json"]').count() == 1
    assert said == []


class WhatListsSayOfThemselves(TestCase):
    """To networks and search engines, in their heads."""

    @classmethod
    def setUpTestData(cls):
        Publication.objects.create(name="The Lantern", description="News of a valley.")
        section = make_section("Weirs", parent=make_section("Water"))
        for _ in range(21):
            article = make_article(
                section=section,
                series=make_series("Flood") if not _ else None,
                tags=[make_tag("eels")] if not _ else (),
                authors=[make_author("Ada Lane", bio="<b>Ada</b> digs.")]
                if not _
                else (),
            )
        Correction.objects.create(article=article, text="No.", corrected_at=NOON)

    # Address, name, something of the description, the way to it.
    LISTS = (
        ("/archive/", "Archive", "by date", ["Archive"]),
        ("/archive/2024/", "2024", "of 2024", ["Archive", "2024"]),
        ("/archive/2024/05/", "May 2024", "of May 2024", ["Archive", "2024", "May"]),
        (
            *("/archive/2024/05/17/", "May 17, 2024", "of May 17, 2024"),
            ["Archive", "2024", "May", "May 17, 2024"],
        ),
        ("/tags/", "Subjects", "subjects", ["Subjects"]),
        ("/tags/eels/", "eels", "eels: the latest", ["Subjects", "eels"]),
        ("/authors/", "Authors", "writes", ["Authors"]),
        ("/authors/ada-lane/", "Ada Lane", "&lt;b&gt;Ada", ["Authors", "Ada Lane"]),
        ("/sections/weirs/", "Weirs", "Weirs: the latest", ["Water", "Weirs"]),
        ("/series/flood/", "Flood", "Flood: the latest", ["Flood"]),
        ("/corrections/", "Corrections", "wrong", ["Corrections"]),
        (
            *("/corrections/2024/05/", "Corrections of May 2024", "wrong"),
            ["Corrections", "May 2024"],
        ),
        ("/most-read/", "Most read", "read most", ["Most read"]),
    )

    def meta(self, address):
        page = self.client.get(address).content.decode()
        told = re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', page)
        self.assertEqual(len(told), len(dict(told)), told)
        return page, dict(told)

    def test_each_has_title_description_card_and_way(self):
        for address, name, about, way in self.LISTS:
            with self.subTest(address=address):
                page, said = self.meta(address)
                here = f"http://testserver{address}"
                self.assertEqual(said["og:title"], name)
                self.assertEqual((said["og:type"], said["og:url"]), ("website", here))
                self.assertIn(about, said["og:description"])
                self.assertEqual(said["description"], said["og:description"])
                self.assertEqual(said["twitter:card"], "summary")
                self.assertIn(f'<link rel="canonical" href="{here}">', page)
                steps = things_of(page)["BreadcrumbList"]["itemListElement"]
                self.assertEqual([s["name"] for s in steps], ["The Lantern", *way])
                self.assertEqual(steps[-1]["item"], here)
                for step in steps:
                    path = step["item"].removeprefix("http://testserver")
                    self.assertEqual(self.client.get(path).status_code, 200)

    def test_a_further_page_is_another_and_repeats_no_description(self):
        for address in ("/sections/weirs/", "/archive/2024/05/"):
            page, said = self.meta(f"{address}?page=2")
            here = f"http://testserver{address}?page=2"
            self.assertTrue(said["og:title"].endswith(", page 2"), said)
            self.assertEqual(said["og:url"], here)
            self.assertIn(f'<link rel="canonical" href="{here}">', page)
            self.assertNotIn("og:description", said)
            self.assertIn("BreadcrumbList", things_of(page))

    def test_so_does_the_home_page(self):
        _page, said = self.meta("/")
        self.assertEqual(said["og:title"], "The Lantern")
        self.assertEqual(said["og:description"], "News of a valley.")
        self.assertEqual(said["twitter:card"], "summary")
