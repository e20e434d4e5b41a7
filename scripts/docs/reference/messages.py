"""The page of the messages."""

from __future__ import annotations

from typing import Any, get_args

import msgspec

from scripts.docs.reference.language import Language
from scripts.docs.reference.table import table
from server.relay import from_client, to_client


def page(language: Language) -> str:
    """Every message with its keys, by direction; and the error codes."""
    codes = language.pause.join(f"`{code}`" for code in get_args(to_client.ErrorCode))
    lines = [
        f"# {language.say('Messages from A to Z')}",
        "",
        language.say(
            "Every message as the service's types declare it. `?` marks a key that may be missing. "
            "[The protocol](../build/protocol.md) says how the messages belong together."
        ),
        "",
        f"## {language.say('From a client')}",
        "",
        *_table(msgspec.inspect.multi_type_info(get_args(from_client.FromClient)), language),
        "",
        f"## {language.say('From the server')}",
        "",
        *_table(_from_server(), language),
        "",
        f"## {language.say('Error codes')}",
        "",
        language.say("{codes}.", codes=codes),
    ]
    return "\n".join(lines)


def _from_server() -> list[msgspec.inspect.Type]:
    """Those of the server's types that are messages: they have a tag."""
    classes = [
        value
        for value in vars(to_client).values()
        if isinstance(value, type)
        and issubclass(value, msgspec.Struct)
        and value.__module__ == to_client.__name__
        and value.__struct_config__.tag_field == "t"
    ]
    passed_on = [from_client.Ink, from_client.Undo, from_client.React]
    return list(msgspec.inspect.multi_type_info([*classes, *passed_on]))


def _table(types: Any, language: Language) -> list[str]:
    rows = (
        [
            f"`{kind.tag}`",
            language.pause.join(
                f"`{field.encode_name}`{'' if field.required else '?'}" for field in kind.fields
            ),
            language.say(kind.cls.__doc__ or ""),
        ]
        for kind in sorted(types, key=lambda each: each.tag)
    )
    return table(["t", language.say("keys"), language.say("meaning")], rows)
