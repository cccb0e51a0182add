import { describe, expect, it } from "vitest";
import { openRegistry, type RegistryClient } from "../../../local/client/library.ts";
import { contentOf } from "../../../shared/client/content.ts";
import { OCI_MANIFEST } from "../../../shared/oci/media-types.ts";
import { parseRepoName, parseTag } from "../../../shared/oci/names.ts";
import { collect, patterned, sameBytes } from "../../support/bodies.ts";
import { byDigest, byTag, imageManifest, sha256 } from "../../support/domain.ts";
import { LOGIN } from "./logins.ts";
import { type OtherRegistry, startWith } from "./program.ts";

const MIB = 1024 * 1024;
const repo = parseRepoName("team/app");
const elsewhere = parseRepoName("team/other");
const config = Buffer.from("{}");
const bytes = patterned(5_000_000, "registries");
const blob = { digest: sha256(bytes), content: contentOf(bytes) };
const image = imageManifest({ config });
const manifest = { digest: sha256(image), mediaType: OCI_MANIFEST, bytes: image };
const subject = { mediaType: OCI_MANIFEST, digest: manifest.digest, size: image.length };
const signature = imageManifest({ config, subject, annotations: { of: "it" } });

const PASSWORD = { kind: "password", ...LOGIN } as const;
const trust = () => true;

/** The client alone with a registry: without a login, and by each that the registry can ask for. */
export function testClient(other: OtherRegistry): void {
  describe("the client", () => {
    it.each(["none", ...other.logins] as const)(
      "pushes, pulls, lists and deletes there, login: %s",
      async (login) => {
        const { host } = await startWith(other, login);
        const client = openRegistry(host, { credentials: PASSWORD, trust });
        await client.ping();
        expect(await blobs(client)).toEqual({
          before: false,
          pushes: ["sent", "present"],
          size: bytes.length,
          whole: true,
          stretch: true,
          elsewhere: true,
        });
        expect(await manifests(client)).toEqual({
          tags: ["a", "b", "c"],
          repositories: expect.arrayContaining([repo]),
          resolved: subject,
          byTag: true,
          byDigest: true,
          referrers: [sha256(signature)],
        });
        expect(await deletes(client, other)).toEqual({ tag: "MANIFEST_UNKNOWN", blobs: [false, false] });
        client.close();
      },
    );

    it.each(other.logins)("does nothing with a wrong secret, or without one, login: %s", async (login) => {
      const { host } = await startWith(other, login);
      for (const credentials of [{ kind: "anonymous" }, { ...PASSWORD, secret: "wrong" }] as const) {
        const client = openRegistry(host, { credentials, trust });
        await expect(client.ping()).rejects.toMatchObject({ name: "RegistryRefusal", status: 401 });
        client.close();
      }
    });
  });
}

async function blobs(client: RegistryClient) {
  const before = await client.hasBlob(repo, blob.digest);
  const pushes = [await client.pushBlob(repo, blob, { partSize: MIB }), await client.pushBlob(repo, blob)];
  const stretch = await collect(client.readBlob(repo, blob.digest, { first: 1000, end: 2000 }));
  if (!(await client.mountBlob(elsewhere, blob.digest, repo))) await client.pushBlob(elsewhere, blob);
  return {
    before,
    pushes,
    size: await client.sizeOfBlob(repo, blob.digest),
    whole: sameBytes(await collect(client.pullBlob(repo, blob.digest)), bytes),
    stretch: sameBytes(stretch, bytes.subarray(1000, 2000)),
    elsewhere: sameBytes(await collect(client.pullBlob(elsewhere, blob.digest)), bytes),
  };
}

async function manifests(client: RegistryClient) {
  await client.pushBlob(repo, { digest: sha256(config), content: contentOf(config) });
  await client.putManifest(repo, { ...manifest, tags: ["a", "b", "c"].map(parseTag) });
  const tags = await Array.fromAsync(client.tags(repo));
  const referrer = { digest: sha256(signature), mediaType: OCI_MANIFEST, bytes: signature };
  await client.putManifest(repo, { ...referrer, tags: [] });
  const referrers = await Array.fromAsync(client.referrers(repo, manifest.digest));
  const got = async (reference: ReturnType<typeof byTag> | ReturnType<typeof byDigest>) =>
    sameBytes((await client.getManifest(repo, reference)).bytes, image);
  return {
    tags,
    repositories: await Array.fromAsync(client.repositories()),
    resolved: await client.resolve(repo, byTag("b")),
    byTag: await got(byTag("c")),
    byDigest: await got(byDigest(manifest.digest)),
    referrers: referrers.map(({ digest }) => digest),
  };
}

async function deletes(client: RegistryClient, { differences }: OtherRegistry) {
  for (const digest of [sha256(signature), manifest.digest])
    await client.deleteManifest(repo, byDigest(digest));
  if (differences.includes("tags outlive their manifest")) await client.deleteManifest(repo, byTag("a"));
  const reason = await client.resolve(repo, byTag("a")).catch((cause: { reason: string }) => cause.reason);
  await client.deleteBlob(repo, blob.digest);
  // Some have one blob for all repositories.
  if (await client.hasBlob(elsewhere, blob.digest)) await client.deleteBlob(elsewhere, blob.digest);
  const left = [await client.hasBlob(repo, blob.digest), await client.hasBlob(elsewhere, blob.digest)];
  return { tag: reason, blobs: left };
}
