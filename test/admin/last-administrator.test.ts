import { beforeAll, describe, expect, it } from "vitest";
import { administered, refusal } from "./support.ts";

// The caller may administer whatever the policy says; the policy's administrators are others.
const { ask } = administered({
  policy: `version: 1
groups: { roots: [user:ada, user:ben, robot:keeper] }
rules: [{ who: group:roots, may: admin, on: "**" }]
`,
});
const PASSWORD = "correct horse battery staple";
const REFUSED = {
  status: 409,
  code: "NO_ADMINISTRATOR",
  detail: { cure: expect.stringMatching(/let somebody else administer it first/) },
};

const remove = (path: string) => ask(`/v2/_berth/${path}`, { method: "DELETE" });
const addKey = async (owner: string, name: string, more: object = {}) => {
  const { body } = await ask("/v2/_berth/keys", { method: "POST", body: { owner, name, ...more } });
  return (body as { id: string }).id;
};
/** Everything that the administration has. */
const state = async () =>
  Promise.all(
    ["people", "robots", "keys", "policy"].map(async (each) => (await ask(`/v2/_berth/${each}`)).body),
  );
const isRefused = async (path: string) => {
  const before = await state();
  expect(refusal(await remove(path))).toEqual(REFUSED);
  expect(await state()).toEqual(before);
};

beforeAll(async () => {
  for (const name of ["ada", "ben"]) await ask("/v2/_berth/people", { method: "POST", body: { name } });
  await ask("/v2/_berth/robots", { method: "POST", body: { name: "keeper" } });
});

describe("the last administrator over HTTP", () => {
  it("keeps the last way in, and may go once there is another", async () => {
    await ask("/v2/_berth/people/ada/password", { method: "PUT", body: { password: PASSWORD } });
    for (const path of ["people/ada", "people/ada/password"]) await isRefused(path);
    const narrow = { limits: [{ repositories: "shop/**", actions: ["pull"] }] };
    await addKey("robot:keeper", "narrow", narrow);
    await isRefused("people/ada");
    const id = await addKey("robot:keeper", "wide");
    expect((await remove("people/ada")).status).toBe(204);
    for (const path of [`keys/${id}`, "robots/keeper"]) await isRefused(path);
    expect((await remove("people/ben")).status).toBe(204);
  });

  it("is one of two who are deleted at once", async () => {
    await ask("/v2/_berth/people", { method: "POST", body: { name: "ben" } });
    await addKey("user:ben", "one");
    const both = await Promise.all([remove("people/ben"), remove("robots/keeper")]);
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([204, 409]));
    const [people, robots] = await state();
    const left = [people, robots].flatMap(
      (listed) => Object.values(listed as object).flat() as { name: string }[],
    );
    expect(left.filter(({ name }) => name === "ben" || name === "keeper")).toHaveLength(1);
  });

  it("is told what to do in the words of berth", async () => {
    const policy = 'version: 1\nrules: [{ who: user:nobody, may: admin, on: "**" }]\n';
    const told = await ask("/v2/_berth/policy", { method: "PUT", body: { policy } });
    expect(refusal(told)).toMatchObject({
      status: 409,
      code: "NO_ADMINISTRATOR",
      detail: { cure: expect.stringMatching(/berth key recover/) },
    });
  });
});
