import { once } from "node:events";
import { mkdtemp, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { json as answering } from "../client/support/guards.ts";
import { runBerth } from "../support/berth-process.ts";
import { serving, stopServers } from "../support/serving.ts";
import { administered } from "./support.ts";

stopServers();
const berth = administered({ tokens: true });
const host = () => new URL(berth.url).host;

/** Runs a command as the first administrator, or as somebody else. */
const run = (line: string, { as = berth.admin, input = "" } = {}) => {
  const at = as.indexOf(":");
  const variables = {
    BERTH_REGISTRY: host(),
    BERTH_USERNAME: as.slice(0, at),
    BERTH_PASSWORD: as.slice(at + 1),
  };
  return runBerth(line.split(" "), { variables, input });
};
/** What a command prints that ends well. */
async function told(line: string, options?: Parameters<typeof run>[1]): Promise<string> {
  const { code, stdout, stderr } = await run(line, options);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}
const json = async (line: string) => JSON.parse(await told(`${line} --json`)) as never;

beforeAll(async () => {
  await told("user add ada");
  await told("robot add ci");
});

describe("berth user, robot and key", () => {
  it("add, list and delete, for people and as JSON", async () => {
    expect(await told("user add bob")).toBe(
      "Added user:bob. Give it an access key: berth key add user:bob NAME\n",
    );
    expect(await told("user list")).toMatch(
      /^NAME {3}PASSWORD {2}ADDED {17}BY\nada {4}no {8}\d{4}-\d\d-\d\d \d\d:\d\d UTC {2}user:admin\n/,
    );
    expect(await json("user list")).toMatchObject([{ name: "ada" }, { name: "admin" }, { name: "bob" }]);
    expect(await told("user delete bob")).toBe("Deleted the person bob, and its access keys.\n");
    expect(await json("user list")).toMatchObject([{ name: "ada" }, { name: "admin" }]);
    expect(await json("robot list")).toMatchObject([{ name: "ci", actor: "user:admin" }]);
    expect(await told("key list robot:ci")).toBe("There are no access keys.\n");
  });

  it("give access keys that log in, rotate them, and revoke them", async () => {
    const line = "key add robot:ci build --limit shop/**:pull shop/api:pull,push:v*,latest --expires 30d";
    const { id, secret } = (await json(line)) as { id: string; secret: string };
    expect(await told("login-check", { as: `ci:${secret}` })).toBe(`${host()} knows you as robot:ci.\n`);
    const listed = await told("key list");
    expect(listed).toContain(`${id}  robot:ci    build`);
    expect(listed).toContain("shop/**:pull shop/api:pull,push:v*,latest");
    expect(listed).not.toContain("berth_");
    const rotated = await told(`key rotate ${id} --overlap 0`);
    expect(rotated).toContain("The old secret is good for nothing now.");
    expect(rotated).toContain(`docker login -u ci ${host()}`);
    expect(rotated).toMatch(new RegExp(`^  berth_${id}_`, "m"));
    const found = /^ {2}(berth_\S+)$/m.exec(rotated)?.[1];
    expect(await told(`key revoke ${found}`)).toMatch(new RegExp(`^Revoked the access key ${id}:`));
    expect((await run(`key revoke ${id}`)).stderr).toBe(
      `berth: ${host()} refuses (404): no such access key; id: ${id}\n`,
    );
  });

  it("rotate the only key of an owner, or the one that is named, and revoke the owner", async () => {
    await told("robot add deployer");
    expect((await run("robot rotate deployer")).stderr).toBe(
      "berth: robot:deployer has no access key: berth key add robot:deployer NAME\n",
    );
    const first = (await json("key add robot:deployer one")) as { id: string };
    expect(await json("robot rotate deployer --overlap 0")).toMatchObject({ id: first.id });
    const second = (await json("key add robot:deployer two")) as { id: string };
    expect(await json("robot rotate deployer two --expires 1d")).toMatchObject({ id: second.id });
    expect(await run("robot rotate deployer")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/several access keys: .*\((one, two|two, one)\)\n$/),
    });
    expect(await run("robot rotate deployer three")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^berth: robot:deployer has (one, two|two, one), but no three\n$/),
    });
    expect(await told("robot revoke deployer")).toBe("Deleted the robot deployer, and its access keys.\n");
  });

  it("set passwords from stdin, which log in, and take them away", async () => {
    const input = "a long pass word\nand a line that does not matter\n";
    expect(await told("user password ada", { input })).toContain("Set the password of user:ada.");
    expect(await told("login-check", { as: "ada:a long pass word" })).toContain("user:ada");
    expect(await told("user password ada --remove")).toBe("user:ada has no password any more.\n");
    const [ada] = (await json("user list")) as { name: string; password: boolean }[];
    expect(ada).toMatchObject({ name: "ada", password: false });
  });

  it("ask as docker login has left it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "berth-docker-"));
    const auths = { [host()]: { auth: Buffer.from(berth.admin).toString("base64") } };
    await writeFile(join(folder, "config.json"), JSON.stringify({ auths }));
    const { code, stdout } = await runBerth(["login-check", "--registry", host()], {
      variables: { DOCKER_CONFIG: folder },
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${host()} knows you as user:admin.\n` });
  });
});

describe("what can't be done", () => {
  it("is a login-check without credentials, which says where they would be taken from", async () => {
    const variables = { DOCKER_CONFIG: await mkdtemp(join(tmpdir(), "berth-docker-")) };
    const { code, stdout, stderr } = await runBerth(["login-check", "--registry", host()], { variables });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`there are no credentials for ${host()}`);
    expect(stderr).toContain(`docker login ${host()}, or set BERTH_USERNAME and BERTH_PASSWORD`);
  });

  it("is anything with half of a login, which is not asked as somebody else", async () => {
    for (const half of [{ BERTH_USERNAME: "ada" }, { BERTH_PASSWORD: "secret", BERTH_USERNAME: "" }]) {
      const { code, stderr } = await runBerth(["user", "list", "--registry", host()], { variables: half });
      expect(code).toBe(2);
      expect(stderr).toMatch(/^berth: BERTH_\w+ is set, and BERTH_\w+ is not: set both, or none .*\n$/);
      expect(stderr).not.toContain("secret");
    }
  });

  it("ends with 1 where the registry refuses, and says why", async () => {
    const refused = async (line: string, options?: Parameters<typeof run>[1]) => {
      const { code, stdout, stderr } = await run(line, options);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      return stderr;
    };
    expect(await refused("user add ada")).toBe(
      `berth: ${host()} refuses (409): a person or a robot has this name already; name: ada\n`,
    );
    expect(await refused("user add Ada")).toMatch(/refuses \(400\): .*field: name; reason: it takes a name/);
    expect(await refused("key add ada laptop")).toMatch(/field: owner/);
    expect(await refused("key add user:ada laptop --expires 1s")).toMatch(
      /field: lifetime; reason: it takes a whole number of seconds from 60 to \d+\n$/,
    );
    expect(await refused("user password ada", { input: "short\n" })).toMatch(
      /field: password; reason: it takes a password of 12/,
    );
    const { secret } = (await json("key add user:ada laptop")) as { secret: string };
    expect(await refused("user list", { as: `ada:${secret}` })).toMatch(/refuses \(403\): .*administer/);
    const wrong = await refused("user list", { as: "ada:wrong-secret" });
    expect(wrong).toMatch(/401|not right/);
    expect(wrong).not.toContain("wrong-secret");
    expect(await refused("user list --registry localhost:1")).toMatch(
      /^berth: localhost:1 does not answer: .*ECONNREFUSED \(.*--registry or BERTH_REGISTRY names another\)\n$/,
    );
  });

  it("ends with 1 where the registry has no administration, and says which has one", async () => {
    const answers = [
      "404 page not found",
      '{"errors":[{"code":"UNSUPPORTED","message":"no such endpoint"}]}',
    ];
    for (const answer of answers) {
      const other = createServer((_request, response) => response.writeHead(404).end(answer));
      await once(other.listen(0, "127.0.0.1"), "listening");
      const { port } = other.address() as AddressInfo;
      const { code, stderr } = await run(`user list --registry 127.0.0.1:${port}`);
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^berth: 127\.0\.0\.1:\d+ refuses \(404\): .*berth serve --auth, or --policy\)\n$/,
      );
      other.close();
    }
  });

  it("ends with 1 where a list leads in a circle, or to another host", async () => {
    for (const [link, why] of [
      ["/v2/_berth/people?last=a", /goes on by Link in a circle/],
      ["http://other.example/v2/_berth/people", /goes on by Link on another host/],
    ] as const) {
      const { url } = await serving(async () =>
        answering(200, { people: [] }, { Link: `<${link}>; rel="next"` }),
      );
      const { code, stdout, stderr } = await run(`user list --registry ${url}`);
      expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: "", stderr: expect.stringMatching(why) });
    }
  });

  it("ends with 2 where the command has to be mended, before anything is sent", async () => {
    const wrong: readonly [line: string, why: RegExp][] = [
      ["key add robot:ci x --expires soon", /--expires is 'soon'/],
      ["key add robot:ci x --limit shop", /--limit is 'shop'/],
      ["key rotate 3f2a90c1d4e5b678 --overlap long", /--overlap is 'long'/],
      ["user password ada", /there is no password/],
      ["user add", /missing required argument/],
      ["user frobnicate", /unknown command/],
      ["user list --registry http://registry.example.com", /--plain-http/],
      ["user list --registry https://registry.example.com/path", /no address/],
    ];
    for (const [line, why] of wrong) {
      const { code, stdout, stderr } = await run(line);
      expect({ line, code, stdout }).toEqual({ line, code: 2, stdout: "" });
      expect(stderr).toMatch(why);
      expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    }
  });

  it.each(["user add", "robot rotate", "key revoke", "policy set", "policy test", "login-check"])(
    "is told by %s --help, too: who asks, and what the exit codes mean",
    async (command) => {
      const { code, stdout } = await run(`${command} --help`);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^Asks the registry as .*docker login .*BERTH_USERNAME with BERTH_PASSWORD\.$/m);
      expect(stdout.match(/^Exit codes: 0 /gm)).toHaveLength(1);
    },
  );

  it("is told by --help, with what the exit codes mean", async () => {
    const { code, stdout } = await run("key --help");
    expect(code).toBe(0);
    for (const word of ["add", "list", "rotate", "revoke", "Exit codes: 0", "docs/administration.md"])
      expect(stdout).toContain(word);
  });
});
