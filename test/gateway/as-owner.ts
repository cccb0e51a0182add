import type { Stand } from "./stand.ts";

/**
 * Asks the administration as who has rights in the account does, by invoking the function; resolves with what it returns.
 * Undefined where the stack has no policy.
 */
export async function askAsOwner({ functions }: Pick<Stand, "functions">, event: object): Promise<unknown> {
  const administration = [...functions].find(([id]) => id.startsWith("administrationFunction"))?.[1];
  if (administration === undefined) return undefined;
  const end = await administration.invoke(JSON.stringify(event));
  if (end.outcome !== "returned") throw new Error(`the administration refuses its owner: ${end.reason}`);
  return JSON.parse(end.payload);
}

/** Makes the first administrator: the secret of an access key. */
export async function firstAdminOf(stand: Pick<Stand, "functions">): Promise<string | undefined> {
  const made = (await askAsOwner(stand, { firstAdmin: true })) as { readonly secret: string } | undefined;
  return made?.secret;
}
