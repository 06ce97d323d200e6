"""Words that are near one that stands nowhere, as by a slip of the finger."""

from newsroom.search.indexing import skeleton

# Letters a slip may have put in another's place, by the script of a word.
ALPHABETS = [
    "abcdefghijklmnopqrstuvwxyz",
    "абвгдежзиклмнопрстуфхцчшщъыьэюяієґ",
    "αβγδεζηθικλμνξοπρστυφχψω",
    "אבגדהוזחטיכלמנסעפצקרשתםןץףך",
    "ابتثجحخدذرزسشصضطظعغفقكلمنهويةى",
]
SHORTEST, LONGEST = 4, 24
FURTHEST = 3  # steps of a word that sounds alike


def near(index, word):
    """Return words of the index that are near a word, the nearest first."""
    if not SHORTEST <= len(word) <= LONGEST:
        return []
    known = index.known(sorted(one_step(word)), [skeleton(word)])
    steps = {other: distance(word, other) for other in known if other != word}
    likely = [other for other, count in steps.items() if count <= FURTHEST]
    return sorted(likely, key=lambda other: (steps[other], other))[:12]


def one_step(word):
    """Return what one letter too many, too few, wrong or swapped makes of a word."""
    letters = next((each for each in ALPHABETS if word[0] in each), ALPHABETS[0])
    splits = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    found = {left + right[1:] for left, right in splits if right}
    found |= {a + b[1] + b[0] + b[2:] for a, b in splits if len(b) > 1}
    for letter in letters:
        found |= {left + letter + right for left, right in splits}
        found |= {left + letter + right[1:] for left, right in splits if right}
    return found - {word}


def distance(one, other):
    """Return how many letters are put in, left out, changed or swapped between two."""
    before, last = None, list(range(len(other) + 1))
    for number, letter in enumerate(one, 1):
        row = [number]
        for place, sign in enumerate(other, 1):
            cost = min(
                *(row[-1] + 1, last[place] + 1, last[place - 1] + (letter != sign)),
            )
            is_swap = place > 1 and number > 1 and letter == other[place - 2]
            if is_swap and one[number - 2] == sign:
                cost = min(cost, before[place - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
