"""Campaigns are changed while the service runs, and every worker knows it at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from server.archive.database import Database
from server.campaign import schema
from server.campaign.definition import Definition
from server.campaign.problems import CampaignError
from server.campaign.storage import CampaignStorage
from server.relay.campaign import Fund, Pledge
from tests.integration.command import jielong
from tests.integration.http import get, get_json
from tests.integration.protocol_client import open_session
from tests.integration.relays import finish
from tests.polling import eventually
from tests.service import Service

TOLD_SECONDS = 8.0
"""Less than the time after which workers ask by themselves: somebody must have told them."""

ANSWERS = 12
"""Answers of a port after which each of its workers has given one, nearly always."""

TEA = Pledge(id="tea", text="Tea")
FUND = Fund(id="angels", title="Angels", currency="CNY", url="https://pay.example.org")


@pytest.fixture(params=["sqlite", "postgresql"])
async def storage(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[tuple[CampaignStorage, Database]]:
    """Campaigns in an empty database of each kind."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'works.sqlite'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql").new_database()
    database = Database(url)
    await database.open()
    yield CampaignStorage(database), database
    await database.close()


async def test_a_campaign_is_kept_as_it_was_defined(
    storage: tuple[CampaignStorage, Database],
) -> None:
    campaigns, database = storage
    spring = Definition(id="spring", title={"en": "Spring"}, pledge=(TEA,), fund=(FUND,))
    await campaigns.create(spring, "ann")
    assert (await campaigns.read()) == (1, {"spring": spring})
    with pytest.raises(CampaignError, match="there is a campaign of this id"):
        await campaigns.create(spring, "ben")
    closed = Definition(id="spring", open=False, pledge=(TEA,), fund=(FUND,))
    assert await campaigns.save([closed, Definition(id="b")], "ben", "import") == ["spring", "b"]
    assert await campaigns.save([closed], "ben", "import") == []
    assert (await campaigns.read()).definitions == {"spring": closed, "b": Definition(id="b")}
    async with database.reading() as connection:
        done = select(schema.audit.c.who, schema.audit.c.action, schema.audit.c.campaign)
        entries = (await connection.execute(done.order_by(schema.audit.c.number))).all()
        changes = select(schema.audit.c.before, schema.audit.c.details)
        first, second = (await connection.execute(changes.order_by(schema.audit.c.number))).all()[
            :2
        ]
    assert first.before is None
    assert second.before == '{"title":{"en":"Spring"},"open":null}'
    assert second.details == '{"title":null,"open":false}'
    assert [tuple(entry) for entry in entries] == [
        ("ann", "create", "spring"),
        ("ben", "import", "spring"),
        ("ben", "import", "b"),
    ]


async def test_what_certificates_and_donations_name_stays(
    storage: tuple[CampaignStorage, Database],
) -> None:
    campaigns, _ = storage
    await campaigns.create(Definition(id="spring", pledge=(TEA,), fund=(FUND,)), "ann")
    for bad, field in (
        (Definition(id="spring", fund=(FUND,)), "pledge: 'tea' cannot be removed"),
        (Definition(id="spring", pledge=(TEA,)), "fund: 'angels' cannot be removed"),
    ):
        with pytest.raises(CampaignError, match=field):
            await campaigns.save([Definition(id="other"), bad], "ann", "edit")
    assert set((await campaigns.read()).definitions) == {"spring"}


async def test_each_of_many_changes_at_once_has_a_revision(
    storage: tuple[CampaignStorage, Database],
) -> None:
    campaigns, _ = storage
    await asyncio.gather(*(campaigns.create(Definition(id=f"c{n}"), "ann") for n in range(8)))
    revision, found = await campaigns.read()
    assert (revision, len(found)) == (8, 8)


async def seen_everywhere(service: Service, path: str, seen: Callable[[Any], bool]) -> None:
    """Wait until every worker answers so."""

    async def all_have_it() -> bool:
        answers = [await get(service, path) for _ in range(ANSWERS)]
        return all(status == 200 and seen(body) for status, _, body in answers)

    await eventually(all_have_it, TOLD_SECONDS)


async def test_workers_follow_what_an_organiser_does(serve: Callable[..., Service]) -> None:
    service = serve(workers=2)

    async def organise(*words: str) -> str:
        done = await asyncio.to_thread(jielong, "campaign", *words, "--data", service.data)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    phrase = 'phrase=[{id="hi", text="hi", locale="en"}]'
    sets = ("--set", "title.en=Spring", "--set", phrase, "--set", "own_only=true")
    assert await organise("create", "spring", *sets) == "spring created\n"
    path = "/api/campaigns/spring?locale=en"
    await seen_everywhere(service, path, lambda body: "Spring" in body)
    content = await get_json(service, path)
    assert (content["open"], content["relays"], content["funds"]) == (True, ["write"], [])
    assert [it["id"] for it in content["phrases"]] == ["hi"]

    one = await open_session(service, campaign="spring", locale="en")
    two = await open_session(service, campaign="spring", locale="en")
    assert one.welcome["campaign"] == {"id": "spring", "title": "Spring", "open": True}
    await one.send("join")
    room = (await one.expect("waiting"))["room"]
    await two.send("join")
    await two.expect("matched", room=room)
    await one.expect("matched", room=room)
    alone = await open_session(service, campaign="spring", locale="en")
    await alone.send("join")
    await alone.expect("waiting")
    await organise("close", "spring")
    await alone.expect("bye", why="over")
    await seen_everywhere(service, path, lambda body: '"open":false' in body)
    late = await open_session(service, campaign="spring", token=alone.welcome["token"])
    assert (late.welcome["campaign"]["open"], "resume" in late.welcome) == (False, False)
    await late.send("join")
    await late.expect("error", code="closed")

    work = (await finish((one, two), 0, 2))[0]["work"]
    assert (await get_json(service, f"/api/works/{work}"))["campaign"] == "spring"
    assert await organise("list") == (
        "default  open  write  加油接龙\nspring  closed  write  Spring\n"
    )
    for peer in (one, two, late):
        await peer.close()


async def test_a_file_stays_the_source_when_it_is_given(
    serve: Callable[..., Service], tmp_path: Path
) -> None:
    file = tmp_path / "campaigns.toml"
    file.write_text('[[campaign]]\nid = "default"\ntitle = "one"\n')
    service = serve(campaigns=file)
    refused = jielong("campaign", "close", "default", "--file", file, "--data", service.data)
    assert refused.returncode == 1
    assert "is the source of the campaigns; change it there" in refused.stderr
    path = "/api/campaigns/default"
    file.write_text('[[campaign]]\nid = "default"\ntitle = 3\n')

    async def is_said() -> bool:
        return "title: Expected" in service.log.read_text()

    await eventually(is_said)
    assert (await get_json(service, path))["title"] == "one"
    file.write_text('[[campaign]]\nid = "default"\ntitle = "two"\n[[campaign]]\nid = "new"\n')
    await seen_everywhere(service, path, lambda body: '"title":"two"' in body)
    assert (await get_json(service, "/api/campaigns/new"))["open"]
    file.write_text('[[campaign]]\nid = "default"\ntitle = "two"\n')
    await seen_everywhere(service, "/api/campaigns/new", lambda body: '"open":false' in body)


def test_campaigns_are_taken_from_one_service_to_another(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    created = jielong(
        *("campaign", "create", "spring", "--data", one, "--set", "title=春"),
        *("--set", f'webhook.secrets=["{secret}"]'),
    )
    assert created.stdout == "spring created\n"
    assert "no Redis answers" in created.stderr
    file = tmp_path / "campaigns.toml"
    file.write_text(jielong("campaign", "export", "spring", "--secrets", "--data", one).stdout)
    imported = jielong("campaign", "import", file, "--data", two)
    assert imported.stdout == "spring imported\n"
    shown = [jielong("campaign", "show", "spring", "--data", data).stdout for data in (one, two)]
    assert shown[0] == shown[1]
    assert secret not in shown[0]
    assert secret in file.read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["create", "A b"], "campaign 'A b': id: an id is lower-case letters"),
        (["create", "default"], "there is a campaign of this id"),
        (["edit", "default", "--set", "relays=[]"], "campaign 'default': relays: is empty"),
        (["edit", "default", "--set", "id=other"], "campaign 'default': id: cannot be changed"),
        (["open", "nope"], "campaign 'nope': there is no campaign of this id"),
        (["export", "nope"], "there is no campaign nope"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, words: list[str], said: str) -> None:
    jielong("campaign", "edit", "default", "--set", "title=x", "--data", tmp_path)
    done = jielong("campaign", *words, "--data", tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("jielong: ")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
