"""A program that draws: it reads pictures from its input, and writes them as PNG to its output.

Each picture is preceded by its length in four bytes. Each answer is preceded by a byte, 1 for a drawing or 0 for the
reason why there is none, and its length. The program ends with its input. It imports little, so that it starts fast and
needs little memory.
"""

import os
import signal
import struct
import sys
from pathlib import Path
from typing import BinaryIO

LENGTH = struct.Struct(">I")
ANSWER = struct.Struct(">?I")
FONTS = Path(__file__).parent / "fonts"
PIXELS_AN_INCH = 144.0
"""Two pixels per point."""

# The picture reaches Typst as data, so no word of a user is interpreted as a part of this program.
DRAW = """
#let picture = json(bytes(sys.inputs.picture))
#set page(width: picture.width * 1pt, height: picture.height * 1pt, margin: 0pt, fill: rgb(picture.ground))
#set text(font: picture.fonts, top-edge: "baseline", bottom-edge: "baseline", hyphenate: false)

#let fitted(words, room) = {
  let fits(words) = measure(text(words)).width <= room
  if fits(words) { return words }
  let clusters = words.clusters()
  let (least, most) = (0, clusters.len() - 1)
  while least < most {
    let middle = calc.div-euclid(least + most + 1, 2)
    if fits(clusters.slice(0, middle).join("") + "…") { least = middle } else { most = middle - 1 }
  }
  clusters.slice(0, calc.max(least, 1)).join("").trim() + "…"
}

#let write(part) = {
  set text(size: part.size * 1pt, fill: rgb(part.fill), weight: part.weight)
  context {
    let words = fitted(part.words, part.room * 1pt)
    let width = measure(text(words)).width
    let before = if part.anchor == "start" { 0 } else if part.anchor == "middle" { 0.5 } else { 1 }
    // Wide enough for any text, so that none is broken into lines.
    place(dx: part.x * 1pt - width * before, dy: part.y * 1pt, box(width: width + 1000pt, text(words)))
  }
}

#let at(points) = points.map(((x, y)) => (x * 1pt, y * 1pt))

#let trace(part) = {
  let (first, ..others) = at(part.points)
  let dashes = if part.dashed { (5pt, 4pt) }
  let stroke = (paint: rgb(part.fill), thickness: part.width * 1pt, dash: dashes, join: "round")
  place(curve(stroke: stroke, curve.move(first), ..others.map(point => curve.line(point))))
}

#let frame(part) = {
  let (fill, stroke) = (rgb(part.fill), none)
  if part.dashed { (fill, stroke) = (none, (paint: fill, thickness: 1.5pt, dash: (4pt, 3pt))) }
  let size = (width: part.width * 1pt, height: part.height * 1pt, radius: part.radius * 1pt)
  place(dx: part.x * 1pt, dy: part.y * 1pt, rect(..size, fill: fill, stroke: stroke))
}

#for part in picture.parts {
  if part.kind == "text" { write(part) }
  else if part.kind == "box" { frame(part) }
  else if part.kind == "line" { trace(part) }
  else if part.kind == "area" { place(polygon(fill: rgb(part.fill), ..at(part.points))) }
  else if part.kind == "dot" {
    let radius = part.radius * 1pt
    place(dx: part.x * 1pt - radius, dy: part.y * 1pt - radius, circle(radius: radius, fill: rgb(part.fill)))
  }
}
""".encode()


def paint(pictures: BinaryIO, answers: BinaryIO) -> None:
    """Draw all pictures, in order."""
    import typst

    # Use no other fonts, not even those that come with Typst.
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
    compiler = typst.Compiler(root=FONTS, font_paths=fonts)
    while head := pictures.read(LENGTH.size):
        picture = pictures.read(*LENGTH.unpack(head)).decode()
        drawn: object
        try:
            drawn = compiler.compile(DRAW, format="png", ppi=PIXELS_AN_INCH, sys_inputs={"picture": picture})
        except typst.TypstError as error:
            drawn = str(error)
        answer = drawn if isinstance(drawn, bytes) else str(drawn).encode()
        answers.write(ANSWER.pack(isinstance(drawn, bytes), len(answer)))
        answers.write(answer)
        answers.flush()


if __name__ == "__main__":
    # A terminal interrupts all programs of the bot at once, but the bot still has to answer waiting users.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        # Give the bot priority.
        os.nice(5)
    paint(sys.stdin.buffer, sys.stdout.buffer)
