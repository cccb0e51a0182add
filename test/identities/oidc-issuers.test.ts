import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { OciError } from "../../shared/oci/errors.ts";
import { DISCOVERY, issuer, json, KEYS, pagesOf, type SigningKey, signingKey } from "./support/issuer.ts";
import { type OidcLogin, oidcLogin } from "./support/oidc.ts";

const AUDIENCE = "registry.example.com";
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const ci = issuer();
const elsewhere = issuer();
let key: SigningKey;
let next: SigningKey;
let oidc: OidcLogin;
beforeAll(async () => {
  [key, next] = await Promise.all([signingKey("one"), signingKey("two")]);
});
beforeEach(() => {
  ci.pages = pagesOf(ci.url, [key.publicJwk]);
  ci.asked.length = 0;
  elsewhere.asked.length = 0;
  oidc = oidcLogin([{ name: "ci", issuer: ci.url, audience: [AUDIENCE] }]);
});

const tokenOf = (by: SigningKey, iss = ci.url): Promise<string> => {
  const now = Math.floor(oidc.clock.now() / 1000);
  return by.sign({ iss, aud: AUDIENCE, sub: "build", iat: now, exp: now + 300 });
};
const login = async (by = key) => oidc.login(await tokenOf(by));
const loggedIn = expect.objectContaining({ kind: "oidc", issuer: "ci" });
const troubleOf = async (work: Promise<unknown>): Promise<unknown> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(OciError);
  return error;
};
const unavailable = (reason: RegExp) => ({
  reason: "UNAVAILABLE",
  detail: { reason: expect.stringMatching(new RegExp(`^the issuer ci can't be asked: .*${reason.source}`)) },
});

describe("the keys of an issuer", () => {
  it("are asked for once, however many log in at once or after each other", async () => {
    expect(await Promise.all([login(), login(), login()])).toEqual([loggedIn, loggedIn, loggedIn]);
    oidc.clock.move(9 * MINUTE);
    expect(await login()).toEqual(loggedIn);
    expect(ci.asked).toEqual([DISCOVERY, KEYS]);
  });

  it("are asked for again when a token comes of one that is not among them", async () => {
    await login();
    ci.pages = pagesOf(ci.url, [key.publicJwk, next.publicJwk]);
    oidc.clock.move(MINUTE);
    expect(await login(next)).toEqual(loggedIn);
  });

  it("are not asked for more than twice a minute, whatever keys tokens are made up with", async () => {
    await login();
    for (let seconds = 0; seconds < 60; seconds += 5) {
      oidc.clock.move(5000);
      expect(await login(next)).toBe("unknown");
      expect(oidc.refusals.at(-1)).toBe("it is signed with no key of ci");
    }
    expect(ci.asked.filter((path) => path === KEYS)).toHaveLength(3);
  });

  it("are forgotten within minutes once the issuer has withdrawn them", async () => {
    await login();
    ci.pages = pagesOf(ci.url, [next.publicJwk]);
    oidc.clock.move(11 * MINUTE);
    expect(await login()).toBe("unknown");
  });

  it("serve on for a day while the issuer is away, and no longer", async () => {
    await login();
    ci.pages = {};
    oidc.clock.move(23 * HOUR);
    expect(await login()).toEqual(loggedIn);
    oidc.clock.move(2 * HOUR);
    expect(await troubleOf(login())).toMatchObject(unavailable(/answers 404/));
    ci.pages = pagesOf(ci.url, [key.publicJwk]);
    oidc.clock.move(MINUTE);
    expect(await login()).toEqual(loggedIn);
  });

  it("are forgotten, those that were asked for first, when there are many issuers", async () => {
    const urls = Array.from({ length: 101 }, (_, at) => `${ci.url}/${at}`);
    oidc = oidcLogin(urls.map((url) => ({ name: "ci", issuer: url, audience: [AUDIENCE] })));
    for (const [at, url] of urls.entries()) {
      const { [DISCOVERY]: description, [KEYS]: keys } = pagesOf(url, [key.publicJwk]);
      Object.assign(ci.pages, { [`/${at}${DISCOVERY}`]: description, [`/${at}${KEYS}`]: keys });
    }
    for (const url of [...urls, ...urls.slice(1), ...urls.slice(0, 1)]) {
      expect(await oidc.login(await tokenOf(key, url))).toEqual(loggedIn);
    }
    const askedFor = (at: number) => ci.asked.filter((path) => path === `/${at}${KEYS}`).length;
    expect([askedFor(0), askedFor(1), askedFor(100)]).toEqual([2, 1, 1]);
  });

  it("may lie on another host, which the issuer names", async () => {
    ci.pages = pagesOf(ci.url, [], { jwks_uri: `${elsewhere.url}${KEYS}` });
    elsewhere.pages = pagesOf(elsewhere.url, [key.publicJwk]);
    expect(await login()).toEqual(loggedIn);
    expect(elsewhere.asked).toEqual([KEYS]);
  });
});

describe("an issuer that can't be asked", () => {
  const redirect = (to: string) => (response: ServerResponse) => {
    response.writeHead(302, { Location: to }).end();
  };
  const endless = (response: ServerResponse) => {
    const more = () => {
      while (response.writable && response.write("x".repeat(65_536)));
    };
    response.on("drain", more);
    more();
  };

  const nested = (response: ServerResponse) => {
    const depth = 125_000;
    response.end(`{"keys":${"[".repeat(depth)}${"]".repeat(depth)}}`);
  };
  const packed = (response: ServerResponse) => {
    response.writeHead(200, { "Content-Encoding": "gzip" }).end(gzipSync(Buffer.alloc(64 * 1024 * 1024)));
  };

  it.each<[string, string, () => (response: ServerResponse) => void, RegExp]>([
    ["redirects its discovery document", DISCOVERY, () => redirect(`${elsewhere.url}/d`), /answers 302/],
    ["redirects its keys", KEYS, () => redirect(`${elsewhere.url}${KEYS}`), /answers 302/],
    ["answers an error", DISCOVERY, () => (response) => response.writeHead(500).end(), /answers 500/],
    ["answers no JSON", DISCOVERY, () => (response) => response.end("<html>"), /no JSON object/],
    ["answers JSON that is no object", KEYS, () => json("keys"), /no JSON object/],
    ["answers keys that are none", KEYS, () => json({ keys: "none" }), /no JSON Web Key Set/],
    ["answers keys as deep as fits", KEYS, () => nested, /no JSON Web Key Set/],
    ["answers without an end", KEYS, () => endless, /more than 262144 bytes/],
    ["answers little that unpacks to much", KEYS, () => packed, /more than 262144 bytes/],
    ["breaks off", KEYS, () => (response) => response.destroy(), /can't be reached \(\w+\)/],
    ["names another issuer", DISCOVERY, () => json({ issuer: "https://issuer.example" }), /another issuer/],
    ["names no keys", DISCOVERY, () => json({ issuer: ci.url }), /names no keys/],
    [
      "has its keys behind a password",
      DISCOVERY,
      () => json({ issuer: ci.url, jwks_uri: ci.url.replace("//", "//a:b@") }),
      /only https/,
    ],
    [
      "has its keys at http",
      DISCOVERY,
      () => json({ issuer: ci.url, jwks_uri: "http://10.0.0.1/keys" }),
      /only https/,
    ],
    [
      "has its keys in a file",
      DISCOVERY,
      () => json({ issuer: ci.url, jwks_uri: "file:///etc" }),
      /only https/,
    ],
  ])("makes the login fail with a clear error when it %s", async (_, path, page, reason) => {
    elsewhere.pages = pagesOf(elsewhere.url, [key.publicJwk]);
    ci.pages[path] = page();
    expect(await troubleOf(login())).toMatchObject(unavailable(reason));
    expect(elsewhere.asked).toEqual([]);
  });

  it("makes the login fail when it does not answer", async () => {
    oidc = oidcLogin([{ name: "ci", issuer: ci.url, audience: [AUDIENCE] }], { patience: 50 });
    ci.pages[KEYS] = () => {};
    expect(await troubleOf(login())).toMatchObject(unavailable(/does not answer within 0.05 s/));
  });

  it("makes no login by another issuer wait", async () => {
    oidc = oidcLogin([
      { name: "ci", issuer: ci.url, audience: [AUDIENCE] },
      { name: "other", issuer: elsewhere.url, audience: [AUDIENCE] },
    ]);
    elsewhere.pages = pagesOf(elsewhere.url, [key.publicJwk]);
    const held = Promise.withResolvers<ServerResponse>();
    ci.pages[KEYS] = held.resolve;
    const waiting = login();
    const response = await held.promise;
    expect(await oidc.login(await tokenOf(key, elsewhere.url))).toMatchObject({ issuer: "other" });
    json({ keys: [key.publicJwk] })(response);
    expect(await waiting).toEqual(loggedIn);
  });

  it("is left alone for half a minute, in which logins fail at once", async () => {
    ci.pages = {};
    await troubleOf(login());
    expect(await troubleOf(login())).toMatchObject(unavailable(/answers 404/));
    expect(ci.asked).toEqual([DISCOVERY]);
    ci.pages = pagesOf(ci.url, [key.publicJwk]);
    oidc.clock.move(30_000);
    expect(await login()).toEqual(loggedIn);
  });

  it("has broken keys among good ones without harm to those", async () => {
    ci.pages = pagesOf(ci.url, [{ kty: "RSA", kid: "two", n: "AQAB", e: "AQAB" }, key.publicJwk]);
    expect(await login()).toEqual(loggedIn);
    expect(await login(next)).toBe("unknown");
  });
});

describe("an issuer without encryption", () => {
  it("is never asked, unless tests on this machine allow it", async () => {
    oidc = oidcLogin([{ name: "ci", issuer: ci.url, audience: [AUDIENCE] }], { loopback: false });
    expect(await troubleOf(login())).toMatchObject(unavailable(/only https/));
    const outside = "http://issuer.example";
    oidc = oidcLogin([{ name: "ci", issuer: outside, audience: [AUDIENCE] }]);
    expect(await troubleOf(oidc.login(await tokenOf(key, outside)))).toMatchObject(unavailable(/only https/));
    expect(oidc.asked).toEqual([]);
  });
});
