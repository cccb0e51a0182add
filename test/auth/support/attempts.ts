import { beforeAll } from "vitest";
import { pushBlob, pushManifest } from "../../spec/support/client.ts";
import { content, image } from "../../spec/support/content.ts";
import { type GuardedRegistry, guardedRegistry, type Sender } from "./guarded-registry.ts";

export interface Attempt {
  readonly path: string;
  readonly method?: string;
  readonly body?: string;
}
/** All that a token for shop/a can be tried for. */
export const READ: Attempt = { path: "/v2/shop/a/manifests/v1" };
export const PUSH: Attempt = { path: "/v2/shop/a/blobs/uploads/", method: "POST" };
export const DELETE: Attempt = { path: "/v2/shop/a/manifests/v1", method: "DELETE" };

export interface Target extends GuardedRegistry {
  /**
   * The statuses that the attempts got, each once: `401 untouched`, or `401 touched` where the stores were asked for
   * anything at all before. Where they were not, nothing is different, and nothing could be told.
   */
  readonly outcomes: (attempts: readonly Attempt[], as?: Sender) => Promise<readonly string[]>;
}

export const SECRET_BLOB = content("what nobody else should read");
export const IMAGE = image({ config: SECRET_BLOB });

/** A registry with an image of ada's in shop/a, in names that begin the same, and elsewhere. */
export function target(): Target {
  const berth = guardedRegistry();
  beforeAll(async () => {
    const asAda = { fetch: (path: string, init?: RequestInit) => berth.fetch(path, init, { name: "ada" }) };
    for (const repo of ["shop/a", "shop/ab", "shop/a/b", "other"]) {
      await pushBlob(asAda, repo, SECRET_BLOB);
      await pushManifest(asAda, repo, IMAGE, "v1");
    }
  });
  const outcome = async ({ path, ...init }: Attempt, as?: Sender) => {
    const before = berth.touched();
    const response = await berth.fetch(path, init, as);
    await response.arrayBuffer();
    return `${response.status} ${berth.touched() === before ? "untouched" : "touched"}`;
  };
  return Object.assign(berth, {
    outcomes: async (attempts: readonly Attempt[], as?: Sender) => {
      const all = new Set<string>();
      for (const attempt of attempts) all.add(await outcome(attempt, as));
      return [...all].toSorted();
    },
  });
}
