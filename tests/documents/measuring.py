"""Pages as they come out of the printer, measured in millimetres."""

import subprocess

DOTS_PER_MM = 10
DPI = 254
TOLERANCE = 0.35


class Page:
    """One printed page as red-green-blue rows, asked in millimetres."""

    def __init__(self, pdf, number, directory):
        (directory / "letter.pdf").write_bytes(pdf)
        done = subprocess.run(
            ["pdftoppm", "-r", str(DPI), "-f", str(number), "-l", str(number),
             directory / "letter.pdf"],
            capture_output=True, check=True,
        )  # fmt: skip
        head, size, depth, self.data = done.stdout.split(b"\n", 3)
        self.width, self.height = map(int, size.split())
        assert (head, depth) == (b"P6", b"255")

    def row(self, y):
        return self.data[y * self.width * 3 : (y + 1) * self.width * 3]

    def red_columns(self, y):
        row = self.row(y)
        return [x for x in range(self.width) if row[3 * x] > 180 and row[3 * x + 1] < 90]

    def long_red_rows(self):
        """Rows with a red line at least 150 mm long, as (mm, first mm, last mm)."""
        found = []
        for y in range(self.height):
            if self.row(y)[3 * (self.width // 2) + 1] < 90:
                columns = self.red_columns(y)
                if len(columns) > 150 * DOTS_PER_MM:
                    found.append(
                        (y / DOTS_PER_MM, columns[0] / DOTS_PER_MM, columns[-1] / DOTS_PER_MM)
                    )
        return found

    def long_black_rows(self):
        """Rows with a black line at least 150 mm long, as (mm, first mm, last mm)."""
        found = []
        for y in range(self.height):
            black = [x for x, dot in enumerate(self.row(y)[0::3]) if dot < 110]
            if len(black) > 150 * DOTS_PER_MM:
                found.append((y / DOTS_PER_MM, black[0] / DOTS_PER_MM, black[-1] / DOTS_PER_MM))
        return found

    def ink_rows(self, top, bottom):
        """Runs of rows with ink between two heights, as (first mm, last mm)."""
        inked = [
            min(self.row(y)[1::3]) < 110 for y in range(top * DOTS_PER_MM, bottom * DOTS_PER_MM)
        ]
        return [(top + a / DOTS_PER_MM, top + b / DOTS_PER_MM) for a, b in runs(inked)]

    def ink_columns(self, top, bottom):
        """Runs of columns with ink between two heights, as (first mm, last mm)."""
        rows = [
            self.row(y)[1::3] for y in range(int(top * DOTS_PER_MM), int(bottom * DOTS_PER_MM) + 1)
        ]
        inked = [min(column) < 110 for column in zip(*rows, strict=True)]
        return [(a / DOTS_PER_MM, b / DOTS_PER_MM) for a, b in runs(inked)]


def words_of(pdf, *options):
    """Return what stands on the pages, without blanks, for lines break anywhere."""
    done = subprocess.run(
        ["pdftotext", *options, "-", "-"], input=pdf, capture_output=True, check=True
    )
    return "".join(done.stdout.decode().split())


def runs(flags):
    found, start = [], None
    for index, flag in enumerate([*flags, False]):
        if flag and start is None:
            start = index
        elif not flag and start is not None:
            found.append((start, index - 1))
            start = None
    return found


def bands(rows):
    """Join neighbouring rows into bands: (top, bottom, left, right)."""
    joined = []
    for y, left, right in rows:
        if joined and y - joined[-1][1] < 0.15:
            joined[-1] = (joined[-1][0], y, min(left, joined[-1][2]), max(right, joined[-1][3]))
        else:
            joined.append((y, y, left, right))
    return joined
