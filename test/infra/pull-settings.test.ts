import { describe, expect, it } from "vitest";
import { ContextError, parseTeamSettings } from "../../infra/settings.ts";
import { createPublicKeyText } from "./support/pull-keys.ts";

const KEY = { publicKey: createPublicKeyText(), parameter: "/berth/main/pulls" };
const SETTINGS = { pulls: "edge", pullsKeys: [KEY] };
const NAMES = {
  pullsDomain: "blobs.example.net",
  pullsCertificateArn: "arn:aws:acm:us-east-1:111122223333:certificate/1f-2e",
};

describe("settings of pulls that can't be used", () => {
  function refusal(settings: object): string {
    try {
      parseTeamSettings("main", settings);
      return "";
    } catch (cause) {
      if (cause instanceof ContextError) return cause.message;
      throw cause;
    }
  }

  it.each([
    [[]],
    ["/berth/main/pulls"],
    [[{ publicKey: KEY.publicKey }]],
    [[{ ...KEY, privateKey: "no" }]],
    [[{ ...KEY, publicKey: createPublicKeyText("P-384") }]],
    [[{ ...KEY, publicKey: KEY.publicKey.replace(/.{8}==$/, "AAAAAAA==") }]],
    [[{ ...KEY, publicKey: `${KEY.publicKey}\n` }]],
    [[{ ...KEY, parameter: "/aws/reserved" }]],
    [[{ ...KEY, parameter: "a/b" }]],
    [[{ ...KEY, parameter: "a*" }]],
    [[KEY, KEY]],
    [Array.from({ length: 6 }, (_, at) => ({ publicKey: createPublicKeyText(), parameter: `/key/${at}` }))],
  ])("pullsKeys: %j", (pullsKeys) => {
    expect(refusal({ pulls: "edge", pullsKeys })).toContain("pullsKeys is");
  });

  it.each([
    [{ pulls: "cdn" }, 'pulls is "cdn": it takes bucket, edge'],
    [{ pulls: "edge" }, 'pulls "edge" needs pullsKeys'],
    [{ pullsKeys: [KEY] }, 'pullsKeys is of no use but with pulls "edge"'],
    [NAMES, 'pullsDomain is of no use but with pulls "edge"'],
    [{ ...SETTINGS, pullsDomain: "blobs.example.net" }, "pullsDomain and pullsCertificateArn go together"],
    [
      {
        ...SETTINGS,
        ...NAMES,
        pullsDomain: "blobs.registry.example.com",
        edgeDomain: "registry.example.com",
        edgeCertificateArn: NAMES.pullsCertificateArn,
      },
      "pullsDomain is edgeDomain or below it",
    ],
  ])("%j", (settings, complaint) => {
    expect(refusal(settings)).toContain(complaint);
  });
});
