"""What is wrong with a campaign is said in the language of the page, with the values."""

from __future__ import annotations

import re

from server.campaign.checks import check
from server.campaign.definition import DayPalette, Definition, Goal, OwnPhrase, Theme, WeChatPay
from server.catalogue import load_library
from server.console.faults import said
from server.console.texts import CHINESE, read_texts, translator
from server.relay.campaign import CampaignNetwork, Fund

WRONG = Definition(
    id="Spring!",
    locale="??",
    title="x" * 81,
    summary="\x00",
    link="nowhere",
    embed=("https://example.org/path",),
    time_zone="Mars",
    theme=Theme(seal="接龙接龙接龙", light=DayPalette(accent="#eeeeee", paper="#ffffff")),
    phrases=("no-such",),
    phrase=(
        OwnPhrase(id="a", text="一", locale="zh"),
        OwnPhrase(id="b", text="好\u200b好", locale="zh"),
    ),
    goal=(Goal(counter="relays", at=0), Goal(counter="relays", at=1)),
    fund=(Fund(id="f", title="F", currency="yuan", url="http://pay.example"),),
    wechat=WeChatPay(merchant="12", secrets=("short",), fund="tigers"),
    network=(CampaignNetwork(address="school", participants=0),),
)
SENTENCE = re.compile(r"[a-z]{2,} [a-z]{2,}")
"""Two words of English in a row."""


def test_no_fault_is_half_in_english() -> None:
    chinese = translator(read_texts()[CHINESE])
    problems = check(WRONG, load_library())
    assert len(problems) >= 19
    for problem in problems:
        assert SENTENCE.search(str(problem.fault)), "the command line says it in English"
        translated = said(problem.fault, chinese)
        assert not SENTENCE.search(translated), translated
        assert "{" not in translated.replace("{ref}", "")


def test_the_values_are_in_it() -> None:
    found = {it.field: it.fault for it in check(WRONG, load_library())}
    chinese = translator(read_texts()[CHINESE])
    assert said(found["theme.light.accent"], chinese) == (
        "#ffffff 上的 #eeeeee 文字对比度是 1.2，至少要有 4.5 才看得清"
    )
    assert said(found["phrase[1].text"], chinese).endswith("ZERO WIDTH SPACE）是空白，没有人能书写")
