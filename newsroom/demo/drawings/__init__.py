"""Illustrations for the demo, drawn with Pillow: flat shapes, few inks, some grain.

Every drawing is a function of a canvas and a random generator seeded with its
name, so that a picture is the same, byte for byte, whenever it is drawn.
"""

import random

from newsroom.demo.drawings import countryside, things, town
from newsroom.demo.drawings.canvas import (
    CORAL,
    CREAM,
    INK,
    MOSS,
    NAVY,
    OCHRE,
    PLUM,
    SAGE,
    SKY,
    TEAL,
    WIDTH,
    Canvas,
)

# Name of the picture -> (drawing, its options).
DRAWINGS = {
    "allotment": (countryside.allotment, {}),
    "ballots": (things.ballots, {}),
    "bar-chart": (things.bar_chart, {}),
    "birch-wood": (countryside.birch_wood, {}),
    "birch-wood-spring": (
        countryside.birch_wood,
        {"leaves": "#a9bf5a", "ground": MOSS},
    ),
    "bookshelf": (things.bookshelf, {}),
    "bookshelf-green": (things.bookshelf, {"wall": "#2f4f45"}),
    "bridge": (town.bridge, {}),
    "bridge-evening": (town.bridge, {"top": PLUM, "low": CORAL, "stone": INK}),
    "classroom": (town.classroom, {}),
    "clock": (things.hands_of_clock, {}),
    "council-chamber": (town.council_chamber, {}),
    "ferry": (countryside.paddle_ferry, {}),
    "flood-map": (countryside.contour_map, {}),
    "flooded-street": (town.flooded_street, {}),
    "floodlights": (town.floodlights, {}),
    "fog-match": (town.floodlights, {"fog": 0.62}),
    "harbour": (countryside.harbour, {}),
    "harbour-morning": (
        countryside.harbour,
        {"top": SKY, "low": CREAM, "water": "#4a7fa0"},
    ),
    "honeycomb": (countryside.honeycomb, {}),
    "laboratory": (town.telescopic_lab, {}),
    "lighthouse": (countryside.lighthouse, {}),
    "line-chart": (things.line_chart, {}),
    "market": (town.market, {}),
    "marsh-birds": (countryside.marsh_birds, {}),
    "misty-hills": (countryside.misty_hills, {}),
    "misty-hills-green": (
        countryside.misty_hills,
        {"top": CREAM, "low": SAGE, "near": "#22433a", "sun": OCHRE},
    ),
    "night-sky": (countryside.night_sky, {}),
    "night-train": (town.night_train, {}),
    "open-sea": (countryside.open_sea, {}),
    "open-sea-grey": (
        countryside.open_sea,
        {"top": "#8798a3", "low": "#dfe0d6", "water": "#3f5d6b"},
    ),
    "oysters": (things.oysters, {}),
    "oysters-banner": (things.oysters, {}),
    "piano": (things.piano, {}),
    "press-print": (things.press_print, {}),
    "press-print-blue": (
        things.press_print,
        {"inks": (NAVY, TEAL, CORAL), "paper": "#eef0ea"},
    ),
    "radio-mast": (town.radio_mast, {}),
    "radio-mast-banner": (town.radio_mast, {}),
    "rain-on-roofs": (town.rain_on_roofs, {}),
    "river-from-above": (countryside.river_from_above, {}),
    "shipyard": (town.shipyard, {}),
    "skyline": (town.skyline, {}),
    "snow": (countryside.snow, {}),
    "stage": (town.stage, {}),
    "still-life": (things.still_life, {}),
    "storm": (countryside.storm, {}),
    "terrace-at-night": (town.terrace_at_night, {}),
    "umbrellas": (town.umbrellas, {}),
    "ward": (town.ward, {}),
    "wood-type": (things.wood_type, {}),
}


# Advertisements are three times as wide as high: the top of the band that is cut
# out, in the drawing's own space.
BANNERS = {"oysters-banner": 200, "radio-mast-banner": 90}


def draw(name, width=WIDTH):
    """Return the illustration of this name as RGB: three by two, or a banner."""
    drawing, options = DRAWINGS[name]
    canvas = Canvas(width)
    drawing(canvas, random.Random(name), **options)
    image = canvas.printed()
    if name in BANNERS:
        top = round(BANNERS[name] * width / WIDTH)
        image = image.crop((0, top, width, top + width // 3))
    return image
