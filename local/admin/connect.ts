import { isFine } from "../../shared/client/answers.ts";
import type { FindCredentials } from "../../shared/client/auth/credentials.ts";
import { RegistryFailure, RegistryRefusal } from "../../shared/client/failures.ts";
import { createHttpClient } from "../../shared/client/http-client.ts";
import { type Answer, type Ask, type HttpClient, NoAnswerError } from "../../shared/client/messages.ts";
import { pagesFrom } from "../../shared/client/pages.ts";
import { createRegistryClient, type RegistryClient } from "../../shared/client/registry-client.ts";
import { hintFor } from "../client/demand-registry.ts";
import { dockerCredentials } from "../client/docker-config.ts";
import { Complaint } from "../complaint.ts";
import { systemClock } from "../system-clock.ts";
import { parseAddress } from "./address.ts";
import { listIn, objectIn, whyOf } from "./answers.ts";
import { AdminRefusal, type Connection, type Question } from "./connection.ts";

/** Flags that every command of the administration has. */
export interface AdminFlags {
  readonly registry?: string;
  readonly plainHttp?: boolean;
  readonly json?: boolean;
}
type Variables = Readonly<Record<string, string | undefined>>;

const ROOT = "/v2/_berth/";
/** Where `berth serve` serves when nothing else is said. */
const DEFAULT = "localhost:5000";
const TIMEOUT_MILLISECONDS = 60_000;
/** A person waits for the answer. */
const TRIES = 3;

/** Complaint where the registry's address can't be used, or only half of a login is set. */
export function connect(
  flags: AdminFlags,
  variables: Variables,
): { readonly connection: Connection; readonly close: () => void } {
  const base = parseAddress(
    flags.registry ?? (variables["BERTH_REGISTRY"] || DEFAULT),
    flags.plainHttp === true,
  );
  const { asking, close } = createRegistryClient({
    http: createHttpClient({ base, timeout: TIMEOUT_MILLISECONDS }),
    credentials: credentialsIn(variables),
    clock: systemClock,
    tries: TRIES,
  });
  return { connection: connectionOf(asking), close };
}

/** Those in the environment, for machines; else those of `docker login`. */
function credentialsIn(variables: Variables): FindCredentials {
  const { BERTH_USERNAME: name, BERTH_PASSWORD: secret } = variables;
  if (name && secret) return async () => ({ kind: "password", name, secret });
  // Whoever has set one wants it used: to ask as somebody else instead would hide a secret that CI has not handed over.
  if (name || secret) {
    const [there, missing] = name ? ["USERNAME", "PASSWORD"] : ["PASSWORD", "USERNAME"];
    throw new Complaint(
      `BERTH_${there} is set, and BERTH_${missing} is not: set both, or none to ask as docker login has it`,
    );
  }
  return dockerCredentials(variables);
}

function connectionOf(asking: RegistryClient["asking"]): Connection {
  const { client } = asking;
  return {
    host: client.base.host,
    ask: async ({ method, path, body }: Question) =>
      objectIn(await answerTo(client, { method, target: `${ROOT}${path}`, ...sent(body) })),
    list: async (path, field) => {
      const first = await answerTo(client, { method: "GET", target: `${ROOT}${path}` });
      const pages = await inOurTerms(client, () => Array.fromAsync(pagesFrom(asking, first)));
      return pages.flatMap((page) => listIn(objectIn(page), field));
    },
  };
}

function sent(body: unknown): Pick<Ask, "headers" | "body"> {
  if (body === undefined) return {};
  const bytes = Buffer.from(JSON.stringify(body));
  return { headers: { "Content-Type": "application/json" }, body: { chunks: [bytes], length: bytes.length } };
}

const unanswered = (host: string, { message }: NoAnswerError): string =>
  `${host} does not answer: ${message}${hintFor(message) || ` (${WHERE})`}`;
const WHERE = "does it run, and is this its address? --registry or BERTH_REGISTRY names another";

async function answerTo(client: HttpClient, ask: Ask): Promise<Answer> {
  const answer = await inOurTerms(client, () => client.send(ask));
  if (isFine(answer)) return answer;
  throw new AdminRefusal(`${client.base.host} refuses (${answer.status}): ${whyOf(answer)}`);
}

/** Whatever becomes of it is told to people, with what helps. */
async function inOurTerms<Result>({ base }: HttpClient, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    const isExpected = [RegistryRefusal, RegistryFailure, NoAnswerError].some(
      (kind) => cause instanceof kind,
    );
    if (!isExpected || !(cause instanceof Error)) throw cause;
    const message = cause instanceof NoAnswerError ? unanswered(base.host, cause) : cause.message;
    throw new AdminRefusal(message, { cause });
  }
}
