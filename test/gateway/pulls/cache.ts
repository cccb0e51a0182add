import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { headersOf } from "../rights/proxy.ts";

/** An answer of the origin that was kept: a whole object. */
export interface Kept {
  /** by name in small letters */
  readonly headers: Readonly<Record<string, string>>;
  /** bytes */
  readonly size: number;
  /** both ends inclusive */
  readonly read: (first: number, last: number) => Readable;
}

export type Found =
  | { readonly kind: "hit" | "miss"; readonly kept: Kept }
  /** what is not 200 is not kept */
  | { readonly kind: "other"; readonly answer: IncomingMessage };

/** Keeps what `ask` answers, by its path alone, in a folder that exists. Who asks while it still comes waits for the same. */
export function createCache(folder: string, ask: (path: string) => Promise<IncomingMessage>) {
  const kept = new Map<string, Promise<Kept>>();
  let files = 0;
  const keep = async (answer: IncomingMessage): Promise<Kept> => {
    files += 1;
    const file = join(folder, String(files));
    await pipeline(answer, createWriteStream(file));
    const { size } = await stat(file);
    return {
      headers: headersOf(answer),
      size,
      read: (start, end) => createReadStream(file, { start, end }),
    };
  };
  return async (path: string): Promise<Found> => {
    const before = kept.get(path);
    if (before !== undefined) return { kind: "hit", kept: await before };
    const answer = await ask(path);
    if (answer.statusCode !== 200) return { kind: "other", answer };
    const coming = keep(answer);
    kept.set(path, coming);
    coming.catch(() => kept.delete(path));
    return { kind: "miss", kept: await coming };
  };
}
