import { beforeAll, describe, expect, it } from "vitest";
import { registry } from "../support/registry.ts";
import {
  bytesOf,
  catalogOf,
  locationOf,
  pull,
  pushBlob,
  put,
  refusalIn,
  statusOf,
  withDigest,
} from "./support/client.ts";
import { ABSENT, content } from "./support/content.ts";

const berth = registry();
const SOURCE = "mount/source";
const BLOB = content("mounted, not copied");
const LONG = content("mounted by its longer digest", "sha512");

beforeAll(async () => {
  await pushBlob(berth, SOURCE, BLOB);
  await pushBlob(berth, SOURCE, LONG);
});

const mount = (repo: string, query: string) =>
  berth.fetch(`/v2/${repo}/blobs/uploads/?${query}`, { method: "POST" });

describe("spec § Mounting a blob from another repository", () => {
  it.each([
    ["from a named repository", `mount=${BLOB.digest}&from=${SOURCE}`, BLOB],
    [
      "from a named repository, escaped",
      `mount=${encodeURIComponent(BLOB.digest)}&from=mount%2Fsource`,
      BLOB,
    ],
    ["from whichever has it", `mount=${BLOB.digest}`, BLOB],
    ["by sha512", `mount=${LONG.digest}&from=${SOURCE}`, LONG],
  ])("MUST answer 201 with the Location of the blob: %s", async (what, query, blob) => {
    const repo = `mount/${what.replaceAll(/[^a-z0-9]+/g, "-")}`;
    const response = await mount(repo, query);
    expect(response.status).toBe(201);
    expect(locationOf(response)).toBe(`/v2/${repo}/blobs/${blob.digest}`);
    expect(response.headers.get("Docker-Content-Digest")).toBe(blob.digest);
    expect(await bytesOf(await pull(berth, locationOf(response)))).toEqual(blob.bytes);
  });

  it("mounts again what is there", async () => {
    for (const _ of [1, 2]) {
      expect((await mount("mount/again", `mount=${BLOB.digest}&from=${SOURCE}`)).status).toBe(201);
    }
    expect((await mount(SOURCE, `mount=${BLOB.digest}&from=${SOURCE}`)).status).toBe(201);
  });

  it("keeps the mounted blob when the source deletes its own", async () => {
    const blob = content("outlives its source");
    await pushBlob(berth, SOURCE, blob);
    await mount("mount/heir", `mount=${blob.digest}&from=${SOURCE}`);
    expect(await statusOf(berth, `/v2/${SOURCE}/blobs/${blob.digest}`, "DELETE")).toBe(202);
    expect(await statusOf(berth, `/v2/${SOURCE}/blobs/${blob.digest}`)).toBe(404);
    expect(await bytesOf(await pull(berth, `/v2/mount/heir/blobs/${blob.digest}`))).toEqual(blob.bytes);
  });

  it.each([
    ["that the source does not have", `mount=${ABSENT}&from=${SOURCE}`],
    ["from a repository that never was", `mount=${BLOB.digest}&from=mount/never`],
    ["from a repository that lacks it", `mount=${LONG.digest}&from=mount/again`],
    ["that no repository has", `mount=${ABSENT}`],
  ])("SHOULD begin an upload instead, for a blob %s", async (what, query) => {
    const repo = `mount/instead/${what.replaceAll(/[^a-z0-9]+/g, "-")}`;
    const response = await mount(repo, query);
    expect(response.status).toBe(202);
    const location = locationOf(response);
    expect(location).toMatch(new RegExp(`^/v2/${repo}/blobs/uploads/`));
    const blob = content(`pushed instead: ${what}`);
    expect((await put(berth, withDigest(location, blob.digest), blob.bytes)).status).toBe(201);
  });

  it("takes a push of the same sha512 blob after a mount that failed", async () => {
    const blob = content("announced by the mount", "sha512");
    const location = locationOf(await mount("mount/later", `mount=${blob.digest}`));
    expect((await put(berth, withDigest(location, blob.digest), blob.bytes)).status).toBe(201);
  });

  it.each([
    ["mount=latest", "DIGEST_INVALID"],
    ["mount=", "DIGEST_INVALID"],
    [`mount=${BLOB.digest}&from=UPPER`, "NAME_INVALID"],
  ])("refuses %s, and makes no repository", async (query, code) => {
    expect(await refusalIn(await mount("mount/refused", query))).toEqual([400, code]);
    expect(await catalogOf(berth)).not.toContain("mount/refused");
  });
});
