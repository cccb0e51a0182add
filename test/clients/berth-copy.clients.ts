import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { openRegistry } from "../../local/client/library.ts";
import { contentOf } from "../../shared/client/content.ts";
import { parseRepoName, parseTag } from "../../shared/oci/names.ts";
import { startServer } from "../../shared/server/server.ts";
import { json, type TokenAsk, tokenServer } from "../client/support/guards.ts";
import { heldBy, type MadeImage, makeImage } from "../copy/support.ts";
import { collect, patterned, sameBytes } from "../support/bodies.ts";
import { collectDefects } from "../support/defects.ts";
import { sha256 } from "../support/domain.ts";
import { type Distribution, LOGIN, startDistribution } from "./support/distribution.ts";
import { freshDirectory } from "./support/images.ts";
import { run } from "./support/run.ts";
import { built } from "./support/tools.ts";

/** Our client and `berth copy`, against distribution v3: open, with Basic, and with tokens. */

const BERTH = fileURLToPath(new URL("../../local/berth.ts", import.meta.url));
const here = inject("registry");
const repo = parseRepoName("copies/app");
const password = { kind: "password", ...LOGIN } as const;

const copy = (source: string, target: string, env: Readonly<Record<string, string>> = {}): Promise<string> =>
  run([process.execPath, BERTH, "copy", source, target], { env });

/** Signs what distribution verifies, for whoever knows the password. */
async function startTokenServer() {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const asks: TokenAsk[] = [];
  const kid = "tests";
  const tokenFor = async (scopes: readonly string[]): Promise<string> => {
    const access = scopes.map((scope) => {
      const [type = "", name = "", actions = ""] = scope.split(":");
      return { type, name, actions: actions.split(",") };
    });
    return new SignJWT({ access })
      .setProtectedHeader({ alg: "ES256", kid })
      .setIssuer("tests")
      .setAudience("distribution")
      .setIssuedAt()
      .setNotBefore("0s")
      .setExpirationTime("1m")
      .setJti("1")
      .sign(privateKey);
  };
  const handler = tokenServer(asks, ({ authorization }) =>
    authorization === `Basic ${Buffer.from("me:s3cr3t").toString("base64")}` ? json(200, {}) : json(401, {}),
  );
  const server = await startServer({
    settings: { host: "127.0.0.1", port: 0, idleMilliseconds: 60_000, maxConnections: 100 },
    handler: async (request) => {
      const answer = await handler(request);
      const scopes = asks.at(-1)?.fields.getAll("scope") ?? [];
      return answer.status === 200 ? json(200, { token: await tokenFor(scopes), expires_in: 60 }) : answer;
    },
    log: collectDefects().log,
  });
  return {
    server,
    asks,
    jwks: { keys: [{ ...(await exportJWK(publicKey)), kid, alg: "ES256", use: "sig" }] },
  };
}

describe("berth copy", () => {
  const running: { stop: () => Promise<void> }[] = [];
  let image: MadeImage;
  let config: string;
  const start = async (login: Parameters<typeof startDistribution>[0]): Promise<Distribution> => {
    const started = await startDistribution(login);
    running.push(started);
    return started;
  };

  beforeAll(async () => {
    image = await makeImage(`http://${here}`, "copies/app", "1.0", 3_000_000);
    config = await freshDirectory("docker-config");
  });
  afterAll(async () => {
    for (const { stop } of running) await stop();
  });

  /** There and back, where everything must be as it was. */
  async function thereAndBack(
    there: Distribution,
    back: string,
    env: Readonly<Record<string, string>>,
  ): Promise<void> {
    await copy(`${here}/copies/app:1.0`, `${there.host}/mirror/app`, env);
    await copy(`${there.host}/mirror/app:1.0`, `${here}/${back}:1.0`, env);
    expect(await heldBy(`http://${here}`, back, "manifests", image.manifests)).toEqual(image.manifests);
    expect(await heldBy(`http://${here}`, back, "blobs", image.blobs)).toEqual(image.blobs);
  }

  it("takes a multi-arch image with referrers to distribution and back, byte for byte; oras sees the referrers there", {
    tags: ["round-trip", "index", "referrers"],
  }, async () => {
    const there = await start("none");
    await thereAndBack(there, "back/open", {});
    const reference = `${there.host}/mirror/app@${image.amd64.digest}`;
    const seen = await run([built("oras"), "discover", "--plain-http", "--format=json", reference]);
    expect(seen).toContain(image.signature.digest);
  });

  it("logs in to distribution by Basic, as docker's config has it", { tags: ["round-trip"] }, async () => {
    const there = await start("basic");
    const auth = Buffer.from(`${LOGIN.name}:${LOGIN.secret}`).toString("base64");
    await mkdir(config, { recursive: true });
    await writeFile(join(config, "config.json"), JSON.stringify({ auths: { [there.host]: { auth } } }));
    await thereAndBack(there, "back/basic", { DOCKER_CONFIG: config });
    await expect(copy(`${here}/copies/app:1.0`, `${there.host}/mirror/other`)).rejects.toThrow(
      /answered 401/,
    );
  });

  it("logs in to distribution by bearer tokens", { tags: ["round-trip"] }, async () => {
    const { server, asks, jwks } = await startTokenServer();
    running.push({ stop: () => server.stop(0) });
    const keys = join(await freshDirectory("jwks"), "jwks.json");
    await writeFile(keys, JSON.stringify(jwks));
    const there = await start({
      auth: `{ token: { realm: "${server.url}/token", service: distribution, issuer: tests, jwks: ${keys} } }`,
    });
    const client = openRegistry(there.host, { credentials: password, trust: () => true });
    await pushedAndPulled(client);
    expect(
      asks.some(({ fields }) => fields.getAll("scope").includes("repository:copies/app:pull,push")),
    ).toBe(true);
    await expect(openRegistry(there.host, { credentials: password }).ping()).rejects.toThrow(
      /nothing was sent/,
    );
  });

  it("stands on a client that distribution serves wholly", {
    tags: ["round-trip", "list", "delete"],
  }, async () => {
    const there = await start("none");
    await pushedAndPulled(openRegistry(there.host));
    expect(await Array.fromAsync(openRegistry(there.host).repositories())).toContain(repo);
  });
});

async function pushedAndPulled(client: ReturnType<typeof openRegistry>): Promise<void> {
  const bytes = patterned(5_000_000, "distribution");
  const digest = sha256(bytes);
  const options = { partSize: 1024 * 1024 };
  await client.ping();
  expect(await client.pushBlob(repo, { digest, content: contentOf(bytes) }, options)).toBe("sent");
  expect(sameBytes(await collect(client.pullBlob(repo, digest)), bytes)).toBe(true);
  const stretch = { first: 1000, end: 2000 };
  expect(sameBytes(await collect(client.readBlob(repo, digest, stretch)), bytes.subarray(1000, 2000))).toBe(
    true,
  );
  const other = parseRepoName("copies/other");
  expect(await client.mountBlob(other, digest, repo)).toBe(true);
  const config = { mediaType: "application/vnd.oci.image.config.v1+json", digest, size: bytes.length };
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [] }));
  const pushed = { digest: sha256(manifest), mediaType, bytes: manifest };
  const tags = ["a", "b", "c"].map(parseTag);
  await client.putManifest(repo, { ...pushed, tags });
  expect(await Array.fromAsync(client.tags(repo))).toEqual(tags);
  const tag = { kind: "tag", tag: parseTag("a") } as const;
  expect((await client.resolve(repo, tag)).digest).toBe(pushed.digest);
  await client.deleteManifest(repo, { kind: "digest", digest: pushed.digest });
  await expect(client.resolve(repo, tag)).rejects.toMatchObject({ reason: "MANIFEST_UNKNOWN" });
  await client.deleteBlob(other, digest);
  expect(await client.hasBlob(other, digest)).toBe(false);
  client.close();
}
