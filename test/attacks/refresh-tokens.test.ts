import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { form } from "../auth/support/token-server.ts";
import { attacked } from "./support/attacked.ts";
import { ADMINISTRATION, DELETE, PUSH, READ } from "./support/attempts.ts";
import { forged } from "./support/forge.ts";

const berth = attacked();
const ALL = [READ, PUSH, DELETE, { path: "/v2/" }, { path: "/v2/_catalog" }, ...ADMINISTRATION];

/** As docker login keeps it. */
async function refreshToken(): Promise<string> {
  const { name: username, secret: password } = berth.people().ada;
  const login = { grant_type: "password", username, password, access_type: "offline" };
  const answer = await berth.fetch("/token", form(login));
  return ((await answer.json()) as { readonly refresh_token: string }).refresh_token;
}
const renew = async (refresh_token: string): Promise<number> => {
  const asked = form({ grant_type: "refresh_token", refresh_token, scope: "repository:shop/a:pull" });
  return (await berth.fetch("/token", asked)).status;
};

describe("a refresh token", () => {
  it("gets a token", async () => {
    expect(await renew(await refreshToken())).toBe(200);
  });

  it("is no bearer token", async () => {
    expect(await berth.outcomes(ALL, { token: await refreshToken() })).toEqual([401]);
  });

  it("is no password, of its owner or of another", async () => {
    const token = await refreshToken();
    expect(await berth.outcomes([READ], { name: "ada", secret: token })).toEqual([401]);
    for (const name of ["ben", "", "oidc", "aws"])
      expect(await berth.outcomes([{ path: "/token" }], { name, secret: token })).toEqual([401]);
  });

  it("that somebody forged gets no token", async () => {
    const token = await refreshToken();
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    expect(await renew(forged(token, berth.signingKey))).toBe(200);
    const identity = { kind: "person", name: "admin" };
    for (const worthless of [
      forged(token, privateKey),
      forged(token, privateKey, { header: { kid: "evil" } }),
      forged(token, berth.signingKey, { header: { typ: "berth-access+jwt" } }),
      forged(token, berth.signingKey, { claims: { exp: 1_700_000_000 } }),
      forged(token, berth.signingKey, { claims: { identity } }),
      forged(token, berth.signingKey, { claims: { identity: "admin" } }),
      `${token.split(".").slice(0, 2).join(".")}.`,
      "",
    ]) {
      expect(await renew(worthless)).toBe(401);
    }
  });

  it("is not what a token for a repository is taken for", async () => {
    expect(await renew(await berth.tokenFor(berth.people().ada, "repository:shop/a:pull"))).toBe(401);
  });

  it("is good no longer than the access key behind it", async () => {
    const { admin } = berth.people();
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ owner: "user:ada", name: "short" });
    const made = await berth.fetch("/v2/_berth/keys", { method: "POST", headers, body }, admin);
    const { id, secret } = (await made.json()) as { readonly id: string; readonly secret: string };
    const login = { grant_type: "password", username: "ada", password: secret, access_type: "offline" };
    const answer = await berth.fetch("/token", form(login));
    const { refresh_token: token } = (await answer.json()) as { readonly refresh_token: string };
    expect(await renew(token)).toBe(200);
    expect((await berth.fetch(`/v2/_berth/keys/${id}`, { method: "DELETE" }, admin)).status).toBe(204);
    expect(await renew(token)).toBe(401);
  });
});
