import type { Content, Manifest } from "./content.ts";

/** An upload that has begun: bytes 0 to `offset` of the content were acknowledged. */
export interface OpenUpload {
  readonly content: Content;
  readonly offset: number;
}
/** What a repository holds. */
export interface RepoModel {
  readonly blobs: ReadonlyMap<string, Content>;
  readonly manifests: ReadonlyMap<string, Manifest>;
  readonly tags: ReadonlyMap<string, string>;
  /** by the path of their Location */
  readonly uploads: ReadonlyMap<string, OpenUpload>;
}
/** What one client has been promised, repository by repository. Values: a step makes a new one from the last. */
export type World = ReadonlyMap<string, RepoModel>;

const EMPTY: RepoModel = { blobs: new Map(), manifests: new Map(), tags: new Map(), uploads: new Map() };

export const repoOf = (world: World, repo: string): RepoModel => world.get(repo) ?? EMPTY;

export type Change = (world: World) => World;

/** A change of one repository. */
export const inRepo =
  (repo: string, change: (model: RepoModel) => Partial<RepoModel>): Change =>
  (world) => {
    const before = repoOf(world, repo);
    return plus(world, repo, { ...before, ...change(before) });
  };

export const plus = <Key, Value>(
  map: ReadonlyMap<Key, Value>,
  key: Key,
  value: Value,
): ReadonlyMap<Key, Value> => new Map(map).set(key, value);

export function minus<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key): ReadonlyMap<Key, Value> {
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}

/** Every fact about a repository that a client can see, as lines that can be compared. */
export function factsOf({ blobs, manifests, tags, uploads }: RepoModel): readonly string[] {
  const referrers = [...manifests.values()].flatMap(({ subject, digest }) =>
    subject === undefined ? [] : [`${digest} refers to ${subject}`],
  );
  return [
    ...[...blobs.keys()].map((digest) => `blob ${digest}`),
    ...[...manifests.keys()].map((digest) => `manifest ${digest}`),
    ...[...tags].map(([tag, digest]) => `tag ${tag} names ${digest}`),
    ...referrers,
    ...[...uploads].map(([path, { offset }]) => `upload ${path} at ${offset}`),
  ].toSorted();
}

/** What is only in one of two lists. */
export const differences = (expected: readonly string[], found: readonly string[]): readonly string[] => [
  ...expected.filter((line) => !found.includes(line)).map((line) => `missing: ${line}`),
  ...found.filter((line) => !expected.includes(line)).map((line) => `not expected: ${line}`),
];
