"""Holds a timeline's SVG against the trace that it draws.

usage: boxes.py FILE.svg TRACE.jsonl

No two texts overlap, and none leaves the page, where each character takes the widest cell of its size; every
transition of the trace has one crossing, in order, and there are no others.
"""
import json
import sys
import xml.etree.ElementTree as tree

SVG = "{http://www.w3.org/2000/svg}"
# Class: the width of a character, the height above and below the baseline.
CELLS = {"mono": (8, 10, 3), "small": (7, 9, 3), "sans": (8, 10, 3), "lane": (9, 12, 4), "title": (11, 15, 5),
         "tagname": (7, 9, 2)}


def box(text):
    width, above, below = CELLS[text.get("class").split()[0]]
    shown = (text.text or "") + "".join(child.tail or "" for child in text)
    whole, x, y = width * len(shown), int(text.get("x")), int(text.get("y"))
    left = x - {None: 0, "middle": whole / 2, "end": whole}[text.get("text-anchor")]
    return left, y - above, left + whole, y + below, shown


def overlap(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def main(picture, trace):
    root = tree.parse(picture).getroot()
    _, _, width, height = map(int, root.get("viewBox").split())
    boxes = sorted(map(box, root.iter(SVG + "text")), key=lambda b: b[1])
    wrong = [f"leaves the page: {b[4]}" for b in boxes if b[0] < 0 or b[1] < 0 or b[2] > width or b[3] > height]
    for i, a in enumerate(boxes):
        for b in boxes[i + 1:]:
            if b[1] >= a[3]:
                break
            if overlap(a, b):
                wrong.append(f"overlap: {a[4]!r} at {a[:2]}, {b[4]!r} at {b[:2]}")
    drawn = [int(g.get("data-number")) for g in root.iter(SVG + "g") if g.get("class") == "crossing"]
    with open(trace, encoding="utf-8") as lines:
        told = [event["number"] for event in map(json.loads, lines) if event.get("type") == "transition"]
    if drawn != told:
        wrong.append(f"crossings {drawn}, transitions {told}")
    if not boxes or not drawn:
        wrong.append("nothing is drawn")
    if wrong:
        print("\n".join(wrong[:20]))
    return len(wrong) > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
