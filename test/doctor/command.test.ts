import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { CHECKS } from "../../local/doctor/checks.ts";
import type { Report } from "../../local/doctor/report.ts";
import { readTls } from "../../local/tls.ts";
import { OPEN } from "../../shared/http/authority.ts";
import { createHttpHandler } from "../../shared/http/serve.ts";
import { runBerth, startBerth } from "../support/berth-process.ts";
import { freePort } from "../support/free-port.ts";
import { says, serving, stopServers } from "../support/serving.ts";
import { answering, NOT_ALLOWED, refusing, withHeader } from "./support/breaking.ts";
import { memoryRegistry, type Patient, type PatientOptions, startPatient } from "./support/patient.ts";

stopServers();

const patients: Patient[] = [];
afterEach(async () => {
  await Promise.all(patients.splice(0).map(({ stop }) => stop()));
});
async function patient(options: PatientOptions = {}): Promise<string> {
  const started = await startPatient(options);
  patients.push(started);
  return started.url;
}
const doctor = (url: string, ...args: readonly string[]) =>
  runBerth(["doctor", url, "--large-size", "1m", ...args]);

const broken = refusing({ method: "DELETE", path: /\/blobs\/uploads\// }, NOT_ALLOWED);

describe("berth doctor <url>", () => {
  it("prints a line for each check and a summary, and ends with 0, where all is green", async () => {
    const url = await patient();
    const { code, stdout, stderr } = await doctor(url);
    const lines = stdout.trimEnd().split("\n");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(lines.slice(0, -1).map((line) => line.split(/\s+/)[1])).toEqual(CHECKS.map(({ id }) => id));
    expect(lines.at(-1)).toMatch(
      /^http:\S+: all green \(53 passed, 0 failed, 11 not applicable\) in [\d.]+ s, in the repository berth-doctor\/[0-9a-f]{12}$/,
    );
  });

  it("says of a finding what is wrong and what cures it, and ends with 1", async () => {
    const { code, stdout } = await doctor(await patient({ breaks: broken }));
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^FAIL push\.cancel .*\n {7}wrong: DELETE \S+ answered 405 .*\n {7}cure: {2}let the method DELETE pass/m,
    );
    expect(stdout).toMatch(/: findings \(52 passed, 1 failed, /);
  });

  it("ends with 2 where not everything could be checked", async () => {
    const closed = answering({}, (answer) =>
      withHeader({ ...answer, status: 401 }, "WWW-Authenticate", 'Basic realm="berth"'),
    );
    const { code, stdout } = await doctor(await patient({ breaks: closed }));
    expect(code).toBe(2);
    expect(stdout).toMatch(/^\? {4}push\.put .*\n {7}not checked: the registry asks for a login \(401\)/m);
    expect(stdout).toMatch(/: incomplete \(4 passed, 0 failed, 6 not applicable, 54 not checked\)/);
  });

  it("prints one JSON document with --json, and nothing else", async () => {
    const url = await patient({ breaks: broken });
    const { code, stdout, stderr } = await doctor(url, "--json", "--repository", "team/ci");
    const report = JSON.parse(stdout) as Report;
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(report).toMatchObject({
      version: 1,
      url,
      repository: expect.stringMatching(/^team\/ci\/[0-9a-f]{12}$/),
      outcome: "findings",
      milliseconds: expect.any(Number),
      counts: { passed: 52, failed: 1, inapplicable: 11, blocked: 0 },
    });
    expect(report.checks.map(({ id }) => id)).toEqual(CHECKS.map(({ id }) => id));
    const { title, cure } = CHECKS.find(({ id }) => id === "push.cancel") ?? {};
    const problem = expect.stringMatching(/^DELETE .* answered 405/);
    expect(report.checks).toContainEqual({
      id: "push.cancel",
      status: "failed",
      title,
      cure,
      problem,
      milliseconds: expect.any(Number),
    });
  });

  it("speaks HTTPS, with a certificate authority of one's own", async () => {
    const file = (name: string) => fileURLToPath(new URL(`../support/tls/${name}`, import.meta.url));
    const tls = readTls({ tlsCert: file("cert.pem"), tlsKey: file("key.pem") });
    const handler = createHttpHandler({ registry: memoryRegistry(), authority: OPEN });
    const { url } = await serving(handler, { ...(tls && { tls }) });
    const trusting = { variables: { NODE_EXTRA_CA_CERTS: file("cert.pem") } };
    expect((await runBerth(["doctor", url, "--large-size", "1m"], trusting)).code).toBe(0);
    const { code, stderr } = await doctor(url);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(/NODE_EXTRA_CA_CERTS/) });
  });

  it("cleans up after Ctrl+C, and ends with 2", async () => {
    const [hung, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const created = new Set<string>();
    const url = await patient({
      breaks: (handler) => async (request) => {
        if (request.path.endsWith("/_catalog")) {
          hung.resolve();
          await released.promise;
        }
        const answer = await handler(request);
        if (answer.status === 201) created.add(answer.headers["Location"] ?? "");
        return answer;
      },
    });
    const running = startBerth(["doctor", url]);
    await hung.promise;
    const { code, stdout } = await running.kill("SIGINT");
    expect(code).toBe(2);
    expect(stdout).toMatch(
      /\ninterrupted: deleting what was made; .*\nok {3}cleanup\.gone .*\n.*: incomplete \(/,
    );
    expect(created.size).toBeGreaterThan(20);
    for (const path of created)
      expect((await fetch(new URL(path, url), { method: "HEAD" })).status).toBe(404);
    released.resolve();
  });
});

describe("berth doctor can't begin: it ends with 2 and one line that says why", () => {
  const cases: readonly (readonly [what: string, args: readonly string[], says: RegExp])[] = [
    ["no address", [], /missing required argument 'url'/],
    ["an address that is none", ["http://"], /'http:\/\/' is no address of a registry/],
    ["another scheme", ["ftp://localhost"], /is no address of a registry/],
    ["a path", ["https://localhost/berth"], /a registry is always at the root of its host/],
    ["credentials", ["https://me:secret@localhost"], /holds credentials, which the doctor does not take/],
    ["a wrong size", ["localhost:1", "--large-size", "big"], /--large-size is 'big': .*500k, 16m or 1g/],
    ["a size too small", ["localhost:1", "--large-size", "10k"], /64k at least/],
    ["a wrong timeout", ["localhost:1", "--timeout", "0"], /--timeout is '0'/],
    ["a wrong repository", ["localhost:1", "--repository", "Team"], /--repository is 'Team': .*team\/doctor/],
    ["a repository too long", ["localhost:1", "--repository", "a".repeat(230)], /200 characters at most/],
  ];
  it.each(cases)("%s", async (_what, args, message) => {
    const { code, stdout, stderr } = await runBerth(["doctor", ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^berth: [^\n]*\n$/);
    expect(stderr).toMatch(message);
  });

  it("nobody who answers", async () => {
    const { code, stderr } = await doctor(`127.0.0.1:${await freePort()}`);
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^berth: 127\.0\.0\.1:\d+ does not answer: .*ECONNREFUSED\n$/),
    });
  });

  it("somebody who falls silent", async () => {
    const released = Promise.withResolvers<void>();
    const { url } = await serving(async () => {
      await released.promise;
      return says("too late");
    });
    const { code, stderr } = await doctor(url, "--timeout", "200ms");
    released.resolve();
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/nothing moved for 0\.2 s/),
    });
  });

  it("somebody who has not answered when it is interrupted", async () => {
    const [asked, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const { url } = await serving(async () => {
      asked.resolve();
      await released.promise;
      return says("too late");
    });
    const running = startBerth(["doctor", url]);
    await asked.promise;
    const { code, stderr } = await running.kill("SIGINT");
    released.resolve();
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: "berth: interrupted before the first check: nothing was made\n",
    });
  });

  it("a server that is no registry, with where it sends us", async () => {
    const moved = {
      ...says(""),
      status: 301,
      headers: { Location: "https://elsewhere/", "Content-Length": "0" },
    };
    const { url } = await serving(async () => moved);
    const { code, stderr } = await doctor(url);
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /is no registry: GET \/v2\/ answered 301 \(go to https:\/\/elsewhere\/\)/,
      ),
    });
  });
});

it("berth doctor --help is enough to work from", async () => {
  const { code, stdout } = await runBerth(["doctor", "--help"]);
  expect(code).toBe(0);
  for (const text of [
    "<url>",
    "--repository",
    "--large-size",
    "--timeout",
    "--json",
    "Exit codes: 0 when all is green",
  ])
    expect(stdout).toContain(text);
});
