import { describe, expect, it } from "vitest";
import { dynamodbAccesses } from "./dynamodb-actions.ts";
import { isAllowed, matches, parsePolicy } from "./policy.ts";
import { s3Accesses } from "./s3-actions.ts";

describe("IAM: policy evaluation", () => {
  const statements = parsePolicy({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: ["s3:Get*", "s3:PutObject"], Resource: "arn:aws:s3:::b/*" },
      { Effect: "Deny", Action: "s3:*", Resource: "arn:aws:s3:::b/secret/*" },
    ],
  });
  const may = (action: string, resource: string) => isAllowed(statements, { action, resource });

  it("denies what nothing allows", () => {
    expect(may("s3:GetObject", "arn:aws:s3:::b/a")).toBe(true);
    expect(may("s3:DeleteObject", "arn:aws:s3:::b/a")).toBe(false);
    expect(may("s3:GetObject", "arn:aws:s3:::other/a")).toBe(false);
    expect(may("s3:GetObject", "arn:aws:s3:::b")).toBe(false);
  });

  it("lets a deny win", () => {
    expect(may("s3:GetObject", "arn:aws:s3:::b/secret/a")).toBe(false);
  });

  it("refuses to judge conditions that it would have to guess", () => {
    const document = { Statement: { Effect: "Allow", Action: "s3:*", Resource: "*", Condition: {} } };
    expect(() => parsePolicy(document)).toThrow("Condition");
  });

  it("judges by the partitions of a table that a request names, as many as there are", () => {
    const on = { Action: "dynamodb:*", Resource: "*" };
    const keys = { "dynamodb:LeadingKeys": ["PERSON#*", "PEOPLE"] };
    const only = parsePolicy({
      Statement: { Effect: "Allow", ...on, Condition: { "ForAllValues:StringLike": keys } },
    });
    const others = parsePolicy({
      Statement: [
        { Effect: "Allow", ...on },
        { Effect: "Deny", ...on, Condition: { "ForAnyValue:StringLike": keys } },
      ],
    });
    const named = (...partitions: readonly string[]) => ({
      action: "dynamodb:GetItem",
      resource: "t",
      partitions,
    });
    expect(isAllowed(only, named("PERSON#ada", "PEOPLE"))).toBe(true);
    expect(isAllowed(only, named("PERSON#ada", "REPO#a"))).toBe(false);
    expect(isAllowed(others, named("REPO#a", "CATALOG"))).toBe(true);
    expect(isAllowed(others, named("REPO#a", "PERSON#ada"))).toBe(false);
  });

  it("takes * and ? as wildcards, and nothing else", () => {
    expect(matches("a*c?", "abbbcd")).toBe(true);
    expect(matches("a.c", "abc")).toBe(false);
  });
});

describe("what a request to DynamoDB needs", () => {
  const TABLES = "arn:aws:dynamodb:us-east-1:1:table/";
  const needs = (operation: string, input: unknown) =>
    dynamodbAccesses(`DynamoDB_20120810.${operation}`, JSON.stringify(input), TABLES).map(
      ({ action, resource }) => `${action} ${resource.slice(TABLES.length)}`,
    );

  it("is the operation, on its table or index", () => {
    expect(needs("GetItem", { TableName: "t" })).toEqual(["dynamodb:GetItem t"]);
    expect(needs("Query", { TableName: "t", IndexName: "i" })).toEqual(["dynamodb:Query t/index/i"]);
    expect(needs("BatchGetItem", { RequestItems: { t: {} } })).toEqual(["dynamodb:BatchGetItem t"]);
  });

  it("is, for a transaction, the right of each of its operations", () => {
    const input = {
      TransactItems: [
        { Put: { TableName: "t" } },
        { ConditionCheck: { TableName: "t" } },
        { Update: { TableName: "u" } },
      ],
    };
    expect(needs("TransactWriteItems", input)).toEqual([
      "dynamodb:PutItem t",
      "dynamodb:ConditionCheckItem t",
      "dynamodb:UpdateItem u",
    ]);
  });
});

describe("the partitions that a request to DynamoDB names", () => {
  const partitionsOf = (operation: string, input: object) =>
    dynamodbAccesses(`DynamoDB_20120810.${operation}`, JSON.stringify(input), "tables/").map(
      ({ partitions }) => partitions,
    );
  const item = { pk: { S: "p" }, sk: { S: "s" } };

  it("are those of its items, each of a batch and of a transaction", () => {
    expect(partitionsOf("GetItem", { TableName: "t", Key: item })).toEqual([["p"]]);
    expect(partitionsOf("PutItem", { TableName: "t", Item: item })).toEqual([["p"]]);
    expect(partitionsOf("BatchGetItem", { RequestItems: { t: { Keys: [item, item] } } })).toEqual([
      ["p", "p"],
    ]);
    const TransactItems = [
      { Put: { TableName: "t", Item: item } },
      { Delete: { TableName: "t", Key: item } },
    ];
    expect(partitionsOf("TransactWriteItems", { TransactItems })).toEqual([["p"], ["p"]]);
  });

  it("are the one of a query", () => {
    const names = {
      ExpressionAttributeNames: { "#0": "pk" },
      ExpressionAttributeValues: { ":0": { S: "p" } },
    };
    expect(partitionsOf("Query", { TableName: "t", KeyConditionExpression: "#0 = :0", ...names })).toEqual([
      ["p"],
    ]);
  });
});

describe("what a request to S3 needs", () => {
  const needs = (method: string, key: string, query = "") =>
    s3Accesses({ method, bucket: "b", key, query: new URLSearchParams(query) }).map(
      ({ action, resource }) => `${action} ${resource}`,
    );

  it.each([
    ["GET", "k", "", "s3:GetObject arn:aws:s3:::b/k"],
    ["HEAD", "k", "", "s3:GetObject arn:aws:s3:::b/k"],
    ["PUT", "k", "", "s3:PutObject arn:aws:s3:::b/k"],
    ["POST", "k", "uploads", "s3:PutObject arn:aws:s3:::b/k"],
    ["PUT", "k", "partNumber=1&uploadId=u", "s3:PutObject arn:aws:s3:::b/k"],
    ["POST", "k", "uploadId=u", "s3:PutObject arn:aws:s3:::b/k"],
    ["GET", "k", "uploadId=u", "s3:ListMultipartUploadParts arn:aws:s3:::b/k"],
    ["DELETE", "k", "uploadId=u", "s3:AbortMultipartUpload arn:aws:s3:::b/k"],
    ["DELETE", "k", "", "s3:DeleteObject arn:aws:s3:::b/k"],
    ["GET", "", "list-type=2", "s3:ListBucket arn:aws:s3:::b"],
    ["GET", "", "uploads", "s3:ListBucketMultipartUploads arn:aws:s3:::b"],
  ])("%s '%s'?%s is %s", (method, key, query, expected) => {
    expect(needs(method, key, query)).toEqual([expected]);
  });

  it("includes reading the source of a copy", () => {
    const query = new URLSearchParams();
    expect(s3Accesses({ method: "PUT", bucket: "b", key: "k", query, copySource: "/c/o" })).toContainEqual({
      action: "s3:GetObject",
      resource: "arn:aws:s3:::c/o",
    });
  });
});
