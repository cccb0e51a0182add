import { OciError } from "../../shared/oci/errors.ts";
import { parseRepoName, parseTag, type RepoName, type Tag } from "../../shared/oci/names.ts";
import { Complaint } from "../complaint.ts";
import { isThisMachine } from "./this-machine.ts";

/** Where images go. */
export interface Target {
  readonly base: URL;
  readonly repo: RepoName;
  /** not given: each image keeps the name that it has */
  readonly tag?: Tag;
}

/** A bracketed host is an IPv6 address. */
const TARGET = /^(?:(https?):\/\/)?((?:[^/@:[\]]+|\[[0-9a-f:]+\])(?::\d+)?)\/([^@]*?)(?::([^:/@]*))?$/i;
/** Docker Hub's names in images, and the registry that answers to them. */
const HUB = ["docker.io", "index.docker.io"];
const HUB_REGISTRY = "registry-1.docker.io";
const EXPECTED = "give registry/name or registry/name:tag, like registry.example.com/team/app:1.0";

/** `host[:port]/name[:tag]`, as in image names. Complaint for anything else, and for plain HTTP that nobody asked for. */
export function parseTarget(text: string, plainHttp: boolean): Target {
  const [, scheme, host = "", name = "", tag] = TARGET.exec(text) ?? [];
  const url = URL.parse(`https://${host}`);
  if (url === null || url.host === "" || name === "")
    throw new Complaint(`'${text}' names no repository: ${EXPECTED}`);
  const isPlain =
    scheme === undefined ? plainHttp || isThisMachine(url.hostname) : scheme.toLowerCase() === "http";
  if (isPlain && !plainHttp && !isThisMachine(url.hostname)) {
    throw new Complaint(
      `'${text}' asks for HTTP without encryption: say --plain-http too where that is meant`,
    );
  }
  const base = new URL(`${isPlain ? "http" : "https"}://${HUB.includes(host) ? HUB_REGISTRY : host}/`);
  try {
    return { base, repo: parseRepoName(name), ...(tag !== undefined && { tag: parseTag(tag) }) };
  } catch (cause) {
    if (!(cause instanceof OciError)) throw cause;
    throw new Complaint(`'${text}': ${cause.message}; ${EXPECTED}`, { cause });
  }
}
