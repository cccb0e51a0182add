import { demandFine } from "./answers.ts";
import { persist } from "./patience.ts";
import type { Remote } from "./remote.ts";

/**
 * Deletes what is there. An earlier try, whose answer was lost, may have done it: then 404 is what was wanted. RegistryRefusal
 */
export async function deleteAt({ client, waiting }: Omit<Remote, "repo">, target: string): Promise<void> {
  let tries = 0;
  const answer = await persist(async () => {
    tries += 1;
    const said = await client.send({ method: "DELETE", target });
    // It came too soon, and nothing was done.
    if (said.status === 429) tries -= 1;
    return said;
  }, waiting);
  if (answer.status !== 404 || tries === 1) demandFine(answer);
}
