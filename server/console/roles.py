"""Which role may do what: the one place that says so."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from server.console.texts import text


class Permission(StrEnum):
    """What a page or an action needs."""

    LOOK = "look"
    """See figures, works, campaigns and funds."""

    REVIEW = "review"
    """Pass, hold, refuse and remove works; bar participants."""

    EDIT = "edit"
    """Change, open and close campaigns."""

    MONEY = "money"
    """Import and reconcile donations."""

    EXPORT = "export"
    """Take data away in files."""

    AUDIT = "audit"
    """Read what everybody has done."""

    OPERATE = "operate"
    """Drain workers."""

    ACCOUNTS = "accounts"
    """Add and remove accounts, and change their roles and passwords."""


class Role(StrEnum):
    """What an account may do; each may all that the one before may."""

    VIEWER = "viewer"
    MODERATOR = "moderator"
    EDITOR = "editor"
    OWNER = "owner"


_VIEWER = frozenset({Permission.LOOK})
_MODERATOR = _VIEWER | {Permission.REVIEW}
_EDITOR = _MODERATOR | {
    Permission.EDIT,
    Permission.MONEY,
    Permission.EXPORT,
    Permission.AUDIT,
}
_OWNER = _EDITOR | {Permission.OPERATE, Permission.ACCOUNTS}

MAY: Mapping[Role, frozenset[Permission]] = {
    Role.VIEWER: _VIEWER,
    Role.MODERATOR: _MODERATOR,
    Role.EDITOR: _EDITOR,
    Role.OWNER: _OWNER,
}

ROLE_NAMES: Mapping[Role, str] = {
    Role.VIEWER: text("Viewer"),
    Role.MODERATOR: text("Moderator"),
    Role.EDITOR: text("Editor"),
    Role.OWNER: text("Owner"),
}
