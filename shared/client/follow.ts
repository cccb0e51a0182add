import { isRedirect, locationOf } from "./answers.ts";
import { RegistryFailure } from "./failures.ts";
import type { Ask, HttpClient, OpenAnswer } from "./messages.ts";

const MOST_REDIRECTS = 5;

/** A GET or HEAD that goes wherever it is sent; what the client adds for its own registry stays there. */
export async function follow(client: HttpClient, ask: Ask): Promise<OpenAnswer> {
  let target = ask.target;
  for (let hops = 0; hops <= MOST_REDIRECTS; hops += 1) {
    const answer = await client.open({ ...ask, target });
    if (!isRedirect(answer)) return answer;
    answer.close();
    target = locationOf(answer);
  }
  throw new RegistryFailure(`${ask.method} is redirected for ever`);
}
