import { beforeEach, describe, expect, it } from "vitest";
import type { Fetch } from "../../shared/identities/bounded-fetch.ts";
import { type AwsLogins, awsLogins, HOST, password, REGISTRY, ROLE, USER } from "./support/aws.ts";
import { callerIdentity, refusal } from "./support/sts.ts";

const MINUTE = 60_000;

let aws: AwsLogins;
beforeEach(() => {
  aws = awsLogins();
});

describe("docker login -u aws with a presigned request", () => {
  it("is the role of the session that signed it, and tells the session", async () => {
    expect(await aws.login(await aws.genuine())).toEqual({
      kind: "aws",
      arn: "arn:aws:iam::111122223333:role/Deployer",
      session: "build-7",
    });
  });

  it("is the user whose keys signed it", async () => {
    expect(await aws.login(await aws.genuine(USER))).toEqual({ kind: "aws", arn: USER.arn });
  });

  it.each([
    ["eu-central-1", HOST],
    ["us-gov-west-1", "sts.us-gov-west-1.amazonaws.com"],
    ["cn-north-1", "sts.cn-north-1.amazonaws.com.cn"],
    ["eusc-de-east-1", "sts.eusc-de-east-1.amazonaws.eu"],
    [undefined, "sts.amazonaws.com"],
  ])("asks STS where the credentials are from: %s", async (region, host) => {
    expect(await aws.login(await aws.genuine(ROLE, REGISTRY, region))).toMatchObject({ kind: "aws" });
    expect(aws.sts.asked.map((url) => url.host)).toEqual([host]);
  });

  it("asks an endpoint that is validated for FIPS where the request names one", async () => {
    const url = await aws.crafted({ host: "sts-fips.us-east-2.amazonaws.com", region: "us-east-2" });
    expect(await aws.login(password(url))).toMatchObject({ kind: "aws" });
  });

  it("asks what was checked, and not in the sender's words", async () => {
    const url = await aws.crafted();
    const [base = "", query = ""] = url.split("?");
    const odd = `${base}?${query.split("&").toReversed().join("&")}`.replace("X-Amz-Date", "%58-Amz-Date");
    expect(await aws.login(password(odd))).toMatchObject({ kind: "aws" });
    expect(await aws.login(password(url))).toMatchObject({ kind: "aws" });
    expect(aws.sts.asked[0]?.href).toBe(aws.sts.asked[1]?.href);
  });

  it("is for any of the names that the registry has", async () => {
    expect(await aws.login(await aws.genuine(ROLE, "localhost:5000"))).toMatchObject({ kind: "aws" });
  });

  it("can be used until it is a quarter of an hour old, and no longer", async () => {
    const secret = await aws.genuine();
    aws.clock.move(15 * MINUTE);
    expect(await aws.login(secret)).toMatchObject({ kind: "aws" });
    aws.clock.move(1);
    expect(await aws.login(secret)).toBe("unknown");
    expect(aws.refusals).toEqual(["the request is too old, or from the future"]);
    expect(aws.sts.asked).toHaveLength(1);
  });
});

describe("docker login with another user name", () => {
  it("asks nobody outside, whatever the password", async () => {
    expect(await aws.login(await aws.genuine(), { name: "ada" })).toBe("unknown");
    expect(aws.sts.asked).toEqual([]);
  });
});

describe("STS", () => {
  const answering =
    (response: Response): Fetch =>
    () =>
      Promise.resolve(response);
  const xml = callerIdentity(ROLE.arn);

  it.each<[string, Response, RegExp]>([
    [
      "redirects",
      new Response(null, { status: 302, headers: { Location: "https://x.example" } }),
      /answers 302/,
    ],
    ["has trouble", refusal("InternalFailure", 500), /answers 500 \(InternalFailure\)/],
    ["wants fewer requests", refusal("Throttling", 400), /answers 400 \(Throttling\)/],
    ["wants fewer requests by its status", refusal("Whatever", 429), /answers 429/],
    ["answers nothing", new Response(""), /what it never does/],
    ["answers JSON", Response.json({ Arn: ROLE.arn }), /what it never does/],
    [
      "answers more than an answer",
      new Response(`${xml}<x>${"x".repeat(20_000)}</x>`),
      /more than 16384 bytes/,
    ],
    ["says something before it", new Response(`x${xml}`), /what it never does/],
    ["says something after it", new Response(`${xml}<Arn>${USER.arn}</Arn>`), /what it never does/],
    [
      "names two",
      new Response(xml.replace(/<UserId>.*<.UserId>/, `<Arn>${USER.arn}</Arn>`)),
      /what it never does/,
    ],
    ["names none", new Response(xml.replace(/<Arn>.*<.Arn>/, "")), /what it never does/],
    ["names another account", new Response(callerIdentity(ROLE.arn, "999988887777")), /what it never does/],
    ["names no ARN", new Response(callerIdentity("root", "111122223333")), /what it never does/],
    [
      "answers for another action",
      new Response(xml.replaceAll("CallerIdentity", "SessionToken")),
      /never does/,
    ],
  ])("gives no verdict when it %s: the login fails, and may be tried again", async (_, response, reason) => {
    await expect(aws.login(await aws.genuine(), { fetch: answering(response) })).rejects.toMatchObject({
      reason: "UNAVAILABLE",
      detail: { reason: expect.stringMatching(reason) },
    });
    expect(aws.refusals).toEqual([expect.stringMatching(reason)]);
  });

  it("gives no verdict when it can't be reached", async () => {
    const fetch = () => Promise.reject(new Error("ENOTFOUND"));
    await expect(aws.login(await aws.genuine(), { fetch })).rejects.toMatchObject({ reason: "UNAVAILABLE" });
  });

  it("is asked by a few logins at a time; when too many wait, more are refused, and all others get in", async () => {
    const open = Promise.withResolvers<void>();
    const asked: URL[] = [];
    const fetch: Fetch = async (url, init) => {
      asked.push(url);
      await open.promise;
      return aws.sts.fetch(url, init);
    };
    const secret = await aws.genuine();
    const waiting = Array.from({ length: 80 }, () => aws.login(secret, { fetch }));
    await expect(aws.login(secret, { fetch })).rejects.toMatchObject({ reason: "TOOMANYREQUESTS" });
    expect(asked).toHaveLength(16);
    open.resolve();
    expect(new Set((await Promise.all(waiting)).map((each) => typeof each))).toEqual(new Set(["object"]));
    expect(asked).toHaveLength(80);
  });

  it("is asked with GET, without a redirect, and told nothing but the registry", async () => {
    let init: unknown;
    const fetch: Fetch = (url, asked) => {
      init = asked;
      return aws.sts.fetch(url, asked);
    };
    await aws.login(await aws.genuine(), { fetch });
    expect(init).toEqual({
      headers: { "x-berth-registry": REGISTRY },
      redirect: "manual",
      signal: expect.any(AbortSignal),
    });
  });
});
