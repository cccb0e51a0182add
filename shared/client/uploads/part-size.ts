/** What API Gateway and Lambda take in one request: 6 MB of base64, with room for what is around it. */
const FALLBACK = 4 * 1024 * 1024;

/** How many bytes one request of an upload brings, for all blobs of a push. */
export class PartSize {
  readonly #onShrink: (bytes: number) => void;
  #bytes: number;

  constructor(bytes: number, onShrink: (bytes: number) => void) {
    this.#bytes = bytes;
    this.#onShrink = onShrink;
  }

  /** `least`: what the registry wants of every part but the last */
  given(least: number): number {
    return Math.max(this.#bytes, least);
  }

  /** A request with `tried` bytes was too large. False where no smaller one can be tried. */
  shrink(tried: number, least: number): boolean {
    if (tried <= Math.max(FALLBACK, least)) return false;
    if (this.#bytes > FALLBACK) {
      this.#bytes = FALLBACK;
      this.#onShrink(FALLBACK);
    }
    return true;
  }
}
