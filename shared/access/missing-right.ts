import { type ErrorDetail, OciError } from "../oci/errors.ts";
import type { Access } from "./access.ts";
import type { Need } from "./rights.ts";

/** A refusal for want of a right. It is the same whether what was asked for exists or not. */
export class MissingRight extends OciError {
  readonly access: Access;
  readonly need: Need;

  constructor(access: Access, need: Need) {
    const { name } = access.caller;
    super("DENIED", detailOf(name, need), { message: `${name} has no right to ${inWords(need)}` });
    this.access = access;
    this.need = need;
  }
}

/** `push to shop/api`, `push v1 to shop/api` */
export function inWords(need: Need): string {
  if ("catalog" in need) return "list the repositories";
  if ("administration" in need) return "administer the registry";
  const { action, repo, tags = [] } = need;
  switch (action) {
    case "pull":
      return `pull from ${repo}`;
    case "push":
      return tags.length === 0 ? `push to ${repo}` : `push ${tags.join(", ")} to ${repo}`;
    case "delete":
      return `delete from ${repo}`;
    case "admin":
      return `administer ${repo}`;
  }
}

function detailOf(caller: string, need: Need): ErrorDetail {
  if (!("repo" in need)) return { caller };
  const { action, repo, tags = [] } = need;
  return { caller, action, name: repo, ...(tags.length > 0 && { tags }) };
}
