"""The film of a work: which way a browser makes it, what is in it, stopped, shared, failed."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, Route, expect

from tests.browser.conftest import Stranger
from tests.browser.poster import OPEN_POSTER, STILL, is_shown, saved
from tests.finish_work import finish_work
from tests.service import Service

LARGEST_BYTES = 2_000_000
FRAME_S = 0.034

WAYS = """([encodes, records]) => import('/static/js/poster/film-ways.js')
  .then(({filmWays}) => filmWays(
    async ({codec}) => encodes.some((start) => codec.startsWith(start)),
    (type) => records.includes(type)))
  .then((ways) => ways.map((way) => way.container + ' ' + (way.type ?? way.config.codec)))"""
"""The ways of a browser that has these encoders and records these types."""

DURATION = """(id) => Promise.all([
    fetch(`/api/works/${id}`).then((answer) => answer.json()),
    import('/static/js/shared/replay-timeline.js'),
  ]).then(([{chars}, {Timeline}]) =>
    Math.min(9, new Timeline(chars.map(({strokes}) => strokes)).duration / 1000) + 2)"""
"""How long a work's film is, in seconds: its writing in at most 9 s, and 2 s of the whole."""

WITHOUT_ENCODER = """(() => {
  const ask = VideoEncoder.isConfigSupported;
  VideoEncoder.isConfigSupported = async (config) =>
    config.codec.startsWith('%s') ? {supported: false} : ask.call(VideoEncoder, config);
})()"""
"""Makes a browser that cannot encode by the codecs whose names begin so."""

PLAYED = """async ([type, content]) => {
  const video = Object.assign(document.createElement('video'), {muted: true});
  const when = (event) => new Promise((done, fail) => {
    video.addEventListener(event, done, {once: true});
    video.addEventListener('error', () => fail(new Error(video.error.message)), {once: true});
  });
  const ready = when('loadeddata');
  video.src = `data:${type};base64,${content}`;
  document.body.append(video);
  await ready;
  const {duration, videoWidth: width, videoHeight: height} = video;
  const canvas = Object.assign(document.createElement('canvas'), {width, height});
  const context = canvas.getContext('2d', {willReadFrequently: true});
  const dark = [];
  for (const share of [0.001, 0.4, 1]) {
    const time = share * (duration - 0.05);
    await new Promise((done) => {  // after `seeked`, the frame before may be there, or none
      const look = (_now, {mediaTime}) => Math.abs(mediaTime - time) < 0.1 ? done()
        : video.requestVideoFrameCallback(look);
      video.requestVideoFrameCallback(look);
      video.currentTime = time;
    });
    context.drawImage(video, 0, 0);
    const {data} = context.getImageData(0, 100, width, 620);
    let count = 0;
    for (let i = 0; i < data.length; i += 4) if (data[i] < 90) count += 1;
    dark.push(count);
  }
  return {duration, width, height, dark};
}"""
"""Decodes a film: its length in seconds, its size, and how many pixels are dark at three times."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def work(shared: Service) -> str:
    """The id of one that all tests film."""
    return await finish_work(shared)


async def played(by: Page, name: str, content: bytes) -> dict[str, Any]:
    """What a player sees of the film, in a page without our policy."""
    page = await by.context.new_page()
    kind = f"video/{Path(name).suffix[1:]}"
    return dict(await page.evaluate(PLAYED, [kind, base64.b64encode(content).decode()]))


async def test_what_most_devices_play_is_preferred_and_recording_comes_last(
    stranger: Stranger, shared: Service
) -> None:
    one = await stranger(shared, "/gallery")
    for encodes, records, ways in (
        (["avc1", "vp09", "vp8"], ["video/mp4"], ["mp4 avc1.64001f", "mp4 video/mp4"]),
        (["avc1.42", "vp09"], [], ["mp4 avc1.42e01f"]),
        (["vp09", "vp8"], ["video/webm"], ["webm vp09.00.31.08", "webm video/webm"]),
        (["vp8"], [], ["webm vp8"]),
        ([], ["video/webm;codecs=vp8"], ["webm video/webm;codecs=vp8"]),
        ([], [], []),
    ):
        assert await one.page.evaluate(WAYS, [encodes, records]) == ways


@pytest.mark.parametrize("missing", ["none", "avc1"])
async def test_the_film_has_the_writing_in_its_time(
    stranger: Stranger, shared: Service, work: str, missing: str
) -> None:
    one = await stranger(shared, "/", **STILL)
    await one.page.add_init_script(WITHOUT_ENCODER % missing)
    await one.page.goto(f"{shared.url}/w/{work}#poster")
    await is_shown(one)
    name, content = await saved(one, "poster-film")
    assert missing == "none" or name.endswith(".webm")
    assert name.startswith("jielong-加油-")
    assert len(content) < LARGEST_BYTES
    film = await played(one.page, name, content)
    assert (film["width"], film["height"]) == (720, 960)
    assert film["duration"] == pytest.approx(await one.page.evaluate(DURATION, work), abs=FRAME_S)
    empty, half, whole = film["dark"]
    assert empty < half / 2 < half < whole


async def test_a_film_is_stopped_made_again_and_shared(
    stranger: Stranger, shared: Service, work: str
) -> None:
    one = await stranger(shared, "/gallery")
    await one.page.evaluate("""() => {
      navigator.canShare = ({files}) => files.length === 1;
      navigator.share = async (what) => { window.handedOn = what; };
    }""")
    await one.page.evaluate(OPEN_POSTER, work)
    await is_shown(one)
    button = one.see("poster-film")
    await button.click()
    await expect(button).to_contain_text("停止制作")
    await button.click()
    await expect(button).to_have_text("存为视频")
    await expect(one.see("poster-film-share")).to_have_count(0)
    name, content = await saved(one, "poster-film")
    await one.see("poster-film-share").click()
    told = await one.page.evaluate("handedOn.files.map(({name, size}) => [name, size])")
    assert told == [[name, len(content)]]


async def test_a_film_is_recorded_where_the_encoder_fails(
    stranger: Stranger, shared: Service, work: str
) -> None:
    one = await stranger(shared, "/")
    await one.page.add_init_script(
        "VideoEncoder.prototype.encode = () => { throw new Error('out of order'); }"
    )
    await one.page.goto(f"{shared.url}/w/{work}#poster")
    await is_shown(one)
    name, content = await saved(one, "poster-film")
    assert Path(name).suffix in {".mp4", ".webm"}
    assert len(content) > 20_000


async def test_without_a_network_the_page_says_what_to_do(
    stranger: Stranger, shared: Service, work: str
) -> None:
    one = await stranger(shared, f"/w/{work}#poster", **STILL)
    await is_shown(one)

    async def refuse(route: Route) -> None:
        await route.abort()

    await one.page.route("**/film*.js", refuse)
    await one.see("poster-film").click()
    await expect(one.page.get_by_text("请检查网络")).to_be_visible()
    await expect(one.see("poster-film")).to_have_text("存为视频")
    one.troubles.clear()  # Chromium logs every file that is missing.


async def test_a_film_ends_with_the_dialog(stranger: Stranger, shared: Service, work: str) -> None:
    one = await stranger(shared, f"/w/{work}#poster", **STILL)
    await is_shown(one)
    await one.see("poster-film").click()
    await expect(one.see("poster-film")).to_contain_text("停止制作")
    await one.see("poster-close").click()
    await expect(one.see("poster")).to_have_count(0)
