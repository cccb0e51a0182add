import { type Content, contentOf, imageOf, indexOf, type Manifest } from "./content.ts";
import { type RepoModel, repoOf, type World } from "./model.ts";
import type { Answer } from "./requests.ts";
import * as steps from "./steps.ts";

/** What a client does in a row; it is given the answer to each step. */
export type Script = Generator<steps.Step, void, Answer>;

export interface Surroundings {
  readonly world: () => World;
  readonly repo: string;
  /** a blob that may be mounted from another repository, where there is one */
  readonly elsewhere: () => { readonly repo: string; readonly content: Content } | undefined;
  readonly chance: Chance;
}
export interface Chance {
  /** 0 <= x < 1 */
  readonly random: () => number;
  /** from 0 to `below`, exclusive */
  readonly number: (below: number) => number;
  readonly one: <T>(list: readonly T[]) => T | undefined;
  /** never given before */
  readonly mark: () => string;
}

const model = ({ world, repo }: Surroundings): RepoModel => repoOf(world(), repo);

/** bytes; what one part holds (16 MiB), and more than that, is among them */
const SIZES = [2, 700, 4096, 90_000, 300_000, 1_500_000];
const LARGE_SIZES = [6 * 1024 * 1024, 22 * 1024 * 1024];

/** Now and then one that other clients push too, so that they meet on one object. */
function someContent({ chance }: Surroundings): Content {
  const size = chance.one(SIZES) ?? 0;
  return contentOf(size, chance.random() < 0.3 ? `common ${chance.number(4)}` : chance.mark());
}
const largeContent = ({ chance }: Surroundings): Content =>
  contentOf(chance.one(LARGE_SIZES) ?? 0, chance.random() < 0.1 ? "common" : chance.mark());

function* begun(repo: string, content: Content): Generator<steps.Step, steps.Place, Answer> {
  const answer = yield steps.begin(repo, content);
  return { repo, path: steps.locationOf(answer), content };
}

function* pushByPatch(given: Surroundings, content = someContent(given)): Script {
  const place = yield* begun(given.repo, content);
  yield steps.append(place, 0, content.bytes.length, false);
  yield steps.commit(place, content.bytes.length);
}
function* pushLargeByPatch(given: Surroundings): Script {
  yield* pushByPatch(given, largeContent(given));
}

/** Chunks in order; the closing PUT has the last, or is empty. */
function* pushInChunks(given: Surroundings): Script {
  const { chance, repo } = given;
  const content = chance.random() < 0.3 ? largeContent(given) : contentOf(90_000, chance.mark());
  const place = yield* begun(repo, content);
  const count = 2 + chance.number(3);
  const size = Math.floor(content.bytes.length / count);
  for (let chunk = 0; chunk < count - 1; chunk += 1) {
    yield steps.append(place, chunk * size, (chunk + 1) * size, true);
  }
  const sent = (count - 1) * size;
  if (chance.random() < 0.5) return yield* closing(place, sent);
  yield steps.append(place, sent, content.bytes.length, true);
  yield* closing(place, content.bytes.length);
}
function* closing(place: steps.Place, from: number): Script {
  yield steps.commit(place, from);
}

function* pushByPut(given: Surroundings, content = someContent(given)): Script {
  const place = yield* begun(given.repo, content);
  yield steps.commit(place, 0);
}
function* pushLargeByPut(given: Surroundings): Script {
  yield* pushByPut(given, largeContent(given));
}
function* pushWhole(given: Surroundings): Script {
  yield steps.pushWhole(given.repo, someContent(given));
}

/** Goes on with an upload that a crash has interrupted. */
function* resume(given: Surroundings): Script {
  const open = given.chance.one([...model(given).uploads]);
  if (!open) return yield* pushByPatch(given);
  const [path, { content, offset }] = open;
  const place = { repo: given.repo, path, content };
  const size = content.bytes.length;
  if (given.chance.random() < 0.5 && offset < size) {
    yield steps.append(place, offset, size, true);
    yield steps.commit(place, size);
  } else yield steps.commit(place, offset);
}

function* cancel(given: Surroundings): Script {
  const { chance, repo } = given;
  const open = chance.one([...model(given).uploads]);
  if (open && chance.random() < 0.5) {
    const [path, { content }] = open;
    return yield* cancelling({ repo, path, content });
  }
  const content = contentOf(90_000, chance.mark());
  const place = yield* begun(repo, content);
  yield steps.append(place, 0, 50_000, true);
  yield* cancelling(place);
}
function* cancelling(place: steps.Place): Script {
  yield steps.cancel(place);
}

function* mount(given: Surroundings): Script {
  const found = given.elsewhere();
  if (found) yield steps.mount(given.repo, found.repo, found.content);
}

/** inline, an item of its own, an object: where a manifest's bytes are kept */
const PADDINGS = [0, 0, 6000, 380_000];

function* newImage(given: Surroundings): Generator<steps.Step, Manifest, Answer> {
  const { chance, repo } = given;
  while (model(given).blobs.size < 2) yield steps.pushWhole(repo, someContent(given));
  const all = [...model(given).blobs.values()];
  const blobs = Array.from({ length: 1 + chance.number(3) }, () => chance.one(all)).filter(
    (blob) => blob !== undefined,
  );
  const subject = chance.random() < 0.3 ? chance.one([...model(given).manifests.values()]) : undefined;
  return imageOf({
    blobs,
    padding: chance.one(PADDINGS) ?? 0,
    mark: chance.mark(),
    ...(subject && { subject }),
  });
}

const TAGS = ["latest", "v1", "v2", "nightly", "edge", "0"];
const someTags = ({ chance }: Surroundings): readonly string[] =>
  TAGS.filter(() => chance.random() < 0.3).slice(0, 3);

function* pushImage(given: Surroundings): Script {
  yield steps.pushManifest(given.repo, yield* newImage(given), someTags(given));
}

function* pushIndex(given: Surroundings): Script {
  const images = [...model(given).manifests.values()].filter(({ children }) => children.length === 0);
  const chosen = images.filter(() => given.chance.random() < 0.3).slice(0, 4);
  yield steps.pushManifest(given.repo, indexOf(chosen, given.chance.mark()), someTags(given));
}

function* moveTag(given: Surroundings): Script {
  const manifest = given.chance.one([...model(given).manifests.values()]);
  const tag = given.chance.one(TAGS);
  if (manifest && tag !== undefined) yield steps.pushManifest(given.repo, manifest, [tag]);
}

function* deleteTag(given: Surroundings): Script {
  const tag = given.chance.one([...model(given).tags.keys()]);
  if (tag !== undefined) yield steps.deleteTag(given.repo, tag);
}

/** Not what an index needs: with an explicit delete that would be the client's own fault. */
function* deleteManifest(given: Surroundings): Script {
  const all = [...model(given).manifests.values()];
  const needed = new Set(all.flatMap(({ children }) => children));
  const manifest = given.chance.one(all.filter(({ digest }) => !needed.has(digest)));
  if (manifest) yield steps.deleteManifest(given.repo, manifest.digest);
}

function* deleteBlob(given: Surroundings): Script {
  const { blobs, manifests } = model(given);
  const needed = new Set([...manifests.values()].flatMap((manifest) => manifest.blobs));
  const spare = [...blobs.values()].filter(({ digest }) => !needed.has(digest));
  // The largest half first: looking at all that is there again and again takes its time.
  const largest = spare
    .toSorted((a, b) => b.bytes.length - a.bytes.length)
    .slice(0, Math.ceil(spare.length / 2));
  const blob = given.chance.one(largest);
  if (blob) yield steps.deleteBlob(given.repo, blob.digest);
}

/** More tags than one transaction can take away: the deletion goes in steps. */
function* deleteManyTags(given: Surroundings): Script {
  const manifest = yield* newImage(given);
  for (const first of [0, 15, 30]) {
    const tags = Array.from({ length: 15 }, (_, at) => `many-${first + at}`);
    yield steps.pushManifest(given.repo, manifest, tags);
  }
  yield steps.deleteManifest(given.repo, manifest.digest);
}

export const SHARED_REPO = "shared/contended";
const SHARED_TAGS = ["a", "b"];

/** Many clients move the same few tags. */
function* moveSharedTag({ chance }: Surroundings): Script {
  const tag = chance.one(SHARED_TAGS) ?? "a";
  const config = contentOf(2, "config");
  const manifest = imageOf({ blobs: [config], padding: chance.one([0, 6000]) ?? 0, mark: chance.mark() });
  const step = steps.pushManifest(SHARED_REPO, manifest, [tag]);
  yield { ...step, change: () => (world) => world, shared: { tag, digest: manifest.digest } };
}

export const SCRIPTS = {
  pushByPatch,
  pushLargeByPatch,
  pushInChunks,
  pushByPut,
  pushLargeByPut,
  pushWhole,
  resume,
  cancel,
  mount,
  pushImage,
  pushIndex,
  moveTag,
  deleteTag,
  deleteManifest,
  deleteBlob,
  deleteManyTags,
  moveSharedTag,
} as const satisfies Record<string, (given: Surroundings) => Script>;
export type ScriptName = keyof typeof SCRIPTS;
