import { join } from "node:path";
import { WebFunction, WebFunctionAuthType, WebFunctionRuntime } from "aws-cdk-lib/aws-lambda";
import { LogGroup, type LogGroupProps } from "aws-cdk-lib/aws-logs";
import { Aws, Duration, Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { FunctionName } from "../functions/build.ts";
import { REQUESTS_AT_A_TIME } from "../functions/door/limits.ts";
import { acknowledge } from "./acknowledge.ts";
import { DoorCode } from "./door-code.ts";
import { createFunctionRole } from "./function-role.ts";
import { DOOR_RIGHTS } from "./functions.ts";
import type { Parameters } from "./parameters.ts";
import { removalPolicyOf, type Storage } from "./storage.ts";
import type { Team } from "./teams.ts";

interface UploadDoorProps {
  readonly team: Team;
  readonly parameters: Parameters;
  readonly storage: Storage;
  readonly ephemeral: boolean;
  /** the folder with a bundle for each function */
  readonly bundles: string;
}

const BUNDLE = "upload-door" satisfies FunctionName;
/** seconds: the longest that a request to a Web Function may take */
const REQUEST_TIME = 900;

/**
 * What takes the bodies of uploads, of any length, at an address of its own. Whoever has the secret of an upload may go on
 * with it: that is in the program, so Lambda lets every request in.
 */
export class UploadDoor extends Construct {
  /** the host's name, which Lambda gives it */
  readonly host: string;
  /** its origin, as a Location begins */
  readonly url: string;
  readonly functionName: string;
  readonly endpointName = "prod";

  constructor(scope: Construct, id: string, props: UploadDoorProps) {
    super(scope, id);
    const { team, storage, ephemeral, bundles } = props;
    const logs: LogGroupProps = {
      retention: team.settings.logRetentionDays,
      removalPolicy: removalPolicyOf(ephemeral),
    };
    const logGroup = new LogGroup(this, "Log", logs);
    const description = `Berth, team ${team.name}: what the upload door may do`;
    const role = createFunctionRole(this, {
      description,
      rights: DOOR_RIGHTS,
      storage,
      logGroup,
      tracing: false,
    });
    const code = new DoorCode(this, "Code", { folder: join(bundles, BUNDLE), logs });
    const { endpoint, webFunctionName } = new WebFunction(this, "Function", {
      // Unique in the account, in all of its Regions. Another name, or id, would be another address.
      webFunctionName: `${Stack.of(this).stackName}-door-${Aws.REGION}`,
      revisionDescription: `Berth, team ${team.name}: upload door`,
      code: code.code,
      runtime: WebFunctionRuntime.NODEJS_24_X,
      defaultEndpointAuth: WebFunctionAuthType.APPLICATION_MANAGED,
      defaultEndpoint: { endpointName: this.endpointName },
      timeout: Duration.seconds(REQUEST_TIME),
      maxConcurrencyPerEnvironment: REQUESTS_AT_A_TIME,
      environment: environmentOf(props),
      logGroup,
      role: role.withoutPolicyUpdates(),
    });
    acknowledge(endpoint, {
      "Annotation::@aws-cdk/aws-lambda:webFunctionPublicEndpoint":
        "The program looks at the secret of the upload that each request names, and serves nothing else.",
    });
    this.host = endpoint.domainName;
    this.url = `https://${this.host}`;
    this.functionName = webFunctionName;
  }
}

const environmentOf = ({ team, parameters, storage }: UploadDoorProps): Record<string, string> => ({
  BERTH_TEAM: team.name,
  BERTH_LOG_LEVEL: parameters.logLevel,
  BERTH_UPLOAD_IDLE_HOURS: parameters.uploadIdleHours,
  BERTH_REQUEST_SECONDS: String(REQUEST_TIME),
  BERTH_TABLE: storage.table.tableName,
  BERTH_BUCKET: storage.bucket.bucketName,
});
