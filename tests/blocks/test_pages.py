import re
from datetime import timedelta
from urllib.parse import quote

from django.test import TestCase
from django.utils import timezone

from newsroom.blocks.models import (
    AdvertiseBlock,
    ShareBlock,
    ShareBlockNetwork,
    ShareNetwork,
)
from tests.factories import (
    make_article,
    make_author,
    make_picture,
    make_section,
    make_tag,
)

HOUR = timedelta(hours=1)


def make_ad(headline="Boots", **fields):
    fields = {"placement": "above_article", "link_url": "/advertise/", **fields}
    return AdvertiseBlock.objects.create(headline=headline, **fields)


def make_share(call="Pass it on", **fields):
    return ShareBlock.objects.create(
        **{"placement": "above_article", **fields}, call=call
    )


class Placements(TestCase):
    def test_each_shows_its_blocks_and_no_others(self):
        article = make_article(body="<p>1</p><p>2</p><p>3</p><p>4</p>")
        on_article = ("above_article", "between_paragraphs", "after_body", "sidebar")
        for placement in (*on_article, "home", "footer"):
            make_ad(f"Boots {placement}", placement=placement)
        page, home = self.client.get(article.path), self.client.get("/")
        for placement in (*on_article, "footer"):
            self.assertContains(page, f"Boots {placement}", count=1)
        for placement in ("home", "sidebar", "footer"):
            self.assertContains(home, f"Boots {placement}", count=1)
        self.assertNotContains(page, "Boots home")
        self.assertNotContains(home, "Boots above_article")

    def test_between_paragraphs_is_between_paragraphs(self):
        make_ad(placement="between_paragraphs")
        article = make_article(body="<p>1</p><p>2</p><p>3</p><p>4</p>")
        page = self.client.get(article.path).content.decode()
        self.assertLess(page.index("<p>3</p>"), page.index("Boots"))
        self.assertLess(page.index("Boots"), page.index("<p>4</p>"))

    def test_blocks_stand_in_their_order_advertisements_first(self):
        make_share("Third", position=2)
        make_share("Nought", position=0)
        make_ad("Second", position=2)
        make_ad("First", position=1)
        page = self.client.get(make_article().path).content.decode()
        self.assertEqual(
            re.findall("Nought|First(?! pub)|Second|Third", page),
            ["Nought", "First", "Second", "Third"],
        )

    def test_only_blocks_that_run_now_are_shown(self):
        now = timezone.now()
        make_ad("Running", starts_at=now - HOUR, ends_at=now + HOUR)
        make_ad("Later", starts_at=now + HOUR)
        make_ad("Earlier", ends_at=now - HOUR)
        make_ad("Off", is_active=False)
        page = self.client.get(make_article().path)
        self.assertContains(page, "Running")
        for headline in ("Later", "Earlier", ">Off<"):
            self.assertNotContains(page, headline)

    def test_sections_and_tags_say_where(self):
        valley, river = make_section("Valley"), make_section("River")
        schools = make_section("Schools", parent=valley)
        salmon, roads = make_tag("salmon"), make_tag("roads")
        make_ad("In valley").sections.add(valley)
        make_ad("Not in valley").not_sections.add(valley)
        make_ad("On salmon").tags.add(salmon)
        make_ad("Not on salmon").not_tags.add(salmon)
        cases = [
            ({"section": valley}, ["In valley", "Not on salmon"]),
            ({"section": schools}, ["In valley", "Not on salmon"]),
            ({"section": river, "tags": [roads]}, ["Not in valley", "Not on salmon"]),
            ({"tags": [salmon, roads]}, ["Not in valley", "On salmon"]),
        ]
        for fields, wanted in cases:
            with self.subTest(fields=fields):
                page = self.client.get(make_article(**fields).path).content.decode()
                found = re.findall(r"<strong>(.*?)</strong>", page)
                self.assertEqual(found, wanted)

    def test_a_section_page_shows_its_own(self):
        valley, river = make_section("Valley"), make_section("River")
        make_ad("For the valley", placement="sidebar").sections.add(valley)
        self.assertContains(self.client.get("/sections/valley/"), "For the valley")
        self.assertNotContains(self.client.get("/sections/river/"), "For the valley")
        self.assertNotContains(self.client.get("/"), "For the valley")
        self.assertEqual(river.slug, "river")

    def test_an_article_can_refuse_advertisements_but_not_sharing(self):
        for placement in ("above_article", "sidebar", "footer"):
            make_ad(placement=placement)
        make_share()
        page = self.client.get(make_article(has_no_ads=True).path)
        self.assertNotContains(page, "Boots")
        self.assertContains(page, "Pass it on")


class Advertisements(TestCase):
    def ad(self):
        page = self.client.get(make_article().path).content.decode()
        return page[
            page.index('<div class="blocks at-') : page.index('<article class="story"')
        ]

    def test_say_what_they_are(self):
        make_ad(label="Paid for")
        self.assertInHTML('<p class="label">Paid for</p>', self.ad())

    def test_paid_links_are_marked_and_house_links_are_not(self):
        cases = [
            ({"link_url": "https://boots.example/", "advertiser": "B"}, True),
            ({"link_url": "https://boots.example/"}, True),
            ({"link_url": "/boots/", "advertiser": "B"}, True),
            ({"link_url": "/advertise/"}, False),
        ]
        for fields, is_sponsored in cases:
            with self.subTest(fields=fields):
                block = make_ad(**fields)
                words = 'rel="sponsored noopener"'
                self.assertIs(words in self.ad(), is_sponsored)
                block.delete()

    def test_lead_to_web_addresses_only(self):
        for address in (
            "javascript:x()",
            "data:text/html,x",
            "//evil.example",
            "/\\e.x",
            "/\t/evil.example",
        ):
            with self.subTest(address=address):
                block = make_ad(link_url=address)
                self.assertIn("Boots", self.ad())
                self.assertNotIn("href", self.ad())
                block.delete()

    def test_an_address_is_written_as_links_are(self):
        make_ad(link_url='https://boots.example/a b"<c>?q=1&r=é')
        self.assertIn(
            'href="https://boots.example/a%20b%22%3Cc%3E?q=1&amp;r=%C3%A9"', self.ad()
        )

    def test_keep_their_place_while_the_picture_loads(self):
        make_ad(picture=make_picture(80, 20))
        self.assertRegex(self.ad(), r'<img [^>]*width="80" height="20"')

    def test_are_escaped(self):
        mark = "<script>x</script>"
        make_ad(mark, text=mark, label=mark, link_label=mark, advertiser=mark)
        self.assertNotIn("<script>", self.ad())


class Sharing(TestCase):
    def share(self, **fields):
        page = self.client.get(make_article(**fields).path).content.decode()
        start = page.index('<div class="blocks at-')
        return page[start : page.index('<article class="story"')]

    def test_networks_get_the_encoded_address_and_title_in_their_order(self):
        block = make_share()
        for position, name in enumerate(["Zebra", "Apple", "Off"]):
            network = ShareNetwork.objects.create(
                name=name,
                url_pattern="https://n.example/?u={url}&t={title}",
                is_active=name != "Off",
            )
            ShareBlockNetwork.objects.create(
                block=block, network=network, position=position
            )
        share = self.share(headline='Rain & “shine" {url}', path="/old/a.htm")
        address = quote("http://testserver/old/a.htm", safe="")
        title = quote('Rain & “shine" {url}', safe="")
        self.assertIn(f"https://n.example/?u={address}&amp;t={title}", share)
        self.assertLess(share.index("Zebra"), share.index("Apple"))
        self.assertNotIn("Off", share)

    def test_a_network_without_a_web_address_is_left_out(self):
        network = ShareNetwork.objects.create(
            name="Bad", url_pattern="javascript:{url}"
        )
        ShareBlockNetwork.objects.create(block=make_share(), network=network)
        self.assertNotIn("Bad", self.share())

    def test_mail_works_without_a_script(self):
        make_share()
        share = self.share(headline="Rain & shine", path="/old/a.htm")
        self.assertIn(
            'href="mailto:?subject=Rain%20%26%20shine&amp;body='
            'http%3A%2F%2Ftestserver%2Fold%2Fa.htm"',
            share,
        )

    def test_passes_on_no_address_but_the_sites_own(self):
        make_share(placement="footer")
        page = self.client.generic("GET", "/", PATH_INFO="//evil.example/x")
        self.assertContains(
            page, 'data-address="http://testserver/evil.example/x"', status_code=404
        )

    def test_stand_in_the_language_of_the_site(self):
        make_share()
        article = make_article(path="/r/", language="ar")
        self.assertContains(
            self.client.get(article.path),
            '<div class="blocks at-above_article" lang="en" dir="ltr">',
        )

    def test_buttons_that_need_a_script_wait_for_it(self):
        make_share()
        for name in ("if-shares", "if-copies"):
            self.assertIn(f'<li class="{name}"><button', self.share())

    def test_shows_only_the_ways_an_editor_chose(self):
        make_share(has_native=False, has_copy=False, has_email=False)
        share = self.share()
        for words in ("data-share", "data-copy", "mailto:"):
            self.assertNotIn(words, share)

    def test_can_lead_to_a_page_that_says_more(self):
        make_share(link_url="/share-our-stories/", link_label="How to reprint")
        self.assertInHTML(
            '<a href="/share-our-stories/">How to reprint</a>', self.share()
        )


class TheCost(TestCase):
    def test_blocks_cost_no_query_of_their_own(self):
        article = make_article(authors=[make_author()])
        tags = [make_tag() for _ in range(3)]
        for _ in range(4):
            make_ad(picture=make_picture(60, 40)).not_tags.set(tags)
            block = make_share()
            network = ShareNetwork.objects.create(
                name=f"N{block.pk}", url_pattern="https://n.example/{url}"
            )
            ShareBlockNetwork.objects.create(block=block, network=network)
        # The article with all that belongs to it, neighbours, furniture.
        with self.assertNumQueries(3):
            self.client.get(article.path)
