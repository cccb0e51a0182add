import type { RepoName } from "../oci/names.ts";
import type { HttpClient } from "./messages.ts";
import type { Waiting } from "./patience.ts";

/** A repository of a registry elsewhere, and how to be patient with it. */
export interface Remote {
  readonly client: HttpClient;
  readonly repo: RepoName;
  readonly waiting: Waiting;
}
