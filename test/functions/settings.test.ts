import { describe, expect, it } from "vitest";
import { readSettings } from "../../functions/settings.ts";
import { LONGEST_UPLOAD } from "../../shared/registry/uploads.ts";

const HOUR = 3_600_000;
const COMPLETE = { AWS_REGION: "eu-central-1", BERTH_TABLE: "berth-one", BERTH_BUCKET: "berth-one-blobs" };

/** What reading says of a wrong environment, line by line. */
function complaintsAbout(environment: Record<string, string>, names: Parameters<typeof readSettings>[1]) {
  try {
    readSettings(environment, names);
    return [];
  } catch (error) {
    return String(error).split("\n  ").slice(1);
  }
}

describe("the settings of a function", () => {
  it("have defaults but for what names the stores", () => {
    expect(
      readSettings(COMPLETE, [
        "region",
        "table",
        "bucket",
        "team",
        "logLevel",
        "tracing",
        "headBody",
        "headBlob",
        "uploadIdle",
      ]),
    ).toEqual({
      region: "eu-central-1",
      table: "berth-one",
      bucket: "berth-one-blobs",
      team: "berth",
      logLevel: "info",
      tracing: "off",
      headBody: "as-get",
      headBlob: "answer",
      uploadIdle: 24 * HOUR,
    });
  });

  it("are read from the variables", () => {
    const environment = {
      BERTH_TEAM: "web-2",
      BERTH_LOG_LEVEL: "debug",
      BERTH_TRACING: "on",
      BERTH_HEAD_BODY: "none",
      BERTH_HEAD_BLOB: "redirect",
      BERTH_UPLOAD_IDLE_HOURS: "2",
    };
    expect(
      readSettings(environment, ["team", "logLevel", "tracing", "headBody", "headBlob", "uploadIdle"]),
    ).toEqual({
      team: "web-2",
      logLevel: "debug",
      tracing: "on",
      headBody: "none",
      headBlob: "redirect",
      uploadIdle: 2 * HOUR,
    });
  });

  it("take a variable that is set to nothing for one that is not set", () => {
    expect(readSettings({ BERTH_TEAM: "" }, ["team"])).toEqual({ team: "berth" });
  });

  it("are only those that the function needs: what others need may be wrong or missing", () => {
    expect(readSettings({ BERTH_TABLE: "?" }, ["logLevel"])).toEqual({ logLevel: "info" });
  });

  it("let an upload rest as long as the domain lets it", () => {
    const environment = { BERTH_UPLOAD_IDLE_HOURS: String(LONGEST_UPLOAD / HOUR) };
    expect(readSettings(environment, ["uploadIdle"])).toEqual({ uploadIdle: LONGEST_UPLOAD });
    const more = { BERTH_UPLOAD_IDLE_HOURS: String(LONGEST_UPLOAD / HOUR + 1) };
    expect(complaintsAbout(more, ["uploadIdle"])).toEqual([
      "BERTH_UPLOAD_IDLE_HOURS is '505': it takes a whole number of hours from 1 to 504",
    ]);
  });
});

describe("a wrong environment", () => {
  it("is told all at once: each variable, what it has, what it takes", () => {
    const environment = {
      AWS_REGION: "Frankfurt",
      BERTH_BUCKET: "Upper",
      BERTH_TEAM: "a b",
      BERTH_LOG_LEVEL: "loud",
      BERTH_TRACING: "yes",
      BERTH_HEAD_BODY: "maybe",
      BERTH_HEAD_BLOB: "307",
      BERTH_UPLOAD_IDLE_HOURS: "1.5",
    };
    const complaints = complaintsAbout(environment, [
      "region",
      "table",
      "bucket",
      "team",
      "logLevel",
      "tracing",
      "headBody",
      "headBlob",
      "uploadIdle",
    ]);
    expect(complaints).toEqual([
      "AWS_REGION is 'Frankfurt': it takes the name of a region, like eu-central-1",
      "BERTH_TABLE is not set: it takes the name of a DynamoDB table: 3 to 255 letters, digits, dots, dashes and underscores",
      "BERTH_BUCKET is 'Upper': it takes the name of an S3 bucket: 3 to 63 small letters, digits, dots and dashes",
      "BERTH_TEAM is 'a b': it takes the name of a team: 1 to 63 letters, digits and dashes",
      "BERTH_LOG_LEVEL is 'loud': it takes error, warn, info, debug",
      "BERTH_TRACING is 'yes': it takes on, off",
      "BERTH_HEAD_BODY is 'maybe': it takes as-get, none",
      "BERTH_HEAD_BLOB is '307': it takes answer, redirect",
      "BERTH_UPLOAD_IDLE_HOURS is '1.5': it takes a whole number of hours from 1 to 504",
    ]);
  });

  it.each(["eu-central-1", "us-gov-west-1", "ap-southeast-3", "us-iso-east-1"])(
    "takes the region %s",
    (region) => {
      expect(readSettings({ AWS_REGION: region }, ["region"])).toEqual({ region });
    },
  );

  it.each(["0", "-1", "1e2", " 1", "505", "9999999"])("takes no upload time of '%s'", (hours) => {
    expect(complaintsAbout({ BERTH_UPLOAD_IDLE_HOURS: hours }, ["uploadIdle"])).toHaveLength(1);
  });
});
