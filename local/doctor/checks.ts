import type { Check } from "./check.ts";
import { AWS_CHECKS } from "./checks/aws.ts";
import { BASE_CHECKS } from "./checks/base.ts";
import { BLOB_CHECKS, LARGE_PULL } from "./checks/blobs.ts";
import { CLEAN_UP, DELETE_CHECKS } from "./checks/deletes.ts";
import { ERROR_CHECKS } from "./checks/errors.ts";
import { LARGE_CHECKS } from "./checks/large.ts";
import { LIST_CHECKS } from "./checks/lists.ts";
import { MANIFEST_CHECKS } from "./checks/manifests.ts";
import { NAME_CHECKS } from "./checks/names.ts";
import { PUSH_CHECKS } from "./checks/push.ts";
import { REDIRECT_CHECKS } from "./checks/redirects.ts";
import { REFERRER_CHECKS } from "./checks/referrers.ts";
import { TOKEN_CHECKS } from "./checks/tokens.ts";

/** Every check, in the order in which they run; the last one cleans up. */
export const CHECKS: readonly Check[] = [
  ...BASE_CHECKS,
  ...TOKEN_CHECKS,
  ...AWS_CHECKS,
  ...ERROR_CHECKS,
  ...NAME_CHECKS,
  ...PUSH_CHECKS,
  ...MANIFEST_CHECKS,
  ...BLOB_CHECKS,
  ...REDIRECT_CHECKS,
  ...LIST_CHECKS,
  ...REFERRER_CHECKS,
  ...LARGE_CHECKS,
  LARGE_PULL,
  ...DELETE_CHECKS,
  CLEAN_UP,
];
