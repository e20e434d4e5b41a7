"""What the audit log says was done, in words to be translated.

The log keeps short verbs; those of campaigns are the commands of `jielong campaign`.
"""

from __future__ import annotations

from server.console.texts import text

ACTIONS = {
    "create": text("create a campaign"),
    "edit": text("edit a campaign"),
    "open": text("open a campaign"),
    "close": text("close a campaign"),
    "archive": text("archive a campaign"),
    "restore": text("restore a campaign"),
    "import": text("import a campaign"),
    "export works": text("export works"),
    "export strokes": text("export works with strokes"),
    "export donations": text("export donations"),
    "import statement": text("take a statement in"),
    "reconcile statement": text("compare a statement"),
    "settle refund": text("settle a refund"),
    "release work": text("pass a work"),
    "hold work": text("hold a work"),
    "refuse work": text("refuse a work"),
    "remove work": text("remove a work"),
    "undo decision": text("take a decision back"),
    "bar participant": text("bar a participant"),
    "unbar participant": text("let a participant back in"),
    "drain worker": text("drain a worker"),
    "sign in": text("sign in"),
    "sign out": text("sign out"),
    "sign out everywhere": text("sign out everywhere"),
    "add account": text("add an account"),
    "remove account": text("remove an account"),
    "change role": text("change a role"),
    "change password": text("change a password"),
}
