import { importJWK, jwtVerify } from "jose";
import { systemClock } from "../local/system-clock.ts";
import { EVERYTHING } from "../shared/access/rights.ts";
import { createSigner, createVerifier, generateKey } from "../shared/auth/jwt.ts";
import { parseScopes } from "../shared/auth/scope.ts";
import { narrowTo } from "../shared/auth/token-rights.ts";
import { createTokens } from "../shared/auth/tokens.ts";
import { median } from "./statistics.ts";

/**
 * What tokens cost a registry: time to issue and to verify them, beside what jose takes to verify the same
 * (docs/decisions/0019-tokens.md), and their size. Prints a table of medians.
 */

const SERVICE = { service: `berth-${systemClock.newId()}` };
const ROUNDS = 2000;
const WARM_UP = 500;

const key = await generateKey();
const signer = await createSigner(key, SERVICE);
const verifier = createVerifier([key], { ...SERVICE, now: systemClock.now });
const tokens = createTokens({ ...signer, ...verifier }, systemClock);
const { kty, crv, x, y } = key;
const imported = await importJWK({ kty, crv, x, y }, "ES256");
const byJose = (token: string) =>
  jwtVerify(token, imported, {
    algorithms: ["ES256"],
    issuer: SERVICE.service,
    audience: SERVICE.service,
    typ: "berth-access+jwt",
    requiredClaims: ["sub", "jti", "iat", "nbf", "exp"],
  });

const rightsFor = (repositories: number) => {
  const scopes = Array.from({ length: repositories }, (_, at) => `repository:team/service-${at}:pull,push`);
  return { subject: "robot:ci", ...narrowTo(parseScopes(scopes), EVERYTHING) };
};

async function timeOf(work: (round: number) => Promise<unknown>): Promise<string> {
  const times: number[] = [];
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    const start = performance.now();
    await work(round);
    if (round >= WARM_UP) times.push(performance.now() - start);
  }
  return `${median(times).toFixed(3)} ms`;
}

console.log("| scopes | bytes | issue | verify | jose verifies | verify again |");
console.log("|---|---|---|---|---|---|");
for (const scopes of [1, 10, 30]) {
  const rights = rightsFor(scopes);
  const known = await tokens.issueAccess(rights);
  const fresh = await Promise.all(Array.from({ length: WARM_UP + ROUNDS }, () => tokens.issueAccess(rights)));
  const issue = await timeOf(() => tokens.issueAccess(rights));
  const verify = await timeOf((round) => tokens.readAccess(fresh[round] ?? ""));
  const jose = await timeOf((round) => byJose(fresh[round] ?? ""));
  const again = await timeOf(() => tokens.readAccess(known));
  console.log(`| ${scopes} | ${known.length} | ${issue} | ${verify} | ${jose} | ${again} |`);
}
