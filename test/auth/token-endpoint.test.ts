import { describe, expect, it } from "vitest";
import { PEOPLE } from "./support/people.ts";
import { basic, form, tokenServer } from "./support/token-server.ts";

const server = tokenServer();
const { ask } = server;

interface Answer {
  readonly token: string;
  readonly access_token: string;
  readonly expires_in: number;
  readonly issued_at: string;
  readonly refresh_token?: string;
  readonly scope?: string;
  readonly errors?: readonly { readonly code: string; readonly message: string; readonly detail?: unknown }[];
}
const answer = async (response: Response | Promise<Response>) => (await (await response).json()) as Answer;
const login = (name: string) => basic(name, PEOPLE[name]?.secret ?? "");
const accessIn = async ({ token }: Answer) => {
  const read = await server.tokens().readAccess(token);
  if (read === "invalid") throw new Error("the endpoint issued a token that it does not take");
  return read;
};
const password = (name: string, more: Readonly<Record<string, string>> = {}) =>
  form({ grant_type: "password", username: name, password: PEOPLE[name]?.secret ?? "", ...more });

describe("GET of a token", () => {
  it("has all that distribution's specification names", async () => {
    const before = Date.now();
    const response = await ask(
      "/token?service=x&client_id=docker&account=ben&scope=repository:shop/a:pull",
      login("ben"),
    );
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const { token, access_token, expires_in, issued_at, ...rest } = await answer(response);
    expect(access_token).toBe(token);
    expect(expires_in).toBeGreaterThanOrEqual(60);
    expect(new Date(issued_at).toISOString()).toBe(issued_at);
    expect(Date.parse(issued_at)).toBeGreaterThanOrEqual(before);
    expect(rest).toEqual({});
  });

  it("grants of several scopes what is allowed of each", async () => {
    const query =
      "scope=repository:shop/a:pull,push&scope=repository:shop/public:pull,push+repository:other:pull";
    const access = await accessIn(await answer(ask(`/token?${query}`, login("ben"))));
    expect(access.subject).toBe("user:ben");
    expect(access.access).toEqual([
      { type: "repository", name: "shop/a", actions: ["pull", "push"] },
      { type: "repository", name: "shop/public", actions: ["pull"], refused: ["push"] },
      { type: "repository", name: "other", actions: [], refused: ["pull"] },
    ]);
  });

  it("answers 200 also where nothing is granted, and to who shows nothing", async () => {
    const access = await accessIn(await answer(ask("/token?scope=repository:shop/a:pull")));
    expect(access).toEqual({
      subject: "anonymous",
      access: [{ type: "repository", name: "shop/a", actions: [], refused: ["pull"] }],
    });
  });

  it("without a scope proves who it is", async () => {
    expect(await accessIn(await answer(ask("/token", login("ben"))))).toEqual({
      subject: "user:ben",
      access: [],
    });
  });

  it("gives a refresh token to who asks for one, and never to who shows nothing", async () => {
    expect((await answer(ask("/token?offline_token=true", login("ben")))).refresh_token).toBeTypeOf("string");
    expect((await answer(ask("/token?offline_token=false", login("ben")))).refresh_token).toBeUndefined();
    expect((await answer(ask("/token?offline_token=true"))).refresh_token).toBeUndefined();
  });

  it.each([
    ["a wrong secret", basic("ben", "wrong")],
    ["an unknown name", basic("nobody", "ben's secret")],
    ["nothing", basic("", "")],
    ["no colon", { headers: { Authorization: `Basic ${Buffer.from("ben").toString("base64")}` } }],
    ["another scheme", { headers: { Authorization: "Digest username=ben" } }],
    ["a bearer", { headers: { Authorization: "Bearer x.y.z" } }],
    ["no base64", { headers: { Authorization: "Basic ben:secret" } }],
  ])("refuses %s with the same 401", async (_, init) => {
    const response = await ask("/token?scope=repository:shop/a:pull", init);
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe('Basic realm="berth-test"');
    expect(await answer(response)).toEqual({
      errors: [{ code: "UNAUTHORIZED", message: "wrong name, password or key, or no longer valid" }],
    });
  });

  it("refuses more scopes than a header could hold the token of, and says so", async () => {
    const scopes = Array.from(
      { length: 60 },
      (_, at) => `scope=repository:shop/team-${at}/service:pull,push`,
    );
    const response = await ask(`/token?${scopes.join("&")}`, login("ada"));
    expect(response.status).toBe(400);
    const { errors } = await answer(response);
    expect(errors?.[0]?.detail).toEqual({
      reason: expect.stringMatching(/of at most 4096: ask for fewer scopes/),
    });
  });

  it("keeps the token of thirty scopes below 4 KB", async () => {
    const scopes = Array.from({ length: 30 }, (_, at) => `scope=repository:shop/team-${at}:pull`);
    const { token } = await answer(ask(`/token?${scopes.join("&")}`, login("ada")));
    expect(token.length).toBeLessThan(4096);
  });

  it("is all that there is, beside POST", async () => {
    for (const method of ["PUT", "DELETE", "PATCH", "HEAD"]) {
      const response = await ask("/token", { method });
      expect(response.status).toBe(405);
      expect(response.headers.get("allow")).toBe("GET, POST");
    }
  });
});

describe("POST for a token", () => {
  it("takes a name and a password, and tells which scopes were granted", async () => {
    const got = await answer(
      ask(
        "/token",
        password("ben", {
          scope: "repository:shop/a:pull,push repository:other:pull",
          service: "x",
          client_id: "c",
        }),
      ),
    );
    expect(got.scope).toBe("repository:shop/a:pull,push");
    expect(got.access_token).toBe(got.token);
    expect(got.refresh_token).toBeUndefined();
    expect((await accessIn(got)).subject).toBe("user:ben");
  });

  it("takes a refresh token, as long as who it is of is there", async () => {
    const { refresh_token = "" } = await answer(ask("/token", password("tag", { access_type: "offline" })));
    const again = form({ grant_type: "refresh_token", refresh_token, scope: "repository:shop/a:push" });
    const got = await answer(ask("/token", again));
    expect((await accessIn(got)).access).toEqual([
      { type: "repository", name: "shop/a", actions: ["push"], tags: ["v*"] },
    ]);
    server.people.revoke("tag");
    expect((await ask("/token", again)).status).toBe(401);
  });

  it("takes no access token for a refresh token", async () => {
    const { token } = await answer(ask("/token", password("ben")));
    expect((await ask("/token", form({ grant_type: "refresh_token", refresh_token: token }))).status).toBe(
      401,
    );
  });

  it.each([
    ["another grant", { grant_type: "client_credentials" }],
    ["no grant", {}],
    ["no password", { grant_type: "password", username: "ben" }],
    ["no refresh token", { grant_type: "refresh_token" }],
    ["a form without end", { grant_type: "password", username: "ben", password: "x".repeat(20_000) }],
  ])("refuses %s with 400", async (_, fields) => {
    const response = await ask("/token", form(fields));
    expect(response.status).toBe(400);
    expect((await answer(response)).errors?.[0]?.code).toBe("UNSUPPORTED");
  });

  it("refuses a wrong password with 401", async () => {
    const response = await ask(
      "/token",
      form({ grant_type: "password", username: "ben", password: "wrong" }),
    );
    expect(response.status).toBe(401);
  });
});
