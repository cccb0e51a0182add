import { type ErrorDetail, OCI_ERRORS, type OciErrorName } from "../oci/errors.ts";
import type { Answer } from "./messages.ts";

interface Told {
  readonly code?: unknown;
  readonly detail?: unknown;
}

/** distribution-spec § Error Codes: the first error of an answer's body; nothing where the body is something else. */
function errorIn({ body }: Answer): Told {
  try {
    const { errors } = JSON.parse(body.toString()) as { readonly errors?: readonly Told[] };
    return errors?.[0] ?? {};
  } catch {
    return {};
  }
}

/** Why the registry refused: by its error's code, else by what the status says in this place. */
export function reasonOf(answer: Answer): OciErrorName {
  const { status, url } = answer;
  const { code } = errorIn(answer);
  return named(code, status) ?? byStatus(status, url.pathname);
}

const NAMES = Object.keys(OCI_ERRORS) as OciErrorName[];

const codeOf = (name: OciErrorName): string => {
  const entry = OCI_ERRORS[name];
  return "code" in entry ? entry.code : name;
};

/** Names share codes, and then the status tells them apart. */
function named(code: unknown, status: number): OciErrorName | undefined {
  const fitting = NAMES.filter((name) => codeOf(name) === code);
  return fitting.find((name) => OCI_ERRORS[name].status === status) ?? fitting.find((name) => name === code);
}

const EVERYWHERE: Readonly<Record<number, OciErrorName>> = {
  401: "UNAUTHORIZED",
  403: "DENIED",
  405: "UNSUPPORTED",
  408: "REQUEST_TIMEOUT",
  416: "RANGE_INVALID",
  429: "TOOMANYREQUESTS",
};

interface Place {
  readonly path: RegExp;
  readonly unknown: OciErrorName;
  readonly invalid: OciErrorName;
  readonly tooLarge: OciErrorName;
}

const PLACES: readonly Place[] = [
  {
    path: /\/manifests\/[^/]+$/,
    unknown: "MANIFEST_UNKNOWN",
    invalid: "MANIFEST_INVALID",
    tooLarge: "MANIFEST_TOO_LARGE",
  },
  {
    path: /\/blobs\/[^/]+:[^/]+$/,
    unknown: "BLOB_UNKNOWN",
    invalid: "DIGEST_INVALID",
    tooLarge: "SIZE_INVALID",
  },
  {
    path: /\/blobs\/uploads\//,
    unknown: "BLOB_UPLOAD_UNKNOWN",
    invalid: "BLOB_UPLOAD_INVALID",
    tooLarge: "SIZE_INVALID",
  },
  { path: /./, unknown: "NAME_UNKNOWN", invalid: "NAME_INVALID", tooLarge: "SIZE_INVALID" },
];

function byStatus(status: number, pathname: string): OciErrorName {
  const place = PLACES.find(({ path }) => path.test(pathname));
  if (status === 404) return place?.unknown ?? "NOT_FOUND";
  if (status === 413) return place?.tooLarge ?? "SIZE_INVALID";
  if (status === 400) return place?.invalid ?? "MALFORMED_REQUEST";
  return EVERYWHERE[status] ?? (status >= 500 ? "UNAVAILABLE" : "UNSUPPORTED");
}

/** The error's detail, where it has the form that ours have. */
export function detailIn(answer: Answer): ErrorDetail | undefined {
  const { detail } = errorIn(answer);
  if (typeof detail !== "object" || detail === null || Array.isArray(detail)) return undefined;
  return Object.values(detail).every(isPlain) ? (detail as ErrorDetail) : undefined;
}

const isPlain = (value: unknown): boolean =>
  typeof value === "string" ||
  typeof value === "number" ||
  (Array.isArray(value) && value.every((entry) => typeof entry === "string"));
