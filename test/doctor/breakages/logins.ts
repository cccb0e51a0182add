import { signLogin } from "../../../local/credential-helper/sign-login.ts";
import type { AwsAtHand } from "../../../local/doctor/aws.ts";
import { createSigner, generateKey, type Signer, type Verifier } from "../../../shared/auth/jwt.ts";
import { StoreUnavailableError } from "../../../shared/ports/table.ts";
import { ROLE, USER } from "../../identities/support/aws.ts";
import { createSts } from "../../identities/support/sts.ts";
import { answering, type Breakage, withHeader } from "../support/breaking.ts";
import { DOCTOR, type Guard, SERVICE } from "../support/guard.ts";
import type { Run } from "../support/patient.ts";

export const RULES = `- { who: user:doctor, may: [pull, push, delete], on: '**' }
- { who: { aws: "arn:aws:iam::111122223333:role/Deployer" }, may: [pull, push], on: '**' }`;

const HOUR = 3_600_000;
const sts = createSts([ROLE], Date.now);

/** These AWS credentials at hand, and the one STS of all. */
export const atHand = (credentials: typeof ROLE | typeof USER): AwsAtHand => ({
  login: async (registry, at) => ({
    kind: "password",
    secret: await signLogin({ credentials, region: "eu-central-1" }, registry, at),
  }),
  fetch: sts.fetch,
});

export interface LoginBreakage extends Breakage {
  readonly guard: Guard;
  readonly run: Run;
}

type Keys = Signer & Verifier;
const guard = (parts: Partial<Guard> = {}): Guard => ({ rules: RULES, sts: sts.fetch, ...parts });
/** Of tokens alone. */
const run: Run = { credentials: DOCTOR };
const withAws: Run = { ...run, aws: atHand(ROLE) };

const away = () => Promise.reject(new TypeError("fetch failed"));

/** Takes whatever a token says of itself. */
const believing = async (keys: Keys): Promise<Keys> => ({
  ...keys,
  verify: async (token) => {
    const [, claims = ""] = token.split(".");
    return JSON.parse(Buffer.from(claims, "base64url").toString());
  },
});

export const LOGIN_BREAKAGES: readonly LoginBreakage[] = [
  {
    check: "token.issue",
    by: "a KMS that does not sign",
    guard: guard({
      keys: async (keys) => ({
        ...keys,
        sign: () => Promise.reject(new StoreUnavailableError("kms: it answers 400 (AccessDeniedException)")),
      }),
    }),
    run,
    problem: /^127\.0\.0\.1:\d+ gives no token: it answers 503/,
    cure: /kms:Sign on the newest key/,
  },
  {
    check: "token.form",
    by: "a function that was told of another service",
    guard: guard(),
    breaks: answering({}, (answer) => {
      const challenge = answer.headers["WWW-Authenticate"];
      return challenge === undefined
        ? answer
        : withHeader(answer, "WWW-Authenticate", challenge.replace(SERVICE, "berth-other"));
    }),
    run,
    problem: /has iss "berth-patient", not "berth-other"$/,
    cure: /BERTH_SERVICE/,
  },
  {
    check: "token.clock",
    by: "a clock that is an hour ahead",
    guard: guard({ now: () => Date.now() + HOUR }),
    run,
    problem: /^the registry's clock is 3\d{3} s ahead of this machine's$/,
    cure: /set the clock that is wrong/,
  },
  {
    check: "token.accepted",
    by: "a KMS that signs with another key than its public one",
    guard: guard({
      keys: async ({ verify, sign }) => {
        const kid = keyOf(await sign({ sub: "x", jti: "x", iat: 0, exp: 1 }, "berth-access+jwt"));
        const signer = await createSigner({ ...(await generateKey()), kid }, { service: SERVICE });
        return { verify, ...signer };
      },
    }),
    run: withAws,
    problem: /refuses the token: 401 \(invalid_token\)$/,
    cure: /kms:GetPublicKey on each key/,
  },
  {
    check: "token.tampered",
    by: "functions that verify no signature",
    guard: guard({ keys: believing }),
    run,
    problem: /^GET \/v2\/ answered 200 to a token with another signature, not 401$/,
    cure: /close the registry to strangers/,
  },
  {
    check: "aws.login",
    by: "AWS credentials that STS does not know",
    guard: guard(),
    run: { ...run, aws: atHand(USER) },
    problem: /^STS refuses the AWS credentials at hand: 403 \(InvalidClientTokenId\)$/,
    cure: /aws sso login/,
  },
  {
    check: "aws.login",
    by: "a registry that can't reach STS",
    guard: guard({ sts: away }),
    run: withAws,
    problem: /^the registry refuses them: 503 \(sts\.eu-central-1\.amazonaws\.com can't be reached\)$/,
    cure: /reach the hosts of AWS STS/,
  },
  {
    check: "aws.login",
    by: "a registry that does not know its own name",
    guard: guard({ hosts: ["registry.example.com"] }),
    run: withAws,
    problem: /^the registry refuses them: 401, while STS knows them as arn:aws:sts::1/,
    cure: /--public-url https:\/\/127\.0\.0\.1:\d+/,
  },
  {
    check: "aws.login",
    by: "the same, and nobody here who could ask STS",
    guard: guard({ hosts: ["registry.example.com"] }),
    run: { ...run, aws: { ...atHand(ROLE), fetch: away } },
    problem: /401; why, STS can't be asked from here: sts\.eu-central-1\.amazonaws\.com can't be reached$/,
    cure: /reach the hosts of AWS STS/,
  },
  {
    check: "token.clock",
    by: "a clock that is an hour behind, so that no signed login is good",
    guard: guard({ now: () => Date.now() - HOUR }),
    run: withAws,
    problem: /^the registry's clock is 3\d{3} s behind this machine's$/,
    cure: /a login that AWS credentials sign is good for a quarter of an hour/,
  },
];

function keyOf(token: string): string {
  const [header = ""] = token.split(".");
  return (JSON.parse(Buffer.from(header, "base64url").toString()) as { readonly kid: string }).kid;
}
