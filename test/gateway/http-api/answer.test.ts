import { describe, expect, it } from "vitest";
import { type ApiAnswer, answerOf, settled } from "./answer.ts";
import { LIKELIEST } from "./switches.ts";

const answerFor = (result: unknown) => answerOf(JSON.stringify(result));

describe("Lambda function response for format 2.0", () => {
  it("sends status, headers, cookies and body as the function says", () => {
    expect(
      answerFor({
        statusCode: 201,
        headers: { "X-A": "1", Location: "/x" },
        cookies: ["a=1", "b=2"],
        body: "hi",
      }),
    ).toEqual({
      status: 201,
      headers: [
        ["x-a", "1"],
        ["location", "/x"],
        ["content-type", "text/plain;charset=utf-8"],
        ["set-cookie", "a=1"],
        ["set-cookie", "b=2"],
      ],
      body: Buffer.from("hi"),
    });
  });

  it("decodes a body that is base64", () => {
    const answer = answerFor({ statusCode: 200, isBase64Encoded: true, body: "AP8=" });
    expect(answer?.body).toEqual(Buffer.from([0, 255]));
  });

  it("makes assumptions where there is no statusCode: 200 and JSON", () => {
    expect(answerFor({ message: "hi" })).toEqual({
      status: 200,
      headers: [["content-type", "application/json"]],
      body: Buffer.from('{"message":"hi"}'),
    });
    expect(answerFor("hi")?.body).toEqual(Buffer.from("hi"));
  });

  it.each([
    [{ statusCode: "soon" }],
    [{ statusCode: 200, headers: ["a"] }],
    [{ statusCode: 200, body: { a: 1 } }],
    [{ statusCode: 1000 }],
  ])("takes %o for malformed", (result) => {
    expect(answerFor(result)).toBeUndefined();
  });

  it("takes what is no JSON for malformed", () => {
    expect(answerOf("<html>")).toBeUndefined();
  });
});

describe("what the documents leave open", () => {
  const answer: ApiAnswer = {
    status: 200,
    headers: [
      ["content-length", "1234"],
      ["www-authenticate", "Bearer"],
    ],
    body: Buffer.from("12345"),
  };
  const headersFor = (method: string, switches: Partial<typeof LIKELIEST>): Record<string, string> =>
    Object.fromEntries(settled(answer, method, { ...LIKELIEST, ...switches }).headers);

  it.each([
    ["function", { "content-length": "1234" }],
    ["body", { "content-length": "5" }],
    ["none", {}],
    ["remap", { "content-length": "5", "x-amzn-remapped-content-length": "1234" }],
  ] as const)("plays Content-Length of HEAD: %s", (headLength, expected) => {
    const { "www-authenticate": _, ...lengths } = headersFor("HEAD", { headLength });
    expect(lengths).toEqual(expected);
  });

  it("sends no body for HEAD, and the length of the body for GET, whatever the function said", () => {
    expect(settled(answer, "HEAD", LIKELIEST).body).toHaveLength(0);
    expect(headersFor("GET", {})["content-length"]).toBe("5");
  });

  it("plays WWW-Authenticate passed and remapped", () => {
    expect(headersFor("GET", { wwwAuthenticate: "pass" })["www-authenticate"]).toBe("Bearer");
    const remapped = headersFor("GET", { wwwAuthenticate: "remap" });
    expect(remapped["www-authenticate"]).toBeUndefined();
    expect(remapped["x-amzn-remapped-www-authenticate"]).toBe("Bearer");
  });

  it("says no length of nothing (RFC 9110 § 8.6)", () => {
    const { headers } = settled({ ...answer, status: 204 }, "GET", LIKELIEST);
    expect(headers.map(([name]) => name)).not.toContain("content-length");
  });
});
