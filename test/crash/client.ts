import type { Content, Manifest } from "./content.ts";
import { repoOf, type World } from "./model.ts";
import { type Answer, connect, type Phase } from "./requests.ts";
import { type Chance, SCRIPTS, type ScriptName } from "./scripts.ts";
import type { SharedTags } from "./shared-tags.ts";
import type { Step } from "./steps.ts";

/** What a client was waiting for when the server died: one of two worlds is true now. */
export interface Doubt {
  readonly step: Step;
  readonly before: World;
  readonly after: World;
}
/** Everything that was ever in a repository: what is gone must stay gone. */
export interface Seen {
  readonly blobs: Map<string, Content>;
  readonly manifests: Map<string, Manifest>;
  readonly tags: Set<string>;
  readonly uploads: Set<string>;
}
export interface Run {
  readonly url: string;
  /** scripts to prefer */
  readonly prefer: readonly ScriptName[];
  /** Called as a request goes out; kills the server where its moment has come. */
  readonly probe: (step: Step, phase: Phase) => void;
  readonly isKilled: () => boolean;
}
export interface CrashClient {
  readonly repos: readonly string[];
  readonly world: () => World;
  readonly seen: (repo: string) => Seen;
  readonly doubt: () => Doubt | undefined;
  /** Decides the doubt; what may be asked again will be. */
  readonly settle: (world: World) => void;
  /** So much time has passed that none of its uploads exists any more. */
  readonly expireUploads: () => void;
  /** Works until the server is killed; answers how many requests were acknowledged. Throws for any other failure. */
  readonly run: (run: Run) => Promise<number>;
}

interface Settings {
  readonly name: string;
  readonly chance: Chance;
  readonly sharedTags: SharedTags;
  readonly others: () => readonly CrashClient[];
}

const NAMES = Object.keys(SCRIPTS) as ScriptName[];
/** Repositories with more are tidied up, so that looking at all of them takes no longer than the crash. */
const MANY = 8;
const MANY_BYTES = 40_000_000;
const TIDYING: readonly ScriptName[] = ["deleteManifest", "deleteBlob", "deleteTag"];

export function createClient({ name, chance, sharedTags, others }: Settings): CrashClient {
  const repos = [`${name}/app`, `${name}/blobs/uploads`];
  const seen = new Map(repos.map((repo) => [repo, newSeen()]));
  let world: World = new Map();
  let doubt: Doubt | undefined;
  let again: Step | undefined;
  const seenIn = (repo: string): Seen => seen.get(repo) ?? newSeen();
  const promise = (next: World) => {
    world = next;
    for (const repo of repos) {
      remember(seenIn(repo), next, repo);
      forgetOld(seenIn(repo), next, repo);
    }
  };
  const pick = (repo: string, prefer: readonly ScriptName[]): ScriptName => {
    const { blobs, manifests, uploads } = repoOf(world, repo);
    const bytes = [...blobs.values()].reduce((sum, content) => sum + content.bytes.length, 0);
    const isFull = blobs.size > MANY || manifests.size > MANY || bytes > MANY_BYTES;
    if (isFull && chance.random() < 0.7) return chance.one(TIDYING) ?? "deleteBlob";
    if (uploads.size > 3) return "resume";
    return (chance.random() < 0.4 ? chance.one(prefer) : undefined) ?? chance.one(NAMES) ?? "pushWhole";
  };
  const elsewhere = () => {
    const from = chance.one(others().flatMap((client) => client.repos.map((repo) => ({ client, repo }))));
    const content = from && chance.one([...repoOf(from.client.world(), from.repo).blobs.values()]);
    return from && content && { repo: from.repo, content };
  };
  return {
    repos,
    world: () => world,
    seen: seenIn,
    doubt: () => doubt,
    settle: (settled) => {
      if (doubt?.step.repeatable) again = doubt.step;
      doubt = undefined;
      promise(settled);
    },
    expireUploads: () => {
      for (const repo of repos) seenIn(repo).uploads.clear();
      promise(new Map([...world].map(([repo, model]) => [repo, { ...model, uploads: new Map() }])));
    },
    run: async ({ url, prefer, probe, isKilled }) => {
      const connection = connect(url);
      let acknowledged = 0;
      const perform = async (step: Step): Promise<Answer> => {
        doubt = { step, before: world, after: step.change(undefined)(world) };
        for (const repo of repos) remember(seenIn(repo), doubt.after, repo);
        const end = step.shared && sharedTags.begin(step.shared.tag, step.shared.digest);
        const answer = await connection.send(step.request, (phase) => probe(step, phase));
        requireAccepted(step, answer);
        end?.();
        promise(step.change(answer)(world));
        doubt = undefined;
        acknowledged += 1;
        return answer;
      };
      try {
        if (again) await perform(again);
        again = undefined;
        for (;;) {
          const repo = chance.one(repos) ?? "";
          const script = SCRIPTS[pick(repo, prefer)]({ world: () => world, repo, elsewhere, chance });
          for (let next = script.next(); !next.done; ) next = script.next(await perform(next.value));
        }
      } catch (cause) {
        if (isKilled() && !(cause instanceof RefusedError)) return acknowledged;
        throw cause;
      } finally {
        connection.close();
      }
    },
  };
}

class RefusedError extends Error {
  override readonly name = "RefusedError";
}

function requireAccepted({ request, accepts }: Step, { status, body }: Answer): void {
  if (accepts.includes(status)) return;
  throw new RefusedError(`${request.method} ${request.path} was answered ${status}: ${body.toString()}`);
}

export const newSeen = (): Seen => ({
  blobs: new Map(),
  manifests: new Map(),
  tags: new Set(),
  uploads: new Set(),
});
/** So many that are gone are remembered, of each kind. */
const GONE = 8;

export function remember(seen: Seen, world: World, repo: string): void {
  const { blobs, manifests, tags, uploads } = repoOf(world, repo);
  for (const [digest, content] of blobs) seen.blobs.set(digest, content);
  for (const [digest, manifest] of manifests) seen.manifests.set(digest, manifest);
  for (const tag of tags.keys()) seen.tags.add(tag);
  for (const path of uploads.keys()) seen.uploads.add(path);
}

function forgetOld(seen: Seen, world: World, repo: string): void {
  const { blobs, manifests, tags, uploads } = repoOf(world, repo);
  forgetSome(seen.blobs, blobs);
  forgetSome(seen.manifests, manifests);
  forgetSome(seen.tags, tags);
  forgetSome(seen.uploads, uploads);
}

function forgetSome(
  seen: { readonly keys: () => Iterable<string>; readonly delete: (key: string) => boolean },
  present: ReadonlyMap<string, unknown>,
): void {
  const gone = [...seen.keys()].filter((key) => !present.has(key));
  for (const key of gone.slice(0, Math.max(0, gone.length - GONE))) seen.delete(key);
}
