"""Accounts, for owners: add and remove them, change roles and passwords."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.responses import Response

from server.console.accounts import Account, AccountError
from server.console.faults import said
from server.console.forms import Field, Form
from server.console.frame import CONSOLE, MenuEntry
from server.console.parts import Parts
from server.console.passwords import PasswordError
from server.console.roles import ROLE_NAMES, Permission, Role
from server.console.section import ConsoleRoute, Section, get, post
from server.console.tables import Badge, Button, Buttons, Cell, Code, Column, Link, Moment, Table
from server.console.texts import text
from server.console.visit import Visit
from server.settings import LEAST_PASSWORD_CHARS

_ROLE = Field(
    "role",
    text("Role"),
    "choice",
    text("Viewers see; moderators also review works; editors also run campaigns; owners do all."),
    choices=[(role.value, ROLE_NAMES[role]) for role in Role],
)
_PASSWORD = Field(
    "password",
    text("Password"),
    "password",
    text("At least 12 characters. Leave it empty for somebody who signs in with OIDC."),
    required=False,
    most=256,
    autocomplete="new-password",
)
_NEW = (
    Field(
        "name",
        text("Name"),
        hint=text("Small letters, digits and . _ @ + -; for OIDC the e-mail address."),
        most=64,
    ),
    _ROLE,
    _PASSWORD,
)

_COLUMNS = (
    Column(text("Name")),
    Column(text("Role")),
    Column(text("Signs in with")),
    Column(text("Last sign-in")),
    Column(text("Added")),
    Column(text("Actions")),
)


class AccountsPage(Section):
    """The list, the form for a new account, and the page of one."""

    menu = (MenuEntry("/accounts", text("Accounts"), CONSOLE, Permission.ACCOUNTS),)

    def __init__(self, parts: Parts) -> None:
        """Over the accounts of `parts`."""
        self._accounts = parts.accounts
        self._passwords = parts.passwords
        self._sessions = parts.sessions

    def routes(self) -> Sequence[ConsoleRoute]:
        """Its routes."""
        may = Permission.ACCOUNTS
        return [
            get("/accounts", self.show, may),
            post("/accounts", self.add, may),
            get("/accounts/{name}", self.show_one, may),
            post("/accounts/{name}", self.change, may),
            post("/accounts/{name}/sign-out", self.sign_out, may),
            post("/accounts/{name}/remove", self.remove, may),
        ]

    async def show(self, visit: Visit) -> Response:
        """Everybody."""
        return await self._list(visit, visit.form(_NEW, {"role": Role.MODERATOR.value}))

    async def add(self, visit: Visit) -> Response:
        """Add an account."""
        form = visit.taken(_NEW)
        password_hash = await self._hash(visit, form)
        if not form.is_right:
            return await self._list(visit, form, 422)
        name, role = form.value("name").lower(), Role(form.value("role"))
        try:
            await self._accounts.add(name, role, password_hash)
        except AccountError as error:
            form.errors["name"] = said(error.fault, visit.t)
            return await self._list(visit, form, 422)
        await visit.record("add account", name, after={"role": role.value})
        return await visit.go("/accounts", visit.t(text("{name} may sign in."), name=name))

    async def show_one(self, visit: Visit) -> Response:
        """One account."""
        account = await self._one(visit)
        return self._page(visit, account, visit.form((_ROLE, _PASSWORD), {"role": account.role}))

    async def change(self, visit: Visit) -> Response:
        """Change role and password."""
        account = await self._one(visit)
        form = visit.taken((_ROLE, _PASSWORD))
        password_hash = await self._hash(visit, form)
        if not form.is_right:
            return self._page(visit, account, form, 422)
        role = Role(form.value("role"))
        if role is not account.role:
            if account.name == visit.account.name:
                form.errors["role"] = visit.t(text("Nobody changes their own role."))
                return self._page(visit, account, form, 422)
            await self._accounts.set_role(account.name, role)
            await visit.record("change role", account.name, before=account.role, after=role)
        if password_hash:
            await self._accounts.set_password(account.name, password_hash)
            await visit.record("change password", account.name)
        return await visit.go("/accounts", visit.t(text("{name} is changed."), name=account.name))

    async def sign_out(self, visit: Visit) -> Response:
        """End all sessions of an account."""
        account = await self._one(visit)
        await self._sessions.end_all(account.name)
        await visit.record("sign out everywhere", account.name)
        told = visit.t(text("{name} is signed out everywhere."), name=account.name)
        return await visit.go("/accounts", told)

    async def remove(self, visit: Visit) -> Response:
        """Remove an account, once that is confirmed."""
        account = await self._one(visit)
        if account.name == visit.account.name:
            told = visit.t(text("Nobody removes their own account."))
            return await visit.go("/accounts", told, "bad")
        question = visit.t(text("Remove the account {name}?"), name=account.name)
        if ask := visit.unconfirmed(question, visit.t(text("Remove")), "/accounts"):
            return ask
        await self._accounts.remove(account.name)
        await visit.record("remove account", account.name, before={"role": account.role.value})
        return await visit.go("/accounts", visit.t(text("{name} is removed."), name=account.name))

    async def _one(self, visit: Visit) -> Account:
        account = await self._accounts.find(visit.path("name"))
        if account is None or self._accounts.is_of_settings(account.name):
            raise HTTPException(404)
        return account

    async def _hash(self, visit: Visit, form: Form) -> str:
        """The hash of the password that was typed; "" for none. A bad one is the field's error."""
        password = form.value("password")
        if not password or "password" in form.errors:
            return ""
        try:
            return await self._passwords.hash(password)
        except PasswordError:
            told = visit.t(text("At least {least} characters."), least=LEAST_PASSWORD_CHARS)
            form.errors["password"] = told
            return ""

    async def _list(self, visit: Visit, form: Form, status: int = 200) -> Response:
        rows = [
            _row(visit, account, fixed=self._accounts.is_of_settings(account.name))
            for account in await self._accounts.all()
        ]
        table = Table(text("Who may sign in"), _COLUMNS, rows, text("Nobody may sign in."))
        return visit.page("accounts", status, table=table, form=form)

    def _page(self, visit: Visit, account: Account, form: Form, status: int = 200) -> Response:
        return visit.page("account", status, one=account, form=form)


def _row(visit: Visit, account: Account, *, fixed: bool) -> list[Cell]:
    role = Badge(ROLE_NAMES[account.role], "good" if account.role is Role.OWNER else "plain")
    if fixed:
        setting = "JIELONG_ADMIN_PASSWORD" if account.secret else "JIELONG_OIDC_OWNERS"
        return [account.name, role, Code(setting), "–", "–", "–"]
    way = Badge(text("Password") if account.secret else text("OIDC"))
    path = f"/accounts/{account.name}"
    buttons = []
    if account.name != visit.account.name:
        buttons = [Button(text("Remove"), f"{path}/remove", danger=True)]
    links = [Link(visit.t(text("Change")), path)]
    moments = Moment(account.seen_at), Moment(account.created_at)
    return [account.name, role, way, *moments, Buttons(buttons, links)]
