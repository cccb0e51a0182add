import type { Content, ManifestContent } from "../../spec/support/content.ts";
import { content, descriptor, image, OCI_MANIFEST } from "../../spec/support/content.ts";
import { patterned } from "../../support/bodies.ts";
import { type Asked, type Counted, type CountedRegistry, countedRegistry } from "./counted-registry.ts";
import { createImage, type Image, manifestOfSize, pushBlob, pushImage, putManifest } from "./image.ts";

/** What is counted: one thing that a client does, in as many requests as it takes. */
export interface Operation {
  readonly name: string;
  readonly requests: readonly Counted[];
}

const REPO = "team/app";
const ABSENT = content("absent").digest;

/** Everything that clients do often, counted on a registry that holds a few images already. */
export async function countOperations(): Promise<readonly Operation[]> {
  const registry = countedRegistry();
  const pushed = createImage({ seed: "first", layers: [1000, 1000, 1000] });
  await pushImage(registry, REPO, pushed, "1");
  return [
    ...(await countPulls(registry, pushed)),
    ...(await countLists(registry, pushed)),
    ...(await countBlobPushes(registry)),
    ...(await countManifestPushes(registry)),
    ...(await countImagePushes()),
    ...(await countDeletes(registry, pushed)),
  ];
}

const one = async (name: string, counted: Promise<Counted>): Promise<Operation> => ({
  name,
  requests: [await counted],
});

const ask = (method: Asked["method"], target: string): Asked => ({ method, target: `/v2/${target}` });

async function countPulls(registry: CountedRegistry, { manifest, blobs }: Image): Promise<Operation[]> {
  const [config = content("")] = blobs;
  const larger = manifestOfSize(10_000, config);
  const huge = manifestOfSize(400_000, config);
  for (const [tag, each] of Object.entries({ larger, huge })) {
    await putManifest(registry, { repo: REPO, reference: tag, manifest: each });
  }
  const get = (reference: string) => registry.send(ask("GET", `${REPO}/manifests/${reference}`), 200);
  return [
    await one("version check (`GET /v2/`)", registry.send({ method: "GET", target: "/v2/" }, 200)),
    await one("manifest GET by tag, to 4 KB", get("1")),
    await one("manifest GET by digest, to 4 KB", get(manifest.digest)),
    await one("manifest HEAD by tag, to 4 KB", registry.send(ask("HEAD", `${REPO}/manifests/1`), 200)),
    await one("manifest GET by tag, 10 KB", get("larger")),
    await one("manifest GET by digest, 10 KB", get(larger.digest)),
    await one("manifest GET by tag, 400 KB", get("huge")),
    await one("blob GET", registry.send(ask("GET", `${REPO}/blobs/${config.digest}`), 307)),
    await one("blob HEAD", registry.send(ask("HEAD", `${REPO}/blobs/${config.digest}`), 200)),
    await one("blob HEAD, absent", registry.send(ask("HEAD", `${REPO}/blobs/${ABSENT}`), 404)),
  ];
}

const TAGS = 1000;
const REFERRERS = 10;

async function countLists(registry: CountedRegistry, { manifest, blobs }: Image): Promise<Operation[]> {
  const [config = content("")] = blobs;
  const other = createImage({ seed: "tagged", layers: [1000] });
  await pushImage(registry, "team/tagged", other, "0000");
  await pushTags(registry, "team/tagged", other.manifest);
  await pushBlob(registry, "team/large-tags", config);
  await pushTags(registry, "team/large-tags", manifestOfSize(4 * 1024, config));
  for (let at = 0; at < REFERRERS; at += 1) await pushReferrer(registry, manifest, at);
  const list = (target: string) => registry.send(ask("GET", target), 200);
  return [
    await one("tag list, 100 of 1,000 tags", list("team/tagged/tags/list?n=100")),
    await one("tag list, all 1,000 tags", list("team/tagged/tags/list")),
    await one("tag list, all 1,000 tags, of manifests of 4 KB", list("team/large-tags/tags/list")),
    await one("catalog, 3 repositories", list("_catalog")),
    await one("referrers, none", list(`${REPO}/referrers/${ABSENT}`)),
    await one(`referrers, ${REFERRERS}`, list(`${REPO}/referrers/${manifest.digest}`)),
  ];
}

async function pushTags(registry: CountedRegistry, repo: string, manifest: ManifestContent): Promise<void> {
  for (let tag = 0; tag < TAGS; tag += 1) {
    await putManifest(registry, { repo, reference: String(tag).padStart(4, "0"), manifest });
  }
}

/** As signatures are: an image manifest whose subject is the image. */
async function pushReferrer(registry: CountedRegistry, subject: ManifestContent, at: number): Promise<void> {
  const config = content("{}");
  const layer = content(`signature ${at}`);
  for (const blob of [config, layer]) await pushBlob(registry, REPO, blob);
  const manifest = image({
    config,
    layers: [layer],
    fields: {
      artifactType: "application/vnd.example.signature",
      subject: descriptor(OCI_MANIFEST, subject),
      annotations: { "org.example.signature": "x".repeat(200) },
    },
  });
  await putManifest(registry, { repo: REPO, reference: manifest.digest, manifest });
}

const MIB = 1024 * 1024;

async function countBlobPushes(registry: CountedRegistry): Promise<Operation[]> {
  const blob = (size: number, seed: string): Content => content(patterned(size, seed));
  const small = blob(1000, "small");
  const posted = blob(1000, "posted");
  const mount = (query: string, repo: string) =>
    registry.send(ask("POST", `${repo}/blobs/uploads/?mount=${small.digest}${query}`), 201);
  const pushed = await pushBlob(registry, REPO, small);
  return [
    { name: "blob push, to 4 MiB (POST, PATCH, PUT)", requests: pushed },
    await one(
      "blob push by a single POST",
      registry.send(
        { ...ask("POST", `${REPO}/blobs/uploads/?digest=${posted.digest}`), body: posted.bytes },
        201,
      ),
    ),
    {
      name: "blob push of a digest that is stored already",
      requests: await pushBlob(registry, "team/tagged", small),
    },
    {
      name: "blob push, 40 MiB in chunks of 4 MiB",
      requests: await pushBlob(registry, REPO, blob(40 * MIB, "large")),
    },
    await one("mount, from a repository", mount(`&from=${REPO}`, "team/mounted")),
    await one("mount, without `from`", mount("", "team/mounted2")),
  ];
}

async function countManifestPushes(registry: CountedRegistry): Promise<Operation[]> {
  const operations: Operation[] = [];
  for (const count of [3, 300]) {
    const { blobs, manifest } = createImage({ seed: `push ${count}`, layers: Array(count).fill(100) });
    for (const blob of blobs) await pushBlob(registry, REPO, blob);
    const put = () => putManifest(registry, { repo: REPO, reference: `layers-${count}`, manifest });
    operations.push(await one(`manifest PUT by tag, ${count} layers`, put()));
    operations.push(await one(`manifest PUT by tag, ${count} layers, again`, put()));
  }
  return operations;
}

async function countImagePushes(): Promise<Operation[]> {
  const operations: Operation[] = [];
  for (const count of [1, 3, 10]) {
    const registry = countedRegistry();
    await pushImage(registry, REPO, createImage({ seed: "before", layers: [100] }), "0");
    const pushed = createImage({ seed: `image ${count}`, layers: Array(count).fill(1000) });
    const requests = await pushImage(registry, REPO, pushed, "1");
    operations.push({ name: `image push, ${count} new layer${count === 1 ? "" : "s"} to 4 MiB`, requests });
  }
  return operations;
}

async function countDeletes(registry: CountedRegistry, { manifest, blobs }: Image): Promise<Operation[]> {
  const [, layer = content("")] = blobs;
  await putManifest(registry, { repo: REPO, reference: "doomed", manifest });
  const remove = (target: string) => registry.send(ask("DELETE", `${REPO}/${target}`), 202);
  return [
    await one("tag DELETE", remove("manifests/doomed")),
    await one("manifest DELETE, with its tag", remove(`manifests/${manifest.digest}`)),
    await one("blob DELETE", remove(`blobs/${layer.digest}`)),
  ];
}
