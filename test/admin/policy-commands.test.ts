import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runBerth } from "../support/berth-process.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { administered } from "./support.ts";

const berth = administered({ tokens: true });
const host = () => new URL(berth.url).host;

const POLICY = `# ours
version: 1
rules:
  - { who: user:admin, may: [pull, admin], on: "**" }
  - { who: robot:ci, may: push, on: shop/api }
`;

let temporary: TemporaryFolder;
const file = (name: string) => join(temporary.path, name);
beforeAll(async () => {
  temporary = await temporaryFolder();
  writeFileSync(file("policy.yaml"), POLICY);
  writeFileSync(file("closed.yaml"), POLICY.replace("admin]", "push]"));
  writeFileSync(file("broken.yaml"), POLICY.replace("push", "psuh"));
});
afterAll(() => temporary.remove());

const run = (args: readonly string[], password = berth.admin.slice("admin:".length)) =>
  runBerth(["policy", ...args], {
    variables: { BERTH_REGISTRY: host(), BERTH_USERNAME: "admin", BERTH_PASSWORD: password },
  });

const BUILT_IN = "the built-in policy, which lets user:admin do everything and nobody else anything";
const PUSH = ["test", "--as", "ci", "--action", "push", "--repo", "shop/api"];

describe("berth policy get, set, reset and test, at a registry", () => {
  it("put a policy in force, ask it, show it as it was written and whose it is, and go back", async () => {
    expect(await run(["get"])).toMatchObject({ code: 0, stderr: `${BUILT_IN}.\n` });
    expect(await run(["set", file("policy.yaml")])).toEqual({
      code: 0,
      stdout: `${host()} has a new policy: 2 rules, 0 groups, 0 issuers. It stays until berth policy reset.\n`,
      stderr: "",
    });
    const { stdout, stderr } = await run(["get"]);
    expect(stdout).toBe(POLICY);
    expect(stderr).toMatch(/^set \d{4}-\d\d-\d\d \d\d:\d\d UTC by user:admin, until berth policy reset\.\n$/);
    const json = await run(["get", "--json"]);
    expect(json.stderr).toBe("");
    expect(JSON.parse(json.stdout)).toMatchObject({ source: "set", actor: "user:admin", policy: POLICY });
    expect(await run(PUSH)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("by rules[1], line 5"),
    });
    expect((await run([...PUSH.slice(0, -1), "shop/web"])).code).toBe(1);
    expect(await run(["reset"])).toEqual({
      code: 0,
      stdout: `${host()} is back to what it was started with: ${BUILT_IN}.\n`,
      stderr: "",
    });
  });

  it("refuse what is no policy by line, and what lets nobody administer, unless that is forced", async () => {
    const broken = await run(["set", file("broken.yaml")]);
    expect(broken.code).toBe(1);
    expect(broken.stderr).toContain("line 5: rules[1].may: 'psuh' is none of");
    const closed = await run(["set", file("closed.yaml")]);
    expect(closed.code).toBe(1);
    expect(closed.stderr).toContain("refuses (409): nobody could administer the registry then");
    expect((await run(["get"])).stderr).toBe(`${BUILT_IN}.\n`);
    expect((await run(["set", file("closed.yaml"), "--force"])).code).toBe(0);
    const locked = await run(["reset", "--force"]);
    expect(locked.code).toBe(1);
    expect(locked.stderr).toContain("user:admin has no right to administer the registry");
  });

  it("don't take a refusal of the registry for a denial", async () => {
    const { code, stderr } = await run(PUSH, "wrong");
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("401") });
    expect((await run(["get"], "wrong")).code).toBe(1);
  });
});
