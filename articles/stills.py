"""What stands where a video, a post or a map can be loaded: a drawing of ours.

A still of the thing itself would be a request to somebody else for every reader. The
drawings are SVG in the colour of the text, so that they suit light and dark pages,
and the same address always gets the same one. Nothing here is random.
"""

from hashlib import sha256
from math import cos, pi, sin

from articles.embeds import AUDIO, CHART, MAP, POST, TALL, VIDEO

# The shapes of static/site/media.css, in the units of the drawings.
SIZES = {
    **{VIDEO: (160, 90), TALL: (90, 160), AUDIO: (160, 44)},
    **{POST: (160, 44), MAP: (160, 120), CHART: (160, 120)},
}


def draw(kind, address):
    """Return the SVG of a still, well-formed, a few hundred characters long."""
    dice = sha256(address.encode()).digest()
    width, height = SIZES[kind]
    # What is wide begins with what it is about.
    side = "xMin" if kind in (AUDIO, POST) else "xMid"
    drawing = DRAWINGS[kind](dice, width, height)
    return (
        f'<svg viewBox="0 0 {width} {height}" preserveAspectRatio="{side}YMid slice"'
        f' fill="currentColor" aria-hidden="true" focusable="false">{drawing}</svg>'
    )


def _landscape(dice, width, height):
    """Hills behind hills, under a sun or a moon, with a play mark."""
    sun = (width * (0.2 + dice[0] / 425), height * (0.18 + dice[1] / 1275))
    parts = [f'<circle cx="{sun[0]:.0f}" cy="{sun[1]:.0f}" r="9" opacity=".1"/>']
    for hill, opacity in enumerate((".07", ".1", ".14")):
        base = height * (0.5 + hill * 0.17)
        heights = [base + (dice[3 + hill * 5 + n] - 128) / 9 for n in range(5)]
        step = width / 4
        path = f"M0 {heights[0]:.0f}"
        for n in range(1, 5):
            middle = step * (n - 0.5)
            path += (
                f"C{middle:.0f} {heights[n - 1]:.0f} {middle:.0f} {heights[n]:.0f} "
                f"{step * n:.0f} {heights[n]:.0f}"
            )
        parts.append(f'<path opacity="{opacity}" d="{path}V{height}H0z"/>')
    return "".join(parts) + _play(width / 2, height / 2, 14)


def _play(x, y, radius):
    left, top, half = x - radius * 0.32, y - radius / 2, radius / 2
    return (
        f'<g class="mark"><circle cx="{x:g}" cy="{y:g}" r="{radius}"/>'
        f'<path d="M{left:.1f} {top:.1f}l{radius} {half:g}-{radius} {half:g}z"/></g>'
    )


def _wave(dice, width, height):
    """The bars of a recording, with a play mark before them."""
    path = ""
    for n in range(32):
        swing = 0.35 + 0.65 * abs(sin(n * (0.2 + dice[0] / 900) + dice[1]))
        length = height * 0.62 * swing * (0.45 + dice[n] / 465)
        path += f"M{40 + n * 3.6:.1f} {(height - length) / 2:.1f}v{length:.1f}"
    bars = f'<path d="{path}" stroke="currentColor" stroke-width="1.7"'
    return f'{bars} stroke-linecap="round" opacity=".28"/>{_play(20, height / 2, 11)}'


def _lines(dice, width, height):
    """A card with a quotation mark and lines of words that nobody can read."""
    mark = (
        "M10 33c0-12 6-19 15-22l2 4c-6 3-8 6-8 11h7v14H10zm22 0c0-12 6-19 15-22"
        "l2 4c-6 3-8 6-8 11h7v14H32z"
    )
    path = ""
    for n in range(3):
        length = 28 + dice[n] / 256 * 34 - (10 if n == 2 else 0)
        path += f"M62 {13 + n * 9}h{length:.0f}"
    return (
        f'<path class="accent" d="{mark}"/><path d="{path}" stroke="currentColor" '
        'stroke-width="3" stroke-linecap="round" opacity=".16"/>'
    )


def _contours(dice, width, height):
    """The lines of a hill on a map, and a pin in it."""
    x, y = width * (0.35 + dice[0] / 850), height * (0.42 + dice[1] / 1600)
    paths = ""
    for ring in range(1, 7):
        points = []
        for n in range(8):
            reach = ring * 15 * (0.75 + dice[4 + n] / 512)
            angle = n * pi / 4
            points.append((x + reach * cos(angle), y + reach * 0.75 * sin(angle)))
        middles = [
            ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
            for a, b in zip(points, points[1:] + points[:1], strict=True)
        ]
        paths += f"M{middles[-1][0]:.0f} {middles[-1][1]:.0f}"
        for point, middle in zip(points, middles, strict=True):
            paths += f"Q{point[0]:.0f} {point[1]:.0f} {middle[0]:.0f} {middle[1]:.0f}"
    return (
        f'<path d="{paths}" fill="none" stroke="currentColor" opacity=".2"/>'
        f'<path class="accent" d="M{x:.0f} {y:.0f}c-3-7-9-10-9-17a9 9 0 0 1 18 0'
        'c0 7-6 10-9 17zm0-13a4 4 0 1 0 0-8 4 4 0 0 0 0 8z"/>'
    )


def _bars(dice, width, height):
    """Bars on a line."""
    path = ""
    for n in range(9):
        length = height * (0.15 + dice[n] / 450)
        path += f"M{20 + n * 14} {height - 18}v-{length:.0f}h9v{length:.0f}z"
    return (
        f'<path d="{path}" opacity=".2"/>'
        f'<path class="accent" d="M14 {height - 18}h132v1.5H14z"/>'
    )


DRAWINGS = {
    VIDEO: _landscape,
    TALL: _landscape,
    AUDIO: _wave,
    POST: _lines,
    MAP: _contours,
    CHART: _bars,
}
