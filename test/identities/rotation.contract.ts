import { describe, expect, it } from "vitest";
import type { Table } from "../../shared/ports/table.ts";
import type { AccessKeyId } from "../../shared/registry/keyspace.ts";
import { actor, createTimed, MINUTE, outcome, robot } from "./support.ts";

const RIVALS = Array.from({ length: 12 }, (_, at) => at);

/** What the rotation of an access key promises, on whatever table. Each test gets an empty one. */
export function describeRotation(on: string, open: () => Promise<Table>): void {
  const timed = async () => createTimed(await open());

  describe(`rotating an access key on ${on}`, () => {
    it("gives a new secret, and ends the old one with the overlap", async () => {
      const { identities, time } = await timed();
      await identities.addAccount({ ...robot("ci"), actor });
      const { accessKey, secret } = await identities.addAccessKey({ owner: robot("ci"), name: "one", actor });
      const login = (text: string) => identities.authenticate({ name: "ci", secret: text });
      const old = await login(secret);
      const rotated = await identities.rotateAccessKey({ id: accessKey.id, overlap: MINUTE });
      expect(rotated.accessKey).toEqual({ ...accessKey, oldSecretUntil: time.now + MINUTE });
      expect(await login(rotated.secret)).toMatchObject({ proof: `key:${accessKey.id}:2` });
      expect(await login(secret)).toEqual(old);
      time.now += MINUTE;
      expect(await login(secret)).toBe("unknown");
      if (old === "unknown") throw new Error("no login");
      expect(await identities.again(old)).toBe("unknown");
      const again = await identities.rotateAccessKey({ id: accessKey.id, overlap: 0 });
      expect(await login(rotated.secret)).toBe("unknown");
      expect(await login(again.secret)).toMatchObject({ proof: `key:${accessKey.id}:3` });
    });

    it("twice within the overlap leaves the two latest secrets, and not the first", async () => {
      const { identities } = await timed();
      await identities.addAccount({ ...robot("ci"), actor });
      const first = await identities.addAccessKey({ owner: robot("ci"), name: "one", actor });
      const { id } = first.accessKey;
      const second = await identities.rotateAccessKey({ id, overlap: MINUTE });
      const third = await identities.rotateAccessKey({ id, overlap: MINUTE });
      const login = ({ secret }: typeof first) => identities.authenticate({ name: "ci", secret });
      expect(await login(first)).toBe("unknown");
      expect(await login(second)).toMatchObject({ proof: `key:${id}:2` });
      expect(await login(third)).toMatchObject({ proof: `key:${id}:3` });
    });

    it("revives an expired one with a lifetime, but never its old secret", async () => {
      const { identities, time } = await timed();
      await identities.addAccount({ ...robot("ci"), actor });
      const made = await identities.addAccessKey({
        owner: robot("ci"),
        name: "one",
        lifetime: MINUTE,
        actor,
      });
      const { id } = made.accessKey;
      time.now += MINUTE / 2;
      const longer = await identities.rotateAccessKey({ id, overlap: MINUTE, lifetime: 9 * MINUTE });
      expect(longer.accessKey.oldSecretUntil).toBe(made.accessKey.expires);
      time.now += MINUTE / 2;
      expect(await identities.authenticate({ name: "ci", secret: made.secret })).toBe("unknown");
      expect(await identities.authenticate({ name: "ci", secret: longer.secret })).not.toBe("unknown");
      time.now += 9 * MINUTE;
      expect(await outcome(identities.rotateAccessKey({ id, overlap: MINUTE }))).toBe("REQUEST_INVALID");
      const revived = await identities.rotateAccessKey({ id, overlap: MINUTE, lifetime: MINUTE });
      expect(await identities.authenticate({ name: "ci", secret: longer.secret })).toBe("unknown");
      expect(await identities.authenticate({ name: "ci", secret: revived.secret })).not.toBe("unknown");
      expect(
        await outcome(identities.rotateAccessKey({ id: "0".repeat(16) as AccessKeyId, overlap: 0 })),
      ).toBe("ACCESS_KEY_UNKNOWN");
    });

    it("many times at once ends with one secret, which is that of the one who was told so", async () => {
      const { identities } = await timed();
      await identities.addAccount({ ...robot("ci"), actor });
      const { accessKey } = await identities.addAccessKey({ owner: robot("ci"), name: "one", actor });
      const { id } = accessKey;
      const turns = await Promise.all(
        RIVALS.map(() => outcome(identities.rotateAccessKey({ id, overlap: 0 }))),
      );
      const won = turns.filter((turn) => typeof turn === "object");
      expect(turns.filter((turn) => turn === "ACCESS_KEY_CHANGED")).toHaveLength(RIVALS.length - won.length);
      expect(won.length).toBeGreaterThan(0);
      const good = await Promise.all(
        won.map(({ secret }) => identities.authenticate({ name: "ci", secret })),
      );
      expect(good.filter((one) => one !== "unknown")).toEqual([
        { kind: "robot", name: "ci", proof: `key:${id}:${won.length + 1}` },
      ]);
    });
  });
}
