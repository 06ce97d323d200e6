"""A megabyte made to hurt ends in a story or a problem, and soon."""

import time

import pytest

from articles.importers import Problem, Story

from .reading import read_bytes

SIZE = 1_000_000
HEAD = b"A Title\n\nBy Jane Hill\n\n"
TEXTS = {
    "one word": b"a" * SIZE,
    "one line of spaces": b"x" + b" " * SIZE + b"x",
    "one line of capitals": b"Aa " * (SIZE // 3),
    "a byline without an end": HEAD + b"By " + b"A, " * (SIZE // 3),
    "bylines": b"By Jane Hill\n" * (SIZE // 13),
    "dates": b"March 12, 2006\n" * (SIZE // 15),
    "chrome": b"Share our stories\n" * (SIZE // 18),
    "pipes": b"Home | " * (SIZE // 7),
    "addresses": HEAD + b"a@a.b" * (SIZE // 5),
    "schemes": HEAD + b"http://" * (SIZE // 7),
    "open brackets": HEAD + b"(" * SIZE,
    "dashes": HEAD + b"- " * (SIZE // 2),
    "closing boxes": HEAD + b"Jane Hill lives in A. E-mail a@b.com.\n\n" * (SIZE // 40),
    "one closing box": HEAD + b"Jane Hill lives in " * (SIZE // 19),
    "list entries": HEAD + b"- a\n\n" * (SIZE // 5),
    "wrapped lines": HEAD + (b"word " * 14 + b"\n") * (SIZE // 71),
    "stray bytes": b"\xc3\xa9\xff" * (SIZE // 3),
    "zeros": b"a\x00b" * (SIZE // 3),
}
PAGES = {
    "paragraphs": b"<p>Some words in a sentence here, and more.</p>" * (SIZE // 48),
    "cells": b"<table><tr>" + b"<td>a</td>" * (SIZE // 10),
    "links": b"<a href=x>a</a>" * (SIZE // 15),
    "breaks": b"text here<br><br>" * (SIZE // 17),
    "an attribute": b'<p title="' + b"x" * SIZE + b'">hi',
    "angle brackets": b"<" * SIZE,
    "a comment": b"<!--" + b"--" * (SIZE // 2),
    "a title": b"<title>" + b"x" * SIZE + b"</title><p>x",
    "a title in parts": b"<title>" + b"a - " * (SIZE // 4) + b"</title><p>x",
    "metadata": b'<meta name=author content="By A">' * (SIZE // 33),
    "open spans": b"<p>" + b"<span>a" * (SIZE // 7),
    "brackets in JSON": b'<script type="application/ld+json">' + b"[" * SIZE,
}


def assert_ends_soon(content):
    start = time.process_time()
    found = read_bytes(content)
    # Two seconds of processor time on the slowest machine we measured (2026);
    # twice that for a test run beside others.
    assert time.process_time() - start < 4
    assert isinstance(found, Story | Problem)
    return found


@pytest.mark.parametrize("name", TEXTS)
def test_a_megabyte_of_text_ends_soon(name):
    found = assert_ends_soon(TEXTS[name])
    if isinstance(found, Story):
        assert len(found.headline) <= 300
        assert "\x00" not in found.body_html


@pytest.mark.parametrize("name", PAGES)
def test_a_megabyte_of_markup_ends_soon(name):
    found = assert_ends_soon(b"<html><body>" + PAGES[name])
    if isinstance(found, Story):
        assert len(found.headline) <= 300
        assert "<script" not in found.body_html
