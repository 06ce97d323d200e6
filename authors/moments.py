"""The form fields for moments and days: in the newsroom's zone, never guessed.

A moment is typed as the newsroom's clocks show it and kept in UTC. Twice a year
those clocks jump: what they skip is refused, and what they show twice is asked,
because a guess would be an hour wrong without anybody noticing.
"""

from datetime import UTC, datetime, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.forms.widgets import Script
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

# From the first newspapers on. A year outside is a slip of the finger, and one at
# the very edge of the calendar cannot be told in every zone.
FIRST_YEAR, LAST_YEAR = 1600, 2200
MINUTE = timedelta(minutes=1)


def is_told(day):
    return FIRST_YEAR <= day.year <= LAST_YEAR


def check_year(day):
    if not is_told(day):
        raise ValidationError(
            _("The year must be between %(first)s and %(last)s.")
            % {"first": FIRST_YEAR, "last": LAST_YEAR},
            code="year",
        )


def offsets(wall):
    """Return the zone's two answers for what a clock shows, before and after a jump.

    The same twice on any ordinary day; the first is smaller where the clock skips
    this time, larger where it shows it twice (PEP 495).
    """
    local = wall.replace(tzinfo=timezone.get_current_timezone())
    return local.replace(fold=0).utcoffset(), local.replace(fold=1).utcoffset()


def is_skipped(wall):
    first, second = offsets(wall)
    return first < second


def happens_twice(wall):
    first, second = offsets(wall)
    return first > second


def next_existing(wall):
    """Return the first minute after a jump forward. Samoa once skipped a day."""
    while is_skipped(wall):
        wall += MINUTE
    return wall


def on_the_wall(moment):
    """Return what the newsroom's clocks show at a moment, with its `fold`, naive."""
    return timezone.localtime(moment).replace(tzinfo=None)


def in_utc(wall):
    """Return the moment at which the newsroom's clocks show this, of two its fold's."""
    # In UTC, because Python holds no moment of a repeated hour for equal to the
    # same moment in another zone (PEP 495): a form would see a change every time.
    return wall.replace(tzinfo=timezone.get_current_timezone()).astimezone(UTC)


def zone_name():
    return timezone.get_current_timezone_name().replace("_", " ")


def parse(typed):
    """Return the datetime that a text in ISO 8601 says, else None."""
    try:
        return parse_datetime(typed.strip())
    except ValueError:
        return None


def offset_name(offset):
    hours, minutes = divmod(int(abs(offset).total_seconds()) // 60, 60)
    sign = "-" if offset < timedelta(0) else "+"
    return f"UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "")


def two_names(wall):
    """Return what to call the two moments at which a clock shows the same."""
    zone = timezone.get_current_timezone()
    first, second = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    names = {
        "first": offset_name(first.utcoffset()),
        "second": offset_name(second.utcoffset()),
    }
    if first.dst() and not second.dst():
        return [
            _("the first (summer time, %(first)s)") % names,
            _("the second (winter time, %(second)s)") % names,
        ]
    return [_("the first (%(first)s)") % names, _("the second (%(second)s)") % names]


class MomentInput(forms.DateTimeInput):
    """The browser's own picker, the zone's name, and a question where one is needed.

    The question ("the first or the second?") is a list of its own, named after the
    field with `_fold` behind it. It stands in the page where the time shown happens
    twice; static/admin_desk/moments.js shows and hides it while somebody types.
    """

    input_type = "datetime-local"
    template_name = "admin/widgets/moment.html"
    supports_microseconds = False

    class Media:
        css = {"all": ["admin_desk/moments.css"]}
        js = [Script("admin_desk/moments.js", type="module")]

    def value_from_datadict(self, data, files, name):
        """Return what was typed; with its offset from UTC where a choice was needed."""
        typed = super().value_from_datadict(data, files, name)
        fold = data.get(f"{name}_fold")
        wall = parse(typed) if isinstance(typed, str) else None
        if (
            wall is None
            or wall.tzinfo
            or fold not in ("0", "1")
            or not is_told(wall)
            or not happens_twice(wall)
        ):
            return typed
        return (wall - offsets(wall)[int(fold)]).replace(tzinfo=UTC).isoformat()

    def format_value(self, value):
        wall, _fold = self.read(value)
        return wall.isoformat(timespec="minutes") if wall else value

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        wall, fold = self.read(value)
        is_twice = bool(wall and is_told(wall) and happens_twice(wall))
        plain = [_("the first"), _("the second")]
        names = two_names(wall) if is_twice else plain
        context["widget"] |= {
            "zone": zone_name(),
            "zone_key": timezone.get_current_timezone_name(),
            "is_twice": is_twice,
            "choices": [
                {
                    "fold": number,
                    "plain": plain[number],
                    "name": names[number],
                    "is_chosen": is_twice and fold == number,
                }
                for number in (0, 1)
            ],
        }
        return context

    @staticmethod
    def read(value):
        """Return (what the clock shows, which of two): None where it says nothing."""
        is_typed = isinstance(value, str)
        moment = parse(value) if is_typed else value
        if not isinstance(moment, datetime):
            return None, None
        if moment.tzinfo:
            if not is_told(moment):
                return None, None
            moment = on_the_wall(moment)
            return moment, moment.fold
        return moment, None if is_typed else moment.fold


class MinuteField(forms.DateTimeField):
    """A moment, entered to the minute; cleans to an aware datetime in UTC.

    Seconds that are stored already are no change of the editor's.
    """

    widget = MomentInput

    def prepare_value(self, value):
        # Django's would drop the zone, and with it which of two hours was meant
        # from the hidden initial value of a field that has a default.
        if isinstance(value, datetime):
            return timezone.localtime(in_utc(value) if not value.tzinfo else value)
        return value

    def to_python(self, value):
        if value in self.empty_values:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC) if value.tzinfo else in_utc(value)
        wall = parse(value) if isinstance(value, str) else None
        if wall is None:
            # The formats of Django's own field, past its guess of the zone.
            wall = super(forms.DateTimeField, self).to_python(value)
        check_year(wall)
        if wall.tzinfo:
            return wall.astimezone(UTC)
        self.check_clock(wall)
        return in_utc(wall)

    def check_clock(self, wall):
        """Refuse what no clock of the newsroom shows, and what two moments share."""
        named = {
            "time": date_format(wall, "H:i"),
            "day": date_format(wall, "j F Y"),
            "zone": zone_name(),
        }
        if is_skipped(wall):
            named["next"] = date_format(next_existing(wall), "j F Y, H:i")
            raise ValidationError(
                _(
                    "There is no %(time)s on %(day)s in %(zone)s: the clocks are put "
                    "forward. The next time that exists is %(next)s."
                )
                % named,
                code="skipped",
            )
        if happens_twice(wall):
            raise ValidationError(
                _(
                    "%(time)s happens twice on %(day)s in %(zone)s: the clocks are put "
                    "back. Choose which of the two you mean."
                )
                % named,
                code="twice",
            )

    def has_changed(self, initial, data):
        if initial:
            shown = on_the_wall(self.to_python(initial))
            initial = in_utc(shown.replace(second=0, microsecond=0))
        return super().has_changed(initial, data)


class DayField(forms.DateField):
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def to_python(self, value):
        day = super().to_python(value)
        if day:
            check_year(day)
        return day
