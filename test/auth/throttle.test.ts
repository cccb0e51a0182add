import { beforeEach, describe, expect, it } from "vitest";
import {
  createThrottle,
  type Sent,
  type SharedCounts,
  type Throttle,
} from "../../shared/auth/throttle/throttle.ts";
import { HttpRefusal } from "../../shared/http/refusal.ts";

/** Every process of a registry counts by itself; where there are several, they tell each other. */

const START = 1_800_000_000_000;
const ADA: Sent = { name: "user:ada", from: "192.0.2.1" };
const STRANGER: Sent = { name: "anonymous", from: "192.0.2.1" };

let now = START;
let refused: Sent[] = [];

beforeEach(() => {
  now = START;
  refused = [];
});

const throttle = (limits = { identity: 10, network: 4 }, shared?: SharedCounts): Throttle =>
  createThrottle({
    limits,
    now: () => now,
    onRefused: (sent) => refused.push(sent),
    ...(shared && { shared }),
  });

/** How many of so many requests pass. */
async function passed({ count }: Throttle, sent: Sent, requests: number): Promise<number> {
  const answers = await Promise.allSettled(Array.from({ length: requests }, () => count(sent)));
  return answers.filter(({ status }) => status === "fulfilled").length;
}
const refusalOf = (work: () => Promise<void>): Promise<unknown> =>
  work().then(
    () => "none",
    (error: unknown) => error,
  );

describe("a caller", () => {
  it("has the requests of a window, and is refused what is more", async () => {
    const here = throttle();
    expect(await passed(here, ADA, 25)).toBe(10);
    expect(await passed(here, STRANGER, 25)).toBe(4);
  });

  it("hears how many seconds are left of the window, and goes on with the next", async () => {
    const here = throttle();
    now = START + 6300;
    await passed(here, ADA, 10);
    const error = (await refusalOf(() => here.count(ADA))) as HttpRefusal;
    expect(error).toBeInstanceOf(HttpRefusal);
    expect([error.reason, error.headers]).toEqual(["TOOMANYREQUESTS", { "Retry-After": "4" }]);
    expect(error.detail).toEqual({ reason: "more than 10 requests in 10 s: try again in 4 s" });
    now = START + 9999;
    expect(await passed(here, ADA, 1)).toBe(0);
    now = START + 10_000;
    expect(await passed(here, ADA, 25)).toBe(10);
  });

  it("is an identity wherever it comes from, and no matter who else comes from there", async () => {
    const here = throttle();
    expect(await passed(here, ADA, 10)).toBe(10);
    expect(await passed(here, { ...ADA, from: "192.0.2.2" }, 1)).toBe(0);
    expect(await passed(here, { ...ADA, name: "robot:ada" }, 10)).toBe(10);
    expect(await passed(here, STRANGER, 4)).toBe(4);
  });

  it.each([
    ["one address of IPv4", "192.0.2.1", "192.0.2.1", "192.0.2.2"],
    ["a network of IPv6", "2001:db8:1:2::1", "2001:db8:1:2:aaaa:bbbb:cccc:dddd", "2001:db8:1:3::1"],
  ])("without a name is %s", async (_what, one, same, other) => {
    const here = throttle();
    expect(await passed(here, { ...STRANGER, from: one }, 4)).toBe(4);
    expect(await passed(here, { ...STRANGER, from: same }, 1)).toBe(0);
    expect(await passed(here, { ...STRANGER, from: other }, 1)).toBe(1);
  });

  it("of whom neither name nor address is known is not counted with others like it", async () => {
    expect(await passed(throttle(), { name: "anonymous", from: undefined }, 50)).toBe(50);
  });

  it("may ask as often as it likes where its limit is 0", async () => {
    const here = throttle({ identity: 0, network: 4 });
    expect(await passed(here, ADA, 50)).toBe(50);
    expect(await passed(here, STRANGER, 50)).toBe(4);
    expect(await passed(throttle({ identity: 10, network: 0 }), STRANGER, 50)).toBe(50);
  });

  it("is told of once in a window, however often it is refused", async () => {
    const here = throttle();
    await passed(here, ADA, 30);
    await passed(here, STRANGER, 30);
    expect(refused).toEqual([ADA, STRANGER]);
    now += 10_000;
    await passed(here, ADA, 30);
    expect(refused).toEqual([ADA, STRANGER, ADA]);
  });

  it("is refused, too, where it is only looked whether it has had its requests", async () => {
    const here = throttle();
    for (let count = 0; count < 10; count += 1) expect(() => here.check(STRANGER)).not.toThrow();
    await passed(here, STRANGER, 4);
    expect(() => here.check(STRANGER)).toThrow(HttpRefusal);
    expect(() => here.check({ ...STRANGER, from: "192.0.2.2" })).not.toThrow();
    expect(() => here.check(ADA)).not.toThrow();
  });

  it("that goes on asking is remembered, though ten thousand others come in the same window", async () => {
    const here = throttle();
    await passed(here, ADA, 10);
    let more = 0;
    for (let number = 0; number < 20_000; number += 1) {
      await here.count({ name: `robot:${number}`, from: undefined });
      if (number % 5000 === 0) more += await passed(here, ADA, 1);
    }
    expect(more).toBe(0);
  });
});

describe("several processes", () => {
  /** Counts as a table does, and keeps every call. */
  const table = () => {
    const sums = new Map<string, number>();
    const calls: number[] = [];
    const add: SharedCounts["add"] = async (caller, start, requests) => {
      calls.push(requests);
      const key = `${caller} ${start}`;
      const sum = (sums.get(key) ?? 0) + requests;
      sums.set(key, sum);
      return sum;
    };
    return { add, calls, sums };
  };
  const LIMITS = { identity: 1000, network: 100 };

  it("tell each other of nothing below a hundredth of the limit", async () => {
    const shared = table();
    const here = throttle(LIMITS, shared);
    expect(await passed(here, ADA, 9)).toBe(9);
    expect(shared.calls).toEqual([]);
    await here.count(ADA);
    expect(shared.calls).toEqual([10]);
  });

  it("write one time for each hundredth, and not for what is refused", async () => {
    const shared = table();
    const here = throttle(LIMITS, shared);
    for (let number = 0; number < 3000; number += 1) await refusalOf(() => here.count(ADA));
    expect(shared.calls).toEqual(Array(100).fill(10));
  });

  it("let pass together no more than the limit, and a hundredth of it for each", async () => {
    const shared = table();
    const processes = Array.from({ length: 8 }, () => throttle(LIMITS, shared));
    let sum = 0;
    for (let round = 0; round < 500; round += 1)
      for (const one of processes) sum += await passed(one, ADA, 1);
    expect(sum).toBeGreaterThanOrEqual(1000);
    expect(sum).toBeLessThanOrEqual(1000 + 8 * 10);
  });

  it("let pass together a small limit exactly, since each tells of every request", async () => {
    const shared = table();
    const processes = Array.from({ length: 8 }, () => throttle({ identity: 20, network: 20 }, shared));
    let sum = 0;
    for (const one of [...processes, ...processes, ...processes]) sum += await passed(one, ADA, 1);
    expect(sum).toBe(20);
  });

  it("count each window and each caller by themselves", async () => {
    const shared = table();
    const [here, there] = [throttle(LIMITS, shared), throttle(LIMITS, shared)];
    expect(await passed(here, ADA, 1000)).toBe(1000);
    expect(await passed(there, { ...ADA, name: "robot:ci" }, 1000)).toBe(1000);
    now += 10_000;
    expect(await passed(there, ADA, 1000)).toBe(1000);
    expect([...shared.sums.values()]).toEqual([1000, 1000, 1000]);
  });

  it("go by what they know where the others can't be told", async () => {
    const add = async () => undefined;
    expect(await passed(throttle(LIMITS, { add }), ADA, 3000)).toBe(1000);
  });

  it("are not confused by answers that come in another order than they were asked for", async () => {
    const waiting: PromiseWithResolvers<number>[] = [];
    const add = () => {
      const one = Promise.withResolvers<number>();
      waiting.push(one);
      return one.promise;
    };
    const here = throttle(LIMITS, { add });
    const counted = Promise.all(Array.from({ length: 20 }, () => here.count(ADA)));
    // Others have sent 900 before.
    waiting[1]?.resolve(920);
    waiting[0]?.resolve(910);
    await counted;
    const rest = passed(here, ADA, 100);
    for (const one of waiting.slice(2)) one.resolve(0);
    expect(await rest).toBe(80);
  });
});
