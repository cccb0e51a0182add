import type { Policies } from "../access/policies.ts";
import type { Identities } from "../identities/identities.ts";
import { accessKeyEndpoints } from "./access-keys.ts";
import { accountEndpoints } from "./accounts.ts";
import type { Endpoint } from "./endpoint.ts";
import { policyEndpoints } from "./policy.ts";
import { SELF } from "./self.ts";

/** All that the administration does. */
export function administrationEndpoints(policies: Policies, identities: Identities): readonly Endpoint[] {
  const administrators = identities.administratorsBy(policies);
  return [
    SELF,
    ...accountEndpoints(identities, administrators),
    ...accessKeyEndpoints(identities, administrators),
    ...policyEndpoints(policies, administrators),
  ];
}
