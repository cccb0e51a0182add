import { beforeAll, describe, expect, it } from "vitest";
import { administered, refusal, type Told } from "./support.ts";

const { ask } = administered();
interface Made {
  readonly id: string;
  readonly secret: string;
  readonly expires: string;
}
const add = (body: object) => ask("/v2/_berth/keys", { method: "POST", body });
const made = ({ body }: Told) => body as Made;
const whoIs = async (name: string, secret: string) => {
  const { status, body } = await ask("/v2/_berth/self", { as: `${name}:${secret}` });
  return status === 200 ? body : status;
};

beforeAll(async () => {
  await ask("/v2/_berth/robots", { method: "POST", body: { name: "ci" } });
  await ask("/v2/_berth/people", { method: "POST", body: { name: "ada" } });
});

describe("access keys over HTTP", () => {
  it("are told with their secret once, and log in", async () => {
    const limits = [{ repositories: "shop/**", actions: ["pull", "push"], tags: ["v*"] }];
    const added = await add({ owner: "robot:ci", name: "build", lifetime: 3600, limits });
    const { id, secret, expires } = made(added);
    expect([added.status, added.headers.get("Location")]).toEqual([201, `/v2/_berth/keys/${id}`]);
    expect(added.body).toMatchObject({ owner: "robot:ci", name: "build", actor: "user:admin", limits });
    expect(Math.abs(Date.parse(expires) - Date.now() - 3_600_000)).toBeLessThan(600_000);
    expect(await whoIs("ci", secret)).toEqual({ caller: "robot:ci" });
    const told = await ask(`/v2/_berth/keys/${id}`);
    expect(told.body).toEqual({ ...(added.body as object), secret: undefined });
    const listed = await ask("/v2/_berth/keys?owner=robot:ci");
    expect(listed.body).toEqual({ keys: [told.body] });
    expect(told.text + listed.text).not.toContain("berth_");
    expect(refusal(await add({ owner: "robot:ci", name: "build" }))).toMatchObject({
      status: 409,
      code: "ACCESS_KEY_EXISTS",
    });
    expect(refusal(await add({ owner: "robot:nobody", name: "build" }))).toEqual({
      status: 404,
      code: "ACCOUNT_UNKNOWN",
      detail: { robot: "nobody" },
    });
    expect(refusal(await add({ owner: "user:ci", name: "build" }))).toEqual({
      status: 404,
      code: "ACCOUNT_UNKNOWN",
      detail: { person: "ci" },
    });
  });

  it("are rotated, with the old secret for as long as it was said, and revoked", async () => {
    const { id, secret } = made(await add({ owner: "user:ada", name: "laptop" }));
    const rotate = (body: object) => ask(`/v2/_berth/keys/${id}/rotate`, { method: "POST", body });
    const first = await rotate({ overlap: 60 });
    expect(first.body).toMatchObject({ id, owner: "user:ada", oldSecretUntil: expect.any(String) });
    expect(await whoIs("ada", secret)).toEqual({ caller: "user:ada" });
    const second = made(await rotate({ overlap: 0, lifetime: 3600 }));
    expect(await whoIs("ada", made(first).secret)).toBe(401);
    expect(await whoIs("ada", second.secret)).toEqual({ caller: "user:ada" });
    expect((await ask(`/v2/_berth/keys/${id}`, { method: "DELETE" })).status).toBe(204);
    expect(await whoIs("ada", second.secret)).toBe(401);
    const gone = { status: 404, code: "ACCESS_KEY_UNKNOWN", detail: { id } };
    expect(refusal(await ask(`/v2/_berth/keys/${id}`, { method: "DELETE" }))).toEqual(gone);
    expect(refusal(await rotate({ overlap: 0 }))).toEqual(gone);
  });

  it("are listed page by page, everybody's and one owner's", async () => {
    for (const name of ["one", "two", "three"]) await add({ owner: "user:ada", name });
    const walk = async (first: string) => {
      const seen: string[] = [];
      for (let path: string | undefined = first; path !== undefined; ) {
        const page = await ask(path);
        seen.push(
          ...(page.body as { keys: { owner: string; name: string }[] }).keys.map(
            ({ owner, name }) => `${owner} ${name}`,
          ),
        );
        path = /^<([^>]+)>; rel="next"$/.exec(page.headers.get("Link") ?? "")?.[1];
      }
      return seen.toSorted();
    };
    const adas = ["user:ada one", "user:ada three", "user:ada two"];
    expect(await walk("/v2/_berth/keys?owner=user:ada&n=2")).toEqual(adas);
    expect(await walk("/v2/_berth/keys?n=1")).toEqual(
      ["robot:ci build", ...adas, "user:admin first"].toSorted(),
    );
  });
});
