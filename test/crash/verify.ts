import { setTimeout as sleep } from "node:timers/promises";
import type { CrashClient, Doubt } from "./client.ts";
import { digestOf } from "./content.ts";
import { differences, factsOf, repoOf, type World } from "./model.ts";
import { listRepos, type Observed, observe } from "./observe.ts";
import type { Connection } from "./requests.ts";
import { SHARED_REPO } from "./scripts.ts";
import type { SharedTags } from "./shared-tags.ts";
import type { Fate } from "./tally.ts";

/** milliseconds: a deletion in steps that was cut short is finished after the start, while requests are served */
const PATIENCE = 20_000;

/** Throws unless the registry has exactly what was acknowledged to this client. */
export async function verifyClient(connection: Connection, client: CrashClient): Promise<void> {
  const differing = (await compareWith(connection, client))(client.world());
  if (differing.length > 0) throw new Error(`what was acknowledged is not there:\n${differing.join("\n")}`);
}

/** Throws unless the registry is as it was before the step in doubt, or as it is after it. */
export async function settleDoubt(connection: Connection, client: CrashClient, doubt: Doubt): Promise<Fate> {
  const { before, after, step } = doubt;
  for (const deadline = Date.now() + PATIENCE; ; await sleep(100)) {
    const differencesTo = await compareWith(connection, client);
    const fromAfter = differencesTo(after);
    const fromBefore = differencesTo(before);
    if (fromAfter.length === 0 || fromBefore.length === 0) {
      const happened = fromAfter.length === 0;
      client.settle(happened ? after : before);
      if (before === after) return "invisible";
      return happened ? "happened" : "not happened";
    }
    if (Date.now() < deadline) continue;
    const { method, path } = step.request;
    throw new Error(
      `${method} ${path} (${step.kind}) is half there.\nWere it not there:\n${fromBefore.join("\n")}\n` +
        `Were it there:\n${fromAfter.join("\n")}`,
    );
  }
}

/** Looks once; the answer tells what differs from a world, and what can be right in none. */
async function compareWith(connection: Connection, client: CrashClient) {
  const looks: { readonly repo: string; readonly observed: Observed }[] = [];
  for (const repo of client.repos) {
    looks.push({ repo, observed: await observe(connection, repo, client.seen(repo)) });
  }
  return (world: World): readonly string[] =>
    looks.flatMap(({ repo, observed: { facts, wrong } }) => [
      ...wrong,
      ...differences(factsOf(repoOf(world, repo)), facts).map((line) => `${repo}: ${line}`),
    ]);
}

/** Each shared tag names, whole, one of the manifests that it may name. */
export async function verifySharedTags(connection: Connection, sharedTags: SharedTags): Promise<void> {
  for (const tag of sharedTags.names()) {
    const { status, headers, body } = await connection.send({
      method: "GET",
      path: `/v2/${SHARED_REPO}/manifests/${tag}`,
    });
    const digest = status === 200 ? digestOf(body) : undefined;
    const possible = sharedTags.possible(tag);
    if (!possible.has(digest)) {
      throw new Error(`the shared tag ${tag} names ${digest}, not one of ${[...possible].join(", ")}`);
    }
    if (digest !== undefined && headers["docker-content-digest"] !== digest) {
      throw new Error(`the shared tag ${tag} is served with another digest than that of its bytes`);
    }
    sharedTags.settle(tag, digest);
  }
}

/** A repository is in the catalog if and only if its tags can be listed, and always where something is in it. */
export async function verifyCatalog(connection: Connection, clients: readonly CrashClient[]): Promise<void> {
  const listed = await listRepos(connection);
  const sorted = listed.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  if (sorted.join() !== listed.join()) throw new Error(`the catalog is out of order: ${listed.join()}`);
  for (const client of clients) {
    for (const repo of client.repos) {
      const { status } = await connection.send({ method: "GET", path: `/v2/${repo}/tags/list` });
      const { blobs, manifests } = repoOf(client.world(), repo);
      const isUsed = blobs.size > 0 || manifests.size > 0;
      if (listed.includes(repo) !== (status === 200) || (isUsed && status !== 200)) {
        throw new Error(`${repo} is listed: ${listed.includes(repo)}, its tags answer ${status}`);
      }
    }
  }
}
