import fcntl
import logging
import os
from contextlib import contextmanager

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import BaseCommand
from django.db.models import Q
from tqdm import tqdm

from articles.models import Picture

logger = logging.getLogger(__name__)

LOCK = "finish_pictures.lock"
GENTLY = 19  # the lowest priority there is


class Command(BaseCommand):
    help = (
        "Make the files of pictures that an upload did not wait for: AVIF, further "
        "widths, and cuts around the focal point. Safe to run at any time, to "
        "interrupt, and beside itself."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--all", action="store_true", help="make every file of every picture anew"
        )
        parser.add_argument(
            "--gently", action="store_true", help="when nothing else wants to run"
        )
        parser.add_argument(
            "--parent", type=int, metavar="PID", help="end when this parent is gone"
        )

    def handle(self, *, all, gently, parent, verbosity, **options):
        if gently:
            os.nice(GENTLY)
        pictures = Picture.objects.all() if all else Picture.objects.unfinished()
        with alone() as is_alone:
            if not is_alone:
                self.stdout.write("Another finish_pictures is at work.")
                return
            done, troubles = self.finish(pictures, all, parent, verbosity)
        self.stdout.write(f"{done} finished, {len(troubles)} left out.")
        for trouble in troubles:
            self.stderr.write(trouble)

    def finish(self, pictures, is_anew, parent, verbosity):
        """Finish pictures one by one, by their keys; return (how many, sentences)."""
        done, troubles, key = 0, [], 0
        bar = tqdm(total=pictures.count(), unit=" pictures", disable=verbosity == 0)
        with bar:
            # One at a time, read anew: what an editor changed meanwhile counts.
            while picture := pictures.filter(pk__gt=key).order_by("pk").first():
                if parent and os.getppid() != parent:
                    break
                key = picture.pk
                if trouble := finish_one(picture, is_anew):
                    troubles.append(trouble)
                else:
                    done += 1
                bar.update()
        return done, troubles


def finish_one(picture, is_anew=False):
    """Finish a picture; return "", or a sentence about one that cannot be finished.

    That one is not tried again until somebody gives it another file or moves its
    focal point, or says --all.
    """
    try:
        picture.finish(is_anew=is_anew)
    except (OSError, ValidationError) as error:
        reason = " ".join(getattr(error, "messages", [str(error)]))
        still_so = Q(pk=picture.pk, digest=picture.digest)
        Picture.objects.filter(still_so).update(is_unfinished=False)
        trouble = f"Picture {picture.pk}, “{picture}”, is left as it is: {reason}"
        logger.error("%s", trouble)
        return trouble
    return ""


@contextmanager
def alone():
    """Hold this machine's lock while at work; say whether it was free.

    The system frees it however the process ends. Two machines at work do some of it
    twice, and no harm.
    """
    with open(settings.DATA_DIR / LOCK, "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
