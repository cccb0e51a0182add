import { beforeAll, describe, expect, it } from "vitest";
import { registry } from "../support/registry.ts";
import {
  bytesOf,
  locationOf,
  pushBlob,
  pushImage,
  pushManifest,
  putManifest,
  refusalIn,
  statusOf,
  tagsOf,
} from "./support/client.ts";
import {
  ABSENT,
  content,
  image,
  index,
  type ManifestContent,
  manifestOf,
  OCI_MANIFEST,
} from "./support/content.ts";

const berth = registry();
const REPO = "push/manifests";
const CONFIG = content("{}");
const LAYER = content("a layer");
const MANIFEST = image({ config: CONFIG, layers: [LAYER] });
const LIMIT = 4 * 1024 * 1024;

beforeAll(async () => {
  await pushBlob(berth, REPO, CONFIG);
  await pushBlob(berth, REPO, LAYER);
});

const target = (reference: string, query = "") => `/v2/${REPO}/manifests/${reference}${query}`;

describe("spec § Pushing Manifests", () => {
  it("MUST answer 201 with Location and digest, by tag and by digest", async () => {
    for (const reference of ["latest", MANIFEST.digest]) {
      const response = await putManifest(berth, target(reference), MANIFEST);
      expect(response.status).toBe(201);
      expect(locationOf(response)).toBe(target(MANIFEST.digest));
      expect(response.headers.get("Docker-Content-Digest")).toBe(MANIFEST.digest);
      expect(response.headers.has("OCI-Subject")).toBe(false);
      expect(response.headers.has("OCI-Tag")).toBe(false);
    }
  });

  it("MUST store the exact bytes, also where they are not how anyone would write them", async () => {
    const bytes = Buffer.from(`\n  ${JSON.stringify(JSON.parse(MANIFEST.bytes.toString()), null, 3)}  \n`);
    await pushManifest(berth, REPO, { bytes, digest: content(bytes).digest, mediaType: OCI_MANIFEST });
    expect(await bytesOf(await berth.fetch(target(content(bytes).digest)))).toEqual(bytes);
  });

  it("moves a tag to the newest manifest; the older one stays, under its digest", async () => {
    const newer = image({ config: CONFIG, fields: { annotations: { version: "2" } } });
    await pushManifest(berth, REPO, MANIFEST, "moving");
    await pushManifest(berth, REPO, newer, "moving");
    expect(await bytesOf(await berth.fetch(target("moving")))).toEqual(newer.bytes);
    expect(await statusOf(berth, target(MANIFEST.digest))).toBe(200);
    await pushManifest(berth, REPO, MANIFEST, "moving");
    expect(await bytesOf(await berth.fetch(target("moving")))).toEqual(MANIFEST.bytes);
  });

  it("ignores parameters of Content-Type", async () => {
    const mediaType = `${OCI_MANIFEST}; charset=utf-8`;
    await pushManifest(berth, REPO, { ...MANIFEST, mediaType }, "parameters");
    const response = await berth.fetch(target("parameters"));
    expect(response.headers.get("Content-Type")).toBe(OCI_MANIFEST);
  });

  it("takes a manifest that comes without a length, as the conformance suite sends it", async () => {
    const response = await berth.fetch(target("streamed"), {
      method: "PUT",
      headers: { "Content-Type": OCI_MANIFEST },
      body: new Blob([MANIFEST.bytes]).stream(),
      duplex: "half",
    });
    expect(response.status).toBe(201);
  });

  it("MUST accept an image without layers, an index without children, and one of an index", async () => {
    const bare = image({ config: CONFIG });
    const leaf = index([]);
    await pushManifest(berth, REPO, bare);
    await pushManifest(berth, REPO, leaf);
    const nested = index([bare, leaf]);
    await pushManifest(berth, REPO, nested, "nested");
    expect(await bytesOf(await berth.fetch(target("nested")))).toEqual(nested.bytes);
    await pushManifest(berth, REPO, manifestOf({ ...parsed(bare), layers: undefined }, OCI_MANIFEST));
  });

  it("does not need the children of an index to be here", async () => {
    const child: ManifestContent = { bytes: Buffer.alloc(7), digest: ABSENT, mediaType: OCI_MANIFEST };
    await pushManifest(berth, REPO, index([child]), "sparse");
    expect(await statusOf(berth, target("sparse"))).toBe(200);
  });

  it("rejects a manifest whose blobs are not here with MANIFEST_BLOB_UNKNOWN, and names them", async () => {
    const elsewhere = content("only in another repository");
    await pushBlob(berth, "push/elsewhere", elsewhere);
    for (const missing of [elsewhere.digest, ABSENT]) {
      const layer = { bytes: Buffer.alloc(3), digest: missing };
      for (const manifest of [image({ config: CONFIG, layers: [layer] }), image({ config: layer })]) {
        const response = await putManifest(berth, target("incomplete"), manifest);
        expect(response.status).toBe(404);
        const { errors } = (await response.json()) as { errors: { code: string; detail: object }[] };
        expect(errors[0]?.code).toBe("MANIFEST_BLOB_UNKNOWN");
        expect(JSON.stringify(errors[0]?.detail)).toContain(missing);
      }
    }
    expect(await statusOf(berth, target("incomplete"))).toBe(404);
  });
});

const parsed = ({ bytes }: ManifestContent) => JSON.parse(bytes.toString()) as Record<string, unknown>;

describe("spec § Pushing Manifests: what is no manifest", () => {
  const whole = parsed(MANIFEST);
  const layer = { mediaType: "application/x", digest: LAYER.digest, size: LAYER.bytes.length };
  it.each<[string, string, string | undefined]>([
    ["without Content-Type", JSON.stringify(whole), undefined],
    ["of a type that says nothing", JSON.stringify(whole), "application/octet-stream"],
    [
      "of schema 1",
      JSON.stringify({ schemaVersion: 1 }),
      "application/vnd.docker.distribution.manifest.v1+prettyjws",
    ],
    ["that is schema 1 inside", JSON.stringify({ ...whole, schemaVersion: 1 }), OCI_MANIFEST],
    ["without schemaVersion", JSON.stringify({ ...whole, schemaVersion: undefined }), OCI_MANIFEST],
    ["that says another mediaType", JSON.stringify({ ...whole, mediaType: "application/x" }), OCI_MANIFEST],
    ["with layers and manifests", JSON.stringify({ ...whole, manifests: [] }), OCI_MANIFEST],
    ["without config", JSON.stringify({ ...whole, config: undefined }), OCI_MANIFEST],
    [
      "with a layer without digest",
      JSON.stringify({ ...whole, layers: [{ ...layer, digest: undefined }] }),
      OCI_MANIFEST,
    ],
    [
      "with a layer of a wrong digest",
      JSON.stringify({ ...whole, layers: [{ ...layer, digest: "x" }] }),
      OCI_MANIFEST,
    ],
    [
      "with a layer of a negative size",
      JSON.stringify({ ...whole, layers: [{ ...layer, size: -1 }] }),
      OCI_MANIFEST,
    ],
    [
      "with a layer of half a byte",
      JSON.stringify({ ...whole, layers: [{ ...layer, size: 0.5 }] }),
      OCI_MANIFEST,
    ],
    [
      "with a layer without mediaType",
      JSON.stringify({ ...whole, layers: [{ ...layer, mediaType: 1 }] }),
      OCI_MANIFEST,
    ],
    ["with layers that are no list", JSON.stringify({ ...whole, layers: {} }), OCI_MANIFEST],
    ["with annotations that are no texts", JSON.stringify({ ...whole, annotations: { a: 1 } }), OCI_MANIFEST],
    ["with a subject that is none", JSON.stringify({ ...whole, subject: "x" }), OCI_MANIFEST],
    ["that is a list", "[]", OCI_MANIFEST],
    ["that is null", "null", OCI_MANIFEST],
    ["that is no JSON", "{", OCI_MANIFEST],
    ["that is empty", "", OCI_MANIFEST],
    ["that is no UTF-8", '{"a":"\u00ff"}', OCI_MANIFEST],
  ])(
    "is a 400 MANIFEST_INVALID that says why, and stores nothing: one %s",
    async (_what, text, mediaType) => {
      const bytes = Buffer.from(text, "latin1");
      const response = await berth.fetch("/v2/push/refused/manifests/latest", {
        method: "PUT",
        body: bytes,
        headers: mediaType === undefined ? {} : { "Content-Type": mediaType },
      });
      expect(response.status).toBe(400);
      const { errors } = (await response.json()) as {
        errors: { code: string; detail?: { reason?: string } }[];
      };
      expect(errors[0]?.code).toBe("MANIFEST_INVALID");
      expect(errors[0]?.detail?.reason).toMatch(/\w/);
      expect(await statusOf(berth, "/v2/push/refused/tags/list")).toBe(404);
      expect(await statusOf(berth, `/v2/push/refused/manifests/${content(bytes).digest}`)).toBe(404);
    },
  );

  it.each(["sha256", "sha512"] as const)("nor one whose %s digest is another", async (algorithm) => {
    const { digest } = content("something else", algorithm);
    expect(await refusalIn(await putManifest(berth, target(digest), MANIFEST))).toEqual([
      400,
      "DIGEST_INVALID",
    ]);
    expect(await statusOf(berth, target(digest))).toBe(404);
  });
});

describe("spec § Pushing Manifests: a limit of at least 4 megabytes", () => {
  const ofSize = (size: number): ManifestContent => {
    const bare = image({ config: CONFIG, fields: { annotations: { padding: "" } } });
    return image({
      config: CONFIG,
      fields: { annotations: { padding: "x".repeat(size - bare.bytes.length) } },
    });
  };

  it("takes 4 MiB and gives them back", async () => {
    const manifest = ofSize(LIMIT);
    expect(manifest.bytes).toHaveLength(LIMIT);
    await pushManifest(berth, REPO, manifest, "large");
    const response = await berth.fetch(target("large"));
    expect(response.headers.get("Docker-Content-Digest")).toBe(manifest.digest);
    expect(Buffer.compare(await bytesOf(response), manifest.bytes)).toBe(0);
  });

  it("SHOULD answer 413 to one byte more, with a length and without", async () => {
    const { bytes } = ofSize(LIMIT + 1);
    const withLength = await putManifest(berth, target("too-large"), { bytes, mediaType: OCI_MANIFEST });
    const without = await berth.fetch(target("too-large"), {
      method: "PUT",
      headers: { "Content-Type": OCI_MANIFEST },
      body: new Blob([Buffer.from(bytes)]).stream(),
      duplex: "half",
    });
    expect(await refusalIn(withLength)).toEqual([413, "MANIFEST_INVALID"]);
    expect(await refusalIn(without)).toEqual([413, "MANIFEST_INVALID"]);
    expect(await statusOf(berth, target("too-large"))).toBe(404);
  });

  it.each([100, 4096, 5000, 200_000, 400_000, 1_000_000])("keeps %i bytes as they came", async (size) => {
    const manifest = ofSize(Math.max(size, 400));
    await pushManifest(berth, REPO, manifest, `size-${size}`);
    for (const reference of [manifest.digest, `size-${size}`]) {
      expect(Buffer.compare(await bytesOf(await berth.fetch(target(reference))), manifest.bytes)).toBe(0);
    }
  });
});

describe("spec § Pushing Manifests: tag parameters (end-7b)", () => {
  const query = (tags: readonly string[]) => `?${tags.map((tag) => `tag=${tag}`).join("&")}`;
  const many = (count: number) => Array.from({ length: count }, (_, at) => `many-${at}`);

  it("MUST name each tag in OCI-Tag, and each then names the manifest", async () => {
    const tags = ["1.2.3", "1.2", "1", "1.2", "newest"];
    const response = await putManifest(berth, target(MANIFEST.digest, query(tags)), MANIFEST);
    expect(response.status).toBe(201);
    expect(response.headers.get("OCI-Tag")).toBe("1.2.3, 1.2, 1, newest");
    for (const tag of tags) expect(await bytesOf(await berth.fetch(target(tag)))).toEqual(MANIFEST.bytes);
  });

  it("SHOULD take at least 10 tags: it takes 20, and answers 414 to more, with nothing stored", async () => {
    const { manifest } = await pushImage(berth, "push/tagged", "tagged");
    const path = `/v2/push/tagged/manifests/${manifest.digest}`;
    expect((await putManifest(berth, path + query(many(20)), manifest)).status).toBe(201);
    expect(await tagsOf(berth, "push/tagged")).toEqual(many(20).toSorted());
    const refused = await putManifest(berth, `${path}${query(many(20))}&tag=more`, manifest);
    expect(refused.status).toBe(414);
    expect(await tagsOf(berth, "push/tagged")).not.toContain("more");
  });

  it.each([
    ["a tag that is none", MANIFEST.digest, "?tag=good&tag=-bad"],
    ["an empty tag", MANIFEST.digest, "?tag=good&tag="],
    ["tags beside a tag", "some-tag", "?tag=good"],
  ])("refuses %s, and stores none of them", async (_what, reference, parameters) => {
    const response = await putManifest(berth, target(reference, parameters), MANIFEST);
    expect(await refusalIn(response)).toEqual([400, "TAG_INVALID"]);
    for (const tag of ["good", "some-tag"]) expect(await statusOf(berth, target(tag))).toBe(404);
  });
});
