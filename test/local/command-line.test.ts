import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SETTING_NAMES, SETTINGS } from "../../local/settings.ts";
import { READY, runBerth, spawnBerth, watch } from "../support/berth-process.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

let temporary: TemporaryFolder;
beforeAll(async () => {
  temporary = await temporaryFolder();
});
afterAll(() => temporary.remove());
const data = () => join(temporary.path, "data");

describe("berth --help", () => {
  it("names the commands and how to go on", async () => {
    const { code, stdout } = await runBerth(["--help"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/serve [^]*backup [^]*Start with: berth serve/);
  });

  it("of serve names every setting with its flag, its variable and its default", async () => {
    const { stdout } = await runBerth(["serve", "--help"], { variables: { COLUMNS: "500" } });
    const lines = stdout.replaceAll(/\s+/g, " ");
    for (const name of SETTING_NAMES) expect(lines).toContain(SETTINGS[name].text);
    expect(lines).toContain(
      "--port <number> port to listen on; 0 takes a free one [BERTH_PORT] (default: 5000)",
    );
  });

  it("is there for each command", async () => {
    expect((await runBerth(["backup", "--help"])).stdout).toMatch(/--to <folder>[^]*--data <folder>/);
  });
});

it("berth --version tells the version of the package", async () => {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  expect(await runBerth(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
});

describe("what can't be done ends with 2 and one line that says why", () => {
  const inFolder = (name: string) => join(temporary.path, name);
  const cases: readonly (readonly [what: string, args: () => readonly string[], says: RegExp])[] = [
    ["an unknown command", () => ["server"], /unknown command 'server' \(Did you mean serve\?\)/],
    [
      "an unknown option",
      () => ["serve", "--prot", "1"],
      /unknown option '--prot' \(Did you mean --port\?\)/,
    ],
    ["an option without its value", () => ["serve", "--port"], /option '--port <number>' argument missing/],
    ["an argument too many", () => ["serve", "here"], /too many arguments for 'serve'/],
    ["a wrong setting", () => ["serve", "--port", "99999"], /--port is '99999': it must be a whole number/],
    [
      "a registry that asks everyone who they are, and nobody",
      () => ["serve", "--auth", "--insecure-remote-without-auth"],
      /--insecure-remote-without-auth lets everyone in, and --auth does not/,
    ],
    [
      "a policy that is not there",
      () => ["serve", "--policy", inFolder("none.yaml")],
      /can't read the policy/,
    ],
    [
      "a policy that is wrong",
      () => {
        writeFileSync(
          inFolder("policy.yaml"),
          "version: 1\nrules:\n  - who: user:ada\n    may: pul\n    on: Shop/*\n",
        );
        return ["serve", "--policy", inFolder("policy.yaml")];
      },
      /the policy .*policy\.yaml is wrong: line 4: rules\[0\]\.may: .*; line 5: rules\[0\]\.on: /,
    ],
    [
      "an address with a path",
      () => ["serve", "--public-url", "https://a.example/x"],
      /address without a path/,
    ],
    [
      "an address of another machine",
      () => ["serve", "--host", "192.0.2.1", "--insecure-remote-without-auth"],
      /192\.0\.2\.1 is no address of this machine/,
    ],
    ["a certificate without its key", () => ["serve", "--tls-cert", "c.pem"], /belong together/],
    [
      "a certificate that is not there",
      () => ["serve", "--tls-cert", "c", "--tls-key", "k"],
      /can't read .*c \(ENOENT\)/,
    ],
    [
      "a certificate that is none",
      () => {
        writeFileSync(inFolder("none.pem"), "no certificate");
        return ["serve", "--tls-cert", inFolder("none.pem"), "--tls-key", inFolder("none.pem")];
      },
      /are no PEM certificate with its private key/,
    ],
    ["a backup to nowhere", () => ["backup"], /required option '--to <folder>' not specified/],
    [
      "a backup of nothing",
      () => ["backup", "--data", inFolder("no"), "--to", inFolder("to")],
      /there is no registry in /,
    ],
  ];

  it.each(cases)("%s", async (_what, args, says) => {
    const { code, stdout, stderr } = await runBerth(args(), { variables: { BERTH_DATA: data() } });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^berth: [^\n]*\n$/);
    expect(stderr).toMatch(says);
  });

  it("a port that is taken", async () => {
    const taken = createServer().listen({ host: "127.0.0.1", port: 0 });
    await once(taken, "listening");
    const address = taken.address();
    const port = typeof address === "object" ? String(address?.port) : "";
    const { code, stderr } = await runBerth(["serve", "--port", port, "--data", data()]);
    taken.close();
    expect(code).toBe(2);
    expect(stderr).toMatch(new RegExp(`^berth: port ${port} of 127\\.0\\.0\\.1 is taken .* with --port\n$`));
  });
});

describe("berth serve", () => {
  it("says on stdout what to type next, with the real port, and logs JSON on stderr", async () => {
    const berth = await spawnBerth({ data: data() });
    await berth.fetch("/v2/logged/blobs/uploads/", { method: "POST" });
    const { code, stdout, stderr } = await berth.kill("SIGINT");
    const { host } = new URL(berth.url);
    expect(code).toBe(0);
    expect(stdout).toContain(`docker push ${host}/alpine\n`);
    const lines = stderr.trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
      "serving",
      "answered",
      "stopping: running requests are finished",
      "stopped",
    ]);
    expect(JSON.parse(lines[1] ?? "")).toMatchObject({
      level: 30,
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      request: expect.any(String),
      method: "POST",
      path: "/v2/logged/blobs/uploads/",
      status: 202,
      bytes: 0,
      milliseconds: expect.any(Number),
    });
  });

  it("is silent where it is asked to be", async () => {
    const berth = await spawnBerth({ data: data(), variables: { BERTH_LOG_LEVEL: "silent" } });
    expect((await berth.kill("SIGTERM")).stderr).toBe("");
  });

  it("is what npm start runs, flags and all; Ctrl+C ends it in good order", async () => {
    // A process group of its own is what a terminal gives it, and what Ctrl+C ends.
    const child = spawn("npm", ["start", "--", "--port", "0", "--data", data()], {
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const { said, ended } = watch(child);
    const url = await said(READY);
    expect((await fetch(`${url}/v2/`)).status).toBe(200);
    process.kill(-(child.pid ?? Number.NaN), "SIGINT");
    expect((await ended).stderr).toMatch(/"msg":"stopped"/);
  });
});
