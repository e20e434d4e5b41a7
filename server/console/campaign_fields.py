"""The fields of the campaign editor; their names are the paths of what they set.

Texts have a field for each language that the campaign has; see `campaign_languages`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from server.console.campaign_accounts import ACCOUNT_GROUPS
from server.console.campaign_groups import groups_in
from server.console.campaign_lists import lists_in
from server.console.campaign_parts import Rows
from server.console.forms import Field

MORE_ROWS = 2
"""Empty rows below those that there are."""


class Layout:
    """The editor of a campaign with texts in these languages.

    Attributes:
        languages: their tags, that of the page first.
        groups: fields that stand together.
        lists: those of what there may be several of.
        accounts: groups of fields of who may report donations.
    """

    def __init__(self, languages: Sequence[str]) -> None:
        """Texts are in these languages."""
        self.languages = languages
        self.groups = groups_in(languages)
        self.lists = lists_in(languages)
        self.accounts = ACCOUNT_GROUPS

    def fields(self, plain: Mapping[str, object], posted: Sequence[str] = ()) -> list[Field]:
        """All fields for a campaign: with rows for its lists, for what was posted, and more."""
        found = [field for group in (*self.groups, *self.accounts) for field in group.fields]
        for rows in self.lists:
            for number in range(row_count(rows, plain, posted)):
                found += rows.row(number)
        return found


def row_count(rows: Rows, plain: Mapping[str, object], posted: Sequence[str] = ()) -> int:
    """How many rows of a list are shown."""
    there = plain.get(rows.path)
    count = len(there) if isinstance(there, list | tuple) else 0
    numbers = [name.split(".")[1] for name in posted if name.startswith(f"{rows.path}.")]
    sent = max((int(it) + 1 for it in numbers if it.isdecimal() and len(it) < 4), default=0)
    return max(count + MORE_ROWS, sent)
