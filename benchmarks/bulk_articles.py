"""Articles per second: the demo's bulk maker beside a plain loop of create().

    DATA_DIR=/tmp/bench DEBUG=true python benchmarks/bulk_articles.py [articles]

Both write the same articles, with bylines, tags and origins, into a database of
their own, on the same machine, one after the other; the ratio is what to compare.
"""

import itertools
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
os.environ.setdefault("SECRET_KEY", "only-for-a-benchmark")
os.environ.setdefault("ALLOWED_HOSTS", "localhost")
if "DATABASE_URL" not in os.environ:
    os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="newsroom-bench-")

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from articles.models import Article, Byline, Origin  # noqa: E402
from newsroom.demo.bulk import Press, make_bulk  # noqa: E402
from newsroom.demo.fill import make_sample  # noqa: E402


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def make_in_bulk(count):
    for _ in make_bulk(count, authors=count // 20):
        pass


def make_in_a_loop(count):
    """What a shell or a naive importer does: one article after the other."""
    press = Press(timezone.now())
    for number in itertools.islice(itertools.count(10_000_000), count):
        draft = press.article(number)
        fields = {
            field.attname: getattr(draft.article, field.attname)
            for field in Article._meta.concrete_fields
            if field.name not in ("id", "updated_at")
        }
        article = Article.objects.create(**fields)
        for position, author in enumerate(draft.authors):
            Byline.objects.create(article=article, author_id=author, position=position)
        article.tags.through.objects.bulk_create(
            article.tags.through(content_object=article, tag_id=tag)
            for tag in draft.tags
        )
        Origin.objects.create(
            article=article, system="benchmark", identifier=str(number)
        )


def main(count):
    call_command("migrate", verbosity=0)
    make_sample(picture_width=60)
    looped = min(count, 2000)
    bulk = count / seconds(lambda: make_in_bulk(count))
    loop = looped / seconds(lambda: make_in_a_loop(looped))
    print(f"in bulk  {count:>7,} articles  {bulk:>6,.0f} a second")
    print(f"one by one {looped:>5,} articles  {loop:>6,.0f} a second")
    print(f"ratio    {bulk / loop:.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
