import { expect, it } from "vitest";
import { askAsOwner } from "./as-owner.ts";
import { basic, guardedStack, type Login } from "./support/guarded-stack.ts";

const stack = guardedStack();

const administers = async (login: Login): Promise<number> =>
  (await stack.client.fetch("/v2/_berth/people", { headers: basic(login) })).status;

it("the account's owner comes back in, where no secret is left and the policy lets nobody administer", async () => {
  const closed = JSON.stringify({ policy: "version: 1\nrules: []\n", force: true });
  const headers = { ...basic(stack.admin), "content-type": "application/json" };
  const put = await stack.client.fetch("/v2/_berth/policy", { method: "PUT", body: closed, headers });
  expect(put.status).toBe(200);
  expect(await administers(stack.admin)).toBe(403);
  await expect(askAsOwner(stack.stand, {})).rejects.toThrow("resetPolicy");
  expect(await askAsOwner(stack.stand, { resetPolicy: true })).toBe("reset");
  const made = await askAsOwner(stack.stand, { recover: "admin" });
  expect(made).toMatchObject({ owner: "user:admin" });
  const { secret } = made as { readonly secret: string };
  // The function that gives tokens may remember for ten seconds what the policy was.
  await expect
    .poll(() => administers({ name: "admin", secret }), { timeout: 60_000, interval: 1000 })
    .toBe(200);
  expect(stack.log()).not.toContain(secret);
}, 180_000);
