import type { Caller } from "./callers.ts";
import type { TestImage } from "./images.ts";

/**
 * A client in the hands of somebody; each rejects with the client's own words. Both resolve with the digest by which this
 * client knows what went there, and what came back.
 */
export interface Session {
  readonly push: (image: TestImage, name: string) => Promise<string>;
  readonly pull: (name: string) => Promise<string>;
}

export interface LoginClient {
  /** Logs in where the caller is one who does, with nothing left of who was there before. */
  readonly use: (host: string, caller: Caller) => Promise<Session>;
  readonly stop: () => Promise<void>;
}
