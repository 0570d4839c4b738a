import { z } from 'zod';
import { findSystemReason } from './system-error.js';

/** Advice for a certificate that no known authority signed. */
const untrustedAuthority =
  'its certificate is not trusted: name the file of your certificate authority in NODE_EXTRA_CA_CERTS';

/**
 * Known failures of networks, certificates and stores. The texts are fixed, because messages of libraries may quote
 * data. The first match counts.
 */
const causes: readonly (readonly [RegExp, string])[] = [
  [
    /UNABLE_TO_(VERIFY|GET)|SELF_SIGNED_CERT|CERT_UNTRUSTED|INVALID_CA|self-signed certificate|unable to (verify|get)/,
    untrustedAuthority,
  ],
  [/CERT_HAS_EXPIRED|certificate has expired/, 'its certificate has expired: renew it there'],
  [/CERT_NOT_YET_VALID/, 'its certificate is not valid yet: check the clocks'],
  [
    /ERR_TLS_CERT_ALTNAME_INVALID|does not match certificate/,
    'its certificate is for another host name: check the address',
  ],
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/, 'the port does not use TLS: check the scheme and the port'],
  [/before secure TLS connection/, 'the TLS handshake failed: check the scheme and the port'],
  [/SQLITE_FULL/, 'the disk is full'],
  [/SQLITE_READONLY/, 'the database file can only be read'],
  [
    /SQLITE_CANTOPEN|Unable to open connection to local database/,
    'the database file cannot be opened: check the folder and its rights',
  ],
  [/SQLITE_(CORRUPT|NOTADB)/, 'the database file is damaged: restore a backup'],
  [/SQLITE_(BUSY|LOCKED)/, 'another process holds the database file'],
  [/SQLITE_IOERR/, 'the disk reported an error'],
  [
    /WRONGPASS|NOAUTH|invalid password|Client sent AUTH|AUTH.* without any password/,
    'the user name or password is wrong',
  ],
  [/NOPERM|can't run this command/, 'this user lacks a right'],
  [/cluster support disabled/, 'the server is not a cluster: remove state.cluster'],
  [/\b(MOVED|ASK|CROSSSLOT)\b/, 'the server is a cluster: set state.cluster'],
  [/CLUSTERDOWN/, 'the cluster does not serve all slots'],
  [/\bOOM\b/, 'its memory is full'],
  [/\bREADONLY\b/, 'the server is a replica: use the address of the master'],
  [/MISCONF/, 'the server cannot save to its disk'],
  [/\bLOADING\b/, 'the server is still loading its data'],
  [/AccessDenied/, 'the AWS account lacks a right'],
  [
    /UnrecognizedClient|InvalidSignature|InvalidClientTokenId|ExpiredToken|CredentialsProviderError/,
    'the AWS credentials are missing, wrong or expired',
  ],
  [/ResourceNotFoundException/, 'the table or pool does not exist in this account and region'],
  [/ThroughputExceeded|Throttling|RequestLimitExceeded|TooManyRequests/, 'it throttles calls'],
  [/ECONNREFUSED/, 'no program listens there'],
  [/ENOTFOUND|EAI_AGAIN/, 'the host name was not found'],
  [/ENETUNREACH|EHOSTUNREACH/, 'no route to the host'],
  [/ECONNRESET|EPIPE|other side closed|Connection (is )?closed/, 'it closed the connection: check if it requires TLS'],
  [
    /ETIMEDOUT|CONNECT_TIMEOUT|TimeoutError|timed out|connection timeout/i,
    'it did not answer in time: check the address, the firewall, and whether this port uses TLS',
  ],
];

const partsGuard = z.object({
  name: z.string().catch(''),
  code: z.string().catch(''),
  message: z.string().catch(''),
  cause: z.unknown().optional(),
  /** Errors in an `AggregateError`. */
  errors: z.array(z.unknown()).catch([]),
  /** Last error of an unreachable Redis cluster. */
  lastNodeError: z.unknown().optional(),
});

const maxDepth = 5;

/** Returns names, codes and messages of an error and the errors in it, the innermost first. */
function linesOf(error: unknown, depth = 0): readonly string[] {
  const { data } = partsGuard.safeParse(error);
  if (data === undefined || depth > maxDepth) return [];
  const inner = [data.cause, data.lastNodeError, ...data.errors].flatMap((each) => linesOf(each, depth + 1));
  return [...inner, `${data.name} ${data.code} ${data.message}`];
}

/** Returns why a call to a store or provider failed, with the remedy; `null` if unknown. */
export function findCause(error: unknown): string | null {
  const lines = linesOf(error);
  const known = causes.find(([pattern]) => lines.some((line) => pattern.test(line)))?.[1];
  return known ?? findSystemReason(error);
}

/** Returns true if the certificate of the other side was refused. */
export const isUntrusted = (error: unknown): boolean =>
  linesOf(error).some((line) => /UNABLE_TO_(VERIFY|GET)|SELF_SIGNED|[^_]CERT_|ERR_TLS_CERT/.test(line));
