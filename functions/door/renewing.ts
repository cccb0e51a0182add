import type { RunningUploads } from "../../shared/http/running-uploads.ts";
import type { Credentials } from "../stores/credentials.ts";

interface Renewing {
  readonly fetchCredentials: () => Promise<Credentials>;
  readonly connect: (credentials: Credentials) => RunningUploads;
  /** milliseconds since 1970 */
  readonly now: () => number;
}

/**
 * Uploads over stores that are connected anew when half of the time of their credentials is over: a request that begins
 * before has the other half. Rejects where the first credentials can't be had; where later ones can't, it goes on with
 * those that it has, and tries again with the next request.
 */
export async function renewing({ fetchCredentials, connect, now }: Renewing): Promise<RunningUploads> {
  const fetched = async () => {
    const credentials = await fetchCredentials();
    return { uploads: connect(credentials), renewAt: (now() + credentials.assuredUntil) / 2 };
  };
  let latest = await fetched();
  let fetching: Promise<void> | undefined;
  const renew = async (): Promise<void> => {
    try {
      latest = await fetched();
    } catch {
      // The stores tell soon enough where the old ones are of no use any more.
    } finally {
      fetching = undefined;
    }
  };
  const current = async (): Promise<RunningUploads> => {
    if (now() >= latest.renewAt) await (fetching ??= renew());
    return latest.uploads;
  };
  return {
    statUpload: async (call) => (await current()).statUpload(call),
    appendUpload: async (call) => (await current()).appendUpload(call),
    putPart: async (call) => (await current()).putPart(call),
    commitUpload: async (call) => (await current()).commitUpload(call),
    cancelUpload: async (call) => (await current()).cancelUpload(call),
  };
}
