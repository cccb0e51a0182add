import { Complaint } from "../complaint.ts";
import { AdminRefusal, type Connection, type Json, type Report } from "./connection.ts";
import { limitText, parseLimit } from "./limits.ts";
import { textTable } from "./text-table.ts";
import { escaped, lifetimeOf, minuteIn, secondsOf, textIn } from "./values.ts";

export interface NewKeyFlags {
  readonly expires: string;
  readonly limit?: readonly string[];
}
export interface RotateFlags {
  readonly overlap: string;
  readonly expires?: string;
}

/** Complaint where a flag can't be used. */
export async function addKey(
  at: Connection,
  { owner, name }: { readonly owner: string; readonly name: string },
  { expires, limit }: NewKeyFlags,
): Promise<Report> {
  const limits = limit?.map(parseLimit);
  const body = { owner, name, ...lifetimeOf(expires), ...(limits && { limits }) };
  const json = await at.ask({ method: "POST", path: "keys", body });
  return {
    json,
    lines: [`Added the access key ${textIn(json, "id")} of ${owner}, ${until(json)}.`, ...told(at, json)],
  };
}

/** Whoever has found a secret may give that: the id is in it, and the rest stays here, since paths are logged. */
const idIn = (text: string): string => /^berth_([0-9a-f]+)_/.exec(text)?.[1] ?? text;

export async function rotateKey(at: Connection, idOrSecret: string, flags: RotateFlags): Promise<Report> {
  const id = idIn(idOrSecret);
  const body = {
    overlap: secondsOf("--overlap", flags.overlap),
    ...(flags.expires !== undefined && { lifetime: secondsOf("--expires", flags.expires) }),
  };
  const json = await at.ask({ method: "POST", path: `keys/${escaped(id)}/rotate`, body });
  const old = minuteIn(json, "oldSecretUntil", "");
  const end = old === "" ? "The old secret is good for nothing now." : `The old secret ends at ${old}.`;
  return {
    json,
    lines: [
      `The access key ${id} of ${textIn(json, "owner")} has a new secret, ${until(json)}. ${end}`,
      ...told(at, json),
    ],
  };
}

/** The key that `name` names, or the only one that the owner has. Complaint where there are several. */
export async function rotateKeyOf(
  at: Connection,
  { owner, name }: { readonly owner: string; readonly name: string | undefined },
  flags: RotateFlags,
): Promise<Report> {
  const all = await at.list(`keys?owner=${escaped(owner)}`, "keys");
  const [key, ...more] = name === undefined ? all : all.filter((each) => textIn(each, "name") === name);
  const names = all.map((each) => textIn(each, "name")).join(", ");
  if (key === undefined) {
    const has =
      all.length === 0 ? `has no access key: berth key add ${owner} NAME` : `has ${names}, but no ${name}`;
    throw new AdminRefusal(`${owner} ${has}`);
  }
  if (more.length > 0) {
    throw new Complaint(`${owner} has several access keys: say after its name which one (${names})`);
  }
  return rotateKey(at, textIn(key, "id"), flags);
}

export async function revokeKey(at: Connection, idOrSecret: string): Promise<Report> {
  const id = idIn(idOrSecret);
  await at.ask({ method: "DELETE", path: `keys/${escaped(id)}` });
  return {
    json: { revoked: id },
    lines: [`Revoked the access key ${id}: within minutes it lets nobody in.`],
  };
}

export async function listKeys(at: Connection, owner: string | undefined): Promise<Report> {
  const json = await at.list(owner === undefined ? "keys" : `keys?owner=${escaped(owner)}`, "keys");
  const rows = json.map((key) => [
    textIn(key, "id"),
    textIn(key, "owner"),
    textIn(key, "name"),
    minuteIn(key, "created", ""),
    minuteIn(key, "expires", "never"),
    limitsText(key),
  ]);
  const head = ["ID", "OWNER", "NAME", "ADDED", "EXPIRES", "LIMITS"];
  return { json, lines: textTable(head, rows, "There are no access keys.") };
}

const limitsText = ({ limits }: Json): string =>
  Array.isArray(limits) ? limits.map(limitText).join(" ") : "none";

const until = (key: Json): string => {
  const end = minuteIn(key, "expires", "");
  return end === "" ? "without an end" : `good until ${end}`;
};

/** The secret, and what to do with it. */
function told({ host }: Connection, key: Json): readonly string[] {
  const name = textIn(key, "owner").replace(/^[a-z]+:/, "");
  return [
    "Its secret, which nobody can see again:",
    "",
    `  ${textIn(key, "secret")}`,
    "",
    `  docker login -u ${name} ${host}`,
  ];
}
