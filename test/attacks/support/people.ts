import type { Attacked, Sender } from "./attacked.ts";
import type { Login } from "./home.ts";

/** Who is known to an attacked registry; outside.ts says who may do what. */
export interface People {
  readonly admin: Login;
  /** may do everything but administer */
  readonly ada: Login;
  /** may pull and push shop/a */
  readonly ben: Login;
  /** as ben, with a password instead of an access key */
  readonly pat: Login;
  /** may pull shop/a */
  readonly rea: Login;
  /** may push tags that begin with v to shop/a */
  readonly tag: Login;
}

const PASSWORD = "correct horse battery staple";

/** Makes them, as an administrator does. */
export async function furnish(fetch: Attacked["fetch"], admin: Login): Promise<People> {
  const send = async (method: string, path: string, body: object, as: Sender = admin): Promise<unknown> => {
    const init = { method, body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    const answer = await fetch(`/v2/_berth/${path}`, init, as);
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? undefined : answer.json();
  };
  const withKey = async (kind: "people" | "robots", name: string): Promise<Login> => {
    await send("POST", kind, { name });
    const owner = `${kind === "people" ? "user" : "robot"}:${name}`;
    const made = (await send("POST", "keys", { owner, name: "test" })) as { readonly secret: string };
    return { name, secret: made.secret };
  };
  await send("POST", "people", { name: "pat" });
  await send("PUT", "people/pat/password", { password: PASSWORD });
  return {
    admin,
    ada: await withKey("people", "ada"),
    ben: await withKey("people", "ben"),
    pat: { name: "pat", secret: PASSWORD },
    rea: await withKey("robots", "rea"),
    tag: await withKey("robots", "tag"),
  };
}
