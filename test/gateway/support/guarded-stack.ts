import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll } from "vitest";
import { firstAdminOf } from "../as-owner.ts";
import type { RegistryClient } from "./client.ts";
import { type StackUnderTest, stackUnderTest } from "./stack-under-test.ts";

const POLICY = `version: 1
rules:
  - who: user:admin
    may: [pull, push, delete, admin]
    on: "**"
  - who: user:ada
    may: [pull, push, delete]
    on: ["team/**", "conformance/**"]
  - who: robot:reader
    may: pull
    on: "team/**"
  - who: anonymous
    may: pull
    on: "public/**"
`;

export interface Login {
  readonly name: string;
  readonly secret: string;
}

export interface GuardedStack extends StackUnderTest {
  readonly admin: Login;
  readonly ada: Login;
  readonly reader: Login;
}

export const basic = ({ name, secret }: Login): Readonly<Record<string, string>> => ({
  authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString("base64")}`,
});

/** A stack with a policy, its first administrator, a person and a robot, each with an access key. */
export function guardedStack(settings: object = {}, door: "played" | "none" = "played"): GuardedStack {
  const policy = join(mkdtempSync(join(tmpdir(), "berth-policy-")), "policy.yaml");
  writeFileSync(policy, POLICY);
  const stack = stackUnderTest({ door, settings: { policy, tokenKeys: 2, ...settings } });
  const logins: Record<"admin" | "ada" | "reader", Login> = {
    admin: { name: "admin", secret: "" },
    ada: { name: "ada", secret: "" },
    reader: { name: "reader", secret: "" },
  };
  beforeAll(async () => {
    logins.admin = { name: "admin", secret: (await firstAdminOf(stack.stand)) ?? "" };
    await addAccount(stack.client, logins.admin, "people", "ada");
    await addAccount(stack.client, logins.admin, "robots", "reader");
    logins.ada = { name: "ada", secret: await addKey(stack.client, logins.admin, "user:ada") };
    logins.reader = { name: "reader", secret: await addKey(stack.client, logins.admin, "robot:reader") };
  });
  return Object.defineProperties(
    { ...logins },
    {
      ...Object.getOwnPropertyDescriptors(stack),
      admin: { get: () => logins.admin },
      ada: { get: () => logins.ada },
      reader: { get: () => logins.reader },
    },
  ) as GuardedStack;
}

async function addAccount(
  client: RegistryClient,
  admin: Login,
  kind: "people" | "robots",
  name: string,
): Promise<void> {
  await post(client, admin, kind, { name });
}

async function addKey(client: RegistryClient, admin: Login, owner: string): Promise<string> {
  const made = await post(client, admin, "keys", { owner, name: "test" });
  return (made as { readonly secret: string }).secret;
}

async function post(client: RegistryClient, admin: Login, path: string, body: object): Promise<unknown> {
  const answer = await client.fetch(`/v2/_berth/${path}`, {
    method: "POST",
    headers: { ...basic(admin), "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}
