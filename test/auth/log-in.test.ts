import { beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../local/system-clock.ts";
import { createLogIn, type LogIn } from "../../shared/auth/log-in.ts";
import { HttpRefusal } from "../../shared/http/refusal.ts";
import { PEOPLE, type People, people } from "./support/people.ts";

let now = 0;
let everyone: People;
let logIn: LogIn;

beforeEach(() => {
  now = 1_000_000;
  everyone = people();
  logIn = createLogIn(everyone, { ...systemClock, now: () => now });
});

const right = { name: "ben", secret: PEOPLE["ben"]?.secret ?? "", from: "192.0.2.1" };
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

  it("that was revoked ends within a minute", async () => {
    await logIn(right);
    everyone.revoke("ben");
    now += 59_999;
    expect(await logIn(right)).not.toBe("unknown");
    now += 1;
    expect(await logIn(right)).toBe("unknown");
  });

  it("that failed is looked up again at once", async () => {
    expect(await logIn(wrong)).toBe("unknown");
    expect(await logIn(right)).not.toBe("unknown");
    expect(everyone.looked()).toBe(2);
  });

  it("does not take one name and secret for another that reads the same", async () => {
    const odd = createLogIn(
      {
        ...everyone,
        authenticate: async ({ name }) => (name === "a" ? { kind: "anonymous" } : "unknown"),
      },
      systemClock,
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

  it("is not counted where nobody could look him up", async () => {
    const failing = createLogIn(
      { ...everyone, authenticate: () => Promise.reject(new Error("the table is away")) },
      { ...systemClock, now: () => now },
    );
    for (let count = 0; count < 10; count += 1)
      await expect(failing(right)).rejects.toThrow("the table is away");
  });
});
