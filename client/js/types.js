/**
 * The shapes of things, for the type checker alone; no module loads this one. First the messages
 * of the wire, then what a client makes of them.
 */

/** @typedef {number[]} Stroke Flat: `x, y, dt, w` a point; the first absolute, then differences. */
/** @typedef {0 | 1} Seat */
/** @typedef {typeof import("./protocol.js").REACTIONS[number]} Reaction */
/** @typedef {typeof import("./protocol.js").REPORT_REASONS[number]} ReportReason */
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
/** @typedef {{t: "pong", n?: number}} Pong */
/**
 * @typedef {Waiting | Matched | Welcome | Invited | TurnMessage | Ink | Undo | React | Committed
 *   | PartnerMessage | Completed | CountersMessage | ErrorMessage | Bye | Pong} FromServer
 */

// To the server.
/** @typedef {{t: "hello", token?: string, campaign?: string, locale?: string, client?: string}} Hello */
/** @typedef {{t: "join", phrase?: string, invite?: string}} Join */
/** @typedef {{t: "invite", room: string}} Invite */
/** @typedef {{t: "commit", room: string, c: number, strokes: Stroke[]}} Commit */
/** @typedef {{t: "report", room: string, why: ReportReason}} Report */
/** @typedef {{t: "leave", room: string, keep?: boolean}} Leave */
/** @typedef {{t: "ping", n?: number}} Ping */
/** @typedef {Hello | Join | Invite | Ink | Undo | Commit | React | Report | Leave | Ping} ToServer */

// What a client knows.
/**
 * The other hand. here: connected. away: may come back until `until`. left: the seat is free.
 * @typedef {Object} PartnerState
 * @property {string} alias
 * @property {string} [region]
 * @property {"here" | "away" | "left"} state
 * @property {number} until On the clock of the events; 0: no such limit.
 */
/**
 * Ink of the partner not committed yet.
 * @typedef {Object} LiveInk
 * @property {number} c
 * @property {Stroke[]} strokes
 * @property {boolean} open The last stroke goes on.
 * @property {boolean} stale The writer lost the line; it will write again from the first stroke.
 */
/**
 * @typedef {Object} Room
 * @property {string} id
 * @property {Phrase} phrase
 * @property {Seat} seat One's own.
 * @property {PartnerState | null} partner Null: nobody has come yet.
 * @property {(Stroke[] | null)[]} committed One entry a character of the phrase.
 * @property {Omit<Turn, "ms"> & {until: number}} turn `until` on the clock of the events.
 * @property {LiveInk | null} live
 * @property {{code: string, url: string} | null} invite The friend's way in, once asked for.
 * @property {number} aloneSince Since when nobody else is here, on the clock of the events; 0: somebody is.
 */
/**
 * One's own character under way. It lives until the server says `committed`, whatever happens to
 * the line.
 * @typedef {Object} OwnInk
 * @property {string} room
 * @property {number} c
 * @property {Stroke[]} strokes
 * @property {boolean} open The last stroke goes on.
 * @property {boolean} committing Finished by the user, not answered yet.
 */
/**
 * @typedef {Object} Done
 * @property {string} work
 * @property {string} url
 * @property {number} serial
 * @property {Phrase | null} phrase
 * @property {(Stroke[] | null)[]} chars Characters this client has not seen are null.
 * @property {Seat | null} seat
 */
/** @typedef {{code: string, n: number}} Notice Something to tell the user once; `n` tells two alike apart. */

/**
 * @typedef {Object} State
 * @property {Link} link
 * @property {boolean} greeted `welcome` has come at least once.
 * @property {Campaign | null} campaign
 * @property {Phrase[]} phrases
 * @property {Counters | null} counters
 * @property {Finished[]} finished Completed in one's absence, not yet shown.
 * @property {{phrase?: string, invite?: string} | null} joining Asked for, not answered yet.
 * @property {{room: string, keep: boolean, why?: ReportReason} | null} leaving The room given up or reported last.
 * @property {Room | null} room
 * @property {OwnInk | null} own Not null: it is this client's turn, or was when the line was lost.
 * @property {Done | null} done
 * @property {Notice | null} notice
 * @property {{e: Reaction, n: number} | null} reaction The last one received.
 */

/**
 * @typedef {"connecting" | "offline" | "elsewhere" | "closed" | "idle" | "joining" | "waiting"
 *   | "my-turn" | "their-turn" | "done"} Screen
 */

// Between the parts of the core, and what a platform gives them.
/**
 * @typedef {Object} Clock
 * @property {() => number} now Milliseconds on a clock that never goes back.
 * @property {(ms: number, run: () => void) => () => void} after Runs once; the result cancels it.
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
 * @property {(code: number) => void} close Afterwards no handler is called any more.
 */
/**
 * @typedef {Object} SocketHandlers
 * @property {(subprotocol: string) => void} open
 * @property {(frame: string | Uint8Array) => void} message
 * @property {(code: number) => void} close Called once, also when the socket never opened.
 */
/** @typedef {(url: string, subprotocols: string[], handlers: SocketHandlers) => Socket} SocketAdapter */
/**
 * What outlives the page. Must not throw: a storage that is full or forbidden forgets.
 * @typedef {Object} Storage
 * @property {(key: string) => string | null} get
 * @property {(key: string, value: string | null) => void} set Null removes the key.
 */
/**
 * connecting: dialling or waiting for `welcome`. online: `welcome` came. offline: lost, the next
 * try is in `retryMs`. elsewhere: another connection of this participant took over. stopped: by us.
 * @typedef {"connecting" | "online" | "offline" | "elsewhere" | "stopped"} Status
 */
/** @typedef {{status: Status, why: string, retryMs: number}} Link */
/**
 * @typedef {{send: ToServer}
 *   | {after: number, event: TimerEvent}} Effect
 */
/**
 * @typedef {{t: "user:join", phrase?: string, invite?: string}
 *   | {t: "user:ink", p: number[], end: boolean}
 *   | {t: "user:undo"} | {t: "user:clear"} | {t: "user:commit"}
 *   | {t: "user:react", e: Reaction}
 *   | {t: "user:report", why: ReportReason}
 *   | {t: "user:invite"} | {t: "user:dismiss"}
 *   | {t: "user:leave"} | {t: "user:home"} | {t: "user:full", what: "strokes" | "points"}} UserEvent
 */
/** @typedef {{t: "link", link: Link}} LinkEvent */
/**
 * A point of a stroke, absolute.
 * @typedef {Object} InkPoint
 * @property {number} x 0..4095
 * @property {number} y 0..4095, down
 * @property {number} dt Milliseconds since the point before; of the first: since the stroke before.
 * @property {number} w Nib width, 1..255 in 1/255 of 20% of the cell
 */
/** @typedef {{x: number, y: number, t: number, pressure: number, kind: "pen" | "touch" | "mouse"}} Sample */
/** @typedef {{strokes: number, points: number, bytes: number}} Used What the character holds already; `bytes` as JSON. */
/** @typedef {{points: Stroke, due: number[]}} Track A stroke and when each of its points appears. */
/**
 * @typedef {{t: "timer:retry", re: string} | {t: "timer:commit", room: string, c: number}} TimerEvent
 * @typedef {FromServer | UserEvent
 *   | LinkEvent | TimerEvent} Event
 */
/** @typedef {{state: State, before: State, event: Event}} Change */
/** @typedef {{work: string, url: string, serial: number, text: string, at: number}} KeptWork `at`: wall clock, ms; `text` may be empty. */

export {};
