import { describe, expect, it } from "vitest";
import { ensureFirstAdmin } from "../../shared/identities/first-admin.ts";
import type { Table } from "../../shared/ports/table.ts";
import { actor, createTimed, GUESS, name, outcome, person, robot } from "./support.ts";

const RIVALS = Array.from({ length: 12 }, (_, at) => at);

/** What people and robots promise, on whatever table. Each test gets an empty one. */
export function describeAccounts(on: string, open: () => Promise<Table>): void {
  const timed = async () => createTimed(await open());

  describe(`people and robots on ${on}`, () => {
    it("are listed by name, page by page, until they are deleted", async () => {
      const { identities } = await timed();
      for (const one of ["eve", "ada", "bob"]) await identities.addAccount({ ...person(one), actor });
      await identities.addAccount({ ...robot("ci@shop"), actor });
      const first = await identities.listAccounts({ kind: "person", limit: 2 });
      expect(first).toMatchObject({
        entries: [{ name: "ada", actor, hasPassword: false }, { name: "bob" }],
        next: "bob",
      });
      await identities.deleteAccount(person("bob"));
      const rest = await identities.listAccounts({ kind: "person", limit: 2, after: "ada" });
      expect(rest).toEqual({ entries: [expect.objectContaining({ name: "eve", kind: "person" })] });
      expect((await identities.listAccounts({ kind: "robot", limit: 9 })).entries).toHaveLength(1);
      expect(await outcome(identities.deleteAccount(person("bob")))).toBe("ACCOUNT_UNKNOWN");
      expect(await outcome(identities.getAccount(person("bob")))).toBe("ACCOUNT_UNKNOWN");
    });

    it("that are added at once under one name, of both kinds, are one", async () => {
      const { identities } = await timed();
      const added = await Promise.all(
        RIVALS.map((at) =>
          outcome(identities.addAccount({ ...(at % 2 ? robot("ci") : person("ci")), actor: `user:${at}` })),
        ),
      );
      const won = added.filter((one) => typeof one === "object");
      expect(won).toHaveLength(1);
      expect(added.filter((one) => one === "ACCOUNT_EXISTS")).toHaveLength(RIVALS.length - 1);
      const kept = await Promise.all([
        identities.listAccounts({ kind: "person", limit: 9 }),
        identities.listAccounts({ kind: "robot", limit: 9 }),
      ]);
      expect(kept.flatMap(({ entries }) => entries)).toEqual(won);
    });

    it("log in with the password that was set last, and with none that was removed", async () => {
      const { identities } = await timed();
      await identities.addAccount({ ...person("ada"), actor });
      const login = (secret: string) => identities.authenticate({ name: "ada", secret });
      expect(await login(GUESS)).toBe("unknown");
      await identities.setPassword(name("ada"), GUESS);
      const before = await login(GUESS);
      expect(before).toMatchObject({ kind: "person", name: "ada" });
      expect(await login(`${GUESS}.`)).toBe("unknown");
      expect(await login("")).toBe("unknown");
      await identities.setPassword(name("ada"), "päßword of another kind");
      expect(await login(GUESS)).toBe("unknown");
      const after = await login("päßword of another kind".normalize("NFD"));
      if (before === "unknown" || after === "unknown") throw new Error("no login");
      expect(await identities.again(before)).toBe("unknown");
      expect(await identities.again(after)).toEqual(after);
      await identities.removePassword(name("ada"));
      expect(await login("päßword of another kind")).toBe("unknown");
      expect(await identities.again(after)).toBe("unknown");
      expect(await outcome(identities.setPassword(name("bob"), GUESS))).toBe("ACCOUNT_UNKNOWN");
      expect(await outcome(identities.removePassword(name("bob")))).toBe("ACCOUNT_UNKNOWN");
    });
  });

  describe(`the first administrator on ${on}`, () => {
    it("is made once, whoever races, and not where somebody is", async () => {
      const table = await open();
      const { identities, clock } = createTimed(table);
      const made = await Promise.all(RIVALS.map(() => ensureFirstAdmin({ table, clock })));
      const told = made.filter((one) => one !== "exists");
      expect(told).toHaveLength(1);
      const secret = told[0]?.secret ?? "";
      expect(await identities.authenticate({ name: "admin", secret })).toMatchObject({
        kind: "person",
        name: "admin",
      });
      expect(await ensureFirstAdmin({ table, clock })).toBe("exists");
      await identities.addAccount({ ...robot("ci"), actor });
      await identities.deleteAccount(person("admin"));
      expect(await ensureFirstAdmin({ table, clock })).toBe("exists");
      await identities.deleteAccount(robot("ci"));
      expect(await ensureFirstAdmin({ table, clock })).not.toBe("exists");
    });
  });
}
