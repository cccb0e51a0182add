import { describe, expect, it } from "vitest";
import { errorText } from "../../functions/telemetry/errors.ts";

describe("an error in the log", () => {
  it("says its name, its message, where it was thrown, and why", () => {
    const error = new TypeError("can't read", { cause: new RangeError("too far") });
    expect(errorText(error)).toEqual({
      name: "TypeError",
      message: "can't read",
      stack: expect.stringContaining("errors.test.ts"),
      cause: { name: "RangeError", message: "too far", stack: expect.any(String) },
    });
  });

  it("says nothing else: an SDK's errors carry requests and answers", () => {
    const error = Object.assign(new Error("failed"), { $response: { headers: { authorization: "5ec7e7" } } });
    expect(JSON.stringify(errorText(error))).not.toContain("5ec7e7");
  });

  it("leaves out the query of a URL, which signs it", () => {
    const url = "https://bucket.s3.eu-central-1.amazonaws.com/blobs/1?X-Amz-Signature=5ec7e7&x-id=GetObject";
    const error = new Error(`fetch of ${url} failed`, { cause: new Error(`"${url}" timed out`) });
    const text = errorText(error);
    expect(text.message).toBe("fetch of https://bucket.s3.eu-central-1.amazonaws.com/blobs/1?… failed");
    expect(JSON.stringify(text)).not.toContain("5ec7e7");
  });

  it("takes what is no error, and errors that cause each other", () => {
    expect(errorText("text")).toMatchObject({ name: "Error", message: "text" });
    const [one, other] = [new Error("one"), new Error("other")];
    one.cause = other;
    other.cause = one;
    expect(errorText(one).cause?.cause?.message).toBe("one");
  });
});
