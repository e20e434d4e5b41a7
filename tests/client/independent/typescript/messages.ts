/** The messages of `/asyncapi.json`, as much as one participant needs. */

/** Flat: x, y, dt, w for each point. */
export type Stroke = readonly number[];

export type Seat = 0 | 1;

export interface Turn {
  readonly c: number;
  readonly char: string;
  readonly seat: Seat;
  readonly ms: number;
}

export interface Phrase {
  readonly id: string;
  readonly text: string;
  readonly chars: readonly string[];
  readonly locale: string;
}

/** `waiting` and `matched`, also as the `resume` of `welcome`. */
export interface Room {
  readonly t: "waiting" | "matched";
  readonly room: string;
  readonly seat: Seat;
  readonly phrase: Phrase;
  readonly committed: readonly (readonly Stroke[])[];
  readonly turn: Turn;
}

export interface Welcome {
  readonly t: "welcome";
  readonly token: string;
  readonly resume?: Room;
  readonly finished: readonly { readonly work: string; readonly serial: number }[];
}

export interface Refusal {
  readonly t: "error";
  readonly code: string;
  readonly message: string;
  readonly re?: ToServer["t"];
  readonly retry_ms?: number;
}

export type FromServer =
  | Welcome
  | Room
  | Refusal
  | { readonly t: "invited"; readonly room: string; readonly code: string; readonly url: string }
  | ({ readonly t: "turn"; readonly room: string } & Turn)
  | { readonly t: "committed"; readonly room: string; readonly c: number; readonly seat: Seat }
  | { readonly t: "completed"; readonly room: string; readonly work: string; readonly serial: number }
  | { readonly t: "bye"; readonly why: "restart" | "idle" | "over"; readonly retry_ms: number };

export type ToServer =
  | { readonly t: "hello"; readonly token?: string; readonly client?: string }
  | { readonly t: "join"; readonly phrase?: string; readonly invite?: string }
  | { readonly t: "invite"; readonly room: string }
  | {
      readonly t: "ink";
      readonly room: string;
      readonly c: number;
      readonly s: number;
      readonly p: Stroke;
      readonly end?: boolean;
    }
  | {
      readonly t: "commit";
      readonly room: string;
      readonly c: number;
      readonly strokes: readonly Stroke[];
    };
