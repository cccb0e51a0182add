import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Descriptor } from "../../../shared/oci/descriptor.ts";
import { parseDigest } from "../../../shared/oci/digest.ts";
import { parseRepoName, parseTag } from "../../../shared/oci/names.ts";
import type { Listed, Registry } from "../../../shared/registry/registry.ts";
import { ask, bytesOf, jsonOf } from "./ask.ts";

const SUBJECT = parseDigest(`sha256:${"0".repeat(64)}`);

/** A list that answers with at most `short` entries at a time, as a registry may. */
const listing =
  <Entry>(all: readonly Entry[], nameOf: (entry: Entry) => string, short: number) =>
  async ({ limit, after }: { limit: number; after?: string }): Promise<Listed<Entry>> => {
    const rest = all.filter((entry) => after === undefined || nameOf(entry) > after);
    const entries = rest.slice(0, Math.min(limit, short));
    const last = entries.at(-1);
    return { entries, ...(rest.length > entries.length && last !== undefined && { next: nameOf(last) }) };
  };

const tags = (count: number) =>
  Array.from({ length: count }, (_, at) => parseTag(`t${String(at).padStart(6, "0")}`));
const listTags = (count: number, short: number): Partial<Registry> => ({
  listTags: listing(tags(count), (tag) => tag, short),
});

const nextOf = (link: string | undefined): string | undefined =>
  link === undefined ? undefined : /^<(\/v2\/[^>]+)>; rel="next"$/.exec(link)?.[1];

async function follow(operations: Partial<Registry>, start: string): Promise<unknown[]> {
  const pages: unknown[] = [];
  for (let target: string | undefined = start; target !== undefined; ) {
    const answer = await ask(operations, { target });
    pages.push(await jsonOf(answer));
    target = nextOf(answer.headers["Link"]);
  }
  return pages;
}

describe("spec § Listing Tags", () => {
  it("fills every page but the last, however little the registry lists at a time", async () => {
    const short = fc.integer({ min: 1, max: 7 });
    const n = fc.integer({ min: 1, max: 9 });
    await fc.assert(
      fc.asyncProperty(fc.nat(40), n, short, async (count, size, most) => {
        const pages = await follow(listTags(count, most), `/v2/a/b/tags/list?n=${size}`);
        const lists = pages.map((page) => (page as { tags: string[] }).tags);
        expect(lists.flat()).toEqual(tags(count));
        for (const list of lists.slice(0, -1)) expect(list).toHaveLength(size);
      }),
    );
  });

  it("gives all tags without n, as far as one answer goes, and a Link to the rest", async () => {
    const answer = await ask(listTags(10_001, 1000), { target: "/v2/a/tags/list" });
    expect(((await jsonOf(answer)) as { tags: string[] }).tags).toHaveLength(10_000);
    expect(answer.headers["Link"]).toBe('</v2/a/tags/list?n=10000&last=t009999>; rel="next"');
    expect((await ask(listTags(10_000, 1000), { target: "/v2/a/tags/list" })).headers).not.toHaveProperty(
      "Link",
    );
  });

  it("takes a larger n for as much as one answer can hold", async () => {
    const answer = await ask(listTags(10_001, 10_001), { target: `/v2/a/tags/list?n=${"9".repeat(400)}` });
    expect(answer.status).toBe(200);
    expect(answer.headers["Link"]).toContain("n=10000&");
  });

  it("gives an empty list and no Link for n=0", async () => {
    const answer = await ask(listTags(5, 5), { target: "/v2/a/tags/list?n=0" });
    expect(await jsonOf(answer)).toEqual({ name: "a", tags: [] });
    expect(answer.headers).not.toHaveProperty("Link");
  });

  it("begins after last, which is excluded and need not exist", async () => {
    const list = async (target: string) => jsonOf(await ask(listTags(4, 2), { target }));
    expect(await list("/v2/a/tags/list?last=t000001")).toEqual({ name: "a", tags: ["t000002", "t000003"] });
    expect(await list("/v2/a/tags/list?last=t000001x")).toEqual({ name: "a", tags: ["t000002", "t000003"] });
    expect(await list("/v2/a/tags/list?last=z&n=2")).toEqual({ name: "a", tags: [] });
  });
});

describe("Docker's catalog", () => {
  const names = Array.from({ length: 250 }, (_, at) => parseRepoName(`a/r${String(at).padStart(3, "0")}`));
  const operations = { listRepos: listing(names, (name) => name, 60) };
  it("comes in pages of 100 where the client does not say, with Links to the end", async () => {
    const pages = (await follow(operations, "/v2/_catalog")) as { repositories: string[] }[];
    expect(pages.map(({ repositories }) => repositories.length)).toEqual([100, 100, 50]);
    expect(pages.flatMap(({ repositories }) => repositories)).toEqual(names);
  });
});

describe("spec § Listing Referrers", () => {
  const descriptor = (at: number, annotation: string): Descriptor => ({
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    digest: parseDigest(`sha256:${String(at).padStart(64, "0")}`),
    size: 7,
    annotations: { note: annotation },
  });
  const referrers = (count: number, annotation: string): Partial<Registry> => ({
    listReferrers: listing(
      Array.from({ length: count }, (_, at) => descriptor(at, annotation)),
      ({ digest }) => digest,
      10,
    ),
  });

  it("keeps the filter in its Links, escaped", async () => {
    const target = `/v2/a/referrers/${SUBJECT}?artifactType=application/vnd.x%2Bjson&n=1`;
    const answer = await ask(referrers(2, ""), { target });
    expect(answer.headers).toMatchObject({
      "Content-Type": "application/vnd.oci.image.index.v1+json",
      "OCI-Filters-Applied": "artifactType",
    });
    expect(nextOf(answer.headers["Link"])).toBe(
      `/v2/a/referrers/${SUBJECT}?artifactType=application%2Fvnd.x%2Bjson&n=1&last=sha256%3A${"0".repeat(64)}`,
    );
  });

  it("may be shorter than asked for, and the Link leads to the rest", async () => {
    const pages = (await follow(referrers(25, ""), `/v2/a/referrers/${SUBJECT}`)) as {
      manifests: Descriptor[];
    }[];
    expect(pages.map(({ manifests }) => manifests.length)).toEqual([10, 10, 5]);
  });
});

describe("HEAD", () => {
  const operations = { listTags: async () => ({ entries: [] }) };
  const head = { method: "HEAD", target: "/v2/a/tags/list" };

  it("gets the headers of GET and no body", async () => {
    const answer = await ask(operations, head);
    expect(answer.headers).toMatchObject({ "Content-Length": "22" });
    expect(await bytesOf(answer)).toHaveLength(0);
  });

  it("gets the body too, for a home that takes the length from it", async () => {
    expect(await bytesOf(await ask(operations, head, { headBody: "as-get" }))).toHaveLength(22);
  });
});
