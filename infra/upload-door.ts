import { Construct } from "constructs";
import { REQUESTS_AT_A_TIME } from "../functions/door/limits.ts";
import type { Door, DoorParts } from "./door.ts";
import { DOOR_RIGHTS } from "./functions.ts";
import { webFunctionErrors } from "./metrics.ts";
import { createWebFunction } from "./web-function.ts";

/** seconds: the longest that a request to a Web Function may take */
const REQUEST_TIME = 900;

/**
 * What takes the bodies of uploads, of any length, at an address of its own. Whoever has the secret of an upload may go on
 * with it: that is in the program, so Lambda lets every request in.
 */
export class UploadDoor extends Construct implements Door {
  readonly host: string;
  readonly url: string;
  readonly target = undefined;
  readonly errors: Door["errors"];

  constructor(scope: Construct, id: string, parts: DoorParts) {
    super(scope, id);
    const { host, functionName, endpointName } = createWebFunction(this, parts, {
      bundle: "upload-door",
      shortName: "door",
      title: "upload door",
      rights: DOOR_RIGHTS,
      use: "none",
      timeout: REQUEST_TIME,
      atATime: REQUESTS_AT_A_TIME,
      environment: {
        BERTH_UPLOAD_IDLE_HOURS: parts.parameters.uploadIdleHours,
        BERTH_REQUEST_SECONDS: String(REQUEST_TIME),
        BERTH_API: parts.apiOrigin,
      },
      isPublicBecause:
        "The program looks at the secret of the upload that each request names, and serves nothing else.",
    });
    this.host = host;
    this.url = `https://${host}`;
    this.errors = webFunctionErrors(functionName, endpointName);
  }
}
