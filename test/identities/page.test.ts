import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Identity } from "../../shared/access/identity.ts";
import { parsePolicy } from "../../shared/access/parse-policy.ts";
import { allows } from "../../shared/access/rights.ts";
import { rightsOf } from "../../shared/access/rights-of.ts";
import { parseRepoName, parseTag } from "../../shared/oci/names.ts";

const page = readFileSync(new URL("../../docs/identities.md", import.meta.url), "utf8");
const policies = [...page.matchAll(/```yaml\n(version: 1\n.*?)```/gs)].map(([, text = ""]) => text);

const oidc = (issuer: string, claims: Readonly<Record<string, string>>): Identity => ({
  kind: "oidc",
  issuer,
  subject: "build",
  claims,
});
const aws = (arn: string): Identity => ({ kind: "aws", arn });
/** As their documentation shows the claims of a token (GitHub, "OpenID Connect reference"; GitLab, "ID token"). */
const GITHUB = {
  repository: "shop/api",
  repository_owner: "shop",
  repository_owner_id: "1234567",
  ref: "refs/heads/main",
};
const GITLAB = { project_path: "shop/web", ref: "v1", ref_type: "tag", ref_protected: "true" };

describe("the policies of docs/identities.md", () => {
  const mayPush = (identity: Identity, image: string) => {
    const [repo = "", tag = ""] = image.split(":");
    const need = { action: "push", repo: parseRepoName(repo), tags: [parseTag(tag)] } as const;
    return policies.some((text) => allows(rightsOf(parsePolicy(text), identity), need));
  };

  it("are two", () => {
    expect(policies.map((text) => parsePolicy(text).rules.length)).toEqual([3, 2]);
  });

  it.each<[boolean, string, Identity, image: string]>([
    [true, "GitHub's main branch", oidc("github", GITHUB), "shop/api:latest"],
    [false, "GitHub's other branches", oidc("github", { ...GITHUB, ref: "refs/heads/x" }), "shop/api:latest"],
    [
      false,
      "who took the name of the owner",
      oidc("github", { ...GITHUB, repository_owner_id: "7" }),
      "shop/api:x",
    ],
    [false, "GitHub's main branch, elsewhere", oidc("github", GITHUB), "shop/web:latest"],
    [true, "GitLab's protected tags", oidc("gitlab", GITLAB), "shop/web:v1"],
    [false, "GitLab's protected tags as another tag", oidc("gitlab", GITLAB), "shop/web:latest"],
    [false, "GitLab's other tags", oidc("gitlab", { ...GITLAB, ref_protected: "false" }), "shop/web:v1"],
    [false, "GitLab's tokens with GitHub's claims", oidc("gitlab", GITHUB), "shop/api:latest"],
    [true, "the deployers", aws("arn:aws:iam::111122223333:role/Deployer"), "shop/api:latest"],
    [false, "another account's deployers", aws("arn:aws:iam::999922223333:role/Deployer"), "shop/api:latest"],
    [false, "developers", aws("arn:aws:iam::111122223333:role/AWSReservedSSO_Developer_0a"), "shop/api:x"],
  ])("let push (%s): %s", (expected, _, identity, image) => {
    expect(mayPush(identity, image)).toBe(expected);
  });
});
