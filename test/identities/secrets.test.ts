import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../local/system-clock.ts";
import {
  accessKeyIdOf,
  newAccessKeyId,
  newAccessKeySecret,
} from "../../shared/identities/access-key-secret.ts";
import { createMemoryTable } from "../../shared/stores/memory-table.ts";
import { actor, createTimed, GUESS, name, outcome, person, robot } from "./support.ts";

/** What a scanner of secrets is told to look for (docs/administration.md). */
const SCANNED = /^berth_[0-9a-f]{16}_[A-Za-z0-9_-]{43}[0-9a-f]{8}$/;

describe("the secret of an access key", () => {
  it("can be told by its form, tells which access key it is of, and is never made twice", () => {
    const made = Array.from({ length: 100 }, () => {
      const id = newAccessKeyId(systemClock);
      const secret = newAccessKeySecret(id, systemClock);
      expect(secret).toMatch(SCANNED);
      expect(accessKeyIdOf(secret)).toBe(id);
      return secret;
    });
    expect(new Set(made).size).toBe(made.length);
  });

  it("with any character changed is none", () => {
    const secret = newAccessKeySecret(newAccessKeyId(systemClock), systemClock);
    for (let at = 0; at < secret.length; at += 1) {
      const other = secret[at] === "0" ? "1" : "0";
      expect(accessKeyIdOf(`${secret.slice(0, at)}${other}${secret.slice(at + 1)}`)).toBeUndefined();
    }
    for (const text of [
      `${secret}0`,
      secret.slice(1),
      ` ${secret}`,
      `${secret}\n`,
      secret.toUpperCase(),
      "",
    ]) {
      expect(accessKeyIdOf(text)).toBeUndefined();
    }
  });
});

describe("who has no secret", () => {
  it("gets in with none that can be made up from what is public: the ids, the names, the form", async () => {
    const { identities, clock } = createTimed(createMemoryTable());
    await identities.addAccount({ ...robot("ci"), actor });
    await identities.addAccount({ ...person("ada"), actor });
    const { accessKey, secret } = await identities.addAccessKey({ owner: robot("ci"), name: "one", actor });
    const guessed = newAccessKeySecret(accessKey.id, clock);
    const unknown = newAccessKeySecret(newAccessKeyId(clock), clock);
    const tries = [
      guessed,
      unknown,
      accessKey.id,
      `berth_${accessKey.id}_`,
      "",
      "0".repeat(64),
      secret.slice(0, -8),
    ];
    for (const each of tries) {
      for (const who of ["ci", "ada", "nobody", "", "admin", "ci#", "../ci"]) {
        expect(await identities.authenticate({ name: who, secret: each })).toBe("unknown");
      }
    }
    for (const who of ["ada", "CI", "ci ", "robot:ci", "", "nobody"]) {
      expect(await identities.authenticate({ name: who, secret })).toBe("unknown");
    }
  });

  it("is refused whatever the credentials are, and the stores are asked for nothing odd", async () => {
    const { identities } = createTimed(createMemoryTable());
    await identities.addAccount({ ...person("ada"), actor });
    await identities.setPassword(name("ada"), GUESS);
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.constantFrom("ada", "__proto__", "ada#", "é"),
    );
    await fc.assert(
      fc.asyncProperty(text, text, async (who, secret) => {
        expect(await identities.authenticate({ name: who, secret })).toBe("unknown");
      }),
      { numRuns: 60 },
    );
    expect(await identities.authenticate({ name: "ada", secret: "x".repeat(1_000_000) })).toBe("unknown");
  });

  it("can make no identity last: its proof is looked up, whatever it says", async () => {
    const { identities } = createTimed(createMemoryTable());
    await identities.addAccount({ ...robot("ci"), actor });
    await identities.addAccount({ ...person("ada"), actor });
    const { accessKey } = await identities.addAccessKey({ owner: robot("ci"), name: "one", actor });
    const proofs = [
      undefined,
      "",
      "password:",
      "password:undefined",
      "key:",
      `key:${accessKey.id}`,
      "key:__proto__:1",
    ];
    const forged = [...proofs, `key:${accessKey.id}:0`, `key:${accessKey.id}:2`, `key:${accessKey.id}:NaN`];
    for (const proof of forged) {
      for (const who of ["ci", "ada", "nobody"]) {
        for (const kind of ["person", "robot"] as const) {
          const identity = { kind, name: who, ...(proof !== undefined && { proof }) };
          expect(await identities.again(identity)).toBe("unknown");
        }
      }
    }
    const stolen = { kind: "person", name: "ada", proof: `key:${accessKey.id}:1` } as const;
    expect(await identities.again(stolen)).toBe("unknown");
    expect(await identities.again({ kind: "anonymous" })).toBe("unknown");
  });
});

describe("what is looked up", () => {
  it("is as much for who is not there as for who is, with a secret that is wrong", async () => {
    const table = createMemoryTable();
    const read: string[] = [];
    const { identities, clock } = createTimed({
      ...table,
      get: (key, consistency) => {
        read.push(key.sk);
        return table.get(key, consistency);
      },
    });
    await identities.addAccount({ ...person("ada"), actor });
    await identities.setPassword(name("ada"), GUESS);
    await identities.addAccount({ ...person("bob"), actor });
    const { accessKey } = await identities.addAccessKey({ owner: person("ada"), name: "one", actor });
    const wrong = newAccessKeySecret(accessKey.id, clock);
    const nowhere = newAccessKeySecret(newAccessKeyId(clock), clock);
    const lookups = async (who: string, secret: string) => {
      read.length = 0;
      expect(await identities.authenticate({ name: who, secret })).toBe("unknown");
      return [...read];
    };
    for (const who of ["ada", "bob", "nobody"]) {
      expect(await lookups(who, "wrong")).toEqual(["PERSON"]);
      expect(await lookups(who, wrong)).toEqual(["KEY"]);
      expect(await lookups(who, nowhere)).toEqual(["KEY"]);
    }
  });
});

describe("limits", () => {
  it("come with a login as they are now, and not as a token says that they were", async () => {
    const { identities } = createTimed(createMemoryTable());
    await identities.addAccount({ ...robot("ci"), actor });
    const limits = [{ repositories: "shop/*", actions: ["pull"] }] as never;
    const { secret } = await identities.addAccessKey({ owner: robot("ci"), name: "one", limits, actor });
    const found = await identities.authenticate({ name: "ci", secret });
    if (found === "unknown" || found.kind !== "robot") throw new Error("no login");
    const { limits: _, ...widened } = found;
    expect(await identities.again(widened)).toEqual(found);
  });
});

describe("a flood of logins", () => {
  it("takes turns, and is told to come back where too many wait", async () => {
    const { identities } = createTimed(createMemoryTable());
    await identities.addAccount({ ...person("ada"), actor });
    await identities.setPassword(name("ada"), GUESS);
    const login = (secret: string) => outcome(identities.authenticate({ name: "ada", secret }));
    const flood = await Promise.all(Array.from({ length: 200 }, (_, at) => login(`guess ${at}`)));
    expect(new Set(flood)).toEqual(new Set(["unknown", "TOOMANYREQUESTS"]));
    expect(flood.filter((one) => one === "unknown")).toHaveLength(66);
    expect(await login(GUESS)).toMatchObject({ name: "ada" });
  });
});
