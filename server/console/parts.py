"""What every section of the console is made of."""

from __future__ import annotations

from typing import NamedTuple

from server.archive.database import Database
from server.archive.pictures import DrawnPictures
from server.console.accounts import Accounts
from server.console.audit import AuditLog
from server.console.passwords import Passwords
from server.console.sessions import Sessions
from server.settings import Settings
from server.store.deployment import Deployment
from server.web.campaigns import WebCampaigns
from server.web.content import Content


class Parts(NamedTuple):
    """The parts of one web process.

    Attributes:
        settings: of the service.
        content: pages and strokes that everybody gets.
        campaigns: live campaigns, their definitions, and the works of each.
        pictures: draws works, and forgets the pictures of those that are removed.
        database: SQL; every use may raise ArchiveAwayError, which is answered with 503.
        deployment: Redis; a section that uses it closes its client in `Section.close`.
        accounts, passwords, sessions: who may sign in, and who has.
        audit: what was done.
    """

    settings: Settings
    content: Content
    campaigns: WebCampaigns
    pictures: DrawnPictures
    database: Database
    deployment: Deployment
    accounts: Accounts
    passwords: Passwords
    sessions: Sessions
    audit: AuditLog
