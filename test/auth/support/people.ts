import type { Identity } from "../../../shared/access/identity.ts";
import type { Rights } from "../../../shared/access/rights.ts";
import type { Authenticator } from "../../../shared/auth/authenticate.ts";
import { grant, rights } from "./rights.ts";

interface Known {
  readonly secret: string;
  readonly rights: Rights;
}

/** A registry's people as a test wants them: each can be taken away while it runs. */
export interface People extends Authenticator {
  readonly rightsOf: (identity: Identity) => Promise<Rights>;
  /** how many times somebody was looked up by what they showed */
  readonly looked: () => number;
  readonly revoke: (name: string) => void;
}

export const PEOPLE: Readonly<Record<string, Known>> = {
  ada: { secret: "ada's secret", rights: rights([grant("**", ["pull", "push", "delete", "admin"])], true) },
  ben: {
    secret: "ben's secret",
    rights: rights([grant("shop/a", ["pull", "push"]), grant("shop/public", ["pull"])]),
  },
  rea: { secret: "rea's secret", rights: rights([grant("shop/**", ["pull"])], true) },
  tag: { secret: "tag's secret", rights: rights([grant("shop/a", ["pull", "push"], ["v*"])]) },
};
const NOTHING = rights([]);
/** of secrets, by how they begin */
const KINDS = new Map<string, "unguessable" | "impossible">([
  ["key ", "unguessable"],
  ["too ", "impossible"],
]);

export function people(): People {
  const known = new Map(Object.entries(PEOPLE));
  let looked = 0;
  const identityOf = (name: string): Identity => ({ kind: "person", name });
  return {
    authenticate: async ({ name, secret }) => {
      looked += 1;
      if (known.get(name)?.secret !== secret) return "unknown";
      return identityOf(name);
    },
    again: async (identity) =>
      identity.kind === "person" && known.has(identity.name) ? identity : "unknown",
    kindOf: ({ secret }) => KINDS.get(secret.slice(0, 4)) ?? "guessable",
    rightsOf: async (identity) =>
      (identity.kind === "person" ? known.get(identity.name)?.rights : undefined) ?? NOTHING,
    looked: () => looked,
    revoke: (name) => void known.delete(name),
  };
}
