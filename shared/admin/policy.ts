import { administratorsOf } from "../access/administrators.ts";
import { PolicyError } from "../access/complaints.ts";
import type { Policies, PolicyInForce } from "../access/policies.ts";
import type { Policy } from "../access/policy.ts";
import { json } from "../http/answers.ts";
import type { HttpAnswer } from "../http/messages.ts";
import { parseQuery } from "../http/query.ts";
import type { Accounts } from "../identities/accounts.ts";
import { OciError } from "../oci/errors.ts";
import type { AccountName } from "../registry/keyspace.ts";
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
  accounts: Pick<Accounts, "getAccount">,
): readonly Endpoint[] => [
  administered("GET", "policy", async () => shown(await policies.inForce())),
  administered("PUT", "policy", async ({ request, access }) => {
    const { policy, force = false } = await readBody(request, NEW_POLICY, MOST);
    const next = orInvalid(() => policies.parse(policy));
    if (!force) await demandAdministrator(next, accounts);
    return shown(await policies.set(policy, access.caller.name));
  }),
  administered("DELETE", "policy", async ({ request }) => {
    const force = parseQuery(request.query).get("force") === "true";
    if (!force) await demandAdministrator(policies.start.policy, accounts);
    return shown(await policies.reset());
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

/** Each is a look into the table. */
const MOST_LOOKED_UP = 100;

/** NO_ADMINISTRATOR where a policy names none first who exists, so that nobody could set another. */
async function demandAdministrator(policy: Policy, accounts: Pick<Accounts, "getAccount">): Promise<void> {
  for (const subject of administratorsOf(policy).slice(0, MOST_LOOKED_UP)) {
    const isAccount = subject.kind === "person" || subject.kind === "robot";
    if (!isAccount) return;
    if (await exists(accounts, { kind: subject.kind, name: subject.name as AccountName })) return;
  }
  throw new OciError("NO_ADMINISTRATOR");
}

async function exists(
  { getAccount }: Pick<Accounts, "getAccount">,
  account: Parameters<Accounts["getAccount"]>[0],
): Promise<boolean> {
  try {
    await getAccount(account);
    return true;
  } catch (error) {
    if (error instanceof OciError && error.reason === "ACCOUNT_UNKNOWN") return false;
    throw error;
  }
}
