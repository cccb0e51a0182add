import type { TokenIssuer } from "./token-issuer.ts";

/** How a registry asks for a login: not at all, by Basic, or by the bearer tokens of this issuer. */
export type Login = "none" | "basic" | TokenIssuer;

export const LOGIN = { name: "me", secret: "s3cr3t" } as const;

/** As htpasswd has it: bcrypt of that. */
export const HTPASSWD = "me:$2a$04$IJhNu9qrl.0TJmNOHNzKCe3X9XvJ0akXvGMBglgREXCa49herKJhq\n";
