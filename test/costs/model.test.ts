import { describe, expect, it } from "vitest";
import { billOf, costOf, totalOf } from "../../bench/costs/bill.ts";
import { dollars, figure, totalText } from "../../bench/costs/markdown.ts";
import { PRICES, SOURCES } from "../../bench/costs/prices.ts";
import { type SweepModel, sweepsUsage } from "../../bench/costs/sweeping.ts";
import { functionOf, gigabyteSeconds, sum, times, usageOf } from "../../bench/costs/usage.ts";
import { content } from "../spec/support/content.ts";
import { countedRegistry } from "./support/counted-registry.ts";
import { pushBlob } from "./support/image.ts";

describe("a bill", () => {
  it("is quantity x price, for each thing that is paid for", () => {
    const lines = billOf({ readUnits: 8_000_000, s3Puts: 3000, tableStorage: 40 });
    expect(lines.map(({ name, usd }) => [name, usd])).toEqual([
      ["readUnits", 1],
      ["tableStorage", 10],
      ["s3Puts", 0.015],
    ]);
    expect(totalOf(lines).usd).toBeCloseTo(11.015, 10);
  });

  it("takes the free allowances off where it is told to, and never below nothing", () => {
    const usage = { tableStorage: 40, lambdaRequests: 1000, readUnits: 8_000_000 };
    const lines = billOf(usage, "taken off");
    expect(lines.map(({ name, usd }) => [name, usd])).toEqual([
      ["readUnits", 1],
      ["tableStorage", 15 * 0.25],
      ["lambdaRequests", 0],
    ]);
  });

  it("keeps unknown what is unknown, and says so beside the total", () => {
    expect(costOf({ usd: "unknown", per: 1 }, 5)).toBe("unknown");
    const total = totalOf(billOf({ scheduledEvents: 1, tableStorage: 4 }));
    expect(total).toEqual({ usd: 1, unknown: ["scheduledEvents"] });
    expect(totalText(total)).toBe("1.00 + unknown");
    expect(totalText({ usd: 1, unknown: [] })).toBe("1.00");
  });

  it("has a dated source for every price that it knows", () => {
    const prices = Object.values(PRICES);
    const unknown = prices.filter(({ usd }) => usd === "unknown");
    expect(unknown).toEqual(prices.filter(({ source }) => source === "not found"));
    for (const source of Object.values(SOURCES)) expect(source).toMatch(/20\d\d-\d\d/);
  });
});

describe("what requests use", () => {
  it("adds up and multiplies", () => {
    expect(sum({ readUnits: 1, logs: 2 }, { readUnits: 3 })).toEqual({ readUnits: 4, logs: 2 });
    expect(times(3, { readUnits: 2 })).toEqual({ readUnits: 6 });
  });

  it("counts a blob's three requests, and a step of 512 KB of a body as a request of the API", async () => {
    const registry = countedRegistry();
    const blob = content(Buffer.alloc(512 * 1024 + 1));
    const pushed = await pushBlob(registry, "a", blob);
    expect(usageOf(pushed)).toMatchObject({ lambdaRequests: 3, apiRequests: 4, s3Puts: 1, s3Gets: 0 });
    const get = { method: "GET", target: `/v2/a/blobs/${blob.digest}` } as const;
    const pulled = await registry.send(get, 307);
    expect(usageOf([pulled])).toMatchObject({ lambdaRequests: 1, apiRequests: 1, readUnits: 1, s3Gets: 1 });
  });

  it("knows the function that serves a request", () => {
    const digest = `sha256:${"0".repeat(64)}`;
    const served = [
      ["GET", "/v2/", "base"],
      ["HEAD", "/v2/a/b/manifests/1", "manifests"],
      ["PUT", "/v2/a/manifests/1", "push"],
      ["GET", `/v2/a/blobs/${digest}`, "blobs"],
      ["DELETE", `/v2/a/blobs/${digest}`, "push"],
      ["POST", "/v2/a/blobs/uploads/", "uploads"],
      ["PUT", `/v2/a/blobs/uploads/1?digest=${digest}`, "uploads"],
      ["GET", "/v2/a/tags/list?n=1", "tags"],
      ["GET", "/v2/_catalog", "tags"],
      ["GET", `/v2/a/referrers/${digest}`, "referrers"],
    ] as const;
    for (const [method, target, name] of served) expect(functionOf({ method, target })).toBe(name);
  });

  it("bills a function's memory for its milliseconds, and for its share of cold starts", () => {
    // 1024 MiB for 95 ms, and 1 % of 500 ms
    expect(gigabyteSeconds("push", 95)).toBeCloseTo(0.1, 10);
  });
});

describe("a month's sweeps", () => {
  const model: SweepModel = {
    days: 10,
    idle: { s3Puts: 30, readUnits: 3 },
    idleMilliseconds: 0,
    perObject: { readUnits: 2 },
    perObjectMilliseconds: 0,
  };

  it("look once a day at every object, and list a page for every thousand of a day", () => {
    expect(sweepsUsage(model, 0)).toMatchObject({ s3Puts: 30 * 30, readUnits: 30 * 3 });
    expect(sweepsUsage(model, 10_000)).toMatchObject({ s3Puts: 30 * 30, readUnits: 30 * 20_003 });
    expect(sweepsUsage(model, 10_010)).toMatchObject({ s3Puts: 30 * 40, readUnits: 30 * 20_023 });
  });
});

describe("figures", () => {
  it("are rounded to what they mean", () => {
    expect([0, 0.004, 0.005, 1234.5].map(dollars)).toEqual(["0.00", "< 0.01", "0.01", "1,234.50"]);
    expect(dollars("unknown")).toBe("unknown");
    expect([0.123_45, 12.345, 123_456].map(figure)).toEqual(["0.123", "12.3", "123,500"]);
  });
});
