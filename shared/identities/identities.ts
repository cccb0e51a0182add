import type { Policies } from "../access/policies.ts";
import { type AccessKeys, createAccessKeys } from "./access-keys.ts";
import type { IdentityPorts } from "./account.ts";
import { type Accounts, createAccounts } from "./accounts.ts";
import { type Administrators, createAdministrators } from "./administrators.ts";
import { type Authentication, createAuthentication } from "./authenticate.ts";
import { createPasswords, type PasswordCost } from "./passwords.ts";
import { createRotate, type RotateAccessKey } from "./rotate-access-key.ts";

/** People, robots and their access keys: all that their administration does, and what a login asks. */
export interface Identities extends Accounts, AccessKeys, Authentication {
  readonly rotateAccessKey: RotateAccessKey;
  readonly administratorsBy: (policies: Pick<Policies, "latest">) => Administrators;
}

export interface IdentityOptions extends IdentityPorts {
  /** what new passwords are hashed with; what they cost in earnest, where it is not given */
  readonly passwordCost?: PasswordCost;
}

export function createIdentities({ passwordCost, ...ports }: IdentityOptions): Identities {
  const passwords = createPasswords(passwordCost);
  return {
    ...createAccounts(ports, passwords),
    ...createAccessKeys(ports),
    rotateAccessKey: createRotate(ports),
    administratorsBy: (policies) => createAdministrators(ports, policies),
    ...createAuthentication(ports, passwords),
  };
}
