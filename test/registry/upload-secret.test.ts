import { describe, expect, it } from "vitest";
import type { UploadSecret } from "../../shared/registry/registry.ts";
import { bodyOf } from "../support/bodies.ts";
import { caller, createDomain, repo, sha256 } from "../support/domain.ts";

const name = repo("a/b");
const bytes = Buffer.from("a layer");

describe("the secret of an upload", () => {
  it("is nowhere in the table, which keeps its SHA-256 alone", async () => {
    const { registry, bare } = createDomain();
    const { id, secret } = await registry.beginUpload({ caller, repo: name });
    const upload = { caller, repo: name, id, secret };
    await registry.appendUpload({ ...upload, chunk: { body: bodyOf(bytes) } });
    await registry.commitUpload({ ...upload, digest: sha256(bytes), chunk: { body: bodyOf(Buffer.of()) } });
    const { items } = await bare.query({ pk: `UPLOAD#${id}`, prefix: "", limit: 100, consistency: "strong" });
    const [session] = items.filter(({ sk }) => sk === "SESSION");
    expect(session?.attributes["secretHash"]).toEqual(
      new Uint8Array(Buffer.from(sha256(Buffer.from(secret)).slice("sha256:".length), "hex")),
    );
    expect(JSON.stringify(items)).not.toContain(secret);
  });

  it("is asked for before the body is read", async () => {
    const { registry } = createDomain();
    const { id } = await registry.beginUpload({ caller, repo: name });
    const unread = (async function* () {
      yield await Promise.reject(new Error("the body was read"));
    })();
    const secret = "another" as UploadSecret;
    const upload = { caller, repo: name, id, secret, chunk: { body: unread } };
    await expect(registry.appendUpload(upload)).rejects.toThrow("upload unknown");
    await expect(registry.commitUpload({ ...upload, digest: sha256(bytes) })).rejects.toThrow(
      "upload unknown",
    );
  });

  it("is not asked of an upload that an older version began: nobody can show one", async () => {
    const { registry, table } = createDomain();
    const { id, secret } = await registry.beginUpload({ caller, repo: name });
    const key = { pk: `UPLOAD#${id}`, sk: "SESSION" };
    await table.write({ op: "update", key, remove: ["secretHash"], only: [{ kind: "exists" }] });
    await expect(registry.statUpload({ caller, repo: name, id, secret })).rejects.toThrow("upload unknown");
  });
});
