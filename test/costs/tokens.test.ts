import { beforeAll, describe, expect, it } from "vitest";
import { usageOfToken } from "../../bench/costs/usage.ts";
import { type CountedToken, countTokens } from "./support/tokens.ts";

let tokens: ReadonlyMap<string, CountedToken>;
beforeAll(async () => {
  tokens = new Map((await countTokens()).map((token) => [token.name, token]));
});

/** Signatures of KMS, then what DynamoDB was asked. */
const asked = (name: string): readonly (string | number)[] => {
  const token = tokens.get(name);
  if (token === undefined) throw new Error(`nobody counted ${name}`);
  return [token.signatures, ...token.request.calls.map(({ operation }) => operation)];
};

describe("what a token asks of KMS and of the table", () => {
  it.each([
    ["a token for strangers", [1, "GetItem"]],
    ["a token for an access key", [1, "GetItem", "GetItem"]],
    ["the same again, within 10 seconds", [1, "GetItem"]],
    ["`docker login` with an access key: a refresh token, too", [2, "GetItem", "GetItem"]],
    ["a token for docker's refresh token", [1, "GetItem", "GetItem"]],
  ])("%s", (name, wanted) => {
    expect(asked(name)).toEqual(wanted);
  });

  it("is paid for by signatures, reads, one request, and the function's time, which waits for all of them", () => {
    const login = tokens.get("`docker login` with an access key: a refresh token, too");
    const later = tokens.get("a token for docker's refresh token");
    if (login === undefined || later === undefined) throw new Error("nobody counted them");
    const [two, one] = [usageOfToken(login), usageOfToken(later)];
    expect(two).toMatchObject({ kmsRequests: 2, readUnits: 2, apiRequests: 1, lambdaRequests: 1 });
    expect(one).toMatchObject({ kmsRequests: 1, readUnits: 2, apiRequests: 1, lambdaRequests: 1 });
    expect(two.lambdaSeconds).toBeGreaterThan(one.lambdaSeconds ?? 0);
  });
});
