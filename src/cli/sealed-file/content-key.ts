import { createFacestepClient } from '../../../client/index.js';
import {
  ContentKey,
  Credential,
  maxPhotoBytes,
  type OwnPhoto,
  owningPhotos,
  type Photo,
  SealedToken,
  UserSecret,
} from '../../core/concealed.js';
import type { Fetch } from '../../core/ports.js';
import { FaceError } from '../../errors.js';
import { mostPhotos, parseToken } from '../../token/format.js';
import { readGivenFile, readText, sizeOfGiven, toRefusal } from '../given-file.js';
import type { FileKeyParts } from './sealed-file.js';

const headerText = /^[\x21-\x7e]+$/;

export interface KeyRequest {
  readonly url: string;
  readonly clientTokenFile: string;
  readonly photo: readonly string[];
  readonly passwordFile?: string;
  readonly scope?: string;
  readonly accuracy?: number;
}

export async function readToken(tokenFile: string): Promise<{ readonly token: SealedToken; readonly tokenId: string }> {
  const token = new SealedToken(await readText(tokenFile));
  return { token, tokenId: parseToken(token).tokenId };
}

/**
 * Requests the content key for the face in the pictures. The file is not sent.
 * @throws `face_mismatch`, and other refusals; UsageError; system errors
 */
export async function releaseKey(
  token: SealedToken,
  request: KeyRequest,
  { fetch, signal }: { readonly fetch: Fetch; readonly signal: AbortSignal },
): Promise<FileKeyParts> {
  const { url, clientTokenFile, passwordFile, scope, accuracy } = request;
  if (request.photo.length > mostPhotos) throw new FaceError('photo_too_many');
  const clientToken = new Credential(await readText(clientTokenFile));
  if (!clientToken.use((text) => headerText.test(text))) throw new FaceError('caller_untrusted');
  const secret = passwordFile === undefined ? null : new UserSecret(await readText(passwordFile));
  const fetchUntilStopped: Fetch = (address, init) =>
    fetch(address, { ...init, signal: AbortSignal.any([signal, ...(init.signal ? [init.signal] : [])]) });
  const client = clientToken.use((text) => createFacestepClient({ url, clientToken: text, fetch: fetchUntilStopped }));
  const binding = {
    ...(secret === null ? {} : { password: secret.use((text) => text) }),
    ...(scope === undefined ? {} : { scope }),
    ...(accuracy === undefined ? {} : { accuracy }),
  };
  const released = await owningPhotos(async (own) => {
    const photos = await Promise.all(request.photo.map((file) => readPhoto(file, own)));
    const pictures = photos.map((photo) => photo.use((bytes) => bytes));
    return client.contentKey(
      token.use((text) => text),
      pictures,
      binding,
    );
  }).catch((error: unknown) => {
    throw toRefusal(error, url);
  });
  if (released === null) throw new FaceError('face_mismatch');
  return { contentKey: new ContentKey(released), secret };
}

async function readPhoto(file: string, own: OwnPhoto): Promise<Photo> {
  if ((await sizeOfGiven(file)) > maxPhotoBytes) throw new FaceError('photo_too_large');
  return own(await readGivenFile(file));
}
