/** Handshake in the page. See `handshake.js`. */

export interface Options {
  /** Publishable key, `pk_…`. */
  key: string;
  /** Where Handshake answers; the page's own origin if left out, which is the best. */
  base?: string;
  /** Language tag of the asks; the page's own if left out. */
  language?: string;
}

export type Standing =
  | "not_asked" | "asked" | "deferred" | "granted" | "refused" | "withdrawn" | "expired" | "outgrown";
export type Answer = "granted" | "refused" | "deferred" | "withdrawn";

export interface Permission {
  purpose: string;
  standing: Standing;
  statement?: string;
  says?: string;
  since?: string;
  expires_at?: string;
}

export interface Visit {
  token: string;
  /** The server's time. */
  now: string;
  expires_at: string;
  known: boolean;
  permissions?: Permission[];
}

export interface Answered {
  person?: string;
  answer: Answer;
  permissions: Permission[];
  html?: string;
  duplicate: boolean;
}

export interface Happening {
  items?: (string | { item: string })[];
  query?: string;
  order?: string;
  value?: { amount: string; currency: string };
  channel?: string;
  claimed_at?: string;
}

export interface EventReply {
  event: string;
  collected: boolean;
  purposes: string[];
  duplicate: boolean;
}

export interface Recommendations {
  basis: "person" | "page" | "popular";
  purpose: string;
  decision?: string;
  items: { item: string; name: string; because: { kind: string; says: string } }[];
}

export interface Handshake {
  /** Begins a page view, once in 25 minutes. */
  visit(): Promise<Visit>;
  /**
   * Takes over the card in `element`, or asks the server for one and puts it there.
   * Nothing comes where nothing is to be asked.
   */
  ask(element: HTMLElement, about?: { purpose?: string; interest?: string }): Promise<HTMLElement | undefined>;
  /**
   * Gives an answer. `event` is the click or key press of a person, as the browser made it;
   * anything else throws. Left without `token`, `withdrawn` takes back what this browser's
   * person agreed to.
   */
  answer(
    event: Event,
    what: { token?: string; purpose?: string; answer: Answer; event?: string },
  ): Promise<Answered | undefined>;
  /** Whether this browser's person agreed to the purpose. What is done is decided by the server. */
  allowed(purpose: string): Promise<boolean>;
  /** Tells what happened; sent within a second, several together. */
  track(type: string, what?: Happening): Promise<EventReply | undefined>;
  recommend(what?: { item?: string; limit?: number }): Promise<Recommendations>;
  /** Goes to the page on which everything can be seen and taken back. */
  myDeal(): void;
  /** Sends now what `track` still holds. */
  flush(): Promise<void>;
}

export function handshake(options: Options): Handshake;

/** A UUIDv7. */
export function eventId(time?: number): string;

export function mayRetry(status: number): boolean;

export function outbox(
  base: string,
  sleep?: (ms: number) => Promise<void>,
): { send(path: string, body: Record<string, unknown>): Promise<any>; leave(): void };

export class HandshakeError extends Error {
  constructor(status: number, problem: unknown);
  status: number;
  slug: string;
}

/** `document` is told by this after every answer. */
export interface HandshakeChange {
  purpose?: string;
  answer: Answer;
  permissions: Permission[];
}
