import { describe, expect, it } from "vitest";
import { beginUpload, pushImage, put, withDigest } from "../spec/support/client.ts";
import { deploy, redirecting } from "./support/deploy.ts";

describe("what a function tells of a request", () => {
  it("is one line and one count, with names and without secrets", async () => {
    const berth = deploy({ blobs: redirecting });
    const { manifest, layer } = await pushImage(berth, "team/app", "one", "latest");
    berth.told.lines.splice(0);
    berth.told.counts.splice(0);
    const secrets = { Authorization: "Bearer 5ec7e7-token", Cookie: "session=5ec7e7" };
    await berth.fetch("/v2/team/app/manifests/latest?ns=5ec7e7", { headers: secrets });
    await berth.fetch(`/v2/team/app/blobs/${layer.digest}`, { headers: secrets });
    const location = await beginUpload(berth, "team/app");
    await put(berth, withDigest(location, layer.digest), layer.bytes);
    expect(berth.told.lines.map(({ fields }) => fields)).toEqual([
      {
        operation: "manifest.get",
        repository: "team/app",
        reference: "latest",
        digest: manifest.digest,
        method: "GET",
        status: 200,
        bytesIn: 0,
        bytesOut: manifest.bytes.length,
        caller: "anonymous",
        milliseconds: expect.any(Number),
      },
      expect.objectContaining({ operation: "blob.get", reference: layer.digest, status: 307, bytesOut: 0 }),
      expect.objectContaining({ operation: "upload.begin", repository: "team/app", status: 202 }),
      expect.objectContaining({ operation: "upload.commit", status: 201, bytesIn: layer.bytes.length }),
    ]);
    expect(berth.told.counts).toHaveLength(4);
    const all = JSON.stringify(berth.told);
    const uploadId = location.split("/").at(-1) ?? "";
    expect(uploadId).not.toBe("");
    for (const secret of ["5ec7e7", "Bearer", uploadId]) expect(all).not.toContain(secret);
  });

  it("says of what has no route that it has none", async () => {
    const berth = deploy();
    await berth.fetch("/v2/a/blobs/uploads/5ec7e7/");
    expect(berth.told.lines[0]?.fields).toMatchObject({ operation: "none", status: 404 });
    expect(JSON.stringify(berth.told)).not.toContain("5ec7e7");
  });
});
