"""The sheet that illustrations are drawn on, and the inks they are drawn with."""

import math
import random

from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageOps

# Drawings think in a space of this size, whatever the size of the file.
WIDTH, HEIGHT = 1200, 800

# Inks, from dark to light: what a small press would have on the shelf.
INK = "#16202e"
NAVY = "#1f3a5f"
TEAL = "#2c6e73"
SAGE = "#8aa68a"
MOSS = "#4f6b4a"
RUST = "#b5482e"
CORAL = "#e2725b"
OCHRE = "#d9a441"
STRAW = "#ecd9a0"
PLUM = "#5b3a57"
ROSE = "#d9a5a0"
MIST = "#c9d6d8"
SKY = "#9fc0cc"
CREAM = "#f4ead5"
WHITE = "#fbf7ee"


def mix(one, other, share):
    """Return the colour `share` of the way from one to the other (0 to 1)."""
    pairs = ((int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


class Canvas:
    """A sheet that is drawn at twice its size, so that edges come out smooth."""

    def __init__(self, width, aspect=WIDTH / HEIGHT, paper=CREAM):
        self.size = (width, round(width / aspect))
        self.scale = 2 * width / WIDTH
        self.image = Image.new("RGB", (self.size[0] * 2, self.size[1] * 2), paper)
        self.pen = ImageDraw.Draw(self.image)

    def _to(self, points):
        return [(x * self.scale, y * self.scale) for x, y in points]

    def shape(self, points, ink):
        self.pen.polygon(self._to(points), fill=ink)

    def box(self, left, top, right, bottom, ink, radius=0):
        corners = self._to([(left, top), (right, bottom)])
        if radius:
            self.pen.rounded_rectangle(corners, radius * self.scale, fill=ink)
        else:
            self.pen.rectangle(corners, fill=ink)

    def disc(self, x, y, radius, ink, squash=1):
        top, bottom = y - radius * squash, y + radius * squash
        self.pen.ellipse(self._to([(x - radius, top), (x + radius, bottom)]), fill=ink)

    def ring(self, x, y, radius, ink, width):
        self.pen.ellipse(
            self._to([(x - radius, y - radius), (x + radius, y + radius)]),
            outline=ink,
            width=max(1, round(width * self.scale)),
        )

    def line(self, points, ink, width=2):
        self.pen.line(
            self._to(points),
            fill=ink,
            width=max(1, round(width * self.scale)),
            joint="curve",
        )

    def arc(self, x, y, radius, start, end, ink, width):
        self.pen.arc(
            self._to([(x - radius, y - radius), (x + radius, y + radius)]),
            start,
            end,
            fill=ink,
            width=max(1, round(width * self.scale)),
        )

    def word(self, x, y, text, ink, height):
        font = ImageFont.load_default(height * self.scale)
        self.pen.text((x * self.scale, y * self.scale), text, ink, font, anchor="mm")

    def sky(self, top, bottom, *, until=HEIGHT):
        """Fill from the upper edge down to `until` with a gradient."""
        height = round(until * self.scale)
        slope = Image.linear_gradient("L").resize((self.image.width, height))
        self.image.paste(ImageOps.colorize(slope, top, bottom), (0, 0))

    def veil(self, ink, share):
        """Lay a thin film of one ink over everything: mist, dusk."""
        film = Image.new("RGB", self.image.size, ink)
        self.image.paste(Image.blend(self.image, film, share))

    def dots(self, x, y, radius, ink, step=14, *, thin=True):
        """A disc of halftone, its dots shrinking from top to bottom."""
        rows = range(int(y - radius), int(y + radius), step)
        for row_number, row in enumerate(rows):
            shift = step / 2 if row_number % 2 else 0
            reach = math.sqrt(max(0, radius**2 - (row - y) ** 2))
            share = (row - (y - radius)) / (2 * radius) if thin else 0.3
            column = x - reach + shift
            while column < x + reach:
                self.disc(column, row, step * 0.55 * (1 - share * 0.8), ink)
                column += step

    def printed(self):
        """Return the finished image, reduced, with the grain of cheap paper."""
        image = self.image.resize(self.size, Image.Resampling.BOX)
        # The same noise each time: Pillow's own effect_noise cannot be seeded.
        tile = Image.frombytes("L", (128, 128), _GRAIN)
        grain = Image.new("L", self.size)
        for left in range(0, self.size[0], 128):
            for top in range(0, self.size[1], 128):
                grain.paste(tile, (left, top))
        return ImageChops.multiply(image, grain.convert("RGB"))


_GRAIN = bytes(random.Random("grain").choices(range(243, 256), k=128 * 128))
