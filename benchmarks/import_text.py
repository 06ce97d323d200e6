"""Pages per second of `import_articles`, beside a plain loop of create().

    python benchmarks/import_text.py [pages]

Plain-text pages of about 4 KB in the classic shape, into an empty database. The
loop saves the same texts as ready articles with an author each, one after the
other, and so does none of the reading, matching and keeping of sources.
"""

import os
import shutil
import sys
import tempfile
import time
from io import StringIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
os.environ.setdefault("SECRET_KEY", "only-for-a-benchmark")
os.environ.setdefault("ALLOWED_HOSTS", "localhost")
FOLDER = Path(tempfile.mkdtemp(prefix="newsroom-import-"))
if "DATABASE_URL" not in os.environ:
    os.environ["DATA_DIR"] = str(FOLDER)

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from articles.models import Article, Byline  # noqa: E402
from authors.models import Author  # noqa: E402

PARAGRAPH = (
    "“The ferry has never once been early,” said the harbour master of pier {n}, “and "
    "I have stood here for thirty winters.” The council — which owns the ferry, the "
    "pier and the clock — calls this a question of definition… and moves on.\n\n"
)
TEXT = """Back to Commentary

Advertise with us. Find out more
Share our stories

{headline}

By {author}

March {day}, 2009

{body}{author} lives in Port {n}, Maine. He can be reached at writer{n}@example.org. \
His new book is titled The Slow Boat (Saltmarsh Press). Visit his blog at \
http://blog{n}.example.org/.
"""


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main(count):
    call_command("migrate", verbosity=0)
    pages = FOLDER / "old-site"
    pages.mkdir()
    texts = []
    for n in range(count):
        fields = {
            "headline": f"The ferry that is late, part {n}",
            "author": f"Harold Penning{n % 300:03}",
            "day": n % 28 + 1,
            "n": n,
            "body": "".join(PARAGRAPH.format(n=n + i) for i in range(14)),
        }
        text = TEXT.format(**fields)
        (pages / f"{n:06}.txt").write_text(text, encoding="utf-8")
        texts.append(fields)

    def in_a_loop():
        for fields in texts:
            author, _ = Author.objects.get_or_create(name="Loop " + fields["author"])
            article = Article(
                headline="Loop: " + fields["headline"],
                body=fields["body"].replace("\n\n", "</p>\n<p>"),
                status=Article.Status.PUBLISHED,
                published_at=timezone.now(),
            )
            article.assign_path()
            article.save()
            Byline.objects.create(article=article, author=author)

    loop = seconds(in_a_loop)
    first = seconds(
        lambda: call_command("import_articles", str(pages), stdout=StringIO())
    )
    again = seconds(
        lambda: call_command("import_articles", str(pages), stdout=StringIO())
    )
    assert Article.objects.count() == 2 * count
    print(f"plain create() loop: {count / loop:6.0f} pages/s  1.00")
    print(f"import, first run:   {count / first:6.0f} pages/s  {loop / first:.2f}")
    print(f"import, second run:  {count / again:6.0f} pages/s  {loop / again:.2f}")


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
