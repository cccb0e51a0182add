import type { Identity } from "../access/identity.ts";

/** Whose credentials these are: "unknown" where they are not this kind's, or wrong. */
export type Authenticate = (credentials: {
  readonly name: string;
  readonly secret: string;
}) => Promise<Identity | "unknown">;
