from datetime import timedelta

from django.core.exceptions import ValidationError
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from newsroom.blocks.admin import state_of
from newsroom.blocks.models import AdvertiseBlock, ShareBlock, ShareNetwork
from tests.articles.test_admin_form import filled_form
from tests.factories import make_picture, make_section, make_tag, make_user

DAY = timedelta(days=1)
ADS = reverse("admin:blocks_advertiseblock_changelist")


def make_ad(name, **fields):
    fields = {"placement": "sidebar", "headline": name, "link_url": "/"} | fields
    return AdvertiseBlock.objects.create(name=name, **fields)


class Advertisements(TestCase):
    def setUp(self):
        self.client.force_login(make_user("may", "advertising manager"))

    def test_the_state_is_what_readers_see_and_filters_agree_with_it(self):
        now = timezone.now()
        ads = {
            "running": make_ad("Now", starts_at=now - DAY, ends_at=now + DAY),
            "planned": make_ad("Later", starts_at=now + DAY),
            "ended": make_ad("Before", ends_at=now - DAY),
            "off": make_ad("Never", is_active=False),
        }
        for state, ad in ads.items():
            with self.subTest(state=state):
                self.assertEqual(state_of(ad), state)
                self.assertIs(
                    AdvertiseBlock.objects.live().contains(ad), state == "running"
                )
                page = self.client.get(ADS, {"state": state})
                self.assertEqual(list(page.context["cl"].result_list), [ad])

    def test_is_made_with_picture_dates_and_where_it_shows(self):
        url = reverse("admin:blocks_advertiseblock_add")
        picture, section, tag = make_picture(), make_section(), make_tag()
        form = filled_form(self.client, url, "advertiseblock_form")
        form |= {
            "name": "Plants",
            "placement": "sidebar",
            "picture": picture.pk,
            "link_url": "https://nursery.example/",
            "starts_at": "2030-01-01T00:00",
            "sections": [section.pk],
            "not_tags": [tag.pk],
        }
        self.client.post(url, form)
        ad = AdvertiseBlock.objects.get()
        self.assertEqual(ad.picture, picture)
        self.assertEqual(list(ad.sections.all()), [section])
        self.assertEqual(list(ad.not_tags.all()), [tag])
        self.assertFalse(ad.tags.exists())

    def test_an_empty_advertisement_is_refused_with_a_sentence(self):
        url = reverse("admin:blocks_advertiseblock_add")
        form = filled_form(self.client, url, "advertiseblock_form")
        form |= {"name": "Empty", "placement": "sidebar", "link_url": "/"}
        page = self.client.post(url, form)
        self.assertContains(page, "it is empty.")
        self.assertFalse(AdvertiseBlock.objects.exists())

    def test_a_section_that_is_no_key_is_an_error_of_its_field(self):
        url = reverse("admin:blocks_advertiseblock_add")
        form = filled_form(self.client, url, "advertiseblock_form")
        form |= {"name": "Ad", "placement": "sidebar", "link_url": "/"}
        page = self.client.post(url, form | {"headline": "Kept", "sections": ["abc"]})
        self.assertContains(page, "is not a valid value")
        self.assertContains(page, "Kept")

    def test_a_link_that_readers_would_not_get_is_refused_at_the_field(self):
        url = reverse("admin:blocks_advertiseblock_add")
        form = filled_form(self.client, url, "advertiseblock_form")
        form |= {"name": "Ad", "placement": "sidebar", "headline": "Kept"}
        for address in ("javascript:alert(1)", "data:text/html,x", "not a link"):
            with self.subTest(address=address):
                page = self.client.post(url, form | {"link_url": address})
                self.assertContains(page, "Begin with https://")
                self.assertContains(page, "Kept")
                self.assertFalse(AdvertiseBlock.objects.exists())
        for address in ("/advertise/", "https://ad.example/?a=1"):
            self.client.post(url, form | {"link_url": address})
        self.assertEqual(AdvertiseBlock.objects.count(), 2)


class ShareBlocks(TestCase):
    def test_networks_stand_in_the_order_given(self):
        self.client.force_login(make_user("erin", "editor"))
        first, second, unused = [
            ShareNetwork.objects.create(
                name=name, url_pattern="https://x.example?{url}"
            )
            for name in ("Alpha", "Beta", "Gamma")
        ]
        url = reverse("admin:blocks_shareblock_add")
        form = filled_form(self.client, url, "shareblock_form")
        form |= {
            "name": "Below",
            "placement": "after_body",
            "block_networks-TOTAL_FORMS": "2",
            "block_networks-0-network": first.pk,
            "block_networks-0-position": "1",
            "block_networks-1-network": second.pk,
            "block_networks-1-position": "0",
        }
        self.client.post(url, form)
        block = ShareBlock.objects.get()
        networks = [row.network for row in block.block_networks.all()]
        self.assertEqual(networks, [second, first])
        self.assertNotIn(unused, networks)


class NetworkPattern(TestCase):
    def test_knows_two_places_to_fill_and_no_others(self):
        network = ShareNetwork(name="X", url_pattern="https://x.example/?u={url}")
        network.full_clean()
        for pattern in ("https://x.example/", "https://x.example/{url}{nope}"):
            network.url_pattern = pattern
            with self.assertRaises(ValidationError):
                network.full_clean()
