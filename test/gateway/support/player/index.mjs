/** Plays what the path asks for: a function that behaves as the gateway's tests need it. */
let invocations = 0;

export const handler = async (event, context) => {
  invocations += 1;
  switch (event.pathParameters.what) {
    case "echo":
      return { event, environment: process.env, invocations, remaining: context.getRemainingTimeInMillis() };
    case "answer":
      return JSON.parse(event.isBase64Encoded ? Buffer.from(event.body, "base64").toString() : event.body);
    case "big":
      return { statusCode: 200, body: "x".repeat(Number(event.rawQueryString)) };
    case "throw":
      throw new Error("as asked");
    case "end":
      process.exit(3);
      break;
    case "sleep":
      await new Promise((resolve) => setTimeout(resolve, Number(event.rawQueryString)));
      return "slept";
    default:
      return { statusCode: 404 };
  }
};
