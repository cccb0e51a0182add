import { describe, expect, it } from "vitest";
import { parseGlob, parseTagGlob } from "../../shared/access/glob.ts";
import { guard } from "../../shared/access/guard.ts";
import { MissingRight } from "../../shared/access/missing-right.ts";
import { type Action, type Grant, NOTHING, type Rights } from "../../shared/access/rights.ts";
import type { Registry } from "../../shared/registry/registry.ts";
import { bodyOf } from "../support/bodies.ts";
import {
  byDigest,
  byTag,
  caller,
  createDomain,
  imageManifest,
  pushBlob,
  repo,
  sha256,
  tag,
} from "../support/domain.ts";

const shop = repo("shop/api");
const config = Buffer.from("{}");
const digest = sha256(config);
const bytes = imageManifest({ config });
const mediaType = "application/vnd.oci.image.manifest.v1+json";
const manifest = { caller, repo: shop, reference: byTag("1"), tags: [], mediaType, bytes };
const page = { caller, repo: shop, limit: 5 };

const may = (actions: readonly Action[], repositories = "shop/api", tags?: readonly string[]): Grant => ({
  repositories: parseGlob(repositories),
  actions,
  ...(tags && { tags: tags.map(parseTagGlob) }),
});
const rights = (...grants: readonly Grant[]): Rights => ({ ...NOTHING, grants });

/** Every operation that takes a right, what it is called with, and the right. */
const GUARDED: readonly (readonly [keyof Registry, Action, (registry: Registry) => Promise<unknown>])[] = [
  ["getManifest", "pull", ({ getManifest }) => getManifest({ caller, repo: shop, reference: byTag("1") })],
  ["listTags", "pull", ({ listTags }) => listTags(page)],
  ["listReferrers", "pull", ({ listReferrers }) => listReferrers({ ...page, subject: digest })],
  ["statBlob", "pull", ({ statBlob }) => statBlob({ caller, repo: shop, digest })],
  ["openBlob", "pull", ({ openBlob }) => openBlob({ caller, repo: shop, digest })],
  ["putManifest", "push", ({ putManifest }) => putManifest(manifest)],
  ["mountBlob", "push", ({ mountBlob }) => mountBlob({ caller, repo: shop, digest })],
  ["beginUpload", "push", ({ beginUpload }) => beginUpload({ caller, repo: shop })],
  ["deleteTag", "delete", ({ deleteTag }) => deleteTag({ caller, repo: shop, tag: tag("1") })],
  [
    "deleteManifest",
    "delete",
    ({ deleteManifest }) => deleteManifest({ caller, repo: shop, digest: sha256(bytes) }),
  ],
  ["deleteBlob", "delete", ({ deleteBlob }) => deleteBlob({ caller, repo: shop, digest })],
];
const ACTIONS: readonly Action[] = ["pull", "push", "delete", "admin"];

/** A registry with one image in shop/api, and what of it is guarded by some rights. */
async function withImage() {
  const { registry } = createDomain();
  await pushBlob(registry, shop, config);
  await registry.putManifest(manifest);
  return { registry, guarded: (allowed: Rights) => guard(registry, { caller, rights: allowed }) };
}

describe("a guarded registry", () => {
  it.each(GUARDED)("does %s for who may %s", async (_name, action, operate) => {
    const { guarded } = await withImage();
    await expect(operate(guarded(rights(may([action]))))).resolves.not.toThrow();
  });

  it.each(GUARDED)("refuses %s to who has every right but to %s", async (_name, action, operate) => {
    const { guarded } = await withImage();
    const others = ACTIONS.filter((other) => other !== action);
    await expect(operate(guarded(rights(may(others))))).rejects.toThrow(MissingRight);
  });

  it.each(GUARDED)(
    "refuses %s to who may %s in repositories of like names",
    async (_name, action, operate) => {
      const { guarded } = await withImage();
      const near = ["shop/ap", "shop/apis", "shop/api/x", "shop", "api", "*", "shop/api/**", "x/shop/api"];
      const allowed = rights(...near.map((name) => may([action], name)));
      await expect(operate(guarded(allowed))).rejects.toThrow(MissingRight);
    },
  );

  it("says the same of what is there and of what is not", async () => {
    const { guarded } = await withImage();
    const { statBlob } = guarded(rights(may(["pull"], "other")));
    for (const name of ["shop/api", "shop/xyz"]) {
      const refused = statBlob({ caller, repo: repo(name), digest });
      await expect(refused).rejects.toThrow(`anonymous has no right to pull from ${name}`);
    }
  });

  it("tells who has no right to what", async () => {
    const { guarded } = await withImage();
    await expect(guarded(NOTHING).putManifest(manifest)).rejects.toMatchObject({
      reason: "DENIED",
      message: "anonymous has no right to push 1 to shop/api",
      detail: { caller: "anonymous", action: "push", name: "shop/api", tags: ["1"] },
    });
  });
});

describe("a push that is limited to some tags", () => {
  const limited = rights(may(["push"], "shop/api", ["dev-*"]));

  it("sets tags of the pattern, and none beside one of another", async () => {
    const { registry, guarded } = await withImage();
    const { putManifest } = guarded(limited);
    await putManifest({ ...manifest, reference: byTag("dev-1") });
    await expect(putManifest(manifest)).rejects.toThrow(MissingRight);
    const both = { ...manifest, reference: byDigest(sha256(bytes)), tags: [tag("dev-2"), tag("v2")] };
    await expect(putManifest(both)).rejects.toThrow(MissingRight);
    expect((await registry.listTags(page)).entries).toEqual(["1", "dev-1"]);
  });

  it("pushes a manifest without a tag, as the parts of an index are", async () => {
    const { guarded } = await withImage();
    const pushed = await guarded(limited).putManifest({ ...manifest, reference: byDigest(sha256(bytes)) });
    expect(pushed.tags).toEqual([]);
  });
});

describe("an upload's secret", () => {
  it("is all that going on with it takes, so that a push outlives its token", async () => {
    const { guarded } = await withImage();
    const begun = await guarded(rights(may(["push"]))).beginUpload({ caller, repo: shop });
    const upload = { caller, repo: shop, id: begun.id, secret: begun.secret };
    const { appendUpload, statUpload, commitUpload } = guarded(NOTHING);
    await appendUpload({ ...upload, chunk: { body: bodyOf(config) } });
    expect((await statUpload(upload)).offset).toBe(config.length);
    await commitUpload({ ...upload, digest, chunk: { body: bodyOf(Buffer.alloc(0)) } });
  });
});

describe("a mount", () => {
  const target = { caller, repo: repo("new/one"), digest };
  const push = may(["push"], "new/one");

  it("takes a blob from where its caller may pull", async () => {
    const { guarded } = await withImage();
    const { mountBlob } = guarded(rights(push, may(["pull"])));
    expect(await mountBlob({ ...target, from: shop })).toBe("mounted");
  });

  it("does not know a source that its caller may not pull from, as one that does not exist", async () => {
    const { registry, guarded } = await withImage();
    const { mountBlob } = guarded(rights(push));
    expect(await mountBlob({ ...target, from: shop })).toBe("unknown");
    expect(await mountBlob({ ...target, from: repo("nowhere") })).toBe("unknown");
    expect((await registry.listRepos({ caller, limit: 5 })).entries).toEqual(["shop/api"]);
  });

  it("without a source looks only where its caller may pull", async () => {
    const { registry, guarded } = await withImage();
    expect(await guarded(rights(push)).mountBlob(target)).toBe("unknown");
    await pushBlob(registry, repo("shop/web"), config);
    const found = { ...rights(push), searches: [parseGlob("shop/w*")] };
    expect(await guarded(found).mountBlob(target)).toBe("mounted");
  });
});

describe("the catalog", () => {
  const names = ["a/secret", "b/open", "c/secret", "d/open", "e/secret"];

  async function catalog(allowed: Partial<Rights>) {
    const { registry } = createDomain();
    for (const name of names) await pushBlob(registry, repo(name), config);
    return guard(registry, { caller, rights: { ...NOTHING, ...allowed } }).listRepos;
  }

  it("is a right of its own", async () => {
    await expect((await catalog({ searches: [parseGlob("**")] }))({ caller, limit: 5 })).rejects.toThrow(
      MissingRight,
    );
  });

  it("lists what its caller may pull, page by page, and never names another", async () => {
    const listRepos = await catalog({ catalog: true, searches: [parseGlob("*/open")] });
    expect(await listRepos({ caller, limit: 1 })).toEqual({ entries: ["b/open"], next: "b/open" });
    expect(await listRepos({ caller, limit: 1, after: "b/open" })).toEqual({ entries: ["d/open"] });
    expect(await listRepos({ caller, limit: 2 })).toEqual({ entries: ["b/open", "d/open"] });
  });

  it("lists everything in pages to who may pull everything", async () => {
    const listRepos = await catalog({ catalog: true, searches: [parseGlob("**")] });
    expect(await listRepos({ caller, limit: 2 })).toEqual({ entries: names.slice(0, 2), next: "b/open" });
  });
});
