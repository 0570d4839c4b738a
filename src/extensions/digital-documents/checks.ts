import type { X509Certificate } from 'node:crypto';
import { type Check, fail, pass, warn } from '../../connections/provisioning.js';
import type { Ports } from '../../core/deps.js';
import { addSec, fromIso, secondsPerDay } from '../../core/units.js';
import type { DocumentsConfig } from './config.js';

const warningDays = 30;

/** Creates the check of the certificates of issuers and requests. */
export const createDocumentChecks = (
  { issuers, request }: DocumentsConfig,
  { clock }: Ports<'clock'>,
): readonly Check[] => [
  {
    title: 'Digital documents',
    async run() {
      const named: readonly (readonly [string, X509Certificate])[] = [
        ...issuers.map(({ name, certificate }) => [name, certificate] as const),
        ...(request === null ? [] : [['requests', request.certificate] as const]),
      ];
      const remedy = 'Set the new certificate in "documents" of the connection.';
      const endingWithin = (days: number): string => {
        const at = addSec(clock.now(), days * secondsPerDay);
        return named.flatMap(([name, { validTo }]) => (fromIso(validTo) < at ? [name] : [])).join(', ');
      };
      const ended = endingWithin(0);
      if (ended !== '') return fail(`expired certificates: ${ended}`, remedy);
      const ending = endingWithin(warningDays);
      if (ending !== '') return warn(`certificates that expire within ${warningDays} days: ${ending}`, remedy);
      return pass(
        request === null
          ? 'certificates are valid. Requests are not signed, so only browsers present documents. No app was tried'
          : 'certificates are valid, and requests are signed. No app was tried',
      );
    },
  },
];
