import { expect, it } from "vitest";
import { answerOwner } from "../../functions/compose/owner-event.ts";
import { systemClock } from "../../local/system-clock.ts";
import { createPolicies } from "../../shared/access/policies.ts";
import { createIdentities } from "../../shared/identities/identities.ts";
import { tableFile } from "../support/sqlite-table.ts";

const CLOSED = "version: 1\nrules: []\n";

it("who may invoke the function comes back in, where nobody can log in or the policy lets nobody", async () => {
  const { table } = await (await tableFile()).open();
  const ports = { table, clock: systemClock };
  const policies = createPolicies(ports);
  const said: string[] = [];
  const answer = (event: object) =>
    answerOwner(event, { ...ports, policies, say: (line) => said.push(line) });
  await policies.set(CLOSED, "user:admin");

  const made = (await answer({ recover: "ada" })) as { owner: string; secret: string; expires: string };
  const again = (await answer({ recover: "ada" })) as typeof made;
  expect(made.owner).toBe("user:ada");
  expect(Date.parse(made.expires)).toBeLessThanOrEqual(Date.now() + 24 * 3600 * 1000);
  const { authenticate } = createIdentities(ports);
  for (const { secret } of [made, again])
    expect(await authenticate({ name: "ada", secret, from: "" })).toMatchObject({
      kind: "person",
      name: "ada",
    });

  expect(await answer({ resetPolicy: true })).toBe("reset");
  expect((await policies.inForce()).source.kind).toBe("built-in");
  expect(said.join("\n")).not.toContain("berth_");
  await expect(answer({ recover: "NOBODY" })).rejects.toThrow('{"recover":"NAME"}');
});
