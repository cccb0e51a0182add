import type { Invocation } from "../http-api/server.ts";
import { type Asked, failure, type JsonRequest } from "./json-service.ts";

const PATH = /^\/2015-03-31\/functions\/([\w-]+)\/invocations$/;

/** AWS Lambda, as far as functions call one another (API Reference: Invoke). `functions`: ARN prefix of all of them. */
export const invocations =
  (functions: string, invoke: (functionName: string, event: string) => Promise<Invocation>) =>
  ({ path, body }: JsonRequest): Asked | undefined => {
    const [, name] = PATH.exec(path) ?? [];
    if (name === undefined) return undefined;
    return {
      access: { action: "lambda:InvokeFunction", resource: `${functions}${name}` },
      answer: async () => {
        const end = await invoke(name, body);
        if (end.outcome === "returned") return { status: 200, body: end.payload };
        return { ...failure(200, "Unhandled", end.reason), headers: { "X-Amz-Function-Error": "Unhandled" } };
      },
    };
  };
