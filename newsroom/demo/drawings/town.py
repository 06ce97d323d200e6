"""Streets, halls and the people in them."""

import math

from PIL import Image, ImageDraw, ImageOps

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
from newsroom.demo.drawings.shapes import SKINS, house, person, ridge, tree


def flooded_street(canvas, chance):
    canvas.sky("#3a4a5c", MIST)
    left = -30
    walls = [RUST, OCHRE, SAGE, ROSE, MIST, CORAL, STRAW]
    index = 0
    while left < WIDTH:
        width = chance.choice([130, 150, 175])
        wall = mix(walls[index % len(walls)], INK, 0.12)
        house(
            canvas,
            left,
            620,
            width,
            chance.randint(250, 350),
            wall,
            INK,
            lit=chance.choice([STRAW, "#2b3a4a", "#2b3a4a"]),
            steep=0.4,
        )
        left += width + 4
        index += 1
    reflection = canvas.image.crop(
        (0, round(330 * canvas.scale), canvas.image.width, round(565 * canvas.scale))
    ).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    water = Image.new("RGB", reflection.size, "#41606b")
    canvas.image.paste(
        Image.blend(reflection, water, 0.62), (0, round(565 * canvas.scale))
    )
    for number in range(26):
        y = 570 + number * 9.2
        x = chance.randint(-100, 1100)
        length = chance.randint(60, 320)
        canvas.line([(x, y), (x + length, y)], mix("#41606b", WHITE, 0.35), 2.5)
    canvas.shape([(520, 640), (760, 640), (725, 690), (560, 690)], RUST)
    person(canvas, 610, 668, 150, OCHRE, SKINS[1], legs=OCHRE, hat=OCHRE)
    person(canvas, 690, 664, 125, TEAL, SKINS[3])
    canvas.line([(625, 590), (515, 715)], STRAW, 6)
    for _ in range(150):
        x, y = chance.randint(0, 1250), chance.randint(-20, 780)
        canvas.line([(x, y), (x - 9, y + 30)], mix(MIST, WHITE, 0.4), 1.4)


def skyline(canvas, chance, *, top=NAVY, low=CORAL, walls=INK, lit=OCHRE):
    canvas.sky(top, low)
    canvas.dots(860, 270, 150, mix(low, WHITE, 0.5), 16)
    for depth in range(3):
        ink = mix(low, walls, 0.35 + depth * 0.32)
        x = -20
        while x < WIDTH:
            width = chance.randint(46, 120)
            height = chance.randint(120, 330) - depth * 40
            roof = 720 - height
            canvas.box(x, roof, x + width, HEIGHT, ink)
            if chance.random() < 0.3:
                canvas.shape(
                    [(x, roof), (x + width / 2, roof - width * 0.6), (x + width, roof)],
                    ink,
                )
            if depth == 2:
                for wx in range(int(x) + 10, int(x + width) - 14, 20):
                    for wy in range(int(roof) + 16, 760, 30):
                        if chance.random() < 0.42:
                            canvas.box(wx, wy, wx + 9, wy + 14, lit)
            x += width + chance.choice([0, 0, 6])
    for x in (250, 980):
        canvas.line([(x, 720), (x, 240)], walls, 8)
        canvas.line([(x - 70, 262), (x + 190, 252)], walls, 7)
        canvas.line([(x, 215), (x + 188, 252)], walls, 3)
        canvas.line([(x, 215), (x - 68, 262)], walls, 3)
        canvas.line([(x + 150, 254), (x + 150, 400)], walls, 2)
        canvas.box(x + 136, 400, x + 164, 424, walls)


def rain_on_roofs(canvas, chance):
    canvas.sky("#56697c", "#b7c4c6")
    for _ in range(12):
        x, y = chance.randint(-40, 1240), chance.randint(20, 190)
        size = chance.randint(70, 130)
        canvas.disc(x, y, size, mix("#56697c", INK, 0.25), 0.5)
    for depth in range(3):
        x = -60 - depth * 25
        ink = mix("#8795a0", INK, 0.25 + depth * 0.33)
        while x < WIDTH:
            width = chance.randint(110, 190)
            top = 420 + depth * 95 + chance.randint(-30, 30)
            house(
                canvas,
                x,
                830,
                width,
                830 - top,
                ink,
                mix(ink, INK, 0.5),
                lit=OCHRE if depth else mix(ink, WHITE, 0.2),
                steep=0.45,
            )
            x += width
    for _ in range(420):
        x, y = chance.randint(0, 1300), chance.randint(-30, 800)
        canvas.line([(x, y), (x - 14, y + 38)], mix(MIST, WHITE, 0.5), 1.3)


def umbrellas(canvas, chance):
    canvas.image.paste(
        ImageOps.colorize(
            Image.linear_gradient("L").resize(canvas.image.size), "#6b7f8d", "#c3cdcb"
        )
    )
    for row in range(9):
        for column in range(13):
            x, y = column * 105 + (row % 2) * 52 - 30, row * 98 + 10
            x += chance.randint(-9, 9)
            ink = chance.choices(
                [INK, NAVY, PLUM, TEAL, RUST, OCHRE], [7, 5, 3, 3, 1, 1]
            )[0]
            canvas.disc(x + 7, y + 12, 44, "#7f8f97")
            for rib in range(8):
                start = math.radians(rib * 45 + 12)
                end = math.radians(rib * 45 + 57)
                shade = mix(ink, WHITE, 0.03 + 0.05 * (rib % 4))
                canvas.shape(
                    [
                        (x, y),
                        (x + 46 * math.cos(start), y + 46 * math.sin(start)),
                        (x + 46 * math.cos(end), y + 46 * math.sin(end)),
                    ],
                    shade,
                )
            canvas.disc(x, y, 4, WHITE)


def bridge(canvas, chance, *, top=SKY, low=CREAM, stone=PLUM):
    canvas.sky(top, low, until=560)
    ridge(canvas, chance, 470, 50, mix(SAGE, low, 0.35), floor=560)
    canvas.box(0, 540, WIDTH, HEIGHT, mix(TEAL, low, 0.25))
    deck = 330
    canvas.box(0, deck, WIDTH, deck + 62, stone)
    canvas.box(0, 330, WIDTH, 342, mix(stone, WHITE, 0.3))
    canvas.box(0, deck + 50, WIDTH, 580, stone)
    for x in (170, 455, 745, 1030):
        canvas.disc(x, 560, 118, mix(low, SKY, 0.5), 1.3)
        canvas.box(x - 118, 560, x + 118, 581, mix(TEAL, low, 0.25))
    canvas.box(0, 562, WIDTH, HEIGHT, mix(TEAL, low, 0.2))
    for x in (170, 455, 745, 1030):
        canvas.disc(x, 570, 118, mix(TEAL, WHITE, 0.38), 0.85)
    canvas.box(0, 330, WIDTH, 345, mix(stone, WHITE, 0.3))
    canvas.shape([(0, 545), (1200, 545), (1200, 572), (0, 572)], mix(stone, INK, 0.25))
    for x in (170, 455, 745, 1030):
        canvas.box(x - 117, 540, x + 117, 573, mix(TEAL, low, 0.2))
    for _ in range(110):
        x, y = chance.randint(-40, 1200), chance.randint(580, 795)
        canvas.line(
            [(x, y), (x + chance.randint(20, 120), y)],
            mix(TEAL, chance.choice([WHITE, INK]), 0.35),
            3,
        )
    for x in range(60, 1200, 190):
        canvas.line([(x, 330), (x, 252)], INK, 4)
        canvas.disc(x, 246, 10, OCHRE)
    person(canvas, 530, 332, 74, RUST, SKINS[0])
    person(canvas, 566, 332, 66, OCHRE, SKINS[2])
    canvas.line([(820, 320), (850, 290), (882, 320)], INK, 3)
    canvas.ring(820, 316, 16, INK, 3)
    canvas.ring(882, 316, 16, INK, 3)
    person(canvas, 850, 318, 66, TEAL, SKINS[4])


def council_chamber(canvas, chance):
    canvas.sky("#6e3b35", "#94503f")
    for x in range(60, 1200, 180):
        canvas.box(x, 60, x + 96, 300, mix(OCHRE, WHITE, 0.25), 46)
        canvas.line([(x + 48, 60), (x + 48, 300)], "#6e3b35", 5)
        for y in (130, 200, 262):
            canvas.line([(x, y), (x + 96, y)], "#6e3b35", 4)
    canvas.box(470, 270, 730, 420, "#4a2a22")
    canvas.box(450, 260, 750, 284, "#2e1a16")
    person(canvas, 600, 350, 170, RUST, SKINS[2])
    canvas.box(500, 310, 700, 420, "#5d382b")
    for row in range(4):
        y = 470 + row * 92
        count = 9 + row * 2
        for number in range(count):
            x = 600 + (number - (count - 1) / 2) * (118 - row * 4)
            size = 1 + row * 0.1
            coat = chance.choice([INK, NAVY, PLUM, MOSS, TEAL, "#3c3c44"])
            canvas.disc(
                x,
                y - 26 * size,
                19 * size,
                chance.choice([INK, "#5b4030", "#8d8d8d", "#c9b28a", "#2b211c"]),
            )
            canvas.box(x - 34 * size, y - 8 * size, x + 34 * size, y + 60, coat, 20)
            if chance.random() < 0.24:
                canvas.line([(x + 28, y + 8), (x + 36, y - 62)], coat, 13)
                canvas.disc(x + 37, y - 66, 9, chance.choice(SKINS))
        canvas.box(0, y + 48, WIDTH, y + 64, mix("#5d382b", INK, row * 0.12))


def floodlights(canvas, chance, *, fog=0.0):
    canvas.sky("#141d2d", "#41566b", until=430)
    canvas.box(0, 330, WIDTH, 440, "#232c3a")
    for _ in range(700):
        canvas.disc(
            chance.randint(0, 1200),
            chance.randint(340, 430),
            4,
            chance.choice([RUST, WHITE, OCHRE, NAVY, PLUM, "#39455a", *SKINS]),
        )
    for number in range(10):
        ink = "#3f7d4a" if number % 2 else "#4a8b54"
        canvas.shape(
            [
                (number * 120, 440),
                (number * 120 + 120, 440),
                (600 + (number * 120 - 480) * 1.7, 800),
                (600 + (number * 120 - 600) * 1.7, 800),
            ],
            ink,
        )
    canvas.line([(0, 470), (1200, 470)], WHITE, 4)
    canvas.line([(600, 470), (600, 800)], WHITE, 4)
    canvas.pen.ellipse(
        canvas._to([(430, 560), (770, 690)]),
        outline=WHITE,
        width=round(4 * canvas.scale),
    )
    for x in (120, 1080):
        canvas.line([(x, 440), (x, 110)], "#0c121d", 10)
        canvas.box(x - 70, 70, x + 70, 130, "#0c121d")
        for column in range(5):
            for row in range(2):
                canvas.disc(x - 52 + column * 26, 86 + row * 28, 10, WHITE)
        for reach in (560, 380, 220):
            canvas.image.paste(
                Image.new("RGB", canvas.image.size, WHITE),
                mask=_cone(canvas, x, 100, reach),
            )
    for _ in range(9):
        x, y = chance.randint(120, 1080), chance.randint(520, 740)
        person(
            canvas,
            x,
            y,
            70 + (y - 500) * 0.2,
            chance.choice([RUST, WHITE]),
            chance.choice(SKINS),
            legs=chance.choice([INK, WHITE]),
        )
    canvas.disc(655, 640, 9, WHITE)
    if fog:
        canvas.veil("#c3ccd0", fog)


def _cone(canvas, x, y, reach):
    mask = Image.new("L", canvas.image.size, 0)
    side = 1 if x < 600 else -1
    ImageDraw.Draw(mask).polygon(
        canvas._to([(x, y), (x + side * reach, 800), (x + side * (reach - 260), 800)]),
        fill=12,
    )
    return mask


def market(canvas, chance):
    canvas.sky(SKY, CREAM)
    for number, x in enumerate(range(-20, 1200, 150)):
        house(
            canvas,
            x,
            470,
            146,
            chance.randint(220, 320),
            [ROSE, STRAW, MIST, SAGE][number % 4],
            PLUM,
            lit=mix(NAVY, SKY, 0.4),
        )
    canvas.box(0, 470, WIDTH, HEIGHT, "#b9aa94")
    for number in range(4):
        x = 20 + number * 300
        stripe = [RUST, TEAL, OCHRE, NAVY][number]
        canvas.line([(x + 12, 420), (x + 12, 700)], INK, 6)
        canvas.line([(x + 258, 420), (x + 258, 700)], INK, 6)
        for part in range(6):
            left = x + part * 45
            ink = stripe if part % 2 else WHITE
            canvas.shape(
                [(left + 8, 360), (left + 45, 360), (left + 45, 450), (left, 450)], ink
            )
            canvas.disc(left + 22, 450, 22.5, ink, 0.7)
        person(
            canvas,
            x + 130,
            700,
            210,
            chance.choice([MOSS, PLUM, NAVY]),
            chance.choice(SKINS),
            hat=chance.choice([None, INK]),
        )
        canvas.box(x, 600, x + 272, 712, "#7b5a3c")
        for _ in range(70):
            canvas.disc(
                x + chance.randint(14, 258),
                chance.randint(582, 612),
                13,
                chance.choice(
                    [[OCHRE, RUST], [SAGE, MOSS], [CORAL, "#8e2f3c"], [STRAW, OCHRE]][
                        number
                    ]
                ),
            )
    for x, height in ((250, 190), (560, 205), (870, 180), (1130, 200)):
        person(
            canvas,
            x,
            775,
            height,
            chance.choice([RUST, TEAL, OCHRE, INK]),
            chance.choice(SKINS),
            hat=chance.choice([None, None, PLUM]),
        )


def terrace_at_night(canvas, chance):
    canvas.sky("#182238", "#4a4a6a")
    canvas.disc(960, 140, 60, STRAW)
    canvas.disc(985, 126, 54, "#20293f")
    for number in range(6):
        x = number * 205 - 12
        wall = mix([RUST, PLUM, "#6b4a3a"][number % 3], INK, 0.35)
        canvas.box(x, 270, x + 203, 800, wall)
        canvas.shape([(x, 272), (x + 101, 190), (x + 203, 272)], mix(wall, INK, 0.5))
        canvas.box(x + 20, 190, x + 48, 260, mix(wall, INK, 0.5))
        for wx, wy in ((28, 320), (118, 320), (118, 540)):
            lit = chance.random() < 0.45
            canvas.box(
                x + wx,
                wy,
                x + wx + 58,
                wy + 120,
                OCHRE if lit else mix(wall, INK, 0.6),
            )
            if lit and chance.random() < 0.7:
                canvas.disc(x + wx + 29, wy + 62, 13, wall)
                canvas.box(x + wx + 12, wy + 74, x + wx + 46, wy + 120, wall, 12)
            canvas.line([(x + wx, wy + 58), (x + wx + 58, wy + 58)], wall, 5)
        canvas.box(x + 28, 560, x + 92, 720, chance.choice([TEAL, NAVY, MOSS, RUST]))
        canvas.disc(x + 82, 645, 4, STRAW)
    canvas.box(0, 720, WIDTH, HEIGHT, "#1a1f2a")
    canvas.line([(605, 800), (605, 380)], "#0b0f18", 8)
    canvas.dots(605, 372, 70, STRAW, 12)
    canvas.disc(605, 372, 17, WHITE)


def radio_mast(canvas, chance):
    canvas.sky(OCHRE, CREAM)
    for radius in range(60, 760, 46):
        canvas.arc(
            600, 200, radius, 0, 360, mix(RUST, CREAM, min(0.85, radius / 760)), 9
        )
    ridge(canvas, chance, 660, 60, TEAL)
    ridge(canvas, chance, 725, 30, mix(TEAL, INK, 0.5))
    canvas.line([(520, 740), (596, 190)], INK, 7)
    canvas.line([(680, 740), (604, 190)], INK, 7)
    for step in range(9):
        share = step / 9
        y = 740 - share * 520
        half = 80 * (1 - share) + 5
        upper = 80 * (1 - share - 0.1) + 5
        canvas.line([(600 - half, y), (600 + half, y)], INK, 4)
        canvas.line([(600 - half, y), (600 + upper, y - 57)], INK, 3)
        canvas.line([(600 + half, y), (600 - upper, y - 57)], INK, 3)
    canvas.disc(600, 186, 14, RUST)


def shipyard(canvas, chance):
    canvas.sky(STRAW, CORAL)
    canvas.box(0, 640, WIDTH, HEIGHT, "#54483f")
    hull = [(230, 330), (990, 300), (930, 560), (820, 640), (380, 640), (280, 540)]
    canvas.shape(hull, RUST)
    canvas.shape(
        [(252, 440), (970, 420), (930, 560), (820, 640), (380, 640), (280, 540)],
        mix(RUST, INK, 0.5),
    )
    for x in range(280, 960, 44):
        canvas.line([(x, 330), (x + 14, 630)], mix(RUST, INK, 0.3), 3)
    for y in (370, 410, 470, 530, 590):
        canvas.line([(250, y), (960, y - 14)], mix(RUST, INK, 0.3), 3)
    for x in range(180, 1080, 112):
        canvas.line([(x, 180), (x, 700)], INK, 6)
    for y in (240, 360, 480, 600):
        canvas.line([(180, y), (1076, y)], INK, 5)
    for x in range(180, 960, 224):
        canvas.line([(x, 480), (x + 112, 360)], INK, 3)
    for x, y in ((340, 360), (560, 480), (790, 240), (900, 480), (450, 240)):
        person(
            canvas,
            x,
            y,
            88,
            chance.choice([NAVY, OCHRE, TEAL]),
            chance.choice(SKINS),
            hat=OCHRE,
        )
    canvas.line([(1120, 700), (1120, 60)], INK, 14)
    canvas.line([(1150, 90), (520, 70)], INK, 10)
    canvas.line([(620, 74), (620, 240)], INK, 3)
    for _ in range(70):
        angle = chance.uniform(0, 6.3)
        reach = chance.uniform(6, 58)
        canvas.line(
            [
                (560, 440),
                (560 + reach * math.cos(angle), 440 + reach * math.sin(angle)),
            ],
            mix(OCHRE, WHITE, chance.random()),
            2,
        )


def night_train(canvas, chance):
    canvas.sky("#243049", "#c7745a")
    ridge(canvas, chance, 520, 70, mix(PLUM, INK, 0.3))
    canvas.box(0, 610, WIDTH, HEIGHT, "#1d1d26")
    canvas.line([(0, 640), (1200, 640)], MIST, 6)
    for x in range(-10, 1210, 34):
        canvas.box(x, 646, x + 18, 664, "#4b3a31")
    for number in range(4):
        left = 40 + number * 300
        canvas.box(left, 450, left + 288, 622, RUST if number else NAVY, 16)
        canvas.box(left, 560, left + 288, 576, CREAM)
        for window in range(5):
            x = left + 18 + window * 54
            canvas.box(x, 480, x + 42, 542, STRAW, 6)
            if chance.random() < 0.55:
                canvas.disc(x + 21, 512, 11, INK)
                canvas.box(x + 8, 522, x + 34, 542, INK, 8)
        for wheel in (50, 110, 180, 240):
            canvas.disc(left + wheel, 626, 17, INK)
            canvas.disc(left + wheel, 626, 7, MIST)
    for x in range(90, 1200, 250):
        canvas.line([(x, 640), (x, 300)], INK, 6)
        canvas.line([(x - 34, 330), (x + 34, 330)], INK, 5)
    for y in (322, 338):
        canvas.line([(0, y), (1200, y + 6)], INK, 2)


def stage(canvas, chance):
    canvas.box(0, 0, WIDTH, HEIGHT, "#1a1320")
    canvas.shape([(600, -20), (260, 640), (940, 640)], "#4b3a52")
    canvas.shape([(600, -20), (380, 640), (820, 640)], "#8b6f78")
    canvas.box(0, 620, WIDTH, 720, "#6e4a35")
    canvas.disc(600, 650, 260, mix("#6e4a35", STRAW, 0.5), 0.14)
    for side in (0, 1):
        for fold in range(7):
            x = fold * 42 if not side else 1200 - fold * 42
            step = 42 if not side else -42
            wave = 30 * math.sin(fold)
            canvas.shape(
                [(x, 0), (x + step, 0), (x + step, 600 + wave), (x, 630 + wave)],
                mix(RUST, INK, 0.15 + 0.3 * (fold % 2)),
            )
    for fold in range(15):
        canvas.disc(fold * 86, 0, 74, mix(RUST, INK, 0.1 + 0.25 * (fold % 2)), 0.9)
    person(canvas, 560, 655, 260, OCHRE, SKINS[2], legs=INK)
    person(canvas, 690, 660, 240, TEAL, SKINS[0], legs=PLUM, hat=INK)
    canvas.line([(590, 480), (650, 430)], SKINS[2], 14)
    for number in range(17):
        x = number * 75
        canvas.disc(x, 770 - (number % 3) * 8, 34, "#0d0911")
        canvas.box(x - 36, 785, x + 36, 800, "#0d0911")


def classroom(canvas, chance):
    canvas.box(0, 0, WIDTH, HEIGHT, "#e8dcc0")
    canvas.box(120, 70, 760, 400, "#8c6a4a")
    canvas.box(136, 86, 744, 384, "#27493d")
    for row in range(5):
        y = 130 + row * 48
        x = 170
        while x < 680 - row * 40:
            length = chance.randint(24, 80)
            canvas.line(
                [(x, y), (x + length, y + chance.randint(-3, 3))],
                mix("#27493d", WHITE, 0.75),
                5,
            )
            x += length + 22
    canvas.box(840, 60, 1120, 360, SKY)
    canvas.line([(980, 60), (980, 360)], WHITE, 12)
    canvas.line([(840, 210), (1120, 210)], WHITE, 12)
    tree(canvas, 915, 350, 200, SAGE)
    person(canvas, 700, 600, 360, PLUM, SKINS[2])
    canvas.box(0, 600, WIDTH, HEIGHT, "#b98d5e")
    for row in range(2):
        for number in range(6):
            x = 110 + number * 200 - row * 40
            y = 640 + row * 130
            canvas.disc(
                x,
                y - 48,
                34,
                chance.choice([INK, "#5b3a24", "#c99b4e", "#7c2d1f", "#2a1d18"]),
            )
            canvas.box(
                x - 52,
                y - 18,
                x + 52,
                y + 80,
                chance.choice([RUST, TEAL, OCHRE, NAVY, SAGE, CORAL]),
                30,
            )
            canvas.box(x - 84, y + 38, x + 84, y + 54, "#7a5636")


def ward(canvas, chance):
    canvas.sky("#cfe0df", "#eef3ee")
    for x in (90, 480, 870):
        canvas.box(x, 90, x + 230, 350, SKY)
        ridge_top = [
            (x, 350),
            (x + 60, 280),
            (x + 120, 320),
            (x + 180, 270),
            (x + 230, 350),
        ]
        canvas.shape(ridge_top, SAGE)
        canvas.line([(x + 115, 90), (x + 115, 350)], WHITE, 10)
    canvas.box(0, 600, WIDTH, HEIGHT, "#9fb8b3")
    for number, x in enumerate((60, 450, 840)):
        canvas.box(x, 440, x + 18, 680, INK)
        canvas.box(x + 280, 500, x + 296, 680, INK)
        canvas.box(x + 10, 540, x + 290, 600, WHITE, 14)
        canvas.box(x + 110, 520, x + 292, 605, [CORAL, OCHRE, TEAL][number], 18)
        canvas.disc(x + 66, 512, 30, SKINS[number * 2])
        canvas.disc(x + 60, 494, 26, chance.choice([INK, "#cfcfcf"]), 0.6)
    person(canvas, 400, 720, 330, TEAL, SKINS[4], legs=TEAL)
    person(canvas, 780, 730, 310, NAVY, SKINS[3], legs=NAVY)
    canvas.box(420, 510, 470, 580, WHITE, 4)


def telescopic_lab(canvas, chance):
    canvas.box(0, 0, WIDTH, HEIGHT, mix(SAGE, WHITE, 0.55))
    for shelf in (180, 330):
        canvas.box(60, shelf, 1140, shelf + 12, "#7a5a3e")
        x = 90
        while x < 1100:
            width = chance.randint(26, 60)
            height = chance.randint(50, 110)
            ink = chance.choice([TEAL, OCHRE, CORAL, SKY, PLUM, MOSS])
            canvas.box(x, shelf - height, x + width, shelf, mix(ink, WHITE, 0.55), 8)
            canvas.box(x, shelf - height * 0.55, x + width, shelf, ink, 8)
            canvas.box(x + 6, shelf - height - 12, x + width - 6, shelf - height, INK)
            x += width + chance.randint(12, 46)
    canvas.box(0, 600, WIDTH, HEIGHT, "#8d6b4c")
    canvas.shape([(560, 600), (720, 600), (700, 560), (580, 560)], INK)
    canvas.arc(690, 460, 110, 290, 90, INK, 26)
    canvas.shape([(600, 500), (640, 500), (700, 300), (660, 290)], NAVY)
    canvas.shape([(655, 300), (708, 312), (722, 262), (668, 250)], INK)
    canvas.box(580, 515, 690, 530, INK)
    person(canvas, 880, 690, 420, WHITE, SKINS[3], legs=NAVY)
    for x, ink in ((240, CORAL), (330, TEAL), (420, OCHRE)):
        canvas.shape(
            [(x - 14, 480), (x + 14, 480), (x + 44, 600), (x - 44, 600)],
            mix(ink, WHITE, 0.6),
        )
        canvas.shape([(x - 29, 540), (x + 29, 540), (x + 44, 600), (x - 44, 600)], ink)
