import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BerthProcess, runBerth, spawnBerth } from "../support/berth-process.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { issuer, pagesOf, type SigningKey, signingKey } from "./support/issuer.ts";

const tlsFile = (name: string) => fileURLToPath(new URL(`../support/tls/${name}`, import.meta.url));
const AUDIENCE = "registry.example.com";

const ci = issuer({
  tls: { cert: readFileSync(tlsFile("cert.pem")), key: readFileSync(tlsFile("key.pem")) },
});
let folder: TemporaryFolder;
let berth: BerthProcess;
let key: SigningKey;
beforeAll(async () => {
  key = await signingKey("one");
  ci.pages = pagesOf(ci.url, [key.publicJwk]);
  folder = await temporaryFolder();
  const policy = join(folder.path, "policy.yaml");
  writeFileSync(
    policy,
    `version: 1
issuers: { ci: { url: "${ci.url}", audience: ${AUDIENCE} } }
rules: [{ who: { issuer: ci, claims: { repository: shop/api } }, may: [pull, push], on: shop/api }]
`,
  );
  berth = await spawnBerth({
    data: join(folder.path, "data"),
    args: ["--policy", policy],
    variables: { NODE_EXTRA_CA_CERTS: tlsFile("cert.pem") },
  });
});
afterAll(async () => {
  await berth.kill("SIGKILL");
  await folder.remove();
});

const idToken = (changes: object = {}): Promise<string> => {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: ci.url,
    aud: AUDIENCE,
    sub: "build",
    repository: "shop/api",
    iat: now,
    exp: now + 300,
  };
  return key.sign({ ...claims, ...changes });
};
const loginCheck = (BERTH_USERNAME: string, BERTH_PASSWORD: string) =>
  runBerth(["login-check", "--json", "--registry", new URL(berth.url).host], {
    variables: { BERTH_USERNAME, BERTH_PASSWORD },
  });

describe("berth serve --policy, and an issuer of the policy at https", () => {
  it("lets in who brings its token, and nobody with another; the log says why and holds no token", async () => {
    const [good, bad] = [await idToken(), await idToken({ aud: "elsewhere" })];
    const taken = await loginCheck("oidc", good);
    expect(taken).toMatchObject({ code: 0, stderr: "" });
    expect(taken.stdout).toContain("issuer:ci:build");
    expect((await loginCheck("oidc", bad)).code).not.toBe(0);

    const { stdout, stderr } = await berth.kill("SIGTERM");
    expect(`${stdout}${stderr}`).toContain("it is a token of ci for another audience");
    for (const token of [good, bad]) expect(`${stdout}${stderr}`).not.toContain(token.split(".")[2]);
  });
});
