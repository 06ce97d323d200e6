"""Charts, shelves, plates and plain patterns."""

import math

from newsroom.demo.drawings.canvas import (
    CORAL,
    CREAM,
    HEIGHT,
    INK,
    MOSS,
    NAVY,
    OCHRE,
    PLUM,
    ROSE,
    RUST,
    SAGE,
    SKY,
    STRAW,
    TEAL,
    WHITE,
    WIDTH,
    mix,
)


def press_print(canvas, chance, *, inks=(RUST, NAVY, OCHRE), paper=CREAM):
    canvas.box(0, 0, WIDTH, HEIGHT, paper)
    step = 200
    for row in range(4):
        for column in range(6):
            x, y = column * step, row * step
            ink = chance.choice(inks)
            kind = chance.randrange(7)
            middle = (x + 100, y + 100)
            if chance.random() < 0.4:
                canvas.box(x, y, x + step, y + step, mix(paper, ink, 0.22))
            if kind == 0:
                canvas.disc(*middle, 100, ink)
                canvas.disc(*middle, 45, paper)
            elif kind == 1:
                canvas.shape([(x, y), (x + step, y), (x, y + step)], ink)
            elif kind == 2:
                for stripe in range(0, 200, 40):
                    canvas.box(x, y + stripe, x + step, y + stripe + 20, ink)
            elif kind == 3:
                canvas.dots(*middle, 96, ink, 18, thin=False)
            elif kind == 4:
                for radius in (96, 72, 48, 24):
                    canvas.ring(*middle, radius, ink, 10)
            elif kind == 5:
                for start in (x, x + 100):
                    canvas.pen.pieslice(
                        canvas._to([(start, y), (start + 200, y + 200)]), 90, 270, ink
                    )
            else:
                canvas.box(x, y, x + 100, y + 100, ink)
                canvas.box(x + 100, y + 100, x + 200, y + 200, ink)


def bookshelf(canvas, chance, *, wall=PLUM):
    canvas.box(0, 0, WIDTH, HEIGHT, mix(wall, INK, 0.35))
    spines = [RUST, TEAL, OCHRE, CREAM, NAVY, SAGE, CORAL, ROSE, MOSS, STRAW]
    for floor in (260, 520, 780):
        x = 24
        while x < 1170:
            width = chance.randint(22, 58)
            height = chance.randint(150, 218)
            ink = chance.choice(spines)
            if chance.random() < 0.06:
                canvas.shape(
                    [
                        (x + 60, floor - height),
                        (x + 60 + width, floor - height + 18),
                        (x + width, floor),
                        (x, floor - 6),
                    ],
                    ink,
                )
                x += width + 62
                continue
            canvas.box(x, floor - height, x + width, floor, ink)
            dark = mix(ink, INK, 0.45)
            canvas.box(x, floor - height + 22, x + width, floor - height + 28, dark)
            canvas.box(x, floor - 34, x + width, floor - 30, dark)
            if width > 34:
                canvas.box(
                    x + width / 2 - 7,
                    floor - height + 46,
                    x + width / 2 + 7,
                    floor - 60,
                    mix(ink, WHITE, 0.5),
                )
            x += width + 2
        canvas.box(0, floor, WIDTH, floor + 20, "#8c6a4a")
        canvas.box(0, floor + 14, WIDTH, floor + 24, "#5f4632")


def _axes(canvas, levels):
    canvas.box(0, 0, WIDTH, HEIGHT, WHITE)
    for number in range(levels):
        y = 680 - number * 110
        canvas.line([(120, y), (1110, y)], mix(WHITE, INK, 0.16), 2)
        canvas.word(86, y, str(number * 10), mix(INK, WHITE, 0.3), 24)
    canvas.line([(120, 680), (1110, 680)], INK, 4)


def bar_chart(canvas, chance):
    _axes(canvas, 6)
    for number in range(12):
        x = 145 + number * 81
        height = 180 + 240 * math.sin(number / 3.4) ** 2 + chance.randint(-30, 60)
        ink = RUST if number in (7, 8) else mix(NAVY, SKY, 0.35)
        canvas.box(x, 680 - height, x + 54, 678, ink)
        canvas.word(x + 27, 712, "JFMAMJJASOND"[number], INK, 26)


def line_chart(canvas, chance, *, ink=RUST):
    _axes(canvas, 6)
    level, line = 250, []
    for number in range(41):
        level = min(620, max(140, level + chance.gauss(6.5, 30)))
        line.append((130 + number * 24, 800 - level))
    trend = [(130, line[0][1] + 10), (1090, line[-1][1] - 5)]
    canvas.shape([(130, 678), *line, (1090, 678)], mix(WHITE, SKY, 0.35))
    canvas.line(trend, mix(INK, WHITE, 0.5), 3)
    canvas.line(line, ink, 7)
    for x, y in line[::4]:
        canvas.disc(x, y, 9, WHITE)
        canvas.disc(x, y, 6, ink)
    for number in range(5):
        canvas.word(130 + number * 240, 712, f"year {number * 10 or 1}", INK, 24)


def ballots(canvas, chance):
    canvas.box(0, 0, WIDTH, HEIGHT, mix(TEAL, INK, 0.1))
    for _ in range(44):
        x, y = chance.randint(-40, 1240), chance.randint(-40, 840)
        turn = chance.uniform(-0.7, 0.7)
        corners = []
        for dx, dy in ((-62, -84), (62, -84), (62, 84), (-62, 84)):
            corners.append(
                (
                    x + dx * math.cos(turn) - dy * math.sin(turn),
                    y + dx * math.sin(turn) + dy * math.cos(turn),
                )
            )
        canvas.shape([(a + 7, b + 9) for a, b in corners], mix(TEAL, INK, 0.45))
        canvas.shape(corners, chance.choice([WHITE, CREAM, STRAW]))
        for row in range(-2, 3):
            cx, sx = math.cos(turn), math.sin(turn)
            a = (x - 44 * cx - row * 28 * sx, y - 44 * sx + row * 28 * cx)
            b = (x + 18 * cx - row * 28 * sx, y + 18 * sx + row * 28 * cx)
            canvas.line([a, b], mix(INK, WHITE, 0.5), 5)
        row = chance.randint(-2, 2)
        mx = x + 42 * math.cos(turn) - row * 28 * math.sin(turn)
        my = y + 42 * math.sin(turn) + row * 28 * math.cos(turn)
        canvas.line([(mx - 11, my - 11), (mx + 11, my + 11)], RUST, 5)
        canvas.line([(mx - 11, my + 11), (mx + 11, my - 11)], RUST, 5)


def wood_type(canvas, chance, *, letters="Aa&Rg?!W", paper=CREAM):
    canvas.box(0, 0, WIDTH, HEIGHT, paper)
    inks = [RUST, INK, TEAL, OCHRE, PLUM]
    for number, letter in enumerate(letters):
        row, column = divmod(number, 4)
        x, y = column * 300, row * 400
        ink = inks[number * 2 % 5]
        if number % 3 == 0:
            canvas.box(x, y, x + 300, y + 400, ink)
            canvas.word(x + 150, y + 200, letter, paper, 330)
        else:
            canvas.word(x + 156, y + 208, letter, mix(paper, ink, 0.3), 330)
            canvas.word(x + 148, y + 200, letter, ink, 330)
    for _ in range(900):
        canvas.disc(
            chance.randint(0, 1200),
            chance.randint(0, 800),
            chance.uniform(0.6, 2.4),
            paper,
        )


def still_life(canvas, chance, *, wall=TEAL, cloth=CREAM):
    canvas.sky(mix(wall, INK, 0.15), wall)
    canvas.box(0, 520, WIDTH, HEIGHT, cloth)
    for x in range(-400, 1300, 64):
        canvas.line([(x, 520), (x + 330, 800)], mix(cloth, RUST, 0.25), 8)
    for y in range(560, 800, 62):
        canvas.line([(0, y), (1200, y)], mix(cloth, RUST, 0.25), 8)
    canvas.disc(600, 690, 400, mix(cloth, INK, 0.18), 0.13)
    canvas.shape([(250, 300), (420, 300), (460, 640), (210, 640)], WHITE)
    canvas.disc(335, 640, 125, WHITE, 0.25)
    canvas.disc(335, 300, 85, mix(WHITE, INK, 0.2), 0.2)
    canvas.arc(460, 440, 75, 280, 90, WHITE, 22)
    canvas.shape([(380, 310), (420, 300), (460, 640), (400, 660)], mix(WHITE, INK, 0.1))
    canvas.pen.pieslice(canvas._to([(560, 420), (1000, 820)]), 0, 180, RUST)
    canvas.disc(780, 620, 220, mix(RUST, INK, 0.35), 0.16)
    for x, y, ink in (
        (690, 585, OCHRE),
        (790, 560, CORAL),
        (880, 590, OCHRE),
        (760, 610, "#c7b53c"),
        (850, 610, CORAL),
    ):
        canvas.disc(x, y, 62, ink)
        canvas.disc(x - 18, y - 20, 15, mix(ink, WHITE, 0.5))
    canvas.pen.pieslice(canvas._to([(560, 420), (1000, 820)]), 4, 176, RUST)
    canvas.box(660, 800, 900, 830, RUST)
    for x in (470, 540):
        canvas.disc(x, 715, 48, OCHRE, 0.8)
        canvas.disc(x - 12, 702, 12, STRAW)
    canvas.disc(335, 200, 46, CORAL)
    for turn in range(0, 360, 40):
        angle = math.radians(turn)
        canvas.disc(335 + 48 * math.cos(angle), 190 + 48 * math.sin(angle), 30, CORAL)
    canvas.disc(335, 190, 24, OCHRE)
    canvas.line([(335, 225), (340, 300)], MOSS, 9)


def piano(canvas, chance):
    canvas.sky(PLUM, RUST)
    canvas.dots(900, 220, 170, mix(OCHRE, WHITE, 0.2), 18)
    for number in range(5):
        y = 120 + number * 38
        line = [(x, y + 30 * math.sin(x / 170)) for x in range(0, 1210, 12)]
        canvas.line(line, mix(CREAM, RUST, 0.2), 4)
    for x, step in (
        (140, 1),
        (260, 3),
        (350, 2),
        (520, 0),
        (640, 4),
        (780, 2),
        (1000, 1),
    ):
        y = 120 + step * 38 + 30 * math.sin(x / 170)
        canvas.disc(x, y, 19, CREAM, 0.75)
        canvas.line([(x + 16, y), (x + 16, y - 104)], CREAM, 6)
    canvas.box(0, 420, WIDTH, 470, INK)
    for number in range(15):
        x = number * 80
        canvas.box(x + 2, 470, x + 78, 800, WHITE, 6)
    for number in range(15):
        if number % 7 in (0, 1, 3, 4, 5):
            canvas.box(number * 80 + 54, 470, number * 80 + 104, 660, INK, 5)


def oysters(canvas, chance):
    canvas.box(0, 0, WIDTH, HEIGHT, mix(NAVY, TEAL, 0.3))
    canvas.disc(600, 400, 375, mix(WHITE, INK, 0.12))
    canvas.disc(600, 392, 365, WHITE)
    canvas.ring(600, 392, 320, mix(WHITE, SKY, 0.6), 6)
    for number in range(9):
        angle = number * math.tau / 9
        x, y = 600 + 225 * math.cos(angle), 392 + 225 * math.sin(angle)
        for radius, ink in ((84, "#6b6a63"), (72, "#a9a79b"), (58, "#ece7da")):
            points = []
            for degree in range(0, 360, 12):
                turn = math.radians(degree)
                reach = radius * (
                    0.86
                    + 0.3 * math.cos(turn - angle) * 0.5
                    + chance.uniform(-0.05, 0.05)
                )
                points.append((x + reach * math.cos(turn), y + reach * math.sin(turn)))
            canvas.shape(points, ink)
        canvas.disc(x - 4, y + 2, 34, "#c9c3b2", 0.8)
        canvas.disc(x - 10, y - 6, 12, WHITE)
    canvas.disc(600, 392, 96, "#e9c84b")
    canvas.disc(600, 392, 80, "#f4e6a8")
    for number in range(8):
        turn = math.radians(number * 45)
        canvas.line(
            [(600, 392), (600 + 78 * math.cos(turn), 392 + 78 * math.sin(turn))],
            "#e9c84b",
            6,
        )


def hands_of_clock(canvas, chance):
    canvas.sky(NAVY, PLUM)
    canvas.disc(600, 400, 330, INK)
    canvas.disc(600, 400, 312, CREAM)
    for number in range(60):
        turn = math.radians(number * 6)
        inner = 262 if number % 5 == 0 else 284
        canvas.line(
            [
                (600 + inner * math.sin(turn), 400 - inner * math.cos(turn)),
                (600 + 298 * math.sin(turn), 400 - 298 * math.cos(turn)),
            ],
            INK,
            9 if number % 5 == 0 else 3,
        )
    canvas.line([(600, 440), (672, 232)], INK, 17)
    canvas.line([(575, 430), (802, 402 - 150)], INK, 9)
    canvas.line([(600, 400), (430, 590)], RUST, 5)
    canvas.disc(600, 400, 19, RUST)
    for _ in range(160):
        canvas.disc(
            chance.choice([chance.randint(0, 250), chance.randint(950, 1200)]),
            chance.randint(0, 800),
            chance.uniform(1, 3),
            STRAW,
        )
