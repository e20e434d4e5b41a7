"""The pictures of what other sites show: a campaign in a column, and the cards of links."""

from __future__ import annotations

import asyncio
import io
from dataclasses import replace
from pathlib import Path

from jielong import Participant
from PIL import Image
from playwright.async_api import expect

from tests.browser.handwriting import Handwriting
from tests.browser.other_site import address_of, other_site
from tests.browser.participant_page import LIMIT_MS
from tests.browser.screens_album import Set
from tests.finish_work import finish_work
from tests.integration.http import ask
from tests.service import Service, free_port, start_service

STATES = {
    "embedded": "A campaign in a column of another site",
    "card-campaign": "What a link to a campaign shows elsewhere",
    "card-work": "What a link to a work shows elsewhere",
    "card-certificate": "What a link to a certificate shows elsewhere",
}

PORT = free_port()
CAMPAIGNS = f"""
[[campaign]]
id = "default"
title = "青山接龙"
summary = "一人一字，替青山说一句话"
organiser = {{ name = "青山保护会" }}
time_zone = "Asia/Shanghai"
relays = ["write", "pledge"]
embed = ["http://localhost:{PORT}"]
pledge = [{{ id = "bag", text = "买菜自带布袋" }}]
theme = {{ seal = "青山", light = {{ accent = "#2f6b3a", paper = "#e7efe2" }} }}
"""

ARTICLE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>晨报</title>
<style>body {{ margin: 0 auto; max-width: 1080px; padding: 16px; font: 17px/1.8 serif;
  color: #222; background: #fff }} h1 {{ font-size: 30px }} main {{ display: grid; gap: 32px }}
@media (min-width: 900px) {{ main {{ grid-template-columns: 1fr 420px }} }}
jielong-relay {{ border-radius: 14px; overflow: hidden; border: 1px solid #ddd }}</style>
<main><article><h1>山还在那里</h1><p>入秋以后，进山的人又多了起来。护林员老周说，最好的礼物是把带来的都带走。</p>
<p>今年的活动不收门票，只请每个人写一个字：一人一字，与一位素不相识的人合写一句话。</p>
<p>写完以后，还可以领一张承诺证书。截至昨晚，已有一万多人动笔。</p></article>
<jielong-relay campaign="default" lang="zh-CN"></jielong-relay></main>
<script src="{service}/embed.js" async></script>"""


async def elsewhere(stage: Set, folder: Path) -> None:
    """All of them, from a service of their own."""
    file = folder / "elsewhere.toml"
    file.write_text(CAMPAIGNS, encoding="utf-8")
    service = await asyncio.to_thread(start_service, folder / "elsewhere", campaigns=file)
    try:
        with other_site(PORT):
            one = await replace(stage, service=service).person()
            article = ARTICLE.format(service=service.url)
            await one.page.goto(address_of(f"http://localhost:{PORT}", article))
            frame = one.page.frame_locator("jielong-relay iframe")
            await expect(frame.get_by_test_id("join")).to_be_enabled(timeout=LIMIT_MS)
            if stage.album.view == "phone":
                await one.page.locator("jielong-relay").scroll_into_view_if_needed()
                await one.page.evaluate("scrollTo(0, 330)")
            await stage.album.take(one, "embedded")
            await one.page.context.close()
        if stage.album.view == "desk":
            await _cards(service, stage.album.folder)
    finally:
        await asyncio.to_thread(service.stop)


async def _cards(service: Service, folder: Path) -> None:
    """The pictures that the service draws for other sites."""
    work = await finish_work(service, "bihai-lantian", seed=20, hand=Handwriting)
    async with await Participant.connect(service.ws_url) as participant:
        certificate = (await participant.pledge("bag")).certificate
    for name, path in (
        ("card-campaign", "/c/default/picture.png"),
        ("card-work", f"/w/{work}/picture.png"),
        ("card-certificate", f"/p/{certificate}/picture.png"),
    ):
        with Image.open(io.BytesIO((await ask(service, path)).body)) as picture:
            picture.resize((800, 420)).save(folder / f"desk-{name}.webp", quality=82)
