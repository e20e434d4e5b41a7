"""`/api/participants` and pledges: for those who take part without a socket."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.archive.pledge_reader import PledgeReader
from server.archive.publishing import timestamp
from server.catalogue import DEFAULT
from server.guard.requests import RequestGuard
from server.session.campaigns import OpenCampaign
from server.session.identity import Identity
from server.session.pledging import ClosedError, NewPledgeError, NoSuchPledgeError, Pledging
from server.store.errors import StoreError
from server.transport.rate_limit import Rate
from server.web.api import ApiError, JsonResponse, find_campaign, no_such_campaign, reader_locale
from server.web.api_types import (
    CertificateAnswer,
    ParticipantAnswer,
    ParticipantRequest,
    PledgeAnswer,
)
from server.web.bearer import bearer_of
from server.web.bodies import read_object
from server.web.operation import Operation
from server.web.request_limit import peer_of, too_many
from server.web.request_rates import RequestRates
from server.web.shared_identity import SharedIdentity

BODY_BYTES = 4_096
PLEDGES = Rate.of(per_second=1, burst=20)
"""Pledges of one participant; further ones are answered `slow_down`."""

RETRY_SECONDS = 2

_BODY = (400, 408, 413)

OPERATIONS = {
    "/api/participants": Operation(
        "newParticipant",
        "A token for somebody who has none.",
        ParticipantAnswer,
        errors=(*_BODY, 404, 429, 503),
        method="post",
        done=(201,),
        body=ParticipantRequest,
    ),
    "/api/campaigns/{id}/pledges/{pledge}": Operation(
        "makePledge",
        "Make a pledge: 201 the first time, later 200 with the same certificate.",
        CertificateAnswer,
        errors=(401, 403, 404, 409, 429, 503),
        example=DEFAULT,
        method="post",
        done=(200, 201),
        key="bearer",
    ),
    "/api/pledges/{certificate}": Operation(
        "pledge", "What a certificate says.", PledgeAnswer, errors=(404, 503)
    ),
}
"""By path, in the order of the routes."""

NO_STORE = {"Cache-Control": "no-store"}


class PledgeApi:
    """The handlers."""

    def __init__(
        self,
        campaigns: Mapping[str, OpenCampaign],
        identity: SharedIdentity,
        pledging: Pledging,
        reader: PledgeReader,
        guard: RequestGuard,
    ) -> None:
        """`identity` knows its tokens; `pledging` makes pledges, and `reader` finds them."""
        self._guard = guard
        self._campaigns = campaigns
        self._identity = identity
        self._pledging = pledging
        self._reader = reader
        self._rates = RequestRates(PLEDGES)

    def routes(self) -> list[Route]:
        """The routes."""
        endpoints = self.participant, self.pledge, self.certificate
        return [
            Route(path, endpoint, methods=[operation.method.upper()])
            for (path, operation), endpoint in zip(OPERATIONS.items(), endpoints, strict=True)
        ]

    async def participant(self, request: Request) -> Response:
        """A token for somebody who has none."""
        if wait := self._guard.rates.hellos.take(peer_of(request, self._guard)):
            raise too_many("many come from your network", wait)
        body = await read_object(request, BODY_BYTES)
        campaign = body.get("campaign", DEFAULT)
        if not isinstance(campaign, str):
            raise ApiError(400, "bad_request", "`campaign` is an id")
        found = self._find_campaign(campaign)
        identity = await self._identity.get()
        token = identity.new_token(found.campaign)
        return JsonResponse(ParticipantAnswer(token), 201, NO_STORE)

    async def pledge(self, request: Request) -> Response:
        """Make a pledge: 201 the first time, 200 with the same answer later."""
        identity = await self._identity.get()
        token = participant_token(request, identity)
        campaign = self._find_campaign(
            request.path_params["id"], rehearses=identity.is_rehearsal(token)
        )
        if not identity.is_good_in(token, campaign.campaign):
            raise _bad_token()
        participant = identity.participant(token, campaign.campaign.id)
        if participant in self._guard.barred:
            raise ApiError(403, "barred", "you cannot take part any more")
        if seconds := self._rates.refuse_for(participant, monotonic()):
            raise ApiError(429, "slow_down", "you pledge too often", retry_seconds=seconds)
        peer = peer_of(request, self._guard)
        wait = self._guard.pledges.check(peer, campaign.campaign.id)
        name = request.path_params["pledge"]
        try:
            found = await self._pledging.pledge(campaign, participant, name, repeats_only=wait > 0)
        except NoSuchPledgeError as error:
            raise _no_such_pledge() from error
        except ClosedError as error:
            raise ApiError(409, "closed", "the campaign is not open") from error
        except NewPledgeError as error:
            raise too_many("many pledges come from your network", wait) from error
        except StoreError as error:
            raise _busy() from error
        if found.is_new:
            self._guard.pledges.count(peer, campaign.campaign.id)
        made = found.made
        content = CertificateAnswer(made.pledge, made.number, made.certificate, found.url)
        return JsonResponse(content, 201 if found.is_new else 200, NO_STORE)

    async def certificate(self, request: Request) -> Response:
        """What a certificate says."""
        found = await self._reader.find(request.path_params["certificate"])
        if found is None:
            raise _no_such_pledge()
        name, made = found
        campaign = self._campaigns.get(name)
        text = (
            campaign.campaign.pledge_text(made.pledge, reader_locale(request)) if campaign else ""
        )
        content = PledgeAnswer(
            certificate=made.certificate,
            campaign=name,
            pledge=made.pledge,
            text=text or made.pledge,
            number=made.number,
            pledged_at=timestamp(made.pledged_at),
        )
        return JsonResponse(content, headers=NO_STORE)

    def _find_campaign(self, campaign_id: str, *, rehearses: bool = False) -> OpenCampaign:
        """The campaign, for people or for those of a rehearsal."""
        found = find_campaign(self._campaigns, campaign_id)
        if found.campaign.rehearsal != rehearses:
            raise no_such_campaign()
        return found


def participant_token(request: Request, identity: Identity) -> str:
    """The token that a request must have.

    Raises:
        ApiError: there is none, or none of ours.
    """
    token = bearer_of(request)
    if not identity.is_ours(token):
        raise _bad_token()
    return token


def _bad_token() -> ApiError:
    challenge = {"WWW-Authenticate": "Bearer"}
    return ApiError(401, "bad_token", "send a token of this campaign as Bearer", headers=challenge)


def _busy() -> ApiError:
    return ApiError(503, "busy", "not possible now; try again", retry_seconds=RETRY_SECONDS)


def _no_such_pledge() -> ApiError:
    return ApiError(404, "no_such_pledge", "there is no pledge of this id")
