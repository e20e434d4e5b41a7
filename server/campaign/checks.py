"""Which campaigns are right: one validator for the command line, files and the console.

`check` looks at one definition; `check_change` at what may not change once people took part.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator

from server.campaign.check_links import check_links
from server.campaign.check_money import check_money
from server.campaign.colours import faint_pairs, is_colour
from server.campaign.definition import Definition, OwnPhrase, Palette
from server.campaign.networks import check_networks
from server.campaign.problems import Problem
from server.campaign.schedule import check_schedule
from server.catalogue import Library, fault_of_id, fault_of_locale
from server.relay.fault import Fault
from server.relay.phrase import PhraseError, make_phrase
from server.relay.texts import Texts

TITLE_CHARS, LINE_CHARS, TEXT_CHARS = 80, 300, 10_000
"""The longest title, line and text, in code points."""

SEAL_CHARS = 4
MOST_WEIGHT = 1_000
MOST_COUNT = 10**12

_NOT_TO_BE_SHOWN = {"Cc", "Cs"}
"""Categories of control characters and of halves of a character."""


def check(definition: Definition, library: Library) -> list[Problem]:
    """Everything that is wrong with a campaign that chooses from this library."""
    return [
        *_check_names(definition),
        *_check_texts(definition),
        *check_links(definition),
        *_check_theme(definition),
        *check_schedule(definition),
        *_check_phrases(definition, library),
        *_check_relays(definition),
        *check_money(definition),
        *_check_goals(definition),
        *check_networks(definition),
    ]


def check_change(before: Definition, after: Definition) -> list[Problem]:
    """What may not be changed: certificates name pledges, and donations name funds."""
    problems = []
    kept = {pledge.id for pledge in after.pledge}
    for pledge in before.pledge:
        if pledge.id not in kept:
            fault = Fault(
                "{id!r} cannot be removed, for certificates name it; stop offering it instead",
                id=pledge.id,
            )
            problems.append(Problem("pledge", fault))
    currencies = {fund.id: fund.currency for fund in after.fund}
    for fund in before.fund:
        if currencies.get(fund.id) != fund.currency:
            fault = Fault(
                "{id!r} cannot be removed and keeps its currency, for donations name it", id=fund.id
            )
            problems.append(Problem("fund", fault))
    return problems


def _check_names(definition: Definition) -> Iterator[Problem]:
    if fault := fault_of_id(definition.id):
        yield Problem("id", fault)
    if fault := fault_of_locale(definition.locale):
        yield Problem("locale", fault)
    if definition.archived and definition.open:
        yield Problem("archived", Fault("is for closed campaigns; close it, or restore it"))


def _check_texts(definition: Definition) -> Iterator[Problem]:
    for name, texts, most in (
        ("title", definition.title, TITLE_CHARS),
        ("summary", definition.summary, LINE_CHARS),
        ("cause", definition.cause, TEXT_CHARS),
        ("result", definition.result, TEXT_CHARS),
        ("legal", definition.legal, TEXT_CHARS),
    ):
        yield from _check_text(name, texts, most)
    if definition.organiser:
        yield from _check_text(
            "organiser.name", definition.organiser.name, TITLE_CHARS, needed=True
        )
    for number, pledge in enumerate(definition.pledge):
        yield from _check_text(f"pledge[{number}].text", pledge.text, LINE_CHARS, needed=True)
    for number, fund in enumerate(definition.fund):
        yield from _check_text(f"fund[{number}].title", fund.title, TITLE_CHARS, needed=True)


def _check_text(field: str, texts: Texts, most: int, *, needed: bool = False) -> Iterator[Problem]:
    by_locale = texts if isinstance(texts, dict) else {"": texts}
    if needed and not any(text.strip() for text in by_locale.values()):
        yield Problem(field, Fault("is empty"))
    for locale, text in by_locale.items():
        place = f"{field}.{locale}" if locale else field
        if locale and (fault := fault_of_locale(locale)):
            yield Problem(place, fault)
        if len(text) > most:
            yield Problem(place, _too_long(text, most))
        if fault := _fault_of_characters(text):
            yield Problem(place, fault)


def _too_long(text: str, most: int) -> Fault:
    return Fault("has {count} characters; {most} are the most", count=len(text), most=most)


def _fault_of_characters(text: str) -> Fault | None:
    """A character that a page, a terminal or PostgreSQL could not show."""
    for char in text:
        if unicodedata.category(char) in _NOT_TO_BE_SHOWN and char not in "\n\r\t":
            return Fault("has {code}, which nobody can see", code=f"U+{ord(char):04X}")
    return None


def _check_theme(definition: Definition) -> Iterator[Problem]:
    theme = definition.theme
    if not theme.seal:
        yield Problem("theme.seal", Fault("is empty"))
    if len(theme.seal) > SEAL_CHARS:
        yield Problem("theme.seal", _too_long(theme.seal, SEAL_CHARS))
    if fault := _fault_of_characters(theme.seal):
        yield Problem("theme.seal", fault)
    yield from _check_palette("light", theme.light)
    yield from _check_palette("dark", theme.dark)


def _check_palette(scheme: str, palette: Palette) -> Iterator[Problem]:
    wrong = False
    for name, colour in (("accent", palette.accent), ("paper", palette.paper)):
        if not is_colour(colour):
            wrong = True
            fault = Fault("{colour!r} is no colour; write one as #b3321f", colour=colour)
            yield Problem(f"theme.{scheme}.{name}", fault)
    if not wrong:
        for name, fault in faint_pairs(scheme, palette):
            yield Problem(f"theme.{scheme}.{name}", fault)


def _check_phrases(definition: Definition, library: Library) -> Iterator[Problem]:
    categories = set(library.categories.values()) - {""}
    if unknown := sorted(set(definition.phrases) - set(library.phrases)):
        names = ", ".join(map(repr, unknown))
        fault = Fault(
            "{names} is not in the library; make it one of the campaign's own", names=names
        )
        yield Problem("phrases", fault)
    yield from _unknown("categories", definition.categories, categories)
    for number, entry in enumerate(definition.phrase):
        found = _check_phrase(entry, library)
        yield from (Problem(f"phrase[{number}].{it.field}", it.fault) for it in found)
    yield from _doubled("phrase", (entry.id for entry in definition.phrase))
    known = {*library.phrases, *(entry.id for entry in definition.phrase)}
    yield from _unknown("weights", definition.weights, known)
    for phrase, weight in definition.weights.items():
        if not 0 < weight <= MOST_WEIGHT:
            fault = Fault(
                "{weight:g} is not above 0 and at most {most}", weight=weight, most=MOST_WEIGHT
            )
            yield Problem(f"weights.{phrase}", fault)
    if definition.own_only and not definition.phrase:
        yield Problem("own_only", Fault("the campaign has no phrase of its own"))
    if definition.own_only and (definition.phrases or definition.categories):
        yield Problem("own_only", Fault("goes with no choice of the library"))


def _check_phrase(entry: OwnPhrase, library: Library) -> Iterator[Problem]:
    if entry.id in library.phrases:
        yield Problem("id", Fault("{id!r} is the id of a built-in phrase", id=entry.id))
    if fault := fault_of_id(entry.id):
        yield Problem("id", fault)
    if fault := fault_of_locale(entry.locale):
        yield Problem("locale", fault)
    try:
        make_phrase(entry.id, entry.text, entry.locale)
    except PhraseError as error:
        yield Problem("text", error.fault)


def _unknown(field: str, chosen: Iterable[str], known: Iterable[str]) -> Iterator[Problem]:
    if unknown := sorted(set(chosen) - set(known)):
        names = ", ".join(map(repr, unknown))
        yield Problem(field, Fault("{names} is not in the library", names=names))


def _check_relays(definition: Definition) -> Iterator[Problem]:
    if not definition.relays:
        fault = Fault("is empty; a campaign offers writing, pledging or giving at least")
        yield Problem("relays", fault)
    yield from _doubled("relays", definition.relays)
    for number, pledge in enumerate(definition.pledge):
        if wrong := fault_of_id(pledge.id):
            yield Problem(f"pledge[{number}].id", wrong)
    yield from _doubled("pledge", (pledge.id for pledge in definition.pledge))
    if "pledge" in definition.relays and not definition.pledge:
        yield Problem("relays", Fault("has pledge, but the campaign has no pledge"))


def _check_goals(definition: Definition) -> Iterator[Problem]:
    for name, goals in (("goal", definition.goal), ("milestone", definition.milestone)):
        for number, goal in enumerate(goals):
            if not 1 <= goal.at <= MOST_COUNT:
                fault = Fault("{number} is not 1 to {most}", number=goal.at, most=MOST_COUNT)
                yield Problem(f"{name}[{number}].at", fault)
            yield from _check_text(f"{name}[{number}].text", goal.text, LINE_CHARS)
    counters = [goal.counter for goal in definition.goal]
    for number, counter in enumerate(counters):
        if counter in counters[:number]:
            fault = Fault("there is another goal for this; one may be")
            yield Problem(f"goal[{number}].counter", fault)


def _doubled(field: str, ids: Iterable[str]) -> Iterator[Problem]:
    for name, count in Counter(ids).items():
        if count > 1:
            yield Problem(field, Fault("{id!r} is there twice", id=name))
