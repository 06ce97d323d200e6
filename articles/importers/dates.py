"""Dates as newspapers print them, in many languages, read without guessing twice."""

import re
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache

from .story import When
from .wordlists import words

# One row per language: twelve month names, short forms beside the long.
MONTHS = {
    "en": "january|jan february|feb march|mar april|apr may june|jun july|jul"
    " august|aug september|sept|sep october|oct november|nov december|dec",
    "de": "januar|jänner|jan februar|feber|feb märz|maerz|mär|mrz april|apr mai"
    " juni|jun juli|jul august|aug september|sept|sep oktober|okt november|nov"
    " dezember|dez",
    "fr": "janvier|janv février|fevrier|févr|fév mars avril|avr mai juin"
    " juillet|juil août|aout septembre|sept octobre|oct novembre|nov"
    " décembre|decembre|déc",
    "es": "enero|ene febrero|feb marzo|mar abril|abr mayo|may junio|jun julio|jul"
    " agosto|ago septiembre|setiembre|sept|sep octubre|oct noviembre|nov"
    " diciembre|dic",
    "it": "gennaio|gen febbraio|feb marzo|mar aprile|apr maggio|mag giugno|giu"
    " luglio|lug agosto|ago settembre|set ottobre|ott novembre|nov dicembre|dic",
    "pt": "janeiro|jan fevereiro|fev março|marco|mar abril|abr maio|mai junho|jun"
    " julho|jul agosto|ago setembro|set outubro|out novembro|nov dezembro|dez",
    "nl": "januari|jan februari|feb maart|mrt april|apr mei juni|jun juli|jul"
    " augustus|aug september|sep oktober|okt november|nov december|dec",
    "sv": "januari|jan februari|feb mars april|apr maj juni|jun juli|jul augusti|aug"
    " september|sep oktober|okt november|nov december|dec",
    "da": "januar|jan februar|feb marts|mar april|apr maj juni|jun juli|jul august|aug"
    " september|sep oktober|okt november|nov december|dec|desember|des",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września"
    " października listopada grudnia",
    "tr": "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
    "ru": "января|янв февраля|фев марта|мар апреля|апр мая июня|июн июля|июл августа"
    "|авг сентября|сен октября|окт ноября|ноя декабря|дек",
    "el": "ιανουαρίου|ιαν φεβρουαρίου|φεβ μαρτίου|μαρ απριλίου|απρ μαΐου|μαΐ ιουνίου"
    "|ιουν ιουλίου|ιουλ αυγούστου|αυγ σεπτεμβρίου|σεπ οκτωβρίου|οκτ νοεμβρίου|νοε"
    " δεκεμβρίου|δεκ",
    "ar": "يناير فبراير مارس أبريل|ابريل مايو يونيو يوليو أغسطس|اغسطس سبتمبر أكتوبر"
    "|اكتوبر نوفمبر ديسمبر",
}
WEEKDAYS = words(
    "monday mon tuesday tues tue wednesday wed thursday thurs thur thu friday fri"
    " saturday sat sunday sun montag dienstag mittwoch donnerstag freitag samstag"
    " sonnabend sonntag lundi mardi mercredi jeudi vendredi samedi dimanche lunes"
    " martes miércoles jueves viernes sábado domingo lunedì martedì mercoledì"
    " giovedì venerdì sabato domenica maandag dinsdag woensdag donderdag vrijdag"
    " zaterdag zondag domingo segunda-feira segunda terça-feira terça quarta-feira"
    " quarta quinta-feira quinta sexta-feira sexta sábado sabado miercoles lun mar mer"
    " jeu ven sam dim lu ma me gi ve mie jue vie sáb dom seg ter qua qui sex woe don"
    " vri zat zon zo za wo vr mo di mi do fr sa so"
    " понедельник вторник среда четверг пятница суббота воскресенье poniedziałek"
    " wtorek środa czwartek piątek sobota niedziela pazartesi salı çarşamba perşembe"
    " cuma cumartesi pazar måndag mandag tisdag tirsdag onsdag torsdag fredag lördag"
    " lørdag söndag søndag"
)
LABELS = (
    "posted on|posted|published on|published online|published|first published"
    "|publication date|date published|date|dated|issue of|issue date|written on"
    "|created|filed|written|on|web posted|posted to web|story posted|first posted"
    "|released"
    "|veröffentlicht am|veröffentlicht|erschienen am|erschienen|erstellt am|eingestellt"
    " am|vom|ausgabe vom|datum|stand|publié le|publiée le|publié|paru le"
    "|mis en ligne le|rédigé le|édition du|publicado el|publicado|publicada el|fecha"
    "|enviado el|edición del|pubblicato il|pubblicato|inserito il|scritto il|data|del"
    "|publicado em"
    "|postado em|enviado em|edição de|em|gepubliceerd op|gepubliceerd|geplaatst op"
    "|geplaatst|gepost op|verschenen op|am|du|le|el|il|op|опубликовано|дата|publicerad"
    "|publicerat|publisert|udgivet|opublikowano|data publikacji|yayınlanma tarihi"
)
UPDATE_LABELS = (
    "last updated on|last updated|last modified|last revised|updated on|updated"
    "|modified|revised|aktualisiert am|aktualisiert|letzte änderung|zuletzt geändert am"
    "|zuletzt aktualisiert|mis à jour le|mise à jour|dernière mise à jour|modifié le"
    "|actualizado el|última actualización|aggiornato il|ultimo aggiornamento"
    "|atualizado em|última atualização|bijgewerkt op|bijgewerkt|laatst gewijzigd"
)
ZONES = {
    "utc": 0, "gmt": 0, "z": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5,
    "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "et": None, "ct": None,
    "mt": None, "pt": None, "bst": 1, "cet": 1, "cest": 2, "mez": 1, "mesz": 2,
    "akst": -9, "akdt": -8, "hst": -10,
}  # fmt: skip


def _month_numbers():
    numbers = {}
    for names in MONTHS.values():
        for number, forms in enumerate(names.split(), start=1):
            for form in forms.split("|"):
                numbers.setdefault(form, number)
    return numbers


MONTH_NUMBERS = _month_numbers()
_MONTH = "|".join(sorted(MONTH_NUMBERS, key=len, reverse=True))
_WEEKDAY = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
_ZONE = "|".join(sorted(ZONES, key=len, reverse=True))
_TIME = (
    r"(?:\s*(?:,|;|\||-|–|—|·|•|/)?\s*"
    r"(?:at|um|à|a las|a la|alle ore|alle|ore|às|as|om|@)?\s*"
    r"(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2})(?::(?P<second>\d{2}))?)?"
    r"\s*(?P<half>[ap]\.?\s?m\.?)?(?:\s*(?:uhr|heures|hrs?|horas|uur|h)\b)?"
    rf"\s*\(?(?P<zone>(?:{_ZONE})\b|(?:utc|gmt)?[+-]\d{{1,2}}:?(?:\d{{2}})?)?\)?)?"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|ª|\.)?"
_YEAR = r"(?P<year>\d{4}|['’]?\d{2})"
_NAME = rf"(?P<month>{_MONTH})\.?"
_LEAD = (
    rf"(?:(?P<update>{UPDATE_LABELS})|(?:{LABELS}))?\s*[:\-–—]?\s*"
    rf"(?:(?:le|el|il|den|die|de|do|em|op|on|am)\s+)?(?:(?:{_WEEKDAY})\b\.?,?\s*)?"
    r"(?:the\s+|den\s+|der\s+|le\s+|l['’])?"
)
_TIME_FIRST = (
    r"(?:(?P<hour0>\d{1,2}):(?P<minute0>\d{2})\s*(?P<half0>[ap]\.?m\.?)?"
    rf"\s*(?P<zone0>(?:{_ZONE})\b)?,?\s*(?:on\s+)?(?:(?:{_WEEKDAY})\b\.?,?\s*)?)?"
)

SHAPES = tuple(
    re.compile(shape, re.IGNORECASE)
    for shape in (
        # 12 March 2006, 12. März 2006, 12th of March, 2006, 12 de marzo de 2006
        rf"{_LEAD}{_TIME_FIRST}{_DAY}[\s./-]*(?:(?:of|de|di|d['’])\s+)?{_NAME}"
        rf"(?:\s+(?:de|del))?[\s,./-]*{_YEAR}(?:\s*г(?:ода|\.)?)?{_TIME}",
        # March 12, 2006
        rf"{_LEAD}{_TIME_FIRST}{_NAME}\s*{_DAY}(?:\s*[,.]\s*|\s+){_YEAR}{_TIME}",
        # 2006-03-12T10:15, 2006/03/12, 2006.03.12
        rf"{_LEAD}(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})"
        rf"(?:T|\b){_TIME}",
        # 3/12/2006, 12.03.2006, 12-3-98
        rf"{_LEAD}(?P<first>\d{{1,2}})(?P<mark>[-/.])\s?(?P<second_number>\d{{1,2}})"
        rf"(?P=mark)\s?{_YEAR}{_TIME}",
        # March 2006
        rf"{_LEAD}(?P<month>{_MONTH})\.?,?\s+(?:de\s+)?(?P<year>\d{{4}})",
        # 2006年3月12日, 2006년 3월 12일
        rf"(?:[^\W\d]{{2,4}}\s*[:：]\s*)?(?P<year>\d{{4}})\s*[年년]\s*(?P<month>\d{{1,2}})\s*[月월]"
        rf"\s*(?P<day>\d{{1,2}})\s*[日일](?:\s*[(（]?\w曜?日?[)）])?{_TIME}",
    )
)
# A date among other words on its line; its year has four digits.
WITHIN = tuple(
    re.compile(rf"(?<![\w./-])(?:{shape.pattern})(?![\w/-]|\.\d)", re.IGNORECASE)
    for shape in SHAPES
)
FOUR_DIGITS = re.compile(r"(?:19|20)\d{2}")
ISO = re.compile(
    r"(\d{4})-(\d{2})(?:-(\d{2})(?:[T\s]+(\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2})?)?)?",
    re.IGNORECASE,
)
YEARLESS = re.compile(
    rf"{_LEAD}(?:(?:{_MONTH})\.?\s*\d{{1,2}}(?:st|nd|rd|th)?"
    rf"|\d{{1,2}}(?:st|nd|rd|th|\.)?\s*(?:of\s+|de\s+)?(?:{_MONTH}))",
    re.IGNORECASE,
)
LONGEST = 90
QUICK = re.compile(r"\d")
CURRENT_CENTURY_ENDS = 50
HAS_ASIDE = re.compile(r"\d[ -]min|\bago\b", re.IGNORECASE)
UPDATE_PART = re.compile(rf"[\s,;|/(–—-]+(?=(?:{UPDATE_LABELS})\b)", re.IGNORECASE)
# What else stands on a line of a date: how long the story takes to read, how old it is.
ASIDES = re.compile(
    r"\s*(?:[|·•,;/–—-]\s*|\(\s*)?(?:\d{1,3}[ -]min(?:ute)?s?(?: read)?"
    r"|(?:about |over )?\d{1,2} (?:years?|months?) ago"
    r"|(?:lesezeit|(?:temps de )?lecture|reading time|leestijd)\s?:?"
    r" \d{1,3} min\w*\.?)\s*\)?\s*(?:[|·•]\s*)?",
    re.IGNORECASE,
)


def parse_date(text: str) -> When | None:
    """Read a date that is the whole of the text, labels and day names aside.

    None for anything else, so that a sentence with a date in it stays a
    sentence. 3/4/2006 is read the American way, month first, and marked
    ambiguous; with dots the day comes first, as wherever dots are used.
    """
    found = _match(text)
    return found[0] if found else None


def day_first(when: When) -> When:
    """Return an ambiguous date read the other way, as all but Americans mean it."""
    moment = when.moment
    return When(moment.replace(month=moment.day, day=moment.month), when.precision)


def is_yearless(text: str) -> bool:
    """Whether the text is a day and a month and nothing else."""
    text = " ".join(text[:LONGEST].split()).strip(" .,;|()[]-")
    return bool(YEARLESS.fullmatch(text))


def parse_update(text: str) -> When | None:
    """Read a date that the page labels as its last change."""
    found = _match(text)
    return found[0] if found and found[1] else None


def parse_publication(text: str) -> When | None:
    """Read a date that is not labelled as a change."""
    found = _match(text)
    return found[0] if found and not found[1] else None


def find_date(text: str) -> tuple[When, int, int] | None:
    """Find the one date in a short text, and where in it that stands.

    None where there are two of them, or where the year has two digits only; that of a
    change does not count.
    """
    text = text[: 2 * LONGEST]
    if not FOUR_DIGITS.search(text):
        return None
    found = []
    for shape in WITHIN:
        for match in shape.finditer(text):
            is_new = all(match.start() >= end or match.end() <= start
                         for _when, start, end in found)  # fmt: skip
            groups = match.groupdict()
            is_told = FOUR_DIGITS.search(groups["year"]) and not groups.get("update")
            if is_new and is_told and (when := _when(groups)):
                found.append((when, *match.span()))
    return found[0] if len(found) == 1 else None


def _match(text):
    return _match_short(text) if len(text) <= 2 * LONGEST else None


@lru_cache(maxsize=512)  # A line of the head is asked about several times.
def _match_short(text):
    text = " ".join(text.split()).strip(" .,;|()[]·•*–—-")
    if not text or len(text) > LONGEST or not QUICK.search(text):
        return None
    if HAS_ASIDE.search(text):
        text = ASIDES.sub(" ", text).strip()
    for shape in SHAPES:
        found = shape.fullmatch(text)
        if found:
            when = _when(found.groupdict())
            if when:
                return when, bool(found.groupdict().get("update"))
    # "Published March 4, 2006, updated March 5, 2006"
    first, *changed = UPDATE_PART.split(text, maxsplit=1)
    if changed and first and _match_short(changed[0]):
        return _match_short(first)
    return None


def parse_machine_date(text: str) -> When | None:
    """Read a date out of metadata: ISO 8601 first, a printed date else."""
    text = text.strip()
    found = ISO.match(text[:40])
    if not found:
        return parse_date(_without_rfc_zone(text))
    year, month, day, hour, minute, second, zone = found.groups()
    if not day:
        return _day(int(year), int(month), 1, "month")
    if not hour:
        return _day(int(year), int(month), int(day))
    try:
        moment = datetime(  # noqa: DTZ001 - the page may name no zone.
            int(year), int(month), int(day), int(hour), int(minute), int(second or 0)
        )
    except ValueError:
        return _day(int(year), int(month), int(day))
    if zone:
        moment = moment.replace(tzinfo=_zone(zone))
    return When(moment, "moment")


def _without_rfc_zone(text):
    # RFC 2822 dates end in a zone such as -0500 that printed dates do not have.
    return re.sub(r"\s+\+0000$", " GMT", text)


def _when(found):
    year = _year(found["year"])
    ambiguous = False
    if "first" in found:
        first, second = int(found["first"]), int(found["second_number"])
        if found["mark"] == "." or first > 12:
            day, month = first, second
        else:
            month, day = first, second
            ambiguous = day <= 12 and day != month
    elif found["month"].isdigit():
        month, day = int(found["month"]), int(found["day"])
    else:
        month = MONTH_NUMBERS[found["month"].lower()]
        if "day" not in found:
            return _day(year, month, 1, "month")
        day = int(found["day"])
    when = _day(year, month, day, ambiguous=ambiguous)
    return _with_time(when, found) if when else None


def _with_time(when, found):
    hour = found.get("hour") or found.get("hour0")
    if not hour:
        return when
    minute = found.get("minute") or found.get("minute0")
    half = (found.get("half") or found.get("half0") or "").lower()
    if not minute and not half:
        return None  # "12 March 2006 14" is not a date we know.
    hour = int(hour)
    if half:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    zone = _zone(found.get("zone") or found.get("zone0") or "")
    second = int(found.get("second") or 0)
    try:
        moment = datetime.combine(when.moment, datetime.min.time()).replace(
            hour=hour, minute=int(minute or 0), second=second, tzinfo=zone
        )
    except ValueError:
        return when
    return When(moment, "moment", when.ambiguous)


def _zone(name):
    name = name.lower().strip()
    offset = re.fullmatch(r"(?:utc|gmt)?([+-])(\d{1,2}):?(\d{2})?", name)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        if minutes >= 24 * 60:
            return None
        return timezone(timedelta(minutes=minutes if offset[1] == "+" else -minutes))
    hours = ZONES.get(name)
    return None if hours is None else timezone(timedelta(hours=hours))


def _year(digits):
    digits = digits.strip("'’")
    if len(digits) == 4:
        return int(digits)
    century = 2000 if int(digits) < CURRENT_CENTURY_ENDS else 1900
    return century + int(digits)


def _day(year, month, day, precision="day", ambiguous=False):
    if not 1500 <= year <= 2200:
        return None
    try:
        return When(date(year, month, day), precision, ambiguous)
    except ValueError:
        return None
