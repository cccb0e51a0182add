import type { Identity } from "../access/identity.ts";
import type { Policies } from "../access/policies.ts";
import { allows } from "../access/rights.ts";
import { rightsOf } from "../access/rights-of.ts";
import type { Identities } from "../identities/identities.ts";
import { accessKeyEndpoints } from "./access-keys.ts";
import { accountEndpoints } from "./accounts.ts";
import type { AdministrationOptions } from "./administration.ts";
import type { Endpoint } from "./endpoint.ts";
import { policyEndpoints } from "./policy.ts";
import { SELF } from "./self.ts";

/** All that the administration does, and for whom. */
export const administrationOf = (
  policies: Policies,
  identities: Identities,
): Pick<AdministrationOptions, "endpoints" | "mayStill"> => ({
  endpoints: endpointsOf(policies, identities),
  mayStill: async (identity: Identity) => {
    const now = await identities.again(identity);
    if (now === "unknown") return false;
    return allows(rightsOf((await policies.inForce()).policy, now), { administration: true });
  },
});

function endpointsOf(policies: Policies, identities: Identities): readonly Endpoint[] {
  const administrators = identities.administratorsBy(policies);
  return [
    SELF,
    ...accountEndpoints(identities, administrators),
    ...accessKeyEndpoints(identities, administrators),
    ...policyEndpoints(policies, administrators),
  ];
}
