import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.importers.authorbox import owner, read_box, split_boxes
from articles.importers.marks import LINK_CLOSE, LINK_OPEN, TITLE_CLOSE, TITLE_OPEN
from articles.importers.sentences import sentences

NAME = "Tom Reed"


def box(text):
    return read_box(text, NAME)


def links(text, kind):
    return [link for link in box(text).links if link.kind == kind]


class TestPlace:
    @pytest.mark.parametrize(
        ("text", "place"),
        [
            ("Tom Reed lives in South Bend, Indiana.", "South Bend, Indiana"),
            ("Tom Reed resides in Washington, D.C. He paints.", "Washington, D.C."),
            ("Tom Reed lives in Duluth, Minn. He paints.", "Duluth, Minn."),
            ("Mr. Reed makes his home in St. Paul with two dogs.", "St. Paul"),
            ("TOM REED is based in Leeds.", "Leeds"),
            ("Tom Reed is a writer in Bath, Maine.", "Bath, Maine"),
            ("Tom Reed is a retired judge who lives near Xenia.", "near Xenia"),
            ("Tom Reed, of Athens, Georgia, is a judge.", "Athens, Georgia"),
            ("Tom Reed is a Dayton-based poet.", "Dayton"),
            (
                "Tom Reed divides his time between Omaha and Lisbon.",
                "between Omaha and Lisbon",
            ),
            ("Tom Reed writes from Mt. Airy, N.C.", "Mt. Airy, N.C."),
            (
                "Tom Reed lives in Boise, and can be reached at t@r.example.com.",
                "Boise",
            ),
        ],
    )
    def test_is_found_in_many_phrasings(self, text, place):
        assert box(text).lives_in == place

    def test_is_not_taken_from_a_book_or_a_department(self):
        assert box("Tom Reed is the author of Life in Paris.").lives_in == ""
        text = "Tom Reed is an editor in the Department of History."
        assert box(text).lives_in == ""


class TestContact:
    @pytest.mark.parametrize(
        "text",
        [
            "He can be reached at tom@reed.example.com.",
            "E-mail: tom@reed.example.com",
            "Write to him at tom@reed.example.com or call.",
            "He may be contacted at tom at reed dot example dot com.",
            "Reach him at tom [at] reed.example.com.",
            f"E-mail {LINK_OPEN}mailto:tom@reed.example.com{LINK_CLOSE}the author.",
        ],
    )
    def test_address_is_found(self, text):
        assert box(text).email == "tom@reed.example.com"
        assert box(text).links == ()

    def test_telephone_and_post_are_kept_as_text(self):
        assert box("He can be reached at (219) 555-0143.").contact == "(219) 555-0143"
        text = "Write to him at P.O. Box 12, Mt. Airy, NC 27030."
        assert box(text).contact == "P.O. Box 12, Mt. Airy, NC 27030"
        assert box("The fair drew 5550 1430 people.").contact == ""

    def test_on_the_web_is_a_website(self):
        (link,) = box("He can be reached at www.reed.example.com.").links
        assert (link.kind, link.url) == ("website", "http://www.reed.example.com")


class TestShowsInPassing:
    def test_station_and_address_are_one_show(self):
        (show,) = box(
            "His show, “Red Dirt,” is heard from 6 to 9 a.m. on KTUL 740 AM and online"
            " at www.ktul.example.com."
        ).links
        assert (show.title, show.publisher) == ("Red Dirt", "KTUL 740 AM")
        assert show.url == "http://www.ktul.example.com"

    def test_partner_in_between_is_stepped_over(self):
        text = "He is co-host, with Al Fitch, of “Chimney Talk,” on WWFV 1240 AM."
        (show,) = box(text).links
        assert (show.title, show.role) == ("Chimney Talk", "co-host")
        assert show.publisher == "WWFV 1240 AM"


class TestBooks:
    @pytest.mark.parametrize(
        ("text", "title", "role", "publisher"),
        [
            (
                "His new book, of which he is editor and contributor, is titled"
                " The Long Furrow (Grayling Press).",
                "The Long Furrow",
                "editor and contributor",
                "Grayling Press",
            ),
            (
                "His new book (editor and contributor) is titled “The Long Furrow.”",
                "The Long Furrow",
                "editor and contributor",
                "",
            ),
            (
                "Her new book, which she edited and contributed to, is called *Tides*.",
                "Tides",
                "editor and contributor",
                "",
            ),
            (
                "He is the author of “The Salt Road” (Harrow House, 2003).",
                "The Salt Road",
                "author",
                "Harrow House",
            ),
            (
                "His latest book is Bread and Weather, published by Alder Books.",
                "Bread and Weather",
                "",
                "Alder Books",
            ),
            (
                "He is editor of and a contributor to “Dry Line” (Basin & Range).",
                "Dry Line",
                "editor and contributor",
                "Basin & Range",
            ),
            (
                f"He is co-author of {TITLE_OPEN}Two Spoons{TITLE_CLOSE}.",
                "Two Spoons",
                "co-author",
                "",
            ),
            (
                'His book is titled "Why We Stay: Notes From a Drowning Town."',
                "Why We Stay: Notes From a Drowning Town",
                "",
                "",
            ),
        ],
    )
    def test_are_found_with_role_and_publisher(self, text, title, role, publisher):
        (book,) = links(text, "book")
        assert (book.title, book.role, book.publisher) == (title, role, publisher)

    def test_are_counted_one_by_one(self):
        text = "He is the author of “Dust” (Harrow House, 2003) and “Small Hours.”"
        assert [book.title for book in links(text, "book")] == ["Dust", "Small Hours"]

    def test_take_the_address_that_sells_them(self):
        text = "His book is “Tides.” It can be ordered at www.tides.example.com."
        (book,) = box(text).links
        assert book.url == "http://www.tides.example.com"

    def test_are_not_made_of_newspapers(self):
        assert links("Tom Reed is the editor of the Harbor Gazette.", "book") == []
        assert links("He is the author of three novels.", "book") == []


class TestOtherLinks:
    @pytest.mark.parametrize(
        ("text", "kind", "title", "publisher", "url"),
        [
            ("Visit his blog at http://reed.example.com/b.", "blog", "", "",
             "http://reed.example.com/b"),
            ("Read his blog, Low Tide, at www.lowtide.example.org.", "blog", "Low Tide",
             "", "http://www.lowtide.example.org"),
            ("He blogs at reed.blogspot.com.", "blog", "", "", "http://reed.blogspot.com"),
            ("His website is reed.example.com.", "website", "", "",
             "http://reed.example.com"),
            ("Listen to The Morning Ledger on KXYZ 1370 AM.", "show",
             "The Morning Ledger", "KXYZ 1370 AM", ""),
            ("His radio show, Night Mail, airs Sundays at 9 on WQRS 91.3 FM.", "show",
             "Night Mail", "WQRS 91.3 FM", ""),
            ("He hosts the podcast Slow Rivers.", "show", "Slow Rivers", "", ""),
            ("He hosts Gate on Radio Free Mendocino.", "show", "Gate",
             "Radio Free Mendocino", ""),
            ("Follow him on Twitter @treed.", "social", "@treed", "Twitter",
             "https://twitter.com/treed"),
        ],
    )  # fmt: skip
    def test_are_found(self, text, kind, title, publisher, url):
        (link,) = box(text).links
        assert (link.kind, link.title) == (kind, title)
        assert (link.publisher, link.url) == (publisher, url)

    def test_of_one_sentence_are_told_apart(self):
        text = "He is the author of “Dust” and blogs at reed.blogspot.com."
        book, blog = box(text).links
        assert (book.kind, book.url) == ("book", "")
        assert (blog.kind, blog.url) == ("blog", "http://reed.blogspot.com")

    def test_that_run_scripts_are_dropped(self):
        text = f"Visit his blog{LINK_OPEN}javascript:alert(1){LINK_CLOSE}."
        assert box(text).links == ()


class TestBio:
    def test_holds_what_no_field_says(self):
        text = "Tom Reed lives in Boise with two dogs. E-mail him at t@r.example.com."
        assert box(text).bio == "Tom Reed lives in Boise with two dogs."

    def test_is_empty_when_the_fields_say_all(self):
        text = "Tom Reed lives in Boise. His blog is at reed.example.com/blog."
        assert box(text).bio == ""

    def test_has_no_marks_in_it(self):
        text = f"Tom Reed sang in {TITLE_OPEN}Oklahoma{TITLE_CLOSE} twice."
        assert box(text).bio == "Tom Reed sang in Oklahoma twice."


class TestOwner:
    @pytest.mark.parametrize(
        "text",
        [
            "Tom Reed lives in Boise.",
            "TOM REED is a poet.",
            "Mr. Reed is a poet.",
            "Reed is a poet.",
            "(Tom Reed is a poet.)",
            "About the author: Tom Reed is a poet.",
            "— Tom Reed is a poet.",
            "Tom A. Reed is a poet.",
        ],
    )
    def test_is_known_by_any_spelling(self, text):
        assert owner(text, [NAME])[0] == NAME

    def test_is_nobody_in_an_ordinary_paragraph(self):
        assert owner("The river rose, and Tom Reed lives in Boise.", [NAME]) is None

    def test_changes_within_a_paragraph_of_several_boxes(self):
        text = "Ann Lee is a poet. She lives in Rome. Tom Reed is a judge."
        assert split_boxes(text, ["Ann Lee", "Tom Reed"]) == [
            ("Ann Lee", "Ann Lee is a poet. She lives in Rome."),
            ("Tom Reed", "Tom Reed is a judge."),
        ]


@given(st.text(max_size=600))
def test_no_text_makes_the_reader_fail_or_lose_a_sentence(text):
    read_box(text, NAME)
    read_box(f"Tom Reed lives in {text}", NAME)
    kept = "".join("".join(sentences(text)).split())
    assert kept == "".join(text.split())
