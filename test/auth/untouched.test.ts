import { beforeAll, describe, expect, it } from "vitest";
import { everything } from "../attacks/support/attempts.ts";
import { IMAGE, SECRET_BLOB } from "../attacks/support/image.ts";
import { pushBlob, pushManifest } from "../spec/support/client.ts";
import { guardedRegistry, type Sender } from "./support/guarded-registry.ts";

const berth = guardedRegistry();

beforeAll(async () => {
  const asAda = { fetch: (path: string, init?: RequestInit) => berth.fetch(path, init, { name: "ada" }) };
  await pushBlob(asAda, "other", SECRET_BLOB);
  await pushManifest(asAda, "other", IMAGE, "v1");
});

/** How often the stores were asked for anything until all of it was answered. */
async function askedBy(as: Sender | undefined, repo: string): Promise<number> {
  const before = berth.touched();
  for (const { path, ...init } of everything(repo)) await (await berth.fetch(path, init, as)).arrayBuffer();
  return berth.touched() - before;
}

describe("the stores", () => {
  it("are asked for what who may has asked", async () => {
    expect(await askedBy({ name: "ada" }, "never")).toBeGreaterThan(0);
  });

  it.each<[string, () => Promise<Sender | undefined>]>([
    ["nobody", async () => undefined],
    ["no token of ours", async () => ({ token: "5ec7e7" })],
    ["a token for another repository", async () => ({ token: await benFor("shop/a") })],
    ["a token for it, of who may not", async () => ({ token: await benFor("other", "never") })],
    ["a name and secret, of who may not", async () => ({ name: "ben" })],
  ])("are asked for nothing by who is refused, so that not even time tells: %s", async (_, sender) => {
    const as = await sender();
    expect([await askedBy(as, "other"), await askedBy(as, "never")]).toEqual([0, 0]);
  });

  const benFor = (...repositories: readonly string[]) =>
    berth.tokenFor("ben", ...repositories.map((repo) => `repository:${repo}:pull,push,delete`));
});
