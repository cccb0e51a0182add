import { beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../local/system-clock.ts";
import { HttpRefusal } from "../../shared/http/refusal.ts";
import { openLogIn, right } from "./support/log-in.ts";
import { PEOPLE, type People, people } from "./support/people.ts";
import { UNTHROTTLED } from "./support/unthrottled.ts";

let now = 0;
let everyone: People;
let logIn: ReturnType<typeof openLogIn>;

beforeEach(() => {
  now = 1_000_000;
  everyone = people();
  logIn = openLogIn(everyone, { ...systemClock, now: () => now }, UNTHROTTLED);
});

const wrong = { ...right, secret: "wrong" };

/** Fails so often that the next try has to wait. */
async function failOften(login = wrong): Promise<void> {
  for (let count = 0; count < 5; count += 1) expect(await logIn(login)).toBe("unknown");
}
const refusal = (login = wrong) => logIn(login).then(String, (error: unknown) => error);

describe("a login", () => {
  it("is looked up once a minute, however often it is shown", async () => {
    for (let count = 0; count < 10; count += 1)
      expect(await logIn(right)).toEqual({ kind: "person", name: "ben" });
    expect(everyone.looked()).toBe(1);
    now += 60_000;
    await logIn(right);
    expect(everyone.looked()).toBe(2);
  });

  it("is looked up once where many show it at the same time", async () => {
    await Promise.all(Array.from({ length: 20 }, () => logIn(right)));
    expect(everyone.looked()).toBe(1);
  });

  it("that was revoked buys nothing from then on, and does for requests until it is forgotten", async () => {
    await logIn(right);
    everyone.revoke("ben");
    expect(await logIn(right)).not.toBe("unknown");
    now += 60_000;
    expect(await logIn(right)).toBe("unknown");
  });

  it("that was revoked is forgotten once it is shown for a token", async () => {
    await logIn(right);
    everyone.revoke("ben");
    expect(await logIn(right, "looked-up")).toBe("unknown");
    expect(await logIn(right)).toBe("unknown");
  });

  it("that is looked up again is not remembered for longer", async () => {
    await logIn(right);
    now += 59_000;
    await logIn(right, "looked-up");
    now += 1000;
    await logIn(right);
    expect(everyone.looked()).toBe(2);
  });

  it("of whom somebody outside vouches for is asked for again after a minute", async () => {
    const role = { kind: "aws", arn: "arn:aws:iam::1:role/ci" } as const;
    let looked = 0;
    const vouching = openLogIn(
      { authenticate: async () => ((looked += 1), role), again: async () => "unknown" },
      { ...systemClock, now: () => now },
      UNTHROTTLED,
    );
    for (let count = 0; count < 3; count += 1) expect(await vouching(right)).toEqual(role);
    expect(looked).toBe(1);
    now += 60_000;
    await vouching(right);
    expect(looked).toBe(2);
  });

  it("that failed is looked up again at once", async () => {
    expect(await logIn(wrong)).toBe("unknown");
    expect(await logIn(right)).not.toBe("unknown");
    expect(everyone.looked()).toBe(2);
  });

  it("does not take one name and secret for another that reads the same", async () => {
    const odd = openLogIn(
      {
        ...everyone,
        authenticate: async ({ name }) => (name === "a" ? { kind: "anonymous" } : "unknown"),
      },
      systemClock,
      UNTHROTTLED,
    );
    expect(await odd({ name: "a", secret: 'b","c', from: "" })).not.toBe("unknown");
    expect(await odd({ name: 'a","b', secret: "c", from: "" })).toBe("unknown");
  });
});

describe("who guesses", () => {
  it("waits longer after each failure from the fifth on, and at most half a minute", async () => {
    await failOften();
    const waits: string[] = [];
    for (let count = 0; count < 8; count += 1) {
      const refused = await refusal();
      if (!(refused instanceof HttpRefusal)) throw new Error(`was let in: ${String(refused)}`);
      expect(refused.status).toBe(429);
      const seconds = refused.headers["Retry-After"] ?? "";
      waits.push(seconds);
      now += Number(seconds) * 1000;
      expect(await logIn(wrong)).toBe("unknown");
    }
    expect(waits).toEqual(["1", "2", "4", "8", "16", "30", "30", "30"]);
  });

  it("is not looked up while he waits, also with what is right", async () => {
    await failOften();
    const before = everyone.looked();
    expect(await refusal(right)).toBeInstanceOf(HttpRefusal);
    expect(everyone.looked()).toBe(before);
  });

  it("gets no more tries by making them at the same time", async () => {
    const tries = await Promise.allSettled(
      Array.from({ length: 20 }, (_, at) => logIn({ ...wrong, secret: `guess ${at}` })),
    );
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
  });

  it("locks out neither the same name from elsewhere, nor another name, nor who is known already", async () => {
    await logIn(right);
    await failOften();
    await failOften({ ...wrong, from: "192.0.2.7" });
    expect(await refusal()).toBeInstanceOf(HttpRefusal);
    expect(await logIn(right)).not.toBe("unknown");
    expect(await logIn({ ...right, from: "192.0.2.2" })).not.toBe("unknown");
    expect(await logIn({ name: "ada", secret: PEOPLE["ada"]?.secret ?? "", from: right.from })).not.toBe(
      "unknown",
    );
  });

  it.each([
    ["2001:db8:1:2::7", "2001:db8:1:2:9::8", "2001:db8:1:3::7"],
    ["2001:db8::7", "2001:db8:0:0:1::", "2001:db8:0:1::7"],
  ])("from %s gets no more tries by another address of the network: %s", async (from, near, far) => {
    await failOften({ ...wrong, from });
    expect(await refusal({ ...wrong, from: near })).toBeInstanceOf(HttpRefusal);
    expect(await logIn({ ...wrong, from: far })).toBe("unknown");
  });

  it("what nobody can guess is slowed down by himself alone", async () => {
    const revoked = { ...wrong, secret: "key that was revoked" };
    await failOften(revoked);
    expect(await refusal(revoked)).toBeInstanceOf(HttpRefusal);
    expect(await logIn({ ...wrong, secret: "key of somebody else" })).toBe("unknown");
    expect(await logIn(right)).not.toBe("unknown");
  });

  it("is forgotten by a login that succeeds, and after ten minutes", async () => {
    for (let count = 0; count < 4; count += 1) await logIn(wrong);
    await logIn(right);
    await failOften();
    now += 600_000;
    expect(await logIn(right)).not.toBe("unknown");
  });

  it("does not lose what slows him down by failing with other names", async () => {
    await failOften();
    const others = Array.from({ length: 2000 }, (_, at) => ({ ...wrong, name: `made-up-${at}` }));
    for (const other of others) await logIn(other);
    expect(await refusal()).toBeInstanceOf(HttpRefusal);
  });

  it("does not lose it by failing from elsewhere either", async () => {
    await failOften();
    const others = Array.from({ length: 10_500 }, (_, at) => ({ ...wrong, name: `made-up-${at}` }));
    for (const [at, other] of others.entries()) await logIn({ ...other, from: `network ${at}` });
    for (const [at, other] of others.entries())
      if (at < 500) await logIn({ ...other, from: `network ${at % 50}` });
    expect(await refusal()).toBeInstanceOf(HttpRefusal);
  });

  it("does not lose it by showing what costs nothing to refuse", async () => {
    for (let count = 0; count < 4; count += 1) await logIn(wrong);
    for (let at = 0; at < 1500; at += 1) {
      await logIn({ ...wrong, secret: `key ${at}` });
      await logIn({ ...wrong, name: `made-up-${at}`, secret: "too long" });
    }
    expect(await logIn(wrong)).toBe("unknown");
    expect(await refusal()).toBeInstanceOf(HttpRefusal);
  });

  it("what can't be right is refused before anybody is looked up", async () => {
    expect(await logIn({ ...wrong, secret: "too long" })).toBe("unknown");
    expect(everyone.looked()).toBe(0);
  });

  it("does not lose it where a try is told to come back", async () => {
    let isBusy = false;
    const busy = openLogIn(
      {
        ...everyone,
        authenticate: (login) => (isBusy ? Promise.reject(new Error("busy")) : everyone.authenticate(login)),
      },
      { ...systemClock, now: () => now },
      UNTHROTTLED,
    );
    for (let count = 0; count < 4; count += 1) await busy(wrong);
    isBusy = true;
    for (let count = 0; count < 10; count += 1) await expect(busy(wrong)).rejects.toThrow("busy");
    isBusy = false;
    expect(await busy(wrong)).toBe("unknown");
    await expect(busy(wrong)).rejects.toBeInstanceOf(HttpRefusal);
  });

  it("is not counted where nobody could look him up", async () => {
    const failing = openLogIn(
      { ...everyone, authenticate: () => Promise.reject(new Error("the table is away")) },
      { ...systemClock, now: () => now },
      UNTHROTTLED,
    );
    for (let count = 0; count < 10; count += 1)
      await expect(failing(right)).rejects.toThrow("the table is away");
  });
});
