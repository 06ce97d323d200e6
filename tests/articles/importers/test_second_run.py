"""A second run reads no text that has not changed, and knows what the first read."""

import zipfile

import pytest

from articles.importers import readers, saved_pages
from articles.models import Article, Origin

from . import wxr_export
from .importing import run
from .test_ghost_cards import export as ghost_export
from .test_other_sources import MEDIUM, RSS

pytestmark = pytest.mark.django_db
STORY = (
    "<html><head><title>{title}</title></head><body><h1>{title}</h1><p>By Ann Otter</p>"
    "<p>March 3, 2002</p><p>The {title} stood for eleven years beside the weir, and "
    "nobody had asked who was to paint it. Then somebody did.</p><p>It was painted in "
    "a week, by four people who had never met before, out of eleven pots that did not "
    "quite match, and it is still there.</p></body></html>"
)
MARKDOWN = "---\ntitle: {title}\ndate: 2019-01-02\n{more}---\n{text}\n"


@pytest.fixture
def read(monkeypatch):
    """The names of the stories whose text was read."""
    names = []

    def noting(module, name):
        function = getattr(module, name)

        def noted(story, *arguments):
            if name == "read_file" or story.unread:
                names.append(story.source_id.rpartition("/")[2])
            return function(story, *arguments)

        monkeypatch.setattr(module, name, noted)

    noting(readers, "read_whole")
    noting(saved_pages, "read_file")
    return names


def a_feed(folder):
    (folder / "feed.xml").write_text(RSS)
    return folder / "feed.xml"


def a_tree_of_markdown(folder):
    (folder / "tree").mkdir()
    text = MARKDOWN.format(title="One", more="", text="Words.")
    (folder / "tree" / "one.md").write_text(text)
    return folder / "tree"


def an_export_of_medium(folder):
    (folder / "medium" / "posts").mkdir(parents=True)
    (folder / "medium" / "posts" / "one.html").write_text(MEDIUM)
    return folder / "medium"


def an_export_of_substack(folder):
    (folder / "letters" / "posts").mkdir(parents=True)
    (folder / "letters" / "posts" / "1.one.html").write_text("<p>Words.</p>")
    (folder / "letters" / "posts.csv").write_text(
        "post_id,post_date,is_published,title\n1.one,2019-01-02T10:00:00Z,true,One\n"
    )
    return folder / "letters"


def saved(folder):
    (folder / "site").mkdir()
    (folder / "site" / "one.htm").write_text(STORY.format(title="Painted bridge"))
    return folder / "site"


def an_export_of_wordpress_in_parts(folder):
    parts = {"w.2024-05-03.000.xml": wxr_export.post(1, "Words.\n\n[gallery]")}
    parts["w.2024-05-03.001.xml"] = wxr_export.attachment(2, "a.jpg", parent=1)
    with zipfile.ZipFile(folder / "w.zip", "w") as archive:
        for name, items in parts.items():
            archive.writestr(name, wxr_export.export(items))
    return folder / "w.zip"


def an_export_of_ghost(folder):
    return ghost_export(folder, html='<p class="kg-x">Words.</p>')


def a_site_of_hugo(folder):
    (folder / "hugo" / "content").mkdir(parents=True)
    (folder / "hugo" / "hugo.toml").write_text('baseURL = "https://weir.example/"')
    text = MARKDOWN.format(title="One", more="", text='See [it]({{< ref "one.md" >}}).')
    (folder / "hugo" / "content" / "one.md").write_text(text)
    return folder / "hugo"


@pytest.mark.parametrize(
    "make",
    [
        *(a_feed, a_tree_of_markdown, an_export_of_medium, an_export_of_substack),
        *(saved, an_export_of_wordpress_in_parts, an_export_of_ghost, a_site_of_hugo),
    ],
)
def test_reads_nothing_that_has_not_changed(make, tmp_path, read):
    path = make(tmp_path)
    assert "1 new" in run(path)
    assert len(read) == 1
    before = Article.objects.get().body
    assert "0 new, 0 changed, 1 unchanged" in run(path)
    assert len(read) == 1
    assert Article.objects.get().body == before and Origin.objects.count() == 1


def test_a_page_that_changed_is_read(tmp_path, read):
    path = saved(tmp_path)
    run(path)
    text = STORY.format(title="Painted bridge").replace("a week", "nine days")
    (path / "one.htm").write_text(text)
    assert "1 changed" in run(path)
    assert "nine days" in Article.objects.get().body


def test_a_new_copy_of_a_page_that_was_here_is_known(tmp_path, read):
    path = saved(tmp_path)
    run(path)
    (path / "two.htm").write_text(f"{STORY.format(title='Painted bridge')}<!-- 2 -->")
    said = run(path)
    assert "It is the same story as one.htm" in said and "0 new" in said
    assert read == ["one.htm", "two.htm"]


def test_a_link_to_an_alias_of_an_unchanged_story_is_not_dead(tmp_path, read):
    path = a_tree_of_markdown(tmp_path)
    more = "aliases: [/old/one/]\n"
    text = MARKDOWN.format(title="One", more=more, text="Words.")
    (path / "one.md").write_text(text)
    run(path)
    new = MARKDOWN.format(title="Two", more="", text="See [one](/old/one/).")
    (path / "two.md").write_text(new)
    said = run(path)
    assert "1 new" in said and "A link leads" not in said
    assert f'href="{Article.objects.get(headline="One").path}"' in (
        Article.objects.get(headline="Two").body
    )


def test_rules_are_not_called_useless_where_nothing_was_read(tmp_path, read):
    path, rules = saved(tmp_path), tmp_path / "rules.toml"
    rules.write_text('[pages]\nheadline = "h1"\n')
    run(path, rules=str(rules))
    said = run(path, rules=str(rules))
    assert "1 unchanged" in said and "found nothing" not in said


def test_a_page_that_lacks_a_picture_is_read_again_where_it_may_have_come(
    tmp_path, read
):
    path = saved(tmp_path)
    text = STORY.format(title="Painted bridge").replace(
        "<p>It was", '<p><img src="pix/a.png" alt="A bridge"></p><p>It was'
    )
    (path / "one.htm").write_text(text)
    run(path)
    assert "missing" in Origin.objects.get().imported
    run(path)
    assert len(read) == 1
    # In another folder: only reading tells whether it is the same.
    (path / "elsewhere").mkdir()
    (path / "elsewhere" / "A.PNG").write_bytes(b"")
    run(path)
    assert len(read) == 2
