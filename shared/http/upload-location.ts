import { OciError } from "../oci/errors.ts";
import type { RepoName } from "../oci/names.ts";
import type { UploadId, UploadLocation, UploadSecret } from "../registry/registry.ts";

/**
 * Where a client goes on with an upload. The secret is in the query, which every client keeps and adds `digest` to, and
 * which neither our logs nor our errors ever hold.
 */
export const uploadPath = ({ repo, id, secret }: UploadLocation): string =>
  `/v2/${repo}/blobs/uploads/${id}?secret=${secret}`;

/** As the clock makes them. */
const UPLOAD_ID = /^[0-9a-f-]{1,64}$/;
const SECRET = /^[\w-]{43}$/;

/** BLOB_UPLOAD_UNKNOWN for what `uploadPath` can't have made: no upload was ever there. */
export function parseUploadLocation(repo: RepoName, id: string, params: URLSearchParams): UploadLocation {
  const secret = params.get("secret") ?? "";
  if (!UPLOAD_ID.test(id) || !SECRET.test(secret)) {
    throw new OciError("BLOB_UPLOAD_UNKNOWN", { id: id.slice(0, 300), reason: "use the Location as it was" });
  }
  return { repo, id: id as UploadId, secret: secret as UploadSecret };
}
