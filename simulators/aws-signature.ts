import type { IncomingMessage } from 'node:http';

/**
 * Returns true if a call has a signature of AWS SDKs (Signature Version 4) for a service. Only the form is checked.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html
 */
export function isSigned({ headers }: IncomingMessage, region: string, service: string): boolean {
  const scope = new RegExp(
    `^AWS4-HMAC-SHA256 Credential=[^/,]+/\\d{8}/${region}/${service}/aws4_request, SignedHeaders=[\\w;-]*host[\\w;-]*, Signature=[0-9a-f]{64}$`,
  );
  return scope.test(headers.authorization ?? '') && headers['x-amz-date'] !== undefined;
}
