"""Hills, water, birds, weather: what is outside the towns."""

import math

from newsroom.demo.drawings.canvas import (
    CORAL,
    CREAM,
    HEIGHT,
    INK,
    MIST,
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
from newsroom.demo.drawings.shapes import (
    SKINS,
    bird,
    boat,
    glitter,
    house,
    person,
    ridge,
    swell,
    tree,
)


def misty_hills(canvas, chance, *, top=SKY, low=STRAW, near=NAVY, sun=CORAL):
    canvas.sky(top, low)
    canvas.disc(chance.randint(300, 900), 270, 92, sun)
    far = mix(low, near, 0.15)
    for number in range(6):
        ridge(
            canvas,
            chance,
            360 + number * 72,
            92 - number * 9,
            mix(far, near, number / 5),
        )
    for _ in range(7):
        bird(canvas, chance.randint(150, 1050), chance.randint(90, 330), 22, near)


def open_sea(canvas, chance, *, top=CORAL, low=STRAW, water=TEAL, sun=WHITE):
    canvas.sky(top, low, until=430)
    x = chance.randint(380, 820)
    canvas.disc(x, 350, 105, sun)
    canvas.box(0, 430, WIDTH, HEIGHT, mix(water, low, 0.35))
    for number in range(9):
        swell(
            canvas,
            450 + number * 42,
            mix(mix(water, low, 0.3), mix(water, INK, 0.4), number / 8),
            height=4 + number * 1.6,
            length=150 + number * 28,
            phase=chance.uniform(0, 6),
        )
    glitter(canvas, chance, x, 440, 690, mix(sun, low, 0.2))
    boat(canvas, x - 270, 520, 80, INK, sail=WHITE)
    boat(canvas, x + 250, 478, 38, INK, sail=CREAM)


def river_from_above(canvas, chance, *, water=TEAL, fields=None):
    fields = fields or [SAGE, MOSS, OCHRE, STRAW, "#a8b56b", "#c8b46a", "#7d9a62"]
    for row in range(-1, 9):
        for column in range(-1, 10):
            x, y = column * 140 + row * 30, row * 110 - column * 14
            canvas.shape(
                [(x, y), (x + 144, y - 15), (x + 174, y + 100), (x + 28, y + 116)],
                ink := chance.choice(fields),
            )
            if chance.random() < 0.55:
                dark = mix(ink, INK, 0.14)
                for furrow in range(1, 8):
                    shift = furrow * 17
                    canvas.line(
                        [(x + shift, y + 4), (x + 28 + shift, y + 106)], dark, 2.5
                    )
    middle = [
        (x, 400 + 150 * math.sin(x / 190) + 60 * math.sin(x / 71 + 1))
        for x in range(-60, 1290, 10)
    ]
    for width, ink in ((104, mix(STRAW, WHITE, 0.3)), (84, water)):
        canvas.line(middle, ink, width)
    canvas.line([(x, y - 14) for x, y in middle], mix(water, WHITE, 0.28), 5)
    for _ in range(130):
        x, y = chance.choice(middle)
        x += chance.uniform(-70, 70)
        y += chance.choice([-1, 1]) * chance.uniform(66, 130)
        size = chance.uniform(7, 15)
        canvas.disc(x + 4, y + 5, size, mix(MOSS, INK, 0.5))
        canvas.disc(x, y, size, mix(MOSS, SAGE, chance.random() * 0.5))


def storm(canvas, chance):
    canvas.sky("#1c2433", "#67707a", until=560)
    for _ in range(26):
        x, y = chance.randint(-60, 1260), chance.randint(-20, 230)
        canvas.disc(
            x,
            y,
            chance.randint(80, 170),
            mix("#222c3c", "#5a6470", chance.random()),
            0.5,
        )
    x, y = 700, 180
    bolt = [(x, y)]
    while y < 560:
        x, y = x + chance.randint(-46, 40), y + chance.randint(24, 60)
        bolt.append((x, min(y, 560)))
    canvas.line(bolt, mix(OCHRE, WHITE, 0.4), 9)
    canvas.line(bolt, WHITE, 4)
    for number in range(8):
        swell(
            canvas,
            540 + number * 40,
            mix("#49606b", INK, number / 9),
            height=16 + number * 2,
            length=210 + number * 30,
            phase=chance.uniform(0, 6),
        )
        for _ in range(12):
            crest = chance.randint(0, 1200)
            canvas.line(
                [(crest, 548 + number * 40), (crest + 40, 540 + number * 40)],
                mix(MIST, "#49606b", number / 9),
                3,
            )


def harbour(canvas, chance, *, top=STRAW, low=ROSE, water="#3d7f86"):
    canvas.sky(top, low, until=470)
    walls = [WHITE, OCHRE, CORAL, SKY, ROSE, SAGE, STRAW]
    x, index = -20, 0
    while x < WIDTH:
        width = chance.choice([84, 100, 118])
        house(
            canvas,
            x,
            490,
            width,
            chance.randint(130, 230),
            walls[index * 3 % len(walls)],
            chance.choice([RUST, INK, PLUM]),
            lit=NAVY,
            steep=0.5,
        )
        x += width + 2
        index += 1
    canvas.box(0, 480, WIDTH, 520, "#6a5f58")
    canvas.box(0, 520, WIDTH, HEIGHT, water)
    for _ in range(150):
        x, y = chance.randint(-50, 1200), chance.randint(526, 795)
        length = chance.randint(20, 110)
        canvas.line(
            [(x, y), (x + length, y)],
            mix(water, chance.choice([WHITE, INK, ROSE]), 0.3),
            3,
        )
    for number, x in enumerate((170, 420, 690, 960)):
        hull = [RUST, NAVY, WHITE, MOSS][number]
        y = 620 + (number % 2) * 70
        canvas.shape(
            [(x - 50, y - 95), (x + 40, y - 95), (x + 40, y - 30), (x - 50, y - 30)],
            mix(hull, WHITE, 0.5),
        )
        canvas.box(x - 36, y - 82, x - 8, y - 56, NAVY)
        canvas.line([(x + 62, y - 30), (x + 62, y - 190)], INK, 4)
        canvas.line([(x + 62, y - 185), (x - 70, y - 40)], INK, 2)
        boat(canvas, x, y, 135, hull)


def lighthouse(canvas, chance, *, night=NAVY):
    canvas.sky(mix(night, INK, 0.5), mix(night, SKY, 0.3))
    for _ in range(170):
        canvas.disc(
            chance.randint(0, 1200),
            chance.randint(0, 460),
            chance.choice([1.2, 1.6, 2.6]),
            WHITE,
        )
    beam = mix(mix(night, SKY, 0.2), STRAW, 0.55)
    canvas.shape([(800, 214), (0, 60), (0, 330)], mix(beam, night, 0.3))
    canvas.shape([(800, 214), (0, 130), (0, 270)], beam)
    canvas.shape([(800, 214), (1200, 160), (1200, 290)], mix(beam, night, 0.3))
    for number in range(6):
        swell(
            canvas,
            600 + number * 38,
            mix(mix(night, TEAL, 0.5), INK, number / 6),
            height=8 + number * 2,
            length=180 + number * 20,
            phase=number * 1.7,
        )
    canvas.shape(
        [
            (560, 720),
            (640, 610),
            (740, 590),
            (880, 596),
            (1000, 640),
            (1120, 730),
            (1200, 800),
            (480, 800),
        ],
        INK,
    )
    canvas.shape([(752, 610), (848, 610), (832, 250), (768, 250)], WHITE)
    for number in range(3):
        y = 320 + number * 100
        grow = (y - 250) / 360 * 16
        canvas.shape(
            [
                (768 - grow, y),
                (832 + grow, y),
                (834 + grow, y + 46),
                (766 - grow, y + 46),
            ],
            RUST,
        )
    canvas.box(752, 240, 848, 254, INK)
    canvas.box(774, 188, 826, 242, STRAW)
    canvas.line([(800, 188), (800, 242)], INK, 4)
    canvas.shape([(764, 190), (836, 190), (800, 148)], RUST)
    house(canvas, 880, 640, 110, 60, WHITE, RUST, steep=0.35)


def birch_wood(canvas, chance, *, leaves=OCHRE, ground=RUST):
    canvas.sky(mix(leaves, WHITE, 0.55), mix(leaves, WHITE, 0.2))
    for _ in range(260):
        canvas.disc(
            chance.randint(0, 1200),
            chance.randint(0, 420),
            chance.randint(10, 38),
            mix(leaves, chance.choice([WHITE, RUST, MOSS]), chance.uniform(0.1, 0.45)),
        )
    canvas.box(0, 640, WIDTH, HEIGHT, mix(ground, leaves, 0.3))
    for depth in range(3):
        ink = [mix(WHITE, leaves, 0.5), mix(WHITE, leaves, 0.2), WHITE][depth]
        for _ in range(8 - depth):
            x = chance.randint(-20, 1220)
            width = 12 + depth * 14
            foot = 650 + depth * 55
            lean = chance.uniform(-26, 26)
            canvas.shape(
                [
                    (x - width / 2, foot),
                    (x + width / 2, foot),
                    (x + width * 0.35 + lean, -10),
                    (x - width * 0.35 + lean, -10),
                ],
                ink,
            )
            for _ in range(14):
                y = chance.randint(0, foot - 20)
                middle = x + lean * (1 - y / foot)
                length = chance.uniform(0.15, 0.5) * width
                side = chance.choice([-1, 1])
                canvas.line(
                    [
                        (middle + side * width * 0.4, y),
                        (middle + side * (width * 0.4 - length), y + 2),
                    ],
                    INK,
                    2 + depth,
                )
    for _ in range(330):
        canvas.disc(
            chance.randint(0, 1200),
            chance.randint(645, 800),
            chance.uniform(3, 9),
            mix(ground, chance.choice([leaves, INK, STRAW]), chance.uniform(0, 0.6)),
            0.5,
        )


def night_sky(canvas, chance):
    canvas.sky("#0d1526", "#3b4f78")
    for _ in range(900):
        share = chance.random()
        x = share * 1300 - 50
        y = 520 - share * 470 + chance.gauss(0, 70)
        canvas.disc(x, y, chance.choice([0.8, 1, 1.4, 2]), mix("#3b4f78", WHITE, 0.8))
    for _ in range(260):
        canvas.disc(
            chance.randint(0, 1200),
            chance.randint(0, 640),
            chance.choice([1, 1.4, 2.2, 3]),
            chance.choice([WHITE, STRAW, SKY]),
        )
    canvas.line([(300, 120), (470, 190)], WHITE, 3)
    ridge(canvas, chance, 620, 60, "#141c2b")
    canvas.shape([(760, 660), (930, 660), (930, 600), (760, 600)], "#070c15")
    canvas.pen.pieslice(canvas._to([(755, 515), (935, 690)]), 180, 360, "#070c15")
    canvas.shape([(800, 560), (832, 535), (790, 470), (768, 486)], "#070c15")
    canvas.box(838, 615, 858, 660, OCHRE)
    person(canvas, 640, 668, 96, "#070c15", "#070c15", legs="#070c15")


def marsh_birds(canvas, chance, *, low=CORAL):
    canvas.sky("#f0dfc0", low, until=540)
    canvas.disc(330, 430, 88, mix(OCHRE, WHITE, 0.2))
    canvas.box(0, 530, WIDTH, HEIGHT, mix(low, NAVY, 0.35))
    for _ in range(16):
        x, y = chance.randint(-80, 1200), chance.randint(540, 790)
        canvas.disc(x, y, chance.randint(70, 220), mix(MOSS, INK, 0.45), 0.09)
    for number in range(320):
        share = number / 320
        turn = share * 9
        x = 420 + share * 640 + 120 * math.cos(turn) + chance.gauss(0, 34)
        y = 250 - share * 60 + 110 * math.sin(turn) + chance.gauss(0, 26)
        bird(canvas, x, y, chance.uniform(8, 17), INK)
    for _ in range(120):
        x = chance.randint(-10, 1210)
        y = chance.randint(690, 810)
        canvas.line(
            [(x, y + 40), (x + chance.uniform(-20, 20), y - chance.randint(60, 170))],
            mix(MOSS, INK, 0.7),
            3,
        )


def contour_map(canvas, chance, *, paper="#eef0e2", ink=MOSS):
    canvas.box(0, 0, WIDTH, HEIGHT, paper)
    hills = [
        (chance.randint(100, 1100), chance.randint(80, 720), chance.uniform(0.7, 1.3))
        for _ in range(5)
    ]
    for x, y, size in hills:
        wobble = [chance.uniform(0, 6) for _ in range(3)]
        for level in range(9, 0, -1):
            line = []
            for degree in range(0, 366, 6):
                angle = math.radians(degree)
                radius = (
                    size
                    * level
                    * 26
                    * (
                        1
                        + 0.16 * math.sin(3 * angle + wobble[0])
                        + 0.1 * math.sin(5 * angle + wobble[1])
                    )
                )
                line.append(
                    (x + radius * math.cos(angle) * 1.2, y + radius * math.sin(angle))
                )
            canvas.shape(line, mix(paper, ink, (10 - level) * 0.035))
            canvas.line(line, mix(paper, ink, 0.6), 3 if level % 4 else 5)
    flood = [(x, 430 + 120 * math.sin(x / 230)) for x in range(-20, 1240, 10)]
    canvas.line(flood, mix(SKY, paper, 0.35), 120)
    canvas.line(flood, TEAL, 26)
    for _ in range(60):
        x, y = chance.choice(flood)
        y += chance.choice([-1, 1]) * chance.randint(24, 120)
        canvas.box(x, y, x + 15, y + 12, RUST if chance.random() < 0.4 else INK)


def snow(canvas, chance):
    canvas.sky("#8fa3b3", "#e6ebec")
    ridge(canvas, chance, 430, 60, "#c8d3d8")
    ridge(canvas, chance, 520, 40, "#dde4e6")
    house(canvas, 660, 600, 190, 120, RUST, WHITE, lit=OCHRE, steep=0.42)
    house(canvas, 870, 610, 130, 90, PLUM, WHITE, lit=OCHRE, steep=0.42)
    canvas.shape([(0, 800), (0, 590), (600, 570), (1200, 620), (1200, 800)], WHITE)
    for _ in range(17):
        x = chance.randint(20, 600)
        height = chance.randint(120, 240)
        floor = 600 + chance.randint(-10, 130)
        for tier in range(3):
            top = floor - height + tier * height * 0.25
            half = height * (0.14 + tier * 0.08)
            canvas.shape(
                [
                    (x, top),
                    (x + half, top + height * 0.4),
                    (x - half, top + height * 0.4),
                ],
                mix(MOSS, INK, 0.45),
            )
            canvas.shape(
                [
                    (x, top),
                    (x + half * 0.5, top + height * 0.17),
                    (x - half * 0.5, top + height * 0.17),
                ],
                WHITE,
            )
    canvas.line([(760, 620), (700, 680), (780, 740), (690, 800)], "#cfd8dc", 34)
    for _ in range(520):
        canvas.disc(
            chance.randint(0, 1200),
            chance.randint(0, 800),
            chance.uniform(1.5, 5),
            WHITE,
        )


def honeycomb(canvas, chance):
    canvas.box(0, 0, WIDTH, HEIGHT, mix(OCHRE, INK, 0.35))
    size = 58
    for row in range(-1, 10):
        for column in range(-1, 13):
            x = column * size * 1.76 + (row % 2) * size * 0.88
            y = row * size * 1.53
            points = [
                (
                    x + size * 0.94 * math.sin(math.radians(a)),
                    y + size * 0.94 * math.cos(math.radians(a)),
                )
                for a in range(0, 360, 60)
            ]
            canvas.shape(
                points,
                mix(
                    OCHRE, chance.choice([WHITE, RUST, STRAW]), chance.uniform(0.1, 0.6)
                ),
            )
    for _ in range(15):
        x, y = chance.randint(60, 1140), chance.randint(60, 740)
        canvas.disc(x - 20, y - 24, 30, mix(WHITE, SKY, 0.3), 0.55)
        canvas.disc(x + 18, y - 24, 30, mix(WHITE, SKY, 0.2), 0.55)
        canvas.disc(x, y, 42, OCHRE, 0.62)
        for stripe in (-20, 0, 20):
            canvas.box(x + stripe - 5, y - 23, x + stripe + 5, y + 23, INK)
        canvas.disc(x - 40, y, 16, INK)


def allotment(canvas, chance):
    canvas.sky(SKY, CREAM, until=330)
    ridge(canvas, chance, 300, 30, SAGE, floor=360)
    canvas.box(0, 330, WIDTH, HEIGHT, "#6b4f3b")
    for row in range(8):
        y = 350 + row * row * 7 + row * 10
        size = 7 + row * 4
        ink = [MOSS, SAGE, "#7fa35a", CORAL, MOSS, "#a6b84f", TEAL, SAGE][row]
        canvas.line([(0, y + size), (1200, y + size)], "#553d2d", size * 0.8)
        x = -10
        while x < 1220:
            canvas.disc(x, y, size * chance.uniform(0.8, 1.15), ink, 0.8)
            canvas.disc(x, y - size * 0.3, size * 0.5, mix(ink, WHITE, 0.25), 0.7)
            x += size * 2.3
    house(canvas, 910, 420, 150, 90, TEAL, INK, lit=STRAW, steep=0.3)
    person(canvas, 330, 560, 190, RUST, SKINS[3], legs=NAVY, hat=STRAW)
    canvas.line([(345, 440), (420, 590)], "#3d2b1f", 7)
    tree(canvas, 130, 390, 230, MOSS)


def paddle_ferry(canvas, chance):
    canvas.sky("#bcd0d3", "#f2e3c4", until=430)
    ridge(canvas, chance, 400, 40, mix(SAGE, SKY, 0.5), floor=440)
    canvas.box(0, 430, WIDTH, HEIGHT, "#4d8187")
    for number in range(7):
        swell(
            canvas,
            450 + number * 50,
            mix("#5d9197", NAVY, number / 9),
            height=5,
            length=220,
            phase=chance.uniform(0, 6),
        )
    canvas.shape([(220, 470), (1000, 470), (940, 590), (290, 590)], WHITE)
    canvas.shape([(236, 505), (984, 505), (940, 590), (290, 590)], NAVY)
    canvas.box(330, 390, 900, 472, CREAM)
    canvas.box(420, 320, 800, 392, WHITE)
    for x in range(350, 880, 48):
        canvas.box(x, 410, x + 30, 450, TEAL, 4)
    for x in range(440, 780, 56):
        canvas.box(x, 338, x + 34, 374, TEAL, 4)
    canvas.shape([(600, 320), (690, 320), (680, 200), (612, 200)], RUST)
    canvas.box(606, 220, 686, 246, INK)
    for number in range(9):
        canvas.disc(
            660 + number * 46,
            180 - number * 13,
            20 + number * 5,
            mix("#e9e2d0", "#bcd0d3", number / 9),
        )
    for number in range(7):
        person(
            canvas,
            350 + number * 82,
            392 if number in (0, 6) else 322,
            56,
            chance.choice([RUST, OCHRE, PLUM, MOSS]),
            chance.choice(SKINS),
        )
    for _ in range(70):
        x, y = chance.randint(180, 1060), chance.randint(585, 640)
        canvas.line([(x, y), (x + chance.randint(20, 70), y)], WHITE, 3)
