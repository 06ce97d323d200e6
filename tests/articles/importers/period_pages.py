"""Pages as sites made them from 1995 to 2006, drawn by us, and what is in them.

Each layout is a function from a Text to HTML. The words are invented at random, by a
seed, so that each page differs and every run sees the same ones.
"""

# ruff: noqa: E501 - old markup is as wide as its makers left it.

import random
from dataclasses import dataclass, field
from datetime import date

FIRST = "Ada Bram Clementine Dorrit Ewan Flora Gideon Hester Iris Jonas Lionel Morag"
LAST = "Ashby Birtwhistle Corrigan Dunmore Ellery Fairweather Grimsby Holloway Inkpen"
PLACES = (
    "Quill Harbor|Gantry Street|Spindle Row|Cold Ford|Ashgrove|the Upper Mill|Fen End"
)
THINGS = (
    "ferry|bakery|bell|school bus|lighthouse|orchard|ledger|water tower|brass band"
    "|post office|footbridge|library|weighbridge|night shift|county fair"
)
PEOPLE = (
    "the verger|a neighbour|the ferryman|my aunt|the mayor|a man in a red cap|she|he"
)
DOES = (
    "has outlived three mayors and a flood|was never meant to last the winter"
    "|costs more each year than anybody will admit|opens at ten past six, rain or not"
    "|keeps the only clock that agrees with the church|was sold twice and paid for once"
    "|draws people who have nothing else in common|smells of tar, oranges and wet wool"
)
TURNS = (
    "Nobody can say why|The council disagrees|That was before the strike|It did not help"
    "|For a while this was enough|None of it was written down|The records are silent"
    "|You could hear it from the hill|We should have asked earlier"
)
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


@dataclass
class Text:
    """A story and its page's particulars; `random` decides what a layout leaves open."""

    random: random.Random
    headline: str
    author: str
    day: date
    shape: int = 0  # which form of bylines, days and titles
    paragraphs: list = field(default_factory=list)

    @property
    def printed_day(self):
        month, day = MONTHS[self.day.month - 1], self.day
        return (
            f"{month} {day.day}, {day.year}",
            f"{day:%A}, {month} {day.day}, {day.year}",
            f"{day.day} {month} {day.year}",
            f"{month[:3]}. {day.day}, {day.year}",
            f"{day:%A} {day.day} {month} {day.year}",
            f"{month.upper()} {day.day}, {day.year}",
        )[self.shape % 6]

    @property
    def byline(self):
        """The byline as this page prints it, on one line or on two."""
        return (
            f"By {self.author}",
            f"by {self.author}",
            f"BY {self.author.upper()}",
            f"By {self.author}, Staff Writer",
            f"By {self.author}<br>Special to the Post",
            f"by {self.author.upper()}",
            f"Written by {self.author}",
        )[self.shape % 7]

    def title(self, site):
        """What stands in the page's title."""
        return (
            self.headline,
            f"{site} - {self.headline}",
            f"{self.headline} | {site}",
            site,
            f"{site}: {self.headline}",
            "Untitled Document",
            f"{site} / {self.headline}",
        )[self.shape // 3 % 7]

    @property
    def other(self):
        """The headline of another story, for menus and boxes."""
        return _headline(self.random)


def _pick(source, words):
    return source.choice(words.split("|") if "|" in words else words.split())


def _headline(source):
    shapes = (
        "The {0} at {1}", "What the {0} Knows", "Who Pays for the {0}?",
        "{1} and Its {0}", "A Farewell to the {0} of {1}", "Why {1} Kept Its {0}",
        "The Last {0}", "On Losing a {0}",
    )  # fmt: skip
    thing = _pick(source, THINGS).title()
    return source.choice(shapes).format(thing, _pick(source, PLACES).capitalize())


def _sentence(source):
    thing, place = _pick(source, THINGS), _pick(source, PLACES)
    shapes = (
        f"The {thing} at {place} {_pick(source, DOES)}.",
        f"{_pick(source, TURNS)}, though the {thing} {_pick(source, DOES)}.",
        f"In {source.randint(1880, 1990)} the {thing} of {place} burned, and within"
        f" {source.randint(2, 20)} years it stood again where it had stood.",
        f"I asked about the {thing}, and was told that the {_pick(source, THINGS)}"
        f" {_pick(source, DOES)}.",
        f"{_pick(source, TURNS)}.",
    )
    return source.choice(shapes)


def make_text(seed, year):
    """Return a Text of 6 to 14 paragraphs, some of them a line of speech."""
    source = random.Random(seed)
    text = Text(
        source,
        _headline(source),
        f"{_pick(source, FIRST)} {source.choice('ABCDEFGHJKLMRST')}."
        f" {_pick(source, LAST)}",
        date(year, source.randint(1, 12), source.randint(1, 28)),
        source.randint(0, 999),
    )
    for number in range(source.randint(6, 14)):
        if number and source.random() < 0.25:
            said = _pick(source, TURNS)
            text.paragraphs.append(f"“{said},” {_pick(source, PEOPLE)} said.")
        else:
            count = source.randint(2, 5)
            text.paragraphs.append(" ".join(_sentence(source) for _ in range(count)))
    return text


# Pieces of furniture.


def links(text, number, glue="<br>", tag="font size=-1"):
    end = tag.partition(" ")[0]
    return glue.join(
        f'<a href="{at}.html"><{tag}>{text.other}</{end}></a>' for at in range(number)
    )


SECTIONS = [
    "News",
    "Opinion",
    "Sports",
    "Arts",
    "Business",
    "Classified",
    "Obituaries",
    "Archive",
]


def menu(glue=" | "):
    return glue.join(f'<a href="/{one.lower()}/">{one}</a>' for one in SECTIONS)


def latin(text):
    """The text as a page of ISO-8859-1 writes it."""
    for sign, entity in (("“", '"'), ("”", '"'), ("’", "'")):
        text = text.replace(sign, entity)
    return text


# The layouts.


def home_page_1995(text):
    """One column, capitals, no closing tags."""
    body = "<P>\n".join(latin(one) for one in text.paragraphs)
    return f"""<HTML><HEAD><TITLE>{text.title("My Page")}</TITLE></HEAD>
<BODY BGCOLOR="#C0C0C0"><A HREF="index.html">Back to the index</A><HR>
<H1>{text.headline}</H1>
<I>{text.byline}</I><P>{text.printed_day}<P>
{body}
<HR><A HREF="index.html">Back to the index</A> | <A HREF="guest.html">Sign my
guestbook</A><P>You are visitor number <IMG SRC="/cgi-bin/counter.cgi">
<ADDRESS>webmaster@paper.example</ADDRESS></BODY></HTML>"""


def centred_1996(text):
    """A centred title between rules, paragraphs of double breaks."""
    body = "<br>\n<br>\n".join(text.paragraphs)
    return f"""<html><head><title>{text.title("The Harbor Post")}</title></head>
<body background="paper.gif" text=#000000><center><img src="logo.gif" width=400
height=80 alt="The Harbor Post"><br>{menu()}<hr width=50%><font size=+3><b>
{text.headline}</b></font><br><font size=+1>{text.byline}</font><br>
<i>{text.printed_day}</i><hr width=50%></center>
{body}<br><br>
<center>[ <a href="index.html">Home</a> | <a href="prev.html">Previous</a> |
<a href="next.html">Next</a> ]<br><font size=-2>Copyright &copy; {text.day.year} The
Harbor Post. All rights reserved.</font></center></body></html>"""


def left_table_1997(text):
    """A navigation column at the left, spacer GIFs, font tags in each paragraph."""
    body = "".join(
        f'<p><font face="Times" size=3>{one}</font>' for one in text.paragraphs
    )
    return f"""<html><head><title>{text.title("Gazette Online")}</title></head><body topmargin=0>
<table width=600 border=0 cellpadding=0 cellspacing=0><tr><td colspan=3 bgcolor=navy>
<img src="masthead.gif" alt="Gazette Online" width=600 height=60></td></tr><tr>
<td width=130 valign=top bgcolor=#eeeecc>{menu("<br>")}<br><br><b>Also today</b><br>
{links(text, 6)}</td><td width=10><img src="spacer.gif" width=10 height=1></td>
<td width=460 valign=top><font face="Arial" size=5 color=navy><b>{text.headline}</b>
</font><br><font face="Arial" size=2>{text.byline}<br>Staff writer</font><br>
<font size=1>Posted on {text.printed_day}</font>
{body}
<p><img src="spacer.gif" width=1 height=20><br><font size=1>Copyright {text.day.year},
Gazette Publishing Co.</font></td></tr></table></body></html>"""


def both_sides_1999(text):
    """Columns left and right, an advertisement in the middle of the story."""
    half = len(text.paragraphs) // 2
    first, second = text.paragraphs[:half], text.paragraphs[half:]
    advert = (
        "<table align=right width=120><tr><td align=center><font size=1>Advertisement"
        '</font><br><a href="http://ads.example/c?1"><img src="http://ads.example/1.gif"'
        ' width=120 height=240 alt="Buy tyres here"></a></td></tr></table>'
    )
    return f"""<html><head><title>{text.title("Daily Fen")}</title><script
language=JavaScript><!--
function go(f) {{ window.location = f.options[f.selectedIndex].value; }}
//--></script></head><body><form><select onChange="go(this)"><option>Go to a section
<option value=/n>News<option value=/s>Sports</select></form><table width=760><tr>
<td width=150 valign=top><b>SECTIONS</b><br>{menu("<br>")}</td><td valign=top>
<h2>{text.headline}</h2><p class=byline>{text.byline}</p>
<p><small>{text.day.month}/{text.day.day}/{text.day.year}</small></p>
{"".join(f"<p>{one}</p>" for one in first)}{advert}
{"".join(f"<p>{one}</p>" for one in second)}
<p><a href=mail.cgi>E-mail this story to a friend</a> | <a href=print.cgi>Printer-friendly
version</a></p></td><td width=160 valign=top bgcolor=#ffffcc><b>MORE NEWS</b><br>
{links(text, 7, "<br><br>")}<p><b>POLL</b><br>Should the bridge be closed?<br><input
type=radio> Yes<br><input type=radio> No</td></tr></table>
<center><font size=1>{menu()}<br>&copy; {text.day.year} Daily Fen</font></center>
</body></html>"""


def frame_1998(text):
    """What a frame showed: no menus, a title that says nothing."""
    body = "\n<p>\n".join(latin(one) for one in text.paragraphs)
    return f"""<html><head><title>main</title><base target="_top"></head>
<body bgcolor=#ffffff><font size=2 color=#666666>Ashgrove Observer | Commentary</font>
<p><font size=5>{text.headline}</font><p><b>{text.byline}</b>
<p><i>{text.day.day} {MONTHS[text.day.month - 1]} {text.day.year}</i><p>
{body}
<p align=right><a href="contents.html" target="main">Return to contents</a></body></html>"""


def blockquoted_1998(text):
    """A margin made of blockquote, line breaks between paragraphs, initials in large."""
    body = "<br><br>".join(text.paragraphs)
    return f"""<HTML><HEAD><META NAME="GENERATOR" CONTENT="Mozilla/4.04 [en] (Win95; I)">
<TITLE>{text.title("Essays")}</TITLE></HEAD><BODY TEXT="#000000" LINK="#0000EE">
<CENTER><H2>{text.headline.upper()}</H2></CENTER><CENTER>by</CENTER>
<CENTER>{text.author}</CENTER><CENTER><FONT SIZE=-1>{text.printed_day}</FONT></CENTER>
<HR><BLOCKQUOTE><BLOCKQUOTE><FONT SIZE="+2">{body[:1]}</FONT>{body[1:]}</BLOCKQUOTE>
</BLOCKQUOTE><HR WIDTH="100%"><A HREF="essays.html"><IMG SRC="back.gif" BORDER=0 HEIGHT=30
WIDTH=30></A> Back to essays<BR>Last updated: {text.printed_day}</BODY></HTML>"""


def print_2000(text):
    """A version for the printer, with the address it came from."""
    body = "".join(f"<p>{one}</p>\n" for one in text.paragraphs)
    return f"""<html><head><title>{text.title("Post")}</title></head><body onload="print()">
<p><img src="/i/small.gif" alt="The Post"> <a href="javascript:window.print()">Print this
page</a> | <a href="javascript:window.close()">Close window</a></p><hr noshade size=1>
<p>This article can be found at http://www.post.example/{text.day:%Y/%m/%d}/story.html</p>
<h3>{text.headline}</h3><p>{text.byline}</p>
<p>Published {text.printed_day}</p>
{body}
<hr noshade size=1><p><font size=1>Copyright {text.day.year} The Post Company</font></p>
</body></html>"""


def portal_2001(text):
    """Nested tables five deep, a ticker, a headline list below, a teaser with a picture."""
    body = "<br><br>\n".join(text.paragraphs)
    below = "".join(
        f'<tr><td>&#149;</td><td><a href="s{at}.asp">{text.other}</a></td></tr>'
        for at in range(8)
    )
    return f"""<html><head><title>{text.title("CentralNews.example")}</title>
<meta name="description" content="News from all over the county">
<meta name="keywords" content="news, county, weather"></head>
<body leftmargin=0><table width="100%"><tr><td><table width=770><tr><td bgcolor=#cc0000>
<font color=white>TOP STORIES: {text.other} ... {text.other} ... {
        text.other
    }</font></td>
</tr><tr><td><table><tr><td width=140 valign=top><table>{
        "".join(
            f"<tr><td bgcolor=#dddddd><a href=/{one}>{one}</a></td></tr>"
            for one in SECTIONS
        )
    }
</table></td><td valign=top width=440><table width="100%"><tr><td><span class="hd">
{text.headline}</span><br><span class="dt">{text.day:%d.%m.%Y} 14:20</span><br>
<span class="au">{text.byline}</span></td></tr><tr><td><div class="txt">
{body}</div></td></tr><tr><td><b>Related stories</b><table>{below}</table></td></tr>
</table></td><td width=180 valign=top><table bgcolor=#eeeeee><tr><td><img src=t1.jpg
width=80 height=60><br><a href=t1.asp><b>{text.other}</b></a><br>A new exhibition shows
what the county looked like a hundred years ago. <a href=t1.asp>More</a></td></tr><tr>
<td><a href=/weather>Weather</a>: rain, 12 C</td></tr></table></td></tr></table></td></tr>
</table></td></tr></table></body></html>"""


def cms_2003(text):
    """Divs with names, a toolbar, comments below, a newsletter form."""
    body = "".join(f"<p>{one}</p>" for one in text.paragraphs)
    comments = "".join(
        f'<div class="comment"><b>{name}</b> wrote: I do not agree with this at all, and'
        " I have lived here for forty years. Somebody should look into it.</div>"
        for name in ("oldtimer", "bea", "reader 12")
    )
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN"><html><head>
<title>{text.title("Fen Weekly")}</title></head><body><div id="header"><a
href="/">Fen Weekly</a><div id="search"><form><input name=q></form></div></div>
<div id="leftcol"><ul id="mainmenu">{
        "".join(f"<li><a href='/{one}'>{one}</a></li>" for one in SECTIONS)
    }</ul></div>
<div id="content"><div class="breadcrumb"><a href="/">Home</a> &gt; <a href="/opinion">
Opinion</a> &gt; {text.headline}</div><h1>{text.headline}</h1><div class="meta">Written
by {text.author} on {text.printed_day}</div><div class="tools"><a href="#">Print</a>
<a href="#">E-mail</a></div><div class="storybody">{body}</div>
<div id="comments"><h3>Comments</h3>{comments}</div></div>
<div id="rightcol"><h4>Most read</h4><ol>{
        "".join(f"<li><a href='/{at}'>{text.other}</a></li>" for at in range(5))
    }</ol>
<form><h4>Newsletter</h4><p>Get our stories every week by e-mail, free of charge.</p>
<input name=email></form></div><div id="footer">Fen Weekly, 12 Mill Lane, Fen End. All
content copyright {text.day.year}.</div></body></html>"""


def blog_2004(text):
    """An early blog: a date above the post, a signature below, a sidebar."""
    body = "".join(f"<p>{one}</p>\n" for one in text.paragraphs)
    archive = "".join(
        f'<li><a href="/{y}_{m:02}.html">{MONTHS[m - 1]} {y}</a></li>'
        for y in (2003, 2004)
        for m in range(1, 7)
    )
    return f"""<html xmlns="http://www.w3.org/1999/xhtml"><head><title>{text.title("Porch Notes")}</title></head><body><div id="banner"><h1><a href="/">Porch Notes</a></h1>
<span class="description">Small things, told slowly</span></div><div id="content">
<div class="blog"><div style="text-align:center"><a href="/1.html">&laquo; {text.other}
</a> | <a href="/">Main</a> | <a href="/2.html">{text.other} &raquo;</a></div>
<h2 class="date">{text.printed_day}</h2><div class="blogbody">
<h3 class="title">{text.headline}</h3>
{body}
<span class="posted">Posted by {text.author} at {text.printed_day} 09:{text.day.day:02} PM
| <a href="/t">TrackBack</a></span></div><div class="comments-head">Comments</div>
<div class="comments-body"><p>What a lovely piece, it made me think of my own porch and the
people who sat there.</p><span class="comments-post">Posted by: Wren at {text.printed_day}
</span></div></div></div><div id="links"><h2 class="sidetitle">Archives</h2><div
class="side"><ul>{archive}</ul></div><h2 class="sidetitle">Blogroll</h2><div class="side">
{links(text, 6, tag="span class=x")}</div></div></body></html>"""


def college_2002(text):
    """A college paper: the byline in its own cell, a pull quote, a drop of related."""
    paragraphs = [f"<p>{one}</p>" for one in text.paragraphs]
    return f"""<html><head><title>{text.title("The Reed")}</title></head><body>
<table width=700 align=center><tr><td colspan=2><a href=/><img src=reed.gif alt="The Reed">
</a></td></tr><tr><td colspan=2 bgcolor=#003300><font color=white>{menu(" &nbsp; ")}</font>
</td></tr><tr><td valign=top width=520><table><tr><td><h1>{text.headline}</h1></td></tr>
<tr><td><table><tr><td><i>{text.byline}</i></td><td align=right>{text.printed_day}</td>
</tr></table></td></tr><tr><td>{"".join(paragraphs)}</td></tr><tr><td><i>{text.author} is a
junior at Fen End College and writes about the town. She can be reached at
reed@fen.example.</i></td></tr></table></td><td valign=top width=180><b>In this
issue</b><ul>{"".join(f"<li><a href=a{at}.html>{text.other}</a>" for at in range(9))}</ul>
<a href="ads.html"><img src="ad.gif" width=160 height=600 alt="advertisement"></a></td>
</tr></table><p align=center><font size=-2>The Reed | 1 College Way | Fen End | <a
href=mailto:reed@fen.example>Contact us</a></font></p></body></html>"""


def magazine_2006(text):
    """XHTML and styles, metadata, a list of tags, related stories in the middle."""
    half = len(text.paragraphs) // 2
    paragraphs = [f"<p>{one}</p>" for one in text.paragraphs]
    related = (
        '<div class="related"><h4>Related</h4><ul>'
        + "".join(f'<li><a href="/{at}">{text.other}</a></li>' for at in range(3))
        + "</ul></div>"
    )
    return f"""<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html PUBLIC "-//W3C//DTD
XHTML 1.0 Strict//EN" ""><html lang="en"><head><title>{
        text.title("Tidewrack Magazine")
    }</title><meta name="author" content="{text.author}" /><meta name="date"
content="{
        text.day.isoformat()
    }" /><style type="text/css">p {{ margin: 0 }}</style></head>
<body class="article"><div id="wrap"><div id="nav"><ul>{
        "".join(f"<li><a href='/{one}'>{one}</a></li>" for one in SECTIONS)
    }</ul></div>
<div id="main"><h2>{text.headline}</h2><p class="credit">Words: {text.author}</p>
{"".join(paragraphs[:half])}{related}{"".join(paragraphs[half:])}
<p class="tags">Tags: <a href="/t/a" rel="tag">harbour</a>, <a href="/t/b" rel="tag">
bread</a></p></div><div id="side"><h3>Subscribe</h3><p>Four issues a year, printed on good
paper, sent to your door wherever your door may be. <a href="/s">Subscribe now</a></p>
<h3>Latest</h3><ul>{
        "".join(f"<li><a href='/{at}'>{text.other}</a></li>" for at in range(5))
    }</ul></div><div id="footer"><p>&copy; {text.day.year} Tidewrack Media Ltd. <a
href="/terms">Terms</a> <a href="/privacy">Privacy</a></p></div></div></body></html>"""


LAYOUTS = {
    home_page_1995: 1995,
    centred_1996: 1996,
    left_table_1997: 1997,
    blockquoted_1998: 1998,
    frame_1998: 1998,
    both_sides_1999: 1999,
    print_2000: 2000,
    portal_2001: 2001,
    college_2002: 2002,
    cms_2003: 2003,
    blog_2004: 2004,
    magazine_2006: 2006,
}


def period_pages(number=10):
    """Yield (layout, Text, HTML), `number` of each layout."""
    for layout, year in LAYOUTS.items():
        for seed in range(number):
            text = make_text(f"{layout.__name__} {seed}", year)
            yield layout.__name__, text, layout(text)
