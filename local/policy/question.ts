import type { Question } from "../../shared/access/explain.ts";
import { noneOf } from "../../shared/access/nearest.ts";
import { ACTIONS } from "../../shared/access/rights.ts";
import { OciError } from "../../shared/oci/errors.ts";
import { parseRepoName, parseTag } from "../../shared/oci/names.ts";
import { Complaint } from "../complaint.ts";

/** What `berth policy test` asks, as the command line has it. */
export interface QuestionFlags {
  readonly as: string;
  readonly action: string;
  readonly repo?: string;
  readonly tag?: string;
}

/** Complaint, where a flag can't be used. */
export function parseQuestion({ action: text, repo, tag }: QuestionFlags): Question {
  const action = ACTIONS.find((each) => each === text);
  if (action === undefined) throw new Complaint(`--action: ${noneOf(text, ACTIONS)}`);
  if (action === "admin") {
    if (repo !== undefined || tag !== undefined) {
      throw new Complaint("--action admin is for the registry as a whole: leave out --repo and --tag");
    }
    return { action };
  }
  if (repo === undefined) throw new Complaint(`--repo must be given with --action ${action}`);
  if (tag !== undefined && action !== "push") throw new Complaint("--tag limits only --action push");
  return {
    action,
    repo: parsed("--repo", repo, parseRepoName),
    ...(tag !== undefined && { tag: parsed("--tag", tag, parseTag) }),
  };
}

function parsed<Name>(flag: string, text: string, parse: (text: string) => Name): Name {
  try {
    return parse(text);
  } catch (cause) {
    if (!(cause instanceof OciError)) throw cause;
    throw new Complaint(`${flag} is '${text}': ${cause.message}${hintFor(flag, text)}`, { cause });
  }
}

function hintFor(flag: string, text: string): string {
  if (text.includes("*")) return "; name one, without stars";
  if (flag !== "--repo") return "";
  if (/[:@]/.test(text)) return "; leave out host, tag and digest: a tag is given with --tag";
  return /[A-Z]/.test(text) ? "; repository names are in lower case" : "";
}
