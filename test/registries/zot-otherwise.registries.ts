import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { openRegistry } from "../../local/client/library.ts";
import { type Content, contentOf } from "../../shared/client/content.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../../shared/oci/media-types.ts";
import { parseRepoName, parseTag } from "../../shared/oci/names.ts";
import { collect, patterned, sameBytes } from "../support/bodies.ts";
import { byDigest, imageManifest, indexManifest, sha256 } from "../support/domain.ts";
import { LOGIN } from "./support/logins.ts";
import { startTokenIssuer } from "./support/token-issuer.ts";
import { ZOT } from "./support/zot.ts";

/** What zot does otherwise than Berth: docs/client.md § With other registries. */

const repo = parseRepoName("team/app");

describe("a token that has ended, which zot refuses without a challenge,", () => {
  const MIB = 1024 * 1024;
  const bytes = patterned(3 * MIB, "zot");
  const digest = sha256(bytes);

  /** Brings the second part only when a token that lasts a second has ended, the first time that it is asked for it. */
  const slow = (): Content => {
    const content = contentOf(bytes);
    let isFirst = true;
    return {
      ...content,
      read: async function* (first, end) {
        if (first === MIB && isFirst) {
          isFirst = false;
          await wait(2100);
        }
        yield* content.read(first, end);
      },
    };
  };

  it("is followed by another, in the middle of a blob", async () => {
    const issuer = await startTokenIssuer({ firstPushLasts: 1 });
    const { host } = await ZOT.start(issuer);
    const client = openRegistry(host, { credentials: { kind: "password", ...LOGIN }, trust: () => true });
    expect(await client.pushBlob(repo, { digest, content: slow() }, { partSize: MIB })).toBe("sent");
    expect(sameBytes(await collect(client.pullBlob(repo, digest)), bytes)).toBe(true);
    const pushes = issuer.asks.filter(({ fields }) =>
      fields.getAll("scope").includes("repository:team/app:pull,push"),
    );
    expect(pushes).toHaveLength(2);
    client.close();
  });
});

describe("the client tells what zot refuses:", () => {
  const config = Buffer.from("{}");
  const image = imageManifest({ config });
  const manifest = (bytes: Uint8Array, mediaType: string) => ({
    digest: sha256(bytes),
    mediaType,
    bytes,
    tags: mediaType === OCI_INDEX ? [parseTag("it")] : [],
  });
  const opened = async () => {
    const client = openRegistry((await ZOT.start("none")).host, { credentials: { kind: "anonymous" } });
    await client.pushBlob(repo, { digest: sha256(config), content: contentOf(config) });
    return client;
  };

  it("an index without one of its images", async () => {
    const client = await opened();
    await expect(client.putManifest(repo, manifest(indexManifest([image]), OCI_INDEX))).rejects.toMatchObject(
      { name: "RegistryRefusal", status: 400, reason: "MANIFEST_INVALID" },
    );
    client.close();
  });

  it("an image in Docker's format", async () => {
    const client = await opened();
    const mediaType = "application/vnd.docker.distribution.manifest.v2+json";
    const bytes = Buffer.from(Buffer.from(image).toString().replace(OCI_MANIFEST, mediaType));
    await expect(client.putManifest(repo, manifest(bytes, mediaType))).rejects.toMatchObject({
      name: "RegistryRefusal",
      status: 415,
      reason: "MANIFEST_INVALID",
    });
    client.close();
  });

  it("to delete an image of which there is an index, or a blob of which there is an image", async () => {
    const client = await opened();
    await client.putManifest(repo, manifest(image, OCI_MANIFEST));
    await client.putManifest(repo, manifest(indexManifest([image]), OCI_INDEX));
    const refusal = { name: "RegistryRefusal", status: 405, reason: "DENIED" };
    await expect(client.deleteManifest(repo, byDigest(sha256(image)))).rejects.toMatchObject(refusal);
    await expect(client.deleteBlob(repo, sha256(config))).rejects.toMatchObject(refusal);
    client.close();
  });
});
