/** What signs requests to AWS. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** of a role's session */
  readonly sessionToken?: string;
  /** milliseconds since 1970: until then they are valid for certain, and nobody knows how much longer */
  readonly assuredUntil: number;
}

/** Where a service is: in a region of AWS, or at `endpoint` (a stand-in). */
export interface Place {
  readonly region: string;
  /** `http://host:port` */
  readonly endpoint?: string;
}

const HOUR = 60 * 60 * 1000;

/**
 * The credentials that Lambda puts into the environment of a function when it starts one, at `startedAt` (milliseconds
 * since 1970); they are not renewed there, and carry no expiry. A session of a role lasts an hour where nobody asks for
 * another time (AWS STS API Reference, AssumeRole: DurationSeconds). Lambda asks for more, as environments serve for
 * hours, but documents no figure, so an hour is what is taken for certain. Throws where one is missing.
 */
export function credentialsOf(
  variables: Readonly<Record<string, string | undefined>>,
  startedAt: number,
): Credentials {
  const sessionToken = variables["AWS_SESSION_TOKEN"];
  return {
    accessKeyId: required(variables, "AWS_ACCESS_KEY_ID"),
    secretAccessKey: required(variables, "AWS_SECRET_ACCESS_KEY"),
    ...(sessionToken !== undefined && sessionToken !== "" && { sessionToken }),
    assuredUntil: startedAt + HOUR,
  };
}

function required(variables: Readonly<Record<string, string | undefined>>, name: string): string {
  const value = variables[name];
  if (value === undefined || value === "")
    throw new Error(`${name} is not set: Lambda sets it for a function`);
  return value;
}
