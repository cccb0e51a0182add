import { describe, expect, it } from "vitest";
import { signLogin } from "../../local/credential-helper/sign-login.ts";
import { LOGIN_CLIENT_NAMES, type LoginClientName } from "../clients/support/login-clients.ts";
import { loginTests } from "../clients/support/login-tests.ts";
import { REGION } from "../clients/support/sts.ts";
import { NOBODY_THERE } from "../clients/support/vouchers.ts";
import { ROLE } from "../identities/support/aws.ts";
import { signingKey } from "../identities/support/issuer.ts";
import { guardedEdge } from "./support/guarded-edge.ts";
import { basic } from "./support/guarded-stack.ts";

/** Who is known at a stack's edge because somebody outside vouches for them; then all callers with clients in their hands. */

const edge = guardedEdge();
const TAGS = "/v2/team/app/tags/list";

interface Access {
  readonly name: string;
  readonly actions: readonly string[];
}

const logIn = (name: string, secret: string): Promise<Response> => {
  const scope = encodeURIComponent("repository:team/app:pull,push");
  return edge.client().fetch(`/token?service=berth&scope=${scope}`, { headers: basic({ name, secret }) });
};

async function tokenOf(name: string, secret: string): Promise<string> {
  const answer = await logIn(name, secret);
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { readonly token: string }).token;
}

const rightsIn = (token: string): readonly Access[] => {
  const payload = Buffer.from(token.split(".")[1] ?? "", "base64url").toString();
  return (JSON.parse(payload) as { readonly access: readonly Access[] }).access;
};

const statusWith = async (path: string, authorization: string): Promise<number> =>
  (await edge.client().fetch(path, { headers: { authorization } })).status;

const now = (): number => Math.floor(Date.now() / 1000);

describe("docker login -u oidc", () => {
  const issue = (claims: object = {}): Promise<string> =>
    edge.vouchers().issuer.issue({ repository: "team/app", ...claims });

  it("lets in whom the issuer vouches for, as far as a rule names their claims", async () => {
    const token = await tokenOf("oidc", await issue());
    expect(rightsIn(token)).toEqual([{ type: "repository", name: "team/app", actions: ["pull", "push"] }]);
    expect(await statusWith(TAGS, `Bearer ${token}`)).toBe(404);
    expect(await statusWith("/v2/secret/app/tags/list", `Bearer ${token}`)).toBe(401);
  });

  it("takes an ID token with each request as well", async () => {
    const { authorization = "" } = basic({ name: "oidc", secret: await issue() });
    expect(await statusWith("/v2/", authorization)).toBe(200);
    expect(await statusWith(TAGS, authorization)).toBe(404);
    expect(await statusWith("/v2/secret/app/tags/list", authorization)).toBe(403);
  });

  it("knows whoever no rule is for, and lets them do nothing", async () => {
    const token = await tokenOf("oidc", await issue({ repository: "other/app" }));
    expect(rightsIn(token).flatMap(({ actions }) => actions)).toEqual([]);
  });

  it.each<[string, () => Promise<string>]>([
    ["for another audience", () => issue({ aud: "elsewhere" })],
    ["that has ended", () => issue({ iat: now() - 600, nbf: now() - 600, exp: now() - 300 })],
    ["that is not good yet", () => issue({ nbf: now() + 300 })],
    ["of an issuer that the policy does not name", () => issue({ iss: "https://localhost:2" })],
    ["that is none", async () => "5ec7e7"],
    [
      "that the issuer has not signed",
      async () => {
        const forger = await signingKey("1");
        const iss = edge.vouchers().issuer.url;
        return forger.sign({ iss, aud: "berth", sub: "job", iat: now(), exp: now() + 300 });
      },
    ],
  ])("refuses a token %s", async (_, make) => {
    const answer = await logIn("oidc", await make());
    expect(answer.status).toBe(401);
    expect(await answer.text()).not.toContain("eyJ");
  });

  it("says 503 with the reason where the issuer can't be asked, and goes on for all others", async () => {
    const answer = await logIn("oidc", await issue({ iss: NOBODY_THERE }));
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain("the issuer away can't be asked");
    expect((await logIn("oidc", await issue())).status).toBe(200);
  });
});

describe("docker login -u aws", () => {
  const genuine = (registry = edge.registry().host, credentials: object = {}): Promise<string> =>
    signLogin({ credentials: { ...ROLE, ...credentials }, region: REGION }, registry, Date.now());

  it("lets in whom STS names, as far as a rule names their role", async () => {
    const asked = edge.vouchers().sts.reached.length;
    const token = await tokenOf("aws", await genuine());
    expect(rightsIn(token)).toEqual([{ type: "repository", name: "team/app", actions: ["pull", "push"] }]);
    expect(await statusWith(TAGS, `Bearer ${token}`)).toBe(404);
    expect(edge.vouchers().sts.reached.slice(asked)).toEqual([`sts.${REGION}.amazonaws.com:443`]);
  });

  it("asks nobody about a request that was signed for another registry", async () => {
    const asked = edge.vouchers().sts.reached.length;
    expect((await logIn("aws", await genuine("registry.example.com"))).status).toBe(401);
    expect(edge.vouchers().sts.reached.length).toBe(asked);
  });

  it("refuses whom STS refuses", async () => {
    const wrong = await genuine(undefined, { secretAccessKey: "another secret" });
    expect((await logIn("aws", wrong)).status).toBe(401);
  });
});

describe("the log of the functions", () => {
  it("says why a login was refused, and holds no proof of anybody's", () => {
    expect(edge.log()).toContain("it is a token of ci for another audience");
    expect(edge.log()).toContain("the request was signed for another registry");
    expect(edge.log()).toMatch(/STS answers 403 \(SignatureDoesNotMatch\)/);
    expect(edge.log()).not.toMatch(/eyJ|berth-aws-1|X-Amz-Signature/);
  });
});

const IN_GATE: readonly LoginClientName[] = ["docker", "crane", "regctl", "oras"];
const clients = process.env["BERTH_TEST_TIER"] === "full" ? LOGIN_CLIENT_NAMES : IN_GATE;

loginTests({ home: "AWS, played", clients, registry: edge.registry });
