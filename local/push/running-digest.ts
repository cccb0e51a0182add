import { algorithmOf, type Digest } from "../../shared/oci/digest.ts";
import { createHasher, digestOfHash } from "../../shared/registry/digests.ts";
import { readStretch, type Stretch } from "./stretch.ts";

/**
 * Hashes a blob while it is sent: each byte once and in order, however often parts of it are sent, and also where a part
 * that was refused is still being read when the next one begins.
 */
export class RunningDigest {
  readonly #stretch: Stretch;
  readonly #digest: Digest;
  readonly #hash;
  /** bytes */
  #hashed = 0;

  constructor(digest: Digest, stretch: Stretch) {
    this.#stretch = stretch;
    this.#digest = digest;
    this.#hash = createHasher(algorithmOf(digest));
  }

  /** The bytes from `first` on, up to and without `end`. Complaint where they can't be read. */
  async *read(first: number, end: number): AsyncGenerator<Uint8Array> {
    await this.#catchUp(first);
    let at = first;
    for await (const chunk of readStretch(this.#stretch, first, end)) {
      this.#see(chunk, at);
      at += chunk.length;
      yield chunk;
    }
  }

  /** The digest of the whole blob, which is read where it was not sent. */
  async end(): Promise<Digest> {
    await this.#catchUp(this.#stretch.size);
    return digestOfHash(algorithmOf(this.#digest), this.#hash);
  }

  async #catchUp(end: number): Promise<void> {
    let at = this.#hashed;
    for await (const chunk of readStretch(this.#stretch, at, end)) {
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
