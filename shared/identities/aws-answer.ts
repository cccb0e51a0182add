const ELEMENT = "<(?:Arn|UserId|Account)>[^<>&]{1,2048}</(?:Arn|UserId|Account)>";
/** The whole answer of STS to GetCallerIdentity, and nothing before, between or after what it is made of. */
const ANSWER = new RegExp(
  `^(?:<\\?xml [^<>]*\\?>)?\\s*<GetCallerIdentityResponse xmlns="https://sts\\.amazonaws\\.com/doc/2011-06-15/">\\s*` +
    `<GetCallerIdentityResult>\\s*((?:${ELEMENT}\\s*){3})</GetCallerIdentityResult>\\s*` +
    "<ResponseMetadata>\\s*<RequestId>[^<>&]{1,100}</RequestId>\\s*</ResponseMetadata>\\s*" +
    "</GetCallerIdentityResponse>\\s*$",
);
const ARN = /^arn:aws[a-z-]*:(?:iam|sts)::(\d{12}):[\x21-\x7e]+$/;

/** The ARN of a 200 of STS (AWS STS API Reference, GetCallerIdentity); undefined for anything that it never answers. */
export function callerArn(xml: string): string | undefined {
  const [, elements] = ANSWER.exec(xml) ?? [];
  if (elements === undefined) return undefined;
  const arn = valueOf("Arn", elements);
  const [, account] = ARN.exec(arn ?? "") ?? [];
  return account !== undefined && account === valueOf("Account", elements) ? arn : undefined;
}

/** The code of an error, like `SignatureDoesNotMatch`. */
export const errorCode = (xml: string): string => /<Code>(\w{1,100})<\/Code>/.exec(xml)?.[1] ?? "no code";

function valueOf(name: string, elements: string): string | undefined {
  const found = [...elements.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))];
  return found.length === 1 ? found[0]?.[1] : undefined;
}
