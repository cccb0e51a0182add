import { RegistryFailure, RegistryRefusal } from "../../shared/client/failures.ts";
import { type HttpClient, NoAnswerError } from "../../shared/client/messages.ts";

interface Made {
  readonly repo: string;
  readonly digest: string;
}

/** What the doctor has made, written down before it is made, so that nothing is forgotten whatever happens. */
export class Ledger {
  readonly #manifests = new Map<string, Made>();
  readonly #blobs = new Map<string, Made>();
  readonly #uploads = new Map<string, URL>();

  manifest(repo: string, digest: string): void {
    this.#manifests.set(`/v2/${repo}/manifests/${digest}`, { repo, digest });
  }
  blob(repo: string, digest: string): void {
    this.#blobs.set(`/v2/${repo}/blobs/${digest}`, { repo, digest });
  }
  upload(location: URL): void {
    this.#uploads.set(location.pathname, location);
  }
  /** It is committed or cancelled. */
  uploadEnded(location: URL): void {
    this.#uploads.delete(location.pathname);
  }
  get repos(): readonly string[] {
    const all = [...this.#manifests.values(), ...this.#blobs.values()].map(({ repo }) => repo);
    return [...new Set(all)];
  }

  /** Deletes everything; answers what the registry would not delete, each with what it said. */
  async cleanUp(client: HttpClient): Promise<readonly string[]> {
    // Manifests first: a registry may keep the blobs of those that stay.
    const left = [...(await removeAll(client, [...this.#manifests.keys()]))];
    left.push(...(await removeAll(client, [...this.#blobs.keys()])));
    // An upload that can't be cancelled expires by itself.
    await removeAll(client, [...this.#uploads.values()]);
    return left;
  }
}

const AT_ONCE = 8;

async function removeAll(client: HttpClient, targets: readonly (string | URL)[]): Promise<readonly string[]> {
  const left: string[] = [];
  const queue = [...targets];
  const work = async () => {
    for (let target = queue.shift(); target !== undefined; target = queue.shift()) {
      const said = await remove(client, target);
      if (said === "gone") continue;
      left.push(said);
      // Who does not answer once will hardly answer to all the rest: nobody wants to wait for that.
      if (said.startsWith(NO_ANSWER))
        left.push(...queue.splice(0).map((rest) => `${NO_ANSWER}${String(rest)}`));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return left;
}

const NO_ANSWER = "no answer: ";

async function remove(client: HttpClient, target: string | URL): Promise<string> {
  try {
    const { status, request } = await client.send({ method: "DELETE", target });
    return (status >= 200 && status < 300) || status === 404 ? "gone" : `${request} answered ${status}`;
  } catch (cause) {
    // Whoever gives tokens can fail as well; what stays then has to be told, like all else that stays.
    const isExpected = [NoAnswerError, RegistryFailure, RegistryRefusal].some(
      (kind) => cause instanceof kind,
    );
    if (isExpected && cause instanceof Error) return `${NO_ANSWER}${cause.message}`;
    throw cause;
  }
}
