import { CfnApi, CfnIntegration, CfnRoute, CfnStage } from "aws-cdk-lib/aws-apigatewayv2";
import { ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Aws, Fn, Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { Access } from "./access.ts";
import { acknowledge } from "./acknowledge.ts";
import { API_FUNCTIONS, type ApiFunction, LOGIN_FUNCTION_NAMES } from "./functions.ts";
import type { Login } from "./login.ts";
import type { Parameters } from "./parameters.ts";
import { LOGIN_ROUTES, ROUTES } from "./routes.ts";
import { removalPolicyOf } from "./storage.ts";
import type { Team } from "./teams.ts";

interface HttpApiProps {
  readonly team: Team;
  readonly parameters: Parameters;
  readonly ephemeral: boolean;
  readonly access: Access;
  readonly functions: Readonly<Record<ApiFunction, LambdaFunction>> & Partial<Login>;
}

/** One line for each request, also for those that no function sees. The query may hold secrets: it is left out. */
const ACCESS_LOG = JSON.stringify({
  requestId: "$context.requestId",
  time: "$context.requestTime",
  method: "$context.httpMethod",
  path: "$context.path",
  route: "$context.routeKey",
  status: "$context.status",
  bytes: "$context.responseLength",
  milliseconds: "$context.responseLatency",
  address: "$context.identity.sourceIp",
  error: "$context.error.message",
  integrationError: "$context.integrationErrorMessage",
  /** `function_request_id` in the lines of the function's own log */
  functionRequestId: "$context.awsEndpointRequestId",
});

/**
 * Routes that CloudFormation makes or changes at the same time. It would begin with all of them, and API Gateway answers
 * 429, or 409 ("concurrent modification"), which ends a deployment where CloudFormation gives up to try again.
 */
const AT_ONCE = 5;

/** Why routes let in whoever comes. */
const OPEN_BECAUSE: Readonly<Record<Exclude<Access, "signed">, string>> = {
  everyone: "Whoever set open=true wants it so.",
  tokens: "Each function behind it asks for a token, or for what proves who asks.",
};

/**
 * The HTTP API, at whose root the registry stands (docker wants no path before `/v2/`). Closed unless the team has a
 * policy or the deployment is open: every route, `$default` too, wants a request that is signed by who has `execute-api:Invoke` in the account.
 *
 * Made of the resources themselves: CDK's integrations write a permission for each route into a function's policy, or one
 * whose ARN `$default` doesn't match (its requests have one component less).
 */
export class HttpApi extends Construct {
  readonly apiId: string;
  /** without scheme and path, as docker writes it before the name of an image */
  readonly host: string;
  /** the name of the log group with a line for each request */
  readonly accessLog: string;

  constructor(scope: Construct, id: string, props: HttpApiProps) {
    super(scope, id);
    const { team, parameters, ephemeral, access, functions } = props;
    const stack = Stack.of(this);
    const api = new CfnApi(this, "Api", {
      name: stack.stackName,
      description: `Berth, team ${team.name}`,
      protocolType: "HTTP",
    });
    this.apiId = api.ref;
    this.host = `${api.ref}.execute-api.${Aws.REGION}.${Aws.URL_SUFFIX}`;
    const integrations = new Map(
      [...API_FUNCTIONS, ...LOGIN_FUNCTION_NAMES].flatMap((name) => {
        const lambda = functions[name];
        return lambda ? [[name, this.#integrate(name, lambda)] as const] : [];
      }),
    );
    const routes = [...ROUTES, ...(access === "tokens" ? LOGIN_ROUTES : [])].map(
      ({ id: routeId, key, function: name }) => {
        const route = new CfnRoute(this, routeId, {
          apiId: api.ref,
          routeKey: key,
          target: `integrations/${integrations.get(name)?.ref}`,
          authorizationType: access === "signed" ? "AWS_IAM" : "NONE",
        });
        if (access !== "signed") acknowledge(route, { "AwsSolutions-APIG4": OPEN_BECAUSE[access] });
        return route;
      },
    );
    this.accessLog = this.#createAccessLog(team, ephemeral);
    for (const [at, route] of routes.entries()) {
      const before = routes[at - AT_ONCE];
      if (before) route.addResourceDependency(before);
    }
    // A stage that is there first would be deployed anew with every route, and serve some of them meanwhile.
    this.#createStage(parameters).node.addDependency(...routes.slice(-AT_ONCE));
  }

  #integrate(name: string, lambda: LambdaFunction): CfnIntegration {
    // One permission for all routes: a function's policy holds 20 KB, which only a deployment would tell.
    lambda.addPermission("Api", {
      principal: new ServicePrincipal("apigateway.amazonaws.com"),
      sourceArn: Stack.of(this).formatArn({
        service: "execute-api",
        resource: this.apiId,
        resourceName: "*/*",
      }),
    });
    return new CfnIntegration(this, `Integration-${name}`, {
      apiId: this.apiId,
      integrationType: "AWS_PROXY",
      integrationUri: lambda.functionArn,
      payloadFormatVersion: "2.0",
      timeoutInMillis: 30_000,
    });
  }

  #createAccessLog({ settings }: Team, ephemeral: boolean): string {
    // Under this prefix CloudWatch keeps no list of who may write, which is short. The end of the stack's ARN is never
    // used twice, so that a log which outlived its stack is not in the way of the next.
    const log = new LogGroup(this, "AccessLog", {
      logGroupName: `/aws/vendedlogs/apis/${Stack.of(this).stackName}-${Fn.select(2, Fn.split("/", Aws.STACK_ID))}`,
      retention: settings.logRetentionDays,
      removalPolicy: removalPolicyOf(ephemeral),
    });
    return log.logGroupName;
  }

  #createStage(parameters: Parameters): CfnStage {
    return new CfnStage(this, "Stage", {
      apiId: this.apiId,
      stageName: "$default",
      autoDeploy: true,
      defaultRouteSettings: {
        throttlingRateLimit: parameters.throttleRate,
        throttlingBurstLimit: parameters.throttleBurst,
      },
      accessLogSettings: {
        // The log's own ARN ends in `:*`, which API Gateway refuses.
        destinationArn: Stack.of(this).formatArn({
          service: "logs",
          resource: `log-group:${this.accessLog}`,
        }),
        format: ACCESS_LOG,
      },
    });
  }
}
