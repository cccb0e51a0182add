import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runBerth, spawnBerth } from "../support/berth-process.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

const execute = promisify(execFile);
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MINUTES = 60_000;

let temporary: TemporaryFolder;
let installed: string;
/** Packs as `npm publish` would, and installs the package in an empty folder, without a network. */
beforeAll(async () => {
  temporary = await temporaryFolder();
  const { stdout } = await execute("npm", ["pack", "--silent", "--pack-destination", temporary.path], {
    cwd: ROOT,
  });
  const home = join(temporary.path, "home");
  mkdirSync(home);
  writeFileSync(join(home, "package.json"), "{}");
  const tarball = join(temporary.path, stdout.trim().split("\n").at(-1) ?? "");
  await execute("npm", ["install", "--offline", "--no-audit", "--no-fund", tarball], { cwd: home });
  installed = join(home, "node_modules");
}, 3 * MINUTES);
afterAll(() => temporary.remove());

const entry = () => join(installed, "berth", "dist", "berth.js");

/** As a program of somebody else's has them; Node's types are taken from here. */
const STRICT = {
  strict: true,
  noEmit: true,
  target: "esnext",
  module: "nodenext",
  types: ["node"],
  typeRoots: [join(ROOT, "node_modules/@types")],
};

/** The first program on a page. */
const exampleOf = (page: string): string =>
  /```ts\n([^]*?)```/.exec(readFileSync(join(ROOT, page), "utf8"))?.[1] ?? "";

const PROGRAM = `
import { createHash } from "node:crypto";
import { contentOf, openRegistry, parseDigest, parseRepoName, parseTag, RegistryRefusal } from "berth/client";

const registry = openRegistry(process.argv[2] ?? "");
const repo = parseRepoName("team/app");
const digest = parseDigest("sha256:${createHash("sha256").update("hello").digest("hex")}");
const outcome: "sent" | "present" = await registry.pushBlob(repo, { digest, content: contentOf(Buffer.from("hello")) });
const size: number = await registry.sizeOfBlob(repo, digest);
const chunks: Uint8Array[] = [];
for await (const chunk of registry.pullBlob(repo, digest)) chunks.push(chunk);
console.log(outcome, size, Buffer.concat(chunks).toString());
const mediaType = "application/vnd.oci.image.manifest.v1+json";
const config = { mediaType: "application/vnd.oci.image.config.v1+json", digest, size };
const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [] }));
const manifest = parseDigest("sha256:" + createHash("sha256").update(bytes).digest("hex"));
await registry.putManifest(repo, { digest: manifest, mediaType, bytes, tags: [parseTag("1.0")] });
try {
  await registry.sizeOfBlob(parseRepoName("other"), digest);
} catch (error) {
  if (error instanceof RegistryRefusal) console.log(error.reason);
}
registry.close();
`;

describe("the packed package, installed in an empty folder", () => {
  it("depends on nothing else", () => {
    expect(readdirSync(installed).filter((name) => !name.startsWith("."))).toEqual(["berth"]);
  });

  it("links the command", async () => {
    const { stdout } = await execute(join(installed, ".bin", "berth"), ["--version"], {
      env: { ...process.env, PATH: `${join(process.execPath, "..")}:${process.env["PATH"]}` },
    });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("links the credential helper, which finds what it loads on demand", async () => {
    const helper = execute(join(installed, ".bin", "docker-credential-berth"), ["get"], {
      env: {
        PATH: `${join(process.execPath, "..")}:${process.env["PATH"]}`,
        AWS_ACCESS_KEY_ID: "AKIAEXAMPLEEXAMPLE01",
        AWS_SECRET_ACCESS_KEY: "a secret",
      },
    });
    helper.child.stdin?.end("registry.example.com");
    const { stdout } = await helper;
    expect(JSON.parse(stdout)).toMatchObject({ Username: "aws", ServerURL: "registry.example.com" });
  });

  it("serves pushes and pulls, and stops in good order", async () => {
    const berth = await spawnBerth({ data: join(temporary.path, "data"), entry: entry() });
    const blob = "x".repeat(100_000);
    const digest = `sha256:${createHash("sha256").update(blob).digest("hex")}`;
    const pushed = await berth.fetch(`/v2/a/blobs/uploads/?digest=${digest}`, { method: "POST", body: blob });
    expect(pushed.status).toBe(201);
    expect(await (await berth.fetch(`/v2/a/blobs/${digest}`)).text()).toBe(blob);
    expect((await berth.kill("SIGTERM")).code).toBe(0);
  });

  it("resumes chunked uploads: the hash whose state can be saved is in it", async () => {
    const berth = await spawnBerth({ data: join(temporary.path, "chunks"), entry: entry() });
    const begun = await berth.fetch("/v2/a/blobs/uploads/", { method: "POST" });
    const location = begun.headers.get("Location") ?? "";
    for (const [range, body] of [
      ["0-4", "hello"],
      ["5-9", "world"],
    ] as const) {
      const chunk = await berth.fetch(location, {
        method: "PATCH",
        headers: { "Content-Range": range },
        body,
      });
      expect(chunk.status).toBe(202);
    }
    const digest = `sha256:${createHash("sha256").update("helloworld").digest("hex")}`;
    expect((await berth.fetch(`${location}&digest=${digest}`, { method: "PUT" })).status).toBe(201);
    await berth.kill("SIGKILL");
  });

  it("gives programs the client, with types that a strict compiler takes", async () => {
    const berth = await spawnBerth({ data: join(temporary.path, "library"), entry: entry() });
    const home = join(installed, "..");
    writeFileSync(
      join(home, "tsconfig.json"),
      JSON.stringify({ compilerOptions: STRICT, files: ["program.ts", "example.ts"] }),
    );
    writeFileSync(join(home, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(join(home, "program.ts"), PROGRAM);
    const { host } = new URL(berth.url);
    const examples = ["example.ts", "example.mjs"].map((name) => join(home, name));
    for (const file of examples)
      writeFileSync(file, exampleOf("README.md").replace("registry.example.com", host));
    expect(exampleOf("docs/client.md")).toBe(exampleOf("README.md"));
    await execute(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", home]);
    const { stdout } = await execute(process.execPath, [join(home, "program.ts"), host]);
    expect(stdout).toBe("sent 5 hello\nBLOB_UNKNOWN\n");
    for (const file of examples) {
      const example = await execute(process.execPath, [file]);
      expect(example.stdout).toMatch(/^1\.0 sha256:[0-9a-f]{64} \d+\n$/);
      expect(example.stderr).toBe("");
    }
    await berth.kill("SIGKILL");
  });

  it("backs up", async () => {
    const [from, to] = [join(temporary.path, "data"), join(temporary.path, "copy")];
    const { code, stdout } = await runBerth(["backup", "--data", from, "--to", to], { entry: entry() });
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Copied/) });
  });

  it("hands on the licences of what is bundled in it", () => {
    const licences = readFileSync(join(installed, "berth", "dist", "THIRD-PARTY-LICENSES.txt"), "utf8");
    for (const name of ["commander", "pino", "msgpackr", "hash-wasm"]) {
      expect(licences).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(MIT\\)$`, "m"));
    }
    expect(licences).toMatch(/Permission is hereby granted, free of charge/);
  });
});
