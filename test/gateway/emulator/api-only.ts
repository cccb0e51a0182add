import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

type Named = Readonly<Record<string, unknown>>;
interface Template {
  readonly Resources: Named;
  readonly Outputs: Named;
}

/** What the upload door and the edge consist of, by logical id. */
const AROUND_API = /^(?:UploadDoor|AlarmsUploadDoor|CustomS3ObjectCopy|Edge)/;
/** An output that names something of it. */
const NAMES_IT = /"(?:Ref|Fn::GetAtt)":\[?"(?:UploadDoor|Edge)/;

/** A copy of a cloud assembly whose stack has neither upload door nor edge: the emulator knows no Web Functions. */
export async function copyApiOnly(assembly: string, stack: string, into: string): Promise<void> {
  await cp(assembly, into, { recursive: true });
  const file = join(into, `${stack}.template.json`);
  const { Resources, Outputs, ...rest } = JSON.parse(await readFile(file, "utf8")) as Template;
  const template = {
    ...rest,
    Resources: without(Resources, ([name]) => AROUND_API.test(name)),
    Outputs: without(Outputs, ([, output]) => NAMES_IT.test(JSON.stringify(output))),
  };
  await writeFile(file, JSON.stringify(template, untold));
}

const without = (named: Named, isDropped: (entry: readonly [string, unknown]) => boolean): Named =>
  Object.fromEntries(Object.entries(named).filter((entry) => !isDropped(entry)));

const untold = (name: string, value: unknown): unknown => (name === "BERTH_UPLOAD_DOOR" ? "" : value);
