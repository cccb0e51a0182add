import { describe, expect, it } from "vitest";
import { credentialsOf } from "../../functions/stores/credentials.ts";
import { urlLifetime } from "../../functions/stores/url-lifetime.ts";

const MINUTE = 60 * 1000;
const STARTED = Date.UTC(2026, 0, 1);
const VARIABLES = { AWS_ACCESS_KEY_ID: "ASIA", AWS_SECRET_ACCESS_KEY: "secret", AWS_SESSION_TOKEN: "token" };

const lifetimeAfter = (minutes: number): number => {
  const { assuredUntil } = credentialsOf(VARIABLES, STARTED);
  return urlLifetime(STARTED + minutes * MINUTE, assuredUntil);
};

describe("the life of a signed URL", () => {
  it("is 15 minutes at most", () => {
    expect(lifetimeAfter(0)).toBe(900);
    expect(urlLifetime(STARTED, Number.POSITIVE_INFINITY)).toBe(900);
  });

  it("does not reach beyond the hour for which a role's session is assured", () => {
    expect(lifetimeAfter(45)).toBe(900);
    expect(lifetimeAfter(46)).toBe(840);
    expect(lifetimeAfter(58)).toBe(120);
  });

  it("is a minute in an older environment: what a client needs that follows it at once", () => {
    expect(lifetimeAfter(59)).toBe(60);
    expect(lifetimeAfter(60)).toBe(60);
    expect(lifetimeAfter(600)).toBe(60);
  });

  it("is a whole number of seconds, as S3 wants it", () => {
    expect(urlLifetime(STARTED, STARTED + 100_999)).toBe(100);
  });
});

describe("the credentials of a function", () => {
  it("are those that Lambda puts into its environment", () => {
    const { assuredUntil, ...keys } = credentialsOf(VARIABLES, STARTED);
    expect(keys).toEqual({ accessKeyId: "ASIA", secretAccessKey: "secret", sessionToken: "token" });
    expect(assuredUntil).toBe(STARTED + 60 * MINUTE);
  });

  it("may lack a session, as those of a user do", () => {
    expect(credentialsOf({ ...VARIABLES, AWS_SESSION_TOKEN: "" }, STARTED)).not.toHaveProperty(
      "sessionToken",
    );
  });

  it.each(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])("are refused without %s", (name) => {
    expect(() => credentialsOf({ ...VARIABLES, [name]: undefined }, STARTED)).toThrow(`${name} is not set`);
  });
});
