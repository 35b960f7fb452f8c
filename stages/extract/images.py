"""PNG, JPEG, TIFF (of many pages) and BMP, by Pillow and OCR."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

from stages.extract.ocr import recognise
from stages.extract.page import Page
from stages.extract.reader import Unreadable
from stages.extract.reasons import DAMAGED, TOO_MANY_PAGES, TOO_MANY_PIXELS, TRUNCATED
from stages.params.extract import Extract

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

FORMATS = ("PNG", "JPEG", "TIFF", "BMP")
# The longer side of a page, in inches, that an image of unknown resolution is taken to show.
PAGE_INCHES = 11.7
SCREEN_DPI = 96.0


def pages(data: bytes, limits: Extract) -> list[Page]:
    """One page a frame; sizes are checked before anything is decoded. Raises `Unreadable`."""
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            # Ours is the limit; Pillow's own warning would only repeat it.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                return _frames(image, limits)
    except Image.DecompressionBombError:
        raise Unreadable(TOO_MANY_PIXELS) from None
    except UnidentifiedImageError:
        raise Unreadable(DAMAGED) from None
    except (OSError, SyntaxError, EOFError, ValueError) as error:
        ends = isinstance(error, EOFError) or "truncated" in str(error) or "end of file" in str(error)
        raise Unreadable(TRUNCATED if ends else DAMAGED) from None


def too_many_pixels(width: float, height: float, limits: Extract) -> None:
    """Raises `Unreadable` for more than `limits.most_megapixels`."""
    if width * height > limits.most_megapixels * 1e6:
        raise Unreadable(TOO_MANY_PIXELS, f"more than {limits.most_megapixels:g} megapixels")


def _frames(image: ImageFile, limits: Extract) -> list[Page]:
    from PIL import ImageOps

    count = getattr(image, "n_frames", 1)
    if count > limits.most_pages:
        raise Unreadable(TOO_MANY_PAGES, f"more than {limits.most_pages}")
    done = []
    for number in range(count):
        image.seek(number)
        too_many_pixels(image.width, image.height, limits)
        dpi = _dpi(image)
        image.load()
        page = _grey(ImageOps.exif_transpose(image))
        if dpi > limits.dpi:
            page = page.resize((round(page.width * limits.dpi / dpi), round(page.height * limits.dpi / dpi)))
            dpi = limits.dpi
        done.append(recognise(page, round(dpi), limits))
    return done


def _grey(image: Image) -> Image:
    """8-bit grey, with what is transparent as white paper."""
    from PIL import Image

    if image.mode.startswith("I;16"):
        return image.point(lambda value: value / 256).convert("L")
    if "A" in image.getbands() or "transparency" in image.info:
        paper = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(paper, image.convert("RGBA")).convert("L")
    return image.convert("L")


def _dpi(image: Image) -> float:
    """Dots per inch: what the file says, unless it is what programs write who do not know; else by a page's size."""
    told = float(image.info.get("dpi", (0, 0))[0])
    return told if told > SCREEN_DPI else max(SCREEN_DPI, max(image.size) / PAGE_INCHES)
