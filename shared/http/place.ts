import { OciError } from "../oci/errors.ts";

/** An endpoint of a repository: `name` and `last` are what the path says, unescaped, not yet checked. */
export interface Place {
  readonly on: "manifest" | "blob" | "uploads" | "upload" | "tags" | "referrers";
  readonly name: string;
  readonly last: string;
}
export type AnyPlace = Place | { readonly on: "base" } | { readonly on: "catalog" };

const ROOT = "/v2/";

/**
 * Reads the path from the right, because names can be of any depth and hold the words of the API as components:
 * `/v2/a/blobs/uploads/manifests/latest` is a tag in `a/blobs/uploads`. What the last components are, one endpoint at
 * most matches. NOT_FOUND where none does; NAME_INVALID where the path is wrongly escaped.
 */
export function locate(escaped: string): AnyPlace {
  const path = escaped.includes("%") ? unescaped(escaped) : escaped;
  if (path === ROOT || path === "/v2") return { on: "base" };
  if (!path.startsWith(ROOT)) return nowhere();
  if (path === "/v2/_catalog") return { on: "catalog" };
  const lastSlash = path.lastIndexOf("/");
  const familySlash = path.lastIndexOf("/", lastSlash - 1);
  const last = path.slice(lastSlash + 1);
  switch (path.slice(familySlash + 1, lastSlash)) {
    case "manifests":
      return last === "" ? nowhere() : place("manifest", path, familySlash, last);
    case "blobs":
      // Clients write the trailing slash; without it, it can't mean anything else: `uploads` is no digest.
      if (last === "uploads") return place("uploads", path, familySlash, "");
      return last === "" ? nowhere() : place("blob", path, familySlash, last);
    case "uploads":
      return uploadPlace(path, familySlash, last);
    case "tags":
      return last === "list" ? place("tags", path, familySlash, last) : nowhere();
    case "referrers":
      return last === "" ? nowhere() : place("referrers", path, familySlash, last);
    default:
      return nowhere();
  }
}

/** `<name>/blobs/uploads/` and `<name>/blobs/uploads/<id>` */
function uploadPlace(path: string, familySlash: number, last: string): Place {
  const blobsSlash = path.lastIndexOf("/", familySlash - 1);
  if (path.slice(blobsSlash + 1, familySlash) !== "blobs") return nowhere();
  return place(last === "" ? "uploads" : "upload", path, blobsSlash, last);
}

function place(on: Place["on"], path: string, nameEnd: number, last: string): Place {
  if (nameEnd <= ROOT.length) return nowhere();
  return { on, name: path.slice(ROOT.length, nameEnd), last };
}

function nowhere(): never {
  throw new OciError("NOT_FOUND");
}

/** Once, and before the path is split, because some homes hand it over unescaped: all must see the same components. */
function unescaped(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (cause) {
    throw new OciError(
      "NAME_INVALID",
      { path: path.slice(0, 300), reason: "a % begins no escape" },
      { cause },
    );
  }
}
