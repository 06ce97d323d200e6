import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.importers.chrome import (
    chrome_kind,
    chrome_lines,
    copyright_year,
    is_notice,
)


class TestChromeLine:
    @pytest.mark.parametrize(
        ("line", "kind"),
        [
            ("Back to Commentaries", "back"),
            ("« Back", "back"),
            ("[Return to Opinion]", "back"),
            ("Home > Opinion > Columns", "back"),
            ("Advertise on this site - find out more", "advertise"),
            ("Advertise with us. Find out more.", "advertise"),
            ("Want to advertise? Find out more", "advertise"),
            ("Find out more", "advertise"),
            ("Your Ad Here!", "advertise"),
            ("Share this page with your friends", "share"),
            ("Share our stories", "share"),
            ("E-mail this page to a friend", "share"),
            ("Printer-friendly version", "share"),
            ("E-mail this story | Print", "share"),
            ("Post a comment", "other"),
            ("Click here to share this page", "share"),
            ("CLICK HERE TO SHARE THIS PAGE WITH A FRIEND", "share"),
            ("Please click here to e-mail this story", "share"),
            ("Click here to go back to Commentaries", "back"),
            ("Click here for advertising rates", "advertise"),
        ],
    )
    def test_is_told_by_its_words(self, line, kind):
        assert chrome_kind(line) == (kind, True)

    @pytest.mark.parametrize(
        "line",
        ["Back to School", "Return to Eden", "Share the Road", "Advertising Is Dead"],
    )
    def test_that_could_be_a_headline_is_not_sure(self, line):
        assert chrome_kind(line)[1] is False

    @pytest.mark.parametrize(
        "line",
        [
            "Save Our Schools",
            "Print the Legend",
            "The Post Office Blues",
            "Send in the Clowns",
            "We go back to the river every spring.",
            "text line here",
            "x" * 500,
            "",
        ],
    )
    def test_is_not_seen_in_headlines(self, line):
        assert chrome_kind(line) is None

    def test_keeps_its_address(self):
        (line,) = chrome_lines("Advertise here: http://ads.example.com/rates")
        assert line.url == "http://ads.example.com/rates"
        (line,) = chrome_lines("Back to Columns", [("Back to Columns", "/columns")])
        assert line.url == "/columns"

    def test_with_several_entries_becomes_several(self):
        lines = chrome_lines("Home | Advertise here | Share this story")
        assert [line.kind for line in lines] == ["other", "advertise", "share"]
        assert [line.text for line in lines][1] == "Advertise here"


class TestNotice:
    def test_of_copyright_and_permission_is_one(self):
        assert is_notice("© 2003 The Harbor Post. All rights reserved.")
        assert is_notice("Reprinted with permission of the author.")
        assert is_notice("This article originally appeared in the Harbor Post.")
        assert is_notice("-30-")
        assert not is_notice("She reprinted the letter without his permission, twice.")
        assert not is_notice("The end.")

    def test_gives_its_latest_year(self):
        assert copyright_year("Copyright 1998-2003 The Harbor Post") == 2003
        assert copyright_year("It cost 2003 dollars") is None


@given(st.text(max_size=300))
def test_no_text_makes_the_recogniser_fail(text):
    chrome_kind(text)
    chrome_lines(text)
    is_notice(text)
