import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRegistry } from "../../../local/client/library.ts";
import { type MadeImage, makeImage } from "../../copy/support.ts";
import { type BerthProcess, runBerth, spawnBerth } from "../../support/berth-process.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/temporary-folder.ts";
import { goTool } from "../../tools/go-tool.ts";
import { type Contents, contentsOf } from "./contents.ts";
import { LOGIN } from "./logins.ts";
import { type OtherRegistry, type RunningRegistry, startWith } from "./program.ts";

const run = promisify(execFile);

/** Several parts of the least size. */
const LAYER = 3_000_000;
const TAG = "1.0";
const PASSWORD = { kind: "password", ...LOGIN } as const;

/** `berth copy` from Berth to a registry and back, by each login that it can ask for; and on the way through others. */
export function testCopies(other: OtherRegistry, over: readonly OtherRegistry[] = []): void {
  describe("berth copy", () => {
    const { tour, copied, source } = fromBerth();

    it.each(["none", ...other.logins] as const)(
      `takes a multi-arch image with referrers to ${other.name} and back, byte for byte, login: %s`,
      async (login) => {
        expect(await tour([await startWith(other, login)])).toEqual([source().contents, source().contents]);
      },
    );

    it.each(over)(
      `takes it to $name, from there to ${other.name}, and back to both, byte for byte`,
      async (between) => {
        const [one, two] = [await between.start("none"), await other.start("none")];
        const { contents } = source();
        expect(await tour([one, two, one])).toEqual([contents, contents, contents, contents]);
      },
    );

    it("brings referrers where oras sees them", async () => {
      const there = await other.start("none");
      expect(await copied(there, {})).toMatchObject({ code: 0 });
      const { amd64, signature } = source().image;
      expect(await discovered(`${there.host}/app@${amd64.digest}`)).toContain(signature.digest);
    });

    it.each(other.logins)("says so where it has no login, login: %s", async (login) => {
      expect(await copied(await startWith(other, login), {})).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/ 401|nothing was sent/),
      });
    });
  });
}

interface Source {
  readonly folder: TemporaryFolder;
  readonly berth: BerthProcess;
  readonly host: string;
  readonly image: MadeImage;
  readonly contents: Contents;
}

/** A Berth with an image, for the tests of one describe block. */
function fromBerth() {
  const made: { source?: Source } = {};
  beforeAll(async () => {
    made.source = await startSource();
  });
  afterAll(async () => {
    await made.source?.berth.kill("SIGTERM");
    await made.source?.folder.remove();
  });
  const source = (): Source => {
    if (made.source === undefined) throw new Error("there is no Berth yet");
    return made.source;
  };
  return {
    source,
    /** Copies the image from Berth to each of them in turn and back to Berth, and tells what each has then. */
    tour: async (stops: readonly RunningRegistry[]): Promise<readonly Contents[]> => {
      const variables = await variablesFor(source(), stops);
      const back = `back/${stops.map(({ host }) => host.replace(":", "-")).join("/")}`;
      const places = [...stops.map(({ host }, at) => `${host}/way/${at}`), `${source().host}/${back}`];
      const trusted = stops.flatMap(({ realm }) => (realm === undefined ? [] : ["--trust-realm", realm]));
      const found: Contents[] = [];
      let from = `${source().host}/source/app`;
      for (const to of places) {
        const { code, stderr } = await runBerth(["copy", ...trusted, `${from}:${TAG}`, to], { variables });
        expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
        found.push(await contentsAt(to, source().image));
        from = to;
      }
      return found;
    },
    copied: ({ host }: RunningRegistry, variables: Readonly<Record<string, string>>) =>
      runBerth(["copy", `${source().host}/source/app:${TAG}`, `${host}/app`], { variables }),
  };
}

/** What oras says that refers to an image. */
async function discovered(reference: string): Promise<string> {
  const { stdout } = await run(await goTool("oras"), [
    "discover",
    "--plain-http",
    "--format=json",
    reference,
  ]);
  return stdout;
}

async function startSource(): Promise<Source> {
  const folder = await temporaryFolder();
  const berth = await spawnBerth({ data: join(folder.path, "data") });
  const { host } = new URL(berth.url);
  const image = await makeImage(berth.url, "source/app", TAG, LAYER);
  return { folder, berth, host, image, contents: await contentsAt(`${host}/source/app`, image) };
}

async function contentsAt(place: string, image: MadeImage): Promise<Contents> {
  const [host = "", ...name] = place.split("/");
  const client = openRegistry(host, { credentials: PASSWORD, trust: () => true });
  const contents = await contentsOf(client, { name: name.join("/"), tag: TAG }, image);
  client.close();
  return contents;
}

/** What docker login leaves, and a home for what a copy remembers. */
async function variablesFor({ folder }: Source, stops: readonly RunningRegistry[]) {
  const home = join(folder.path, "home");
  const auth = Buffer.from(`${LOGIN.name}:${LOGIN.secret}`).toString("base64");
  const auths = Object.fromEntries(stops.map(({ host }) => [host, { auth }]));
  await mkdir(home, { recursive: true });
  await writeFile(join(home, "config.json"), JSON.stringify({ auths }));
  return { HOME: home, XDG_STATE_HOME: home, DOCKER_CONFIG: home };
}
