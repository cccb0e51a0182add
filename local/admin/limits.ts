import { Complaint } from "../complaint.ts";
import type { Json } from "./connection.ts";

const EXPECTED = "it must be like shop/**:pull or shop/api:pull,push:v*,latest";

/** `repositories:actions[:tags]`, each a list with commas but the first. Complaint where it has no such form. */
export function parseLimit(text: string): Json {
  const [repositories = "", actions = "", tags, ...more] = text.split(":");
  if (repositories === "" || actions === "" || tags === "" || more.length > 0) {
    throw new Complaint(`--limit is '${text}': ${EXPECTED}`);
  }
  return {
    repositories,
    actions: actions.split(","),
    ...(tags !== undefined && { tags: tags.split(",") }),
  };
}

/** As `parseLimit` takes it. */
export function limitText({ repositories, actions, tags }: Json): string {
  const lists = [actions, ...(tags === undefined ? [] : [tags])].map((list) => (list as string[]).join(","));
  return [repositories, ...lists].join(":");
}
