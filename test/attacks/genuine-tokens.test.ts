import { describe, expect, it } from "vitest";
import { type Attempt, attacked, type Sender } from "./support/attacked.ts";
import {
  ADMINISTRATION,
  byHead,
  DELETE,
  deletes,
  everything,
  notByHead,
  PUSH,
  pushes,
  READ,
  reads,
} from "./support/attempts.ts";
import { IMAGE } from "./support/image.ts";

const berth = attacked();
const CATALOG: Attempt = { path: "/v2/_catalog" };
const ALL_OF_A = "repository:shop/a:pull,push,delete";

describe("what is stored", () => {
  it("is another after each thing that who may has done: these tests would notice", async () => {
    const { ada, admin } = berth.people();
    const changing: readonly (readonly [Attempt, Sender])[] = [
      [{ path: "/v2/shop/a/blobs/uploads/", method: "POST" }, ada],
      [{ path: `/v2/shop/new/blobs/uploads/?mount=sha256:${"0".repeat(64)}`, method: "POST" }, ada],
      [
        {
          path: "/v2/shop/a/manifests/gone",
          method: "PUT",
          body: IMAGE.bytes.toString(),
          headers: { "Content-Type": IMAGE.mediaType },
        },
        ada,
      ],
      [{ path: "/v2/shop/a/manifests/gone", method: "DELETE" }, ada],
      [
        {
          path: "/v2/_berth/people",
          method: "POST",
          body: '{"name":"eve"}',
          headers: { "Content-Type": "application/json" },
        },
        admin,
      ],
      [{ path: "/v2/_berth/people/eve", method: "DELETE" }, admin],
    ];
    for (const [{ path, ...init }, as] of changing) {
      const before = await berth.stored();
      expect((await berth.fetch(path, init, as)).ok, `${init.method} ${path}`).toBe(true);
      expect(await berth.stored(), `${init.method} ${path}`).not.toEqual(before);
    }
  });
});

describe("a genuine token", () => {
  it.each(["shop/ab", "shop/a/b", "shop", "other", "a", "never"])(
    "for shop/a opens nothing in %s",
    async (repo) => {
      const token = await berth.tokenFor(berth.people().ada, ALL_OF_A);
      expect(await berth.outcomes(everything(repo), { token })).toEqual([401]);
    },
  );

  it("to pull pushes nothing and deletes nothing", async () => {
    const token = await berth.tokenFor(berth.people().ada, "repository:shop/a:pull");
    expect(await berth.outcomes([...pushes("shop/a"), ...deletes("shop/a")], { token })).toEqual([401]);
    expect(await berth.outcomes([READ], { token })).toEqual([200]);
  });

  it("to push deletes nothing", async () => {
    const token = await berth.tokenFor(berth.people().ada, "repository:shop/a:pull,push");
    expect(await berth.outcomes(deletes("shop/a"), { token })).toEqual([401]);
    expect((await berth.fetch(PUSH.path, { method: "POST" }, { token })).status).toBe(202);
  });

  it("that was asked for more than its caller may holds no more", async () => {
    const { ben, rea } = berth.people();
    const asBen = { token: await berth.tokenFor(ben, ALL_OF_A) };
    const asRea = { token: await berth.tokenFor(rea, ALL_OF_A) };
    expect(await berth.outcomes(deletes("shop/a"), asBen)).toEqual([403]);
    expect(await berth.outcomes([...pushes("shop/a"), ...deletes("shop/a")], asRea)).toEqual([403]);
  });

  it("limited to tags moves no other tag, neither by its name nor by the parameter", async () => {
    const token = await berth.tokenFor(berth.people().tag, "repository:shop/a:pull,push");
    const put = (reference: string): Attempt => ({
      path: `/v2/shop/a/manifests/${reference}`,
      method: "PUT",
      body: IMAGE.bytes.toString(),
      headers: { "Content-Type": IMAGE.mediaType },
    });
    const others = [put("latest"), put(`${IMAGE.digest}?tag=v2&tag=latest`)];
    expect(await berth.outcomes(others, { token })).toEqual([403]);
  });

  it("for a repository lists no catalog and administers nothing", async () => {
    const { ada, admin } = berth.people();
    for (const login of [ada, admin]) {
      const token = await berth.tokenFor(login, "repository:shop/a:*");
      expect(await berth.outcomes([CATALOG, ...ADMINISTRATION], { token })).toEqual([401]);
    }
  });

  it("for the catalog lists what its caller may pull, and reads none of it", async () => {
    const token = await berth.tokenFor(berth.people().ben, "registry:catalog:*");
    for (const answer of await berth.answers([CATALOG], { token }))
      expect(await answer.json()).toEqual({ repositories: ["shop/a"] });
    expect(await berth.outcomes(reads("shop/a"), { token })).toEqual([401]);
  });
});

describe("who has no right to administer", () => {
  it("administers nothing, by Basic or with a token", async () => {
    const { ada, ben } = berth.people();
    for (const login of [ada, ben]) {
      expect(await berth.outcomes(ADMINISTRATION, login)).toEqual([403]);
      const token = await berth.tokenFor(login, "registry:berth:admin");
      expect(await berth.outcomes(ADMINISTRATION, { token })).toEqual([403]);
    }
    expect(await berth.outcomes(ADMINISTRATION)).toEqual([401]);
  });
});

describe("who had the right to administer", () => {
  const json = { "Content-Type": "application/json" };

  it("administers nothing with a token that outlives their access key: they would make themselves another", async () => {
    const { admin } = berth.people();
    const body = JSON.stringify({ owner: "user:admin", name: "leaked" });
    const added = await berth.fetch("/v2/_berth/keys", { method: "POST", body, headers: json }, admin);
    const { id, secret } = (await added.json()) as { readonly id: string; readonly secret: string };
    const token = await berth.tokenFor({ name: "admin", secret }, "registry:berth:admin");
    const asks: Attempt = { path: "/v2/_berth/people" };
    expect(await berth.outcomes([asks], { token })).toEqual([200]);
    expect((await berth.fetch(`/v2/_berth/keys/${id}`, { method: "DELETE" }, admin)).status).toBe(204);
    const another = JSON.stringify({ owner: "user:admin", name: "another" });
    const keys: Attempt = { path: "/v2/_berth/keys", method: "POST", body: another, headers: json };
    expect(await berth.outcomes([keys, ...ADMINISTRATION], { token })).toEqual([403]);
    expect(await berth.outcomes([asks], admin)).toEqual([200]);
  });
});

describe("a refusal", () => {
  /** What differs between any two answers of a home. */
  const PASSING = new Set([
    "date",
    "x-amz-cf-id",
    "x-request-id",
    "apigw-requestid",
    "connection",
    "keep-alive",
  ]);

  /** The whole answers, as bytes, but for the repository's name. */
  async function toldOf(repo: string, as: Sender): Promise<readonly string[]> {
    const told: string[] = [];
    for (const answer of await berth.answers(everything(repo), as)) {
      const headers = [...answer.headers].filter(([name]) => !PASSING.has(name));
      const text = `${answer.status} ${JSON.stringify(headers)} ${await answer.text()}`;
      told.push(text.replaceAll(repo, "REPO"));
    }
    return told;
  }

  it.each<[string, () => Promise<Sender>]>([
    ["nobody", async () => undefined],
    ["by Basic", async () => berth.people().ben],
    ["with a token for it", async () => ({ token: await benFor("other", "never") })],
    ["with a token for another", async () => ({ token: await benFor("shop/a") })],
    ["with no token of ours", async () => ({ token: "5ec7e7" })],
  ])(
    "is the same, byte for byte, of a repository that is there and of one that is not: %s",
    async (_, sender) => {
      const as = await sender();
      expect(await toldOf("other", as)).toEqual(await toldOf("never", as));
      const tried = [...everything("other"), ...everything("never")];
      const statuses = [await berth.outcomes(byHead(tried), as), await berth.outcomes(notByHead(tried), as)];
      expect([
        [[401], [401]],
        [[404], [403]],
      ]).toContainEqual(statuses);
    },
  );

  const benFor = (...repositories: readonly string[]) =>
    berth.tokenFor(berth.people().ben, ...repositories.map((repo) => `repository:${repo}:pull,push,delete`));

  it("is 403 of HEAD as well, for who does not ask to push", async () => {
    const token = await berth.tokenFor(berth.people().ben, "repository:other:pull", "repository:never:pull");
    expect(await berth.outcomes([...reads("other"), ...reads("never")], { token })).toEqual([403]);
  });

  it("of a mount from where the caller may not pull is the one of a mount from where there is nothing", async () => {
    const token = await benFor("shop/a");
    const mount = async (from: string) => {
      const path = `/v2/shop/a/blobs/uploads/?mount=${IMAGE.digest}&from=${from}`;
      const answer = await berth.fetch(path, { method: "POST" }, { token });
      const names = [...answer.headers.keys()].filter((name) => !PASSING.has(name));
      return [answer.status, names.toSorted(), await answer.text()];
    };
    const absent = await mount("never");
    expect(absent[0]).toBe(202);
    expect(await mount("other")).toEqual(absent);
  });

  it("deletes nothing on its way", async () => {
    expect(await berth.outcomes([DELETE], berth.people().ben)).toEqual([403]);
    expect(await berth.outcomes([READ], berth.people().ben)).toEqual([200]);
  });
});
