import { createDecipheriv } from 'node:crypto';
import type { PictureEncryption } from '../../core/secrets.js';
import { FaceError } from '../../errors.js';
import { createPictureKey, vectorLength } from './picture-encryption.js';

const tagLength = 16;

/** Number of checks whose AES keys are kept, because opening one takes longer than decrypting its pictures. */
const mostOpened = 32;

type EncryptedPhoto = { readonly photo: Uint8Array<ArrayBuffer>; readonly encryption: PictureEncryption | null };

/** Decrypts pictures in the process that parses them. Its private key never leaves it. */
export async function createPictureDecryption() {
  const { publicKey, openContentKey } = await createPictureKey();
  const opened = new Map<string, Promise<Uint8Array>>();

  const openOnce = (encryption: PictureEncryption): Promise<Uint8Array> => {
    const name = JSON.stringify([encryption.contentKey, encryption.context]);
    const found = opened.get(name) ?? openContentKey(fromBase64url(encryption.contentKey), encryption.context);
    opened.delete(name);
    opened.set(name, found);
    for (const oldest of opened.keys()) if (opened.size > mostOpened) opened.delete(oldest);
    return found;
  };

  /** @throws `challenge_wrong` if the picture was encrypted for another process or check */
  const decrypt = async ({ photo, encryption }: EncryptedPhoto): Promise<Uint8Array<ArrayBuffer>> => {
    if (encryption === null) return photo;
    try {
      return decryptPicture(photo, await openOnce(encryption));
    } catch (cause) {
      throw new FaceError('challenge_wrong', { reason: 'encrypted for another process or check' }, { cause });
    }
  };

  return {
    publicKey: Buffer.from(publicKey).toString('base64url'),
    decrypt,
  };
}

/** Decrypts at once, because the threads of WebCrypto would wait for those of the models. */
function decryptPicture(encrypted: Uint8Array, key: Uint8Array): Uint8Array<ArrayBuffer> {
  const decipher = createDecipheriv('aes-256-gcm', key, encrypted.subarray(0, vectorLength));
  decipher.setAuthTag(encrypted.subarray(-tagLength));
  const decrypted = decipher.update(encrypted.subarray(vectorLength, -tagLength));
  try {
    decipher.final();
    return Uint8Array.from(decrypted);
  } finally {
    decrypted.fill(0);
  }
}

const fromBase64url = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text, 'base64url'));
