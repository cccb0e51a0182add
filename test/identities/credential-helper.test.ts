import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAwsAuthenticate } from "../../shared/identities/aws.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { createSts } from "./support/sts.ts";

const ENTRY = fileURLToPath(
  new URL("../../local/credential-helper/docker-credential-berth.ts", import.meta.url),
);
const REGISTRY = "registry.example.com:5000";
const ACCOUNT = {
  accessKeyId: "ASIAEXAMPLEEXAMPLE01",
  secretAccessKey: "a secret of a session",
  sessionToken: "a+token/of=a=session==",
  arn: "arn:aws:sts::111122223333:assumed-role/Developer/ada@example.com",
};
const KEYS = {
  AWS_ACCESS_KEY_ID: ACCOUNT.accessKeyId,
  AWS_SECRET_ACCESS_KEY: ACCOUNT.secretAccessKey,
  AWS_SESSION_TOKEN: ACCOUNT.sessionToken,
};

let home: TemporaryFolder;
beforeAll(async () => {
  home = await temporaryFolder();
  mkdirSync(join(home.path, ".aws"));
  writeFileSync(
    join(home.path, ".aws", "credentials"),
    `[work]\naws_access_key_id = ${ACCOUNT.accessKeyId}\naws_secret_access_key = ${ACCOUNT.secretAccessKey}\n` +
      `aws_session_token = ${ACCOUNT.sessionToken}\n`,
  );
  writeFileSync(join(home.path, ".aws", "config"), "[profile work]\nregion = eu-central-1\n");
});
afterAll(() => home.remove());

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the helper as docker does, in an environment of these variables alone. */
function run(command: string, input: string, variables: Readonly<Record<string, string>> = {}): Promise<Run> {
  const env = { HOME: home.path, AWS_EC2_METADATA_DISABLED: "true", ...variables };
  const { promise, resolve } = Promise.withResolvers<Run>();
  const child = execFile(process.execPath, [ENTRY, command], { env }, (error, stdout, stderr) =>
    resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
  );
  child.stdin?.end(input);
  return promise;
}

interface Told {
  readonly ServerURL: string;
  readonly Username: string;
  readonly Secret: string;
}
const told = ({ stdout }: Run): Told => JSON.parse(stdout) as Told;

/** Whom a registry takes for who shows what the helper told, and which host of STS it asked. */
async function loginWith({ Username, Secret }: Told) {
  const sts = createSts([ACCOUNT], Date.now);
  const refusals: string[] = [];
  const authenticate = createAwsAuthenticate({
    registries: [REGISTRY],
    fetch: sts.fetch,
    clock: { now: Date.now },
    onRefused: (reason) => refusals.push(reason),
  });
  const identity = await authenticate({ name: Username, secret: Secret });
  return { identity, hosts: sts.asked.map((url) => url.host), refusals };
}

const DEVELOPER = {
  kind: "aws",
  arn: "arn:aws:iam::111122223333:role/Developer",
  session: "ada@example.com",
};

describe("docker-credential-berth get", () => {
  it("gives a password that logs in whose credentials are in the environment", async () => {
    const result = await run("get", REGISTRY, { ...KEYS, AWS_REGION: "eu-west-1" });
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(told(result)).toMatchObject({ ServerURL: REGISTRY, Username: "aws" });
    const { identity, hosts } = await loginWith(told(result));
    expect(identity).toEqual(DEVELOPER);
    expect(hosts).toEqual(["sts.eu-west-1.amazonaws.com"]);
  });

  it("finds credentials and region of a profile", async () => {
    const result = await run("get", REGISTRY, { AWS_PROFILE: "work" });
    const { identity, hosts } = await loginWith(told(result));
    expect(identity).toEqual(DEVELOPER);
    expect(hosts).toEqual(["sts.eu-central-1.amazonaws.com"]);
  });

  it.each([
    ["AWS_DEFAULT_REGION", { AWS_DEFAULT_REGION: "eu-north-1" }, "sts.eu-north-1.amazonaws.com"],
    ["no region", {}, "sts.amazonaws.com"],
  ])("asks STS where it is told to: %s", async (_, variables, host) => {
    const { identity, hosts } = await loginWith(told(await run("get", REGISTRY, { ...KEYS, ...variables })));
    expect(identity).toEqual(DEVELOPER);
    expect(hosts).toEqual([host]);
  });

  it.each([`https://${REGISTRY}`, `https://${REGISTRY}/v2/`, `${REGISTRY.toUpperCase()}\n`])(
    "knows the registry by each of its addresses: %j",
    async (address) => {
      const answer = told(await run("get", address, KEYS));
      expect(answer.ServerURL).toBe(address.trim());
      expect((await loginWith(answer)).identity).toEqual(DEVELOPER);
    },
  );

  it("gives a password that no other registry takes", async () => {
    const { identity, hosts, refusals } = await loginWith(told(await run("get", "evil.example", KEYS)));
    expect({ identity, hosts }).toEqual({ identity: "unknown", hosts: [] });
    expect(refusals).toEqual(["the request was signed for another registry"]);
  });

  it("never shows the secret of the credentials", async () => {
    const { stdout } = await run("get", REGISTRY, KEYS);
    const password = Buffer.from(
      told({ code: 0, stdout, stderr: "" }).Secret.split(".")[1] ?? "",
      "base64url",
    );
    expect(password.toString()).toContain(ACCOUNT.accessKeyId);
    expect(password.toString()).not.toContain(ACCOUNT.secretAccessKey);
    expect(stdout).not.toContain(ACCOUNT.secretAccessKey);
  });
});

describe("docker-credential-berth --help", () => {
  it("tells people what it is for, and how docker is told of it", async () => {
    const { code, stdout, stderr } = await run("--help", "");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const words of [
      "AWS credentials",
      '{"credHelpers": ',
      "docker-credential-berth get",
      "docs/identities.md",
    ]) {
      expect(stdout).toContain(words);
    }
  });
});

describe("docker-credential-berth, where it can't help", () => {
  it.each<[string, string, Record<string, string>, RegExp]>([
    ["there are no credentials", REGISTRY, {}, /no AWS credentials \(.*\): set AWS_PROFILE, or/],
    [
      "the profile does not exist",
      REGISTRY,
      { AWS_PROFILE: "none" },
      /no AWS credentials in the profile 'none' \(/,
    ],
    ["the region is none", REGISTRY, { ...KEYS, AWS_REGION: "moon" }, /AWS_REGION is 'moon'/],
    ["the registry is none", "no host", KEYS, /'no host' names no registry/],
    ["there is no registry", "", KEYS, /'' names no registry/],
  ])("says in one line what to do when %s", async (_, address, variables, message) => {
    const { code, stdout } = await run("get", address, variables);
    expect(code).toBe(1);
    expect(stdout).toMatch(message);
    expect(stdout.trim().split("\n")).toHaveLength(1);
  });

  it("tells who runs it by hand how docker is told of it", async () => {
    const { code, stdout } = await run("login", "");
    expect(code).toBe(1);
    expect(stdout).toMatch(/credHelpers/);
  });
});

describe("docker-credential-berth store, erase, list, version", () => {
  const credentials = (Username: string) =>
    JSON.stringify({ ServerURL: REGISTRY, Username, Secret: "secret" });

  it("takes back what it gave, which docker login wants to store", async () => {
    expect(await run("store", credentials("aws"))).toMatchObject({ code: 0 });
  });

  it.each([credentials("ada"), "", "null"])("stores nothing else, and says so: %j", async (input) => {
    const { code, stdout } = await run("store", input);
    expect(code).toBe(1);
    expect(stdout).toMatch(/stores no others/);
    expect(stdout).not.toContain("secret");
  });

  it.each([
    ["erase", /^\n$/],
    ["list", /^\{\}\n$/],
    ["version", /^docker-credential-berth \d+\.\d+\.\d+\n$/],
  ])("answers %s", async (command, answer) => {
    const { code, stdout } = await run(command, REGISTRY);
    expect(code).toBe(0);
    expect(stdout).toMatch(answer);
  });
});
