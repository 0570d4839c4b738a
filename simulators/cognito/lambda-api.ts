import type { IncomingMessage, ServerResponse } from 'node:http';
import { isSigned } from '../aws-signature.js';
import type { LambdaFunction, LambdaService } from './lambda.js';
import { newId } from './pool.js';

const functionPath = /^\/2015-03-31\/functions\/([^/]+)\/(configuration|policy)$/;

/**
 * Answers signed REST calls that read a deployed function. Other Lambda calls are not simulated.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html
 */
export function answerLambda(
  lambda: LambdaService,
  region: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const refuse = (status: number, type: string): void => {
    response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type });
    response.end(JSON.stringify({ Type: 'User', Message: type }));
  };
  response.setHeader('x-amzn-requestid', newId(16));
  const [, written, part] = functionPath.exec(request.url ?? '') ?? [];
  if (request.method !== 'GET' || written === undefined) return void refuse(404, 'UnknownOperationException');
  if (!isSigned(request, region, 'lambda')) return void refuse(403, 'MissingAuthenticationTokenException');
  if (!lambda.isReadable) return void refuse(403, 'AccessDeniedException');
  const arn = decodeURIComponent(written);
  const found = lambda.functions.get(arn);
  const isAbsent = found === undefined || (part === 'policy' && found.sourceArns.length === 0);
  if (isAbsent) return void refuse(404, 'ResourceNotFoundException');
  const answer = part === 'policy' ? toPolicy(arn, found) : toConfiguration(arn, found);
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}

const toPolicy = (arn: string, { sourceArns }: LambdaFunction) => ({
  Policy: JSON.stringify({
    Version: '2012-10-17',
    Id: 'default',
    Statement: sourceArns.map((source, at) => ({
      Sid: `cognito-${at}`,
      Effect: 'Allow',
      Principal: { Service: 'cognito-idp.amazonaws.com' },
      Action: 'lambda:InvokeFunction',
      Resource: arn,
      Condition: { ArnLike: { 'AWS:SourceArn': source } },
    })),
  }),
  RevisionId: newId(16),
});

const toConfiguration = (arn: string, found: LambdaFunction) => ({
  FunctionName: arn.slice(arn.lastIndexOf(':') + 1),
  FunctionArn: arn,
  Runtime: 'nodejs22.x',
  Handler: `index.${found.handler}`,
  Timeout: 5,
  MemorySize: 256,
  State: 'Active',
  LastUpdateStatus: 'Successful',
  Environment: { Variables: found.environment },
});
