"""Portraits of the demo’s invented authors."""

import math
import random

from newsroom.demo.drawings.canvas import (
    CORAL,
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
    Canvas,
    mix,
)
from newsroom.demo.drawings.shapes import SKINS


def portrait(name, width=640, *, style=None, skin=None, hair=None):
    """Return a square portrait for a name: always the same one.

    What is not told is drawn by lot: one of five styles of hair (2: bald with a
    beard), one of SKINS, a colour of hair.
    """
    chance = random.Random(name)
    canvas = Canvas(width, aspect=1)
    # A square is as wide as the space of the drawings: 1200 by 1200.
    back, coat = chance.choice(
        [
            (OCHRE, NAVY),
            (SAGE, PLUM),
            (CORAL, INK),
            (SKY, RUST),
            (STRAW, TEAL),
            (ROSE, MOSS),
            (TEAL, OCHRE),
            (MIST, RUST),
        ]
    )
    skin = SKINS[chance.randrange(len(SKINS)) if skin is None else skin]
    hair = hair or chance.choice(
        [INK, "#4a3123", "#7a4a24", "#b8863f", "#d8d4cb", "#9a9a98", "#6d2a1c"]
    )
    canvas.box(0, 0, 1200, 1200, back)
    canvas.dots(600, 520, 520, mix(back, WHITE, 0.35), 34)
    style = chance.randrange(5) if style is None else style
    shade = mix(skin, INK, 0.16)
    if style in (0, 3):  # long hair behind the shoulders
        canvas.box(330, 360, 870, 960 if style else 860, hair, 220)
    canvas.disc(600, 1290, 470, coat, 0.92)
    canvas.shape([(500, 880), (600, 1010), (700, 880)], mix(coat, WHITE, 0.75))
    canvas.box(525, 720, 675, 930, shade, 60)
    canvas.disc(600, 560, 225, skin, 1.22)
    canvas.disc(372, 590, 42, shade)
    canvas.disc(828, 590, 42, shade)
    if style == 0:
        canvas.pen.pieslice(canvas._to([(362, 250), (838, 760)]), 180, 360, hair)
        canvas.shape([(362, 500), (480, 500), (600, 330), (362, 380)], hair)
    elif style == 1:
        canvas.pen.pieslice(canvas._to([(366, 262), (834, 700)]), 190, 350, hair)
        canvas.disc(600, 300, 130, hair, 0.5)
    elif style == 2:  # bald, with a beard
        canvas.pen.pieslice(canvas._to([(376, 470), (824, 850)]), 0, 180, hair)
        canvas.disc(600, 660, 130, skin, 0.55)
    elif style == 3:
        canvas.pen.pieslice(canvas._to([(362, 240), (838, 800)]), 180, 360, hair)
        canvas.disc(600, 250, 95, hair)
    else:
        for _ in range(46):
            angle = chance.uniform(math.pi, 2 * math.pi)
            canvas.disc(
                600 + 215 * math.cos(angle),
                480 + 200 * math.sin(angle),
                chance.randint(40, 74),
                hair,
            )
    for x in (515, 685):
        canvas.disc(x, 590, 17, INK, 1.15)
        canvas.arc(x, 560, 52, 205, 335, mix(hair, INK, 0.5), 13)
    canvas.line([(600, 590), (582, 668), (612, 674)], mix(skin, INK, 0.3), 9)
    canvas.arc(600, 690, 78, 30, 150, mix(RUST, skin, 0.2), 15)
    for x in (452, 748):
        canvas.disc(x, 672, 38, mix(skin, CORAL, 0.35))
    if chance.random() < 0.42:
        for x in (515, 685):
            canvas.ring(x, 592, 66, INK, 11)
        canvas.line([(581, 588), (619, 588)], INK, 11)
    return canvas.printed()
