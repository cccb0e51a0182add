import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import { OCI_INDEX } from "../oci/media-types.ts";
import { bodyOf, demandFine } from "./answers.ts";
import { descriptorsIn } from "./descriptors.ts";
import type { Answer } from "./messages.ts";
import { persist } from "./patience.ts";
import type { Remote } from "./remote.ts";

/** distribution-spec § Referrers Tag Schema: at most 32 characters of the algorithm, and 64 of what is encoded. */
function referrersTag(subject: Digest): string {
  const [algorithm = "", encoded = ""] = subject.split(":");
  return `${algorithm.slice(0, 32)}-${encoded.slice(0, 64)}`;
}

const at = ({ repo }: Remote, subject: Digest): string => `/v2/${repo}/manifests/${referrersTag(subject)}`;

/** What the tag lists; nothing where there is none. */
export async function referrersTagOf(remote: Remote, subject: Digest): Promise<readonly Descriptor[]> {
  const answer = await read(remote, subject);
  return answer.status === 404 ? [] : descriptorsIn(demandFine(answer));
}

function read(remote: Remote, subject: Digest): Promise<Answer> {
  const { client, waiting } = remote;
  const headers = { Accept: OCI_INDEX };
  return persist(() => client.send({ method: "GET", target: at(remote, subject), headers }), waiting);
}

/**
 * Adds a referrer to the list that stands under the tag. Between the look and the push another client may have added
 * one, which is lost then: the specification has nothing against that.
 */
export async function addToReferrersTag(
  remote: Remote,
  subject: Digest,
  referrer: Descriptor,
): Promise<void> {
  const { client, waiting } = remote;
  const entries = await referrersTagOf(remote, subject);
  if (entries.some(({ digest }) => digest === referrer.digest)) return;
  const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [...entries, referrer] };
  const body = bodyOf(Buffer.from(JSON.stringify(index)));
  const headers = { "Content-Type": OCI_INDEX };
  const put = () => client.send({ method: "PUT", target: at(remote, subject), headers, body });
  demandFine(await persist(put, waiting));
}
