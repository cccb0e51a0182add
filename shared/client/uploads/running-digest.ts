import { algorithmOf, type Digest } from "../../oci/digest.ts";
import { createHasher, digestOfHash } from "../../registry/digests.ts";
import type { Content, Outgoing } from "../content.ts";

/**
 * Hashes a blob while it is sent: each byte once and in order, however often parts of it are sent, and also where a part
 * that was refused is still being read when the next one begins.
 */
export class RunningDigest {
  readonly #content: Content;
  readonly #digest: Digest;
  readonly #hash;
  /** bytes */
  #hashed = 0;

  constructor({ digest, content }: Outgoing) {
    this.#content = content;
    this.#digest = digest;
    this.#hash = createHasher(algorithmOf(digest));
  }

  /** The bytes from `first` on, up to and without `end`. Throws what reading throws. */
  async *read(first: number, end: number): AsyncGenerator<Uint8Array> {
    await this.#catchUp(first);
    let at = first;
    for await (const chunk of this.#content.read(first, end)) {
      this.#see(chunk, at);
      at += chunk.length;
      yield chunk;
    }
  }

  /** The digest of the whole blob, which is read where it was not sent. */
  async end(): Promise<Digest> {
    await this.#catchUp(this.#content.size);
    return digestOfHash(algorithmOf(this.#digest), this.#hash);
  }

  async #catchUp(end: number): Promise<void> {
    let at = this.#hashed;
    for await (const chunk of this.#content.read(at, end)) {
      this.#see(chunk, at);
      at += chunk.length;
    }
  }

  /** Takes what follows on the bytes so far. A gap is read when the bytes behind it are wanted. */
  #see(chunk: Uint8Array, at: number): void {
    const isNext = at <= this.#hashed && at + chunk.length > this.#hashed;
    if (!isNext) return;
    this.#hash.update(chunk.subarray(this.#hashed - at));
    this.#hashed = at + chunk.length;
  }
}
