"""Which states of the page are taken, and which of them by night, too."""

from __future__ import annotations

from tests.browser import screens_campaigns, screens_elsewhere

NIGHT = screens_campaigns.NIGHT | {
    *("home", "waiting", "my-turn", "their-turn", "done", "work", "gallery", "wall", "settings"),
}
"""What is taken by night, too."""

STATES = {
    "home": "The first screen",
    "home-works": "The first screen for a participant with finished works",
    "home-news": "The first screen when a character left behind has been finished",
    "home-en": "The first screen in English",
    "home-ja": "The first screen in Japanese",
    "home-zh-TW": "The first screen in traditional Chinese",
    "settings": "The settings: language, grid, writing hand, and the way to delete what is kept",
    "delete": "The question before everything of the participant is deleted",
    "waiting": "Waiting for a partner; the participant can already write",
    "stroke-order": "The stroke order of the character",
    "invite": "The invitation of a friend, by link or QR code",
    "waiting-written": "The first character is written; no partner has come yet",
    "keep-offer": "No partner for 20 s: leave the character or keep waiting",
    "leave": "The question before leaving",
    "my-turn": "The participant's own turn, in the middle of a character",
    "their-turn": "The partner's turn: the partner's ink appears live",
    "reaction": "A reaction floats up",
    "report": "The report of a partner",
    "partner-away": "The partner's connection is lost; the seat is kept",
    "partner-left": "The partner has left; the service looks for another",
    "offline": "The participant's own connection is lost in the middle of a character",
    "elsewhere": "The same participant in a second tab",
    "restart": "The service restarts",
    "turn-lost": "The time of the turn has run out",
    "done": "The finished work",
    "done-long": "A finished work of four characters",
    "poster": "The poster of the work",
    "work": "The page of the work, with its replay",
    "work-missing": "The page of a work that does not exist",
    "gallery": "The gallery",
    "wall": "The wall",
    "closed": "A campaign that has ended",
    "too-old": "A browser that cannot run the page",
    **screens_campaigns.STATES,
    **screens_elsewhere.STATES,
}
