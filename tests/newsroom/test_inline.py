import re
from base64 import b64encode
from hashlib import sha256

from django.test import SimpleTestCase, TestCase

from newsroom.inline import FILES, FOLDER, shorten_script, shorten_style
from tests.factories import make_article, make_user


def braces(css):
    return re.findall(r"[{}]", css)


class Shortening(SimpleTestCase):
    def test_keeps_what_a_style_sheet_says(self):
        for css, short in (
            ("a { b: c; }", "a{b:c}"),
            ("a :is(b, c) > d + e { f: g }", "a :is(b,c)>d + e{f:g}"),
            ("/* a */ b { c: calc(1px + 2px); }", "b{c:calc(1px + 2px)}"),
            (
                'a::before { content: "; }  /* x */ "; }',
                'a::before{content:"; }  /* x */ "}',
            ),
            ("a { b: c / d; }", "a{b:c / d}"),
            (
                "@media (a: b) and (c: d) { e { f: g; } }",
                "@media (a:b) and (c:d){e{f:g}}",
            ),
        ):
            with self.subTest(css=css):
                self.assertEqual(shorten_style(css), short)

    def test_loses_no_rule_of_ours(self):
        for name in FILES["style-src"]:
            css = (FOLDER / name).read_text("utf-8")
            whole = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
            short = shorten_style(css)
            with self.subTest(name=name):
                self.assertEqual(braces(short), braces(whole))
                self.assertNotIn("/*", short)
                self.assertEqual(
                    re.sub(r"[\s;]", "", short), re.sub(r"[\s;]", "", whole)
                )

    def test_keeps_the_lines_of_a_script(self):
        script = "// Why.\nif (a) {\n  b(); // c\n}\n\n"
        self.assertEqual(shorten_script(script), "if (a) {\nb(); // c\n}")


class ThePolicy(TestCase):
    def policy_of(self, address):
        header = self.client.get(address)["Content-Security-Policy"]
        return dict(part.split(" ", 1) for part in header.split("; "))

    def test_allows_every_page_what_stands_in_it_and_nothing_else(self):
        make_article(path="/a/")
        for address in ("/", "/a/", "/a/?plain", "/tags/", "/nowhere/"):
            page = self.client.get(address).content.decode()
            policy = self.policy_of(address)
            for name in ("style", "script"):
                texts = re.findall(rf"<{name}>(.*?)</{name}>", page, re.DOTALL)
                for text in texts:
                    digest = b64encode(sha256(text.encode()).digest()).decode()
                    with self.subTest(address=address, name=name):
                        self.assertIn(f"'sha256-{digest}'", policy[f"{name}-src"])
            self.assertNotIn("unsafe", str(policy))
            self.assertIn("<style>", page)

    def test_allows_the_desk_the_same_for_its_preview(self):
        self.client.force_login(make_user(is_staff=True))
        policy = self.policy_of("/admin/")
        self.assertIn("sha256", policy["style-src"])
        self.assertNotIn("unsafe", str(policy))
