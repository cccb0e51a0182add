import type { Stand } from "./stand.ts";

/**
 * Makes the first administrator as who has rights in the account does, by invoking the function; resolves with the secret
 * of an access key. Undefined where the stack has no policy.
 */
export async function firstAdminOf({ functions }: Pick<Stand, "functions">): Promise<string | undefined> {
  const administration = [...functions].find(([id]) => id.startsWith("administrationFunction"))?.[1];
  if (administration === undefined) return undefined;
  const end = await administration.invoke('{"firstAdmin":true}');
  if (end.outcome !== "returned") throw new Error(`no first administrator: ${end.reason}`);
  return (JSON.parse(end.payload) as { readonly secret: string }).secret;
}
