import type { Policies } from "../access/policies.ts";
import { type AccessKeys, createAccessKeys } from "./access-keys.ts";
import type { IdentityPorts } from "./account.ts";
import { type Accounts, createAccounts } from "./accounts.ts";
import { type Administrators, createAdministrators } from "./administrators.ts";
import { type Authentication, createAuthentication } from "./authenticate.ts";
import { createChanges } from "./changes.ts";
import { createPasswords, type PasswordCost } from "./passwords.ts";
import { createRotate, type RotateAccessKey } from "./rotate-access-key.ts";

/** People, robots and their access keys: all that their administration does, and what a login asks. */
export interface Identities extends Accounts, AccessKeys, Authentication {
  readonly rotateAccessKey: RotateAccessKey;
  /** how often this process has done what may take somebody's way in away */
  readonly changes: () => number;
  readonly administratorsBy: (policies: Pick<Policies, "latest">) => Administrators;
}

export interface IdentityOptions extends IdentityPorts {
  /** what new passwords are hashed with; what they cost in earnest, where it is not given */
  readonly passwordCost?: PasswordCost;
}

export function createIdentities({ passwordCost, ...ports }: IdentityOptions): Identities {
  const passwords = createPasswords(passwordCost);
  const accounts = createAccounts(ports, passwords);
  const accessKeys = createAccessKeys(ports);
  const { count, counting } = createChanges();
  return {
    ...accounts,
    deleteAccount: counting(accounts.deleteAccount),
    setPassword: counting(accounts.setPassword),
    removePassword: counting(accounts.removePassword),
    ...accessKeys,
    revokeAccessKey: counting(accessKeys.revokeAccessKey),
    rotateAccessKey: counting(createRotate(ports)),
    changes: count,
    administratorsBy: (policies) => createAdministrators(ports, policies),
    ...createAuthentication(ports, passwords),
  };
}
