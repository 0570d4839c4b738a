import { toBase64url } from './base64url.js';

/* A key of this browser that cannot be exported. With it, the server recognizes the browser after a full check. */

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const [databaseName, storeName, keyName] = ['facestep', 'keys', 'device'] as const;

export interface DeviceKey {
  /** SPKI, in base64url. */
  readonly publicKey: string;
  /** Signs a text. @returns the signature in base64url (IEEE P1363) */
  sign(text: string): Promise<string>;
}

/**
 * Returns this browser's key, which is created the first time.
 * @returns `null` if the browser stores no keys, so that its checks are full checks
 * @see https://www.w3.org/TR/WebCryptoAPI/#concepts-key-storage
 */
export async function openDeviceKey(): Promise<DeviceKey | null> {
  try {
    const opening = indexedDB.open(databaseName);
    opening.onupgradeneeded = () => opening.result.createObjectStore(storeName);
    const database = await toPromise(opening);
    const store = (mode: IDBTransactionMode) => database.transaction(storeName, mode).objectStore(storeName);
    const stored: unknown = await toPromise(store('readonly').get(keyName));
    const pair = isPair(stored) ? stored : await crypto.subtle.generateKey(algorithm, false, ['sign']);
    if (pair !== stored) await toPromise(store('readwrite').put(pair, keyName));
    database.close();
    const { privateKey, publicKey } = pair;
    return {
      publicKey: toBase64url(new Uint8Array(await crypto.subtle.exportKey('spki', publicKey))),
      sign: async (text) =>
        toBase64url(new Uint8Array(await crypto.subtle.sign(algorithm, privateKey, new TextEncoder().encode(text)))),
    };
  } catch {
    return null;
  }
}

const isPair = (stored: unknown): stored is CryptoKeyPair =>
  typeof stored === 'object' && stored !== null && 'privateKey' in stored && stored.privateKey instanceof CryptoKey;

const toPromise = <Result>(request: IDBRequest<Result>): Promise<Result> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
