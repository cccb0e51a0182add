import type { ByteStream } from "../ports/blobs.ts";

/** Chunks shorter than this are gathered into blocks: five million chunks of one byte would fill the memory. */
const SMALL = 4 * 1024;
/** bytes of the first block, and of the largest: each is twice as long as the one before */
const BLOCK = { first: 8 * 1024, largest: 64 * 1024 };

/** A stream that can be looked into before it is taken, piece by piece. Holds no more than what was looked at. */
export class ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #queue: Uint8Array[] = [];
  /** `from` to `to` are gathered and not yet in the queue, behind which they come */
  #block = { bytes: new Uint8Array(0), from: 0, to: 0 };
  #buffered = 0;
  #ended = false;

  constructor(stream: ByteStream) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** Puts bytes in front of what is still to come. */
  prepend(chunks: readonly Uint8Array[]): void {
    this.#queue = [...chunks, ...this.#queue];
    for (const chunk of chunks) this.#buffered += chunk.length;
  }

  /** Whether at least so many bytes are still to come; reads just far enough to know. */
  async has(count: number): Promise<boolean> {
    while (this.#buffered < count && !this.#ended) {
      const { done, value } = await this.#chunks.next();
      if (done) this.#ended = true;
      else if (value.length > 0) {
        this.#keep(value);
        this.#buffered += value.length;
      }
    }
    return this.#buffered >= count;
  }

  /** The next bytes, at most `limit`; undefined at the end. */
  async take(limit: number): Promise<Uint8Array | undefined> {
    if (!(await this.has(1))) return undefined;
    if (this.#queue.length === 0) this.#queueGathered();
    const chunk = this.#queue.shift();
    if (!chunk) return undefined;
    const taken = chunk.length > limit ? chunk.subarray(0, limit) : chunk;
    if (taken.length < chunk.length) this.#queue.unshift(chunk.subarray(limit));
    this.#buffered -= taken.length;
    return taken;
  }

  /** Tells the stream that nobody wants what is left of it. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  #keep(chunk: Uint8Array): void {
    if (chunk.length >= SMALL) {
      this.#queueGathered();
      this.#queue.push(chunk);
      return;
    }
    if (this.#block.to + chunk.length > this.#block.bytes.length) {
      this.#queueGathered();
      const size = Math.min(BLOCK.largest, Math.max(BLOCK.first, 2 * this.#block.bytes.length));
      this.#block = { bytes: new Uint8Array(size), from: 0, to: 0 };
    }
    this.#block.bytes.set(chunk, this.#block.to);
    this.#block.to += chunk.length;
  }

  #queueGathered(): void {
    const { bytes, from, to } = this.#block;
    if (from === to) return;
    this.#queue.push(bytes.subarray(from, to));
    this.#block.from = to;
  }

  async *rest(): AsyncGenerator<Uint8Array> {
    for (let chunk = await this.take(Infinity); chunk; chunk = await this.take(Infinity)) yield chunk;
  }

  /**
   * The next `size` bytes, and all the rest where that is shorter than `shortest`: so no part of a long stream is
   * too short, though nobody knows its length.
   */
  async *part(size: number, shortest: number): AsyncGenerator<Uint8Array> {
    let left = size;
    while (left > 0) {
      const chunk = await this.take(left);
      if (!chunk) return;
      left -= chunk.length;
      yield chunk;
    }
    if (!(await this.has(shortest))) yield* this.rest();
  }
}
