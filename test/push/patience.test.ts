import { describe, expect, it } from "vitest";
import { RegistryFailure } from "../../shared/client/failures.ts";
import { NoAnswerError } from "../../shared/client/messages.ts";
import { Patience } from "../../shared/client/patience.ts";
import { PartSize } from "../../shared/client/uploads/part-size.ts";

const NOW = Date.UTC(2026, 0, 1);

/** What a patience waits, in milliseconds, with no jitter at all. */
function waiting(random = 1) {
  const pauses: number[] = [];
  const patience = new Patience({
    now: () => NOW,
    random: () => random,
    pause: async (milliseconds) => void pauses.push(milliseconds),
    say: () => {},
  });
  return { patience, pauses };
}

const cut = new NoAnswerError("cut");
const busy = (after: string) => ({
  request: "PATCH /",
  url: new URL("http://localhost/"),
  status: 429,
  header: (name: string) => (name === "retry-after" ? after : undefined),
  body: Buffer.alloc(0),
});

describe("the patience of berth push", () => {
  it("waits longer each time, and gives up in the end", async () => {
    const { patience, pauses } = waiting();
    for (let failures = 0; failures < 7; failures += 1) await patience.failed(cut);
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000]);
    await expect(patience.failed(cut)).rejects.toThrow(RegistryFailure);
  });

  it("begins anew after progress", async () => {
    const { patience, pauses } = waiting();
    for (let rounds = 0; rounds < 20; rounds += 1) {
      await patience.failed(cut);
      patience.progressed();
    }
    expect(new Set(pauses)).toEqual(new Set([500]));
  });

  it("spreads the tries of many", async () => {
    const { patience, pauses } = waiting(0);
    await patience.failed(cut);
    expect(pauses).toEqual([250]);
  });

  it.each([
    ["7", 7000],
    ["0", 500],
    ["86400", 300_000],
    [new Date(NOW + 9000).toUTCString(), 9000],
    [new Date(NOW - 9000).toUTCString(), 500],
    ["soon", 500],
  ])("takes Retry-After: %s for %i ms", async (after, milliseconds) => {
    const { patience, pauses } = waiting();
    await patience.failed(busy(after));
    expect(pauses).toEqual([milliseconds]);
  });
});

describe("the size of parts", () => {
  it("falls to 4 MiB once, and never below what the registry wants", () => {
    const told: number[] = [];
    const size = new PartSize(64, (bytes) => told.push(bytes));
    expect(size.given(0)).toBe(64);
    expect(size.given(100)).toBe(100);
    const [mib, large] = [1024 * 1024, new PartSize(64 * 1024 * 1024, (bytes) => told.push(bytes))];
    expect(large.shrink(64 * mib, 5 * mib)).toBe(true);
    expect(large.shrink(64 * mib, 5 * mib)).toBe(true);
    expect(large.given(5 * mib)).toBe(5 * mib);
    expect(large.shrink(5 * mib, 5 * mib)).toBe(false);
    expect(large.shrink(4 * mib, 0)).toBe(false);
    expect(told).toEqual([4 * mib]);
  });
});
