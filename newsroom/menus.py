"""The menus as values: taken, merged with what somebody else saved, put back.

A menu is a list of Line, in the order readers see. A line is told from another by
its target: "section-3", "page-4", or the address of a link of its own. One target
stands in a menu once.
"""

from typing import NamedTuple

from newsroom.models import MenuItem

MENUS = tuple(MenuItem.Menu.values)


class Line(NamedTuple):
    target: str
    label: str = ""  # left empty, the name of the section or the page's title


def target_of(item):
    """Return what tells an item from the others of its menu."""
    if item.section_id:
        return f"section-{item.section_id}"
    return f"page-{item.page_id}" if item.page_id else item.address


def take():
    """Return the menus as they are stored: {"header": [Line, …], "footer": […]}."""
    menus = {menu: [] for menu in MENUS}
    for item in MenuItem.objects.order_by("position", "pk"):
        menus[item.menu].append(Line(target_of(item), item.label))
    return menus


def put(menus):
    """Make the stored menus these; return whether anything changed.

    Only what differs is written. Call it in a transaction that holds the menus:
    see `newsroom.menu_page`.
    """
    stored = {(item.menu, target_of(item)): item for item in MenuItem.objects.all()}
    has_changed = False
    kept = {(menu, line.target) for menu, lines in menus.items() for line in lines}
    for key in stored.keys() - kept:
        stored.pop(key).delete()
        has_changed = True
    for menu, lines in menus.items():
        for position, line in enumerate(lines):
            item = stored.get((menu, line.target))
            if item is None:
                MenuItem.objects.create(
                    menu=menu, position=position, label=line.label, **_fields(line)
                )
                has_changed = True
            elif (item.position, item.label) != (position, line.label):
                item.position, item.label = position, line.label
                item.save(update_fields=["position", "label"])
                has_changed = True
    return has_changed


def _fields(line):
    kind, _dash, key = line.target.partition("-")
    is_link = kind not in ("section", "page")
    return {"address": line.target} if is_link else {f"{kind}_id": int(key)}


def merge(base, theirs, mine):
    """Return (one menu made of two, {target: their label} where both changed it).

    `base` is what both began with. What only one side did counts: a line put in,
    taken out, called otherwise. Of two orders the later one, mine; a line that
    somebody took out while its label was changed here stays.
    """
    if base in (theirs, mine) or theirs == mine:
        return (theirs if mine == base else mine), {}
    old, their, my = dict(base), dict(theirs), dict(mine)
    labels, clashes = {}, {}
    for target in my:
        was, label = old.get(target), my[target]
        if target not in their:
            if was is None or label != was:
                labels[target] = label
        elif label == was:
            labels[target] = their[target]
        else:
            labels[target] = label
            if their[target] not in (was, label):
                clashes[target] = their[target]
    both = old.keys() & their.keys() & my.keys()
    mine_is_as_it_was = _order(mine, both) == _order(base, both)
    first, second = (theirs, mine) if mine_is_as_it_was else (mine, theirs)
    added = {target: their[target] for target in their if target not in old}
    labels = added | labels
    # What the first list lacks goes behind what stands before it in the second.
    targets = [target for target, _label in first if target in labels]
    before = None
    for target, _label in second:
        if target not in labels:
            continue
        if target not in targets:
            targets.insert(targets.index(before) + 1 if before else 0, target)
        before = target
    return [Line(target, labels[target]) for target in targets], clashes


def _order(lines, targets):
    return [line[0] for line in lines if line[0] in targets]
