"""What several drawings have in common: hills, houses, boats, people."""

import itertools
import math

from newsroom.demo.drawings.canvas import HEIGHT, INK, STRAW, WIDTH, mix


def ridge(canvas, chance, level, swing, ink, *, rough=0.5, floor=HEIGHT):
    """A line of hills by displacing midpoints, filled down to the floor."""
    heights = [level, level]
    while len(heights) < 65:
        finer = []
        for left, right in itertools.pairwise(heights):
            middle = (left + right) / 2 + chance.uniform(-swing, swing)
            finer += [left, middle]
        heights = [*finer, heights[-1]]
        swing *= rough
    step = WIDTH / (len(heights) - 1)
    line = [(i * step, height) for i, height in enumerate(heights)]
    canvas.shape([(0, floor), *line, (WIDTH, floor)], ink)
    return line


def swell(canvas, level, ink, *, height=10, length=160, phase=0.0, floor=HEIGHT):
    line = [
        (x, level + height * math.sin(x / length * 2 * math.pi + phase))
        for x in range(0, WIDTH + 12, 12)
    ]
    canvas.shape([(0, floor), *line, (WIDTH, floor)], ink)


def glitter(canvas, chance, x, top, bottom, ink, width=180):
    """Light on water: short strokes, wider the nearer they are."""
    for y in range(int(top), int(bottom), 9):
        share = (y - top) / (bottom - top)
        for _ in range(3):
            middle = x + chance.gauss(0, width * (0.25 + share * 0.6))
            length = chance.uniform(6, 34) * (0.5 + share)
            canvas.line([(middle - length, y), (middle + length, y)], ink, 2.4)


def house(canvas, left, floor, width, height, wall, roof, *, lit=STRAW, steep=0.55):
    right, top = left + width, floor - height
    canvas.box(left, top, right, floor, wall)
    canvas.shape(
        [
            (left - 5, top),
            (left + width / 2, top - width * steep),
            (right + 5, top),
        ],
        roof,
    )
    canvas.box(left + width * 0.72, top - width * steep, left + width * 0.84, top, roof)
    columns = max(1, round(width / 55))
    for row in range(max(1, int(height // 75))):
        for column in range(columns):
            x = left + width * (column + 0.5) / columns
            y = top + 22 + row * 70
            canvas.box(x - 11, y, x + 11, y + 32, lit)
            canvas.line([(x, y), (x, y + 32)], wall, 2.5)
            canvas.line([(x - 11, y + 15), (x + 11, y + 15)], wall, 2.5)


def boat(canvas, x, waterline, size, hull, *, sail=None, mast=INK):
    if sail:
        top = waterline - size * 1.45
        canvas.line([(x, waterline - size * 0.1), (x, top)], mast, 4)
        canvas.shape(
            [
                (x + 6, top + 8),
                (x + 6, waterline - size * 0.3),
                (x + size * 0.62, waterline - size * 0.3),
            ],
            sail,
        )
        canvas.shape(
            [
                (x - 6, top + size * 0.25),
                (x - 6, waterline - size * 0.3),
                (x - size * 0.42, waterline - size * 0.3),
            ],
            mix(sail, "#ffffff", 0.35),
        )
    canvas.shape(
        [
            (x - size * 0.7, waterline - size * 0.24),
            (x + size * 0.8, waterline - size * 0.28),
            (x + size * 0.56, waterline + size * 0.05),
            (x - size * 0.52, waterline + size * 0.05),
        ],
        hull,
    )


def bird(canvas, x, y, size, ink):
    canvas.arc(x - size / 2, y, size / 2, 200, 330, ink, size * 0.12)
    canvas.arc(x + size / 2, y, size / 2, 210, 340, ink, size * 0.12)


SKINS = ["#f0c9a4", "#d9a577", "#b57b50", "#8a5a3b", "#e7b996", "#6d4630"]


def person(canvas, x, floor, height, coat, skin, *, legs=INK, hat=None):
    head = height * 0.085
    canvas.line(
        [(x - height * 0.06, floor), (x - height * 0.04, floor - height * 0.45)],
        legs,
        height * 0.07,
    )
    canvas.line(
        [(x + height * 0.07, floor), (x + height * 0.04, floor - height * 0.45)],
        legs,
        height * 0.07,
    )
    canvas.shape(
        [
            (x - height * 0.07, floor - height * 0.82),
            (x + height * 0.07, floor - height * 0.82),
            (x + height * 0.14, floor - height * 0.35),
            (x - height * 0.14, floor - height * 0.35),
        ],
        coat,
    )
    canvas.disc(x, floor - height * 0.9, head, skin)
    if hat:
        canvas.box(
            x - head * 1.5,
            floor - height * 0.955,
            x + head * 1.5,
            floor - height * 0.935,
            hat,
        )
        canvas.box(
            x - head * 0.85,
            floor - height * 1.03,
            x + head * 0.85,
            floor - height * 0.94,
            hat,
            3,
        )


def tree(canvas, x, floor, height, crown, trunk=INK):
    canvas.line([(x, floor), (x, floor - height * 0.6)], trunk, height * 0.05)
    canvas.disc(x, floor - height * 0.68, height * 0.3, crown, 1.15)
    canvas.disc(
        x + height * 0.07,
        floor - height * 0.74,
        height * 0.2,
        mix(crown, "#ffffff", 0.12),
    )
