import type { Identity } from "../access/identity.ts";
import { accessKeyIdOf } from "./access-key-secret.ts";

/** The user names that go with what is no secret of an account: `docker login -u oidc`. No account is called so. */
export const OIDC_NAME = "oidc";
export const AWS_NAME = "aws";

/** Whose credentials these are: "unknown" where they are not this kind's, or wrong. */
export type Authenticate = (credentials: {
  readonly name: string;
  readonly secret: string;
}) => Promise<Identity | "unknown">;

/** Whether somebody might find such credentials by trying: a password, and nothing else that is taken. */
export const isGuessable = ({ name, secret }: { readonly name: string; readonly secret: string }): boolean =>
  name !== OIDC_NAME && name !== AWS_NAME && accessKeyIdOf(secret) === undefined;
