import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from "jose";
import { onTestFinished } from "vitest";
import { startServer } from "../../../shared/server/server.ts";
import { json, type TokenAsk, tokenServer } from "../../client/support/guards.ts";
import { collectDefects } from "../../support/defects.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { LOGIN } from "./logins.ts";

/** A token server of Docker's kind, which signs what a registry verifies, for whoever knows the password. */
export interface TokenIssuer {
  readonly realm: string;
  readonly service: string;
  readonly issuer: string;
  /** files with its public key */
  readonly keys: { readonly jwks: string; readonly pem: string };
  /** what it was asked so far */
  readonly asks: readonly TokenAsk[];
}

const SERVICE = "tests";
const ISSUER = "tests";
const KEY = "tests";
const RIGHT = `Basic ${Buffer.from(`${LOGIN.name}:${LOGIN.secret}`).toString("base64")}`;

const LIFETIME = 60;

/**
 * For the test that runs. Says of every token that it lasts a minute. So it is, but for the first one that may push, where `firstPushLasts` says how
 * many seconds it does.
 */
export async function startTokenIssuer({ firstPushLasts = LIFETIME } = {}): Promise<TokenIssuer> {
  const folder = await temporaryFolder();
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const keys = { jwks: join(folder.path, "jwks.json"), pem: join(folder.path, "key.pem") };
  const jwk = { ...(await exportJWK(publicKey)), kid: KEY, alg: "ES256", use: "sig" };
  await writeFile(keys.jwks, JSON.stringify({ keys: [jwk] }));
  await writeFile(keys.pem, await exportSPKI(publicKey));
  const asks: TokenAsk[] = [];
  const handler = tokenServer(asks, ({ authorization }) => json(authorization === RIGHT ? 200 : 401, {}));
  const server = await startServer({
    settings: { host: "127.0.0.1", port: 0, idleMilliseconds: 60_000, maxConnections: 100 },
    handler: async (request) => {
      const answer = await handler(request);
      const scopes = scopesOf(asks.at(-1));
      if (answer.status !== 200) return answer;
      const isFirstPush = mayPush(scopes) && asks.filter((ask) => mayPush(scopesOf(ask))).length === 1;
      const token = await sign(scopes, privateKey, isFirstPush ? firstPushLasts : LIFETIME);
      return json(200, { token, expires_in: LIFETIME });
    },
    log: collectDefects().log,
  });
  onTestFinished(async () => {
    await server.stop(0);
    await folder.remove();
  });
  return {
    realm: `${server.url}/token`,
    service: SERVICE,
    issuer: ISSUER,
    keys,
    asks,
  };
}

const scopesOf = (ask: TokenAsk | undefined): readonly string[] => ask?.fields.getAll("scope") ?? [];
const mayPush = (scopes: readonly string[]): boolean => scopes.some((scope) => /[:,]push\b/.test(scope));

function sign(
  scopes: readonly string[],
  key: Parameters<SignJWT["sign"]>[0],
  lifetime: number,
): Promise<string> {
  const access = scopes.map((scope) => {
    const [type = "", name = "", actions = ""] = scope.split(":");
    return { type, name, actions: actions.split(",") };
  });
  return new SignJWT({ access })
    .setProtectedHeader({ alg: "ES256", kid: KEY })
    .setIssuer(ISSUER)
    .setAudience(SERVICE)
    .setIssuedAt()
    .setNotBefore("0s")
    .setExpirationTime(`${lifetime}s`)
    .setJti("1")
    .sign(key);
}
