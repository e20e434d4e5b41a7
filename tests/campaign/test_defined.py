"""A process that runs no campaign knows how they are defined at each moment."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.campaign.defined import DefinedCampaigns
from server.campaign.source import FileSource
from server.catalogue import CatalogueError, load_library

BEFORE = '[[campaign]]\nid = "default"\nmoderation = "before"\n'


async def test_changes_are_followed_and_a_wrong_one_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "campaigns.toml"
    path.write_text('[[campaign]]\nid = "default"\n', encoding="utf-8")
    campaigns = DefinedCampaigns(FileSource(path, load_library()))
    assert campaigns.find("default") is None
    await campaigns.read()
    assert moderation(campaigns) == "after"
    path.write_text(BEFORE, encoding="utf-8")
    await campaigns.read()
    assert moderation(campaigns) == "before"
    path.write_text("default", encoding="utf-8")
    with pytest.raises(CatalogueError):
        await campaigns.read()
    assert moderation(campaigns) == "before"


def moderation(campaigns: DefinedCampaigns) -> str:
    found = campaigns.find("default")
    assert found is not None
    return found.moderation
