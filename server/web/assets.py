"""Every document and asset whose bytes are known when the service starts, by its path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import orjson

from server.prepared.response import PreparedResponse, prepare
from server.relay.phrase import Phrase
from server.web.bundle import ASSET_HEADERS, BundledFiles
from server.web.locations import BUNDLE, STATIC
from server.web.page_files import PageFiles, SourceFiles, content_type_of
from server.web.pages import ASK_AGAIN, SERVICE_WORKER, SHORTLY, Pages
from server.web.strokes import Strokes

DOCUMENTS = {"/gallery": "gallery", "/wall": "wall", "/offline": "offline"}
"""The pages that are the same for every campaign, beside those of `campaign_pages`; the page itself
reads what its address asks for."""

EMBED_SCRIPT = "public, max-age=3600, stale-while-revalidate=604800"
"""Its address never changes, but its content may: browsers use their copy, and ask afterwards."""

_OFFLINE = "/offline"
_MANIFEST = "manifest.webmanifest"


def page_files(base_path: str, assets_url: str, *, bundled: bool) -> PageFiles:
    """The files of the pages: those of the bundle, or the sources where there is none.

    Args:
        base_path: the path below which the service is.
        assets_url: in front of the addresses of assets, another host's; empty: the base path.
        bundled: false: the sources in any case.
    """
    if bundled and BUNDLE.is_dir():
        return BundledFiles(BUNDLE, f"{assets_url or base_path}/assets")
    return SourceFiles(base_path)


def prepared_responses(
    pages: Pages, strokes: Strokes, phrases: Iterable[Phrase]
) -> Mapping[str, PreparedResponse]:
    """All of them. The query of an address does not change its answer.

    There are no documents among them while the pages load the sources, because the templates may
    change, too.

    Args:
        pages: to fill in the documents.
        strokes: see `Strokes`.
        phrases: those of all campaigns.
    """
    documents = {} if isinstance(pages.files, SourceFiles) else DOCUMENTS
    responses = [
        *(pages.response(path, name, SHORTLY) for path, name in documents.items()),
        _service_worker(pages),
        _manifest(pages),
        _icon(),
        _embed_script(pages),
        *pages.files.responses(),
        *strokes.responses(phrases),
    ]
    return MappingProxyType({response.path: response for response in responses})


def _service_worker(pages: Pages) -> PreparedResponse:
    """The service worker, or where there shall be none, the one that takes its place and goes."""
    if pages.is_kept_by_browsers:
        base = pages.base_path
        configuration = {
            "assets": f"{pages.files.assets}/",
            "documents": [base + path for path in ("/", *DOCUMENTS) if path != _OFFLINE],
            "campaigns": f"{base}/c/",
            "offline": base + _OFFLINE,
            "files": list(pages.files.later),
            "rest": pages.files.rest,
        }
        source = (BUNDLE / "service-worker.js").read_bytes()
        script = b"self.CONFIG = %b;\n%b" % (orjson.dumps(configuration), source)
    else:
        script = (STATIC / "js" / "withdrawn-worker.js").read_bytes()
    kind = content_type_of(SERVICE_WORKER)
    return prepare(f"/{SERVICE_WORKER}", script, kind, ASK_AGAIN, pages.security)


def _manifest(pages: Pages) -> PreparedResponse:
    """What an installed app is called, and where it starts: relative to this address."""
    manifest = orjson.loads((STATIC / _MANIFEST).read_bytes())
    for icon in manifest["icons"]:
        icon["src"] = pages.files.asset(icon["src"])
    kind = content_type_of(_MANIFEST)
    return prepare(f"/{_MANIFEST}", orjson.dumps(manifest), kind, ASK_AGAIN, pages.security)


def _embed_script(pages: Pages) -> PreparedResponse:
    """The script for other sites: see `static/js/embed/element.js`."""
    is_source = isinstance(pages.files, SourceFiles)
    source = STATIC / "js" / "embed" / "element.js" if is_source else BUNDLE / "embed.js"
    kind = content_type_of(source.name)
    return prepare("/embed.js", source.read_bytes(), kind, EMBED_SCRIPT, ASSET_HEADERS)


def _icon() -> PreparedResponse:
    """The icon at the address that browsers try by themselves."""
    name = "icons/icon-192.png"
    icon = (STATIC / name).read_bytes()
    return prepare("/favicon.ico", icon, content_type_of(name), "public, max-age=86400")
