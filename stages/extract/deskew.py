"""How far a page is turned, by its projection profile (Postl 1986): a straight page has rows of ink and rows of gap."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

# Scanners and hands turn a page by less than this; degrees.
MOST = 10.0
# Below this, turning blurs more than it straightens; degrees.
LEAST = 0.15
STEPS = (0.5, 0.1)
# Pixels across the page at which its angle is sought: enough to tell a tenth of a degree.
WIDTH = 900


def straightened(page: Image.Image) -> Image.Image:
    """The page (8-bit grey) turned upright by its skew, on paper of its own shade."""
    from PIL import Image

    angle = skew(page)
    if abs(angle) < LEAST:
        return page
    return page.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=_paper(page))


def skew(page: Image.Image) -> float:
    """Degrees, counter-clockwise, by which the page must be turned for its lines to lie level; 0.0 for a blank one."""
    import numpy as np

    small = np.asarray(page.reduce(max(1, page.width // WIDTH)))
    rows, columns = np.nonzero(small < 0.6 * _paper(page))
    if rows.size < 50:
        return 0.0
    best = 0.0
    for step, reach in ((STEPS[0], MOST), (STEPS[1], STEPS[0])):
        tried = best + np.arange(-reach, reach + step / 2, step)
        scores = [_sharpness(rows, columns, angle) for angle in tried]
        best = float(tried[int(np.argmax(scores))])
    return round(best, 3)


def _sharpness(rows: np.ndarray, columns: np.ndarray, angle: float) -> float:
    """How unevenly ink spreads over the rows of the page turned by an angle."""
    import numpy as np

    turned = rows * np.cos(np.radians(angle)) - columns * np.sin(np.radians(angle))
    profile = np.bincount(np.round(turned - turned.min()).astype(np.int64))
    return float(np.square(np.diff(profile, prepend=0, append=0), dtype=np.float64).sum())


def _paper(page: Image.Image) -> int:
    """The shade of the paper: what nine in ten pixels do not pass."""
    histogram = page.histogram()
    left = 0.9 * sum(histogram)
    for shade, count in enumerate(histogram):
        left -= count
        if left <= 0:
            return shade
    return 255
