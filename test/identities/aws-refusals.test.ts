import { beforeEach, describe, expect, it } from "vitest";
import { type AwsLogins, awsLogins, HOST, password, REGISTRY, ROLE } from "./support/aws.ts";
import type { Presigning } from "./support/sts.ts";

const MINUTE = 60_000;

let aws: AwsLogins;
beforeEach(() => {
  aws = awsLogins();
});

describe("a request that STS does not get to see", () => {
  const refusalOf = async (secret: string): Promise<string> => {
    const identity = await aws.login(secret);
    expect(aws.sts.asked).toEqual([]);
    return identity === "unknown" ? aws.refusals.join() : "it was taken";
  };

  it.each([
    "sts.amazonaws.com.evil.example",
    "evil.example",
    "sts.evil.example",
    "sts.eu-central-1.amazonaws.com.evil.example",
    "sts.eu-central-1.evil.amazonaws.com",
    "xsts.eu-central-1.amazonaws.com",
    "x.sts.eu-central-1.amazonaws.com",
    "sts.eu-central-1.amazonaws.com.cn",
    "sts.cn-north-1.amazonaws.com",
    "sts.evil.amazonaws.com",
    "bucket.s3.amazonaws.com",
    "sts-eu-central-1.amazonaws.com",
    "sts..amazonaws.com",
    "sts.eu-central-1.amazonaws.com.",
    "STS.eu-central-1.amazonaws.com",
    "169.254.169.254",
    `${HOST}:443`,
    `${HOST}:8443`,
    `${HOST}@evil.example`,
    `evil.example@${HOST}`,
    `user:password@${HOST}`,
    `evil.example\\@${HOST}`,
    `evil.example#@${HOST}`,
    `${HOST}\t`,
    "sts.eu-central-1.amazonaws\u3002com",
    "\uff53ts.eu-central-1.amazonaws.com",
    "sts.eu-central-1.amazonaws.com\u0000.evil.example",
  ])("is one to another host: %j", async (host) => {
    const url = (await aws.crafted()).replace(HOST, host);
    expect(await refusalOf(password(url))).toBe("the request is not to STS");
  });

  it.each<[string, (url: string) => string]>([
    ["without encryption", (url) => url.replace("https:", "http:")],
    ["of another scheme", (url) => url.replace("https:", "file:")],
    ["with a path", (url) => url.replace("/?", "/evil/?")],
    ["with a path that ends where it began", (url) => url.replace("/?", "/x/../?")],
    ["without a path", (url) => url.replace("/?", "?")],
    ["with a line break", (url) => `${url}\r\nHost: evil.example`],
    ["with a fragment", (url) => `${url}#x`],
    ["that is relative", (url) => url.slice("https:".length)],
    ["that is empty", () => ""],
  ])("is one %s", async (_, change) => {
    expect(await refusalOf(password(change(await aws.crafted())))).toBe("the request is not to STS");
  });

  it.each<[string, (url: string) => string]>([
    ["for another action", (url) => url.replace("GetCallerIdentity", "GetSessionToken")],
    ["for two actions", (url) => `${url}&Action=AssumeRole`],
    ["for two actions, the other one first", (url) => url.replace("?", "?Action=AssumeRole&")],
    ["for an action in other letters", (url) => url.replace("Action", "action")],
    ["for an action and something more", (url) => url.replace("Identity", "Identity%26Action%3DAssumeRole")],
    ["with a parameter more", (url) => `${url}&RoleArn=arn`],
    ["with parameters behind a semicolon", (url) => `${url};Action=AssumeRole`],
    ["of another version", (url) => url.replace("2011-06-15", "2012-01-01")],
    ["signed with another algorithm", (url) => url.replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256")],
    ["signed for another service", (url) => url.replace("%2Fsts%2F", "%2Fs3%2F")],
    ["that is good for days", (url) => url.replace("Expires=900", "Expires=86400")],
    ["that never expires", (url) => url.replace("&X-Amz-Expires=900", "")],
    ["that expires at once", (url) => url.replace("Expires=900", "Expires=0")],
    ["without a signature", (url) => url.replace(/&X-Amz-Signature=\w+/, "")],
  ])("is one %s", async (_, change) => {
    const url = change(await aws.crafted());
    expect(await refusalOf(password(url))).toMatch(/^the request is not GetCallerIdentity, signed/);
  });

  it.each<[string, Partial<Presigning>]>([
    ["no registry", { headers: {} }],
    [
      "a registry and a header that could change the meaning",
      { headers: { "x-berth-registry": REGISTRY, accept: "x" } },
    ],
    ["a registry under another name", { headers: { "x-other-registry": REGISTRY } }],
  ])("is one whose signature names %s", async (_, changes) => {
    const url = await aws.crafted(changes);
    expect(await refusalOf(password(url))).toMatch(/^the request is not GetCallerIdentity, signed/);
  });

  it.each(["other.example.com", "REGISTRY.example.com", `${REGISTRY}.evil.example`, `${REGISTRY}:443`, ""])(
    "is one that was signed for another registry: %j",
    async (registry) => {
      const url = await aws.crafted({ headers: { "x-berth-registry": registry } });
      expect(await refusalOf(password(url, registry))).toBe("the request was signed for another registry");
    },
  );

  it.each<[string, number, number]>([
    ["16 minutes ago", -16 * MINUTE, 900],
    ["two minutes ago, for one", -2 * MINUTE, 60],
    ["6 minutes from now", 6 * MINUTE, 900],
    ["years ago", -1e12, 900],
  ])("is one that was signed %s", async (_, ago, expiresIn) => {
    const url = await aws.crafted({ at: aws.clock.now() + ago, expiresIn });
    expect(await refusalOf(password(url))).toBe("the request is too old, or from the future");
  });

  it("is one that was signed at no time", async () => {
    const url = (await aws.crafted()).replace(/X-Amz-Date=\w+/, "X-Amz-Date=20261341T250000Z");
    expect(await refusalOf(password(url))).toBe("the request is too old, or from the future");
  });

  it.each([
    "",
    "secret",
    "berth-aws-1.",
    "berth-aws-1.!",
    ...[
      "null",
      "[]",
      '"x"',
      "{}",
      '{"url":1,"registry":"x"}',
      `{"url":"${"x".repeat(9000)}","registry":"x"}`,
    ].map((json) => `berth-aws-1.${Buffer.from(json).toString("base64url")}`),
  ])("is none at all, %#", async (secret) => {
    expect(await refusalOf(secret)).toMatch(/^the password is no presigned request/);
  });
});

describe("a request that STS refuses", () => {
  const refusalOf = async (secret: string): Promise<string> => {
    const identity = await aws.login(secret);
    expect(aws.sts.asked).toHaveLength(1);
    return identity === "unknown" ? aws.refusals.join() : "it was taken";
  };

  it.each<[string, (url: string) => string]>([
    ["signature", (url) => url.replace(/.$/, (last) => (last === "0" ? "1" : "0"))],
    ["time", (url) => url.replace(/T(\d{5})\dZ/, "T$19Z")],
    ["lifetime", (url) => url.replace("Expires=900", "Expires=899")],
    ["scope", (url) => url.replace("eu-central-1%2Fsts", "eu-west-1%2Fsts")],
    ["host", (url) => url.replace(HOST, "sts.eu-west-1.amazonaws.com")],
  ])("is one whose %s was changed after it was signed", async (_, change) => {
    const url = change(await aws.crafted({ at: aws.clock.now() - MINUTE }));
    expect(await refusalOf(password(url))).toBe("STS answers 403 (SignatureDoesNotMatch)");
  });

  it("is one that was signed for another registry, and says that it is for this one", async () => {
    const url = await aws.crafted({ headers: { "x-berth-registry": "evil.example" } });
    expect(await refusalOf(password(url))).toBe("STS answers 403 (SignatureDoesNotMatch)");
  });

  it("is one that was signed for another action, and says that it is GetCallerIdentity", async () => {
    const url = await aws.crafted({ query: { Action: "GetSessionToken", Version: "2011-06-15" } });
    expect(await refusalOf(password(url.replace("GetSessionToken", "GetCallerIdentity")))).toMatch(/403/);
  });

  it("is one that was signed for POST", async () => {
    expect(await refusalOf(password(await aws.crafted({ method: "POST" })))).toMatch(/403/);
  });

  it("is one of somebody else's key id", async () => {
    const url = await aws.crafted({ account: { ...ROLE, secretAccessKey: "guessed" } });
    expect(await refusalOf(password(url))).toBe("STS answers 403 (SignatureDoesNotMatch)");
  });

  it("is one of a session without its token", async () => {
    const { sessionToken: _, ...account } = ROLE;
    expect(await refusalOf(password(await aws.crafted({ account })))).toBe(
      "STS answers 403 (InvalidClientTokenId)",
    );
  });
});
