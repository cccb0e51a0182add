import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import { openAtEdge } from "../../functions/pulls/at-edge.ts";
import { type PullEdge, parsePullPlace } from "../../functions/pulls/place.ts";
import { parseDigest } from "../../shared/oci/digest.ts";
import type { BlobSource, Opening } from "../../shared/ports/blobs.ts";
import { createPullKeys } from "../gateway/pulls/key-pair.ts";
import { createJudge, type Identity } from "../gateway/rights/identities.ts";
import { startParameterStore } from "../gateway/rights/parameter-store.ts";

const ARNS = "arn:aws:ssm:eu-central-1:123456789012:parameter/";
const KEY = "blobs/2026-11-24/0b9f_5f0e";
const DIGEST = parseDigest(`sha256:${"a".repeat(64)}`);
const content = { digest: DIGEST, size: 1000 };
const MINUTE = 60_000;
const reader: Identity = {
  name: "blobs",
  credentials: { accessKeyId: "ASIAEXAMPLE", secretAccessKey: "5ec7e7", sessionToken: "token/+=" },
  statements: [{ effect: "Allow", actions: ["ssm:GetParameter"], resources: [`${ARNS}berth/pulls`] }],
};
const FROM_BUCKET: BlobSource = { kind: "redirect", url: "https://bucket.s3.invalid/" };

/** Opens blobs at an edge whose key is in a parameter store that verifies signatures and rights. */
async function edge(parameters: ReadonlyMap<string, string>, publicKey: string, own = reader) {
  const asked: string[] = [];
  const told: unknown[] = [];
  const note = (what: string) => void asked.push(what);
  const judge = createJudge([own], { denied: note, used: note, decided: note });
  const log = (line: string) => void told.push(line);
  const store = await startParameterStore({ host: "127.0.0.1", arns: ARNS, parameters, judge, log });
  const running = { isUp: true };
  const stop = async (): Promise<void> => {
    if (running.isUp) await store.stop();
    running.isUp = false;
  };
  onTestFinished(stop);
  const time = { now: Date.now() };
  const place: PullEdge = {
    kind: "edge",
    origin: "https://d111111abcdef8.cloudfront.net",
    keyId: "K2JCJMDEHXQW5F",
    publicKey,
    parameter: "/berth/pulls",
  };
  const open = openAtEdge(
    {
      edge: place,
      clock: { now: () => time.now },
      parameters: {
        region: "eu-central-1",
        endpoint: store.endpoint,
        credentials: { ...own.credentials, assuredUntil: 0 },
        now: Date.now,
      },
      onTrouble: (cause) => void told.push(cause),
    },
    async () => FROM_BUCKET,
  );
  const hostOf = async (opening?: Opening): Promise<string> => {
    const source = await open(KEY, opening);
    return source?.kind === "redirect" ? new URL(source.url).host : "";
  };
  return { hostOf, asked, told, time, stop };
}

const BUCKET = "bucket.s3.invalid";
const EDGE = "d111111abcdef8.cloudfront.net";
const { settings, parameters } = createPullKeys();
const publicKey = settings.pullsKeys[0]?.publicKey ?? "";

describe("opening a blob at the edge", () => {
  it("reads the key once, whoever asks for it at a time and later", async () => {
    const { hostOf, asked, told } = await edge(parameters, publicKey);
    const hosts = await Promise.all([hostOf({ content }), hostOf({ content, method: "HEAD" })]);
    expect([...hosts, await hostOf({ content })]).toEqual([EDGE, EDGE, EDGE]);
    expect(asked).toEqual([`blobs: ssm:GetParameter on ${ARNS}berth/pulls`]);
    expect(told).toEqual([]);
  });

  it("leaves with the bucket what CloudFront can't send in one answer, and what has no digest", async () => {
    const { hostOf, asked } = await edge(parameters, publicKey);
    expect(await hostOf({ content: { ...content, size: 50_000_000_001 } })).toBe(BUCKET);
    expect(await hostOf()).toBe(BUCKET);
    expect(asked).toEqual([]);
    expect(await hostOf({ content: { ...content, size: 50_000_000_000 } })).toBe(EDGE);
  });
});

describe("opening a blob while the key can't be had", () => {
  it("leads to the bucket, and looks again, but not for each blob", async () => {
    const values = new Map<string, string>();
    const { hostOf, asked, told, time } = await edge(values, publicKey);
    expect([await hostOf({ content }), await hostOf({ content })]).toEqual([BUCKET, BUCKET]);
    expect(told.map(String)).toEqual([
      expect.stringContaining("400 (ParameterNotFound) for the parameter '/berth/pulls'"),
    ]);
    for (const [name, value] of parameters) values.set(name, value);
    expect(await hostOf({ content })).toBe(BUCKET);
    time.now += MINUTE;
    expect(await hostOf({ content })).toBe(EDGE);
    expect(asked).toHaveLength(2);
  });

  it("says so where the role may not read it", async () => {
    const { hostOf, told } = await edge(parameters, publicKey, { ...reader, statements: [] });
    expect(await hostOf({ content })).toBe(BUCKET);
    expect(String(told[0])).toContain("400 (AccessDeniedException)");
  });

  it.each([
    ["another pair's", createPullKeys().parameters.get("/berth/pulls") ?? ""],
    ["no key", "-----BEGIN PRIVATE KEY-----\n5ec7e7\n-----END PRIVATE KEY-----\n"],
    [
      "of another kind",
      generateKeyPairSync("rsa", { modulusLength: 2048 })
        .privateKey.export({ type: "pkcs8", format: "pem" })
        .toString(),
    ],
  ])("says so where it is %s, and never what it is", async (_, pem) => {
    const { hostOf, told } = await edge(new Map([["/berth/pulls", pem]]), publicKey);
    expect(await hostOf({ content })).toBe(BUCKET);
    expect(told).toHaveLength(1);
    for (const line of pem.split("\n").filter((part) => part !== ""))
      expect(String(told[0])).not.toContain(line);
  });

  it("leads to the bucket where nobody answers", async () => {
    const { hostOf, told, stop } = await edge(parameters, publicKey);
    await stop();
    expect(await hostOf({ content })).toBe(BUCKET);
    expect(told).toHaveLength(1);
  });
});

describe("BERTH_PULLS", () => {
  it("is nothing, or the four words of an edge", () => {
    expect(parsePullPlace("")).toEqual({ kind: "bucket" });
    expect(parsePullPlace(`https://${EDGE} K1 ${publicKey} /berth/pulls`)).toEqual({
      kind: "edge",
      origin: `https://${EDGE}`,
      keyId: "K1",
      publicKey,
      parameter: "/berth/pulls",
    });
  });

  it.each([
    "edge",
    `https://${EDGE}`,
    `https://${EDGE}/path K1 AA== p`,
    `https://${EDGE} K1 AA==`,
    "ftp://a K1 AA== p",
  ])("is not '%s'", (text) => {
    expect(parsePullPlace(text)).toBeUndefined();
  });
});
