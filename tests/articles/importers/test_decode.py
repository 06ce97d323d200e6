import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.importers.decode import decode

PROSE = "“Naïve,” said the café’s owner — and laughed."


class TestTwiceEncoded:
    @pytest.mark.parametrize(
        "text",
        [
            "“Naïve,” said the café’s owner – and laughed.",
            "Паром опоздал, но никто не жаловался.",
            "港の新聞は毎朝六時に届く。毎朝、届く。",
        ],
    )
    def test_is_mended_and_flagged(self, text):
        once = text.encode("utf-8")
        read_as = "".join(map(_western, once))
        decoded = decode(read_as.encode("utf-8"))
        assert decoded.text == text
        assert [kind for kind, _doubt in decoded.doubts] == ["encoded-twice"]

    @pytest.mark.parametrize(
        "text",
        ["São Tomé: “Não”, disse. Ãrea Â£3", "Ä Ã Â Á À ½ ¼", "Çà et là, ça va – Ã©"],
    )
    def test_is_not_seen_in_letters_of_a_language(self, text):
        decoded = decode(text.encode("utf-8"))
        assert (decoded.text, decoded.doubts) == (text, [])


def _western(byte):
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


def test_a_page_that_says_utf_8_and_is_not_is_flagged():
    page = f"<meta charset=utf-8><p>{PROSE}</p>".encode("cp1252")
    decoded = decode(page)
    assert PROSE in decoded.text
    assert "declares utf-8" in decoded.doubts[0][1]


def test_a_few_letters_that_two_encodings_have_are_flagged():
    page = "<p>A híd hétfőtől zárva.</p>".encode("cp1250")
    assert decode(page).doubts
    assert decode("<p>Die Fähre: müde, böse.</p>".encode("cp1252")).doubts == []


@pytest.mark.parametrize("label", ["x-cp1251", "win-1251", "windows1251"])
def test_labels_of_browsers_are_known(label):
    text = f"<meta charset={label}><p>Паром опоздал.</p>"
    assert decode(text.encode("cp1251")).text == text


class TestEncodings:
    @pytest.mark.parametrize(
        ("encoding", "text"),
        [
            ("utf-8", PROSE),
            ("utf-8-sig", PROSE),
            ("utf-16", PROSE),
            ("utf-16-le", "Plain words, no mark, many zeros in between."),
            ("utf-16-be", "Plain words, no mark, many zeros in between."),
            ("utf-32", PROSE),
            ("cp1252", PROSE),
            ("mac_roman", "“Naïve,” said the owner, and it wasn’t kind."),
            ("iso2022_jp", "日本語の文章です。"),
            ("iso2022_kr", "다리를 폐쇄한다."),
            ("hz", "这是我们的桥，它不会开。 In plain words."),
        ],
    )
    def test_are_told_by_their_bytes(self, encoding, text):
        decoded = decode(text.encode(encoding))
        assert decoded.text == text
        assert "\ufeff" not in decoded.text

    @pytest.mark.parametrize(
        ("declared", "encoding", "text"),
        [
            ("iso-8859-1", "cp1252", PROSE),
            ("Latin-1", "cp1252", PROSE),
            ("shift_jis", "cp932", "港の新聞は毎朝六時に届く。"),
            ("euc-jp", "euc_jp", "港の新聞は毎朝六時に届く。"),
            ("gb2312", "gb18030", "码头上的钟停了。"),
            ("big5", "big5", "碼頭上的鐘停了。"),
            ("koi8-r", "koi8_r", "Часы на башне остановились."),
            ("windows-1251", "cp1251", "Часы на башне остановились."),
            ("windows-1255", "cp1255", "השעון במגדל נעצר."),
            ("iso-8859-7", "iso8859_7", "Το ρολόι σταμάτησε."),
            ("windows-1256", "cp1256", "توقفت ساعة البرج."),
        ],
    )
    def test_are_believed_when_a_page_declares_them(self, declared, encoding, text):
        page = f'<meta http-equiv=x content="text/html; charset={declared}"><p>{text}'
        decoded = decode(page.encode(encoding))
        assert text in decoded.text
        assert "\ufffd" not in decoded.text
        assert decoded.doubts == []

    def test_utf8_wins_over_a_wrong_declaration(self):
        decoded = decode(f'<meta charset="iso-8859-1"><p>{PROSE}'.encode())
        assert PROSE in decoded.text
        assert "â€" not in decoded.text

    def test_only_the_stray_bytes_of_a_utf8_page_are_repaired(self):
        content = f"{PROSE} {PROSE} ".encode() + b"It\x92s late."
        decoded = decode(content)
        assert decoded.text == f"{PROSE} {PROSE} It’s late."
        assert decoded.encoding == "utf-8"
        assert [kind for kind, _ in decoded.doubts] == ["stray-bytes"]

    def test_nothing_is_decoded_twice(self):
        # A page that says "â€™" to its readers says so on purpose or by an old
        # accident; guessing which is for an editor.
        decoded = decode("It was spelled CafÃ© in the log.".encode())
        assert decoded.text == "It was spelled CafÃ© in the log."
        assert "Café" not in decoded.text

    def test_an_impossible_declaration_is_passed_over(self):
        for declared in (b"utf-7", b"utf-16", b"idna", b"zlib", b"nonsense"):
            decoded = decode(b'<meta charset="' + declared + b'"><p>It\x92s +AGE-')
            assert "It’s +AGE-" in decoded.text
            assert "\ufffd" not in decoded.text

    def test_a_guess_is_reported_as_doubtful(self):
        text = "Часы на башне остановились весной, и никто их не починил. " * 8
        decoded = decode(text.encode("cp1251"))
        assert decoded.text == text
        assert [kind for kind, _ in decoded.doubts] == ["doubtful-encoding"]


class TestControlCharacters:
    def test_are_removed_and_reported(self):
        decoded = decode(b"Plain\x00 words\x01 and a\ttab.\n" * 20)
        assert "Plain words and a\ttab.\n" in decoded.text
        assert "\x00" not in decoded.text
        assert "\x01" not in decoded.text
        assert [kind for kind, _ in decoded.doubts] == ["control-characters"]


class TestAnyBytes:
    @given(st.binary(max_size=2000))
    def test_become_text_that_a_database_takes(self, content):
        decoded = decode(content)
        decoded.text.encode("utf-8")
        assert "\x00" not in decoded.text

    @given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=500))
    def test_of_a_text_become_that_text(self, text):
        without_marks = (
            text.lstrip("\ufeff").replace("\ufffe", "").replace("\uffff", "")
        )
        decoded = decode(without_marks.encode("utf-8"))
        assert decoded.text == without_marks
        assert decoded.encoding == "utf-8"
