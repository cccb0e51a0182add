import { describe, expect, it } from "vitest";
import type { Table } from "../../shared/ports/table.ts";
import { actor, createTimed, MINUTE, outcome, person, pullOf, robot } from "./support.ts";

const RIVALS = Array.from({ length: 12 }, (_, at) => at);

/** What access keys promise, on whatever table. Each test gets an empty one. */
export function describeAccessKeys(on: string, open: () => Promise<Table>): void {
  const timed = async () => createTimed(await open());

  describe(`access keys on ${on}`, () => {
    it("let in who has the name and the secret, as far as their limits, until they expire", async () => {
      const { identities, time } = await timed();
      await identities.addAccount({ ...robot("ci"), actor });
      const limits = [pullOf("shop/**")];
      const made = await identities.addAccessKey({
        owner: robot("ci"),
        name: "build",
        lifetime: MINUTE,
        limits,
        actor,
      });
      const { accessKey, secret } = made;
      expect(accessKey).toEqual({
        id: accessKey.id,
        owner: robot("ci"),
        name: "build",
        created: time.now,
        actor,
        expires: time.now + MINUTE,
        limits,
      });
      expect(await identities.getAccessKey(accessKey.id)).toEqual(accessKey);
      const found = await identities.authenticate({ name: "ci", secret });
      expect(found).toEqual({ kind: "robot", name: "ci", limits, proof: `key:${accessKey.id}:1` });
      if (found === "unknown") throw new Error("no login");
      expect(await identities.again(found)).toEqual(found);
      expect(await identities.authenticate({ name: "ada", secret })).toBe("unknown");
      time.now += MINUTE - 1;
      expect(await identities.authenticate({ name: "ci", secret })).toEqual(found);
      time.now += 1;
      expect(await identities.authenticate({ name: "ci", secret })).toBe("unknown");
      expect(await identities.again(found)).toBe("unknown");
      expect(await identities.getAccessKey(accessKey.id)).toEqual(accessKey);
    });

    it("are listed by owner, page by page, and never with their secrets", async () => {
      const { identities } = await timed();
      for (const owner of [person("bob"), robot("ab")]) {
        await identities.addAccount({ ...owner, actor });
        for (const each of ["one", "two"]) await identities.addAccessKey({ owner, name: each, actor });
      }
      const { entries, next } = await identities.listAccessKeys({ limit: 3 });
      expect(entries.map(({ owner }) => owner.name)).toEqual(["ab", "ab", "bob"]);
      const rest = await identities.listAccessKeys({ limit: 3, after: next ?? "" });
      expect([...entries, ...rest.entries].map(({ id }) => id)).toHaveLength(4);
      expect(rest.next).toBeUndefined();
      const own = await identities.listAccessKeys({ owner: person("bob"), limit: 1 });
      const others = await identities.listAccessKeys({
        owner: person("bob"),
        limit: 1,
        after: own.next?.split("#")[1] ?? "",
      });
      expect(others.entries[0]?.owner).toEqual(person("bob"));
      expect(JSON.stringify([entries, rest, own, others])).not.toMatch(/berth_|hash/);
      expect(await outcome(identities.listAccessKeys({ owner: robot("bob"), limit: 1 }))).toBe(
        "ACCOUNT_UNKNOWN",
      );
    });

    it("that are added at once under one name are one, and an owner never has more than 40", async () => {
      const { identities } = await timed();
      const owner = robot("ci");
      await identities.addAccount({ ...owner, actor });
      const same = await Promise.all(
        RIVALS.map(() => outcome(identities.addAccessKey({ owner, name: "one", actor }))),
      );
      expect(same.filter((one) => typeof one === "object")).toHaveLength(1);
      expect(same.filter((one) => one === "ACCESS_KEY_EXISTS")).toHaveLength(RIVALS.length - 1);
      for (let at = 0; at < 34; at += 1) await identities.addAccessKey({ owner, name: `k${at}`, actor });
      const last = await Promise.all(
        RIVALS.map((at) => outcome(identities.addAccessKey({ owner, name: `last-${at}`, actor }))),
      );
      expect(last.filter((one) => typeof one === "object")).toHaveLength(5);
      expect(last.filter((one) => one === "ACCESS_KEYS_TOO_MANY")).toHaveLength(RIVALS.length - 5);
      expect((await identities.listAccessKeys({ owner, limit: 99 })).entries).toHaveLength(40);
    });

    it("that are revoked let nobody in, nor what came of them", async () => {
      const { identities } = await timed();
      await identities.addAccount({ ...robot("ci"), actor });
      const { accessKey, secret } = await identities.addAccessKey({ owner: robot("ci"), name: "one", actor });
      const found = await identities.authenticate({ name: "ci", secret });
      await identities.revokeAccessKey(accessKey.id);
      expect(await identities.authenticate({ name: "ci", secret })).toBe("unknown");
      if (found === "unknown") throw new Error("no login");
      expect(await identities.again(found)).toBe("unknown");
      expect(await outcome(identities.revokeAccessKey(accessKey.id))).toBe("ACCESS_KEY_UNKNOWN");
      expect((await identities.listAccessKeys({ limit: 9 })).entries).toEqual([]);
    });

    it("go with their owner, also one that is being added meanwhile", async () => {
      for (let round = 0; round < 10; round += 1) {
        const { identities } = await timed();
        const owner = robot("ci");
        await identities.addAccount({ ...owner, actor });
        const { secret } = await identities.addAccessKey({ owner, name: "old", actor });
        const [, ...added] = await Promise.all([
          identities.deleteAccount(owner),
          ...RIVALS.map((at) => outcome(identities.addAccessKey({ owner, name: `k${at}`, actor }))),
        ]);
        expect(await identities.authenticate({ name: "ci", secret })).toBe("unknown");
        const fates = added.map(async (one) =>
          typeof one === "string" ? one : identities.authenticate({ name: "ci", secret: one.secret }),
        );
        for (const fate of await Promise.all(fates)) expect(["ACCOUNT_UNKNOWN", "unknown"]).toContain(fate);
        await identities.addAccount({ ...owner, actor });
        expect((await identities.listAccessKeys({ owner, limit: 99 })).entries).toEqual([]);
      }
    });
  });
}
