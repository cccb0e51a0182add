import type { IncomingMessage, ServerResponse } from "node:http";
import type { Judge } from "./identities.ts";
import { bytesOf, headersOf, type Proxy, startProxy } from "./proxy.ts";
import { claimOf, sha256 } from "./sigv4.ts";

export interface ParameterStoreOptions {
  readonly host: string;
  /** ARN prefix of all parameters, ending with `parameter/` */
  readonly arns: string;
  /** SecureStrings by their names */
  readonly parameters: ReadonlyMap<string, string>;
  readonly judge: Judge;
  readonly log: (line: string) => void;
}

/** AWS Systems Manager as a role sees it, as far as it reads one parameter (API Reference: GetParameter). */
export function startParameterStore(options: ParameterStoreOptions): Promise<Proxy> {
  const { host, log } = options;
  return startProxy({ host, log, handle: (request, response) => handle(request, response, options) });
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  { arns, parameters, judge }: ParameterStoreOptions,
): Promise<void> {
  const body = await bytesOf(request);
  const headers = headersOf(request);
  const { method = "", url: path = "/" } = request;
  const refuse = (type: string): void => {
    response.writeHead(400, { "Content-Type": "application/x-amz-json-1.1" });
    response.end(JSON.stringify({ __type: type }));
  };
  if (headers["x-amz-target"] !== "AmazonSSM.GetParameter") return refuse("UnknownOperationException");
  const { Name, WithDecryption } = JSON.parse(body.toString()) as { Name: string; WithDecryption?: boolean };
  const signable = { method, path, query: "", headers };
  const claim = claimOf(signable, { bodyHash: sha256(body) });
  const resource = `${arns}${Name.replace(/^\//, "")}`;
  const verdict = judge.judge(signable, claim, [{ action: "ssm:GetParameter", resource }]);
  if (verdict.kind === "refused") return refuse(`${verdict.code}Exception`);
  const value = parameters.get(Name);
  if (value === undefined) return refuse("ParameterNotFound");
  const Value = WithDecryption === true ? value : Buffer.from(sha256(value)).toString("base64");
  response.writeHead(200, { "Content-Type": "application/x-amz-json-1.1" });
  response.end(JSON.stringify({ Parameter: { Name, Type: "SecureString", Value, Version: 1 } }));
}
