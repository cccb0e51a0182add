import { administratorsOf } from "../access/administrators.ts";
import type { Policies } from "../access/policies.ts";
import type { Policy } from "../access/policy.ts";
import { allows } from "../access/rights.ts";
import { rightsOf } from "../access/rights-of.ts";
import { OciError } from "../oci/errors.ts";
import type { Check } from "../ports/table.ts";
import type { Demand } from "../registry/demand.ts";
import { type AccessKeyId, type AccountName, keys } from "../registry/keyspace.ts";
import { namesOf } from "../registry/read-table.ts";
import { ownerOf } from "./access-key.ts";
import { type Account, type IdentityPorts, rangeOf } from "./account.ts";
import { type WayIn, waysInOf } from "./ways-in.ts";

/** What is about to be taken away. */
export type Loss =
  | { readonly what: "account" | "password"; readonly of: Account }
  | { readonly what: "access key"; readonly id: AccessKeyId };

/**
 * That somebody can administer the registry: an account with a password or an access key that is good now and lets it, or
 * whoever an issuer or AWS vouches for, where a rule lets them, since these need no account.
 */
export interface Administrators {
  /** Nothing, where what is lost lets nobody administer. NO_ADMINISTRATOR where nothing else does */
  readonly without: (loss: Loss) => Demand;
  /** For a policy that shall be in force. NO_ADMINISTRATOR */
  readonly under: (policy: Policy) => Demand;
}

export function createAdministrators(
  ports: IdentityPorts,
  policies: Pick<Policies, "latest">,
): Administrators {
  return {
    without: (loss) => async () => {
      const { policy, unchanged } = await policies.latest();
      const owner = await ownerOfLoss(ports, loss);
      const isLost = ({ identity, by }: WayIn): boolean =>
        owner !== undefined && isOf(owner, identity) && goesWith(loss, by);
      const lost = owner === undefined ? [] : (await waysInOf(ports, owner)).filter(isLost);
      if (!lost.some((way) => administers(policy, way))) return [unchanged];
      const others = await witness(ports, policy, (way) => !isLost(way));
      if (others === "nobody") throw new OciError("NO_ADMINISTRATOR", { cure: CURES.loss });
      return [unchanged, ...others];
    },
    under: (policy) => async () => {
      const anybody = await witness(ports, policy, () => true);
      if (anybody === "nobody") throw new OciError("NO_ADMINISTRATOR", { cure: CURES.policy });
      return anybody;
    },
  };
}

const CURES = {
  loss: "let somebody else administer it first, who has a password or an access key that is good",
  policy:
    "name somebody who has a password or an access key that is good, or force it; the way back is berth key recover then",
} as const;

async function ownerOfLoss({ table }: IdentityPorts, loss: Loss): Promise<Account | undefined> {
  if (loss.what !== "access key") return loss.of;
  const item = await table.get(keys.accessKey(loss.id), "strong");
  return item && ownerOf(item);
}

const goesWith = (loss: Loss, by: WayIn["by"]): boolean =>
  loss.what === "account" || by === (loss.what === "access key" ? loss.id : loss.what);

const isOf = ({ kind, name }: Account, identity: WayIn["identity"]): boolean =>
  identity.kind === kind && identity.name === name;

const administers = (policy: Policy, { identity }: WayIn): boolean =>
  allows(rightsOf(policy, identity), { administration: true });

/** What has to stay as it is for somebody to be able to administer the registry, by a way in that `counts`. */
async function witness(
  ports: IdentityPorts,
  policy: Policy,
  counts: (way: WayIn) => boolean,
): Promise<readonly Check[] | "nobody"> {
  const subjects = administratorsOf(policy);
  if (subjects.some(({ kind }) => kind === "oidc" || kind === "aws")) return [];
  for await (const account of accountsOf(ports, subjects)) {
    const found = (await waysInOf(ports, account)).find((way) => counts(way) && administers(policy, way));
    if (found) return [found.check];
  }
  return "nobody";
}

/** Of those that a policy names: each is a look into the table. */
const MOST_LOOKED_UP = 100;

/** The accounts that such subjects may mean: the first that are named, then, where everybody is meant, all. */
async function* accountsOf(
  { table }: IdentityPorts,
  subjects: ReturnType<typeof administratorsOf>,
): AsyncGenerator<Account> {
  for (const subject of subjects.slice(0, MOST_LOOKED_UP)) {
    if (subject.kind === "person" || subject.kind === "robot") {
      yield { kind: subject.kind, name: subject.name as AccountName };
    }
  }
  if (!subjects.some(({ kind }) => kind === "authenticated")) return;
  for (const kind of ["person", "robot"] as const) {
    let after: string | undefined;
    do {
      const { names, more } = await namesOf(table, { ...rangeOf(kind), limit: PAGE, after });
      for (const name of names) yield { kind, name: name as AccountName };
      after = more ? names.at(-1) : undefined;
    } while (after !== undefined);
  }
}

const PAGE = 100;
