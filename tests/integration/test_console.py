"""The console: off by default, who gets in, who may do what, and what is written of it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.integration.command import jielong
from tests.integration.console import PASSWORD, ConsoleClient
from tests.integration.http import ask
from tests.integration.protocol_client import open_session
from tests.polling import eventually
from tests.service import Service

OTHER = "another long password"


@pytest.fixture(scope="module")
def settings() -> dict[str, object]:
    return {"admin_password": PASSWORD}


async def add(owner: ConsoleClient, name: str, role: str) -> None:
    fields = {"name": name, "role": role, "password": OTHER}
    assert (await owner.post("/accounts", fields, "/accounts")).status_code == 303


async def test_without_a_way_to_sign_in_there_is_no_console(
    serve: Callable[..., Service],
) -> None:
    service = serve()
    for path in ("/admin", "/admin/", "/admin/sign-in", "/admin/assets/x/theme.css"):
        assert (await ask(service, path)).status == 404
    made = jielong("admin", "add", "ada", "--oidc", "--role", "owner", "--data", service.data)
    assert made.returncode == 0, made

    async def is_open() -> bool:
        return (await ask(service, "/admin/sign-in")).status == 200

    await eventually(is_open)


async def test_pages_have_headers_that_keep_foreign_code_out(owner: ConsoleClient) -> None:
    page = await owner.get("/")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"
    assert "<style" not in page.text
    assert "style=" not in page.text
    assert "onclick" not in page.text


async def test_whoever_is_not_signed_in_is_led_to_the_page_that_was_asked_for(
    shared: Service,
) -> None:
    async with ConsoleClient(shared) as client:
        asked = await client.get("/audit?who=ada")
        assert asked.status_code == 303
        assert asked.headers["location"] == "/admin/sign-in?to=/audit%3Fwho%3Dada"
        fields = {"name": "admin", "password": PASSWORD, "to": "/audit?who=ada"}
        entered = await client.post("/sign-in", fields, "/sign-in")
        assert entered.headers["location"] == "/admin/audit?who=ada"


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example"])
async def test_the_sign_in_leads_to_no_other_site(shared: Service, to: str) -> None:
    async with ConsoleClient(shared) as client:
        fields = {"name": "admin", "password": PASSWORD, "to": to}
        entered = await client.post("/sign-in", fields, "/sign-in")
        assert entered.headers["location"] == "/admin/"


async def test_the_session_is_hidden_from_scripts_and_other_sites(shared: Service) -> None:
    async with ConsoleClient(shared) as client:
        entered = await client.sign_in()
        cookie = next(
            it for it in entered.headers.get_list("set-cookie") if it.startswith("jielong-console=")
        ).lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert "path=/admin" in cookie
        assert "secure" not in cookie
        client.http.headers["x-forwarded-proto"] = "https"
        client.http.headers["origin"] = shared.url.replace("http:", "https:")
        behind_tls = await client.sign_in()
        assert all("secure" in it.lower() for it in behind_tls.headers.get_list("set-cookie"))


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({"origin": "https://evil.example"}, True),
        ({"sec-fetch-site": "cross-site"}, True),
        ({"sec-fetch-site": "same-site"}, True),
        ({"origin": "null"}, True),
        ({}, False),
    ],
)
async def test_a_form_of_another_page_changes_nothing(
    owner: ConsoleClient, headers: dict[str, str], token: bool
) -> None:
    fields = {"name": "mallory", "role": "owner", "password": OTHER}
    if token:
        fields["token"] = await owner.token()
    refused = await owner.http.post("/admin/accounts", data=fields, headers=headers)
    assert refused.status_code == 403
    assert "mallory" not in (await owner.get("/accounts")).text


async def test_a_token_of_another_session_is_refused(shared: Service, owner: ConsoleClient) -> None:
    async with ConsoleClient(shared) as other:
        await other.sign_in()
        fields = {"name": "mallory", "role": "owner", "password": OTHER}
        fields["token"] = await other.token()
        refused = await owner.http.post("/admin/accounts", data=fields)
    assert refused.status_code == 403


async def test_after_signing_out_the_cookie_is_worth_nothing(
    shared: Service, owner: ConsoleClient
) -> None:
    kept = dict(owner.http.cookies)
    assert (await owner.post("/sign-out")).status_code == 303
    async with ConsoleClient(shared) as thief:
        thief.http.cookies.update(kept)
        assert not await thief.is_signed_in()


async def test_a_cookie_that_was_changed_is_worth_nothing(owner: ConsoleClient) -> None:
    value = owner.http.cookies["jielong-console"]
    owner.http.cookies.set("jielong-console", value[:-2] + "xx", path="/admin")
    owner.http.cookies.delete("jielong-console", path="/admin")
    assert not await owner.is_signed_in()


ALLOWED = {
    "viewer": {"/"},
    "moderator": {"/"},
    "editor": {"/", "/audit"},
    "owner": {"/", "/audit", "/accounts"},
}


@pytest.mark.parametrize("role", list(ALLOWED))
async def test_a_role_may_what_it_is_for_and_no_more(
    shared: Service, owner: ConsoleClient, role: str
) -> None:
    await add(owner, f"{role}-1", role)
    async with ConsoleClient(shared) as client:
        assert (await client.sign_in(f"{role}-1", OTHER)).status_code == 303
        for path in ("/", "/audit", "/accounts"):
            allowed = path in ALLOWED[role]
            assert (await client.get(path)).status_code == (200 if allowed else 403), path
            assert (f'href="/admin{path}"' in (await client.get("/")).text) == allowed
        if role != "owner":
            fields = {"name": "mallory", "role": "owner", "password": OTHER}
            assert (await client.post("/accounts", fields)).status_code == 403


async def test_a_new_password_ends_the_sessions_of_an_account(
    shared: Service, owner: ConsoleClient
) -> None:
    await add(owner, "grace", "editor")
    async with ConsoleClient(shared) as grace:
        await grace.sign_in("grace", OTHER)
        assert await grace.is_signed_in()
        fields = {"role": "editor", "password": "a third long password"}
        await owner.post("/accounts/grace", fields)
        assert not await grace.is_signed_in()
        assert (await grace.sign_in("grace", OTHER)).status_code == 403
        assert (await grace.sign_in("grace", "a third long password")).status_code == 303


async def test_a_removed_account_is_out_at_once_also_if_it_comes_again(
    shared: Service, owner: ConsoleClient
) -> None:
    await add(owner, "edsger", "owner")
    async with ConsoleClient(shared) as edsger:
        await edsger.sign_in("edsger", OTHER)
        asked = await owner.post("/accounts/edsger/remove")
        assert asked.status_code == 200
        assert "Remove the account edsger?" in asked.text
        assert await edsger.is_signed_in()
        await owner.post("/accounts/edsger/remove", {"confirmed": "yes"})
        assert not await edsger.is_signed_in()
        await add(owner, "edsger", "owner")
        assert not await edsger.is_signed_in()


async def test_another_role_has_effect_for_the_next_request(
    shared: Service, owner: ConsoleClient
) -> None:
    await add(owner, "barbara", "owner")
    async with ConsoleClient(shared) as barbara:
        await barbara.sign_in("barbara", OTHER)
        assert (await barbara.get("/accounts")).status_code == 200
        await owner.post("/accounts/barbara", {"role": "viewer", "password": ""})
        assert (await barbara.get("/accounts")).status_code == 403


async def test_an_account_that_is_wrong_is_refused_beside_the_field(owner: ConsoleClient) -> None:
    fields = {"name": "Not a name!", "role": "king", "password": "short"}
    refused = await owner.post("/accounts", fields)
    assert refused.status_code == 422
    assert 'id="field-role-error"' in refused.text
    assert 'id="field-password-error"' in refused.text
    fields = {"name": "Not a name!", "role": "editor", "password": OTHER}
    assert 'id="field-name-error"' in (await owner.post("/accounts", fields)).text


async def test_what_is_done_is_in_the_audit_log(owner: ConsoleClient) -> None:
    await add(owner, "alan", "viewer")
    await owner.post("/accounts/alan", {"role": "editor", "password": ""})
    page = (await owner.get("/audit?target=alan")).text
    assert "change a role" in page
    assert "&#34;viewer&#34;" in page
    assert "&#34;editor&#34;" in page
    assert "add an account" in page
    assert OTHER not in page
    narrowed = (await owner.get("/audit?target=alan&action=add+account")).text
    assert "&#34;editor&#34;" not in narrowed


async def test_too_many_wrong_passwords_are_refused_over_all_workers(
    serve: Callable[..., Service],
) -> None:
    service = serve(workers=2, admin_password=PASSWORD)
    statuses = []
    for _ in range(8):
        async with ConsoleClient(service) as client:
            statuses.append((await client.sign_in("admin", "a wrong password")).status_code)
    assert statuses[:5] == [403] * 5
    assert set(statuses[5:]) == {429}
    async with ConsoleClient(service) as client:
        refused = await client.sign_in()
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) > 0
        other = await client.sign_in("nobody", "a wrong password")
        assert other.status_code == 403


async def test_below_a_base_path_every_address_is_below_it(serve: Callable[..., Service]) -> None:
    service = serve(admin_password=PASSWORD, base_path="/jielong")
    async with ConsoleClient(service, "/jielong") as client:
        entered = await client.sign_in()
        assert entered.headers["location"] == "/jielong/admin/"
        page = (await client.get("/")).text
        assert 'href="/jielong/admin/accounts"' in page
        assert '"/admin' not in page
        stripped = ConsoleClient(service)
        stripped.http.cookies = client.http.cookies
        assert (await client.http.get("/admin/sign-in")).status_code == 200
        await stripped.http.aclose()


async def test_pages_are_in_the_language_of_the_browser_or_the_chosen_one(
    shared: Service,
) -> None:
    async with ConsoleClient(shared, language="zh-CN,zh;q=0.9") as client:
        assert "登录" in (await client.get("/sign-in")).text
        await client.get("/language/en?to=/sign-in")
        assert "登录" not in (await client.get("/sign-in")).text


async def test_an_account_is_made_and_changed_by_command(shared: Service) -> None:
    def run(*words: object) -> str:
        done = jielong("admin", *words, "--data", shared.data)
        assert done.returncode == 0, done
        return done.stdout

    run("add", "mary@example.org", "--oidc", "--role", "moderator")
    assert "mary@example.org  moderator  oidc" in run("list")
    run("role", "mary@example.org", "editor")
    assert "mary@example.org  editor" in run("list")
    run("remove", "mary@example.org")
    assert "mary" not in run("list")
    again = jielong("admin", "remove", "mary@example.org", "--data", shared.data)
    assert again.returncode == 1
    assert "there is no account mary@example.org" in again.stderr


async def test_a_drained_worker_hands_its_people_over_and_another_one_takes_its_place(
    serve: Callable[..., Service],
) -> None:
    service = serve(workers=2, admin_password=PASSWORD)
    writer = await open_session(service)
    await writer.send("join")
    room = (await writer.expect("waiting"))["room"]
    async with ConsoleClient(service) as owner:
        await owner.sign_in()
        first: list[str] = []

        async def is_seen() -> bool:
            """The worker with the one who writes; both are there."""
            rows = worker_rows((await owner.get("/workers")).text)
            first[:] = [worker for worker, connections in rows if connections]
            return len(rows) == 2 and len(first) == 1

        await eventually(is_seen)
        asked = await owner.post(f"/workers/{first[0]}/drain")
        assert "Those inside (1) reconnect" in asked.text
        await owner.post(f"/workers/{first[0]}/drain", {"confirmed": "yes"})
        assert (await writer.expect("bye", why="restart"))["retry_ms"] >= 0
        again = await open_session(service, token=writer.welcome["token"])
        assert again.welcome["resume"]["room"] == room

        async def is_replaced() -> bool:
            workers = {worker for worker, _ in worker_rows((await owner.get("/workers")).text)}
            return len(workers) == 2 and first[0] not in workers

        await eventually(is_replaced, 40)
        assert "drain a worker" in (await owner.get("/audit")).text
        await again.quit()


def worker_rows(page: str) -> list[tuple[str, int]]:
    """The id of each worker that can be drained, with its connections."""
    rows = re.findall(r"<tr>.*?</tr>", page, re.DOTALL)
    found = []
    for row in rows:
        worker = re.search(r"/workers/(\w+)/drain", row)
        connections = re.search(r'data-label="Connections"[^>]*>(\d+)', row)
        if worker and connections:
            found.append((worker[1], int(connections[1])))
    return found


async def test_the_overview_shows_what_happens_without_a_script(
    shared: Service, owner: ConsoleClient
) -> None:
    visitors = [await open_session(shared) for _ in range(3)]
    await visitors[0].send("join")
    await visitors[0].expect("waiting")

    async def is_shown() -> bool:
        page = (await owner.get("/?campaign=default")).text
        figures = dict(re.findall(r"<dt>(.*?)</dt><dd>(\d+)", page))
        return figures.get("Online") == "3" and figures.get("Rooms that wait") == "1"

    await eventually(is_shown)
    for peer in visitors:
        await peer.quit()
