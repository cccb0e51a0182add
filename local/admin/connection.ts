/** A question to the administration, below `/v2/_berth/`. */
export interface Question {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
}
export type Json = Readonly<Record<string, unknown>>;

/** A registry that is being administered. */
export interface Connection {
  /** `host` or `host:port`, as `docker login` takes it */
  readonly host: string;
  /** The answer's object; an empty one where it has no body. AdminRefusal */
  readonly ask: (question: Question) => Promise<Json>;
  /** The objects under `field` of all pages. AdminRefusal */
  readonly list: (path: string, field: string) => Promise<readonly Json[]>;
}

/** What the registry refused, or could not do: nothing of it is a wrong use of the command. */
export class AdminRefusal extends Error {
  override readonly name = "AdminRefusal";
}

/** What a command came to. */
export interface Report {
  /** for `--json` */
  readonly json: unknown;
  /** for people */
  readonly lines: readonly string[];
  /** what is written to a file has to be what the registry said, to the byte */
  readonly isVerbatim?: true;
  /** for people, and not a part of what was asked for: it goes to stderr */
  readonly aside?: string;
}
