import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { buffer } from "node:stream/consumers";
import { beforeAll, describe, expect, it } from "vitest";
import { administered } from "./support.ts";

// A password takes long enough here for a queue to form.
const berth = administered({ tokens: true, passwordCost: { logN: 13, r: 8, p: 1 } });
const { ask } = berth;
const PASSWORD = "correct horse battery staple";

const give = (name: string, password = PASSWORD) =>
  ask(`/v2/_berth/people/${name}/password`, { method: "PUT", body: { password } });
const add = (name: string) => ask("/v2/_berth/people", { method: "POST", body: { name } });

beforeAll(async () => {
  for (const name of ["ada", "ben"]) {
    await add(name);
    await give(name);
  }
});

/** The status of a login from an address of this machine: of a request by Basic, or of one for a token. */
async function logIn(
  localAddress: string,
  name: string,
  secret = PASSWORD,
  path: "/v2/" | "/token" = "/v2/",
): Promise<number> {
  const headers = { Authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString("base64")}` };
  const asking = request(new URL(path, berth.url), { localAddress, headers, agent: false }).end();
  const [answer] = (await once(asking, "response")) as [IncomingMessage];
  await buffer(answer);
  return answer.statusCode ?? 0;
}
const counted = (statuses: readonly number[]) => Object.groupBy(statuses, (status) => String(status));

describe("a flood of logins with made-up names", () => {
  it("is refused to its own network, while people elsewhere log in and passwords are set", async () => {
    const flood = Array.from({ length: 90 }, (_, at) => logIn("127.0.0.2", `made-up-${at}`));
    const others = [logIn("127.0.0.3", "ada"), logIn("127.0.0.4", "ben"), logIn("127.0.0.5", "ben", "wrong")];
    const set = Array.from({ length: 3 }, () => give("ada"));
    expect(await Promise.all(others)).toEqual([200, 200, 401]);
    expect((await Promise.all(set)).map(({ status }) => status)).toEqual([204, 204, 204]);
    const { 401: wrong = [], 429: sent = [], ...rest } = counted(await Promise.all(flood));
    expect(rest).toEqual({});
    expect(wrong.length + sent.length).toBe(90);
    expect(sent.length).toBeGreaterThan(0);
  });
});

describe("who guesses", () => {
  it("has to wait on, whatever else they show meanwhile", async () => {
    for (let count = 0; count < 5; count += 1) {
      expect(await logIn("127.0.0.6", "ada", `guess ${count} of many`)).toBe(401);
    }
    const cheap = [
      ...Array.from({ length: 50 }, (_, at) => ["x".repeat(300 + at), "short"] as const),
      ...Array.from({ length: 50 }, (_, at) => [`n${at}`, "x".repeat(5000)] as const),
    ];
    for (const [name, secret] of cheap) expect(await logIn("127.0.0.6", name, secret)).toBe(401);
    // Who starts anew has four tries in a row.
    const more = [1, 2, 3].map((count) => `another guess ${count}`);
    const statuses: number[] = [];
    for (const guess of more) statuses.push(await logIn("127.0.0.6", "ada", guess));
    expect(statuses).toContain(429);
    expect(await logIn("127.0.0.7", "ada")).toBe(200);
  });
});

describe.each(["/v2/", "/token"] as const)("a password that is shown to %s", (path) => {
  it("is worth nothing for another account of the name, also where it was taken a moment ago", async () => {
    await ask("/v2/_berth/people/eve", { method: "DELETE" });
    await add("eve");
    await give("eve");
    expect(await logIn("127.0.0.8", "eve", PASSWORD, path)).toBe(200);
    await ask("/v2/_berth/people/eve", { method: "DELETE" });
    expect(await logIn("127.0.0.8", "eve", PASSWORD, path)).toBe(401);
    await add("eve");
    expect(await logIn("127.0.0.8", "eve", PASSWORD, path)).toBe(401);
    await give("eve", "another long password");
    expect(await logIn("127.0.0.8", "eve", PASSWORD, path)).toBe(401);
    expect(await logIn("127.0.0.8", "eve", "another long password", path)).toBe(200);
  });

  it("and was replaced or taken away is refused from then on, and so is an access key that was revoked", async () => {
    await give("ben", "one long password");
    expect(await logIn("127.0.0.9", "ben", "one long password", path)).toBe(200);
    await give("ben", "two long passwords");
    expect(await logIn("127.0.0.9", "ben", "one long password", path)).toBe(401);
    expect(await logIn("127.0.0.9", "ben", "two long passwords", path)).toBe(200);
    await ask("/v2/_berth/people/ben/password", { method: "DELETE" });
    expect(await logIn("127.0.0.9", "ben", "two long passwords", path)).toBe(401);
    const { body } = await ask("/v2/_berth/keys", {
      method: "POST",
      body: { owner: "user:ben", name: "one" },
    });
    const { id, secret } = body as { id: string; secret: string };
    expect(await logIn("127.0.0.9", "ben", secret, path)).toBe(200);
    await ask(`/v2/_berth/keys/${id}`, { method: "DELETE" });
    expect(await logIn("127.0.0.9", "ben", secret, path)).toBe(401);
  });
});
