import type { Attempt } from "./attacked.ts";
import { SECRET_BLOB } from "./image.ts";

export const READ: Attempt = { path: "/v2/shop/a/manifests/v1" };
export const PUSH: Attempt = { path: "/v2/shop/a/blobs/uploads/", method: "POST" };
export const DELETE: Attempt = { path: "/v2/shop/a/manifests/v1", method: "DELETE" };

export const reads = (repo: string): readonly Attempt[] => [
  { path: `/v2/${repo}/manifests/v1` },
  { path: `/v2/${repo}/manifests/v1`, method: "HEAD" },
  { path: `/v2/${repo}/tags/list` },
  { path: `/v2/${repo}/blobs/${SECRET_BLOB.digest}` },
  { path: `/v2/${repo}/blobs/${SECRET_BLOB.digest}`, method: "HEAD" },
  { path: `/v2/${repo}/referrers/${SECRET_BLOB.digest}` },
];

export const pushes = (repo: string): readonly Attempt[] => [
  { path: `/v2/${repo}/blobs/uploads/`, method: "POST" },
  { path: `/v2/${repo}/blobs/uploads/?digest=${SECRET_BLOB.digest}`, method: "POST", body: "x" },
  { path: `/v2/${repo}/blobs/uploads/?mount=${SECRET_BLOB.digest}&from=shop/a`, method: "POST" },
  { path: `/v2/${repo}/manifests/v1`, method: "PUT", body: "{}" },
];

export const deletes = (repo: string): readonly Attempt[] => [
  { path: `/v2/${repo}/manifests/v1`, method: "DELETE" },
  { path: `/v2/${repo}/manifests/${SECRET_BLOB.digest}`, method: "DELETE" },
  { path: `/v2/${repo}/blobs/${SECRET_BLOB.digest}`, method: "DELETE" },
];

/** Everything that can be tried with a repository. */
export const everything = (repo: string): readonly Attempt[] => [
  ...reads(repo),
  ...pushes(repo),
  ...deletes(repo),
];

/** What is answered without a body, to who may be about to push. */
export const byHead = (attempts: readonly Attempt[]): readonly Attempt[] =>
  attempts.filter(({ method }) => method === "HEAD");
export const notByHead = (attempts: readonly Attempt[]): readonly Attempt[] =>
  attempts.filter(({ method }) => method !== "HEAD");

const json = { "content-type": "application/json" };

/** What takes the right to administer. */
export const ADMINISTRATION: readonly Attempt[] = [
  { path: "/v2/_berth/people" },
  { path: "/v2/_berth/keys" },
  { path: "/v2/_berth/policy" },
  { path: "/v2/_berth/people", method: "POST", body: '{"name":"eve"}', headers: json },
  { path: "/v2/_berth/people/ada", method: "DELETE" },
  { path: "/v2/_berth/policy", method: "PUT", body: '{"policy":"version: 1","force":true}', headers: json },
];
