"""The console, `/admin`: what organisers and operators see and do in a browser.

It runs in the web process beside each worker and never in the worker's loop. It is off, and every
address of it answered 404, until somebody can sign in: `JIELONG_ADMIN_PASSWORD`, OIDC, or an
account made with `jielong admin add`.

Adding a page takes a module in `pages`, a template in `templates` and Chinese texts in `texts/zh`;
CONTRIBUTING.md lists the steps. These are the parts that a page uses:

- `section.Section`: a page or several, with their entries in the menu and their routes. `get` and
  `post` make a route and name the `roles.Permission` that it needs. Who is not signed in is sent to
  the sign-in page, and who may not gets 403. A POST without this session's token, or from
  another origin, is refused before the handler is called.
- `visit.Visit`: the request of somebody who is signed in. `page` renders a template, `form` makes a
  form and `taken` one with what was posted, `go` redirects with a notice, `unconfirmed` asks once
  more before a dangerous thing is done, `record` writes the audit log, `may` tells what the account
  may do, `here` changes the query of the address, `t` translates.
- `forms.Form` and `forms.Field`: fields with hints, checks and the error beside the field. The
  macro `ui.form` draws all of it, `ui.field` one field.
- `tables.Table`: columns, rows, filters and links to older rows; the macro `ui.table` draws it. A
  cell is a text, a number, or a `Moment`, `Link`, `Badge`, `Code` or `Buttons`.
- `audit.AuditLog`: who did what, when, on what, with what it was before and after. `Visit.record`
  writes to it; give `AuditLog.record` a connection to write in the same transaction.
- `parts.Parts`: what every section is made of: settings, database, Redis, campaigns, audit log.
- `texts.text`: marks an English text that is translated where it is shown. The keys of
  `texts/zh/*.toml` are the English texts; a test finds what is missing or not used any more.

Style sheets and scripts are files of `assets`; a template loads one with `asset("name.js")`. The
content security policy allows neither a script nor a style within a page.
"""
