import { beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../local/system-clock.ts";
import { contentOf } from "../../shared/client/content.ts";
import { createHttpClient } from "../../shared/client/http-client.ts";
import { createRegistryClient } from "../../shared/client/registry-client.ts";
import { parseRepoName, parseTag } from "../../shared/oci/names.ts";
import { patch, pushBlob, pushManifest, put, withDigest } from "../spec/support/client.ts";
import { content, image } from "../spec/support/content.ts";
import { sha256 } from "../support/domain.ts";
import { guardedRegistry, type Sender } from "./support/guarded-registry.ts";
import { PEOPLE } from "./support/people.ts";
import { form } from "./support/token-server.ts";

const LIMITS = { identity: 20, network: 10 };
let now = Date.UTC(2026, 10, 27);
const berth = guardedRegistry({ clock: { ...systemClock, now: () => now }, limits: LIMITS });
const ADA = { name: "ada" };
const BEN = { name: "ben" };
const TAGS = "/v2/shop/a/tags/list";
const CONFIG = content("{}");
const IMAGE = image({ config: CONFIG });

/** The next window. */
beforeEach(() => {
  now += 10_000;
});

const ask = async (as?: Sender, path = TAGS, init: RequestInit = {}) => {
  const response = await berth.fetch(path, init, as);
  await response.arrayBuffer();
  return response;
};
/** The status of each, and how often it came in a row. */
async function statuses(times: number, as?: Sender, path?: string, init?: RequestInit): Promise<string> {
  const all: number[] = [];
  for (let count = 0; count < times; count += 1) all.push((await ask(as, path, init)).status);
  return [...Map.groupBy(all, (status) => status)]
    .map(([status, { length }]) => `${length} × ${status}`)
    .join(", ");
}
const push = async (): Promise<void> => {
  const asAda = { fetch: (path: string, init?: RequestInit) => berth.fetch(path, init, ADA) };
  await pushBlob(asAda, "shop/a", CONFIG);
  await pushManifest(asAda, "shop/a", IMAGE, "v1");
};

describe("who asks too much", () => {
  it("is refused in the contract's form, with the seconds after which to go on", async () => {
    await statuses(20, ADA);
    now += 2500;
    const refused = await berth.fetch(TAGS, {}, ADA);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "8"]);
    const reason = "more than 20 requests in 10 s: try again in 8 s";
    expect(await refused.json()).toEqual({
      errors: [{ code: "TOOMANYREQUESTS", message: "too many requests", detail: { reason } }],
    });
  });

  it("goes on after those seconds", async () => {
    await push();
    await statuses(30, ADA);
    const { headers } = await ask(ADA);
    now += Number(headers.get("retry-after")) * 1000;
    expect(await statuses(25, ADA)).toBe("20 × 200, 5 × 429");
  });

  it("is in nobody else's way, from the same address", async () => {
    await push();
    expect(await statuses(25, ADA)).toMatch(/429$/);
    expect(await statuses(15, BEN)).toBe("15 × 200");
    expect(await statuses(5)).toBe("5 × 401");
  });

  it("is counted by name: by Basic, by a token, and where tokens are had", async () => {
    const token = await berth.tokenFor("ada", "repository:shop/a:pull");
    expect(await statuses(9, { token })).not.toContain("429");
    expect(await statuses(9, ADA, "/token")).toBe("9 × 200");
    expect(await statuses(2, ADA)).toMatch(/^1 × 200, 1 × 429$/);
    expect(await statuses(1, { token })).toBe("1 × 429");
    expect(await statuses(1, ADA, "/token")).toBe("1 × 429");
    const password = { grant_type: "password", username: "ada", password: PEOPLE["ada"]?.secret ?? "" };
    expect(await statuses(1, undefined, "/token", form(password))).toBe("1 × 429");
  });

  it("is counted by name with a refresh token, too", async () => {
    const { refresh_token: refresh } = (await (
      await berth.fetch("/token?offline_token=true", {}, BEN)
    ).json()) as { refresh_token: string };
    const asking = form({ grant_type: "refresh_token", refresh_token: refresh });
    expect(await statuses(21, undefined, "/token", asking)).toBe("19 × 200, 2 × 429");
    expect(await statuses(1, BEN)).toBe("1 × 429");
  });

  it("is told of once in a window", async () => {
    const told = () => berth.logged().split('"throttled"').length;
    const before = told();
    await statuses(40, ADA);
    expect(told()).toBe(before + 1);
    expect(berth.logged()).toContain('{"name":"user:ada","from":"127.0.0.1"}');
  });

  it("hears it of HEAD without a body", async () => {
    await statuses(20, ADA);
    const refused = await berth.fetch(TAGS, { method: "HEAD" }, ADA);
    expect([refused.status, await refused.text()]).toEqual([429, ""]);
  });
});

describe("who shows nothing, or nothing true", () => {
  it("is counted with all others at the address", async () => {
    const { token } = (await (await berth.fetch("/token")).json()) as { token: string };
    expect(await statuses(3)).toBe("3 × 401");
    expect(await statuses(3, { token })).toBe("3 × 401");
    expect(await statuses(2, { token: "none of ours" })).toBe("2 × 401");
    expect(await statuses(3, undefined, "/token")).toBe("1 × 200, 2 × 429");
    expect(await statuses(1)).toBe("1 × 429");
  });

  it("is not looked up any more, whatever name it tries", async () => {
    const guess = (name: string) => {
      const shown = Buffer.from(`${name}:guess`).toString("base64");
      return statuses(1, undefined, TAGS, { headers: { Authorization: `Basic ${shown}` } });
    };
    for (let count = 0; count < 10; count += 1) expect(await guess(`somebody-${count}`)).toBe("1 × 401");
    const looked = berth.people.looked();
    for (let count = 10; count < 20; count += 1) expect(await guess(`somebody-${count}`)).toBe("1 × 429");
    expect(berth.people.looked()).toBe(looked);
  });

  it("is in nobody's way who is known already", async () => {
    await push();
    const token = await berth.tokenFor("ben", "repository:shop/a:pull");
    expect(await statuses(20)).toBe("10 × 401, 10 × 429");
    expect(await statuses(5, { token })).toBe("5 × 200");
    expect(await statuses(5, ADA)).toBe("5 × 200");
  });
});

describe("a request that is refused so", () => {
  it("changes nothing, and no store is asked", async () => {
    await push();
    await statuses(20, ADA);
    const before = berth.touched();
    const body = image({ config: CONFIG, fields: { annotations: { other: "yes" } } }).bytes.toString();
    expect(await statuses(1, ADA, "/v2/shop/a/manifests/v1", { method: "PUT", body })).toBe("1 × 429");
    expect(await statuses(1, ADA, "/v2/shop/a/manifests/v1", { method: "DELETE" })).toBe("1 × 429");
    expect(await statuses(1, ADA, "/v2/shop/a/blobs/uploads/", { method: "POST" })).toBe("1 × 429");
    expect(await statuses(1, ADA, `/v2/shop/a/blobs/${CONFIG.digest}`)).toBe("1 × 429");
    expect(berth.touched()).toBe(before);
    now += 10_000;
    const tag = await berth.fetch("/v2/shop/a/manifests/v1", {}, ADA);
    expect(tag.headers.get("docker-content-digest")).toBe(IMAGE.digest);
  });
});

describe("a push", () => {
  it("goes on with an upload that was begun, since no client could go on after 429 there", async () => {
    const begun = await berth.fetch("/v2/shop/a/blobs/uploads/", { method: "POST" }, ADA);
    await statuses(20, ADA);
    expect((await ask(ADA)).status).toBe(429);
    const layer = content("what is sent while its sender is refused elsewhere");
    const sent = await patch(berth, begun.headers.get("location") ?? "", layer.bytes);
    expect(sent.status).toBe(202);
    const closing = withDigest(sent.headers.get("location") ?? "", layer.digest);
    expect((await put(berth, closing)).status).toBe(201);
  });

  it("by Berth's own client waits as long as it is told, and comes to its end", async () => {
    const pauses: number[] = [];
    const client = createRegistryClient({
      http: createHttpClient({ base: new URL(`http://127.0.0.1:${berth.port}`), timeout: 20_000 }),
      credentials: async () => ({ kind: "password", name: "ada", secret: PEOPLE["ada"]?.secret ?? "" }),
      clock: {
        now: () => now,
        random: () => 0,
        sleep: async (pause) => {
          pauses.push(pause);
          now += pause;
        },
      },
    });
    const repo = parseRepoName("shop/patient");
    const tags = Array.from({ length: 30 }, (_, at) => parseTag(`v${at}`));
    await client.pushBlob(repo, { digest: sha256(CONFIG.bytes), content: contentOf(CONFIG.bytes) });
    await client.putManifest(repo, { ...IMAGE, digest: sha256(IMAGE.bytes), tags });
    expect(await Array.fromAsync(client.tags(repo))).toEqual(tags.toSorted());
    client.close();
    expect(pauses.length).toBeGreaterThanOrEqual(1);
    expect(pauses.every((pause) => pause <= 10_000 && pause >= 1000)).toBe(true);
  });
});
