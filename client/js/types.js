/**
 * Types for the type checker; no module imports this one at run time. First the messages of the
 * wire, then the state of a client, then what the parts of the core pass to each other.
 */

/** @typedef {number[]} Stroke Flat: `x, y, dt, w` a point; the first absolute, then differences. */
/** @typedef {0 | 1} Seat */
/** @typedef {typeof import("./protocol.js").REACTIONS[number]} Reaction */
/** @typedef {typeof import("./protocol.js").REPORT_REASONS[number]} ReportReason */
/** @typedef {"link" | "poster"} SharedAs How a work was shared, or kept. */
/** @typedef {{id: string, text: string, chars: string[], locale: string}} Phrase */
/** @typedef {{c: number, char: string, seat: Seat, ms: number}} Turn */
/** @typedef {{relays: number, participants: number, online: number, writing: number}} Counters */
/** @typedef {{id: string, title: string, open: boolean}} Campaign */
/** @typedef {{work: string, url: string, serial: number}} Finished */
/** @typedef {{alias: string, region?: string, here: boolean}} Partner */

// From the server.
/** @typedef {{t: "waiting", room: string, phrase: Phrase, seat: Seat, committed: Stroke[][], turn: Turn}} Waiting */
/** @typedef {{t: "matched", room: string, phrase: Phrase, seat: Seat, partner: Partner, committed: Stroke[][], turn: Turn}} Matched */
/**
 * @typedef {{t: "welcome", token: string, participant: string, campaign: Campaign,
 *   phrases: Phrase[], counters: Counters, limits: Record<string, any>,
 *   resume?: Waiting | Matched | null, finished: Finished[]}} Welcome
 */
/** @typedef {{t: "invited", room: string, code: string, url: string}} Invited */
/** @typedef {{t: "offer", room: string, phrase: Phrase}} Offer */
/** @typedef {{pledge: string, number: number, certificate: string, url: string}} Certificate */
/** @typedef {{t: "pledged"} & Certificate} Pledged */
/** @typedef {{t: "turn", room: string} & Turn} TurnMessage */
/** @typedef {{t: "ink", room: string, c: number, s: number, p: number[], end?: boolean}} Ink */
/** @typedef {{t: "undo", room: string, c: number, s: number}} Undo */
/** @typedef {{t: "react", room: string, e: Reaction}} React */
/** @typedef {{t: "committed", room: string, c: number, seat: Seat, strokes: Stroke[]}} Committed */
/** @typedef {{t: "partner", room: string, state: "away" | "back" | "left", ms?: number | null}} PartnerMessage */
/** @typedef {{t: "completed", room: string, work: string, url: string, serial: number, counters: Counters}} Completed */
/** @typedef {{t: "counters"} & Counters} CountersMessage */
/** @typedef {{t: "error", code: string, message: string, re?: string | null, retry_ms?: number | null}} ErrorMessage */
/** @typedef {{t: "bye", why: "restart" | "idle" | "over", retry_ms?: number}} Bye */
/** @typedef {{t: "pace", ink_ms: number}} Pace */
/** @typedef {{t: "pong", n?: number}} Pong */
/**
 * @typedef {Object} Altcha A proof of work of ALTCHA's format 2; there are more keys.
 * @property {{algorithm: string, cost: number, keyLength: number, keyPrefix: string, nonce: string, salt: string}} parameters
 * @property {string} [signature]
 */
/** @typedef {{t: "challenge", altcha: Altcha}} ChallengeMessage */
/**
 * @typedef {Waiting | Matched | Welcome | Invited | Offer | Pledged | TurnMessage | Ink | Undo | React | Committed
 *   | PartnerMessage | Completed | CountersMessage | ErrorMessage | ChallengeMessage
 *   | Bye | Pace | Pong} FromServer
 */

// To the server.
/** @typedef {{t: "hello", token?: string, campaign?: string, locale?: string, client?: string}} Hello */
/** @typedef {{t: "join", phrase?: string, invite?: string, locales?: string[], proof?: string}} Join */
/** @typedef {{t: "invite", room: string}} Invite */
/** @typedef {{t: "commit", room: string, c: number, strokes: Stroke[]}} Commit */
/** @typedef {{t: "report", room: string, why: ReportReason}} Report */
/** @typedef {{t: "leave", room: string, keep?: boolean}} Leave */
/** @typedef {{t: "pledge", pledge: string}} Pledge */
/** @typedef {{t: "share", how: SharedAs}} Share */
/** @typedef {{t: "ping", n?: number}} Ping */
/** @typedef {Hello | Join | Invite | Ink | Undo | Commit | React | Report | Leave | Pledge | Share | Ping} ToServer */

// The HTTP API.
/** @typedef {{id: string, text: string, count: number}} PledgeInfo */
/**
 * Amounts are integers of the currency's smallest unit.
 * @typedef {{id: string, title: string, currency: string, goal?: number, raised: number, donations: number}} FundInfo
 */
/**
 * @typedef {Campaign & {counters: Counters, phrases: Phrase[], relays: ("write" | "pledge" | "give")[],
 *   pledges: PledgeInfo[], funds: FundInfo[]}} CampaignContent There are more keys.
 */
/**
 * `hand` is an index into `hands`.
 * @typedef {{id: string, campaign: string, phrase: Phrase, hands: {serial: number}[], completed_at: string,
 *   chars: {char: string, seat: Seat, hand: number, strokes: Stroke[]}[],
 *   review: "public" | "waiting" | "private"}} WorkContent
 */
/** @typedef {{works: WorkContent[], next: string | null}} WorkList */

// The state of a client.
/**
 * The partner. here: connected. away: may come back until `until`. left: the seat is free.
 * @typedef {Object} PartnerState
 * @property {string} alias
 * @property {string} [region]
 * @property {"here" | "away" | "left"} state
 * @property {number} until On the clock of the events; 0: no such limit.
 */
/**
 * Ink of the partner that is not committed yet.
 * @typedef {Object} LiveInk
 * @property {number} c
 * @property {Stroke[]} strokes
 * @property {boolean} open The last stroke still grows.
 * @property {boolean} stale The writer lost the connection and will send everything again.
 */
/**
 * @typedef {Object} Room
 * @property {string} id
 * @property {Phrase} phrase
 * @property {Seat} seat The seat of this client.
 * @property {PartnerState | null} partner Null: the second seat was never taken.
 * @property {(Stroke[] | null)[]} committed One entry for each character of the phrase.
 * @property {Omit<Turn, "ms"> & {until: number}} turn `until` on the clock of the events.
 * @property {LiveInk | null} live
 * @property {{code: string, url: string} | null} invite Set after an `invite` was asked for.
 * @property {Phrase | null} offer A phrase in another language that another participant writes.
 * @property {number} aloneSince Since when the room has no partner, on the clock of the events; 0: it has one.
 */
/**
 * The character that this client is writing. It is kept until the server says `committed`, also
 * while the connection is lost.
 * @typedef {Object} Draft
 * @property {string} room
 * @property {number} c
 * @property {Stroke[]} strokes
 * @property {boolean} open The last stroke still grows.
 * @property {boolean} committing The user committed it; the server has not answered yet.
 */
/**
 * @typedef {Object} Done
 * @property {string} work
 * @property {string} url
 * @property {number} serial
 * @property {Phrase | null} phrase
 * @property {(Stroke[] | null)[]} chars Null for characters that this client never received.
 * @property {Seat | null} seat
 */
/** @typedef {{code: string, n: number}} Notice The user sees it once; `n` differs for two notices of one code. */

/**
 * @typedef {Object} State
 * @property {ConnectionState} connection
 * @property {boolean} welcomed `welcome` has arrived at least once.
 * @property {Campaign | null} campaign
 * @property {Phrase[]} phrases
 * @property {Counters | null} counters
 * @property {Finished[]} finished Works completed while this participant was away, not shown yet.
 * @property {{phrase?: string, invite?: string, locales?: string[]} | null} joining A `join` that is not answered yet.
 * @property {{room: string, keep: boolean, why?: ReportReason} | null} leaving The room that this client left or reported last.
 * @property {Room | null} room
 * @property {Draft | null} draft Not null: it is this client's turn, or was when the connection was lost.
 * @property {Done | null} done
 * @property {string[]} pledging Pledges that the server has not answered yet.
 * @property {Certificate[]} pledged Pledges that this participant made, as far as this client knows.
 * @property {number} inkMs The least time between two parts of live ink that the server asks for.
 * @property {Notice | null} notice
 * @property {{e: Reaction, n: number} | null} reaction The last reaction of the partner.
 */

/**
 * @typedef {"connecting" | "offline" | "elsewhere" | "closed" | "idle" | "joining" | "waiting"
 *   | "my-turn" | "their-turn" | "done"} Screen
 */

// Between the parts of the core, and between the core and its platform.
/**
 * @typedef {Object} Clock
 * @property {() => number} now Milliseconds on a monotonic clock.
 * @property {(ms: number, run: () => void) => () => void} after Runs once; the result cancels the timer.
 */
/**
 * @typedef {Object} Codec
 * @property {string} subprotocol
 * @property {(message: ToServer) => string | Uint8Array} encode
 * @property {(frame: string | Uint8Array) => FromServer} decode Throws on an ill-formed frame.
 */
/**
 * A socket that is opening or open.
 * @typedef {Object} Socket
 * @property {(frame: string | Uint8Array) => void} send
 * @property {(code: number) => void} close No handler is called afterwards.
 */
/**
 * @typedef {Object} SocketHandlers
 * @property {(subprotocol: string) => void} open
 * @property {(frame: string | Uint8Array) => void} message
 * @property {(code: number) => void} close Called once, also when the socket never opened.
 */
/** @typedef {(url: string, subprotocols: string[], handlers: SocketHandlers) => Socket} SocketAdapter */
/** @typedef {{method: "GET" | "POST" | "DELETE", url: string, headers: Record<string, string>, body?: string}} HttpRequest */
/**
 * Sends a request; rejects when there is no answer. `body` is the JSON of the answer, null without one.
 * @typedef {(request: HttpRequest) => Promise<{status: number, body: any, retryAfter?: string | null}>} Http
 */
/**
 * Storage that outlives the page. It must not throw: a full or blocked storage loses the value.
 * @typedef {Object} Storage
 * @property {(key: string) => string | null} get
 * @property {(key: string, value: string | null) => void} set Null removes the key.
 */
/**
 * connecting: the socket opens, or `welcome` is awaited. online: `welcome` arrived. offline: lost,
 * the next try is in `retryMs`. elsewhere: another connection of this participant took over.
 * stopped: this client closed it, or gave up: then `reason` says why it was offline.
 * @typedef {"connecting" | "online" | "offline" | "elsewhere" | "stopped"} Status
 */
/** @typedef {(altcha: Altcha) => Promise<string>} Solver Solves a proof of work. */
/** @typedef {{status: Status, reason: string, retryMs: number}} ConnectionState */
/**
 * @typedef {{send: ToServer} | {probe: true} | {solve: Altcha} | {after: number, event: TimerEvent}} Command
 */
/**
 * @typedef {{t: "user:join", phrase?: string, invite?: string, locales?: string[]}
 *   | {t: "user:ink", p: number[], end: boolean}
 *   | {t: "user:undo"} | {t: "user:clear"} | {t: "user:commit"}
 *   | {t: "user:react", e: Reaction}
 *   | {t: "user:share", how: SharedAs}
 *   | {t: "user:report", why: ReportReason}
 *   | {t: "user:invite"} | {t: "user:pledge", pledge: string} | {t: "user:dismiss"}
 *   | {t: "user:leave"} | {t: "user:home"} | {t: "user:full", what: "strokes" | "points"}} UserEvent
 */
/** @typedef {{t: "connection", connection: ConnectionState}} ConnectionEvent */
/**
 * A point of a stroke, absolute.
 * @typedef {Object} InkPoint
 * @property {number} x 0..4095
 * @property {number} y 0..4095, down
 * @property {number} dt Milliseconds since the point before; of the first: since the stroke before.
 * @property {number} w Width, 1..255 in 1/255 of 20% of the cell
 */
/** @typedef {{x: number, y: number, t: number, pressure: number, kind: "pen" | "touch" | "mouse"}} Sample */
/** @typedef {{strokes: number, points: number, bytes: number}} InkUsage How much ink a character holds; `bytes` as JSON. */
/** @typedef {{points: Stroke, due: number[]}} TimedStroke A stroke, and when each of its points appears. */
/**
 * @typedef {{t: "timer:retry", re: string} | {t: "timer:commit", room: string, c: number}} TimerEvent
 * @typedef {{t: "solved", proof: string}} SolvedEvent The proof of work of the last challenge is done.
 * @typedef {FromServer | UserEvent
 *   | ConnectionEvent | TimerEvent | SolvedEvent} Event
 */
/** @typedef {{state: State, before: State, event: Event}} Change */
/**
 * Reduces a message about the room of the state.
 * @template Message
 * @typedef {(state: State, room: Room, message: Message, at: number) => State} RoomReducer
 */
/** @typedef {{work: string, url: string, serial: number, text: string, at: number}} SavedWork `at`: wall clock, ms; `text` may be empty. */

export {};
