import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { pagesOf, signingKey } from "../../identities/support/issuer.ts";
import { tlsOptions } from "./tls.ts";

export interface IdTokens {
  readonly url: string;
  /** An ID token as a CI system hands to its jobs; good for an hour, where `claims` say nothing else. */
  readonly issue: (claims: Readonly<Record<string, unknown>>) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** An issuer of ID tokens on this machine, by https, as a registry wants it. */
export async function startIssuer(): Promise<IdTokens> {
  const key = await signingKey("1");
  const server = createServer(tlsOptions(), (request, response) => {
    const page = pages[request.url ?? ""];
    if (page) page(response);
    else response.writeHead(404).end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const url = `https://localhost:${(server.address() as AddressInfo).port}`;
  const pages = pagesOf(url, [key.publicJwk]);
  return {
    url,
    issue: (claims) => {
      const iat = Math.floor(Date.now() / 1000);
      return key.sign({ iss: url, aud: "berth", sub: "job", iat, nbf: iat, exp: iat + 3600, ...claims });
    },
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
