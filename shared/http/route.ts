import { type Algorithm, type Digest, parseDigest } from "../oci/digest.ts";
import { OciError } from "../oci/errors.ts";
import { parseRepoName, type RepoName, type Tag } from "../oci/names.ts";
import { parseReference, type Reference } from "../oci/reference.ts";
import type { UploadLocation } from "../registry/registry.ts";
import { locate, type Place } from "./place.ts";
import {
  type PageQuery,
  parseAlgorithm,
  parsePage,
  parsePartNumber,
  parseQuery,
  parseTags,
} from "./query.ts";
import { HttpRefusal } from "./refusal.ts";
import { parseUploadLocation } from "./upload-location.ts";

/** What a request asks for: distribution-spec § Endpoints, and Docker's catalog. HEAD is GET, but for blobs. */
export type Route =
  | { readonly kind: "base.get" } // end-1
  | { readonly kind: "blob.get" | "blob.head"; readonly repo: RepoName; readonly digest: Digest } // end-2
  | { readonly kind: "manifest.get"; readonly repo: RepoName; readonly reference: Reference } // end-3
  | { readonly kind: "upload.begin"; readonly repo: RepoName; readonly algorithm?: Algorithm } // end-4a, end-4c
  | { readonly kind: "upload.whole"; readonly repo: RepoName; readonly digest: Digest } // end-4b
  | ({ readonly kind: "upload.append" } & UploadLocation) // end-5
  | ({ readonly kind: "upload.part"; readonly number: number } & UploadLocation) // ours
  | ({
      readonly kind: "upload.commit"; // end-6
      readonly digest: Digest;
      readonly parts?: number;
    } & UploadLocation)
  | {
      readonly kind: "manifest.put"; // end-7a, end-7b
      readonly repo: RepoName;
      readonly reference: Reference;
      readonly tags: readonly Tag[];
    }
  | { readonly kind: "tag.list"; readonly repo: RepoName; readonly page: PageQuery } // end-8a, end-8b
  | { readonly kind: "manifest.delete"; readonly repo: RepoName; readonly reference: Reference } // end-9
  | { readonly kind: "blob.delete"; readonly repo: RepoName; readonly digest: Digest } // end-10
  | {
      readonly kind: "upload.mount";
      readonly repo: RepoName;
      readonly digest: Digest;
      readonly from?: RepoName;
    } // end-11
  | {
      readonly kind: "referrer.list"; // end-12a, end-12b
      readonly repo: RepoName;
      readonly subject: Digest;
      readonly artifactType?: string;
      readonly page: PageQuery;
    }
  | ({ readonly kind: "upload.status" | "upload.cancel" } & UploadLocation) // end-13, end-14
  | { readonly kind: "catalog.list"; readonly page: PageQuery }; // Docker

/** The routes whose kind begins with `Family`: each family has a file that answers them. */
export type RouteIn<Family extends string> = Extract<Route, { readonly kind: `${Family}.${string}` }>;

export interface Target {
  readonly method: string;
  /** as the client escaped it */
  readonly path: string;
  readonly query: string;
}

/**
 * What the request asks for, with every name in it checked. NOT_FOUND where the path is no endpoint, UNSUPPORTED with
 * `Allow` where the endpoint has no such method, else the error of the name that is none.
 */
export function parseRoute({ method, path, query }: Target): Route {
  const place = locate(path);
  switch (place.on) {
    case "base":
      return isRead(method) ? { kind: "base.get" } : wrongMethod("GET, HEAD");
    case "catalog":
      return isRead(method)
        ? { kind: "catalog.list", page: parsePage(parseQuery(query)) }
        : wrongMethod("GET, HEAD");
    case "manifest":
      return manifestRoute(method, place, query);
    case "blob":
      return blobRoute(method, place);
    case "uploads":
      return method === "POST" ? beginRoute(place, parseQuery(query)) : wrongMethod("POST");
    case "upload":
      return uploadRoute(method, place, query);
    case "tags":
      return isRead(method)
        ? {
            kind: "tag.list",
            repo: parseRepoName(place.name),
            page: query === "" ? {} : parsePage(parseQuery(query)),
          }
        : wrongMethod("GET, HEAD");
    case "referrers":
      return isRead(method) ? referrersRoute(place, parseQuery(query)) : wrongMethod("GET, HEAD");
  }
}

const isRead = (method: string): boolean => method === "GET" || method === "HEAD";

function wrongMethod(allow: string): never {
  throw new HttpRefusal("UNSUPPORTED", { allow }, { Allow: allow });
}

function manifestRoute(method: string, { name, last }: Place, query: string): Route {
  switch (method) {
    case "GET":
    case "HEAD":
      return { kind: "manifest.get", repo: parseRepoName(name), reference: parseSoughtReference(last) };
    case "PUT":
      return putRoute(parseRepoName(name), parseReference(last), query);
    case "DELETE":
      return { kind: "manifest.delete", repo: parseRepoName(name), reference: parseSoughtReference(last) };
    default:
      return wrongMethod("GET, HEAD, PUT, DELETE");
  }
}

/** MANIFEST_UNKNOWN for what can be no tag: no manifest ever had that name. The conformance suite of v1.1.1 wants it. */
function parseSoughtReference(text: string): Reference {
  try {
    return parseReference(text);
  } catch (cause) {
    if (!(cause instanceof OciError) || cause.reason !== "TAG_INVALID") throw cause;
    throw new OciError("MANIFEST_UNKNOWN", cause.detail, { cause });
  }
}

function putRoute(repo: RepoName, reference: Reference, query: string): Route {
  const tags = query === "" ? [] : parseTags(parseQuery(query));
  if (tags.length > 0 && reference.kind === "tag") {
    throw new OciError("TAG_INVALID", { tag: tags, reason: "the tag parameter needs a digest in the path" });
  }
  return { kind: "manifest.put", repo, reference, tags };
}

function blobRoute(method: string, { name, last }: Place): Route {
  switch (method) {
    case "GET":
      return { kind: "blob.get", repo: parseRepoName(name), digest: parseDigest(last) };
    case "HEAD":
      return { kind: "blob.head", repo: parseRepoName(name), digest: parseDigest(last) };
    case "DELETE":
      return { kind: "blob.delete", repo: parseRepoName(name), digest: parseDigest(last) };
    default:
      return wrongMethod("GET, HEAD, DELETE");
  }
}

/** A mount goes before a digest: should it fail, the client uploads as it would have without it. */
function beginRoute({ name }: Place, params: URLSearchParams): Route {
  const repo = parseRepoName(name);
  const mount = params.get("mount");
  const from = params.get("from");
  const digest = params.get("digest");
  const algorithm = params.get("digest-algorithm");
  if (mount !== null) {
    return {
      kind: "upload.mount",
      repo,
      digest: parseDigest(mount),
      ...(from && { from: parseRepoName(from) }),
    };
  }
  if (digest !== null) return { kind: "upload.whole", repo, digest: parseDigest(digest) };
  return { kind: "upload.begin", repo, ...(algorithm !== null && { algorithm: parseAlgorithm(algorithm) }) };
}

function uploadRoute(method: string, { name, last }: Place, query: string): Route {
  const params = parseQuery(query);
  const location = () => parseUploadLocation(parseRepoName(name), last, params);
  switch (method) {
    case "GET":
    case "HEAD":
      return { kind: "upload.status", ...location() };
    case "PATCH": {
      const number = parsePartNumber(params, "part");
      return number === undefined
        ? { kind: "upload.append", ...location() }
        : { kind: "upload.part", ...location(), number };
    }
    case "PUT": {
      const parts = parsePartNumber(params, "parts");
      const digest = parseDigest(params.get("digest") ?? "");
      return { kind: "upload.commit", ...location(), digest, ...(parts !== undefined && { parts }) };
    }
    case "DELETE":
      return { kind: "upload.cancel", ...location() };
    default:
      return wrongMethod("GET, HEAD, PATCH, PUT, DELETE");
  }
}

function referrersRoute({ name, last }: Place, params: URLSearchParams): Route {
  const artifactType = params.get("artifactType");
  return {
    kind: "referrer.list",
    repo: parseRepoName(name),
    subject: parseDigest(last),
    ...(artifactType && { artifactType }),
    page: parsePage(params),
  };
}
