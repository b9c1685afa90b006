"""The page of a comparison: its words, table and pictures, as a browser shows them."""

from __future__ import annotations

import re
import shutil
import subprocess
from base64 import b64decode
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.effects.matte.page import Entry, page
from tests.effects.matte.moments import GREEN, moments_of

ODD = '<b>&"tänzer"</b> $x.mp4'
ENTRIES = [
    Entry("person", 21.34, None, 1.856, 0.1204),
    Entry("<i>rvm</i>", 88.0, 1_230_000_000, 6.2, 0.5),
    Entry("matanyone", 3.0, 5_000_000_000, None, 0.0),
]


class Seen(HTMLParser):
    """Tags, attributes and words of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [facts for name, facts in self.tags if name == tag]


@pytest.fixture(scope="module")
def text() -> str:
    return page(ODD, 300, ENTRIES, moments_of(3))


def test_names_are_words_and_never_tags(text: str) -> None:
    seen = Seen(text)
    assert not seen.of("b") and not seen.of("i")
    assert f"Mattes of {ODD}" in seen.words
    assert "<i>rvm</i>" in seen.words


def test_the_table_holds_every_figure(text: str) -> None:
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", text)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in rows]
    assert cells == [
        ["21.3", "none, CPU", "1.86", "12.0%"],
        ["88.0", "1.23 GB", "6.20", "50.0%"],
        ["3.0", "5.00 GB", "–", "0.0%"],
    ]
    assert re.findall(r'<td class="best">(.*?)</td>', text) == ["1.86", "88.0"]


def test_the_page_needs_nothing_but_itself(text: str) -> None:
    seen = Seen(text)
    assert not {"script", "link", "iframe", "object"} & {tag for tag, _ in seen.tags}
    assert "http:" not in text and "https:" not in text and "url(" not in text
    sources = [str(image["src"]) for image in seen.of("img")]
    assert len(sources) == 1 + 2 * 3
    for source in sources:
        kind, data = source.split(",")
        assert kind == "data:image/jpeg;base64"
        coded = np.frombuffer(b64decode(data, validate=True), np.uint8)
        assert cv2.imdecode(coded, cv2.IMREAD_COLOR).shape == (60, 3 * 104 - 4, 3)


BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def browser() -> list[str]:
    """The command of a real browser without a window."""
    for name in BROWSERS:
        if program := shutil.which(name):
            return [
                program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND",
                "--window-size=900,1200",
            ]  # fmt: skip
    pytest.skip(f"there is no browser here ({', '.join(BROWSERS)})")


def shot(browser: list[str], folder: Path, text: str, *flags: str) -> NDArray[Any]:
    """(H, W, 3) RGB of what the browser shows of a page."""
    written, seen = folder / "comparison.html", folder / "shot.png"
    written.write_text(text, encoding="utf-8")
    asked = [f"--user-data-dir={folder / 'profile'}", f"--screenshot={seen}", written.as_uri()]
    subprocess.run([*browser, *flags, *asked], check=True, capture_output=True, timeout=120)
    return cv2.cvtColor(cv2.imread(str(seen)), cv2.COLOR_BGR2RGB)


def share(picture: NDArray[Any], colour: Any) -> float:
    """Share of a picture that has this colour, about."""
    return float((np.abs(picture.astype(int) - colour).max(2) < 12).mean())


@pytest.mark.slow
def test_a_browser_shows_table_and_pictures(browser: list[str], text: str, tmp_path: Path) -> None:
    picture = shot(browser, tmp_path, text)
    assert share(picture, GREEN) > 0.15
    assert share(picture, (200, 30, 30)) > 0.05
    without = shot(browser, tmp_path, re.sub(r"<img [^>]*>", "", text))
    assert share(without, GREEN) < 0.001, "the green is not that of the pictures"
    told = subprocess.run(
        [*browser, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom",
         (tmp_path / "comparison.html").as_uri()],
        check=True, capture_output=True, timeout=120,
    ).stdout.decode()  # fmt: skip
    seen = Seen(told)
    assert len(seen.of("tr")) == 4
    assert len(seen.of("td")) == 12
    assert f"Mattes of {ODD}" in seen.words


@pytest.mark.slow
def test_a_browser_shows_it_light_or_dark_as_asked(
    browser: list[str], text: str, tmp_path: Path
) -> None:
    light = shot(browser, tmp_path, text)
    dark = shot(browser, tmp_path, text, "--blink-settings=preferredColorScheme=0")
    assert light[5, 5].min() > 230
    assert dark[5, 5].max() < 40
    # The heading is on the first lines: its letters must stand out from either ground.
    assert light[30:90, 20:400].min() < 60
    assert dark[30:90, 20:400].max() > 200
