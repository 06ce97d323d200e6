"""What tests that commit leave behind: what Django's own flush leaves."""

from django.contrib.auth.models import Group, Permission
from django.test import TransactionTestCase

from tests import emptying
from tests.factories import make_article, make_tag


class Emptying(TransactionTestCase):
    def setUp(self):
        emptying.empty(self)  # the first time by Django's flush
        self.found = self.rights()

    def rights(self):
        return {
            group.name: set(group.permissions.values_list("codename", flat=True))
            for group in Group.objects.all()
        }

    def test_takes_rows_that_hang_on_others(self):
        article = make_article(tags=[make_tag()])
        emptying.empty(self)
        self.assertFalse(type(article).objects.exists())
        self.assertTrue(Permission.objects.exists())

    def test_gives_back_what_django_would_make(self):
        Group.objects.get(name="editor").permissions.clear()
        Group.objects.get(name="contributor").delete()
        Group.objects.create(name="guests")
        emptying.empty(self)
        self.assertEqual(self.rights(), self.found)
        self.assertNotIn("guests", self.found)
        self.assertTrue(self.found["contributor"])
