import { type Branded, parser } from "./branded.ts";

/** `a/b/c`: distribution-spec § Pulling manifests, at most 255 characters here (the advice is host and name together). */
export type RepoName = Branded<"RepoName">;
/** distribution-spec § Pulling manifests: at most 128 characters. */
export type Tag = Branded<"Tag">;

const REPO = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const MAX_REPO_LENGTH = 255;

/** NAME_INVALID where `text` is no repository name. */
export const parseRepoName = parser<"RepoName">(
  (text) => text.length <= MAX_REPO_LENGTH && REPO.test(text),
  "NAME_INVALID",
  "name",
);

/** TAG_INVALID where `text` is no tag. */
export const parseTag = parser<"Tag">((text) => TAG.test(text), "TAG_INVALID", "tag");
