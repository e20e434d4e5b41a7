"""The editor of a campaign, with its preview and the links that lead to the campaign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from server.campaign.colours import is_colour, on_colour
from server.campaign.definition import Definition
from server.campaign.problems import CampaignError
from server.campaign.reading import draft_of, plain_of, read_definition
from server.console.campaign_access import CampaignAccess
from server.console.campaign_errors import wrong_fields
from server.console.campaign_fields import Layout, row_count
from server.console.campaign_groups import (
    ADD_LANGUAGE,
    CATEGORIES,
    REMOVE_LANGUAGE,
    WANTS_LANGUAGE,
)
from server.console.campaign_languages import languages_of, name_of, read_language
from server.console.campaign_links import links_of
from server.console.campaign_phrases import named_by_id, named_by_text
from server.console.campaign_state import state_of
from server.console.campaign_values import WrongValuesError, field_of, plain_from, values_of
from server.console.faults import said
from server.console.forms import Form
from server.console.parts import Parts
from server.console.roles import Permission
from server.console.section import ConsoleRoute, Section, get, post
from server.console.texts import text
from server.console.visit import Visit
from server.relay.fault import FaultError
from server.relay.texts import text_in

MOST_BYTES = 512 * 1024


class CampaignEditor(Section):
    """The page of one campaign."""

    def __init__(self, parts: Parts) -> None:
        """Over the campaigns of `parts`."""
        self._access = CampaignAccess(parts)
        self._address = parts.settings.public_url, parts.settings.base_path

    def routes(self) -> Sequence[ConsoleRoute]:
        """Its routes."""
        may = Permission.EDIT
        return [
            get("/campaigns/{id}", self.edit),
            post("/campaigns/{id}", self.save, may, MOST_BYTES),
            post("/campaigns/{id}/preview", self.preview, may, MOST_BYTES),
        ]

    async def close(self) -> None:
        """Close the connections."""
        await self._access.close()

    async def edit(self, visit: Visit) -> Response:
        """The editor of one."""
        definition = await self._access.one(visit, visit.path("id"))
        plain = plain_of(definition)
        layout = Layout(languages_of(plain))
        fields = layout.fields(plain)
        values = values_of(named_by_text(plain, self._access.library), fields)
        form = visit.form(fields, values)
        return self._editor(visit, definition, layout, form)

    async def save(self, visit: Visit) -> Response:
        """Change it, if everything is right; or only the languages that the form has."""
        before = await self._access.one(visit, visit.path("id"))
        if _asks_for_language(visit.posted.fields):
            return self._change_languages(visit, before)
        layout, form, plain, used = self._taken(visit, before)
        if self._read(visit, form, plain, used) and form.is_right:
            try:
                changed = await self._access.manager(visit).write(before.id, plain)
            except CampaignError as error:
                self._show_problems(visit, form, error, used)
            else:
                await self._access.tell()
                told = visit.t(text("It is saved.") if changed else text("Nothing has changed."))
                return await visit.go(f"/campaigns/{before.id}", told)
        return self._editor(visit, before, layout, form, 422)

    async def preview(self, visit: Visit) -> Response:
        """What the page would look like, and what is wrong so far."""
        before = await self._access.one(visit, visit.path("id"))
        _, form, plain, used = self._taken(visit, before)
        self._read(visit, form, plain, used)
        draft = draft_of(plain)
        shown = draft if draft is not None and _has_colours(draft) else before
        return visit.page("campaign-preview", form=form, **_preview(shown))

    def _taken(
        self, visit: Visit, before: Definition
    ) -> tuple[Layout, Form, dict[str, Any], Mapping[str, list[int]]]:
        """The form as it was posted, and the campaign that it defines."""
        plain = plain_of(before)
        posted = visit.posted.fields
        layout = Layout(languages_of(plain, posted))
        form = visit.taken(layout.fields(plain, list(posted)))
        try:
            plain, used = plain_from(layout, form.values, plain)
        except WrongValuesError as error:
            for name, fault in error.faults.items():
                form.errors.setdefault(name, said(fault, visit.t))
            plain, used = error.plain, error.used
        return layout, form, named_by_id(plain, self._access.library), used

    def _read(
        self, visit: Visit, form: Form, plain: dict[str, Any], used: Mapping[str, list[int]]
    ) -> Definition | None:
        """The campaign that the form defines; None, and every problem beside its field."""
        try:
            return read_definition(plain, self._access.library)
        except CampaignError as error:
            self._show_problems(visit, form, error, used)
            return None

    def _change_languages(self, visit: Visit, before: Definition) -> Response:
        """The form as it was posted, with a language more or less; nothing is saved."""
        plain, posted = plain_of(before), visit.posted.fields
        languages = languages_of(plain, posted)
        added, removed = posted.get(ADD_LANGUAGE, "").strip(), posted.get(REMOVE_LANGUAGE, "")
        told, why = "", ""
        if removed in languages and removed != posted.get("locale"):
            languages.remove(removed)
            told = visit.t(text("Without {language}, once it is saved."), language=name_of(removed))
        else:
            try:
                languages.append(read_language(added))
            except FaultError as error:
                why = said(error.fault, visit.t)
            else:
                name = name_of(languages[-1])
                told = visit.t(text("Each text has a field in {language} now."), language=name)
        layout = Layout(list(dict.fromkeys(languages)))
        form = visit.taken(layout.fields(plain, list(posted)))
        form.values[ADD_LANGUAGE] = added if why else ""
        form.errors = {ADD_LANGUAGE: why} if why else {}
        return self._editor(visit, before, layout, form, 422 if why else 200, told)

    def _show_problems(
        self, visit: Visit, form: Form, error: CampaignError, used: Mapping[str, list[int]]
    ) -> None:
        """Put each problem beside its field, unless the form itself has found one there."""
        names, known = [field.name for field in form.fields], set(form.errors)
        for problem in error.problems:
            name = field_of(problem, names, used)
            if name in known:
                continue
            why = said(problem.fault, visit.t)
            if not name and problem.field:
                why = f"{problem.field}: {why}"
            form.errors[name] = "; ".join(filter(None, (form.errors.get(name, ""), why)))

    def _editor(
        self,
        visit: Visit,
        definition: Definition,
        layout: Layout,
        form: Form,
        status: int = 200,
        told: str = "",
    ) -> Response:
        plain = plain_of(definition)
        names = [field.name for field in form.fields]
        lists = [
            (rows, [rows.row(number) for number in range(row_count(rows, plain, names))])
            for rows in layout.lists
        ]
        return visit.page(
            "campaign",
            status,
            campaign=definition,
            form=form,
            groups=layout.groups,
            lists=lists,
            counts={rows.path: len(plain.get(rows.path, ())) for rows in layout.lists},
            wrong=wrong_fields(layout, lists, form, visit.t),
            accounts=layout.accounts,
            told=told,
            library=self._by_category(),
            tongues=[(tag, name_of(tag)) for tag in layout.languages],
            file=self._access.file,
            state=state_of(definition, self._access.library),
            links=links_of(visit.address(*self._address), definition),
            saved={name: _saved(definition, name) for name in ("webhook", "wechat", "stripe")},
            **_preview(definition),
        )

    def _by_category(self) -> dict[str, list[tuple[str, str]]]:
        """Languages and texts of the library's phrases, by the label of their category."""
        found: dict[str, list[tuple[str, str]]] = {}
        for phrase in self._access.library.phrases.values():
            label = CATEGORIES.get(self._access.library.categories.get(phrase.id, ""), "")
            found.setdefault(label, []).append((phrase.locale, phrase.text))
        return found


def _asks_for_language(posted: Mapping[str, str]) -> bool:
    """Whether a button of the languages was pressed, or Enter in the field of a new one."""
    pressed = WANTS_LANGUAGE in posted or REMOVE_LANGUAGE in posted
    return pressed or bool(posted.get(ADD_LANGUAGE, "").strip())


def _saved(definition: Definition, account: str) -> int:
    """How many secrets of an account are saved."""
    found = getattr(definition, account)
    return len(found.secrets) if found is not None else 0


def _has_colours(definition: Definition) -> bool:
    """Whether its theme can be drawn, readable or not."""
    look = definition.theme
    return all(
        is_colour(it) for part in (look.light, look.dark) for it in (part.accent, part.paper)
    )


def _preview(definition: Definition) -> dict[str, Any]:
    """What the preview shows, in the campaign's own language."""

    def said(texts: Any) -> str:
        return text_in(texts, definition.locale, definition.locale)

    look = definition.theme
    return {
        "title": said(definition.title) or definition.id,
        "summary": said(definition.summary),
        "cause": said(definition.cause),
        "organiser": said(definition.organiser.name) if definition.organiser else "",
        "legal": said(definition.legal),
        "seal": look.seal,
        "relays": definition.relays,
        "pledges": [said(it.text) for it in definition.pledge if it.offered],
        "funds": [said(it.title) for it in definition.fund if it.offered],
        "palettes": [
            (
                name,
                palette.accent,
                palette.paper,
                on_colour(palette.accent),
                on_colour(palette.paper),
            )
            for name, palette in (("light", look.light), ("dark", look.dark))
        ],
        "language_of_page": definition.locale,
    }
