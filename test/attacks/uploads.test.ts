import { randomBytes, randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type Attempt, attacked, type Sender } from "./support/attacked.ts";
import { SECRET_BLOB } from "./support/image.ts";

const berth = attacked();

/** A new upload of somebody's in shop/a, as its own client is told of it: at whatever host. */
async function begin(as: Sender): Promise<URL> {
  const begun = await berth.fetch("/v2/shop/a/blobs/uploads/", { method: "POST" }, as);
  expect(begun.status).toBe(202);
  return new URL(begun.headers.get("Location") ?? "", begun.url);
}

/** All that can be done with an upload, where the home says that it goes on and where it does not. */
function attempts(location: URL): readonly Attempt[] {
  const committing = `${location.search === "" ? "?" : `${location.search}&`}digest=${SECRET_BLOB.digest}`;
  const own = location.pathname + location.search;
  return [location.href, own].flatMap((path) => [
    { path },
    { path, method: "PATCH", body: "evil" },
    { path: `${path.split("?")[0]}${committing}`, method: "PUT", body: SECRET_BLOB.bytes.toString() },
    { path, method: "DELETE" },
  ]);
}

const withSecret = (location: URL, secret: string | null): URL => {
  const changed = new URL(location);
  if (secret === null) changed.searchParams.delete("secret");
  else changed.searchParams.set("secret", secret);
  return changed;
};
const withPath = (location: URL, change: (path: string) => string): URL => {
  const changed = new URL(location);
  changed.pathname = change(changed.pathname);
  return changed;
};

describe("an upload of another caller", () => {
  it("goes on for who began it, and these tests would notice", async () => {
    const location = await begin(berth.people().ada);
    const before = await berth.stored();
    const patched = await berth.fetch(location.href, { method: "PATCH", body: "half" });
    expect(patched.status).toBe(202);
    expect(await berth.stored()).not.toEqual(before);
    expect((await berth.fetch(location.href, { method: "DELETE" })).status).toBe(204);
  });

  it("is unknown to who knows all of it but its secret, whatever else they may", async () => {
    const { ada, ben } = berth.people();
    const location = await begin(ada);
    const secret = location.searchParams.get("secret") ?? "";
    const own = (await begin(ben)).searchParams.get("secret");
    const turned = `${secret.startsWith("A") ? "B" : "A"}${secret.slice(1)}`;
    const token = await berth.tokenFor(ben, "repository:shop/a:pull,push");
    for (const guess of [null, "", turned, secret.slice(0, -1), `${secret}A`, secret.toLowerCase(), own])
      for (const as of [undefined, { token }])
        expect(await berth.outcomes(attempts(withSecret(location, guess)), as)).toEqual([404]);
  });

  it("is unknown in another repository, and by another id, with the secret of a genuine one", async () => {
    const { ben } = berth.people();
    const location = await begin(ben);
    const id = location.pathname.split("/").at(-1) ?? "";
    const other = (await begin(berth.people().ada)).pathname.split("/").at(-1) ?? "";
    const token = await berth.tokenFor(ben, "repository:shop/a:pull,push");
    const places: readonly ((path: string) => string)[] = [
      (path) => path.replace("/shop/a/", "/shop/ab/"),
      (path) => path.replace("/shop/a/", "/other/"),
      (path) => path.replace("/shop/a/", "/never/"),
      (path) => path.replace(id, other),
      (path) => path.replace(id, id.toUpperCase()),
      (path) => path.replace(id, randomUUID()),
    ];
    for (const place of places)
      for (const as of [undefined, { token }])
        expect(await berth.outcomes(attempts(withPath(location, place)), as)).toEqual([404]);
  });

  it.each(["0", "1", "-", "_", "*", "%2A", "SESSION", "a%23SESSION", "x%2F..%2Fy", "A".repeat(300)])(
    "is not found by guessing: %.20s",
    async (id) => {
      const location = await begin(berth.people().ada);
      const guess = withSecret(location, randomBytes(32).toString("base64url"));
      const path = guess.pathname.replace(/[^/]+$/, id) + guess.search;
      const tried = [{ path }, { path, method: "PATCH", body: "evil" }, { path, method: "DELETE" }];
      for (const status of await berth.outcomes(tried)) expect([400, 401, 403, 404]).toContain(status);
    },
  );

  it("is answered the same as one that never was", async () => {
    const location = withSecret(await begin(berth.people().ada), "guessed");
    const never = withPath(location, (path) => path.replace(/[^/]+$/, randomUUID()));
    const told = async (place: URL): Promise<readonly unknown[]> => {
      const id = place.pathname.split("/").at(-1) ?? "";
      const answers = await berth.answers(attempts(place));
      return Promise.all(
        answers.map(async (answer) => [answer.status, (await answer.text()).replaceAll(id, "ID")]),
      );
    };
    expect(await told(location)).toEqual(await told(never));
  });

  it("is begun by nobody who may not push, and leaves nothing behind", async () => {
    const path = "/v2/shop/a/blobs/uploads/";
    const begun: readonly Attempt[] = [
      "",
      `?digest=${SECRET_BLOB.digest}`,
      `?mount=${SECRET_BLOB.digest}`,
    ].map((query) => ({ path: `${path}${query}`, method: "POST", body: "x" }));
    expect(await berth.outcomes(begun)).toEqual([401]);
    expect(await berth.outcomes(begun, berth.people().rea)).toEqual([403]);
  });

  it("has a secret of which nothing is stored or logged", async () => {
    const location = await begin(berth.people().ada);
    const secret = location.searchParams.get("secret") ?? "";
    expect(secret).toMatch(/^[\w-]{43}$/);
    await berth.fetch(location.href);
    await berth.fetch(withSecret(location, `${secret}A`).href, { method: "PATCH", body: "evil" });
    expect((await berth.stored()).join("\n")).not.toContain(secret);
    expect(await berth.logged()).not.toContain(secret);
  });
});
