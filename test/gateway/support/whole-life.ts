import type { Digest } from "../../../shared/oci/digest.ts";
import type { RepoName } from "../../../shared/oci/names.ts";
import type { Blobs } from "../../../shared/ports/blobs.ts";
import type { Table, Write } from "../../../shared/ports/table.ts";
import { dayOf, keys } from "../../../shared/registry/keyspace.ts";
import type { UploadId } from "../../../shared/registry/registry.ts";
import { connectBlobs, connectTable } from "../../aws/support/stores.ts";
import { bodyOf, patterned } from "../../support/bodies.ts";
import { digestOf, manifestOf, type RegistryClient, withDigest } from "./client.ts";
import type { StackUnderTest } from "./stack-under-test.ts";

const MEBIBYTE = 1024 * 1024;
const DAY = 24 * 60 * 60 * 1000;
const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";
/** Beyond what an item of the table holds: these bytes are objects. */
const annotations = { long: "x".repeat(400_000) };
const config = Buffer.from("{}");
const layer = patterned(10 * MEBIBYTE, "life");
const small = layer.subarray(0, 1000);

interface Running extends Pick<StackUnderTest, "client" | "stand"> {
  /** whose uploads go on at the door */
  readonly doorClient: RegistryClient;
}

/** The stores past every right: what accidents and time do to them. */
interface Behind {
  readonly table: Pick<Table, "write">;
  readonly blobs: Pick<Blobs, "put" | "list" | "remove">;
}

/**
 * Everything that clients, the clock and accidents do to a registry, through both ways in: names that have routes of
 * their own, and deeper ones. It judges no answer: what counts is which rights it needs.
 */
export async function liveWholeLife({ client, doorClient, stand }: Running): Promise<void> {
  const { stores, plan } = stand;
  const table = connectTable(stores.behind.dynamodb, plan.tables[0]?.name ?? "");
  const blobs = connectBlobs(stores.behind.s3, plan.buckets[0] ?? "");
  try {
    const behind = { table: table.table, blobs: blobs.blobs };
    await live(behind, { client, stand });
    await pushThroughDoor(behind, doorClient);
  } finally {
    table.close();
    blobs.close();
  }
}

async function live(behind: Behind, { client, stand }: Omit<Running, "doorClient">): Promise<void> {
  const repositories = ["life/one", "life/d/e/e/p/e/r/s/t"];
  for (const repository of repositories) {
    await pushTwice(client, repository);
    await pushManifests(client, repository);
    await pull(client, repository);
    await leaveUploads(behind, client, repository);
  }
  await leaveLeftovers(behind, client);
  await sweep(stand);
  for (const repository of repositories) await remove(client, repository);
  for (const repository of repositories) await loseObjects(behind, client, repository);
}

async function sweep({ plan, functions }: Running["stand"]): Promise<void> {
  const [schedule] = plan.schedules;
  const end = await functions.get(schedule?.function.logicalId ?? "")?.invoke(schedule?.input ?? "");
  if (end?.outcome !== "returned") throw new Error(`the sweep failed: ${JSON.stringify(end)}`);
}

const send = async (
  client: RegistryClient,
  method: string,
  path: string,
  body?: Uint8Array,
): Promise<Response> => client.fetch(path, { method, ...(body && { body: Buffer.from(body) }) });

/** In chunks, the second of which makes a part of the tail that the first has left. Resolves with where the upload goes on. */
async function upload(client: RegistryClient, repository: string, bytes: Uint8Array): Promise<string> {
  let location = await client.startUpload(repository);
  for (let at = 0; at < bytes.length; at += 4 * MEBIBYTE) {
    const patched = await send(client, "PATCH", location, bytes.subarray(at, at + 4 * MEBIBYTE));
    location = new URL(patched.headers.get("location") ?? "", patched.url).href;
  }
  return location;
}

/** The second upload's bytes are spare. */
async function pushTwice(client: RegistryClient, repository: string): Promise<void> {
  await client.pushBlob(repository, config);
  for (let turn = 0; turn < 2; turn += 1) {
    const location = await upload(client, repository, layer);
    await send(client, "PUT", withDigest(location, digestOf(layer)));
  }
  const query = new URLSearchParams({ mount: digestOf(config), from: repository }).toString();
  await send(client, "POST", `/v2/${repository}x/blobs/uploads/?${query}`);
}

/** Also by parts that it numbers, one whose bytes are lost, and one that its client takes away. */
async function pushThroughDoor({ blobs }: Behind, client: RegistryClient): Promise<void> {
  const repository = "life/door";
  await pushTwice(client, repository);
  const numbered = await client.startUpload(repository);
  const shuffled = layer.toReversed();
  await send(client, "PATCH", `${numbered}&part=1`, shuffled);
  await send(client, "PUT", `${withDigest(numbered, digestOf(shuffled))}&parts=1`);
  const lost = await upload(client, repository, small);
  for (const { key } of (await blobs.list("")).entries) await blobs.remove(key);
  await send(client, "PATCH", lost, small);
  await send(client, "DELETE", await upload(client, repository, layer));
}

const subject = manifestOf([config, layer]);
const large = manifestOf([config], { annotations });
const referrer = manifestOf([config], {
  annotations,
  artifactType: "application/vnd.test",
  subject: { mediaType: MANIFEST_TYPE, digest: digestOf(subject), size: subject.length },
});

async function pushManifests(client: RegistryClient, repository: string): Promise<void> {
  await client.putManifest(repository, "moving", large);
  await client.putManifest(repository, "moving", subject);
  await client.putManifest(repository, "large", large);
  await client.putManifest(repository, digestOf(referrer), referrer);
}

async function pull(client: RegistryClient, repository: string): Promise<void> {
  await client.pullBlob(repository, digestOf(layer));
  for (const reference of ["moving", "large", digestOf(large)]) {
    await send(client, "GET", `/v2/${repository}/manifests/${reference}`);
  }
  await send(client, "GET", `/v2/${repository}/tags/list?n=1`);
  await send(client, "GET", `/v2/${repository}/nobody/tags/list`);
  await send(client, "GET", "/v2/_catalog");
  await send(client, "GET", `/v2/${repository}/referrers/${digestOf(subject)}`);
}

/** One that its client takes away itself; one with a tail and one with parts, whose time is over. */
async function leaveUploads({ table }: Behind, client: RegistryClient, repository: string): Promise<void> {
  const cancelled = await upload(client, repository, small);
  await send(client, "GET", cancelled);
  await send(client, "DELETE", cancelled);
  for (const bytes of [small, layer]) {
    const { pathname } = new URL(await upload(client, repository, bytes), client.url);
    const id = pathname.slice(pathname.lastIndexOf("/") + 1) as UploadId;
    await written(table, { op: "update", key: keys.session(id), set: { idleUntil: 1 } });
  }
}

async function written(table: Behind["table"], write: Write): Promise<void> {
  const { outcome } = await table.write(write);
  if (outcome !== "written") throw new Error(`${write.op} of ${write.key.pk}: ${outcome}`);
}

/** More than one transaction removes. */
const MANY_TAGS = 25;

/** A deletion that was cut short, an object that was to be removed, and one that no manifest names. */
async function leaveLeftovers({ table, blobs }: Behind, client: RegistryClient): Promise<void> {
  const repo = "life/halfdeleted" as RepoName;
  const digest = digestOf(large) as Digest;
  await client.pushBlob(repo, config);
  for (let tag = 0; tag < MANY_TAGS; tag += 1) await client.putManifest(repo, `t${tag}`, large);
  await written(table, { op: "update", key: keys.manifest(repo, digest), set: { deleting: "1" } });
  const attributes = { repo, digest, actor: "anonymous" };
  await written(table, { op: "put", key: keys.deleting(repo, digest), attributes });
  const day = dayOf(Date.now() - 4 * DAY);
  const [doomed, unnamed] = [`manifests/${day}/doomed_1`, `manifests/${day}/unnamed_1`];
  for (const key of [doomed, unnamed]) await blobs.put(key, bodyOf(small));
  await written(table, { op: "put", key: keys.doomed(doomed), attributes: {} });
}

async function remove(client: RegistryClient, repository: string): Promise<void> {
  for (const reference of ["moving", digestOf(referrer), digestOf(large)]) {
    await send(client, "DELETE", `/v2/${repository}/manifests/${reference}`);
  }
  await send(client, "DELETE", `/v2/${repository}/blobs/${digestOf(layer)}`);
}

/** What should be there is not: a function has to tell that from what it may not see. */
async function loseObjects({ blobs }: Behind, client: RegistryClient, repository: string): Promise<void> {
  await pushManifests(client, repository);
  const location = await upload(client, repository, small);
  for (const { key } of (await blobs.list("")).entries) await blobs.remove(key);
  await send(client, "GET", `/v2/${repository}/manifests/large`);
  await send(client, "GET", `/v2/${repository}/referrers/${digestOf(subject)}`);
  await send(client, "PATCH", location, small);
}
