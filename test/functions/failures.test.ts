import { describe, expect, it } from "vitest";
import { type Key, type Page, StoreUnavailableError, type Table } from "../../shared/ports/table.ts";
import { refusalIn } from "../spec/support/client.ts";
import { deploy } from "./support/deploy.ts";

describe("what fails behind a function", () => {
  const failing =
    (error: Error) =>
    (bare: Table): Table => ({
      ...bare,
      get: async () => {
        throw error;
      },
    });

  it("is 503 with Retry-After where a store is away, and logged", async () => {
    const berth = deploy({ table: failing(new StoreUnavailableError("throttled")) });
    const response = await berth.fetch("/v2/a/manifests/latest");
    expect(response.headers.get("Retry-After")).toBe("5");
    expect(await refusalIn(response)).toEqual([503, "UNAVAILABLE"]);
    expect(berth.told.lines.map(({ level, message }) => [level, message])).toEqual([
      ["warn", "a store can't serve"],
      ["error", "answered"],
    ]);
  });

  it("is 500 under the id of the log's lines where it is a defect", async () => {
    const berth = deploy({ table: failing(new TypeError("undefined is not a function")) });
    const response = await berth.fetch("/v2/a/manifests/latest");
    expect(await response.json()).toMatchObject({
      errors: [{ code: "UNKNOWN", detail: { requestId: "invocation-1" } }],
    });
    expect(berth.told.lines[0]).toMatchObject({ level: "error", message: "a defect: answered 500" });
  });

  it("has no body for HEAD", async () => {
    const berth = deploy({ table: failing(new TypeError("undefined is not a function")) });
    const response = await berth.fetch("/v2/a/manifests/latest", { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([500, ""]);
  });
});

describe("a request that comes to no end", () => {
  /** A second is kept for the answer. */
  const LITTLE = 1000 + 20;

  it("is 503 before Lambda ends the invocation", async () => {
    const hanging = (bare: Table): Table => ({ ...bare, get: () => new Promise(() => {}) });
    const berth = deploy({ table: hanging, left: () => LITTLE });
    const response = await berth.fetch("/v2/a/manifests/latest");
    expect(response.headers.get("Retry-After")).toBe("5");
    expect(await refusalIn(response)).toEqual([503, "UNAVAILABLE"]);
    expect(berth.told.lines[0]?.message).toBe("came to no end in the time of an invocation: answered 503");
  });

  it("reaches no store any more once it is answered", async () => {
    const listing = Promise.withResolvers<Page>();
    const looks: Key[] = [];
    const table = (bare: Table): Table => ({
      ...bare,
      query: () => listing.promise,
      get: (key, consistency) => {
        looks.push(key);
        return bare.get(key, consistency);
      },
    });
    /** Ends the list that a request waits for, and lets what comes after it happen. */
    const goOn = async () => {
      listing.resolve({ items: [] });
      await new Promise((done) => setImmediate(done));
    };
    const time = { left: LITTLE };
    const berth = deploy({ table, left: () => time.left });
    expect((await berth.fetch("/v2/a/tags/list")).status).toBe(503);
    time.left = 0;
    await goOn();
    expect(looks).toEqual([]);
    // The same in time: an empty list makes it look whether there is such a repository.
    time.left = 29_000;
    expect((await berth.fetch("/v2/a/tags/list")).status).toBe(404);
    expect(looks).toHaveLength(1);
  });
});
