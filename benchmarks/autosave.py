"""Milliseconds of an autosave request at a 50,000-character body, beside its form.

    DATA_DIR=/tmp/bench DEBUG=true python benchmarks/autosave.py [rounds]

Both are requests through the whole stack of middleware, by one editor, in one
process, taking turns; the ratio is what to compare between machines. A heartbeat
of the presence is measured as well.
"""

import json
import os
import statistics
import sys
import tempfile
import time
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
os.environ.setdefault("SECRET_KEY", "only-for-a-benchmark")
os.environ.setdefault("ALLOWED_HOSTS", "localhost,testserver")
os.environ.setdefault("HTTPS", "false")
if "DATABASE_URL" not in os.environ:
    os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="newsroom-bench-")
os.environ.setdefault("DEBUG", "true")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import Group, User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from articles.models import Article  # noqa: E402

CHARACTERS = 50_000
TARGET = 50


def prepare():
    call_command("migrate", verbosity=0)
    name = f"bench-{uuid.uuid4().hex[:8]}"
    user = User.objects.create_user(name, is_staff=True)
    user.groups.set(Group.objects.filter(name="editor"))
    paragraph = "<p>The river rose in the night and fell by noon.</p>"
    body = paragraph * (CHARACTERS // len(paragraph) + 1)
    article = Article.objects.create(headline="Flood", body=body, created_by=user)
    client = Client()
    client.force_login(user)
    return client, article


def milliseconds(work):
    start = time.perf_counter()
    response = work()
    elapsed = (time.perf_counter() - start) * 1000
    if response.status_code != 200:
        raise SystemExit(f"The site answered {response.status_code}.")
    return elapsed


def main(rounds):
    client, article = prepare()
    form = reverse("admin:articles_article_change", args=[article.pk])
    keep = reverse("admin:articles_article_autosave_keep")
    beat = reverse("admin:articles_article_presence_beat", args=[article.pk])
    token, page = str(uuid.uuid4()), str(uuid.uuid4())

    def autosave(number):
        fields = [["headline", f"Flood {number}"], ["body", article.body]]
        fields += [[f"field-{at}", "a value"] for at in range(60)]
        sent = {"article": article.pk, "token": token, "page": page, "data": fields}
        body = json.dumps(sent)
        return lambda: client.post(keep, body, content_type="application/json")

    def heartbeat():
        return client.post(
            beat, json.dumps({"tab": page}), content_type="application/json"
        )

    times = {"form": [], "autosave": [], "heartbeat": []}
    for number in range(rounds + 3):
        taken = {
            "form": milliseconds(lambda: client.get(form)),
            "autosave": milliseconds(autosave(number)),
            "heartbeat": milliseconds(heartbeat),
        }
        # The first ones load templates and modules.
        if number >= 3:
            for name, value in taken.items():
                times[name].append(value)
    print(
        f"{connection.vendor}, DEBUG {settings.DEBUG}, {len(article.body):,} characters"
    )
    for name, values in times.items():
        slow = sorted(values)[int(len(values) * 0.95)]
        print(
            f"{name:<10} median {statistics.median(values):6.1f} ms  95% {slow:6.1f} ms"
        )
    median = statistics.median(times["autosave"])
    ratio = median / statistics.median(times["form"])
    print(f"ratio of autosave to opening the form: {ratio:.2f}")
    print(f"under {TARGET} ms: {'yes' if median < TARGET else 'NO'}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
