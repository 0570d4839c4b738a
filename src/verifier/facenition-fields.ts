import type { Photo, SealedToken } from '../core/concealed.js';
import type { EnrolRequest, VerifyRequest } from '../core/ports.js';
import { type EpochSec, toEpochMs, toIso } from '../core/units.js';
import { toBoundScope } from './facenition-token.js';
import type { FormField } from './multipart.js';

export const photosField = (photos: readonly Photo[]): FormField => ({ name: 'photo', photos });

// A missing value is omitted, because the service would accept an empty text as a value.
const optionalField = (name: string, text: string | null | undefined): FormField[] =>
  text === null || text === undefined ? [] : [{ name, text }];

// RFC 3339, because the service documents no format.
const expiryField = (expiresAt: EpochSec | null | undefined): FormField[] =>
  optionalField('expiry', expiresAt === null || expiresAt === undefined ? null : toIso(toEpochMs(expiresAt)));

const sharedFields = ({ binding, secret, photos }: Pick<EnrolRequest, 'binding' | 'secret' | 'photos'>) => [
  { name: 'scope', text: toBoundScope(binding) },
  { name: 'accuracy', text: String(binding.accuracy) },
  ...optionalField(
    'password',
    secret?.use((text) => text),
  ),
  photosField(photos),
];

/** @throws `request_malformed` as `toBoundScope` */
export const enrolFields = (request: EnrolRequest): FormField[] => [
  ...expiryField(request.expiresAt),
  ...sharedFields(request),
];

/** @throws `request_malformed` as `toBoundScope` */
export const checkFields = (request: VerifyRequest, sent: SealedToken): FormField[] => [
  { name: 'token', text: sent.use((text) => text) },
  ...expiryField(request.expectedExpiresAt),
  ...sharedFields(request),
];
