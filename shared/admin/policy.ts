import { PolicyError } from "../access/complaints.ts";
import type { Policies, PolicyInForce } from "../access/policies.ts";
import type { Policy } from "../access/policy.ts";
import { json } from "../http/answers.ts";
import type { HttpAnswer } from "../http/messages.ts";
import { parseQuery } from "../http/query.ts";
import type { Administrators } from "../identities/administrators.ts";
import { OciError } from "../oci/errors.ts";
import { readBody } from "./body.ts";
import { administered, type Endpoint } from "./endpoint.ts";
import { flag, object, optional, text } from "./fields.ts";
import { timeText } from "./names.ts";

const NEW_POLICY = object({
  policy: text(() => true, "a policy as a text"),
  force: optional(flag),
});
/** bytes of the body: JSON may take several for one of the policy, which is bounded itself */
const MOST = 512 * 1024;

/** The policy in force: seen, set, and reset to the one that the registry was started with. */
export const policyEndpoints = (
  policies: Policies,
  administrators: Pick<Administrators, "under">,
): readonly Endpoint[] => [
  administered("GET", "policy", async () => shown(await policies.inForce())),
  administered("PUT", "policy", async ({ request, access }) => {
    const { policy, force = false } = await readBody(request, NEW_POLICY, MOST);
    const next = orInvalid(() => policies.parse(policy));
    const { name } = access.caller;
    return shown(await policies.set(policy, name, ...(force ? [] : [administrators.under(next)])));
  }),
  administered("DELETE", "policy", async ({ request }) => {
    const force = parseQuery(request.query).get("force") === "true";
    const demands = force ? [] : [administrators.under(policies.start.policy)];
    return shown(await policies.reset(...demands));
  }),
];

const shown = ({ text: policy, source }: PolicyInForce): HttpAnswer =>
  json(200, {
    source: source.kind,
    ...(source.kind === "set" && { since: timeText(source.since), actor: source.actor }),
    policy,
  });

/** POLICY_INVALID with the complaints. */
function orInvalid(parse: () => Policy): Policy {
  try {
    return parse();
  } catch (cause) {
    if (!(cause instanceof PolicyError)) throw cause;
    throw new OciError("POLICY_INVALID", { complaints: cause.sentences }, { cause });
  }
}
