"""An organiser makes a campaign, asks for money and compares statements, all in the console."""

from __future__ import annotations

import html
import re

import pytest

from tests.integration.command import jielong
from tests.integration.console import PASSWORD, ConsoleClient
from tests.integration.http import get_json
from tests.integration.webhooks import SECRET, Caller, given, new_report_id, refunded, signed
from tests.polling import eventually
from tests.service import Service

_INPUT = re.compile(
    r'<input type="(?P<type>\w[\w-]*)" id="[^"]*" name="(?P<name>[^"]+)"(?P<rest>[^>]*)>'
)
_AREA = re.compile(
    r'<textarea id="[^"]*" name="(?P<name>[^"]+)"[^>]*>(?P<value>.*?)</textarea>', re.DOTALL
)
_SELECT = re.compile(
    r'<select id="[^"]*" name="(?P<name>[^"]+)"[^>]*>(?P<options>.*?)</select>', re.DOTALL
)
_CHOSEN = re.compile(r'<option value="([^"]*)" selected>')
_VALUE = re.compile(r'value="([^"]*)"')


def shown(page: str) -> dict[str, str]:
    """What the form of an editor would post."""
    found: dict[str, str] = {}
    for one in _INPUT.finditer(page):
        value = _VALUE.search(one["rest"])
        if one["type"] == "checkbox":
            if " checked" in one["rest"]:
                found[one["name"]] = "on"
        elif value:
            found[one["name"]] = html.unescape(value[1])
    found |= {one["name"]: html.unescape(one["value"]) for one in _AREA.finditer(page)}
    for one in _SELECT.finditer(page):
        if chosen := _CHOSEN.search(one["options"]):
            found[one["name"]] = chosen[1]
    return found


def errors(page: str) -> dict[str, str]:
    """What is said beside the fields."""
    found = re.findall(r'<p class="error" id="field-([^"]+)-error">(.*?)</p>', page)
    return {name: html.unescape(said) for name, said in found}


@pytest.fixture(scope="module")
def settings() -> dict[str, object]:
    return {"admin_password": PASSWORD}


async def edit(owner: ConsoleClient, name: str, **changes: str) -> dict[str, str]:
    """Change fields of a campaign; the errors, if it was refused."""
    path = f"/campaigns/{name}"
    fields = shown((await owner.get(path)).text)
    named = {key.replace("__", "."): value for key, value in changes.items()}
    sent = {key: value for key, value in (fields | named).items() if value}
    answer = await owner.post(path, sent, path)
    return {} if answer.status_code == 303 else errors(answer.text)


FUND = {
    "fund__0__id": "angels",
    "fund__0__title__en": "Angels",
    "fund__0__currency": "CNY",
    "fund__0__goal": "1000000",
    "fund__0__url": "https://pay.example.org/give?ref={ref}",
}


async def make(owner: ConsoleClient, name: str) -> None:
    """A campaign with a fund, which is open."""
    new = {"id": name, "locale": "en"}
    assert (await owner.post("/campaigns", new, "/campaigns")).status_code == 303
    more = {"title__en": "Spring", "relays__give": "on", "webhook__add": SECRET}
    assert await edit(owner, name, **more, **FUND) == {}
    assert (await owner.post(f"/campaigns/{name}/open", {}, "/campaigns")).status_code == 303


async def test_a_campaign_for_rehearsals_has_no_page_to_look_at(
    owner: ConsoleClient, shared: Service
) -> None:
    new = {"id": "tried", "locale": "en"}
    assert (await owner.post("/campaigns", new, "/campaigns")).status_code == 303
    assert "/c/tried" in (await owner.get("/campaigns/tried")).text

    async def is_there() -> bool:
        return (await owner.http.get("/c/tried")).status_code == 200

    await eventually(is_there)
    made = jielong("campaign", "edit", "tried", "--set", "rehearsal=true", "--data", shared.data)
    assert made.returncode == 0, made.stderr
    assert "/c/tried" not in (await owner.get("/campaigns/tried")).text

    async def is_gone() -> bool:
        return (await owner.http.get("/c/tried")).status_code == 404

    await eventually(is_gone)


async def test_a_campaign_is_made_changed_opened_and_closed(
    owner: ConsoleClient, shared: Service
) -> None:
    await make(owner, "spring")
    path = "/api/campaigns/spring"

    async def is_open() -> bool:
        return (await owner.http.get(path)).status_code == 200 and bool(
            (await get_json(shared, path))["open"]
        )

    await eventually(is_open)
    told = await get_json(shared, path)
    assert (told["title"], told["relays"]) == ("Spring", ["write", "give"])
    assert told["funds"][0]["goal"] == 100_000_000
    page = (await owner.get("/campaigns/spring")).text
    assert "Secrets that are saved: 1." in page
    assert SECRET not in page
    assert await edit(owner, "spring", title__en="Summer", fund__0__goal="") == {}
    closed = await owner.post("/campaigns/spring/close", {"confirmed": "yes"}, "/campaigns")
    assert closed.status_code == 303

    async def is_closed() -> bool:
        told = await get_json(shared, path)
        return (told["open"], told["title"]) == (False, "Summer")

    await eventually(is_closed)
    assert (await owner.get("/campaigns")).text.count("spring") > 1
    assert (await owner.post("/campaigns/spring/archive", {}, "/campaigns")).status_code == 303
    assert "(spring)" not in (await owner.get("/campaigns")).text
    assert "(spring)" in (await owner.get("/campaigns?show=archived")).text

    async def is_told_to_be_over() -> bool:
        return 'data-phase="ended"' in (await owner.http.get("/c/spring")).text

    await eventually(is_told_to_be_over)
    refused = await owner.post("/campaigns/spring/open", {}, "/campaigns")
    assert "restore it" in (await owner.http.get(refused.headers["location"])).text
    assert (await owner.post("/campaigns/spring/restore", {}, "/campaigns")).status_code == 303
    assert "(spring)" in (await owner.get("/campaigns")).text
    entries = (await owner.get("/audit?campaign=spring")).text
    for action in ("create", "edit", "open", "close", "archive", "restore"):
        assert f'<td data-label="What">{action}' in entries
    assert SECRET not in entries


async def test_a_campaign_is_opened_before_its_time_and_shown_elsewhere(
    owner: ConsoleClient,
) -> None:
    await owner.post("/campaigns", {"id": "later", "locale": "en"}, "/campaigns")
    wrong = await edit(owner, "later", opens="2099-01-02T08:00")
    assert "needs a time zone" in wrong["opens"]
    more = {"time_zone": "Asia/Shanghai", "embed": "https://example.org"}
    assert await edit(owner, "later", opens="2099-01-02T08:00", **more) == {}
    assert (await owner.post("/campaigns/later/open", {}, "/campaigns")).status_code == 303
    page = (await owner.get("/campaigns/later")).text
    assert "opens later" in page
    embedded = re.search('iframe src="([^"]*)"', html.unescape(page))
    assert embedded

    async def may_be_framed() -> bool:
        answer = await owner.http.get(embedded[1])
        return "https://example.org" in answer.headers["content-security-policy"]

    await eventually(may_be_framed)


async def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_saved(
    owner: ConsoleClient,
) -> None:
    await make(owner, "autumn")
    found = await edit(
        owner,
        "autumn",
        title__en="Autumn",
        theme__light__accent="#fefefe",
        fund__0__url="http://pay.example.org",
        fund__1__id="Bad id",
        pledge__0__id="Bad id",
        opens="2030-01-02T00:00",
        weights="jiayou three",
        webhook__add="whsec_short",
    )
    assert "contrast" in found["theme.light.accent"]
    assert "no payment page" in found["fund.0.url"]
    assert set(found) >= {"fund.1.id", "pledge.0.id", "webhook.add", "weights"}
    assert "Spring" in (await owner.get("/campaigns/autumn")).text
    preview = await owner.post(
        "/campaigns/autumn/preview", {"title.en": "<b>", "relays.give": "on"}, "/campaigns/autumn"
    )
    assert preview.status_code == 200
    assert "&lt;b&gt;" in preview.text or 'data-field="' in preview.text


async def test_texts_are_in_every_language_that_an_organiser_adds(owner: ConsoleClient) -> None:
    await make(owner, "tongues")
    path = "/campaigns/tongues"
    fields = shown((await owner.get(path)).text)
    wider = await owner.post(path, fields | {"language.add": "Français"}, path)
    assert wider.status_code == 200
    texts = {"title.fr": "Printemps", "fund.0.title.fr": "Anges"}
    assert (await owner.post(path, shown(wider.text) | texts, path)).status_code == 303
    page = (await owner.get(path)).text
    assert shown(page).items() >= texts.items()
    narrower = await owner.post(path, shown(page) | {"language.remove": "fr"}, path)
    assert (await owner.post(path, shown(narrower.text), path)).status_code == 303
    assert "title.fr" not in shown((await owner.get(path)).text)
    refused = await owner.post(path, fields | {"language.add": "Klingon!"}, path)
    assert "no locale" in errors(refused.text)["language.add"]
    owner.http.headers["accept-language"] = "zh"
    refused = await owner.post(path, fields | {"theme.light.accent": "#fefefe"}, path)
    assert "文字对比度是 1.1，至少要有 4.5" in errors(refused.text)["theme.light.accent"]


async def test_a_copy_has_no_secrets(owner: ConsoleClient, shared: Service) -> None:
    await make(owner, "winter")

    async def is_known() -> bool:
        return (await owner.http.get("/api/campaigns/winter")).status_code == 200

    await eventually(is_known)
    made = await owner.post("/campaigns", {"id": "next", "copied": "winter"}, "/campaigns")
    assert made.status_code == 303
    page = (await owner.get("/campaigns/next")).text
    assert "https://pay.example.org/give" in page
    assert "Secrets that are saved" not in page


async def test_donations_are_searched_seen_to_and_compared(
    owner: ConsoleClient, shared: Service
) -> None:
    await make(owner, "gifts")

    async def is_known() -> bool:
        return "gifts" in (await owner.get("/funds?campaign=gifts")).text

    await eventually(is_known)
    caller = Caller(shared.port)
    first = given("d1", 12_345)

    async def is_taken() -> bool:  # the worker knows the secret within a second
        return caller.report("gifts", first, signed(first, new_report_id())) == 204

    await eventually(is_taken)
    for body in (refunded("r1", "d2", 500), given("d2", 400)):
        assert caller.report("gifts", body, signed(body, new_report_id())) == 204
    caller.close()
    page = (await owner.get("/funds?campaign=gifts")).text
    assert "127.45 CNY" in page
    assert "set aside" in page
    found = (await owner.get("/funds?campaign=gifts&search=r1")).text
    assert "campaign=gifts&amp;id=d2" in found
    assert "campaign=gifts&amp;id=d1" not in found
    values = {"campaign": "gifts", "refund": "r1"}
    assert (await owner.post("/funds/settle", values, "/funds")).status_code == 303
    assert "seen to" in (await owner.get("/funds/donation?campaign=gifts&id=d2")).text

    async def send(what: str, statement: str) -> str:
        token = await owner.token("/statements?campaign=gifts")
        fields = {"token": token, "campaign": "gifts", "what": what}
        files = {"file": ("statement.csv", statement.encode(), "text/csv")}
        return (await owner.http.post("/admin/statements", data=fields, files=files)).text

    statement = "id,fund,amount,ref\nd1,angels,123.45,\nd2,angels,4.00,\nd3,angels,1.00,=1+1\n"
    assert "Differences: 2." in await send("compare", statement)
    assert "1 new, 2 known before, 0 refused." in await send("import", statement)
    wrong = await send("import", "id,amount\nd8,x\nd9,5\nd7,-1\n")
    assert "Lines that are wrong: 2." in wrong
    assert "&#39;x&#39; is no amount" in wrong
    assert "&#39;-1&#39; is no amount" in wrong
    saved = await owner.post("/exports", {"campaign": "gifts", "what": "donations"}, "/exports")
    assert saved.headers["content-disposition"].startswith('attachment; filename="gifts-donations-')
    assert ",'=1+1," in saved.text, "no spreadsheet takes it for a formula"
    assert "Both say the same." in await send("compare", saved.text)
