"""The preview picture that the service draws looks like the page's."""

from __future__ import annotations

import random

from jielong import Pen

from server.archive.brush import outline
from tests.browser.conftest import Stranger
from tests.finish_work import finish_work
from tests.service import Service

LIKENESS = """async ([strokes, drawn]) => {
  const {outline} = await import('/static/js/shared/outline.js');
  const ink = (paths) => {
    const canvas = new OffscreenCanvas(512, 512);
    const context = canvas.getContext('2d');
    context.scale(1 / 8, 1 / 8);
    for (const path of paths) context.fill(new Path2D(path));
    return context.getImageData(0, 0, 512, 512).data.filter((_, i) => i % 4 === 3);
  };
  const [page, service] = [ink(strokes.map((stroke) => outline(stroke))), ink(drawn)];
  let [both, either] = [0, 0];
  page.forEach((value, i) => {
    both += value > 127 && service[i] > 127;
    either += value > 127 || service[i] > 127;
  });
  return both / either;
}"""
"""Of the paper that either brush has inked, the share that both have."""

SHARE_OF_INK = """async (address) => {
  const picture = await createImageBitmap(await (await fetch(address)).blob());
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const context = canvas.getContext('2d');
  context.drawImage(picture, 0, 0);
  const {data} = context.getImageData(0, 0, picture.width, picture.height);
  let dark = 0;
  for (let i = 0; i < data.length; i += 4) dark += data[i] < 80 && data[i + 1] < 80;
  return dark / (picture.width * picture.height);
}"""


async def test_the_service_draws_with_the_pages_brush(stranger: Stranger, shared: Service) -> None:
    one = await stranger(shared, "/gallery")
    for seed, char in enumerate("加油天向上"):
        strokes = [list(stroke) for stroke in Pen(random.Random(seed)).character(char)]
        drawn = [outline(stroke) for stroke in strokes]
        assert await one.page.evaluate(LIKENESS, [strokes, drawn]) > 0.85, char


async def test_a_dot_is_drawn_alike(stranger: Stranger, shared: Service) -> None:
    one = await stranger(shared, "/gallery")
    dots = [[1000, 1000, 0, 200], [3000, 3000, 0, 120, 0, 0, 400, 0]]
    drawn = [outline(dot) for dot in dots]
    assert await one.page.evaluate(LIKENESS, [dots, drawn]) > 0.9


async def test_the_picture_shows_the_ink(stranger: Stranger, shared: Service) -> None:
    one = await stranger(shared, "/gallery")
    for phrase in ("jiayou", "mingtian-hui-genghao", "en-grateful"):
        work = await finish_work(shared, phrase)
        share = await one.page.evaluate(SHARE_OF_INK, f"/w/{work}/picture.png")
        assert 0.01 < share < 0.3, phrase
