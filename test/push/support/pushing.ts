import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll } from "vitest";
import type { HttpRequest } from "../../../shared/http/messages.ts";
import { type Breaks, type Patient, startPatient } from "../../doctor/support/patient.ts";
import { type Ended, startBerth } from "../../support/berth-process.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/temporary-folder.ts";
import { createLayout, type Layout, sha256 } from "./layouts.ts";

/** A request as it came, without what may be secret. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  /** bytes of the body that arrived */
  readonly bytes: number;
  readonly range: string | undefined;
  readonly status: number;
}

export interface Registry {
  /** host and port, as image names have it */
  readonly host: string;
  readonly url: string;
  /** all requests so far, but the first look whether there is a registry */
  readonly seen: readonly Seen[];
  readonly get: (path: string) => Promise<Response>;
}

export interface State {
  readonly file: string;
  readonly text: string;
  /** permissions */
  readonly mode: number;
}

export interface Workshop {
  /** A registry on memory stores that does one thing wrong or nothing; stopped after the test. */
  readonly registry: (breaks?: Breaks) => Promise<Registry>;
  readonly layout: () => Promise<Layout>;
  /** A layout with one image, which has layers of so many bytes: its folder. */
  readonly image: (...layers: readonly number[]) => Promise<string>;
  /** a path of the test's own that does not exist yet */
  readonly path: (name: string) => string;
  /** `berth push`, with a state folder of the test file's own */
  readonly push: (source: string, reference: string, ...args: readonly string[]) => Promise<Ended>;
  /** The same, while the test goes on. */
  readonly startPush: (...args: Parameters<Workshop["push"]>) => ReturnType<typeof startBerth>;
  readonly variables: () => Readonly<Record<string, string>>;
  /** the files of uploads that are under way */
  readonly states: () => readonly State[];
  readonly stateFolder: () => string;
}

/** What tests of `berth push` work with. To be called once in a file. */
export function workshop(): Workshop {
  const patients: Patient[] = [];
  let temporary: TemporaryFolder;
  let made = 0;
  beforeAll(async () => {
    temporary = await temporaryFolder();
  });
  afterEach(async () => {
    await Promise.all(patients.splice(0).map(({ stop }) => stop()));
  });
  afterAll(() => temporary.remove());
  const path = (name: string) => {
    made += 1;
    return join(temporary.path, `${made}-${name}`);
  };
  const stateFolder = () => join(temporary.path, "state", "berth", "uploads");
  const variables = () => ({ XDG_STATE_HOME: join(temporary.path, "state") });
  const startPush: Workshop["startPush"] = (...args) =>
    startBerth(["push", ...args], { variables: variables() });
  return {
    path,
    variables,
    stateFolder,
    layout: () => createLayout(path("layout")),
    image: async (...layers) => {
      const source = await createLayout(path("layout"));
      await source.name([await source.addImage(layers)]);
      return source.folder;
    },
    registry: async (breaks = (handler) => handler) => {
      const seen: Seen[] = [];
      const patient = await startPatient({ breaks: (handler) => recording(seen)(breaks(handler)) });
      patients.push(patient);
      const { host } = new URL(patient.url);
      return { host, url: patient.url, seen, get: (target) => fetch(new URL(target, patient.url)) };
    },
    push: (...args) => startPush(...args).ended,
    startPush,
    states: () => {
      // A push that was killed may have left a file that it was about to rename.
      const names = readdirSync(stateFolder()).filter((name) => name.endsWith(".json"));
      return names.map((name) => {
        const file = join(stateFolder(), name);
        return { file, text: readFileSync(file, "utf8"), mode: statSync(file).mode & 0o777 };
      });
    },
  };
}

const recording =
  (seen: Seen[]): Breaks =>
  (handler) =>
  async (request) => {
    let bytes = 0;
    async function* counted(body: HttpRequest["body"]) {
      for await (const chunk of body) {
        bytes += chunk.length;
        yield chunk;
      }
    }
    const answer = await handler({ ...request, body: counted(request.body) });
    const { method, path, header } = request;
    if (path !== "/v2/") {
      const where = path.replace(/(?<=\/uploads\/).+/, "…");
      seen.push({ method, path: where, bytes, range: header("content-range"), status: answer.status });
    }
    return answer;
  };

/** The requests as `PATCH …/uploads/…`, without the repository. */
export const told = (seen: readonly Seen[]): readonly string[] =>
  seen.map(({ method, path, status }) => `${method} ${path.split("/").slice(3).join("/")} ${status}`);

/** Everything that a tag leads to, fetched and checked by digest: the digests. */
export async function contentsOf(
  { get }: Pick<Registry, "get">,
  repo: string,
  reference: string,
): Promise<readonly string[]> {
  const answer = await get(`/v2/${repo}/manifests/${reference}`);
  if (answer.status !== 200) throw new Error(`${reference} is not there: ${answer.status}`);
  const bytes = Buffer.from(await answer.arrayBuffer());
  const { config, layers = [], manifests = [] } = JSON.parse(bytes.toString()) as Names;
  const blobs = [...(config ? [config] : []), ...layers].map(({ digest }) => digest);
  for (const digest of blobs) {
    const blob = Buffer.from(await (await get(`/v2/${repo}/blobs/${digest}`)).arrayBuffer());
    if (sha256(blob) !== digest) throw new Error(`${digest} is served as ${sha256(blob)}`);
  }
  const children = await Promise.all(manifests.map(({ digest }) => contentsOf({ get }, repo, digest)));
  return [sha256(bytes), ...blobs, ...children.flat()];
}

interface Names {
  readonly config?: { readonly digest: string };
  readonly layers?: readonly { readonly digest: string }[];
  readonly manifests?: readonly { readonly digest: string }[];
}
