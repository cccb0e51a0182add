import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { fileDigest } from "./support/content.ts";
import { itMovesGigabyte, type RoundTrip } from "./support/huge.ts";
import {
  freshDirectory,
  GIGABYTE,
  LAYER,
  makeImage,
  makeIndex,
  randomFile,
  type TestImage,
} from "./support/images.ts";
import { uploadRequests } from "./support/recorder.ts";
import { manifestStatus, readLayout, readPushed, referrers } from "./support/repository.ts";
import { run, runRefused } from "./support/run.ts";
import { built } from "./support/tools.ts";

const repository = `${inject("registry")}/clients/cosign`;
const PLAIN_HTTP = "--allow-http-registry";
/** A key, and neither a transparency log nor a time stamp: nothing but the registry is asked. */
const OFFLINE = [PLAIN_HTTP, "--use-signing-config=false", "--tlog-upload=false", "--yes"];
const KEY_ONLY = [PLAIN_HTTP, "--insecure-ignore-tlog"];
/** The format before bundles; with it the signature is an image under the tag sha256-<hex>.sig. */
const TAG_SCHEME = "--new-bundle-format=false";
/** What is signed is its digest: its size does not matter. */
const SMALL = 100_000;
const ENVIRONMENT = { COSIGN_PASSWORD: "for tests", COSIGN_EXPERIMENTAL: "1" };

describe("cosign", () => {
  let keys = "";
  const cosign = (...parameters: string[]): Promise<string> =>
    run([built("cosign"), ...parameters], { cwd: keys, env: ENVIRONMENT });

  beforeAll(async () => {
    keys = await freshDirectory("keys");
    await cosign("generate-key-pair");
    await mkdir(join(keys, "other"));
    await run([built("cosign"), "generate-key-pair"], { cwd: join(keys, "other"), env: ENVIRONMENT });
  });

  /** Pushes an image of its own for a test; returns its name by digest. */
  async function pushImage(name: string, image: TestImage): Promise<string> {
    const from = `${image.layout}:${image.tag}`;
    await run([built("oras"), "cp", "--to-plain-http", "--from-oci-layout", from, `${repository}-${name}:1`]);
    return `${repository}-${name}@${image.content.digest}`;
  }

  const signatureTag = (image: string): string => image.replace("@sha256:", ":sha256-").concat(".sig");

  it("sends a blob as POST, PATCH with a length, PUT", { tags: ["upload"] }, async () => {
    await randomFile(join(keys, "blob"), LAYER);
    const requests = await uploadRequests((host) =>
      cosign("upload", "blob", PLAIN_HTTP, "--files=blob", `${host}/clients/recorded-cosign:1`),
    );
    expect(requests).toBe("POST, PATCH (Content-Length), PUT");
  });

  it("signs with a key, and the signature is a referrer of the image", {
    tags: ["signatures", "referrers"],
  }, async () => {
    const image = await pushImage("bundle", await makeImage(SMALL));
    await cosign("sign", ...OFFLINE, "--key=cosign.key", image);
    expect(await referrers(image)).toHaveLength(1);
    expect(await manifestStatus(signatureTag(image))).toBe(404);
    expect(await cosign("verify", ...KEY_ONLY, "--key=cosign.pub", image)).toContain(image);
  });

  it("refuses a signature by another key, and an image without one", { tags: ["signatures"] }, async () => {
    const image = await pushImage("refused", await makeImage(SMALL));
    const verify = ["verify", ...KEY_ONLY, "--key=cosign.pub", image];
    expect(await runRefused([built("cosign"), ...verify], { cwd: keys })).toContain("no signatures found");
    await cosign("sign", ...OFFLINE, "--key=other/cosign.key", image);
    expect(await runRefused([built("cosign"), ...verify], { cwd: keys })).toContain(
      "failed to verify signature",
    );
  });

  it("signs with a key by the tag scheme", { tags: ["signatures"] }, async () => {
    const image = await pushImage("tagged", await makeImage(SMALL));
    await cosign("sign", ...OFFLINE, TAG_SCHEME, "--key=cosign.key", image);
    expect(await manifestStatus(signatureTag(image))).toBe(200);
    expect(await referrers(image)).toEqual([]);
    await cosign("verify", ...KEY_ONLY, TAG_SCHEME, "--key=cosign.pub", image);
  });

  it("signs in the OCI 1.1 referrers mode of the older format", {
    tags: ["signatures", "referrers"],
  }, async () => {
    const image = await pushImage("oci11", await makeImage(SMALL));
    await cosign(
      "sign",
      ...OFFLINE,
      TAG_SCHEME,
      "--registry-referrers-mode=oci-1-1",
      "--key=cosign.key",
      image,
    );
    expect(await referrers(image)).toHaveLength(1);
    expect(await manifestStatus(signatureTag(image))).toBe(404);
    await cosign("verify", ...KEY_ONLY, TAG_SCHEME, "--experimental-oci11", "--key=cosign.pub", image);
  });

  it("signs an index and every image in it", { tags: ["signatures", "index"] }, async () => {
    const image = await pushImage("index", await makeIndex());
    await cosign("sign", ...OFFLINE, "--recursive", "--key=cosign.key", image);
    const { digests } = await readPushed(image);
    const signed = await Promise.all(digests.map((digest) => referrers(`${repository}-index@${digest}`)));
    expect(signed.filter((found) => found.length === 1)).toHaveLength(5);
  });

  it("attests, verifies the attestation, and shows the tree", {
    tags: ["signatures", "referrers"],
  }, async () => {
    const image = await pushImage("attested", await makeImage(SMALL));
    await writeFile(join(keys, "predicate.json"), JSON.stringify({ reviewed: "yes" }));
    await cosign("attest", ...OFFLINE, "--predicate=predicate.json", "--key=cosign.key", image);
    await cosign("verify-attestation", ...KEY_ONLY, "--type=custom", "--key=cosign.pub", image);
    const [attestation = ""] = await referrers(image);
    expect(await cosign("tree", PLAIN_HTTP, image)).toContain(attestation);
  });

  it("saves a signed image and loads it into another repository", {
    tags: ["round-trip", "signatures"],
  }, async () => {
    // Signatures in bundles can't be loaded: cosign 3.1.3 sends their manifests without their blobs.
    const original = await makeImage(SMALL);
    const image = await pushImage("saved", original);
    await cosign("sign", ...OFFLINE, TAG_SCHEME, "--key=cosign.key", image);
    await cosign("save", PLAIN_HTTP, "--dir=saved", image);
    await cosign("load", PLAIN_HTTP, "--dir=saved", `${repository}-loaded:1`);
    expect(await readPushed(`${repository}-loaded:1`)).toEqual(original.content);
    await cosign("verify", ...KEY_ONLY, TAG_SCHEME, "--key=cosign.pub", `${repository}-loaded:1`);
  });

  it("removes what it has signed", { tags: ["delete"] }, async () => {
    const image = await pushImage("cleaned", await makeImage(SMALL));
    await cosign("sign", ...OFFLINE, "--key=cosign.key", image);
    await cosign("sign", ...OFFLINE, TAG_SCHEME, "--key=cosign.key", image);
    await cosign("clean", PLAIN_HTTP, "--force", "--type=all", image);
    expect(await referrers(image)).toEqual([]);
    expect(await manifestStatus(signatureTag(image))).toBe(404);
    expect(await manifestStatus(image)).toBe(200);
  });

  async function roundTrip(name: string, size: number): Promise<RoundTrip> {
    await randomFile(join(keys, name), size);
    await cosign("upload", "blob", PLAIN_HTTP, `--files=${name}`, `${repository}-${name}:1`);
    await cosign("save", PLAIN_HTTP, `--dir=saved-${name}`, `${repository}-${name}:1`);
    const { digests } = await readLayout(join(keys, `saved-${name}`));
    const pushed = await fileDigest(join(keys, name));
    return { pushed, pulled: digests.find((digest) => digest === pushed) };
  }

  it("uploads a file as a blob and saves the same bytes", { tags: ["round-trip"] }, async () => {
    const { pushed, pulled } = await roundTrip("file", LAYER);
    expect(pulled).toBe(pushed);
  });

  itMovesGigabyte("cosign", () => roundTrip("huge", GIGABYTE));
});
