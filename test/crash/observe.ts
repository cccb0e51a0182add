import type { Seen } from "./client.ts";
import { digestOf } from "./content.ts";
import type { Answer, Connection } from "./requests.ts";

export interface Observed {
  /** as `factsOf` tells them */
  readonly facts: readonly string[];
  /** what must never be, whatever was acknowledged */
  readonly wrong: readonly string[];
}
interface Look {
  readonly connection: Connection;
  readonly repo: string;
  readonly seen: Seen;
  readonly require: (holds: boolean, complaint: string) => void;
}

/** Looks at a repository as a client can: pulls all that it ever held, by every way there is. */
export async function observe(connection: Connection, repo: string, seen: Seen): Promise<Observed> {
  const wrong: string[] = [];
  const require = (holds: boolean, complaint: string) => {
    if (!holds) wrong.push(`${repo}: ${complaint}`);
  };
  const look = { connection, repo, seen, require };
  const manifests = await observeManifests(look);
  const facts = [
    ...(await observeBlobs(look)),
    ...manifests.map((digest) => `manifest ${digest}`),
    ...(await observeTags(look, manifests)),
    ...(await observeReferrers(look, manifests)),
    ...(await observeUploads(look)),
  ];
  return { facts: facts.toSorted(), wrong };
}

const get = ({ connection }: Look, path: string, method = "GET"): Promise<Answer> =>
  connection.send({ method, path });

async function observeBlobs(look: Look): Promise<string[]> {
  const { repo, seen, require } = look;
  const facts: string[] = [];
  for (const [digest, { bytes }] of seen.blobs) {
    const path = `/v2/${repo}/blobs/${digest}`;
    const head = await get(look, path, "HEAD");
    if (head.status === 404) continue;
    const answer = await get(look, path);
    require(Number(head.headers["content-length"]) === bytes.length, `HEAD gives ${digest} another size`);
    require(answer.status === 200 &&
      answer.body.equals(bytes), `${digest} is answered ${answer.status}, or with other bytes`);
    facts.push(`blob ${digest}`);
  }
  return facts;
}

async function observeManifests(look: Look): Promise<string[]> {
  const { repo, seen, require } = look;
  const present: string[] = [];
  for (const [digest, { bytes, mediaType }] of seen.manifests) {
    const answer = await get(look, `/v2/${repo}/manifests/${digest}`);
    if (answer.status === 404) continue;
    require(answer.status === 200 &&
      answer.body.equals(bytes), `${digest} is answered ${answer.status}, or with other bytes`);
    require(answer.headers["content-type"] === mediaType, `another media type for ${digest}`);
    present.push(digest);
  }
  return present;
}

async function observeTags(look: Look, manifests: readonly string[]): Promise<string[]> {
  const { repo, seen, require } = look;
  const tags = await listTags(look.connection, repo);
  const facts: string[] = [];
  for (const tag of new Set([...tags, ...seen.tags])) {
    const answer = await get(look, `/v2/${repo}/manifests/${tag}`);
    const isServed = answer.status === 200;
    require(isServed === tags.includes(tag), `${tag} is listed or not, and answers ${answer.status}`);
    if (!isServed) continue;
    const digest = String(answer.headers["docker-content-digest"]);
    require(digestOf(answer.body) === digest, `${tag} is served with bytes of another digest than ${digest}`);
    require(manifests.includes(digest), `${tag} names ${digest}, which is not served`);
    facts.push(`tag ${tag} names ${digest}`);
  }
  return facts;
}

/** Page by page, to the end. */
async function listTags(connection: Connection, repo: string): Promise<readonly string[]> {
  return listed(connection, `/v2/${repo}/tags/list?n=7`, "tags");
}
export const listRepos = (connection: Connection): Promise<readonly string[]> =>
  listed(connection, "/v2/_catalog?n=4", "repositories");

async function listed(connection: Connection, first: string, name: string): Promise<readonly string[]> {
  const all: string[] = [];
  for (let path: string | undefined = first; path !== undefined; ) {
    const answer: Answer = await connection.send({ method: "GET", path });
    if (answer.status === 404) return [];
    all.push(...((JSON.parse(answer.body.toString()) as Record<string, string[]>)[name] ?? []));
    path = /<([^>]+)>/.exec(String(answer.headers["link"] ?? ""))?.[1];
  }
  return all;
}

async function observeReferrers(look: Look, manifests: readonly string[]): Promise<string[]> {
  const { repo, seen, require } = look;
  const facts: string[] = [];
  const subjects = new Set([...seen.manifests.values()].map(({ subject }) => subject));
  for (const subject of subjects) {
    if (subject === undefined) continue;
    const answer = await get(look, `/v2/${repo}/referrers/${subject}`);
    const index = JSON.parse(answer.body.toString()) as { manifests: { digest: string }[] };
    for (const { digest } of index.manifests) {
      require(manifests.includes(digest), `${subject} lists ${digest}, which is not served`);
      facts.push(`${digest} refers to ${subject}`);
    }
  }
  return facts;
}

async function observeUploads(look: Look): Promise<string[]> {
  const facts: string[] = [];
  for (const path of look.seen.uploads) {
    const answer = await get(look, path);
    if (answer.status === 404) continue;
    look.require(answer.status === 204, `${path} answers ${answer.status}`);
    // `0-0` is nothing: no chunk of one byte is ever sent here.
    const last = Number(/^0-(\d+)$/.exec(String(answer.headers["range"]))?.[1]);
    facts.push(`upload ${path} at ${last === 0 ? 0 : last + 1}`);
  }
  return facts;
}
