import { parseRoute } from "../../../shared/http/route.ts";
import { OciError } from "../../../shared/oci/errors.ts";

export const route = (method: string, target: string) => {
  const [path = "", query = ""] = target.split("?", 2);
  return parseRoute({ method, path, query });
};

/** What the route is refused with; fails where it is not. */
export function refusalOf(method: string, target: string): OciError {
  try {
    route(method, target);
  } catch (error) {
    if (error instanceof OciError) return error;
    throw error;
  }
  throw new Error(`${method} ${target} was not refused`);
}
