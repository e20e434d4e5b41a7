"""The page of the settings."""

from __future__ import annotations

import ast
import inspect
import types
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic_core import PydanticUndefined

from scripts.docs.reference.commands import flags
from scripts.docs.reference.language import Language
from scripts.docs.reference.table import table
from server.settings import Settings

_WORDS = {"str": "text", "int": "whole number", "float": "number", "bool": "true or false"}
_BOUNDS = {
    "ge": "at least {number}",
    "gt": "above {number}",
    "le": "at most {number}",
    "lt": "below {number}",
}


def page(language: Language) -> str:
    """Every setting with its type and default."""
    docstrings, options = _docstrings(Settings), flags()
    rows = []
    for name, field in sorted(Settings.model_fields.items()):
        flag, meaning = options.get(name, ("", ""))
        bounds = (_bound(constraint, language) for constraint in field.metadata)
        rows.append(
            [
                f"`JIELONG_{name.upper()}`",
                f"`{flag}`" if flag else "",
                language.comma.join(
                    [_type_name(field.annotation, language), *filter(None, bounds)]
                ),
                _default(field.default, language),
                language.say(docstrings.get(name, meaning)),
            ]
        )
    head = map(language.say, ("variable", "flag", "type", "default", "meaning"))
    lines = [
        f"# {language.say('Settings from A to Z')}",
        "",
        language.say(
            "Every setting, as the code declares it. [Settings](../operate/settings.md) explains "
            "them. Each is an environment variable; those with a flag are also options of "
            "`jielong serve`."
        ),
        "",
        *table(head, rows),
    ]
    return "\n".join(lines)


def _docstrings(of: type) -> dict[str, str]:
    """The string after each field of a class."""
    (body,) = ast.parse(inspect.getsource(of)).body
    assert isinstance(body, ast.ClassDef)
    found = {}
    for field, text in zip(body.body, body.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
        ):
            found[field.target.id] = str(text.value.value)
    return found


def _type_name(annotation: Any, language: Language) -> str:
    if get_origin(annotation) is Annotated:
        return _type_name(get_args(annotation)[0], language)
    if get_origin(annotation) in {types.UnionType, Union}:
        first, *others = (_type_name(each, language) for each in get_args(annotation))
        for other in others:
            first = language.say("{first} or {other}", first=first, other=other)
        return first
    if annotation is types.NoneType:
        return language.say("empty")
    members = getattr(annotation, "__members__", None)
    if members:
        return language.pause.join(f"`{member.value}`" for member in members.values())
    if args := get_args(annotation):
        if all(isinstance(arg, str) for arg in args):
            return language.pause.join(f"`{arg}`" for arg in args)
        return language.say("list, by commas")
    return language.say(_WORDS.get(annotation.__name__, annotation.__name__.lower()))


def _bound(constraint: Any, language: Language) -> str:
    for name, words in _BOUNDS.items():
        number = getattr(constraint, name, None)
        if number is not None:
            return language.say(words, number=f"{number:,}")
    return ""


def _default(default: object, language: Language) -> str:
    if default is PydanticUndefined:
        return ""
    value = getattr(default, "value", default)
    if value in ("", None, ()):
        return language.say("empty")
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
