import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runBerth } from "../support/berth-process.ts";
import { freePort } from "../support/free-port.ts";
import { says, serving, stopServers } from "../support/serving.ts";
import { workshop } from "./support/pushing.ts";

stopServers();
const { image, push, path } = workshop();

describe("berth push can't begin: it ends with 2 and one line that says why", () => {
  const cases: readonly (readonly [what: string, args: readonly string[], says: RegExp])[] = [
    ["no reference", ["layout"], /missing required argument 'reference'/],
    ["a reference without a registry", ["layout", "app"], /'app' names no repository: give registry\/name/],
    ["a reference without a name", ["layout", "localhost:5000/"], /names no repository/],
    ["a digest for a tag", ["layout", `localhost/app@sha256:${"0".repeat(64)}`], /names no repository/],
    ["a wrong name", ["layout", "localhost/App"], /invalid repository name; give registry\/name/],
    ["a wrong tag", ["layout", "localhost/app:-"], /tag name is invalid; give/],
    ["another scheme", ["layout", "ftp://localhost/app"], /names no repository/],
    ["HTTP to another machine", ["layout", "http://example.com/app"], /without encryption: say --plain-http/],
    [
      "a wrong --parallel",
      ["layout", "localhost/app", "--parallel", "0"],
      /--parallel is '0': .* from 1 to 64/,
    ],
    [
      "a wrong --part-size",
      ["layout", "localhost/app", "--part-size", "1k"],
      /--part-size is '1k': .*1m to 4g/,
    ],
    ["a wrong --timeout", ["layout", "localhost/app", "--timeout", "x"], /--timeout is 'x'/],
    ["--all and --image", ["layout", "localhost/app", "--all", "--image", "a"], /exclude each other/],
    ["--all and a tag", ["layout", "localhost/app:1", "--all"], /leave the tag '1' out/],
    ["a source that is not there", ["/no/such", "localhost/app"], /\/no\/such does not exist/],
  ];
  it.each(cases)("%s", async (_what, args, message) => {
    const { code, stdout, stderr } = await runBerth(["push", ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^berth: [^\n]*\n$/);
    expect(stderr).toMatch(message);
  });

  it("nobody who answers", async () => {
    const { code, stderr } = await push(await image(10), `127.0.0.1:${await freePort()}/app`);
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^berth: 127\.0\.0\.1:\d+ does not answer: .*ECONNREFUSED\n$/),
    });
  });

  it("a server that is no registry", async () => {
    const { url } = await serving(async () => ({ ...says("hello"), status: 404 }));
    const { code, stderr } = await push(await image(10), `${new URL(url).host}/app`);
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/is no registry: GET \/v2\//),
    });
  });

  it("no place for the state of its uploads", async () => {
    const file = path("file");
    writeFileSync(file, "");
    const { url } = await serving(async () => says(""));
    const { code, stderr } = await runBerth(["push", await image(10), `${new URL(url).host}/app`], {
      variables: { XDG_STATE_HOME: file },
    });
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/can't keep the state of uploads in .*XDG_STATE_HOME/),
    });
  });
});

it("berth push --help is enough to work from", async () => {
  const { code, stdout } = await runBerth(["push", "--help"]);
  expect(code).toBe(0);
  for (const text of [
    "<source>",
    "<reference>",
    "--image",
    "--all",
    "--allow-missing",
    "--parallel",
    "--part-size",
    "--timeout",
    "--plain-http",
    "--json",
    "$XDG_STATE_HOME/berth",
    "Exit codes: 0 when all is there",
  ])
    expect(stdout).toContain(text);
});
