import type { Access } from "./policy.ts";

export interface S3Call {
  readonly method: string;
  readonly bucket: string;
  /** not escaped; empty for a call on the bucket */
  readonly key: string;
  readonly query: URLSearchParams;
  /** bucket/key that CopyObject and UploadPartCopy read from */
  readonly copySource?: string;
}

/** What a request to S3 needs to be allowed ("Actions, resources, and condition keys for Amazon S3"). */
export function s3Accesses(call: S3Call): readonly Access[] {
  const { bucket, key, copySource } = call;
  const bucketArn = `arn:aws:s3:::${bucket}`;
  if (key === "") return [{ action: bucketAction(call), resource: bucketArn }];
  const own = { action: objectAction(call), resource: `${bucketArn}/${key}` };
  if (copySource === undefined) return [own];
  return [own, { action: "s3:GetObject", resource: `arn:aws:s3:::${copySource.replace(/^\//, "")}` }];
}

/** The right that decides whether a missing object is 404 or 403. */
export const listAccess = (bucket: string): Access => ({
  action: "s3:ListBucket",
  resource: `arn:aws:s3:::${bucket}`,
});

function bucketAction({ method, query }: S3Call): string {
  if (method === "GET" && query.has("uploads")) return "s3:ListBucketMultipartUploads";
  if (method === "GET" && query.has("versions")) return "s3:ListBucketVersions";
  if (method === "GET" && query.has("list-type")) return "s3:ListBucket";
  if (method === "HEAD") return "s3:ListBucket";
  // Berth's functions do nothing else to a bucket: no policy allows an action of this name
  return `s3:${method} of a bucket ?${String(query)}`;
}

function objectAction({ method, query }: S3Call): string {
  const isPart = query.has("uploadId");
  switch (method) {
    case "GET":
      if (isPart) return "s3:ListMultipartUploadParts";
      return query.has("versionId") ? "s3:GetObjectVersion" : "s3:GetObject";
    case "HEAD":
      return query.has("versionId") ? "s3:GetObjectVersion" : "s3:GetObject";
    case "PUT":
    case "POST":
      return "s3:PutObject";
    case "DELETE":
      if (isPart) return "s3:AbortMultipartUpload";
      return query.has("versionId") ? "s3:DeleteObjectVersion" : "s3:DeleteObject";
    default:
      return `s3:${method} of an object`;
  }
}
