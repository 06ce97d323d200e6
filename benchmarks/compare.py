"""Word-level comparison of two bodies, beside what else could have done it.

    python benchmarks/compare.py [words]

Each line is the best of five runs in time of the processor, both columns rendered.
The ratio is to cleaning the same two bodies in the same run. difflib and
lxml.html.diff, which were not picked, stand below, with one run each.
"""

import difflib
import os
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
os.environ.setdefault("SECRET_KEY", "only-for-a-benchmark")
os.environ.setdefault("ALLOWED_HOSTS", "localhost")

import django

django.setup()

from lxml.html.diff import htmldiff  # noqa: E402

from articles.compare import compare_bodies  # noqa: E402
from articles.html import clean  # noqa: E402

ALLOWED = 0.3  # seconds for 5,000 words against 5,000


def seconds(work, runs=5):
    took = []
    for _run in range(runs):
        start = time.process_time()
        work()
        took.append(time.process_time() - start)
    return min(took)


def as_body(words, each=50):
    return "".join(
        f"<p>{' '.join(words[n : n + each])}</p>" for n in range(0, len(words), each)
    )


def cases(count):
    chance = random.Random(7)
    vocabulary = [f"word{n}" for n in range(900)]
    words = [chance.choice(vocabulary) for _ in range(count)]
    other = [chance.choice(vocabulary) for _ in range(count)]
    edited = [word if chance.random() > 0.1 else "edited" for word in words]
    two, more = ([chance.choice("ab") for _ in range(count)] for _side in "xy")
    signs, others = (
        "".join(chr(0x4E00 + chance.randrange(900)) for _ in range(count))
        for _side in "xy"
    )
    paragraphs = [words[n : n + 50] for n in range(0, count, 50)]
    chance.shuffle(paragraphs)
    shuffled = [word for paragraph in paragraphs for word in paragraph]
    return {
        "the same": (as_body(words), as_body(words)),
        "every tenth word edited": (as_body(words), as_body(edited)),
        "all different": (as_body(words), as_body(other)),
        "one word put first": (as_body(words), as_body(["New", *words])),
        "paragraphs shuffled": (as_body(words), as_body(shuffled)),
        "short paragraphs, different": (as_body(words, 10), as_body(other, 10)),
        "one paragraph, different": (as_body(words, count), as_body(other, count)),
        "two words in any order": (as_body(two, count), as_body(more, count)),
        "Chinese signs": (f"<p>{signs}</p>", f"<p>{others}</p>"),
    }


def main(count):
    slowest = 0
    print(f"{count:,} words against {count:,}: milliseconds, times cleaning both")
    for name, (old, new) in cases(count).items():
        cleaning = seconds(lambda old=old, new=new: (clean(old), clean(new)))
        took = seconds(lambda old=old, new=new: compare_bodies(old, new).as_columns())
        slowest = max(slowest, took)
        print(f"{name:<28}{took * 1000:>7.0f}{took / cleaning:>8.1f} ×")
    for name, (old, new) in list(cases(count).items())[1:8:3]:
        words = old.split(), new.split()
        matcher = difflib.SequenceMatcher(None, *words, autojunk=False)
        took = seconds(lambda matcher=matcher: matcher.get_opcodes(), 1)
        print(f"difflib, {name:<19}{took * 1000:>7.0f}")
        took = seconds(lambda old=old, new=new: htmldiff(old, new), 1)
        print(f"lxml, {name:<22}{took * 1000:>7.0f}")
    if count <= 5000 and slowest > ALLOWED:
        sys.exit(f"{slowest * 1000:.0f} ms are more than {ALLOWED * 1000:.0f}.")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
