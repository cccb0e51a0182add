import { describe, expect, it } from "vitest";
import { isAccountName, NAME_RULE, nameOf, normalizeArn } from "../../shared/access/identity.ts";

describe("an identity", () => {
  it.each(["ada", "ci@shop", "ada@example.com", "a-b_c.d", "0"])("can be named %s", (name) => {
    expect(isAccountName(name)).toBe(true);
  });

  it.each(["", "Ada", "a:b", "a/b", "a b", "-a", "a--b", "a@", "__proto__", "ä", "a\n", "a".repeat(101)])(
    "can't be named %j",
    (name) => {
      expect(isAccountName(name)).toBe(false);
      expect(NAME_RULE).toContain("lower-case");
    },
  );

  it("is told in the policy's words", () => {
    const claims = {};
    expect(nameOf({ kind: "anonymous" })).toBe("anonymous");
    expect(nameOf({ kind: "person", name: "ada" })).toBe("user:ada");
    expect(nameOf({ kind: "robot", name: "ci" })).toBe("robot:ci");
    expect(nameOf({ kind: "aws", arn: "arn:aws:iam::1:role/ci" })).toBe("aws:arn:aws:iam::1:role/ci");
    expect(nameOf({ kind: "oidc", issuer: "gh", subject: "repo:a/b", claims })).toBe("issuer:gh:repo:a/b");
  });

  it.each([
    ["arn:aws:sts::123:assumed-role/ci/run-7", "arn:aws:iam::123:role/ci", "run-7"],
    ["arn:aws-cn:sts::123:assumed-role/ci/me@x.org", "arn:aws-cn:iam::123:role/ci", "me@x.org"],
    ["arn:aws:iam::123:user/team/ada", "arn:aws:iam::123:user/team/ada", undefined],
    ["arn:aws:iam::123:root", "arn:aws:iam::123:root", undefined],
    ["arn:aws:sts::123:federated-user/ada", "arn:aws:sts::123:federated-user/ada", undefined],
  ])("of %s is %s, session %s", (told, arn, session) => {
    expect(normalizeArn(told)).toEqual(session === undefined ? { arn } : { arn, session });
  });
});
