"""What the documentation shows beside programs and commands.

Parts of campaign files, of other sites' pages, a query, a command of Redis.
"""

from __future__ import annotations

import re
import tomllib
from base64 import b64encode
from pathlib import Path

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from scripts.docs.stage import DOCS
from server.campaign.file import read_file
from server.catalogue import load_library
from tests.deploy.programs import check
from tests.docs.blocks import Block, block, blocks, without_comments
from tests.faults.valkey import SENTINEL_PACE
from tests.integration.http import ask
from tests.service import Service

CAMPAIGN = '[[campaign]]\nid = "default"\n'
FUND = (
    '[[campaign.fund]]\nid = "angels"\ntitle = "Angels"\ncurrency = "CNY"\n'
    'url = "https://pay.example.org/"\n'
)
SIGNING_SECRET = "whsec_" + b64encode(bytes(24)).decode()
KEY = rsa.generate_private_key(65_537, 2_048).public_key()
PEM = KEY.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
FILLED_IN = {
    '"whsec_..."': f'"{SIGNING_SECRET}"',
    '"..."': f'"{"k" * 32}"',
    '"""-----BEGIN PUBLIC KEY-----\n...\n-----END PUBLIC KEY-----"""': f'"""{PEM}"""',
}
"""What readers put their own for."""

EMBEDDED = block("build/embed.md: [[campaign]]").code
ALARMS = DOCS / "operate" / "alarms.md"
"""It has a row for every metric; tests/deploy/test_prometheus.py looks."""

SITE = "https://relay.example.org"


def by_name(block: Block) -> str:
    """The id of a test."""
    return block.name


def campaign_file(folder: Path, shown: str) -> Path:
    """A file of campaigns with what is shown, and with what that needs."""
    for word, own in FILLED_IN.items():
        shown = shown.replace(word, own)
    if "[[campaign]]" not in shown:
        shown = CAMPAIGN + shown
    if 'fund = "' in shown:
        shown = shown.replace(CAMPAIGN, CAMPAIGN + 'relays = ["give"]\n' + FUND)
    file = folder / "campaigns.toml"
    file.write_text(shown, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """The campaign that other pages may show, and the one that every service has."""
    return {"campaigns": campaign_file(tmp_path_factory.mktemp("shown"), CAMPAIGN + EMBEDDED)}


@pytest.mark.parametrize("block", blocks("toml"), ids=by_name)
def test_a_part_of_a_file_of_campaigns_is_taken(block: Block, tmp_path: Path) -> None:
    (campaign,) = read_file(
        campaign_file(tmp_path, block.code), load_library(), needs_default=False
    ).definitions.values()
    parts = re.findall(r"^\[+campaign\.(\w+)|^(\w+) =", block.code, re.MULTILINE)
    named = {part or key for part, key in parts} & set(campaign.__struct_fields__)
    assert named
    assert all(getattr(campaign, name) for name in named)


async def test_what_other_pages_embed_is_there_for_them(shared: Service) -> None:
    script, frame = blocks("html")
    (path,) = re.findall(rf'<script src="{SITE}(.*?)"', script.code)
    ((element, campaign),) = re.findall(r'<([\w-]+) campaign="(.*?)">', script.code)
    assert f'"{element}"' in (await ask(shared, path)).body.decode()
    (address,) = re.findall(rf'<iframe src="{SITE}(.*?)"', frame.code)
    assert address == f"/embed/{campaign}"
    page = await ask(shared, address)
    allowed = re.search(r"frame-ancestors ([^;]*)", page.headers["content-security-policy"])
    assert allowed
    assert set(allowed[1].split()) >= set(tomllib.loads(EMBEDDED)["campaign"][0]["embed"])


@pytest.mark.parametrize("block", blocks("promql"), ids=by_name)
def test_prometheus_understands_a_query(block: Block, tmp_path: Path) -> None:
    query = without_comments(block.code).strip()
    rules = {"groups": [{"name": "shown", "rules": [{"record": "shown", "expr": query}]}]}
    file = tmp_path / "rules.yaml"
    file.write_text(yaml.safe_dump(rules))
    check("promtool", "check", "rules", "--lint-fatal", file)
    rows = re.findall(r"^\| `(jielong_\w+)", ALARMS.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"jielong_\w+", query)) <= set(rows)


def test_the_sentinels_of_the_tests_get_the_same_command() -> None:
    shown = block("operate/durability.md: SENTINEL DEBUG").code
    assert shown.split() == ["SENTINEL", "DEBUG", *map(str, SENTINEL_PACE)]
