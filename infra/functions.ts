/** Actions of DynamoDB; strongly consistent reads and transactions need no others. */
const READ_ITEM = ["dynamodb:GetItem"] as const;
const READ_RANGE = [...READ_ITEM, "dynamodb:Query"] as const;
/** What begins, goes on and is linked takes nothing out of the table. */
const ADD = [...READ_RANGE, "dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"] as const;
const WRITE_TABLE = [...ADD, "dynamodb:ConditionCheckItem", "dynamodb:DeleteItem"] as const;

const READ = ["s3:GetObject"] as const;
/** Parts of an upload are written with PutObject's right. */
const UPLOAD = [
  ...READ,
  "s3:PutObject",
  "s3:DeleteObject",
  "s3:AbortMultipartUpload",
  "s3:ListMultipartUploadParts",
] as const;
/** With it S3 says 404 of an object that is not there, without it 403, which says nothing. */
const TELL_ABSENT = ["s3:ListBucket"] as const;

/** What a function may do; each list holds actions of IAM. */
export interface Rights {
  readonly table: readonly string[];
  /** on which items; where it is not given, on all but those of identities and policy (shared/registry/keyspace.ts) */
  readonly items?: "identities";
  /** on the objects whose keys begin so (shared/registry/keyspace.ts) */
  readonly objects: { readonly [prefix in "blobs" | "manifests"]?: readonly string[] };
  readonly bucket: readonly string[];
}

interface FunctionPlan {
  /** MiB; the share of a processor grows with it */
  readonly memory: number;
  /** seconds; the gateway waits 30 at most, and a function that ends first says why in its log */
  readonly timeout: number;
  readonly rights: Rights;
}

const ANSWER_IN_TIME = 29;

/** Every function of the registry: exactly the rights that its family needs, and no more. */
export const FUNCTIONS = {
  base: {
    memory: 256,
    timeout: ANSWER_IN_TIME,
    rights: { table: [], objects: {}, bucket: [] },
  },
  manifests: {
    memory: 512,
    timeout: ANSWER_IN_TIME,
    rights: { table: READ_ITEM, objects: { manifests: READ }, bucket: TELL_ABSENT },
  },
  /** It signs URLs with its own rights, and S3 grants a request what its signer may do. */
  blobs: {
    memory: 512,
    timeout: ANSWER_IN_TIME,
    rights: { table: READ_ITEM, objects: { blobs: READ }, bucket: [] },
  },
  tags: {
    memory: 512,
    timeout: ANSWER_IN_TIME,
    rights: { table: READ_RANGE, objects: {}, bucket: [] },
  },
  referrers: {
    memory: 512,
    timeout: ANSWER_IN_TIME,
    rights: { table: READ_RANGE, objects: { manifests: READ }, bucket: TELL_ABSENT },
  },
  uploads: {
    memory: 1024,
    timeout: ANSWER_IN_TIME,
    rights: { table: ADD, objects: { blobs: UPLOAD }, bucket: TELL_ABSENT },
  },
  /** A blob is deleted in the table; what holds its bytes is the collector's. */
  push: {
    memory: 1024,
    timeout: ANSWER_IN_TIME,
    rights: {
      table: WRITE_TABLE,
      objects: { manifests: ["s3:PutObject", "s3:DeleteObject"] },
      bucket: [],
    },
  },
  deep: {
    memory: 1024,
    timeout: ANSWER_IN_TIME,
    rights: {
      table: WRITE_TABLE,
      objects: { blobs: UPLOAD, manifests: [...READ, "s3:PutObject", "s3:DeleteObject"] },
      bucket: TELL_ABSENT,
    },
  },
  sweep: {
    memory: 512,
    timeout: 900,
    rights: {
      table: WRITE_TABLE,
      objects: {
        blobs: ["s3:DeleteObject", "s3:AbortMultipartUpload"],
        manifests: [...READ, "s3:DeleteObject"],
      },
      bucket: ["s3:ListBucket", "s3:ListBucketMultipartUploads"],
    },
  },
} as const satisfies Record<string, FunctionPlan>;

/** What there is beside them where callers are known by tokens. */
export const LOGIN_FUNCTIONS = {
  /** A password takes 128 MB and a good part of a second of a whole processor. */
  token: {
    memory: 1769,
    timeout: ANSWER_IN_TIME,
    rights: { table: READ_RANGE, items: "identities", objects: {}, bucket: [] },
  },
  administration: {
    memory: 1769,
    timeout: ANSWER_IN_TIME,
    rights: { table: WRITE_TABLE, items: "identities", objects: {}, bucket: [] },
  },
} as const satisfies Record<string, FunctionPlan>;
export type LoginFunction = keyof typeof LOGIN_FUNCTIONS;
export const LOGIN_FUNCTION_NAMES = ["token", "administration"] as const satisfies readonly LoginFunction[];

/** The upload door's, which goes on with uploads that were begun. */
export const DOOR_RIGHTS: Rights = { table: ADD, objects: { blobs: UPLOAD }, bucket: TELL_ABSENT };

/** HEAD of a blob is answered from the table, and so is that of a manifest, but for the largest. */
export const HEAD_RIGHTS: Rights = FUNCTIONS.manifests.rights;

export type FunctionName = keyof typeof FUNCTIONS;
/** Those that the API calls; the sweep is called by the clock. */
export type ApiFunction = Exclude<FunctionName, "sweep">;

export const FUNCTION_NAMES = Object.keys(FUNCTIONS) as readonly FunctionName[];
export const API_FUNCTIONS = FUNCTION_NAMES.filter((name): name is ApiFunction => name !== "sweep");
/** Those that answer where an upload goes on. */
export const BEGINS_UPLOADS: ReadonlySet<string> = new Set<FunctionName>(["uploads", "deep"]);
/** Those that answer where a blob is pulled. */
export const LEADS_TO_BLOBS: ReadonlySet<string> = new Set<FunctionName>(["blobs", "deep"]);
