import { beforeEach, describe, expect, it } from "vitest";
import { createPolicies, type Policies } from "../../shared/access/policies.ts";
import type { Administrators } from "../../shared/identities/administrators.ts";
import type { Identities } from "../../shared/identities/identities.ts";
import type { Table } from "../../shared/ports/table.ts";
import type { AccessKeyId, AccountName } from "../../shared/registry/keyspace.ts";
import { actor, createTimed, GUESS, MINUTE, name, outcome, person, robot } from "./support.ts";

const letting = (...who: readonly string[]) => `version: 1
groups: { roots: [${who.join(", ")}] }
rules: [{ who: group:roots, may: admin, on: "**" }]
`;
const PULL = letting("user:nobody").replace("admin", "pull");

/** What the last administrator is promised, on whatever table. Each test gets an empty one. */
export function describeAdministrators(on: string, open: () => Promise<Table>): void {
  let identities: Identities;
  let policies: Policies;
  let administrators: Administrators;
  let time: { now: number };

  beforeEach(async () => {
    const table = await open();
    const timed = createTimed(table);
    ({ identities, time } = timed);
    policies = createPolicies({
      table,
      clock: timed.clock,
      file: letting("user:ada", "user:ben", "robot:ci"),
    });
    administrators = identities.administratorsBy(policies);
    for (const each of ["ada", "ben"]) await identities.addAccount({ ...person(each), actor });
    await identities.addAccount({ ...robot("ci"), actor });
  });

  const remove = (account: ReturnType<typeof person>) =>
    outcome(identities.deleteAccount(account, administrators.without({ what: "account", of: account })));
  const takePassword = (each: AccountName) =>
    outcome(identities.removePassword(each, administrators.without({ what: "password", of: person(each) })));
  const revoke = (id: AccessKeyId) =>
    outcome(identities.revokeAccessKey(id, administrators.without({ what: "access key", id })));
  const key = async (owner: ReturnType<typeof person>, more: object = {}) =>
    (await identities.addAccessKey({ owner, name: `key-${time.now}-${Math.random()}`, actor, ...more }))
      .accessKey.id;
  const isThere = async (account: ReturnType<typeof person>) =>
    (await outcome(identities.getAccount(account))) !== "ACCOUNT_UNKNOWN";

  describe(`the last administrator on ${on}`, () => {
    it("is not deleted, and keeps the last password and the last access key", async () => {
      await identities.setPassword(name("ada"), GUESS);
      const last = await key(person("ada"));
      expect(await remove(person("ada"))).toBe("NO_ADMINISTRATOR");
      expect(await takePassword(name("ada"))).toBeUndefined();
      expect(await revoke(last)).toBe("NO_ADMINISTRATOR");
      const other = await key(robot("ci"));
      expect(await revoke(last)).toMatchObject({ id: last });
      expect(await remove(person("ada"))).toBeUndefined();
      expect(await revoke(other)).toBe("NO_ADMINISTRATOR");
      expect(await remove(robot("ci"))).toBe("NO_ADMINISTRATOR");
      expect(await isThere(robot("ci"))).toBe(true);
    });

    it("is who can log in: nobody without a password, whose keys have expired or do not reach", async () => {
      await key(person("ada"));
      await key(person("ben"), { lifetime: MINUTE });
      await key(robot("ci"), { limits: [{ repositories: "shop/**", actions: ["pull", "admin"] }] });
      time.now += MINUTE;
      expect(await remove(person("ada"))).toBe("NO_ADMINISTRATOR");
      for (const other of [person("ben"), robot("ci")]) expect(await remove(other)).toBeUndefined();
    });

    it("is nobody's concern where an issuer or AWS vouches for others, or all accounts may", async () => {
      await key(person("ada"));
      await policies.set(letting("user:ada", "{ aws: arn:aws:iam::123456789012:role/ops }"), actor);
      expect(await remove(person("ada"))).toBeUndefined();
      await policies.set(letting("user:ben").replace("group:roots", "authenticated"), actor);
      const [bens, robots] = [await key(person("ben")), await key(robot("ci"))];
      expect(await revoke(bens)).toMatchObject({ id: bens });
      expect(await revoke(robots)).toBe("NO_ADMINISTRATOR");
    });

    it("does not keep others, also where there is none any more", async () => {
      await key(person("ada"));
      await identities.addAccount({ ...person("eve"), actor });
      const others = await key(person("eve"));
      expect(await revoke(others)).toMatchObject({ id: others });
      await policies.set(PULL, actor);
      expect(await remove(person("eve"))).toBeUndefined();
      expect(await remove(person("ada"))).toBeUndefined();
      expect(await remove(person("ada"))).toBe("ACCOUNT_UNKNOWN");
      expect(await takePassword(name("ada"))).toBe("ACCOUNT_UNKNOWN");
    });

    it("stays, where all are deleted, revoked and stripped of their passwords at once", async () => {
      for (const each of ["ada", "ben"]) await identities.setPassword(name(each), GUESS);
      const [bens, robots] = [await key(person("ben")), await key(robot("ci"))];
      const all = await Promise.all([
        remove(person("ada")),
        takePassword(name("ben")),
        revoke(bens),
        revoke(robots),
        takePassword(name("ada")),
        remove(robot("ci")),
      ]);
      expect(all).toContain("NO_ADMINISTRATOR");
      expect(await outcome(policies.reset(administrators.under(policies.start.policy)))).not.toBe(
        "NO_ADMINISTRATOR",
      );
    });

    it("stays, where two are deleted at once", async () => {
      for (const each of ["ada", "ben"]) await key(person(each));
      const both = await Promise.all([remove(person("ada")), remove(person("ben"))]);
      expect(new Set(both)).toEqual(new Set(["NO_ADMINISTRATOR", undefined]));
      expect(await isThere(person("ada"))).not.toBe(await isThere(person("ben")));
    });

    it("stays, where one is deleted while a policy is set that names nobody else", async () => {
      for (const each of ["ada", "ben"]) await key(person(each));
      const next = letting("user:ada");
      const both = await Promise.all([
        remove(person("ada")),
        outcome(policies.set(next, actor, administrators.under(policies.parse(next)))),
      ]);
      expect(both.filter((one) => one === "NO_ADMINISTRATOR")).toHaveLength(1);
    });
  });
}
