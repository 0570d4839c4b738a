import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LambdaService } from './lambda.js';
import { newId } from './pool.js';

const configurationPath = /^\/2015-03-31\/functions\/([^/]+)\/configuration$/;
const signature =
  /^AWS4-HMAC-SHA256 Credential=[^/,]+\/\d{8}\/[a-z0-9-]+\/lambda\/aws4_request, SignedHeaders=[^,]+, Signature=[0-9a-f]{64}$/;

/**
 * What an administrator may read of a deployed function: REST, JSON, signed. Other calls of Lambda are not there.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html
 */
export function answerLambda(lambda: LambdaService, request: IncomingMessage, response: ServerResponse): void {
  const refuse = (status: number, type: string): void => {
    response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type });
    response.end(JSON.stringify({ Type: 'User', Message: type }));
  };
  response.setHeader('x-amzn-requestid', newId(16));
  const [, written] = configurationPath.exec(request.url ?? '') ?? [];
  if (request.method !== 'GET' || written === undefined) return void refuse(404, 'UnknownOperationException');
  if (!signature.test(request.headers.authorization ?? ''))
    return void refuse(403, 'MissingAuthenticationTokenException');
  if (!lambda.isReadable) return void refuse(403, 'AccessDeniedException');
  const arn = decodeURIComponent(written);
  const found = lambda.functions.get(arn);
  if (found === undefined) return void refuse(404, 'ResourceNotFoundException');
  const answer = {
    FunctionName: arn.slice(arn.lastIndexOf(':') + 1),
    FunctionArn: arn,
    Runtime: 'nodejs22.x',
    Handler: `index.${found.handler}`,
    Timeout: 5,
    MemorySize: 256,
    State: 'Active',
    LastUpdateStatus: 'Successful',
    Environment: { Variables: found.environment },
  };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}
