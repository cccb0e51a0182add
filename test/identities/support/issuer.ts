import { once } from "node:events";
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { afterAll, beforeAll } from "vitest";

type Page = (response: ServerResponse) => void;
/** What an issuer answers; a path that is not there is answered 404. */
type Pages = Record<string, Page>;

export interface SigningKey {
  readonly kid: string;
  readonly publicJwk: JWK;
  readonly sign: (payload: object, header?: Readonly<Record<string, unknown>>) => Promise<string>;
}

/** A key as issuers sign with. */
export async function signingKey(kid: string, algorithm = "RS256"): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
  return {
    kid,
    publicJwk: { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: "sig" },
    sign: (payload, header = {}) =>
      new SignJWT({ ...payload })
        .setProtectedHeader({ alg: algorithm, kid, ...header })
        .sign(privateKey, { crit: { urgent: true } }),
  };
}

/** An issuer of ID tokens behind a real socket on this machine, for the tests of the file. */
export interface TestIssuer {
  readonly url: string;
  /** what it answers, to be changed at will */
  pages: Pages;
  /** paths that were asked for, in order */
  readonly asked: string[];
}

export function issuer({
  tls,
}: {
  /** a certificate with its key */ readonly tls?: ServerOptions;
} = {}): TestIssuer {
  const asked: string[] = [];
  const state: { pages: Pages; url: string } = { pages: {}, url: "" };
  const answer: RequestListener = (request, response) => {
    const path = request.url ?? "";
    asked.push(path);
    const page = state.pages[path];
    if (page) page(response);
    else response.writeHead(404).end();
  };
  const server = tls ? createTlsServer(tls, answer) : createServer(answer);
  beforeAll(async () => {
    await once(server.listen(0, "127.0.0.1"), "listening");
    state.url = `${tls ? "https" : "http"}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    asked,
    get url() {
      return state.url;
    },
    get pages() {
      return state.pages;
    },
    set pages(pages) {
      state.pages = pages;
    },
  };
}

export const DISCOVERY = "/.well-known/openid-configuration";
export const KEYS = "/keys";

export const json =
  (value: unknown): Page =>
  (response) =>
    response.setHeader("Content-Type", "application/json").end(JSON.stringify(value));

/** What an issuer at `url` answers that has these keys; `changes` of its discovery document. */
export function pagesOf(url: string, keys: readonly JWK[], changes: object = {}): Pages {
  return {
    [DISCOVERY]: json({
      issuer: url,
      jwks_uri: `${url}${KEYS}`,
      id_token_signing_alg_values_supported: ["RS256", "ES256"],
      ...changes,
    }),
    [KEYS]: json({ keys }),
  };
}
