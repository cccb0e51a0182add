import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Files, Image } from "./content.ts";
import type { Peer } from "./peers.ts";
import { type Running, start } from "./processes.ts";
import { moreTags, pushTags, seed, TAGGED } from "./seed.ts";
import type { Sizes } from "./sizes.ts";

export interface Shared {
  readonly image: Image;
  readonly files: Files;
  readonly sizes: Sizes;
}

/** One peer during the run: a process with the data that is read, and a place for fresh processes. */
export class Stand {
  readonly peer: Peer;
  readonly shared: Shared;
  readonly #folder: string;
  #running: Running | undefined;

  constructor(peer: Peer, folder: string, shared: Shared) {
    this.peer = peer;
    this.shared = shared;
    this.#folder = join(folder, peer.name);
  }

  /** Where the seeded process serves. */
  get url(): string {
    if (this.#running === undefined) throw new Error(`${this.peer.name} is not running`);
    return this.#running.url;
  }

  /** Starts the peer and pushes what is read later. */
  async open({ withTags }: { withTags: boolean }): Promise<void> {
    this.#running = await start(this.peer, this.#folder);
    await seed(this.url, this.shared);
    if (withTags) await this.#tag(moreTags(this.shared.sizes));
  }

  async #tag(tags: readonly string[]): Promise<void> {
    const { image } = this.shared;
    if (this.peer.tagAtRest === undefined) return pushTags(this.url, image, tags);
    await this.close();
    await this.peer.tagAtRest({ folder: this.#folder, repo: TAGGED, manifest: image.manifest, tags });
    await this.restart();
  }

  /** Stops the seeded process, starts it again, and returns how many milliseconds that took until its first answer. */
  async restart(): Promise<number> {
    await this.close();
    this.#running = await start(this.peer, this.#folder);
    return this.#running.startedIn;
  }

  async close(): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
  }

  /** Runs `use` on a fresh process with an empty data folder, both gone afterwards. */
  async withFresh<Result>(use: (running: Running) => Promise<Result>): Promise<Result> {
    const folder = `${this.#folder}-fresh`;
    const running = await start(this.peer, folder);
    try {
      return await use(running);
    } finally {
      await running.stop();
      await rm(folder, { recursive: true });
    }
  }
}
