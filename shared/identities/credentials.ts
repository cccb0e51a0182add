import type { Identity } from "../access/identity.ts";
import { accessKeyIdOf } from "./access-key-secret.ts";
import { LONGEST_TRIED } from "./passwords.ts";

/** The user names that go with what is no secret of an account: `docker login -u oidc`. No account is called so. */
export const OIDC_NAME = "oidc";
export const AWS_NAME = "aws";

export interface Credentials {
  readonly name: string;
  readonly secret: string;
  /** the network that they come from; of those who are not told apart, where it is not given */
  readonly from?: string;
}

/** Whose credentials these are: "unknown" where they are not this kind's, or wrong. */
export type Authenticate = (credentials: Credentials) => Promise<Identity | "unknown">;

/** characters: three times what a name has */
const LONGEST_NAME = 300;

/** Somebody might find a password by trying, and nothing else that is taken; what is too long for one is none. */
export function kindOf({ name, secret }: Credentials): "guessable" | "unguessable" | "impossible" {
  if (name.length > LONGEST_NAME) return "impossible";
  if (name === OIDC_NAME || name === AWS_NAME || accessKeyIdOf(secret) !== undefined) return "unguessable";
  return secret.length > LONGEST_TRIED ? "impossible" : "guessable";
}
