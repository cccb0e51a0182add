import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dockerCredentials } from "../../local/client/docker-config.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

let temporary: TemporaryFolder;
beforeAll(async () => {
  temporary = await temporaryFolder();
  await helper("store", HELPER);
  await helper("silent", "exit 3");
  await helper("chatty", "echo no JSON but s3cr3t");
});
afterAll(() => temporary.remove());

/** Knows two hosts, by what it reads. */
const HELPER = `
[ "$1" = get ] || exit 9
case "$(cat)" in
  one.example) echo '{"ServerURL":"one.example","Username":"me","Secret":"s3cr3t"}';;
  two.example) echo '{"ServerURL":"two.example","Username":"<token>","Secret":"refresh"}';;
  *) echo "credentials not found in native keychain"; exit 1;;
esac`;

async function helper(name: string, script: string): Promise<void> {
  const file = join(temporary.path, `docker-credential-${name}`);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
}

let made = 0;
/** What is found for a host with this config. */
async function foundIn(config: unknown, host: string) {
  made += 1;
  const folder = join(temporary.path, String(made));
  await mkdir(folder);
  const text = typeof config === "string" ? config : JSON.stringify(config);
  await writeFile(join(folder, "config.json"), text);
  const variables = { DOCKER_CONFIG: folder, PATH: `${temporary.path}:${process.env["PATH"]}` };
  return dockerCredentials(variables)(host);
}

const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("docker's config", () => {
  it.each([
    ["auth", { auth: base64("me:p:w") }, { kind: "password", name: "me", secret: "p:w" }],
    ["username", { username: "me", password: "pw" }, { kind: "password", name: "me", secret: "pw" }],
    [
      "identitytoken",
      { auth: base64("me:"), identitytoken: "refresh" },
      { kind: "identity-token", token: "refresh" },
    ],
    ["registrytoken", { registrytoken: "bearer" }, { kind: "registry-token", token: "bearer" }],
    ["nothing", {}, { kind: "anonymous" }],
  ])("has credentials by %s", async (_what, entry, credentials) => {
    expect(await foundIn({ auths: { "r.example:5000": entry } }, "r.example:5000")).toEqual(credentials);
    expect(await foundIn({ auths: { "https://r.example/v2/": entry } }, "r.example")).toEqual(credentials);
    expect(await foundIn({ auths: { "r.example:5000": entry } }, "r.example")).toEqual({ kind: "anonymous" });
  });

  it("knows Docker Hub by its old address", async () => {
    const auths = { "https://index.docker.io/v1/": { auth: base64("me:pw") } };
    expect(await foundIn({ auths }, "registry-1.docker.io")).toMatchObject({ name: "me" });
    expect(await foundIn({ auths }, "index.docker.io.evil.example")).toEqual({ kind: "anonymous" });
  });

  it("asks the helper of the host, or the one for all; its own entries come after", async () => {
    const auths = { "three.example": { auth: base64("file:pw") } };
    const store = { credsStore: "store", auths };
    expect(await foundIn(store, "one.example")).toEqual({ kind: "password", name: "me", secret: "s3cr3t" });
    expect(await foundIn(store, "two.example")).toEqual({ kind: "identity-token", token: "refresh" });
    expect(await foundIn(store, "three.example")).toMatchObject({ name: "file" });
    expect(await foundIn(store, "four.example")).toEqual({ kind: "anonymous" });
    const helpers = { credHelpers: { "one.example": "store" }, credsStore: "silent" };
    expect(await foundIn(helpers, "one.example")).toMatchObject({ name: "me" });
  });

  it.each([
    ["is no JSON", '{"auths": "s3cr3t', /config\.json \(it is no JSON\)/],
    [
      "has an auth that is none",
      { auths: { "one.example": { auth: base64("s3cr3t") } } },
      /not of the form name:secret/,
    ],
    ["names a helper that fails", { credsStore: "silent" }, /docker-credential-silent, .* ended with 3/],
    [
      "names a helper that says something else",
      { credsStore: "chatty" },
      /answered no JSON with Username and Secret/,
    ],
    [
      "names a helper that is not there",
      { credsStore: "absent" },
      /can't run docker-credential-absent, .* \(ENOENT\)/,
    ],
    ["names a helper by a path", { credsStore: "../../evil" }, /can be no name of a credential helper/],
  ])("%s: told, without a secret", async (_what, config, why) => {
    const error = await foundIn(config, "one.example").catch((cause: unknown) => cause);
    expect(error).toMatchObject({ name: "Complaint", message: expect.stringMatching(why) });
    expect(String(error)).not.toContain("s3cr3t");
  });

  it("may be absent", async () => {
    const variables = { DOCKER_CONFIG: join(temporary.path, "none") };
    expect(await dockerCredentials(variables)("one.example")).toEqual({ kind: "anonymous" });
  });
});
