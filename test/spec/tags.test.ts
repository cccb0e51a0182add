import { beforeAll, describe, expect, it } from "vitest";
import { registry } from "../support/registry.ts";
import { pushBlob, pushImage, putManifest, refusalIn, statusOf, tagsOf } from "./support/client.ts";
import { ABSENT, content, image } from "./support/content.ts";

const berth = registry();
const REPO = "tags/many";
/** In the order of their bytes: digits, capitals, the underscore, small letters. */
const TAGS = [
  "0",
  "00",
  "1.10",
  "1.9",
  "B",
  "Z",
  "_a",
  "a",
  "a-b",
  "a.b",
  "aB",
  "a_b",
  "ab",
  "latest",
  "v1",
  "v1.0",
];

beforeAll(async () => {
  const { manifest } = await pushImage(berth, REPO, "tags");
  for (const tag of TAGS.toReversed()) await putManifest(berth, `/v2/${REPO}/manifests/${tag}`, manifest);
});

interface TagPage {
  readonly name: string;
  readonly tags: readonly string[];
  readonly next: string | undefined;
}
async function page(path: string): Promise<TagPage> {
  const response = await berth.fetch(path);
  expect([response.status, response.headers.get("Content-Type")]).toEqual([200, "application/json"]);
  const next = /^<([^>]+)>; rel="next"$/.exec(response.headers.get("Link") ?? "")?.[1];
  return { ...((await response.json()) as { name: string; tags: string[] }), next };
}
const list = (query = "") => page(`/v2/${REPO}/tags/list${query}`);

describe("spec § Listing Tags", () => {
  it("MUST list all tags in ASCIIbetical order", async () => {
    expect(await list()).toEqual({ name: REPO, tags: TAGS, next: undefined });
  });

  it.each([1, 2, 5, TAGS.length - 1, TAGS.length, TAGS.length + 1, 9999, 10_001])(
    "gives n=%i at a time, and Links lead to the end",
    async (n) => {
      const pages: TagPage[] = [];
      for (let path: string | undefined = `/v2/${REPO}/tags/list?n=${n}`; path !== undefined; ) {
        const one = await page(path);
        pages.push(one);
        path = one.next;
      }
      expect(pages.flatMap(({ tags }) => tags)).toEqual(TAGS);
      expect(pages).toHaveLength(Math.ceil(TAGS.length / n));
      for (const { tags, next } of pages) expect(next === undefined || tags.length === n).toBe(true);
    },
  );

  it("MUST be empty and without a Link for n=0", async () => {
    expect(await list("?n=0")).toEqual({ name: REPO, tags: [], next: undefined });
  });

  it("begins after last, without it; n is optional, and last need not exist", async () => {
    expect((await list("?last=a")).tags).toEqual(TAGS.slice(TAGS.indexOf("a") + 1));
    expect((await list("?last=a&n=2")).tags).toEqual(["a-b", "a.b"]);
    expect((await list("?last=aa")).tags[0]).toBe("ab");
    expect((await list("?last=zzz")).tags).toEqual([]);
    expect((await list("?last=")).tags).toEqual(TAGS);
    expect((await list("?n=0&last=a")).tags).toEqual([]);
  });

  it.each(["n=-1", "n=x", "n=1.5", "n=", "n=0x10", "n=1%00", "last=%00", `last=${"x".repeat(300)}`])(
    "answers 400 to %s",
    async (query) => {
      const response = await berth.fetch(`/v2/${REPO}/tags/list?${query}`);
      expect(await refusalIn(response)).toEqual([400, "PAGINATION_NUMBER_INVALID"]);
    },
  );

  it("takes an n beyond any number for all", async () => {
    expect((await list(`?n=${"9".repeat(60)}`)).tags).toEqual(TAGS);
  });

  it("MUST answer 404 for a repository that never was, also for n=0", async () => {
    for (const query of ["", "?n=0", "?n=5&last=a"]) {
      const response = await berth.fetch(`/v2/tags/never/tags/list${query}`);
      expect(await refusalIn(response)).toEqual([404, "NAME_UNKNOWN"]);
    }
  });

  it("is empty in a repository with blobs or manifests only", async () => {
    const config = content("untagged");
    await pushBlob(berth, "tags/none", config);
    expect(await tagsOf(berth, "tags/none")).toEqual([]);
    const manifest = image({ config });
    await putManifest(berth, `/v2/tags/none/manifests/${manifest.digest}`, manifest);
    expect(await tagsOf(berth, "tags/none")).toEqual([]);
  });

  it("has the same headers for HEAD", async () => {
    const head = await berth.fetch(`/v2/${REPO}/tags/list?n=2`, { method: "HEAD" });
    const get = await berth.fetch(`/v2/${REPO}/tags/list?n=2`);
    for (const name of ["Content-Type", "Content-Length", "Link"]) {
      expect(head.headers.get(name)).toBe(get.headers.get(name));
    }
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });
});

describe("spec § Pulling manifests: what a tag is", () => {
  it.each(["a", "_", "0", "A.b-c_d", "latest", "manifests", "x".repeat(128)])("takes %s", async (tag) => {
    const { manifest } = await pushImage(berth, "tags/names", "names");
    const path = `/v2/tags/names/manifests/${tag}`;
    expect((await putManifest(berth, path, manifest)).status).toBe(201);
    expect(await statusOf(berth, path)).toBe(200);
  });

  it.each([".a", "-a", "a+b", "a~", "%20", "a%2Bb", "%C3%A4", "x".repeat(129)])("refuses %s", async (tag) => {
    const { manifest } = await pushImage(berth, "tags/names", "names");
    const response = await putManifest(berth, `/v2/tags/names/manifests/${tag}`, manifest);
    expect(await refusalIn(response)).toEqual([400, "TAG_INVALID"]);
  });

  it("never takes a digest for one", async () => {
    expect(await tagsOf(berth, REPO)).not.toContain(ABSENT);
    const response = await berth.fetch(`/v2/${REPO}/manifests/sha256:short`);
    expect(await refusalIn(response)).toEqual([400, "DIGEST_INVALID"]);
  });
});
