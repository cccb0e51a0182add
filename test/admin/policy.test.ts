import { afterEach, describe, expect, it } from "vitest";
import { administered, refusal } from "./support.ts";

const { ask } = administered();
const PATH = "/v2/_berth/policy";

const rulesOf = (...rules: readonly string[]): string =>
  `version: 1\ngroups: { roots: [user:nobody, user:admin] }\nrules:\n${rules.map((rule) => `  - ${rule}\n`).join("")}`;
const ADMINISTERED = rulesOf(
  '{ who: group:roots, may: admin, on: "**" }',
  "{ who: anonymous, may: pull, on: public/** }",
);
const set = (policy: unknown, more: Record<string, unknown> = {}) =>
  ask(PATH, { method: "PUT", body: { policy, ...more } });
const inForce = async () => (await ask(PATH)).body as Record<string, unknown>;

afterEach(() => ask(`${PATH}?force=true`, { method: "DELETE" }));

describe("the policy over HTTP", () => {
  it("is the one of the start, and says so", async () => {
    const { status, body, headers } = await ask(PATH);
    expect({ status, body }).toEqual({
      status: 200,
      body: { source: "built-in", policy: expect.stringContaining("who: user:admin") },
    });
    expect(headers.get("Cache-Control")).toBe("no-store");
  });

  it("is set as it was written, and says since when and by whom", async () => {
    const before = Date.now();
    const told = await set(ADMINISTERED);
    expect(told.status).toBe(200);
    const now = await inForce();
    expect(now).toEqual(told.body);
    expect(now).toMatchObject({ source: "set", actor: "user:admin", policy: ADMINISTERED });
    const since = Date.parse(String(now["since"]));
    expect(since).toBeGreaterThanOrEqual(before);
    expect(since).toBeLessThanOrEqual(Date.now());
  });

  it("is reset to the one of the start, also twice", async () => {
    await set(ADMINISTERED);
    for (const _ of [1, 2]) {
      const { status, body } = await ask(PATH, { method: "DELETE" });
      expect({ status, body }).toMatchObject({ status: 200, body: { source: "built-in" } });
    }
    expect(await inForce()).toMatchObject({ source: "built-in" });
  });

  it("is refused with every complaint, and stays as it was", async () => {
    await set(ADMINISTERED);
    const broken = ADMINISTERED.replace("admin,", "amdin,").replace("public/**", "Public/**");
    for (const force of [false, true]) {
      expect(refusal(await set(broken, { force }))).toEqual({
        status: 400,
        code: "POLICY_INVALID",
        detail: {
          complaints: [
            "line 4: rules[0].may: 'amdin' is none of pull, push, delete, admin; did you mean admin?",
            "line 5: rules[1].on: 'Public/**': repository names are in lower case",
          ],
        },
      });
    }
    expect(await inForce()).toMatchObject({ policy: ADMINISTERED });
  });

  it.each([
    ["has no rule for admin", rulesOf("{ who: user:admin, may: pull, on: a }")],
    [
      "lets nobody administer who exists",
      rulesOf('{ who: [user:nobody, robot:admin], may: admin, on: "**" }'),
    ],
    [
      "lets an empty group administer",
      rulesOf('{ who: group:roots, may: admin, on: "**" }').replace(/\[.*?\]/, "[]"),
    ],
  ])("is refused where it %s, unless it is forced", async (_, policy) => {
    await set(ADMINISTERED);
    expect(refusal(await set(policy))).toMatchObject({ status: 409, code: "NO_ADMINISTRATOR" });
    expect(await inForce()).toMatchObject({ policy: ADMINISTERED });
    expect((await set(policy, { force: true })).status).toBe(200);
    expect(await inForce()).toMatchObject({ policy });
  });

  it.each([
    ["every account", 'who: authenticated, may: admin, on: "**"'],
    ["a role of AWS", 'who: { aws: arn:aws:iam::123456789012:role/ops }, may: admin, on: "**"'],
  ])("may leave the administration to %s", async (_, rule) => {
    expect((await set(rulesOf(`{ ${rule} }`))).status).toBe(200);
  });

  it.each([
    [{}, "policy"],
    [{ policy: 1 }, "policy"],
    [{ policy: ADMINISTERED, force: "yes" }, "force"],
    [{ policy: ADMINISTERED, also: 1 }, "also"],
  ])("takes no %j", async (body, field) => {
    const told = refusal(await ask(PATH, { method: "PUT", body }));
    expect(told).toMatchObject({ status: 400, code: "REQUEST_INVALID", detail: { field } });
    expect(await inForce()).toMatchObject({ source: "built-in" });
  });

  it("is refused with the first of very many complaints, and those are short", async () => {
    const groups = Array.from({ length: 1500 }, (_, at) => `  group-name-${at}: user:a\n`).join("");
    const names = Array.from({ length: 4000 }, (_, at) => `group:group-nam-${at}`).join(",");
    const text = `version: 1\ngroups:\n${groups}rules:\n  - { may: pull, on: a, who: [${names}] }\n`;
    const told = await set(text, { force: true });
    expect(refusal(told)).toMatchObject({ status: 400, code: "POLICY_INVALID" });
    expect(told.text.match(/line 1504: /g)).toHaveLength(50);
    expect(told.text).toContain("… and perhaps more: reading ended after 50 complaints");
    expect(told.text.length).toBeLessThan(20_000);
    expect(await inForce()).toMatchObject({ source: "built-in" });
  });

  it("looks for an administrator among the first hundred that it names", async () => {
    const nobody = Array.from({ length: 100 }, (_, at) => `user:nobody-${at}`).join(", ");
    const named = (who: string) => rulesOf(`{ who: [${who}], may: admin, on: "**" }`);
    expect(refusal(await set(named(`${nobody}, user:admin`)))).toMatchObject({ code: "NO_ADMINISTRATOR" });
    expect((await set(named(`user:admin, ${nobody}, ${nobody}`))).status).toBe(200);
  });

  it("takes one of 128 KB and none of more", async () => {
    const fill = (bytes: number) => `${ADMINISTERED}#`.padEnd(bytes, '"');
    expect((await set(fill(128 * 1024))).status).toBe(200);
    expect(refusal(await set(fill(128 * 1024 + 1)))).toMatchObject({ status: 400, code: "POLICY_INVALID" });
    expect(refusal(await set(fill(600 * 1024)))).toMatchObject({ status: 413, code: "REQUEST_INVALID" });
  });
});

describe("a registry that was started with a policy without an administrator", () => {
  const other = administered({ policy: rulesOf("{ who: anonymous, may: pull, on: a }") });

  it("is not reset to it, unless that is forced", async () => {
    await other.ask(PATH, { method: "PUT", body: { policy: ADMINISTERED } });
    const refused = await other.ask(PATH, { method: "DELETE" });
    expect(refusal(refused)).toMatchObject({ status: 409, code: "NO_ADMINISTRATOR" });
    expect((await other.ask(PATH)).body).toMatchObject({ source: "set" });
    const forced = await other.ask(`${PATH}?force=true`, { method: "DELETE" });
    expect({ status: forced.status, body: forced.body }).toMatchObject({
      status: 200,
      body: { source: "file" },
    });
  });
});
