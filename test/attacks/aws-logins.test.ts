import { describe, expect, it } from "vitest";
import { signLogin } from "../../local/credential-helper/sign-login.ts";
import { HOST, password, ROLE, USER } from "../identities/support/aws.ts";
import { type Presigning, presign } from "../identities/support/sts.ts";
import { attacked, basic, type Sender } from "./support/attacked.ts";
import { byHead, DELETE, everything, notByHead, PUSH, READ } from "./support/attempts.ts";

const berth = attacked();
const TOKEN = { path: "/token?scope=repository:shop/a:pull,push" };
const MINUTE = 60_000;

/** As docker logs in with it. */
const by = (secret: string): Sender => ({ authorization: basic({ name: "aws", secret }) });
/** As the helper signs it. */
const signed = (credentials: typeof ROLE | typeof USER, registry = berth.name) =>
  signLogin({ credentials, region: "eu-central-1" }, registry, Date.now());
/** What the helper would not sign. */
const crafted = (changes: Partial<Presigning> = {}) =>
  presign({
    account: ROLE,
    region: "eu-central-1",
    host: HOST,
    headers: { "x-berth-registry": berth.name },
    query: { Action: "GetCallerIdentity", Version: "2011-06-15" },
    at: Date.now(),
    expiresIn: 900,
    ...changes,
  });

describe("a request to AWS", () => {
  it("lets a role in as far as the policy lets it, once STS has said whose it is", async () => {
    const as = by(await signed(ROLE));
    expect(await berth.outcomes([READ, TOKEN], as)).toEqual([200]);
    expect(await berth.outcomes([DELETE, ...notByHead(everything("shop/ab"))], as)).toEqual([403]);
    expect(await berth.outcomes(byHead(everything("shop/ab")), as)).toEqual([404]);
    expect(berth.outside.sts.asked).not.toEqual([]);
  });

  it("lets in who may do nothing, where the policy names somebody else", async () => {
    expect(await berth.outcomes([READ, PUSH, DELETE], by(await signed(USER)))).toEqual([403]);
  });

  it("that was signed for another registry is worth nothing here, and STS is not asked", async () => {
    const asked = berth.outside.sts.asked.length;
    for (const registry of ["evil.example", `${berth.name}.evil.example`, `${berth.name}:8443`, ""]) {
      const url = await crafted({ headers: { "x-berth-registry": registry } });
      expect(await berth.outcomes([READ, TOKEN], by(password(url, registry)))).toEqual([401]);
    }
    expect(berth.outside.sts.asked).toHaveLength(asked);
  });

  it.each<[string, () => Promise<string>]>([
    [
      "signed for another registry that says it was for this one",
      () => crafted({ headers: { "x-berth-registry": "evil.example" } }),
    ],
    ["that is too old", () => crafted({ at: Date.now() - 16 * MINUTE })],
    ["from the future", () => crafted({ at: Date.now() + 10 * MINUTE })],
    ["of somebody else's key", () => crafted({ account: { ...ROLE, secretAccessKey: "guessed" } })],
    [
      "of a session without its token",
      () =>
        crafted({
          account: { accessKeyId: ROLE.accessKeyId, secretAccessKey: ROLE.secretAccessKey, arn: ROLE.arn },
        }),
    ],
    ["for another action", () => crafted({ query: { Action: "GetSessionToken", Version: "2011-06-15" } })],
    [
      "whose signature was changed",
      async () => (await crafted()).replace(/.$/, (last) => (last === "0" ? "1" : "0")),
    ],
    ["to another host", () => crafted({ host: "sts.evil.example" })],
    [
      "to a host that only begins as STS does",
      async () => (await crafted()).replace(HOST, `${HOST}.evil.example`),
    ],
    ["to the machine's own credentials", async () => (await crafted()).replace(HOST, "169.254.169.254")],
  ])("%s is worth nothing", async (_, make) => {
    const secret = password(await make(), berth.name);
    expect(await berth.outcomes([READ, TOKEN], by(secret))).toEqual([401]);
    expect(new Set(berth.outside.sts.reached)).toEqual(new Set([`${HOST}:443`]));
  });

  it("is no bearer token, and no password of a person's", async () => {
    const secret = await signed(ROLE);
    expect(await berth.outcomes([READ, PUSH], { token: secret })).toEqual([401]);
    for (const name of ["tag", "oidc", "AWS"])
      expect(await berth.outcomes([TOKEN], { name, secret })).toEqual([401]);
  });

  it("is in no log", async () => {
    const secret = await signed(ROLE);
    await berth.fetch(TOKEN.path, {}, by(secret));
    expect(await berth.logged()).not.toContain(secret.slice(20));
    expect(await berth.logged()).not.toContain("X-Amz-Signature");
  });
});
