import { beforeAll, describe, expect, it } from "vitest";
import { registry } from "../support/registry.ts";
import { pushBlob, pushManifest, putManifest, refusalIn, statusOf } from "./support/client.ts";
import {
  ABSENT,
  content,
  descriptor,
  image,
  index,
  type ManifestContent,
  OCI_CONFIG,
  OCI_INDEX,
} from "./support/content.ts";

const berth = registry();
const REPO = "referrers/some";
const CONFIG = content("{}");
const SUBJECT = image({ config: CONFIG, fields: { annotations: { is: "the subject" } } });
const subject = descriptor(SUBJECT.mediaType, SUBJECT);
const SBOM = image({
  config: CONFIG,
  fields: {
    subject,
    artifactType: "application/vnd.example.sbom+json",
    annotations: { format: "json", empty: "" },
  },
});
const PLAIN = image({ config: CONFIG, fields: { subject } });
const LIST = index([SUBJECT], { subject });
const TYPED_LIST = index([], { subject, artifactType: "application/vnd.example.sbom+json" });

interface Index {
  readonly schemaVersion: number;
  readonly mediaType: string;
  readonly manifests: readonly { readonly digest: string }[];
}
async function referrersOf(digest: string, query = "", repo = REPO) {
  const response = await berth.fetch(`/v2/${repo}/referrers/${digest}${query}`);
  expect([response.status, response.headers.get("Content-Type")]).toEqual([200, OCI_INDEX]);
  return { headers: response.headers, index: (await response.json()) as Index };
}
const digestsOf = ({ manifests }: Index) => manifests.map(({ digest }) => digest).toSorted();
const digests = (...manifests: readonly ManifestContent[]) =>
  manifests.map(({ digest }) => digest).toSorted();

beforeAll(async () => {
  await pushBlob(berth, REPO, CONFIG);
  // Referrers before their subject: clients may push in any order.
  for (const manifest of [SBOM, PLAIN, LIST, TYPED_LIST]) await pushManifest(berth, REPO, manifest);
  await pushManifest(berth, REPO, SUBJECT, "latest");
});

describe("spec § Pushing Manifests with Subject", () => {
  it("MUST answer OCI-Subject, whether the subject is here or not", async () => {
    const orphan = image({ config: CONFIG, fields: { subject: { ...subject, digest: ABSENT } } });
    for (const [manifest, expected] of [
      [SBOM, SUBJECT.digest],
      [LIST, SUBJECT.digest],
      [orphan, ABSENT],
    ] as const) {
      const response = await putManifest(berth, `/v2/${REPO}/manifests/${manifest.digest}`, manifest);
      expect([response.status, response.headers.get("OCI-Subject")]).toEqual([201, expected]);
    }
    expect(digestsOf((await referrersOf(ABSENT)).index)).toEqual(digests(orphan));
  });
});

describe("spec § Listing Referrers", () => {
  it("MUST describe each referrer: artifactType, else the type of the config, none for a plain index; annotations", async () => {
    const { index: listed, headers } = await referrersOf(SUBJECT.digest);
    expect(listed).toMatchObject({ schemaVersion: 2, mediaType: OCI_INDEX });
    expect(listed.manifests.toSorted((a, b) => a.digest.localeCompare(b.digest))).toEqual(
      [
        {
          ...descriptor(SBOM.mediaType, SBOM),
          artifactType: "application/vnd.example.sbom+json",
          annotations: { format: "json", empty: "" },
        },
        { ...descriptor(PLAIN.mediaType, PLAIN), artifactType: OCI_CONFIG },
        descriptor(LIST.mediaType, LIST),
        {
          ...descriptor(TYPED_LIST.mediaType, TYPED_LIST),
          artifactType: "application/vnd.example.sbom+json",
        },
      ].toSorted((a, b) => a.digest.localeCompare(b.digest)),
    );
    expect(headers.has("OCI-Filters-Applied")).toBe(false);
    expect(headers.has("Link")).toBe(false);
  });

  it.each(["application/vnd.example.sbom+json", "application%2Fvnd.example.sbom%2Bjson"])(
    "filters by artifactType and says so: %s",
    async (type) => {
      const { index: listed, headers } = await referrersOf(SUBJECT.digest, `?artifactType=${type}`);
      expect(digestsOf(listed)).toEqual(digests(SBOM, TYPED_LIST));
      expect(headers.get("OCI-Filters-Applied")).toBe("artifactType");
    },
  );

  it("MUST be an empty list where nothing matches", async () => {
    const none = await referrersOf(SUBJECT.digest, "?artifactType=application/vnd.other");
    expect(none.index.manifests).toEqual([]);
    expect(none.headers.get("OCI-Filters-Applied")).toBe("artifactType");
  });

  it("MUST NOT answer 404: neither for a subject nor for a repository that is unknown", async () => {
    expect((await referrersOf(content("nobody").digest)).index.manifests).toEqual([]);
    expect((await referrersOf(ABSENT, "", "referrers/never")).index.manifests).toEqual([]);
    expect((await referrersOf(content("x", "sha512").digest)).index.manifests).toEqual([]);
  });

  it.each(["latest", "sha256:abc", `md5:${"a".repeat(32)}`, "sha256:"])(
    "MUST answer 400 to the digest %s",
    async (digest) => {
      expect(await refusalIn(await berth.fetch(`/v2/${REPO}/referrers/${digest}`))).toEqual([
        400,
        "DIGEST_INVALID",
      ]);
    },
  );

  it("MUST give a Link where the list is split, and loses none on the way, filter or not", async () => {
    const repo = "referrers/paged";
    await pushBlob(berth, repo, CONFIG);
    const all = Array.from({ length: 25 }, (_, at) =>
      image({
        config: CONFIG,
        fields: { subject, artifactType: `application/x.${at % 2}`, annotations: { at: String(at) } },
      }),
    );
    for (const manifest of all) await pushManifest(berth, repo, manifest);
    for (const [query, wanted] of [
      ["?n=4", all],
      ["?n=4&artifactType=application/x.1", all.filter((_, at) => at % 2 === 1)],
    ] as const) {
      const found: string[] = [];
      for (let path: string | undefined = query; path !== undefined; ) {
        const { index: listed, headers } = await referrersOf(SUBJECT.digest, path, repo);
        expect(listed.manifests.length).toBeLessThanOrEqual(4);
        found.push(...digestsOf(listed));
        path = /^<[^?>]+(\?[^>]+)>; rel="next"$/.exec(headers.get("Link") ?? "")?.[1];
      }
      expect(found.toSorted()).toEqual(digests(...wanted));
    }
  });

  it("splits a list whose annotations are large, so that clients can read each part", async () => {
    const repo = "referrers/large";
    await pushBlob(berth, repo, CONFIG);
    const all = Array.from({ length: 6 }, (_, at) =>
      image({
        config: CONFIG,
        fields: { subject, annotations: { at: String(at), text: "ä".repeat(512 * 1024 - 200) } },
      }),
    );
    for (const manifest of all) await pushManifest(berth, repo, manifest);
    const found: string[] = [];
    for (let path: string | undefined = ""; path !== undefined; ) {
      const { index: listed, headers } = await referrersOf(SUBJECT.digest, path, repo);
      expect(Number(headers.get("Content-Length"))).toBeLessThanOrEqual(4 * 1024 * 1024);
      found.push(...digestsOf(listed));
      path = /^<[^?>]+(\?[^>]+)>; rel="next"$/.exec(headers.get("Link") ?? "")?.[1];
    }
    expect(found.toSorted()).toEqual(digests(...all));
  });

  it("keeps to its repository", async () => {
    await pushBlob(berth, "referrers/other", CONFIG);
    await pushManifest(berth, "referrers/other", SUBJECT);
    expect((await referrersOf(SUBJECT.digest, "", "referrers/other")).index.manifests).toEqual([]);
  });

  it("lists a referrer of a referrer under that one", async () => {
    const signature = image({ config: CONFIG, fields: { subject: descriptor(SBOM.mediaType, SBOM) } });
    await pushManifest(berth, REPO, signature);
    expect(digestsOf((await referrersOf(SBOM.digest)).index)).toEqual(digests(signature));
  });

  it("forgets a referrer that is deleted, and keeps those of a subject that is deleted", async () => {
    const gone = image({ config: CONFIG, fields: { subject, annotations: { gone: "soon" } } });
    await pushManifest(berth, REPO, gone);
    expect(digestsOf((await referrersOf(SUBJECT.digest)).index)).toContain(gone.digest);
    expect(await statusOf(berth, `/v2/${REPO}/manifests/${gone.digest}`, "DELETE")).toBe(202);
    expect(digestsOf((await referrersOf(SUBJECT.digest)).index)).not.toContain(gone.digest);
    expect(await statusOf(berth, `/v2/${REPO}/manifests/${SUBJECT.digest}`, "DELETE")).toBe(202);
    expect(digestsOf((await referrersOf(SUBJECT.digest)).index)).toEqual(
      digests(SBOM, PLAIN, LIST, TYPED_LIST),
    );
  });
});
