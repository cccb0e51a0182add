import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { renewing } from "../../functions/door/renewing.ts";
import { containerCredentials } from "../../functions/stores/container-credentials.ts";
import type { Credentials } from "../../functions/stores/credentials.ts";
import type { RunningUploads } from "../../shared/http/running-uploads.ts";
import type { UploadId, UploadSecret } from "../../shared/registry/registry.ts";
import { caller, repo } from "../support/domain.ts";

const HOUR = 60 * 60 * 1000;

describe("the credentials of a container", () => {
  const EXPIRATION = "2026-11-26T20:00:00Z";
  /** As Amazon ECS documents the endpoint's answer (Task IAM role). */
  const server = createServer((request, response) => {
    const isKnown = request.url === "/v2/credentials/42";
    response.writeHead(isKnown ? 200 : 404, { "Content-Type": "application/json" }).end(
      JSON.stringify({
        AccessKeyId: "ASIAEXAMPLE",
        SecretAccessKey: "of-a-role",
        Token: "for-a-while",
        Expiration: EXPIRATION,
        RoleArn: "arn:aws:iam::123456789012:role/door",
      }),
    );
  });
  const at = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  beforeAll(async () => {
    await once(server.listen(0, "127.0.0.1"), "listening");
  });
  afterAll(() => void server.close());
  afterEach(() => vi.unstubAllEnvs());

  it("come from where its host says, with the time at which they end", async () => {
    vi.stubEnv("AWS_CONTAINER_CREDENTIALS_FULL_URI", `${at()}/v2/credentials/42`);
    expect(await containerCredentials()).toEqual({
      accessKeyId: "ASIAEXAMPLE",
      secretAccessKey: "of-a-role",
      sessionToken: "for-a-while",
      assuredUntil: Date.parse(EXPIRATION),
    });
  });

  it("are an error where its host says nothing", async () => {
    await expect(containerCredentials()).rejects.toThrow(/credential/i);
  });
});

describe("uploads over credentials that end", () => {
  const upload = { caller, repo: repo("a"), id: "1" as UploadId, secret: "s" as UploadSecret };
  const fails = () => Promise.reject(new Error("not asked here"));

  /** Each status tells with which credentials it was asked for. */
  async function uploads() {
    const time = { now: 0 };
    const issued = { count: 0, fails: false };
    const running = await renewing({
      fetchCredentials: async (): Promise<Credentials> => {
        if (issued.fails) throw new Error("the host is silent");
        issued.count += 1;
        const accessKeyId = String(issued.count);
        return { accessKeyId, secretAccessKey: "secret", assuredUntil: time.now + 6 * HOUR };
      },
      connect: ({ accessKeyId }): RunningUploads => ({
        statUpload: async ({ id }) => ({ id, offset: Number(accessKeyId) }),
        appendUpload: fails,
        putPart: fails,
        commitUpload: fails,
        cancelUpload: fails,
      }),
      now: () => time.now,
    });
    const used = async () => (await running.statUpload(upload)).offset;
    return { time, issued, used };
  }

  it("get new ones when half of their time is over, and not before", async () => {
    const { time, used } = await uploads();
    time.now = 3 * HOUR - 1;
    expect(await used()).toBe(1);
    time.now = 3 * HOUR;
    expect(await Promise.all([used(), used(), used()])).toEqual([2, 2, 2]);
  });

  it("go on with the old ones where no new ones can be had, and try again", async () => {
    const { time, issued, used } = await uploads();
    time.now = 4 * HOUR;
    issued.fails = true;
    expect(await used()).toBe(1);
    issued.fails = false;
    expect(await used()).toBe(2);
  });
});
