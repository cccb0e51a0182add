import { describe, expect, it } from "vitest";
import { administered, refusal } from "./support.ts";

const berth = administered();
const { ask } = berth;
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

describe("people and robots over HTTP", () => {
  it("are added, told, listed and deleted", async () => {
    const added = await ask("/v2/_berth/people", { method: "POST", body: { name: "ada@shop" } });
    const ada = { name: "ada@shop", created: TIME, actor: "user:admin", password: false };
    expect([added.status, added.headers.get("Location"), added.body]).toEqual([
      201,
      "/v2/_berth/people/ada@shop",
      ada,
    ]);
    expect(added.headers.get("Cache-Control")).toBe("no-store");
    expect((await ask("/v2/_berth/people/ada%40shop")).body).toEqual(ada);
    const robot = await ask("/v2/_berth/robots", { method: "POST", body: { name: "ci" } });
    expect(robot.body).toEqual({ name: "ci", created: TIME, actor: "user:admin" });
    expect((await ask("/v2/_berth/people")).body).toMatchObject({
      people: [{ name: "ada@shop" }, { name: "admin" }],
    });
    expect((await ask("/v2/_berth/robots")).body).toMatchObject({ robots: [{ name: "ci" }] });
    expect((await ask("/v2/_berth/robots/ci", { method: "DELETE" })).status).toBe(204);
    expect(refusal(await ask("/v2/_berth/robots/ci", { method: "DELETE" }))).toEqual({
      status: 404,
      code: "ACCOUNT_UNKNOWN",
      detail: { robot: "ci" },
    });
  });

  it.each(["oidc", "aws"])("are not called %s, the user name of logins that no account has", async (name) => {
    for (const kind of ["people", "robots"]) {
      expect(refusal(await ask(`/v2/_berth/${kind}`, { method: "POST", body: { name } }))).toMatchObject({
        status: 400,
        detail: { reason: expect.stringMatching(/not oidc or aws$/) },
      });
    }
  });

  it("are told apart by their names alone", async () => {
    await ask("/v2/_berth/people", { method: "POST", body: { name: "eve" } });
    const taken = { status: 409, code: "ACCOUNT_EXISTS", detail: { name: "eve" } };
    expect(refusal(await ask("/v2/_berth/people", { method: "POST", body: { name: "eve" } }))).toEqual(taken);
    expect(refusal(await ask("/v2/_berth/robots", { method: "POST", body: { name: "eve" } }))).toEqual(taken);
    expect(refusal(await ask("/v2/_berth/robots/eve"))).toEqual({
      status: 404,
      code: "ACCOUNT_UNKNOWN",
      detail: { robot: "eve" },
    });
  });

  it("are listed page by page, and Links lead to the end", async () => {
    for (const name of ["p1", "p2", "p3"]) await ask("/v2/_berth/robots", { method: "POST", body: { name } });
    const seen: string[] = [];
    for (let path: string | undefined = "/v2/_berth/robots?n=2"; path !== undefined; ) {
      const page = await ask(path);
      seen.push(...(page.body as { robots: { name: string }[] }).robots.map(({ name }) => name));
      path = /^<([^>]+)>; rel="next"$/.exec(page.headers.get("Link") ?? "")?.[1];
    }
    expect(seen).toEqual(["p1", "p2", "p3"]);
    expect(refusal(await ask("/v2/_berth/robots?n=x"))).toMatchObject({
      status: 400,
      code: "PAGINATION_NUMBER_INVALID",
    });
  });

  it("log in with the password that was set, which no answer tells", async () => {
    await ask("/v2/_berth/people", { method: "POST", body: { name: "pat" } });
    const body = { password: "a long pass: word" };
    const set = await ask("/v2/_berth/people/pat/password", { method: "PUT", body });
    expect([set.status, set.text]).toEqual([204, ""]);
    const told = await ask("/v2/_berth/people/pat");
    expect(told.body).toMatchObject({ password: true });
    expect(told.text).not.toMatch(/scrypt|word:/);
    const as = `pat:${body.password}`;
    expect((await ask("/v2/_berth/self", { as })).body).toEqual({ caller: "user:pat" });
    expect((await ask("/v2/_berth/people/pat/password", { method: "DELETE" })).status).toBe(204);
    expect(refusal(await ask("/v2/_berth/self", { as }))).toMatchObject({
      status: 401,
      code: "UNAUTHORIZED",
    });
    expect(refusal(await ask("/v2/_berth/people/nobody/password", { method: "PUT", body }))).toMatchObject({
      status: 404,
      code: "ACCOUNT_UNKNOWN",
    });
  });
});
